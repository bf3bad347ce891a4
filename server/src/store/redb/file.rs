//! Making and opening the file. Whatever is wrong with it, it is never replaced by an empty one.

use std::fs::{self, File};
use std::io::{self, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use redb::{Builder, Database, DatabaseError, ReadableDatabase, StorageBackend, TableError};

use super::super::{OpenError, StoreError};
use super::batch::Batch;
use super::whole::Filling;
use super::{RedbConfig, STORE, engine};

/// Key in the `store` table: how many commits were applied.
pub(super) const COMMITS: &str = "commits";

const FORMAT: &str = "format";
const FORMAT_KNOWN: u64 = 2;

/// The first bytes of every redb file, before its format number.
const MAGIC: &[u8] = b"redb\x1A\x0A\xA9\x0D\x0A";

/// Makes a complete, closed, empty store under the configured name.
pub(super) fn create(config: &RedbConfig) -> Result<(), OpenError> {
    let (unfinished, database) = begin(config)?;
    prepare(&database)?;
    finish(config, &unfinished, database)
}

/// Makes a complete, closed store of what `fill` puts into it.
pub(super) fn create_of<E: From<OpenError>>(
    config: &RedbConfig,
    fill: impl FnOnce(&mut Filling<'_>) -> Result<(), E>,
) -> Result<(), E> {
    let (unfinished, database) = begin(config)?;
    prepare(&database)?;
    let mut filling = Filling::of(&database);
    fill(&mut filling)?;
    filling.commit().map_err(OpenError::Store)?;
    drop(filling);
    check_format(&database)?;
    Ok(finish(config, &unfinished, database)?)
}

fn begin(config: &RedbConfig) -> Result<(PathBuf, Database), OpenError> {
    let path = &config.path;
    if fs::exists(path)? {
        return Err(OpenError::Exists { path: path.clone() });
    }
    let unfinished = unfinished_name(path);
    if fs::exists(&unfinished)? {
        // A creation that was cut off; nothing was ever acknowledged from it.
        fs::remove_file(&unfinished)?;
    }
    let database = builder(config.cache_bytes)
        .create(&unfinished)
        .map_err(refused)?;
    Ok((unfinished, database))
}

fn finish(config: &RedbConfig, unfinished: &Path, database: Database) -> Result<(), OpenError> {
    database.close().map_err(engine).map_err(OpenError::Store)?;
    File::open(unfinished)?.sync_all()?;
    fs::rename(unfinished, &config.path)?;
    sync_folder(&config.path)
}

/// Opens the store under the configured name.
pub(super) fn open(config: &RedbConfig, builder: Builder) -> Result<Database, OpenError> {
    look_at(&config.path)?;
    let database = guarded(|| builder.open(&config.path))?;
    check_format(&database)?;
    Ok(database)
}

/// Opens the store in `backend`, making it first if the backend has no byte.
pub(super) fn open_backend(
    backend: impl StorageBackend,
    builder: Builder,
) -> Result<Database, OpenError> {
    let database = guarded(|| builder.create_with_backend(backend))?;
    match check_format(&database) {
        // A crash between redb's first commit and ours leaves a database without tables.
        Err(OpenError::Foreign) if is_blank(&database)? => prepare(&database)?,
        checked => checked?,
    }
    Ok(database)
}

/// Opens as fast as possible.
pub(super) fn builder(cache_bytes: usize) -> Builder {
    let mut builder = Builder::new();
    builder.set_cache_size(cache_bytes);
    builder
}

/// Reads and checks the whole file first.
pub(super) fn checking(cache_bytes: usize) -> Builder {
    let mut builder = builder(cache_bytes);
    builder.set_check_integrity_on_open(true);
    builder
}

/// Tells the cases apart that redb does not: it would fill an empty file.
fn look_at(path: &Path) -> Result<(), OpenError> {
    let mut file = File::open(path).map_err(|cause| match cause.kind() {
        io::ErrorKind::NotFound => OpenError::Missing { path: path.into() },
        _ => OpenError::Io(cause),
    })?;
    let mut start = Vec::new();
    file.by_ref()
        .take(MAGIC.len() as u64)
        .read_to_end(&mut start)?;
    match start.as_slice() {
        [] => Err(OpenError::Empty { path: path.into() }),
        MAGIC => Ok(()),
        _ => Err(OpenError::Foreign),
    }
}

/// Runs redb's opening, which may panic on a file that something else has altered.
fn guarded(open: impl FnOnce() -> Result<Database, DatabaseError>) -> Result<Database, OpenError> {
    match catch_unwind(AssertUnwindSafe(open)) {
        Ok(opened) => opened.map_err(refused),
        Err(_panic) => Err(OpenError::Damaged(Box::new(Panicked))),
    }
}

/// The engine ran into something it thought impossible.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("the engine stopped at a page it cannot have written")]
struct Panicked;

fn refused(cause: DatabaseError) -> OpenError {
    match cause {
        DatabaseError::DatabaseAlreadyOpen | DatabaseError::LockProtocolMismatch => {
            OpenError::InUse
        }
        DatabaseError::Storage(redb::StorageError::Io(cause))
            if cause.kind() != io::ErrorKind::UnexpectedEof =>
        {
            OpenError::Io(cause)
        }
        cause => OpenError::Damaged(Box::new(cause)),
    }
}

/// Makes the tables and writes the format, in one durable transaction.
fn prepare(database: &Database) -> Result<(), OpenError> {
    let mut transaction = database.begin_write().map_err(engine)?;
    transaction.set_two_phase_commit(true);
    transaction.set_quick_repair(true);
    drop(Batch::open(&transaction)?);
    let write_format = || {
        let mut store = transaction.open_table(STORE).map_err(engine)?;
        store.insert(FORMAT, FORMAT_KNOWN).map_err(engine)?;
        Ok::<_, StoreError>(())
    };
    write_format()?;
    Ok(transaction.commit().map_err(engine)?)
}

fn check_format(database: &Database) -> Result<(), OpenError> {
    let transaction = database.begin_read().map_err(engine)?;
    let store = match transaction.open_table(STORE) {
        Ok(store) => store,
        Err(TableError::Storage(cause)) => return Err(engine(cause).into()),
        Err(_other_tables) => return Err(OpenError::Foreign),
    };
    let found = store.get(FORMAT).map_err(engine)?;
    match found.map(|found| found.value()) {
        Some(FORMAT_KNOWN) => Ok(()),
        Some(found) => Err(OpenError::Format {
            found,
            known: FORMAT_KNOWN,
        }),
        None => Err(OpenError::Foreign),
    }
}

fn is_blank(database: &Database) -> Result<bool, OpenError> {
    let transaction = database.begin_read().map_err(engine)?;
    let blank = transaction.list_tables().map_err(engine)?.next().is_none();
    Ok(blank)
}

/// The name a store has until it is complete.
fn unfinished_name(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".unfinished");
    name.into()
}

/// Makes the new name durable.
fn sync_folder(path: &Path) -> Result<(), OpenError> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    Ok(File::open(folder)?.sync_all()?)
}
