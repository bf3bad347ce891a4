//! The commune with records: residents listed one by one, by phones that come and go.

use std::collections::BTreeMap;

use shared::event::Funnel;
use shared::id::{DocumentId, UnitId};
use shared::time::{LocalDay, UnixSeconds};

use super::shares::{Campaign, at};
use crate::author::{Author, SealedBundle};
use crate::demo::draw::Seed;
use crate::demo::fieldwork::{Collected, HamletPlan, Harvest, StepTaken, team_of, work};
use crate::demo::people::{PeoplePlan, serials_needed};
use crate::demo::world::{DemoError, Part, enrolled};
use crate::server::Server;
use crate::store::Store;

/// Residents generated for each hamlet of the sample commune.
const RESIDENTS_PER_HAMLET: usize = 192;

/// Phones of each hamlet's team.
const PHONES_PER_TEAM: u32 = 2;

/// Days between the data being taken and the ministry's acceptance.
const ACCEPTANCE_DAYS: i32 = 4;

/// What is to be done when.
pub(super) enum Errand {
    /// A phone's bundle arrives.
    Bundle(SealedBundle),
    /// The officer enters what the ministry accepted.
    Accept(Vec<DocumentId>),
}

/// What came of the sample commune's work.
pub(super) struct SampleWork {
    /// What is to be done, and when.
    pub(super) errands: Vec<(UnixSeconds, Errand)>,
    /// Every step taken by records, acceptances included.
    pub(super) steps: Vec<StepTaken>,
}

/// Enrols a hamlet's `n`-th phone, counted from 1.
pub(super) async fn phone<S: Store>(
    campaign: &Campaign<'_>,
    server: &Server<S>,
    (hamlet, n): (UnitId, u32),
    (seed, now): (Seed, UnixSeconds),
) -> Result<Author, DemoError> {
    let label = format!("Phone {n} of hamlet {hamlet} in {}", campaign.script.name);
    enrolled(server, Part::phone(label, hamlet), seed, now).await
}

/// The people of the `n`-th hamlet of the sample commune.
pub(super) fn people_of(campaign: &Campaign<'_>, n: usize, people: usize) -> PeoplePlan {
    let sample = &campaign.script.sample;
    PeoplePlan {
        hamlet: campaign.places_of(campaign.sample)[n],
        people,
        as_of: campaign.script.last_day(),
        setting: sample.setting,
        khmer_permille: sample.khmer_permille,
        first_serial: n as u32 * serials_needed(people),
    }
}

/// Lets the phones of the sample commune go from house to house.
pub(super) async fn house_to_house<S: Store>(
    campaign: &Campaign<'_>,
    server: &Server<S>,
    seed: Seed,
    now: UnixSeconds,
) -> Result<SampleWork, DemoError> {
    let mut all = Harvest::default();
    let field = &campaign.script.sample.field;
    for (n, &hamlet) in campaign.places_of(campaign.sample).iter().enumerate() {
        let mut phones = Vec::new();
        for phone_number in 1..=PHONES_PER_TEAM {
            phones.push(phone(campaign, server, (hamlet, phone_number), (seed, now)).await?);
        }
        let plan = HamletPlan {
            people: people_of(campaign, n, RESIDENTS_PER_HAMLET),
            team: team_of(hamlet),
            // Teams begin one after the other.
            period: LocalDay(field.start.0 + 3 * n as i32)..field.end,
        };
        all.add(work(&plan, &mut phones, seed)?);
    }
    let accepted: Vec<Collected> = acceptances(campaign, &all.collected).collect();
    let mut steps = all.steps;
    steps.extend(accepted.iter().map(|accepted| StepTaken {
        dossier: accepted.dossier,
        hamlet: accepted.hamlet,
        funnel: Funnel::Eid,
        level: 3,
        day: accepted.day,
    }));
    let bundles = all.bundles.into_iter();
    let mut errands: Vec<_> = bundles
        .map(|(arrives, bundle)| (arrives, Errand::Bundle(bundle)))
        .collect();
    let mut by_day: BTreeMap<LocalDay, Vec<DocumentId>> = BTreeMap::new();
    for taken in accepted {
        by_day.entry(taken.day).or_default().push(taken.dossier);
    }
    let accept = |(day, dossiers)| (at(day, 16 * 60), Errand::Accept(dossiers));
    errands.extend(by_day.into_iter().map(accept));
    Ok(SampleWork { errands, steps })
}

/// When the ministry's acceptance of each collected account is entered, if within the days.
fn acceptances<'c>(
    campaign: &'c Campaign<'_>,
    collected: &'c [Collected],
) -> impl Iterator<Item = Collected> + 'c {
    let entered = collected.iter().map(|taken| {
        let known = LocalDay(taken.arrives.local_day().0 + 1);
        let decided = LocalDay(taken.day.0 + ACCEPTANCE_DAYS);
        Collected {
            day: decided.max(known),
            ..*taken
        }
    });
    entered.filter(|taken| taken.day <= campaign.script.last_day())
}
