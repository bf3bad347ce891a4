//! Cohorts: people on the lists of schools and companies, counted by what their dossiers show.
//!
//! A list is what somebody imported; its people stay where they live and count there once. Whoever
//! is on the list and known to nobody here counts as not done.

use serde::Serialize;
use shared::event::Funnel;
use shared::id::{DeviceId, DocumentId, UnitId};
use shared::percent::{Percent, PercentMode, Share};
use shared::stage::stages;
use shared::time::LocalDay;

use super::Server;
use super::progress::{PERCENT_DECIMALS, plain};
use crate::import::order::What;
use crate::ledger::LedgerError;
use crate::ledger::import::ImportRecord;
use crate::store::Store;

/// Dossiers opened before others have a turn.
const OPENED_AT_ONCE: usize = 256;

/// The level of each funnel that a list is about: the card collected, the e-ID activated.
const CARD_DONE: usize = 2;
const EID_DONE: usize = 5;

/// How far one list is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CohortView {
    /// The import that brought it, in hexadecimal.
    pub import: String,
    /// What it is called.
    pub list: String,
    /// Where it comes from.
    pub source: String,
    /// The day the list was true on.
    #[serde(serialize_with = "super::progress::as_text")]
    pub as_of: LocalDay,
    /// Whose list it is.
    pub unit: UnitId,
    /// People on it.
    pub listed: u64,
    /// Those whom nobody here knows.
    pub unknown: u64,
    /// Those whose card was collected by the day asked for.
    pub with_card: CohortPart,
    /// Those whose e-ID was activated by then.
    pub with_eid: CohortPart,
}

/// Some of a list.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct CohortPart {
    /// How many have it.
    pub done: u64,
    /// How many have not.
    pub left: u64,
    /// Done by listed, cut off or rounded, such as `57.52`; `None` for an empty list.
    pub percent: Option<String>,
}

/// How many of a list are done, by funnel.
#[derive(Default)]
struct Done {
    card: u64,
    eid: u64,
}

impl<S: Store> Server<S> {
    /// The lists imported into a unit or below it, as far as they were by the end of a day, by
    /// name.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn cohorts(
        &self,
        unit: UnitId,
        as_of: LocalDay,
        percents: PercentMode,
    ) -> Result<Vec<CohortView>, LedgerError> {
        let tree = self.units();
        let mut views = Vec::new();
        for (id, record) in self.ledger().imports().await? {
            let is_cohort = What::named(&record.what) == Some(What::Cohort);
            let is_here = tree.is_within(record.unit, unit, as_of);
            if is_cohort && is_here && record.undone.is_none() {
                let done = self.done_of(&record.documents, as_of).await?;
                views.push(view((id, record), &done, percents));
            }
        }
        views.sort_by(|a, b| (&a.list, &a.import).cmp(&(&b.list, &b.import)));
        Ok(views)
    }

    async fn done_of(&self, people: &[DocumentId], as_of: LocalDay) -> Result<Done, LedgerError> {
        let mut done = Done::default();
        for some in people.chunks(OPENED_AT_ONCE) {
            let mut found = self.ledger().documents(some).await?;
            // Whoever was united with another since is found under the other's name.
            for id in some {
                if found.iter().all(|(known, _)| known != id) {
                    found.extend(self.find_dossier(*id).await?);
                }
            }
            for (_, document) in found {
                let stages = stages(&document.row);
                let by_then = |funnel: Funnel, level: usize| {
                    let reached = stages.funnel(funnel).reached[level - 1];
                    u64::from(reached.is_some_and(|one| one.at.day() <= as_of))
                };
                done.card += by_then(Funnel::Card, CARD_DONE);
                done.eid += by_then(Funnel::Eid, EID_DONE);
            }
            tokio::task::yield_now().await;
        }
        Ok(done)
    }
}

fn view((id, record): (DeviceId, ImportRecord), done: &Done, percents: PercentMode) -> CohortView {
    let unknown = u64::from(record.unknown);
    let listed = record.documents.len() as u64 + unknown;
    let part = |done: u64| {
        let share = Share {
            part: done,
            whole: listed,
        };
        CohortPart {
            done,
            left: listed.saturating_sub(done),
            percent: Percent::of(share, PERCENT_DECIMALS, percents).map(plain),
        }
    };
    CohortView {
        import: id.to_string(),
        list: record.list,
        source: record.source,
        as_of: record.as_of,
        unit: record.unit,
        listed,
        unknown,
        with_card: part(done.card),
        with_eid: part(done.eid),
    }
}
