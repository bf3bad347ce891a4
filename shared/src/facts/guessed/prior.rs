//! What records usually look like: common words, and odds learned from examples.
//!
//! Both are part of codec 2 and never change. The examples are records of nobody, spelled in
//! codec 2 itself by a line that has learned nothing yet but how the words are spelled.

use std::sync::LazyLock;

use super::Teller;
use super::memory::Memory;
use super::odds::Odds;
use super::range::Tape;
use crate::facts::{Form, model};
use crate::id::DeviceId;
use crate::sorted::SortedMap;

#[cfg(test)]
mod examples;
mod words;

/// Example records, one batch after the other.
const EXAMPLES: &[u8] = include_bytes!("prior/examples.bin");

/// How many batches of examples there are.
const BATCHES: usize = 48;

/// The examples are bundles of nobody's device.
const FORM: Form = Form::Bundle(DeviceId([0; 16]));

/// The lists of words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum List {
    Family,
    Middle,
    Given,
    Notes,
}

/// Words by rank and ranks by word.
pub(super) struct Lists {
    words: [Vec<&'static str>; 4],
    ranks: [SortedMap<&'static [u8], u32>; 4],
}

impl Lists {
    fn new() -> Self {
        let texts = [words::FAMILY, words::MIDDLE, words::GIVEN, words::NOTES];
        let words = texts.map(|text| text.split(' ').collect::<Vec<_>>());
        let ranks = words.each_ref().map(|words| {
            let ranks = words.iter().map(|word| word.as_bytes()).zip(0..);
            ranks.collect()
        });
        Self { words, ranks }
    }

    pub(super) fn word(&self, list: List, rank: u32) -> Option<&'static str> {
        self.words[list as usize].get(rank as usize).copied()
    }

    pub(super) fn rank(&self, list: List, word: &[u8]) -> Option<u32> {
        self.ranks[list as usize].get(word).copied()
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &'static str> {
        self.words.iter().flatten().copied()
    }
}

static LISTS: LazyLock<Lists> = LazyLock::new(Lists::new);
static ODDS: LazyLock<Odds> = LazyLock::new(learned);

pub(super) fn lists() -> &'static Lists {
    &LISTS
}

/// The odds every batch begins with.
pub(super) fn odds() -> Odds {
    ODDS.clone()
}

/// Odds of a line that has heard the words.
fn literate() -> Odds {
    let mut teller = Teller::new(Tape::to_write(), Odds::new(), FORM);
    teller.learn_spelling().expect("the lists are short");
    teller.line.finish().1
}

fn learned() -> Odds {
    let mut teller = Teller::new(Tape::to_read(EXAMPLES), literate(), FORM);
    teller.local = false;
    for _ in 0..BATCHES {
        teller.memory = Memory::default();
        // Tests read the examples; bytes of another make would be read as something all the same.
        let _example = model::batch(&mut teller, None, FORM);
    }
    let mut odds = teller.line.finish().1;
    odds.begin_anew();
    odds
}
