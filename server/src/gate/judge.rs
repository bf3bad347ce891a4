//! Whether one change may stand: its values, its author's rights, its clock.

use std::collections::BTreeSet;

use shared::change::{Action, Change};
use shared::check::{PutFault, check_put};
use shared::event::{Event, What};
use shared::id::{Companion, DeviceId, DocumentId, UnitId};
use shared::key::Key;
use shared::kind::Kind;
use shared::permission::{Grant, Operation, Standing, may_void, may_write, needs_loan};
use shared::quota;
use shared::receipt::{HoldReason, RefuseReason, RejectReason};
use shared::row::Row;
use shared::value::Value;

use super::draft::Draft;
use super::{AHEAD_SECONDS_MAX, Stop};
use crate::ledger::device::{DeviceRecord, DeviceState};
use crate::ledger::waiting::Decision;
use crate::store::Store;

/// What becomes of one change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Stored,
    Known,
    Held(HoldReason),
    Refused(RefuseReason),
}

impl From<Decision> for Fate {
    fn from(decision: Decision) -> Self {
        match decision {
            Decision::Open(reason) => Self::Held(reason),
            Decision::Refused(reason) => Self::Refused(reason),
        }
    }
}

/// The document a change is judged on.
pub(super) struct Subject<'a> {
    pub(super) kind: Kind,
    pub(super) unit: UnitId,
    /// The dossier it is or belongs to; itself for other kinds.
    pub(super) dossier: DocumentId,
    /// What it shows without the change.
    pub(super) row: &'a Row,
}

/// Judges a change as if nothing it was written upon were in question. What no honest software
/// writes stops the bundle.
pub(super) async fn judge<S: Store>(
    draft: &mut Draft<'_, S>,
    device: DeviceId,
    subject: &Subject<'_>,
    change: &Change,
    position: u32,
) -> Result<Fate, Stop> {
    check_values(subject, change, position)?;
    let moment = draft.moment;
    if change.time.0 > moment.now.plus(AHEAD_SECONDS_MAX).0 {
        return Ok(Fate::Refused(RefuseReason::Clock));
    }
    let record = draft.device(device).await?;
    let grant = &record.assignment.grant;
    let is_allowed = allows(grant, subject, change);
    let mut before = record.assignments_before.iter();
    // Asked before anything that only holds: who confirms a device must not thereby let in what
    // its role may never write.
    if !is_allowed && !before.any(|a| allows(&a.grant, subject, change)) {
        return Err(Stop::reject_change(RejectReason::NotAllowed, position));
    }
    if quota::room(subject.row, change).is_err() {
        return Ok(Fate::Refused(RefuseReason::Full));
    }
    if let Some(reason) = waits_for_device(record) {
        return Ok(Fate::Held(reason));
    }
    let lent = match needs_loan(grant.role, subject.kind) {
        true => draft.is_lent(device, subject.dossier).await?,
        false => true,
    };
    let grant = &draft.device(device).await?.assignment.grant;
    let today = moment.now.local_day();
    let mut units = units_of(subject, change).into_iter();
    let covers = |unit: UnitId| {
        let standing = grant.standing(unit, moment.units, today);
        matches!(standing, Standing::Hamlet | Standing::Upper)
    };
    Ok(match units.all(covers) {
        false => Fate::Held(HoldReason::UnitChanged),
        true if is_allowed && lent => Fate::Stored,
        true if is_allowed => Fate::Held(HoldReason::NotLent),
        true => Fate::Held(HoldReason::RoleChanged),
    })
}

/// Every unit a change writes about: its document's, the one it begins it in, and those its
/// events count for. Who may not work in one of them may not count there either.
fn units_of(subject: &Subject<'_>, change: &Change) -> BTreeSet<UnitId> {
    let mut units = BTreeSet::from([subject.unit]);
    for op in &change.ops {
        match &op.action {
            Action::Put(Value::Uint(unit)) if op.key == Key::UNIT => {
                units.extend(u32::try_from(*unit).map(UnitId));
            }
            Action::Put(Value::Bytes(payload)) if op.key.event_id().is_some() => {
                let Ok(event) = Event::from_payload(payload) else {
                    continue;
                };
                units.insert(event.stamp.unit);
                if let What::Opening(opening) = &event.what {
                    units.extend(opening.figures.iter().map(|figure| figure.place.unit));
                }
            }
            _ => {}
        }
    }
    units
}

/// Why everything of a device waits, if it does.
fn waits_for_device(record: &DeviceRecord) -> Option<HoldReason> {
    match record.state {
        DeviceState::Active | DeviceState::Retired => None,
        DeviceState::Pending | DeviceState::Refused => Some(HoldReason::Unconfirmed),
        DeviceState::Suspended => Some(HoldReason::Suspended),
        DeviceState::Lost => Some(HoldReason::AfterRevocation),
    }
}

fn check_values(subject: &Subject<'_>, change: &Change, position: u32) -> Result<(), Stop> {
    let is_genesis = change.deps.is_empty();
    for op in &change.ops {
        match (&op.key, &op.action) {
            (key, _) if (*key == Key::KIND || *key == Key::UNIT) && !is_genesis => {
                return Err(Stop::reject_change(RejectReason::NotAllowed, position));
            }
            (key, Action::Put(value))
                if *key == Key::KIND && *value != Value::Uint(subject.kind.code()) =>
            {
                return Err(Stop::reject_change(RejectReason::WrongDocument, position));
            }
            (key, Action::Put(value)) => {
                check_put(subject.kind, key, value).map_err(|fault| misput(&fault, position))?;
            }
            (key, Action::Keep | Action::Delete) if key.event_id().is_some() => {
                return Err(Stop::reject_change(RejectReason::WrongType, position));
            }
            (_, Action::Keep | Action::Delete) => {}
        }
    }
    Ok(())
}

fn misput(fault: &PutFault, position: u32) -> Stop {
    match fault {
        fault if fault.is_from_a_later_version() => Stop::TooNew,
        PutFault::UnknownKey | PutFault::WrongKind => {
            Stop::reject_change(RejectReason::UnknownKey, position)
        }
        _ => Stop::reject_change(RejectReason::WrongType, position),
    }
}

/// Whether the grant's role may do everything the change does; where is another question.
fn allows(grant: &Grant, subject: &Subject<'_>, change: &Change) -> bool {
    let may = |operation| may_write(grant.role, subject.kind, operation);
    let is_genesis = change.deps.is_empty();
    (!is_genesis || may(Operation::Create))
        && change.ops.iter().all(|op| match &op.action {
            _ if op.key == Key::KIND || op.key == Key::UNIT => true,
            Action::Put(Value::Bytes(payload)) if op.key.event_id().is_some() => {
                let Ok(event) = Event::from_payload(payload) else {
                    return false;
                };
                let voids_allowed = match &event.what {
                    What::Void(void) => voided(subject.row, &void.events)
                        .all(|target| may_void(grant.role, subject.kind, target)),
                    _ => true,
                };
                may(Operation::AddEvent(event.kind())) && voids_allowed
            }
            _ => may(Operation::Write(&op.key)),
        })
}

/// The sorts of the events that a void names, as far as the document shows them.
fn voided<'a>(
    row: &'a Row,
    events: &'a [shared::id::EventId],
) -> impl Iterator<Item = shared::event::EventKind> + 'a {
    events.iter().filter_map(|id| {
        let payload = row.get(&Key::event(*id))?.as_bytes()?;
        Event::from_payload(payload).ok().map(|event| event.kind())
    })
}

/// A dossier and the identity made in the same bundle must tell the same about one person.
pub(super) fn companions<S: Store>(draft: &Draft<'_, S>) -> Result<(), Stop> {
    for (id, working) in draft
        .documents
        .iter()
        .filter(|(_, working)| working.touched)
    {
        if working.document.place.kind != Kind::Dossier {
            continue;
        }
        let identity = draft.documents.get(&id.companion(Companion::Identity));
        let Some(identity) = identity.filter(|identity| identity.touched) else {
            continue;
        };
        if identity.document.place.entries != 1 || working.document.place.entries != 1 {
            continue;
        }
        let last3 = working
            .document
            .row
            .get(&Key::LAST3)
            .and_then(Value::as_text);
        let number = identity
            .document
            .row
            .get(&Key::NUMBER)
            .and_then(Value::as_text);
        let same_digits = match (last3, number) {
            (Some(last3), Some(number)) => number.ends_with(last3),
            _ => true,
        };
        let same_unit = working.document.place.stream.unit == identity.document.place.stream.unit;
        if !(same_digits && same_unit) {
            return Err(Stop::reject(RejectReason::CompanionsDisagree));
        }
    }
    Ok(())
}
