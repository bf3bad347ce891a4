//! Retention: what was asked for a campaign goes when nobody has needed it for long, while nobody
//! waits.
//!
//! Notes and phone numbers leave a dossier to which nobody has written for a year, by re-founding,
//! so that they leave its history, too. Names, stages and events stay: figures do not change. A
//! dossier that a legal matter needs, or of which a conflict would have to be settled, is left as
//! it is until people have decided. Stopped at any moment it has done some dossiers whole and left
//! the others as they were.
//!
//! Other terms are kept where the things are: backups of keys go after
//! [`crate::backup::KEYS_DAYS_MAX`] days, loans with the next one made, and bundles are never kept
//! beyond their answer.

use core::time::Duration;

use shared::id::DocumentId;
use shared::key::Key;
use shared::kind::Kind;
use shared::time::UnixSeconds;
use shared::value::Value;

use crate::clock::Clock;
use crate::gate::{Leaving, NotRefoundable};
use crate::ledger::LedgerError;
use crate::ledger::document::{Document, Found};
use crate::server::{Circumstances, EraseError, RefoundError, Server};
use crate::store::Store;

/// Days for which notes and phone numbers stay, unless the keeper says otherwise.
pub const CONTACT_DAYS: u32 = 365;

/// Dossiers looked at in one tick.
pub const TICK_DOCUMENTS_MAX: usize = 64;

/// Rest between two ticks.
const TICK_REST: Duration = Duration::from_secs(1);

/// Rest between two rounds: terms are counted in days.
const ROUND_REST: Duration = Duration::from_secs(24 * 3600);

const DAY_SECONDS: i64 = 24 * 3600;

/// What goes.
const CONTACT: [Key; 3] = [Key::NOTE, Key::PHONE, Key::PHONE_OWNER];

/// Walks a server's dossiers.
#[derive(Debug)]
pub struct Retention<S> {
    server: Server<S>,
    days: u32,
    after: Option<DocumentId>,
}

/// How far a tick came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tick {
    /// Dossiers out of which something was taken.
    pub taken_out: usize,
    /// Whether more documents of this round follow.
    pub more: bool,
}

impl<S: Store> Retention<S> {
    /// Begins with the first dossier; what stays goes after so many days.
    #[must_use]
    pub fn new(server: Server<S>, days: u32) -> Self {
        let after = None;
        Self {
            server,
            days,
            after,
        }
    }

    /// Goes on until it is dropped.
    pub async fn run(mut self, clock: Clock) {
        loop {
            let rest = match clock.circumstances() {
                Err(error) => {
                    tracing::error!(%error, "nothing can be taken out");
                    ROUND_REST
                }
                Ok(_) if self.server.writer().waiting() > 0 => TICK_REST,
                Ok(circumstances) => match self.tick(circumstances).await {
                    Ok(Tick { more: true, .. }) => TICK_REST,
                    Ok(_) => ROUND_REST,
                    Err(error) => {
                        tracing::error!(%error, "what is kept too long could not be taken out");
                        ROUND_REST
                    }
                },
            };
            tokio::time::sleep(rest).await;
        }
    }

    /// Looks at a few documents.
    ///
    /// # Errors
    /// [`RefoundError`]; the next tick begins where this one did.
    pub async fn tick(&mut self, circumstances: Circumstances) -> Result<Tick, RefoundError> {
        let ledger = self.server.ledger();
        let page = ledger.rows(self.after, TICK_DOCUMENTS_MAX).await?;
        let last = page.last().map(|(id, _)| *id);
        let mut taken_out = 0;
        for (n, (id, _)) in (0u64..).zip(page) {
            // Every re-founding makes keys of its own.
            let seed = circumstances.seed;
            let seed = shared::hash::digest("sampan/retention", &[&seed, &n.to_le_bytes()]);
            let own = Circumstances {
                seed,
                ..circumstances
            };
            taken_out += usize::from(self.take_out(id, own).await?);
        }
        self.after = last;
        let more = last.is_some();
        Ok(Tick { taken_out, more })
    }

    /// Whether anything went.
    async fn take_out(
        &self,
        id: DocumentId,
        circumstances: Circumstances,
    ) -> Result<bool, RefoundError> {
        let ledger = self.server.ledger();
        let Found::Document(document) = ledger.document(id).await? else {
            return Ok(false);
        };
        let removed = kept_of(&document);
        let since = circumstances.now.plus(-i64::from(self.days) * DAY_SECONDS);
        if removed.is_empty() || !self.is_quiet(id, &document, since).await? {
            return Ok(false);
        }
        let leaving = Leaving {
            removed: removed.into_iter().collect(),
            ..Leaving::default()
        };
        match self.server.refound(id, &leaving, circumstances).await {
            Ok(_) => Ok(true),
            Err(
                RefoundError::Erase(EraseError::OnHold)
                | RefoundError::NotRefoundable(NotRefoundable::Conflicted(_)),
            ) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Whether nobody has written to the document since then.
    async fn is_quiet(
        &self,
        id: DocumentId,
        document: &Document,
        since: UnixSeconds,
    ) -> Result<bool, LedgerError> {
        let history = self
            .server
            .ledger()
            .history(id, &document.place, &document.key)
            .await?;
        Ok(history.iter().all(|(_, change)| change.time <= since))
    }
}

/// What of a dossier goes, as far as it is there.
fn kept_of(document: &Document) -> Vec<Key> {
    let is_there = |key: &Key| {
        document
            .row
            .get(key)
            .is_some_and(|value| *value != Value::Null)
    };
    let is_dossier = document.place.kind == Kind::Dossier;
    let keys = CONTACT.into_iter().filter(|_| is_dossier);
    keys.filter(is_there).collect()
}
