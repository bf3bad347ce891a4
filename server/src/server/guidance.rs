//! Guidance: which services people were guided through, what came of it, and what stood in the
//! way.
//!
//! Outcomes count by the day, unit and service that the session's own events say. Words that
//! somebody wrote are opened for the one answer and remembered nowhere.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use shared::catalogue::NoticeKind;
use shared::event::OutcomeResult;
use shared::id::{DocumentId, UnitId};
use shared::key::Key;
use shared::kind::Kind;
use shared::reason::Reason;
use shared::service::{Lead, SERVICES};
use shared::time::{LocalDay, UnixSeconds};
use shared::value::Value;

use super::notebook::Notes;
use super::{ProgressError, Server};
use crate::ledger::LedgerError;
use crate::ledger::document::Document;
use crate::store::Store;

/// Reports one list holds, the newest.
pub const REPORTED_MAX: usize = 200;

/// Reports opened to find the newest of them.
const OPENED_MAX: usize = 2_000;

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GuidanceQuery {
    /// The unit, everything below it included.
    pub unit: UnitId,
    /// The last day that counts, as known now.
    pub as_of: LocalDay,
}

/// One service in one unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ServiceLine {
    /// Its number in the catalogue; 0 = none in particular.
    pub service: u16,
    /// Its stable name; empty for none in particular.
    pub name: &'static str,
    /// By which it stands in the decision that lists it; may be empty.
    pub code: &'static str,
    /// Who leads it on that day.
    pub lead: Option<Lead>,
    /// Sessions it was a subject of.
    pub sessions: u64,
    /// People guided through it: one outcome each.
    pub guided: u64,
    /// Applications submitted.
    pub submitted: u64,
    /// e-IDs activated.
    pub activated: u64,
    /// Begun, to be continued.
    pub draft: u64,
    /// With a new appointment.
    pub rescheduled: u64,
    /// Sent on.
    pub referred: u64,
    /// Done, of services without a figure of their own.
    pub finished: u64,
    /// Declined.
    pub declined: u64,
    /// Could not go on, by reason, the most frequent first.
    pub blocked: Vec<Blocked>,
}

/// How many could not go on for one reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Blocked {
    /// The reason's stable name.
    pub reason: &'static str,
    /// How many.
    pub count: u64,
}

/// Services of a unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Services {
    /// The last day that counts.
    #[serde(serialize_with = "super::progress::as_text")]
    pub as_of: LocalDay,
    /// Those offered on that day, in the catalogue's order, whether or not anybody was guided
    /// through them; guidance through none in particular comes last.
    pub services: Vec<ServiceLine>,
    /// Sessions whose team wrote down what stood in the way.
    pub sessions_with_obstacles: u64,
    /// Notices from below that something stands in the way.
    pub obstacles: u64,
    /// Notices that such a thing was solved.
    pub solved: u64,
    /// Notices of a method that others may use.
    pub methods: u64,
}

/// What somebody reported upward.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Where.
    pub unit: UnitId,
    /// What the unit is called.
    pub unit_name: String,
    /// `message`, `obstacle`, `solved`, `method`; `session` for what a session's team wrote.
    pub kind: &'static str,
    /// When it was written down, by the writer's clock.
    pub at: UnixSeconds,
    /// What they wrote.
    pub text: String,
}

#[derive(Default)]
struct Sums {
    sessions: u64,
    results: BTreeMap<&'static str, u64>,
    blocked: BTreeMap<Reason, u64>,
}

impl<S: Store> Server<S> {
    /// The services of a unit, in the tree of the day asked for.
    ///
    /// # Errors
    /// [`ProgressError`].
    pub async fn services(&self, query: GuidanceQuery) -> Result<Services, ProgressError> {
        let tree = self.units();
        let GuidanceQuery { unit, as_of } = query;
        tree.get(unit, as_of).ok_or(ProgressError::NoSuchUnit)?;
        let is_here = |place: UnitId| tree.is_within(place, unit, as_of);
        let read = |notes: &Notes| {
            let mut found = Services {
                as_of,
                services: Vec::new(),
                sessions_with_obstacles: 0,
                obstacles: 0,
                solved: 0,
                methods: 0,
            };
            let sums = sums(notes, as_of, is_here);
            found.services = lines(sums, as_of);
            for session in notes.sessions.values() {
                let is_reported = session.has_obstacles && is_here(session.unit);
                let began = session.started.map(|minute| minute.day());
                found.sessions_with_obstacles +=
                    u64::from(is_reported && began.is_none_or(|day| day <= as_of));
            }
            for notice in notes.notices.values().filter(|notice| is_here(notice.unit)) {
                match notice.kind {
                    NoticeKind::Obstacle => found.obstacles += 1,
                    NoticeKind::Solved => found.solved += 1,
                    NoticeKind::Method => found.methods += 1,
                    NoticeKind::Message => {}
                }
            }
            found
        };
        Ok(self.with_notes(read).await?)
    }

    /// What was reported upward from a unit: its notices, and from the units of `open` also what
    /// the teams of sessions wrote; the newest first, at most [`REPORTED_MAX`].
    ///
    /// # Errors
    /// [`ProgressError`].
    pub async fn reported(
        &self,
        query: GuidanceQuery,
        open: impl Fn(UnitId) -> bool + Send + Sync,
    ) -> Result<Vec<Report>, ProgressError> {
        let tree = self.units();
        let GuidanceQuery { unit, as_of } = query;
        tree.get(unit, as_of).ok_or(ProgressError::NoSuchUnit)?;
        let is_here = |place: UnitId| tree.is_within(place, unit, as_of);
        let ids = |notes: &Notes| -> Vec<DocumentId> {
            let notices = notes.notices.iter().filter(|(_, one)| is_here(one.unit));
            let sessions = notes.sessions.iter().filter(|(_, session)| {
                session.has_obstacles && is_here(session.unit) && open(session.unit)
            });
            let ids = notices
                .map(|(id, _)| *id)
                .chain(sessions.map(|(id, _)| *id));
            ids.take(OPENED_MAX).collect()
        };
        let ids = self.with_notes(ids).await?;
        let mut reports = Vec::new();
        for (id, document) in self.ledger().documents(&ids).await? {
            if let Some((kind, text)) = words(&document) {
                let unit = document.place.stream.unit;
                let at = self.written(id, &document).await?;
                let unit_name = tree.get(unit, as_of).map(|unit| unit.full_name_vi());
                reports.push(Report {
                    unit,
                    unit_name: unit_name.unwrap_or_default(),
                    kind,
                    at,
                    text,
                });
            }
        }
        reports.retain(|report| report.at.local_day() <= as_of);
        reports.sort_by(|a, b| b.at.cmp(&a.at).then_with(|| a.text.cmp(&b.text)));
        reports.truncate(REPORTED_MAX);
        Ok(reports)
    }

    /// When a document was first written.
    async fn written(
        &self,
        id: DocumentId,
        document: &Document,
    ) -> Result<UnixSeconds, LedgerError> {
        let Document { place, key, .. } = document;
        let history = self.ledger().history(id, place, key).await?;
        let times = history.iter().map(|(_, change)| change.time);
        Ok(times.min().unwrap_or(UnixSeconds(0)))
    }
}

fn sums(notes: &Notes, as_of: LocalDay, is_here: impl Fn(UnitId) -> bool) -> BTreeMap<u16, Sums> {
    let mut sums: BTreeMap<u16, Sums> = BTreeMap::new();
    for session in notes.sessions.values() {
        let began = session.started.map(|minute| minute.day());
        let mut about: BTreeSet<u16> = match is_here(session.unit) {
            true => session.services.iter().copied().collect(),
            false => BTreeSet::new(),
        };
        for outcome in &session.outcomes {
            if outcome.day > as_of || !is_here(outcome.unit) {
                continue;
            }
            about.insert(outcome.service);
            let of_service = sums.entry(outcome.service).or_default();
            *of_service
                .results
                .entry(outcome_name(outcome.result))
                .or_default() += 1;
            if let OutcomeResult::Blocked(reason) = outcome.result {
                *of_service.blocked.entry(reason).or_default() += 1;
            }
        }
        if began.is_none_or(|day| day <= as_of) {
            for service in about {
                sums.entry(service).or_default().sessions += 1;
            }
        }
    }
    sums
}

/// The stable name of what came of guiding somebody.
pub(super) fn outcome_name(result: OutcomeResult) -> &'static str {
    match result {
        OutcomeResult::Submitted => "submitted",
        OutcomeResult::Activated => "activated",
        OutcomeResult::Draft => "draft",
        OutcomeResult::Rescheduled => "rescheduled",
        OutcomeResult::Referred => "referred",
        OutcomeResult::Blocked(_) => "blocked",
        OutcomeResult::Declined => "declined",
        OutcomeResult::Finished => "finished",
    }
}

fn lines(mut sums: BTreeMap<u16, Sums>, as_of: LocalDay) -> Vec<ServiceLine> {
    let mut lines = Vec::new();
    for service in SERVICES {
        let lead = service.lead(as_of);
        let found = sums.remove(&service.number);
        if lead.is_some() || found.is_some() {
            let line = line(found.unwrap_or_default());
            lines.push(ServiceLine {
                service: service.number,
                name: service.name,
                code: service.code,
                lead,
                ..line
            });
        }
    }
    // What a later version calls something stands with what is none in particular.
    let others = sums.into_values().reduce(|mut all, one| {
        all.sessions += one.sessions;
        for (result, count) in one.results {
            *all.results.entry(result).or_default() += count;
        }
        for (reason, count) in one.blocked {
            *all.blocked.entry(reason).or_default() += count;
        }
        all
    });
    lines.extend(others.map(line));
    lines
}

fn line(sums: Sums) -> ServiceLine {
    let of = |result| sums.results.get(result).copied().unwrap_or(0);
    let mut blocked: Vec<Blocked> = sums
        .blocked
        .iter()
        .map(|(reason, count)| Blocked {
            reason: reason.name(),
            count: *count,
        })
        .collect();
    blocked.sort_by_key(|blocked| core::cmp::Reverse(blocked.count));
    ServiceLine {
        service: 0,
        name: "",
        code: "",
        lead: None,
        sessions: sums.sessions,
        guided: sums.results.values().sum(),
        submitted: of("submitted"),
        activated: of("activated"),
        draft: of("draft"),
        rescheduled: of("rescheduled"),
        referred: of("referred"),
        finished: of("finished"),
        declined: of("declined"),
        blocked,
    }
}

/// What a notice or a session says in words.
fn words(document: &Document) -> Option<(&'static str, String)> {
    let row = &document.row;
    let text = |key: &Key| row.get(key).and_then(Value::as_text).map(str::to_owned);
    match document.place.kind {
        Kind::Notice => {
            let kind = row.get(&Key::NOTICE_KIND).and_then(Value::as_uint);
            let kind = NoticeKind::from_code(kind?)?;
            Some((kind.name(), text(&Key::NOTICE_TEXT)?))
        }
        _ => Some(("session", text(&Key::OBSTACLES)?)),
    }
}
