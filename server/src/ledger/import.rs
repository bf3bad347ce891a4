//! Imports: what was brought in, from where and by whom, and how an office's tables are read.

use serde::{Deserialize, Serialize};
use shared::hash::digest;
use shared::id::{DeviceId, DocumentId, UnitId};
use shared::time::{LocalDay, UnixSeconds};

use super::audit::Who;
use super::{Ledger, LedgerError, Read, decode, encode};
use crate::store::{Put, RangeQuery, Store, Table};

/// One import: its provenance and what it wrote; nothing about anybody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportRecord {
    /// What its rows were, by its stable name.
    pub what: String,
    /// Where they belong.
    pub unit: UnitId,
    /// Where the table comes from, in people's words.
    pub source: String,
    /// The day it was true on.
    pub as_of: LocalDay,
    /// What the list is called, for a cohort.
    pub list: String,
    /// Who imported it.
    pub who: Who,
    /// When, last.
    pub at: UnixSeconds,
    /// Names the table and the words with which it was imported; the author grows from it.
    pub seed: [u8; 32],
    /// Rows of the table.
    pub rows: u32,
    /// What it created or wrote upon, or who is on the list.
    pub documents: Vec<DocumentId>,
    /// Targets that no longer count since.
    pub replaced: Vec<DocumentId>,
    /// Rows about people nobody here knows.
    pub unknown: u32,
    /// Who took it back, and when.
    pub undone: Option<(Who, UnixSeconds)>,
}

/// How a table's columns were understood, by the fields' stable names; blank = not read.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ColumnsRecord {
    /// One for each column.
    pub fields: Vec<String>,
}

/// Which office's table is meant.
#[derive(Debug, Clone, Copy)]
pub struct TableName<'t> {
    /// Whose.
    pub unit: UnitId,
    /// What its rows are, by its stable name.
    pub what: &'t str,
    /// Its headings.
    pub titles: &'t [String],
}

const IMPORT: u8 = b'i';
const COLUMNS: u8 = b'c';

impl<S: Store> Ledger<S> {
    /// The import that this device stands for, if it is one.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn import(&self, id: DeviceId) -> Result<Read<ImportRecord>, LedgerError> {
        self.read(Table::Import, import_key(id)).await
    }

    /// Every import, by device.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn imports(&self) -> Result<Vec<(DeviceId, ImportRecord)>, LedgerError> {
        let mut all = Vec::new();
        let mut query = RangeQuery::new(Table::Import, [IMPORT]);
        loop {
            let page = self.store().range(query.clone()).await?;
            for (key, found) in &page.records {
                let id = key.last_chunk::<16>().copied();
                let id = id.ok_or(LedgerError::Contradiction("an import's key is no id"))?;
                all.push((DeviceId(id), decode(Table::Import, &found.bytes)?));
            }
            match page.records.last() {
                Some((key, _)) if page.more => query = query.after(key.clone()),
                _ => return Ok(all),
            }
        }
    }

    /// How such a table was understood the last time.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn columns(&self, table: TableName<'_>) -> Result<Read<ColumnsRecord>, LedgerError> {
        self.read(Table::Import, columns_key(table)).await
    }
}

/// Writes an import's record.
#[must_use]
pub fn put_import(id: DeviceId, record: &ImportRecord) -> Put {
    Put {
        table: Table::Import,
        key: import_key(id),
        bytes: Some(encode(record)),
    }
}

/// Writes how such a table is understood.
#[must_use]
pub fn put_columns(table: TableName<'_>, record: &ColumnsRecord) -> Put {
    Put {
        table: Table::Import,
        key: columns_key(table),
        bytes: Some(encode(record)),
    }
}

fn import_key(id: DeviceId) -> Vec<u8> {
    [&[IMPORT], id.0.as_slice()].concat()
}

fn columns_key(TableName { unit, what, titles }: TableName<'_>) -> Vec<u8> {
    let titles: Vec<&[u8]> = titles.iter().map(String::as_bytes).collect();
    let headings = digest("sampan/import-columns", &titles);
    let unit = unit.0.to_be_bytes();
    [
        &[COLUMNS],
        unit.as_slice(),
        what.as_bytes(),
        &headings[..16],
    ]
    .concat()
}
