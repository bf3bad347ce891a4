//! 1 July 2025: two campaigns of 2023 under the units of the reform, and a session recorded on
//! the old ones.
//!
//! Nothing is moved on that day: units have dates, hamlets go on under new parents, and figures
//! stand at hamlets.

use shared::catalogue::{Language, SessionKind};
use shared::id::{TeamId, UnitId};
use shared::key::Key;
use shared::kind::Kind;
use shared::tally::{Indicator, Reported};
use shared::time::LocalDay;
use shared::unit::{SuccessorKind, UnitTree};

use super::answers::{Checks, count, figures};
use super::play::{ask, play};
use super::sample::phone;
use super::script::date;
use super::shares::{Campaign, at};
use super::{Manner, Replay, ReplayReport, ca_mau, soc_trang};
use crate::author::Write;
use crate::demo::draw::Seed;
use crate::demo::hand_in::Courier;
use crate::demo::world::DemoError;
use crate::server::{Progress, Server};
use crate::store::Store;

const ACTIVATED: Indicator = Indicator::EidActivated;

/// The first day of the new units.
fn reform() -> LocalDay {
    date(2025, 7, 1)
}

/// The provinces that took the two over, by their codes since then.
pub(super) const PROVINCES: [&str; 2] = ["92", "96"];

/// The day on which everything has come in.
pub(super) fn morning_after() -> LocalDay {
    LocalDay(reform().0 + 4)
}

/// The number of the phone that missed the reform.
const LATE_PHONE: u32 = 3;

/// Plays both campaigns, then asks and records across the reform.
pub(super) async fn played<S: Store>(
    server: &Server<S>,
    manner: Manner<'_>,
) -> Result<ReplayReport, DemoError> {
    let tree = server.units();
    let (west, east) = (ca_mau::script(), soc_trang::script());
    let (west, east) = (
        Campaign::on(&tree, &west, manner.mode)?,
        Campaign::on(&tree, &east, manner.mode)?,
    );
    let before = ca_mau::play(server, &west, manner).await?;
    let mut played = play(server, &east, manner).await?;
    played.taken.add(&before.taken);

    let mut checks = Checks::default();
    let can_tho = check_figures(&mut checks, server, (&west, &east)).await?;
    check_units(&mut checks, &west, &east);
    check_late(&mut checks, server, &east, manner.seed).await?;
    let figures = figures(&can_tho.unit, &[ACTIVATED], can_tho.as_of);
    Ok(played.report(Replay::ReformDay, figures, checks))
}

/// Figures of 2023 on the old units and on the new ones; gives Cần Thơ's.
async fn check_figures<S: Store>(
    checks: &mut Checks,
    server: &Server<S>,
    (west, east): (&Campaign<'_>, &Campaign<'_>),
) -> Result<Progress, DemoError> {
    let day = reform();
    let unit = |code| {
        let found = west.tree.by_code(code, day);
        found.map(|unit| unit.id).ok_or(DemoError::NoSuchUnit(code))
    };
    let old = ask(server, east.province, east.script.last_day()).await?;
    let can_tho = ask(server, unit("92")?, day).await?;
    let communes = can_tho.children.iter().map(|unit| count(unit, ACTIVATED));
    let took_over = communes.clone().filter(|&count| count > 0).count() as u64;
    for (name, found) in [
        ("Sóc Trăng in 2023, asked now", count(&old.unit, ACTIVATED)),
        ("Cần Thơ after the reform", count(&can_tho.unit, ACTIVATED)),
        ("its communes together", communes.sum()),
    ] {
        checks.count(name, "639,870", found);
    }
    checks.count("communes that came from Sóc Trăng", "43", took_over);
    let old = ask(server, west.province, west.script.last_day()).await?;
    let new = ask(server, unit("96")?, day).await?;
    let (then, now) = (ca_mau::classified(&old.unit), ca_mau::classified(&new.unit));
    checks.count("Cà Mau in 2023, asked now", "49,741", then);
    checks.count("Cà Mau after the reform", "49,741", now);
    let cohort = Indicator::Reported(Reported::CohortWithCard);
    checks.count("its school lists", "684", count(&new.unit, cohort));
    Ok(can_tho)
}

fn check_units(checks: &mut Checks, west: &Campaign<'_>, east: &Campaign<'_>) {
    let tree = west.tree;
    let communes = divided(tree, west.province);
    checks.count("communes of old Cà Mau that were divided", "19", communes);
    let lost = lost_hamlets(tree, &[west.province, east.province]);
    checks.count("hamlets lost on the way", "0", lost);
    let then = named(tree, "32011", date(2023, 3, 1));
    checks.text("Phường 2, Cà Mau, in 2023", "Phường 2", then);
    checks.text("and after the reform", "", named(tree, "32011", reform()));
}

async fn check_late<S: Store>(
    checks: &mut Checks,
    server: &Server<S>,
    east: &Campaign<'_>,
    seed: Seed,
) -> Result<(), DemoError> {
    let after = LocalDay(reform().0 + 3);
    let hamlet = *east
        .places_of(east.sample)
        .first()
        .ok_or(DemoError::NotThere)?;
    let home = commune_of(east.tree, hamlet, after);
    let before = ask(server, home, after).await?;
    let outcome = late_session(server, east, hamlet, seed).await?;
    let now = ask(server, home, after).await?;
    let sessions = |progress: &Progress| count(&progress.unit, Indicator::Sessions);
    let grew = sessions(&now).saturating_sub(sessions(&before));
    let stored = "a session on the old tree, sent afterwards";
    checks.text(stored, "stored", outcome);
    checks.count(
        "it counts in the commune that took the hamlet over",
        "1",
        grew,
    );
    checks.text("that commune", "Xã An Thạnh", now.unit.name);
    Ok(())
}

/// A phone without signal since June records a session on 30 June and sends it on 4 July.
async fn late_session<S: Store>(
    server: &Server<S>,
    campaign: &Campaign<'_>,
    hamlet: UnitId,
    seed: Seed,
) -> Result<&'static str, DemoError> {
    let eve = LocalDay(reform().0 - 1);
    let enrolled = at(LocalDay(eve.0 - 20), 8 * 60);
    let phone = phone(campaign, server, (hamlet, LATE_PHONE), (seed, enrolled));
    let mut phone = phone.await?;
    let held = at(eve, 19 * 60);
    let session = Write::founding(phone.new_document(), Kind::Session, hamlet)
        .put(Key::SESSION_KIND, u64::from(SessionKind::Group.code()))
        .put(Key::STARTED, held.local_minute().0 as u64)
        .put(Key::SESSION_TEAM, u64::from(TeamId(hamlet.0).0))
        .put(Key::LANGUAGE, u64::from(Language::Vietnamese.code()))
        .put(Key::HEADCOUNT, 14);
    phone.save(held, vec![session]);
    let arrives = at(LocalDay(eve.0 + 4), 9 * 60);
    let outcomes = Courier::new(server, arrives, seed)
        .hand_in_all(&mut phone, arrives)
        .await?;
    Ok(outcomes.first().map_or("nothing", |outcome| outcome.code()))
}

fn commune_of(tree: &UnitTree, hamlet: UnitId, day: LocalDay) -> UnitId {
    let parent = tree.get(hamlet, day).and_then(|unit| unit.parent);
    parent.unwrap_or(hamlet)
}

fn named(tree: &UnitTree, code: &str, day: LocalDay) -> String {
    let found = tree.by_code(code, day);
    found.map(|unit| unit.full_name_vi()).unwrap_or_default()
}

fn communes(tree: &UnitTree, province: UnitId) -> Vec<UnitId> {
    let eve = LocalDay(reform().0 - 1);
    let districts = tree.children(province, eve);
    let communes = districts.flat_map(|district| tree.children(district.id, eve));
    communes.map(|commune| commune.id).collect()
}

/// Communes of a province whose people came to several new ones.
fn divided(tree: &UnitTree, province: UnitId) -> u64 {
    let is_divided = |commune: &&UnitId| {
        let last = tree.versions_of(**commune).last();
        let heirs = last.map(|last| {
            let with_people = last.successors.iter();
            with_people
                .filter(|heir| heir.kind != SuccessorKind::Land)
                .count()
        });
        heirs.is_some_and(|heirs| heirs > 1)
    };
    communes(tree, province).iter().filter(is_divided).count() as u64
}

/// Hamlets of these provinces that no commune has after the reform.
fn lost_hamlets(tree: &UnitTree, provinces: &[UnitId]) -> u64 {
    let (eve, day) = (LocalDay(reform().0 - 1), reform());
    let communes = provinces
        .iter()
        .flat_map(|&province| communes(tree, province));
    let hamlets = communes.flat_map(|commune| tree.children(commune, eve).map(|one| one.id));
    let is_lost = |hamlet: &UnitId| {
        let parent = tree.get(*hamlet, day).and_then(|unit| unit.parent);
        parent.and_then(|parent| tree.get(parent, day)).is_none()
    };
    hamlets.filter(is_lost).count() as u64
}
