//! Random days with failing storage and dying phones.

use std::collections::BTreeMap;

use proptest::prelude::*;
use shared::bundle::Serial;
use shared::id::Audience;
use shared::receipt::Outcome;

use super::phone::{Mood, Phone, new_dossier, receipt};
use super::world::Log;
use crate::effect::Notice;
use crate::input::{DocumentWrite, History, Input, Leave, PostAnswer, Put, Target};

#[derive(Debug, Clone)]
enum Step {
    Add,
    Edit(prop::sample::Index, u8),
    Mood(Mood),
    Restart(bool),
    Post { heard: bool },
    HandOut,
    Pull,
}

fn step() -> impl Strategy<Value = Step> {
    let mood = prop_oneof![
        3 => Just(Mood::Works),
        1 => Just(Mood::Full),
        1 => any::<bool>().prop_map(|done| Mood::Silent { done }),
    ];
    prop_oneof![
        4 => Just(Step::Add),
        4 => (any::<prop::sample::Index>(), 0..9_u8).prop_map(|(which, year)| Step::Edit(which, year)),
        2 => mood.prop_map(Step::Mood),
        2 => any::<bool>().prop_map(Step::Restart),
        2 => any::<bool>().prop_map(|heard| Step::Post { heard }),
        1 => Just(Step::HandOut),
        1 => Just(Step::Pull),
    ]
}

/// A phone, the server's log, and everything that ever left the phone.
struct Day {
    phone: Phone,
    log: Log,
    left: BTreeMap<Serial, Vec<u8>>,
}

impl Day {
    fn new() -> Self {
        Self {
            phone: Phone::enrolled(1, &Audience::ALL),
            log: Log::new(),
            left: BTreeMap::new(),
        }
    }

    fn go(&mut self, step: &Step) {
        match step {
            Step::Add => self.phone.save(0, vec![new_dossier("Lâm Thị Đẹp")]),
            Step::Edit(which, year) => self.edit(*which, *year),
            Step::Mood(mood) => self.phone.mood = *mood,
            Step::Restart(certain) => self.phone.restart(match certain {
                true => History::Certain,
                false => History::Uncertain,
            }),
            Step::Post { heard } => self.post(*heard),
            Step::HandOut => self.phone.give(Input::HandOut {
                leave: Leave::CarryOnly,
            }),
            Step::Pull if self.phone.client.is_idle() => {
                let bytes = self.log.answer(&self.phone, 4);
                let seed = self.phone.seed();
                self.phone.give(Input::Pulled { bytes, seed });
            }
            Step::Pull => {}
        }
        for bundle in self.phone.handed_out.split_off(0) {
            self.leave(bundle.serial, bundle.bytes);
        }
    }

    fn edit(&mut self, which: prop::sample::Index, year: u8) {
        let saved = self.saved();
        if saved.is_empty() {
            return;
        }
        let year = shared::value::Value::Uint(1950 + u64::from(year));
        let write = DocumentWrite {
            target: Target::Existing(saved[which.index(saved.len())]),
            puts: vec![Put::key(shared::key::Key::BIRTH_YEAR, year)],
        };
        self.phone.save(1, vec![write]);
    }

    fn post(&mut self, heard: bool) {
        let Some((serial, bytes)) = self.phone.send() else {
            return;
        };
        self.leave(serial, bytes.clone());
        let waits = self.phone.client.is_idle();
        if waits {
            self.log.take_bundle(&self.phone, serial);
        }
        let outcomes = vec![Outcome::Stored; self.phone.changes_in(&bytes)];
        let answer = match heard && waits {
            true => PostAnswer::Receipt(receipt(serial, &bytes, &outcomes)),
            false => PostAnswer::Failed,
        };
        let seed = self.phone.seed();
        self.phone.give(Input::Posted {
            serial,
            answer,
            seed,
        });
    }

    /// Under one number the world only ever sees one text.
    fn leave(&mut self, serial: Serial, bytes: Vec<u8>) {
        let before = self.left.entry(serial).or_insert_with(|| bytes.clone());
        assert!(*before == bytes, "{serial:?} left the phone with two texts");
    }

    fn saved(&self) -> Vec<shared::id::DocumentId> {
        let notices = self.phone.shown.iter();
        let saved = notices.filter_map(|notice| match notice {
            Notice::Saved { documents, .. } => Some(documents.clone()),
            _ => None,
        });
        saved.flatten().collect()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn what_was_shown_as_saved_is_never_lost(steps in prop::collection::vec(step(), 1..40)) {
        let mut day = Day::new();
        for step in &steps {
            day.go(step);
        }
        day.phone.restart(History::Certain);
        prop_assert!(day.phone.client.is_open());
        for document in day.saved() {
            prop_assert!(!day.phone.client.row(&document).is_empty());
        }
        // Whatever is not confirmed can still leave, and once everything has arrived the phone
        // shows exactly what the log has.
        for _ in 0..80 {
            if day.phone.client.sync().unsent == 0 {
                break;
            }
            day.post(true);
        }
        prop_assert_eq!(day.phone.client.sync().unsent, 0);
        day.log.bring(&mut day.phone);
        prop_assert_eq!(day.phone.client.records(), Vec::new());
        for document in day.saved() {
            prop_assert_eq!(Some(day.phone.client.row(&document)), day.log.row(&document));
        }
    }
}
