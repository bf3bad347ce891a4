//! Mine: the phone's own changes that the server's log has not shown yet.
//!
//! They are kept by save, in the order they were made, which is also the order they fold in.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use shared::bundle::Serial;
use shared::change::Change;
use shared::facts::{Author, Name, Origin};
use shared::id::{Audience, ChangeHash, Companion, DocumentId};
use shared::receipt::{HoldReason, RejectReason};
use shared::sorted::SortedMap;
use shared::time::UnixSeconds;

/// The name of one own change: which save, which of its changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) struct OwnId {
    pub(crate) save: u64,
    pub(crate) index: u16,
}

/// One own change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Own {
    pub(crate) id: OwnId,
    /// The document as the change names it; its alias may lead elsewhere by now.
    pub(crate) document: DocumentId,
    #[serde(with = "NameForm")]
    pub(crate) name: Name,
    pub(crate) audience: Audience,
    pub(crate) author: Author,
    pub(crate) change: Change,
    pub(crate) hash: ChangeHash,
    /// The bundle it travels in now.
    pub(crate) serial: Serial,
    pub(crate) state: OwnState,
}

/// What the server said of one own change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum OwnState {
    /// Nothing yet.
    Waiting,
    /// It is on the server and waits for something else to arrive.
    Parked,
    /// It is on the server and waits for a coordinator.
    Held(HoldReason),
    /// It is in the server's log; a page will show it.
    Received,
    /// Its document goes on under this id; the edit is made again once that is known here.
    Rebasing(DocumentId),
    /// Its bundle was turned away; it is issued again after an update.
    Rejected(RejectReason),
}

impl OwnState {
    /// How final it is: a receipt never moves a change to a lower rank, so receipts may come in
    /// any order.
    pub(crate) fn rank(self) -> u8 {
        match self {
            Self::Waiting => 0,
            Self::Rejected(_) => 1,
            Self::Parked => 2,
            Self::Held(_) => 3,
            Self::Received | Self::Rebasing(_) => 4,
        }
    }
}

/// One save that is not wholly confirmed: what people call a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SaveRecord {
    pub(crate) at: UnixSeconds,
    /// Never empty, ascending by id.
    pub(crate) changes: Vec<Own>,
}

/// All own changes, found by id, by document and by hash.
#[derive(Debug, Clone, Default)]
pub(crate) struct Mine {
    saves: SortedMap<u64, Arc<SaveRecord>>,
    by_root: SortedMap<DocumentId, Vec<OwnId>>,
    by_hash: SortedMap<ChangeHash, OwnId>,
}

impl Mine {
    pub(crate) fn save(&self, save: u64) -> Option<&Arc<SaveRecord>> {
        self.saves.get(&save)
    }

    pub(crate) fn saves(&self) -> impl Iterator<Item = (u64, &SaveRecord)> {
        self.saves.iter().map(|(id, save)| (*id, &**save))
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &Own> {
        self.saves.values().flat_map(|save| &save.changes)
    }

    pub(crate) fn get(&self, id: OwnId) -> Option<&Own> {
        let save = self.saves.get(&id.save)?;
        save.changes.iter().find(|own| own.id == id)
    }

    pub(crate) fn by_hash(&self, hash: &ChangeHash) -> Option<OwnId> {
        self.by_hash.get(hash).copied()
    }

    /// Own changes on the document with this root, in the order they fold.
    pub(crate) fn of(&self, root: &DocumentId) -> impl Iterator<Item = &Own> {
        let ids = self.by_root.get(root).map_or(&[][..], Vec::as_slice);
        ids.iter().filter_map(|id| self.get(*id))
    }

    /// The documents with own changes, by root.
    pub(crate) fn roots(&self) -> impl Iterator<Item = &DocumentId> {
        self.by_root.keys()
    }

    /// Adds a change; `root` is where its document's alias leads.
    pub(crate) fn insert(&mut self, at: UnixSeconds, root: DocumentId, own: Own) {
        self.by_hash.insert(own.hash, own.id);
        let ids = self.by_root.get_or_insert(root, Vec::new);
        ids.push(own.id);
        ids.sort_unstable();
        let save = self.saves.get_or_insert(own.id.save, || {
            let changes = Vec::new();
            Arc::new(SaveRecord { at, changes })
        });
        Arc::make_mut(save).changes.push(own);
    }

    pub(crate) fn update(&mut self, id: OwnId, change: impl FnOnce(&mut Own)) {
        if let Some(save) = self.saves.get_mut(&id.save) {
            let save = Arc::make_mut(save);
            if let Some(own) = save.changes.iter_mut().find(|own| own.id == id) {
                change(own);
            }
        }
    }

    pub(crate) fn remove(&mut self, id: OwnId) -> Option<Own> {
        let save = self.saves.get_mut(&id.save)?;
        let position = save.changes.iter().position(|own| own.id == id)?;
        let own = Arc::make_mut(save).changes.remove(position);
        if save.changes.is_empty() {
            self.saves.remove(&id.save);
        }
        self.by_hash.remove(&own.hash);
        for ids in self.by_root.values_mut() {
            ids.retain(|known| *known != id);
        }
        self.by_root.retain(|_, ids| !ids.is_empty());
        Some(own)
    }

    /// Sorts the changes under the roots their documents have now.
    pub(crate) fn reroot(&mut self, root: impl Fn(&DocumentId) -> DocumentId) {
        self.by_root = SortedMap::new();
        for own in self.saves.values().flat_map(|save| &save.changes) {
            let root = root(&own.document);
            self.by_root.get_or_insert(root, Vec::new).push(own.id);
        }
    }
}

/// How a document's name is stored.
#[derive(Serialize, Deserialize)]
#[serde(remote = "Name")]
struct NameForm {
    #[serde(with = "OriginForm")]
    origin: Origin,
    companion: Option<Companion>,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Origin")]
enum OriginForm {
    Created(Author, u32),
    Elsewhere(DocumentId),
}
