//! What views answer from without reading everything: small notes on documents of few kinds, and
//! which dossiers may be somebody else's doubles.
//!
//! A note holds codes, counts, days and the names of places and teams, and nothing that anybody
//! wrote in their own words. It is written in the commit that writes the document, so it is never
//! older or newer than that, and it stands in the table of notes alone: how long it takes to read
//! them grows with sessions and places, not with dossiers.
//!
//! | subject | id | record |
//! |---|---|---|
//! | [`Subject::Book`] | session, place, shift, team, notice | its [`Note`], sealed |
//! | [`Subject::Marked`] | dossier that a worker found to be another one's double | nothing |
//! | [`Subject::Doubled`] | tag that several dossiers bear | nothing |
//! | [`Subject::Parted`] | two dossiers, by the hash of both names | [`PartedRecord`] |

use serde::{Deserialize, Serialize};
use shared::catalogue::{AreaType, NoticeKind, SessionKind};
use shared::event::{Events, OutcomeResult, What};
use shared::hash::derive;
use shared::id::{DocumentId, TeamId, UnitId};
use shared::key::Key;
use shared::kind::Kind;
use shared::row::Row;
use shared::service::services_from_bytes;
use shared::tally::{Contributions, contributions};
use shared::time::{LocalDay, LocalMinute, UnixSeconds};
use shared::value::Value;

use super::audit::Who;
use super::{Ledger, LedgerError, decode, encode};
use crate::secrets::DataKey;
use crate::store::{Put, RangeQuery, Store, Table, Versioned};

/// What is noted. The numbers stand in files: append only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Subject {
    /// What a document of few kinds says.
    Book = 1,
    /// A dossier that names another one as the same person.
    Marked = 2,
    /// A tag that several dossiers bear.
    Doubled = 3,
    /// Two dossiers that somebody found to be two people.
    Parted = 4,
}

/// What a document says, in codes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Note {
    /// Of a session.
    Session(SessionNote),
    /// Of a place.
    Place(PlaceNote),
    /// Of a shift.
    Shift(ShiftNote),
    /// Of a team: its number and what it is called.
    Team(TeamId, String),
    /// Of a notice.
    Notice(NoticeNote),
}

/// One session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionNote {
    /// Its unit.
    pub unit: UnitId,
    /// When it began.
    pub started: Option<LocalMinute>,
    /// Where.
    pub place: Option<DocumentId>,
    /// In which shift.
    pub shift: Option<DocumentId>,
    /// What kind.
    pub kind: Option<SessionKind>,
    /// What it adds to the tallies.
    pub adds: Contributions,
    /// Services it says it was about.
    pub services: Vec<u16>,
    /// What came of each person guided.
    pub outcomes: Vec<OutcomeNote>,
    /// Whether its team wrote down what stood in the way.
    pub has_obstacles: bool,
}

/// How guidance of one person ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutcomeNote {
    /// The unit stamped on it.
    pub unit: UnitId,
    /// The day.
    pub day: LocalDay,
    /// Its service.
    pub service: u16,
    /// What came of it.
    pub result: OutcomeResult,
}

/// One place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlaceNote {
    /// What it is called.
    pub name: Option<String>,
    /// What it is like there.
    pub area: Option<AreaType>,
}

/// One shift: minutes of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShiftNote {
    /// The first.
    pub from: u64,
    /// The one after the last.
    pub to: u64,
}

/// One notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeNote {
    /// Its unit.
    pub unit: UnitId,
    /// What it tells.
    pub kind: NoticeKind,
}

/// Two dossiers that somebody found to be two people, and who had marked them as one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartedRecord {
    /// The two; the mark, if there was one, stood on the first.
    pub pair: [DocumentId; 2],
    /// Whether they were marked.
    pub was_marked: bool,
    /// When it was found.
    pub at: UnixSeconds,
    /// By whom.
    pub who: Who,
}

/// The key of what was said of two dossiers that are two people, whichever is named first.
#[must_use]
pub fn parted_key(pair: [DocumentId; 2]) -> Vec<u8> {
    key(Subject::Parted, pair_name(pair).0)
}

fn pair_name([one, other]: [DocumentId; 2]) -> DocumentId {
    let (first, second) = (one.min(other), one.max(other));
    DocumentId(derive("sampan/parted", &[&first.0, &second.0]))
}

/// The dossier that this one was marked to be the same person as, if it is another one.
#[must_use]
pub fn marked_as(id: DocumentId, row: &Row) -> Option<DocumentId> {
    link(row, &Key::SAME_AS).filter(|other| *other != id)
}

/// Notes what a document says or, if there is nothing to note any more, forgets it; `None` for
/// documents of which nothing is ever noted.
#[must_use]
pub fn put_note(id: DocumentId, (kind, row): (Kind, &Row), commons: &DataKey) -> Option<Put> {
    match kind {
        Kind::Session | Kind::Place | Kind::Shift | Kind::Team | Kind::Notice => {
            let key = key(Subject::Book, id.0);
            let note = Note::of(kind, row);
            let sealed = note.map(|note| commons.seal(&key, &encode(&note)));
            Some(put(key, sealed))
        }
        // What was never marked is not noted, and most are not.
        Kind::Dossier if !row.live(&Key::SAME_AS).is_empty() => {
            let marked = marked_as(id, row).map(|_| Vec::new());
            Some(put(key(Subject::Marked, id.0), marked))
        }
        _ => None,
    }
}

/// Forgets what was noted of a document that goes.
#[must_use]
pub fn drop_note(id: DocumentId, (kind, row): (Kind, &Row), commons: &DataKey) -> Option<Put> {
    let noted = put_note(id, (kind, row), commons)?;
    Some(Put {
        bytes: None,
        ..noted
    })
}

/// Forgets that a dossier was marked, whatever it says.
#[must_use]
pub fn drop_marked(id: DocumentId) -> Put {
    put(key(Subject::Marked, id.0), None)
}

/// Notes that several dossiers bear a tag, or that they do not any more.
#[must_use]
pub fn put_doubled(tag: [u8; 16], is_doubled: bool) -> Put {
    put(key(Subject::Doubled, tag), is_doubled.then(Vec::new))
}

/// Notes that two dossiers are two people, or that nobody says so any more.
#[must_use]
pub fn put_parted(pair: [DocumentId; 2], record: Option<&PartedRecord>) -> Put {
    put(parted_key(pair), record.map(encode))
}

/// The document whose note of the book a commit writes or removes with this put.
#[must_use]
pub fn noted_by(put: &Put) -> Option<DocumentId> {
    let (subject, id) = put.key.split_first()?;
    let is_book = put.table == Table::Noted && *subject == Subject::Book as u8;
    let id = <[u8; 16]>::try_from(id).ok().filter(|_| is_book)?;
    Some(DocumentId(id))
}

impl<S: Store> Ledger<S> {
    /// Ids of a subject and their records, one page; `after` = the last of the page before.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn noted(
        &self,
        subject: Subject,
        after: Option<[u8; 16]>,
    ) -> Result<Vec<([u8; 16], Vec<u8>)>, LedgerError> {
        let query = RangeQuery::new(Table::Noted, [subject as u8]);
        let query = match after {
            Some(id) => query.after(key(subject, id)),
            None => query,
        };
        let page = self.store().range(query).await?;
        let read = |(key, found): (Vec<u8>, Versioned)| {
            let id = key.last_chunk::<16>().copied();
            let id = id.ok_or(LedgerError::Contradiction("a note's key is no id"))?;
            Ok((id, found.bytes))
        };
        page.records.into_iter().map(read).collect()
    }

    /// All ids of a subject, at most `max`.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn all_noted(
        &self,
        subject: Subject,
        max: usize,
    ) -> Result<Vec<[u8; 16]>, LedgerError> {
        let mut all: Vec<[u8; 16]> = Vec::new();
        loop {
            let page = self.noted(subject, all.last().copied()).await?;
            if page.is_empty() || all.len() >= max {
                all.truncate(max);
                return Ok(all);
            }
            all.extend(page.into_iter().map(|(id, _)| id));
        }
    }

    /// One page of the book; `after` = the last of the page before.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn book(
        &self,
        after: Option<DocumentId>,
    ) -> Result<Vec<(DocumentId, Note)>, LedgerError> {
        let page = self.noted(Subject::Book, after.map(|id| id.0)).await?;
        let read = |(id, sealed): ([u8; 16], Vec<u8>)| self.note(DocumentId(id), &sealed);
        page.into_iter().map(read).collect()
    }

    /// What is noted of these documents; those of which nothing is are left out.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn book_of(
        &self,
        ids: &[DocumentId],
    ) -> Result<Vec<(DocumentId, Note)>, LedgerError> {
        let keys = ids.iter().map(|id| key(Subject::Book, id.0)).collect();
        let found = self.store().get(Table::Noted, keys).await?;
        let both = ids.iter().zip(found);
        let found = both.filter_map(|(id, found)| Some((*id, found?.bytes)));
        let read = |(id, sealed): (DocumentId, Vec<u8>)| self.note(id, &sealed);
        found.map(read).collect()
    }

    /// Whether what is noted of a document is what it says.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn is_noted(
        &self,
        id: DocumentId,
        (kind, row): (Kind, &Row),
    ) -> Result<bool, LedgerError> {
        let Some(due) = put_note(id, (kind, row), self.secrets().commons()) else {
            return Ok(true);
        };
        if kind != Kind::Dossier {
            let found = self.book_of(&[id]).await?.pop();
            return Ok(found.map(|(_, note)| note) == Note::of(kind, row));
        }
        let found = self.store().get(Table::Noted, vec![due.key]).await?;
        let found = found.into_iter().flatten().next();
        Ok(found.is_some() == due.bytes.is_some())
    }

    fn note(&self, id: DocumentId, sealed: &[u8]) -> Result<(DocumentId, Note), LedgerError> {
        let key = key(Subject::Book, id.0);
        let plain = self.secrets().commons().unseal(&key, sealed)?;
        Ok((id, decode(Table::Noted, &plain)?))
    }

    /// What was said of two dossiers that are two people.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn parted(
        &self,
        pair: [DocumentId; 2],
    ) -> Result<super::Read<PartedRecord>, LedgerError> {
        self.read(Table::Noted, parted_key(pair)).await
    }

    /// Pairs that were found to be two people, one page; `after` = the name of the last before.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn all_parted(
        &self,
        after: Option<[u8; 16]>,
    ) -> Result<Vec<([u8; 16], PartedRecord)>, LedgerError> {
        let page = self.noted(Subject::Parted, after).await?;
        let read = |(name, bytes): ([u8; 16], Vec<u8>)| Ok((name, decode(Table::Noted, &bytes)?));
        page.into_iter().map(read).collect()
    }
}

fn key(subject: Subject, id: [u8; 16]) -> Vec<u8> {
    [&[subject as u8], id.as_slice()].concat()
}

fn put(key: Vec<u8>, bytes: Option<Vec<u8>>) -> Put {
    Put {
        table: Table::Noted,
        key,
        bytes,
    }
}

impl Note {
    /// What is noted of a document; `None` of one that was withdrawn or does not say enough.
    fn of(kind: Kind, row: &Row) -> Option<Self> {
        let unit = row.unit()?;
        if row.get(&Key::WITHDRAWN) == Some(&Value::Bool(true)) {
            return None;
        }
        match kind {
            Kind::Session => Some(Self::Session(session(unit, row))),
            Kind::Place => Some(Self::Place(place(row))),
            Kind::Shift => Some(Self::Shift(shift(row))),
            Kind::Team => {
                let number = u32::try_from(uint(row, &Key::TEAM_NUMBER)?).ok()?;
                Some(Self::Team(TeamId(number), text(row, &Key::TEAM_NAME)?))
            }
            Kind::Notice => {
                let kind = uint(row, &Key::NOTICE_KIND).and_then(NoticeKind::from_code)?;
                Some(Self::Notice(NoticeNote { unit, kind }))
            }
            _ => None,
        }
    }
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

fn uint(row: &Row, key: &Key) -> Option<u64> {
    row.get(key).and_then(Value::as_uint)
}

fn text(row: &Row, key: &Key) -> Option<String> {
    row.get(key).and_then(Value::as_text).map(str::to_owned)
}

fn link(row: &Row, key: &Key) -> Option<DocumentId> {
    let bytes = row.get(key).and_then(Value::as_bytes)?;
    <[u8; 16]>::try_from(bytes).ok().map(DocumentId)
}
