//! Sóc Trăng, autumn 2023: 639,870 of 654,392 e-ID accounts activated on 19 November.
//!
//! Totals are those of the provincial chairman's interview of 25 November 2023 and of a report
//! of 23 October 2023. Levels 1 and 4 of the e-ID are what the level above them implies; collected
//! and accepted on 23 October were not reported and are made up.

use shared::catalogue::TargetKind;
use shared::event::Funnel;
use shared::tally::{Indicator, Reported};

use super::answers::{Checks, Tiers, count, figures, part, reads, target};
use super::play::{ask, play};
use super::script::{Goal, Sample, Script, Series, date};
use super::shares::Campaign;
use super::{Manner, Replay, ReplayReport, percent};
use crate::demo::people::Setting;
use crate::demo::world::DemoError;
use crate::server::{Server, UnitProgress};
use crate::store::Store;

/// What the reports name.
const REPORTED: [Indicator; 3] = [
    Indicator::EidCollected,
    Indicator::EidAccepted,
    Indicator::EidActivated,
];

const ACTIVATED: Indicator = Indicator::EidActivated;

/// The campaign; its sample commune, Xã An Thạnh Đông, lies on the islands.
pub(super) fn script() -> Script {
    let collected = [861_540, 1_000_777];
    let activated = [354_938, 639_870];
    let accepted = [742_815, 930_102];
    let levels: [&[u64]; 5] = [&collected, &collected, &accepted, &activated, &activated];
    let mut series = Series::funnel(Funnel::Eid, levels);
    series.extend(
        [
            (Reported::ClinicsWanted, 137),
            (Reported::ClinicsConnected, 137),
            // Kindergartens, primary, lower and upper secondary schools.
            (Reported::SchoolsWanted, 118 + 197 + 107 + 39),
            (Reported::SchoolsConnected, 461),
            (Reported::PoliceServicesWanted, 11),
            // "Phạt nguội", the payment of fines, was not offered yet.
            (Reported::PoliceServicesDeployed, 10),
            (Reported::OtherServicesWanted, 14),
            (Reported::OtherServicesDeployed, 14),
            (Reported::CivilRecordsWanted, 1_414_170),
            (Reported::CivilRecordsDigitised, 1_414_170),
        ]
        .map(|(figure, total)| Series::office(Indicator::Reported(figure), &[0, total])),
    );
    Script {
        name: "soc-trang",
        province: "94",
        campaign: "90 ngày đêm kích hoạt tài khoản định danh điện tử",
        days: date(2023, 8, 25)..date(2023, 11, 23),
        reports: vec![date(2023, 10, 23), date(2023, 11, 19)],
        series,
        goals: vec![Goal::assigned(Indicator::EidActivated, 654_392)],
        sample: Sample {
            commune: "31624",
            setting: Setting::Rural,
            khmer_permille: 300,
            field: date(2023, 10, 2)..date(2023, 11, 20),
        },
    }
}

/// Plays the campaign, if not whole then with the records of one commune.
pub(super) async fn played<S: Store>(
    server: &Server<S>,
    manner: Manner<'_>,
) -> Result<ReplayReport, DemoError> {
    let (script, tree) = (script(), server.units());
    let campaign = Campaign::on(&tree, &script, manner.mode)?;
    let played = play(server, &campaign, manner).await?;
    let october = ask(server, campaign.province, script.reports[0]).await?;
    let november = ask(server, campaign.province, script.last_day()).await?;
    let tiers = Tiers::of(server, &campaign, &november).await?;
    let mut all = figures(&october.unit, &REPORTED, october.as_of);
    all.extend(figures(&november.unit, &REPORTED, november.as_of));
    for district in &tiers.districts {
        all.extend(figures(district, &[ACTIVATED], november.as_of));
    }

    let mut checks = Checks::default();
    checks.text("districts/communes", "11/109", tiers.size());
    let communes_want = tiers.communes_want(ACTIVATED, TargetKind::Assigned);
    checks.count("targets of the communes together", "654,392", communes_want);
    check_funnel(&mut checks, &october.unit, &november.unit);
    check_offices(&mut checks, &november.unit);
    Ok(played.report(Replay::SocTrang, all, checks))
}

fn check_funnel(checks: &mut Checks, october: &UnitProgress, november: &UnitProgress) {
    let [collected, accepted, activated] = REPORTED.map(|one| count(november, one));
    let before = count(october, ACTIVATED);
    let goal = target(november, ACTIVATED, TargetKind::Assigned);
    let wanted = goal.map_or(0, |goal| goal.value);
    checks.count("target", "654,392", wanted);
    checks.count("collected as of 2023-11-19", "1,000,777", collected);
    checks.count("accepted as of 2023-11-19", "930,102", accepted);
    checks.count("activated as of 2023-11-19", "639,870", activated);
    checks.text("percent of the target, 2 decimals", "97.78", reads(goal));
    checks.count("activated as of 2023-10-23", "354,938", before);
    for (name, published, decimals) in [
        ("of the target then, 1 decimal", "54.2%", 1),
        ("of the target then, 2 decimals", "54.23%", 2),
    ] {
        checks.text(name, published, percent(before, wanted, decimals));
    }
    let left = collected.saturating_sub(accepted);
    checks.count("not accepted", "70,675", left);
    let left = accepted.saturating_sub(activated);
    checks.count("accepted, not activated", "290,232", left);
    let left = wanted.saturating_sub(activated);
    checks.count("short of the target", "14,522", left);
}

fn check_offices(checks: &mut Checks, november: &UnitProgress) {
    let reported = |figure| count(november, Indicator::Reported(figure));
    let share = |figure| part(november, Indicator::Reported(figure));
    checks.count("schools", "461", reported(Reported::SchoolsConnected));
    checks.text("clinics", "100.00", share(Reported::ClinicsConnected));
    let records = share(Reported::CivilRecordsDigitised);
    checks.text("civil-status records", "100.00", records);
    let sum = |one, other| reported(one) + reported(other);
    let services = format!(
        "{}/{}",
        sum(
            Reported::PoliceServicesDeployed,
            Reported::OtherServicesDeployed
        ),
        sum(
            Reported::PoliceServicesWanted,
            Reported::OtherServicesWanted
        ),
    );
    checks.text("services", "24/25", services);
}
