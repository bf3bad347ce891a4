//! A coordinator's word on held changes.

use shared::id::{ChangeHash, DocumentId};
use shared::receipt::{Outcome, RefuseReason};

use super::draft::Draft;
use super::{Moment, Stop, unite, waiting};
use crate::ledger::document::Place;
use crate::ledger::waiting::{Decision, HeldChange, Waiting, held_hash, put_held};
use crate::ledger::{Ledger, LedgerError};
use crate::store::{Commit, Store, Table};

/// What a coordinator says about a held change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decided {
    /// It goes into the log as it is, and what was held because of it is looked at again.
    Approved,
    /// It is refused, and so is what was written upon it.
    Refused,
}

/// Why a decision cannot be carried out.
#[derive(Debug, thiserror::Error)]
pub enum DecideError {
    /// No such change is held; somebody may have decided already.
    #[error("no such change is held; reload the list")]
    NotHeld,
    /// What it was written upon is itself held; decide about that first.
    #[error("an earlier change of the same document must be decided first")]
    EarlierFirst,
    /// The ledger could not be read.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

/// Prepares the commit that carries out a decision.
///
/// # Errors
/// [`DecideError`]; nothing is changed then.
pub async fn decide<S: Store>(
    ledger: &Ledger<S>,
    (document, hash): (DocumentId, ChangeHash),
    decided: Decided,
    moment: Moment<'_>,
) -> Result<Commit, DecideError> {
    let mut draft = Draft::new(ledger, moment);
    let all = ledger.held_for(document).await?;
    let is_it = |waiting: &&Waiting<HeldChange>| {
        held_hash(&waiting.key) == Some(hash)
            && matches!(waiting.record.decision, Decision::Open(_))
    };
    let waiting = all.iter().find(is_it).ok_or(DecideError::NotHeld)?.clone();
    match decided {
        Decided::Approved => approve(&mut draft, document, &waiting).await?,
        Decided::Refused => refuse(&mut draft, document, (hash, &all)).await?,
    }
    Ok(draft.finish())
}

async fn approve<S: Store>(
    draft: &mut Draft<'_, S>,
    document: DocumentId,
    waiting: &Waiting<HeldChange>,
) -> Result<(), DecideError> {
    let logged = waiting.record.open(draft.ledger.secrets())?;
    draft.open(document).await?;
    if !draft.documents.contains_key(&document) {
        let place = Place::of_genesis(document, &logged.change).ok_or(DecideError::EarlierFirst)?;
        let sealed_under = waiting.record.sealed_under;
        draft
            .begin(
                document,
                Place {
                    sealed_under,
                    ..place
                },
            )
            .await?;
    }
    let history = draft.history(document).await?;
    let is_logged = |dep: &ChangeHash| history.iter().any(|(known, _)| known == dep);
    if !logged.change.deps.iter().all(is_logged) {
        return Err(DecideError::EarlierFirst);
    }
    draft.store(document, logged).await?;
    let record = &waiting.record;
    draft
        .amend(record.serial, &[(record.position, Outcome::Stored)])
        .await?;
    let (expect, put) = waiting.remove(Table::Held);
    draft.expect(expect.table, expect.key, expect.version);
    draft.put(put);
    settle(waiting::wake(draft).await)?;
    settle(unite::unite(draft, record.serial.device).await)
}

/// Refuses a change and every held change that was written upon it.
async fn refuse<S: Store>(
    draft: &mut Draft<'_, S>,
    document: DocumentId,
    (hash, all): (ChangeHash, &[Waiting<HeldChange>]),
) -> Result<(), DecideError> {
    let mut refused = std::collections::BTreeMap::from([(hash, RefuseReason::ByDecision)]);
    let mut open: Vec<&Waiting<HeldChange>> = all.iter().collect();
    loop {
        let before = open.len();
        let mut kept = Vec::new();
        for waiting in open {
            let logged = waiting.record.open(draft.ledger.secrets())?;
            if logged
                .change
                .deps
                .iter()
                .any(|dep| refused.contains_key(dep))
            {
                refused
                    .entry(logged.hash)
                    .or_insert(RefuseReason::Dependent);
            }
            let Some(reason) = refused.get(&logged.hash) else {
                kept.push(waiting);
                continue;
            };
            let record = waiting.record.clone().decided(Decision::Refused(*reason));
            draft.expect(Table::Held, waiting.key.clone(), waiting.version);
            draft.put(put_held(document, logged.hash, &record));
            draft
                .amend(
                    record.serial,
                    &[(record.position, Outcome::Refused(*reason))],
                )
                .await?;
        }
        if kept.len() == before {
            return Ok(());
        }
        open = kept;
    }
}

fn settle(result: Result<(), Stop>) -> Result<(), DecideError> {
    match result {
        Err(Stop::Ledger(error)) => Err(error.into()),
        // Nothing of the decision itself can be at fault: what it woke is refused on its own.
        Ok(()) | Err(Stop::Reject(_) | Stop::TooNew) => Ok(()),
    }
}
