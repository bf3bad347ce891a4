//! An outage is over, and hundreds of phones come at once to a server that answers a few.

use std::collections::BTreeMap;

use shared::engine::RowEngine;
use shared::permission::Role;

use crate::world::{HAMLETS, NewResident, World};

const PHONES: usize = 200;

/// What the server answers in a second; everything else is turned away at its door.
const ANSWERS_PER_SECOND: usize = 10;

/// How long nobody was answered.
const OUTAGE_SECONDS: usize = 1_800;

/// Two bundles' worth of messages need 60 s of such a server; what is turned away comes again
/// ever later, and so the last of it comes long after there is room.
const OVER_SECONDS_MAX: usize = 20 * 60;

/// Messages of one phone from the first answer on, those turned away included.
const MESSAGES_EACH_MAX: usize = 16;

#[test]
fn after_an_outage_all_phones_are_heard_soon_and_none_asks_often() {
    let mut world = World::seeded(5, &RowEngine);
    let names = (0..PHONES).map(|n| &*format!("Tổ {n}").leak());
    let phones: Vec<usize> = names
        .map(|name| world.unconfirmed_phone(name, Role::TeamMember, &HAMLETS))
        .collect();
    world.confirm_everybody();
    for (n, phone) in phones.iter().enumerate() {
        let resident = NewResident {
            hamlet: HAMLETS[n % 2],
            name: "Lâm Đời".to_owned(),
            birth_year: 1952,
            number: None,
            phone: None,
        };
        world.add_resident(*phone, &resident).expect("saved");
    }
    for _ in 0..OUTAGE_SECONDS {
        world.busy_second(0);
    }
    let mut asked: BTreeMap<usize, usize> = BTreeMap::new();
    for phone in &phones {
        world.reachable(*phone);
    }
    let mut seconds = 0;
    while phones.iter().any(|phone| !world.is_done(*phone)) {
        for phone in world.busy_second(ANSWERS_PER_SECOND) {
            *asked.entry(phone).or_default() += 1;
        }
        seconds += 1;
        assert!(seconds <= OVER_SECONDS_MAX, "the storm goes on");
    }
    let most = asked.values().max().copied().unwrap_or_default();
    let all: usize = asked.values().sum();
    assert!(
        most <= MESSAGES_EACH_MAX,
        "{most} messages of one phone, {all} of all, in {seconds} s"
    );
    world.heal();
    world.assert_all_equal();
}

/// Each pulls from a cursor of its own to a head of its own, and gets pages that were made for
/// another's: full ones, short ones, and ones that end before the head.
#[test]
fn phones_that_pull_between_the_bundles_of_a_hamlet_end_with_the_same() {
    for seed in 0..4 {
        let mut world = World::seeded(seed, &RowEngine);
        let names = (0..4).map(|n| &*format!("Tổ {n}").leak());
        let phones: Vec<usize> = names
            .map(|name| world.phone(name, Role::TeamMember, &HAMLETS[..1]))
            .collect();
        for round in 0..8 {
            for phone in &phones {
                let resident = NewResident {
                    hamlet: HAMLETS[0],
                    name: "Thạch Rạng".to_owned(),
                    birth_year: 1_950 + round,
                    number: None,
                    phone: None,
                };
                world.add_resident(*phone, &resident).expect("saved");
                if round as usize % phones.len() >= *phone {
                    world.reachable(*phone);
                    world.run_until_quiet();
                }
            }
        }
        world.heal();
        world.assert_all_equal();
    }
}
