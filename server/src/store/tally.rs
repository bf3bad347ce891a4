//! Counts by unit, indicator, local day and team, and their form in a file.
//!
//! All days and teams of one (unit, indicator) stand in one record: a format byte, then the
//! non-zero counts in ascending order, each as three varints: days since the one before (the
//! first: since 1970), team, count. A hamlet's campaign of 60 days is about 200 bytes a team. Decoding is total: bytes that `encode` cannot have written are refused.

use core::ops::RangeInclusive;
use std::collections::BTreeMap;

use shared::id::{TeamId, UnitId};
use shared::time::LocalDay;

use super::{StoreError, TallyDelta, limits, within};

/// The place of one count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct TallyCell {
    /// The leaf unit.
    pub unit: UnitId,
    /// What is counted.
    pub indicator: u16,
    /// The local day it happened.
    pub day: LocalDay,
    /// The team that did it; 0 = none.
    pub team: TeamId,
}

/// Which counts to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TallyQuery {
    /// Leaf units, in any order.
    pub units: Vec<UnitId>,
    /// Indicators, in any order.
    pub indicators: Vec<u16>,
    /// The first and the last day.
    pub days: RangeInclusive<LocalDay>,
}

impl TallyQuery {
    /// Whether it asks for no more than one read may.
    pub(super) fn check(&self) -> Result<(), StoreError> {
        let asked = self.units.len().saturating_mul(self.indicators.len());
        within("tallies to read", asked, limits::READ_KEYS_MAX)
    }

    /// The (unit, indicator) pairs to read, each once and ascending.
    pub(super) fn pairs(&self) -> Result<Vec<(UnitId, u16)>, StoreError> {
        self.check()?;
        let of_unit = |&unit| {
            self.indicators
                .iter()
                .map(move |&indicator| (unit, indicator))
        };
        let mut pairs: Vec<_> = self.units.iter().flat_map(of_unit).collect();
        pairs.sort_unstable();
        pairs.dedup();
        Ok(pairs)
    }
}

/// What a commit adds to each (unit, indicator), its deltas added up per day and team.
pub(super) fn net(deltas: &[TallyDelta]) -> BTreeMap<(UnitId, u16), BTreeMap<DayTeam, i128>> {
    let mut net: BTreeMap<_, BTreeMap<_, i128>> = BTreeMap::new();
    for delta in deltas {
        let days = net.entry((delta.unit, delta.indicator)).or_default();
        *days.entry((delta.day, delta.team)).or_default() += i128::from(delta.delta);
    }
    net
}

/// A day and a team within one (unit, indicator).
pub(super) type DayTeam = (LocalDay, TeamId);

/// Every count of one (unit, indicator); none of them is zero.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Vector(pub(super) BTreeMap<DayTeam, u64>);

/// A record that is no vector of counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a vector of tallies")]
pub struct BadTally;

const FORMAT: u8 = 1;

impl Vector {
    /// Adds `delta` to one count; `false`, and nothing done, if it would leave the range of a
    /// count.
    #[must_use]
    pub(super) fn add(&mut self, at: DayTeam, delta: i128) -> bool {
        let before = self.0.get(&at).copied().unwrap_or(0);
        match u64::try_from(i128::from(before) + delta) {
            Ok(0) => drop(self.0.remove(&at)),
            Ok(count) => drop(self.0.insert(at, count)),
            Err(_) => return false,
        }
        true
    }

    /// The record of these counts.
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut bytes = vec![FORMAT];
        let mut before = 0;
        for (&(LocalDay(day), TeamId(team)), &count) in &self.0 {
            let gap = i64::from(day) - i64::from(before);
            bytes = postcard::to_extend(&(gap, team, count), bytes)
                .expect("three integers always serialise");
            before = day;
        }
        bytes
    }

    /// The counts in a record.
    pub(super) fn decode(bytes: &[u8]) -> Result<Self, BadTally> {
        let Some((&FORMAT, mut rest)) = bytes.split_first() else {
            return Err(BadTally);
        };
        let mut counts = BTreeMap::new();
        let mut before: Option<DayTeam> = None;
        while !rest.is_empty() {
            let ((gap, team, count), after) =
                postcard::take_from_bytes::<(i64, u32, u64)>(rest).map_err(|_| BadTally)?;
            let from = before.map_or(0, |(day, _)| i64::from(day.0));
            let day = from
                .checked_add(gap)
                .and_then(|day| i32::try_from(day).ok());
            let here = (LocalDay(day.ok_or(BadTally)?), TeamId(team));
            if before.is_some_and(|before| here <= before) || count == 0 {
                return Err(BadTally);
            }
            counts.insert(here, count);
            (before, rest) = (Some(here), after);
        }
        Ok(Self(counts))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn vectors_survive_their_record(counts in vector()) {
            let vector = Vector(counts);
            prop_assert_eq!(Vector::decode(&vector.encode()), Ok(vector));
        }

        #[test]
        fn any_bytes_decode_or_are_refused(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let framed: Vec<u8> = [&[FORMAT], bytes.as_slice()].concat();
            for bytes in [bytes, framed] {
                if let Ok(vector) = Vector::decode(&bytes) {
                    prop_assert_eq!(Vector::decode(&vector.encode()), Ok(vector));
                }
            }
        }
    }

    #[test]
    fn a_campaign_of_sixty_days_and_two_teams_takes_four_bytes_a_count() {
        let mut vector = Vector::default();
        for day in 19_600..19_660 {
            for team in [40, 41] {
                assert!(vector.add((LocalDay(day), TeamId(team)), 7));
            }
        }
        assert!(vector.encode().len() < 4 * 120);
    }

    #[test]
    fn a_count_never_leaves_its_range() {
        let mut vector = Vector::default();
        let here = (LocalDay(19_600), TeamId(1));
        assert!(vector.add(here, 2));
        assert!(!vector.add(here, -3));
        assert!(!vector.add(here, i128::from(u64::MAX)));
        assert_eq!(vector.0.get(&here), Some(&2));
        assert!(vector.add(here, -2));
        assert_eq!(vector, Vector::default());
    }

    fn vector() -> impl Strategy<Value = BTreeMap<DayTeam, u64>> {
        let at = (any::<i32>(), any::<u32>()).prop_map(|(day, team)| (LocalDay(day), TeamId(team)));
        proptest::collection::btree_map(at, 1..=u64::MAX, 0..20)
    }
}
