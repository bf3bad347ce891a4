//! Bounds of the store: name with unit, value, and why that number.

/// Bytes of one record's key. The longest is a few ids and a moment.
pub const KEY_BYTES_MAX: usize = 512;

/// Bytes of one record or stream entry. A kept raw bundle has 256 KiB, a block of keys about
/// 300 KB, a closed document at most a few MiB.
pub const VALUE_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Expectations, puts, appends and tally deltas of one commit together. The largest bundle has
/// 2,048 changes, each touching a handful of records.
pub const COMMIT_PARTS_MAX: usize = 64 * 1024;

/// Records or entries one page may hold, whatever the caller asks for.
pub const PAGE_ENTRIES_MAX: usize = 16 * 1024;

/// Bytes one page may hold, whatever the caller asks for; one larger entry still travels alone.
pub const PAGE_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Keys, streams or (unit, indicator) pairs one read may name. A province has some 2,000
/// hamlets.
pub const READ_KEYS_MAX: usize = 64 * 1024;

/// Hints kept for a slow listener; older ones are lost, which listeners must bear anyway.
pub const HINTS_MAX: usize = 1_024;
