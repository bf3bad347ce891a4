//! Guidance sessions one by one, with what came of each person who was guided.
//!
//! Sessions are told by place, day, team and counts, and attendances by service and outcome:
//! nobody's name and nothing in anybody's own words is in it. Both count exactly what the
//! figures of sessions, attendances and outcomes count.

use serde::Serialize;
use shared::event::OutcomeResult;
use shared::id::{DocumentId, UnitId};
use shared::tally::{Indicator, NO_DAY};
use shared::time::LocalDay;
use shared::unit::UnitTree;

use super::breakdown::shift_words;
use super::guidance::outcome_name;
use super::notebook::Notes;
use super::{ProgressError, Server};
use crate::ledger::noted::{OutcomeNote, SessionNote};
use crate::store::Store;

/// Sessions one list holds, the newest: as many as a table that leaves as a file.
pub const SESSIONS_LISTED_MAX: usize = crate::export::ROWS_MAX;

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionsQuery {
    /// The unit, everything below it included.
    pub unit: UnitId,
    /// The first day that counts; `None`: all do, and sessions without a day do, too.
    pub from: Option<LocalDay>,
    /// The last day that counts, as known now.
    pub as_of: LocalDay,
}

/// The sessions of a unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sessions {
    /// The last day that counts.
    #[serde(serialize_with = "super::progress::as_text")]
    pub as_of: LocalDay,
    /// The newest first, at most [`SESSIONS_LISTED_MAX`].
    pub sessions: Vec<SessionLine>,
    /// Sessions that the list leaves out.
    pub left_out: usize,
}

/// One session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SessionLine {
    /// Its document.
    pub session: String,
    /// Where.
    pub unit: UnitId,
    /// What the unit is called.
    pub unit_name: String,
    /// The day, ISO 8601, if it is known.
    pub day: Option<String>,
    /// When it began, as `14:05`, if that is known.
    pub began: Option<String>,
    /// The shift or part of the day, as `12:00-17:00`.
    pub shift: Option<String>,
    /// The place's name, where one is written down.
    pub place: Option<String>,
    /// The team's name, or its number where it has none.
    pub team: Option<String>,
    /// What kind of session, by its stable name.
    pub kind: Option<&'static str>,
    /// The services it was about, by their numbers.
    pub services: Vec<u16>,
    /// How many attended.
    pub attendances: u64,
    /// Whether its team wrote down what stood in the way.
    pub has_obstacles: bool,
    /// What came of each person guided.
    pub outcomes: Vec<AttendanceLine>,
}

/// How guidance of one person ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AttendanceLine {
    /// The day it was written down, ISO 8601.
    pub day: String,
    /// The service's number; 0 = none in particular.
    pub service: u16,
    /// The outcome, by its stable name.
    pub result: &'static str,
    /// Why it could not go on, by the reason's stable name.
    pub reason: Option<&'static str>,
}

impl<S: Store> Server<S> {
    /// The sessions of a unit, in the tree of the day asked for.
    ///
    /// # Errors
    /// [`ProgressError`].
    pub async fn sessions(&self, query: SessionsQuery) -> Result<Sessions, ProgressError> {
        let tree = self.units();
        let SessionsQuery { unit, as_of, .. } = query;
        tree.get(unit, as_of).ok_or(ProgressError::NoSuchUnit)?;
        let (sessions, left_out) = self.with_notes(|notes| listed(notes, &tree, query)).await?;
        Ok(Sessions {
            as_of,
            sessions,
            left_out,
        })
    }
}

/// The lines asked for, and how many more there are.
fn listed(notes: &Notes, tree: &UnitTree, query: SessionsQuery) -> (Vec<SessionLine>, usize) {
    let days = query.from.unwrap_or(NO_DAY)..=query.as_of;
    let mut found: Vec<(LocalDay, DocumentId, &SessionNote)> = Vec::new();
    for (id, session) in &notes.sessions {
        let counted = session.adds.keys().find(|key| {
            key.indicator == Indicator::Sessions
                && days.contains(&key.day)
                && tree.is_within(key.unit, query.unit, query.as_of)
        });
        found.extend(counted.map(|key| (key.day, *id, session)));
    }
    found.sort_by_key(|(day, id, session)| (core::cmp::Reverse((*day, session.started)), *id));
    let left_out = found.len().saturating_sub(SESSIONS_LISTED_MAX);
    found.truncate(SESSIONS_LISTED_MAX);
    let line = |(day, id, session)| line(notes, tree, (query.as_of, day), (id, session));
    (found.into_iter().map(line).collect(), left_out)
}

fn line(
    notes: &Notes,
    tree: &UnitTree,
    (as_of, day): (LocalDay, LocalDay),
    (id, session): (DocumentId, &SessionNote),
) -> SessionLine {
    let unit = tree.get(session.unit, as_of);
    let place = session.place.and_then(|place| notes.places.get(&place));
    let minutes = session.started.map(|began| began.0.rem_euclid(24 * 60));
    let adds = session.adds.iter();
    let attendances = adds.filter(|(key, _)| key.indicator == Indicator::Attendances);
    let team = session.adds.keys().map(|key| key.team).max();
    let team = team.filter(|team| team.0 > 0);
    let named = |team| match notes.team_name(team) {
        Some(name) => name.to_owned(),
        None => team.0.to_string(),
    };
    SessionLine {
        session: id.to_string(),
        unit: session.unit,
        unit_name: unit.map(|unit| unit.full_name_vi()).unwrap_or_default(),
        day: (day != NO_DAY).then(|| day.to_string()),
        began: minutes.map(|minute| format!("{:02}:{:02}", minute / 60, minute % 60)),
        shift: shift_words(notes, session),
        place: place.and_then(|place| place.name.clone()),
        team: team.map(named),
        kind: session.kind.map(|kind| kind.name()),
        services: session.services.clone(),
        attendances: attendances.map(|(_, count)| count.unsigned_abs()).sum(),
        has_obstacles: session.has_obstacles,
        outcomes: session.outcomes.iter().map(attendance).collect(),
    }
}

fn attendance(outcome: &OutcomeNote) -> AttendanceLine {
    AttendanceLine {
        day: outcome.day.to_string(),
        service: outcome.service,
        result: outcome_name(outcome.result),
        reason: match outcome.result {
            OutcomeResult::Blocked(reason) => Some(reason.name()),
            _ => None,
        },
    }
}
