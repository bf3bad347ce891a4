//! The same citizen becomes the same document.
//!
//! Two dossiers whose identities bear the same number are united at once if unit, folded name and
//! birth year agree too; otherwise both stay, both count, and a coordinator decides. The dossier
//! stored first survives.

use std::collections::BTreeSet;

use shared::field::fold::fold;
use shared::field::number::PersonalNumber;
use shared::id::{Companion, DeviceId, DocumentId};
use shared::key::Key;
use shared::kind::Kind;
use shared::row::Row;
use shared::value::Value;

use super::draft::{Draft, NOT_OPEN};
use super::{Stop, UNIONS_PER_DAY_MAX, waking};
use crate::ledger::LedgerError;
use crate::ledger::audit::{Act, Who};
use crate::ledger::document::{Alias, Place};
use crate::ledger::noted::put_doubled;
use crate::ledger::tag::{TagRecord, put_tag};
use crate::ledger::union::{UnionRecord, put_union};
use crate::secrets::Tag;
use crate::store::{Store, Table};

/// Looks at every resident this draft has changed and unites those found to be one person. What
/// waits for either of two that were united is tried again.
pub(super) async fn unite<S: Store>(
    draft: &mut Draft<'_, S>,
    device: DeviceId,
) -> Result<(), Stop> {
    let mut united = false;
    for dossier in changed_residents(draft) {
        let identity = dossier.companion(Companion::Identity);
        draft.open(identity).await?;
        draft.open(dossier).await?;
        let both = draft
            .documents
            .contains_key(&dossier)
            .then(|| draft.documents.get(&identity));
        let Some(number) = both.flatten().and_then(|found| number(&found.document.row)) else {
            continue;
        };
        let tag = draft.ledger.secrets().tag(&number);
        let found = draft.tag(tag).await?;
        let mut record = found.clone();
        if let Some(other) = twin(draft, dossier, &record).await?
            && draft.may_unite(device).await?
        {
            let (survivor, joined) = (other, dossier);
            join_residents(draft, (survivor, joined), Who::Device(device)).await?;
            draft.audit(device, Act::United { survivor, joined });
            united = true;
            record.dossiers.retain(|known| *known != dossier);
        } else if !record.dossiers.contains(&dossier) {
            record.dossiers.push(dossier);
        }
        if record != found {
            draft.set_tag(tag, record);
        }
    }
    if united {
        waking::wake(draft).await?;
    }
    Ok(())
}

/// Dossiers of which this draft has changed the dossier or its identity.
fn changed_residents<S: Store>(draft: &Draft<'_, S>) -> BTreeSet<DocumentId> {
    let changed = draft
        .documents
        .iter()
        .filter(|(_, working)| working.touched);
    let places = changed.map(|(_, working)| &working.document.place);
    let residents = places.filter(|p| matches!(p.kind, Kind::Dossier | Kind::Identity));
    residents.map(|place| place.sealed_under).collect()
}

fn number(row: &Row) -> Option<PersonalNumber> {
    row.get(&Key::NUMBER)?
        .as_text()
        .and_then(|text| PersonalNumber::parse(text).ok())
}

/// The dossier stored first among those that are the same person beyond doubt.
async fn twin<S: Store>(
    draft: &mut Draft<'_, S>,
    dossier: DocumentId,
    record: &TagRecord,
) -> Result<Option<DocumentId>, Stop> {
    for other in &record.dossiers {
        if *other == dossier {
            continue;
        }
        draft.open(*other).await?;
        let pairs = (draft.names(*other), draft.names(dossier));
        if record.forbids(&pairs.0, &pairs.1) {
            continue;
        }
        let (Some(first), Some(second)) =
            (draft.documents.get(other), draft.documents.get(&dossier))
        else {
            continue;
        };
        // What was withdrawn, as by taking an import back, takes nobody with it.
        let is_gone = first.document.row.get(&Key::WITHDRAWN) == Some(&Value::Bool(true));
        let same_stream = first.document.place.stream == second.document.place.stream;
        if same_stream && !is_gone && is_same_person(&first.document.row, &second.document.row) {
            return Ok(Some(*other));
        }
    }
    Ok(None)
}

/// Whether two dossiers agree on folded name and birth year, both being known.
fn is_same_person(first: &Row, second: &Row) -> bool {
    let name = |row: &Row| row.get(&Key::NAME).and_then(Value::as_text).map(fold);
    let year = |row: &Row| row.get(&Key::BIRTH_YEAR).and_then(Value::as_uint);
    name(first).is_some()
        && year(first).is_some()
        && name(first) == name(second)
        && year(first) == year(second)
}

/// Unites two dossiers of one unit and their companions.
pub(super) async fn join_residents<S: Store>(
    draft: &mut Draft<'_, S>,
    (survivor, joined): (DocumentId, DocumentId),
    who: Who,
) -> Result<(), LedgerError> {
    draft.join(survivor, joined).await?;
    let at = draft.moment.now;
    let unit = draft.documents.get(&survivor).ok_or(NOT_OPEN)?;
    let unit = unit.document.place.stream.unit;
    let record = UnionRecord { survivor, at, who };
    draft.put(put_union(unit, joined, Some(&record)));
    for which in [Companion::Identity, Companion::Case] {
        let (to, from) = (survivor.companion(which), joined.companion(which));
        draft.open(from).await?;
        draft.open(to).await?;
        let Some(other) = draft.documents.get(&from) else {
            draft.lead(from, Alias::United(to));
            continue;
        };
        if !draft.documents.contains_key(&to) {
            let place = Place {
                entries: 0,
                joined: Vec::new(),
                sealed_under: survivor,
                ..other.document.place.clone()
            };
            draft.begin(to, place).await?;
        }
        draft.join(to, from).await?;
    }
    Ok(())
}

impl<S: Store> Draft<'_, S> {
    pub(super) async fn tag(&mut self, tag: Tag) -> Result<TagRecord, Stop> {
        if let Some(record) = self.tags.get(&tag) {
            return Ok(record.clone());
        }
        let found = self.ledger.tagged(tag).await?;
        self.expect(Table::Tag, tag.0.to_vec(), found.version);
        let record = found.record.unwrap_or_default();
        self.tags.insert(tag, record.clone());
        Ok(record)
    }

    pub(super) fn set_tag(&mut self, tag: Tag, record: TagRecord) {
        self.put(put_tag(tag, &record));
        let bear = |known: &TagRecord| known.dossiers.len() > 1;
        if bear(&record) || self.tags.get(&tag).is_some_and(bear) {
            self.put(put_doubled(tag.0, bear(&record)));
        }
        self.tags.insert(tag, record);
    }

    /// Whether a bundle of `device` may cause one more union today; counts it if so.
    async fn may_unite(&mut self, device: DeviceId) -> Result<bool, Stop> {
        let today = self.moment.now.local_day();
        let record = self.device(device).await?;
        if record.unions.0 != today {
            record.unions = (today, 0);
        }
        let may = record.unions.1 < UNIONS_PER_DAY_MAX;
        record.unions.1 += u32::from(may);
        Ok(may)
    }
}
