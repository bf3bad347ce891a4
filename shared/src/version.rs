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
    "4885716fb2c04586f7995d0eeb67b5f0f2f0e7ab6b16427e3316d53c1219c3b9";
