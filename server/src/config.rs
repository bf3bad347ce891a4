//! Where a server keeps its files, and how much memory it may take.

use std::path::{Path, PathBuf};

use crate::store::RedbConfig;

/// Bytes of the store's page cache: what a few groups of commits touch, and the upper pages of
/// every table. The system keeps the rest of the file in memory that others may have, and a page
/// from there costs a copy: a storm of 200 phones takes 3 of 100 parts more of a processor than
/// with 128 MiB, and 38 MiB less of memory.
pub const CACHE_BYTES: usize = 12 * 1024 * 1024;

/// The folder with a server's files: `sampan.redb` the store, `sampan.key` the master secret,
/// `keys` the vault with the keys of residents' documents, `token` what programs show, `in-flight`
/// what was worked on at a fall. Back up the
/// master secret and the vault apart from the store, and keep no backup of the vault for more than
/// 20 days: a person is erased once the last one with their key is gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataFolder {
    path: PathBuf,
    cache_bytes: usize,
}

impl DataFolder {
    /// The folder at `path`; it need not exist.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            cache_bytes: CACHE_BYTES,
        }
    }

    /// The same folder with another page cache for its store.
    #[must_use]
    pub fn with_cache(self, cache_bytes: usize) -> Self {
        Self {
            cache_bytes,
            ..self
        }
    }

    /// The folder itself.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The file with the master secret, for its owner alone.
    #[must_use]
    pub fn key(&self) -> PathBuf {
        self.path.join("sampan.key")
    }

    /// The folder of the vault.
    #[must_use]
    pub fn keys(&self) -> PathBuf {
        self.path.join("keys")
    }

    /// The file with the programs' token, for its owner alone.
    #[must_use]
    pub fn token(&self) -> PathBuf {
        self.path.join("token")
    }

    /// Which bundles are being worked on, for the next start.
    #[must_use]
    pub fn in_flight(&self) -> PathBuf {
        self.path.join("in-flight")
    }

    /// The store's file and memory.
    #[must_use]
    pub fn store(&self) -> RedbConfig {
        RedbConfig {
            path: self.path.join("sampan.redb"),
            cache_bytes: self.cache_bytes,
        }
    }
}
