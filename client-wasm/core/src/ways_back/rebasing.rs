//! Edits of a document that goes on under another name are made again there.
//!
//! They wait for the new document to be shown here. Where no page will ever bring it, they are
//! written beside what the server has, or handed back to whoever wrote them.

use shared::engine::Engine;
use shared::facts::{Detail, Name};
use shared::id::{Audience, DocumentId, StreamId};
use shared::kind::Kind;
use shared::limits::PULL_STREAMS_MAX;
use shared::receipt::RefuseReason;
use shared::sorted::SortedMap;

use super::begins;
use super::merged::Merged;
use crate::mine::{Own, OwnId, OwnState};
use crate::saving::{Begins, Subject, elsewhere, slots};
use crate::state::{NotAcceptedEntry, Why};
use crate::work::Work;

impl<E: Engine> Work<'_, E> {
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
}
