//! What the store knows about the server itself.

use serde::Serialize;
use serde::de::DeserializeOwned;
use shared::id::DeviceId;
use shared::receipt::BackedUpTo;

use super::{Ledger, LedgerError, Read, encode};
use crate::store::{Expect, Put, Store, Table, Version};

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
    /// `(u32, u32)`: the epoch, and how many documents the server has created in it.
    Created,
    /// `u32`: the version of the notes that views answer from; every document has them.
    Noted,
}

impl About {
    /// What to expect of it.
    #[must_use]
    pub fn expect(self, version: Version) -> Expect {
        Expect {
            table: Table::Meta,
            key: self.key(),
            version,
        }
    }

    fn key(self) -> Vec<u8> {
        let name: &[u8] = match self {
            Self::Epoch => b"epoch",
            Self::Token => b"token",
            Self::Identity => b"identity",
            Self::Audited => b"audited",
            Self::Created => b"created",
            Self::Noted => b"noted",
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

/// How the keys begin under which it stands how far devices' bundles are in a backup.
const BACKED_UP_TO: u8 = b'>';

impl<S: Store> Ledger<S> {
    /// How far the device's bundles are in a backup.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn backed_up_to(&self, device: DeviceId) -> Result<Option<BackedUpTo>, LedgerError> {
        let found = self.read(Table::Meta, backed_up_key(device)).await?;
        Ok(found.record)
    }
}

/// Writes how far the device's bundles are in a backup.
#[must_use]
pub fn put_backed_up_to(device: DeviceId, to: BackedUpTo) -> Put {
    Put {
        table: Table::Meta,
        key: backed_up_key(device),
        bytes: Some(encode(&to)),
    }
}

fn backed_up_key(device: DeviceId) -> Vec<u8> {
    [&[BACKED_UP_TO][..], &device.0].concat()
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
