//! The root: what opens every other file of the vault.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use shared::hash::digest;

use super::{BlockId, KeyName, VaultError};
use crate::secrets::DataKey;

/// The root's file.
pub(super) const NAME: &str = "root";

/// The vault's root.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Root {
    /// Grows with every fold.
    pub(super) generation: u64,
    /// What the keys of this generation's journal and blocks grow from; another one after each
    /// destruction, so that what follows tells nothing about what was before.
    source: [u8; 32],
    pub(super) blocks: BTreeMap<BlockId, BlockPlace>,
    /// Every name whose key was ever destroyed.
    pub(super) destroyed: BTreeSet<KeyName>,
    /// What whoever destroys keys noted apart from the store, under one of their names. It stands
    /// behind the rest, where a root of an earlier version ends.
    #[serde(skip)]
    pub(super) notes: BTreeMap<KeyName, Vec<u8>>,
}

/// Where a block is, and what opens it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct BlockPlace {
    pub(super) generation: u64,
    /// How many keys it has.
    pub(super) keys: u64,
    #[serde(with = "plain")]
    pub(super) key: DataKey,
}

impl BlockPlace {
    /// The block's file.
    pub(super) fn file(&self, block: BlockId) -> String {
        format!("block-{:08x}-{}", block.0, self.generation)
    }
}

impl Root {
    pub(super) fn new(seed: [u8; 32]) -> Self {
        Self {
            source: digest("sampan/vault-source", &[&seed]),
            ..Self::default()
        }
    }

    /// Begins a generation whose keys nobody can derive from those before.
    pub(super) fn renew(&mut self, seed: [u8; 32]) {
        self.generation += 1;
        self.source = digest("sampan/vault-source", &[&seed]);
    }

    pub(super) fn block_key(&self, block: BlockId) -> DataKey {
        self.grow("sampan/vault-block", &block.0.to_le_bytes())
    }

    pub(super) fn journal_key(&self) -> DataKey {
        self.grow("sampan/vault-journal", &[])
    }

    fn grow(&self, domain: &str, what: &[u8]) -> DataKey {
        let generation = self.generation.to_le_bytes();
        DataKey(digest(domain, &[&self.source, &generation, what]))
    }

    pub(super) fn journal_name(&self) -> String {
        format!("journal-{}", self.generation)
    }

    /// Every file the root needs, itself included.
    pub(super) fn files(&self) -> impl Iterator<Item = String> {
        let blocks = self.blocks.iter();
        let blocks = blocks.map(|(id, place)| place.file(*id));
        blocks.chain([self.journal_name(), NAME.to_owned()])
    }

    pub(super) fn seal(&self, wrapping: &DataKey) -> Vec<u8> {
        wrapping.seal(NAME.as_bytes(), &self.to_bytes())
    }

    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let plain = postcard::to_allocvec(self).expect("keys have a stored form");
        if self.notes.is_empty() {
            return plain;
        }
        postcard::to_extend(&self.notes, plain).expect("notes have a stored form")
    }

    pub(super) fn from_bytes(plain: &[u8]) -> Result<Self, VaultError> {
        let (root, rest) = postcard::take_from_bytes(plain).map_err(VaultError::Unreadable)?;
        let notes = match rest {
            [] => BTreeMap::new(),
            notes => postcard::from_bytes(notes).map_err(VaultError::Unreadable)?,
        };
        Ok(Self { notes, ..root })
    }

    pub(super) fn unseal(sealed: &[u8], wrapping: &DataKey) -> Result<Self, VaultError> {
        let plain = wrapping.unseal(NAME.as_bytes(), sealed)?;
        Self::from_bytes(&plain)
    }
}

/// A key inside something that is sealed as a whole.
mod plain {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::secrets::DataKey;

    pub(super) fn serialize<S: Serializer>(key: &DataKey, to: S) -> Result<S::Ok, S::Error> {
        key.0.serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<DataKey, D::Error> {
        <[u8; 32]>::deserialize(from).map(DataKey)
    }
}
