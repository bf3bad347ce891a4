//! The administrative units the server serves.

use shared::unit::{UnitTree, UnitVersion};

use super::{Ledger, LedgerError, decode, encode};
use crate::store::{Put, RangeQuery, Store, Table};

impl<S: Store> Ledger<S> {
    /// All units.
    ///
    /// # Errors
    /// [`LedgerError`]; stored units that are no tree are a contradiction.
    pub async fn unit_tree(&self) -> Result<UnitTree, LedgerError> {
        let mut versions: Vec<UnitVersion> = Vec::new();
        let mut query = RangeQuery::new(Table::Unit, []);
        loop {
            let page = self.store().range(query.clone()).await?;
            for (_, record) in &page.records {
                versions.push(decode(Table::Unit, &record.bytes)?);
            }
            match page.records.last() {
                Some((key, _)) if page.more => query = query.after(key.clone()),
                _ => break,
            }
        }
        UnitTree::new(versions)
            .map_err(|_| LedgerError::Contradiction("the stored units are no tree"))
    }
}

/// Writes one state of a unit.
#[must_use]
pub fn put_unit(version: &UnitVersion) -> Put {
    Put {
        bytes: Some(encode(version)),
        ..remove_unit(version)
    }
}

/// Removes the state of a unit that begins on the same day as this one.
#[must_use]
pub fn remove_unit(version: &UnitVersion) -> Put {
    let from = version.valid.from.map_or(i32::MIN, |day| day.0);
    // With its sign bit turned, an integer's bytes sort as the integer does.
    let from = (from as u32) ^ (1 << 31);
    let key = [version.id.0.to_be_bytes(), from.to_be_bytes()].concat();
    Put {
        table: Table::Unit,
        key,
        bytes: None,
    }
}
