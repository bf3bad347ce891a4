//! Tags: which dossiers bear the same personal number.

use serde::{Deserialize, Serialize};
use shared::id::DocumentId;

use super::{Ledger, LedgerError, Read, decode, encode};
use crate::secrets::Tag;
use crate::store::{Put, RangeQuery, Store, Table, Versioned};

/// The dossiers whose identity has one number.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TagRecord {
    /// Dossiers with this number, the first stored first.
    pub dossiers: Vec<DocumentId>,
    /// Pairs of them about which somebody decided that they stay apart: different people, or one
    /// person who counts in another unit.
    pub never_unite: Vec<(DocumentId, DocumentId)>,
}

impl TagRecord {
    /// Pairs of dossiers about which nobody has decided, as far as their present names tell.
    pub fn open_pairs(&self) -> impl Iterator<Item = (DocumentId, DocumentId)> {
        let later = |n: usize| self.dossiers.iter().skip(n + 1);
        let dossiers = self.dossiers.iter().enumerate();
        let pairs = dossiers.flat_map(move |(n, one)| later(n).map(|other| (*one, *other)));
        pairs.filter(|(one, other)| {
            let decided = &self.never_unite;
            !decided.contains(&(*one, *other)) && !decided.contains(&(*other, *one))
        })
    }
}

impl<S: Store> Ledger<S> {
    /// The dossiers with this tag.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn tagged(&self, tag: Tag) -> Result<Read<TagRecord>, LedgerError> {
        self.read(Table::Tag, tag.0.to_vec()).await
    }

    /// The records of these tags, in order; of those that nobody bears, none.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn all_tagged(&self, tags: &[Tag]) -> Result<Vec<TagRecord>, LedgerError> {
        let keys = tags.iter().map(|tag| tag.0.to_vec()).collect();
        let found = self.store().get(Table::Tag, keys).await?;
        let found = found.into_iter().flatten();
        found.map(|one| decode(Table::Tag, &one.bytes)).collect()
    }

    /// One page of the tags; `after` = the last of the page before.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn tags(&self, after: Option<Tag>) -> Result<Vec<(Tag, TagRecord)>, LedgerError> {
        let query = RangeQuery::new(Table::Tag, []);
        let query = match after {
            Some(tag) => query.after(tag.0),
            None => query,
        };
        let page = self.store().range(query).await?;
        let read = |(key, found): (Vec<u8>, Versioned)| {
            let tag = <[u8; 16]>::try_from(key.as_slice());
            let tag = tag.map_err(|_| LedgerError::Contradiction("a key is no tag"))?;
            Ok((Tag(tag), decode(Table::Tag, &found.bytes)?))
        };
        page.records.into_iter().map(read).collect()
    }
}

impl TagRecord {
    /// Whether a coordinator has found the person known by some names to be another than the one
    /// known by others.
    #[must_use]
    pub fn forbids(&self, one: &[DocumentId], other: &[DocumentId]) -> bool {
        self.never_unite.iter().any(|(a, b)| {
            (one.contains(a) && other.contains(b)) || (one.contains(b) && other.contains(a))
        })
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
