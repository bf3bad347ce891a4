//! The row engine against automerge: whatever three devices write and however their changes
//! travel, both engines and a stock `AutoCommit` per device make the same bytes and show the
//! same document.

mod world;

use proptest::collection::vec;
use proptest::prelude::*;
use rand_chacha::ChaCha12Rng;
use rand_core::{Rng, SeedableRng};

use world::{Coverage, World};

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn both_engines_and_automerge_agree_on_any_history(moves in vec(any::<u64>(), 1..120)) {
        let mut world = World::new();
        moves.into_iter().for_each(|bits| world.make(bits));
        world.settle();
    }

    #[test]
    fn both_engines_edit_and_fold_stubs_alike(moves in vec(any::<u64>(), 1..80)) {
        let mut world = World::with_a_stub();
        moves.into_iter().for_each(|bits| world.make(bits));
        world.settle();
    }
}

#[test]
fn five_thousand_edits_meet_every_special_case() {
    let mut random = ChaCha12Rng::seed_from_u64(20_260_701);
    let mut seen = Coverage::default();
    for round in 0_u32.. {
        if seen.changes >= 5_000 {
            break;
        }
        let mut world = match round % 8 {
            0 => World::with_a_stub(),
            _ => World::new(),
        };
        for _ in 0..50 {
            world.make(random.next_u64());
        }
        world.settle();
        seen.add(&world.seen);
    }
    assert!(seen.edits_of_nothing > 100, "{seen:?}");
    assert!(seen.keeps > 100, "{seen:?}");
    assert!(seen.deletes > 100, "{seen:?}");
    assert!(seen.events > 300, "{seen:?}");
    assert!(seen.puts_of_losers > 100, "{seen:?}");
    assert!(seen.preds_of_several_actors > 300, "{seen:?}");
    assert!(seen.deps_with_own_last > 20, "{seen:?}");
    assert!(seen.folds_beside_the_heads > 300, "{seen:?}");
    assert!(seen.compressible > 100, "{seen:?}");
    assert!(seen.puts_over_withheld > 100, "{seen:?}");
}
