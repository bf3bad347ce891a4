//! Which dossiers each hamlet has, remembered between questions.
//!
//! Only ids are kept, nothing about anybody; what a dossier says is opened when it is asked for.
//! A hamlet's list is as old as the last entry read of its stream and is brought up to date first.

use std::collections::BTreeSet;
use std::collections::btree_map::{BTreeMap, Entry as Slot};
use std::sync::{Mutex, PoisonError};

use shared::entry::Entry;
use shared::id::{Audience, DocumentId, StreamId, UnitId};
use shared::kind::Kind;

use super::Server;
use crate::ledger::LedgerError;
use crate::ledger::history::{SealedEntry, Step, read_step};
use crate::store::limits::PAGE_ENTRIES_MAX;
use crate::store::{ScanLimit, Store};

/// Hamlets whose lists are remembered: those of a large province. One list of 500 dossiers takes
/// 20 KB.
const HAMLETS_MAX: usize = 2_048;

/// The lists remembered.
#[derive(Debug, Default)]
pub(super) struct Directory(Mutex<BTreeMap<UnitId, Known>>);

#[derive(Debug, Clone, Default)]
struct Known {
    upto: u64,
    dossiers: BTreeSet<DocumentId>,
}

impl Directory {
    fn known(&self, unit: UnitId) -> Known {
        let lists = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lists.get(&unit).cloned().unwrap_or_default()
    }

    /// Keeps a list unless somebody has read further meanwhile.
    fn keep(&self, unit: UnitId, read: Known) {
        let mut lists = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if lists.len() >= HAMLETS_MAX && !lists.contains_key(&unit) {
            lists.pop_first();
        }
        match lists.entry(unit) {
            Slot::Occupied(mut slot) if slot.get().upto < read.upto => drop(slot.insert(read)),
            Slot::Occupied(_) => {}
            Slot::Vacant(slot) => drop(slot.insert(read)),
        }
    }
}

impl Known {
    /// Follows one entry; `None` is a change of a document not seen before.
    fn follow(&mut self, step: Step) -> Option<DocumentId> {
        match step {
            Step::Change(SealedEntry { document, .. }) | Step::Closed(document) => {
                return (!self.dossiers.contains(&document)).then_some(document);
            }
            Step::Mark(Entry::United { joined, .. }) => drop(self.dossiers.remove(&joined)),
            Step::Mark(Entry::Refounded { from, .. }) => drop(self.dossiers.remove(&from)),
            Step::Mark(Entry::Moved { document, .. } | Entry::Erased { document }) => {
                self.dossiers.remove(&document);
            }
            Step::Mark(Entry::Change(_)) => {}
        }
        None
    }
}

impl<S: Store> Server<S> {
    /// The dossiers of one hamlet.
    pub(crate) async fn dossiers_of(&self, unit: UnitId) -> Result<Vec<DocumentId>, LedgerError> {
        let stream = StreamId {
            unit,
            audience: Audience::Team,
        };
        let mut known = self.directory.known(unit);
        loop {
            let limit = ScanLimit::entries(PAGE_ENTRIES_MAX);
            let page = self
                .ledger()
                .store()
                .scan(stream, known.upto, limit)
                .await?;
            let Some((last, _)) = page.entries.last() else {
                break;
            };
            known.upto = *last;
            let mut unseen = BTreeSet::new();
            for (_, bytes) in &page.entries {
                unseen.extend(known.follow(read_step(bytes)?));
            }
            // Which of them are dossiers, and still stand under their own name and in this unit.
            let unseen: Vec<DocumentId> = unseen.into_iter().collect();
            for (id, document) in self.ledger().documents(&unseen).await? {
                if document.place.kind == Kind::Dossier && document.place.stream == stream {
                    known.dossiers.insert(id);
                }
            }
        }
        let dossiers = known.dossiers.iter().copied().collect();
        self.directory.keep(unit, known);
        Ok(dossiers)
    }
}
