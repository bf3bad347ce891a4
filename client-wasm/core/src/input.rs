//! Everything that can happen to a phone.
//!
//! A `seed` is 32 fresh random bytes; everything random that follows from the input is derived
//! from it.

use serde::{Deserialize, Serialize};
use shared::bundle::{SectionKey, Serial};
use shared::disclosure::Way;
use shared::engine::Slot;
use shared::id::{Audience, Companion, DocumentId, UnitId};
use shared::key::Key;
use shared::kind::Kind;
use shared::value::Value;

use crate::effect::{StorageFailure, Store, Ticket};

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// The program started. Must be the first input.
    Start {
        /// All records of the stores in [`Store::READ_AT_START`].
        stored: Vec<Record>,
        /// Whether this storage may be a copy of another's past, or had two writers.
        history: History,
        /// Fresh randomness.
        seed: [u8; 32],
    },
    /// The person proved who they are.
    Unlock {
        /// What the phone's personal storage is sealed with.
        data_key: [u8; 32],
        /// Fresh randomness.
        seed: [u8; 32],
    },
    /// The transaction is durable.
    Stored(Ticket),
    /// The transaction did not happen.
    StoreFailed(Ticket, StorageFailure),
    /// A person saved something.
    Save {
        /// What.
        save: Save,
        /// Fresh randomness.
        seed: [u8; 32],
    },
    /// The time asked for in `Effect::Schedule` has come.
    Tick {
        /// Fresh randomness.
        seed: [u8; 32],
    },
    /// There is signal again, or a person asked to send and receive now.
    Reachable {
        /// Fresh randomness.
        seed: [u8; 32],
    },
    /// What became of an `Effect::Post`.
    Posted {
        /// Of which bundle.
        serial: Serial,
        /// The answer.
        answer: PostAnswer,
        /// Fresh randomness.
        seed: [u8; 32],
    },
    /// A receipt came by another way.
    Receipt {
        /// The signed receipt.
        bytes: Vec<u8>,
        /// Fresh randomness.
        seed: [u8; 32],
    },
    /// The answer to a pull, from the network or by hand.
    Pulled {
        /// The signed answer.
        bytes: Vec<u8>,
        /// Fresh randomness.
        seed: [u8; 32],
    },
    /// A pull got no answer.
    PullFailed {
        /// Fresh randomness.
        seed: [u8; 32],
    },
    /// The answer to a request for names.
    Named {
        /// The signed names.
        bytes: Vec<u8>,
    },
    /// A person wants the unsent bundles carried by somebody.
    HandOut {
        /// Whether the carrier may look into the team's part.
        leave: Leave,
    },
    /// Somebody gave this phone a bundle to carry, with or without leave to look into it.
    TakeCustody {
        /// The sealed bundle.
        bytes: Vec<u8>,
        /// Leave to look, from the bundle's author.
        preview: Option<PreviewKey>,
    },
    /// Somebody brought a parcel: receipts and news for this phone, or bundles to be carried on.
    TakeParcel {
        /// The parcel.
        bytes: Vec<u8>,
        /// Fresh randomness.
        seed: [u8; 32],
    },
    /// The server's answer to an `Effect::Errand`.
    ErrandAnswered {
        /// A parcel.
        bytes: Vec<u8>,
        /// Fresh randomness.
        seed: [u8; 32],
    },
    /// An errand got no answer.
    ErrandFailed {
        /// Fresh randomness.
        seed: [u8; 32],
    },
    /// The program was updated: what was rejected before is issued again.
    Reissue {
        /// Fresh randomness.
        seed: [u8; 32],
    },
    /// A person has read that something was not accepted and lets it go.
    Dismiss {
        /// Its number in the list.
        number: u64,
    },
    /// What is stored of people has to go: too many wrong PINs, or a new beginning. Only a locked
    /// phone does so; it stays locked.
    Erase(Spared),
    /// A person scanned an invite.
    Enrol {
        /// The 22 characters of the link's fragment.
        invite: String,
        /// Fresh randomness.
        seed: [u8; 32],
    },
    /// A person wants to know who bears a full number; asked of the server.
    LookUp {
        /// As typed or scanned.
        number: String,
        /// Fresh randomness.
        seed: [u8; 32],
    },
    /// The answer to a look-up.
    LookedUp {
        /// The signed answer.
        bytes: Vec<u8>,
    },
    /// The answer to a change of keys.
    Rekeyed {
        /// The signed answer.
        bytes: Vec<u8>,
    },
    /// A person wants to see, search by, export or print a full number.
    Disclose {
        /// How.
        way: Way,
        /// Whose; `None` for a search that found nobody.
        dossier: Option<DocumentId>,
    },
    /// The answer to an enrolment request.
    EnrolAnswered {
        /// The signed answer.
        bytes: Vec<u8>,
        /// Fresh randomness.
        seed: [u8; 32],
    },
}

/// What is left when a phone is erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spared {
    /// Own and colleagues' bundles, which this phone cannot read: they can still be handed out
    /// and sent.
    Sealed,
    /// Not even those.
    Nothing,
}

/// What is known about the storage's past.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum History {
    /// This program wrote it last, alone.
    Certain,
    /// It was restored or copied, or the last end was not clean: a new incarnation begins.
    Uncertain,
}

/// One stored record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Where it was.
    pub store: Store,
    /// Its key.
    pub key: Vec<u8>,
    /// Its value.
    pub value: Vec<u8>,
}

/// What the server or the network said to a bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PostAnswer {
    /// A signed receipt.
    Receipt(Vec<u8>),
    /// Nothing usable: no signal, no answer, an error of the way.
    Failed,
}

/// One save: all of it or nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Save {
    /// Chosen by the caller, to recognise the answer.
    pub tag: u32,
    /// One entry per document, in the order of writing.
    pub writes: Vec<DocumentWrite>,
}

/// What a save does to one document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentWrite {
    /// Which document.
    pub target: Target,
    /// What to put, no key twice. Kind and unit of a new document are put by the core.
    pub puts: Vec<Put>,
}

/// A document to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// One that does not exist yet; not a companion.
    New {
        /// What it will be.
        kind: Kind,
        /// Where it will belong.
        unit: UnitId,
    },
    /// A dossier's companion, which is begun if it does not exist.
    Companion {
        /// Which.
        which: Companion,
        /// Whose.
        of: DossierTarget,
    },
    /// One that exists, by any of its ids.
    Existing(DocumentId),
}

/// Whose companion is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DossierTarget {
    /// Of this dossier.
    Existing(DocumentId),
    /// Of the dossier that this save writes at this position.
    Written(usize),
}

/// One value put.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Put {
    /// Where.
    pub place: Place,
    /// What.
    pub value: Value,
}

impl Put {
    /// A put on a named key.
    #[must_use]
    pub fn key(key: Key, value: Value) -> Self {
        Self {
            place: Place::Key(key),
            value,
        }
    }

    /// A new event with this payload.
    #[must_use]
    pub fn event(payload: Vec<u8>) -> Self {
        Self {
            place: Place::Event,
            value: Value::Bytes(payload),
        }
    }
}

/// Where a put goes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Place {
    /// A named key, or an event that keeps the id it had.
    Key(Key),
    /// A new event.
    Event,
}

impl From<Place> for Slot {
    fn from(place: Place) -> Self {
        match place {
            Place::Key(key) => Self::Key(key),
            Place::Event => Self::Event,
        }
    }
}

/// What a carrier may see of what is carried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Leave {
    /// Nothing: a file, a code, or someone outside the team.
    CarryOnly,
    /// What the team may see: the bundles come with that section's keys, to be sealed to the
    /// carrier's device.
    LookAtTeam,
}

/// Leave to look into one section of a colleague's bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreviewKey {
    /// Whose work it shows, for people.
    pub from: String,
    /// Which section.
    pub audience: Audience,
    /// The section's key.
    pub key: SectionKey,
}
