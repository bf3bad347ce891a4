//! Freshness: how much may still be out there, by unit and by team.
//!
//! It tells when phones were last heard, which of them have gone silent, and what they said they
//! still hold. It is always of now: whatever day figures are asked for, only what has arrived can
//! be counted in them.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use shared::id::{TeamId, UnitId};
use shared::time::{LocalDay, UnixSeconds};
use shared::unit::{UnitTree, UnitVersion};

use super::notebook::Notes;
use super::{ProgressError, Server};
use crate::ledger::device::{DeviceRecord, DeviceState};
use crate::store::Store;

/// A phone not heard of for longer has gone silent.
pub const SILENT_SECONDS: i64 = 3 * 24 * 60 * 60;

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FreshnessQuery {
    /// The unit, everything below it included.
    pub unit: UnitId,
    /// The day whose tree of units counts.
    pub day: LocalDay,
    /// Until when silence counts.
    pub now: UnixSeconds,
}

/// How complete a unit's figures can be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Freshness {
    /// When this was told.
    pub now: UnixSeconds,
    /// The unit itself, everything below it included.
    pub unit: Contact,
    /// Units below it with a silent phone.
    pub silent_units: usize,
    /// Each unit directly below it that has phones.
    pub children: Vec<UnitContact>,
    /// Each team with a phone there, by number.
    pub teams: Vec<TeamContact>,
}

/// The phones at work in one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Contact {
    /// How many.
    pub phones: u32,
    /// Those that have gone silent.
    pub silent: u32,
    /// When one of them was last heard, exact to a quarter of an hour.
    pub heard_last: Option<UnixSeconds>,
    /// When the one that is silent for longest was last heard.
    pub heard_first: Option<UnixSeconds>,
    /// Records that phones said they hold and that have not arrived.
    pub unsent: u64,
    /// When the oldest of those was saved, by its phone's clock.
    pub unsent_oldest: Option<UnixSeconds>,
}

/// The phones of one unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct UnitContact {
    /// Which unit.
    pub unit: UnitId,
    /// Its phones.
    #[serde(flatten)]
    pub contact: Contact,
}

/// The phones of one team.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TeamContact {
    /// Which team; 0 = none.
    pub team: TeamId,
    /// What it is called, where a document says so.
    pub name: Option<String>,
    /// Its phones.
    #[serde(flatten)]
    pub contact: Contact,
}

impl Contact {
    fn add(&mut self, record: &DeviceRecord, now: UnixSeconds) {
        self.phones += 1;
        self.silent += u32::from(is_silent(record, now));
        self.heard_last = self.heard_last.max(Some(record.heard));
        let first = self
            .heard_first
            .map_or(record.heard, |at| at.min(record.heard));
        self.heard_first = Some(first);
        if let Some(unsent) = record.unsent() {
            self.unsent += u64::from(unsent.records);
            let oldest = self
                .unsent_oldest
                .map_or(unsent.oldest, |at| at.min(unsent.oldest));
            self.unsent_oldest = Some(oldest);
        }
    }
}

fn is_silent(record: &DeviceRecord, now: UnixSeconds) -> bool {
    record.heard.plus(SILENT_SECONDS) < now
}

impl<S: Store> Server<S> {
    /// How complete the figures of a unit can be.
    ///
    /// # Errors
    /// [`ProgressError`].
    pub async fn freshness(&self, query: FreshnessQuery) -> Result<Freshness, ProgressError> {
        let units = self.units();
        let tree: &UnitTree = &units;
        let FreshnessQuery { unit, day, now } = query;
        tree.get(unit, day).ok_or(ProgressError::NoSuchUnit)?;
        let phones = self.phones_within(tree, query).await?;
        let mut all = Contact::default();
        let mut children: BTreeMap<UnitId, Contact> = BTreeMap::new();
        let mut teams: BTreeMap<TeamId, Contact> = BTreeMap::new();
        let mut silent_units = BTreeSet::new();
        let below: Vec<&UnitVersion> = tree.children(unit, day).collect();
        for phone in &phones {
            all.add(phone, now);
            let grant = &phone.assignment.grant;
            teams.entry(grant.team).or_default().add(phone, now);
            let works = |root: UnitId| {
                let units = grant.units.iter();
                units
                    .filter(move |one| tree.is_within(**one, root, day))
                    .copied()
            };
            if is_silent(phone, now) {
                silent_units.extend(works(unit));
            }
            for child in below
                .iter()
                .filter(|child| works(child.id).next().is_some())
            {
                children.entry(child.id).or_default().add(phone, now);
            }
        }
        let teams = self.with_notes(|notes| named(teams, notes)).await?;
        let of_unit = |(unit, contact)| UnitContact { unit, contact };
        Ok(Freshness {
            now,
            unit: all,
            silent_units: silent_units.len(),
            children: children.into_iter().map(of_unit).collect(),
            teams,
        })
    }

    /// Phones at work in a unit or below it.
    async fn phones_within(
        &self,
        tree: &UnitTree,
        FreshnessQuery { unit, day, .. }: FreshnessQuery,
    ) -> Result<Vec<DeviceRecord>, ProgressError> {
        let mut phones = self.carried_devices().await?;
        phones.retain(|(_, record)| {
            let mut units = record.assignment.grant.units.iter();
            record.state == DeviceState::Active && units.any(|one| tree.is_within(*one, unit, day))
        });
        Ok(phones.into_iter().map(|(_, record)| record).collect())
    }
}

fn named(teams: BTreeMap<TeamId, Contact>, notes: &Notes) -> Vec<TeamContact> {
    let named = |(team, contact)| TeamContact {
        team,
        name: notes.team_name(team).map(str::to_owned),
        contact,
    };
    teams.into_iter().map(named).collect()
}
