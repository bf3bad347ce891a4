//! Frozen reports: what progress said at a moment, signed, and what has changed since.
//!
//! Late work changes past days, so a report that was handed in and the page of today may differ.
//! A frozen report keeps its numbers for good; the difference is told beside it and never hidden.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use shared::hash::derive;
use shared::id::{DocumentId, UnitId};
use shared::percent::PercentMode;
use shared::signed::{Signable, sign, verify};
use shared::time::{LocalDay, UnixSeconds};

use super::{CommitError, ProgressError, ProgressQuery, Server};
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
}

impl Signable for Frozen {
    const DOMAIN: &'static str = "sampan/report/v1";
    /// A province's communes with every indicator they have.
    const BYTES_MAX: usize = 4 * 1024 * 1024;
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
        let progress = self.progress(query).await?;
        let frozen = Frozen {
            unit: query.unit,
            as_of: query.as_of,
            is_rounded: query.percents == PercentMode::Round,
            at: now,
            who: self.who().clone(),
            epoch: self.epoch(),
            progress: serde_json::to_string(&progress).map_err(|_| FreezeError::TooLarge)?,
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

    /// A frozen report, if its signature is this server's.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn read_frozen(&self, signed: &[u8]) -> Result<Frozen, LedgerError> {
        let signing = self.ledger().secrets().public().signing;
        verify(signed, &signing)
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
