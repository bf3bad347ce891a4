//! Documents that nobody writes to are packed, and nobody can tell but by the size of the file.
#![allow(clippy::unwrap_used, reason = "all of it is tests")]

use client_core::input::Put;
use server::closer::{Closer, QUIET_SECONDS};
use server::gate::Leaving;
use server::ledger::history::{Step as LogStep, read_step};
use server::server::EraseReason;
use server::store::ScanLimit;
use server::verify::verify;
use shared::engine::{Engine, RowEngine};
use shared::event::Step;
use shared::id::{Audience, DocumentId, StreamId};
use shared::key::Key;
use shared::permission::Role;

use crate::world::checks::server_rows;
use crate::world::{Ground, HAMLETS, NewResident, World, at_once};

/// A hamlet with some months of work in it: steps, conflicts, a union, late work.
fn worked<'e, E: Engine>(seed: u64, engine: &'e E) -> (World<'e, E>, Vec<DocumentId>) {
    let mut world = World::seeded(seed, engine);
    let an = world.phone("An", Role::TeamMember, &HAMLETS);
    let binh = world.phone("Bình", Role::TeamMember, &HAMLETS);
    world.phone("Công an", Role::CommunePolice, &HAMLETS);
    let mut dossiers = Vec::new();
    for n in 0..6 {
        let resident = NewResident {
            hamlet: HAMLETS[n % 2],
            name: format!("Trần Văn {}", ["Tèo", "Tý", "Út", "Ba", "Tư", "Năm"][n]),
            birth_year: 1985,
            number: Some(world.number(0, 1985)),
            phone: None,
        };
        dossiers.push(world.add_resident(an, &resident).unwrap());
        if n == 5 {
            world.heal();
            // The same person once more, by somebody who has not seen the first.
            world.add_resident(binh, &resident).unwrap();
        }
    }
    world.heal();
    for (n, dossier) in dossiers.iter().enumerate() {
        world.write(an, *dossier, vec![Put::key(Key::NOTE, "Nhà đầu".into())]);
        world.write(binh, *dossier, vec![Put::key(Key::NOTE, "Nhà cuối".into())]);
        world.reach(binh, *dossier, HAMLETS[n % 2], Step::CardCollected);
    }
    world.heal();
    (world, dossiers)
}

/// Closes what is quiet; how many documents that were.
fn close<E: Engine, S: Ground>(world: &World<'_, E, S>) -> usize {
    let mut closer = Closer::new(world.server.clone());
    let mut closed = 0;
    loop {
        let tick = at_once(closer.tick(world.now.plus(-QUIET_SECONDS))).unwrap();
        closed += tick.closed;
        if !tick.more {
            return closed;
        }
    }
}

/// A phone that comes new, with everything the streams tell it.
fn first_sync<E: Engine>(world: &mut World<'_, E>, name: &'static str) {
    let phone = world.phone(name, Role::CommunePolice, &HAMLETS);
    world.heal();
    world.assert_all_equal();
    world.assert_figures_equal(phone);
}

/// How many entries of the hamlets' streams stand in the log themselves, and how many do not.
fn entries<E: Engine, S: Ground>(world: &World<'_, E, S>) -> (usize, usize) {
    let (mut open, mut closed) = (0, 0);
    for unit in HAMLETS {
        for audience in Audience::ALL {
            let stream = StreamId { unit, audience };
            let store = world.server.ledger().store();
            let page = at_once(store.scan(stream, 0, ScanLimit::WIDEST)).unwrap();
            for (_, bytes) in page.entries {
                match read_step(&bytes).unwrap() {
                    LogStep::Change(_) => open += 1,
                    LogStep::Closed(_) => closed += 1,
                    LogStep::Mark(_) => {}
                }
            }
        }
    }
    (open, closed)
}

fn assert_whole<E: Engine>(world: &World<'_, E>) {
    world.assert_outboxes_empty();
    world.assert_all_equal();
    world.assert_server_agrees_with_itself();
    let report = at_once(verify(&world.server)).unwrap();
    assert!(report.is_clean(), "{report:?}");
}

#[test]
fn nothing_that_anybody_sees_changes_when_documents_are_closed() {
    let (mut world, dossiers) = worked(31, &RowEngine);
    assert_eq!(close(&world), 0, "nothing is quiet yet");
    world.advance(QUIET_SECONDS + 1);
    let before = (server_rows(&world), world.server_figures());
    let (open, _) = entries(&world);
    first_sync(&mut world, "Dung");
    // Six dossiers and their identities, one of which was united with another.
    assert_eq!(close(&world), 12);
    assert_eq!(close(&world), 0, "all that is quiet is closed");
    assert_eq!(entries(&world), (0, open));
    let closings = world.server.closings();
    assert_eq!(closings.documents(), 12);
    assert!(closings.bytes() > 0);
    assert_eq!((server_rows(&world), world.server_figures()), before);
    first_sync(&mut world, "Em");
    assert_whole(&world);
    // Life goes on upon what is closed, late work upon old states included.
    for dossier in &dossiers {
        world.write(0, *dossier, vec![Put::key(Key::NOTE, "Đã gặp".into())]);
    }
    world.heal();
    assert_whole(&world);
    world.advance(QUIET_SECONDS + 1);
    assert_eq!(close(&world), 6, "what was written since is closed again");
    assert_whole(&world);
    first_sync(&mut world, "Giang");
}

#[test]
fn what_is_closed_can_be_erased_and_refounded() {
    let (mut world, dossiers) = worked(32, &RowEngine);
    world.advance(QUIET_SECONDS + 1);
    assert_eq!(close(&world), 12);
    let server = world.server.clone();
    let circumstances = world.circumstances();
    let packed = || at_once(server.ledger().closed(&dossiers[..2])).unwrap();
    assert_eq!(packed().len(), 2);
    at_once(server.erase(dossiers[0], EraseReason::Request, circumstances)).unwrap();
    assert!(!packed().contains_key(&dossiers[0]));
    let settled = Leaving {
        removed: [Key::NOTE].into(),
        ..Leaving::default()
    };
    let circumstances = world.circumstances();
    at_once(server.refound(dossiers[1], &settled, circumstances)).unwrap();
    assert!(packed().is_empty());
    world.heal();
    assert_whole(&world);
    first_sync(&mut world, "Dung");
    assert_whole(&world);
}

/// A closed hamlet with a union in it upon which both went on, under whichever name each began
/// with; the dossier that was united.
fn united_and_closed(seed: u64) -> (World<'static, RowEngine>, DocumentId) {
    let (mut world, dossiers) = worked(seed, &RowEngine);
    let united = dossiers[5];
    for (phone, note) in [(0, "Một người"), (1, "Cùng người")] {
        world.write(phone, united, vec![Put::key(Key::NOTE, note.into())]);
        world.heal();
    }
    world.advance(QUIET_SECONDS + 1);
    assert_eq!(close(&world), 12);
    assert_whole(&world);
    first_sync(&mut world, "Dung");
    (world, united)
}

#[test]
fn a_union_that_is_closed_can_be_undone() {
    let (mut world, _) = united_and_closed(33);
    world.separate(0);
    world.heal();
    world.assert_the_separated_stay_so();
    assert_whole(&world);
    first_sync(&mut world, "Em");
    assert_whole(&world);
}

#[test]
fn a_union_that_is_closed_can_be_erased() {
    let (mut world, united) = united_and_closed(34);
    let server = world.server.clone();
    let circumstances = world.circumstances();
    at_once(server.erase(united, EraseReason::Request, circumstances)).unwrap();
    let packed = at_once(server.ledger().closed(&[united])).unwrap();
    assert!(packed.is_empty());
    world.heal();
    assert_whole(&world);
    first_sync(&mut world, "Em");
    assert_whole(&world);
}
