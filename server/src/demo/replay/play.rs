//! Playing a campaign: desks, phones and reports on one clock.

use shared::percent::PercentMode;
use shared::time::{LocalDay, UnixSeconds};

use super::answers::Checks;
use super::office::Office;
use super::sample::{Errand, SampleWork, house_to_house};
use super::shares::{Campaign, at};
use super::whole;
use super::{Figure, Manner, Mode, RecordBytes, Replay, ReplayReport};
use crate::author::SealedBundle;
use crate::demo::desk;
use crate::demo::draw::Seed;
use crate::demo::hand_in::{Courier, Taken};
use crate::demo::world::DemoError;
use crate::server::{Progress, ProgressQuery, Server};
use crate::store::Store;

const ACCEPTED: shared::event::Step = shared::event::Step::EidAccepted;

/// A campaign that was played.
pub(super) struct Played {
    /// How much of it was made of single records.
    pub(super) mode: Mode,
    /// The province's progress as it was shown on the morning after each reported day.
    pub(super) shown: Vec<Progress>,
    /// What was handed in.
    pub(super) taken: Taken,
    /// What records of phones cost.
    pub(super) record_bytes: Vec<RecordBytes>,
}

impl Played {
    /// What the play found, once every change handed in is known to have been stored.
    pub(super) fn report(
        self,
        replay: Replay,
        figures: Vec<Figure>,
        mut checks: Checks,
    ) -> ReplayReport {
        checks.all_stored(&self.taken);
        ReplayReport {
            replay,
            mode: self.mode,
            figures,
            checks: checks.all(),
            taken: self.taken,
            record_bytes: self.record_bytes,
        }
    }
}

/// Plays a campaign whose teams go from house to house.
pub(super) async fn play<S: Store>(
    server: &Server<S>,
    campaign: &Campaign<'_>,
    manner: Manner<'_>,
) -> Result<Played, DemoError> {
    if campaign.mode == Mode::Full {
        return whole::play(server, campaign, manner).await;
    }
    let (seed, start) = (manner.seed, campaign.start());
    let office = Office::opened(server, campaign, seed, start).await?;
    let work = house_to_house(campaign, server, seed, start).await?;
    play_work(server, campaign, (office, work), seed).await
}

/// Plays a campaign around the work its sample commune has done.
pub(super) async fn play_work<S: Store>(
    server: &Server<S>,
    campaign: &Campaign<'_>,
    (mut office, work): (Office, SampleWork),
    seed: Seed,
) -> Result<Played, DemoError> {
    let start = campaign.start();
    let mut courier = Courier::new(server, start, seed);
    office.set_targets(campaign);
    courier.hand_in_all(&mut office.coordinator, start).await?;
    let record_bytes =
        RecordBytes::of(work.errands.iter().filter_map(|(_, errand)| bundle(errand)));
    let mut errands: Vec<(UnixSeconds, Step)> = Vec::new();
    errands.extend(
        work.errands
            .into_iter()
            .map(|(time, errand)| (time, Step::Sample(errand))),
    );
    let reports = campaign.script.reports.iter().enumerate();
    errands.extend(reports.map(|(report, day)| (next_morning(*day), Step::Report(report))));
    // Stable: the bundles of one phone keep their order.
    errands.sort_by_key(|(time, _)| *time);
    let mut shown = Vec::new();
    for (time, step) in errands {
        match step {
            Step::Sample(Errand::Bundle(bundle)) => drop(courier.hand_in(&bundle, time).await?),
            Step::Sample(Errand::Accept(dossiers)) => {
                desk::enter(server, (&mut office.officer, ACCEPTED), &dossiers, time).await?;
                courier.hand_in_all(&mut office.officer, time).await?;
            }
            Step::Report(report) => {
                office.carry(campaign, report, time)?;
                courier.hand_in_all(&mut office.coordinator, time).await?;
                shown.push(ask(server, campaign.province, campaign.script.reports[report]).await?);
            }
        }
    }
    // Now that every phone has been heard, what the sample's records do not say is known.
    let time = courier.now().plus(3_600);
    office.carry_rest(campaign, &campaign.recorded(&work.steps), time)?;
    courier.hand_in_all(&mut office.coordinator, time).await?;
    Ok(Played {
        mode: campaign.mode,
        shown,
        taken: courier.into_taken(),
        record_bytes,
    })
}

/// A unit's progress, percentages cut.
pub(super) async fn ask<S: Store>(
    server: &Server<S>,
    unit: shared::id::UnitId,
    as_of: LocalDay,
) -> Result<Progress, DemoError> {
    ask_with(server, unit, as_of, PercentMode::Truncate).await
}

/// A unit's progress.
pub(super) async fn ask_with<S: Store>(
    server: &Server<S>,
    unit: shared::id::UnitId,
    as_of: LocalDay,
    percents: PercentMode,
) -> Result<Progress, DemoError> {
    let query = ProgressQuery {
        unit,
        as_of,
        percents,
    };
    Ok(server.progress(query).await?)
}

enum Step {
    Sample(Errand),
    Report(usize),
}

fn bundle(errand: &Errand) -> Option<&SealedBundle> {
    match errand {
        Errand::Bundle(bundle) => Some(bundle),
        Errand::Accept(_) => None,
    }
}

pub(super) fn next_morning(day: LocalDay) -> UnixSeconds {
    at(LocalDay(day.0 + 1), 8 * 60)
}

impl Campaign<'_> {
    /// The morning on which the first phones set out.
    pub(super) fn start(&self) -> UnixSeconds {
        at(self.script.sample.field.start, 6 * 60)
    }
}
