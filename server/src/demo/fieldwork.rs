//! What a team's phones record in one hamlet: households met, residents listed, stages reached.
//!
//! Turns generated residents and visits into saves and sealed bundles, each with the moment at
//! which its phone next has signal. What every resident reached is also written into a plain
//! list, so that figures can be compared with something no document was needed for.

use core::ops::Range;
use std::collections::BTreeMap;

use shared::bundle::SealError;
use shared::catalogue::{Language, PhoneOwner, SessionKind};
use shared::event::{self, Event, Funnel, OutcomeResult, Source, Stamp, Step, What};
use shared::facts::Name;
use shared::id::{Companion, DocumentId, TeamId, UnitId};
use shared::key::Key;
use shared::kind::Kind;
use shared::reason::Reason;
use shared::time::{LOCAL_OFFSET_SECONDS, LocalDay, LocalMinute, UnixSeconds};
use shared::value::Value;

use super::draw::Seed;
use super::field_days::{FieldPlan, Outcome, Stage, Visit, field_days};
use super::people::{PeoplePlan, PhoneDevice, Residence, Resident, SimOwner, residents};
use super::signal::{PhoneFate, fate};
use crate::author::{Author, SealedBundle, Write};

/// Records after which a demo phone seals a bundle and looks for signal.
pub const RECORDS_PER_BUNDLE: usize = 50;

/// Days after which a worker comes again to activate an account that was taken at home.
const ACTIVATION_DAYS: i32 = 8;

/// The age from which cards and accounts are made.
const CARD_AGE: i32 = 14;

/// One hamlet's people and the work of its team.
#[derive(Debug, Clone)]
pub struct HamletPlan {
    /// The people; also says which hamlet.
    pub people: PeoplePlan,
    /// The team its phones belong to.
    pub team: TeamId,
    /// First day of the work, and the first day after it.
    pub period: Range<LocalDay>,
}

/// What came of the work in one hamlet.
#[derive(Debug, Default)]
pub struct Harvest {
    /// Bundles in the order they were sealed, with the moment each reaches the server.
    pub bundles: Vec<(UnixSeconds, SealedBundle)>,
    /// Dossiers in the order they were listed.
    pub dossiers: Vec<DocumentId>,
    /// E-ID accounts whose data were taken at home and wait for the ministry.
    pub collected: Vec<Collected>,
    /// Every step taken, of cards and of e-IDs.
    pub steps: Vec<StepTaken>,
}

/// A dossier whose e-ID waits to be accepted.
#[derive(Debug, Clone, Copy)]
pub struct Collected {
    /// The dossier.
    pub dossier: DocumentId,
    /// Its hamlet.
    pub hamlet: UnitId,
    /// The day the data were taken.
    pub day: LocalDay,
    /// When the server has it.
    pub arrives: UnixSeconds,
}

/// A level of a funnel that somebody reached, without anything a document adds to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StepTaken {
    /// Who.
    pub dossier: DocumentId,
    /// Where it counts.
    pub hamlet: UnitId,
    /// The funnel.
    pub funnel: Funnel,
    /// The level, 1 to 5.
    pub level: u8,
    /// When.
    pub day: LocalDay,
}

impl Harvest {
    /// Adds what came of the work elsewhere.
    pub fn add(&mut self, other: Self) {
        self.bundles.extend(other.bundles);
        self.dossiers.extend(other.dossiers);
        self.collected.extend(other.collected);
        self.steps.extend(other.steps);
    }
}

/// The team of a hamlet, which has the hamlet's number.
#[must_use]
pub fn team_of(hamlet: UnitId) -> TeamId {
    TeamId(hamlet.0)
}

/// The moment a wall clock shows `minute`.
#[must_use]
pub fn moment(minute: LocalMinute) -> UnixSeconds {
    UnixSeconds(minute.0 * 60 - LOCAL_OFFSET_SECONDS)
}

/// Lets the phones of one hamlet work through their campaign.
///
/// # Errors
/// [`SealError`].
pub fn work(plan: &HamletPlan, phones: &mut [Author], seed: Seed) -> Result<Harvest, SealError> {
    let people = residents(&plan.people, seed);
    let days = field_days(
        &FieldPlan {
            hamlet: plan.people.hamlet,
            households: people.last().map_or(0, |last| last.household),
            workers: phones.len() as u32,
            period: plan.period.clone(),
            coast: None,
        },
        seed,
    );
    let mut harvest = Harvest::default();
    for (worker, phone) in (0..).zip(phones) {
        let visits = days
            .iter()
            .filter(|day| day.worker == worker)
            .flat_map(|day| &day.visits);
        let mut round = Round {
            plan,
            people: &people,
            fate: fate(plan.period.clone(), plan.people.hamlet.0 * 8 + worker, seed),
            phone,
            seed,
            tasks: BTreeMap::new(),
            planned: 0,
            households: BTreeMap::new(),
            dossiers: BTreeMap::new(),
            waiting: Vec::new(),
            harvest: &mut harvest,
        };
        for visit in visits {
            round.plan_task(visit.start, Task::Visit(*visit));
        }
        let evening = plan.period.start.0 + 6;
        round.plan_task(minute_of(LocalDay(evening), 19 * 60), Task::Session);
        round.work()?;
    }
    Ok(harvest)
}

fn minute_of(day: LocalDay, minute: i64) -> LocalMinute {
    LocalMinute(day.first_minute().0 + minute)
}

#[derive(Debug, Clone, Copy)]
enum Task {
    Visit(Visit),
    /// Activate the account of the resident with this index.
    Activate(usize),
    /// A session in the hall with whoever was met so far.
    Session,
}

/// One phone's campaign.
struct Round<'a> {
    plan: &'a HamletPlan,
    people: &'a [Resident],
    phone: &'a mut Author,
    fate: PhoneFate,
    seed: Seed,
    /// What is still to be done, by time; several at one minute in the order they were planned.
    tasks: BTreeMap<(LocalMinute, u32), Task>,
    planned: u32,
    households: BTreeMap<u32, DocumentId>,
    dossiers: BTreeMap<usize, Name>,
    /// Dossiers in unsealed records that wait to be accepted.
    waiting: Vec<(DocumentId, LocalDay)>,
    harvest: &'a mut Harvest,
}

impl Round<'_> {
    fn plan_task(&mut self, at: LocalMinute, task: Task) {
        if at.day() < self.plan.period.end {
            self.planned += 1;
            self.tasks.insert((at, self.planned), task);
        }
    }

    fn work(mut self) -> Result<(), SealError> {
        let mut at = self.plan.period.start.first_minute();
        while let Some(((minute, _), task)) = self.tasks.pop_first() {
            at = minute;
            match task {
                Task::Visit(visit) => self.visit(&visit),
                Task::Activate(person) => self.activate(person, at),
                Task::Session => self.session(at),
            }
            if self.phone.unsealed_records() >= RECORDS_PER_BUNDLE {
                self.send(at)?;
            }
        }
        self.send(at)
    }

    /// Seals what is open; it reaches the server when there is signal next.
    fn send(&mut self, at: LocalMinute) -> Result<(), SealError> {
        let gap = self.fate.offline.iter().find(|gap| gap.contains(&at));
        let arrives = moment(gap.map_or(at, |gap| gap.end)).plus(60);
        for bundle in self.phone.seal_all(self.seed)? {
            self.harvest.bundles.push((arrives, bundle));
        }
        let hamlet = self.plan.people.hamlet;
        let waiting = self.waiting.drain(..).map(|(dossier, day)| Collected {
            dossier,
            hamlet,
            day,
            arrives,
        });
        self.harvest.collected.extend(waiting);
        Ok(())
    }

    fn visit(&mut self, visit: &Visit) {
        let household = visit.household;
        let people = self.people;
        let mut members = (0..).zip(people).filter(|(_, r)| r.household == household);
        let met = match visit.outcome {
            Outcome::NotHome => event::VisitResult::NotMet,
            Outcome::TideMissed => event::VisitResult::Unreachable,
            Outcome::Blocked("A1" | "A2" | "A3") => event::VisitResult::Away,
            Outcome::Blocked("F1") => event::VisitResult::Declined,
            Outcome::Reached(_) | Outcome::Blocked(_) => event::VisitResult::Met,
        };
        let note = visit.note.unwrap_or_default();
        if matches!(visit.outcome, Outcome::NotHome | Outcome::TideMissed) {
            // The head of the household is known from the hamlet's list.
            if let Some((head, _)) = members.next() {
                self.record(head, visit.start, &[visited(met, note)], None);
            }
            return;
        }
        for (minute, (person, resident)) in (0..).zip(members) {
            let at = LocalMinute(visit.start.0 + minute);
            let note = if minute == 0 { note } else { "" };
            let (steps, reason) = self.outcome(resident, visit.outcome);
            let mut whats = vec![visited(met, note)];
            whats.extend(steps.iter().map(|&step| reached(step, Source::Witnessed)));
            let dossier = self.record(person, at, &whats, reason);
            self.note_steps(dossier, &steps, at.day());
            if steps.contains(&Step::EidCollected) {
                self.waiting.push((dossier, at.day()));
                if can_activate(resident) {
                    let day = LocalDay(at.day().0 + ACTIVATION_DAYS);
                    self.plan_task(minute_of(day, 18 * 60 + minute), Task::Activate(person));
                }
            }
        }
    }

    fn activate(&mut self, person: usize, at: LocalMinute) {
        let whats = [
            visited(event::VisitResult::Met, ""),
            reached(Step::EidActivated, Source::Witnessed),
        ];
        let dossier = self.record(person, at, &whats, None);
        self.note_steps(dossier, &[Step::EidActivated], at.day());
    }

    /// A session: its own document, and what came of it on the dossiers of those who were there.
    fn session(&mut self, at: LocalMinute) {
        let linked: Vec<Name> = self.dossiers.values().copied().take(3).collect();
        if linked.is_empty() {
            return;
        }
        let name = self.phone.new_document();
        let outcome = |dossier, session| {
            What::Outcome(event::Outcome {
                dossier,
                session,
                result: OutcomeResult::Submitted,
                service: 1,
            })
        };
        let mut session = Write::founding(name, Kind::Session, self.plan.people.hamlet)
            .put(Key::SESSION_KIND, u64::from(SessionKind::Group.code()))
            .put(Key::STARTED, at.0 as u64)
            .put(Key::DURATION_MINUTES, 60)
            .put(Key::SESSION_TEAM, u64::from(self.plan.team.0))
            .put(Key::LANGUAGE, u64::from(Language::Vietnamese.code()))
            .put(Key::HEADCOUNT, linked.len() as u64 + 9);
        let mut writes = Vec::new();
        for dossier in linked {
            let there = outcome(Some(dossier.document()), None);
            session = session.event(&self.event(there, at));
            let here = outcome(None, Some(name.document()));
            writes.push(Write::to(dossier).event(&self.event(here, at)));
        }
        writes.insert(0, session);
        self.phone.save(moment(at), writes);
    }

    /// Saves what happened to a resident; lists them first if nobody has.
    fn record(
        &mut self,
        person: usize,
        at: LocalMinute,
        whats: &[What],
        reason: Option<(Key, Reason)>,
    ) -> DocumentId {
        let mut writes = Vec::new();
        let mut dossier = match self.dossiers.get(&person) {
            Some(name) => Write::to(*name),
            None => self.listed(person, &mut writes),
        };
        if let Some((key, reason)) = reason {
            dossier = dossier.put(key, u64::from(reason.code()));
        }
        for what in whats {
            dossier = dossier.event(&self.event(what.clone(), at));
        }
        let document = dossier.name.document();
        writes.push(dossier);
        self.phone.save(moment(at), writes);
        document
    }

    /// The first write of a resident's dossier; the identity and, for the first of a household,
    /// the household go to `beside`.
    fn listed(&mut self, person: usize, beside: &mut Vec<Write>) -> Write {
        let resident = &self.people[person];
        let hamlet = self.plan.people.hamlet;
        let household = self.household(resident, beside);
        let name = self.phone.new_document();
        self.dossiers.insert(person, name);
        self.harvest.dossiers.push(name.document());
        let founding = founding(resident, name, hamlet);
        beside.extend(founding.identity);
        founding
            .dossier
            .put(Key::HOUSEHOLD, Value::Bytes(household.0.to_vec()))
    }

    fn household(&mut self, head: &Resident, beside: &mut Vec<Write>) -> DocumentId {
        if let Some(known) = self.households.get(&head.household) {
            return *known;
        }
        let name = self.phone.new_document();
        let group = head.household / 20 + 1;
        beside.push(
            Write::founding(name, Kind::Household, self.plan.people.hamlet)
                .put(Key::HOUSEHOLD_NAME, head.name.as_str())
                .put(Key::HOUSEHOLD_ADDRESS, format!("Tổ {group}").as_str()),
        );
        self.households.insert(head.household, name.document());
        name.document()
    }

    fn event(&self, what: What, at: LocalMinute) -> Event {
        let stamp = Stamp {
            at,
            unit: self.plan.people.hamlet,
            team: self.plan.team,
        };
        Event { what, stamp }
    }

    /// What a resident reaches by a visit, and why not more.
    fn outcome(&self, resident: &Resident, outcome: Outcome) -> (Vec<Step>, Option<(Key, Reason)>) {
        let age = self.plan.people.as_of.date().0 - i32::from(resident.birth.year());
        if age < CARD_AGE {
            return (Vec::new(), None);
        }
        let absent = match resident.residence {
            Residence::PermanentHere | Residence::TemporaryHere | Residence::Unknown => None,
            Residence::PermanentAway => Some(Reason::WorksAway),
            Residence::Left | Residence::Dead => Some(Reason::DeadOrMoved),
        };
        if let Some(reason) = absent {
            return (Vec::new(), Some((Key::CARD_REASON, reason)));
        }
        match outcome {
            Outcome::Reached(Stage::Activated) if can_activate(resident) => {
                (vec![Step::CardHandedOver, Step::EidActivated], None)
            }
            Outcome::Reached(Stage::Activated) => {
                let reason = (Key::EID_REASON, phone_reason(resident));
                (vec![Step::CardHandedOver], Some(reason))
            }
            Outcome::Reached(Stage::Collected) => {
                (vec![Step::CardCollected, Step::EidCollected], None)
            }
            Outcome::Reached(Stage::Appointed) => (vec![Step::CardAppointed], None),
            Outcome::Blocked(code) => (Vec::new(), blocked(code)),
            Outcome::NotHome | Outcome::TideMissed => (Vec::new(), None),
        }
    }

    fn note_steps(&mut self, dossier: DocumentId, steps: &[Step], day: LocalDay) {
        let hamlet = self.plan.people.hamlet;
        self.harvest.steps.extend(steps.iter().filter_map(|step| {
            Some(StepTaken {
                dossier,
                hamlet,
                funnel: step.funnel(),
                level: step.level()?,
                day,
            })
        }));
    }
}

/// The first writes about a resident.
pub(super) struct Founding {
    /// The dossier's.
    pub(super) dossier: Write,
    /// The identity's, if the number is known.
    pub(super) identity: Option<Write>,
}

/// Lists a resident of a hamlet as whoever asks at the door hears it.
pub(super) fn founding(resident: &Resident, name: Name, hamlet: UnitId) -> Founding {
    let last3 = resident.number.map(|number| number.last3());
    let phone = resident.phone.map(|phone| phone.number.to_string());
    let owner = resident.phone.map(|phone| match phone.sim {
        SimOwner::Own => PhoneOwner::Own,
        SimOwner::Other => PhoneOwner::Family,
    });
    let dossier = Write::founding(name, Kind::Dossier, hamlet)
        .put(Key::NAME, resident.name.as_str())
        .put(Key::BIRTH_YEAR, u64::from(resident.birth.year()))
        .put(Key::SEX, u64::from(resident.sex.code()))
        .put_some(Key::LAST3, last3.as_deref())
        .put_some(Key::PHONE, phone.as_deref())
        .put_some(Key::PHONE_OWNER, owner.map(|owner| u64::from(owner.code())))
        .put(Key::RESIDENCE, u64::from(resident.residence.code()));
    let identity = Name {
        companion: Some(Companion::Identity),
        ..name
    };
    let identity = resident.number.map(|number| {
        Write::founding(identity, Kind::Identity, hamlet)
            .put(Key::NUMBER, number.to_string().as_str())
            .put(Key::BIRTH_DATE, u64::from(resident.birth.to_packed()))
    });
    Founding { dossier, identity }
}

pub(super) fn visited(result: event::VisitResult, note: &str) -> What {
    What::Visit(event::Visit {
        result,
        note: note.to_owned(),
    })
}

/// That somebody took this step.
#[must_use]
pub fn reached(step: Step, source: Source) -> What {
    What::Stage(event::Stage {
        step,
        on: None,
        source,
    })
}

fn can_activate(resident: &Resident) -> bool {
    let able = |phone: super::people::OwnPhone| {
        phone.device == PhoneDevice::Capable && phone.sim == SimOwner::Own
    };
    resident.phone.is_some_and(able)
}

/// Why somebody without a phone of the right sort cannot activate.
fn phone_reason(resident: &Resident) -> Reason {
    match resident.phone {
        None => Reason::NoPhone,
        Some(phone) if phone.device == PhoneDevice::Capable => Reason::SimOfAnother,
        Some(_) => Reason::WeakPhone,
    }
}

/// The reason a field worker knows by letter and digit, under the key it belongs to.
fn blocked(code: &str) -> Option<(Key, Reason)> {
    let start = code.to_ascii_lowercase() + "-";
    let reason = Reason::ALL
        .iter()
        .find(|one| one.name().starts_with(&start))?;
    let key = if code.starts_with('E') {
        Key::EID_REASON
    } else {
        Key::CARD_REASON
    };
    Some((key, *reason))
}
