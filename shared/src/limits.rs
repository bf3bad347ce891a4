//! Every bound of the protocol in one place: name with unit, value, and why that number.

/// Changes one bundle may carry, all sections together. A phone freezes a bundle at 128; the
/// rest is room for imports and re-packed outboxes.
pub const BUNDLE_CHANGES_MAX: usize = 2_048;

/// Ops one change may carry. The widest honest form, a new dossier, writes about 16.
pub const CHANGE_OPS_MAX: usize = 256;

/// Dependencies one change may name; more heads than this have never met in one document.
pub const CHANGE_DEPS_MAX: usize = 64;

/// Bytes of one text or bytes value. The longest honest one is a session's note.
pub const VALUE_BYTES_MAX: usize = 4_096;

/// Bytes of a key's name, literal or from the table.
pub const KEY_BYTES_MAX: usize = 22;

/// Bytes of one sealed bundle. At 40 kbit/s one upload takes 52 s, below the usual 60 s cut of
/// a proxy.
pub const BUNDLE_BYTES_MAX: usize = 256 * 1024;

/// Bytes one section may inflate to. Honest columns inflate 2-4 times; a bomb asks for more.
pub const SECTION_BYTES_MAX: usize = 1024 * 1024;

/// Changes after which a phone freezes its open bundle (DESIGN 5).
pub const FREEZE_CHANGES_MAX: usize = 128;

/// Facts bytes after which a phone freezes its open bundle (DESIGN 5).
pub const FREEZE_BYTES_MAX: usize = 4 * 1024;
