//! What a key can hold. Automerge's scalar types that Sampan uses, and no others.

use serde::{Deserialize, Serialize};

/// One scalar in a document.
///
/// Two values are equal only if type and content are: `Int(1)` written over `Uint(1)` is a
/// change, as it is in automerge.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Value {
    /// Emptied by somebody. Not the same as never written.
    Null,
    /// Yes or no.
    Bool(bool),
    /// A count, code or packed date.
    Uint(u64),
    /// A number that may be negative.
    Int(i64),
    /// UTF-8 text, NFC when our code wrote it.
    Text(String),
    /// Raw bytes: event payloads, document links.
    #[serde(with = "serde_bytes")]
    Bytes(Vec<u8>),
    /// A value this phone has seen and then let go: a team phone keeps only the live op ids of
    /// an identity after its receipt (DESIGN 3). Never in a change, never on the wire.
    Withheld,
}

impl Value {
    /// Bytes of text or raw bytes, 0 for the others.
    #[must_use]
    pub fn content_bytes(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Bytes(bytes) => bytes.len(),
            _ => 0,
        }
    }

    /// The number, if it is an unsigned one.
    #[must_use]
    pub fn as_uint(&self) -> Option<u64> {
        match self {
            Self::Uint(number) => Some(*number),
            _ => None,
        }
    }

    /// The text, if it is one.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The bytes, if it is bytes.
    #[must_use]
    pub fn as_bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<u64> for Value {
    fn from(number: u64) -> Self {
        Self::Uint(number)
    }
}
