//! What the store knows about the server itself.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Ledger, LedgerError, Read, encode};
use crate::store::{Put, Store, Table};

/// One fact about the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// `u32`: grows whenever the store was restored from a backup.
    Epoch,
    /// `[u8; 32]`: the hash of the programs' token.
    Token,
    /// `[u8; 32]`: the public signing key that the master secret grows.
    Identity,
    /// `u64`: the version up to which rows were held against automerge.
    Audited,
}

impl About {
    fn key(self) -> Vec<u8> {
        let name: &[u8] = match self {
            Self::Epoch => b"epoch",
            Self::Token => b"token",
            Self::Identity => b"identity",
            Self::Audited => b"audited",
        };
        name.to_vec()
    }
}

impl<S: Store> Ledger<S> {
    /// What is known of it, if anything was written.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn about<T: DeserializeOwned>(&self, what: About) -> Result<Read<T>, LedgerError> {
        self.read(Table::Meta, what.key()).await
    }
}

/// Writes one fact about the server.
#[must_use]
pub fn put_about<T: Serialize>(what: About, fact: &T) -> Put {
    Put {
        table: Table::Meta,
        key: what.key(),
        bytes: Some(encode(fact)),
    }
}
