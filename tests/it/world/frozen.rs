//! A world that was put away in an earlier version of the program, and taken up again.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use server::secrets::Secrets;
use shared::engine::Engine;
use shared::id::UnitId;
use shared::permission::Role;
use shared::time::UnixSeconds;

use super::luck::Luck;
use super::phone::{Kept, Phone};
use super::{COMMUNE, Ground, HAMLETS, World};

/// Whose phones are put away, and what they work as.
pub const OWNERS: [(&str, Role, &[UnitId]); 3] = [
    ("An", Role::TeamMember, &HAMLETS),
    ("Bình", Role::TeamMember, &HAMLETS),
    ("Dung", Role::CommunePolice, &[COMMUNE]),
];

/// Everybody's phones at one moment.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Phones {
    pub now: UnixSeconds,
    pub kept: Vec<Kept>,
}

impl<'e, E: Engine, S: Ground> World<'e, E, S> {
    /// Everybody's phones as they are.
    pub fn put_away(&self) -> Phones {
        Phones {
            now: self.now,
            kept: self.phones.iter().map(Phone::kept).collect(),
        }
    }

    /// A world on a store that was put away, with the phones of the [`OWNERS`].
    pub fn taken_up(engine: &'e E, ground: (S, Arc<Secrets>), phones: Phones) -> Self {
        let mut world = Self::of(1, engine, ground);
        world.now = phones.now;
        for ((name, ..), kept) in OWNERS.into_iter().zip(phones.kept) {
            let luck = Luck::new(world.phones.len() as u64);
            let phone = Phone::taken_up((name, engine), luck, kept, world.now);
            world.phones.push(phone);
            let at = world.phones.len() - 1;
            world.note_device(at);
            world.readers.push(world.reader(at));
        }
        world
    }
}
