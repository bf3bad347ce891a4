//! The outbox: sealed bundles on their way to the server.
//!
//! One bundle at a time is *open*: it is sealed again after every save, under the same number,
//! so that everything entered is always ready to leave. Whoever lets its bytes out freezes it
//! first. [`OpenBundle::freeze`] consumes the open bundle, and a [`FrozenBundle`] has no way to
//! be sealed again: under one number the server can only ever see one text.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use shared::bundle::{self, Draft, SealError, Section, Serial};
use shared::facts::{self, Detail, Form, Outgoing, spell};
use shared::id::{Audience, BundleId};
use shared::seal::SealingKey;
use shared::signed::DeviceKey;
use shared::sorted::SortedMap;
use shared::time::UnixSeconds;

use crate::mine::{Mine, Own, OwnId};

/// The tail of the outbox, to which the next save is added.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct OpenBundle {
    serial: Serial,
    previous: Option<BundleId>,
    changes: Vec<OwnId>,
    /// Whether references are spelled out, because the server asked for it.
    full: bool,
    sealed: Option<SealedForm>,
}

/// What sealing gives.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct SealedForm {
    id: BundleId,
    bytes: Arc<Vec<u8>>,
    /// The section keys for previews, sealed under the data key.
    #[serde(with = "serde_bytes")]
    secret: Vec<u8>,
    facts_bytes: usize,
}

/// A bundle whose bytes may have left the phone.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct FrozenBundle {
    serial: Serial,
    id: BundleId,
    bytes: Arc<Vec<u8>>,
    /// In the bundle's order: what a receipt's outcomes stand for.
    changes: Arc<Vec<OwnId>>,
    /// Whether references are spelled out in it.
    full: bool,
    #[serde(with = "serde_bytes")]
    secret: Vec<u8>,
    /// When its receipt came.
    pub(crate) answered: Option<UnixSeconds>,
    /// Not to be sent again before.
    pub(crate) not_before: Option<UnixSeconds>,
    /// Whether it was given to somebody to carry.
    pub(crate) carried: bool,
}

/// Keys and randomness for sealing.
pub(crate) struct Sealing<'a> {
    pub(crate) to: SealingKey,
    pub(crate) key: &'a DeviceKey,
    pub(crate) seed: [u8; 32],
}

impl OpenBundle {
    pub(crate) fn begin(serial: Serial, previous: Option<BundleId>) -> Self {
        Self {
            serial,
            previous,
            changes: Vec::new(),
            full: false,
            sealed: None,
        }
    }

    pub(crate) fn serial(&self) -> Serial {
        self.serial
    }

    pub(crate) fn changes(&self) -> &[OwnId] {
        &self.changes
    }

    pub(crate) fn facts_bytes(&self) -> usize {
        self.sealed.as_ref().map_or(0, |sealed| sealed.facts_bytes)
    }

    /// Adds changes; they travel once the bundle is sealed again.
    pub(crate) fn add(&mut self, changes: &[OwnId], detail: Detail) {
        self.changes.extend_from_slice(changes);
        self.full |= detail == Detail::Full;
    }

    /// Seals what the bundle's changes say now. Changes that left *mine* leave the bundle.
    /// `hide` seals the section keys for storage.
    pub(crate) fn seal(
        &mut self,
        mine: &Mine,
        sealing: Sealing<'_>,
        hide: impl FnOnce(&[u8]) -> Vec<u8>,
    ) -> Result<(), SealError> {
        let mut owns: Vec<&Own> = self.changes.iter().filter_map(|id| mine.get(*id)).collect();
        owns.sort_by_key(|own| own.audience);
        let detail = match self.full {
            true => Detail::Full,
            false => Detail::Short,
        };
        let sections: Vec<Section> = (Audience::ALL.into_iter())
            .filter_map(|audience| section(&owns, audience, detail, self.serial))
            .collect();
        let facts_bytes = sections.iter().map(|section| section.plain.len()).sum();
        let draft = Draft {
            serial: self.serial,
            previous: self.previous,
            sections,
        };
        let made = bundle::seal(&draft, &sealing.to, sealing.key, sealing.seed)?;
        // Only the team's part is ever shown to anybody; a kept bundle must not open beyond that.
        let mut keys = made.section_keys;
        keys.retain(|(audience, _)| *audience == Audience::Team);
        let keys =
            postcard::to_allocvec(&keys).expect("section keys have no form postcard cannot write");
        self.changes = owns.iter().map(|own| own.id).collect();
        self.sealed = Some(SealedForm {
            id: made.id,
            bytes: Arc::new(made.bytes),
            secret: hide(&keys),
            facts_bytes,
        });
        Ok(())
    }

    /// Ends sealing under this number for ever. `None` if it was never sealed: there is nothing
    /// to freeze.
    pub(crate) fn freeze(self) -> Option<FrozenBundle> {
        let sealed = self.sealed?;
        Some(FrozenBundle {
            serial: self.serial,
            id: sealed.id,
            bytes: sealed.bytes,
            changes: Arc::new(self.changes),
            full: self.full,
            secret: sealed.secret,
            answered: None,
            not_before: None,
            carried: false,
        })
    }
}

impl FrozenBundle {
    pub(crate) fn serial(&self) -> Serial {
        self.serial
    }

    pub(crate) fn id(&self) -> BundleId {
        self.id
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(crate) fn changes(&self) -> &[OwnId] {
        &self.changes
    }

    /// Whether references are spelled out in it: asking for that again leads nowhere.
    pub(crate) fn is_full(&self) -> bool {
        self.full
    }

    /// The sealed section keys, for a preview.
    pub(crate) fn secret(&self) -> &[u8] {
        &self.secret
    }
}

/// All own bundles.
#[derive(Debug, Clone, Default)]
pub(crate) struct Outbox {
    pub(crate) tail: Option<OpenBundle>,
    pub(crate) frozen: SortedMap<Serial, FrozenBundle>,
}

impl Outbox {
    /// Bundles that left or may leave and have no receipt, oldest first.
    pub(crate) fn unanswered(&self) -> impl Iterator<Item = &FrozenBundle> {
        self.frozen
            .values()
            .filter(|bundle| bundle.answered.is_none())
    }
}

/// A bundle as the outbox store keeps it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum StoredBundle {
    Open(OpenBundle),
    Frozen(FrozenBundle),
}

/// The key of a bundle in its store: incarnation and number, so that keys sort by age.
pub(crate) fn bundle_key(serial: Serial) -> Vec<u8> {
    let incarnation = serial.incarnation.0.to_be_bytes();
    [incarnation, serial.number.0.to_be_bytes()].concat()
}

fn section(owns: &[&Own], audience: Audience, detail: Detail, serial: Serial) -> Option<Section> {
    let outgoing: Vec<Outgoing<'_>> = owns
        .iter()
        .filter(|own| own.audience == audience)
        .map(|own| Outgoing {
            name: own.name,
            author: own.author,
            change: &own.change,
        })
        .collect();
    (!outgoing.is_empty()).then(|| Section {
        audience,
        plain: facts::encode(&spell(&outgoing, detail), Form::Bundle(serial.device)),
    })
}
