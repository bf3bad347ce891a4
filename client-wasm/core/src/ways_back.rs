//! Every answer but "stored" has a way back: nothing a person entered disappears silently.

mod merged;
mod rebasing;

use shared::engine::Engine;
use shared::facts::{Detail, Name};
use shared::id::{DocumentId, UnitId};
use shared::key::Key;
use shared::kind::Kind;
use shared::limits::CHANGE_OPS_MAX;
use shared::receipt::{RefuseReason, RejectReason};
use shared::row::Row;
use shared::sorted::SortedMap;
use shared::time::UnixSeconds;
use shared::value::Value;

use crate::input::{Place, Put};
use crate::mine::{Own, OwnId, OwnState};
use crate::saving::{Begins, Subject, elsewhere, puts_of, slots};
use crate::state::{NotAcceptedEntry, Why};
use crate::work::Work;
use merged::Merged;

impl<E: Engine> Work<'_, E> {
    /// The change and all later own changes on its document leave *mine* for the list of what
    /// was not accepted.
    pub(crate) fn refuse(&mut self, id: OwnId, reason: RefuseReason) {
        let mut reason = reason;
        for own in self.leave(id) {
            self.hand_back(&own, reason);
            if reason != RefuseReason::Erased {
                reason = RefuseReason::Dependent;
            }
        }
    }

    /// The clock was ahead: the same is issued again with the server's time.
    pub(crate) fn redo_clock(&mut self, id: OwnId, server_time: UnixSeconds) {
        for own in self.leave(id) {
            let at = own.change.time.min(server_time);
            self.redo(own, at);
        }
    }

    /// The server could not tell which change a short reference meant: the same bytes of change
    /// travel again, spelled out.
    pub(crate) fn send_full(&mut self, id: OwnId) {
        if self.place(&[id], Detail::Full).is_err() {
            self.update_own(id, |own| own.state = OwnState::Parked);
        }
    }

    /// An erased person: own changes go without their content.
    pub(crate) fn forget(&mut self, root: &DocumentId) {
        let ids: Vec<OwnId> = self.state.mine.of(root).map(|own| own.id).collect();
        for id in ids {
            if let Some(own) = self.remove_own(id) {
                self.hand_back(&own, RefuseReason::Erased);
            }
        }
    }

    /// Issues a change again, under the present life and the document's present name.
    ///
    /// Another life's events keep their ids, so that they count once if the original arrives
    /// after all. In the same life they get new ones: the original was refused and never arrives,
    /// and the counters its ids came from are used again.
    pub(crate) fn redo(&mut self, own: Own, at: UnixSeconds) {
        let save = self.next_save();
        let root = self.root(&own.document);
        let keeps_name = root == own.document;
        let present = self.state.device.author().actor(root);
        let mut puts = puts_of(&own.change);
        if !keeps_name || own.change.actor == present {
            puts = puts.into_iter().map(with_new_event).collect();
        }
        let subject = Subject {
            document: root,
            name: if keeps_name {
                own.name
            } else {
                elsewhere(root)
            },
            kind: kind_of(&own).unwrap_or(Kind::Dossier),
            audience: own.audience,
            begins: None,
        };
        if let Ok(Some(id)) = self.edit(save, 0, subject, slots(puts), at)
            && self.place(&[id], Detail::Short).is_err()
        {
            self.refuse(id, RefuseReason::Dependent);
        }
    }

    /// Writes a document with its companions once more under a name that was never used, in one
    /// save: what it was called means somebody else.
    pub(crate) fn begin_again(&mut self, owns: Vec<Own>) {
        let Some(first) = owns.first().and_then(begins) else {
            let dependent = RefuseReason::Dependent;
            return owns.iter().for_each(|own| self.hand_back(own, dependent));
        };
        let at = owns.last().map_or(self.now, |own| own.change.time);
        let dossier = self.new_subject(first.kind, first.unit).name;
        let mut documents: SortedMap<Name, (Begins, Merged)> = SortedMap::new();
        for own in &owns {
            let companion = own.name.companion;
            let kind = companion.map_or(first.kind, Kind::of_companion);
            let begins = Begins { kind, ..first };
            let name = Name {
                companion,
                ..dossier
            };
            self.state.device.rename(own.document, name.document());
            let (_, merged) = documents.get_or_insert(name, || (begins, Merged::default()));
            merged.add(own, &Row::default());
        }
        let (save, mut ids) = (self.next_save(), Vec::new());
        for (name, (begins, merged)) in documents {
            let puts: Vec<Put> = merged.kept.into_values().collect();
            for some in puts.chunks(CHANGE_OPS_MAX - 2) {
                let subject = Subject {
                    document: name.document(),
                    name,
                    kind: begins.kind,
                    audience: begins.kind.audience(),
                    begins: Some(begins),
                };
                let written = self.edit(save, ids.len(), subject, slots(some.to_vec()), at);
                ids.extend(written.ok().flatten());
            }
        }
        // It fitted bundles before; what does not fit one now waits to be issued again.
        if self.place(&ids, Detail::Short).is_err() {
            let rejected = OwnState::Rejected(RejectReason::LimitExceeded);
            for id in ids {
                self.update_own(id, |own| own.state = rejected);
            }
        }
    }

    /// The change and all later own changes on the same document, taken out of *mine*.
    pub(crate) fn leave(&mut self, id: OwnId) -> Vec<Own> {
        let ids = self.from(id);
        ids.into_iter()
            .filter_map(|id| self.remove_own(id))
            .collect()
    }

    fn from(&self, id: OwnId) -> Vec<OwnId> {
        let Some(own) = self.state.mine.get(id) else {
            return Vec::new();
        };
        let root = self.root(&own.document);
        let later = self.state.mine.of(&root).map(|own| own.id);
        later.filter(|later| *later >= id).collect()
    }

    fn hand_back(&mut self, own: &Own, reason: RefuseReason) {
        let puts = match reason {
            RefuseReason::Erased => Vec::new(),
            _ => puts_of(&own.change),
        };
        let root = self.root(&own.document);
        self.not_accept(NotAcceptedEntry {
            document: root,
            kind: self.row(&root).kind().or_else(|| kind_of(own)),
            why: Why::Refused(reason),
            saved: own.change.time,
            puts,
        });
    }
}

/// What a document's first change says first.
fn begins(own: &Own) -> Option<Begins> {
    let unit = own.change.ops.iter().find(|op| op.key == Key::UNIT)?;
    let shared::change::Action::Put(Value::Uint(unit)) = unit.action else {
        return None;
    };
    let unit = u32::try_from(unit).ok()?;
    Some(Begins::of(kind_of(own)?, UnitId(unit)))
}

fn kind_of(own: &Own) -> Option<Kind> {
    let kind = own.change.ops.iter().find(|op| op.key == Key::KIND)?;
    match &kind.action {
        shared::change::Action::Put(value) => value.as_uint().and_then(Kind::from_code),
        _ => None,
    }
}

/// The same put; an event gets its id from the op that will write it.
fn with_new_event(put: Put) -> Put {
    let place = match &put.place {
        Place::Key(key) if key.event_id().is_some() => Place::Event,
        place => place.clone(),
    };
    Put { place, ..put }
}
