//! A range coder: turns choices and their odds into bytes and back.
//!
//! It knows integers only, so every build writes the same bytes. What the choices mean, and
//! where their odds come from, it does not know. Bytes beyond the end of the input read as zeros
//! and zeros at the end of the output are left out; whoever reads must write again to prove that
//! the spelling was the only one.

/// Odds are fractions of 2 to this power.
pub(super) const ODDS_BITS: u32 = 15;

/// Below this the range is too coarse and moves on by a byte.
const RANGE_MIN: u32 = 1 << 24;

/// Choices on their way into bytes, or out of them.
pub(super) enum Tape<'a> {
    Writing(Writer),
    Reading(Reader<'a>),
}

impl<'a> Tape<'a> {
    pub(super) fn to_write() -> Self {
        Self::Writing(Writer {
            low: 0,
            range: u32::MAX,
            held: None,
            full_bytes: 0,
            out: Vec::new(),
        })
    }

    pub(super) fn to_read(bytes: &'a [u8]) -> Self {
        let mut reader = Reader {
            rest: bytes,
            code: 0,
            range: u32::MAX,
        };
        for _ in 0..4 {
            reader.shift();
        }
        Self::Reading(reader)
    }

    /// One yes or no. `odds` of a yes: 1 to 2^[`ODDS_BITS`] - 1. A reader ignores `given`.
    pub(super) fn bit(&mut self, odds: u32, given: bool) -> bool {
        match self {
            Self::Writing(writer) => {
                let share = (writer.range >> ODDS_BITS) * odds;
                if given {
                    writer.range = share;
                } else {
                    writer.low += u64::from(share);
                    writer.range -= share;
                }
                writer.settle();
                given
            }
            Self::Reading(reader) => {
                let share = (reader.range >> ODDS_BITS) * odds;
                let found = reader.code < share;
                if found {
                    reader.range = share;
                } else {
                    reader.code -= share;
                    reader.range -= share;
                }
                reader.settle();
                found
            }
        }
    }

    /// One of `total` equals, 1 to 2^16. A reader ignores `given`.
    pub(super) fn one_of(&mut self, total: u32, given: u32) -> u32 {
        match self {
            Self::Writing(writer) => {
                writer.range /= total;
                writer.low += u64::from(given) * u64::from(writer.range);
                writer.settle();
                given
            }
            Self::Reading(reader) => {
                reader.range /= total;
                let found = (reader.code / reader.range).min(total - 1);
                reader.code -= found * reader.range;
                reader.settle();
                found
            }
        }
    }

    /// What was written; nothing for a reader.
    pub(super) fn finish(self) -> Vec<u8> {
        match self {
            Self::Writing(writer) => writer.finish(),
            Self::Reading(_) => Vec::new(),
        }
    }
}

/// Bytes that may still change by a carry wait: one, and the full ones after it.
pub(super) struct Writer {
    low: u64,
    range: u32,
    held: Option<u8>,
    full_bytes: usize,
    out: Vec<u8>,
}

impl Writer {
    fn settle(&mut self) {
        while self.range < RANGE_MIN {
            self.range <<= 8;
            self.shift();
        }
    }

    fn shift(&mut self) {
        let carry = (self.low >> 32) as u8;
        let top = (self.low >> 24) as u8;
        if top == 0xff && carry == 0 {
            self.full_bytes += 1;
        } else {
            let held = self.held.replace(top);
            self.out.extend(held.map(|byte| byte.wrapping_add(carry)));
            let full = 0xff_u8.wrapping_add(carry);
            self.out.extend(std::iter::repeat_n(full, self.full_bytes));
            self.full_bytes = 0;
        }
        self.low = (self.low & 0x00ff_ffff) << 8;
    }

    /// Ends on the number within the range that has the most zeros at its end.
    fn finish(mut self) -> Vec<u8> {
        let end = self.low + u64::from(self.range);
        let rounded = (0..=32).rev().map(|bits| {
            let below = (1_u64 << bits) - 1;
            (self.low + below) & !below
        });
        let low = self.low;
        self.low = rounded.into_iter().find(|at| *at < end).unwrap_or(low);
        for _ in 0..5 {
            self.shift();
        }
        while self.out.last() == Some(&0) {
            self.out.pop();
        }
        self.out
    }
}

pub(super) struct Reader<'a> {
    rest: &'a [u8],
    code: u32,
    range: u32,
}

impl Reader<'_> {
    fn settle(&mut self) {
        while self.range < RANGE_MIN {
            self.range <<= 8;
            self.shift();
        }
    }

    fn shift(&mut self) {
        let (next, rest) = self.rest.split_first().unwrap_or((&0, &[]));
        self.rest = rest;
        self.code = self.code << 8 | u32::from(*next);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A yes or no with its odds, or one of several equals.
    #[derive(Debug, Clone, Copy)]
    enum Choice {
        Bit(u32, bool),
        OneOf(u32, u32),
    }

    fn any_choice() -> impl Strategy<Value = Choice> {
        let most = (1_u32 << ODDS_BITS) - 1;
        let odds = prop_oneof![1..=most, Just(1), Just(most)];
        prop_oneof![
            (odds, any::<bool>()).prop_map(|(odds, yes)| Choice::Bit(odds, yes)),
            (1..=1_u32 << 16, any::<u32>()).prop_map(|(n, i)| Choice::OneOf(n, i % n)),
            Just(Choice::OneOf(1 << 16, (1 << 16) - 1)),
        ]
    }

    fn said(tape: &mut Tape<'_>, choice: Choice, given: bool) -> Choice {
        let or = |value| if given { value } else { 0 };
        match choice {
            Choice::Bit(odds, yes) => Choice::Bit(odds, tape.bit(odds, given && yes)),
            Choice::OneOf(total, at) => Choice::OneOf(total, tape.one_of(total, or(at))),
        }
    }

    proptest! {
        #[test]
        fn choices_are_read_as_written(choices in prop::collection::vec(any_choice(), 0..200)) {
            let mut writing = Tape::to_write();
            for choice in &choices {
                said(&mut writing, *choice, true);
            }
            let bytes = writing.finish();
            prop_assert_ne!(bytes.last(), Some(&0));
            let mut reading = Tape::to_read(&bytes);
            for choice in &choices {
                let found = said(&mut reading, *choice, false);
                prop_assert_eq!(format!("{found:?}"), format!("{choice:?}"));
            }
        }
    }
}
