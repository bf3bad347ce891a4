//! What a person enters on a screen, turned into a save.
//!
//! Screens name things as people see them (a step by its stable name, a date as it was typed);
//! here they become puts and events, so that no screen knows a key, a code or a payload. An entry
//! changes nothing by itself: the caller hands the save to [`Client::handle`].

use serde::{Deserialize, Serialize};
use shared::engine::Engine;
use shared::enrol::Assignment;
use shared::event::{EventKind, Step};
use shared::field::Sex;
use shared::id::{DocumentId, EventId};
use shared::key::Key;
use shared::kind::Kind;
use shared::permission::{Operation, may_write};
use shared::service::Guided;
use shared::time::UnixSeconds;
use shared::value::Value;

use crate::client::Client;
use crate::input::Save;

mod desk;
mod place;
mod resident;
mod session;
mod undo;

use desk::Desk;

/// One thing a person enters.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Entry {
    /// A resident nobody has written down yet.
    Person(NewPerson),
    /// Somebody went to see a resident.
    Visit {
        /// The dossier, in hexadecimal.
        document: String,
        /// Stable name of the result.
        result: String,
        /// A short note; may be empty.
        note: String,
        /// The day to come again, packed `yyyymmdd`.
        #[serde(default)]
        again: Option<u32>,
    },
    /// A step of card or e-ID.
    Step {
        /// The dossier, in hexadecimal.
        document: String,
        /// Stable name of the step.
        step: String,
        /// When it happened, packed `yyyymmdd`.
        on: u32,
        /// Stable name of how the writer knows.
        source: String,
    },
    /// Why there is no card or no account yet.
    Reason {
        /// The dossier, in hexadecimal.
        document: String,
        /// Of which product.
        funnel: FunnelName,
        /// Stable name of the reason.
        reason: String,
        /// A note; may be empty.
        note: String,
    },
    /// Which of several live values is right.
    Choose {
        /// The dossier, in hexadecimal.
        document: String,
        /// The key's name in the table.
        key: String,
        /// Who wrote the value that is right: an actor in hexadecimal.
        actor: String,
    },
    /// What is known of a resident, put right or filled in.
    Facts {
        /// The dossier, in hexadecimal.
        document: String,
        /// What is put; what is left out stays.
        facts: Box<Facts>,
    },
    /// A resident agreed to the records being kept, or takes that back.
    Consent {
        /// The dossier, in hexadecimal.
        document: String,
        /// The version of the text that was read or shown.
        text_version: u16,
        /// Stable name of the language it was given in.
        language: String,
        /// Stable name of how it was given.
        how: String,
        /// Whether this takes consent back.
        withdrawn: bool,
    },
    /// Two dossiers are of one resident: a wish to unite them, or its end.
    Same {
        /// The dossier, in hexadecimal.
        document: String,
        /// The other one; `None` takes the wish back.
        #[serde(default)]
        other: Option<String>,
    },
    /// A household: who lives there says so in their dossiers.
    Household(Household),
    /// A place where sessions happen.
    Place(NewPlace),
    /// Something to be told upward.
    Notice {
        /// Stable name of what it is.
        notice: String,
        /// What it says.
        text: String,
    },
    /// A guidance session with the residents who were there.
    Session(NewSession),
    /// What was saved just before was a mistake; made by [`Client::undo_of`].
    Undo(Undo),
}

/// How one save is taken back, document by document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undo {
    /// In the order of the save.
    pub parts: Vec<UndoPart>,
}

/// What is taken back in one document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UndoPart {
    /// Which.
    pub document: DocumentId,
    /// Its events that are named as mistakes.
    pub events: Vec<EventId>,
    /// Its keys with what stood there before; `Null` where nothing did.
    pub before: Vec<(Key, Value)>,
}

/// A resident as typed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
pub struct NewPerson {
    /// The personal number; empty if there is none yet.
    pub number: String,
    /// The nine digits of the paper card of before; may be empty.
    pub old_number: String,
    /// The full name.
    pub name: String,
    /// A birth date or year; may be empty.
    pub birth: String,
    /// As stated.
    pub sex: Option<SexName>,
    /// A telephone number; may be empty.
    pub phone: String,
    /// Stable name of the residence, if it is known.
    pub residence: Option<String>,
    /// Where in the hamlet; may be empty.
    pub address: String,
    /// The household, in hexadecimal.
    pub household: Option<String>,
}

/// What is known of a resident. `None` stays as it is; an empty text empties.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "each is the field of the same name")]
pub struct Facts {
    pub name: Option<String>,
    pub birth: Option<String>,
    pub sex: Option<SexName>,
    pub number: Option<String>,
    pub phone: Option<String>,
    /// Stable name of whose SIM it is.
    pub phone_owner: Option<String>,
    /// Stable name.
    pub residence: Option<String>,
    pub address: Option<String>,
    pub note: Option<String>,
    pub home_visit: Option<bool>,
    /// In hexadecimal.
    pub household: Option<String>,
}

/// A household as typed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
pub struct Household {
    /// One that exists, in hexadecimal; `None` begins another.
    pub document: Option<String>,
    /// By whose name it goes.
    pub name: String,
    /// Where it is; may be empty.
    pub address: String,
    /// The canal or road it lies on: homes are visited canal by canal. May be empty.
    pub canal: String,
    /// A resident who lives there, in hexadecimal: joins in the same save.
    pub member: Option<String>,
}

/// A place as typed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
pub struct NewPlace {
    /// What it is called.
    pub name: String,
    /// Stable name of its kind.
    pub place: String,
    /// Stable name of its sort of area, if it is known.
    pub area: Option<String>,
    /// Where it is; may be empty.
    pub address: String,
}

/// A session as entered.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
pub struct NewSession {
    /// Stable name of the sort of session.
    pub place: String,
    /// The place it was held at, in hexadecimal.
    pub held_at: Option<String>,
    /// Number of the service in the catalogue; 0 = none in particular.
    pub service: u16,
    /// The services with the steps reached of each.
    pub guided: Vec<Guided>,
    /// Those who are on the list.
    pub people: Vec<Attendee>,
    /// How many more were there.
    pub others: u32,
    /// How long it took.
    pub minutes: Option<u16>,
    /// Stable name of the language it was held in.
    pub language: Option<String>,
    /// What stood in the way; may be empty.
    pub obstacles: String,
    /// May be empty.
    pub note: String,
    /// The session that is written down anew by this one, in hexadecimal: it is taken back in the
    /// same save.
    pub replaces: Option<String>,
}

/// One resident at a session.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Attendee {
    /// The dossier, in hexadecimal.
    pub document: String,
    /// How it ended.
    pub result: ResultName,
    /// Why it could not go on.
    #[serde(default)]
    pub reason: Option<String>,
    /// The day agreed to go on, packed `yyyymmdd`.
    #[serde(default)]
    pub again: Option<u32>,
}

/// How guidance ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "each is the outcome of the same name")]
pub enum ResultName {
    Submitted,
    Activated,
    Draft,
    Rescheduled,
    Referred,
    Blocked,
    Declined,
    Finished,
}

/// One of a resident's two products.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum FunnelName {
    Card,
    Eid,
}

/// Sex as screens name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum SexName {
    Male,
    Female,
}

impl From<SexName> for Sex {
    fn from(name: SexName) -> Self {
        match name {
            SexName::Male => Self::Male,
            SexName::Female => Self::Female,
        }
    }
}

/// Why an entry makes no save.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EntryError {
    /// Unlock first, and enrol before that.
    #[error("the phone is locked, or has no assignment yet")]
    NotReady,
    /// Ask the lists again.
    #[error("the document is not on this phone")]
    NoSuchDocument,
    /// The caller uses a name that this build does not know.
    #[error("a name no list of this build has")]
    UnknownName,
    /// Correct what was typed; the code says what is wrong with it.
    #[error("what was typed cannot be saved: {0}")]
    Typed(&'static str),
}

impl EntryError {
    /// Its stable name.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotReady => "entry-not-ready",
            Self::NoSuchDocument => "entry-no-such-document",
            Self::UnknownName => "entry-unknown-name",
            Self::Typed(code) => code,
        }
    }
}

impl<E: Engine> Client<E> {
    /// What the person may do and where; `None` while locked or before the first answer.
    pub fn assignment(&self) -> Option<&Assignment> {
        self.state()?.device.assignment.as_ref()
    }

    /// The steps that the person's role may record on a dossier.
    pub fn recordable_steps(&self) -> Vec<Step> {
        let role = self.assignment().map(|assignment| assignment.grant.role);
        let may = |step: &Step| {
            let operation = Operation::AddEvent(EventKind::Stage(*step));
            role.is_some_and(|role| may_write(role, Kind::Dossier, operation))
        };
        Step::ALL.iter().copied().filter(may).collect()
    }

    /// The save that `entry` means, entered at `now`.
    ///
    /// A session's dossiers name the session before it exists, so nothing else may be on its way
    /// to storage: ask while [`Client::is_idle`].
    ///
    /// # Errors
    /// [`EntryError`].
    pub fn save_of(&self, tag: u32, entry: &Entry, now: UnixSeconds) -> Result<Save, EntryError> {
        let desk = Desk {
            client: self,
            assignment: self.assignment().ok_or(EntryError::NotReady)?,
            now,
        };
        let writes = match entry {
            Entry::Person(person) => desk.person(person),
            Entry::Visit {
                document,
                result,
                note,
                again,
            } => desk.visit(document, result, note, *again),
            Entry::Step {
                document,
                step,
                on,
                source,
            } => desk.step(document, step, *on, source),
            Entry::Reason {
                document,
                funnel,
                reason,
                note,
            } => desk.reason(document, *funnel, reason, note),
            Entry::Choose {
                document,
                key,
                actor,
            } => desk.choose(document, key, actor),
            Entry::Facts { document, facts } => desk.facts(document, facts),
            Entry::Consent { .. } => desk.consent(entry),
            Entry::Same { document, other } => desk.same(document, other.as_deref()),
            Entry::Household(household) => desk.household(household),
            Entry::Place(place) => desk.place(place),
            Entry::Notice { notice, text } => desk.notice(notice, text),
            Entry::Session(session) => desk.session(session),
            Entry::Undo(undo) => desk.undo(undo),
        }?;
        Ok(Save { tag, writes })
    }
}
