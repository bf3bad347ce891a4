//! Tallies: the figures every phone and every dashboard shows.
//!
//! [`contributions`] maps a row to counts at (unit, indicator, day, team). A document that
//! changes moves the tallies by the [`difference`] of its contributions before and after, so
//! figures kept change by change equal figures counted afresh; phone and server run this code
//! and no other.
//!
//! - What was *achieved* counts at the unit, day and team stamped in the first event that
//!   reached it; what a unit *has* (dossiers, reasons) counts at the document's present unit,
//!   without a day ([`NO_DAY`]).
//! - Late or voided work changes past days. "As of D" means days up to D as known now.
//! - Nothing here rounds, divides or rolls up a tree of units.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::id::{TeamId, UnitId};
use crate::time::LocalDay;

mod contribution;
mod indicator;
mod reported;

pub use contribution::contributions;
pub use indicator::{Indicator, UnknownIndicator};
pub use reported::Reported;

/// The day of figures that have none: 1970-01-01, before every day an event can be stamped with,
/// so they belong to every "as of".
pub const NO_DAY: LocalDay = LocalDay(0);

/// Where a figure is counted. Ordered so that one unit's days of one indicator lie together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TallyKey {
    /// Whose figure.
    pub unit: UnitId,
    /// What is counted.
    pub indicator: Indicator,
    /// The local day, or [`NO_DAY`].
    pub day: LocalDay,
    /// Whose work; team 0 = nobody's in particular.
    pub team: TeamId,
}

/// What one document adds to the tallies; no zeros.
pub type Contributions = BTreeMap<TallyKey, i64>;

/// What must be added to the tallies when a document that contributed `old` now contributes
/// `new`; by key, no zeros. A new document has an empty `old`, a removed one an empty `new`.
#[must_use]
pub fn difference(old: &Contributions, new: &Contributions) -> Vec<(TallyKey, i64)> {
    let mut delta = Tallies::default();
    delta.subtract(old);
    delta.add(new);
    delta.counts.into_iter().collect()
}

/// Figures of many documents, exact, without zeros.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Tallies {
    counts: BTreeMap<TallyKey, i64>,
}

impl Tallies {
    /// Adds what a document contributes.
    pub fn add(&mut self, contributions: &Contributions) {
        self.apply(contributions.iter().map(|(key, count)| (*key, *count)));
    }

    /// Takes back what a document contributed.
    pub fn subtract(&mut self, contributions: &Contributions) {
        self.apply(contributions.iter().map(|(key, count)| (*key, -count)));
    }

    /// Adds each delta at its key.
    pub fn apply(&mut self, deltas: impl IntoIterator<Item = (TallyKey, i64)>) {
        for (key, delta) in deltas {
            let count = self.counts.entry(key).or_default();
            *count += delta;
            if *count == 0 {
                self.counts.remove(&key);
            }
        }
    }

    /// The count at one key.
    #[must_use]
    pub fn get(&self, key: &TallyKey) -> i64 {
        self.counts.get(key).copied().unwrap_or(0)
    }

    /// Every count that is not 0, by unit, indicator, day, team.
    pub fn iter(&self) -> impl Iterator<Item = (TallyKey, i64)> + '_ {
        self.counts.iter().map(|(key, count)| (*key, *count))
    }

    /// What one unit (without those below it) counts of `indicator` up to and including `as_of`.
    #[must_use]
    pub fn total(&self, unit: UnitId, indicator: Indicator, as_of: LocalDay) -> i64 {
        self.of_unit(unit, indicator, as_of)
            .map(|(_, count)| count)
            .sum()
    }

    /// The same, day by day, ascending, teams together; days without a count are left out.
    #[must_use]
    pub fn by_day(
        &self,
        unit: UnitId,
        indicator: Indicator,
        as_of: LocalDay,
    ) -> BTreeMap<LocalDay, i64> {
        let mut days = BTreeMap::new();
        for (key, count) in self.of_unit(unit, indicator, as_of) {
            *days.entry(key.day).or_default() += count;
        }
        days
    }

    /// What every unit counts of `indicator` up to and including `as_of`; units without a count
    /// are left out.
    #[must_use]
    pub fn by_unit(&self, indicator: Indicator, as_of: LocalDay) -> BTreeMap<UnitId, i64> {
        let mut units = BTreeMap::new();
        for (key, count) in self.up_to(indicator, as_of) {
            *units.entry(key.unit).or_default() += count;
        }
        units
    }

    /// What every team counts of `indicator` up to and including `as_of`, all units together.
    #[must_use]
    pub fn by_team(&self, indicator: Indicator, as_of: LocalDay) -> BTreeMap<TeamId, i64> {
        let mut teams = BTreeMap::new();
        for (key, count) in self.up_to(indicator, as_of) {
            *teams.entry(key.team).or_default() += count;
        }
        teams
    }

    /// What all units together count of `indicator` up to and including `as_of`.
    #[must_use]
    pub fn grand_total(&self, indicator: Indicator, as_of: LocalDay) -> i64 {
        self.up_to(indicator, as_of).map(|(_, count)| count).sum()
    }

    fn of_unit(
        &self,
        unit: UnitId,
        indicator: Indicator,
        as_of: LocalDay,
    ) -> impl Iterator<Item = (TallyKey, i64)> + '_ {
        let at = |day, team| TallyKey {
            unit,
            indicator,
            day,
            team: TeamId(team),
        };
        let (from, to) = (at(LocalDay(i32::MIN), 0), at(as_of, u32::MAX));
        self.counts
            .range(from..=to)
            .map(|(key, count)| (*key, *count))
    }

    fn up_to(
        &self,
        indicator: Indicator,
        as_of: LocalDay,
    ) -> impl Iterator<Item = (TallyKey, i64)> + '_ {
        self.iter()
            .filter(move |(key, _)| key.indicator == indicator && key.day <= as_of)
    }
}

#[cfg(test)]
mod tests;
