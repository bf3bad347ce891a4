//! What was written in a document, by whom and when, for people to read.
//!
//! Rows know neither: they hold what is there now. The answer comes from the pages the phone has
//! kept, which the caller reads from storage for the one document that is looked at, and from
//! what is mine and in no page yet.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use shared::change::Action;
use shared::engine::{Engine, Slot};
use shared::event::Event;
use shared::id::{ActorId, Audience, DeviceId, DocumentId, Incarnation, StreamId};
use shared::key::Key;
use shared::page::Page;
use shared::time::UnixSeconds;
use shared::value::Value;

use crate::client::{Client, Phase};
use crate::effect::Store;
use crate::input::{Place, Put, Record};
use crate::saving::puts_of;
use crate::state::State;
use crate::stored;

/// One change of a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passage {
    /// By its author's clock.
    pub at: UnixSeconds,
    /// Who wrote it, as the document's values name them.
    pub actor: ActorId,
    /// On which device.
    pub device: DeviceId,
    /// What was put; a choice among values that were there puts nothing.
    pub said: Vec<Said>,
    /// Whether the server has shown it; else it is mine.
    pub is_confirmed: bool,
}

/// One thing that was put, as people read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Said {
    /// A value under a key.
    Value(Key, Value),
    /// Something that happened.
    Event(Event),
}

impl Said {
    /// What a put says; `None` for an event of a later version.
    pub fn of(put: &Put) -> Option<Self> {
        let key = match &put.place {
            Place::Key(key) if key.event_id().is_none() => key.clone(),
            _ => {
                return Event::from_payload(put.value.as_bytes()?)
                    .ok()
                    .map(Self::Event);
            }
        };
        Some(Self::Value(key, put.value.clone()))
    }
}

impl<E: Engine> Client<E> {
    /// How the keys of the pages begin that [`Client::history`] of this document wants; `None`
    /// for a document without unit.
    pub fn history_prefix(&self, id: &DocumentId) -> Option<Vec<u8>> {
        let unit = self.row(id).unit()?;
        let audience = Audience::Team;
        Some(stored::stream_bytes(StreamId { unit, audience }).to_vec())
    }

    /// The document's changes, oldest first, by the records of [`Store::Facts`] given. What
    /// cannot be read is left out: history is an aid, never the truth.
    pub fn history(&self, id: &DocumentId, pages: &[Record]) -> Vec<Passage> {
        let Phase::Open(open) = &self.phase else {
            return Vec::new();
        };
        let root = open.state.confirmed.root(id);
        let read = pages.iter().filter_map(|record| {
            stored::read_sealed::<Page>(&open.vault, Store::Facts, &record.key, &record.value).ok()
        });
        let written = read.filter_map(|page| page.written().ok()).flatten();
        let of_it = written.filter(|one| open.state.confirmed.root(&one.document) == root);
        let mut passages: Vec<Passage> = of_it
            .map(|one| Passage {
                at: one.time,
                actor: one.author.actor(one.document),
                device: one.author.device,
                said: one.ops.into_iter().filter_map(said).collect(),
                is_confirmed: true,
            })
            .collect();
        passages.extend(open.state.mine.of(&root).map(|own| Passage {
            at: own.change.time,
            actor: own.change.actor,
            device: own.author.device,
            said: puts_of(&own.change).iter().filter_map(Said::of).collect(),
            is_confirmed: false,
        }));
        passages.sort_by_key(|passage| passage.at);
        passages
    }
}

/// Which device writes under which of a document's actors: an actor's name is made from the
/// device's and cannot be taken apart, but there are few who may have made it.
pub(crate) struct Writers(Vec<(ActorId, DeviceId)>);

/// Lives of a colleague's device that are tried. A phone begins a new one when it is restored,
/// copied, or its clock was refused; work of later ones is shown without a name.
const LIVES_TRIED: u32 = 16;

impl Writers {
    /// For the document of this root.
    pub(crate) fn of(state: &State, root: &DocumentId) -> Self {
        let mut names: BTreeSet<DocumentId> = state.confirmed.names_of(root);
        names.extend(state.mine.of(root).map(|own| own.document));
        let people = state.names.iter().flat_map(|names| &names.people);
        let own = state.device.id;
        let devices = people.map(|(device, _)| *device).chain([own]);
        let lives = LIVES_TRIED.max(state.device.incarnation.0 + 1);
        let all = devices.flat_map(|device| {
            let names = &names;
            (0..lives).flat_map(move |life| {
                let life = Incarnation(life);
                names
                    .iter()
                    .map(move |document| (ActorId::writing(device, life, *document), device))
            })
        });
        Self(all.collect())
    }

    pub(crate) fn device(&self, actor: ActorId) -> Option<DeviceId> {
        let found = self.0.iter().find(|(known, _)| *known == actor)?;
        Some(found.1)
    }
}

fn said((slot, action): (Slot, Action)) -> Option<Said> {
    let Action::Put(value) = action else {
        return None;
    };
    let place = match slot {
        Slot::Key(key) => Place::Key(key),
        Slot::Event => Place::Event,
    };
    Said::of(&Put { place, value })
}
