//! Sóc Trăng, autumn 2023: 639,870 of 654,392 e-ID accounts activated on 19 November.
//!
//! Totals are those of the provincial chairman's interview of 25 November 2023 and of a report
//! of 23 October 2023. They are shared among districts, communes and hamlets by largest remainder
//! on made-up weights, so that every tier adds up to what was published. One commune's hamlets
//! have residents, phones and a police officer; what they record is taken off its share, and the
//! rest of the province is carried by balances.

use core::ops::Range;
use std::collections::BTreeMap;

use shared::event::{Event, Figure as Carried, Funnel, LEVELS, Opening, Stamp, What};
use shared::facts::Name;
use shared::id::{DocumentId, TeamId, UnitId};
use shared::kind::Kind;
use shared::limits::EVENT_FIGURES_MAX;
use shared::percent::NumberStyle;
use shared::permission::Role;
use shared::receipt::Outcome;
use shared::tally::{Indicator, TallyKey};
use shared::time::{LocalDay, LocalMinute, UnixSeconds};
use shared::unit::UnitTree;

use super::allocation::allocate;
use super::desk::{self, Crew, Plan, Wanted};
use super::draw::Seed;
use super::fieldwork::{Collected, EidStep, HamletPlan, Harvest, moment, team_of, work};
use super::figures::{counted, target};
use super::hand_in::{Courier, Taken};
use super::people::{PeoplePlan, Setting, serials_needed};
use super::replay::{Check, Figure, Mode, RecordBytes, Replay, ReplayReport, percent};
use super::world::{DemoError, Part, enrolled, world};
use crate::author::{Author, SealedBundle, Write};
use crate::server::Server;
use crate::store::Store;

/// The province's code before the reform of 2025.
const PROVINCE_CODE: &str = "94";

/// The commune whose residents are generated one by one: Xã An Thạnh Đông, on the islands.
const SAMPLE_COMMUNE_CODE: &str = "31624";

/// Residents generated for each hamlet of the sample commune.
const RESIDENTS_PER_HAMLET: usize = 192;

/// Phones of each hamlet's team.
const PHONES_PER_TEAM: u32 = 2;

/// Khmer names, in a thousand households.
const KHMER_PERMILLE: u32 = 300;

/// Days between the data being taken and the ministry's acceptance.
const ACCEPTANCE_DAYS: i32 = 4;

/// The target: accounts to be activated.
const TARGET: u64 = 654_392;

/// Totals of the levels of the e-ID, level 1 first, on the two days that were reported.
///
/// Published are collected, accepted and activated on 19 November and activated on 23 October.
/// Levels 1 and 4 are what the level above them implies; collected and accepted on 23 October
/// were not reported and are made up.
const TOTALS: [[u64; LEVELS as usize]; 2] = [
    [861_540, 861_540, 742_815, 354_938, 354_938],
    [1_000_777, 1_000_777, 930_102, 639_870, 639_870],
];

/// The days that were reported, and the field work up to the last of them.
struct Days {
    reported: [LocalDay; 2],
    field: Range<LocalDay>,
    campaign: Range<LocalDay>,
}

impl Days {
    fn of_2023() -> Self {
        let day = |month, day| LocalDay::from_date(2023, month, day).unwrap_or_default();
        Self {
            reported: [day(10, 23), day(11, 19)],
            field: day(10, 2)..day(11, 20),
            campaign: day(8, 25)..day(11, 23),
        }
    }

    fn last(&self) -> LocalDay {
        self.reported[1]
    }
}

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

    let field = campaign.field_work(server, seed, start).await?;
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
    Ok(ReplayReport {
        replay: Replay::SocTrang,
        mode: Mode::Sample,
        figures: campaign.figures(server).await?,
        checks: campaign.checks(server, courier.taken()).await?,
        taken: courier.taken().clone(),
        record_bytes,
    })
}

/// Where the campaign takes place, and everybody's share of its totals.
struct Campaign<'t> {
    tree: &'t UnitTree,
    days: Days,
    province: UnitId,
    sample: UnitId,
    /// Of each reported day and level, every unit's share.
    shares: [[BTreeMap<UnitId, u64>; LEVELS as usize]; 2],
    targets: BTreeMap<UnitId, u64>,
}

impl<'t> Campaign<'t> {
    fn on(tree: &'t UnitTree) -> Result<Self, DemoError> {
        let days = Days::of_2023();
        let day = days.last();
        let province = tree.by_code(PROVINCE_CODE, day);
        let province = province.ok_or(DemoError::NoSuchUnit(PROVINCE_CODE))?.id;
        let sample = tree.by_code(SAMPLE_COMMUNE_CODE, day);
        let sample = sample.ok_or(DemoError::NoSuchUnit(SAMPLE_COMMUNE_CODE))?.id;
        let shares_of = |total| {
            let mut shares = BTreeMap::new();
            share_out(tree, (province, day), total, &mut shares);
            shares
        };
        Ok(Self {
            tree,
            province,
            sample,
            shares: TOTALS.map(|levels| levels.map(shares_of)),
            targets: shares_of(TARGET),
            days,
        })
    }

    fn communes(&self) -> impl Iterator<Item = UnitId> {
        let day = self.days.last();
        let districts = self.tree.children(self.province, day);
        let communes = districts.flat_map(move |district| self.tree.children(district.id, day));
        communes.map(|commune| commune.id)
    }

    fn hamlets(&self, commune: UnitId) -> Vec<UnitId> {
        let hamlets = self.tree.children(commune, self.days.last());
        hamlets.map(|hamlet| hamlet.id).collect()
    }

    /// Lets the phones of the sample commune work.
    async fn field_work<S: Store>(
        &self,
        server: &Server<S>,
        seed: Seed,
        now: UnixSeconds,
    ) -> Result<Harvest, DemoError> {
        let mut all = Harvest::default();
        for (n, hamlet) in (0..).zip(self.hamlets(self.sample)) {
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
                    as_of: self.days.last(),
                    setting: Setting::Rural,
                    khmer_permille: KHMER_PERMILLE,
                    first_serial: n * serials_needed(RESIDENTS_PER_HAMLET),
                },
                team,
                // Teams begin one after the other.
                period: LocalDay(self.days.field.start.0 + 3 * n as i32)..self.days.field.end,
            };
            all.add(work(&plan, &mut phones, seed)?);
        }
        all.eid
            .extend(self.acceptances(&all.collected).map(|accepted| EidStep {
                dossier: accepted.dossier,
                hamlet: accepted.hamlet,
                level: 3,
                day: accepted.day,
            }));
        Ok(all)
    }

    /// When the ministry's acceptance of each collected account is entered, if within the days.
    fn acceptances<'c>(
        &'c self,
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
        entered.filter(|taken| taken.day <= self.days.last())
    }

    /// What is left of the shares of a commune's hamlets for a reported day, as carried figures:
    /// on the first day in one sum, afterwards on the days on which teams came to the hamlet.
    fn carried(
        &self,
        commune: UnitId,
        report: Report,
        recorded: &Recorded,
    ) -> Result<Vec<Carried>, DemoError> {
        let hamlets = self.hamlets(commune);
        let mut figures = Vec::new();
        for (position, &hamlet) in hamlets.iter().enumerate() {
            let visited = self.visits(position, hamlets.len());
            for (level, indicator) in Indicator::levels(Funnel::Eid).into_iter().enumerate() {
                let left = |day: usize| {
                    let share = self.shares[day][level].get(&hamlet).copied().unwrap_or(0);
                    let counted = recorded[day].get(&(hamlet, level as u8 + 1)).copied();
                    share.checked_sub(counted.unwrap_or(0))
                };
                let beyond = DemoError::BeyondShare(hamlet);
                let (Some(first), Some(last)) = (left(0), left(1)) else {
                    return Err(beyond);
                };
                let sums = match report {
                    Report::October => vec![(self.days.reported[0], first)],
                    Report::November => {
                        let gain = last.checked_sub(first).ok_or(beyond)?;
                        let gains = allocate(gain, &vec![1; visited.len()]);
                        visited.iter().copied().zip(gains).collect()
                    }
                };
                figures.extend(sums.into_iter().filter(|(_, count)| *count > 0).map(
                    |(day, count)| Carried {
                        place: TallyKey {
                            unit: hamlet,
                            indicator,
                            day,
                            team: TeamId::default(),
                        },
                        count,
                    },
                ));
            }
        }
        figures.sort_unstable_by_key(|figure| figure.place);
        Ok(figures)
    }

    /// The days between the two reports on which the commune's teams are in one of its hamlets:
    /// they go round.
    fn visits(&self, position: usize, hamlets: usize) -> Vec<LocalDay> {
        let [first, last] = self.days.reported;
        let between = (first.0 + 1..=last.0).map(LocalDay);
        between.skip(position).step_by(hamlets).collect()
    }
}

/// Which of the two reports.
#[derive(Debug, Clone, Copy)]
enum Report {
    October,
    November,
}

/// At each reported day: how many reached each level in each hamlet by records of their own.
type Recorded = [BTreeMap<(UnitId, u8), u64>; 2];

fn recorded(eid: &[EidStep], days: &Days) -> Recorded {
    days.reported.map(|as_of| {
        let mut furthest: BTreeMap<DocumentId, (UnitId, u8)> = BTreeMap::new();
        for step in eid.iter().filter(|step| step.day <= as_of) {
            let (_, level) = furthest.entry(step.dossier).or_insert((step.hamlet, 0));
            *level = step.level.max(*level);
        }
        let mut counts = BTreeMap::new();
        for (hamlet, furthest) in furthest.into_values() {
            for level in 1..=furthest {
                *counts.entry((hamlet, level)).or_default() += 1;
            }
        }
        counts
    })
}

/// Shares `total` among everything below `unit`, tier by tier.
fn share_out(
    tree: &UnitTree,
    (unit, day): (UnitId, LocalDay),
    total: u64,
    shares: &mut BTreeMap<UnitId, u64>,
) {
    shares.insert(unit, total);
    let children: Vec<UnitId> = tree.children(unit, day).map(|child| child.id).collect();
    let weight = |child: &UnitId| {
        let leaves = tree.leaves_under(*child, day);
        leaves.iter().map(weight_of_hamlet).sum()
    };
    let weights: Vec<u64> = children.iter().map(weight).collect();
    for (child, share) in children.iter().zip(allocate(total, &weights)) {
        share_out(tree, (*child, day), share, shares);
    }
}

/// A fixed weight from 80 to 120.
fn weight_of_hamlet(hamlet: &UnitId) -> u64 {
    80 + u64::from(hamlet.0) * 37 % 41
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
    for taken in campaign.acceptances(&field.collected) {
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

fn at(day: LocalDay, minute: i64) -> UnixSeconds {
    moment(LocalMinute(day.first_minute().0 + minute))
}

/// Who works at a desk: the province's coordinator and the sample commune's officer.
struct Office {
    coordinator: Author,
    officer: Author,
    balances: BTreeMap<UnitId, Name>,
    opened: UnixSeconds,
}

impl Office {
    async fn opened<S: Store>(
        server: &Server<S>,
        campaign: &Campaign<'_>,
        seed: Seed,
        now: UnixSeconds,
    ) -> Result<Self, DemoError> {
        let part = |label: &str, role, unit| Part {
            label: label.to_owned(),
            role,
            unit,
            team: TeamId::default(),
        };
        let coordinator = part("Coordinator", Role::Coordinator, campaign.province);
        let officer = part("Officer", Role::CommunePolice, campaign.sample);
        Ok(Self {
            coordinator: enrolled(server, coordinator, seed, now).await?,
            officer: enrolled(server, officer, seed, now).await?,
            balances: BTreeMap::new(),
            opened: now,
        })
    }

    /// The campaign, the targets of province, districts and communes, and the sample's teams.
    fn set_targets(&mut self, campaign: &Campaign<'_>) {
        let (author, now) = (&mut self.coordinator, self.opened);
        let campaign_name = desk::campaign(
            author,
            &Plan {
                unit: campaign.province,
                name: "90 ngày đêm kích hoạt tài khoản định danh điện tử",
                days: campaign.days.campaign.clone(),
            },
            now,
        );
        let day = campaign.days.last();
        let is_hamlet = |unit: UnitId| campaign.tree.children(unit, day).next().is_none();
        for (&unit, &value) in campaign
            .targets
            .iter()
            .filter(|(unit, _)| !is_hamlet(**unit))
        {
            let wanted = Wanted {
                unit,
                indicator: Indicator::EidActivated,
                value,
            };
            desk::target(author, campaign_name, wanted, now);
        }
        for hamlet in campaign.hamlets(campaign.sample) {
            let named = campaign
                .tree
                .get(hamlet, day)
                .map(|unit| unit.full_name_vi());
            let crew = Crew {
                unit: campaign.sample,
                team: team_of(hamlet),
                name: named.unwrap_or_default(),
            };
            desk::team(author, &crew, now);
        }
    }

    /// Carries one report's figures of every commune but the sample.
    fn carry(
        &mut self,
        campaign: &Campaign<'_>,
        report: Report,
        time: UnixSeconds,
    ) -> Result<(), DemoError> {
        for commune in campaign
            .communes()
            .filter(|commune| *commune != campaign.sample)
        {
            let figures = campaign.carried(commune, report, &Recorded::default())?;
            self.book(commune, &figures, time);
        }
        Ok(())
    }

    /// Carries what the records of the sample commune do not say.
    fn carry_rest(
        &mut self,
        campaign: &Campaign<'_>,
        eid: &[EidStep],
        time: UnixSeconds,
    ) -> Result<(), DemoError> {
        let recorded = recorded(eid, &campaign.days);
        for report in [Report::October, Report::November] {
            let figures = campaign.carried(campaign.sample, report, &recorded)?;
            self.book(campaign.sample, &figures, time);
        }
        Ok(())
    }

    /// Adds figures to a commune's balance.
    fn book(&mut self, commune: UnitId, figures: &[Carried], time: UnixSeconds) {
        let mut write = match self.balances.get(&commune) {
            Some(name) => Write::to(*name),
            None => {
                let name = self.coordinator.new_document();
                self.balances.insert(commune, name);
                Write::founding(name, Kind::Balance, commune)
            }
        };
        for figures in figures.chunks(EVENT_FIGURES_MAX) {
            let figures = figures.to_vec();
            let stamp = Stamp {
                at: time.local_minute(),
                unit: commune,
                team: TeamId::default(),
            };
            write = write.event(&Event {
                what: What::Opening(Opening { figures }),
                stamp,
            });
        }
        self.coordinator.save(time, vec![write]);
    }
}

impl Campaign<'_> {
    async fn figures<S: Store>(&self, server: &Server<S>) -> Result<Vec<Figure>, DemoError> {
        let mut figures = Vec::new();
        for as_of in self.days.reported {
            for indicator in REPORTED {
                figures.push(self.figure(server, self.province, indicator, as_of).await?);
            }
        }
        for district in self.tree.children(self.province, self.days.last()) {
            let activated = Indicator::EidActivated;
            figures.push(
                self.figure(server, district.id, activated, self.days.last())
                    .await?,
            );
        }
        Ok(figures)
    }

    async fn figure<S: Store>(
        &self,
        server: &Server<S>,
        unit: UnitId,
        indicator: Indicator,
        as_of: LocalDay,
    ) -> Result<Figure, DemoError> {
        let count = counted(server, unit, indicator, as_of).await?;
        let target = target(server, unit, indicator).await?;
        let name = self.tree.get(unit, as_of).map(|unit| unit.full_name_vi());
        Ok(Figure {
            unit: name.unwrap_or_default(),
            indicator: indicator.to_string(),
            as_of: as_of.to_string(),
            count,
            target,
            percent: target.map(|target| percent(count, target, 2)),
        })
    }

    async fn checks<S: Store>(
        &self,
        server: &Server<S>,
        taken: &Taken,
    ) -> Result<Vec<Check>, DemoError> {
        let [october, november] = self.days.reported;
        let count = |indicator, as_of| counted(server, self.province, indicator, as_of);
        let collected = count(Indicator::EidCollected, november).await?;
        let accepted = count(Indicator::EidAccepted, november).await?;
        let activated = count(Indicator::EidActivated, november).await?;
        let before = count(Indicator::EidActivated, october).await?;
        let wanted = target(server, self.province, Indicator::EidActivated)
            .await?
            .unwrap_or(0);
        let parts = self.targets_of_communes(server).await?;
        let stored = taken
            .outcomes
            .get(Outcome::Stored.code())
            .copied()
            .unwrap_or(0);
        let number = |count| NumberStyle::English.count(count);
        let check = |name, expected, found| Check::new(name, expected, number(found));
        let tree = format!(
            "{}/{}",
            self.tree.children(self.province, november).count(),
            self.communes().count()
        );
        Ok(vec![
            Check::new("districts/communes", "11/109", tree),
            check("target", "654,392", wanted),
            check("targets of the communes together", "654,392", parts),
            check("collected as of 2023-11-19", "1,000,777", collected),
            check("accepted as of 2023-11-19", "930,102", accepted),
            check("activated as of 2023-11-19", "639,870", activated),
            Check::new(
                "activated of the target",
                "97.78%",
                percent(activated, wanted, 2),
            ),
            check("activated as of 2023-10-23", "354,938", before),
            Check::new(
                "activated of the target then",
                "54.2%",
                percent(before, wanted, 1),
            ),
            check("not accepted", "70,675", collected.saturating_sub(accepted)),
            check(
                "accepted, not activated",
                "290,232",
                accepted.saturating_sub(activated),
            ),
            check(
                "short of the target",
                "14,522",
                wanted.saturating_sub(activated),
            ),
            check(
                "changes not stored",
                "0",
                taken.changes.saturating_sub(stored),
            ),
        ])
    }

    async fn targets_of_communes<S: Store>(&self, server: &Server<S>) -> Result<u64, DemoError> {
        let mut sum = 0;
        for commune in self.communes() {
            sum += target(server, commune, Indicator::EidActivated)
                .await?
                .unwrap_or(0);
        }
        Ok(sum)
    }
}

/// What the reports name.
const REPORTED: [Indicator; 3] = [
    Indicator::EidCollected,
    Indicator::EidAccepted,
    Indicator::EidActivated,
];
