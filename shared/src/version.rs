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
    "e13fcabf0229c3a421fa6c3fcd05ae9217900c0ef0caba3a9e68cee7e552b3a6";
