//! Taking an import back: what it created is withdrawn, the steps it told are void.
//!
//! Nothing is forgotten by it, and nobody's work is lost: a dossier on which somebody has written
//! since stays, and is counted out to whoever takes the import back.

use serde::Serialize;
use shared::event::{Event, Events, Stamp, Void, VoidReason, What as Happened};
use shared::facts::Name;
use shared::id::{Companion, DeviceId, DocumentId, EventId, TeamId};
use shared::key::Key;
use shared::limits::VOIDED_EVENTS_MAX;
use shared::row::Row;
use shared::time::UnixSeconds;
use shared::value::Value;

use super::carry_out::{CarryOutError, withdrawn};
use super::limits::{ROWS_AT_ONCE, UNDO_DAYS_MAX};
use super::order::What;
use crate::author::{Author, Write, elsewhere};
use crate::ledger::LedgerError;
use crate::ledger::audit::Act;
use crate::ledger::document::Found;
use crate::ledger::import::{ImportRecord, put_import};
use crate::server::{Circumstances, Server};
use crate::store::Store;

/// What came of taking an import back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Undone {
    /// Documents it no longer says anything in.
    pub taken_back: u32,
    /// Dossiers that stay, because somebody has written upon them since.
    pub kept: u32,
    /// Changes that the gate holds, refuses or rejects.
    pub not_taken: u32,
}

/// Why an import was not taken back.
#[derive(Debug, thiserror::Error)]
pub enum UndoError {
    /// There is no such import.
    #[error("there is no such import")]
    NoSuchImport,
    /// It was before.
    #[error("it was taken back before")]
    Already,
    /// It is too old.
    #[error("an import may be taken back for {UNDO_DAYS_MAX} days")]
    TooLate,
    /// It could not be written.
    #[error(transparent)]
    CarryOut(#[from] CarryOutError),
}

impl From<LedgerError> for UndoError {
    fn from(error: LedgerError) -> Self {
        Self::CarryOut(error.into())
    }
}

impl<S: Store> Server<S> {
    /// Takes an import back.
    ///
    /// # Errors
    /// [`UndoError`].
    pub async fn undo_import(
        &self,
        import: DeviceId,
        circumstances: Circumstances,
    ) -> Result<Undone, UndoError> {
        let found = self.ledger().import(import).await?.record;
        let mut record = found.ok_or(UndoError::NoSuchImport)?;
        if record.undone.is_some() {
            return Err(UndoError::Already);
        }
        if !may_undo(&record, circumstances.now) {
            return Err(UndoError::TooLate);
        }
        let mut author = self.resumed_import(import, &record.seed).await?;
        let what = What::named(&record.what);
        let mut undone = Undone::default();
        let targets = record.replaced.iter().map(|replaced| (*replaced, true));
        let own = record.documents.iter().map(|document| (*document, false));
        let all: Vec<_> = match what {
            Some(What::Cohort) | None => Vec::new(),
            Some(_) => own.chain(targets).collect(),
        };
        for some in all.chunks(ROWS_AT_ONCE) {
            for (document, is_replaced) in some {
                let writes = match (is_replaced, what) {
                    (true, _) => {
                        self.shown(*document, &mut author).await?;
                        vec![withdrawn(*document, false)]
                    }
                    (false, Some(What::Steps)) => {
                        self.unsaid(*document, &mut author, circumstances.now)
                            .await?
                    }
                    (false, _) => self.unmade(*document, &mut author).await?,
                };
                match writes.is_empty() {
                    true => undone.kept += 1,
                    false => undone.taken_back += 1,
                }
                author.save(circumstances.now, writes);
            }
            undone.not_taken += self.hand_in_import(&mut author, circumstances).await?;
            tokio::task::yield_now().await;
        }
        record.undone = Some((self.who().clone(), circumstances.now));
        let puts = vec![put_import(import, &record)];
        let act = Act::ImportUndone { import };
        let settled = self.settle_import(puts, act, circumstances).await;
        settled.map_err(CarryOutError::from)?;
        Ok(undone)
    }

    /// Withdraws what the import created, unless somebody else has written upon it. Its number
    /// goes too, so that the person can come again with another list.
    async fn unmade(
        &self,
        document: DocumentId,
        author: &mut Author,
    ) -> Result<Vec<Write>, LedgerError> {
        let Found::Document(found) = self.ledger().document(document).await? else {
            return Ok(Vec::new());
        };
        let identity = document.companion(Companion::Identity);
        let beside = match self.ledger().document(identity).await? {
            Found::Document(beside) => Some(beside.row),
            _ => None,
        };
        let is_own = |id: DocumentId, row: &Row| {
            let own = author.life().actor(id);
            row.actors.keys().all(|actor| *actor == own)
        };
        let is_untouched = beside.as_ref().is_none_or(|row| is_own(identity, row));
        if !is_own(document, &found.row) || !is_untouched {
            return Ok(Vec::new());
        }
        self.shown(document, author).await?;
        let mut writes = vec![withdrawn(document, true)];
        if beside.is_some_and(|row| row.get(&Key::NUMBER).is_some()) {
            self.shown(identity, author).await?;
            let name = Name {
                companion: Some(Companion::Identity),
                ..elsewhere(document)
            };
            writes.push(Write::to(name).put(Key::NUMBER, Value::Null));
        }
        Ok(writes)
    }

    /// Voids the events that the import wrote in a dossier.
    async fn unsaid(
        &self,
        dossier: DocumentId,
        author: &mut Author,
        now: UnixSeconds,
    ) -> Result<Vec<Write>, LedgerError> {
        let Found::Document(found) = self.ledger().document(dossier).await? else {
            return Ok(Vec::new());
        };
        let own = author.life().actor(dossier);
        let counts = Events::of(&found.row).valid;
        let mut events: Vec<EventId> = counts
            .iter()
            .filter(|one| !matches!(one.event.what, Happened::Void(_)))
            .map(|one| one.id)
            .filter(|id| {
                let cells = found.row.live(&Key::event(*id));
                cells.iter().any(|cell| cell.id.actor == own)
            })
            .collect();
        events.sort_unstable();
        events.truncate(VOIDED_EVENTS_MAX);
        if events.is_empty() {
            return Ok(Vec::new());
        }
        let stamp = Stamp {
            at: now.local_minute(),
            unit: found.place.stream.unit,
            team: TeamId::default(),
        };
        let what = Happened::Void(Void {
            events,
            reason: VoidReason::ImportUndone,
        });
        self.shown(dossier, author).await?;
        Ok(vec![
            Write::to(elsewhere(dossier)).event(&Event { what, stamp }),
        ])
    }
}

/// Whether an import is young enough to be taken back.
#[must_use]
pub fn may_undo(record: &ImportRecord, now: UnixSeconds) -> bool {
    now.local_day().0 - record.at.local_day().0 <= UNDO_DAYS_MAX
}
