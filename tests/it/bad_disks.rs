//! What is promised whatever the disk does; `cargo xtask crash` goes on from here.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::crash::disk::{Fault, Followed};
use crate::crash::life::Life;
use crate::crash::point::Points;
use crate::world::luck::Luck;

/// Moments at which power is lost; one in three loses it once more on the way back.
const POINTS: u64 = 10_000;

#[test]
fn what_was_acknowledged_is_on_the_disk_at_every_loss_of_power() {
    let (points, double) = (AtomicU64::new(0), AtomicU64::new(0));
    on_every_core(|seed| {
        let left = POINTS.saturating_sub(points.load(Ordering::Relaxed));
        if left == 0 {
            return false;
        }
        let life = Life::of_seed(seed);
        match life.lose_power_everywhere(left as usize) {
            Ok(Points {
                single,
                double: twice,
                ..
            }) => {
                points.fetch_add(single, Ordering::Relaxed);
                double.fetch_add(twice, Ordering::Relaxed);
                true
            }
            Err(broken) => panic!("{broken}"),
        }
    });
    let (points, double) = (points.into_inner(), double.into_inner());
    assert!(
        points >= POINTS && double > POINTS / 4,
        "{points}, {double} of them double"
    );
}

/// Nothing is shown by ten thousand points that could not fail.
#[test]
fn a_disk_that_only_says_it_has_flushed_is_found_out() {
    let life = Life::of_seed(4);
    let mut liar = Followed::from(life.start.clone());
    liar.lies = true;
    let lost = life.lose_power_on(liar, 1_000);
    assert!(lost.is_err(), "{lost:?}");
}

#[test]
fn a_failing_disk_is_told_at_every_call_and_takes_nothing_acknowledged() {
    let life = Life::of_seed(1);
    let mut failed = 0;
    for groups in 0..life.acknowledged.len() {
        failed += life.fail_each_call(groups, Fault::Full);
        failed += life.fail_each_call(groups, Fault::Broken);
    }
    assert!(
        failed > 500,
        "only {failed} calls failed in {} groups",
        life.acknowledged.len()
    );
}

#[test]
fn a_failing_read_is_an_error_and_never_an_absence() {
    let life = Life::of_seed(2);
    let failed: usize = (0..life.acknowledged.len())
        .step_by(4)
        .map(|groups| life.fail_each_read(groups))
        .sum();
    assert!(failed > 50, "only {failed} reads failed");
}

#[test]
fn a_turned_bit_is_found_or_changes_no_answer() {
    let life = Life::of_seed(3);
    let mut luck = Luck::new(3);
    let groups = life.acknowledged.len();
    let found = (0..500)
        .filter(|_| life.turn_a_bit(groups, &mut luck))
        .count();
    assert!(found > 20, "only {found} turned bits were found");
}

/// Takes seeds in turn until `one` has enough.
fn on_every_core(one: impl Fn(u64) -> bool + Sync) {
    let next = AtomicU64::new(0);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| while one(next.fetch_add(1, Ordering::Relaxed)) {});
        }
    });
}
