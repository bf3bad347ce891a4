//! Unions that can be undone: which dossiers joined which, unit by unit.

use serde::{Deserialize, Serialize};
use shared::id::{DocumentId, UnitId};
use shared::time::UnixSeconds;

use super::audit::Who;
use super::{Ledger, LedgerError, decode, encode};
use crate::store::{Put, RangeQuery, Store, Table};

/// One union.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnionRecord {
    /// The dossier that stayed; it may have joined another one since.
    pub survivor: DocumentId,
    /// When.
    pub at: UnixSeconds,
    /// Who decided it, or the device whose bundle brought it about.
    pub who: Who,
}

impl<S: Store> Ledger<S> {
    /// The unions of a unit by the dossier that joined, at most `max`.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn unions(
        &self,
        unit: UnitId,
        max: usize,
    ) -> Result<Vec<(DocumentId, UnionRecord)>, LedgerError> {
        let mut found = Vec::new();
        let mut query = RangeQuery::new(Table::Union, unit.0.to_be_bytes());
        loop {
            let page = self.store().range(query.clone()).await?;
            for (key, record) in &page.records {
                let joined = key.get(4..).and_then(|id| <[u8; 16]>::try_from(id).ok());
                let joined = joined.ok_or(LedgerError::Contradiction("a union's key is no id"))?;
                found.push((DocumentId(joined), decode(Table::Union, &record.bytes)?));
            }
            match page.records.last() {
                Some((key, _)) if page.more && found.len() < max => {
                    query = query.after(key.clone());
                }
                _ => {
                    found.truncate(max);
                    return Ok(found);
                }
            }
        }
    }
}

/// Notes that a dossier of a unit joined another one, or that this is no union any more.
#[must_use]
pub fn put_union(unit: UnitId, joined: DocumentId, record: Option<&UnionRecord>) -> Put {
    Put {
        table: Table::Union,
        key: [&unit.0.to_be_bytes()[..], &joined.0].concat(),
        bytes: record.map(encode),
    }
}
