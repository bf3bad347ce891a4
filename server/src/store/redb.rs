//! The default engine: one redb file.
//!
//! An applied commit is on the disk in two phases before it is acknowledged, so no order in
//! which a dying disk keeps sectors can show half of it; the allocator's state is saved with
//! every commit, so opening after a crash does not read the whole file. Any failure while
//! committing stops the store ([`StoreError::Closed`]) until it is opened again.
//!
//! Five tables stand in the file: `record` (table code and key, to version and bytes), `log`
//! (unit, audience, n), `head` (unit, audience, to n), `tally` (unit, indicator, to a vector),
//! `store` (format, number of commits).
//!
//! Within a tokio runtime reads run on its blocking threads, elsewhere on the caller's. Commits
//! always block the caller's thread; there is one writer and it has its own.

mod batch;
mod columns;
mod file;
mod read;
mod whole;

use core::fmt;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

use redb::{Database, ReadableDatabase, StorageBackend, TableDefinition};
use shared::id::StreamId;
use tokio::sync::broadcast;

use self::batch::Batch;
use self::columns::{Columns, Vectors};
use self::read::Snapshot;
use self::whole::Filling;
pub use self::whole::{Moment, Row};
use super::{
    Commit, Hint, LogPage, OpenError, Outcome, RangePage, RangeQuery, ScanLimit, Store, StoreError,
    Sum, Table, Tally, TallyQuery, Versioned, limits, tell, within,
};

const RECORDS: TableDefinition<&[u8], &[u8]> = TableDefinition::new("record");
const LOG: TableDefinition<(u32, u8, u64), &[u8]> = TableDefinition::new("log");
const HEADS: TableDefinition<(u32, u8), u64> = TableDefinition::new("head");
const TALLIES: TableDefinition<(u32, u16), &[u8]> = TableDefinition::new("tally");
const STORE: TableDefinition<&str, u64> = TableDefinition::new("store");

/// Where a store's file stands and how much memory it may take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedbConfig {
    /// The file, in a folder that exists.
    pub path: PathBuf,
    /// Bytes of the page cache; redb takes no other large memory.
    pub cache_bytes: usize,
}

/// A store in one file, for one process.
#[derive(Clone)]
pub struct Redb {
    inner: Arc<Inner>,
    hints: broadcast::Sender<Hint>,
}

/// The file, and its tables as of the last commit: opening them anew for every read would cost
/// more than most reads. What is read goes before the file is closed.
struct Inner {
    newest: RwLock<Option<Arc<Snapshot>>>,
    /// `None` until somebody asks. Taken before `newest`.
    columns: RwLock<Option<Columns>>,
    database: Database,
}

impl Inner {
    fn newest(&self) -> Result<Arc<Snapshot>, StoreError> {
        let newest = self.newest.read().unwrap_or_else(PoisonError::into_inner);
        match &*newest {
            Some(snapshot) => Ok(Arc::clone(snapshot)),
            None => self.snapshot(),
        }
    }

    fn snapshot(&self) -> Result<Arc<Snapshot>, StoreError> {
        let transaction = self.database.begin_read().map_err(engine)?;
        Ok(Arc::new(Snapshot::of(&transaction)?))
    }

    /// From here on everybody reads what was just committed, and `changed` of its counts.
    fn turn_over(&self, changed: &Vectors) -> Result<(), StoreError> {
        let mut columns = self.columns.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(columns) = &mut *columns {
            columns.follow(changed);
        }
        let fresh = self.snapshot();
        let mut newest = self.newest.write().unwrap_or_else(PoisonError::into_inner);
        *newest = fresh.as_ref().ok().cloned();
        fresh.map(drop)
    }

    /// Answers from the counts as they are now.
    fn counted<T>(&self, answer: impl FnOnce(&Columns) -> T) -> Result<T, StoreError> {
        if let Some(columns) = &*self.columns.read().unwrap_or_else(PoisonError::into_inner) {
            return Ok(answer(columns));
        }
        let mut columns = self.columns.write().unwrap_or_else(PoisonError::into_inner);
        match &*columns {
            Some(columns) => Ok(answer(columns)),
            None => Ok(answer(columns.insert(self.newest()?.columns()?))),
        }
    }
}

impl fmt::Debug for Redb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redb").finish_non_exhaustive()
    }
}

impl Redb {
    /// Makes a new, empty store and opens it.
    ///
    /// The file is made under another name and takes its own only when it is complete, so a
    /// crash on the way leaves none.
    ///
    /// # Errors
    /// [`OpenError::Exists`], [`OpenError::Io`], [`OpenError::Store`].
    pub fn create(config: &RedbConfig) -> Result<Self, OpenError> {
        file::create(config)?;
        Self::open(config)
    }

    /// Opens the store that stands at the path; never makes one.
    ///
    /// # Errors
    /// Every [`OpenError`] but [`OpenError::Exists`]; each says what to do.
    pub fn open(config: &RedbConfig) -> Result<Self, OpenError> {
        file::open(config, file::builder(config.cache_bytes)).map(Self::of)
    }

    /// Opens the store in `backend`, or makes one if the backend is empty: for simulated disks.
    ///
    /// # Errors
    /// [`OpenError::Foreign`], [`OpenError::Damaged`], [`OpenError::Format`],
    /// [`OpenError::Io`], [`OpenError::Store`].
    pub fn with_backend(
        backend: impl StorageBackend,
        cache_bytes: usize,
    ) -> Result<Self, OpenError> {
        file::open_backend(backend, file::builder(cache_bytes)).map(Self::of)
    }

    /// Like [`Self::open`], after every page of the file was read and found to be what was
    /// written: as long as reading the file takes.
    ///
    /// # Errors
    /// As [`Self::open`]; any altered bit that a read would ever meet is [`OpenError::Damaged`].
    pub fn open_checked(config: &RedbConfig) -> Result<Self, OpenError> {
        file::open(config, file::checking(config.cache_bytes)).map(Self::of)
    }

    /// [`Self::open_checked`] for simulated disks.
    ///
    /// # Errors
    /// As [`Self::open_checked`].
    pub fn with_checked_backend(
        backend: impl StorageBackend,
        cache_bytes: usize,
    ) -> Result<Self, OpenError> {
        file::open_backend(backend, file::checking(cache_bytes)).map(Self::of)
    }

    /// Makes a new store of the rows that `fill` puts into it.
    ///
    /// The file takes its own name only when everything is in it, as with [`Self::create`].
    ///
    /// # Errors
    /// What `fill` gives, [`OpenError::Exists`], [`OpenError::Io`], [`OpenError::Store`].
    pub fn create_of<E: From<OpenError>>(
        config: &RedbConfig,
        fill: impl FnOnce(&mut Filling<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        file::create_of(config, fill)
    }

    /// Everything in the store, of one moment; writing goes on meanwhile.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn moment(&self) -> Result<Moment, StoreError> {
        Moment::of(&self.inner.database)
    }

    fn of(database: Database) -> Self {
        let inner = Inner {
            newest: RwLock::new(None),
            columns: RwLock::new(None),
            database,
        };
        // Where that fails, the first read says so.
        let _read_later = inner.turn_over(&Vectors::new());
        Self {
            inner: Arc::new(inner),
            hints: broadcast::Sender::new(limits::HINTS_MAX),
        }
    }

    fn commit_group(&self, group: &[Commit]) -> Result<Vec<Outcome>, StoreError> {
        let mut transaction = self.inner.database.begin_write().map_err(engine)?;
        transaction.set_two_phase_commit(true);
        transaction.set_quick_repair(true);
        let mut batch = Batch::open(&transaction)?;
        let outcomes = group
            .iter()
            .map(|commit| batch.apply(commit))
            .collect::<Result<Vec<_>, _>>()?;
        match batch.close()? {
            Some(changed) => {
                transaction.commit().map_err(engine)?;
                self.inner.turn_over(&changed)?;
            }
            None => transaction.abort().map_err(engine)?,
        }
        Ok(outcomes)
    }

    /// Runs `read` on one moment of the store.
    async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Snapshot) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.apart(move |inner| read(&*inner.newest()?)).await
    }

    /// Runs `read` where it may block.
    async fn apart<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Inner) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let inner = Arc::clone(&self.inner);
        let read = move || read(&inner);
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) => match runtime.spawn_blocking(read).await {
                Ok(found) => found,
                // redb panics on some pages that it cannot have written.
                Err(failed) if failed.is_panic() => Err(StoreError::corrupt(failed)),
                Err(_shutting_down) => Err(StoreError::Closed),
            },
            Err(_no_runtime) => read(),
        }
    }
}

impl Store for Redb {
    async fn commit(&self, group: Vec<Commit>) -> Result<Vec<Outcome>, StoreError> {
        group.iter().try_for_each(Commit::check)?;
        let outcomes = self.commit_group(&group)?;
        tell(&self.hints, &outcomes);
        Ok(outcomes)
    }

    async fn get(
        &self,
        table: Table,
        keys: Vec<Vec<u8>>,
    ) -> Result<Vec<Option<Versioned>>, StoreError> {
        within("keys to read", keys.len(), limits::READ_KEYS_MAX)?;
        self.read(move |snapshot| keys.iter().map(|key| snapshot.record(table, key)).collect())
            .await
    }

    async fn range(&self, query: RangeQuery) -> Result<RangePage, StoreError> {
        self.read(move |snapshot| snapshot.range(&query)).await
    }

    async fn scan(
        &self,
        stream: StreamId,
        after: u64,
        limit: ScanLimit,
    ) -> Result<LogPage, StoreError> {
        self.read(move |snapshot| snapshot.scan(stream, after, limit))
            .await
    }

    async fn heads(&self, streams: Vec<StreamId>) -> Result<Vec<u64>, StoreError> {
        within("streams to read", streams.len(), limits::READ_KEYS_MAX)?;
        self.read(move |snapshot| {
            streams
                .iter()
                .map(|stream| snapshot.head(*stream))
                .collect()
        })
        .await
    }

    async fn tallies(&self, query: TallyQuery) -> Result<Vec<Tally>, StoreError> {
        query.check()?;
        self.apart(move |inner| inner.counted(|columns| columns.tallies(&query)))
            .await
    }

    async fn sums(&self, query: TallyQuery) -> Result<Vec<Sum>, StoreError> {
        query.check()?;
        self.apart(move |inner| inner.counted(|columns| columns.sums(&query)))
            .await
    }

    fn hints(&self) -> broadcast::Receiver<Hint> {
        self.hints.subscribe()
    }
}

/// A record's key in the file: its table's code, then its own.
fn record_key(table: Table, key: &[u8]) -> Vec<u8> {
    let mut full = Vec::with_capacity(1 + key.len());
    full.push(table.code());
    full.extend_from_slice(key);
    full
}

/// A record in the file: its version as a varint, then its bytes.
fn encode_record(version: super::Version, bytes: &[u8]) -> Vec<u8> {
    let mut value = postcard::to_extend(&version.0, Vec::with_capacity(bytes.len() + 5))
        .expect("an integer always serialises");
    value.extend_from_slice(bytes);
    value
}

fn decode_record(value: &[u8]) -> Result<Versioned, StoreError> {
    let (version, bytes) = postcard::take_from_bytes(value).map_err(StoreError::corrupt)?;
    Ok(Versioned {
        version: super::Version(version),
        bytes: bytes.to_vec(),
    })
}

fn stream_key(stream: StreamId) -> (u32, u8) {
    (stream.unit.0, stream.audience.code())
}

/// What a failure inside redb means to a store's caller.
fn engine(cause: impl Into<redb::Error>) -> StoreError {
    match cause.into() {
        redb::Error::Io(cause) => StoreError::io(cause),
        redb::Error::PreviousIo | redb::Error::DatabaseClosed | redb::Error::LockPoisoned(_) => {
            StoreError::Closed
        }
        cause => StoreError::corrupt(cause),
    }
}
