//! Targets by unit: an index, because a unit's stream holds much else.

use shared::id::{DocumentId, UnitId};

use super::{Ledger, LedgerError};
use crate::store::{Put, RangeQuery, ScanLimit, Store, Table};

/// Targets one unit may have; a report names a handful, for three denominators each.
pub const UNIT_TARGETS_MAX: usize = 512;

const TARGET: u8 = b't';

impl<S: Store> Ledger<S> {
    /// The target documents of a unit, at most [`UNIT_TARGETS_MAX`].
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn targets_of(&self, unit: UnitId) -> Result<Vec<DocumentId>, LedgerError> {
        let query = RangeQuery::new(Table::Catalogue, prefix(unit))
            .limit(ScanLimit::entries(UNIT_TARGETS_MAX));
        let page = self.store().range(query).await?;
        let id = |key: &[u8]| key.last_chunk::<16>().map(|id| DocumentId(*id));
        let ids = page.records.iter().map(|(key, _)| id(key));
        ids.collect::<Option<Vec<_>>>()
            .ok_or(LedgerError::Contradiction("a target's key is no id"))
    }
}

/// Notes that `document` is a target of `unit`.
#[must_use]
pub fn put_target(unit: UnitId, document: DocumentId) -> Put {
    let mut key = prefix(unit);
    key.extend_from_slice(&document.0);
    Put {
        table: Table::Catalogue,
        key,
        bytes: Some(Vec::new()),
    }
}

fn prefix(unit: UnitId) -> Vec<u8> {
    let mut key = vec![TARGET];
    key.extend_from_slice(&unit.0.to_be_bytes());
    key
}
