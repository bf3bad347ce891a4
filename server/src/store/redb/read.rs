//! One moment of the store, for reading.

use core::ops::Bound;

use redb::{ReadOnlyTable, ReadTransaction, ReadableTable as _};
use shared::id::{StreamId, UnitId};

use super::super::page::Room;
use super::super::tally::Vector;
use super::super::{LogPage, RangePage, RangeQuery, ScanLimit, StoreError, Table, Versioned};
use super::columns::Columns;
use super::{HEADS, LOG, RECORDS, TALLIES, decode_record, engine, record_key, stream_key};

/// The store's tables as of one commit.
pub(super) struct Snapshot {
    records: ReadOnlyTable<&'static [u8], &'static [u8]>,
    log: ReadOnlyTable<(u32, u8, u64), &'static [u8]>,
    heads: ReadOnlyTable<(u32, u8), u64>,
    tallies: ReadOnlyTable<(u32, u16), &'static [u8]>,
}

/// An entry below its stream's head is not there.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("a stream has lost an entry")]
struct Gap;

impl Snapshot {
    pub(super) fn of(transaction: &ReadTransaction) -> Result<Self, StoreError> {
        Ok(Self {
            records: transaction.open_table(RECORDS).map_err(engine)?,
            log: transaction.open_table(LOG).map_err(engine)?,
            heads: transaction.open_table(HEADS).map_err(engine)?,
            tallies: transaction.open_table(TALLIES).map_err(engine)?,
        })
    }

    pub(super) fn record(&self, table: Table, key: &[u8]) -> Result<Option<Versioned>, StoreError> {
        let key = record_key(table, key);
        let value = self.records.get(key.as_slice()).map_err(engine)?;
        value.map(|value| decode_record(value.value())).transpose()
    }

    pub(super) fn range(&self, query: &RangeQuery) -> Result<RangePage, StoreError> {
        let start = query.lower_bound().map(|key| record_key(query.table, key));
        let prefix = record_key(query.table, &query.prefix);
        let start = start.as_ref().map(Vec::as_slice);
        let found = self
            .records
            .range::<&[u8]>((start, Bound::Unbounded))
            .map_err(engine)?;
        let mut room = Room::of(query.limit);
        let mut page = RangePage {
            records: Vec::new(),
            more: false,
        };
        for entry in found {
            let (key, value) = entry.map_err(engine)?;
            if !key.value().starts_with(&prefix) {
                break;
            }
            let (key, record) = (key.value()[1..].to_vec(), decode_record(value.value())?);
            if !room.take(key.len() + record.bytes.len()) {
                page.more = true;
                break;
            }
            page.records.push((key, record));
        }
        Ok(page)
    }

    pub(super) fn scan(
        &self,
        stream: StreamId,
        after: u64,
        limit: ScanLimit,
    ) -> Result<LogPage, StoreError> {
        let (unit, audience) = stream_key(stream);
        let mut page = LogPage {
            entries: Vec::new(),
            head: self.head(stream)?,
        };
        if after >= page.head {
            return Ok(page);
        }
        let mut room = Room::of(limit);
        let mut found = self
            .log
            .range((unit, audience, after + 1)..=(unit, audience, page.head))
            .map_err(engine)?;
        for n in after + 1..=page.head {
            let entry = found.next().transpose().map_err(engine)?;
            let (_, value) = entry
                .filter(|(key, _)| key.value().2 == n)
                .ok_or_else(|| StoreError::corrupt(Gap))?;
            if !room.take(value.value().len()) {
                break;
            }
            page.entries.push((n, value.value().to_vec()));
        }
        Ok(page)
    }

    pub(super) fn head(&self, stream: StreamId) -> Result<u64, StoreError> {
        let head = self.heads.get(stream_key(stream)).map_err(engine)?;
        Ok(head.map_or(0, |head| head.value()))
    }

    /// Every count there is.
    pub(super) fn columns(&self) -> Result<Columns, StoreError> {
        let mut columns = Columns::default();
        for entry in self.tallies.iter().map_err(engine)? {
            let (key, value) = entry.map_err(engine)?;
            let (unit, indicator) = key.value();
            let vector = Vector::decode(value.value()).map_err(StoreError::corrupt)?;
            columns.put((UnitId(unit), indicator), &vector);
        }
        Ok(columns)
    }
}
