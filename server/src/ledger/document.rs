//! Documents: where each belongs, its row, and the key that seals it.

use serde::{Deserialize, Serialize};
use shared::change::Change;
use shared::engine::{Engine as _, RowEngine};
use shared::id::{DocumentId, StreamId};
use shared::kind::Kind;
use shared::row::Row;

use super::{Ledger, LedgerError, decode, encode};
use crate::secrets::DataKey;
use crate::store::{Put, RangeQuery, ScanLimit, Store, Table, Version, Versioned};

/// A document as its record has it. The row is sealed, the rest stands in clear.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentRecord {
    /// What it is.
    pub kind: Kind,
    /// Where its entries stand.
    pub stream: StreamId,
    /// Entries written to its history so far.
    pub entries: u32,
    /// Documents united into this one, in the order they came.
    pub joined: Vec<DocumentId>,
    /// The dossier under whose key it is sealed; itself for most.
    pub sealed_under: DocumentId,
    #[serde(with = "serde_bytes")]
    row: Vec<u8>,
}

impl DocumentRecord {
    /// The document itself.
    fn open(self, id: DocumentId, version: Version, key: DataKey) -> Result<Document, LedgerError> {
        let row = key.unseal(&id.0, &self.row)?;
        let row = Row::from_bytes(&row)
            .map_err(|_| LedgerError::Contradiction("a sealed row is not a row"))?;
        let place = Place {
            kind: self.kind,
            stream: self.stream,
            entries: self.entries,
            joined: self.joined,
            sealed_under: self.sealed_under,
        };
        Ok(Document {
            version,
            place,
            key,
            row,
        })
    }
}

/// A document as the gate works on it.
#[derive(Debug, Clone)]
pub struct Document {
    /// Its version when it was read.
    pub version: Version,
    /// Its record without the row.
    pub place: Place,
    /// The key that seals it.
    pub key: DataKey,
    /// What it shows.
    pub row: Row,
}

/// Where a document belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// What it is.
    pub kind: Kind,
    /// Where its entries stand.
    pub stream: StreamId,
    /// Entries written to its history so far.
    pub entries: u32,
    /// Documents united into this one.
    pub joined: Vec<DocumentId>,
    /// The dossier under whose key it is sealed.
    pub sealed_under: DocumentId,
}

impl Place {
    /// Where a document belongs that begins with this change, if it says so.
    #[must_use]
    pub fn of_genesis(id: DocumentId, change: &Change) -> Option<Self> {
        let mut row = Row::default();
        RowEngine.fold(&mut row, change).ok()?;
        let (kind, unit) = (row.kind()?, row.unit()?);
        let stream = StreamId {
            unit,
            audience: kind.audience(),
        };
        let joined = Vec::new();
        Some(Self {
            kind,
            stream,
            entries: 0,
            joined,
            sealed_under: id,
        })
    }
}

/// What stands under a document's id.
#[derive(Debug, Clone)]
pub enum Found {
    /// Nothing yet; the version to expect is [`Version::ABSENT`].
    Nothing,
    /// A document.
    Document(Box<Document>),
    /// It was united with another, or re-founded, or erased.
    Alias(Alias),
}

/// Why an id leads elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Alias {
    /// Its changes belong to this document now; changes under the old name still fit.
    United(DocumentId),
    /// It goes on as this document; late changes are made again there.
    Refounded(DocumentId),
    /// It was erased; late changes are destroyed.
    Erased,
}

/// What a shortened id leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Match {
    /// No document begins like this.
    None,
    /// Exactly this one.
    One(DocumentId),
    /// More than one.
    Several,
}

impl<S: Store> Ledger<S> {
    /// What stands under `id`.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn document(&self, id: DocumentId) -> Result<Found, LedgerError> {
        let found = self
            .store()
            .get(Table::Row, vec![id.0.to_vec()])
            .await?
            .pop()
            .flatten();
        let Some(found) = found else {
            let alias = self.alias(id).await?;
            return Ok(alias.map_or(Found::Nothing, Found::Alias));
        };
        let record: DocumentRecord = decode(Table::Row, &found.bytes)?;
        let Some(key) = self.key_of(record.sealed_under).await? else {
            // The store is an older backup than the destruction of the key.
            return Ok(Found::Alias(Alias::Erased));
        };
        let document = record.open(id, found.version, key)?;
        Ok(Found::Document(Box::new(document)))
    }

    /// Where an id leads that is no document's any more.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn alias(&self, id: DocumentId) -> Result<Option<Alias>, LedgerError> {
        Ok(self.read(Table::Alias, id.0.to_vec()).await?.record)
    }

    /// The documents under these ids, in order; those that are not there or lead elsewhere are
    /// left out. At most [`READ_KEYS_MAX`](crate::store::limits::READ_KEYS_MAX) ids.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn documents(
        &self,
        ids: &[DocumentId],
    ) -> Result<Vec<(DocumentId, Document)>, LedgerError> {
        let names = ids.iter().map(|id| id.0.to_vec()).collect();
        let found = self.store().get(Table::Row, names).await?;
        let mut records = Vec::with_capacity(ids.len());
        for (id, found) in ids.iter().zip(found) {
            if let Some(found) = found {
                let record: DocumentRecord = decode(Table::Row, &found.bytes)?;
                records.push((*id, found.version, record));
            }
        }
        let dossiers: Vec<DocumentId> = records.iter().map(|(_, _, r)| r.sealed_under).collect();
        let keys = self.keys_of(&dossiers).await?;
        let open = |((id, version, record), key): ((_, _, DocumentRecord), Option<_>)| {
            let document = key.map(|key| record.open(id, version, key)).transpose();
            document.map(|document| Some((id, document?))).transpose()
        };
        records.into_iter().zip(keys).filter_map(open).collect()
    }

    /// Ids and versions of documents, by id, at most `max`; `after` = the last of the page before.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn rows(
        &self,
        after: Option<DocumentId>,
        max: usize,
    ) -> Result<Vec<(DocumentId, Version)>, LedgerError> {
        let query = RangeQuery::new(Table::Row, []).limit(ScanLimit::entries(max));
        let query = match after {
            Some(id) => query.after(id.0),
            None => query,
        };
        let page = self.store().range(query).await?;
        let read = |(key, found): (Vec<u8>, Versioned)| {
            let id = <[u8; 16]>::try_from(key.as_slice());
            let id = id.map_err(|_| LedgerError::Contradiction("a key is no id"))?;
            Ok((DocumentId(id), found.version))
        };
        page.records.into_iter().map(read).collect()
    }

    /// What the documents are, by id, one page; `after` = the last of the page before. Nothing is
    /// unsealed for it.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn kinds(
        &self,
        after: Option<DocumentId>,
    ) -> Result<Vec<(DocumentId, Kind)>, LedgerError> {
        let query = RangeQuery::new(Table::Row, []);
        let query = match after {
            Some(id) => query.after(id.0),
            None => query,
        };
        let page = self.store().range(query).await?;
        let read = |(key, found): (Vec<u8>, Versioned)| {
            let id = <[u8; 16]>::try_from(key.as_slice());
            let id = id.map_err(|_| LedgerError::Contradiction("a key is no id"))?;
            let kind = kind_of(&found.bytes);
            Ok((
                DocumentId(id),
                kind.ok_or(LedgerError::Contradiction("a document of no kind"))?,
            ))
        };
        page.records.into_iter().map(read).collect()
    }

    /// The document whose id, or an alias of it, begins with `prefix`.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn by_prefix(&self, prefix: &[u8]) -> Result<Match, LedgerError> {
        let mut found: Vec<[u8; 16]> = Vec::new();
        for table in [Table::Row, Table::Alias] {
            let query = RangeQuery::new(table, prefix).limit(ScanLimit::entries(2));
            let page = self.store().range(query).await?;
            let keys = page
                .records
                .iter()
                .map(|(key, _)| <[u8; 16]>::try_from(key.as_slice()));
            for key in keys {
                found.push(key.map_err(|_| LedgerError::Contradiction("a key is no id"))?);
            }
        }
        Ok(match found.as_slice() {
            [] => Match::None,
            [only] => Match::One(DocumentId(*only)),
            _ => Match::Several,
        })
    }
}

/// Of which kind the document of this record is: its first field.
#[must_use]
pub fn kind_of(record: &[u8]) -> Option<Kind> {
    postcard::take_from_bytes(record).ok().map(|(kind, _)| kind)
}

/// Whether documents of this kind hold something about a person and have a key of their own.
#[must_use]
pub fn is_personal(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Dossier | Kind::Identity | Kind::Case | Kind::Session | Kind::Household
    )
}

/// Writes a document's record.
#[must_use]
pub fn put_document(id: DocumentId, document: &Document) -> Put {
    let record = DocumentRecord {
        kind: document.place.kind,
        stream: document.place.stream,
        entries: document.place.entries,
        joined: document.place.joined.clone(),
        sealed_under: document.place.sealed_under,
        row: document.key.seal(&id.0, &document.row.to_bytes()),
    };
    Put {
        table: Table::Row,
        key: id.0.to_vec(),
        bytes: Some(encode(&record)),
    }
}

/// Removes a document's record, when it leaves an alias.
#[must_use]
pub fn drop_document(id: DocumentId) -> Put {
    Put {
        table: Table::Row,
        key: id.0.to_vec(),
        bytes: None,
    }
}

/// Writes an alias.
#[must_use]
pub fn put_alias(id: DocumentId, alias: Alias) -> Put {
    Put {
        table: Table::Alias,
        key: id.0.to_vec(),
        bytes: Some(encode(&alias)),
    }
}
