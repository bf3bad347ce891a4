//! Keeping aside: groups that wait for something, changes that wait for a decision.

use shared::facts::{Base, Form, encode};
use shared::id::DocumentId;
use shared::receipt::Outcome;

use super::draft::Draft;
use super::group::Group;
use super::{PARKED_GROUPS_MAX, Stop};
use crate::ledger::waiting::{Arrived, ParkedGroup, put_parked};
use crate::store::Store;

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
    let key = draft.waiting_key(&prefix(group))?;
    let parked = ParkedGroup::new(arrived, group.positions.clone(), &bytes, &key);
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

/// Where a group came from.
pub(super) fn arrived<S: Store>(draft: &Draft<'_, S>, group: &Group) -> Arrived {
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
