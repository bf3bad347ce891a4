//! The console's token.

use core::fmt;
use core::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::error::Failure;

/// The secret that consoles show: 32 random bytes, written as 43 characters of base64url.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Token([u8; 32]);

/// What the server keeps of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenHash(pub [u8; 32]);

impl Token {
    /// The token with these random bytes.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// What the server keeps of it. Whoever compares two hashes in any time learns nothing
    /// about a token that fits.
    #[must_use]
    pub fn hash(&self) -> TokenHash {
        TokenHash(shared::hash::digest("sampan/token", &[&self.0]))
    }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}

/// The text is no token: 43 characters of base64url are needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a token: 43 characters of base64url are needed")]
pub struct BadToken;

impl FromStr for Token {
    type Err = BadToken;

    fn from_str(text: &str) -> Result<Self, BadToken> {
        if text.len() != 43 {
            return Err(BadToken);
        }
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| BadToken)?;
        Ok(Self(bytes.try_into().map_err(|_| BadToken)?))
    }
}

/// Lets a request pass whose `Authorization` header bears the token.
pub(super) fn check(shown: Option<&str>, wanted: TokenHash) -> Result<(), Failure> {
    let token = shown
        .and_then(|header| header.strip_prefix("Bearer "))
        .and_then(|token| token.parse::<Token>().ok());
    match token {
        Some(token) if token.hash() == wanted => Ok(()),
        _ => Err(Failure::unauthorized()),
    }
}
