//! Every unit's share of a campaign's totals.
//!
//! Totals are shared tier by tier by largest remainder on made-up weights, so that every tier
//! adds up to what was published. What grows is shared growth by growth: no unit's figure falls.

use std::collections::{BTreeMap, BTreeSet};

use shared::event::{Figure as Carried, Funnel};
use shared::id::{DocumentId, TeamId, UnitId};
use shared::tally::{Indicator, NO_DAY, TallyKey};
use shared::time::{LocalDay, LocalMinute, UnixSeconds};
use shared::unit::UnitTree;

use super::Mode;
use super::journeys::is_of_people;
use super::script::{Goal, Script, Series, Where};
use crate::demo::allocation::allocate;
use crate::demo::fieldwork::{StepTaken, moment};
use crate::demo::world::DemoError;

/// A campaign on the units of its last reported day.
pub(super) struct Campaign<'t> {
    pub(super) script: &'t Script,
    pub(super) tree: &'t UnitTree,
    pub(super) mode: Mode,
    pub(super) province: UnitId,
    /// The commune with records.
    pub(super) sample: UnitId,
    /// The units whose balances carry figures, and in each the places figures stand at.
    owners: BTreeMap<UnitId, Vec<UnitId>>,
    spread: BTreeMap<Indicator, Spread>,
}

/// How an indicator is spread over places.
#[derive(Default)]
struct Spread {
    /// Of each reported day, what each place adds; what it has where the indicator has no days.
    added: Vec<BTreeMap<UnitId, u64>>,
    /// Whether teams go round to make it grow; offices report it at once.
    goes_round: bool,
}

/// Up to each reported day: how many reached each level at each place by records of their own.
pub(super) type Recorded = Vec<BTreeMap<(UnitId, Indicator), u64>>;

/// The least days between two figures of one place: teams go round.
const ROUND_DAYS_MIN: usize = 7;

impl<'t> Campaign<'t> {
    pub(super) fn on(
        tree: &'t UnitTree,
        script: &'t Script,
        mode: Mode,
    ) -> Result<Self, DemoError> {
        let day = script.last_day();
        let unit = |code| {
            let found = tree.by_code(code, day);
            found.map(|unit| unit.id).ok_or(DemoError::NoSuchUnit(code))
        };
        let mut campaign = Self {
            script,
            tree,
            mode,
            province: unit(script.province)?,
            sample: unit(script.sample.commune)?,
            owners: BTreeMap::new(),
            spread: BTreeMap::new(),
        };
        campaign.owners = campaign.places();
        for series in &script.series {
            let added = campaign.shared_out(series)?;
            let spread = campaign.spread.entry(series.indicator).or_default();
            spread.goes_round |= series.place.goes_round();
            spread.added.resize_with(added.len(), BTreeMap::new);
            for (all, one) in spread.added.iter_mut().zip(added) {
                for (place, count) in one {
                    *all.entry(place).or_default() += count;
                }
            }
        }
        Ok(campaign)
    }

    pub(super) fn communes(&self) -> Vec<UnitId> {
        let districts = self.below(self.province).into_iter();
        districts
            .flat_map(|district| self.below(district))
            .collect()
    }

    /// The places of an owner where its figures stand: hamlets of a commune that has any.
    pub(super) fn places_of(&self, owner: UnitId) -> &[UnitId] {
        self.owners.get(&owner).map_or(&[], Vec::as_slice)
    }

    /// Every unit that carries figures.
    pub(super) fn owners(&self) -> impl Iterator<Item = UnitId> {
        self.owners.keys().copied()
    }

    /// The shares of province, districts and communes in a target.
    pub(super) fn wanted(&self, goal: &Goal) -> BTreeMap<UnitId, u64> {
        let mut shares = BTreeMap::new();
        self.share_out(self.province, goal.value, None, &mut shares);
        let tiers: BTreeSet<UnitId> = self.owners().collect();
        shares.retain(|unit, _| tiers.contains(unit));
        shares
    }

    /// What a place has of an indicator without days, on a reported day.
    pub(super) fn standing(&self, place: UnitId, report: usize) -> Vec<(Indicator, u64)> {
        let standing = self.spread.iter().filter(|(one, _)| !one.has_days());
        let found = standing.map(|(indicator, spread)| {
            let count = spread.added[report].get(&place).copied();
            (*indicator, count.unwrap_or(0))
        });
        found.collect()
    }

    /// What is left of the shares of an owner's places for a reported day, as carried figures:
    /// on the first reported day in one sum, afterwards on the days on which teams came by.
    pub(super) fn carried(
        &self,
        owner: UnitId,
        report: usize,
        recorded: &Recorded,
    ) -> Result<Vec<Carried>, DemoError> {
        let mut figures = Vec::new();
        let dated = self.spread.iter().filter(|(one, _)| one.has_days());
        for (&indicator, spread) in dated.filter(|(one, _)| self.is_carried(**one)) {
            for (position, &place) in self.places_of(owner).iter().enumerate() {
                let left = |upto: usize| {
                    let share: u64 = spread.added[..=upto]
                        .iter()
                        .filter_map(|day| day.get(&place))
                        .sum();
                    let counted = recorded
                        .get(upto)
                        .and_then(|day| day.get(&(place, indicator)));
                    share.checked_sub(counted.copied().unwrap_or(0))
                };
                let before = match report {
                    0 => Some(0),
                    _ => left(report - 1),
                };
                let gain = left(report)
                    .zip(before)
                    .and_then(|(now, then)| now.checked_sub(then));
                let gain = gain.ok_or(DemoError::BeyondShare(place))?;
                let days = match spread.goes_round {
                    true => self.visits(report, position, self.places_of(owner).len()),
                    false => vec![self.script.reports[report]],
                };
                let gains = allocate(gain, &vec![1; days.len()]);
                let place = |day| TallyKey {
                    unit: place,
                    indicator,
                    day,
                    team: TeamId::default(),
                };
                figures.extend(
                    days.into_iter()
                        .zip(gains)
                        .filter(|(_, count)| *count > 0)
                        .map(|(day, count)| Carried {
                            place: place(day),
                            count,
                        }),
                );
            }
        }
        figures.sort_unstable_by_key(|figure| figure.place);
        Ok(figures)
    }

    /// How an owner's places stand on a reported day, as carried figures without a day.
    pub(super) fn carried_standing(&self, owner: UnitId, report: usize) -> Vec<Carried> {
        let places = self.places_of(owner).iter();
        let at = |unit| {
            let standing = self.standing(unit, report).into_iter();
            let standing = standing.filter(|(one, count)| *count > 0 && self.is_carried(*one));
            standing.map(move |(indicator, count)| Carried {
                place: TallyKey {
                    unit,
                    indicator,
                    day: NO_DAY,
                    team: TeamId::default(),
                },
                count,
            })
        };
        let mut figures: Vec<Carried> = places.flat_map(|&unit| at(unit)).collect();
        figures.sort_unstable_by_key(|figure| figure.place);
        figures
    }

    /// The units whose figures balances carry, whatever phones have recorded.
    pub(super) fn carriers(&self) -> impl Iterator<Item = UnitId> {
        self.owners()
            .filter(|owner| self.mode == Mode::Full || *owner != self.sample)
    }

    /// Whether balances carry this figure where there are no records.
    fn is_carried(&self, indicator: Indicator) -> bool {
        self.mode == Mode::Sample || !is_of_people(indicator)
    }

    /// What of each level was reached by records up to each reported day.
    pub(super) fn recorded(&self, steps: &[StepTaken]) -> Recorded {
        let reports = self.script.reports.iter();
        reports.map(|&as_of| reached(steps, as_of)).collect()
    }

    /// The days since the report before on which an owner's teams are at one of its places; the
    /// reported day itself, if they never are.
    fn visits(&self, report: usize, position: usize, places: usize) -> Vec<LocalDay> {
        let last = self.script.reports[report];
        let before = report.checked_sub(1);
        let first = before.map_or(last, |before| LocalDay(self.script.reports[before].0 + 1));
        let days = (first.0..=last.0).map(LocalDay).skip(position);
        let days: Vec<LocalDay> = days.step_by(places.max(ROUND_DAYS_MIN)).collect();
        match days.is_empty() {
            true => vec![last],
            false => days,
        }
    }

    fn below(&self, unit: UnitId) -> Vec<UnitId> {
        let children = self.tree.children(unit, self.script.last_day());
        children.map(|child| child.id).collect()
    }

    fn places(&self) -> BTreeMap<UnitId, Vec<UnitId>> {
        let mut places = BTreeMap::from([(self.province, vec![self.province])]);
        places.extend(
            self.below(self.province)
                .into_iter()
                .map(|one| (one, vec![one])),
        );
        for commune in self.communes() {
            let hamlets = self.below(commune);
            let own = if hamlets.is_empty() {
                vec![commune]
            } else {
                hamlets
            };
            places.insert(commune, own);
        }
        places
    }

    fn shared_out(&self, series: &Series) -> Result<Vec<BTreeMap<UnitId, u64>>, DemoError> {
        let mut before = 0;
        let mut days = Vec::new();
        for &total in &series.totals {
            let added = match series.indicator.has_days() {
                true => total.saturating_sub(core::mem::replace(&mut before, total)),
                false => total,
            };
            days.push(self.placed(series.place, added)?);
        }
        Ok(days)
    }

    /// What of a total counts at each place.
    pub(super) fn placed(
        &self,
        place: Where,
        total: u64,
    ) -> Result<BTreeMap<UnitId, u64>, DemoError> {
        let district = |code| {
            let found = self.tree.by_code(code, self.script.last_day());
            found.map(|unit| unit.id).ok_or(DemoError::NoSuchUnit(code))
        };
        let mut shares = BTreeMap::new();
        match place {
            Where::Everywhere => shares = self.leaves(self.province, total, None),
            Where::Within(code) => shares = self.leaves(district(code)?, total, None),
            Where::Outside(code) => {
                shares = self.leaves(self.province, total, Some(district(code)?));
            }
            Where::AsClassified if total == 0 => {}
            Where::AsClassified => {
                for (place, count) in self.classified()? {
                    *shares.entry(place).or_default() += count;
                }
            }
            Where::Province => drop(shares.insert(self.province, total)),
            Where::EachDistrict => {
                shares.extend(
                    self.below(self.province)
                        .into_iter()
                        .map(|one| (one, total)),
                );
            }
            Where::EachCommune => {
                let communes = self.communes().into_iter();
                let first = communes.filter_map(|one| self.places_of(one).first().copied());
                shares.extend(first.map(|place| (place, total)));
            }
        }
        Ok(shares)
    }

    /// The shares of the places below `unit` but `without`.
    fn leaves(&self, unit: UnitId, total: u64, without: Option<UnitId>) -> BTreeMap<UnitId, u64> {
        let mut shares = BTreeMap::new();
        self.share_out(unit, total, without, &mut shares);
        shares.retain(|unit, _| self.below(*unit).is_empty());
        shares
    }

    /// What every reason of the last reported day comes to at each place.
    fn classified(&self) -> Result<Vec<(UnitId, u64)>, DemoError> {
        let mut counts = Vec::new();
        for series in &self.script.series {
            if let (Indicator::CardWaits(_), Some(&total)) =
                (series.indicator, series.totals.last())
            {
                counts.extend(self.placed(series.place, total)?);
            }
        }
        Ok(counts)
    }

    /// Shares `total` among everything below `unit` but `without`, tier by tier.
    fn share_out(
        &self,
        unit: UnitId,
        total: u64,
        without: Option<UnitId>,
        shares: &mut BTreeMap<UnitId, u64>,
    ) {
        shares.insert(unit, total);
        let day = self.script.last_day();
        let mut children = self.below(unit);
        children.retain(|child| Some(*child) != without);
        let weight = |child: &UnitId| {
            let leaves = self.tree.leaves_under(*child, day);
            leaves.iter().map(weight_of_leaf).sum()
        };
        let weights: Vec<u64> = children.iter().map(weight).collect();
        for (child, share) in children.iter().zip(allocate(total, &weights)) {
            self.share_out(*child, share, without, shares);
        }
    }
}

impl Script {
    pub(super) fn last_day(&self) -> LocalDay {
        self.reports.last().copied().unwrap_or_default()
    }
}

fn reached(steps: &[StepTaken], as_of: LocalDay) -> BTreeMap<(UnitId, Indicator), u64> {
    let mut furthest: BTreeMap<(DocumentId, Funnel), StepTaken> = BTreeMap::new();
    for step in steps.iter().filter(|step| step.day <= as_of) {
        let known = furthest.entry((step.dossier, step.funnel)).or_insert(*step);
        known.level = known.level.max(step.level);
    }
    let mut counts = BTreeMap::new();
    for step in furthest.into_values() {
        let levels = Indicator::levels(step.funnel).into_iter();
        for indicator in levels.take(step.level.into()) {
            *counts.entry((step.hamlet, indicator)).or_default() += 1;
        }
    }
    counts
}

/// A fixed weight from 80 to 120.
fn weight_of_leaf(leaf: &UnitId) -> u64 {
    80 + u64::from(leaf.0) * 37 % 41
}

/// A moment of a day, in minutes from its midnight.
pub(super) fn at(day: LocalDay, minute: i64) -> UnixSeconds {
    moment(LocalMinute(day.first_minute().0 + minute))
}
