//! The 12-digit personal number: three digits for the province that registered the birth, one
//! for century and sex, two for the year, six at random.
//!
//! There is no check digit: a slip shows only where the number contradicts what else is known
//! of the person, and even then it is a warning, because papers and records are wrong too.

mod prefix;

use core::fmt;
use core::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{Sex, fold};

pub use prefix::{BIRTH_PROVINCES, birth_province};

/// Digits of a personal number.
pub const NUMBER_DIGITS: usize = 12;

/// A personal number: exactly 12 digits.
///
/// `Display` and serde give all 12 digits; `Debug` gives the last three.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PersonalNumber(u64);

/// Why a typed text is no personal number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    /// Type the missing digits, or take the surplus ones away.
    #[error("a personal number has 12 digits, this has {digits}")]
    Length {
        /// How many digits there are now.
        digits: usize,
    },
    /// Take out what is neither a digit nor a space, dot or dash.
    #[error("a personal number has digits only")]
    Character,
}

impl NumberError {
    /// The stable name of this error in catalogues of texts.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Length { .. } => "number-length",
            Self::Character => "number-character",
        }
    }
}

/// Something about a number that deserves a second look, and never stops a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NumberWarning {
    /// No province has this prefix: a birth registered abroad, or a slip.
    UnknownPrefix,
    /// The fourth digit names the other sex.
    SexDiffers,
    /// Fourth to sixth digit name another birth year.
    BirthYearDiffers,
    /// The number's birth year is still to come.
    BirthInFuture,
}

impl NumberWarning {
    /// The stable name of this warning in catalogues of texts.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownPrefix => "number-unknown-prefix",
            Self::SexDiffers => "number-sex-differs",
            Self::BirthYearDiffers => "number-birth-year-differs",
            Self::BirthInFuture => "number-birth-in-future",
        }
    }
}

/// What else is known of the person, to compare the number with; `None` compares nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct KnownOfPerson {
    /// Sex as stated.
    pub sex: Option<Sex>,
    /// Birth year as stated.
    pub birth_year: Option<u16>,
    /// The calendar year of today.
    pub as_of_year: Option<u16>,
}

impl PersonalNumber {
    /// Reads a typed number: digits of any script the field sees, grouped in any usual way.
    pub fn parse(typed: &str) -> Result<Self, NumberError> {
        let digits = fold::digits(typed).ok_or(NumberError::Character)?;
        if digits.len() != NUMBER_DIGITS {
            return Err(NumberError::Length {
                digits: digits.len(),
            });
        }
        let value = digits
            .iter()
            .fold(0, |value, &digit| value * 10 + u64::from(digit));
        Ok(Self(value))
    }

    /// The number with this value, or `None` from 10^12 on.
    #[must_use]
    pub fn from_u64(value: u64) -> Option<Self> {
        (value < 10_u64.pow(NUMBER_DIGITS as u32)).then_some(Self(value))
    }

    /// The 12 digits as one value below 10^12; leading zeros are lost in it.
    #[must_use]
    pub fn as_u64(self) -> u64 {
        self.0
    }

    /// The code of the province that registered the birth, 0..=999; see [`birth_province`].
    #[must_use]
    pub fn prefix(self) -> u16 {
        (self.0 / 1_000_000_000) as u16
    }

    /// The sex in the fourth digit.
    #[must_use]
    pub fn sex(self) -> Sex {
        match self.century_digit() % 2 {
            0 => Sex::Male,
            _ => Sex::Female,
        }
    }

    /// The birth year in the fourth to sixth digit, 1900..=2399.
    #[must_use]
    pub fn birth_year(self) -> u16 {
        let year_of_century = (self.0 / 1_000_000 % 100) as u16;
        1900 + self.century_digit() / 2 * 100 + year_of_century
    }

    /// The last three digits, which a team may see, as text.
    #[must_use]
    pub fn last3(self) -> String {
        format!("{:03}", self.0 % 1_000)
    }

    /// All digits but the last three hidden: an aid to tell people apart, not a protection.
    #[must_use]
    pub fn masked(self) -> String {
        format!("{}{}", "•".repeat(NUMBER_DIGITS - 3), self.last3())
    }

    /// Everything odd about this number beside what is `known`, in the order of the enum.
    #[must_use]
    pub fn warnings(self, known: KnownOfPerson) -> Vec<NumberWarning> {
        let year = self.birth_year();
        let odd = [
            (
                birth_province(self.prefix()).is_none(),
                NumberWarning::UnknownPrefix,
            ),
            (
                known.sex.is_some_and(|sex| sex != self.sex()),
                NumberWarning::SexDiffers,
            ),
            (
                known.birth_year.is_some_and(|known| known != year),
                NumberWarning::BirthYearDiffers,
            ),
            (
                known.as_of_year.is_some_and(|today| today < year),
                NumberWarning::BirthInFuture,
            ),
        ];
        odd.into_iter()
            .filter_map(|(applies, warning)| applies.then_some(warning))
            .collect()
    }

    fn century_digit(self) -> u16 {
        (self.0 / 100_000_000 % 10) as u16
    }
}

impl fmt::Display for PersonalNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:012}", self.0)
    }
}

impl fmt::Debug for PersonalNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PersonalNumber({})", self.masked())
    }
}

impl FromStr for PersonalNumber {
    type Err = NumberError;

    fn from_str(typed: &str) -> Result<Self, NumberError> {
        Self::parse(typed)
    }
}

impl TryFrom<String> for PersonalNumber {
    type Error = NumberError;

    fn try_from(typed: String) -> Result<Self, NumberError> {
        Self::parse(&typed)
    }
}

impl From<PersonalNumber> for String {
    fn from(number: PersonalNumber) -> Self {
        number.to_string()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn grouped_and_foreign_digits_are_read() {
        let number = PersonalNumber::parse("099 185.004-１២3").unwrap();
        assert_eq!(number.to_string(), "099185004123");
        assert_eq!(number.prefix(), 99);
        assert_eq!(number.sex(), Sex::Female);
        assert_eq!(number.birth_year(), 1985);
        assert_eq!(number.masked(), "•••••••••123");
        assert!(!format!("{number:?}").contains("185"));
    }

    #[test]
    fn the_fourth_digit_tells_five_centuries() {
        let born = |text| PersonalNumber::parse(text).map(|n| (n.birth_year(), n.sex()));
        assert_eq!(born("099207000000"), Ok((2007, Sex::Male)));
        assert_eq!(born("099307000000"), Ok((2007, Sex::Female)));
        assert_eq!(born("099999000000"), Ok((2399, Sex::Female)));
    }

    #[test]
    fn a_wrong_length_says_how_many_digits_there_are() {
        let short = PersonalNumber::parse("099 185").unwrap_err();
        assert_eq!(short, NumberError::Length { digits: 6 });
        assert_eq!(short.code(), "number-length");
        let letter = PersonalNumber::parse("09918500412O").unwrap_err();
        assert_eq!(letter, NumberError::Character);
    }

    #[test]
    fn contradictions_warn_and_never_refuse() {
        let number = PersonalNumber::parse("099185004123").unwrap();
        let known = KnownOfPerson {
            sex: Some(Sex::Male),
            birth_year: Some(1958),
            as_of_year: Some(1980),
        };
        let all = [
            NumberWarning::UnknownPrefix,
            NumberWarning::SexDiffers,
            NumberWarning::BirthYearDiffers,
            NumberWarning::BirthInFuture,
        ];
        assert_eq!(number.warnings(known), all);
        let plain = PersonalNumber::parse("096185004123").unwrap();
        assert_eq!(plain.warnings(KnownOfPerson::default()), []);
    }

    proptest! {
        #[test]
        fn a_number_reads_back_from_its_text_and_value(value in 0..10_u64.pow(12)) {
            let number = PersonalNumber::from_u64(value).unwrap();
            prop_assert_eq!(PersonalNumber::parse(&number.to_string()), Ok(number));
            prop_assert_eq!(PersonalNumber::from_u64(number.as_u64()), Some(number));
            let json = serde_json::to_string(&number).unwrap();
            prop_assert_eq!(serde_json::from_str::<PersonalNumber>(&json).unwrap(), number);
        }

        #[test]
        fn no_text_breaks_the_parser(text in any::<String>(), value in 10_u64.pow(12)..) {
            let _ = PersonalNumber::parse(&text);
            prop_assert_eq!(PersonalNumber::from_u64(value), None);
        }
    }
}
