//! A life, and what had been acknowledged at each moment of it.

use std::sync::{Arc, Mutex};

use server::server::Server;
use server::store::{
    Commit, Hint, LogPage, Outcome, RangePage, RangeQuery, Redb, ScanLimit, Store, StoreError, Sum,
    Table, Tally, TallyQuery, Versioned,
};
use shared::engine::RowEngine;
use shared::id::StreamId;
use tokio::sync::broadcast;

use super::Print;
use super::disk::{Content, Deed, Disk};
use crate::world::story::{Happening, Story};
use crate::world::{Ground, World, at_once};

/// Small, so that a life reads its disk and not only its memory.
pub const CACHE_BYTES: usize = 256 * 1024;

/// Turns of a life's story: some hundred commits.
const TURNS: usize = 90;

/// A store on a disk in memory that notes what was committed and when that was acknowledged.
#[derive(Debug, Clone)]
pub struct Noted {
    store: Redb,
    disk: Disk,
    start: Content,
    acknowledged: Arc<Mutex<Vec<Acknowledged>>>,
}

/// A group of commits that was acknowledged.
#[derive(Debug, Clone)]
pub struct Acknowledged {
    pub group: Vec<Commit>,
    /// Deeds the disk had seen by then.
    pub deeds_done: usize,
    /// What the store showed, and what the disk held.
    pub print: Print,
    pub content: Content,
}

impl Noted {
    /// An empty store, completely made before anything is noted.
    pub fn new() -> Self {
        let disk = Disk::default();
        drop(Redb::with_backend(disk.clone(), CACHE_BYTES).expect("a new disk takes a store"));
        Self::on(disk.content())
    }

    fn on(start: Content) -> Self {
        let disk = Disk::holding(start.clone());
        let store = Redb::with_backend(disk.clone(), CACHE_BYTES).expect("a closed store opens");
        Self {
            store,
            disk,
            start,
            acknowledged: Arc::default(),
        }
    }
}

impl Ground for Noted {
    fn copied(&self) -> Self {
        Self::on(self.disk.content())
    }
}

impl Store for Noted {
    async fn commit(&self, group: Vec<Commit>) -> Result<Vec<Outcome>, StoreError> {
        let outcomes = self.store.commit(group.clone()).await?;
        let acknowledged = Acknowledged {
            group,
            deeds_done: self.disk.deeds_done(),
            print: Print::of(&self.store).await?,
            content: self.disk.content(),
        };
        let mut all = self.acknowledged.lock().expect("no store panics");
        all.push(acknowledged);
        Ok(outcomes)
    }

    async fn get(
        &self,
        table: Table,
        keys: Vec<Vec<u8>>,
    ) -> Result<Vec<Option<Versioned>>, StoreError> {
        self.store.get(table, keys).await
    }

    async fn range(&self, query: RangeQuery) -> Result<RangePage, StoreError> {
        self.store.range(query).await
    }

    async fn scan(
        &self,
        stream: StreamId,
        after: u64,
        limit: ScanLimit,
    ) -> Result<LogPage, StoreError> {
        self.store.scan(stream, after, limit).await
    }

    async fn heads(&self, streams: Vec<StreamId>) -> Result<Vec<u64>, StoreError> {
        self.store.heads(streams).await
    }

    async fn tallies(&self, query: TallyQuery) -> Result<Vec<Tally>, StoreError> {
        self.store.tallies(query).await
    }

    async fn sums(&self, query: TallyQuery) -> Result<Vec<Sum>, StoreError> {
        self.store.sums(query).await
    }

    fn hints(&self) -> broadcast::Receiver<Hint> {
        self.store.hints()
    }
}

/// All that happened to a server's disk while a story was told.
pub struct Life {
    pub seed: u64,
    pub start: Content,
    pub deeds: Vec<Deed>,
    pub acknowledged: Vec<Acknowledged>,
    /// What the store showed before the first commit.
    pub before: Print,
    world: World<'static, RowEngine, Noted>,
}

impl Life {
    /// Tells the story of a seed to a server on such a disk.
    pub fn of_seed(seed: u64) -> Self {
        let mut story = Story::drawn(seed, TURNS);
        // A restored server begins another life, and keys that are destroyed stand on no disk.
        story.happenings.retain(|it| {
            !matches!(
                it,
                Happening::RestoresServer
                    | Happening::Erases { .. }
                    | Happening::Refounds { .. }
                    | Happening::Separates { .. }
            )
        });
        let world = story.told_on(&RowEngine, Noted::new());
        let store = world.server.ledger().store().clone();
        let acknowledged = store.acknowledged.lock().expect("no store panics").clone();
        let empty = Noted::on(store.start.clone());
        Self {
            seed,
            start: store.start.clone(),
            deeds: store.disk.deeds(),
            acknowledged,
            before: at_once(Print::of(&empty.store)).expect("readable"),
            world,
        }
    }

    /// How many groups were acknowledged by the time so much had been done.
    pub fn acknowledged_by(&self, deeds_done: usize) -> usize {
        self.acknowledged
            .partition_point(|group| group.deeds_done <= deeds_done)
    }

    /// What the store showed after so many groups.
    pub fn print(&self, groups: usize) -> Print {
        groups
            .checked_sub(1)
            .map_or(self.before, |last| self.acknowledged[last].print)
    }

    /// What the disk held after so many groups.
    pub fn content(&self, groups: usize) -> &Content {
        groups
            .checked_sub(1)
            .map_or(&self.start, |last| &self.acknowledged[last].content)
    }

    /// This life's server on a store that came back.
    pub fn server_on<S: Store>(&self, store: S) -> Server<S> {
        self.world.server_on(store, self.world.server.epoch())
    }
}
