//! Replacing a row by what automerge makes of the same history.

use shared::id::DocumentId;
use shared::row::Row;

use super::Moment;
use super::draft::Draft;
use crate::ledger::LedgerError;
use crate::store::{Commit, Store, Version};

/// Prepares the commit that gives the document another row, and its figures with it; `None` if
/// the document is not at `version` any more.
///
/// # Errors
/// [`LedgerError`].
pub async fn mend<S: Store>(
    ledger: &crate::ledger::Ledger<S>,
    (id, version): (DocumentId, Version),
    row: Row,
    moment: Moment<'_>,
) -> Result<Option<Commit>, LedgerError> {
    let mut draft = Draft::new(ledger, moment);
    draft.open(id).await?;
    match draft.documents.get_mut(&id) {
        Some(working) if working.document.version == version => {
            working.replace(row);
            Ok(Some(draft.finish()))
        }
        _ => Ok(None),
    }
}
