//! Random worlds: whatever phones, people and weather do, everybody ends with the same.

mod found;
mod shortened;
mod storm;

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use crdt::AutomergeEngine;
use shared::engine::RowEngine;
use shared::key::Key;
use shared::row::Row;

use crate::world::ending::{Ending, live, lived};
use crate::world::marks::Mark;
use crate::world::phone::Trouble;
use crate::world::story::{Happening, PEOPLE, Story};

/// Lives a story; one that fails is told again as short as it can be.
fn lives(story: Story) -> Ending {
    lived(story).unwrap_or_else(|failed| panic!("{failed}"))
}

/// The same worlds each time, so that a red run means a change, not bad luck; `cargo xtask sim`
/// looks for new ones.
#[test]
fn everybody_ends_with_the_same() {
    let marks = Mutex::new(BTreeSet::new());
    all(1_000, |seed| {
        let ending = lives(Story::of_seed(seed));
        marks
            .lock()
            .expect("no world panics here")
            .extend(ending.marks);
    });
    let marks = marks.into_inner().expect("no world panicked");
    let missing: Vec<Mark> = Mark::ALL
        .into_iter()
        .filter(|it| !marks.contains(it))
        .collect();
    assert!(missing.is_empty(), "in no world happened {missing:?}");
}

#[test]
fn a_crowd_ends_with_the_same() {
    lives(Story::large(0));
}

/// Whatever goes wrong at whichever transaction of a phone: what was shown as saved is there.
#[test]
fn what_a_phone_shows_as_saved_survives_trouble_at_every_transaction() {
    let quiet = |seed| {
        let mut story = Story::drawn(seed, 40);
        story
            .happenings
            .retain(|it| !matches!(it, Happening::Meets { .. }));
        story
    };
    all(2, |seed| {
        for phone in 0..PEOPLE {
            let before = Story::drawn(seed, 0).told(&RowEngine).phones[phone].transactions;
            let all = quiet(seed).told(&RowEngine).phones[phone].transactions;
            for after in 0..all.saturating_sub(before) {
                for trouble in Trouble::ALL {
                    let mut story = quiet(seed);
                    let meets = Happening::Meets {
                        phone,
                        trouble,
                        after,
                    };
                    story.happenings.insert(0, meets);
                    lives(story);
                }
            }
        }
    });
}

/// Worlds in which nothing rare happens prove little: over these seeds it must have happened.
#[test]
fn rare_things_do_happen() {
    let mut outcomes = std::collections::BTreeMap::<&'static str, usize>::new();
    let (mut conflicts, mut united) = (0, 0);
    for seed in 0..40 {
        let ending = live(&Story::drawn(seed, 90), &RowEngine);
        for (code, count) in ending.outcomes {
            *outcomes.entry(code).or_default() += count;
        }
        conflicts += ending
            .rows
            .values()
            .map(|row| row.conflicts().count())
            .sum::<usize>();
        united += ending.rows.values().filter(|row| is_united(row)).count();
    }
    assert!(
        conflicts > 0 && united > 0,
        "{conflicts} conflicts, {united} united"
    );
    for code in [
        "stored",
        "known",
        "parked",
        "suspended",
        "clock",
        "dependent",
    ] {
        assert!(
            outcomes.contains_key(code),
            "no change was ever {code}: {outcomes:?}"
        );
    }
}

/// Whether a row has two changes that depend on nothing.
fn is_united(row: &Row) -> bool {
    row.live(&Key::KIND).len() > 1
}

#[test]
fn both_engines_live_the_same_world() {
    all(40, |seed| {
        let story = Story::drawn(seed, 10 + (seed as usize * 11) % 50);
        let by_rows = live(&story, &RowEngine);
        let by_automerge = live(&story, &AutomergeEngine::new());
        assert_eq!(by_rows, by_automerge, "seed {seed}");
    });
}

/// Lives the worlds of the seeds below `worlds`, on every core.
fn all(worlds: u64, one: impl Fn(u64) + Sync) {
    let next = AtomicU64::new(0);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let seed = next.fetch_add(1, Ordering::Relaxed)
                    && seed < worlds
                {
                    one(seed);
                }
            });
        }
    });
}
