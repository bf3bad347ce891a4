//! Phones that were lost, copied, or put to other work.
#![allow(clippy::unwrap_used, reason = "all of it is tests")]

use client_core::effect::Store as PhoneStore;
use client_core::input::{Put, Spared};
use server::server::{DeviceStep, DeviceView};
use server::store::Memory;
use shared::engine::RowEngine;
use shared::key::Key;
use shared::permission::Role;
use shared::receipt::{RejectReason, Verdict};

use crate::http::phone::put;
use crate::http::wire::{HAMLET, Site};
use crate::world::{HAMLETS, NewResident, World, at_once};

#[test]
fn a_lost_phone_hands_in_what_it_has_then_forgets_everything_and_says_so() {
    let mut world = World::seeded(13, &RowEngine);
    let an = world.phone("An", Role::TeamMember, &HAMLETS);
    let lan = world.add_resident(an, &lan()).unwrap();
    world.heal();
    let note = Put::key(Key::NOTE, "Nhà sau chợ".into());
    assert!(world.write(an, lan, vec![note]));
    world.steer(an, DeviceStep::Lose);
    world.reachable(an);
    world.run_until_quiet();

    let held = held_reasons(&world);
    assert_eq!(held, ["after-revocation"], "its unsent work arrived");
    assert!(knows_nobody(&world, an));
    let devices: Vec<DeviceView> = at_once(world.server.devices()).unwrap();
    assert!(devices.iter().any(|device| device.wiped.is_some()));
}

#[tokio::test]
async fn a_phone_that_was_copied_is_flagged_and_told_to_begin_a_new_life() {
    let site = Site::start(Memory::new()).await;
    let mut phone = site.phone(1, "team-member", HAMLET).await;
    let written = phone.resident("Nguyễn Văn An", "099085000001");
    site.push(&phone.bundle(&written)).await;
    let copies =
        || async { site.console("GET", "/v1/devices", "").await.json()[0]["copies"].clone() };
    assert_eq!(copies().await, 0);
    let other = phone.write(written[0].0, vec![put(Key::NOTE, "Bản sao")]);
    let batches = phone.batches(&[other]);
    let bundle = phone.sealed_again(&batches);
    let verdict = phone.receipt(&site.push(&bundle).await).verdict;
    let Verdict::Rejected(rejection) = verdict else {
        panic!("{verdict:?}");
    };
    assert_eq!(rejection.reason, RejectReason::Fork);
    assert_eq!(copies().await, 1);
}

#[test]
fn a_receipt_that_a_courier_brings_wipes_a_lost_phone_that_never_has_signal() {
    let mut world = World::seeded(14, &RowEngine);
    let an = world.phone("An", Role::TeamMember, &HAMLETS);
    let lan = world.add_resident(an, &lan()).unwrap();
    world.heal();
    let note = |text: &str| vec![Put::key(Key::NOTE, text.into())];
    assert!(world.write(an, lan, note("Nhà sau chợ")));
    world.hand_out(an);
    assert!(world.write(an, lan, note("Đã dời đi")));
    world.steer(an, DeviceStep::Lose);
    // The courier reaches the server and comes back; nothing else moves.
    world.deliver_last();
    world.lose_everything();
    world.advance(3_600);
    world.lose_everything();
    assert_eq!(held_reasons(&world), ["after-revocation"]);
    assert!(knows_nobody(&world, an));
    // What was written after the courier had left is still sealed in it, and can be sent.
    let now = world.now;
    world.phones[an].forgets_its_pin(Spared::Sealed, now);
    world.reachable(an);
    world.run_until_quiet();
    assert_eq!(held_reasons(&world), ["after-revocation"; 2]);
}

/// Why changes wait for a coordinator.
fn held_reasons(world: &World<'_, RowEngine>) -> Vec<&'static str> {
    let held = at_once(world.server.held()).unwrap();
    held.iter().map(|held| held.reason).collect()
}

/// Whether nothing is left on the phone but what it cannot read.
fn knows_nobody(world: &World<'_, RowEngine>, phone: usize) -> bool {
    let stored = world.phones[phone].disk.read_at_start();
    let spared = [PhoneStore::Outbox, PhoneStore::Custody];
    stored.iter().all(|record| spared.contains(&record.store))
}

fn lan() -> NewResident {
    NewResident {
        hamlet: HAMLETS[0],
        name: "Trần Thị Lan".into(),
        birth_year: 1985,
        number: None,
        phone: None,
    }
}
