//! Breakdowns: a unit's figures by team, by day, by sort of area, and those of its sessions by
//! place and shift.
//!
//! The groups of one breakdown add up to the unit's own figures, without exception: what belongs
//! to no group stands in one without a name.

use core::ops::RangeInclusive;
use std::collections::BTreeMap;

use serde::Serialize;
use shared::catalogue::AreaType;
use shared::id::{DocumentId, TeamId, UnitId};
use shared::percent::PercentMode;
use shared::tally::{Indicator, NO_DAY};
use shared::time::{LocalDay, LocalMinute};
use shared::unit::UnitTree;

use super::notebook::Notes;
use super::progress::{Counts, Figure, Part, all_within, parts};
use super::{ProgressError, Server};
use crate::ledger::LedgerError;
use crate::ledger::noted::SessionNote;
use crate::named::named;
use crate::store::Store;

named! {
    /// By what figures are told apart.
    pub By {
        /// The team whose work it was.
        Team "team";
        /// The local day it happened.
        Day "day";
        /// Urban, rural or island, by the unit's commune.
        Area "area";
        /// The place where sessions were held.
        Place "place";
        /// The sort of area that place lies in.
        PlaceArea "place-area";
        /// The part of the day in which sessions began.
        Shift "shift";
    }
}

impl By {
    /// Whether only what sessions count can be told apart so.
    #[must_use]
    pub fn is_of_sessions(self) -> bool {
        matches!(self, Self::Place | Self::PlaceArea | Self::Shift)
    }
}

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BreakdownQuery {
    /// The unit, everything below it included.
    pub unit: UnitId,
    /// By what.
    pub by: By,
    /// The first day that counts; `None`: all do, and what has no day does, too.
    pub from: Option<LocalDay>,
    /// The last day that counts, as known now.
    pub as_of: LocalDay,
    /// What becomes of the digits of a percentage that are not printed.
    pub percents: PercentMode,
}

/// A unit's figures, told apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Breakdown {
    /// By what.
    pub by: &'static str,
    /// The last day that counts.
    #[serde(serialize_with = "super::progress::as_text")]
    pub as_of: LocalDay,
    /// Days ascending; teams by number; places by name; others in their own order.
    pub groups: Vec<Group>,
}

/// The figures of one group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Group {
    /// The day, the team's number, the area's, place's or shift's name; `None` for what belongs
    /// to no group.
    pub key: Option<String>,
    /// What people call it, where the key does not say it.
    pub name: Option<String>,
    /// Its figures, those above zero, by indicator.
    pub figures: Vec<Figure>,
    /// What part of another figure each of its figures is.
    pub parts: Vec<Part>,
}

/// What a group is told apart by; ordered as groups are.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Mark {
    Day(LocalDay),
    Team(TeamId),
    Name(u8, &'static str),
    Place(String, DocumentId),
    Clock(u64, u64),
    Nothing,
}

type Marked = BTreeMap<Mark, Counts>;

/// Shifts of commune police offices that take three a day, by the minutes at which they begin and
/// end: for sessions that name no shift.
const DAY_PARTS: [(u64, u64); 3] = [(7 * 60, 12 * 60), (12 * 60, 17 * 60), (17 * 60, 22 * 60)];

impl<S: Store> Server<S> {
    /// A unit's figures told apart, in the tree of the day asked for.
    ///
    /// # Errors
    /// [`ProgressError`].
    pub async fn breakdown(&self, query: BreakdownQuery) -> Result<Breakdown, ProgressError> {
        let tree = self.units();
        let BreakdownQuery { unit, as_of, .. } = query;
        tree.get(unit, as_of).ok_or(ProgressError::NoSuchUnit)?;
        let marked = match query.by.is_of_sessions() {
            true => {
                let of_sessions = |notes: &Notes| marked_sessions(notes, &tree, query);
                self.with_notes(of_sessions).await?
            }
            false => self.marked_tallies(&tree, query).await?,
        };
        let teams = self.team_names(&marked).await?;
        let group = |(mark, counts): (Mark, Counts)| {
            let name = match &mark {
                Mark::Team(team) => teams.get(team).cloned(),
                Mark::Place(name, _) => Some(name.clone()),
                _ => None,
            };
            Group {
                key: key_of(&mark),
                name,
                parts: parts(&counts, query.percents),
                figures: figures(&counts, as_of),
            }
        };
        Ok(Breakdown {
            by: query.by.name(),
            as_of,
            groups: marked.into_iter().map(group).collect(),
        })
    }

    async fn marked_tallies(
        &self,
        tree: &UnitTree,
        query: BreakdownQuery,
    ) -> Result<Marked, LedgerError> {
        let units = all_within(tree, query.unit, query.as_of);
        let areas: BTreeMap<UnitId, Mark> = match query.by {
            By::Area => units
                .iter()
                .map(|unit| (*unit, area_mark(tree, *unit, query.as_of)))
                .collect(),
            _ => BTreeMap::new(),
        };
        let mut marked = Marked::new();
        for tally in self.tallies(&units, days(query)).await? {
            let Some(indicator) = Indicator::from_code(tally.indicator) else {
                continue;
            };
            let mark = match query.by {
                By::Day if tally.day == NO_DAY => Mark::Nothing,
                By::Day => Mark::Day(tally.day),
                By::Team if tally.team == TeamId::default() => Mark::Nothing,
                By::Team => Mark::Team(tally.team),
                _ => areas.get(&tally.unit).cloned().unwrap_or(Mark::Nothing),
            };
            let counts = marked.entry(mark).or_default();
            *counts.entry(indicator).or_default() += tally.count;
        }
        Ok(marked)
    }

    /// What the teams of a breakdown are called.
    async fn team_names(&self, marked: &Marked) -> Result<BTreeMap<TeamId, String>, LedgerError> {
        let teams: Vec<TeamId> = marked
            .keys()
            .filter_map(|mark| match mark {
                Mark::Team(team) => Some(*team),
                _ => None,
            })
            .collect();
        if teams.is_empty() {
            return Ok(BTreeMap::new());
        }
        self.with_notes(|notes| {
            let named = teams.iter().filter_map(|team| {
                let name = notes.team_name(*team)?;
                Some((*team, name.to_owned()))
            });
            named.collect()
        })
        .await
    }
}

fn days(query: BreakdownQuery) -> RangeInclusive<LocalDay> {
    query.from.unwrap_or(NO_DAY)..=query.as_of
}

fn area_mark(tree: &UnitTree, unit: UnitId, day: LocalDay) -> Mark {
    let area = tree.area_of(unit, day);
    area.map_or(Mark::Nothing, |area| Mark::Name(area as u8, area.name()))
}

/// What the sessions of a unit count, told apart by what each of them says of itself.
fn marked_sessions(notes: &Notes, tree: &UnitTree, query: BreakdownQuery) -> Marked {
    let mut marked = Marked::new();
    let days = days(query);
    for session in notes.sessions.values() {
        let here = session.adds.iter().filter(|(key, _)| {
            days.contains(&key.day) && tree.is_within(key.unit, query.unit, query.as_of)
        });
        let mut here = here.peekable();
        if here.peek().is_none() {
            continue;
        }
        let counts = marked.entry(mark_of(notes, session, query.by)).or_default();
        for (key, count) in here {
            *counts.entry(key.indicator).or_default() += count.unsigned_abs();
        }
    }
    marked
}

fn mark_of(notes: &Notes, session: &SessionNote, by: By) -> Mark {
    let place = session
        .place
        .and_then(|id| Some((id, notes.places.get(&id)?)));
    match by {
        By::Place => place.map_or(Mark::Nothing, |(id, place)| {
            Mark::Place(place.name.clone().unwrap_or_default(), id)
        }),
        By::PlaceArea => {
            let area = place.and_then(|(_, place)| place.area);
            area.map_or(Mark::Nothing, |area: AreaType| {
                Mark::Name(area.code(), area.name())
            })
        }
        _ => shift_of(notes, session),
    }
}

/// The shift a session belongs to, as people write it.
pub(super) fn shift_words(notes: &Notes, session: &SessionNote) -> Option<String> {
    key_of(&shift_of(notes, session))
}

/// The shift a session names, or else the part of the day in which it began.
fn shift_of(notes: &Notes, session: &SessionNote) -> Mark {
    if let Some(shift) = session.shift.and_then(|id| notes.shifts.get(&id)) {
        return Mark::Clock(shift.from, shift.to);
    }
    let minute = |LocalMinute(minute)| minute.rem_euclid(24 * 60).unsigned_abs();
    let began = session.started.map(minute);
    let part = DAY_PARTS
        .iter()
        .find(|(from, to)| began.is_some_and(|minute| (*from..*to).contains(&minute)));
    part.map_or(Mark::Nothing, |(from, to)| Mark::Clock(*from, *to))
}

fn key_of(mark: &Mark) -> Option<String> {
    match mark {
        Mark::Day(day) => Some(day.to_string()),
        Mark::Team(team) => Some(team.0.to_string()),
        Mark::Name(_, name) => Some((*name).to_owned()),
        Mark::Place(_, id) => Some(id.to_string()),
        Mark::Clock(from, to) => {
            let clock = |minute: &u64| format!("{:02}:{:02}", minute / 60, minute % 60);
            Some(format!("{}-{}", clock(from), clock(to)))
        }
        Mark::Nothing => None,
    }
}

fn figures(counts: &Counts, as_of: LocalDay) -> Vec<Figure> {
    let figure = |(&indicator, &count): (&Indicator, &u64)| Figure {
        indicator,
        count,
        as_of,
    };
    counts.iter().map(figure).collect()
}
