//! Bình Dương, 25 July to 25 September 2023: 872,907 accounts in 63 days, 116.61 % in all.
//!
//! Figures are those of the closing conference of 6 October 2023. The target and the plan were
//! not printed: the ones here are the smallest that agree with both printed percentages, cut or
//! rounded. Everybody activated was collected and accepted before; more was not reported.

use shared::catalogue::TargetKind;
use shared::event::Funnel;
use shared::percent::PercentMode;
use shared::tally::{Indicator, Reported};

use super::answers::{Checks, Tiers, count, figures, reads, target};
use super::play::{ask, ask_with, play};
use super::script::{Goal, Sample, Script, Series, date};
use super::shares::Campaign;
use super::{Manner, Replay, ReplayReport, percent};
use crate::demo::people::Setting;
use crate::demo::world::DemoError;
use crate::server::{PaceQuery, Server};
use crate::store::Store;

const ACTIVATED: Indicator = Indicator::EidActivated;

/// The campaign; its sample commune is the ward Thuận Giao, with its boarding houses.
pub(super) fn script() -> Script {
    let activated: &[u64] = &[556_022, 1_428_929];
    let collected: &[u64] = &[556_022, 1_430_000];
    let levels = [collected, collected, collected, activated, activated];
    let mut series = Series::funnel(Funnel::Eid, levels);
    let licences = Indicator::Reported(Reported::LicencesIntegrated);
    series.push(Series::office(licences, &[0, 239_000]));
    let plan = Goal {
        kind: TargetKind::Plan,
        from: Some(date(2023, 7, 25)),
        ..Goal::assigned(ACTIVATED, 671_000)
    };
    Script {
        name: "binh-duong",
        province: "74",
        campaign: "60 ngày đêm: đi từng ngõ, gõ từng nhà, rà từng người",
        days: date(2023, 7, 25)..date(2023, 9, 26),
        reports: vec![date(2023, 7, 24), date(2023, 9, 25)],
        series,
        goals: vec![Goal::assigned(ACTIVATED, 1_225_350), plan],
        sample: Sample {
            commune: "25972",
            setting: Setting::Industrial,
            khmer_permille: 0,
            field: date(2023, 7, 25)..date(2023, 9, 26),
        },
    }
}

/// Plays the campaign, if not whole then with the records of one ward.
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
    let opening = ask(server, campaign.province, script.reports[0]).await?;
    let tiers = Tiers::of(server, &campaign, &cut).await?;
    let pace = PaceQuery {
        unit: campaign.province,
        indicator: ACTIVATED,
        as_of: end,
    };
    let pace = server.pace(pace).await?;
    let days = pace.as_ref().map_or(0, |pace| pace.reached.len() as u64);
    let assigned = target(&cut.unit, ACTIVATED, TargetKind::Assigned);
    let plan = target(&cut.unit, ACTIVATED, TargetKind::Plan);
    let (in_campaign, planned) = plan.map_or((0, 0), |plan| (plan.reached, plan.value));
    let wanted = assigned.map_or(0, |target| target.value);
    let activated = count(&cut.unit, ACTIVATED);
    let mut checks = Checks::default();
    checks.text("districts/communes", "9/91", tiers.size());
    checks.count(
        "activated before the campaign",
        "556,022",
        count(&opening.unit, ACTIVATED),
    );
    checks.count("activated as of 2023-09-25", "1,428,929", activated);
    checks.text("percent of the target, cut", "116.61", reads(assigned));
    let same = target(&rounded.unit, ACTIVATED, TargetKind::Assigned);
    checks.text("percent of the target, rounded", "116.61", reads(same));
    checks.count("activated in the campaign", "872,907", in_campaign);
    checks.text(
        "of the plan, 0 decimals",
        "130%",
        percent(in_campaign, planned, 0),
    );
    checks.text("of the plan, 2 decimals", "130.09", reads(plan));
    let reached = tiers.done(ACTIVATED, TargetKind::Assigned);
    checks.text(
        "districts and communes that reached the target",
        "9/9, 91/91",
        reached,
    );
    checks.count("short of the target", "0", wanted.saturating_sub(activated));
    checks.count("days of the campaign, both ends counted", "63", days);
    let licences = count(&cut.unit, Indicator::Reported(Reported::LicencesIntegrated));
    checks.count("driving licences integrated", "239,000", licences);
    let figures = figures(&cut.unit, &[ACTIVATED], end);
    Ok(played.report(Replay::BinhDuong, figures, checks))
}
