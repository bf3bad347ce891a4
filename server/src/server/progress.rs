//! Progress: what a unit has reached by a day, against its targets.

use core::ops::RangeInclusive;
use std::collections::BTreeMap;

use serde::{Serialize, Serializer};
use shared::catalogue::TargetKind;
use shared::field::PartialDate;
use shared::id::{DocumentId, UnitId};
use shared::key::Key;
use shared::percent::{Percent, PercentMode, Share};
use shared::row::Row;
use shared::tally::{Indicator, NO_DAY};
use shared::time::LocalDay;
use shared::unit::{UnitTree, UnitVersion};
use shared::value::Value;

use super::Server;
use crate::ledger::LedgerError;
use crate::ledger::document::Found;
use crate::store::limits::READ_KEYS_MAX;
use crate::store::{Store, Sum, Tally, TallyQuery};

/// Decimals of a percentage in progress, as in reports.
pub const PERCENT_DECIMALS: u8 = 2;

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProgressQuery {
    /// The unit.
    pub unit: UnitId,
    /// Days up to and including this one count, as known now.
    pub as_of: LocalDay,
    /// What becomes of the digits of a percentage that are not printed.
    pub percents: PercentMode,
}

/// A unit's figures and those of the units directly below it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Progress {
    /// The day up to which everything here counts.
    #[serde(serialize_with = "as_text")]
    pub as_of: LocalDay,
    /// The unit itself, everything below it included.
    pub unit: UnitProgress,
    /// Each unit directly below it, likewise.
    pub children: Vec<UnitProgress>,
}

/// One unit's figures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UnitProgress {
    /// Which unit.
    pub unit: UnitId,
    /// Its Vietnamese name.
    pub name: String,
    /// Its figures, those above zero, by indicator.
    pub figures: Vec<Figure>,
    /// Its targets, by indicator.
    pub targets: Vec<Target>,
    /// What part of another figure each of its figures is, by indicator.
    pub parts: Vec<Part>,
}

/// A figure beside the one it is a part of, such as cards handed over of those collected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Part {
    /// The part.
    #[serde(serialize_with = "as_text")]
    pub indicator: Indicator,
    /// The whole.
    #[serde(serialize_with = "as_text")]
    pub of: Indicator,
    /// Such as `88.59`. A whole of 0 has no parts in the answer.
    pub percent: String,
}

/// One figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Figure {
    /// What is counted, by its stable name.
    #[serde(serialize_with = "as_text")]
    pub indicator: Indicator,
    /// How many.
    pub count: u64,
    /// Up to the end of this day.
    #[serde(serialize_with = "as_text")]
    pub as_of: LocalDay,
}

/// A target and how far it is reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Target {
    /// The document that sets it, in hexadecimal.
    #[serde(serialize_with = "as_text")]
    pub document: DocumentId,
    /// What is counted.
    #[serde(serialize_with = "as_text")]
    pub indicator: Indicator,
    /// Whose figure it is, by its stable name; `None` if the document does not say.
    pub kind: Option<&'static str>,
    /// What is to be reached.
    pub value: u64,
    /// The first day that counts towards it; `None`: every day up to [`Self::as_of`] does.
    #[serde(serialize_with = "as_text_or_null")]
    pub from: Option<LocalDay>,
    /// The day it is due, if one is set.
    #[serde(serialize_with = "as_text_or_null")]
    pub due: Option<LocalDay>,
    /// What is reached.
    pub reached: u64,
    /// The day on which it was reached, where it is due on a day and was.
    #[serde(serialize_with = "as_text_or_null")]
    pub met_on: Option<LocalDay>,
    /// How many a day, rounded up, would reach it by the day it is due; `None` once that has come.
    pub needed_per_day: Option<u64>,
    /// Reached by value, such as `97.78`; `None` without a value to reach.
    pub percent: Option<String>,
    /// Up to the end of this day.
    #[serde(serialize_with = "as_text")]
    pub as_of: LocalDay,
}

/// Why there is no progress to tell.
#[derive(Debug, thiserror::Error)]
pub enum ProgressError {
    /// The unit does not exist on that day.
    #[error("there is no such unit on that day; ask for `units`")]
    NoSuchUnit,
    /// The ledger could not be read.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

pub(super) type Counts = BTreeMap<Indicator, u64>;

impl<S: Store> Server<S> {
    /// The progress of a unit and of those directly below it, in the tree of the day asked for.
    ///
    /// # Errors
    /// [`ProgressError`].
    pub async fn progress(&self, query: ProgressQuery) -> Result<Progress, ProgressError> {
        let units = self.units();
        let ProgressQuery { unit, as_of, .. } = query;
        let found = units.get(unit, as_of).ok_or(ProgressError::NoSuchUnit)?;
        let children: Vec<&UnitVersion> = units.children(unit, as_of).collect();
        let below = |child: &&UnitVersion| (child.id, all_within(&units, child.id, as_of));
        let mut members: Vec<(UnitId, Vec<UnitId>)> = children.iter().map(below).collect();
        members.push((unit, vec![unit]));
        let by_member = self.counts(&members, as_of).await?;
        let mut total = Counts::new();
        for counts in by_member.values() {
            for (indicator, count) in counts {
                *total.entry(*indicator).or_default() += count;
            }
        }
        let mut answer = Progress {
            as_of,
            unit: self.unit_progress(found, &total, query).await?,
            children: Vec::with_capacity(children.len()),
        };
        for child in children {
            let counts = by_member.get(&child.id).cloned().unwrap_or_default();
            let progress = self.unit_progress(child, &counts, query).await?;
            answer.children.push(progress);
        }
        Ok(answer)
    }

    /// What the units of each member count together.
    async fn counts(
        &self,
        members: &[(UnitId, Vec<UnitId>)],
        as_of: LocalDay,
    ) -> Result<BTreeMap<UnitId, Counts>, LedgerError> {
        let owner: BTreeMap<UnitId, UnitId> = members
            .iter()
            .flat_map(|(member, units)| units.iter().map(move |unit| (*unit, *member)))
            .collect();
        let asked: Vec<UnitId> = owner.keys().copied().collect();
        let mut counts: BTreeMap<UnitId, Counts> = BTreeMap::new();
        for sum in self.sums(&asked, as_of).await? {
            if let Some(indicator) = Indicator::from_code(sum.indicator) {
                let of_member = counts.entry(owner[&sum.unit]).or_default();
                *of_member.entry(indicator).or_default() += sum.count;
            }
        }
        Ok(counts)
    }

    /// What each of these units counts up to a day.
    async fn sums(&self, units: &[UnitId], as_of: LocalDay) -> Result<Vec<Sum>, LedgerError> {
        let indicators: Vec<u16> = Indicator::all().map(Indicator::code).collect();
        let mut found = Vec::new();
        for units in units.chunks(READ_KEYS_MAX / indicators.len()) {
            let query = TallyQuery {
                units: units.to_vec(),
                indicators: indicators.clone(),
                days: NO_DAY..=as_of,
            };
            found.extend(self.ledger().store().sums(query).await?);
        }
        Ok(found)
    }

    /// Every count of these units in a period.
    pub(crate) async fn tallies(
        &self,
        units: &[UnitId],
        days: RangeInclusive<LocalDay>,
    ) -> Result<Vec<Tally>, LedgerError> {
        let indicators: Vec<u16> = Indicator::all().map(Indicator::code).collect();
        let mut found = Vec::new();
        for units in units.chunks(READ_KEYS_MAX / indicators.len()) {
            let query = TallyQuery {
                units: units.to_vec(),
                indicators: indicators.clone(),
                days: days.clone(),
            };
            found.extend(self.ledger().store().tallies(query).await?);
        }
        Ok(found)
    }

    async fn unit_progress(
        &self,
        unit: &UnitVersion,
        counts: &Counts,
        query: ProgressQuery,
    ) -> Result<UnitProgress, LedgerError> {
        let as_of = query.as_of;
        let figure = |(&indicator, &count): (&Indicator, &u64)| Figure {
            indicator,
            count,
            as_of,
        };
        let mut targets = Vec::new();
        for id in self.ledger().targets_of(unit.id).await? {
            let Found::Document(document) = self.ledger().document(id).await? else {
                continue;
            };
            if let Some(goal) = Goal::read(&document.row) {
                let way = self.way(&goal, unit.id, counts, as_of).await?;
                targets.push(goal.target(id, way, query));
            }
        }
        targets.sort_by_key(|target| (target.indicator, target.kind, target.document));
        Ok(UnitProgress {
            unit: unit.id,
            name: unit.full_name_vi(),
            figures: counts.iter().map(figure).collect(),
            targets,
            parts: parts(counts, query.percents),
        })
    }

    /// How far a unit has come on its way to a goal. Only a goal with days of its own asks for a
    /// count of its own.
    async fn way(
        &self,
        goal: &Goal,
        unit: UnitId,
        counts: &Counts,
        as_of: LocalDay,
    ) -> Result<Way, LedgerError> {
        if goal.from.is_none() && goal.due.is_none() {
            return Ok(Way {
                reached: counts.get(&goal.indicator).copied().unwrap_or(0),
                met_on: None,
            });
        }
        let from = goal.from.unwrap_or(NO_DAY);
        if as_of < from {
            return Ok(Way::default());
        }
        let units = all_within(&self.units(), unit, as_of);
        let by_day = self.by_day(&units, goal.indicator, from..=as_of).await?;
        Ok(Way::to(goal.value, &by_day))
    }

    /// How often these units counted an indicator on each day of a period.
    pub(super) async fn by_day(
        &self,
        units: &[UnitId],
        indicator: Indicator,
        days: RangeInclusive<LocalDay>,
    ) -> Result<BTreeMap<LocalDay, u64>, LedgerError> {
        let mut by_day = BTreeMap::new();
        for units in units.chunks(READ_KEYS_MAX) {
            let asked = TallyQuery {
                units: units.to_vec(),
                indicators: vec![indicator.code()],
                days: days.clone(),
            };
            for tally in self.ledger().store().tallies(asked).await? {
                *by_day.entry(tally.day).or_default() += tally.count;
            }
        }
        Ok(by_day)
    }
}

/// How far a unit has come.
#[derive(Default)]
struct Way {
    reached: u64,
    /// The first day on which that was enough, if the indicator has days.
    met_on: Option<LocalDay>,
}

impl Way {
    fn to(value: u64, by_day: &BTreeMap<LocalDay, u64>) -> Self {
        let mut way = Self::default();
        for (&day, count) in by_day {
            way.reached += count;
            if way.reached >= value && day != NO_DAY {
                way.met_on.get_or_insert(day);
            }
        }
        way
    }
}

/// A target as its document shows it.
struct Goal {
    indicator: Indicator,
    kind: Option<TargetKind>,
    value: u64,
    from: Option<LocalDay>,
    due: Option<LocalDay>,
}

impl Goal {
    /// `None` if it was withdrawn or is not complete yet.
    fn read(row: &Row) -> Option<Self> {
        if row.get(&Key::WITHDRAWN) == Some(&Value::Bool(true)) {
            return None;
        }
        let code = u16::try_from(uint(row, &Key::TARGET_INDICATOR)?).ok()?;
        Some(Self {
            indicator: Indicator::from_code(code)?,
            kind: uint(row, &Key::TARGET_KIND).and_then(TargetKind::from_code),
            value: uint(row, &Key::TARGET_VALUE)?,
            from: day(row, &Key::TARGET_FROM),
            due: day(row, &Key::TARGET_DUE),
        })
    }

    fn target(self, document: DocumentId, way: Way, query: ProgressQuery) -> Target {
        let share = Share {
            part: way.reached,
            whole: self.value,
        };
        Target {
            document,
            indicator: self.indicator,
            kind: self.kind.map(TargetKind::name),
            value: self.value,
            from: self.from,
            due: self.due,
            reached: way.reached,
            met_on: way.met_on,
            needed_per_day: self.needed_per_day(way.reached, query.as_of),
            percent: printed(share, query.percents),
            as_of: query.as_of,
        }
    }
}

impl Goal {
    fn needed_per_day(&self, reached: u64, as_of: LocalDay) -> Option<u64> {
        let days = u64::try_from(self.due?.0.checked_sub(as_of.0)?).ok()?;
        let left = self.value.saturating_sub(reached);
        (days > 0).then(|| left.div_ceil(days))
    }
}

/// The figures that are part of another one.
pub(super) fn parts(counts: &Counts, percents: PercentMode) -> Vec<Part> {
    let count = |indicator| counts.get(&indicator).copied().unwrap_or(0);
    let part = |indicator: Indicator| {
        let of = indicator.whole()?;
        let share = Share {
            part: count(indicator),
            whole: count(of),
        };
        Some(Part {
            indicator,
            of,
            percent: printed(share, percents)?,
        })
    };
    Indicator::all().filter_map(part).collect()
}

pub(super) fn uint(row: &Row, key: &Key) -> Option<u64> {
    row.get(key).and_then(Value::as_uint)
}

/// A day of the row; `None` also where only its month or year is known.
pub(super) fn day(row: &Row, key: &Key) -> Option<LocalDay> {
    let packed = u32::try_from(uint(row, key)?).ok()?;
    PartialDate::from_packed(packed).ok()?.day()
}

fn printed(share: Share, percents: PercentMode) -> Option<String> {
    Percent::of(share, PERCENT_DECIMALS, percents).map(plain)
}

/// A percentage with a point and without a sign, for programs.
pub(super) fn plain(percent: Percent) -> String {
    let width = usize::from(percent.decimals());
    let unit = 10_u128.pow(percent.decimals().into());
    let (whole, fraction) = (percent.digits() / unit, percent.digits() % unit);
    format!("{whole}.{fraction:0width$}")
}

/// The unit and everything below it.
pub(super) fn all_within(units: &UnitTree, root: UnitId, day: LocalDay) -> Vec<UnitId> {
    let mut found = Vec::new();
    let mut open = vec![root];
    while let Some(unit) = open.pop() {
        found.push(unit);
        open.extend(units.children(unit, day).map(|child| child.id));
    }
    found
}

pub(super) fn as_text<T: core::fmt::Display, S: Serializer>(
    value: &T,
    to: S,
) -> Result<S::Ok, S::Error> {
    to.collect_str(value)
}

fn as_text_or_null<T: core::fmt::Display, S: Serializer>(
    value: &Option<T>,
    to: S,
) -> Result<S::Ok, S::Error> {
    match value {
        Some(value) => to.collect_str(value),
        None => to.serialize_none(),
    }
}
