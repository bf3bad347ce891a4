//! Cohorts: people on the lists of schools and companies, counted by what their dossiers show.
//!
//! A list is what somebody imported; its people stay where they live and count there once. Whoever
//! is on the list and known to nobody here counts as not done.

use std::collections::BTreeMap;

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
use crate::ledger::document::Document;
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

/// What somebody on a list has by a day.
struct Has {
    card: bool,
    eid: bool,
}

impl Has {
    fn by(document: &Document, day: LocalDay) -> Self {
        let stages = stages(&document.row);
        let reached = |funnel: Funnel, level: usize| {
            let reached = stages.funnel(funnel).reached[level - 1];
            reached.is_some_and(|one| one.at.day() <= day)
        };
        Self {
            card: reached(Funnel::Card, CARD_DONE),
            eid: reached(Funnel::Eid, EID_DONE),
        }
    }

    fn all(&self) -> bool {
        self.card && self.eid
    }
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

    /// Whoever of an imported list lacks the card or the e-ID on a day, and
    /// what the list is called; `None` if there is no such list.
    pub(super) async fn left_on_list(
        &self,
        list: DeviceId,
        day: LocalDay,
    ) -> Result<Option<(String, Vec<DocumentId>)>, LedgerError> {
        let found = self.ledger().import(list).await?.record;
        let is_cohort = |record: &ImportRecord| {
            What::named(&record.what) == Some(What::Cohort) && record.undone.is_none()
        };
        let Some(record) = found.filter(is_cohort) else {
            return Ok(None);
        };
        let mut left = Vec::new();
        for some in record.documents.chunks(OPENED_AT_ONCE) {
            let listed = self.listed(some).await?;
            let undone = |document: &Document| !Has::by(document, day).all();
            left.extend(
                listed
                    .into_iter()
                    .filter(|(_, document)| undone(document))
                    .map(|(id, _)| id),
            );
            tokio::task::yield_now().await;
        }
        Ok(Some((record.list, left)))
    }

    async fn done_of(&self, people: &[DocumentId], as_of: LocalDay) -> Result<Done, LedgerError> {
        let mut done = Done::default();
        for some in people.chunks(OPENED_AT_ONCE) {
            for (_, document) in self.listed(some).await? {
                let has = Has::by(&document, as_of);
                done.card += u64::from(has.card);
                done.eid += u64::from(has.eid);
            }
            tokio::task::yield_now().await;
        }
        Ok(done)
    }

    /// These dossiers, each once for each time it is named, and under the name it goes on by: whoever
    /// was united with another since is found there.
    async fn listed(
        &self,
        some: &[DocumentId],
    ) -> Result<Vec<(DocumentId, Document)>, LedgerError> {
        let mut known: BTreeMap<DocumentId, Document> =
            self.ledger().documents(some).await?.into_iter().collect();
        let mut listed = Vec::with_capacity(some.len());
        for id in some {
            match known.remove(id) {
                Some(document) => listed.push((*id, document)),
                None => listed.extend(self.find_dossier(*id).await?),
            }
        }
        Ok(listed)
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
