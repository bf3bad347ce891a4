//! Random worlds: whatever phones, people and weather do, everybody ends with the same.

mod found;

use crdt::AutomergeEngine;
use shared::engine::{Engine, RowEngine};
use shared::id::{BundleId, DocumentId};
use shared::key::Key;
use shared::row::Row;

use crate::world::checks;
use crate::world::shrink::{failure, shrunk};
use crate::world::story::Story;

/// What a finished world is compared by.
#[derive(Debug, PartialEq)]
struct Ending {
    bundles: Vec<BundleId>,
    rows: std::collections::BTreeMap<DocumentId, Row>,
    figures: std::collections::BTreeMap<u16, i64>,
    /// How often each outcome stood in a receipt.
    outcomes: std::collections::BTreeMap<&'static str, usize>,
}

/// Tells a story, lets everybody have signal, and checks everything.
fn live<E: Engine>(story: &Story, engine: &E) -> Ending {
    let mut world = story.told(engine);
    world.heal();
    world.assert_outboxes_empty();
    world.assert_nothing_lost();
    world.assert_all_equal();
    world.assert_server_agrees_with_itself();
    world.assert_figures_equal(0);
    world.assert_figures_equal(2);
    Ending {
        bundles: world.bundles.clone(),
        rows: checks::server_rows(&world),
        figures: world.server_figures(),
        outcomes: world.outcomes.clone(),
    }
}

/// Lives a story; one that fails is told again as short as it can be.
fn lives(story: Story) {
    if let Some(words) = failure(|| drop(live(&story, &RowEngine))) {
        let short = shrunk(story, |story| {
            failure(|| drop(live(story, &RowEngine))).is_some()
        });
        let again = failure(|| drop(live(&short, &RowEngine)));
        panic!("{words}\nas short as it can be, {again:?}\n{short}{short:#?}");
    }
}

/// The worlds of a check: the same each time, so that a red run means a change, not bad luck.
/// `check --long` looks for new ones.
fn seeds(worlds: u64) -> std::ops::Range<u64> {
    match std::env::var_os("SAMPAN_CHECK") {
        Some(long) if long == "long" => 0..worlds * 250,
        _ => 0..worlds,
    }
}

#[test]
fn everybody_ends_with_the_same() {
    for seed in seeds(40) {
        lives(Story::drawn(seed, 5 + (seed as usize * 37) % 115));
    }
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
    for seed in seeds(6) {
        let story = Story::drawn(seed, 10 + (seed as usize * 11) % 50);
        let by_rows = live(&story, &RowEngine);
        let by_automerge = live(&story, &AutomergeEngine::new());
        assert_eq!(by_rows, by_automerge, "seed {seed}");
    }
}
