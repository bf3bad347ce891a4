//! Tags: which dossiers bear the same personal number.

use serde::{Deserialize, Serialize};
use shared::id::DocumentId;

use super::{Ledger, LedgerError, Read, encode};
use crate::secrets::Tag;
use crate::store::{Put, Store, Table};

/// The dossiers whose identity has one number.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TagRecord {
    /// Dossiers with this number, the first stored first.
    pub dossiers: Vec<DocumentId>,
    /// Pairs of them a coordinator has found to be different people.
    pub never_unite: Vec<(DocumentId, DocumentId)>,
}

impl<S: Store> Ledger<S> {
    /// The dossiers with this tag.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn tagged(&self, tag: Tag) -> Result<Read<TagRecord>, LedgerError> {
        self.read(Table::Tag, tag.0.to_vec()).await
    }
}

/// Writes a tag's record, or removes it when no dossier has it any more.
#[must_use]
pub fn put_tag(tag: Tag, record: &TagRecord) -> Put {
    let is_used = !(record.dossiers.is_empty() && record.never_unite.is_empty());
    Put {
        table: Table::Tag,
        key: tag.0.to_vec(),
        bytes: is_used.then(|| encode(record)),
    }
}
