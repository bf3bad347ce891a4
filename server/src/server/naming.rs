//! Names for a device: of the units it follows, and of those who work there, with their keys.

use std::collections::BTreeSet;

use shared::id::UnitId;
use shared::limits::NAMES_UNITS_MAX;
use shared::names::Names;
use shared::signed::sign;
use shared::time::LocalDay;
use shared::unit::UnitTree;

use super::pulling::Asked;
use super::{Circumstances, PullError, Server};
use crate::ledger::LedgerError;
use crate::ledger::device::{DeviceRecord, DeviceState};
use crate::store::Store;

impl<S: Store> Server<S> {
    /// Answers a signed pull request with the signed [`Names`] its sender may know. A device that
    /// is not at work learns none.
    ///
    /// # Errors
    /// [`PullError`].
    pub async fn names(
        &self,
        bytes: &[u8],
        circumstances: Circumstances,
    ) -> Result<Vec<u8>, PullError> {
        let device = match self.open_pull(bytes, circumstances.now).await? {
            Asked::Pull(pull) => pull.device(),
            Asked::Otherwise(spoken) => return Ok(spoken),
        };
        let record = self.ledger().device(device).await?.record;
        let record = record.ok_or(PullError::UnknownDevice)?;
        let mut names = Names {
            device,
            units: Vec::new(),
            people: Vec::new(),
            colleagues: Vec::new(),
        };
        if record.state == DeviceState::Active {
            let followed = followed(&record);
            names.units = units(&followed, &self.units(), circumstances.now.local_day());
            let met = self.met_by(device, &followed).await?;
            (names.people, names.colleagues) = (met.people, met.colleagues);
        }
        let signed = sign(&names, self.ledger().secrets().signing());
        signed.map_err(|_| LedgerError::Contradiction("names beyond their limit").into())
    }
}

fn followed(record: &DeviceRecord) -> BTreeSet<UnitId> {
    let streams = record.assignment.streams.iter();
    streams.map(|stream| stream.unit).collect()
}

/// The followed units, and those beside them: residents move next door.
fn units(followed: &BTreeSet<UnitId>, tree: &UnitTree, today: LocalDay) -> Vec<(UnitId, String)> {
    let mut named = followed.clone();
    for unit in followed {
        let parent = tree.get(*unit, today).and_then(|unit| unit.parent);
        let is_leaf = tree.children(*unit, today).next().is_none();
        if let (true, Some(parent)) = (is_leaf, parent) {
            named.extend(tree.children(parent, today).map(|unit| unit.id));
        }
    }
    let found = named.into_iter().filter_map(|id| tree.get(id, today));
    found
        .take(NAMES_UNITS_MAX)
        .map(|unit| (unit.id, unit.full_name_vi()))
        .collect()
}
