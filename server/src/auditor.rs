//! The auditor: holds every changed row against automerge, while nobody waits.
//!
//! It walks the documents round by round. A round looks at what was written since the one before
//! began, a few documents at a time, and rests whenever commits wait. Where a row differs,
//! automerge is right: the row is made anew, and the difference is counted for the alarm.

use core::sync::atomic::{AtomicU64, Ordering};
use core::time::Duration;
use std::sync::Arc;

use crdt::Disagreement;
use shared::change::Change;
use shared::id::DocumentId;
use shared::row::Row;

use crate::apart::apart;
use crate::clock::Clock;
use crate::gate;
use crate::ledger::about::{About, put_about};
use crate::ledger::document::Found;
use crate::ledger::{Ledger, LedgerError};
use crate::server::{Circumstances, CommitError, Server};
use crate::store::{Commit, Outcome, Store, Version};

/// Documents looked at in one tick; the audit itself takes about 0.2 ms a change.
pub const TICK_DOCUMENTS_MAX: usize = 64;

/// Rest between two ticks: half a core at most goes into audits.
const TICK_REST: Duration = Duration::from_millis(50);

/// Rest between two rounds, far below the day within which every change is audited.
const ROUND_REST: Duration = Duration::from_secs(600);

/// Counts since the server started.
#[derive(Debug, Default)]
pub struct Findings {
    audited: AtomicU64,
    disagreements: AtomicU64,
}

impl Findings {
    /// Documents held against automerge.
    #[must_use]
    pub fn audited(&self) -> u64 {
        self.audited.load(Ordering::Relaxed)
    }

    /// How many of them differed.
    #[must_use]
    pub fn disagreements(&self) -> u64 {
        self.disagreements.load(Ordering::Relaxed)
    }
}

/// Walks a server's documents.
#[derive(Debug)]
pub struct Auditor<S> {
    server: Server<S>,
    findings: Arc<Findings>,
    round: Option<Round>,
}

/// One walk over all documents.
#[derive(Debug)]
struct Round {
    /// What was not written since is known to agree.
    since: Version,
    /// The commit before which everything is looked at in this round.
    begun: Version,
    /// The last document looked at.
    after: Option<DocumentId>,
}

/// How far a tick came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tick {
    /// More documents of this round follow.
    More,
    /// The round is done.
    RoundDone,
}

impl<S: Store> Auditor<S> {
    /// An auditor that reports to `findings`.
    #[must_use]
    pub fn new(server: Server<S>, findings: Arc<Findings>) -> Self {
        Self {
            server,
            findings,
            round: None,
        }
    }

    /// Audits until it is dropped.
    pub async fn run(mut self, clock: Clock) {
        loop {
            if self.server.writer().waiting() > 0 {
                tokio::time::sleep(TICK_REST).await;
                continue;
            }
            let circumstances = Circumstances {
                now: clock.now(),
                // Rows are made anew; nothing an auditor writes needs randomness.
                seed: [0; 32],
            };
            let rest = match self.tick(circumstances).await {
                Ok(Tick::More) => TICK_REST,
                Ok(Tick::RoundDone) => ROUND_REST,
                Err(error) => {
                    tracing::error!(%error, "the audit could not go on");
                    ROUND_REST
                }
            };
            tokio::time::sleep(rest).await;
        }
    }

    /// Looks at a few documents.
    ///
    /// # Errors
    /// [`CommitError`]; the next tick begins where this one did.
    pub async fn tick(&mut self, circumstances: Circumstances) -> Result<Tick, CommitError> {
        let round = match self.round.take() {
            Some(round) => round,
            None => self.begin().await?,
        };
        let ledger = self.server.ledger();
        let page = ledger.rows(round.after, TICK_DOCUMENTS_MAX).await?;
        let Some((last, _)) = page.last() else {
            self.write_down(round.begun).await?;
            return Ok(Tick::RoundDone);
        };
        let last = *last;
        for (id, version) in page {
            if version > round.since {
                self.look_at((id, version), circumstances).await?;
            }
        }
        self.round = Some(Round {
            after: Some(last),
            ..round
        });
        Ok(Tick::More)
    }

    async fn begin(&self) -> Result<Round, CommitError> {
        let about = self.server.ledger().about::<u64>(About::Audited).await?;
        let since = Version(about.record.unwrap_or(0));
        // A commit of its own tells where in the order of all commits this round begins.
        let begun = self.write_down(since).await?;
        Ok(Round {
            since,
            begun,
            after: None,
        })
    }

    /// Notes that everything up to `done` agrees; the version of the note.
    async fn write_down(&self, done: Version) -> Result<Version, CommitError> {
        let commit = Commit {
            puts: vec![put_about(About::Audited, &done.0)],
            ..Commit::default()
        };
        match self.server.writer().commit(commit).await? {
            Outcome::Applied { version, .. } => Ok(version),
            _ => Err(CommitError::Contended),
        }
    }

    async fn look_at(
        &self,
        (id, version): (DocumentId, Version),
        circumstances: Circumstances,
    ) -> Result<(), CommitError> {
        let Some((changes, row)) = read(self.server.ledger(), id).await? else {
            return Ok(());
        };
        let verdict = apart(move || audit(&changes, &row)).await;
        self.findings.audited.fetch_add(1, Ordering::Relaxed);
        let Some((disagreement, right)) = verdict else {
            return Ok(());
        };
        // A change that came while we looked explains nothing; the next round looks again.
        let Some(right) = right else {
            let now = self.server.ledger().document(id).await?;
            if matches!(now, Found::Document(document) if document.version == version) {
                self.report(id, &disagreement);
            }
            return Ok(());
        };
        if self
            .server
            .mend((id, version), right, circumstances)
            .await?
        {
            self.report(id, &disagreement);
        }
        Ok(())
    }

    fn report(&self, id: DocumentId, disagreement: &Disagreement) {
        self.findings.disagreements.fetch_add(1, Ordering::Relaxed);
        tracing::error!(document = %id, %disagreement, "a row differs from automerge");
    }
}

impl<S: Store> Server<S> {
    /// Gives a document another row; `false` if somebody has written to it meanwhile.
    async fn mend(
        &self,
        at: (DocumentId, Version),
        row: Row,
        circumstances: Circumstances,
    ) -> Result<bool, CommitError> {
        let units = self.units();
        let moment = self.moment(&units, circumstances);
        match gate::mend(self.ledger(), at, row, moment).await? {
            Some(commit) => self.settle(commit).await,
            None => Ok(false),
        }
    }
}

/// A document's history and row.
async fn read<S: Store>(
    ledger: &Ledger<S>,
    id: DocumentId,
) -> Result<Option<(Vec<Change>, Row)>, LedgerError> {
    let Found::Document(document) = ledger.document(id).await? else {
        return Ok(None);
    };
    let history = ledger.history(id, &document.place, &document.key).await?;
    let changes = history.into_iter().map(|(_, change)| change).collect();
    Ok(Some((changes, document.row)))
}

/// Compares, and makes the right row where that is all that is wrong.
fn audit(changes: &[Change], row: &Row) -> Option<(Disagreement, Option<Row>)> {
    let disagreement = crdt::audit(changes, row).err()?;
    let right = match disagreement {
        Disagreement::Row(_) => crdt::rebuild(changes)
            .ok()
            .and_then(|document| document.project().ok()),
        _ => None,
    };
    Some((disagreement, right))
}
