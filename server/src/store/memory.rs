//! The oracle: ordered maps behind a lock, nothing kept after the last handle is dropped.
//!
//! Written to be read, not to be fast; the engines are compared with it. Its futures complete
//! when first polled, so a world on one thread can drive it without a runtime.

use core::ops::Bound;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use shared::id::{StreamId, UnitId};
use tokio::sync::broadcast;

use super::page::Room;
use super::tally::{DayTeam, net};
use super::{
    Commit, Hint, LogPage, LogPosition, Outcome, RangePage, RangeQuery, ScanLimit, Store,
    StoreError, Sum, Table, Tally, TallyCell, TallyQuery, Version, Versioned, limits, tell, within,
};

/// A store that lives as long as its handles.
#[derive(Debug, Clone)]
pub struct Memory {
    state: Arc<Mutex<State>>,
    hints: broadcast::Sender<Hint>,
}

#[derive(Debug, Default, Clone)]
struct State {
    commits: u64,
    records: BTreeMap<(Table, Vec<u8>), Versioned>,
    streams: BTreeMap<StreamId, Vec<Vec<u8>>>,
    tallies: BTreeMap<(UnitId, u16), BTreeMap<DayTeam, u64>>,
}

impl Default for Memory {
    fn default() -> Self {
        Self::new()
    }
}

impl Memory {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self {
            state: Arc::default(),
            hints: broadcast::Sender::new(limits::HINTS_MAX),
        }
    }

    /// A store with the same content, apart from this one from now on.
    ///
    /// # Errors
    /// [`StoreError`] if the store cannot be read.
    pub fn copy(&self) -> Result<Self, StoreError> {
        let copy = Self::new();
        *copy.state()? = self.state()?.clone();
        Ok(copy)
    }

    fn state(&self) -> Result<MutexGuard<'_, State>, StoreError> {
        self.state.lock().map_err(|_| StoreError::Closed)
    }
}

impl Store for Memory {
    async fn commit(&self, group: Vec<Commit>) -> Result<Vec<Outcome>, StoreError> {
        group.iter().try_for_each(Commit::check)?;
        let mut state = self.state()?;
        let outcomes: Vec<_> = group
            .into_iter()
            .map(|commit| state.apply(commit))
            .collect();
        drop(state);
        tell(&self.hints, &outcomes);
        Ok(outcomes)
    }

    async fn get(
        &self,
        table: Table,
        keys: Vec<Vec<u8>>,
    ) -> Result<Vec<Option<Versioned>>, StoreError> {
        within("keys to read", keys.len(), limits::READ_KEYS_MAX)?;
        let state = self.state()?;
        let record = |key| state.records.get(&(table, key)).cloned();
        Ok(keys.into_iter().map(record).collect())
    }

    async fn range(&self, query: RangeQuery) -> Result<RangePage, StoreError> {
        let state = self.state()?;
        let start = query.lower_bound().map(|key| (query.table, key.to_vec()));
        let found =
            state
                .records
                .range((start, Bound::Unbounded))
                .take_while(|((table, key), _)| {
                    *table == query.table && key.starts_with(&query.prefix)
                });
        let mut room = Room::of(query.limit);
        let mut page = RangePage {
            records: Vec::new(),
            more: false,
        };
        for ((_, key), record) in found {
            if !room.take(key.len() + record.bytes.len()) {
                page.more = true;
                break;
            }
            page.records.push((key.clone(), record.clone()));
        }
        Ok(page)
    }

    async fn scan(
        &self,
        stream: StreamId,
        after: u64,
        limit: ScanLimit,
    ) -> Result<LogPage, StoreError> {
        let state = self.state()?;
        let log = state.streams.get(&stream).map_or(&[][..], Vec::as_slice);
        let mut room = Room::of(limit);
        let entries = (1..)
            .zip(log)
            .filter(|&(n, _)| n > after)
            .take_while(|(_, bytes)| room.take(bytes.len()))
            .map(|(n, bytes)| (n, bytes.clone()))
            .collect();
        Ok(LogPage {
            entries,
            head: log.len() as u64,
        })
    }

    async fn heads(&self, streams: Vec<StreamId>) -> Result<Vec<u64>, StoreError> {
        within("streams to read", streams.len(), limits::READ_KEYS_MAX)?;
        let state = self.state()?;
        let head = |stream| state.streams.get(stream).map_or(0, |log| log.len() as u64);
        Ok(streams.iter().map(head).collect())
    }

    async fn tallies(&self, query: TallyQuery) -> Result<Vec<Tally>, StoreError> {
        let pairs = query.pairs()?;
        let state = self.state()?;
        let mut tallies = Vec::new();
        for (unit, indicator) in pairs {
            for (&(day, team), &count) in
                state.tallies.get(&(unit, indicator)).into_iter().flatten()
            {
                if query.days.contains(&day) {
                    tallies.push(Tally {
                        unit,
                        indicator,
                        day,
                        team,
                        count,
                    });
                }
            }
        }
        Ok(tallies)
    }

    async fn sums(&self, query: TallyQuery) -> Result<Vec<Sum>, StoreError> {
        let mut sums: BTreeMap<(UnitId, u16), u64> = BTreeMap::new();
        for tally in self.tallies(query).await? {
            *sums.entry((tally.unit, tally.indicator)).or_default() += tally.count;
        }
        let sum = |((unit, indicator), count)| Sum {
            unit,
            indicator,
            count,
        };
        Ok(sums.into_iter().map(sum).collect())
    }

    fn hints(&self) -> broadcast::Receiver<Hint> {
        self.hints.subscribe()
    }
}

impl State {
    fn apply(&mut self, commit: Commit) -> Outcome {
        for expect in &commit.expect {
            let record = self.records.get(&(expect.table, expect.key.clone()));
            if record.map_or(Version::ABSENT, |record| record.version) != expect.version {
                return Outcome::Conflict {
                    table: expect.table,
                    key: expect.key.clone(),
                };
            }
        }
        let counts = match self.counts_after(&commit) {
            Ok(counts) => counts,
            Err(cell) => return Outcome::Unbalanced { cell },
        };
        self.commits += 1;
        for put in commit.puts {
            self.put(put.table, put.key, put.bytes);
        }
        for rewrite in commit.rewrites {
            let log = self.streams.get_mut(&rewrite.stream);
            let index = usize::try_from(rewrite.n)
                .ok()
                .and_then(|n| n.checked_sub(1));
            if let Some(entry) = log.zip(index).and_then(|(log, index)| log.get_mut(index)) {
                *entry = rewrite.bytes;
            }
        }
        let mut heads = BTreeMap::new();
        for append in commit.appends {
            let log = self.streams.entry(append.stream).or_default();
            log.push(append.bytes);
            let (stream, n) = (append.stream, log.len() as u64);
            heads.insert(stream, n);
            if let Some(key) = append.index {
                let position = LogPosition { stream, n };
                self.put(Table::History, key, Some(position.encode()));
            }
        }
        for (cell, count) in counts {
            let days = self.tallies.entry((cell.unit, cell.indicator)).or_default();
            match count {
                0 => days.remove(&(cell.day, cell.team)),
                _ => days.insert((cell.day, cell.team), count),
            };
        }
        Outcome::Applied {
            version: Version(self.commits),
            heads: heads.into_iter().collect(),
        }
    }

    /// The new counts of every cell the commit touches, or the first cell that cannot have one.
    fn counts_after(&self, commit: &Commit) -> Result<Vec<(TallyCell, u64)>, TallyCell> {
        let mut counts = Vec::new();
        for ((unit, indicator), days) in net(&commit.tallies) {
            let before = self.tallies.get(&(unit, indicator));
            for ((day, team), delta) in days {
                let cell = TallyCell {
                    unit,
                    indicator,
                    day,
                    team,
                };
                let count = before.and_then(|days| days.get(&(day, team))).copied();
                let count = i128::from(count.unwrap_or(0)) + delta;
                counts.push((cell, u64::try_from(count).map_err(|_| cell)?));
            }
        }
        Ok(counts)
    }

    fn put(&mut self, table: Table, key: Vec<u8>, bytes: Option<Vec<u8>>) {
        match bytes {
            Some(bytes) => {
                let version = Version(self.commits);
                self.records
                    .insert((table, key), Versioned { version, bytes });
            }
            None => drop(self.records.remove(&(table, key))),
        }
    }
}
