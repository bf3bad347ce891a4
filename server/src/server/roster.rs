//! Who works in which unit, remembered between questions.
//!
//! The list is read once, when a phone first asks for names, and follows every commit that writes
//! a device from then on. What a device does every day (bundles, signs of life) is in the same
//! records and changes nothing here.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use shared::id::{DeviceId, UnitId};

use super::Server;
use crate::ledger::LedgerError;
use crate::ledger::device::{DeviceRecord, DeviceState, read_device};
use crate::store::{Put, Store, Table};

/// How often reading begins again because devices were written meanwhile; after that the answer
/// is as old as the question and the next one reads again.
const READ_TRIES_MAX: usize = 4;

/// The list, once somebody has asked.
#[derive(Debug, Default)]
pub(super) struct Roster(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// Commits that wrote devices, counted: what was read before the last one may be outdated.
    commits: u64,
    known: Option<Known>,
}

#[derive(Debug, Clone, Default)]
struct Known {
    devices: BTreeMap<DeviceId, Line>,
    by_unit: BTreeMap<UnitId, BTreeSet<DeviceId>>,
}

/// What of a device's record names need.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Line {
    label: String,
    units: Vec<UnitId>,
}

impl Line {
    /// Nobody meets the work of a device that was refused.
    fn of(record: DeviceRecord) -> Option<Self> {
        (record.state != DeviceState::Refused).then_some(Self {
            label: record.label,
            units: record.assignment.grant.units,
        })
    }
}

impl Known {
    fn note(&mut self, device: DeviceId, line: Option<Line>) {
        if self.devices.get(&device) == line.as_ref() {
            return;
        }
        for unit in self.devices.remove(&device).iter().flat_map(|l| &l.units) {
            if let Some(there) = self.by_unit.get_mut(unit) {
                there.remove(&device);
            }
        }
        let Some(line) = line else { return };
        for unit in &line.units {
            self.by_unit.entry(*unit).or_default().insert(device);
        }
        self.devices.insert(device, line);
    }

    fn people(&self, units: &BTreeSet<UnitId>, max: usize) -> Vec<(DeviceId, String)> {
        let there = units.iter().filter_map(|unit| self.by_unit.get(unit));
        let devices: BTreeSet<DeviceId> = there.flatten().copied().collect();
        let named = devices.into_iter().filter_map(|device| {
            let line = self.devices.get(&device)?;
            Some((device, line.label.clone()))
        });
        named.take(max).collect()
    }
}

impl Roster {
    /// Follows a commit that was applied.
    pub(super) fn follow(&self, puts: &[Put]) -> Result<(), LedgerError> {
        if puts.is_empty() {
            return Ok(());
        }
        let mut state = self.state();
        state.commits += 1;
        let Some(known) = &mut state.known else {
            return Ok(());
        };
        for put in puts {
            let (device, record) = read_device(put)?;
            known.note(device, record.and_then(Line::of));
        }
        Ok(())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The puts of a commit that the roster follows.
pub(super) fn device_puts(puts: &[Put]) -> Vec<Put> {
    let devices = puts.iter().filter(|put| put.table == Table::Device);
    devices.cloned().collect()
}

impl<S: Store> Server<S> {
    /// Devices whose grant names one of the units, by id, at most `max`: former colleagues too,
    /// for their work is still there.
    pub(super) async fn people_of(
        &self,
        units: &BTreeSet<UnitId>,
        max: usize,
    ) -> Result<Vec<(DeviceId, String)>, LedgerError> {
        let mut read = Known::default();
        for _ in 0..READ_TRIES_MAX {
            let commits = {
                let state = self.roster.state();
                if let Some(known) = &state.known {
                    return Ok(known.people(units, max));
                }
                state.commits
            };
            read = self.read_roster().await?;
            let mut state = self.roster.state();
            if state.commits == commits {
                state.known = Some(read.clone());
                break;
            }
        }
        Ok(read.people(units, max))
    }

    async fn read_roster(&self) -> Result<Known, LedgerError> {
        let mut known = Known::default();
        let mut after = None;
        loop {
            let page = self.ledger().devices(after).await?;
            let Some((last, _)) = page.last() else {
                return Ok(known);
            };
            after = Some(*last);
            for (device, record) in page {
                known.note(device, Line::of(record));
            }
        }
    }
}
