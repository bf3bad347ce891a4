//! Drawing from weighted tables.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// The seed of a whole generated world.
pub type Seed = [u8; 32];

/// Which of a seed's independent sources to draw from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    Hamlets,
    Residents,
    FieldDays,
    Signal,
}

/// The source's own randomness for its `n`-th part, the same whatever else is drawn.
pub(super) fn source(seed: Seed, source: Source, n: u32) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::from_seed(seed);
    rng.set_stream((source as u64) << 32 | u64::from(n));
    rng
}

/// One of the values, each as likely as its weight; the table's weights are not all 0.
pub(super) fn weighted<T: Copy>(rng: &mut ChaCha8Rng, table: &[(T, u32)]) -> T {
    let total: u32 = table.iter().map(|(_, weight)| weight).sum();
    let mut left = rng.random_range(0..total);
    for &(value, weight) in table {
        match left.checked_sub(weight) {
            Some(rest) => left = rest,
            None => return value,
        }
    }
    unreachable!("what is left is below the sum of the weights")
}

/// One of the values, all as likely; the slice is not empty.
pub(super) fn one_of<T: Copy>(rng: &mut ChaCha8Rng, values: &[T]) -> T {
    values[rng.random_range(0..values.len())]
}

/// True in `permille` of a thousand draws.
pub(super) fn chance(rng: &mut ChaCha8Rng, permille: u32) -> bool {
    rng.random_ratio(permille, 1_000)
}
