//! Percentages and counts as the reports print them.
//!
//! Official reports cut percentages instead of rounding them, and so do we: 7,965,111 of
//! 7,998,762 is 99,57 %, where rounding and most number formatters say 99,58 %. Everything here
//! is integer arithmetic, so phone and server print the same digits.

use core::fmt::Write as _;

use serde::{Deserialize, Serialize};

use crate::limits::PERCENT_DECIMALS_MAX;

/// A part beside the whole it is measured against; the part may be the larger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Share {
    /// What was counted.
    pub part: u64,
    /// The denominator; 0 = there is none.
    pub whole: u64,
}

/// What becomes of the digits that are not printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum PercentMode {
    /// Cut them off: the product's rule.
    #[default]
    Truncate,
    /// Round half up, for comparison with tools that do.
    Round,
}

/// A percentage with a fixed number of decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Percent {
    /// The percentage times 10^`decimals`: 9,778 for 97.78 %.
    digits: u128,
    decimals: u8,
}

impl Percent {
    /// The share in percent with `decimals` (at most [`PERCENT_DECIMALS_MAX`], more are cut to
    /// it), or `None` without a denominator.
    ///
    /// Only a part as large as the whole shows 100 %, in either mode.
    #[must_use]
    pub fn of(share: Share, decimals: u8, mode: PercentMode) -> Option<Self> {
        let decimals = decimals.min(PERCENT_DECIMALS_MAX);
        let hundred = 100 * 10_u128.pow(decimals.into());
        let (part, whole) = (u128::from(share.part), u128::from(share.whole));
        let scaled = part * hundred;
        let digits = match mode {
            PercentMode::Truncate => scaled.checked_div(whole)?,
            PercentMode::Round => (2 * scaled + whole).checked_div(2 * whole)?,
        };
        let digits = if part < whole {
            digits.min(hundred - 1)
        } else {
            digits
        };
        Some(Self { digits, decimals })
    }

    /// The percentage times 10^[`Self::decimals`].
    #[must_use]
    pub fn digits(self) -> u128 {
        self.digits
    }

    /// How many of the digits stand after the comma.
    #[must_use]
    pub fn decimals(self) -> u8 {
        self.decimals
    }
}

/// How numbers are written: which signs divide groups and decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum NumberStyle {
    /// `1.428.929` and `116,61 %`, with a no-break space.
    Vietnamese,
    /// `1,428,929` and `116.61%`.
    English,
}

impl NumberStyle {
    /// The count with its thousands grouped.
    #[must_use]
    pub fn count(self, count: u64) -> String {
        self.grouped(count.into())
    }

    /// The percentage with its sign; a dash when there is none, which is not 0 %.
    #[must_use]
    pub fn percent(self, percent: Option<Percent>) -> String {
        let Some(Percent { digits, decimals }) = percent else {
            return "-".to_owned();
        };
        let unit = 10_u128.pow(decimals.into());
        let mut out = self.grouped(digits / unit);
        if decimals > 0 {
            let (fraction, width) = (digits % unit, usize::from(decimals));
            out.push(self.decimal_sign());
            write!(out, "{fraction:0width$}").expect("a String takes every write");
        }
        out.push_str(self.percent_sign());
        out
    }

    fn grouped(self, value: u128) -> String {
        let digits = value.to_string();
        let mut out = String::with_capacity(digits.len() * 4 / 3);
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                out.push(self.group_sign());
            }
            out.push(digit);
        }
        out
    }

    fn decimal_sign(self) -> char {
        match self {
            Self::Vietnamese => ',',
            Self::English => '.',
        }
    }

    fn group_sign(self) -> char {
        match self {
            Self::Vietnamese => '.',
            Self::English => ',',
        }
    }

    fn percent_sign(self) -> &'static str {
        match self {
            Self::Vietnamese => "\u{a0}%",
            Self::English => "%",
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn english((part, whole): (u64, u64), decimals: u8, mode: PercentMode) -> String {
        let percent = Percent::of(Share { part, whole }, decimals, mode);
        NumberStyle::English.percent(percent)
    }

    #[test]
    fn every_published_percentage_is_reproduced_by_cutting() {
        let published = [
            ((7_965_111, 7_998_762), 2, "99.57%"),
            ((7_965_111, 7_998_762), 1, "99.5%"),
            ((639_870, 654_392), 2, "97.78%"),
            ((354_938, 654_392), 1, "54.2%"),
            ((354_938, 654_392), 2, "54.23%"),
            ((930_102, 1_000_777), 2, "92.93%"),
            ((639_870, 930_102), 2, "68.79%"),
            ((639_870, 1_000_777), 2, "63.93%"),
            ((1_428_929, 1_225_350), 2, "116.61%"),
            ((872_907, 671_000), 2, "130.09%"),
            ((872_907, 671_000), 0, "130%"),
            ((505, 1_189), 2, "42.47%"),
            ((684, 1_189), 2, "57.52%"),
            ((8, 11), 2, "72.72%"),
            ((187, 224), 2, "83.48%"),
            ((3_023_417, 3_412_608), 2, "88.59%"),
            ((1_624_880, 1_600_000), 2, "101.55%"),
            ((1_414_170, 1_414_170), 2, "100.00%"),
        ];
        for (share, decimals, printed) in published {
            assert_eq!(english(share, decimals, PercentMode::Truncate), printed);
        }
    }

    #[test]
    fn rounding_says_what_was_not_published() {
        let share = (7_965_111, 7_998_762);
        assert_eq!(english(share, 2, PercentMode::Round), "99.58%");
        assert_eq!(english(share, 1, PercentMode::Round), "99.6%");
    }

    #[test]
    fn vietnamese_style_has_a_comma_and_a_no_break_space() {
        let share = Share {
            part: 639_870,
            whole: 654_392,
        };
        let percent = Percent::of(share, 2, PercentMode::Truncate);
        assert_eq!(NumberStyle::Vietnamese.percent(percent), "97,78\u{a0}%");
        assert_eq!(NumberStyle::Vietnamese.count(1_428_929), "1.428.929");
        assert_eq!(NumberStyle::English.count(999), "999");
    }

    #[test]
    fn no_denominator_is_a_dash_and_not_zero() {
        for mode in [PercentMode::Truncate, PercentMode::Round] {
            assert_eq!(english((5, 0), 2, mode), "-");
            assert_eq!(english((0, 5), 2, mode), "0.00%");
        }
    }

    proptest! {
        #[test]
        fn only_a_full_part_shows_a_hundred(part: u64, whole in 1_u64.., decimals in 0_u8..9) {
            for mode in [PercentMode::Truncate, PercentMode::Round] {
                let percent = Percent::of(Share { part, whole }, decimals, mode).unwrap();
                let hundred = 100 * 10_u128.pow(percent.decimals().into());
                prop_assert_eq!(percent.digits() >= hundred, part >= whole);
            }
        }
    }
}
