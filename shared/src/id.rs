//! The names of things: 16-byte ids, all derived from their author (DESIGN 2.4).
//!
//! No id comes from a person's data, so an id on the wire says nothing about anyone.
//! `Display` and `FromStr` use lower-case hexadecimal.

use core::fmt;
use core::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::hash;

/// A text that is not the hexadecimal form of an id of the wanted length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an id: {wanted_chars} hexadecimal digits are needed")]
pub struct BadId {
    /// How many hexadecimal digits the id has.
    pub wanted_chars: usize,
}

macro_rules! byte_id {
    ($(#[$doc:meta])* $name:ident, $bytes:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub struct $name(pub [u8; $bytes]);

        impl $name {
            /// The id's bytes.
            #[must_use]
            pub fn as_bytes(&self) -> &[u8] {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        impl FromStr for $name {
            type Err = BadId;

            fn from_str(text: &str) -> Result<Self, BadId> {
                parse_hex(text).map(Self)
            }
        }
    };
}

byte_id!(
    /// One installation of the field app, one console account, an import, or the server.
    DeviceId, 16
);
byte_id!(
    /// One automerge document.
    DocumentId, 16
);
byte_id!(
    /// Automerge's actor: one device in one incarnation writing one document.
    ActorId, 16
);
byte_id!(
    /// Automerge's change hash: SHA-256 of the change chunk's body.
    ChangeHash, 32
);
byte_id!(
    /// An event or visit inside a document, derived from the op that wrote it.
    EventId, 8
);
byte_id!(
    /// A whole sealed bundle: SHA-256 of its bytes, cut.
    BundleId, 16
);

fn parse_hex<const N: usize>(text: &str) -> Result<[u8; N], BadId> {
    let bad = BadId {
        wanted_chars: 2 * N,
    };
    let digits = text.as_bytes();
    if digits.len() != 2 * N {
        return Err(bad);
    }
    let mut out = [0; N];
    for (byte, pair) in out.iter_mut().zip(digits.chunks_exact(2)) {
        let nibble = |digit: u8| (digit as char).to_digit(16).ok_or(bad);
        *byte = (nibble(pair[0])? * 16 + nibble(pair[1])?) as u8;
    }
    Ok(out)
}

/// How often a device has started from uncertain state (restore, clone, re-issue), from 0.
///
/// Actors and document ids contain it, so two lives of one device never share an actor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Incarnation(pub u32);

impl Incarnation {
    /// The incarnation after this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

/// A document's two possible companions, which live and die with it (DESIGN 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Companion {
    /// The police part of a resident: full number, aliases, exact birth date.
    Identity,
    /// Restricted reasons and irregularities.
    Case,
}

impl DeviceId {
    /// The id of the device that enrols with this Ed25519 public key.
    ///
    /// Deriving it makes a device's name something nobody else can claim; it stays when the key
    /// is changed later.
    #[must_use]
    pub fn enrolled_with(public_key: &[u8; 32]) -> Self {
        Self(hash::derive("sampan/device", &[public_key]))
    }
}

impl DocumentId {
    /// The `n`-th document (from 0) created by `device` in `incarnation`.
    #[must_use]
    pub fn created(device: DeviceId, incarnation: Incarnation, n: u32) -> Self {
        let (life, n) = (incarnation.0.to_le_bytes(), n.to_le_bytes());
        Self(hash::derive("sampan/document", &[&device.0, &life, &n]))
    }

    /// The companion of this dossier.
    #[must_use]
    pub fn companion(&self, which: Companion) -> Self {
        let domain = match which {
            Companion::Identity => "sampan/identity",
            Companion::Case => "sampan/case",
        };
        Self(hash::derive(domain, &[&self.0]))
    }
}

impl ActorId {
    /// The only actor that `device` in `incarnation` may use in `document`.
    #[must_use]
    pub fn writing(device: DeviceId, incarnation: Incarnation, document: DocumentId) -> Self {
        let life = incarnation.0.to_le_bytes();
        Self(hash::derive(
            "sampan/actor",
            &[&device.0, &life, &document.0],
        ))
    }
}

impl EventId {
    /// The event written by op `counter` of `actor`.
    #[must_use]
    pub fn written_by(actor: ActorId, counter: u64) -> Self {
        Self(hash::derive(
            "sampan/event",
            &[&actor.0, &counter.to_le_bytes()],
        ))
    }
}

impl BundleId {
    /// The id of a sealed bundle's bytes, signature included.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(hash::derive("sampan/bundle", &[bytes]))
    }
}

/// A stream's audience: who may pull it may read every byte of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Audience {
    /// Community teams and police.
    Team,
    /// Police only.
    Police,
}

impl Audience {
    /// Every audience, in wire order.
    pub const ALL: [Self; 2] = [Self::Team, Self::Police];

    /// The audience's number on the wire.
    #[must_use]
    pub fn code(self) -> u8 {
        self as u8
    }

    /// The audience with this number, if there is one.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.get(usize::from(code)).copied()
    }
}

/// An administrative unit of any level; opaque, given by the server that imported the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct UnitId(pub u32);

impl fmt::Display for UnitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// A team of people working in some hamlets; 0 = no team.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
pub struct TeamId(pub u32);

/// The log of one unit for one audience.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct StreamId {
    /// The unit whose documents the stream holds.
    pub unit: UnitId,
    /// Who may read it.
    pub audience: Audience,
}

impl fmt::Display for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{:?}", self.unit, self.audience)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_print_and_parse() {
        let id = DocumentId::created(DeviceId([7; 16]), Incarnation(2), 3);
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!("12".parse::<DocumentId>(), Err(BadId { wanted_chars: 32 }));
        assert!("zz".repeat(16).parse::<DocumentId>().is_err());
    }

    #[test]
    fn companions_and_actors_of_one_author_all_differ() {
        let device = DeviceId([1; 16]);
        let dossier = DocumentId::created(device, Incarnation(0), 0);
        let identity = dossier.companion(Companion::Identity);
        let case = dossier.companion(Companion::Case);
        assert!(dossier != identity && identity != case && dossier != case);
        let actor = ActorId::writing(device, Incarnation(0), dossier);
        assert_ne!(actor, ActorId::writing(device, Incarnation(1), dossier));
        assert_ne!(actor, ActorId::writing(device, Incarnation(0), identity));
        assert_ne!(EventId::written_by(actor, 1), EventId::written_by(actor, 2));
    }
}
