//! Keys of flat documents: names from the append-only table, events, and names this build does
//! not know yet.
//!
//! The table is part of the protocol: an index is never reused or retyped. Fold and storage are
//! key-agnostic, so an older phone keeps and forwards keys it cannot name.

use core::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::id::EventId;
use crate::kind::Kind;
use crate::limits::KEY_BYTES_MAX;

mod table;

pub use table::TABLE;

/// First character of an event's key; no name in the table begins with it.
const EVENT_MARK: char = '~';

/// The name of one root key of an automerge document.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(SmolStr);

/// What kind of value a key of the table holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// `Uint` up to and including this number: codes, counts, years.
    Uint {
        /// Greatest value allowed.
        max: u64,
    },
    /// `Uint` holding a packed partial date, yyyymmdd with zeros for what is unknown.
    Date,
    /// `Bool`.
    Bool,
    /// NFC text of at most this many bytes.
    Text {
        /// Greatest length in bytes.
        bytes_max: usize,
    },
    /// Text of exactly this many ASCII digits.
    Digits {
        /// How many digits.
        count: usize,
    },
    /// A phone number in national form: 10 or 11 ASCII digits beginning with 0.
    Phone,
    /// `Bytes` of a `DocumentId`.
    Link,
    /// `Bytes` of at most this length.
    Bytes {
        /// Greatest length in bytes.
        bytes_max: usize,
    },
}

/// One row of the key table.
#[derive(Debug, Clone, Copy)]
pub struct KeySpec {
    /// Position in the table and on the wire.
    pub index: u16,
    /// The key's name in the automerge document.
    pub name: &'static str,
    /// The kind of document that has it; `None` = every kind.
    pub kind: Option<Kind>,
    /// What it may hold (`Null` besides, which empties it).
    pub shape: Shape,
}

/// A text that cannot be a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a key: 1 to {KEY_BYTES_MAX} bytes without control characters are needed")]
pub struct BadKey;

impl Key {
    /// A key with this name.
    ///
    /// # Errors
    /// [`BadKey`] if the name is empty, longer than [`KEY_BYTES_MAX`] or has control characters.
    pub fn new(name: &str) -> Result<Self, BadKey> {
        let fits = (1..=KEY_BYTES_MAX).contains(&name.len());
        (fits && !name.chars().any(char::is_control))
            .then(|| Self(name.into()))
            .ok_or(BadKey)
    }

    /// The key under which the event with this id stands.
    #[must_use]
    pub fn event(id: EventId) -> Self {
        let mut name = String::with_capacity(12);
        name.push(EVENT_MARK);
        URL_SAFE_NO_PAD.encode_string(id.0, &mut name);
        Self(name.into())
    }

    /// The event this key stands for, if it is an event's key.
    #[must_use]
    pub fn event_id(&self) -> Option<EventId> {
        let name = self.0.strip_prefix(EVENT_MARK)?;
        let mut bytes = [0; 8];
        let read = URL_SAFE_NO_PAD.decode_slice(name, &mut bytes).ok()?;
        (read == bytes.len()).then_some(EventId(bytes))
    }

    /// The key's row of the table, if this build knows it.
    #[must_use]
    pub fn spec(&self) -> Option<&'static KeySpec> {
        table::by_name(&self.0)
    }

    /// The key's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0
    }
}

impl From<&'static KeySpec> for Key {
    fn from(spec: &'static KeySpec) -> Self {
        Self(SmolStr::new_static(spec.name))
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How a key is stored: by its short form where there is one.
#[derive(Serialize, Deserialize)]
enum StoredKey {
    Table(u16),
    Event(EventId),
    Literal(String),
}

impl Serialize for Key {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let stored = match (self.spec(), self.event_id()) {
            (Some(spec), _) => StoredKey::Table(spec.index),
            (None, Some(id)) => StoredKey::Event(id),
            (None, None) => StoredKey::Literal(self.0.to_string()),
        };
        stored.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match StoredKey::deserialize(deserializer)? {
            StoredKey::Table(index) => table::by_index(index)
                .map(Self::from)
                .ok_or_else(|| serde::de::Error::custom("a key index beyond the table")),
            StoredKey::Event(id) => Ok(Self::event(id)),
            StoredKey::Literal(name) => Self::new(&name).map_err(serde::de::Error::custom),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_events_key_gives_back_its_id() {
        let id = EventId([0, 1, 2, 250, 251, 252, 253, 254]);
        let key = Key::event(id);
        assert_eq!(key.event_id(), Some(id));
        assert_eq!(key.name().len(), 12);
        assert_eq!(Key::new("~short").map(|key| key.event_id()), Ok(None));
    }

    #[test]
    fn keys_of_every_form_survive_storage() {
        let literal = Key::new("from.a.later.version").expect("a fitting name");
        for key in [Key::from(&TABLE[0]), Key::event(EventId([9; 8])), literal] {
            let bytes = postcard::to_allocvec(&key).expect("keys serialise");
            assert_eq!(postcard::from_bytes::<Key>(&bytes), Ok(key));
        }
    }
}
