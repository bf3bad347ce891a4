//! A guidance session: one document, and an event in the dossier of everybody on its list.

use std::collections::BTreeSet;

use shared::catalogue::{Language, SessionKind};
use shared::engine::Engine;
use shared::event::{Events, Outcome, OutcomeResult, Void, VoidReason, What};
use shared::id::{DocumentId, EventId, TeamId, UnitId};
use shared::key::Key;
use shared::kind::Kind;
use shared::reason::Reason;
use shared::row::Row;
use shared::service::services_to_bytes;
use shared::value::Value;

use super::desk::{Desk, existing, named, text};
use super::{Attendee, EntryError, NewSession, ResultName};
use crate::input::{DocumentWrite, Put, Target};

impl<E: Engine> Desk<'_, E> {
    pub(super) fn session(&self, session: &NewSession) -> Result<Vec<DocumentWrite>, EntryError> {
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
        puts.extend(self.circumstances(session)?);
        puts.extend(of_session);
        let kind = Kind::Session;
        let target = Target::New { kind, unit };
        writes.insert(0, DocumentWrite { target, puts });
        Ok(writes)
    }

    /// What else was written down of a session.
    fn circumstances(&self, session: &NewSession) -> Result<Vec<Put>, EntryError> {
        let mut puts = Vec::new();
        if let Some(place) = &session.held_at {
            puts.push(Put::key(Key::SESSION_PLACE, self.link(place)?));
        }
        if let Some(minutes) = session.minutes {
            puts.push(Put::key(Key::DURATION_MINUTES, Value::Uint(minutes.into())));
        }
        if let Some(language) = &session.language {
            let language = named(Language::ALL, language, |one| one.name())?;
            puts.push(Put::key(Key::LANGUAGE, Value::Uint(language.code().into())));
        }
        if !session.guided.is_empty() {
            let services = Value::Bytes(services_to_bytes(&session.guided));
            puts.push(Put::key(Key::SERVICES, services));
        }
        let words = [
            (Key::OBSTACLES, &session.obstacles),
            (Key::SESSION_NOTE, &session.note),
        ];
        for (key, typed) in words {
            let value = text(typed)?;
            if value != Value::Null {
                puts.push(Put::key(key, value));
            }
        }
        Ok(puts)
    }

    /// The attendances as the session writes them, and as each dossier does.
    fn attendances(
        &self,
        session: &NewSession,
        unit: UnitId,
    ) -> Result<(Vec<Put>, Vec<DocumentWrite>), EntryError> {
        let itself = self.next_document()?;
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
                session: Some(itself),
                ..outcome
            };
            let mut puts = vec![self.event(&id, What::Outcome(outcome))?];
            if let Some(again) = person.again {
                puts.push(Put::key(Key::DUE, Value::Uint(again.into())));
            }
            in_dossiers.extend(existing(id, puts));
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
        ResultName::Finished => OutcomeResult::Finished,
        ResultName::Blocked => {
            let reason = person.reason.as_deref().ok_or(EntryError::UnknownName)?;
            OutcomeResult::Blocked(named(Reason::ALL, reason, |one| one.name())?)
        }
    })
}
