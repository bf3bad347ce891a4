//! What the server answers when asked for a campaign's progress, beside what was published.

use shared::catalogue::TargetKind;
use shared::id::UnitId;
use shared::percent::{NumberStyle, Percent, PercentMode, Share};
use shared::receipt::Outcome;
use shared::tally::Indicator;
use shared::time::LocalDay;

use super::play::ask;
use super::shares::Campaign;
use super::{Check, Figure};
use crate::demo::hand_in::Taken;
use crate::demo::world::DemoError;
use crate::server::{Progress, Server, Target, UnitProgress};
use crate::store::Store;

/// The comparisons of one replay.
#[derive(Default)]
pub(super) struct Checks(Vec<Check>);

impl Checks {
    /// Compares a count, with commas between thousands.
    pub(super) fn count(&mut self, name: &'static str, published: &str, found: u64) {
        self.text(name, published, NumberStyle::English.count(found));
    }

    /// Compares a text.
    pub(super) fn text(&mut self, name: &'static str, published: &str, found: impl ToString) {
        self.0.push(Check::new(name, published, found));
    }

    /// Compares the share of one figure in another, cut and rounded, with one number of decimals
    /// for both.
    pub(super) fn share(
        &mut self,
        (cut_name, cut): (&'static str, &str),
        (rounded_name, rounded): (&'static str, &str),
        (part, whole): (u64, u64),
    ) {
        let decimals = cut.split('.').nth(1).map_or(0, |tail| tail.len() - 1) as u8;
        let share = Share { part, whole };
        let mut compare = |name, published: &str, mode| {
            let percent = Percent::of(share, decimals, mode);
            self.text(name, published, NumberStyle::English.percent(percent));
        };
        compare(cut_name, cut, PercentMode::Truncate);
        compare(rounded_name, rounded, PercentMode::Round);
    }

    /// Every change that phones and desks handed in was stored.
    pub(super) fn all_stored(&mut self, taken: &Taken) {
        let stored = taken.outcomes.get(Outcome::Stored.code()).copied();
        let lost = taken.changes.saturating_sub(stored.unwrap_or(0));
        self.count("changes not stored", "0", lost);
    }

    pub(super) fn all(self) -> Vec<Check> {
        self.0
    }
}

/// What a unit counts.
pub(super) fn count(progress: &UnitProgress, indicator: Indicator) -> u64 {
    let mut figures = progress.figures.iter();
    let found = figures.find(|figure| figure.indicator == indicator);
    found.map_or(0, |figure| figure.count)
}

/// A unit's target of a kind.
pub(super) fn target(
    progress: &UnitProgress,
    indicator: Indicator,
    kind: TargetKind,
) -> Option<&Target> {
    let is_it =
        |target: &&Target| target.indicator == indicator && target.kind == Some(kind.name());
    progress.targets.iter().find(is_it)
}

/// What share of the figure it is a part of an indicator is, in percent.
pub(super) fn part(progress: &UnitProgress, indicator: Indicator) -> String {
    let mut parts = progress.parts.iter();
    let found = parts.find(|part| part.indicator == indicator);
    found.map_or_else(|| "-".to_owned(), |part| part.percent.clone())
}

/// How a target's percentage reads, or a dash.
pub(super) fn reads(target: Option<&Target>) -> String {
    let percent = target.and_then(|target| target.percent.clone());
    percent.unwrap_or_else(|| "-".to_owned())
}

/// Figures of a unit, for the report.
pub(super) fn figures(progress: &UnitProgress, of: &[Indicator], as_of: LocalDay) -> Vec<Figure> {
    let figure = |&indicator: &Indicator| {
        let target = target(progress, indicator, TargetKind::Assigned);
        Figure {
            unit: progress.name.clone(),
            indicator: indicator.to_string(),
            as_of: as_of.to_string(),
            count: count(progress, indicator),
            target: target.map(|target| target.value),
            percent: target.and_then(|target| target.percent.clone()),
        }
    };
    of.iter().map(figure).collect()
}

/// The districts and, in one list, the communes of a campaign on its last reported day.
pub(super) struct Tiers {
    pub(super) districts: Vec<UnitProgress>,
    pub(super) communes: Vec<UnitProgress>,
}

impl Tiers {
    pub(super) async fn of<S: Store>(
        server: &Server<S>,
        campaign: &Campaign<'_>,
        province: &Progress,
    ) -> Result<Self, DemoError> {
        let mut communes = Vec::new();
        for district in &province.children {
            communes.extend(
                ask(server, district.unit, campaign.script.last_day())
                    .await?
                    .children,
            );
        }
        Ok(Self {
            districts: province.children.clone(),
            communes,
        })
    }

    /// How many there are, such as `11/109`.
    pub(super) fn size(&self) -> String {
        format!("{}/{}", self.districts.len(), self.communes.len())
    }

    /// How many of each reached their target of a kind, such as `9/9, 91/91`.
    pub(super) fn done(&self, indicator: Indicator, kind: TargetKind) -> String {
        let of = |units: &[UnitProgress]| {
            let is_done = |unit: &&UnitProgress| {
                target(unit, indicator, kind).is_some_and(|target| target.reached >= target.value)
            };
            format!("{}/{}", units.iter().filter(is_done).count(), units.len())
        };
        format!("{}, {}", of(&self.districts), of(&self.communes))
    }

    /// The targets of all communes together.
    pub(super) fn communes_want(&self, indicator: Indicator, kind: TargetKind) -> u64 {
        let targets = self
            .communes
            .iter()
            .filter_map(|unit| target(unit, indicator, kind));
        targets.map(|target| target.value).sum()
    }
}

/// The unit of a progress below another, by its id.
pub(super) fn below(progress: &Progress, unit: UnitId) -> Option<&UnitProgress> {
    progress.children.iter().find(|child| child.unit == unit)
}
