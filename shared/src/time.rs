//! Moments and local days. Nothing here reads a clock.
//!
//! Vietnam has one zone, UTC+7, without daylight saving; a report day ends at local midnight.

use core::fmt;

use serde::{Deserialize, Serialize};

/// Seconds between UTC and Vietnam's local time.
pub const LOCAL_OFFSET_SECONDS: i64 = 7 * 3600;

const DAY_SECONDS: i64 = 86_400;

/// Seconds since 1970-01-01 00:00 UTC, as automerge keeps them in a change.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
pub struct UnixSeconds(pub i64);

impl UnixSeconds {
    /// The moment in Vietnam's local time, cut to the minute.
    #[must_use]
    pub fn local_minute(self) -> LocalMinute {
        let local = self.0.saturating_add(LOCAL_OFFSET_SECONDS);
        LocalMinute(local.div_euclid(60))
    }

    /// The local day this moment falls in.
    #[must_use]
    pub fn local_day(self) -> LocalDay {
        self.local_minute().day()
    }

    /// This moment moved by `seconds`; saturates at the ends of time.
    #[must_use]
    pub fn plus(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds))
    }
}

/// Minutes since 1970-01-01 00:00 *local* time: what a worker's clock on the wall shows.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
pub struct LocalMinute(pub i64);

impl LocalMinute {
    /// The local day of this minute; days beyond the calendar's range are its ends.
    #[must_use]
    pub fn day(self) -> LocalDay {
        let days = self.0.div_euclid(24 * 60);
        LocalDay(days.clamp(LocalDay::MIN.0.into(), LocalDay::MAX.0.into()) as i32)
    }
}

/// A calendar day: days since 1970-01-01, local.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
pub struct LocalDay(pub i32);

impl LocalDay {
    /// 1900-01-01: nobody alive was born earlier than this by much, and no report is older.
    pub const MIN: Self = Self(-25_567);
    /// 2199-12-31: the last day the product counts.
    pub const MAX: Self = Self(84_005);

    /// The day of this proleptic Gregorian date, or `None` if there is no such date between
    /// [`Self::MIN`] and [`Self::MAX`]. `month` and `day` from 1.
    #[must_use]
    pub fn from_date(year: i32, month: u32, day: u32) -> Option<Self> {
        if !(1900..=2199).contains(&year) || !(1..=12).contains(&month) || day == 0 {
            return None;
        }
        let found = Self(days_from_civil(year, month, day));
        (found.date() == (year, month, day)).then_some(found)
    }

    /// Year, month and day of month.
    #[must_use]
    pub fn date(self) -> (i32, u32, u32) {
        civil_from_days(self.0)
    }

    /// The local minute at which this day begins.
    #[must_use]
    pub fn first_minute(self) -> LocalMinute {
        LocalMinute(i64::from(self.0) * 24 * 60)
    }

    /// The moment at which this day begins.
    #[must_use]
    pub fn start(self) -> UnixSeconds {
        UnixSeconds(i64::from(self.0) * DAY_SECONDS - LOCAL_OFFSET_SECONDS)
    }
}

impl fmt::Display for LocalDay {
    /// ISO 8601: `2023-11-19`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.date();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl core::str::FromStr for LocalDay {
    type Err = BadDay;

    /// Reads ISO 8601, `2023-11-19`.
    fn from_str(text: &str) -> Result<Self, BadDay> {
        let mut parts = text.splitn(3, '-');
        let mut next = || parts.next().and_then(|part| part.parse::<u32>().ok());
        let (Some(year), Some(month), Some(day)) = (next(), next(), next()) else {
            return Err(BadDay);
        };
        let year = i32::try_from(year).map_err(|_| BadDay)?;
        Self::from_date(year, month, day).ok_or(BadDay)
    }
}

/// A text that names no day between 1900 and 2199.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a day: write it as 2023-11-19, between 1900 and 2199")]
pub struct BadDay;

/// Howard Hinnant's day count: days since 1970-01-01 of a proleptic Gregorian date.
fn days_from_civil(year: i32, month: u32, day: u32) -> i32 {
    let shifted = if month <= 2 { year - 1 } else { year };
    let era = shifted.div_euclid(400);
    let year_of_era = shifted.rem_euclid(400);
    let month_from_march = (month as i32 + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + day as i32 - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

fn civil_from_days(days: i32) -> (i32, u32, u32) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    let year = year_of_era + era * 400 + i32::from(month <= 2);
    (year, month as u32, day as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_ends_at_local_midnight() {
        let midnight = LocalDay::from_date(2023, 11, 20).unwrap().start();
        assert_eq!(midnight.plus(-1).local_day().to_string(), "2023-11-19");
        assert_eq!(midnight.local_day().to_string(), "2023-11-20");
    }

    #[test]
    fn every_day_of_the_calendar_has_one_date() {
        for n in LocalDay::MIN.0..=LocalDay::MAX.0 {
            let (year, month, day) = LocalDay(n).date();
            assert_eq!(LocalDay::from_date(year, month, day), Some(LocalDay(n)));
        }
        assert_eq!(LocalDay::from_date(2023, 2, 29), None);
        assert_eq!(LocalDay::from_date(3023, 4, 8), None);
    }
}
