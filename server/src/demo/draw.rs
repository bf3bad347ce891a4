//! Drawing from weighted tables.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// The seed of a whole generated world.
pub type Seed = [u8; 32];

/// Which of a seed's independent sources to draw from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    Hamlets,
}

/// The source's own randomness for its `n`-th part, the same whatever else is drawn.
pub(super) fn source(seed: Seed, source: Source, n: u32) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::from_seed(seed);
    rng.set_stream((source as u64) << 32 | u64::from(n));
    rng
}
