//! Parking, holding, and waking what was parked.

use std::collections::BTreeSet;

use shared::entry::Logged;
use shared::facts::{Base, Form, decode, encode};
use shared::id::{Audience, DocumentId};
use shared::receipt::Outcome;

use super::draft::Draft;
use super::group::{self, Group};
use super::{PARKED_GROUPS_MAX, Stop, WOKEN_GROUPS_MAX};
use crate::ledger::LedgerError;
use crate::ledger::waiting::{
    Arrived, HeldChange, HeldSubject, ParkedGroup, Waiting, put_held, put_parked,
};
use crate::store::{Store, Table};

/// Parks a group until its document, or what it was written upon, arrives. A device with too much
/// parked is asked to send again instead.
pub(super) async fn park<S: Store>(
    draft: &mut Draft<'_, S>,
    group: &Group,
) -> Result<Outcome, Stop> {
    let arrived = arrived(draft, group);
    let record = draft.device(group.serial.device).await?;
    if record.parked >= PARKED_GROUPS_MAX {
        return Ok(Outcome::AskFull);
    }
    record.parked += 1;
    let bytes = encode(&group.batch(), Form::Bundle(group.serial.device));
    let secrets = draft.ledger.secrets();
    let parked = ParkedGroup::new(arrived, group.positions.clone(), &bytes, secrets);
    draft.put(put_parked(prefix(group), &parked));
    if let Ok(id) = base(group) {
        // Whoever begins the document meanwhile would not see the group that waits for it.
        let companion = group.reference.companion.map(|which| id.companion(which));
        core::iter::once(id)
            .chain(companion)
            .for_each(|id| draft.expect_nothing(id));
    }
    Ok(Outcome::Parked)
}

/// Keeps a change aside for a decision, or remembers that it was refused.
pub(super) fn hold<S: Store>(
    draft: &mut Draft<'_, S>,
    document: DocumentId,
    group: &Group,
    subject: &HeldSubject,
    logged: &Logged,
) {
    let arrived = arrived(draft, group);
    let held = HeldChange::new(arrived, subject, logged, draft.ledger.secrets());
    draft.put(put_held(document, logged.hash, &held));
}

/// Tries again what waits for documents that this draft has changed; what succeeds gets a new
/// outcome in the receipt of the bundle it came in.
pub(super) async fn wake<S: Store>(draft: &mut Draft<'_, S>) -> Result<(), Stop> {
    let mut woken = BTreeSet::new();
    let mut tries = 0;
    loop {
        let mut progress = false;
        for document in touched(draft) {
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

/// The documents this draft has changed; for a companion its dossier, under whose id it waits.
fn touched<S: Store>(draft: &Draft<'_, S>) -> BTreeSet<DocumentId> {
    let changed = draft
        .documents
        .iter()
        .filter(|(_, working)| working.touched);
    changed
        .flat_map(|(id, working)| [*id, working.document.place.sealed_under])
        .collect()
}

/// Decides about a parked group again; whether it waits no longer.
async fn retry<S: Store>(
    draft: &mut Draft<'_, S>,
    waiting: &Waiting<ParkedGroup>,
) -> Result<bool, Stop> {
    let parked = &waiting.record;
    let device = parked.serial.device;
    let bytes = parked.open(draft.ledger.secrets())?;
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
    let outcomes = match group::decide(draft, &group).await {
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

fn arrived<S: Store>(draft: &Draft<'_, S>, group: &Group) -> Arrived {
    Arrived {
        serial: group.serial,
        audience: group.audience,
        since: draft.moment.now,
    }
}

/// The first bytes of the id of the document a group waits for.
fn prefix(group: &Group) -> [u8; 5] {
    match base(group) {
        Ok(id) => {
            let mut prefix = [0; 5];
            prefix.copy_from_slice(&id.0[..5]);
            prefix
        }
        Err(prefix) => prefix,
    }
}

/// The document a group waits for, or the dossier it goes with: its id, or all the group tells
/// of it.
fn base(group: &Group) -> Result<DocumentId, [u8; 5]> {
    match group.reference.base {
        Base::Prefix(prefix) => Err(prefix),
        Base::Full(id) => Ok(id),
        Base::Created { author, n } => {
            let by = group.authors[author];
            Ok(DocumentId::created(by.device, by.incarnation, n))
        }
    }
}
