//! Numbers and bytes as questions on a tape: the small words in which everything is said.
//!
//! Each takes what to write, or anything when reading, and returns what stands there. Questions
//! are counted and bounded: odds near certainty would otherwise let a few bytes read as millions
//! of values.

use super::odds::{Context, Odds};
use super::range::Tape;
use crate::facts::FactsError;

/// Bits of a number, below the first, whose odds are learned; the rest is as good as random.
const LEARNED_BITS: u32 = 8;

pub(super) type Said<T> = Result<T, FactsError>;

/// A tape with the odds learned along it.
pub(super) struct Line<'a> {
    tape: Tape<'a>,
    odds: Odds,
    /// Questions that may still be asked.
    left: u32,
}

impl<'a> Line<'a> {
    pub(super) fn new(tape: Tape<'a>, odds: Odds, questions_max: u32) -> Self {
        Self {
            tape,
            odds,
            left: questions_max,
        }
    }

    pub(super) fn finish(self) -> (Vec<u8>, Odds) {
        (self.tape.finish(), self.odds)
    }

    pub(super) fn flag(&mut self, context: Context, given: bool) -> Said<bool> {
        self.question(context, 0, given)
    }

    /// A number below 2^`bits`, bit by bit, each knowing those before it.
    pub(super) fn code(&mut self, context: Context, bits: u32, given: u32) -> Said<u32> {
        let mut path = 1;
        for bit in (0..bits).rev() {
            let found = self.question(context, path, given >> bit & 1 == 1)?;
            path = path << 1 | u32::from(found);
        }
        Ok(path - (1 << bits))
    }

    /// Any number: how many bits it has, then the bits.
    pub(super) fn number(&mut self, context: Context, given: u64) -> Said<u64> {
        let width = self.code(context, 7, 64 - given.leading_zeros())?;
        if width > 64 {
            return Err(FactsError::Malformed);
        }
        let Some(below) = width.checked_sub(1) else {
            return Ok(0);
        };
        let learned = below.min(LEARNED_BITS);
        let rest = below - learned;
        let top = if given == 0 {
            0
        } else {
            (given >> rest) as u32
        };
        let mask = (1 << learned) - 1;
        let top = self.code(context.part(width), learned, top & mask)?;
        let high = (1 << learned | u64::from(top)) << rest;
        Ok(high | self.plain(rest, given)?)
    }

    /// The low `bits` of a number of which nothing is known, at most 64.
    pub(super) fn plain(&mut self, bits: u32, given: u64) -> Said<u64> {
        let mut found = 0;
        let mut left = bits;
        while left > 0 {
            let now = left.min(16);
            left -= now;
            let part = (given >> left) as u32 & ((1 << now) - 1);
            found = found << now | u64::from(self.one_of(1 << now, part)?);
        }
        Ok(found)
    }

    /// A number below `total`, at most 2^16, of which nothing is known.
    pub(super) fn one_of(&mut self, total: u32, given: u32) -> Said<u32> {
        self.step()?;
        Ok(self.tape.one_of(total, given % total))
    }

    /// Bytes of which nothing is known.
    pub(super) fn raw(&mut self, given: &[u8], len: usize) -> Said<Vec<u8>> {
        let mut found = Vec::new();
        for position in 0..len {
            let byte = given.get(position).copied().unwrap_or(0);
            found.push(self.one_of(256, u32::from(byte))? as u8);
        }
        Ok(found)
    }

    fn question(&mut self, context: Context, step: u32, given: bool) -> Said<bool> {
        self.step()?;
        let (odds, asked) = self.odds.ask(context, step);
        let found = self.tape.bit(odds, given);
        self.odds.note(&asked, found);
        Ok(found)
    }

    fn step(&mut self) -> Said<()> {
        self.left = self.left.checked_sub(1).ok_or(FactsError::TooLarge)?;
        Ok(())
    }
}
