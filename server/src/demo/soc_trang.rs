//! Sóc Trăng, autumn 2023: 639,870 of 654,392 e-ID accounts activated on 19 November.
//!
//! Totals are those of the provincial chairman's interview of 25 November 2023 and of a report
//! of 23 October 2023. They are shared among districts, communes and hamlets by largest remainder
//! on made-up weights, so that every tier adds up to what was published. One commune's hamlets
//! have residents, phones and a police officer; what they record is taken off its share, and the
//! rest of the province is carried by balances.

use std::collections::BTreeMap;

use shared::id::DocumentId;
use shared::permission::Role;
use shared::time::{LocalDay, UnixSeconds};

use super::desk;
use super::draw::Seed;
use super::fieldwork::{Collected, EidStep, HamletPlan, Harvest, team_of, work};
use super::hand_in::Courier;
use super::people::{PeoplePlan, Setting, serials_needed};
use super::replay::{Mode, RecordBytes, Replay, ReplayReport};
use super::world::{DemoError, Part, enrolled, world};
use crate::author::SealedBundle;
use crate::server::Server;
use crate::store::Store;

mod answers;
mod campaign;
mod office;

use answers::Answers;
use campaign::{Campaign, Report, at};
use office::Office;

/// Residents generated for each hamlet of the sample commune.
const RESIDENTS_PER_HAMLET: usize = 192;

/// Phones of each hamlet's team.
const PHONES_PER_TEAM: u32 = 2;

/// Khmer names, in a thousand households.
const KHMER_PERMILLE: u32 = 300;

/// Days between the data being taken and the ministry's acceptance.
const ACCEPTANCE_DAYS: i32 = 4;

/// Plays the campaign with the records of one commune.
pub(super) async fn sample<S: Store>(
    server: &Server<S>,
    seed: Seed,
) -> Result<ReplayReport, DemoError> {
    server.set_units(world(seed)?);
    let tree = server.units();
    let campaign = Campaign::on(&tree)?;
    let start = at(campaign.days.field.start, 6 * 60);
    let mut courier = Courier::new(server, start, seed);
    let mut office = Office::opened(server, &campaign, seed, start).await?;
    office.set_targets(&campaign);
    courier.hand_in_all(&mut office.coordinator, start).await?;

    let field = field_work(&campaign, server, seed, start).await?;
    let record_bytes = RecordBytes::of(field.bundles.iter().map(|(_, bundle)| bundle));
    let eid = field.eid.clone();
    for (time, errand) in errands(&campaign, field) {
        match errand {
            Errand::Bundle(bundle) => drop(courier.hand_in(&bundle, time).await?),
            Errand::Accept(dossiers) => {
                desk::accept(server, &mut office.officer, &dossiers, time).await?;
                courier.hand_in_all(&mut office.officer, time).await?;
            }
            Errand::Carry(report) => {
                office.carry(&campaign, report, time)?;
                courier.hand_in_all(&mut office.coordinator, time).await?;
            }
        }
    }
    // Now that every phone has been heard, what the sample's records do not say is known.
    let time = courier.now().plus(3_600);
    office.carry_rest(&campaign, &eid, time)?;
    courier.hand_in_all(&mut office.coordinator, time).await?;
    let answers = Answers::of(server, &campaign).await?;
    Ok(ReplayReport {
        replay: Replay::SocTrang,
        mode: Mode::Sample,
        figures: answers.figures(),
        checks: answers.checks(courier.taken()),
        taken: courier.taken().clone(),
        record_bytes,
    })
}

/// Lets the phones of the sample commune work.
async fn field_work<S: Store>(
    campaign: &Campaign<'_>,
    server: &Server<S>,
    seed: Seed,
    now: UnixSeconds,
) -> Result<Harvest, DemoError> {
    let mut all = Harvest::default();
    for (n, hamlet) in (0..).zip(campaign.hamlets(campaign.sample)) {
        let team = team_of(hamlet);
        let mut phones = Vec::new();
        for phone in 1..=PHONES_PER_TEAM {
            let part = Part {
                label: format!("Phone {phone} of hamlet {hamlet}"),
                role: Role::TeamMember,
                unit: hamlet,
                team,
            };
            phones.push(enrolled(server, part, seed, now).await?);
        }
        let plan = HamletPlan {
            people: PeoplePlan {
                hamlet,
                people: RESIDENTS_PER_HAMLET,
                as_of: campaign.days.last(),
                setting: Setting::Rural,
                khmer_permille: KHMER_PERMILLE,
                first_serial: n * serials_needed(RESIDENTS_PER_HAMLET),
            },
            team,
            // Teams begin one after the other.
            period: LocalDay(campaign.days.field.start.0 + 3 * n as i32)..campaign.days.field.end,
        };
        all.add(work(&plan, &mut phones, seed)?);
    }
    all.eid.extend(
        acceptances(campaign, &all.collected).map(|accepted| EidStep {
            dossier: accepted.dossier,
            hamlet: accepted.hamlet,
            level: 3,
            day: accepted.day,
        }),
    );
    Ok(all)
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
    entered.filter(|taken| taken.day <= campaign.days.last())
}

/// What is to be done when.
enum Errand {
    /// A phone's bundle arrives.
    Bundle(SealedBundle),
    /// The officer enters what the ministry accepted.
    Accept(Vec<DocumentId>),
    /// The coordinator carries the figures of the communes without records.
    Carry(Report),
}

fn errands(campaign: &Campaign<'_>, field: Harvest) -> Vec<(UnixSeconds, Errand)> {
    let mut accepted: BTreeMap<LocalDay, Vec<DocumentId>> = BTreeMap::new();
    for taken in acceptances(campaign, &field.collected) {
        accepted.entry(taken.day).or_default().push(taken.dossier);
    }
    let accepted = accepted
        .into_iter()
        .map(|(day, dossiers)| (at(day, 16 * 60), Errand::Accept(dossiers)));
    let bundles = field
        .bundles
        .into_iter()
        .map(|(arrives, bundle)| (arrives, Errand::Bundle(bundle)));
    let next_morning = |day: LocalDay| at(LocalDay(day.0 + 1), 8 * 60);
    let [october, november] = campaign.days.reported.map(next_morning);
    let mut errands: Vec<_> = bundles.chain(accepted).collect();
    errands.push((october, Errand::Carry(Report::October)));
    errands.push((november, Errand::Carry(Report::November)));
    // Stable: the bundles of one phone keep their order.
    errands.sort_by_key(|(time, _)| *time);
    errands
}
