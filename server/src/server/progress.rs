//! Progress: what a unit has reached by a day, against its targets.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};
use shared::catalogue::TargetKind;
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
use crate::store::{Store, Tally, TallyQuery};

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
    /// What is reached.
    pub reached: u64,
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

type Counts = BTreeMap<Indicator, u64>;

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
        let mut add = |tally: Tally| {
            if let Some(indicator) = Indicator::from_code(tally.indicator) {
                let of_member = counts.entry(owner[&tally.unit]).or_default();
                *of_member.entry(indicator).or_default() += tally.count;
            }
        };
        for tally in self.tallies(&asked, as_of).await? {
            add(tally);
        }
        Ok(counts)
    }

    /// Every count of these units up to a day.
    pub(crate) async fn tallies(
        &self,
        units: &[UnitId],
        as_of: LocalDay,
    ) -> Result<Vec<Tally>, LedgerError> {
        let indicators: Vec<u16> = Indicator::all().map(Indicator::code).collect();
        let mut found = Vec::new();
        for units in units.chunks(READ_KEYS_MAX / indicators.len()) {
            let query = TallyQuery {
                units: units.to_vec(),
                indicators: indicators.clone(),
                days: NO_DAY..=as_of,
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
            if let Found::Document(document) = self.ledger().document(id).await? {
                targets.extend(target(id, &document.row, counts, query));
            }
        }
        targets.sort_by_key(|target| (target.indicator, target.kind, target.document));
        Ok(UnitProgress {
            unit: unit.id,
            name: unit.full_name_vi(),
            figures: counts.iter().map(figure).collect(),
            targets,
        })
    }
}

/// A target as its document shows it; `None` if it was withdrawn or is not complete yet.
fn target(id: DocumentId, row: &Row, counts: &Counts, query: ProgressQuery) -> Option<Target> {
    let uint = |key: &Key| row.get(key).and_then(Value::as_uint);
    if row.get(&Key::WITHDRAWN) == Some(&Value::Bool(true)) {
        return None;
    }
    let code = u16::try_from(uint(&Key::TARGET_INDICATOR)?).ok()?;
    let indicator = Indicator::from_code(code)?;
    let value = uint(&Key::TARGET_VALUE)?;
    let reached = counts.get(&indicator).copied().unwrap_or(0);
    let share = Share {
        part: reached,
        whole: value,
    };
    let percent = Percent::of(share, PERCENT_DECIMALS, query.percents);
    Some(Target {
        document: id,
        indicator,
        kind: uint(&Key::TARGET_KIND)
            .and_then(TargetKind::from_code)
            .map(TargetKind::name),
        value,
        reached,
        percent: percent.map(plain),
        as_of: query.as_of,
    })
}

/// A percentage with a point and without a sign, for programs.
fn plain(percent: Percent) -> String {
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
