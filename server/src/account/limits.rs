//! Bounds of accounts and of signing in: name with unit, value, and why that number.

/// Characters of a name to sign in with.
pub const LOGIN_NAME_CHARS_MAX: usize = 40;

/// Characters of a password at least: NIST SP 800-63B asks for 8, and long ones are no burden to
/// whoever keeps them in a password manager.
pub const PASSWORD_CHARS_MIN: usize = 10;

/// Bytes of a password: beyond every phrase, and little to hash.
pub const PASSWORD_BYTES_MAX: usize = 256;

/// Memory of one hash: OWASP's first recommendation for Argon2id.
pub const PASSWORD_MEMORY_KIB: u32 = 19 * 1024;

/// Passes over that memory, from the same recommendation.
pub const PASSWORD_PASSES: u32 = 2;

/// Passwords hashed at once. Each takes a core for some 50 ms and 19 MiB.
pub const HASHES_AT_ONCE_MAX: usize = 2;

/// Passwords that wait for their turn; more are asked to come again.
pub const HASHES_WAITING_MAX: usize = 32;

/// Wrong passwords for one name before the next must wait.
pub const FREE_ATTEMPTS: u32 = 5;

/// The first wait; it doubles with every further wrong password.
pub const BACK_OFF_SECONDS_FIRST: i64 = 2;

/// The longest wait, so that nobody is shut out of an account for long by somebody else.
pub const BACK_OFF_SECONDS_MAX: i64 = 15 * 60;

/// Names whose wrong passwords are remembered. Filling them up takes 4,096 hashes.
pub const ATTEMPT_NAMES_MAX: usize = 4_096;

/// Signed-in browsers of one account; one more signs the oldest out.
pub const LOGINS_PER_ACCOUNT_MAX: usize = 8;

/// How long a browser stays signed in without asking for anything.
pub const LOGIN_IDLE_SECONDS_MAX: i64 = 30 * 60;

/// How long it stays signed in at all: a working day.
pub const LOGIN_SECONDS_MAX: i64 = 10 * 3600;

/// How exactly the last request is written down, so that most requests write nothing.
pub const LOGIN_STEP_SECONDS: i64 = 60;

/// Accounts one list holds.
pub const ACCOUNTS_MAX: usize = 16 * 1024;
