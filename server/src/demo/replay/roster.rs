//! A roster classified from house to house: residents without a card are listed at the desk, and
//! phones say why each of them has none.

use shared::event::{Event, Stamp, VisitResult};
use shared::facts::Name;
use shared::id::UnitId;
use shared::key::Key;
use shared::reason::Reason;
use shared::tally::Indicator;
use shared::time::{LocalDay, LocalMinute, UnixSeconds};

use super::sample::{Errand, people_of, phone};
use super::shares::Campaign;
use crate::author::{Author, Write, elsewhere};
use crate::demo::desk;
use crate::demo::draw::Seed;
use crate::demo::fieldwork::{RECORDS_PER_BUNDLE, founding, moment, team_of, visited};
use crate::demo::hand_in::Courier;
use crate::demo::people::{PeoplePlan, Resident, residents};
use crate::demo::signal::fate;
use crate::demo::world::DemoError;
use crate::server::Server;
use crate::store::Store;

/// Minutes between two residents of one phone's day, and residents it sees in a day.
const VISIT_MINUTES: i64 = 12;
const VISITS_PER_DAY: usize = 20;

/// More people than any hamlet's roster: some of them are children.
const RESIDENTS_PER_LISTED: usize = 2;

/// The age from which cards are made.
const CARD_AGE: i32 = 14;

/// Lists the share of a commune's hamlets at the officer's desk, and has each hamlet's phone
/// classify it within the field days. The first residents old enough for a card are those listed.
pub(super) async fn classify<S: Store>(
    campaign: &Campaign<'_>,
    server: &Server<S>,
    (officer, plans): (&mut Author, &[PeoplePlan]),
    seed: Seed,
) -> Result<Vec<(UnixSeconds, Errand)>, DemoError> {
    let start = campaign.start();
    let mut courier = Courier::new(server, start, seed);
    let mut rosters = Vec::new();
    for plan in plans {
        let people = grown(plan, residents(plan, seed));
        let names: Vec<Name> = people
            .take(unclassified(campaign, plan.hamlet))
            .map(|resident| list(officer, plan.hamlet, &resident, start))
            .collect();
        courier.hand_in_all(officer, start).await?;
        rosters.push((plan.hamlet, names));
    }
    let mut errands = Vec::new();
    for (n, (hamlet, names)) in (0..).zip(rosters) {
        let mut phone = phone(campaign, server, (hamlet, 1), (seed, start)).await?;
        for name in &names {
            desk::show(server, &mut phone, name.document()).await?;
        }
        errands.extend(round(campaign, (hamlet, n), &mut phone, &names, seed)?);
    }
    Ok(errands)
}

/// Where the residents without a card live, and how many people they are taken from, in the sample
/// commune.
pub(super) fn sample_plans(campaign: &Campaign<'_>) -> Vec<PeoplePlan> {
    let hamlets = campaign.places_of(campaign.sample).iter().enumerate();
    let plan = |(n, &hamlet)| {
        let listed = unclassified(campaign, hamlet);
        people_of(campaign, n, RESIDENTS_PER_LISTED * listed)
    };
    hamlets.map(plan).collect()
}

/// Those of a hamlet's residents who are old enough for a card.
pub(super) fn grown(plan: &PeoplePlan, people: Vec<Resident>) -> impl Iterator<Item = Resident> {
    let year = plan.as_of.date().0;
    let is_grown = move |one: &Resident| year - i32::from(one.birth.year()) >= CARD_AGE;
    people.into_iter().filter(is_grown)
}

/// How many of a hamlet's residents have no card, and nobody knows why, on the first day.
pub(super) fn unclassified(campaign: &Campaign<'_>, hamlet: UnitId) -> usize {
    let standing = campaign.standing(hamlet, 0).into_iter();
    let listed = standing.filter(|(indicator, _)| *indicator == Indicator::Unclassified);
    listed.map(|(_, count)| count as usize).sum()
}

/// Lists one resident as the register has them.
fn list(officer: &mut Author, hamlet: UnitId, resident: &Resident, now: UnixSeconds) -> Name {
    let name = officer.new_document();
    let founding = founding(resident, name, hamlet);
    let mut writes = Vec::from_iter(founding.identity);
    writes.push(founding.dossier);
    officer.save(now, writes);
    name
}

/// One phone's way through its roster.
fn round(
    campaign: &Campaign<'_>,
    (hamlet, worker): (UnitId, u32),
    phone: &mut Author,
    names: &[Name],
    seed: Seed,
) -> Result<Vec<(UnixSeconds, Errand)>, DemoError> {
    let field = &campaign.script.sample.field;
    let fate = fate(field.clone(), worker, seed);
    let mut bundles = Vec::new();
    let mut send = |phone: &mut Author, minute: LocalMinute| -> Result<(), DemoError> {
        let gap = fate.offline.iter().find(|gap| gap.contains(&minute));
        let arrives = moment(gap.map_or(minute, |gap| gap.end)).plus(60);
        for bundle in phone.seal_all(seed)? {
            bundles.push((arrives, Errand::Bundle(bundle)));
        }
        Ok(())
    };
    let mut minute = field.start.first_minute();
    for (n, (name, reason)) in names.iter().zip(reasons(campaign, hamlet)).enumerate() {
        let day = LocalDay(field.start.0 + 1 + (n / VISITS_PER_DAY) as i32);
        let since_start = (n % VISITS_PER_DAY) as i64 * VISIT_MINUTES;
        minute = LocalMinute(day.first_minute().0 + 8 * 60 + since_start);
        phone.save(
            moment(minute),
            vec![classified(*name, reason, (hamlet, minute))],
        );
        if phone.unsealed_records() >= RECORDS_PER_BUNDLE {
            send(phone, minute)?;
        }
    }
    send(phone, minute)?;
    Ok(bundles)
}

/// The reasons of a hamlet's share at the end, one for each resident.
fn reasons(campaign: &Campaign<'_>, hamlet: UnitId) -> Vec<Reason> {
    let last = campaign.script.reports.len() - 1;
    let standing = campaign.standing(hamlet, last).into_iter();
    let waits = standing.filter_map(|(indicator, count)| match indicator {
        Indicator::CardWaits(reason) => Some((reason, count as usize)),
        _ => None,
    });
    waits
        .flat_map(|(reason, count)| core::iter::repeat_n(reason, count))
        .collect()
}

fn classified(name: Name, reason: Reason, (hamlet, at): (UnitId, LocalMinute)) -> Write {
    let stamp = Stamp {
        at,
        unit: hamlet,
        team: team_of(hamlet),
    };
    let result = match reason {
        Reason::WorksAway | Reason::DeadOrMoved => VisitResult::Away,
        _ => VisitResult::Met,
    };
    let what = visited(result, "");
    Write::to(elsewhere(name.document()))
        .put(Key::CARD_REASON, u64::from(reason.code()))
        .event(&Event { what, stamp })
}
