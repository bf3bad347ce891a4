//! Closed documents: all changes of one that nobody writes to any more, packed into one record.
//!
//! In the log an entry takes a few hundred bytes, for it is sealed alone and tells everything by
//! itself. Closing moves the changes of a document into one batch of facts under its key, and
//! leaves in the log only whose entry it was: every number stays where it is, so cursors, pages
//! and heads are the same before and after. What is written to the document later stands in the
//! log again, until it is closed once more. A document that others were united into has a record
//! for each of its names, all under its own key.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use shared::engine::{Engine as _, RowEngine};
use shared::entry::{Entry, Logged};
use shared::id::DocumentId;
use shared::page::{Page, Rows};
use shared::row::Row;

use super::document::Place;
use super::history::pointer;
use super::{Ledger, LedgerError, decode, encode};
use crate::secrets::DataKey;
use crate::store::{Put, Rewrite, Store, Table};

/// A change with its number in the document's stream.
pub type Numbered = (u64, Logged);

#[derive(Serialize, Deserialize)]
struct ClosedRecord {
    /// The dossier under whose key it is sealed, where that is another.
    under: Option<DocumentId>,
    #[serde(with = "serde_bytes")]
    sealed: Vec<u8>,
}

/// What is sealed.
#[derive(Serialize, Deserialize)]
struct Packed {
    /// The changes' numbers in the stream, each as the difference to the one before.
    steps: Vec<u64>,
    /// The changes, as in a page of nothing else.
    page: Page,
}

/// The record that holds all changes under one of a document's names, and what stays of them in
/// the log. Whatever key they were sealed with in the log, here it is the document's own.
#[must_use]
pub fn close(
    document: DocumentId,
    (place, key): (&Place, &DataKey),
    changes: &[Numbered],
) -> (Put, Vec<Rewrite>) {
    let packed = Packed::of(place, changes);
    let record = ClosedRecord {
        under: (place.sealed_under != document).then_some(place.sealed_under),
        sealed: key.seal(&document.0, &encode(&packed)),
    };
    let put = Put {
        table: Table::Closed,
        key: document.0.to_vec(),
        bytes: Some(encode(&record)),
    };
    let rewrites = changes.iter().map(|(n, _)| Rewrite {
        stream: place.stream,
        n: *n,
        bytes: pointer(document),
    });
    (put, rewrites.collect())
}

/// Removes the record of a document that goes with its key.
#[must_use]
pub fn drop_closed(document: DocumentId) -> Put {
    Put {
        table: Table::Closed,
        key: document.0.to_vec(),
        bytes: None,
    }
}

impl<S: Store> Ledger<S> {
    /// The changes of those of these documents that are closed; `None` where the key was
    /// destroyed.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn closed(
        &self,
        documents: &[DocumentId],
    ) -> Result<BTreeMap<DocumentId, Option<Vec<Numbered>>>, LedgerError> {
        let names = documents.iter().map(|id| id.0.to_vec()).collect();
        let found = self.store().get(Table::Closed, names).await?;
        let mut records: Vec<(DocumentId, ClosedRecord)> = Vec::new();
        for (id, found) in documents.iter().zip(found) {
            if let Some(found) = found {
                records.push((*id, decode(Table::Closed, &found.bytes)?));
            }
        }
        let under = records
            .iter()
            .map(|(id, record)| record.under.unwrap_or(*id));
        let keys = self.keys_of(&under.collect::<Vec<_>>()).await?;
        let opened = records.into_iter().zip(keys).map(|((id, record), key)| {
            let changes = key.map(|key| record.open(id, &key)).transpose()?;
            Ok((id, changes))
        });
        opened.collect()
    }
}

impl Packed {
    /// The changes as they read without any other document's. One that was written upon a union
    /// is not to be had from its own name's changes alone: then what it was written upon is told
    /// with every change of the name.
    fn of(place: &Place, changes: &[Numbered]) -> Self {
        let packed = Self::told(place, changes, |logged| logged.upon_all_shown);
        let hashes = |changes: &[Numbered]| -> Vec<_> {
            changes
                .iter()
                .map(|(n, logged)| (*n, logged.hash))
                .collect()
        };
        match packed.open() {
            Ok(read) if hashes(&read) == hashes(changes) => packed,
            _ => Self::told(place, changes, |_| false),
        }
    }

    fn told(place: &Place, changes: &[Numbered], upon_all_shown: impl Fn(&Logged) -> bool) -> Self {
        let mut before = 0;
        let steps = changes
            .iter()
            .map(|(n, _)| n - core::mem::replace(&mut before, *n));
        let entry = |(_, logged): &Numbered| {
            Entry::Change(Logged {
                upon_all_shown: upon_all_shown(logged),
                ..logged.clone()
            })
        };
        let entries: Vec<Entry> = changes.iter().map(entry).collect();
        Self {
            steps: steps.collect(),
            page: Page::of(place.stream, 0, 0, &entries),
        }
    }

    /// The changes with their numbers.
    fn open(&self) -> Result<Vec<Numbered>, LedgerError> {
        let entries = self
            .page
            .entries(&mut Alone::default())
            .map_err(|_| LedgerError::Contradiction("a closed document does not open"))?;
        let mut n = 0;
        let mut changes = Vec::with_capacity(entries.len());
        for (step, entry) in self.steps.iter().zip(entries) {
            n += step;
            if let Entry::Change(logged) = entry {
                changes.push((n, logged));
            }
        }
        Ok(changes)
    }
}

impl ClosedRecord {
    fn open(&self, document: DocumentId, key: &DataKey) -> Result<Vec<Numbered>, LedgerError> {
        let plain = key.unseal(&document.0, &self.sealed)?;
        decode::<Packed>(Table::Closed, &plain)?.open()
    }
}

/// Reads a page in which only one document has changes.
#[derive(Default)]
struct Alone(Row);

impl Rows for Alone {
    fn row(&self, _: &DocumentId) -> Row {
        self.0.clone()
    }

    fn show(&mut self, entry: &Entry) {
        if let Entry::Change(logged) = entry {
            // A change that does not fold is found by the page's checks.
            let _differs = RowEngine.fold(&mut self.0, &logged.change);
        }
    }
}
