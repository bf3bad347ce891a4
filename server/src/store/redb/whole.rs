//! The whole store at once: every row of one moment, and a new store of such rows.

use redb::{Database, ReadableDatabase, ReadableTable, ReadableTableMetadata, WriteTransaction};
use serde::{Deserialize, Serialize};

use super::super::StoreError;
use super::{HEADS, LOG, RECORDS, STORE, TALLIES, engine};

/// Rows of one transaction while a store is filled.
const ROWS_PER_COMMIT: u32 = 50_000;

/// One row of the file, of whichever table. The forms stand in backups: append new ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Row<'a> {
    /// A record: its table's code and key, its version and bytes.
    Record(&'a [u8], &'a [u8]),
    /// A stream's entry: unit, audience, n, bytes.
    Entry((u32, u8, u64), &'a [u8]),
    /// A stream's head: unit, audience, n.
    Head((u32, u8), u64),
    /// A vector of counts: unit, indicator, bytes.
    Tally((u32, u16), &'a [u8]),
    /// What the store notes about itself.
    Note(&'a str, u64),
}

/// One moment of a store that goes on being written.
pub struct Moment(redb::ReadTransaction);

impl Moment {
    pub(super) fn of(database: &Database) -> Result<Self, StoreError> {
        Ok(Self(database.begin_read().map_err(engine)?))
    }

    /// How many rows there are.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn rows_all(&self) -> Result<u64, StoreError> {
        let of = |length: Result<u64, redb::StorageError>| length.map_err(engine);
        Ok(of(self.0.open_table(RECORDS).map_err(engine)?.len())?
            + of(self.0.open_table(LOG).map_err(engine)?.len())?
            + of(self.0.open_table(HEADS).map_err(engine)?.len())?
            + of(self.0.open_table(TALLIES).map_err(engine)?.len())?
            + of(self.0.open_table(STORE).map_err(engine)?.len())?)
    }

    /// Shows every row, table by table in the order of keys.
    ///
    /// # Errors
    /// What `visit` gives, or [`StoreError`].
    pub fn each_row<E: From<StoreError>>(
        &self,
        mut visit: impl FnMut(Row<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        for row in self
            .0
            .open_table(RECORDS)
            .map_err(engine)?
            .iter()
            .map_err(engine)?
        {
            let (key, value) = row.map_err(engine)?;
            visit(Row::Record(key.value(), value.value()))?;
        }
        for row in self
            .0
            .open_table(LOG)
            .map_err(engine)?
            .iter()
            .map_err(engine)?
        {
            let (key, value) = row.map_err(engine)?;
            visit(Row::Entry(key.value(), value.value()))?;
        }
        for row in self
            .0
            .open_table(HEADS)
            .map_err(engine)?
            .iter()
            .map_err(engine)?
        {
            let (key, value) = row.map_err(engine)?;
            visit(Row::Head(key.value(), value.value()))?;
        }
        for row in self
            .0
            .open_table(TALLIES)
            .map_err(engine)?
            .iter()
            .map_err(engine)?
        {
            let (key, value) = row.map_err(engine)?;
            visit(Row::Tally(key.value(), value.value()))?;
        }
        for row in self
            .0
            .open_table(STORE)
            .map_err(engine)?
            .iter()
            .map_err(engine)?
        {
            let (key, value) = row.map_err(engine)?;
            visit(Row::Note(key.value(), value.value()))?;
        }
        Ok(())
    }
}

/// A new store on its way to being whole.
pub struct Filling<'db> {
    database: &'db Database,
    transaction: Option<WriteTransaction>,
    rows: u32,
}

impl<'db> Filling<'db> {
    pub(super) fn of(database: &'db Database) -> Self {
        Self {
            database,
            transaction: None,
            rows: 0,
        }
    }

    /// Adds a row.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn put(&mut self, row: &Row<'_>) -> Result<(), StoreError> {
        if self.rows == ROWS_PER_COMMIT {
            self.commit()?;
        }
        let transaction = match self.transaction.take() {
            Some(open) => open,
            None => self.database.begin_write().map_err(engine)?,
        };
        insert(&transaction, row)?;
        self.transaction = Some(transaction);
        self.rows += 1;
        Ok(())
    }

    pub(super) fn commit(&mut self) -> Result<(), StoreError> {
        self.rows = 0;
        match self.transaction.take() {
            Some(transaction) => transaction.commit().map_err(engine),
            None => Ok(()),
        }
    }
}

fn insert(transaction: &WriteTransaction, row: &Row<'_>) -> Result<(), StoreError> {
    let done = match row {
        Row::Record(key, bytes) => {
            let mut table = transaction.open_table(RECORDS).map_err(engine)?;
            table.insert(*key, *bytes).map(drop)
        }
        Row::Entry(key, bytes) => {
            let mut table = transaction.open_table(LOG).map_err(engine)?;
            table.insert(*key, *bytes).map(drop)
        }
        Row::Head(key, n) => {
            let mut table = transaction.open_table(HEADS).map_err(engine)?;
            table.insert(*key, *n).map(drop)
        }
        Row::Tally(key, bytes) => {
            let mut table = transaction.open_table(TALLIES).map_err(engine)?;
            table.insert(*key, *bytes).map(drop)
        }
        Row::Note(key, number) => {
            let mut table = transaction.open_table(STORE).map_err(engine)?;
            table.insert(*key, *number).map(drop)
        }
    };
    done.map_err(engine)
}
