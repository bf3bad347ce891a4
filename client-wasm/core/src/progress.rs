//! What was done, of this phone and of the team, in this period and the one before, and how far the
//! targets are. By the code that makes the server's figures.

use serde::{Deserialize, Serialize};
use shared::catalogue::TargetKind;
use shared::engine::Engine;
use shared::id::{TeamId, UnitId};
use shared::key::Key;
use shared::kind::Kind;
use shared::tally::{Indicator, Tallies};
use shared::time::{LocalDay, UnixSeconds};
use shared::value::Value;

use crate::client::Client;

/// What field workers are shown, in this order.
const SHOWN: [Indicator; 9] = [
    Indicator::EidActivated,
    Indicator::CardCollected,
    Indicator::CardHandedOver,
    Indicator::EidCollected,
    Indicator::Visits,
    Indicator::PeopleGuided,
    Indicator::Sessions,
    Indicator::Attendances,
    Indicator::Submissions,
];

/// A stretch of days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Period {
    /// From Monday.
    Week,
    /// From the first.
    Month,
}

/// What is asked of progress.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct ProgressQuery {
    /// How long.
    pub period: Period,
    /// How many periods ago: 0 is this one.
    pub back: u16,
}

/// Figures of one period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Progress {
    /// Its first day.
    pub from: LocalDay,
    /// Its last, perhaps still to come.
    pub to: LocalDay,
    /// Done on this phone.
    pub mine: Vec<Made>,
    /// Done by the team, as far as this phone knows.
    pub team: Vec<Made>,
    /// How far the targets of these units are, whoever did it.
    pub targets: Vec<Aim>,
}

/// One figure of a period and of the one before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Made {
    /// Its stable name.
    pub indicator: String,
    /// In the period.
    pub done: i64,
    /// In the one before.
    pub before: i64,
}

/// One target and what is reached of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Aim {
    /// The indicator's stable name.
    pub indicator: String,
    /// Stable name of whose figure it is.
    pub kind: &'static str,
    /// The unit it is set for.
    pub unit: UnitId,
    /// What is aimed at.
    pub value: u64,
    /// Reached so far, from the first day that counts.
    pub done: i64,
    /// Of that, on this phone.
    pub mine: i64,
    /// The day it is due, packed; `None` if nobody said.
    pub due: Option<u64>,
}

impl<E: Engine> Client<E> {
    /// Figures at `now`; `None` while locked or before the first answer.
    pub fn progress(&self, query: ProgressQuery, now: UnixSeconds) -> Option<Progress> {
        let team = self.assignment()?.grant.team;
        let today = now.local_day();
        let (from, to) = query.period.days(today, query.back);
        let before = query.period.days(today, query.back.saturating_add(1));
        let (own, all) = (self.own_figures(), self.figures());
        let made = |tallies: &Tallies, team: Option<TeamId>| {
            let of = |indicator, (from, to)| {
                sum(tallies, indicator, (from, to), |key| {
                    team.is_none_or(|team| key.team == team)
                })
            };
            let made = SHOWN.iter().map(|indicator| Made {
                indicator: indicator.to_string(),
                done: of(*indicator, (from, to)),
                before: of(*indicator, before),
            });
            made.collect()
        };
        Some(Progress {
            from,
            to,
            mine: made(&own, None),
            team: made(&all, Some(team)),
            targets: self.targets(&own, &all, today),
        })
    }

    /// Targets of the units that were given to this person.
    fn targets(&self, own: &Tallies, all: &Tallies, today: LocalDay) -> Vec<Aim> {
        let Some((state, assignment)) = self.state().zip(self.assignment()) else {
            return Vec::new();
        };
        let documents = state.found.iter();
        let targets =
            documents.filter(|(_, found)| found.kind == Kind::Target && !found.is_withdrawn);
        let mut aims: Vec<Aim> = targets
            .filter_map(|(id, found)| {
                let unit = found
                    .unit
                    .filter(|unit| assignment.grant.units.contains(unit))?;
                let row = state.row(&self.engine, id);
                let number = |key: &Key| row.get(key).and_then(Value::as_uint);
                let code = u16::try_from(number(&Key::TARGET_INDICATOR)?).ok()?;
                let indicator = Indicator::from_code(code)?;
                let first = number(&Key::TARGET_FROM).and_then(crate::today::day_of);
                let days = (first.unwrap_or(LocalDay::MIN), today);
                let is_leaf = assignment.grant.units.len() == 1;
                // Everything that a person of one unit sees belongs to it.
                let reached =
                    |tallies| sum(tallies, indicator, days, |key| is_leaf || key.unit == unit);
                Some(Aim {
                    indicator: indicator.to_string(),
                    kind: TargetKind::from_code(number(&Key::TARGET_KIND)?)?.name(),
                    unit,
                    value: number(&Key::TARGET_VALUE)?,
                    done: reached(all),
                    mine: reached(own),
                    due: number(&Key::TARGET_DUE),
                })
            })
            .collect();
        aims.sort_by(|a, b| (&a.indicator, a.kind, a.unit).cmp(&(&b.indicator, b.kind, b.unit)));
        aims
    }
}

impl Period {
    /// First and last day of the one that many periods before that of `today`.
    fn days(self, today: LocalDay, back: u16) -> (LocalDay, LocalDay) {
        match self {
            Self::Week => {
                // 1970-01-01 was a Thursday.
                let monday = today.0 - (today.0 + 3).rem_euclid(7) - 7 * i32::from(back);
                (LocalDay(monday), LocalDay(monday + 6))
            }
            Self::Month => {
                let (year, month, _) = today.date();
                let months = year * 12 + month as i32 - 1 - i32::from(back);
                let first = |months: i32| {
                    let (year, month) = (months.div_euclid(12), months.rem_euclid(12) + 1);
                    LocalDay::from_date(year, month as u32, 1).unwrap_or(LocalDay::MIN)
                };
                (first(months), LocalDay(first(months + 1).0 - 1))
            }
        }
    }
}

/// The figure in these days, both included. What has no day is as it stands now.
fn sum(
    tallies: &Tallies,
    indicator: Indicator,
    (from, to): (LocalDay, LocalDay),
    fits: impl Fn(&shared::tally::TallyKey) -> bool,
) -> i64 {
    let days = from..=to;
    let counted = tallies.iter().filter(|(key, _)| {
        let on_time = !indicator.has_days() || days.contains(&key.day);
        key.indicator == indicator && on_time && fits(key)
    });
    counted.map(|(_, count)| count).sum()
}
