//! Honest bytes, changed by chance.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};

/// All chance of a run, from its seed.
pub struct Chance(ChaCha8Rng);

impl Chance {
    pub fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    /// A number below `end`, which is at least 1.
    pub fn below(&mut self, end: usize) -> usize {
        (self.0.next_u64() % end.max(1) as u64) as usize
    }

    pub fn byte(&mut self) -> u8 {
        self.0.next_u32() as u8
    }

    pub fn number(&mut self) -> u64 {
        // Small, middling and enormous ones alike.
        self.0.next_u64() >> self.below(64)
    }

    pub fn one_of<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.below(choices.len())]
    }
}

/// One of these, changed in one to four places.
pub fn mutated(corpus: &[Vec<u8>], chance: &mut Chance) -> Vec<u8> {
    let mut bytes = chance.one_of(corpus).clone();
    for _ in 0..=chance.below(4) {
        change(&mut bytes, corpus, chance);
    }
    bytes
}

fn change(bytes: &mut Vec<u8>, corpus: &[Vec<u8>], chance: &mut Chance) {
    let at = chance.below(bytes.len() + 1);
    match chance.below(8) {
        0 => bytes.truncate(at),
        1 => bytes.insert(at, chance.byte()),
        2 => drop(bytes.drain(at..(at + chance.below(8)).min(bytes.len()))),
        3 => {
            let other = chance.one_of(corpus);
            let from = chance.below(other.len() + 1);
            bytes.truncate(at);
            bytes.extend_from_slice(&other[from..]);
        }
        4 => {
            // A length or count far beyond the truth.
            let huge = [0xff, 0xff, 0xff, 0xff, 0x0f];
            let end = (at + huge.len()).min(bytes.len());
            bytes.splice(at..end, huge);
        }
        5 => bytes.extend(
            (0..chance.below(64))
                .map(|_| chance.byte())
                .collect::<Vec<_>>(),
        ),
        _ => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 1 << chance.below(8);
            }
        }
    }
}
