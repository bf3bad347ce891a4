//! Thanh Hóa, to 30 August 2023: the big province, with figures of three different days.
//!
//! Printed were round numbers ("more than 3.4 million"), percentages without counts, and days
//! ahead of two deadlines. The counts here are made up to agree with all of them.

use shared::catalogue::TargetKind;
use shared::event::Funnel;
use shared::tally::{Indicator, Reported};

use super::answers::{Checks, Tiers, count, figures, part, reads, target};
use super::play::{ask, play};
use super::script::{Goal, Sample, Script, Series, Where, date};
use super::shares::Campaign;
use super::{Manner, Replay, ReplayReport};
use crate::demo::people::Setting;
use crate::demo::world::DemoError;
use crate::server::{Server, UnitProgress};
use crate::store::Store;

const COLLECTED: Indicator = Indicator::CardCollected;
const ACTIVATED: Indicator = Indicator::EidActivated;

/// What the reports name.
const REPORTED: [Indicator; 3] = [COLLECTED, Indicator::EidCollected, ACTIVATED];

/// The campaign; its sample commune is Xã Ba Đình in the district Nga Sơn.
pub(super) fn script() -> Script {
    let collected: &[u64] = &[3_412_608; 3];
    let handed: &[u64] = &[2_640_000, 2_987_000, 3_023_417];
    let mut series = Series::funnel(Funnel::Card, [collected, collected, handed, handed, handed]);
    let dossiers: &[u64] = &[1_905_000, 2_312_540, 2_312_540];
    let activated: &[u64] = &[1_248_000, 1_600_412, 1_624_880];
    let levels = [dossiers, dossiers, dossiers, activated, activated];
    series.extend(Series::funnel(Funnel::Eid, levels));
    let offices = [
        (Reported::FireSafetyReceived, 1_240),
        (Reported::FireSafetyOnline, 1_240),
        (Reported::SealsReceived, 860),
        (Reported::SealsOnline, 860),
        (Reported::ResidenceReceived, 50_000),
        (Reported::ResidenceOnline, 47_790),
        (Reported::ImmigrationReceived, 25_000),
        (Reported::ImmigrationOnline, 22_935),
        (Reported::TrafficReceived, 50_000),
        (Reported::TrafficOnline, 35_900),
        (Reported::ProceduresWanted, 955),
        (Reported::ProceduresOnline, 955),
        (Reported::PoliceServicesWanted, 11),
        (Reported::PoliceServicesDeployed, 11),
        (Reported::OtherServicesWanted, 14),
        (Reported::OtherServicesDeployed, 14),
        // The province's departments; districts and communes follow.
        (Reported::OfficesWithModels, 49),
    ];
    let office = |(figure, total)| Series::office(Indicator::Reported(figure), &[0, 0, total]);
    series.extend(offices.map(office));
    series.extend(
        [Where::EachDistrict, Where::EachCommune].map(|place| Series {
            indicator: Indicator::Reported(Reported::OfficesWithModels),
            totals: vec![0, 0, 1],
            place,
        }),
    );
    let due = |kind, day| Goal {
        kind,
        due: Some(day),
        ..Goal::assigned(COLLECTED, 3_412_608)
    };
    Script {
        name: "thanh-hoa",
        province: "38",
        campaign: "Cấp căn cước và kích hoạt định danh điện tử 2023",
        days: date(2023, 1, 1)..date(2023, 8, 31),
        reports: vec![date(2023, 7, 19), date(2023, 8, 28), date(2023, 8, 30)],
        series,
        goals: vec![
            due(TargetKind::Commitment, date(2023, 7, 30)),
            due(TargetKind::Assigned, date(2023, 8, 30)),
            Goal::assigned(ACTIVATED, 1_600_000),
        ],
        sample: Sample {
            commune: "16096",
            setting: Setting::Rural,
            khmer_permille: 0,
            field: date(2023, 5, 8)..date(2023, 7, 12),
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
    let end = script.last_day();
    let then = ask(server, campaign.province, script.reports[1]).await?;
    let now = ask(server, campaign.province, end).await?;
    let tiers = Tiers::of(server, &campaign, &now).await?;
    let mut checks = Checks::default();
    checks.text("districts/communes", "27/559", tiers.size());
    check_people(&mut checks, &then.unit, &now.unit);
    check_days(&mut checks, &now.unit);
    check_offices(&mut checks, &now.unit);
    let figures = figures(&now.unit, &REPORTED, end);
    Ok(played.report(Replay::ThanhHoa, figures, checks))
}

fn check_people(checks: &mut Checks, then: &UnitProgress, now: &UnitProgress) {
    let handed = Indicator::CardHandedOver;
    checks.count("cards collected", "3,412,608", count(now, COLLECTED));
    checks.count("cards handed over", "3,023,417", count(now, handed));
    checks.text("handed over of collected", "88.59", part(now, handed));
    let goal = target(now, ACTIVATED, TargetKind::Assigned);
    let wanted = goal.map_or(0, |goal| goal.value);
    let dossiers = count(then, Indicator::EidCollected);
    checks.count("e-ID dossiers as of 2023-08-28", "2,312,540", dossiers);
    let over = dossiers.saturating_sub(wanted);
    checks.count("over the target", "712,540", over);
    checks.count("activated", "1,624,880", count(now, ACTIVATED));
    checks.text("percent of the target", "101.55", reads(goal));
}

fn check_days(checks: &mut Checks, now: &UnitProgress) {
    let met = |kind| target(now, COLLECTED, kind).and_then(|goal| Some((goal.met_on?, goal.due?)));
    let finished = met(TargetKind::Assigned).map(|(day, _)| day.to_string());
    checks.text("cards finished", "2023-07-19", finished.unwrap_or_default());
    for (name, published, kind) in [
        ("days ahead of the commitment", "11", TargetKind::Commitment),
        ("days ahead of the deadline", "42", TargetKind::Assigned),
    ] {
        let ahead = met(kind).map(|(day, due)| (due.0 - day.0).to_string());
        checks.text(name, published, ahead.unwrap_or_default());
    }
}

fn check_offices(checks: &mut Checks, now: &UnitProgress) {
    for (name, published, figure) in [
        ("fire safety online", "100.00", Reported::FireSafetyOnline),
        ("seals online", "100.00", Reported::SealsOnline),
        ("residence online", "95.58", Reported::ResidenceOnline),
        ("immigration online", "91.74", Reported::ImmigrationOnline),
        ("traffic online", "71.80", Reported::TrafficOnline),
        ("procedures online", "100.00", Reported::ProceduresOnline),
    ] {
        checks.text(name, published, part(now, Indicator::Reported(figure)));
    }
    let reported = |figure| count(now, Indicator::Reported(figure));
    let police = reported(Reported::PoliceServicesDeployed);
    let others = reported(Reported::OtherServicesDeployed);
    let sum = format!("{} = {police} + {others}", police + others);
    checks.text("essential services", "25 = 11 + 14", sum);
    let offices = reported(Reported::OfficesWithModels);
    checks.count("offices with models", "635", offices);
}
