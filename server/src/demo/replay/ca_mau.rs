//! Cà Mau, 26 February to 15 March 2023: why 49,741 residents have no card, one by one.
//!
//! Figures are those of an action meeting on 26 February. How the reasons divide, and how many
//! e-ID dossiers there were, was not reported and is made up; the reasons add up to the total.

use shared::catalogue::TargetKind;
use shared::reason::Reason;
use shared::tally::{Indicator, Reported};

use super::answers::{Checks, Tiers, count, figures, part, target};
use super::office::Office;
use super::play::{Played, ask, play_work};
use super::roster::{classify, sample_plans};
use super::sample::SampleWork;
use super::script::{Goal, Sample, Script, Series, Where, date};
use super::shares::Campaign;
use super::{Manner, Mode, Replay, ReplayReport, percent, whole};
use crate::demo::people::Setting;
use crate::demo::world::DemoError;
use crate::server::{Progress, Server, UnitProgress};
use crate::store::Store;

/// The district Đầm Dơi, whose schools have handed in lists.
const DAM_DOI: &str = "970";

/// Why residents have no card.
const REASONS: [(Reason, u64); 12] = [
    (Reason::WorksAway, 21_380),
    (Reason::NeedsHomeVisit, 5_206),
    (Reason::WhereaboutsUnknown, 4_118),
    (Reason::StudiesAway, 3_902),
    (Reason::DoneElsewhere, 3_310),
    (Reason::PapersMissing, 2_611),
    (Reason::JustFourteen, 2_377),
    (Reason::DataMismatch, 1_954),
    (Reason::NotRegisteredHere, 1_733),
    (Reason::DeadOrMoved, 1_642),
    (Reason::Declined, 868),
    (Reason::Abroad, 640),
];

/// The campaign; its sample commune is Xã Lâm Hải in the district Năm Căn, on the mangrove coast.
pub(super) fn script() -> Script {
    let mut series = vec![
        Series {
            indicator: Indicator::Unclassified,
            totals: vec![49_741, 0],
            place: Where::AsClassified,
        },
        Series::everywhere(Indicator::EidLevel1, &[61_204, 74_911]),
        Series::everywhere(Indicator::EidCollected, &[61_204, 74_911]),
    ];
    let waits = |(reason, total)| Series::everywhere(Indicator::CardWaits(reason), &[0, total]);
    series.extend(REASONS.map(waits));
    let cohort = [
        (Reported::CohortListed, 1_189),
        (Reported::CohortWithCard, 684),
    ];
    series.extend(cohort.map(|(figure, total)| Series {
        indicator: Indicator::Reported(figure),
        totals: vec![total; 2],
        place: Where::Within(DAM_DOI),
    }));
    let offices = [
        (Reported::PoliceServicesWanted, 11),
        (Reported::PoliceServicesDeployed, 8),
        (Reported::FurtherServicesWanted, 224),
        (Reported::FurtherServicesDeployed, 187),
    ];
    let office = |(figure, total)| Series::office(Indicator::Reported(figure), &[total; 2]);
    series.extend(offices.map(office));
    Script {
        name: "ca-mau",
        province: "96",
        campaign: "Rà soát, phân loại công dân chưa thu nhận hồ sơ căn cước",
        days: date(2023, 2, 26)..date(2023, 3, 16),
        reports: vec![date(2023, 2, 26), date(2023, 3, 15)],
        series,
        goals: vec![Goal {
            kind: TargetKind::Plan,
            due: Some(date(2023, 12, 31)),
            ..Goal::assigned(Indicator::EidCollected, 300_000)
        }],
        sample: Sample {
            commune: "32201",
            setting: Setting::Rural,
            khmer_permille: 48,
            field: date(2023, 2, 26)..date(2023, 3, 16),
        },
    }
}

/// Plays the campaign: rosters are classified by phones, that of one commune if not all.
pub(super) async fn play<S: Store>(
    server: &Server<S>,
    campaign: &Campaign<'_>,
    manner: Manner<'_>,
) -> Result<Played, DemoError> {
    if campaign.mode == Mode::Full {
        return whole::play(server, campaign, manner).await;
    }
    let seed = manner.seed;
    let mut office = Office::opened(server, campaign, seed, campaign.start()).await?;
    let plans = sample_plans(campaign);
    let errands = classify(campaign, server, (&mut office.officer, &plans), seed).await?;
    let work = SampleWork {
        errands,
        steps: Vec::new(),
    };
    play_work(server, campaign, (office, work), seed).await
}

/// How many residents have a reason for having no card.
pub(super) fn classified(unit: &UnitProgress) -> u64 {
    let reasons = REASONS.into_iter();
    reasons
        .map(|(reason, _)| count(unit, Indicator::CardWaits(reason)))
        .sum()
}

/// Plays the campaign, if not whole then with the records of one commune.
pub(super) async fn played<S: Store>(
    server: &Server<S>,
    manner: Manner<'_>,
) -> Result<ReplayReport, DemoError> {
    let (script, tree) = (script(), server.units());
    let campaign = Campaign::on(&tree, &script, manner.mode)?;
    let played = play(server, &campaign, manner).await?;
    let end = script.last_day();
    let now = ask(server, campaign.province, end).await?;
    let tiers = Tiers::of(server, &campaign, &now).await?;
    let mut checks = Checks::default();
    checks.text("districts/communes", "9/101", tiers.size());
    check_reasons(&mut checks, played.shown.first(), &now.unit);
    check_shares(&mut checks, &now.unit);
    let figures = figures(
        &now.unit,
        &[Indicator::Unclassified, Indicator::EidCollected],
        end,
    );
    Ok(played.report(Replay::CaMau, figures, checks))
}

fn check_reasons(checks: &mut Checks, first: Option<&Progress>, now: &UnitProgress) {
    let first = first.map(|shown| &shown.unit);
    let unclassified = first.map_or(0, |unit| count(unit, Indicator::Unclassified));
    checks.count("unclassified on the first day", "49,741", unclassified);
    checks.count(
        "classified on the first day",
        "0",
        first.map_or(0, classified),
    );
    let unclassified = count(now, Indicator::Unclassified);
    checks.count("unclassified on 2023-03-15", "0", unclassified);
    checks.count("classified on 2023-03-15", "49,741", classified(now));
    for (reason, total) in REASONS {
        let found = count(now, Indicator::CardWaits(reason));
        checks.text(reason.name(), &total.to_string(), found);
    }
}

fn check_shares(checks: &mut Checks, now: &UnitProgress) {
    let reported = |figure| count(now, Indicator::Reported(figure));
    let share = |figure| part(now, Indicator::Reported(figure));
    let listed = reported(Reported::CohortListed);
    let missing = listed.saturating_sub(reported(Reported::CohortWithCard));
    checks.count("of the school lists without a card", "505", missing);
    checks.text("without, in percent", "42.47%", percent(missing, listed, 2));
    for (name, published, figure) in [
        ("with, in percent", "57.52", Reported::CohortWithCard),
        (
            "essential services",
            "72.72",
            Reported::PoliceServicesDeployed,
        ),
        (
            "further services",
            "83.48",
            Reported::FurtherServicesDeployed,
        ),
    ] {
        checks.text(name, published, share(figure));
    }
    let plan = target(now, Indicator::EidCollected, TargetKind::Plan);
    let wanted = plan.map_or(0, |plan| plan.value);
    checks.count("planned e-ID dossiers", "300,000", wanted);
    let needed = plan.and_then(|plan| plan.needed_per_day);
    let needed = needed.unwrap_or_default();
    checks.count("of them needed a day to 2023-12-31", "774", needed);
}
