//! What the server answers when asked for the campaign's progress, beside what was published.

use shared::catalogue::TargetKind;
use shared::id::UnitId;
use shared::percent::{NumberStyle, PercentMode};
use shared::receipt::Outcome;
use shared::tally::Indicator;
use shared::time::LocalDay;

use super::campaign::Campaign;
use crate::demo::hand_in::Taken;
use crate::demo::replay::{Check, Figure, percent};
use crate::demo::world::DemoError;
use crate::server::{Progress, ProgressQuery, Server, Target, UnitProgress};
use crate::store::Store;

/// What the reports name.
const REPORTED: [Indicator; 3] = [
    Indicator::EidCollected,
    Indicator::EidAccepted,
    Indicator::EidActivated,
];

/// The province's progress on the two days that were reported.
pub(super) struct Answers {
    october: Progress,
    november: Progress,
    communes: usize,
    /// The targets of all communes together.
    communes_want: u64,
}

impl Answers {
    pub(super) async fn of<S: Store>(
        server: &Server<S>,
        campaign: &Campaign<'_>,
    ) -> Result<Self, DemoError> {
        let [october, november] = campaign.days.reported;
        let mut answers = Self {
            october: ask(server, campaign.province, october).await?,
            november: ask(server, campaign.province, november).await?,
            communes: 0,
            communes_want: 0,
        };
        for district in &answers.november.children {
            let communes = ask(server, district.unit, november).await?.children;
            answers.communes += communes.len();
            let wanted = communes.iter().filter_map(target);
            answers.communes_want += wanted.map(|target| target.value).sum::<u64>();
        }
        Ok(answers)
    }

    /// The province on both days, and its districts on the last.
    pub(super) fn figures(&self) -> Vec<Figure> {
        let both = [&self.october, &self.november].into_iter();
        let province = both.flat_map(|progress| {
            REPORTED.map(|indicator| figure(&progress.unit, indicator, progress.as_of))
        });
        let activated = Indicator::EidActivated;
        let districts = self.november.children.iter();
        let districts = districts.map(|district| figure(district, activated, self.november.as_of));
        province.chain(districts).collect()
    }

    pub(super) fn checks(&self, taken: &Taken) -> Vec<Check> {
        let [collected, accepted, activated] =
            REPORTED.map(|indicator| count(&self.november.unit, indicator));
        let before = count(&self.october.unit, Indicator::EidActivated);
        let target = target(&self.november.unit);
        let wanted = target.map_or(0, |target| target.value);
        let cut = target.and_then(|target| target.percent.clone());
        let stored = taken.outcomes.get(Outcome::Stored.code()).copied();
        let not_stored = taken.changes.saturating_sub(stored.unwrap_or(0));
        let tree = format!("{}/{}", self.november.children.len(), self.communes);
        let check =
            |name, expected, found| Check::new(name, expected, NumberStyle::English.count(found));
        let (then, now) = (percent(before, wanted, 1), cut.unwrap_or_default());
        vec![
            Check::new("districts/communes", "11/109", tree),
            check("target", "654,392", wanted),
            check(
                "targets of the communes together",
                "654,392",
                self.communes_want,
            ),
            check("collected as of 2023-11-19", "1,000,777", collected),
            check("accepted as of 2023-11-19", "930,102", accepted),
            check("activated as of 2023-11-19", "639,870", activated),
            Check::new("percent of the target, 2 decimals", "97.78", now),
            check("activated as of 2023-10-23", "354,938", before),
            Check::new("of the target then, 1 decimal", "54.2%", then),
            check("not accepted", "70,675", collected.saturating_sub(accepted)),
            check(
                "accepted, not activated",
                "290,232",
                accepted.saturating_sub(activated),
            ),
            check(
                "short of the target",
                "14,522",
                wanted.saturating_sub(activated),
            ),
            check("changes not stored", "0", not_stored),
        ]
    }
}

async fn ask<S: Store>(
    server: &Server<S>,
    unit: UnitId,
    as_of: LocalDay,
) -> Result<Progress, DemoError> {
    let query = ProgressQuery {
        unit,
        as_of,
        percents: PercentMode::Truncate,
    };
    Ok(server.progress(query).await?)
}

fn count(progress: &UnitProgress, indicator: Indicator) -> u64 {
    let mut figures = progress.figures.iter();
    let found = figures.find(|figure| figure.indicator == indicator);
    found.map_or(0, |figure| figure.count)
}

/// The unit's assigned target of activated accounts.
fn target(progress: &UnitProgress) -> Option<&Target> {
    let kind = Some(TargetKind::Assigned.name());
    let is_it =
        |target: &&Target| target.indicator == Indicator::EidActivated && target.kind == kind;
    progress.targets.iter().find(is_it)
}

fn figure(progress: &UnitProgress, indicator: Indicator, as_of: LocalDay) -> Figure {
    let of_it = |target: &&Target| target.indicator == indicator;
    let target = target(progress).filter(of_it);
    Figure {
        unit: progress.name.clone(),
        indicator: indicator.to_string(),
        as_of: as_of.to_string(),
        count: count(progress, indicator),
        target: target.map(|target| target.value),
        percent: target.and_then(|target| target.percent.clone()),
    }
}
