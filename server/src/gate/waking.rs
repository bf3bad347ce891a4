//! Waking what was parked: the groups of other bundles that wait for what this one brought.

use std::collections::BTreeSet;

use shared::facts::{Form, decode};
use shared::id::{Audience, DocumentId};
use shared::receipt::Outcome;

use super::draft::Draft;
use super::group::Group;
use super::{Stop, WOKEN_GROUPS_MAX, trial};
use crate::ledger::LedgerError;
use crate::ledger::waiting::{ParkedGroup, Waiting, parked_prefix};
use crate::store::{Store, Table};

/// Tries again what waits for documents that this draft has changed or refused; what waits no
/// longer gets a new outcome in the receipt of the bundle it came in.
pub(super) async fn wake<S: Store>(draft: &mut Draft<'_, S>) -> Result<(), Stop> {
    let mut woken = BTreeSet::new();
    let mut tries = 0;
    loop {
        let mut progress = false;
        for document in touched(draft).await? {
            for waiting in draft.ledger.parked_for(document).await? {
                if woken.contains(&waiting.key) || tries == WOKEN_GROUPS_MAX {
                    continue;
                }
                tries += 1;
                if retry(draft, &waiting).await? {
                    woken.insert(waiting.key);
                    progress = true;
                }
            }
        }
        // What was stored now may be what another group waits for.
        if !progress {
            return Ok(());
        }
    }
}

/// The names under which groups may wait for what this draft has changed, or keeps from ever
/// beginning; for a companion those of its dossier.
async fn touched<S: Store>(draft: &mut Draft<'_, S>) -> Result<BTreeSet<DocumentId>, LedgerError> {
    let changed = (draft.documents.iter()).filter(|(_, working)| working.touched);
    let ids: BTreeSet<DocumentId> = changed
        .flat_map(|(id, working)| [*id, working.document.place.sealed_under])
        .chain(draft.refused.iter().copied())
        .collect();
    let mut names = BTreeSet::new();
    for id in ids {
        draft.open(id).await?;
        names.extend(draft.names(id));
    }
    Ok(names)
}

/// Decides about a parked group again; whether it waits no longer.
pub(super) async fn retry<S: Store>(
    draft: &mut Draft<'_, S>,
    waiting: &Waiting<ParkedGroup>,
) -> Result<bool, Stop> {
    let parked = &waiting.record;
    let device = parked.serial.device;
    let key = draft.ledger.waiting_key(parked_prefix(&waiting.key))?;
    let bytes = parked.open(&key.ok_or(UNREADABLE)?)?;
    let batch = decode(&bytes, Form::Bundle(device)).map_err(|_| UNREADABLE)?;
    let audience = Audience::from_code(parked.audience).ok_or(UNREADABLE)?;
    let group = Group::of_section(parked.serial, audience, &batch, 0)
        .pop()
        .ok_or(UNREADABLE)?;
    let group = Group {
        positions: parked.positions.clone(),
        ..group
    };
    let before = draft.device(device).await?.parked;
    let outcomes = match trial::decide(draft, &group).await {
        Ok(decided) => decided.outcomes,
        // What honest software cannot have made was only found out now: refuse it alone.
        Err(Stop::Reject(_) | Stop::TooNew) => vec![Outcome::AskFull; group.facts.len()],
        Err(stop) => return Err(stop),
    };
    if outcomes.contains(&Outcome::Parked) {
        draft.device(device).await?.parked = before;
        return Ok(false);
    }
    draft.device(device).await?.parked = before.saturating_sub(1);
    let (expect, put) = waiting.remove(Table::Parked);
    draft.expect(expect.table, expect.key, expect.version);
    draft.put(put);
    let changed: Vec<_> = group.positions.iter().copied().zip(outcomes).collect();
    draft.amend(parked.serial, &changed).await?;
    Ok(true)
}

const UNREADABLE: Stop = Stop::Ledger(LedgerError::Contradiction("a parked group is unreadable"));
