//! Two dossiers with one personal number, or that a worker marked as one person, wait for
//! somebody's word; whatever it is, figures stay sums, phones follow, and it can be taken back.
#![allow(clippy::unwrap_used, reason = "all of it is tests")]

use client_core::input::Put;
use server::gate::{Leaving, Sameness};
use server::server::PairView;
use server::verify::verify;
use shared::engine::{Engine, RowEngine};
use shared::id::{DocumentId, UnitId};
use shared::key::Key;
use shared::permission::Role;
use shared::tally::Indicator;
use shared::value::Value;

use crate::http::wire::{COMMUNE, HAMLET, Site};
use crate::world::{HAMLETS, NewResident, World, at_once};

/// Two phones enter one number, each with a year of birth of its own.
fn doubled<'e>(seed: u64, hamlets: [UnitId; 2]) -> (World<'e, RowEngine>, [DocumentId; 2]) {
    let mut world = World::seeded(seed, &RowEngine);
    let phones = ["An", "Bình"].map(|name| world.phone(name, Role::TeamMember, &HAMLETS));
    world.phone("Công an", Role::CommunePolice, &HAMLETS);
    let number = world.number(1, 1985);
    let mut pair = Vec::new();
    for ((phone, hamlet), birth_year) in phones.into_iter().zip(hamlets).zip([1985, 1958]) {
        let resident = NewResident {
            hamlet,
            name: "Lượm Thị Đẹp".into(),
            birth_year,
            number: Some(number.clone()),
            phone: None,
        };
        pair.push(world.add_resident(phone, &resident).unwrap());
        world.heal();
    }
    (world, pair.try_into().unwrap())
}

fn doubles<E: Engine>(world: &World<'_, E>) -> Vec<PairView> {
    // The first look at all tags gives others a turn, which a world without time has not.
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.unwrap().block_on(world.server.pairs()).unwrap()
}

fn settle<E: Engine>(
    world: &mut World<'_, E>,
    pair: [DocumentId; 2],
    said: Sameness,
) -> Result<(), server::server::PairingError> {
    let circumstances = world.circumstances();
    at_once(world.server.clone().settle_pair(pair, said, circumstances))
}

fn residents<E: Engine>(world: &World<'_, E>) -> i64 {
    let figures = world.server_figures();
    figures[&Indicator::Dossiers.code()]
}

fn assert_whole<E: Engine>(world: &mut World<'_, E>) {
    world.heal();
    world.assert_all_equal();
    world.assert_server_agrees_with_itself();
    world.assert_nothing_lost();
    assert!(at_once(verify(&world.server)).unwrap().is_clean());
}

#[test]
fn one_person_in_one_hamlet_becomes_one_dossier_until_that_is_undone() {
    let (mut world, pair) = doubled(41, [HAMLETS[0]; 2]);
    let listed = doubles(&world);
    assert_eq!(listed.len(), 1, "{listed:?}");
    assert!(listed[0].is_one_unit);
    let before = residents(&world);
    let [first, second] = pair;
    settle(&mut world, [second, first], Sameness::OnePerson).unwrap();
    assert_eq!(residents(&world), before - 1);
    assert_eq!(doubles(&world), []);
    assert_whole(&mut world);
    assert!(
        settle(&mut world, pair, Sameness::OnePerson).is_err(),
        "nothing is open"
    );
    let unions = at_once(world.server.unions(&HAMLETS)).unwrap();
    assert_eq!(unions.len(), 1);
    assert_eq!(
        unions[0].joined,
        second.to_string(),
        "the one stored first stays"
    );
    let circumstances = world.circumstances();
    let apart = world.server.clone();
    let apart = at_once(apart.undo_union(second, &Leaving::default(), circumstances)).unwrap();
    assert_eq!(apart.len(), 2);
    assert_eq!(residents(&world), before);
    assert_eq!(doubles(&world), [], "nobody is asked again");
    assert_eq!(at_once(world.server.unions(&HAMLETS)).unwrap(), []);
    assert_whole(&mut world);
}

#[test]
fn one_person_in_two_hamlets_counts_where_somebody_says() {
    let (mut world, pair) = doubled(42, [HAMLETS[0], HAMLETS[1]]);
    assert!(!doubles(&world)[0].is_one_unit);
    let before = residents(&world);
    settle(&mut world, pair, Sameness::OnePerson).unwrap();
    assert_eq!(residents(&world), before - 1, "roll-ups stay sums");
    assert_eq!(doubles(&world), []);
    assert_whole(&mut world);
}

#[test]
fn two_people_stay_two_and_nobody_is_asked_again() {
    let (mut world, pair) = doubled(43, [HAMLETS[0]; 2]);
    let before = residents(&world);
    settle(&mut world, pair, Sameness::TwoPeople).unwrap();
    assert_eq!((residents(&world), doubles(&world)), (before, Vec::new()));
    assert!(settle(&mut world, pair, Sameness::TwoPeople).is_err());
    assert_whole(&mut world);
}

/// A third phone marks the second dossier as the first one's double, as workers do who know both.
fn marked(seed: u64, hamlets: [UnitId; 2]) -> (World<'static, RowEngine>, [DocumentId; 2], usize) {
    let mut world = World::seeded(seed, &RowEngine);
    let phone = world.phone("An", Role::TeamMember, &HAMLETS);
    let mut pair = Vec::new();
    for (hamlet, name) in hamlets.into_iter().zip(["Lượm Thị Đẹp", "Lượm Thị Đẹp Em"])
    {
        let resident = NewResident {
            hamlet,
            name: name.into(),
            birth_year: 1985,
            number: None,
            phone: None,
        };
        pair.push(world.add_resident(phone, &resident).unwrap());
        world.heal();
    }
    let pair: [DocumentId; 2] = pair.try_into().unwrap();
    assert_eq!(doubles(&world), [], "nothing says that they are one");
    mark(&mut world, phone, pair);
    (world, pair, phone)
}

fn mark(world: &mut World<'_, RowEngine>, phone: usize, [first, second]: [DocumentId; 2]) {
    let same = Put::key(Key::SAME_AS, Value::Bytes(first.0.to_vec()));
    assert!(world.write(phone, second, vec![same]));
    world.heal();
}

#[test]
fn what_a_worker_marked_as_one_person_is_asked_first_and_united() {
    let (mut world, [first, second], phone) = marked(44, [HAMLETS[0]; 2]);
    // Two with one number wait as well, and stand behind.
    let number = world.number(1, 1985);
    for birth_year in [1985, 1958] {
        let resident = NewResident {
            hamlet: HAMLETS[1],
            name: "Trần Văn Út".into(),
            birth_year,
            number: Some(number.clone()),
            phone: None,
        };
        world.add_resident(phone, &resident).unwrap();
        world.heal();
    }
    let listed = doubles(&world);
    assert_eq!(listed.len(), 2, "{listed:?}");
    let names = [&listed[0].people[0].document, &listed[0].people[1].document];
    assert_eq!(names, [&first.to_string(), &second.to_string()]);
    assert!(listed[0].is_one_unit && !listed[0].has_one_number);
    assert_eq!(listed[0].marks.len(), 1);
    assert_eq!(listed[0].marks[0].by.as_deref(), Some("An"));
    assert!(listed[1].marks.is_empty() && listed[1].has_one_number);
    let before = residents(&world);
    settle(&mut world, [first, second], Sameness::OnePerson).unwrap();
    assert_eq!(residents(&world), before - 1);
    assert_eq!(doubles(&world).len(), 1, "the mark is answered");
    assert_whole(&mut world);
    let circumstances = world.circumstances();
    let apart = world.server.clone();
    let apart = at_once(apart.undo_union(second, &Leaving::default(), circumstances));
    // Two names are in conflict in the one dossier: each goes with its own part.
    assert_eq!(apart.unwrap().len(), 2);
    assert_eq!(doubles(&world).len(), 1, "nobody is asked about them again");
    assert_whole(&mut world);
}

#[test]
fn a_mark_between_two_hamlets_counts_the_person_once() {
    let (mut world, pair, _) = marked(45, [HAMLETS[0], HAMLETS[1]]);
    assert!(!doubles(&world)[0].is_one_unit);
    let before = residents(&world);
    settle(&mut world, pair, Sameness::OnePerson).unwrap();
    assert_eq!(residents(&world), before - 1);
    assert_eq!(doubles(&world), []);
    assert_whole(&mut world);
}

#[test]
fn a_dismissed_mark_leaves_the_phone_and_comes_back_when_that_is_undone() {
    let (mut world, pair, phone) = marked(46, [HAMLETS[0]; 2]);
    let [first, second] = pair;
    let shown = |world: &World<'_, RowEngine>| {
        let row = world.phones[phone].client().row(&second);
        row.get(&Key::SAME_AS).cloned()
    };
    let before = residents(&world);
    settle(&mut world, pair, Sameness::TwoPeople).unwrap();
    assert_eq!((residents(&world), doubles(&world)), (before, Vec::new()));
    assert_whole(&mut world);
    assert_eq!(shown(&world), Some(Value::Null), "its phone sees that");
    let parted = at_once(world.server.parted()).unwrap();
    assert_eq!(parted.len(), 1);
    assert!(parted[0].was_marked);
    let circumstances = world.circumstances();
    at_once(
        world
            .server
            .clone()
            .reopen_pair([first, second], circumstances),
    )
    .unwrap();
    assert_eq!(at_once(world.server.parted()).unwrap(), []);
    assert_eq!(doubles(&world).len(), 1);
    assert_whole(&mut world);
    assert_eq!(shown(&world), Some(Value::Bytes(first.0.to_vec())));
    let circumstances = world.circumstances();
    let again = at_once(world.server.clone().reopen_pair(pair, circumstances));
    assert!(again.is_err(), "nothing is parted");
}

#[test]
fn a_pair_with_one_number_said_to_be_two_people_is_asked_about_again_when_that_is_undone() {
    let (mut world, pair) = doubled(47, [HAMLETS[0]; 2]);
    settle(&mut world, pair, Sameness::TwoPeople).unwrap();
    assert_eq!(doubles(&world), []);
    let circumstances = world.circumstances();
    at_once(world.server.clone().reopen_pair(pair, circumstances)).unwrap();
    assert_eq!(doubles(&world).len(), 1);
    settle(&mut world, pair, Sameness::OnePerson).unwrap();
    assert_whole(&mut world);
}

#[tokio::test]
async fn a_word_on_a_pair_is_written_down_with_the_name_of_who_said_it() {
    let site = Site::start(server::store::Memory::new()).await;
    site.account("cong-an", Role::CommunePolice, COMMUNE).await;
    site.account("lanh-dao", Role::Leader, COMMUNE).await;
    site.account("thanh-tra", Role::Auditor, COMMUNE).await;
    let officer = site.browser("cong-an").await;
    let mut told = Vec::new();
    for (seed, name) in [(1, "Lượm Thị Đẹp"), (2, "Lê Thị Đẹp")] {
        let mut phone = site.phone(seed, "team-member", HAMLET).await;
        let written = phone.resident(name, "099185000017");
        site.push(&phone.bundle(&written)).await;
        told.push(name);
    }
    let leader = site.browser("lanh-dao").await;
    assert_eq!(
        leader.ask("GET", "/v1/pairs", "").await.json(),
        serde_json::json!([])
    );
    let listed = officer.ask("GET", "/v1/pairs", "").await.json();
    let [one, other] = [0, 1].map(|n| &listed[0]["people"][n]);
    assert_eq!(
        [one["name"].as_str(), other["name"].as_str()],
        [Some(told[0]), Some(told[1])]
    );
    let [one, other] = [one, other].map(|person| person["document"].as_str().unwrap());
    let decide = |word: &str| format!("/v1/pairs/{one}/{other}/{word}");
    assert_eq!(leader.ask("POST", &decide("one"), "").await.status, 403);
    assert_eq!(
        officer.ask("POST", &decide("perhaps"), "").await.status,
        400
    );
    assert_eq!(officer.ask("POST", &decide("one"), "").await.status, 204);
    let again = officer.ask("POST", &decide("one"), "").await;
    assert_eq!(
        (again.status, again.code().as_str()),
        (404, "nothing-to-decide")
    );
    let unions = format!("/v1/unions?unit={}", COMMUNE.0);
    assert_eq!(leader.ask("GET", &unions, "").await.status, 403);
    let united = officer.ask("GET", &unions, "").await.json();
    assert_eq!(united[0]["by"], "cong-an");
    let undo = format!("/v1/unions/{}/undo", united[0]["joined"].as_str().unwrap());
    // Two names stand in one dossier now; each goes with its own part again.
    let undone = officer.ask("POST", &undo, "{}").await;
    assert_eq!(undone.status, 200, "{undone:?}");
    let auditor = site.browser("thanh-tra").await;
    let audit = auditor.ask("GET", "/v1/audit?last=10", "").await.json();
    let lines = audit.as_array().unwrap().iter();
    let lines: Vec<(&str, &str)> = lines
        .map(|line| {
            (
                line["who"].as_str().unwrap(),
                line["kind"].as_str().unwrap(),
            )
        })
        .collect();
    assert!(lines.contains(&("cong-an", "united")), "{lines:?}");
    assert!(lines.contains(&("cong-an", "refounded")), "{lines:?}");
    site.stop().await;
}
