//! What an account is made of: a name, a password that only its owner knows, an id.
//!
//! A password is kept as its Argon2id hash with the cost it was made at, so that the cost may
//! rise. Nothing here knows the store, HTTP or a clock.

use core::fmt;
use core::str::FromStr;

use argon2::{Algorithm, Argon2, Params, Version};
use serde::{Deserialize, Serialize};
use shared::hash::digest;

pub mod limits;

use limits::{
    LOGIN_NAME_CHARS_MAX, PASSWORD_BYTES_MAX, PASSWORD_CHARS_MIN, PASSWORD_MEMORY_KIB,
    PASSWORD_PASSES,
};

/// An account, for ever: the keys of its device grow from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountId(pub [u8; 16]);

/// A name to sign in with: 2 to [`LOGIN_NAME_CHARS_MAX`] of `a-z 0-9 . - _`, a letter first.
/// Capital letters are read as small ones.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LoginName(String);

/// The text is no name to sign in with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a name has 2 to {LOGIN_NAME_CHARS_MAX} letters a-z, digits, dots or dashes, a letter first"
)]
pub struct BadLoginName;

impl LoginName {
    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for LoginName {
    type Err = BadLoginName;

    fn from_str(text: &str) -> Result<Self, BadLoginName> {
        let name = text.trim().to_ascii_lowercase();
        let is_fit = |letter: char| {
            letter.is_ascii_lowercase() || letter.is_ascii_digit() || ".-_".contains(letter)
        };
        let begins = name.starts_with(|letter: char| letter.is_ascii_lowercase());
        let fits = (2..=LOGIN_NAME_CHARS_MAX).contains(&name.len()) && name.chars().all(is_fit);
        (begins && fits).then_some(Self(name)).ok_or(BadLoginName)
    }
}

impl fmt::Display for LoginName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A password as typed; it never shows itself.
#[derive(Clone)]
pub struct Password(String);

/// The text is no password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a password has at least {PASSWORD_CHARS_MIN} characters and at most {PASSWORD_BYTES_MAX} bytes"
)]
pub struct BadPassword;

impl Password {
    /// A password somebody chose.
    ///
    /// # Errors
    /// [`BadPassword`].
    pub fn chosen(text: &str) -> Result<Self, BadPassword> {
        match text.chars().count() {
            PASSWORD_CHARS_MIN.. => Self::typed(text),
            _ => Err(BadPassword),
        }
    }

    /// A password somebody claims is theirs: too short ones are simply wrong.
    ///
    /// # Errors
    /// [`BadPassword`] for what is too long to be hashed.
    pub fn typed(text: &str) -> Result<Self, BadPassword> {
        match text.len() {
            ..=PASSWORD_BYTES_MAX => Ok(Self(text.to_owned())),
            _ => Err(BadPassword),
        }
    }

    /// A password made of 8 random bytes, to be read aloud: `k7r2-9mzb-...`.
    #[must_use]
    pub fn made(random: [u8; 16]) -> Self {
        // No letter or digit here is taken for another.
        const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz23456789x";
        let letter = |byte: &u8| char::from(LETTERS[usize::from(byte % 31)]);
        let groups: Vec<String> = random
            .chunks(4)
            .map(|chunk| chunk.iter().map(letter).collect())
            .collect();
        Self(groups.join("-"))
    }

    /// The password itself, to be shown once to its owner.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(..)")
    }
}

/// What is kept of a password.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredPassword {
    memory_kib: u32,
    passes: u32,
    salt: [u8; 16],
    /// A digest of the hash: comparing it in any time tells nothing about a password.
    hash: [u8; 32],
}

impl fmt::Debug for StoredPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StoredPassword(..)")
    }
}

impl StoredPassword {
    /// Hashes a password at today's cost: some 50 ms of a core. `salt`: fresh random bytes.
    #[must_use]
    pub fn of(password: &Password, salt: [u8; 16]) -> Self {
        let mut stored = Self {
            memory_kib: PASSWORD_MEMORY_KIB,
            passes: PASSWORD_PASSES,
            salt,
            hash: [0; 32],
        };
        stored.hash = stored.hash_of(password).unwrap_or_default();
        stored
    }

    /// What stands for the password of an account that does not exist: checking it costs the
    /// same, and nothing is right.
    #[must_use]
    pub fn of_nobody() -> Self {
        Self {
            memory_kib: PASSWORD_MEMORY_KIB,
            passes: PASSWORD_PASSES,
            salt: [0; 16],
            hash: [0; 32],
        }
    }

    /// Whether it is this password; some 50 ms of a core.
    #[must_use]
    pub fn is(&self, password: &Password) -> bool {
        self.hash_of(password) == Some(self.hash)
    }

    fn hash_of(&self, password: &Password) -> Option<[u8; 32]> {
        let params = Params::new(self.memory_kib, self.passes, 1, Some(32)).ok()?;
        let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let mut hash = [0; 32];
        argon
            .hash_password_into(password.0.as_bytes(), &self.salt, &mut hash)
            .ok()?;
        Some(digest("sampan/password", &[&hash]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_only_itself() {
        let password = Password::chosen("thuyền ba lá").unwrap();
        let stored = StoredPassword::of(&password, [3; 16]);
        assert!(stored.is(&password));
        assert!(!stored.is(&Password::chosen("thuyền ba la").unwrap()));
        assert!(!StoredPassword::of_nobody().is(&password));
        assert_ne!(stored, StoredPassword::of(&password, [4; 16]));
    }

    #[test]
    fn passwords_are_bounded_and_never_shown_by_accident() {
        assert!(Password::chosen("ngắn").is_err());
        assert!(Password::typed("ngắn").is_ok());
        assert!(Password::typed(&"x".repeat(PASSWORD_BYTES_MAX + 1)).is_err());
        let made = Password::made([7; 16]);
        assert_eq!(made.reveal().len(), 19);
        assert!(!format!("{made:?}").contains(made.reveal()));
    }

    #[test]
    fn names_are_small_letters() {
        let name: LoginName = " Lan.Cong-An ".parse().unwrap();
        assert_eq!(name.as_str(), "lan.cong-an");
        for bad in ["", "a", "1lan", "lan anh", "lân", "-lan", &"a".repeat(41)] {
            assert_eq!(bad.parse::<LoginName>(), Err(BadLoginName), "{bad}");
        }
    }
}
