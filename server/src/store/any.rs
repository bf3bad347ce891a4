//! Whichever store a server was started with.

use shared::id::StreamId;
use tokio::sync::broadcast;

use super::{
    Commit, Hint, LogPage, Memory, Outcome, RangePage, RangeQuery, Redb, ScanLimit, Store,
    StoreError, Sum, Table, Tally, TallyQuery, Versioned,
};

/// One of the stores, chosen at start.
#[derive(Debug, Clone)]
pub enum AnyStore {
    /// Nothing is kept: demonstrations and worlds.
    Memory(Memory),
    /// One file.
    Redb(Redb),
}

impl From<Memory> for AnyStore {
    fn from(store: Memory) -> Self {
        Self::Memory(store)
    }
}

impl From<Redb> for AnyStore {
    fn from(store: Redb) -> Self {
        Self::Redb(store)
    }
}

impl Store for AnyStore {
    async fn commit(&self, group: Vec<Commit>) -> Result<Vec<Outcome>, StoreError> {
        match self {
            Self::Memory(store) => store.commit(group).await,
            Self::Redb(store) => store.commit(group).await,
        }
    }

    async fn get(
        &self,
        table: Table,
        keys: Vec<Vec<u8>>,
    ) -> Result<Vec<Option<Versioned>>, StoreError> {
        match self {
            Self::Memory(store) => store.get(table, keys).await,
            Self::Redb(store) => store.get(table, keys).await,
        }
    }

    async fn range(&self, query: RangeQuery) -> Result<RangePage, StoreError> {
        match self {
            Self::Memory(store) => store.range(query).await,
            Self::Redb(store) => store.range(query).await,
        }
    }

    async fn scan(
        &self,
        stream: StreamId,
        after: u64,
        limit: ScanLimit,
    ) -> Result<LogPage, StoreError> {
        match self {
            Self::Memory(store) => store.scan(stream, after, limit).await,
            Self::Redb(store) => store.scan(stream, after, limit).await,
        }
    }

    async fn heads(&self, streams: Vec<StreamId>) -> Result<Vec<u64>, StoreError> {
        match self {
            Self::Memory(store) => store.heads(streams).await,
            Self::Redb(store) => store.heads(streams).await,
        }
    }

    async fn tallies(&self, query: TallyQuery) -> Result<Vec<Tally>, StoreError> {
        match self {
            Self::Memory(store) => store.tallies(query).await,
            Self::Redb(store) => store.tallies(query).await,
        }
    }

    async fn sums(&self, query: TallyQuery) -> Result<Vec<Sum>, StoreError> {
        match self {
            Self::Memory(store) => store.sums(query).await,
            Self::Redb(store) => store.sums(query).await,
        }
    }

    fn hints(&self) -> broadcast::Receiver<Hint> {
        match self {
            Self::Memory(store) => store.hints(),
            Self::Redb(store) => store.hints(),
        }
    }
}
