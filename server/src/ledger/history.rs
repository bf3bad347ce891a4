//! Histories: all changes of a document, in the order they became durable.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use shared::derive::Hashed;
use shared::entry::{Entry, Logged};
use shared::id::{DocumentId, StreamId};

use super::closed::Numbered;
use super::document::Place;
use super::{Ledger, LedgerError, decode, encode};
use crate::secrets::DataKey;
use crate::store::{Append, LogPosition, RangeQuery, ScanLimit, Store, Table};

/// An entry as the log holds it: changes sealed, everything else in clear.
#[derive(Serialize, Deserialize)]
enum LogRecord {
    Sealed {
        /// The document, as the change's author named it.
        document: DocumentId,
        /// The dossier under whose key it is sealed, where that is another.
        under: Option<DocumentId>,
        #[serde(with = "serde_bytes")]
        entry: Vec<u8>,
    },
    Clear(Entry),
    /// A change that stands in the document's [closed](super::closed) record.
    Closed(DocumentId),
}

/// A document with a key that was destroyed and another that was not.
const HALF_ERASED: LedgerError = LedgerError::Contradiction("a document half erased");

/// How a sealed [`LogRecord`] begins.
const SEALED: u8 = 0;

/// A logged change that nobody has opened yet.
pub struct SealedEntry {
    /// The document, as the change's author named it.
    pub document: DocumentId,
    /// The dossier under whose key it is sealed.
    pub under: DocumentId,
    bytes: Vec<u8>,
}

impl SealedEntry {
    /// Opens it with the document's key.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn open(&self, key: &DataKey) -> Result<Logged, LedgerError> {
        let plain = key.unseal(&self.document.0, &self.bytes)?;
        match Entry::from_bytes(&plain) {
            Ok(Entry::Change(logged)) => Ok(logged),
            _ => Err(LedgerError::Contradiction("a sealed entry is no change")),
        }
    }
}

/// One entry read from a stream.
pub enum Step {
    /// A change, still sealed.
    Change(SealedEntry),
    /// A change of this document, packed with all its others.
    Closed(DocumentId),
    /// Anything else.
    Mark(Entry),
}

/// Reads an entry's bytes.
///
/// # Errors
/// [`LedgerError`].
pub fn read_step(bytes: &[u8]) -> Result<Step, LedgerError> {
    match decode(Table::History, bytes)? {
        LogRecord::Sealed {
            document,
            under,
            entry,
        } => {
            let under = under.unwrap_or(document);
            Ok(Step::Change(SealedEntry {
                document,
                under,
                bytes: entry,
            }))
        }
        LogRecord::Clear(entry) => Ok(Step::Mark(entry)),
        LogRecord::Closed(document) => Ok(Step::Closed(document)),
    }
}

/// The entry an append makes, if it is no change.
///
/// # Errors
/// [`LedgerError`].
pub fn appended_mark(append: &Append) -> Result<Option<Entry>, LedgerError> {
    match append.bytes.first() {
        Some(&SEALED) => Ok(None),
        _ => match decode(Table::History, &append.bytes)? {
            LogRecord::Sealed { .. } | LogRecord::Closed(_) => Ok(None),
            LogRecord::Clear(entry) => Ok(Some(entry)),
        },
    }
}

/// Appends a change to its document's stream, sealed under the key of `place`.
#[must_use]
pub fn append_change(place: &Place, key: &DataKey, logged: &Logged) -> Append {
    let document = logged.document;
    let under = (place.sealed_under != document).then_some(place.sealed_under);
    let entry = key.seal(&document.0, &Entry::Change(logged.clone()).to_bytes());
    let index = [document.0.as_slice(), &place.entries.to_be_bytes()].concat();
    Append {
        stream: place.stream,
        bytes: encode(&LogRecord::Sealed {
            document,
            under,
            entry,
        }),
        index: Some(index),
    }
}

/// What stays in the log of a change whose document is closed.
#[must_use]
pub(super) fn pointer(document: DocumentId) -> Vec<u8> {
    encode(&LogRecord::Closed(document))
}

/// Appends anything but a change.
#[must_use]
pub fn append_mark(stream: StreamId, entry: Entry) -> Append {
    Append {
        stream,
        bytes: encode(&LogRecord::Clear(entry)),
        index: None,
    }
}

impl<S: Store> Ledger<S> {
    /// The changes of a document and of those united into it, in causal order.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn history(
        &self,
        id: DocumentId,
        place: &Place,
        key: &DataKey,
    ) -> Result<Vec<Hashed>, LedgerError> {
        let logged = self.logged(id, place, key).await?;
        let hashed = |logged: Logged| (logged.hash, logged.change);
        Ok(logged.into_iter().map(hashed).collect())
    }

    /// The same changes as the log has them, with their authors.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn logged(
        &self,
        id: DocumentId,
        place: &Place,
        key: &DataKey,
    ) -> Result<Vec<Logged>, LedgerError> {
        let numbered = self.numbered(id, place, key).await?;
        Ok(numbered.into_iter().map(|(_, logged)| logged).collect())
    }

    /// The same changes with their numbers in the document's stream: a causal order.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn numbered(
        &self,
        id: DocumentId,
        place: &Place,
        key: &DataKey,
    ) -> Result<Vec<Numbered>, LedgerError> {
        let names: Vec<DocumentId> = core::iter::once(id)
            .chain(place.joined.iter().copied())
            .collect();
        let mut positions = Vec::new();
        for document in &names {
            self.positions(*document, place.stream, &mut positions)
                .await?;
        }
        // Read after the places in the log: what is closed between the two is found here.
        let mut history = self.packed(&names).await?;
        for n in positions {
            if history.contains_key(&n) {
                continue;
            }
            match self.entry((place.stream, n), (place, key)).await? {
                Some(logged) => drop(history.insert(n, logged)),
                // It was closed since.
                None => history.extend(self.packed(&names).await?),
            }
            if !history.contains_key(&n) {
                return Err(LedgerError::Contradiction("the history names no change"));
            }
        }
        Ok(history.into_iter().collect())
    }

    /// What is packed of these documents, by number in the stream.
    async fn packed(&self, names: &[DocumentId]) -> Result<BTreeMap<u64, Logged>, LedgerError> {
        let mut packed = BTreeMap::new();
        for (_, changes) in self.closed(names).await? {
            packed.extend(changes.ok_or(HALF_ERASED)?);
        }
        Ok(packed)
    }

    /// The change that stands here in the log, if its document is not closed.
    async fn entry(
        &self,
        (stream, n): (StreamId, u64),
        (place, key): (&Place, &DataKey),
    ) -> Result<Option<Logged>, LedgerError> {
        let page = self
            .store()
            .scan(stream, n - 1, ScanLimit::entries(1))
            .await?;
        let (_, bytes) = page.entries.first().ok_or(LedgerError::Contradiction(
            "the history names an entry that is not there",
        ))?;
        match read_step(bytes)? {
            Step::Change(sealed) if sealed.under == place.sealed_under => {
                sealed.open(key).map(Some)
            }
            Step::Change(sealed) => {
                let other = self.key_of(sealed.under).await?;
                sealed.open(&other.ok_or(HALF_ERASED)?).map(Some)
            }
            Step::Closed(_) => Ok(None),
            Step::Mark(_) => Err(LedgerError::Contradiction("the history names no change")),
        }
    }

    /// The keys of a document's places in the log, under this one of its names.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn history_keys(&self, document: DocumentId) -> Result<Vec<Vec<u8>>, LedgerError> {
        let mut keys: Vec<Vec<u8>> = Vec::new();
        let mut query = RangeQuery::new(Table::History, document.0);
        loop {
            let page = self.store().range(query.clone()).await?;
            keys.extend(page.records.into_iter().map(|(key, _)| key));
            match keys.last() {
                Some(key) if page.more => query = query.after(key.clone()),
                _ => return Ok(keys),
            }
        }
    }

    async fn positions(
        &self,
        document: DocumentId,
        stream: StreamId,
        into: &mut Vec<u64>,
    ) -> Result<(), LedgerError> {
        let mut query = RangeQuery::new(Table::History, document.0);
        loop {
            let page = self.store().range(query.clone()).await?;
            for (_, record) in &page.records {
                let position = LogPosition::decode(&record.bytes)?;
                if position.stream == stream {
                    into.push(position.n);
                }
            }
            match page.records.last() {
                Some((key, _)) if page.more => query = query.after(key.clone()),
                _ => return Ok(()),
            }
        }
    }
}
