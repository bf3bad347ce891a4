//! Hà Nội, 25 July to 25 August 2022: 7,965,111 of 7,998,762 records cleaned at three levels.
//!
//! The percentage was printed as 99.57: cut, not rounded. What the first two levels had cleaned,
//! and the e-ID dossiers outside the district Thanh Trì, were not reported exactly and are made
//! up.

use shared::catalogue::TargetKind;
use shared::percent::PercentMode;
use shared::tally::{Indicator, Reported};

use super::answers::{Checks, Tiers, below, count, figures, part, reads, target};
use super::play::{ask, ask_with, play};
use super::script::{Goal, Sample, Script, Series, Where, date};
use super::shares::Campaign;
use super::{Manner, Replay, ReplayReport};
use crate::demo::people::Setting;
use crate::demo::world::DemoError;
use crate::server::Server;
use crate::store::Store;

const CLEANED: Indicator = Indicator::Reported(Reported::CleanedByProvince);
const TO_CLEAN: Indicator = Indicator::Reported(Reported::RecordsToClean);
const THANH_TRI: &str = "020";

/// The campaign; its sample commune is Xã Tân Triều in the district Thanh Trì.
pub(super) fn script() -> Script {
    let reported =
        |figure, total: u64| Series::everywhere(Indicator::Reported(figure), &[0, total]);
    let mut series = vec![
        reported(Reported::RecordsToClean, 7_998_762),
        reported(Reported::CleanedByCommune, 7_998_762),
        reported(Reported::CleanedByDistrict, 7_981_040),
        reported(Reported::CleanedByProvince, 7_965_111),
        Series::office(Indicator::Reported(Reported::PoliceServicesWanted), &[0, 6]),
        Series::office(
            Indicator::Reported(Reported::PoliceServicesDeployed),
            &[0, 4],
        ),
    ];
    for (indicator, inside, outside) in [
        (Indicator::EidLevel1, 75_210, 2_229_104),
        (Indicator::EidCollected, 75_210, 2_229_104),
        (Indicator::EidAccepted, 66_400, 1_790_300),
        (Indicator::EidReported, 62_020, 1_190_007),
        (Indicator::EidActivated, 62_020, 1_190_007),
    ] {
        let at = |total: u64, place| Series {
            indicator,
            totals: vec![total / 5, total],
            place,
        };
        series.push(at(inside, Where::Within(THANH_TRI)));
        series.push(at(outside, Where::Outside(THANH_TRI)));
    }
    Script {
        name: "ha-noi",
        province: "01",
        campaign: "30 ngày đêm làm sạch dữ liệu dân cư",
        days: date(2022, 7, 25)..date(2022, 8, 26),
        reports: vec![date(2022, 7, 24), date(2022, 8, 25)],
        series,
        goals: vec![Goal::assigned(CLEANED, 7_998_762)],
        sample: Sample {
            commune: "00643",
            setting: Setting::Industrial,
            khmer_permille: 0,
            field: date(2022, 7, 25)..date(2022, 8, 26),
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
    let cut = ask(server, campaign.province, end).await?;
    let rounded = ask_with(server, campaign.province, end, PercentMode::Round).await?;
    let tiers = Tiers::of(server, &campaign, &cut).await?;
    let (cleaned, to_clean) = (count(&cut.unit, CLEANED), count(&cut.unit, TO_CLEAN));
    let thanh_tri = tree.by_code(THANH_TRI, end).map(|unit| unit.id);
    let thanh_tri = thanh_tri.and_then(|unit| below(&cut, unit));
    let dossiers = thanh_tri.map_or(0, |unit| count(unit, Indicator::EidCollected));
    let goal = target(&cut.unit, CLEANED, TargetKind::Assigned);
    let mut checks = Checks::default();
    checks.text("districts/communes", "30/579", tiers.size());
    checks.count("records to clean", "7,998,762", to_clean);
    checks.count("cleaned at the third level", "7,965,111", cleaned);
    checks.text("cleaned, cut", "99.57", part(&cut.unit, CLEANED));
    checks.text("cleaned, rounded", "99.58", part(&rounded.unit, CLEANED));
    checks.share(
        ("cleaned, 1 decimal, cut", "99.5%"),
        ("cleaned, 1 decimal, rounded", "99.6%"),
        (cleaned, to_clean),
    );
    checks.text("of the target", "99.57", reads(goal));
    checks.count("left", "33,651", to_clean.saturating_sub(cleaned));
    checks.count(
        "e-ID dossiers in Thanh Trì, over 75,000",
        "75,210",
        dossiers,
    );
    let all = count(&cut.unit, Indicator::EidCollected);
    checks.count("e-ID dossiers, over 2.3 million", "2,304,314", all);
    let deployed = count(
        &cut.unit,
        Indicator::Reported(Reported::PoliceServicesDeployed),
    );
    let services = count(
        &cut.unit,
        Indicator::Reported(Reported::PoliceServicesWanted),
    );
    let services = format!("{deployed}/{services}");
    checks.text("card services, province and district", "4/6", services);
    let figures = figures(
        &cut.unit,
        &[TO_CLEAN, CLEANED, Indicator::EidCollected],
        end,
    );
    Ok(played.report(Replay::HaNoi, figures, checks))
}
