//! The bounds of a unit tree.

/// Levels a unit tree may have from a root to a hamlet; Vietnam has used four at most.
pub const UNIT_DEPTH_MAX: usize = 8;

/// Versions one unit tree may hold: a nation's units and hamlets through a few reforms.
pub const UNIT_VERSIONS_MAX: usize = 1_000_000;
