//! The closer: packs the changes of documents that nobody has written to for a while, one
//! document to a commit, while nobody waits.
//!
//! Nothing is closed that automerge does not agree with; whoever writes to a document at the same
//! time comes first. Stopped at any moment it has closed some documents whole and left the others
//! as they were.

use core::time::Duration;

use shared::change::Change;
use shared::id::DocumentId;
use shared::time::UnixSeconds;

use crate::apart::apart;
use crate::clock::Clock;
use crate::ledger::closed::close;
use crate::ledger::document::Found;
use crate::server::{CommitError, Server};
use crate::store::{Commit, Expect, Put, Store, Table};

/// Documents looked at in one tick.
pub const TICK_DOCUMENTS_MAX: usize = 64;

/// A document is quiet once its youngest change is as old as this.
pub const QUIET_SECONDS: i64 = 30 * 24 * 3600;

/// Changes of a document that is closed; a longer one is re-founded before.
pub const CLOSED_CHANGES_MAX: usize = 1_024;

/// Rest between two ticks.
const TICK_REST: Duration = Duration::from_millis(50);

/// Rest between two rounds: what was not quiet in one is looked at again in the next.
const ROUND_REST: Duration = Duration::from_secs(6 * 3600);

/// Walks a server's documents.
#[derive(Debug)]
pub struct Closer<S> {
    server: Server<S>,
    after: Option<DocumentId>,
}

/// How far a tick came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tick {
    /// Documents it closed.
    pub closed: usize,
    /// Whether more documents of this round follow.
    pub more: bool,
}

impl<S: Store> Closer<S> {
    /// A closer that begins with the first document.
    #[must_use]
    pub fn new(server: Server<S>) -> Self {
        let after = None;
        Self { server, after }
    }

    /// Closes until it is dropped.
    pub async fn run(mut self, clock: Clock) {
        loop {
            if self.server.writer().waiting() > 0 {
                tokio::time::sleep(TICK_REST).await;
                continue;
            }
            let quiet_since = clock.now().plus(-QUIET_SECONDS);
            let rest = match self.tick(quiet_since).await {
                Ok(Tick { more: true, .. }) => TICK_REST,
                Ok(_) => ROUND_REST,
                Err(error) => {
                    tracing::error!(%error, "documents could not be closed");
                    ROUND_REST
                }
            };
            tokio::time::sleep(rest).await;
        }
    }

    /// Looks at a few documents and closes those to which nobody has written since then.
    ///
    /// # Errors
    /// [`CommitError`]; the next tick begins where this one did.
    pub async fn tick(&mut self, quiet_since: UnixSeconds) -> Result<Tick, CommitError> {
        let ledger = self.server.ledger();
        let page = ledger.rows(self.after, TICK_DOCUMENTS_MAX).await?;
        let last = page.last().map(|(id, _)| *id);
        let mut closed = 0;
        for (id, _) in page {
            closed += usize::from(self.server.close_document(id, quiet_since).await?);
        }
        self.after = last;
        let more = last.is_some();
        Ok(Tick { closed, more })
    }
}

impl<S: Store> Server<S> {
    /// Closes a document if nobody has written to it since then, it has something in the log, and
    /// automerge agrees with it.
    /// Whether it was. One that was united with another stays in the log: its changes stand under
    /// several keys.
    ///
    /// # Errors
    /// [`CommitError`]; nothing is changed then, or nobody knows, and either is sound.
    pub async fn close_document(
        &self,
        id: DocumentId,
        quiet_since: UnixSeconds,
    ) -> Result<bool, CommitError> {
        let ledger = self.ledger();
        let open = ledger.history_keys(id).await?;
        if open.is_empty() {
            return Ok(false);
        }
        let Found::Document(document) = ledger.document(id).await? else {
            return Ok(false);
        };
        let numbered = ledger.numbered(id, &document.place, &document.key).await?;
        let is_recent = |change: &Change| change.time > quiet_since;
        let is_busy = numbered.iter().any(|(_, logged)| is_recent(&logged.change));
        if is_busy || !document.place.joined.is_empty() || numbered.len() > CLOSED_CHANGES_MAX {
            return Ok(false);
        }
        let changes: Vec<Change> = (numbered.iter())
            .map(|(_, logged)| logged.change.clone())
            .collect();
        let row = document.row.clone();
        if apart(move || crdt::audit(&changes, &row)).await.is_err() {
            // The auditor finds that, too, and puts it right.
            return Ok(false);
        }
        let (put, rewrites) = close(id, (&document.place, &document.key), &numbered);
        let gone = open.into_iter().map(|key| Put {
            table: Table::History,
            key,
            bytes: None,
        });
        self.settle(Commit {
            expect: vec![Expect {
                table: Table::Row,
                key: id.0.to_vec(),
                version: document.version,
            }],
            puts: core::iter::once(put).chain(gone).collect(),
            rewrites,
            ..Commit::default()
        })
        .await
    }
}
