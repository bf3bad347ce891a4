//! Every answer but "stored" has a way back: nothing a person entered disappears silently.

use std::collections::BTreeMap;

use shared::engine::Engine;
use shared::facts::Detail;
use shared::id::DocumentId;
use shared::key::Key;
use shared::kind::Kind;
use shared::receipt::RefuseReason;
use shared::row::Row;
use shared::time::UnixSeconds;

use crate::input::{Place, Put};
use crate::mine::{Own, OwnId, OwnState};
use crate::saving::{Subject, elsewhere, puts_of, slots};
use crate::state::{NotAcceptedEntry, Why};
use crate::work::Work;

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

    /// The document goes on under another id: this and all later own changes wait for it.
    pub(crate) fn rebase(&mut self, id: OwnId, survivor: DocumentId) {
        let ids = self.from(id);
        self.rebase_all(ids, survivor);
    }

    /// These changes wait to be made again on `survivor`.
    pub(crate) fn rebase_all(&mut self, ids: Vec<OwnId>, survivor: DocumentId) {
        for id in ids {
            self.update_own(id, |own| {
                if own.state.rank() < OwnState::Received.rank() {
                    own.state = OwnState::Rebasing(survivor);
                }
            });
        }
    }

    /// Makes waiting edits again on documents whose new ids have arrived.
    pub(crate) fn settle_rebases(&mut self) {
        let mut due: BTreeMap<DocumentId, Vec<OwnId>> = BTreeMap::new();
        for own in self.state.mine.all() {
            if let OwnState::Rebasing(survivor) = own.state {
                let root = self.root(&survivor);
                if self.state.confirmed.held(&root).is_some() {
                    due.entry(root).or_default().push(own.id);
                }
            }
        }
        for (survivor, ids) in due {
            self.replay(survivor, &ids);
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

    fn replay(&mut self, survivor: DocumentId, ids: &[OwnId]) {
        let owns: Vec<Own> = ids.iter().filter_map(|id| self.remove_own(*id)).collect();
        let Some(last) = owns.last() else { return };
        let (at, audience) = (last.change.time, last.audience);
        let row = self.row(&survivor);
        let mut merged = Merged::default();
        for own in &owns {
            merged.add(own, &row);
        }
        if !merged.removed.is_empty() {
            self.not_accept(NotAcceptedEntry {
                document: survivor,
                kind: row.kind(),
                why: Why::KeyRemoved,
                saved: at,
                puts: merged.removed.into_values().collect(),
            });
        }
        let save = self.next_save();
        let subject = Subject {
            document: survivor,
            name: elsewhere(survivor),
            kind: row.kind().unwrap_or(Kind::Dossier),
            audience: row.kind().map_or(audience, Kind::audience),
            begins: None,
        };
        let puts = slots(merged.kept.into_values().collect());
        if let Ok(Some(id)) = self.edit(save, 0, subject, puts, at)
            && self.place(&[id], Detail::Short).is_err()
        {
            self.refuse(id, RefuseReason::Dependent);
        }
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

/// Several changes as one edit: of each key the last value.
#[derive(Default)]
struct Merged {
    kept: BTreeMap<Place, Put>,
    removed: BTreeMap<Place, Put>,
}

impl Merged {
    fn add(&mut self, own: &Own, survivor: &Row) {
        let preds = own.change.ops.iter();
        for op in preds {
            let shared::change::Action::Put(value) = &op.action else {
                continue;
            };
            if [Key::KIND, Key::UNIT].contains(&op.key) {
                continue;
            }
            let place = Place::Key(op.key.clone());
            let put = with_new_event(Put::key(op.key.clone(), value.clone()));
            // A value that replaced one, where the new document has none: the key was taken out
            // on purpose.
            let taken_out = !op.preds.is_empty() && survivor.live(&op.key).is_empty();
            let of_own_making = self.kept.contains_key(&place);
            let side = match taken_out && !of_own_making {
                true => &mut self.removed,
                false => &mut self.kept,
            };
            side.insert(place, put);
        }
    }
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
