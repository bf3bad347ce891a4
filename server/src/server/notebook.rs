//! What sessions, places, shifts, teams and notices say, remembered between questions.
//!
//! It holds codes, counts, days and the names of places and teams, and nothing that anybody wrote
//! in their own words. It is read once, when somebody first asks (or at the start, by
//! [`Server::warm`]), and follows every commit from then on: what a commit touched is read again
//! before the next answer.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use shared::catalogue::{AreaType, NoticeKind, SessionKind};
use shared::event::{Events, OutcomeResult, What};
use shared::id::{DocumentId, TeamId, UnitId};
use shared::key::Key;
use shared::kind::Kind;
use shared::row::Row;
use shared::service::services_from_bytes;
use shared::tally::{Contributions, contributions};
use shared::time::{LocalDay, LocalMinute};
use shared::value::Value;

use super::Server;
use super::progress::uint;
use crate::ledger::LedgerError;
use crate::ledger::document::kind_of;
use crate::store::{Put, Store, Table};

/// Documents opened before others have a turn.
const OPENED_AT_ONCE: usize = 256;

/// The kinds that are remembered.
const KINDS: [Kind; 5] = [
    Kind::Session,
    Kind::Place,
    Kind::Shift,
    Kind::Team,
    Kind::Notice,
];

/// The book, once somebody has asked.
#[derive(Debug, Default)]
pub(super) struct Notebook {
    touched: Mutex<Touched>,
    /// Held while it is brought up to date, so that nobody answers from what is being read.
    notes: tokio::sync::Mutex<Option<Notes>>,
}

/// Documents written since they were last read.
#[derive(Debug, Default)]
struct Touched {
    is_followed: bool,
    documents: BTreeSet<DocumentId>,
}

/// Everything remembered.
#[derive(Debug, Default)]
pub(super) struct Notes {
    /// Sessions that were not withdrawn.
    pub(super) sessions: BTreeMap<DocumentId, SessionNote>,
    pub(super) places: BTreeMap<DocumentId, PlaceNote>,
    pub(super) shifts: BTreeMap<DocumentId, ShiftNote>,
    /// What teams are called, by number and unit.
    teams: BTreeMap<DocumentId, (TeamId, String)>,
    pub(super) notices: BTreeMap<DocumentId, NoticeNote>,
}

/// One session.
#[derive(Debug, Clone)]
pub(super) struct SessionNote {
    pub(super) unit: UnitId,
    pub(super) started: Option<LocalMinute>,
    pub(super) place: Option<DocumentId>,
    pub(super) shift: Option<DocumentId>,
    pub(super) kind: Option<SessionKind>,
    /// What it adds to the tallies.
    pub(super) adds: Contributions,
    /// Services it says it was about.
    pub(super) services: Vec<u16>,
    pub(super) outcomes: Vec<OutcomeNote>,
    pub(super) has_obstacles: bool,
}

/// How guidance of one person ended.
#[derive(Debug, Clone, Copy)]
pub(super) struct OutcomeNote {
    pub(super) unit: UnitId,
    pub(super) day: LocalDay,
    pub(super) service: u16,
    pub(super) result: OutcomeResult,
}

/// One place.
#[derive(Debug, Clone)]
pub(super) struct PlaceNote {
    pub(super) name: Option<String>,
    pub(super) area: Option<AreaType>,
}

/// One shift: minutes of the day.
#[derive(Debug, Clone, Copy)]
pub(super) struct ShiftNote {
    pub(super) from: u64,
    pub(super) to: u64,
}

/// One notice.
#[derive(Debug, Clone, Copy)]
pub(super) struct NoticeNote {
    pub(super) unit: UnitId,
    pub(super) kind: NoticeKind,
}

impl Notes {
    /// What a team is called, where a document says so.
    pub(super) fn team_name(&self, team: TeamId) -> Option<&str> {
        let mut named = self.teams.values().filter(|(number, _)| *number == team);
        named.next().map(|(_, name)| name.as_str())
    }

    fn forget(&mut self, id: DocumentId) {
        self.sessions.remove(&id);
        self.places.remove(&id);
        self.shifts.remove(&id);
        self.teams.remove(&id);
        self.notices.remove(&id);
    }

    fn note(&mut self, id: DocumentId, kind: Kind, row: &Row) {
        let (Some(unit), false) = (row.unit(), is_withdrawn(row)) else {
            return;
        };
        match kind {
            Kind::Session => drop(self.sessions.insert(id, session(unit, row))),
            Kind::Place => drop(self.places.insert(id, place(row))),
            Kind::Shift => drop(self.shifts.insert(id, shift(row))),
            Kind::Team => {
                if let Some(team) = team(row) {
                    self.teams.insert(id, team);
                }
            }
            Kind::Notice => {
                let kind = uint(row, &Key::NOTICE_KIND).and_then(NoticeKind::from_code);
                if let Some(kind) = kind {
                    self.notices.insert(id, NoticeNote { unit, kind });
                }
            }
            _ => {}
        }
    }
}

fn is_withdrawn(row: &Row) -> bool {
    row.get(&Key::WITHDRAWN) == Some(&Value::Bool(true))
}

fn session(unit: UnitId, row: &Row) -> SessionNote {
    let services = row.get(&Key::SERVICES).and_then(Value::as_bytes);
    let guided = services.and_then(|bytes| services_from_bytes(bytes).ok());
    let outcomes = Events::of(row).valid.into_iter().filter_map(|entry| {
        let stamp = entry.event.stamp;
        match entry.event.what {
            What::Outcome(outcome) => Some(OutcomeNote {
                unit: stamp.unit,
                day: stamp.at.day(),
                service: outcome.service,
                result: outcome.result,
            }),
            _ => None,
        }
    });
    let started = uint(row, &Key::STARTED).and_then(|minute| i64::try_from(minute).ok());
    let obstacles = row.get(&Key::OBSTACLES).and_then(Value::as_text);
    SessionNote {
        unit,
        started: started.map(LocalMinute),
        place: link(row, &Key::SESSION_PLACE),
        shift: link(row, &Key::SESSION_SHIFT),
        kind: uint(row, &Key::SESSION_KIND).and_then(SessionKind::from_code),
        adds: contributions(row),
        services: guided
            .unwrap_or_default()
            .iter()
            .map(|one| one.service)
            .collect(),
        outcomes: outcomes.collect(),
        has_obstacles: obstacles.is_some_and(|words| !words.is_empty()),
    }
}

fn place(row: &Row) -> PlaceNote {
    PlaceNote {
        name: text(row, &Key::PLACE_NAME),
        area: uint(row, &Key::AREA_TYPE).and_then(AreaType::from_code),
    }
}

fn shift(row: &Row) -> ShiftNote {
    let minute = |key: &Key| uint(row, key).unwrap_or(0);
    ShiftNote {
        from: minute(&Key::SHIFT_FROM),
        to: minute(&Key::SHIFT_TO),
    }
}

fn team(row: &Row) -> Option<(TeamId, String)> {
    let number = u32::try_from(uint(row, &Key::TEAM_NUMBER)?).ok()?;
    Some((TeamId(number), text(row, &Key::TEAM_NAME)?))
}

fn text(row: &Row, key: &Key) -> Option<String> {
    row.get(key).and_then(Value::as_text).map(str::to_owned)
}

fn link(row: &Row, key: &Key) -> Option<DocumentId> {
    let bytes = row.get(key).and_then(Value::as_bytes)?;
    <[u8; 16]>::try_from(bytes).ok().map(DocumentId)
}

impl Notebook {
    /// Follows a commit that was applied.
    pub(super) fn follow(&self, documents: Vec<DocumentId>) {
        let mut touched = self.touched();
        if touched.is_followed {
            touched.documents.extend(documents);
        }
    }

    fn touched(&self) -> MutexGuard<'_, Touched> {
        self.touched.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The documents a commit writes or drops that the book may be about.
pub(super) fn noted_puts(puts: &[Put]) -> Vec<DocumentId> {
    let rows = puts.iter().filter(|put| put.table == Table::Row);
    let noted = rows.filter(|put| {
        let kind = put.bytes.as_ref().map(|bytes| kind_of(bytes));
        kind.is_none_or(|kind| kind.is_none_or(|kind| KINDS.contains(&kind)))
    });
    let id = |put: &Put| <[u8; 16]>::try_from(put.key.as_slice()).ok();
    noted.filter_map(id).map(DocumentId).collect()
}

impl<S: Store> Server<S> {
    /// Answers from the book as it is now.
    pub(super) async fn with_notes<T>(
        &self,
        answer: impl FnOnce(&Notes) -> T + Send,
    ) -> Result<T, LedgerError> {
        let mut book = self.notebook.notes.lock().await;
        if book.is_none() {
            self.notebook.touched().is_followed = true;
            *book = Some(self.read_notes().await?);
        }
        let touched = core::mem::take(&mut self.notebook.touched().documents);
        let touched: Vec<DocumentId> = touched.into_iter().collect();
        let notes = book.get_or_insert_default();
        if let Err(error) = self.read_again(notes, &touched).await {
            self.notebook.touched().documents.extend(touched);
            return Err(error);
        }
        Ok(answer(notes))
    }

    /// Reads the whole book.
    async fn read_notes(&self) -> Result<Notes, LedgerError> {
        let (mut notes, mut after) = (Notes::default(), None);
        loop {
            let page = self.ledger().kinds(after).await?;
            let Some((last, _)) = page.last() else {
                return Ok(notes);
            };
            after = Some(*last);
            let wanted = page.iter().filter(|(_, kind)| KINDS.contains(kind));
            let ids: Vec<DocumentId> = wanted.map(|(id, _)| *id).collect();
            self.read_again(&mut notes, &ids).await?;
            tokio::task::yield_now().await;
        }
    }

    async fn read_again(&self, notes: &mut Notes, ids: &[DocumentId]) -> Result<(), LedgerError> {
        for some in ids.chunks(OPENED_AT_ONCE) {
            some.iter().for_each(|id| notes.forget(*id));
            for (id, document) in self.ledger().documents(some).await? {
                notes.note(id, document.place.kind, &document.row);
            }
        }
        Ok(())
    }
}
