//! Every count in memory, as of the newest commit: what dashboards ask is answered from here.
//!
//! They are read from the file when somebody first asks and follow each commit from then on; a
//! commit and its counts become visible at once, so no answer is older than the records beside
//! it. Sums over many units cost some ten nanoseconds a count, which is why no sums of ancestors
//! are kept that a reform of units would have to rebuild.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use shared::id::{TeamId, UnitId};
use shared::time::LocalDay;

use super::super::tally::{DayTeam, Vector};
use super::super::{Sum, Tally, TallyQuery};

/// The counts of every (unit, indicator), by day and team.
#[derive(Debug, Default)]
pub(super) struct Columns(BTreeMap<(UnitId, u16), Vec<Cell>>);

/// One count with its place in a column.
type Cell = (LocalDay, TeamId, u64);

/// The vectors a group of commits has changed, as they are now.
pub(super) type Vectors = BTreeMap<(UnitId, u16), Vector>;

impl Columns {
    /// Takes in one (unit, indicator) as it is now.
    pub(super) fn put(&mut self, place: (UnitId, u16), vector: &Vector) {
        let cell = |(&(day, team), &count): (&DayTeam, &u64)| (day, team, count);
        let column: Vec<_> = vector.0.iter().map(cell).collect();
        match self.0.entry(place) {
            Entry::Occupied(entry) if column.is_empty() => drop(entry.remove()),
            Entry::Occupied(mut entry) => drop(entry.insert(column)),
            Entry::Vacant(entry) if !column.is_empty() => drop(entry.insert(column)),
            Entry::Vacant(_) => {}
        }
    }

    /// Follows a group of commits.
    pub(super) fn follow(&mut self, vectors: &Vectors) {
        for (place, vector) in vectors {
            self.put(*place, vector);
        }
    }

    pub(super) fn tallies(&self, query: &TallyQuery) -> Vec<Tally> {
        let mut tallies = Vec::new();
        self.visit(query, |(unit, indicator), cells| {
            tallies.extend(cells.iter().map(|&(day, team, count)| Tally {
                unit,
                indicator,
                day,
                team,
                count,
            }));
        });
        tallies
    }

    pub(super) fn sums(&self, query: &TallyQuery) -> Vec<Sum> {
        let mut sums = Vec::new();
        self.visit(query, |(unit, indicator), cells| {
            let count = cells.iter().map(|(_, _, count)| count).sum();
            if count > 0 {
                sums.push(Sum {
                    unit,
                    indicator,
                    count,
                });
            }
        });
        sums
    }

    /// The cells of each (unit, indicator) that lie in the days asked for, in order.
    fn visit(&self, query: &TallyQuery, mut each: impl FnMut((UnitId, u16), &[Cell])) {
        let sorted = |mut units: Vec<UnitId>| {
            units.sort_unstable();
            units.dedup();
            units
        };
        let mut indicators = query.indicators.clone();
        indicators.sort_unstable();
        let (first, last) = (*query.days.start(), *query.days.end());
        for unit in sorted(query.units.clone()) {
            for (place, cells) in self.0.range((unit, 0)..=(unit, u16::MAX)) {
                let from = cells.partition_point(|(day, _, _)| *day < first);
                let to = cells.partition_point(|(day, _, _)| *day <= last);
                if from < to && indicators.binary_search(&place.1).is_ok() {
                    each(*place, &cells[from..to]);
                }
            }
        }
    }
}
