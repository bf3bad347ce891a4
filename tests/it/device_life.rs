//! A device from its invite to its end: every state, other units, other keys, other hands.
#![allow(clippy::unwrap_used, reason = "all of it is tests")]

use client_core::effect::Store as PhoneStore;
use client_core::input::{Put, Spared};
use client_core::views::Query;
use server::gate::{DecideError, Decided};
use server::ledger::audit::Act;
use server::ledger::device::DeviceRecord;
use server::server::{DecidingError, DeviceStep};
use shared::engine::RowEngine;
use shared::event::{Event, Stamp, Visit, VisitResult, What};
use shared::id::{DocumentId, TeamId, UnitId};
use shared::key::Key;
use shared::kind::Kind;
use shared::limits::{
    DOCUMENT_BYTES_MAX, EVENT_NOTE_BYTES_MAX, FORMER_KEYS_DAYS_MAX, NOTE_BYTES_MAX,
};
use shared::permission::{Grant, Role};
use shared::time::LocalMinute;
use shared::value::Value;

use crate::world::{HAMLETS, NewResident, World, at_once};

type Field<'e> = World<'e, RowEngine>;

const DAY: i64 = 24 * 3_600;

fn resident(name: &str) -> NewResident {
    NewResident {
        hamlet: HAMLETS[0],
        name: name.into(),
        birth_year: 1985,
        number: None,
        phone: None,
    }
}

/// A hamlet with a worker and somebody they recorded.
fn field(seed: u64) -> (Field<'static>, usize, DocumentId) {
    let mut world = World::seeded(seed, &RowEngine);
    let an = world.phone("An", Role::TeamMember, &HAMLETS);
    let lan = world.add_resident(an, &resident("Trần Thị Lan")).unwrap();
    world.heal();
    (world, an, lan)
}

fn note(world: &mut Field<'_>, phone: usize, dossier: DocumentId, text: &str) {
    assert!(world.write(phone, dossier, vec![Put::key(Key::NOTE, text.into())]));
}

fn held(world: &Field<'_>) -> Vec<&'static str> {
    let held = at_once(world.server.held()).unwrap();
    held.iter().map(|held| held.reason).collect()
}

fn noted(world: &Field<'_>, dossier: DocumentId) -> Option<Value> {
    let found = at_once(world.server.find_dossier(dossier)).unwrap();
    found.and_then(|(_, document)| document.row.get(&Key::NOTE).cloned())
}

fn listed(world: &Field<'_>, phone: usize) -> usize {
    let all = Query::all(Kind::Dossier, 10);
    world.phones[phone].client().list(&all).count
}

fn record(world: &mut Field<'_>, phone: usize) -> DeviceRecord {
    let device = world.device_of(phone);
    at_once(world.server.ledger().device(device))
        .unwrap()
        .record
        .unwrap()
}

/// Signal for a while: everything goes up, everything comes down.
fn syncs(world: &mut Field<'_>, phone: usize) {
    for _ in 0..3 {
        world.reachable(phone);
        world.run_until_quiet();
        world.advance(600);
        world.run_until_quiet();
    }
}

fn assign(world: &mut Field<'_>, phone: usize, units: &[UnitId]) {
    let device = world.device_of(phone);
    let grant = Grant {
        role: Role::TeamMember,
        units: units.to_vec(),
        team: TeamId(7),
    };
    at_once(world.server.assign(device, grant, world.now)).unwrap();
}

#[test]
fn a_pending_phone_records_and_sees_nobody_else_until_the_codes_were_compared() {
    let (mut world, _, lan) = field(31);
    let binh = world.unconfirmed_phone("Bình", Role::TeamMember, &HAMLETS);
    let own = world.add_resident(binh, &resident("Lý Văn Minh")).unwrap();
    syncs(&mut world, binh);
    assert_eq!(held(&world), ["unconfirmed"]);
    assert_eq!(listed(&world, binh), 1);
    world.steer(binh, DeviceStep::Confirm);
    syncs(&mut world, binh);
    assert!(held(&world).is_empty());
    assert_eq!(listed(&world, binh), 2);
    let names = [own, lan].map(|id| at_once(world.server.find_dossier(id)).unwrap().is_some());
    assert_eq!(names, [true, true]);
}

#[test]
fn a_refused_phone_gets_nothing_and_what_it_sent_stays_held() {
    let (mut world, _, _) = field(32);
    let thief = world.unconfirmed_phone("Ai đó", Role::TeamMember, &HAMLETS);
    world.add_resident(thief, &resident("Lý Văn Minh")).unwrap();
    syncs(&mut world, thief);
    world.steer(thief, DeviceStep::Refuse);
    syncs(&mut world, thief);
    assert_eq!(held(&world), ["unconfirmed"]);
    assert_eq!(listed(&world, thief), 1, "only what it wrote itself");
}

#[test]
fn a_suspended_phone_gets_no_news_and_its_work_counts_once_it_is_reinstated() {
    let (mut world, an, lan) = field(33);
    let binh = world.phone("Bình", Role::TeamMember, &HAMLETS);
    world.steer(an, DeviceStep::Suspend);
    note(&mut world, an, lan, "Nhà sau chợ");
    world.add_resident(binh, &resident("Lý Văn Minh")).unwrap();
    syncs(&mut world, binh);
    syncs(&mut world, an);
    assert_eq!((held(&world), listed(&world, an)), (vec!["suspended"], 1));
    world.steer(an, DeviceStep::Reinstate);
    syncs(&mut world, an);
    assert_eq!((held(&world), listed(&world, an)), (vec![], 2));
    assert_eq!(noted(&world, lan), Some("Nhà sau chợ".into()));
}

#[test]
fn what_a_retired_phone_had_sealed_still_counts_and_it_gets_no_news() {
    let (mut world, an, lan) = field(34);
    let binh = world.phone("Bình", Role::TeamMember, &HAMLETS);
    note(&mut world, an, lan, "Nhà sau chợ");
    world.lose_everything();
    world.steer(an, DeviceStep::Retire);
    world.add_resident(binh, &resident("Lý Văn Minh")).unwrap();
    syncs(&mut world, binh);
    syncs(&mut world, an);
    assert!(held(&world).is_empty());
    assert_eq!(noted(&world, lan), Some("Nhà sau chợ".into()));
    assert_eq!(listed(&world, an), 1);
}

#[test]
fn a_lost_phone_that_is_found_works_again_and_its_work_is_released() {
    let (mut world, an, lan) = field(35);
    note(&mut world, an, lan, "Nhà sau chợ");
    world.lose_everything();
    world.steer(an, DeviceStep::Lose);
    world.steer(an, DeviceStep::Reinstate);
    syncs(&mut world, an);
    assert!(held(&world).is_empty());
    assert_eq!(noted(&world, lan), Some("Nhà sau chợ".into()));
    assert_eq!(listed(&world, an), 1, "it was never told to forget");
}

#[test]
fn work_in_a_unit_that_was_taken_away_meanwhile_is_held_and_in_one_that_stayed_is_stored() {
    let (mut world, an, lan) = field(36);
    let elsewhere = NewResident {
        hamlet: HAMLETS[1],
        ..resident("Lý Văn Minh")
    };
    let minh = world.add_resident(an, &elsewhere).unwrap();
    world.heal();
    note(&mut world, an, lan, "Nhà sau chợ");
    note(&mut world, an, minh, "Nhà trước chợ");
    world.lose_everything();
    assign(&mut world, an, &HAMLETS[1..]);
    syncs(&mut world, an);
    assert_eq!(held(&world), ["unit-changed"]);
    assert_eq!(noted(&world, lan), None);
    assert_eq!(noted(&world, minh), Some("Nhà trước chợ".into()));
    let sync = world.phones[an].client().sync();
    assert_eq!((sync.held, sync.unsent), (1, 0), "it says that it waits");
    world.decide(0, Decided::Approved);
    syncs(&mut world, an);
    assert_eq!(noted(&world, lan), Some("Nhà sau chợ".into()));
}

#[test]
fn what_no_longer_fits_into_a_dossier_stays_held_and_says_why() {
    let (mut world, an, lan) = field(40);
    let binh = world.phone("Bình", Role::TeamMember, &HAMLETS);
    world.heal();
    note(&mut world, an, lan, &"x".repeat(NOTE_BYTES_MAX));
    world.lose_everything();
    assign(&mut world, an, &HAMLETS[1..]);
    syncs(&mut world, an);
    assert_eq!(held(&world), ["unit-changed"]);
    // In eights while they fit, then one by one until not even one does.
    let eights = DOCUMENT_BYTES_MAX / EVENT_NOTE_BYTES_MAX / 8 - 1;
    let visits = core::iter::repeat_n(8, eights).chain(core::iter::repeat_n(1, 16));
    for (n, together) in (0_i64..).zip(visits) {
        let at = world.now.plus(n * 60).local_minute();
        world.write(binh, lan, vec![visited(at); together]);
    }
    syncs(&mut world, binh);
    let waiting = at_once(world.server.held()).unwrap();
    let named = (
        waiting[0].document.parse().unwrap(),
        waiting[0].change.parse().unwrap(),
    );
    let circumstances = world.circumstances();
    let decided = at_once(world.server.decide(named, Decided::Approved, circumstances));
    assert!(
        matches!(decided, Err(DecidingError::Decide(DecideError::Full(_)))),
        "{decided:?}"
    );
    assert_eq!(
        (held(&world), noted(&world, lan)),
        (vec!["unit-changed"], None)
    );
}

/// A visit with as much to tell as one can hold.
fn visited(at: LocalMinute) -> Put {
    let what = What::Visit(Visit {
        result: VisitResult::ALL[0],
        note: "x".repeat(EVENT_NOTE_BYTES_MAX),
    });
    let stamp = Stamp {
        at,
        unit: HAMLETS[0],
        team: TeamId(7),
    };
    Put::event(Event { what, stamp }.to_payload())
}

#[test]
fn a_phone_changes_its_keys_every_year_and_loses_nothing_on_the_way() {
    let (mut world, an, lan) = field(37);
    let first = record(&mut world, an).public;
    note(&mut world, an, lan, "Ký bằng khóa cũ");
    world.hand_out(an);
    let courier = world.take_carried();
    world.advance(366 * DAY);
    // The first answer is lost: the server has the new keys, the phone does not know yet.
    world.reachable(an);
    world.leave_rekeying_unanswered();
    let second = record(&mut world, an).public;
    assert_ne!(first, second);
    world.phones[an].starts_anew(world.now);
    note(&mut world, an, lan, "Giữa hai khóa");
    syncs(&mut world, an);
    assert!(record(&mut world, an).has_used_key);
    note(&mut world, an, lan, "Ký bằng khóa mới");
    syncs(&mut world, an);
    assert_eq!(noted(&world, lan), Some("Ký bằng khóa mới".into()));
    assert_eq!(record(&mut world, an).public, second, "once a year");
    // A courier who was away for long brings what the old key signed.
    world.give_back(courier);
    world.run_until_quiet();
    assert!(held(&world).is_empty());
    let audited = at_once(world.server.ledger().audited(0)).unwrap();
    let changes = audited
        .iter()
        .filter(|(_, entry)| entry.act == Act::Rekeyed);
    assert_eq!(changes.count(), 1);
}

#[test]
fn what_an_old_key_signed_is_taken_in_for_400_days_and_no_longer() {
    let (mut world, an, lan) = field(38);
    note(&mut world, an, lan, "Ký bằng khóa cũ");
    world.hand_out(an);
    let late = world.take_carried();
    world.advance(366 * DAY);
    syncs(&mut world, an);
    let record = record(&mut world, an);
    let keys = |days: i64| record.bundle_keys(world.now.plus(days * DAY)).count();
    assert_eq!(keys(i64::from(FORMER_KEYS_DAYS_MAX) - 1), 2);
    assert_eq!(keys(i64::from(FORMER_KEYS_DAYS_MAX) + 1), 1);
    let [bundle] = &late[..] else {
        panic!("{}", late.len())
    };
    world.now = world.now.plus((i64::from(FORMER_KEYS_DAYS_MAX) + 1) * DAY);
    let circumstances = world.circumstances();
    let refused = at_once(world.server.take_bundle(&bundle.bytes, circumstances));
    assert!(refused.is_err());
}

#[test]
fn a_forgotten_pin_costs_what_was_read_and_not_what_was_written() {
    let (mut world, an, lan) = field(39);
    note(&mut world, an, lan, "Nhà sau chợ");
    world.lose_everything();
    let now = world.now;
    world.phones[an].forgets_its_pin(Spared::Sealed, now);
    let stored = world.phones[an].disk.read_at_start();
    let sealed = [PhoneStore::Outbox, PhoneStore::Custody];
    assert!(stored.iter().all(|record| sealed.contains(&record.store)));
    // Invited again it is another device, which carries on what it cannot read.
    let before = world.device_of(an);
    world.enrols_anew(an, "An, máy cũ", &HAMLETS);
    assert_ne!(world.device_of(an), before);
    assert_eq!(
        world.phones[an].client().sync().unsent,
        0,
        "none of it is its own"
    );
    syncs(&mut world, an);
    assert_eq!(noted(&world, lan), Some("Nhà sau chợ".into()));
    assert_eq!(world.phones[an].client().sync().in_custody, 0);
    assert_eq!(listed(&world, an), 1);
}

#[test]
fn a_locked_phone_still_sends_what_it_sealed() {
    let (mut world, an, lan) = field(42);
    note(&mut world, an, lan, "Nhà sau chợ");
    world.lose_everything();
    let now = world.now;
    world.phones[an].forgets_its_pin(Spared::Sealed, now);
    syncs(&mut world, an);
    assert_eq!(noted(&world, lan), Some("Nhà sau chợ".into()));
}

#[test]
fn a_phone_handed_to_somebody_else_keeps_nothing_of_who_had_it() {
    let (mut world, an, lan) = field(40);
    note(&mut world, an, lan, "Nhà sau chợ");
    syncs(&mut world, an);
    world.steer(an, DeviceStep::Retire);
    let before = world.device_of(an);
    let now = world.now;
    world.phones[an].forgets_its_pin(Spared::Nothing, now);
    assert!(world.phones[an].disk.read_at_start().is_empty());
    world.enrols_anew(an, "Bình", &HAMLETS[1..]);
    assert_ne!(world.device_of(an), before);
    syncs(&mut world, an);
    assert_eq!(
        listed(&world, an),
        0,
        "another hamlet, and nobody of the first"
    );
}

#[test]
fn two_workers_on_one_phone_are_two_devices_that_see_and_sign_apart() {
    let (mut world, an, lan) = field(41);
    let binh = world.phone("Bình", Role::TeamMember, &HAMLETS[1..]);
    assert_ne!(world.device_of(an), world.device_of(binh));
    note(&mut world, an, lan, "Nhà sau chợ");
    world.lose_everything();
    // What the one has not sent is no hindrance to the other, and none of it is theirs to see.
    syncs(&mut world, binh);
    assert_eq!(listed(&world, binh), 0);
    // The data key of the one opens nothing of the other's.
    let now = world.now;
    let theirs = world.phones[binh].disk.clone();
    assert!(!world.phones[an].opens(&theirs, now));
    syncs(&mut world, an);
    assert_eq!(noted(&world, lan), Some("Nhà sau chợ".into()));
}
