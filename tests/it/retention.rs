//! What is kept for a term only goes when the term is over, by itself.
#![allow(clippy::unwrap_used, reason = "all of it is tests")]

use client_core::input::Put;
use server::retention::{CONTACT_DAYS, Retention};
use shared::engine::RowEngine;
use shared::id::DocumentId;
use shared::key::Key;
use shared::permission::Role;
use shared::value::Value;

use crate::world::{HAMLETS, NewResident, World, at_once};

type Field<'e> = World<'e, RowEngine>;

const NOTE: &str = "Đi xuồng vào bằng rạch sau";
const DAY: i64 = 24 * 3_600;

fn resident(world: &mut Field<'_>, name: &str) -> DocumentId {
    let resident = NewResident {
        hamlet: HAMLETS[0],
        name: name.into(),
        birth_year: 1985,
        number: None,
        phone: Some("0957214402".into()),
    };
    let dossier = world.add_resident(0, &resident).unwrap();
    assert!(world.write(0, dossier, vec![Put::key(Key::NOTE, NOTE.into())]));
    world.heal();
    dossier
}

/// One round over everything; out of how many dossiers something was taken.
fn round(world: &mut Field<'_>) -> usize {
    let mut retention = Retention::new(world.server.clone(), CONTACT_DAYS);
    let mut taken_out = 0;
    loop {
        let circumstances = world.circumstances();
        let tick = at_once(retention.tick(circumstances)).unwrap();
        taken_out += tick.taken_out;
        if !tick.more {
            return taken_out;
        }
    }
}

fn on_server(world: &Field<'_>, dossier: DocumentId, key: &Key) -> Option<Value> {
    let (_, document) = at_once(world.server.find_dossier(dossier)).unwrap()?;
    document.row.get(key).cloned()
}

#[test]
fn notes_and_phones_go_after_a_year_without_work_and_people_stay() {
    let mut world = World::seeded(51, &RowEngine);
    let an = world.phone("An", Role::TeamMember, &HAMLETS);
    let (quiet, held) = (
        resident(&mut world, "Trần Thị Lan"),
        resident(&mut world, "Lý Văn Minh"),
    );
    let matter = Some("12/2026".to_owned());
    at_once(world.server.set_hold(held, matter, world.now)).unwrap();
    let figures = world.server_figures();
    assert_eq!(round(&mut world), 0, "nothing is old yet");
    world.now = world.now.plus(i64::from(CONTACT_DAYS) * DAY);
    let busy = resident(&mut world, "Thạch Sa Rinh");
    assert_eq!(round(&mut world), 1);
    assert_eq!(round(&mut world), 0, "it is done once");
    world.heal();
    for key in [Key::NOTE, Key::PHONE] {
        assert_eq!(on_server(&world, quiet, &key), None);
        assert!(on_server(&world, busy, &key).is_some());
        assert!(on_server(&world, held, &key).is_some(), "a legal matter");
        assert_eq!(world.phones[an].client().row(&quiet).get(&key), None);
    }
    let name = Some(Value::from("Trần Thị Lan"));
    assert_eq!(on_server(&world, quiet, &Key::NAME), name);
    assert_eq!(
        world.phones[an]
            .client()
            .row(&quiet)
            .get(&Key::NAME)
            .cloned(),
        name
    );
    let now: i64 = world.server_figures().values().sum();
    assert!(now > figures.values().sum());
}
