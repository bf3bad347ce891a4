//! Birth dates as people know them: a day, a month of a year, or only a year.
//!
//! Missing stays missing: a year is never stored as its first of January.

use core::fmt;

use serde::{Deserialize, Serialize};

use super::fold;
use crate::time::LocalDay;

/// A year, a month of a year, or a day, between 1900 and 2199.
///
/// `Display` writes `19/11/1985`, `11/1985` or `1985`. Dates compare by year, then month, then
/// day, an unknown part before every known one. Serde uses the packed number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct PartialDate {
    year: u16,
    /// 0 = unknown.
    month: u8,
    /// 0 = unknown, always so in an unknown month.
    day: u8,
}

/// Why a typed text or packed number is no date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DateError {
    /// Write day/month/year, month/year or a year.
    #[error("not a date: write day/month/year, month/year or year")]
    Shape,
    /// Write the year with four digits.
    #[error("the year has two digits; write four")]
    Century,
    /// Correct the year.
    #[error("the year is not between 1900 and 2199")]
    Year,
    /// Correct day or month.
    #[error("the calendar has no such day")]
    Day,
}

impl DateError {
    /// The stable name of this error in catalogues of texts.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Shape => "date-shape",
            Self::Century => "date-century",
            Self::Year => "date-year",
            Self::Day => "date-day",
        }
    }
}

impl PartialDate {
    /// Reads a typed date: day/month/year, month/year, a year, `year-month-day`, or eight
    /// digits `ddmmyyyy`. Parts are divided by `/`, `-`, `.` or spaces; a day or month of 0 is
    /// unknown. A year needs four digits.
    pub fn parse(typed: &str) -> Result<Self, DateError> {
        Self::from_parts(parts(typed)?, None)
    }

    /// Like [`Self::parse`], and takes a two-digit year for the latest one with these digits
    /// that is not after `as_of_year`.
    pub fn parse_as_of(typed: &str, as_of_year: u16) -> Result<Self, DateError> {
        Self::from_parts(parts(typed)?, Some(as_of_year))
    }

    /// Only the year is known.
    pub fn of_year(year: u16) -> Result<Self, DateError> {
        Self::checked([0, 0, u32::from(year)])
    }

    /// A day of the calendar.
    #[must_use]
    pub fn of_day(day: LocalDay) -> Self {
        let inside = LocalDay(day.0.clamp(LocalDay::MIN.0, LocalDay::MAX.0));
        let (year, month, day) = inside.date();
        Self {
            year: year as u16,
            month: month as u8,
            day: day as u8,
        }
    }

    /// The date as `yyyymmdd`, unknown parts 0: what documents store.
    #[must_use]
    pub fn to_packed(self) -> u32 {
        u32::from(self.year) * 10_000 + u32::from(self.month) * 100 + u32::from(self.day)
    }

    /// Reads `yyyymmdd`.
    pub fn from_packed(packed: u32) -> Result<Self, DateError> {
        Self::checked([packed % 100, packed / 100 % 100, packed / 10_000])
    }

    /// The year, 1900..=2199.
    #[must_use]
    pub fn year(self) -> u16 {
        self.year
    }

    /// The month, 1..=12, if known.
    #[must_use]
    pub fn month(self) -> Option<u8> {
        (self.month > 0).then_some(self.month)
    }

    /// The whole date, if day and month are known.
    #[must_use]
    pub fn day(self) -> Option<LocalDay> {
        LocalDay::from_date(self.year.into(), self.month.into(), self.day.into())
    }

    fn from_parts([day, month, year]: [Part; 3], as_of: Option<u16>) -> Result<Self, DateError> {
        let year = match (year.digits, as_of) {
            (4, _) => year.value,
            (2, Some(as_of)) => latest_year(year.value, as_of.into()),
            (2, None) => return Err(DateError::Century),
            _ => return Err(DateError::Year),
        };
        Self::checked([day.value, month.value, year])
    }

    /// Day, month, year.
    fn checked([day, month, year]: [u32; 3]) -> Result<Self, DateError> {
        let known = (day.max(1), month.max(1));
        let day_needs_month = day > 0 && month == 0;
        if !(1900..=2199).contains(&year) {
            return Err(DateError::Year);
        }
        if day_needs_month || LocalDay::from_date(year as i32, known.1, known.0).is_none() {
            return Err(DateError::Day);
        }
        Ok(Self {
            year: year as u16,
            month: month as u8,
            day: day as u8,
        })
    }
}

impl fmt::Display for PartialDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.day, self.month) {
            (_, 0) => write!(f, "{:04}", self.year),
            (0, month) => write!(f, "{month:02}/{:04}", self.year),
            (day, month) => write!(f, "{day:02}/{month:02}/{:04}", self.year),
        }
    }
}

impl fmt::Debug for PartialDate {
    /// The year only: a full birth date tells people apart too well for a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PartialDate({})", self.year)
    }
}

impl TryFrom<u32> for PartialDate {
    type Error = DateError;

    fn try_from(packed: u32) -> Result<Self, DateError> {
        Self::from_packed(packed)
    }
}

impl From<PartialDate> for u32 {
    fn from(date: PartialDate) -> Self {
        date.to_packed()
    }
}

/// A run of digits: its value and how many digits spelt it.
#[derive(Clone, Copy, Default)]
struct Part {
    value: u32,
    digits: usize,
}

/// Day, month and year as written; what is not written is 0.
fn parts(typed: &str) -> Result<[Part; 3], DateError> {
    let runs = runs_of_digits(typed)?;
    let none = Part::default();
    match runs[..] {
        [run] if run.digits == 8 => Ok(undivided(run.value)),
        [year] => Ok([none, none, year]),
        [year, month] if year.digits == 4 => Ok([none, month, year]),
        [month, year] => Ok([none, month, year]),
        [year, month, day] if year.digits == 4 => Ok([day, month, year]),
        [day, month, year] => Ok([day, month, year]),
        _ => Err(DateError::Shape),
    }
}

/// At most three runs of at most eight digits.
fn runs_of_digits(typed: &str) -> Result<Vec<Part>, DateError> {
    let mut runs = Vec::with_capacity(3);
    for run in typed.trim().split(['/', '-', '.', ' ']) {
        let mut part = Part::default();
        for letter in run.chars() {
            let digit = fold::digit(letter).ok_or(DateError::Shape)?;
            part.value = part.value * 10 + u32::from(digit);
            part.digits += 1;
            if part.digits > 8 {
                return Err(DateError::Shape);
            }
        }
        if part.digits == 0 || runs.len() == 3 {
            return Err(DateError::Shape);
        }
        runs.push(part);
    }
    Ok(runs)
}

fn undivided(ddmmyyyy: u32) -> [Part; 3] {
    let part = |value, digits| Part { value, digits };
    [
        part(ddmmyyyy / 1_000_000, 2),
        part(ddmmyyyy / 10_000 % 100, 2),
        part(ddmmyyyy % 10_000, 4),
    ]
}

fn latest_year(of_century: u32, as_of: u32) -> u32 {
    let same_century = as_of / 100 * 100 + of_century;
    if same_century <= as_of {
        same_century
    } else {
        same_century.saturating_sub(100)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(typed: &str) -> Result<String, DateError> {
        PartialDate::parse(typed).map(|date| date.to_string())
    }

    #[test]
    fn dates_are_read_as_people_write_them() {
        for typed in [
            "5/3/1985",
            "05-03-1985",
            "05.03.1985",
            "1985-03-05",
            "05031985",
        ] {
            assert_eq!(shown(typed).as_deref(), Ok("05/03/1985"));
        }
        assert_eq!(shown("3/1985").as_deref(), Ok("03/1985"));
        assert_eq!(shown("០3/១985").as_deref(), Ok("03/1985"));
        assert_eq!(shown(" 1950 ").as_deref(), Ok("1950"));
        assert_eq!(shown("00/00/1950").as_deref(), Ok("1950"));
    }

    #[test]
    fn impossible_dates_are_refused_with_their_reason() {
        assert_eq!(shown("8-4-3023"), Err(DateError::Year));
        assert_eq!(shown("29/2/2023"), Err(DateError::Day));
        assert_eq!(shown("5/0/1985"), Err(DateError::Day));
        assert_eq!(shown("5/3/85"), Err(DateError::Century));
        assert_eq!(shown("năm 20."), Err(DateError::Shape));
        assert_eq!(shown("1/2/3/1985"), Err(DateError::Shape));
        assert_eq!(shown("").unwrap_err().code(), "date-shape");
    }

    #[test]
    fn two_digits_mean_the_latest_past_year() {
        let year = |typed| PartialDate::parse_as_of(typed, 2023).map(PartialDate::year);
        assert_eq!(year("5/3/85"), Ok(1985));
        assert_eq!(year("5/3/23"), Ok(2023));
        assert_eq!(year("5/3/24"), Ok(1924));
        assert_eq!(year("85"), Ok(1985));
    }

    #[test]
    fn unknown_parts_are_packed_as_zero() {
        let year = PartialDate::of_year(1950).unwrap();
        assert_eq!(year.to_packed(), 19_500_000);
        assert_eq!((year.month(), year.day()), (None, None));
        let day = LocalDay::from_date(1985, 3, 5).unwrap();
        assert_eq!(PartialDate::of_day(day).to_packed(), 19_850_305);
        assert_eq!(PartialDate::of_day(day).day(), Some(day));
        assert_eq!(PartialDate::from_packed(19_850_005), Err(DateError::Day));
    }

    proptest! {
        #[test]
        fn a_date_reads_back_from_text_and_number(packed in 19_000_000_u32..22_000_000) {
            if let Ok(date) = PartialDate::from_packed(packed) {
                prop_assert_eq!(date.to_packed(), packed);
                prop_assert_eq!(PartialDate::parse(&date.to_string()), Ok(date));
            }
        }

        #[test]
        fn no_input_breaks_the_parser(typed in "[0-9/. -]{0,14}|.*", packed in any::<u32>()) {
            let _ = (PartialDate::parse(&typed), PartialDate::parse_as_of(&typed, 0));
            let _ = PartialDate::from_packed(packed);
        }
    }
}
