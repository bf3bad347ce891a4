//! A coordinator's word on held changes.

use shared::engine::next_deps;
use shared::entry::Logged;
use shared::id::{ChangeHash, DocumentId};
use shared::quota::{self, Full};
use shared::receipt::{HoldReason, Outcome, RefuseReason};

use super::draft::{Draft, NOT_OPEN};
use super::judge::{Fate, Subject, judge};
use super::locate::follow;
use super::{Moment, Stop, unite, waking};
use crate::ledger::document::Place;
use crate::ledger::waiting::{Came, Decision, HeldChange, Waiting, held_hash};
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
    /// The document has no room for it any more. It stays held: re-found the document, which is
    /// answered to the phone as any re-founding is, or refuse it.
    #[error("the document has no room for the change")]
    Full(#[from] Full),
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
    let document = present_id(&mut draft, document).await?;
    let all = draft.held(document).await?;
    let is_it = |waiting: &&Waiting<HeldChange>| {
        held_hash(&waiting.key) == Some(hash)
            && matches!(waiting.record.decision, Decision::Open(_))
    };
    let waiting = all.iter().find(is_it).ok_or(DecideError::NotHeld)?.clone();
    match decided {
        Decided::Approved => approve(&mut draft, document, &waiting, &all).await?,
        Decided::Refused => refuse(&mut draft, document, (hash, &all)).await?,
    }
    Ok(draft.finish())
}

async fn approve<S: Store>(
    draft: &mut Draft<'_, S>,
    document: DocumentId,
    waiting: &Waiting<HeldChange>,
    all: &[Waiting<HeldChange>],
) -> Result<(), DecideError> {
    let logged = draft.ledger.opened(&waiting.record).await?;
    if !draft.documents.contains_key(&document) {
        let place = Place::of_genesis(document, &logged.change).ok_or(DecideError::EarlierFirst)?;
        let sealed_under = waiting.record.sealed_under;
        let place = Place {
            sealed_under,
            ..place
        };
        draft.begin(document, place).await?;
    }
    if !is_ready(draft, document, &logged).await? {
        return Err(DecideError::EarlierFirst);
    }
    // Others may have filled it since the change was held.
    let shown = draft.documents.get(&document).ok_or(NOT_OPEN)?;
    quota::room(&shown.document.row, &logged.change)?;
    release(draft, document, waiting, logged).await?;
    look_again(draft, document, waiting, all).await?;
    settle(waking::wake(draft).await)?;
    let device = waiting.record.first()?.serial.device;
    settle(unite::unite(draft, device).await)
}

/// The id of the document now: it may have been united since the change was held.
async fn present_id<S: Store>(
    draft: &mut Draft<'_, S>,
    held_under: DocumentId,
) -> Result<DocumentId, DecideError> {
    match follow(draft, held_under).await {
        Ok(Ok(id)) => Ok(id),
        Ok(Err(_)) => Err(DecideError::NotHeld),
        Err(Stop::Ledger(error)) => Err(error.into()),
        Err(Stop::Reject(_) | Stop::TooNew) => Err(DecideError::NotHeld),
    }
}

/// Whether everything a change was written upon is in the log.
async fn is_ready<S: Store>(
    draft: &mut Draft<'_, S>,
    document: DocumentId,
    logged: &Logged,
) -> Result<bool, LedgerError> {
    let history = draft.history(document).await?;
    let is_logged = |dep: &ChangeHash| history.iter().any(|(known, _)| known == dep);
    Ok(logged.change.deps.iter().all(is_logged))
}

/// Moves a held change into the log.
async fn release<S: Store>(
    draft: &mut Draft<'_, S>,
    document: DocumentId,
    waiting: &Waiting<HeldChange>,
    mut logged: Logged,
) -> Result<(), DecideError> {
    let shown = draft.documents.get(&document).ok_or(NOT_OPEN)?;
    let row = &shown.document.row;
    // Others may have written since it was judged, so what it saw is compared again.
    logged.upon_all_shown = !logged.change.deps.is_empty()
        && logged.change.deps == next_deps(row, &logged.change.actor);
    draft.store(document, logged).await?;
    tell(draft, &waiting.record, Outcome::Stored).await?;
    let (expect, put) = waiting.remove(Table::Held);
    draft.expect(expect.table, expect.key, expect.version);
    draft.put(put);
    Ok(())
}

/// Judges what was held only because it was written upon a change that is in the log now.
async fn look_again<S: Store>(
    draft: &mut Draft<'_, S>,
    document: DocumentId,
    approved: &Waiting<HeldChange>,
    all: &[Waiting<HeldChange>],
) -> Result<(), DecideError> {
    let on_held = |w: &&Waiting<HeldChange>| {
        w.record.decision == Decision::Open(HoldReason::OnHeld) && w.key != approved.key
    };
    let mut open: Vec<_> = all.iter().filter(on_held).collect();
    loop {
        let before = open.len();
        let mut kept = Vec::new();
        for waiting in open {
            let logged = draft.ledger.opened(&waiting.record).await?;
            if !is_ready(draft, document, &logged).await? {
                kept.push(waiting);
                continue;
            }
            match judged(draft, document, waiting, &logged).await? {
                Fate::Stored | Fate::Known => release(draft, document, waiting, logged).await?,
                Fate::Held(reason) => {
                    let told = (Decision::Open(reason), Outcome::Held(reason));
                    keep_aside(draft, waiting, told).await?;
                }
                Fate::Refused(reason) => {
                    let told = (Decision::Refused(reason), Outcome::Refused(reason));
                    keep_aside(draft, waiting, told).await?;
                }
            }
        }
        if kept.len() == before {
            return Ok(());
        }
        open = kept;
    }
}

async fn judged<S: Store>(
    draft: &mut Draft<'_, S>,
    document: DocumentId,
    waiting: &Waiting<HeldChange>,
    logged: &Logged,
) -> Result<Fate, DecideError> {
    let working = draft.documents.get(&document).ok_or(NOT_OPEN)?;
    let place = working.document.place.clone();
    let row = working.document.row.clone();
    let subject = Subject {
        kind: place.kind,
        unit: place.stream.unit,
        dossier: place.sealed_under,
        row: &row,
    };
    let Came { serial, position } = waiting.record.first()?;
    match judge(draft, serial.device, &subject, &logged.change, position).await {
        Ok(fate) => Ok(fate),
        Err(Stop::Ledger(error)) => Err(error.into()),
        // It passed these checks when it came; its author's assignment has changed since.
        Err(_) => Ok(Fate::Held(HoldReason::RoleChanged)),
    }
}

/// Writes down what else was decided about a held change.
async fn keep_aside<S: Store>(
    draft: &mut Draft<'_, S>,
    waiting: &Waiting<HeldChange>,
    (decision, outcome): (Decision, Outcome),
) -> Result<(), DecideError> {
    let record = waiting.record.clone().decided(decision);
    draft.expect(Table::Held, waiting.key.clone(), waiting.version);
    draft.put(waiting.rewrite(&record));
    Ok(tell(draft, &record, outcome).await?)
}

/// Tells what has become of a held change, in the receipt of every bundle it came in.
pub(super) async fn tell<S: Store>(
    draft: &mut Draft<'_, S>,
    held: &HeldChange,
    outcome: Outcome,
) -> Result<(), LedgerError> {
    for Came { serial, position } in &held.came {
        draft.amend(*serial, &[(*position, outcome)]).await?;
    }
    Ok(())
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
            let logged = draft.ledger.opened(&waiting.record).await?;
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
            if logged.change.deps.is_empty() {
                draft.refused.insert(document);
            }
            let told = (Decision::Refused(*reason), Outcome::Refused(*reason));
            keep_aside(draft, waiting, told).await?;
        }
        if kept.len() == before {
            // What waits for a document that will never begin need not wait any longer.
            return settle(waking::wake(draft).await);
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
