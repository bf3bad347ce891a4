//! How far each of a campaign's people came, and when: its totals, taken apart into single people.
//!
//! A campaign's people are thought of in one row, those who came furthest first. Whoever stands
//! at place `i` has reached a level by a reported day exactly if the total of that day is at least
//! `i`. Neighbours in the row between two totals therefore have the same journey, and sharing
//! each such class among the places gives every place people whose levels imply one another.

use std::collections::{BTreeMap, BTreeSet};

use shared::event::{Funnel, LEVELS, Step};
use shared::id::UnitId;
use shared::tally::Indicator;

use super::script::{Script, Where};
use super::shares::Campaign;
use crate::demo::world::DemoError;

/// What one person does, and up to which reported day: indexes of the script's reports.
pub(super) type Journey = BTreeMap<Step, usize>;

/// People of one place with the same journey.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Group {
    /// How many.
    pub(super) people: u64,
    /// What each of them does.
    pub(super) journey: Journey,
}

impl Group {
    /// Up to which reported day its people are listed: nobody is without a step.
    pub(super) fn listed(&self) -> usize {
        self.journey.values().copied().min().unwrap_or_default()
    }
}

impl Campaign<'_> {
    /// Every place's people, those listed first first.
    pub(super) fn people(&self) -> Result<BTreeMap<UnitId, Vec<Group>>, DemoError> {
        let mut all: BTreeMap<UnitId, Vec<Group>> = BTreeMap::new();
        for (place, group) in groups(self.script) {
            for (unit, people) in self.placed(place, group.people)? {
                if people > 0 {
                    let journey = group.journey.clone();
                    all.entry(unit).or_default().push(Group { people, journey });
                }
            }
        }
        for groups in all.values_mut() {
            groups.sort_by_key(Group::listed);
        }
        Ok(all)
    }
}

/// Whether this figure is made of single people in a campaign played whole.
pub(super) fn is_of_people(indicator: Indicator) -> bool {
    level_of(indicator).is_some()
        || matches!(indicator, Indicator::Unclassified | Indicator::CardWaits(_))
}

fn level_of(indicator: Indicator) -> Option<(Funnel, u8)> {
    [Funnel::Card, Funnel::Eid].into_iter().find_map(|funnel| {
        let levels = Indicator::levels(funnel);
        let at = levels.iter().position(|level| *level == indicator)?;
        Some((funnel, at as u8 + 1))
    })
}

/// The classes of everybody who took a step, by where they live.
fn groups(script: &Script) -> Vec<(Where, Group)> {
    let mut places: Vec<Where> = Vec::new();
    for series in &script.series {
        if level_of(series.indicator).is_some() && !places.contains(&series.place) {
            places.push(series.place);
        }
    }
    let of = |place| groups_at(script, place).into_iter();
    let groups = places
        .iter()
        .flat_map(|&place| of(place).map(move |group| (place, group)));
    groups.collect()
}

fn groups_at(script: &Script, place: Where) -> Vec<Group> {
    let levels: BTreeMap<(Funnel, u8), &[u64]> = script
        .series
        .iter()
        .filter(|series| series.place == place)
        .filter_map(|series| Some((level_of(series.indicator)?, series.totals.as_slice())))
        .collect();
    let ends: BTreeSet<u64> = levels.values().copied().flatten().copied().collect();
    let mut groups = Vec::new();
    let mut before = 0;
    for end in ends.into_iter().filter(|end| *end > 0) {
        let reached = levels.iter().filter_map(|(level, totals)| {
            let report = totals.iter().position(|total| *total >= end)?;
            Some((*level, report))
        });
        groups.push(Group {
            people: end - before,
            journey: steps(&reached.collect()),
        });
        before = end;
    }
    groups
}

/// The steps by which levels are reached. A level is implied by the one above it, unless that one
/// is reached later; that somebody's data were taken is always told, for so a dossier begins.
fn steps(reached: &BTreeMap<(Funnel, u8), usize>) -> Journey {
    let mut journey = Journey::new();
    for (&(funnel, level), &report) in reached {
        let above = (level < LEVELS).then(|| reached.get(&(funnel, level + 1)));
        let is_implied = above.flatten() == Some(&report);
        let step = Step::reaching(funnel, level);
        let begins = matches!(step, Some(Step::CardCollected | Step::EidCollected));
        journey.extend(step.filter(|_| begins || !is_implied).zip(Some(report)));
    }
    journey
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::replay::Replay;

    #[test]
    fn peoples_journeys_add_up_to_every_published_total() {
        for script in Replay::ALL.into_iter().filter_map(Replay::script) {
            let groups = groups(&script);
            for series in &script.series {
                let Some((funnel, level)) = level_of(series.indicator) else {
                    continue;
                };
                for (report, total) in series.totals.iter().enumerate() {
                    let reached = |group: &Group| {
                        let mut steps = group.journey.iter();
                        steps.any(|(step, by)| {
                            step.funnel() == funnel && step.level() >= Some(level) && *by <= report
                        })
                    };
                    let here = groups.iter().filter(|(place, _)| *place == series.place);
                    let found: u64 = here
                        .filter(|(_, group)| reached(group))
                        .map(|(_, group)| group.people)
                        .sum();
                    assert_eq!(found, *total, "{}: {}", script.name, series.indicator);
                }
            }
        }
    }
}
