//! Every answer but "stored" has a way back: nothing a person entered disappears silently.

use shared::engine::Engine;
use shared::event::{Event, What};
use shared::facts::{Detail, Name};
use shared::id::{Audience, DocumentId, EventId, StreamId, UnitId};
use shared::key::Key;
use shared::kind::Kind;
use shared::limits::{CHANGE_OPS_MAX, PULL_STREAMS_MAX};
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
        for id in self.from(id) {
            self.rebase_one(id, survivor);
        }
    }

    /// What was written under this name waits to be made again on `to`. What the server had
    /// received is part of it.
    pub(crate) fn rebase_named(&mut self, name: DocumentId, to: DocumentId) {
        let named = self.state.mine.all().filter(|own| own.document == name);
        let named: Vec<OwnId> = named.map(|own| own.id).collect();
        for id in named {
            let own = self.state.mine.get(id);
            match own.is_some_and(|own| own.state == OwnState::Received) {
                true => drop(self.remove_own(id)),
                false => self.rebase_one(id, to),
            }
        }
    }

    fn rebase_one(&mut self, id: OwnId, to: DocumentId) {
        self.update_own(id, |own| {
            if own.state.rank() < OwnState::Received.rank() {
                own.state = OwnState::Rebasing(to);
            }
        });
    }

    /// Makes waiting edits again on documents whose new ids have arrived, or never will.
    pub(crate) fn settle_rebases(&mut self) {
        let mut waiting: SortedMap<DocumentId, Vec<OwnId>> = SortedMap::new();
        for own in self.state.mine.all() {
            if let OwnState::Rebasing(survivor) = own.state {
                let root = self.root(&survivor);
                waiting.get_or_insert(root, Vec::new).push(own.id);
            }
        }
        for (survivor, ids) in waiting {
            self.settle_rebase(survivor, &ids);
        }
    }

    fn settle_rebase(&mut self, survivor: DocumentId, ids: &[OwnId]) {
        let owns = ids.iter().filter_map(|id| self.state.mine.get(*id));
        let unseen = owns.clone().find_map(|own| self.unseen(own, &survivor));
        if unseen.is_some() || self.state.confirmed.held(&survivor).is_some() {
            self.replay(survivor, ids, unseen);
        }
    }

    /// Hands back edits that still wait for a document under its new name when every stream is
    /// here to its end: it was erased, or nobody will ever tell this phone of it.
    pub(crate) fn hand_back_stranded(&mut self) {
        let confirmed = &self.state.confirmed;
        if !confirmed.refills.is_empty() || confirmed.streams.len() > PULL_STREAMS_MAX {
            return;
        }
        let rebasing = self.state.mine.all().filter_map(|own| match own.state {
            OwnState::Rebasing(survivor) => Some((own.id, self.root(&survivor))),
            _ => None,
        });
        let stranded: Vec<(OwnId, DocumentId)> = rebasing.collect();
        for (id, survivor) in stranded {
            let reason = match self.state.confirmed.is_erased(&survivor) {
                true => RefuseReason::Erased,
                false => RefuseReason::Moved,
            };
            self.refuse(id, reason);
        }
    }

    /// How the change begins again if no page will ever bring its document here under the new
    /// name: what it says is then written beside what the server has.
    fn unseen(&self, own: &Own, survivor: &DocumentId) -> Option<(Name, Begins)> {
        self.unseen_companion(own, survivor)
            .or_else(|| self.unseen_elsewhere(own, survivor))
    }

    /// A companion of a dossier that is here: one that this phone may write and not read, or that
    /// nobody has written anything in under the new name.
    fn unseen_companion(&self, own: &Own, survivor: &DocumentId) -> Option<(Name, Begins)> {
        let which = own.name.companion?;
        let dossier = self.root(&own.name.origin.document());
        let row = self.state.confirmed.row(&dossier)?;
        let is_it = dossier.companion(which) == *survivor;
        let unseen = !self.state.is_followed(survivor, &row, Audience::Police)
            || self.state.confirmed.has_all_but(&row, survivor);
        let name = Name {
            companion: Some(which),
            ..elsewhere(dossier)
        };
        let begins = Begins::of(Kind::of_companion(which), row.unit()?);
        (is_it && unseen).then_some((name, begins))
    }

    /// A document of a unit that this phone follows no more. A companion is found by its dossier,
    /// whose new name nobody tells this phone.
    fn unseen_elsewhere(&self, own: &Own, survivor: &DocumentId) -> Option<(Name, Begins)> {
        let former = self.root(&own.document);
        let row = self.row(&former);
        let known = row.kind().zip(row.unit());
        let known = known.map(|(kind, unit)| Begins::of(kind, unit));
        // Made again once before, it tells itself what it is.
        let begins = known.or_else(|| begins(own))?;
        let confirmed = &self.state.confirmed;
        let follows = |stream: &StreamId| stream.unit == begins.unit;
        let is_followed =
            confirmed.lent.get(&former).is_some() || confirmed.streams.keys().any(follows);
        (own.name.companion.is_none() && !is_followed).then_some((elsewhere(*survivor), begins))
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

    fn replay(&mut self, survivor: DocumentId, ids: &[OwnId], unseen: Option<(Name, Begins)>) {
        let first = ids.first().and_then(|id| self.state.mine.get(*id));
        let Some(subject) = first.map(|own| self.successor(own, survivor, unseen)) else {
            return;
        };
        let owns: Vec<Own> = ids.iter().filter_map(|id| self.remove_own(*id)).collect();
        let at = owns.last().map_or(self.now, |own| own.change.time);
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
        let puts = slots(merged.kept.into_values().collect());
        if let Ok(Some(id)) = self.edit(save, 0, subject, puts, at)
            && self.place(&[id], Detail::Short).is_err()
        {
            self.refuse(id, RefuseReason::Dependent);
        }
    }

    /// The document on which an own change is made again.
    fn successor(
        &self,
        own: &Own,
        survivor: DocumentId,
        unseen: Option<(Name, Begins)>,
    ) -> Subject {
        let (name, begins) = unseen.unzip();
        let shown = || self.row(&survivor).kind().unwrap_or(Kind::Dossier);
        let kind = match (own.name.companion, begins) {
            (Some(which), _) => Kind::of_companion(which),
            (None, Some(begins)) => begins.kind,
            (None, None) => shown(),
        };
        Subject {
            document: survivor,
            name: name.unwrap_or(elsewhere(survivor)),
            kind,
            audience: kind.audience(),
            begins,
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
    kept: SortedMap<Place, Put>,
    removed: SortedMap<Place, Put>,
}

impl Merged {
    fn add(&mut self, own: &Own, survivor: &Row) {
        for op in &own.change.ops {
            let shared::change::Action::Put(value) = &op.action else {
                continue;
            };
            if [Key::KIND, Key::UNIT].contains(&op.key) {
                continue;
            }
            let place = Place::Key(op.key.clone());
            let Some(value) = self.without_void(value) else {
                continue;
            };
            let put = with_new_event(Put::key(op.key.clone(), value));
            // A value that replaced one, where the new document has none: the key was taken out
            // on purpose. Of a document that is never shown here nobody can tell.
            let taken_out =
                !op.preds.is_empty() && !survivor.is_empty() && survivor.live(&op.key).is_empty();
            let of_own_making = self.kept.contains_key(&place);
            let side = match taken_out && !of_own_making {
                true => &mut self.removed,
                false => &mut self.kept,
            };
            side.insert(place, put);
        }
    }
}

impl Merged {
    /// The value; of a void what it names besides events that are only now made again, and so get
    /// other ids: those are left out instead. `None` if nothing remains to be said.
    fn without_void(&mut self, value: &Value) -> Option<Value> {
        let event = value.as_bytes().map(Event::from_payload);
        let Some(Ok(Event {
            what: What::Void(mut void),
            stamp,
        })) = event
        else {
            return Some(value.clone());
        };
        let place = |event: &EventId| Place::Key(Key::event(*event));
        (void.events).retain(|event| self.kept.remove(&place(event)).is_none());
        let what = What::Void(void.clone());
        let payload = || Event { what, stamp }.to_payload();
        (!void.events.is_empty()).then(|| Value::Bytes(payload()))
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
