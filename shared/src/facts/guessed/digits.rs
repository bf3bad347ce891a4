//! Personal numbers and phone numbers: what is registered nowhere is as good as random.

use std::ops::Range;

use super::line::Said;
use super::memory::Field;
use super::{Teller, Topic};

/// Added to a phone number that has eleven digits.
const LONG: u64 = 10_000_000_000;

/// The last six of twelve digits; sex and century of birth, and the year, are the three before.
const SERIAL: u64 = 1_000_000;

/// Birth years whose century a digit can tell.
const CENTURIES: Range<u64> = 1_900..2_400;

impl Teller<'_> {
    /// A little-endian number of `len` bytes.
    pub(super) fn digits(&mut self, given: &[u8], len: usize) -> Said<Vec<u8>> {
        let mut whole = [0; 8];
        let known = given.len().min(8);
        whole[..known].copy_from_slice(&given[..known]);
        let given = u64::from_le_bytes(whole);
        let found = match (self.memory.now.field, self.memory.now.digits()) {
            (Field::Number, _) => self.personal_number(given)?,
            (_, Some(count)) => self.random_digits(count, given)?,
            (_, None) => self.phone(given)?,
        };
        let mut bytes = found.to_le_bytes().to_vec();
        bytes.resize(len, 0);
        Ok(bytes)
    }

    /// Province of registration, sex and century, year, serial.
    fn personal_number(&mut self, given: u64) -> Said<u64> {
        let province = (given / 1_000_000_000) as u32;
        let province = self.local_code(Topic::Province, 10, province & 1023)?;
        let (century, year) = (given / 100_000_000 % 10, given / SERIAL % 100);
        let (century, year) = match self
            .memory
            .now
            .person
            .born
            .filter(|born| CENTURIES.contains(born))
        {
            Some(born) => self.expected_birth(born, (century, year))?,
            None => self.birth((century, year))?,
        };
        self.memory.now.person.born = Some(1_900 + century / 2 * 100 + year);
        let serial = self.random_digits(6, given % SERIAL)?;
        let head = u64::from(province) * 1_000 + century * 100 + year;
        Ok(head * SERIAL + serial)
    }

    /// The digits of birth where the year is known: only the sex is news.
    fn expected_birth(&mut self, born: u64, given: (u64, u64)) -> Said<(u64, u64)> {
        let topic = Topic::Century.of(1);
        let centuries = born.saturating_sub(1_900) / 100;
        let agrees = given.0 / 2 == centuries && given.1 == born % 100;
        if !self.line.flag(topic, agrees)? {
            return self.birth(given);
        }
        let sex = self.memory.now.person.sex.unwrap_or(2);
        let found = self
            .line
            .flag(topic.part(1).knowing(sex), given.0 % 2 == 1)?;
        Ok((centuries * 2 + u64::from(found), born % 100))
    }

    /// The digits of birth where nothing is known: sex and century, then the year.
    fn birth(&mut self, (century, year): (u64, u64)) -> Said<(u64, u64)> {
        let topic = Topic::Century.of(0);
        let century = self.line.code(topic, 4, century as u32)?;
        let topic = topic.part(1).knowing(u64::from(century) / 2);
        let decade = self.line.code(topic, 4, (year / 10) as u32)?;
        let last = self.line.one_of(10, (year % 10) as u32)?;
        Ok((century.into(), u64::from(decade * 10 + last)))
    }

    /// `count` digits of which nothing is known.
    fn random_digits(&mut self, count: usize, given: u64) -> Said<u64> {
        let mut found = 0;
        let mut left = count as u32;
        while left > 0 {
            let now = left.min(3);
            left -= now;
            let part = given / 10_u64.pow(left) % 10_u64.pow(now);
            let total = 10_u32.pow(now);
            found = found * u64::from(total) + u64::from(self.line.one_of(total, part as u32)?);
        }
        Ok(found)
    }

    /// A phone number without its leading zero: often the one before, else a prefix of two
    /// digits and a number of the network's.
    fn phone(&mut self, given: u64) -> Said<u64> {
        let op = self.memory.now.op;
        let same = Topic::IsLong.of(op);
        if self.line.flag(same, given == self.memory.phone)? {
            return Ok(self.memory.phone);
        }
        let long = self.line.flag(same.part(1), given >= LONG)?;
        let (number, rest) = match long {
            true => (given.saturating_sub(LONG), 8),
            false => (given, 7),
        };
        let prefix = (number / 10_u64.pow(rest)) as u32 & 127;
        let prefix = self.local_code(Topic::Prefix, 7, prefix)?;
        let rest_digits = number % 10_u64.pow(rest);
        let rest_digits = self.random_digits(rest as usize, rest_digits)?;
        let number = u64::from(prefix) * 10_u64.pow(rest) + rest_digits;
        let found = number + if long { LONG } else { 0 };
        self.memory.phone = found;
        Ok(found)
    }

    /// A code that depends on the place where work is done.
    fn local_code(&mut self, topic: Topic, bits: u32, given: u32) -> Said<u32> {
        match self.local {
            true => self.line.code(topic.of(0), bits, given),
            false => self.line.one_of(1 << bits, given),
        }
    }
}
