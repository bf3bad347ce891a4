//! What sessions, places, shifts, teams and notices say, remembered between questions.
//!
//! It is read from the notes of the ledger when the server starts ([`Server::warm`]), or when
//! somebody first asks, and follows every commit from then on: what a commit noted is read again
//! before the next answer.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use shared::id::{DocumentId, TeamId, UnitId};
use shared::time::LocalDay;

use super::Server;
use crate::ledger::LedgerError;
use crate::ledger::noted::{Note, NoticeNote, PlaceNote, SessionNote, ShiftNote};
use crate::store::Store;

/// Notes read at once.
const READ_AT_ONCE: usize = 4_096;

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

    fn note(&mut self, id: DocumentId, note: Note) {
        match note {
            Note::Session(session) => drop(self.sessions.insert(id, session)),
            Note::Place(place) => drop(self.places.insert(id, place)),
            Note::Shift(shift) => drop(self.shifts.insert(id, shift)),
            Note::Team(team, name) => drop(self.teams.insert(id, (team, name))),
            Note::Notice(notice) => drop(self.notices.insert(id, notice)),
        }
    }
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

impl<S: Store> Server<S> {
    /// Reads what views answer from, so that nobody's first question waits for it.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn warm(&self) -> Result<(), LedgerError> {
        let units: Vec<UnitId> = self.units().versions().iter().map(|one| one.id).collect();
        let some = units.first().copied().into_iter().collect::<Vec<UnitId>>();
        self.tallies(&some, LocalDay(0)..=LocalDay(0)).await?;
        self.with_notes(|_| ()).await
    }

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
            let page = self.ledger().book(after).await?;
            let Some((last, _)) = page.last() else {
                return Ok(notes);
            };
            after = Some(*last);
            page.into_iter().for_each(|(id, note)| notes.note(id, note));
            tokio::task::yield_now().await;
        }
    }

    async fn read_again(&self, notes: &mut Notes, ids: &[DocumentId]) -> Result<(), LedgerError> {
        for some in ids.chunks(READ_AT_ONCE) {
            let found = self.ledger().book_of(some).await?;
            some.iter().for_each(|id| notes.forget(*id));
            found
                .into_iter()
                .for_each(|(id, note)| notes.note(id, note));
        }
        Ok(())
    }
}
