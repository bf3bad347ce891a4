//! Who works in which unit, and with which keys, remembered between questions.
//!
//! The list is read once, when a phone first asks for names, and follows every commit that writes
//! a device from then on. What a device does every day (bundles, signs of life) is in the same
//! records and changes nothing here.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use shared::id::{Audience, DeviceId, UnitId};
use shared::limits::{NAMES_COLLEAGUES_MAX, NAMES_PEOPLE_MAX};
use shared::names::Colleague;
use shared::seal::SealingKey;
use shared::signed::DevicePublic;

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
    /// Units whose team's stream it follows; empty unless it is at work.
    follows: BTreeSet<UnitId>,
    signing: DevicePublic,
    sealing: SealingKey,
}

/// Those whom a device may meet.
#[derive(Debug, Clone, Default)]
pub(super) struct Met {
    /// Devices that work or worked in its units, and what they are called.
    pub(super) people: Vec<(DeviceId, String)>,
    /// Those at work in its streams.
    pub(super) colleagues: Vec<Colleague>,
}

impl Line {
    /// Nobody meets the work of a device that was refused.
    fn of(record: DeviceRecord) -> Option<Self> {
        let is_at_work = record.state == DeviceState::Active;
        let streams = record.assignment.streams.iter();
        let team = streams.filter(|stream| is_at_work && stream.audience == Audience::Team);
        (record.state != DeviceState::Refused).then(|| Self {
            follows: team.map(|stream| stream.unit).collect(),
            label: record.label,
            units: record.assignment.grant.units,
            signing: record.public,
            sealing: record.sealing,
        })
    }

    /// `other` as a colleague of this one: either may read all that the other's team may.
    fn colleague(&self, device: DeviceId, other: &Self) -> Option<Colleague> {
        let may_see_all = other.follows.is_superset(&self.follows);
        let is_met = may_see_all || self.follows.is_superset(&other.follows);
        let both_work = !self.follows.is_empty() && !other.follows.is_empty();
        (is_met && both_work).then_some(Colleague {
            device,
            signing: other.signing,
            sealing: may_see_all.then_some(other.sealing),
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

    fn met_by(&self, device: DeviceId, units: &BTreeSet<UnitId>) -> Met {
        let there = units.iter().filter_map(|unit| self.by_unit.get(unit));
        let devices: BTreeSet<DeviceId> = there.flatten().copied().collect();
        let lines = (devices.iter()).filter_map(|other| self.devices.get_key_value(other));
        let own = self.devices.get(&device);
        let others = lines.clone().filter(|(other, _)| **other != device);
        let colleagues = others.filter_map(|(other, line)| own?.colleague(*other, line));
        let people = lines.map(|(other, line)| (*other, line.label.clone()));
        Met {
            colleagues: colleagues.take(NAMES_COLLEAGUES_MAX).collect(),
            people: people.take(NAMES_PEOPLE_MAX).collect(),
        }
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
    /// Whom a device meets in these units: former colleagues too, for their work is still there.
    pub(super) async fn met_by(
        &self,
        device: DeviceId,
        units: &BTreeSet<UnitId>,
    ) -> Result<Met, LedgerError> {
        let mut read = Known::default();
        for _ in 0..READ_TRIES_MAX {
            let commits = {
                let state = self.roster.state();
                if let Some(known) = &state.known {
                    return Ok(known.met_by(device, units));
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
        Ok(read.met_by(device, units))
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
