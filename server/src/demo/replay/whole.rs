//! A campaign made wholly of single records: every hamlet of the province has its people.
//!
//! Each hamlet has a phone that lists them and writes down their steps, each commune an officer
//! who enters what only the police know. Between two reported days a phone has no signal: it
//! hands in the work of that stretch on its last evening, in bundles as full as they get. What
//! offices report, and is no person's step, stays a balance.
//!
//! Memory is bounded by the communes at work at one time: what was handed in is forgotten, and
//! read from the server again by whoever goes on with it.

use std::collections::BTreeMap;

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use shared::event::{Event, Funnel, Source, Stamp, Step};
use shared::facts::{Name, Origin};
use shared::hash::digest;
use shared::id::UnitId;
use shared::tally::Indicator;
use shared::time::{LocalDay, LocalMinute, UnixSeconds};

use super::journeys::Group;
use super::office::Office;
use super::play::{Played, ask, next_morning};
use super::roster::{classify, grown, unclassified};
use super::sample::Errand;
use super::shares::{Campaign, at};
use super::{Headway, Manner};
use crate::author::{Author, Progress, SealedBundle, Write};
use crate::demo::desk;
use crate::demo::draw::Seed;
use crate::demo::fieldwork::{founding, moment, reached, team_of};
use crate::demo::hand_in::{Courier, Taken};
use crate::demo::people::{PeoplePlan, residents, serials_needed};
use crate::demo::world::{DemoError, Part, enrolled, secret_of};
use crate::server::Server;
use crate::store::Store;

/// Communes at work at one time: enough for the writer to make their bundles durable together.
const COMMUNES_AT_ONCE: usize = 16;

/// The longest stretch of work before a reported day.
const STRETCH_DAYS_MAX: i32 = 60;

/// Days after somebody's data were taken on which the ministry's answer is entered, and on which
/// the person is seen again; cut at the end of the stretch.
const ACCEPTED_AFTER_DAYS: i32 = 4;
const SEEN_AGAIN_AFTER_DAYS: i32 = 8;

/// Plays a campaign in which nobody is only a figure.
pub(super) async fn play<S: Store>(
    server: &Server<S>,
    campaign: &Campaign<'_>,
    manner: Manner<'_>,
) -> Result<Played, DemoError> {
    let seed = manner.seed;
    let outset = at(campaign.stretch(0).0, 6 * 60);
    let mut office = Office::opened(server, campaign, seed, outset).await?;
    let mut courier = Courier::new(server, outset, seed);
    office.set_targets(campaign);
    courier.hand_in_all(&mut office.coordinator, outset).await?;
    let mut communes = settle(server, campaign, seed, outset).await?;
    let errands = list_rosters(server, campaign, &mut communes, seed).await?;
    let mut errands = errands.into_iter().peekable();
    let mut shown = Vec::new();
    for (report, &day) in campaign.script.reports.iter().enumerate() {
        let stretch = Stretch {
            server,
            campaign,
            manner,
            report,
        };
        communes = stretch.work(communes, &mut courier).await?;
        let morning = next_morning(day);
        while let Some((time, Errand::Bundle(bundle))) = errands.next_if(|it| it.0 < morning) {
            courier.hand_in(&bundle, time).await?;
        }
        office.carry(campaign, report, morning)?;
        courier
            .hand_in_all(&mut office.coordinator, morning)
            .await?;
        shown.push(ask(server, campaign.province, day).await?);
    }
    // Phones that had no signal on the last day.
    while let Some((time, Errand::Bundle(bundle))) = errands.next() {
        courier.hand_in(&bundle, time).await?;
    }
    Ok(Played {
        mode: campaign.mode,
        shown,
        taken: courier.into_taken(),
        record_bytes: Vec::new(),
    })
}

impl Campaign<'_> {
    /// The days on which what a report says was done, both counted.
    fn stretch(&self, report: usize) -> (LocalDay, LocalDay) {
        let last = self.script.reports[report];
        let longest = LocalDay(last.0 - STRETCH_DAYS_MAX + 1);
        let before = report.checked_sub(1).map(|one| self.script.reports[one]);
        let first = before.map_or(longest, |before| LocalDay(before.0 + 1));
        (first.max(longest), last)
    }
}

/// A commune and those who work in it.
struct Commune {
    officer: Hand,
    hamlets: Vec<Hamlet>,
}

struct Hamlet {
    unit: UnitId,
    phone: Hand,
    plan: PeoplePlan,
    groups: Vec<Group>,
    /// How many of its people are on the officer's roster, before all others.
    on_roster: usize,
}

impl Hamlet {
    fn people(&self) -> usize {
        let people: u64 = self.groups.iter().map(|group| group.people).sum();
        self.on_roster + people as usize
    }
}

/// A device whose owner puts it down between two stretches.
struct Hand {
    secret: [u8; 32],
    progress: Progress,
}

impl Hand {
    async fn enrolled<S: Store>(
        server: &Server<S>,
        part: Part,
        seed: Seed,
        now: UnixSeconds,
    ) -> Result<Self, DemoError> {
        let secret = secret_of(&part, seed);
        let author = enrolled(server, part, seed, now).await?;
        let progress = author.progress().clone();
        Ok(Self { secret, progress })
    }

    fn author<S: Store>(&self, server: &Server<S>) -> Author {
        let sealing = server.ledger().secrets().sealing();
        Author::from_secret(&self.secret, self.progress.clone(), sealing)
    }
}

/// Everybody who works, enrolled, and how many people each hamlet will have.
async fn settle<S: Store>(
    server: &Server<S>,
    campaign: &Campaign<'_>,
    seed: Seed,
    now: UnixSeconds,
) -> Result<Vec<Commune>, DemoError> {
    let mut people = campaign.people()?;
    let name = campaign.script.name;
    let mut communes = Vec::new();
    for unit in campaign.communes() {
        let mut hamlets = Vec::new();
        for &hamlet in campaign.places_of(unit) {
            let part = Part::phone(format!("Phone of hamlet {hamlet} in {name}"), hamlet);
            hamlets.push(Hamlet {
                unit: hamlet,
                phone: Hand::enrolled(server, part, seed, now).await?,
                plan: campaign.residents_of(hamlet),
                groups: people.remove(&hamlet).unwrap_or_default(),
                on_roster: unclassified(campaign, hamlet),
            });
        }
        let part = Part::officer(format!("Officer of commune {unit} in {name}"), unit);
        let officer = Hand::enrolled(server, part, seed, now).await?;
        communes.push(Commune { officer, hamlets });
    }
    let hamlets = || communes.iter().flat_map(|commune| &commune.hamlets);
    // No two hamlets share a number, so all leave room for as many as the largest needs.
    let largest = hamlets().map(Hamlet::people).max().unwrap_or(0);
    let most = to_generate(largest);
    let hamlets = communes.iter_mut().flat_map(|one| &mut one.hamlets);
    for (n, hamlet) in (0..).zip(hamlets) {
        hamlet.plan.people = to_generate(hamlet.people());
        hamlet.plan.first_serial = n * serials_needed(most);
    }
    Ok(communes)
}

/// Residents among whom there are so many old enough for a card: two in nine are not.
fn to_generate(grown: usize) -> usize {
    grown + grown / 2 + 16
}

/// What officers list before the first day, and what phones will have found out about it.
async fn list_rosters<S: Store>(
    server: &Server<S>,
    campaign: &Campaign<'_>,
    communes: &mut [Commune],
    seed: Seed,
) -> Result<Vec<(UnixSeconds, Errand)>, DemoError> {
    let mut errands = Vec::new();
    for commune in communes {
        let listed = commune.hamlets.iter().filter(|one| one.on_roster > 0);
        let plans: Vec<PeoplePlan> = listed.map(|one| one.plan.clone()).collect();
        let mut officer = commune.officer.author(server);
        errands.extend(classify(campaign, server, (&mut officer, &plans), seed).await?);
        commune.officer.progress = officer.progress().clone();
    }
    errands.sort_by_key(|(time, _)| *time);
    Ok(errands)
}

/// The work up to one reported day.
struct Stretch<'s, S> {
    server: &'s Server<S>,
    campaign: &'s Campaign<'s>,
    manner: Manner<'s>,
    report: usize,
}

/// One save of one phone.
struct Record {
    /// The person's number among the hamlet's, from 0 in the order of listing.
    person: u32,
    day: LocalDay,
    steps: Vec<Step>,
    is_first: bool,
}

/// What one hamlet's stretch comes to.
#[derive(Default)]
struct ToDo {
    by_phone: Vec<Record>,
    /// What the officer enters: at which step each dossier arrived, by day.
    by_officer: BTreeMap<(LocalDay, Step), Vec<u32>>,
}

impl<S: Store> Stretch<'_, S> {
    async fn work(
        &self,
        communes: Vec<Commune>,
        courier: &mut Courier<'_, S>,
    ) -> Result<Vec<Commune>, DemoError> {
        let hamlets = communes.iter().map(|one| one.hamlets.len()).sum();
        let mut headway = Headway {
            as_of: self.campaign.script.reports[self.report],
            hamlets,
            hamlets_done: 0,
            records: courier.taken().records,
        };
        let mut done = stream::iter(communes)
            .map(|commune| self.work_in(commune))
            .buffered(COMMUNES_AT_ONCE);
        let mut communes = Vec::new();
        while let Some((commune, taken)) = done.try_next().await? {
            courier.add(&taken);
            headway.hamlets_done += commune.hamlets.len();
            headway.records = courier.taken().records;
            (self.manner.headway)(headway);
            communes.push(commune);
        }
        Ok(communes)
    }

    async fn work_in(&self, mut commune: Commune) -> Result<(Commune, Taken), DemoError> {
        let mut taken = Taken::default();
        for hamlet in &mut commune.hamlets {
            let evening = at(self.campaign.script.reports[self.report], 20 * 60);
            let n = [hamlet.unit.0, self.report as u32].map(u32::to_le_bytes);
            let seed = digest(
                "sampan/demo-stretch",
                &[&self.manner.seed, n.as_flattened()],
            );
            let mut courier = Courier::new(self.server, evening, seed);
            let to_do = self.to_do(hamlet);
            for bundle in self.written(hamlet, to_do.by_phone).await? {
                courier.hand_in(&bundle, evening).await?;
            }
            let entered = to_do.by_officer;
            self.enter(&mut commune.officer, (hamlet, entered), &mut courier)
                .await?;
            taken.add(courier.taken());
        }
        Ok((commune, taken))
    }

    fn to_do(&self, hamlet: &Hamlet) -> ToDo {
        let active = |group: &&Group| group.journey.values().any(|by| *by == self.report);
        let active: u64 = hamlet
            .groups
            .iter()
            .filter(active)
            .map(|it| it.people)
            .sum();
        let (first, last) = self.campaign.stretch(self.report);
        let days = i64::from(last.0 - first.0 + 1) as u64;
        let mut to_do = ToDo::default();
        let (mut person, mut seen) = (0, 0);
        for group in &hamlet.groups {
            let steps = group.journey.iter();
            let steps = steps.filter(|(_, by)| **by == self.report);
            let steps: Vec<Step> = steps.map(|(step, _)| *step).collect();
            for one in 0..group.people as u32 {
                if steps.is_empty() {
                    break;
                }
                seen += 1;
                // The last one is seen on the last day.
                let nth = (seen * days).div_ceil(active) - 1;
                let came = Came {
                    person: person + one,
                    day: LocalDay(first.0 + nth as i32),
                    last,
                    is_listed: group.listed() == self.report,
                };
                to_do.note(came, &steps);
            }
            person += group.people as u32;
        }
        // People are listed in the order of their numbers, for days never fall.
        to_do.by_phone.sort_by_key(|record| record.day);
        to_do
    }

    /// The phone's bundles of this stretch.
    async fn written(
        &self,
        hamlet: &mut Hamlet,
        records: Vec<Record>,
    ) -> Result<Vec<SealedBundle>, DemoError> {
        let mut author = hamlet.phone.author(self.server);
        let first = records.iter().filter(|one| one.is_first);
        let first = first.map(|one| one.person).min().unwrap_or(u32::MAX);
        for record in records.iter().filter(|one| one.person < first) {
            let document = named(&author, record.person).document();
            if author.row(document).is_none() {
                desk::show(self.server, &mut author, document).await?;
            }
        }
        let round = Round {
            author,
            plan: hamlet.plan.clone(),
            on_roster: hamlet.on_roster,
            has_card: self.campaign.lists_who_has_no_card(),
            seed: self.manner.seed,
        };
        // Nothing in there waits for anybody, and other hamlets' bundles are on their way.
        let sealed = tokio::task::spawn_blocking(move || round.seal(records));
        let (progress, bundles) = sealed.await.map_err(DemoError::BrokenOff)??;
        hamlet.phone.progress = progress;
        Ok(bundles)
    }

    /// The officer enters what was heard about a hamlet's people.
    async fn enter(
        &self,
        officer: &mut Hand,
        (hamlet, entered): (&Hamlet, BTreeMap<(LocalDay, Step), Vec<u32>>),
        courier: &mut Courier<'_, S>,
    ) -> Result<(), DemoError> {
        let mut author = officer.author(self.server);
        let phone = hamlet.phone.author(self.server);
        for ((day, step), people) in entered {
            let people = people.into_iter();
            let dossiers: Vec<_> = people.map(|one| named(&phone, one).document()).collect();
            let time = at(day, 16 * 60);
            desk::enter(self.server, (&mut author, step), &dossiers, time).await?;
        }
        let evening = courier.now();
        courier.hand_in_all(&mut author, evening).await?;
        officer.progress = author.progress().clone();
        Ok(())
    }
}

/// One person's turn in a stretch.
#[derive(Clone, Copy)]
struct Came {
    person: u32,
    day: LocalDay,
    /// The stretch's last day.
    last: LocalDay,
    is_listed: bool,
}

impl ToDo {
    fn note(&mut self, came: Came, steps: &[Step]) {
        let mut by_day: BTreeMap<LocalDay, Vec<Step>> = BTreeMap::new();
        for &step in steps {
            let after = match step {
                Step::CardCollected | Step::EidCollected => 0,
                _ if !came.is_listed => 0,
                _ if is_entered(step) => ACCEPTED_AFTER_DAYS,
                _ => SEEN_AGAIN_AFTER_DAYS,
            };
            let day = LocalDay(came.day.0 + after).min(came.last);
            match is_entered(step) {
                true => {
                    let heard = self.by_officer.entry((day, step)).or_default();
                    heard.push(came.person);
                }
                false => by_day.entry(day).or_default().push(step),
            }
        }
        for (nth, (day, steps)) in by_day.into_iter().enumerate() {
            self.by_phone.push(Record {
                person: came.person,
                day,
                steps,
                is_first: came.is_listed && nth == 0,
            });
        }
    }
}

/// Whether only the police know it.
fn is_entered(step: Step) -> bool {
    let known = [Step::CardProcessing, Step::CardPrinted, Step::EidAccepted];
    known.contains(&step)
}

/// The dossier of a hamlet's `n`-th person: phones number what they create.
fn named(phone: &Author, n: u32) -> Name {
    Name {
        origin: Origin::Created(phone.life(), n),
        companion: None,
    }
}

/// One phone's way through a stretch.
struct Round {
    author: Author,
    plan: PeoplePlan,
    on_roster: usize,
    /// Whether whoever is listed has a card already: those who have none are on a roster.
    has_card: bool,
    seed: Seed,
}

impl Round {
    fn seal(mut self, records: Vec<Record>) -> Result<(Progress, Vec<SealedBundle>), DemoError> {
        let hamlet = self.plan.hamlet;
        let residents = grown(&self.plan, residents(&self.plan, self.seed));
        let people: Vec<_> = residents.skip(self.on_roster).collect();
        for (nth, record) in (0..).zip(records) {
            let minute = record.day.first_minute().0 + 8 * 60 + nth % (9 * 60);
            let mut steps = record.steps;
            let is_card = |step: &Step| step.funnel() == Funnel::Card;
            if record.is_first && self.has_card && !steps.iter().any(is_card) {
                steps.push(Step::CardHandedOver);
            }
            let mut writes = Vec::new();
            let mut dossier = Write::to(named(&self.author, record.person));
            if record.is_first {
                let resident = people.get(record.person as usize);
                let resident = resident.ok_or(DemoError::TooFewResidents(hamlet))?;
                let founding = founding(resident, self.author.new_document(), hamlet);
                writes.extend(founding.identity);
                dossier = founding.dossier;
            }
            for step in steps {
                let stamp = Stamp {
                    at: LocalMinute(minute),
                    unit: hamlet,
                    team: team_of(hamlet),
                };
                let what = reached(step, Source::Witnessed);
                dossier = dossier.event(&Event { what, stamp });
            }
            writes.push(dossier);
            self.author.save(moment(LocalMinute(minute)), writes);
        }
        let bundles = self.author.seal_all(self.seed)?;
        Ok((self.author.progress().clone(), bundles))
    }
}

impl Campaign<'_> {
    fn lists_who_has_no_card(&self) -> bool {
        let mut series = self.script.series.iter();
        series.any(|series| series.indicator == Indicator::Unclassified)
    }

    fn residents_of(&self, hamlet: UnitId) -> PeoplePlan {
        PeoplePlan {
            hamlet,
            people: 0,
            as_of: self.script.last_day(),
            setting: self.script.sample.setting,
            khmer_permille: self.script.sample.khmer_permille,
            first_serial: 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use shared::reason::Reason;
    use shared::tally::Reported;
    use shared::unit::UnitTree;

    use super::*;
    use crate::demo::people::Setting;
    use crate::demo::replay::Mode;
    use crate::demo::replay::answers::count;
    use crate::demo::replay::script::{Sample, Script, Series, Where, date};
    use crate::demo::units;
    use crate::secrets::Secrets;
    use crate::server::Foundation;
    use crate::store::Memory;
    use crate::verify::verify;
    use crate::writer::Writer;

    const UNITS: &str = "id,code,kind,name,parent,valid_from,valid_to,successors\n\
        1,94,province,A,,,,\n2,940,district,B,1,,,\n3,941,district,C,1,,,\n\
        10,00001,commune,D,2,,,\n11,00002,commune,E,2,,,\n12,00003,commune,F,3,,,\n\
        1001,,hamlet,G,10,,,\n1002,,hamlet,H,10,,,\n1003,,hamlet,I,11,,,\n1004,,hamlet,J,12,,,\n";

    fn server() -> Server<Memory> {
        let store = Memory::new();
        let foundation = Foundation {
            secrets: Arc::new(Secrets::from_master(&[1; 32])),
            units: units::parse(UNITS).unwrap(),
            epoch: 1,
        };
        Server::new(store.clone(), Writer::direct(store), foundation)
    }

    fn script() -> Script {
        let levels: [&[u64]; 5] = [&[60, 97], &[60, 97], &[41, 80], &[23, 79], &[23, 79]];
        let mut series = Series::funnel(Funnel::Eid, levels);
        series.extend([
            Series {
                indicator: Indicator::Unclassified,
                totals: vec![31, 0],
                place: Where::AsClassified,
            },
            Series::everywhere(Indicator::CardWaits(Reason::WorksAway), &[0, 20]),
            Series::everywhere(Indicator::CardWaits(Reason::Abroad), &[0, 11]),
            Series::office(Indicator::Reported(Reported::SchoolsWanted), &[3, 4]),
        ]);
        Script {
            name: "little",
            province: "94",
            campaign: "Chiến dịch nhỏ",
            days: date(2023, 2, 20)..date(2023, 3, 16),
            reports: vec![date(2023, 2, 26), date(2023, 3, 15)],
            series,
            goals: Vec::new(),
            sample: Sample {
                commune: "00001",
                setting: Setting::Rural,
                khmer_permille: 0,
                field: date(2023, 2, 26)..date(2023, 3, 16),
            },
        }
    }

    /// Everything a campaign says, of every place on every reported day.
    async fn compare(server: &Server<Memory>, campaign: &Campaign<'_>) {
        for (report, &day) in campaign.script.reports.iter().enumerate() {
            let found = ask(server, campaign.province, day).await.unwrap();
            for series in &campaign.script.series {
                let is_past = !series.indicator.has_days() && report == 0;
                let found = count(&found.unit, series.indicator);
                let name = format!("{} on {day}", series.indicator);
                assert!(is_past || found == series.totals[report], "{name}: {found}");
            }
        }
    }

    #[tokio::test]
    async fn a_campaign_played_whole_counts_what_was_published_and_nothing_else() {
        let (server, script) = (server(), script());
        let tree: Arc<UnitTree> = server.units();
        let campaign = Campaign::on(&tree, &script, Mode::Full).unwrap();
        let told = Mutex::new(Vec::new());
        let headway = |headway: Headway| told.lock().unwrap().push(headway.hamlets_done);
        let manner = Manner {
            mode: Mode::Full,
            seed: [3; 32],
            headway: &headway,
        };
        let played = play(&server, &campaign, manner).await.unwrap();
        assert_eq!(played.taken.outcomes["stored"], played.taken.changes);
        let first = &played.shown[0].unit;
        assert_eq!(count(first, Indicator::Unclassified), 31);
        compare(&server, &campaign).await;
        let end = ask(&server, campaign.province, script.last_day())
            .await
            .unwrap();
        assert_eq!(count(&end.unit, Indicator::Dossiers), 97 + 31);
        assert!(verify(&server).await.unwrap().is_clean());
        assert_eq!(told.into_inner().unwrap(), [2, 3, 4, 2, 3, 4]);
    }
}
