//! Held changes: the list, and a coordinator's word on each.

use serde::Serialize;
use shared::change::Change;
use shared::engine::{Engine as _, RowEngine};
use shared::id::{ChangeHash, DeviceId, DocumentId, UnitId};
use shared::key::Key;
use shared::receipt::HoldReason;
use shared::row::Row;
use shared::time::UnixSeconds;
use shared::value::Value;

use super::{COMMIT_TRIES_MAX, Circumstances, CommitError, Server};
use crate::gate::{self, DecideError, Decided};
use crate::ledger::LedgerError;
use crate::ledger::audit::Act;
use crate::ledger::document::{Alias, Found, Place};
use crate::ledger::waiting::{Came, Decision, HeldChange, Waiting, held_document, held_hash};
use crate::store::Store;

/// Held changes one list holds.
pub const HELD_LIST_MAX: usize = 1_000;

/// Changes of one device that one confirmation releases; the rest with the next.
pub const RELEASED_MAX: usize = 65_536;

/// One held change in a list. It tells about whom and which keys are written, never what was
/// entered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HeldView {
    /// The document, in hexadecimal.
    pub document: String,
    /// The change's hash, in hexadecimal.
    pub change: String,
    /// The unit it is about; `None` while nothing tells.
    pub unit: Option<UnitId>,
    /// The resident's name, for those who may read it.
    pub name: Option<String>,
    /// Who wrote it.
    pub device: String,
    /// The stable name of the reason why it waits.
    pub reason: &'static str,
    /// When it arrived.
    pub since: UnixSeconds,
    /// The keys it writes; events are `~`.
    pub keys: Vec<String>,
}

/// What a held change is about, as far as anything tells.
struct Subject {
    unit: Option<UnitId>,
    name: Option<String>,
}

/// Why a decision was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum DecidingError {
    /// It cannot be carried out.
    #[error(transparent)]
    Decide(#[from] DecideError),
    /// It could not be made durable.
    #[error(transparent)]
    Commit(#[from] CommitError),
    /// The ledger could not be read.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

impl<S: Store> Server<S> {
    /// Changes that wait for a decision, by document, at most [`HELD_LIST_MAX`].
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn held(&self) -> Result<Vec<HeldView>, LedgerError> {
        let mut views = Vec::new();
        let mut after = None;
        loop {
            let page = self.ledger().held_page(after).await?;
            let Some(last) = page.last() else {
                return Ok(views);
            };
            after = Some(last.key.clone());
            for waiting in &page {
                if let Decision::Open(reason) = waiting.record.decision {
                    views.push(self.held_view(waiting, reason).await?);
                }
                if views.len() == HELD_LIST_MAX {
                    return Ok(views);
                }
            }
        }
    }

    async fn held_view(
        &self,
        waiting: &Waiting<HeldChange>,
        reason: HoldReason,
    ) -> Result<HeldView, LedgerError> {
        let (document, hash) = names(waiting)?;
        let logged = self.ledger().opened(&waiting.record).await?;
        let key = |op: &shared::change::Op| match op.key.event_id() {
            Some(_) => "~".to_owned(),
            None => op.key.name().to_owned(),
        };
        let subject = self.subject_of_held(document, &logged.change).await?;
        Ok(HeldView {
            unit: subject.unit,
            name: subject.name,
            document: document.to_string(),
            change: hash.to_string(),
            device: waiting.record.first()?.serial.device.to_string(),
            reason: reason.code(),
            since: waiting.record.since,
            keys: logged.change.ops.iter().map(key).collect(),
        })
    }

    /// The unit a held change is about, as [`HeldView::unit`].
    ///
    /// # Errors
    /// [`DecidingError`], if it is not held, too.
    pub async fn unit_of_held_change(
        &self,
        (document, hash): (DocumentId, ChangeHash),
    ) -> Result<Option<UnitId>, DecidingError> {
        for waiting in self.ledger().held_for(document).await? {
            if held_hash(&waiting.key) == Some(hash) {
                let logged = self.ledger().opened(&waiting.record).await?;
                let subject = self.subject_of_held(document, &logged.change).await?;
                return Ok(subject.unit);
            }
        }
        Err(DecideError::NotHeld.into())
    }

    /// What a held change is about: its document, or the one it begins.
    async fn subject_of_held(
        &self,
        document: DocumentId,
        change: &Change,
    ) -> Result<Subject, LedgerError> {
        let mut found = self.ledger().document(document).await?;
        if let Found::Alias(Alias::United(survivor) | Alias::Refounded(survivor)) = found {
            found = self.ledger().document(survivor).await?;
        }
        let name = |row: &Row| {
            row.get(&Key::NAME)
                .and_then(Value::as_text)
                .map(str::to_owned)
        };
        if let Found::Document(found) = found {
            return Ok(Subject {
                unit: Some(found.place.stream.unit),
                name: name(&found.row),
            });
        }
        let mut row = Row::default();
        // What does not begin a document tells nothing by itself.
        let _may_not_fold = RowEngine.fold(&mut row, change);
        let place = Place::of_genesis(document, change);
        Ok(Subject {
            unit: place.map(|place| place.stream.unit),
            name: name(&row),
        })
    }

    /// Carries out a decision about one held change.
    ///
    /// # Errors
    /// [`DecidingError`]; nothing is changed then, or nobody knows: reload the list.
    pub async fn decide(
        &self,
        change: (DocumentId, ChangeHash),
        decided: Decided,
        circumstances: Circumstances,
    ) -> Result<(), DecidingError> {
        let units = self.units();
        let moment = self.moment(&units, circumstances);
        for _ in 0..COMMIT_TRIES_MAX {
            let mut commit = gate::decide(self.ledger(), change, decided, moment).await?;
            let act = Act::Decided {
                document: change.0,
                change: change.1,
                approved: decided == Decided::Approved,
            };
            commit.appends.push(self.audited(act, circumstances.now));
            if self.settle(commit).await? {
                return Ok(());
            }
        }
        Err(CommitError::Contended.into())
    }

    /// Brings into the log what was held only because the device was not active, in the order it
    /// was written.
    pub(super) async fn release(
        &self,
        device: DeviceId,
        circumstances: Circumstances,
    ) -> Result<(), DecidingError> {
        let mut held = self.held_for_state(device).await?;
        // What one device wrote is in causal order by serial and position.
        held.sort_by_key(|waiting| waiting.record.came.iter().min().copied());
        for (n, waiting) in (0_u64..).zip(&held) {
            let seed =
                shared::hash::digest("sampan/release", &[&circumstances.seed, &n.to_le_bytes()]);
            let circumstances = Circumstances {
                seed,
                ..circumstances
            };
            let decided = self
                .decide(names(waiting)?, Decided::Approved, circumstances)
                .await;
            match decided {
                // Released together with an earlier one.
                Ok(()) | Err(DecidingError::Decide(DecideError::NotHeld)) => {}
                // Waits for somebody else's change, or for room; a coordinator sees it.
                Err(DecidingError::Decide(DecideError::EarlierFirst | DecideError::Full(_))) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    async fn held_for_state(
        &self,
        device: DeviceId,
    ) -> Result<Vec<Waiting<HeldChange>>, LedgerError> {
        let waits_for_state = |waiting: &Waiting<HeldChange>| {
            let reason = waiting.record.decision;
            let for_state = matches!(
                reason,
                Decision::Open(HoldReason::Unconfirmed | HoldReason::Suspended)
            );
            let by_it = |came: &Came| came.serial.device == device;
            for_state && waiting.record.came.iter().any(by_it)
        };
        let mut found = Vec::new();
        let mut after = None;
        loop {
            let page = self.ledger().held_page(after).await?;
            let Some(last) = page.last() else {
                return Ok(found);
            };
            after = Some(last.key.clone());
            found.extend(page.into_iter().filter(waits_for_state));
            if found.len() >= RELEASED_MAX {
                return Ok(found);
            }
        }
    }
}

fn names(waiting: &Waiting<HeldChange>) -> Result<(DocumentId, ChangeHash), LedgerError> {
    let names = held_document(&waiting.key).zip(held_hash(&waiting.key));
    names.ok_or(LedgerError::Contradiction("a held change's key"))
}
