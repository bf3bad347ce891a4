//! Reports that were frozen: their signed bytes, by name.

use shared::id::DocumentId;

use super::{Ledger, LedgerError};
use crate::store::{Put, RangeQuery, Store, Table};

impl<S: Store> Ledger<S> {
    /// A frozen report's signed bytes, if there is one of this name.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn report(&self, id: DocumentId) -> Result<Option<Vec<u8>>, LedgerError> {
        let keys = vec![id.0.to_vec()];
        let found = self.store().get(Table::Report, keys).await?.pop();
        Ok(found.flatten().map(|found| found.bytes))
    }

    /// Every frozen report, by name.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn reports(&self) -> Result<Vec<(DocumentId, Vec<u8>)>, LedgerError> {
        let mut all = Vec::new();
        let mut query = RangeQuery::new(Table::Report, []);
        loop {
            let page = self.store().range(query.clone()).await?;
            for (key, found) in &page.records {
                let id = <[u8; 16]>::try_from(key.as_slice());
                let id = id.map_err(|_| LedgerError::Contradiction("a report's key is no id"))?;
                all.push((DocumentId(id), found.bytes.clone()));
            }
            match page.records.last() {
                Some((key, _)) if page.more => query = query.after(key.clone()),
                _ => return Ok(all),
            }
        }
    }
}

/// Keeps a frozen report.
#[must_use]
pub fn put_report(id: DocumentId, signed: Vec<u8>) -> Put {
    Put {
        table: Table::Report,
        key: id.0.to_vec(),
        bytes: Some(signed),
    }
}
