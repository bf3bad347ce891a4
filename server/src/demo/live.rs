//! A commune at work today: enough of everything a screen can show.
//!
//! Three hamlets of Cà Mau with their teams, a month of visits, a campaign with targets, an
//! officer; and what people must look at: two conflicts, a held change, two pairs of dossiers of one
//! number, an obstacle. What phones have not found signal for yet stays on them.

use serde::Serialize;
use shared::bundle::SealError;
use shared::catalogue::{NoticeKind, TargetKind};
use shared::event::Step;
use shared::facts::Name;
use shared::id::{Companion, DocumentId, TeamId, UnitId};
use shared::key::Key;
use shared::kind::Kind;
use shared::permission::Role;
use shared::receipt::Outcome;
use shared::row::Row;
use shared::tally::Indicator;
use shared::time::{LocalDay, UnixSeconds};
use shared::unit::UnitTree;
use shared::value::Value;

use super::desk::{self, Crew, Plan, Wanted};
use super::draw::Seed;
use super::fieldwork::{HamletPlan, Harvest, team_of, work};
use super::hand_in::{Courier, Taken};
use super::people::{PeoplePlan, Setting, serials_needed};
use super::units::HAMLET_IDS_FROM;
use super::world::{DemoError, Part, enrolled, world};
use crate::author::{Author, Write, elsewhere};
use crate::ledger::document::Found;
use crate::server::Server;
use crate::store::Store;

/// The province's code, before and after the reform of 2025.
const PROVINCE_CODE: &str = "96";
const HAMLETS: usize = 3;
/// Residents of each hamlet, where nothing else is asked for.
pub const RESIDENTS_PER_HAMLET: usize = 100;
const KHMER_PERMILLE: u32 = 48;
/// Days of field work up to now, at least.
const FIELD_DAYS_MIN: i32 = 30;
/// Residents one team has listed after each day of work, on average.
const LISTED_PER_DAY: usize = 24;
const HOUR_SECONDS: i64 = 3_600;

/// What a live demo began with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Populated {
    /// The province.
    pub province: UnitId,
    /// The commune at work.
    pub commune: UnitId,
    /// Its hamlets at work.
    pub hamlets: Vec<UnitId>,
    /// The campaign.
    pub campaign: String,
    /// Dossiers of which two phones say different things.
    pub conflicts: Vec<String>,
    /// What was handed in, and what became of it.
    pub taken: Taken,
    /// Bundles that are still on phones without signal.
    pub on_phones: usize,
}

/// Fills a server that holds nothing yet with a commune at work at `now`, and replaces its units
/// with [`world`]. `residents`: of each of its three hamlets.
///
/// # Errors
/// [`DemoError`].
pub async fn populate<S: Store>(
    server: &Server<S>,
    seed: Seed,
    (residents, now): (usize, UnixSeconds),
) -> Result<Populated, DemoError> {
    server.set_units(world(seed)?);
    let stage = Stage {
        residents,
        ..Stage::on(&server.units(), now.local_day())?
    };
    let start = now.plus(-i64::from(stage.field_days() + 1) * 24 * HOUR_SECONDS);
    let mut courier = Courier::new(server, start, seed);
    let mut cast = Cast::enrolled(server, &stage, seed, start).await?;
    let campaign = cast.set_targets(&stage, start);
    courier.hand_in_all(&mut cast.coordinator, start).await?;

    let mut harvest = cast.field_work(&stage, seed)?;
    harvest.bundles.sort_by_key(|(arrives, _)| *arrives);
    let arrived = harvest
        .bundles
        .partition_point(|(arrives, _)| *arrives < now);
    for (arrives, bundle) in &harvest.bundles[..arrived] {
        courier.hand_in(bundle, *arrives).await?;
    }
    let today = now.plus(-HOUR_SECONDS);
    cast.accept(&mut courier, &harvest, today).await?;
    let disputed = cast
        .leave_open_questions(&mut courier, (&stage, &harvest), today)
        .await?;
    Ok(Populated {
        province: stage.province,
        commune: stage.commune,
        hamlets: stage.hamlets,
        campaign: campaign.document().to_string(),
        conflicts: disputed.iter().map(DocumentId::to_string).collect(),
        taken: courier.taken().clone(),
        on_phones: harvest.bundles.len() - arrived,
    })
}

/// Where the demo takes place.
struct Stage {
    province: UnitId,
    commune: UnitId,
    hamlets: Vec<UnitId>,
    names: Vec<String>,
    /// Of each hamlet.
    residents: usize,
    day: LocalDay,
}

impl Stage {
    /// The first commune with enough hamlets.
    fn on(tree: &UnitTree, day: LocalDay) -> Result<Self, DemoError> {
        let missing = || DemoError::NoSuchUnit(PROVINCE_CODE);
        let province = tree.by_code(PROVINCE_CODE, day).ok_or_else(missing)?.id;
        let leaves = tree.leaves_under(province, day);
        let mut hamlets = leaves.into_iter().filter(|leaf| leaf.0 > HAMLET_IDS_FROM);
        let first = hamlets.next().and_then(|hamlet| tree.get(hamlet, day));
        let commune = first.and_then(|hamlet| hamlet.parent).ok_or_else(missing)?;
        let at_work: Vec<_> = tree.children(commune, day).take(HAMLETS).collect();
        Ok(Self {
            province,
            commune,
            hamlets: at_work.iter().map(|hamlet| hamlet.id).collect(),
            names: at_work.iter().map(|hamlet| hamlet.full_name_vi()).collect(),
            residents: RESIDENTS_PER_HAMLET,
            day,
        })
    }

    /// Days of field work up to now: a month, or as long as listing everybody takes.
    fn field_days(&self) -> i32 {
        let listing = i32::try_from(self.residents / LISTED_PER_DAY).unwrap_or(i32::MAX / 2);
        listing.max(FIELD_DAYS_MIN)
    }
}

/// Everybody who writes.
struct Cast {
    coordinator: Author,
    officer: Author,
    /// One phone for each hamlet.
    phones: Vec<Author>,
    /// A second phone of the first hamlet's team.
    colleague: Author,
}

impl Cast {
    async fn enrolled<S: Store>(
        server: &Server<S>,
        stage: &Stage,
        seed: Seed,
        now: UnixSeconds,
    ) -> Result<Self, DemoError> {
        let part = |label: &str, role, unit, team| Part {
            label: label.to_owned(),
            role,
            unit,
            team,
        };
        let none = TeamId::default();
        let coordinator = part("Điều phối", Role::Coordinator, stage.province, none);
        let officer = part("Công an xã", Role::CommunePolice, stage.commune, none);
        let mut phones = Vec::new();
        for (&hamlet, name) in stage.hamlets.iter().zip(&stage.names) {
            let label = format!("Máy {name}");
            let phone = part(&label, Role::TeamLead, hamlet, team_of(hamlet));
            phones.push(enrolled(server, phone, seed, now).await?);
        }
        let first = stage.hamlets.first().copied().unwrap_or(stage.commune);
        let colleague = part("Máy thứ hai", Role::TeamMember, first, team_of(first));
        Ok(Self {
            coordinator: enrolled(server, coordinator, seed, now).await?,
            officer: enrolled(server, officer, seed, now).await?,
            colleague: enrolled(server, colleague, seed, now).await?,
            phones,
        })
    }

    /// A campaign until the month after, targets for the commune and its hamlets, the teams.
    fn set_targets(&mut self, stage: &Stage, now: UnixSeconds) -> Name {
        let author = &mut self.coordinator;
        let plan = Plan {
            unit: stage.province,
            name: "60 ngày kích hoạt tài khoản định danh",
            days: LocalDay(stage.day.0 - stage.field_days())
                ..LocalDay(stage.day.0 + FIELD_DAYS_MIN),
        };
        let campaign = desk::campaign(author, &plan, now);
        let whole = core::iter::once((stage.commune, stage.hamlets.len() as u64));
        let parts = stage.hamlets.iter().map(|hamlet| (*hamlet, 1));
        for (unit, hamlets) in whole.chain(parts) {
            for (indicator, percent) in [(Indicator::EidActivated, 30), (Indicator::Visits, 60)] {
                let value = hamlets * stage.residents as u64 * percent / 100;
                let wanted = Wanted {
                    unit,
                    indicator,
                    kind: TargetKind::Assigned,
                    value,
                    from: None,
                    due: None,
                };
                desk::target(author, campaign, wanted, now);
            }
        }
        for (&hamlet, name) in stage.hamlets.iter().zip(&stage.names) {
            let crew = Crew {
                unit: stage.commune,
                team: team_of(hamlet),
                name: name.clone(),
            };
            desk::team(author, &crew, now);
        }
        campaign
    }

    fn field_work(&mut self, stage: &Stage, seed: Seed) -> Result<Harvest, SealError> {
        let mut all = Harvest::default();
        for (n, (&hamlet, phone)) in (0..).zip(stage.hamlets.iter().zip(&mut self.phones)) {
            let plan = HamletPlan {
                people: PeoplePlan {
                    hamlet,
                    people: stage.residents,
                    as_of: stage.day,
                    setting: Setting::Rural,
                    khmer_permille: KHMER_PERMILLE,
                    first_serial: n * serials_needed(stage.residents),
                },
                team: team_of(hamlet),
                // Teams begin one after the other.
                period: LocalDay(stage.day.0 - stage.field_days() + 8 * n as i32)..stage.day,
            };
            all.add(work(&plan, core::slice::from_mut(phone), seed)?);
        }
        Ok(all)
    }

    /// The officer enters what the ministry has accepted; every third still waits.
    async fn accept<S: Store>(
        &mut self,
        courier: &mut Courier<'_, S>,
        harvest: &Harvest,
        now: UnixSeconds,
    ) -> Result<(), DemoError> {
        let arrived = harvest.collected.iter().filter(|taken| taken.arrives < now);
        let dossiers = (1..).zip(arrived).filter(|(n, _)| n % 3 != 0);
        let dossiers: Vec<DocumentId> = dossiers.map(|(_, taken)| taken.dossier).collect();
        let entry = (&mut self.officer, Step::EidAccepted);
        desk::enter(courier.server(), entry, &dossiers, now).await?;
        courier.hand_in_all(&mut self.officer, now).await?;
        Ok(())
    }

    /// Leaves what people must look at; gives the dossiers in conflict.
    async fn leave_open_questions<S: Store>(
        &mut self,
        courier: &mut Courier<'_, S>,
        (stage, harvest): (&Stage, &Harvest),
        now: UnixSeconds,
    ) -> Result<Vec<DocumentId>, DemoError> {
        let [first, second, third] = self.phones.as_mut_slice() else {
            return Ok(Vec::new());
        };
        let own = dossiers(courier.server(), first, harvest).await?;
        let [moved, disputed, renamed, doubled, ..] = own.as_slice() else {
            return Ok(Vec::new());
        };
        conflict(
            courier,
            [first, &mut self.colleague],
            (*disputed, Key::PHONE),
            now,
        )
        .await?;
        conflict(
            courier,
            [first, &mut self.colleague],
            (*renamed, Key::ADDRESS),
            now,
        )
        .await?;
        // The third team's phone corrects a resident of a hamlet that is not its own.
        desk::show(courier.server(), third, *moved).await?;
        let note = Write::to(elsewhere(*moved)).put(Key::NOTE, "Đã chuyển sang ấp bên.");
        third.save(now, vec![note]);
        courier.hand_in_all(third, now).await?;
        if let Some(person) = listed(first, *moved) {
            list_again(second, (stage.hamlets[1], now), &person);
        }
        courier.hand_in_all(second, now).await?;
        // A colleague in the same hamlet heard another year of birth.
        if let Some((mut dossier, identity)) = listed(first, *doubled) {
            older(&mut dossier);
            list_again(
                &mut self.colleague,
                (stage.hamlets[0], now),
                &(dossier, identity),
            );
        }
        courier.hand_in_all(&mut self.colleague, now).await?;
        report_obstacle(first, stage.hamlets[0], now);
        courier.hand_in_all(first, now).await?;
        Ok(vec![*disputed, *renamed])
    }
}

/// The stored dossiers that this phone has listed, the first ones with an identity.
async fn dossiers<S: Store>(
    server: &Server<S>,
    phone: &Author,
    harvest: &Harvest,
) -> Result<Vec<DocumentId>, DemoError> {
    let mut found = Vec::new();
    for &dossier in &harvest.dossiers {
        let identity = dossier.companion(Companion::Identity);
        if phone.row(identity).is_none() {
            continue;
        }
        if let Found::Document(_) = server.ledger().document(dossier).await? {
            found.push(dossier);
        }
    }
    Ok(found)
}

/// Two phones write different things upon the same state.
async fn conflict<S: Store>(
    courier: &mut Courier<'_, S>,
    phones: [&mut Author; 2],
    (dossier, key): (DocumentId, Key),
    now: UnixSeconds,
) -> Result<Vec<Outcome>, DemoError> {
    let texts = match key == Key::PHONE {
        true => ["0950000001", "0950000002"],
        false => ["Tổ 1, cạnh chợ", "Tổ 1, sau đình"],
    };
    let mut phones = phones;
    for (phone, text) in phones.iter_mut().zip(texts) {
        desk::show(courier.server(), phone, dossier).await?;
        phone.save(
            now,
            vec![Write::to(elsewhere(dossier)).put(key.clone(), text)],
        );
    }
    let mut outcomes = Vec::new();
    for phone in phones {
        outcomes.extend(courier.hand_in_all(phone, now).await?);
    }
    Ok(outcomes)
}

/// A resident's dossier and identity, as the phone that listed them shows both.
fn listed(phone: &Author, dossier: DocumentId) -> Option<(Row, Row)> {
    let identity = phone.row(dossier.companion(Companion::Identity)).cloned();
    Some((phone.row(dossier)?.clone(), identity.unwrap_or_default()))
}

/// Makes somebody three years older than written.
fn older(dossier: &mut Row) {
    for cell in dossier
        .cells
        .get_mut(&Key::BIRTH_YEAR)
        .into_iter()
        .flatten()
    {
        if let Value::Uint(year) = &mut cell.value {
            *year -= 3;
        }
    }
}

/// Lists a resident whom a colleague has listed: the same number, another dossier.
fn list_again(
    phone: &mut Author,
    (unit, now): (UnitId, UnixSeconds),
    (dossier, identity): &(Row, Row),
) {
    let name = phone.new_document();
    let copied = |write: Write, row: &Row, keys: &[Key]| {
        keys.iter().fold(write, |write, key| {
            write.put_some(key.clone(), row.get(key).cloned())
        })
    };
    let companion = Name {
        companion: Some(Companion::Identity),
        ..name
    };
    let told = [Key::NAME, Key::BIRTH_YEAR, Key::SEX, Key::LAST3];
    let dossier = copied(Write::founding(name, Kind::Dossier, unit), dossier, &told);
    let identity = copied(
        Write::founding(companion, Kind::Identity, unit),
        identity,
        &[Key::NUMBER],
    );
    phone.save(now, vec![dossier, identity]);
}

fn report_obstacle(phone: &mut Author, unit: UnitId, now: UnixSeconds) {
    let write = Write::founding(phone.new_document(), Kind::Notice, unit)
        .put(Key::NOTICE_KIND, u64::from(NoticeKind::Obstacle.code()))
        .put(
            Key::NOTICE_TEXT,
            "Nước ròng, vỏ lãi không vô được kênh trong.",
        );
    phone.save(now, vec![write]);
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use shared::percent::PercentMode;

    use super::*;
    use crate::secrets::Secrets;
    use crate::server::{Foundation, ProgressQuery};
    use crate::store::Memory;
    use crate::writer::Writer;

    #[tokio::test]
    async fn every_screen_has_something_to_show() {
        let store = Memory::new();
        let foundation = Foundation {
            secrets: Arc::new(Secrets::from_master(&[1; 32])),
            units: UnitTree::default(),
            epoch: 1,
        };
        let server = Server::new(store.clone(), Writer::direct(store), foundation);
        let now = LocalDay::from_date(2026, 11, 20).unwrap().start();
        let populated = populate(&server, [7; 32], (RESIDENTS_PER_HAMLET, now.plus(36_000)))
            .await
            .unwrap();
        assert_eq!(populated.hamlets.len(), HAMLETS);
        let outcome = |name| populated.taken.outcomes.get(name).copied();
        assert_eq!(outcome("unit-changed"), Some(1), "{:?}", populated.taken);
        assert_eq!(populated.taken.outcomes.len(), 2, "{:?}", populated.taken);
        let held = server.ledger().held_page(None).await.unwrap();
        assert_eq!(held.len(), 1);
        assert_eq!(populated.conflicts.len(), 2);
        let pairs = server.pairs().await.unwrap();
        let mut in_one_unit: Vec<bool> = pairs.iter().map(|pair| pair.is_one_unit).collect();
        in_one_unit.sort_unstable();
        assert_eq!(in_one_unit, [false, true], "{pairs:?}");
        for document in &populated.conflicts {
            let found = server.ledger().document(document.parse().unwrap()).await;
            let Ok(Found::Document(found)) = found else {
                panic!("{document} is not there");
            };
            assert_eq!(found.row.conflicts().count(), 1);
        }
        let as_of = now.local_day();
        let query = ProgressQuery {
            unit: populated.commune,
            as_of,
            percents: PercentMode::Truncate,
        };
        let progress = server.progress(query).await.unwrap().unit;
        for indicator in [
            Indicator::EidActivated,
            Indicator::Visits,
            Indicator::Sessions,
        ] {
            let mut figures = progress.figures.iter();
            assert!(
                figures.any(|figure| figure.indicator == indicator),
                "{indicator}"
            );
        }
        assert_eq!(progress.targets.len(), 2);
    }
}
