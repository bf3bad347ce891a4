//! Years and packed dates, expected to agree with what the change has said before.

use super::line::Said;
use super::memory::Field;
use super::{Teller, Topic};

/// Years written by decade reach from here on.
const FIRST_YEAR: u64 = 1_800;

/// So many of them.
const YEARS: u64 = 640;

impl Teller<'_> {
    /// A year, perhaps the expected one.
    pub(super) fn year(&mut self, expected: Option<u64>, given: u64) -> Said<u64> {
        let topic = Topic::Year.of(self.memory.now.op);
        if let Some(expected) = expected
            && self.line.flag(topic, given == expected)?
        {
            return Ok(expected);
        }
        let since = given.wrapping_sub(FIRST_YEAR);
        if !self.line.flag(topic.part(1), since < YEARS)? {
            return self.line.number(topic.part(2), given);
        }
        let decade = Topic::Decade.of(self.memory.now.op);
        let decade = self.line.code(decade, 6, (since / 10) as u32 & 63)?;
        let year = self.line.one_of(10, (since % 10) as u32)?;
        Ok(FIRST_YEAR + u64::from(decade * 10 + year))
    }

    /// A packed date, with zeros for what is not known.
    pub(super) fn date(&mut self, given: u64) -> Said<u64> {
        let op = self.memory.now.op;
        let (year, month, day) = (given / 10_000, given / 100 % 100, given % 100);
        let usual = year < FIRST_YEAR + YEARS && month < 16 && day < 32;
        if !self.line.flag(Topic::IsDate.of(op), usual)? {
            return self.line.number(Topic::IsDate.of(op).part(1), given);
        }
        let expected = match self.memory.now.field {
            Field::BirthDate => self.memory.now.person.born,
            _ => Some(self.memory.now.year()),
        };
        let year = self.year(expected, year)?;
        let month = self.line.code(Topic::Month.of(op), 4, month as u32)?;
        let day_topic = Topic::Day.of(op).knowing(u64::from(month == 0));
        let day = self.line.code(day_topic, 5, day as u32)?;
        let month_and_day = u64::from(month * 100 + day);
        let date = year.checked_mul(10_000).map(|year| year + month_and_day);
        date.ok_or(crate::facts::FactsError::Malformed)
    }
}
