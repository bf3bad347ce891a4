//! Single documents lent for a short while: day lists, look-ups at a desk, and what is left of
//! them when the time is over.
#![allow(clippy::unwrap_used, reason = "all of it is tests")]

use client_core::effect::Notice;
use client_core::input::Put;
use client_core::views::Query;
use server::ledger::audit::Act;
use server::server::{LendError, Lending};
use shared::engine::RowEngine;
use shared::id::{Companion, DocumentId};
use shared::key::Key;
use shared::kind::Kind;
use shared::loan::Purpose;
use shared::permission::Role;
use shared::value::Value;

use crate::world::{COMMUNE, HAMLETS, NewResident, World, at_once};

type Field<'e> = World<'e, RowEngine>;

const HOUR: i64 = 3_600;
const NUMBER: &str = "099185000123";
const NOTE: &str = "Đi xuồng vào bằng rạch sau";

/// A commune with one resident, whom an officer recorded.
fn field(seed: u64) -> (Field<'static>, DocumentId) {
    let mut world = World::seeded(seed, &RowEngine);
    let officer = world.phone("Công an xã", Role::CommunePolice, &[COMMUNE]);
    let lan = resident(&mut world, officer, "Trần Thị Lan", NUMBER);
    (world, lan)
}

fn resident(world: &mut Field<'_>, phone: usize, name: &str, number: &str) -> DocumentId {
    let resident = NewResident {
        hamlet: HAMLETS[0],
        name: name.into(),
        birth_year: 1985,
        number: Some(number.into()),
        phone: None,
    };
    let dossier = world.add_resident(phone, &resident).unwrap();
    world.heal();
    dossier
}

fn lend(world: &mut Field<'_>, phone: usize, dossiers: &[DocumentId], hours: i64) -> u32 {
    let lending = Lending {
        device: world.device_of(phone),
        purpose: Purpose::DayList,
        until: world.now.plus(hours * HOUR),
        title: String::new(),
        dossiers: dossiers.to_vec(),
    };
    at_once(world.server.lend(lending, world.now)).unwrap()
}

fn pull(world: &mut Field<'_>, phone: usize) {
    world.reachable(phone);
    world.run_until_quiet();
}

fn listed(world: &Field<'_>, phone: usize) -> Vec<String> {
    let list = world.phones[phone]
        .client()
        .list(&Query::all(Kind::Dossier, 10));
    list.lines.into_iter().map(|line| line.name).collect()
}

fn number_shown(world: &Field<'_>, phone: usize, dossier: DocumentId) -> Option<Value> {
    let client = world.phones[phone].client();
    let identity = client.companion(&dossier, Companion::Identity)?;
    let field = identity.fields.into_iter().find(|f| f.key == Key::NUMBER)?;
    field.values.last().map(|live| live.value.clone())
}

fn on_server(world: &Field<'_>, dossier: DocumentId, key: &Key) -> Option<Value> {
    let found = at_once(world.server.find_dossier(dossier)).unwrap();
    found.and_then(|(_, document)| document.row.get(key).cloned())
}

fn acts(world: &Field<'_>, wanted: impl Fn(&Act) -> bool) -> usize {
    let audited = at_once(world.server.ledger().audited(0)).unwrap();
    audited
        .iter()
        .filter(|(_, entry)| wanted(&entry.act))
        .count()
}

#[test]
fn a_day_list_is_worked_through_and_forgotten_when_its_time_is_over() {
    let (mut world, lan) = field(21);
    let team = world.phone("Tổ lưu động", Role::MobileCardTeam, &[COMMUNE]);
    assert_eq!(listed(&world, team), Vec::<String>::new());
    lend(&mut world, team, &[lan], 12);
    pull(&mut world, team);
    assert_eq!(listed(&world, team), ["Trần Thị Lan"]);
    let view = world.phones[team].client().document(&lan).unwrap();
    assert_eq!(view.lent_until, Some(world.now.plus(12 * HOUR)));
    assert_eq!(world.phones[team].client().loans()[0].dossiers, [lan]);

    // Work is done out of reach, and the time runs out before anybody comes back.
    let home = Put::key(Key::HOME_VISIT, Value::Bool(true));
    assert!(world.write(team, lan, vec![home]));
    world.lose_everything();
    world.advance(13 * HOUR);
    world.lose_everything();
    assert_eq!(listed(&world, team), Vec::<String>::new());
    let left = world.phones[team].client().row(&lan);
    assert_eq!(left.get(&Key::NAME), Some(&Value::Withheld));
    let identity = world.phones[team].client();
    assert!(identity.row(&lan.companion(Companion::Identity)).is_empty());
    assert_eq!(identity.sync().unsent, 1);

    // What was not sent is delivered, and counts.
    pull(&mut world, team);
    world.advance(HOUR);
    pull(&mut world, team);
    assert_eq!(
        on_server(&world, lan, &Key::HOME_VISIT),
        Some(Value::Bool(true))
    );
    assert_eq!(world.phones[team].client().sync().unsent, 0);
    assert_eq!(at_once(world.server.held()).unwrap().len(), 0);
    assert_eq!(listed(&world, team), Vec::<String>::new());
}

#[test]
fn a_phone_is_lent_no_more_than_it_is_sent_and_whoever_lends_is_told() {
    let (mut world, _) = field(27);
    let officer = 0;
    // A hundred dossiers with notes of two thousand bytes: more than one answer carries.
    let people: Vec<DocumentId> = (0..100)
        .map(|n| {
            let number = format!("0991850{n:05}");
            let dossier = resident(&mut world, officer, "Trần Thị Mận", &number);
            let note = Put::key(Key::NOTE, "x".repeat(1_990).as_str().into());
            assert!(world.write(officer, dossier, vec![note]));
            dossier
        })
        .collect();
    world.heal();
    let team = world.phone("Tổ lưu động", Role::MobileCardTeam, &[COMMUNE]);
    let lending = |dossiers: &[DocumentId], world: &Field<'_>| Lending {
        device: world.device_of(team),
        purpose: Purpose::DayList,
        until: world.now.plus(HOUR),
        title: "Ấp 1".into(),
        dossiers: dossiers.to_vec(),
    };
    let all = at_once(world.server.lend(lending(&people, &world), world.now));
    assert!(matches!(all, Err(LendError::TooMuch)), "{all:?}");
    let some = lending(&people[..60], &world);
    at_once(world.server.lend(some, world.now)).unwrap();
    let more = at_once(world.server.lend(lending(&people[60..], &world), world.now));
    assert!(matches!(more, Err(LendError::TooMuch)), "{more:?}");
    pull(&mut world, team);
    let lent = world.phones[team].client().loans();
    assert_eq!((lent.len(), lent[0].title.as_str()), (1, "Ấp 1"));
    let known = |dossier: &&DocumentId| world.phones[team].client().document(dossier).is_some();
    assert_eq!(people.iter().filter(known).count(), 60);
}

#[test]
fn work_shown_by_a_new_loan_is_confirmed_and_a_later_loan_shows_what_others_wrote() {
    let (mut world, lan) = field(22);
    let team = world.phone("Tổ lưu động", Role::MobileCardTeam, &[COMMUNE]);
    lend(&mut world, team, &[lan], 12);
    pull(&mut world, team);
    let home = Put::key(Key::HOME_VISIT, Value::Bool(true));
    assert!(world.write(team, lan, vec![home]));
    pull(&mut world, team);
    world.advance(HOUR);
    pull(&mut world, team);
    assert_eq!(world.phones[team].client().records(), []);
    assert!(world.write(0, lan, vec![Put::key(Key::NOTE, NOTE.into())]));
    world.advance(HOUR);
    pull(&mut world, 0);
    pull(&mut world, team);
    let row = world.phones[team].client().row(&lan);
    assert_eq!(row.get(&Key::NOTE), Some(&Value::from(NOTE)));
    assert_eq!(row.get(&Key::HOME_VISIT), Some(&Value::Bool(true)));
    // A restart reads it all again.
    let now = world.now;
    world.phones[team].starts_anew(now);
    assert_eq!(listed(&world, team), ["Trần Thị Lan"]);
}

#[test]
fn a_loan_that_was_ended_is_gone_with_the_next_pull_and_later_work_on_it_is_held() {
    let (mut world, lan) = field(23);
    let team = world.phone("Tổ lưu động", Role::MobileCardTeam, &[COMMUNE]);
    let number = lend(&mut world, team, &[lan], 12);
    pull(&mut world, team);
    let home = Put::key(Key::HOME_VISIT, Value::Bool(true));
    assert!(world.write(team, lan, vec![home]));
    world.lose_everything();
    let device = world.device_of(team);
    at_once(world.server.end_loan(device, number, world.now)).unwrap();
    pull(&mut world, team);
    assert_eq!(listed(&world, team), Vec::<String>::new());
    world.advance(HOUR);
    pull(&mut world, team);
    let held = at_once(world.server.held()).unwrap();
    let reasons: Vec<_> = held.iter().map(|held| held.reason).collect();
    assert_eq!(reasons, ["not-lent"]);
    assert_eq!(on_server(&world, lan, &Key::HOME_VISIT), None);
}

#[test]
fn a_lent_number_is_withheld_until_it_is_written_down_that_it_is_shown() {
    let (mut world, lan) = field(24);
    let team = world.phone("Tổ lưu động", Role::MobileCardTeam, &[COMMUNE]);
    lend(&mut world, team, &[lan], 12);
    pull(&mut world, team);
    assert_eq!(number_shown(&world, team, lan), Some(Value::Withheld));
    let now = world.now;
    world.phones[team].disclose(lan, now);
    assert_eq!(number_shown(&world, team, lan), Some(NUMBER.into()));
    world.lose_everything();
    // Locked and opened again the phone remembers what it has to tell, and shows nothing.
    world.phones[team].starts_anew(now);
    assert_eq!(number_shown(&world, team, lan), Some(Value::Withheld));
    let disclosed = |world: &Field<'_>| acts(world, |act| matches!(act, Act::Disclosed { .. }));
    assert_eq!(disclosed(&world), 0);
    for _ in 0..2 {
        pull(&mut world, team);
        world.advance(HOUR);
        assert_eq!(disclosed(&world), 1, "once, however often it is told");
    }
}

#[test]
fn a_desk_finds_one_person_at_a_time_by_the_full_number_and_only_online() {
    let (mut world, lan) = field(25);
    let minh = resident(&mut world, 0, "Lý Văn Minh", "099085000124");
    let desk = world.phone("Một cửa", Role::Desk, &[COMMUNE]);
    let now = world.now;
    world.phones[desk].look_up(NUMBER, now);
    world.lose_everything();
    assert_eq!(listed(&world, desk), Vec::<String>::new());
    for (number, dossier, name) in [
        (NUMBER, lan, "Trần Thị Lan"),
        ("099085000124", minh, "Lý Văn Minh"),
    ] {
        let now = world.now;
        world.phones[desk].look_up(number, now);
        world.run_until_quiet();
        world.advance(60);
        world.run_until_quiet();
        assert_eq!(listed(&world, desk), [name]);
        // A desk sees no full number.
        assert_eq!(number_shown(&world, desk, dossier), None);
    }
    let looked_up = acts(&world, |act| matches!(act, Act::LookedUp { .. }));
    assert_eq!(looked_up, 2);
    world.advance(HOUR);
    assert_eq!(listed(&world, desk), Vec::<String>::new());
}

#[test]
fn a_look_up_says_the_same_of_strangers_and_of_nobody_and_is_counted() {
    let (mut world, lan) = field(26);
    let member = world.phone("An", Role::TeamMember, &[HAMLETS[0]]);
    let stranger = world.phone("Bình", Role::TeamMember, &[HAMLETS[1]]);
    let said = |world: &mut Field<'_>, phone: usize, number: &str| {
        let now = world.now;
        world.phones[phone].notices.clear();
        world.phones[phone].look_up(number, now);
        world.run_until_quiet();
        let notices = world.phones[phone].notices.iter();
        let said = notices.filter(|notice| matches!(notice, Notice::LookedUp { .. }));
        said.cloned().collect::<Vec<_>>()
    };
    let told = |dossiers: Vec<DocumentId>| {
        vec![Notice::LookedUp {
            dossiers,
            again: None,
        }]
    };
    assert_eq!(said(&mut world, member, NUMBER), told(vec![lan]));
    assert_eq!(said(&mut world, stranger, NUMBER), told(Vec::new()));
    assert_eq!(said(&mut world, stranger, "099085000999"), told(Vec::new()));
    for _ in 1..shared::limits::LOOK_UPS_AN_HOUR_MAX {
        assert_eq!(said(&mut world, member, NUMBER), told(vec![lan]));
    }
    let refused = said(&mut world, member, NUMBER);
    let is_refused = |notice: &Notice| matches!(notice, Notice::LookedUp { dossiers, again: Some(_) } if dossiers.is_empty());
    assert!(refused.iter().all(is_refused) && refused.len() == 1);
    world.advance(HOUR);
    assert_eq!(said(&mut world, member, NUMBER), told(vec![lan]));
}
