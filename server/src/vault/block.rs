//! Blocks of keys and records of the journal, as bytes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{BlockId, KeyName, VaultError};
use crate::secrets::DataKey;

/// The keys of one commune, ascending by name.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Block(Vec<(KeyName, [u8; 32])>);

impl Block {
    pub(super) fn of(keys: BTreeMap<KeyName, DataKey>) -> Self {
        Self(keys.into_iter().map(|(name, key)| (name, key.0)).collect())
    }

    pub(super) fn get(&self, name: KeyName) -> Option<DataKey> {
        let found = self.0.binary_search_by_key(&name, |(name, _)| *name);
        found.ok().map(|position| DataKey(self.0[position].1))
    }

    pub(super) fn entries(&self) -> impl Iterator<Item = (KeyName, DataKey)> {
        self.0.iter().map(|(name, key)| (*name, DataKey(*key)))
    }

    /// The block's file.
    pub(super) fn seal(&self, key: &DataKey, file: &str) -> Vec<u8> {
        let plain = postcard::to_allocvec(self).expect("keys have a stored form");
        key.seal(file.as_bytes(), &plain)
    }

    pub(super) fn unseal(sealed: &[u8], key: &DataKey, file: &str) -> Result<Self, VaultError> {
        let plain = key.unseal(file.as_bytes(), sealed)?;
        postcard::from_bytes(&plain).map_err(VaultError::Unreadable)
    }
}

/// One key in the journal.
pub(super) struct Record {
    pub(super) block: BlockId,
    pub(super) name: KeyName,
    pub(super) key: DataKey,
}

/// Bytes of a record: nonce 12, block 4, name 16, key 32, tag 16.
pub(super) const RECORD_BYTES: usize = 80;

impl Record {
    /// The record as the journal's `n`-th, from 0.
    pub(super) fn seal(&self, journal: &DataKey, n: u64) -> Vec<u8> {
        let block = self.block.0.to_le_bytes();
        let plain = [block.as_slice(), &self.name.0, &self.key.0];
        journal.seal(&n.to_le_bytes(), &plain.concat())
    }

    pub(super) fn unseal(sealed: &[u8], journal: &DataKey, n: u64) -> Option<Self> {
        let plain = journal.unseal(&n.to_le_bytes(), sealed).ok()?;
        let (block, rest) = plain.split_first_chunk::<4>()?;
        let (name, rest) = rest.split_first_chunk::<16>()?;
        Some(Self {
            block: BlockId(u32::from_le_bytes(*block)),
            name: KeyName(*name),
            key: DataKey(rest.try_into().ok()?),
        })
    }
}
