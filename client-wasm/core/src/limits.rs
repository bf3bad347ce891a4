//! Every bound of the phone in one place.

/// Inputs that may wait while storage works on a transaction. More than a worker's day of taps.
pub const QUEUE_INPUTS_MAX: usize = 1_024;

/// Documents one save may write: a session with its linked dossiers is the largest honest one.
pub const SAVE_WRITES_MAX: usize = 64;

/// Bytes of rows packed into one stored page (BROWSER 5: 11 times cheaper to read than records).
pub const ROW_PAGE_BYTES: usize = 64 * 1024;

/// Bytes of small row pages after which they are packed into large ones.
pub const SMALL_PAGES_BYTES_MAX: usize = 64 * 1024;

/// Small row pages after which they are packed, however small.
pub const SMALL_PAGES_MAX: usize = 64;

/// Seconds between a save and its first upload, so that the next save joins the same bundle.
pub const SEND_DELAY_SECONDS: i64 = 5;

/// Seconds before the first retry; doubled with every further one.
pub const RETRY_SECONDS_MIN: i64 = 10;

/// Seconds between retries at most.
pub const RETRY_SECONDS_MAX: i64 = 15 * 60;

/// Seconds after which a bundle that was too new for the server is sent again.
pub const TOO_NEW_RETRY_SECONDS: i64 = 6 * 3600;

/// Seconds between pulls while nothing else asks for one.
pub const PULL_EVERY_SECONDS: i64 = 10 * 60;

/// Bytes of pages one pull asks for: 20 s at 256 kbit/s.
pub const PULL_BYTES_MAX: u32 = 640 * 1024;

/// Seconds a bundle stays after its receipt if no backup is ever reported.
pub const KEEP_SENT_SECONDS: i64 = 30 * 24 * 3600;

/// New incarnations the phone begins by itself before a bundle must have been taken again.
pub const REISSUES_MAX: u8 = 3;

/// Lives the phone begins because a copy of it used its numbers, before a bundle must have been
/// taken again. Each frees one document or one bundle from the copy's.
pub const FORKS_MAX: u8 = 200;

/// Documents of which the phone remembers that they had another name.
pub const RENAMED_MAX: usize = 256;

/// Lives left out after such a fork, at most: the copy begins new ones, too, and two that leave
/// out differently many do not meet again.
pub const FORK_LIVES_MAX: u8 = 8;

/// Aliases followed from one id to the document that carries it now.
pub const ALIAS_HOPS_MAX: usize = 16;

/// Bundles of colleagues carried at the same time.
pub const CUSTODY_BUNDLES_MAX: usize = 256;

/// Colleagues whose requests for news are carried at the same time.
pub const ERRANDS_MAX: usize = 64;

/// Receipts and news for colleagues that are kept until somebody meets them.
pub const RETURNS_MAX: usize = 256;

/// Receipts that may wait for the phone to be unlocked.
pub const INBOX_RECEIPTS_MAX: usize = 256;

/// Edits over a colleague's preview that are remembered until the colleague's value arrives.
pub const SUPERSEDING_MAX: usize = 256;

/// Lines one list or search gives to a screen.
pub const LIST_LINES_MAX: usize = 200_000;

/// Preview notes that are kept: each opens many bundles.
pub const NOTES_MAX: usize = 64;

/// Names are asked for no more often than this: who has none after that is not named to this phone.
pub const NAMES_EVERY_SECONDS: i64 = 60;

/// Names and keys of colleagues are asked for again after this long.
pub const NAMES_KEPT_SECONDS: i64 = 12 * 3_600;

/// A phone that waits to be confirmed asks this often; somebody is standing beside it.
pub const ENROL_EVERY_SECONDS: i64 = 15;

/// Milliseconds that making a key of the PIN may take: 700 are felt as waiting, and a phone is not
/// always as fast as on its first day.
pub const PIN_COST_MS_MAX: u32 = 500;

/// Passes over the memory at most: a fast phone gives its data to a slow one.
pub const PIN_PASSES_MAX: u32 = 8;

/// Disclosures that wait for the server. Who saw more full numbers without signal sees no further
/// one before some were told.
pub const DISCLOSURES_MAX: usize = 4_096;

/// Seconds after which a phone takes other keys: a year.
pub const KEYS_SECONDS_MAX: i64 = 365 * 24 * 3600;

/// Changes of keys that a phone can tell a server restored from before them: as many former keys
/// as the server remembers.
pub const HAND_OVERS_MAX: usize = 8;
