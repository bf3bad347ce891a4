//! What a person enters on a screen, turned into a save.
//!
//! Screens name things as people see them (a step by its stable name, a date as it was typed);
//! here they become puts and events, so that no screen knows a key, a code or a payload. An entry
//! changes nothing by itself: the caller hands the save to [`Client::handle`].

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use shared::catalogue::SessionKind;
use shared::change::Action;
use shared::engine::Engine;
use shared::enrol::Assignment;
use shared::event::{
    Confirmed, Event, EventKind, Events, Outcome, OutcomeResult, Source, Stage, Stamp, Step, Visit,
    VisitResult, Void, VoidReason, What,
};
use shared::facts::Origin;
use shared::field::{PartialDate, PersonName, PersonalNumber, Phone, Sex, TextField};
use shared::id::{ActorId, Companion, DocumentId, EventId, TeamId, UnitId};
use shared::key::{Key, TABLE};
use shared::kind::Kind;
use shared::permission::{Operation, may_write};
use shared::reason::Reason;
use shared::row::Row;
use shared::time::UnixSeconds;
use shared::value::Value;

use crate::client::Client;
use crate::input::{DocumentWrite, DossierTarget, Put, Save, Target};
use crate::mine::Own;

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
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct NewPerson {
    /// The personal number; empty if there is none yet.
    pub number: String,
    /// The full name.
    pub name: String,
    /// A birth date or year; may be empty.
    pub birth: String,
    /// As stated.
    pub sex: Option<SexName>,
    /// A telephone number; may be empty.
    pub phone: String,
}

/// A session as entered.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct NewSession {
    /// Stable name of the sort of session.
    pub place: String,
    /// Number of the service in the catalogue; 0 = none in particular.
    pub service: u16,
    /// Those who are on the list.
    pub people: Vec<Attendee>,
    /// How many more were there.
    pub others: u32,
    /// The session that is written down anew by this one, in hexadecimal: it is taken back in the
    /// same save.
    #[serde(default)]
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
    pub reason: Option<String>,
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
    /// How the record is taken back; `None` if it cannot be: it is confirmed already, a new
    /// dossier, a choice, or more than the person's role may do. Ask as soon as it is saved.
    pub fn undo_of(&self, record: u64) -> Option<Undo> {
        let save = self.state()?.mine.save(record)?;
        let parts = save.changes.iter().map(|own| self.undo_part(own));
        parts
            .collect::<Option<Vec<_>>>()
            .map(|parts| Undo { parts })
    }

    fn undo_part(&self, own: &Own) -> Option<UndoPart> {
        let state = self.state()?;
        let document = state.confirmed.root(&own.document);
        if own.change.deps.is_empty() {
            return self.withdrawal(document);
        }
        let mut row = state.confirmed.row(&document).unwrap_or_default();
        for earlier in state.mine.of(&document).take_while(|one| one.id != own.id) {
            let _ = self.engine.fold(&mut row, &earlier.change);
        }
        let (mut events, mut before) = (Vec::new(), Vec::new());
        for op in &own.change.ops {
            match op.key.event_id() {
                Some(event) => events.push(event),
                None if op.preds.len() > 1 || op.action == Action::Keep => return None,
                None => before.push((
                    op.key.clone(),
                    row.get(&op.key).cloned().unwrap_or(Value::Null),
                )),
            }
        }
        events.sort_unstable();
        Some(UndoPart {
            document,
            events,
            before,
        })
    }

    /// A document that is only just begun is taken back whole.
    fn withdrawal(&self, document: DocumentId) -> Option<UndoPart> {
        let role = self.assignment()?.grant.role;
        let kind = self.row(&document).kind()?;
        let may = may_write(role, kind, Operation::Write(&Key::WITHDRAWN));
        may.then(|| UndoPart {
            document,
            events: Vec::new(),
            before: vec![(Key::WITHDRAWN, Value::Bool(true))],
        })
    }

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
            Entry::Session(session) => desk.session(session),
            Entry::Undo(undo) => desk.undo(undo),
        }?;
        Ok(Save { tag, writes })
    }
}

/// Who writes, and when.
struct Desk<'a, E> {
    client: &'a Client<E>,
    assignment: &'a Assignment,
    now: UnixSeconds,
}

impl<E: Engine> Desk<'_, E> {
    fn person(&self, person: &NewPerson) -> Result<Vec<DocumentWrite>, EntryError> {
        let name = PersonName::clean(&person.name).map_err(|e| EntryError::Typed(e.code()))?;
        let mut puts = vec![Put::key(Key::NAME, Value::from(name.as_str()))];
        let mut identity = Vec::new();
        if let Some(sex) = person.sex {
            puts.push(Put::key(
                Key::SEX,
                Value::Uint(Sex::from(sex).code().into()),
            ));
        }
        if !person.birth.trim().is_empty() {
            let birth = self.birth(&person.birth)?;
            puts.push(Put::key(Key::BIRTH_YEAR, Value::Uint(birth.year().into())));
            let packed = Value::Uint(birth.to_packed().into());
            identity.push(Put::key(Key::BIRTH_DATE, packed));
        }
        if !person.phone.trim().is_empty() {
            let phone = Phone::parse(&person.phone).map_err(|e| EntryError::Typed(e.code()))?;
            puts.push(Put::key(Key::PHONE, Value::Text(phone.to_string())));
        }
        if !person.number.trim().is_empty() {
            let number =
                PersonalNumber::parse(&person.number).map_err(|e| EntryError::Typed(e.code()))?;
            puts.push(Put::key(Key::LAST3, Value::Text(number.last3())));
            identity.push(Put::key(Key::NUMBER, Value::Text(String::from(number))));
        }
        let target = Target::New {
            kind: Kind::Dossier,
            unit: self.home()?,
        };
        let mut writes = vec![DocumentWrite { target, puts }];
        if !identity.is_empty() {
            let target = Target::Companion {
                which: Companion::Identity,
                of: DossierTarget::Written(0),
            };
            let puts = identity;
            writes.push(DocumentWrite { target, puts });
        }
        Ok(writes)
    }

    fn birth(&self, typed: &str) -> Result<PartialDate, EntryError> {
        let year = self.now.local_day().date().0;
        PartialDate::parse_as_of(typed, u16::try_from(year).unwrap_or(u16::MAX))
            .map_err(|e| EntryError::Typed(e.code()))
    }

    fn visit(
        &self,
        document: &str,
        result: &str,
        note: &str,
        again: Option<u32>,
    ) -> Result<Vec<DocumentWrite>, EntryError> {
        let id = self.document(document)?;
        let note = TextField::clean(note).map_err(|e| EntryError::Typed(e.code()))?;
        let visit = Visit {
            result: named(VisitResult::ALL, result, |one| one.name())?,
            note: note.as_str().to_owned(),
        };
        let mut puts = vec![self.event(&id, What::Visit(visit))?];
        // Whoever came has kept what was promised.
        let was_due = self
            .client
            .row(&id)
            .get(&Key::DUE)
            .is_some_and(|due| *due != Value::Null);
        match again {
            Some(again) => puts.push(Put::key(Key::DUE, Value::Uint(again.into()))),
            None if was_due => puts.push(Put::key(Key::DUE, Value::Null)),
            None => {}
        }
        Ok(existing(id, puts))
    }

    fn step(
        &self,
        document: &str,
        step: &str,
        on: u32,
        source: &str,
    ) -> Result<Vec<DocumentWrite>, EntryError> {
        let id = self.document(document)?;
        let on = PartialDate::from_packed(on).map_err(|e| EntryError::Typed(e.code()))?;
        let is_today = on == PartialDate::of_day(self.now.local_day());
        let stage = Stage {
            step: named(Step::ALL, step, |one| one.name())?,
            on: (!is_today).then_some(on),
            source: named(Source::ALL, source, |one| one.name())?,
        };
        Ok(existing(id, vec![self.event(&id, What::Stage(stage))?]))
    }

    fn reason(
        &self,
        document: &str,
        funnel: FunnelName,
        reason: &str,
        note: &str,
    ) -> Result<Vec<DocumentWrite>, EntryError> {
        let id = self.document(document)?;
        let reason = named(Reason::ALL, reason, |one| one.name())?;
        let key = match funnel {
            FunnelName::Card => Key::CARD_REASON,
            FunnelName::Eid => Key::EID_REASON,
        };
        let mut puts = vec![Put::key(key, Value::Uint(reason.code().into()))];
        let note = TextField::clean(note).map_err(|e| EntryError::Typed(e.code()))?;
        if !note.is_empty() {
            puts.push(Put::key(Key::NOTE, Value::from(note.as_str())));
        }
        Ok(existing(id, puts))
    }

    fn choose(
        &self,
        document: &str,
        key: &str,
        actor: &str,
    ) -> Result<Vec<DocumentWrite>, EntryError> {
        let id = self.document(document)?;
        let spec = TABLE.iter().find(|spec| spec.name == key);
        let key = Key::from(spec.ok_or(EntryError::UnknownName)?);
        let actor: ActorId = actor.parse().map_err(|_| EntryError::UnknownName)?;
        let row = self.client.row(&id);
        let live = row.live(&key);
        let chosen = live.iter().find(|cell| cell.id.actor == actor);
        let value = chosen.ok_or(EntryError::UnknownName)?.value.clone();
        let wins = row.get(&key) == Some(&value);
        let mut puts = vec![Put::key(key.clone(), value)];
        if wins && let Some(confirmed) = Confirmed::choosing(&key) {
            puts.push(self.event(&id, What::Confirmed(confirmed))?);
        }
        Ok(existing(id, puts))
    }

    fn session(&self, session: &NewSession) -> Result<Vec<DocumentWrite>, EntryError> {
        let unit = self.home()?;
        let (of_session, mut writes) = self.attendances(session, unit)?;
        let kind = named(SessionKind::ALL, &session.place, |one| one.name())?;
        let heads = of_session.len() as u64 + u64::from(session.others);
        let now = u64::try_from(self.now.local_minute().0).unwrap_or_default();
        let mut started = now;
        if let Some(replaced) = &session.replaces {
            let replaced = self.document(replaced)?;
            let row = self.client.row(&replaced);
            started = row
                .get(&Key::STARTED)
                .and_then(Value::as_uint)
                .unwrap_or(now);
            self.take_back(replaced, &row, &mut writes)?;
        }
        let mut puts = vec![
            Put::key(Key::SESSION_KIND, Value::Uint(kind.code().into())),
            Put::key(Key::STARTED, Value::Uint(started)),
            Put::key(Key::HEADCOUNT, Value::Uint(heads)),
        ];
        let team = self.assignment.grant.team;
        if team != TeamId::default() {
            puts.push(Put::key(Key::SESSION_TEAM, Value::Uint(team.0.into())));
        }
        puts.extend(of_session);
        let kind = Kind::Session;
        let target = Target::New { kind, unit };
        writes.insert(0, DocumentWrite { target, puts });
        Ok(writes)
    }

    /// The attendances as the session writes them, and as each dossier does.
    fn attendances(
        &self,
        session: &NewSession,
        unit: UnitId,
    ) -> Result<(Vec<Put>, Vec<DocumentWrite>), EntryError> {
        let device = &self.client.state().ok_or(EntryError::NotReady)?.device;
        let origin = Origin::Created(device.author(), device.documents_created);
        let (mut in_session, mut in_dossiers) = (Vec::new(), Vec::new());
        for person in &session.people {
            let id = self.document(&person.document)?;
            let outcome = Outcome {
                dossier: Some(id),
                session: None,
                result: outcome(person)?,
                service: session.service,
            };
            in_session.push(self.event_in(unit, What::Outcome(outcome)));
            let outcome = Outcome {
                dossier: None,
                session: Some(origin.document()),
                ..outcome
            };
            in_dossiers.extend(existing(id, vec![self.event(&id, What::Outcome(outcome))?]));
        }
        Ok((in_session, in_dossiers))
    }

    /// A session that was a mistake: it is withdrawn, and its outcomes on dossiers are voided.
    fn take_back(
        &self,
        session: DocumentId,
        row: &Row,
        writes: &mut Vec<DocumentWrite>,
    ) -> Result<(), EntryError> {
        for dossier in linked(row) {
            let of_session =
                |what: &What| matches!(what, What::Outcome(o) if o.session == Some(session));
            let events = Events::of(&self.client.row(&dossier));
            let mistakes = events.valid.iter().filter(|e| of_session(&e.event.what));
            let mut events: Vec<EventId> = mistakes.map(|e| e.id).collect();
            events.sort_unstable();
            if events.is_empty() {
                continue;
            }
            let reason = VoidReason::Mistake;
            let void = self.event(&dossier, What::Void(Void { events, reason }))?;
            let target = Target::Existing(dossier);
            match writes.iter_mut().find(|write| write.target == target) {
                Some(write) => write.puts.push(void),
                None => writes.extend(existing(dossier, vec![void])),
            }
        }
        let gone = Put::key(Key::WITHDRAWN, Value::Bool(true));
        writes.extend(existing(session, vec![gone]));
        Ok(())
    }

    fn undo(&self, undo: &Undo) -> Result<Vec<DocumentWrite>, EntryError> {
        let writes = undo.parts.iter().map(|part| {
            let before = part.before.iter();
            let mut puts: Vec<Put> = before
                .map(|(key, value)| Put::key(key.clone(), value.clone()))
                .collect();
            if !part.events.is_empty() {
                let void = Void {
                    events: part.events.clone(),
                    reason: VoidReason::Mistake,
                };
                puts.push(self.event(&part.document, What::Void(void))?);
            }
            let target = Target::Existing(part.document);
            Ok(DocumentWrite { target, puts })
        });
        writes.collect()
    }

    fn document(&self, hexadecimal: &str) -> Result<DocumentId, EntryError> {
        hexadecimal.parse().map_err(|_| EntryError::NoSuchDocument)
    }

    /// The unit that new documents belong to: the first this phone follows.
    fn home(&self) -> Result<UnitId, EntryError> {
        let stream = self.assignment.streams.first();
        stream.map(|one| one.unit).ok_or(EntryError::NotReady)
    }

    /// An event of a document, counted for the unit the document belongs to.
    fn event(&self, of: &DocumentId, what: What) -> Result<Put, EntryError> {
        let unit = self.client.row(of).unit();
        Ok(self.event_in(unit.ok_or(EntryError::NoSuchDocument)?, what))
    }

    fn event_in(&self, unit: UnitId, what: What) -> Put {
        let stamp = Stamp {
            at: self.now.local_minute(),
            unit,
            team: self.assignment.grant.team,
        };
        Put::event(Event { what, stamp }.to_payload())
    }
}

fn existing(id: DocumentId, puts: Vec<Put>) -> Vec<DocumentWrite> {
    let target = Target::Existing(id);
    vec![DocumentWrite { target, puts }]
}

/// The dossiers that a session names.
fn linked(session: &Row) -> BTreeSet<DocumentId> {
    let events = Events::of(session);
    let named = events.valid.iter().filter_map(|e| match e.event.what {
        What::Outcome(outcome) => outcome.dossier,
        _ => None,
    });
    named.collect()
}

fn outcome(person: &Attendee) -> Result<OutcomeResult, EntryError> {
    Ok(match person.result {
        ResultName::Submitted => OutcomeResult::Submitted,
        ResultName::Activated => OutcomeResult::Activated,
        ResultName::Draft => OutcomeResult::Draft,
        ResultName::Rescheduled => OutcomeResult::Rescheduled,
        ResultName::Referred => OutcomeResult::Referred,
        ResultName::Declined => OutcomeResult::Declined,
        ResultName::Blocked => {
            let reason = person.reason.as_deref().ok_or(EntryError::UnknownName)?;
            OutcomeResult::Blocked(named(Reason::ALL, reason, |one| one.name())?)
        }
    })
}

fn named<T: Copy>(
    all: &[T],
    name: &str,
    name_of: impl Fn(T) -> &'static str,
) -> Result<T, EntryError> {
    let found = all.iter().copied().find(|one| name_of(*one) == name);
    found.ok_or(EntryError::UnknownName)
}
