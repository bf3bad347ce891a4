//! Where the campaign takes place, and every unit's share of its totals.

use core::ops::Range;
use std::collections::BTreeMap;

use shared::event::{Figure as Carried, Funnel, LEVELS};
use shared::id::{DocumentId, TeamId, UnitId};
use shared::tally::{Indicator, TallyKey};
use shared::time::{LocalDay, LocalMinute, UnixSeconds};
use shared::unit::UnitTree;

use crate::demo::allocation::allocate;
use crate::demo::fieldwork::{EidStep, moment};
use crate::demo::world::DemoError;

/// The province's code before the reform of 2025.
const PROVINCE_CODE: &str = "94";

/// The commune whose residents are generated one by one: Xã An Thạnh Đông, on the islands.
const SAMPLE_COMMUNE_CODE: &str = "31624";

/// The target: accounts to be activated.
const TARGET: u64 = 654_392;

/// Totals of the levels of the e-ID, level 1 first, on the two days that were reported.
///
/// Published are collected, accepted and activated on 19 November and activated on 23 October.
/// Levels 1 and 4 are what the level above them implies; collected and accepted on 23 October
/// were not reported and are made up.
const TOTALS: [[u64; LEVELS as usize]; 2] = [
    [861_540, 861_540, 742_815, 354_938, 354_938],
    [1_000_777, 1_000_777, 930_102, 639_870, 639_870],
];

/// The days that were reported, and the field work up to the last of them.
pub(super) struct Days {
    pub(super) reported: [LocalDay; 2],
    pub(super) field: Range<LocalDay>,
    pub(super) campaign: Range<LocalDay>,
}

impl Days {
    pub(super) fn of_2023() -> Self {
        let day = |month, day| LocalDay::from_date(2023, month, day).unwrap_or_default();
        Self {
            reported: [day(10, 23), day(11, 19)],
            field: day(10, 2)..day(11, 20),
            campaign: day(8, 25)..day(11, 23),
        }
    }

    pub(super) fn last(&self) -> LocalDay {
        self.reported[1]
    }
}

/// Where the campaign takes place, and everybody's share of its totals.
pub(super) struct Campaign<'t> {
    pub(super) tree: &'t UnitTree,
    pub(super) days: Days,
    pub(super) province: UnitId,
    pub(super) sample: UnitId,
    /// Of each reported day and level, every unit's share.
    shares: [[BTreeMap<UnitId, u64>; LEVELS as usize]; 2],
    pub(super) targets: BTreeMap<UnitId, u64>,
}

impl<'t> Campaign<'t> {
    pub(super) fn on(tree: &'t UnitTree) -> Result<Self, DemoError> {
        let days = Days::of_2023();
        let day = days.last();
        let province = tree.by_code(PROVINCE_CODE, day);
        let province = province.ok_or(DemoError::NoSuchUnit(PROVINCE_CODE))?.id;
        let sample = tree.by_code(SAMPLE_COMMUNE_CODE, day);
        let sample = sample.ok_or(DemoError::NoSuchUnit(SAMPLE_COMMUNE_CODE))?.id;
        let shares_of = |total| {
            let mut shares = BTreeMap::new();
            share_out(tree, (province, day), total, &mut shares);
            shares
        };
        Ok(Self {
            tree,
            province,
            sample,
            shares: TOTALS.map(|levels| levels.map(shares_of)),
            targets: shares_of(TARGET),
            days,
        })
    }

    pub(super) fn communes(&self) -> impl Iterator<Item = UnitId> {
        let day = self.days.last();
        let districts = self.tree.children(self.province, day);
        let communes = districts.flat_map(move |district| self.tree.children(district.id, day));
        communes.map(|commune| commune.id)
    }

    pub(super) fn hamlets(&self, commune: UnitId) -> Vec<UnitId> {
        let hamlets = self.tree.children(commune, self.days.last());
        hamlets.map(|hamlet| hamlet.id).collect()
    }

    /// What is left of the shares of a commune's hamlets for a reported day, as carried figures:
    /// on the first day in one sum, afterwards on the days on which teams came to the hamlet.
    pub(super) fn carried(
        &self,
        commune: UnitId,
        report: Report,
        recorded: &Recorded,
    ) -> Result<Vec<Carried>, DemoError> {
        let hamlets = self.hamlets(commune);
        let mut figures = Vec::new();
        for (position, &hamlet) in hamlets.iter().enumerate() {
            let visited = self.visits(position, hamlets.len());
            for (level, indicator) in Indicator::levels(Funnel::Eid).into_iter().enumerate() {
                let left = |day: usize| {
                    let share = self.shares[day][level].get(&hamlet).copied().unwrap_or(0);
                    let counted = recorded[day].get(&(hamlet, level as u8 + 1)).copied();
                    share.checked_sub(counted.unwrap_or(0))
                };
                let beyond = DemoError::BeyondShare(hamlet);
                let (Some(first), Some(last)) = (left(0), left(1)) else {
                    return Err(beyond);
                };
                let sums = match report {
                    Report::October => vec![(self.days.reported[0], first)],
                    Report::November => {
                        let gain = last.checked_sub(first).ok_or(beyond)?;
                        let gains = allocate(gain, &vec![1; visited.len()]);
                        visited.iter().copied().zip(gains).collect()
                    }
                };
                figures.extend(sums.into_iter().filter(|(_, count)| *count > 0).map(
                    |(day, count)| Carried {
                        place: TallyKey {
                            unit: hamlet,
                            indicator,
                            day,
                            team: TeamId::default(),
                        },
                        count,
                    },
                ));
            }
        }
        figures.sort_unstable_by_key(|figure| figure.place);
        Ok(figures)
    }

    /// The days between the two reports on which the commune's teams are in one of its hamlets:
    /// they go round.
    fn visits(&self, position: usize, hamlets: usize) -> Vec<LocalDay> {
        let [first, last] = self.days.reported;
        let between = (first.0 + 1..=last.0).map(LocalDay);
        between.skip(position).step_by(hamlets).collect()
    }
}

/// Which of the two reports.
#[derive(Debug, Clone, Copy)]
pub(super) enum Report {
    October,
    November,
}

/// At each reported day: how many reached each level in each hamlet by records of their own.
pub(super) type Recorded = [BTreeMap<(UnitId, u8), u64>; 2];

pub(super) fn recorded(eid: &[EidStep], days: &Days) -> Recorded {
    days.reported.map(|as_of| {
        let mut furthest: BTreeMap<DocumentId, (UnitId, u8)> = BTreeMap::new();
        for step in eid.iter().filter(|step| step.day <= as_of) {
            let (_, level) = furthest.entry(step.dossier).or_insert((step.hamlet, 0));
            *level = step.level.max(*level);
        }
        let mut counts = BTreeMap::new();
        for (hamlet, furthest) in furthest.into_values() {
            for level in 1..=furthest {
                *counts.entry((hamlet, level)).or_default() += 1;
            }
        }
        counts
    })
}

/// Shares `total` among everything below `unit`, tier by tier.
fn share_out(
    tree: &UnitTree,
    (unit, day): (UnitId, LocalDay),
    total: u64,
    shares: &mut BTreeMap<UnitId, u64>,
) {
    shares.insert(unit, total);
    let children: Vec<UnitId> = tree.children(unit, day).map(|child| child.id).collect();
    let weight = |child: &UnitId| {
        let leaves = tree.leaves_under(*child, day);
        leaves.iter().map(weight_of_hamlet).sum()
    };
    let weights: Vec<u64> = children.iter().map(weight).collect();
    for (child, share) in children.iter().zip(allocate(total, &weights)) {
        share_out(tree, (*child, day), share, shares);
    }
}

/// A fixed weight from 80 to 120.
fn weight_of_hamlet(hamlet: &UnitId) -> u64 {
    80 + u64::from(hamlet.0) * 37 % 41
}

pub(super) fn at(day: LocalDay, minute: i64) -> UnixSeconds {
    moment(LocalMinute(day.first_minute().0 + minute))
}
