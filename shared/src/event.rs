//! Events: what happened to a document, once and for ever.
//!
//! An event is an immutable bytes scalar under its own derived key ([`Key::event`]), so events of
//! two devices never overwrite each other. Its payload is a version byte, then the postcard form
//! of [`Event`]; the byte after the version is the kind's number. Time, unit and team stand inside:
//! the fold never reads a change's metadata.
//!
//! Nothing here decides who may write an event ([`crate::permission`]) or what follows from it
//! ([`crate::stage`], [`crate::tally`]).
//!
//! [`Key::event`]: crate::key::Key::event

use serde::{Deserialize, Serialize};

use crate::catalogue::{Language, coded};
use crate::field::{PartialDate, TextField};
use crate::id::{DocumentId, EventId, TeamId, UnitId};
use crate::key::{Key, TABLE};
use crate::kind::Kind;
use crate::limits::{
    EVENT_BYTES_MAX, EVENT_FIGURES_MAX, EVENT_NOTE_BYTES_MAX, FIGURE_MAX, VOIDED_EVENTS_MAX,
};
use crate::reason::Reason;
use crate::tally::{NO_DAY, TallyKey};
use crate::time::{LocalDay, LocalMinute};

mod step;
mod valid;

pub use step::{Funnel, LEVELS, Step};
pub use valid::{Events, RowEvent, Voided};

/// The payload version this build writes, and the only one it reads.
pub const PAYLOAD_VERSION: u8 = 1;

/// When, where and by which team an event was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Stamp {
    /// The writer's wall clock, from 1970-01-02 to 2199-12-31.
    pub at: LocalMinute,
    /// The unit the work is counted for, as the tree stood then.
    pub unit: UnitId,
    /// The team the work is counted for.
    pub team: TeamId,
}

/// One event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// What happened. Written first, so that the payload's second byte tells the kind.
    pub what: What,
    /// When, where, by which team.
    pub stamp: Stamp,
}

/// What happened. The order is the protocol's: append only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum What {
    /// A step of a dossier's card or e-ID.
    Stage(Stage),
    /// Somebody went to see a resident.
    Visit(Visit),
    /// Earlier events of the same document do not count.
    Void(Void),
    /// Somebody chose the value that was winning a conflict already.
    Confirmed(Confirmed),
    /// A resident agreed to the records being kept, or withdrew that.
    Consent(Consent),
    /// What guidance led to.
    Outcome(Outcome),
    /// Figures without their records. Only in balances.
    Opening(Opening),
}

/// A step of a dossier's card or e-ID.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stage {
    /// Which step.
    pub step: Step,
    /// When it happened, where that is known to differ from the stamp. Figures count by the
    /// stamp's day; this is for people.
    pub on: Option<PartialDate>,
    /// How the writer knows.
    pub source: Source,
}

/// A visit and its result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visit {
    /// What came of it.
    pub result: VisitResult,
    /// Clean ([`TextField::is_clean`]), at most [`EVENT_NOTE_BYTES_MAX`] bytes.
    pub note: String,
}

/// Names the events it saw and cancels; an event written concurrently is not named and survives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Void {
    /// 1 to [`VOIDED_EVENTS_MAX`], ascending, none twice.
    pub events: Vec<EventId>,
    /// Why.
    pub reason: VoidReason,
}

/// The current winner of a conflicted key was chosen, which leaves no other trace in the values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirmed {
    /// The key's index in the table, perhaps beyond this build's.
    pub key_index: u16,
}

/// A resident's consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    /// The version of the text that was read or shown.
    pub text_version: u16,
    /// The language it was given in.
    pub language: Language,
    /// How it was given.
    pub how: ConsentHow,
    /// Whether this takes consent back.
    pub withdrawn: bool,
}

/// What guidance led to for one attendee.
///
/// In a session one event stands for one attendee, linked or not. A linked one is also written on
/// the dossier, carrying the session instead of the dossier; each half counts other things, so
/// nothing is counted twice (DESIGN 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// In a session: the attendee's dossier, if linked. On a dossier: `None`.
    pub dossier: Option<DocumentId>,
    /// In a session: `None`. On a dossier: the session.
    pub session: Option<DocumentId>,
    /// How it ended.
    pub result: OutcomeResult,
    /// The service guided, by its number in the catalogue of services; 0 = none in particular.
    pub service: u16,
}

/// How guidance ended. The order is the protocol's: append only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum OutcomeResult {
    /// An application was submitted online.
    Submitted,
    /// The e-ID account was activated. On a dossier this reaches [`Step::EidActivated`].
    Activated,
    /// Begun, to be continued.
    Draft,
    /// A new appointment was made.
    Rescheduled,
    /// Sent on to the police or the desk.
    Referred,
    /// Could not go on; never a restricted reason.
    Blocked(Reason),
    /// The resident declined.
    Declined,
    /// What was asked for is done, and has no figure of its own: a password is found again, papers
    /// are in the account, a SIM is in the owner's name.
    Finished,
}

/// Figures without their records: opening figures, what an erased person had contributed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opening {
    /// 1 to [`EVENT_FIGURES_MAX`], ascending by place, no place twice.
    pub figures: Vec<Figure>,
}

/// One carried figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figure {
    /// Where it is added.
    pub place: TallyKey,
    /// 1 to [`FIGURE_MAX`]: no tally falls below zero.
    pub count: u64,
}

coded! {
    /// How the writer of a stage event knows.
    Source {
        /// Was there.
        Witnessed = 0, "witnessed";
        /// The resident or family said so.
        Told = 1, "told";
        /// An officer entered it from the police's own system.
        Officer = 2, "officer";
        /// A list was imported.
        Import = 3, "import";
    }
}

coded! {
    /// What came of a visit.
    VisitResult {
        /// Met the resident.
        Met = 0, "met";
        /// Nobody there.
        NotMet = 1, "not-met";
        /// Another day was agreed.
        Rescheduled = 2, "rescheduled";
        /// Moved away.
        MovedAway = 3, "moved-away";
        /// Works or studies elsewhere for now.
        Away = 4, "away";
        /// Did not want to.
        Declined = 5, "declined";
        /// Tide or weather kept the boat back.
        Unreachable = 6, "unreachable";
    }
}

coded! {
    /// Why events do not count.
    VoidReason {
        /// Entered by mistake.
        Mistake = 0, "mistake";
        /// Entered for the wrong person.
        WrongPerson = 1, "wrong-person";
        /// Entered twice.
        Duplicate = 2, "duplicate";
        /// Data cleaning found otherwise.
        Cleaned = 3, "cleaned";
        /// The import that brought it was undone.
        ImportUndone = 4, "import-undone";
    }
}

coded! {
    /// How consent was given.
    ConsentHow {
        /// By word of mouth.
        Spoken = 0, "spoken";
        /// Signed on paper.
        Paper = 1, "paper";
        /// Ticked on the screen.
        Screen = 2, "screen";
        /// By a parent or guardian.
        Guardian = 3, "guardian";
    }
}

/// Why bytes are no event.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadEvent {
    /// A later version's payload: keep and forward it, update to read it.
    #[error("event payload of version {0}; update to read it")]
    Version(u8),
    /// A kind of a later version: keep and forward it, update to read it.
    #[error("event of unknown kind {0}; update to read it")]
    Kind(u8),
    /// No bytes, or more than [`EVENT_BYTES_MAX`].
    #[error("an event payload has 2 to {EVENT_BYTES_MAX} bytes, not {0}")]
    Length(usize),
    /// Not the form of any event.
    #[error("an event payload that cannot be read")]
    Unreadable(#[source] postcard::Error),
    /// Another spelling of an event than the one this build would write.
    #[error("an event payload not in its only spelling")]
    NotCanonical,
    /// A part of it is beyond its bound.
    #[error("an event whose {0} is out of bounds")]
    Bounds(&'static str),
}

impl BadEvent {
    /// Its stable name, the same in every language.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Version(_) => "event-version",
            Self::Kind(_) => "event-kind",
            Self::Length(_) => "event-length",
            Self::Unreadable(_) => "event-unreadable",
            Self::NotCanonical => "event-not-canonical",
            Self::Bounds(_) => "event-bounds",
        }
    }

    /// Whether honest software of a later version may have written it.
    #[must_use]
    pub fn is_from_a_later_version(&self) -> bool {
        matches!(self, Self::Version(_) | Self::Kind(_))
    }
}

impl Event {
    /// The bytes that stand in the document. An event that breaks a bound of its parts writes
    /// bytes which [`Self::from_payload`] refuses.
    #[must_use]
    pub fn to_payload(&self) -> Vec<u8> {
        postcard::to_extend(self, vec![PAYLOAD_VERSION])
            .expect("events have no form postcard cannot write")
    }

    /// Reads an event from bytes of any origin.
    ///
    /// # Errors
    /// [`BadEvent`]; a reader that folds skips such bytes, a gate answers by
    /// [`BadEvent::is_from_a_later_version`].
    pub fn from_payload(payload: &[u8]) -> Result<Self, BadEvent> {
        if !(2..=EVENT_BYTES_MAX).contains(&payload.len()) {
            return Err(BadEvent::Length(payload.len()));
        }
        if payload[0] != PAYLOAD_VERSION {
            return Err(BadEvent::Version(payload[0]));
        }
        if payload[1] >= KIND_COUNT {
            return Err(BadEvent::Kind(payload[1]));
        }
        let event: Self = postcard::from_bytes(&payload[1..]).map_err(BadEvent::Unreadable)?;
        event.check_bounds()?;
        // Also finds bytes left over after the event.
        if event.to_payload() != payload {
            return Err(BadEvent::NotCanonical);
        }
        Ok(event)
    }

    /// What sort of event it is.
    #[must_use]
    pub fn kind(&self) -> EventKind {
        match &self.what {
            What::Stage(stage) => EventKind::Stage(stage.step),
            What::Visit(_) => EventKind::Visit,
            What::Void(_) => EventKind::Void,
            What::Confirmed(_) => EventKind::Confirmed,
            What::Consent(_) => EventKind::Consent,
            What::Outcome(_) => EventKind::Outcome,
            What::Opening(_) => EventKind::Opening,
        }
    }

    /// The step that this event on a dossier takes: a stage event's own, or the activation that
    /// guidance led to.
    #[must_use]
    pub fn step(&self) -> Option<Step> {
        match &self.what {
            What::Stage(stage) => Some(stage.step),
            What::Outcome(outcome) if outcome.result == OutcomeResult::Activated => {
                Some(Step::EidActivated)
            }
            _ => None,
        }
    }

    fn check_bounds(&self) -> Result<(), BadEvent> {
        let day = |day: LocalDay| (NO_DAY..=LocalDay::MAX).contains(&day);
        // A stamp on the day that means "no day" would be counted as timeless.
        let minutes = 24 * 60..LocalDay::MAX.first_minute().0 + 24 * 60;
        if !minutes.contains(&self.stamp.at.0) {
            return Err(BadEvent::Bounds("time"));
        }
        let (fits, part) = match &self.what {
            What::Visit(visit) => (visit.is_bounded(), "note"),
            What::Void(void) => {
                let bounded = (1..=VOIDED_EVENTS_MAX).contains(&void.events.len());
                let ascending = void.events.is_sorted_by(|a, b| a < b);
                (bounded && ascending, "list of events")
            }
            What::Opening(opening) => {
                let figures = &opening.figures;
                let bounded = (1..=EVENT_FIGURES_MAX).contains(&figures.len());
                let ascending = figures.is_sorted_by(|a, b| a.place < b.place);
                let each = figures.iter().all(|figure| {
                    (1..=FIGURE_MAX).contains(&figure.count) && day(figure.place.day)
                });
                (bounded && ascending && each, "list of figures")
            }
            What::Stage(_) | What::Confirmed(_) | What::Consent(_) | What::Outcome(_) => (true, ""),
        };
        fits.then_some(()).ok_or(BadEvent::Bounds(part))
    }
}

impl Visit {
    fn is_bounded(&self) -> bool {
        self.note.len() <= EVENT_NOTE_BYTES_MAX && TextField::is_clean(&self.note)
    }
}

impl Confirmed {
    /// That `key` was chosen; `None` if this build's table does not have the key, which no
    /// screen can show in conflict.
    #[must_use]
    pub fn choosing(key: &Key) -> Option<Self> {
        key.spec().map(|spec| Self {
            key_index: spec.index,
        })
    }

    /// The chosen key, if this build's table has it.
    #[must_use]
    pub fn key(&self) -> Option<Key> {
        TABLE.get(usize::from(self.key_index)).map(Key::from)
    }
}

/// How many kinds of events there are; the next one's number.
const KIND_COUNT: u8 = 7;

/// What sort of event: the grain of permissions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EventKind {
    /// [`What::Stage`] with this step.
    Stage(Step),
    /// [`What::Visit`].
    Visit,
    /// [`What::Void`].
    Void,
    /// [`What::Confirmed`].
    Confirmed,
    /// [`What::Consent`].
    Consent,
    /// [`What::Outcome`].
    Outcome,
    /// [`What::Opening`].
    Opening,
}

impl EventKind {
    /// Every sort of event: each step, then the others.
    pub fn all() -> impl Iterator<Item = Self> {
        let others = [
            Self::Visit,
            Self::Void,
            Self::Confirmed,
            Self::Consent,
            Self::Outcome,
            Self::Opening,
        ];
        Step::ALL.iter().copied().map(Self::Stage).chain(others)
    }

    /// Its number: the payload's second byte.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Stage(_) => 0,
            Self::Visit => 1,
            Self::Void => 2,
            Self::Confirmed => 3,
            Self::Consent => 4,
            Self::Outcome => 5,
            Self::Opening => 6,
        }
    }

    /// Its stable kebab-case name; a stage event has its step's.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Stage(step) => step.name(),
            Self::Visit => "visit",
            Self::Void => "void",
            Self::Confirmed => "confirmed",
            Self::Consent => "consent",
            Self::Outcome => "outcome",
            Self::Opening => "opening",
        }
    }

    /// Whether documents of this kind may hold it. Every kind may hold voids and confirmations:
    /// any event may be wrong, any key may be in conflict.
    #[must_use]
    pub fn belongs_in(self, kind: Kind) -> bool {
        match self {
            Self::Stage(_) | Self::Visit | Self::Consent => kind == Kind::Dossier,
            Self::Outcome => matches!(kind, Kind::Dossier | Kind::Session),
            Self::Opening => kind == Kind::Balance,
            Self::Void | Self::Confirmed => true,
        }
    }
}

#[cfg(test)]
mod tests;
