//! Days in a commune, told in the words of the field.

use client_core::input::{History, Put};
use crdt::AutomergeEngine;
use server::ledger::device::CHAINS_MAX;
use shared::engine::{Engine, RowEngine};
use shared::event::Step;
use shared::id::Companion;
use shared::key::Key;
use shared::permission::Role;
use shared::tally::Indicator;
use shared::value::Value;

use crate::world::phone::Trouble;
use crate::world::{COMMUNE, HAMLETS, NewResident, World, checks};

fn lan(number: &str) -> NewResident {
    NewResident {
        hamlet: HAMLETS[0],
        name: "Trần Thị Lan".into(),
        birth_year: 1985,
        number: Some(number.into()),
        phone: None,
    }
}

/// Two workers record the same citizen without signal, with different fields and one that
/// conflicts; afterwards there is one dossier with the work of both.
fn two_workers_meet_the_same_citizen<E: Engine>(engine: &E) -> Vec<shared::id::BundleId> {
    let mut world = World::seeded(7, engine);
    let an = world.phone("An", Role::TeamMember, &HAMLETS);
    let binh = world.phone("Binh", Role::TeamMember, &HAMLETS);
    let number = world.number(1, 1985);

    let from_an = NewResident {
        phone: Some("0957214402".into()),
        ..lan(&number)
    };
    let by_an = world.add_resident(an, &from_an).expect("saved");
    let from_binh = NewResident {
        phone: Some("0957214403".into()),
        ..lan(&number)
    };
    let by_binh = world.add_resident(binh, &from_binh).expect("saved");
    world.reach(an, by_an, HAMLETS[0], Step::CardCollected);
    world.reach(binh, by_binh, HAMLETS[0], Step::EidActivated);
    let home = Put::key(Key::HOME_VISIT, Value::Bool(true));
    assert!(world.write(binh, by_binh, vec![home]));
    world.heal();

    world.assert_outboxes_empty();
    world.assert_all_equal();
    world.assert_server_agrees_with_itself();
    let rows = checks::server_rows(&world);
    let dossiers: Vec<_> = rows
        .values()
        .filter(|row| row.get(&Key::NAME).is_some())
        .collect();
    assert_eq!(dossiers.len(), 1, "one citizen, one dossier");
    let row = dossiers[0];
    assert!(row.is_conflicted(&Key::PHONE), "both numbers are kept");
    assert!(
        !row.is_conflicted(&Key::NAME),
        "equal values are no conflict"
    );
    assert_eq!(row.get(&Key::HOME_VISIT), Some(&Value::Bool(true)));
    assert_eq!(row.events().count(), 2, "the work of both");
    let figures = world.server_figures();
    for indicator in [
        Indicator::Dossiers,
        Indicator::CardCollected,
        Indicator::EidActivated,
    ] {
        assert_eq!(
            figures.get(&indicator.code()),
            Some(&1),
            "{indicator:?} counts once"
        );
    }
    world.assert_figures_equal(an);
    world.assert_figures_equal(binh);
    world.bundles
}

#[test]
fn two_workers_record_the_same_citizen_and_it_becomes_one_dossier() {
    let by_rows = two_workers_meet_the_same_citizen(&RowEngine);
    let by_automerge = two_workers_meet_the_same_citizen(&AutomergeEngine::new());
    assert_eq!(by_rows, by_automerge, "both engines seal the same bundles");
}

#[test]
fn an_edit_on_a_united_dossier_reaches_everybody() {
    let engine = RowEngine;
    let mut world = World::seeded(8, &engine);
    let an = world.phone("An", Role::TeamMember, &HAMLETS);
    let binh = world.phone("Binh", Role::TeamMember, &HAMLETS);
    let number = world.number(1, 1985);
    world.add_resident(an, &lan(&number)).expect("saved");
    let by_binh = world.add_resident(binh, &lan(&number)).expect("saved");
    world.heal();
    // Binh still knows the dossier by the name he gave it.
    let note = Put::key(Key::NOTE, "Hẹn lại.".into());
    assert!(world.write(binh, by_binh, vec![note]));
    world.heal();
    world.assert_all_equal();
    world.assert_server_agrees_with_itself();
    let rows = checks::server_rows(&world);
    let noted = rows
        .values()
        .filter(|row| row.get(&Key::NOTE).is_some())
        .count();
    assert_eq!(noted, 1);
}

#[test]
fn a_team_member_keeps_no_personal_number_once_the_server_has_it() {
    let engine = RowEngine;
    let mut world = World::seeded(9, &engine);
    let an = world.phone("An", Role::TeamMember, &HAMLETS);
    let number = world.number(1, 1985);
    let dossier = world.add_resident(an, &lan(&number)).expect("saved");
    world.heal();
    let row = world
        .companion_row(dossier, Companion::Identity)
        .expect("on the server");
    assert_eq!(row.get(&Key::NUMBER), Some(&Value::Text(number.clone())));
    let on_phone = world.phones[an]
        .client()
        .row(&dossier.companion(Companion::Identity));
    assert_ne!(
        on_phone.get(&Key::NUMBER),
        Some(&Value::Text(number.clone()))
    );
    assert!(!world.phones[an].disk.contains(number.as_bytes()));
}

#[test]
fn an_officer_sees_the_number_that_a_team_member_recorded() {
    let engine = RowEngine;
    let mut world = World::seeded(10, &engine);
    let an = world.phone("An", Role::TeamMember, &HAMLETS);
    let dung = world.phone("Dung", Role::CommunePolice, &[COMMUNE]);
    let number = world.number(1, 1985);
    let dossier = world.add_resident(an, &lan(&number)).expect("saved");
    world.heal();
    let row = world.phones[dung]
        .client()
        .row(&dossier.companion(Companion::Identity));
    assert_eq!(row.get(&Key::NUMBER), Some(&Value::Text(number)));
    world.assert_all_equal();
}

#[test]
fn work_of_an_unconfirmed_phone_is_held_and_counts_once_it_is_confirmed() {
    let engine = RowEngine;
    let mut world = World::seeded(11, &engine);
    let an = world.unconfirmed_phone("An", Role::TeamMember, &HAMLETS);
    let number = world.number(0, 1985);
    world
        .add_resident(an, &lan(&number))
        .expect("a waiting phone may record");
    world.heal();
    assert_eq!(
        world.server_figures().get(&Indicator::Dossiers.code()),
        None
    );
    let device = world.device_of(an);
    let circumstances = world.circumstances();
    let step = server::server::DeviceStep::Confirm;
    crate::world::at_once(world.server.steer(device, step, circumstances)).expect("confirmed");
    world.heal();
    assert_eq!(
        world.server_figures().get(&Indicator::Dossiers.code()),
        Some(&1)
    );
    world.assert_all_equal();
    world.assert_server_agrees_with_itself();
}

#[test]
fn what_was_shown_as_saved_survives_a_killed_app() {
    let engine = RowEngine;
    let mut world = World::seeded(12, &engine);
    let an = world.phone("An", Role::TeamMember, &HAMLETS);
    let numbers = [world.number(1, 1985), world.number(1, 1986)];
    world.add_resident(an, &lan(&numbers[0])).expect("saved");
    world.phones[an].meets(Trouble::DiesBefore, 0);
    let second = NewResident {
        birth_year: 1986,
        ..lan(&numbers[1])
    };
    assert_eq!(world.add_resident(an, &second), None, "nobody said saved");
    let now = world.now;
    world.phones[an].restart(History::Certain, now);
    world.heal();
    assert_eq!(
        world.server_figures().get(&Indicator::Dossiers.code()),
        Some(&1)
    );
    world.assert_nothing_lost();
}

#[test]
fn nobody_counts_work_for_a_unit_they_do_not_work_in() {
    let engine = RowEngine;
    let mut world = World::seeded(13, &engine);
    let an = world.phone("An", Role::TeamMember, &[HAMLETS[0]]);
    let number = world.number(1, 1985);
    let dossier = world.add_resident(an, &lan(&number)).expect("saved");
    assert!(world.reach(an, dossier, HAMLETS[1], Step::EidActivated));
    world.heal();
    let activated = Indicator::EidActivated.code();
    assert_eq!(
        world.server_figures().get(&activated),
        None,
        "held, not counted"
    );
    assert_eq!(world.outcomes.get("unit-changed"), Some(&1));
    world.assert_nothing_lost();
}

/// Every refusal for its clock begins a new life: the server remembers the newest of them only.
#[test]
fn a_clock_that_stays_wrong_does_not_swell_what_the_server_keeps_of_a_phone() {
    let engine = RowEngine;
    let mut world = World::seeded(16, &engine);
    let an = world.phone("An", Role::TeamMember, &HAMLETS);
    let device = world.device_of(an);
    world.phones[an].skew_seconds = 36 * 3600;
    for _ in 0..=CHAINS_MAX {
        let number = world.number(1, 1985);
        world.add_resident(an, &lan(&number)).expect("saved");
        world.hand_out(an);
        world.run_until_quiet();
    }
    let found = crate::world::at_once(world.server.ledger().device(device));
    let record = found.expect("readable").record.expect("enrolled");
    assert_eq!(record.chains.len(), CHAINS_MAX);
    world.heal();
    world.assert_outboxes_empty();
    world.assert_all_equal();
}

#[test]
fn work_under_a_clock_a_day_ahead_is_issued_again_and_counts_once() {
    let engine = RowEngine;
    let mut world = World::seeded(14, &engine);
    let an = world.phone("An", Role::TeamMember, &HAMLETS);
    world.phones[an].skew_seconds = 36 * 3600;
    let number = world.number(1, 1985);
    let dossier = world.add_resident(an, &lan(&number)).expect("saved");
    assert!(world.reach(an, dossier, HAMLETS[0], Step::CardCollected));
    world.reachable(an);
    world.run_until_quiet();
    world.heal();
    assert!(world.outcomes.contains_key("clock"), "{:?}", world.outcomes);
    world.assert_outboxes_empty();
    world.assert_all_equal();
    world.assert_server_agrees_with_itself();
    assert_eq!(
        world.server_figures().get(&Indicator::CardCollected.code()),
        Some(&1)
    );
}

#[test]
fn a_bundle_carried_ahead_of_an_earlier_one_waits_for_it() {
    let engine = RowEngine;
    let mut world = World::seeded(15, &engine);
    let an = world.phone("An", Role::TeamMember, &HAMLETS);
    let number = world.number(1, 1985);
    let dossier = world.add_resident(an, &lan(&number)).expect("saved");
    world.hand_out(an);
    world.lose_everything();
    assert!(world.reach(an, dossier, HAMLETS[0], Step::CardCollected));
    let device = world.device_of(an);
    world.hand_out(an);
    // The later bundle goes first.
    world.deliver_last();
    let parked = crate::world::at_once(world.server.ledger().device(device));
    assert_eq!(
        parked.expect("readable").record.expect("enrolled").parked,
        1
    );
    world.heal();
    world.assert_outboxes_empty();
    world.assert_all_equal();
    assert_eq!(
        world.outcomes.get("parked"),
        Some(&1),
        "{:?}",
        world.outcomes
    );
    assert_eq!(
        world.server_figures().get(&Indicator::CardCollected.code()),
        Some(&1)
    );
}
