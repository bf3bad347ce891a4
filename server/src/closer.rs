//! The closer: packs the changes of documents that nobody has written to for a while, one
//! document to a commit, while nobody waits.
//!
//! Nothing is closed that automerge does not agree with; whoever writes to a document at the same
//! time comes first. Stopped at any moment it has closed some documents whole and left the others
//! as they were.

use core::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use core::time::Duration;
use std::collections::BTreeMap;
use std::time::Instant;

use shared::change::Change;
use shared::id::DocumentId;
use shared::time::UnixSeconds;

use crate::apart::apart;
use crate::clock::Clock;
use crate::ledger::closed::{Numbered, close};
use crate::ledger::document::{Document, Found};
use crate::server::{CommitError, Server};
use crate::store::{Commit, Expect, Put, Store, Table};

/// Documents looked at in one tick.
pub const TICK_DOCUMENTS_MAX: usize = 64;

/// A document is quiet once its youngest change is as old as this.
pub const QUIET_SECONDS: i64 = 30 * 24 * 3600;

/// Changes of a document that is closed; a longer one is re-founded before.
pub const CLOSED_CHANGES_MAX: usize = 1_024;

/// The least rest between two ticks; a tick that took longer is followed by as long a rest, so
/// that half of one core and of the disk is the most that closing takes.
const TICK_REST: Duration = Duration::from_millis(5);

/// Rest between two rounds: what was not quiet in one is looked at again in the next.
const ROUND_REST: Duration = Duration::from_secs(6 * 3600);

/// What was closed since the server started.
#[derive(Debug, Default)]
pub struct Closings {
    documents: AtomicU64,
    bytes: AtomicU64,
    round_ended: AtomicI64,
}

impl Closings {
    /// Documents that were closed, each as often as that was.
    #[must_use]
    pub fn documents(&self) -> u64 {
        self.documents.load(Ordering::Relaxed)
    }

    /// Bytes of packed changes, sealed, that took the place of entries in the log.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// When the last walk over all documents ended; `None` before the first has.
    #[must_use]
    pub fn round_ended(&self) -> Option<UnixSeconds> {
        match self.round_ended.load(Ordering::Relaxed) {
            0 => None,
            ended => Some(UnixSeconds(ended)),
        }
    }

    fn note(&self, bytes: usize) {
        self.documents.fetch_add(1, Ordering::Relaxed);
        self.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
    }
}

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
            let (begun, now) = (Instant::now(), clock.now());
            let rest = match self.tick(now.plus(-QUIET_SECONDS)).await {
                Ok(Tick { more: true, .. }) => begun.elapsed().max(TICK_REST),
                Ok(_) => {
                    let ended = &self.server.closings().round_ended;
                    ended.store(now.0, Ordering::Relaxed);
                    ROUND_REST
                }
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
    /// Closes a document, with those united into it, if nobody has written to it since then, it
    /// has something in the log, and automerge agrees with it. Whether it was.
    ///
    /// # Errors
    /// [`CommitError`]; nothing is changed then, or nobody knows, and either is sound.
    pub async fn close_document(
        &self,
        id: DocumentId,
        quiet_since: UnixSeconds,
    ) -> Result<bool, CommitError> {
        let ledger = self.ledger();
        let Found::Document(document) = ledger.document(id).await? else {
            return Ok(false);
        };
        let mut open = BTreeMap::new();
        for name in core::iter::once(id).chain(document.place.joined.iter().copied()) {
            let keys = ledger.history_keys(name).await?;
            if !keys.is_empty() {
                open.insert(name, keys);
            }
        }
        if open.is_empty() {
            return Ok(false);
        }
        let numbered = ledger.numbered(id, &document.place, &document.key).await?;
        let is_recent = |change: &Change| change.time > quiet_since;
        let is_busy = numbered.iter().any(|(_, logged)| is_recent(&logged.change));
        if is_busy || numbered.len() > CLOSED_CHANGES_MAX {
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
        let (commit, bytes) = closing((id, &document), open, numbered);
        let is_closed = self.settle(commit).await?;
        if is_closed {
            self.closings().note(bytes);
        }
        Ok(is_closed)
    }
}

/// Moves the changes of a document out of the log, each under the name its author used; with the
/// bytes they take then. `open`: which of its names have something in the log, and where.
fn closing(
    (id, document): (DocumentId, &Document),
    open: BTreeMap<DocumentId, Vec<Vec<u8>>>,
    numbered: Vec<Numbered>,
) -> (Commit, usize) {
    let mut commit = Commit {
        expect: vec![Expect {
            table: Table::Row,
            key: id.0.to_vec(),
            version: document.version,
        }],
        ..Commit::default()
    };
    let mut bytes = 0;
    for (name, keys) in open {
        let of_name = |(_, logged): &&Numbered| logged.document == name;
        let changes: Vec<Numbered> = numbered.iter().filter(of_name).cloned().collect();
        let (put, rewrites) = close(name, (&document.place, &document.key), &changes);
        bytes += put.bytes.as_ref().map_or(0, Vec::len);
        commit.puts.push(put);
        commit.puts.extend(keys.into_iter().map(|key| Put {
            table: Table::History,
            key,
            bytes: None,
        }));
        commit.rewrites.extend(rewrites);
    }
    (commit, bytes)
}
