//! Keys: in which block of the vault each stands.

use serde::{Deserialize, Serialize};
use shared::id::{DocumentId, UnitId};
use shared::time::LocalDay;
use shared::unit::UnitTree;

use super::{Ledger, LedgerError, decode, encode};
use crate::secrets::DataKey;
use crate::store::{Put, Store, Table, Versioned};
use crate::vault::{BlockId, KeyName};

/// Where the key of a dossier, or of another personal document, stands. What holds nothing
/// personal has none of its own and shares one with all its like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum KeyPlace {
    /// In this block.
    In(BlockId),
    /// Nowhere: it was, or is about to be, destroyed. It stood in this block.
    Destroyed(BlockId),
}

impl KeyPlace {
    /// The block.
    #[must_use]
    pub fn block(self) -> BlockId {
        let (Self::In(block) | Self::Destroyed(block)) = self;
        block
    }
}

/// The block for new keys of a unit's documents: its commune's, or its own if nothing is above.
#[must_use]
pub fn block_of(unit: UnitId, units: &UnitTree, day: LocalDay) -> BlockId {
    let parent = units.get(unit, day).and_then(|unit| unit.parent);
    BlockId(parent.unwrap_or(unit).0)
}

impl<S: Store> Ledger<S> {
    /// Where the key of `dossier` stands, if it has one.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn key_place(&self, dossier: DocumentId) -> Result<Option<KeyPlace>, LedgerError> {
        Ok(self.read(Table::Key, dossier.0.to_vec()).await?.record)
    }

    /// The key that seals what is under `dossier`; `None` if it was destroyed.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn key_of(&self, dossier: DocumentId) -> Result<Option<DataKey>, LedgerError> {
        Ok(self.keys_of(&[dossier]).await?.pop().flatten())
    }

    /// The keys of these dossiers, in order; `None` for those that were destroyed.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn keys_of(
        &self,
        dossiers: &[DocumentId],
    ) -> Result<Vec<Option<DataKey>>, LedgerError> {
        let names = dossiers.iter().map(|id| id.0.to_vec()).collect();
        let found = self.store().get(Table::Key, names).await?;
        let key = |(id, place): (&DocumentId, Option<Versioned>)| {
            let Some(place) = place else {
                return Ok(Some(self.secrets().commons().clone()));
            };
            match decode(Table::Key, &place.bytes)? {
                KeyPlace::Destroyed(_) => Ok(None),
                KeyPlace::In(block) => Ok(self.secrets().vault().key(block, (*id).into())?),
            }
        };
        dossiers.iter().zip(found).map(key).collect()
    }

    /// The key for groups that wait for documents whose ids begin so; `None` if it was destroyed.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn waiting_key(&self, prefix: &[u8]) -> Result<Option<DataKey>, LedgerError> {
        let name = KeyName::of_waiting(prefix);
        Ok(self.secrets().vault().key(BlockId::WAITING, name)?)
    }
}

/// Writes where a dossier's key stands.
#[must_use]
pub fn put_key(dossier: DocumentId, place: KeyPlace) -> Put {
    Put {
        table: Table::Key,
        key: dossier.0.to_vec(),
        bytes: Some(encode(&place)),
    }
}
