//! Pace: how a unit's figure grew day by day, beside the campaign's target.

use serde::Serialize;
use shared::catalogue::TargetKind;
use shared::id::{DocumentId, UnitId};
use shared::key::Key;
use shared::row::Row;
use shared::tally::{Indicator, NO_DAY};
use shared::time::LocalDay;
use shared::value::Value;

use super::progress::{all_within, day, uint};
use super::{ProgressError, Server};
use crate::ledger::LedgerError;
use crate::ledger::document::Found;
use crate::store::Store;

/// Days one answer tells: the longest campaigns last a year.
pub const PACE_DAYS_MAX: i32 = 400;

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PaceQuery {
    /// The unit, everything below it included.
    pub unit: UnitId,
    /// What is counted.
    pub indicator: Indicator,
    /// The last day that counts.
    pub as_of: LocalDay,
}

/// How a figure grew while a campaign ran.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Pace {
    /// What the campaign is called, if anybody said so.
    pub campaign: Option<String>,
    /// What is to be reached.
    pub target: u64,
    /// The campaign's first day.
    #[serde(serialize_with = "super::progress::as_text")]
    pub start: LocalDay,
    /// Its last day.
    #[serde(serialize_with = "super::progress::as_text")]
    pub end: LocalDay,
    /// What was reached by the end of each day, from the first up to the one asked for, as known
    /// now.
    pub reached: Vec<u64>,
}

/// A target within its campaign.
struct Goal {
    is_assigned: bool,
    pace: Pace,
}

impl<S: Store> Server<S> {
    /// The pace towards the unit's target, the one set from above before others; `None` without
    /// a target in a campaign whose days are known and have begun.
    ///
    /// # Errors
    /// [`ProgressError`].
    pub async fn pace(&self, query: PaceQuery) -> Result<Option<Pace>, ProgressError> {
        let units = self.units();
        let PaceQuery { unit, as_of, .. } = query;
        units.get(unit, as_of).ok_or(ProgressError::NoSuchUnit)?;
        let mut goals = Vec::new();
        for id in self.ledger().targets_of(unit).await? {
            goals.extend(self.goal(id, query).await?);
        }
        goals.sort_by_key(|goal| !goal.is_assigned);
        let Some(Goal { mut pace, .. }) = goals.into_iter().next() else {
            return Ok(None);
        };
        let last = as_of.min(pace.end).0.min(pace.start.0 + PACE_DAYS_MAX);
        let by_day = self
            .by_day(
                &all_within(&units, unit, as_of),
                query.indicator,
                NO_DAY..=as_of,
            )
            .await?;
        let upto = |day| by_day.range(..=LocalDay(day)).map(|(_, count)| count).sum();
        pace.reached = (pace.start.0..=last).map(upto).collect();
        Ok(Some(pace))
    }

    async fn goal(&self, id: DocumentId, query: PaceQuery) -> Result<Option<Goal>, LedgerError> {
        let Found::Document(target) = self.ledger().document(id).await? else {
            return Ok(None);
        };
        let row = &target.row;
        let is_wanted = uint(row, &Key::TARGET_INDICATOR) == Some(query.indicator.code().into())
            && row.get(&Key::WITHDRAWN) != Some(&Value::Bool(true));
        let link = row.get(&Key::TARGET_CAMPAIGN).and_then(Value::as_bytes);
        let campaign = link.and_then(|link| <[u8; 16]>::try_from(link).ok());
        let (Some(campaign), true) = (campaign.map(DocumentId), is_wanted) else {
            return Ok(None);
        };
        let Found::Document(campaign) = self.ledger().document(campaign).await? else {
            return Ok(None);
        };
        let kind = uint(row, &Key::TARGET_KIND).and_then(TargetKind::from_code);
        let goal = |(start, end): (LocalDay, LocalDay)| {
            Some(Goal {
                is_assigned: kind == Some(TargetKind::Assigned),
                pace: Pace {
                    campaign: text(&campaign.row, &Key::CAMPAIGN_NAME),
                    target: uint(row, &Key::TARGET_VALUE)?,
                    start,
                    end,
                    reached: Vec::new(),
                },
            })
        };
        let days =
            day(&campaign.row, &Key::CAMPAIGN_FROM).zip(day(&campaign.row, &Key::CAMPAIGN_TO));
        let days = days.filter(|(start, end)| *start <= *end && *start <= query.as_of);
        Ok(days.and_then(goal))
    }
}

fn text(row: &Row, key: &Key) -> Option<String> {
    row.get(key).and_then(Value::as_text).map(str::to_owned)
}
