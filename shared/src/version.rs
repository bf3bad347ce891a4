//! Numbers that say which dialect of the protocol is spoken.
//!
//! | protocol | date | what changed | oldest phone served |
//! |---|---|---|---|
//! | 1 | 2026-11-22 | first | 1 |

/// The protocol this build speaks: bundles, receipts, pulls and the key table.
pub const PROTOCOL: u8 = 1;

/// The oldest protocol of a phone this build still serves.
pub const PROTOCOL_OLDEST_SERVED: u8 = 1;

/// SHA-256 of `PROTOCOL.md` as this build was checked against it, in lower-case hex. A change of
/// the text therefore asks whether [`PROTOCOL`] has to change too.
pub const PROTOCOL_TEXT_SHA256: &str =
    "d459881b0da07a75d7ae314c43b4911285a8b755c38b7e98c47af8b3c0e04ca6";
