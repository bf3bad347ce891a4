//! Texts as words: the same as last time, one of a list, a numeral, or spelled.

use super::line::Said;
use super::memory::Field;
use super::prior::{self, List};
use super::{Teller, Topic};
use crate::facts::FactsError;

/// Between words. A text has one word more than it has of these.
const SPACE: u8 = b' ';

/// How a word is said.
mod how {
    pub(super) const SAME: u32 = 0;
    pub(super) const LISTED: u32 = 1;
    pub(super) const NUMERAL: u32 = 2;
    pub(super) const SPELLED: u32 = 3;
}

/// Digits of the longest numeral that is said as a number.
const NUMERAL_DIGITS_MAX: usize = 9;

/// Where a word stands.
struct Place<'a> {
    list: List,
    /// The word at the same place of the text before, if there was one.
    last: Option<&'a [u8]>,
    /// How the word before was said.
    before: u32,
}

impl Teller<'_> {
    /// A text of at most `max` bytes.
    pub(super) fn text(&mut self, given: &[u8], max: usize) -> Said<Vec<u8>> {
        let op = self.memory.now.op;
        let last = self.memory.texts.remove(&op).unwrap_or_default();
        let same = Topic::SameText.of(op);
        let found = if !last.is_empty() && self.line.flag(same, given == last)? {
            last
        } else {
            self.words(given, max, &last)?
        };
        self.memory.texts.insert(op, found.clone());
        Ok(found)
    }

    fn words(&mut self, given: &[u8], max: usize, last: &[u8]) -> Said<Vec<u8>> {
        let is_name = self.memory.now.field == Field::Name;
        let given: Vec<&[u8]> = given.split(|byte| *byte == SPACE).collect();
        let last: Vec<&[u8]> = last.split(|byte| *byte == SPACE).collect();
        let topic = Topic::Words.of(self.memory.now.op);
        let count = self.line.number(topic, given.len() as u64)?;
        let count = usize::try_from(count)
            .ok()
            .filter(|count| (1..=max + 1).contains(count));
        let count = count.ok_or(FactsError::TooLarge)?;
        let mut found = Vec::new();
        let mut before = how::SAME;
        for position in 0..count {
            if position > 0 {
                found.push(SPACE);
            }
            let list = match position {
                _ if !is_name => List::Notes,
                0 => List::Family,
                _ if position + 1 == count => List::Given,
                _ => List::Middle,
            };
            let place = Place {
                list,
                last: last.get(position).copied(),
                before,
            };
            let word = given.get(position).copied().unwrap_or(&[]);
            let (said, word) = self.word(&place, word, max)?;
            found.extend(word);
            before = said;
            if found.len() > max {
                return Err(FactsError::TooLarge);
            }
        }
        Ok(found)
    }

    /// How the word is said, and the word.
    fn word(&mut self, place: &Place<'_>, given: &[u8], max: usize) -> Said<(u32, Vec<u8>)> {
        let rank = prior::lists().rank(place.list, given);
        let number = numeral(given);
        let way = match (place.last, rank, number) {
            (Some(last), _, _) if last == given => how::SAME,
            (_, Some(_), _) => how::LISTED,
            (_, _, Some(_)) => how::NUMERAL,
            _ => how::SPELLED,
        };
        let topic = Topic::How.of(place.list as u64);
        let topic = topic.knowing(u64::from(place.before) << 1 | u64::from(place.last.is_some()));
        let way = self.line.code(topic, 2, way)?;
        let word = match way {
            how::SAME => place.last.ok_or(FactsError::Malformed)?.to_vec(),
            how::LISTED => self.listed(place.list, rank.unwrap_or(0))?,
            how::NUMERAL => {
                let topic = Topic::Numeral.of(self.memory.now.op);
                let number = self.line.number(topic, number.unwrap_or(0).into())?;
                number.to_string().into_bytes()
            }
            _ => self.spelled(given, max)?,
        };
        if place.list == List::Middle {
            let rank = prior::lists().rank(List::Middle, &word);
            self.memory.now.person.called = rank.map_or(0, |rank| u64::from(rank) + 1);
        }
        Ok((way, word))
    }

    /// A word of a list, by its rank: how many bits the rank plus 1 has, then the bits.
    fn listed(&mut self, list: List, given: u32) -> Said<Vec<u8>> {
        let topic = Topic::Rank.of(list as u64);
        let given = given + 1;
        let width = self.line.code(topic, 4, 31 - given.leading_zeros())?;
        let topic = topic.part(width);
        let below = self.line.code(topic, width, given & ((1 << width) - 1))?;
        let rank = (1_u32 << width | below) - 1;
        let word = prior::lists().word(list, rank);
        word.map(|word| word.as_bytes().to_vec())
            .ok_or(FactsError::Malformed)
    }

    /// A word letter by letter, ended by a space.
    fn spelled(&mut self, given: &[u8], max: usize) -> Said<Vec<u8>> {
        let mut found = Vec::new();
        loop {
            let byte = given.get(found.len()).copied().unwrap_or(SPACE);
            match self.letter(&found, byte)? {
                SPACE => return Ok(found),
                byte if found.len() < max => found.push(byte),
                _ => return Err(FactsError::TooLarge),
            }
        }
    }

    /// Learns how the words of all lists are spelled.
    pub(super) fn learn_spelling(&mut self) -> Said<()> {
        for word in prior::lists().all() {
            self.spelled(word.as_bytes(), word.len())?;
        }
        Ok(())
    }
}

/// The number a word is the only spelling of.
fn numeral(word: &[u8]) -> Option<u32> {
    let text = core::str::from_utf8(word).ok()?;
    let digits = text.len() <= NUMERAL_DIGITS_MAX && text.bytes().all(|b| b.is_ascii_digit());
    let number = text.parse::<u32>().ok().filter(|_| digits)?;
    (number.to_string() == text).then_some(number)
}
