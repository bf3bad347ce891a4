//! The store in the words of the field: typed records and what is in them.
//!
//! [`crate::store`] keeps bytes under keys; this is the only place that knows which bytes. It
//! reads and it prepares writes, it never commits: a gate collects what it prepared into one
//! [`crate::store::Commit`].

use std::sync::Arc;

use crate::secrets::{CannotUnseal, Secrets};
use crate::store::{Store, StoreError, Table, Version};
use crate::vault::VaultError;

pub mod about;
pub mod account;
pub mod audit;
pub mod closed;
pub mod device;
pub mod document;
pub mod erasure;
pub mod history;
pub mod import;
pub mod invite;
pub mod key;
pub mod loan;
pub mod noted;
pub mod receipt;
pub mod report;
pub mod tag;
pub mod target;
pub mod union;
pub mod unit;
pub mod waiting;

/// A store with the secrets that open what is in it.
#[derive(Debug, Clone)]
pub struct Ledger<S> {
    store: S,
    secrets: Arc<Secrets>,
}

/// Why something could not be read. None of these means that it is not there.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// The store failed.
    #[error("the store could not be read")]
    Store(#[from] StoreError),
    /// A record does not open.
    #[error("a record does not open")]
    Sealed(#[from] CannotUnseal),
    /// A key cannot be had.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// A record is not what its table holds.
    #[error("a record of table {table:?} cannot be read; run `sampan verify`")]
    Unreadable {
        /// Which table.
        table: Table,
        /// What the decoder said.
        #[source]
        source: postcard::Error,
    },
    /// A record contradicts another.
    #[error("the ledger contradicts itself: {0}; run `sampan verify`")]
    Contradiction(&'static str),
}

/// A record with the version to expect when it is written again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read<T> {
    /// The record's version, [`Version::ABSENT`] if there is none.
    pub version: Version,
    /// The record, if there is one.
    pub record: Option<T>,
}

impl<S: Store> Ledger<S> {
    /// A ledger over `store`.
    #[must_use]
    pub fn new(store: S, secrets: Arc<Secrets>) -> Self {
        Self { store, secrets }
    }

    /// The store beneath.
    #[must_use]
    pub fn store(&self) -> &S {
        &self.store
    }

    /// The server's secrets.
    #[must_use]
    pub fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    /// One record of a table, decoded.
    async fn read<T: serde::de::DeserializeOwned>(
        &self,
        table: Table,
        key: Vec<u8>,
    ) -> Result<Read<T>, LedgerError> {
        let found = self.store.get(table, vec![key]).await?.pop().flatten();
        match found {
            None => Ok(Read {
                version: Version::ABSENT,
                record: None,
            }),
            Some(found) => Ok(Read {
                version: found.version,
                record: Some(decode(table, &found.bytes)?),
            }),
        }
    }
}

/// A record's bytes.
pub(crate) fn encode<T: serde::Serialize>(record: &T) -> Vec<u8> {
    postcard::to_allocvec(record).expect("records have no form postcard cannot write")
}

/// The record in `bytes`, all of them.
pub(crate) fn decode<T: serde::de::DeserializeOwned>(
    table: Table,
    bytes: &[u8],
) -> Result<T, LedgerError> {
    match postcard::take_from_bytes(bytes) {
        Ok((record, [])) => Ok(record),
        Ok(_) => {
            let source = postcard::Error::DeserializeBadEncoding;
            Err(LedgerError::Unreadable { table, source })
        }
        Err(source) => Err(LedgerError::Unreadable { table, source }),
    }
}
