//! Why a store could not answer. None of these ever means "not there".

use core::error::Error;
use std::io;
use std::path::PathBuf;

/// A read or a commit that failed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The disk has no room left. Free space, then open the store again.
    #[error("the disk is full")]
    Full(#[source] io::Error),
    /// The disk did not do what was asked. Open the store again; if it stays, change the disk.
    #[error("the disk failed")]
    Io(#[source] io::Error),
    /// What was read cannot have been written by this store. Restore a backup.
    #[error("stored data is damaged")]
    Corrupt(#[source] Box<dyn Error + Send + Sync>),
    /// The store stopped after an earlier failure. Open it again.
    #[error("the store has stopped after an earlier failure")]
    Closed,
    /// The caller asked for more than a bound allows; nothing was done.
    #[error("{size} {what}, at most {max} are allowed")]
    TooLarge {
        /// What there is too much of, with its unit.
        what: &'static str,
        /// How much was asked.
        size: usize,
        /// How much is allowed.
        max: usize,
    },
    /// A record's key must have at least one byte; nothing was done.
    #[error("a record needs a key of at least one byte")]
    EmptyKey,
}

impl StoreError {
    /// Whether the same call may succeed once the store was opened again or the disk has room,
    /// without anybody repairing data or code.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Full(_) | Self::Io(_) | Self::Closed)
    }

    /// Damaged data, known from `cause`.
    pub(crate) fn corrupt(cause: impl Error + Send + Sync + 'static) -> Self {
        Self::Corrupt(Box::new(cause))
    }

    /// An I/O failure, told apart by whether the disk is full.
    pub(crate) fn io(cause: io::Error) -> Self {
        match cause.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full(cause),
            _ => Self::Io(cause),
        }
    }
}

/// A store that must not be started. In none of these cases is anything created or changed.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// No file stands at the path. Check that its disk is mounted; create a store only for a
    /// server that has never had one.
    #[error("{path:?} is missing: check that its disk is mounted")]
    Missing {
        /// Where the store was looked for.
        path: PathBuf,
    },
    /// A new store was asked for where a file already stands. Open it instead.
    #[error("{path:?} exists already: open it instead of creating it")]
    Exists {
        /// Where the file stands.
        path: PathBuf,
    },
    /// The file has no content, as after a broken copy. Restore a backup.
    #[error("{path:?} is empty: restore a backup over it")]
    Empty {
        /// Where the file stands.
        path: PathBuf,
    },
    /// The file was not written by this store. Check the path.
    #[error("the file is not a Sampan store: check the path")]
    Foreign,
    /// The file is a store, but parts of it are damaged or cut off. Restore a backup.
    #[error("the store's file is damaged: restore the newest backup with `sampan restore`")]
    Damaged(#[source] Box<dyn Error + Send + Sync>),
    /// Another process has the store open. Stop it first.
    #[error("another process has the store open: stop it first")]
    InUse,
    /// The file has another format. Start the server version that wrote it, or a newer one.
    #[error("the store has format {found}, this server reads {known}: start a newer server")]
    Format {
        /// The format in the file.
        found: u64,
        /// The format this code reads and writes.
        known: u64,
    },
    /// The file could not be read or made: rights, a full disk, a failing one.
    #[error("the store's file cannot be used")]
    Io(#[from] io::Error),
    /// The open file failed while it was being prepared.
    #[error("the store failed while it was being opened")]
    Store(#[from] StoreError),
}
