//! Backups: everything a server holds, of one moment, while it goes on serving.
//!
//! A backup is two files, because they must not be kept equally long: the *store's*, with every
//! record, entry and count, and the *keys'*, with the vault. A person is erased once the last
//! backup of their key is gone, so those are kept for [`KEYS_DAYS_MAX`] days and no longer. Both
//! are sealed under keys grown from the master secret ([`crate::secrets::Secrets::backup_key`]), which stands in
//! neither: whoever finds a backup has noise, and whoever restores one needs that secret anyway,
//! for phones believe nobody else. (The age format was weighed: its library brings 92 packages,
//! among them a second generation of every primitive we have.)
//!
//! The keys are read after the store, so that no document of the store lacks its key. A backup
//! counts only once it was read back whole; only then are phones told that they need not keep
//! what is in it ([`reach`]).
//!
//! Restoring makes a new folder with a store in a new epoch. Phones see that and send again what
//! is not in the backup, until both sides are equal.

pub mod reach;
pub mod restore;
mod sealed;

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use shared::time::UnixSeconds;

use crate::apart::apart;
use crate::ledger::about::put_about;
use crate::ledger::{self, LedgerError};
use crate::server::{CommitError, Server};
use crate::store::{OpenError, Redb, RedbConfig, Row, StoreError, Table, limits};
use crate::vault::{Files as _, Folder, Vault, VaultError};
use reach::Reach;
use sealed::{Opener, Sealer};

/// Days a backup of keys may be kept.
pub const KEYS_DAYS_MAX: i64 = 20;

/// Backups of the store that are kept beside each other.
pub const STORES_KEPT: usize = 7;

/// Rows between two words about the progress.
const PROGRESS_ROWS: u64 = 10_000;

/// Bytes of one frame: a row, or a file of the vault.
const FRAME_BYTES_MAX: usize = limits::VALUE_BYTES_MAX + limits::KEY_BYTES_MAX + 64;
const VAULT_FILE_BYTES_MAX: usize = 1 << 30;

const STORE_ENDING: &str = "store";
const KEYS_ENDING: &str = "keys";
const UNFINISHED_ENDING: &str = "unfinished";
const DAY_SECONDS: i64 = 24 * 3600;

/// Why a backup was not made, or is of no use.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// A file cannot be read or written; take another disk.
    #[error("{path:?} cannot be used")]
    File {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// The file is no backup, was cut off or altered, or another master secret sealed it.
    #[error("{path:?} does not open: take another backup, or the master secret it was made with")]
    Sealed {
        /// Which file.
        path: PathBuf,
    },
    /// The file is of a program that is newer than this one.
    #[error("{path:?} was made by a newer program: restore it with that one")]
    TooNew {
        /// Which file.
        path: PathBuf,
    },
    /// What was written does not read as what was there.
    #[error("{path:?} does not read as it was written: change the disk and back up again")]
    Unlike {
        /// Which file.
        path: PathBuf,
    },
    /// The store cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A store cannot be made of the backup.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The vault cannot be read.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The store contradicts itself.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The backup is made; what phones may let go of could not be noted.
    #[error("the backup is whole, but the server cannot note what is in it")]
    Note(#[source] CommitError),
}

/// How far a backup or a restoring is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Rows done.
    pub rows: u64,
    /// Rows in all.
    pub rows_all: u64,
}

/// What the two files of a backup are sealed with, and their places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// The file of the store.
    pub store: PathBuf,
    /// The file of the vault.
    pub keys: PathBuf,
}

impl Pair {
    fn of(folder: &Path, now: UnixSeconds) -> Self {
        let file = |ending| folder.join(format!("sampan-{}.{ending}", now.0));
        Self {
            store: file(STORE_ENDING),
            keys: file(KEYS_ENDING),
        }
    }
}

/// What stands at the beginning of a backup.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// The form of what follows.
    form: u32,
    /// The server's epoch when it was made.
    pub epoch: u32,
    /// When it was made.
    pub at: UnixSeconds,
    /// Rows of the store.
    pub rows: u64,
}

const FORM: u32 = 1;

/// Backs a server up into `folder`, which exists, reads the backup back, and notes what phones
/// may let go of. The server goes on meanwhile.
///
/// # Errors
/// [`BackupError`].
pub async fn save(
    server: &Server<Redb>,
    folder: &Path,
    now: UnixSeconds,
    progress: impl FnMut(Progress) + Send + 'static,
) -> Result<Pair, BackupError> {
    let (server, pair) = (server.clone(), Pair::of(folder, now));
    let (copied, files) = (server.clone(), pair.clone());
    let reach = apart(move || copy(&copied, &files, now, progress)).await?;
    server
        .note_backup(&reach)
        .await
        .map_err(BackupError::Note)?;
    Ok(pair)
}

/// Removes backups that are too old or too many; the newest stay.
///
/// # Errors
/// [`BackupError::File`].
pub fn prune(folder: &Path, now: UnixSeconds) -> Result<(), BackupError> {
    let read = fs::read_dir(folder).map_err(|source| at(folder, source))?;
    let mut stores = Vec::new();
    for entry in read {
        let path = entry.map_err(|source| at(folder, source))?.path();
        let is_old = |made: UnixSeconds| made.plus(KEYS_DAYS_MAX * DAY_SECONDS) <= now;
        match made_at(&path) {
            Some((KEYS_ENDING, made)) if is_old(made) => remove(&path)?,
            Some((STORE_ENDING, made)) => stores.push((made, path.clone())),
            _ => {}
        }
    }
    stores.sort();
    let surplus = stores.len().saturating_sub(STORES_KEPT);
    stores
        .iter()
        .take(surplus)
        .try_for_each(|(_, path)| remove(path))
}

/// Makes a store and a vault of a backup, where neither is. Answers what the backup said of
/// itself, and how far each device's bundles are in it.
///
/// # Errors
/// [`BackupError`]; what was made until then is no complete store.
fn unpack(
    pair: &Pair,
    secrets: &Master,
    to: (&RedbConfig, &Path),
    mut progress: impl FnMut(Progress),
) -> Result<(About, Reach), BackupError> {
    let mut reach = Reach::default();
    let mut frames = Frames::open(&pair.keys, secrets)?;
    let vault = Folder::new(to.1);
    while let Some(frame) = frames.next(VAULT_FILE_BYTES_MAX)? {
        let (name, bytes) = frames.read::<(String, serde_bytes::ByteBuf)>(&frame)?;
        let written = vault.replace(&name, &bytes);
        written.map_err(|source| at(to.1, source))?;
    }
    let mut frames = Frames::open(&pair.store, secrets)?;
    let about = frames.about;
    Redb::create_of(to.0, |filling| {
        let mut rows = 0;
        while let Some(frame) = frames.next(FRAME_BYTES_MAX)? {
            let row: Row<'_> = frames.read(&frame)?;
            reach.see(&row);
            // Without its epoch a store is not complete; it gets another one last of all.
            if !is_epoch(&row) {
                filling.put(&row)?;
            }
            rows += 1;
            if u64::is_multiple_of(rows, PROGRESS_ROWS) {
                progress(Progress {
                    rows,
                    rows_all: about.rows,
                });
            }
        }
        Ok::<_, BackupError>(())
    })?;
    Ok((about, reach))
}

fn is_epoch(row: &Row<'_>) -> bool {
    let epoch = put_about(ledger::about::About::Epoch, &0_u32);
    matches!(row, Row::Record(key, _) if key.split_first() == Some((&Table::Meta.code(), &epoch.key[..])))
}

/// The key that backups are sealed with.
pub struct Master(pub [u8; 32]);

impl core::fmt::Debug for Master {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Master(..)")
    }
}

/// Writes both files and reads them back.
fn copy(
    server: &Server<Redb>,
    pair: &Pair,
    now: UnixSeconds,
    mut progress: impl FnMut(Progress),
) -> Result<Reach, BackupError> {
    let secrets = server.ledger().secrets();
    let master = Master(*secrets.backup_key());
    let moment = server.ledger().store().moment()?;
    let about = About {
        form: FORM,
        epoch: server.epoch(),
        at: now,
        rows: moment.rows_all()?,
    };
    let mut reach = Reach::default();
    write(&pair.store, &master, about, |frames| {
        let mut rows = 0;
        moment.each_row(|row| {
            reach.see(&row);
            frames.put(&row)?;
            rows += 1;
            if u64::is_multiple_of(rows, PROGRESS_ROWS) {
                progress(Progress {
                    rows,
                    rows_all: about.rows,
                });
            }
            Ok::<_, BackupError>(())
        })
    })?;
    write_keys(&pair.keys, &master, about, secrets.vault())?;
    let mut frames = Frames::open(&pair.store, &master)?;
    let mut rows = 0;
    while frames.next(FRAME_BYTES_MAX)?.is_some() {
        rows += 1;
    }
    let mut frames = Frames::open(&pair.keys, &master)?;
    while frames.next(VAULT_FILE_BYTES_MAX)?.is_some() {}
    match rows == about.rows {
        true => Ok(reach),
        false => Err(BackupError::Unlike {
            path: pair.store.clone(),
        }),
    }
}

fn write_keys(
    path: &Path,
    master: &Master,
    about: About,
    vault: &Vault,
) -> Result<(), BackupError> {
    let files = vault.snapshot()?;
    write(path, master, about, |frames| {
        for (name, bytes) in files {
            frames.put(&(name, serde_bytes::ByteBuf::from(bytes)))?;
        }
        Ok(())
    })
}

/// Writes a file under another name and gives it its own once it is on the disk.
fn write(
    path: &Path,
    master: &Master,
    about: About,
    fill: impl FnOnce(&mut Framing<'_>) -> Result<(), BackupError>,
) -> Result<(), BackupError> {
    let failed = |source| at(path, source);
    let unfinished = path.with_extension(UNFINISHED_ENDING);
    let file = private(&unfinished).map_err(failed)?;
    let salt = crate::clock::random().map_err(|error| failed(io::Error::other(error)))?;
    let sealer = Sealer::new(BufWriter::new(file), &master.0, salt).map_err(failed)?;
    let mut frames = Framing { sealer, path };
    frames.put(&about)?;
    fill(&mut frames)?;
    let file = frames.sealer.finish().map_err(failed)?;
    let file = file
        .into_inner()
        .map_err(|error| failed(error.into_error()))?;
    file.sync_all().map_err(failed)?;
    fs::rename(&unfinished, path).map_err(failed)?;
    sync_folder(path).map_err(failed)
}

/// Frames on their way into a file.
struct Framing<'a> {
    sealer: Sealer<BufWriter<File>>,
    path: &'a Path,
}

impl Framing<'_> {
    fn put(&mut self, value: &impl Serialize) -> Result<(), BackupError> {
        let bytes = postcard::to_allocvec(value).expect("rows always serialise");
        let length = u32::try_from(bytes.len()).expect("rows are far below 4 GiB");
        let mut written = self.sealer.write_all(&length.to_le_bytes());
        written = written.and_then(|()| self.sealer.write_all(&bytes));
        written.map_err(|source| at(self.path, source))
    }
}

/// Frames on their way out of one.
struct Frames {
    opener: Opener<BufReader<File>>,
    path: PathBuf,
    about: About,
}

impl Frames {
    fn open(path: &Path, master: &Master) -> Result<Self, BackupError> {
        let file = File::open(path).map_err(|source| at(path, source))?;
        let opener = Opener::new(BufReader::new(file), &master.0);
        let mut frames = Self {
            opener: opener.map_err(|source| unread(path, source))?,
            path: path.to_owned(),
            about: About {
                form: 0,
                epoch: 0,
                at: UnixSeconds(0),
                rows: 0,
            },
        };
        let first = frames
            .next(FRAME_BYTES_MAX)?
            .ok_or_else(|| frames.sealed())?;
        frames.about = frames.read(&first)?;
        match frames.about.form > FORM {
            true => Err(BackupError::TooNew { path: frames.path }),
            false => Ok(frames),
        }
    }

    /// The next frame; `None` at the end, which is where the writer ended.
    fn next(&mut self, bytes_max: usize) -> Result<Option<Vec<u8>>, BackupError> {
        if self
            .opener
            .is_at_end()
            .map_err(|source| unread(&self.path, source))?
        {
            return Ok(None);
        }
        let mut length = [0; 4];
        let read = self.opener.read_exact(&mut length);
        read.map_err(|source| unread(&self.path, source))?;
        let length = u32::from_le_bytes(length) as usize;
        if length > bytes_max {
            return Err(self.sealed());
        }
        let mut frame = vec![0; length];
        let read = self.opener.read_exact(&mut frame);
        read.map_err(|source| unread(&self.path, source))?;
        Ok(Some(frame))
    }

    fn read<'a, T: Deserialize<'a>>(&self, frame: &'a [u8]) -> Result<T, BackupError> {
        match postcard::take_from_bytes(frame) {
            Ok((value, [])) => Ok(value),
            _ => Err(self.sealed()),
        }
    }

    fn sealed(&self) -> BackupError {
        let path = self.path.clone();
        BackupError::Sealed { path }
    }
}

fn unread(path: &Path, source: io::Error) -> BackupError {
    match source.kind() {
        io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => BackupError::Sealed {
            path: path.to_owned(),
        },
        _ => at(path, source),
    }
}

/// The ending of a backup's name, and when it was made.
fn made_at(path: &Path) -> Option<(&str, UnixSeconds)> {
    let seconds = path.file_stem()?.to_str()?.strip_prefix("sampan-")?;
    Some((
        path.extension()?.to_str()?,
        UnixSeconds(seconds.parse().ok()?),
    ))
}

fn remove(path: &Path) -> Result<(), BackupError> {
    fs::remove_file(path).map_err(|source| at(path, source))
}

fn private(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn sync_folder(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(folder) if cfg!(unix) && !folder.as_os_str().is_empty() => {
            File::open(folder)?.sync_all()
        }
        _ => Ok(()),
    }
}

fn at(path: &Path, source: io::Error) -> BackupError {
    BackupError::File {
        path: path.to_owned(),
        source,
    }
}
