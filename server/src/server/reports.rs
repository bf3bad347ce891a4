//! Frozen reports: what progress said at a moment, signed, and what has changed since.
//!
//! Late work changes past days, so a report that was handed in and the page of today may differ.
//! A frozen report keeps its numbers for good; the difference is told beside it and never hidden.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use shared::hash::derive;
use shared::id::{Audience, DocumentId, StreamId, UnitId};
use shared::percent::PercentMode;
use shared::signed::{Signable, sign, verify};
use shared::time::{LocalDay, UnixSeconds};

use super::{CommitError, Progress, ProgressError, ProgressQuery, Server};
use crate::ledger::LedgerError;
use crate::ledger::audit::{Act, Who};
use crate::ledger::report::put_report;
use crate::store::{Commit, Store};

/// A report as it was frozen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frozen {
    /// Whose progress.
    pub unit: UnitId,
    /// Up to which day.
    pub as_of: LocalDay,
    /// Whether percentages were rounded; otherwise they were cut off.
    pub is_rounded: bool,
    /// When it was frozen.
    pub at: UnixSeconds,
    /// By whom.
    pub who: Who,
    /// The server's epoch then.
    pub epoch: u32,
    /// The answer of `progress`, as JSON.
    pub progress: String,
    /// How many entries each stream of the unit and all below it had: what these figures count.
    pub cursors: Vec<(StreamId, u64)>,
}

impl Signable for Frozen {
    const DOMAIN: &'static str = "sampan/report/v2";
    /// A province's communes with every indicator they have.
    const BYTES_MAX: usize = REPORT_BYTES_MAX;
}

const REPORT_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Streams whose ends are read at once.
const HEADS_AT_ONCE: usize = 16 * 1024;

/// How often figures and ends are read again because something came in between.
const STILL_TRIES_MAX: usize = 8;

/// A report as it was frozen before cursors were kept.
#[derive(Serialize, Deserialize)]
struct FrozenBefore {
    unit: UnitId,
    as_of: LocalDay,
    is_rounded: bool,
    at: UnixSeconds,
    who: Who,
    epoch: u32,
    progress: String,
}

impl Signable for FrozenBefore {
    const DOMAIN: &'static str = "sampan/report/v1";
    const BYTES_MAX: usize = REPORT_BYTES_MAX;
}

impl From<FrozenBefore> for Frozen {
    fn from(before: FrozenBefore) -> Self {
        Self {
            unit: before.unit,
            as_of: before.as_of,
            is_rounded: before.is_rounded,
            at: before.at,
            who: before.who,
            epoch: before.epoch,
            progress: before.progress,
            cursors: Vec::new(),
        }
    }
}

/// What came in since a report was frozen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Since {
    /// Entries in the streams it counted, whatever day they are about; `None` where it kept no
    /// cursors.
    pub entries: Option<u64>,
    /// Streams they are in, new ones among them.
    pub streams: usize,
}

/// A figure that differs from what was frozen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Differing {
    /// Whose.
    pub unit: u64,
    /// Its name.
    pub name: String,
    /// Which figure, by its stable name.
    pub indicator: String,
    /// What was frozen.
    pub frozen: u64,
    /// What it is now, for the same day.
    pub now: u64,
}

/// Why nothing was frozen.
#[derive(Debug, thiserror::Error)]
pub enum FreezeError {
    /// There is no progress to freeze.
    #[error(transparent)]
    Progress(#[from] ProgressError),
    /// It is larger than any report.
    #[error("the report is too large: freeze the units below one by one")]
    TooLarge,
    /// It could not be kept.
    #[error(transparent)]
    Commit(#[from] CommitError),
}

type Figures = BTreeMap<(u64, String), (String, u64)>;

impl<S: Store> Server<S> {
    /// Freezes what progress says now; the report's name.
    ///
    /// # Errors
    /// [`FreezeError`].
    pub async fn freeze(
        &self,
        query: ProgressQuery,
        now: UnixSeconds,
    ) -> Result<DocumentId, FreezeError> {
        let (progress, cursors) = self.progress_at_rest(query).await?;
        let frozen = Frozen {
            unit: query.unit,
            as_of: query.as_of,
            is_rounded: query.percents == PercentMode::Round,
            at: now,
            who: self.who().clone(),
            epoch: self.epoch(),
            progress: serde_json::to_string(&progress).map_err(|_| FreezeError::TooLarge)?,
            cursors,
        };
        let signed = sign(&frozen, self.ledger().secrets().signing());
        let signed = signed.map_err(|_| FreezeError::TooLarge)?;
        let id = DocumentId(derive("sampan/report", &[&signed]));
        let act = Act::Froze {
            report: id,
            unit: query.unit,
        };
        let commit = Commit {
            puts: vec![put_report(id, signed)],
            appends: vec![self.audited(act, now)],
            ..Commit::default()
        };
        match self.settle(commit).await? {
            true => Ok(id),
            false => Err(CommitError::Contended.into()),
        }
    }

    /// Progress, and the ends of the streams it was counted from: read again if any grew meanwhile.
    /// On a server that never rests the ends are from before, and what came in between is told as
    /// having come since.
    async fn progress_at_rest(
        &self,
        query: ProgressQuery,
    ) -> Result<(Progress, Vec<(StreamId, u64)>), ProgressError> {
        let mut before = self.ends_under(query.unit, query.as_of).await?;
        for _ in 0..STILL_TRIES_MAX {
            let progress = self.progress(query).await?;
            let after = self.ends_under(query.unit, query.as_of).await?;
            if before == after {
                return Ok((progress, after));
            }
            before = after;
        }
        Ok((self.progress(query).await?, before))
    }

    /// How many entries the team streams of a unit and all below it have; those without any are
    /// left out.
    async fn ends_under(
        &self,
        unit: UnitId,
        day: LocalDay,
    ) -> Result<Vec<(StreamId, u64)>, LedgerError> {
        let tree = self.units();
        let mut units = vec![unit];
        let mut next = 0;
        while let Some(above) = units.get(next).copied() {
            units.extend(tree.children(above, day).map(|child| child.id));
            next += 1;
        }
        units.sort_unstable();
        let stream = |unit: &UnitId| StreamId {
            unit: *unit,
            audience: Audience::Team,
        };
        let mut ends = Vec::new();
        for some in units.chunks(HEADS_AT_ONCE) {
            let streams: Vec<StreamId> = some.iter().map(stream).collect();
            let heads = self.ledger().store().heads(streams.clone()).await?;
            ends.extend(streams.into_iter().zip(heads).filter(|(_, head)| *head > 0));
        }
        Ok(ends)
    }

    /// What came in since a report was frozen, whether or not it changed a figure.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn since(&self, frozen: &Frozen) -> Result<Since, LedgerError> {
        let had: BTreeMap<StreamId, u64> = frozen.cursors.iter().copied().collect();
        let ends = self.ends_under(frozen.unit, frozen.as_of).await?;
        let more = ends.into_iter().map(|(stream, end)| {
            let upto = had.get(&stream).copied().unwrap_or(0);
            end.saturating_sub(upto)
        });
        let more: Vec<u64> = more.filter(|more| *more > 0).collect();
        Ok(Since {
            entries: (!had.is_empty()).then(|| more.iter().sum()),
            streams: more.len(),
        })
    }

    /// A frozen report, if its signature is this server's.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn read_frozen(&self, signed: &[u8]) -> Result<Frozen, LedgerError> {
        let signing = self.ledger().secrets().public().signing;
        verify(signed, &signing)
            .or_else(|_| verify::<FrozenBefore>(signed, &signing).map(Frozen::from))
            .map_err(|_| LedgerError::Contradiction("a kept report is not as it was signed"))
    }

    /// What has changed since a report was frozen, for the same unit and day.
    ///
    /// # Errors
    /// [`ProgressError`].
    pub async fn differing(&self, frozen: &Frozen) -> Result<Vec<Differing>, ProgressError> {
        let query = ProgressQuery {
            unit: frozen.unit,
            as_of: frozen.as_of,
            percents: PercentMode::Truncate,
        };
        let now = serde_json::to_value(self.progress(query).await?).unwrap_or_default();
        let then = serde_json::from_str(&frozen.progress).unwrap_or_default();
        let (then, now) = (figures(&then), figures(&now));
        let keys: std::collections::BTreeSet<_> = then.keys().chain(now.keys()).collect();
        let count = |of: &Figures, key| of.get(key).map_or(0, |(_, count)| *count);
        let differing = keys.into_iter().filter_map(|key| {
            let (frozen, current) = (count(&then, key), count(&now, key));
            let name = then.get(key).or_else(|| now.get(key));
            (frozen != current).then(|| Differing {
                unit: key.0,
                name: name.map(|(name, _)| name.clone()).unwrap_or_default(),
                indicator: key.1.clone(),
                frozen,
                now: current,
            })
        });
        Ok(differing.collect())
    }
}

/// Every figure of an answer of `progress`, with its unit's name.
fn figures(progress: &Json) -> Figures {
    let children = progress["children"].as_array();
    let units = children.into_iter().flatten().chain([&progress["unit"]]);
    let mut figures = Figures::new();
    for unit in units {
        let name = unit["name"].as_str().unwrap_or_default();
        for figure in unit["figures"].as_array().into_iter().flatten() {
            let indicator = figure["indicator"].as_str().unwrap_or_default();
            let key = (
                unit["unit"].as_u64().unwrap_or_default(),
                indicator.to_owned(),
            );
            let count = figure["count"].as_u64().unwrap_or_default();
            figures.insert(key, (name.to_owned(), count));
        }
    }
    figures
}
