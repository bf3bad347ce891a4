//! Numbers that say which dialect of the protocol is spoken.
//!
//! | protocol | date | what changed | oldest phone served |
//! |---|---|---|---|
//! | 1 | 2026-11-22 | first | 1 |

/// The protocol this build speaks: bundles, receipts, pulls and the key table.
pub const PROTOCOL: u8 = 1;

/// The oldest protocol of a phone this build still serves.
pub const PROTOCOL_OLDEST_SERVED: u8 = 1;
