//! One group of commits inside one write transaction.

use std::collections::BTreeMap;

use redb::{ReadableTable, WriteTransaction};
use shared::id::StreamId;

use super::super::tally::{Vector, net};
use super::super::{
    Append, Commit, Expect, LogPosition, Outcome, Put, Rewrite, StoreError, Table, TallyCell,
    TallyDelta, Version,
};
use super::columns::Vectors;
use super::{
    HEADS, LOG, RECORDS, STORE, TALLIES, decode_record, encode_record, engine, file, record_key,
    stream_key,
};

/// The store's tables, open for writing, and how many commits the store has seen.
pub(super) struct Batch<'txn> {
    records: redb::Table<'txn, &'static [u8], &'static [u8]>,
    log: redb::Table<'txn, (u32, u8, u64), &'static [u8]>,
    heads: redb::Table<'txn, (u32, u8), u64>,
    tallies: redb::Table<'txn, (u32, u16), &'static [u8]>,
    store: redb::Table<'txn, &'static str, u64>,
    commits_before: u64,
    commits: u64,
    changed: Vectors,
}

impl<'txn> Batch<'txn> {
    /// Opens the tables; makes those that are missing, as in a new file.
    pub(super) fn open(transaction: &'txn WriteTransaction) -> Result<Self, StoreError> {
        let store = transaction.open_table(STORE).map_err(engine)?;
        let commits = store.get(file::COMMITS).map_err(engine)?;
        let commits = commits.map_or(0, |commits| commits.value());
        Ok(Self {
            records: transaction.open_table(RECORDS).map_err(engine)?,
            log: transaction.open_table(LOG).map_err(engine)?,
            heads: transaction.open_table(HEADS).map_err(engine)?,
            tallies: transaction.open_table(TALLIES).map_err(engine)?,
            store,
            commits_before: commits,
            commits,
            changed: Vectors::new(),
        })
    }

    /// Does all of `commit` or, by its outcome, nothing.
    pub(super) fn apply(&mut self, commit: &Commit) -> Result<Outcome, StoreError> {
        for expect in &commit.expect {
            if !self.holds(expect)? {
                return Ok(Outcome::Conflict {
                    table: expect.table,
                    key: expect.key.clone(),
                });
            }
        }
        let vectors = match self.vectors_after(&commit.tallies)? {
            Ok(vectors) => vectors,
            Err(cell) => return Ok(Outcome::Unbalanced { cell }),
        };
        self.commits += 1;
        for put in &commit.puts {
            self.put(put)?;
        }
        self.rewrite(&commit.rewrites)?;
        let heads = self.append(&commit.appends)?;
        self.keep(&vectors)?;
        self.changed.extend(vectors);
        Ok(Outcome::Applied {
            version: Version(self.commits),
            heads,
        })
    }

    /// Notes how many commits there were; answers which counts are other than before, or `None`
    /// if nothing of this batch was applied.
    pub(super) fn close(mut self) -> Result<Option<Vectors>, StoreError> {
        if self.commits == self.commits_before {
            return Ok(None);
        }
        self.store
            .insert(file::COMMITS, self.commits)
            .map_err(engine)?;
        Ok(Some(self.changed))
    }

    fn holds(&self, expect: &Expect) -> Result<bool, StoreError> {
        let key = record_key(expect.table, &expect.key);
        let version = match self.records.get(key.as_slice()).map_err(engine)? {
            Some(value) => decode_record(value.value())?.version,
            None => Version::ABSENT,
        };
        Ok(version == expect.version)
    }

    /// The vectors the deltas lead to, or the first cell that cannot have its count.
    fn vectors_after(
        &self,
        deltas: &[TallyDelta],
    ) -> Result<Result<Vectors, TallyCell>, StoreError> {
        let mut vectors = Vectors::new();
        for ((unit, indicator), days) in net(deltas) {
            let mut vector = match self.tallies.get((unit.0, indicator)).map_err(engine)? {
                Some(value) => Vector::decode(value.value()).map_err(StoreError::corrupt)?,
                None => Vector::default(),
            };
            for ((day, team), delta) in days {
                if !vector.add((day, team), delta) {
                    return Ok(Err(TallyCell {
                        unit,
                        indicator,
                        day,
                        team,
                    }));
                }
            }
            vectors.insert((unit, indicator), vector);
        }
        Ok(Ok(vectors))
    }

    fn put(&mut self, put: &Put) -> Result<(), StoreError> {
        let key = record_key(put.table, &put.key);
        match &put.bytes {
            Some(bytes) => {
                let value = encode_record(Version(self.commits), bytes);
                self.records
                    .insert(key.as_slice(), value.as_slice())
                    .map_err(engine)?;
            }
            None => drop(self.records.remove(key.as_slice()).map_err(engine)?),
        }
        Ok(())
    }

    fn rewrite(&mut self, rewrites: &[Rewrite]) -> Result<(), StoreError> {
        for rewrite in rewrites {
            let (unit, audience) = stream_key(rewrite.stream);
            let key = (unit, audience, rewrite.n);
            if self.log.get(key).map_err(engine)?.is_some() {
                let bytes = rewrite.bytes.as_slice();
                self.log.insert(key, bytes).map_err(engine)?;
            }
        }
        Ok(())
    }

    fn append(&mut self, appends: &[Append]) -> Result<Vec<(StreamId, u64)>, StoreError> {
        let mut heads = BTreeMap::new();
        for append in appends {
            let stream = append.stream;
            let (unit, audience) = stream_key(stream);
            let head = match heads.get(&stream) {
                Some(head) => *head,
                None => self.head((unit, audience))?,
            };
            let n = head + 1;
            self.log
                .insert((unit, audience, n), append.bytes.as_slice())
                .map_err(engine)?;
            if let Some(key) = &append.index {
                self.put(&Put {
                    table: Table::History,
                    key: key.clone(),
                    bytes: Some(LogPosition { stream, n }.encode()),
                })?;
            }
            heads.insert(stream, n);
        }
        for (stream, head) in &heads {
            self.heads
                .insert(stream_key(*stream), head)
                .map_err(engine)?;
        }
        Ok(heads.into_iter().collect())
    }

    fn head(&self, stream: (u32, u8)) -> Result<u64, StoreError> {
        let head = self.heads.get(stream).map_err(engine)?;
        Ok(head.map_or(0, |head| head.value()))
    }

    fn keep(&mut self, vectors: &Vectors) -> Result<(), StoreError> {
        for ((unit, indicator), vector) in vectors {
            let key = (unit.0, *indicator);
            if vector.0.is_empty() {
                self.tallies.remove(key).map_err(engine)?;
            } else {
                self.tallies
                    .insert(key, vector.encode().as_slice())
                    .map_err(engine)?;
            }
        }
        Ok(())
    }
}
