//! Telephone numbers, kept in their national spelling.
//!
//! Which operator a prefix belongs to changes too often to judge a number by it, so any ten
//! digits from 0 pass. Whose number it is, and who shares it, is not the number's business.

use core::fmt;
use core::str::FromStr;

use serde::{Deserialize, Serialize};

use super::fold;

/// A national telephone number: ten digits, or eleven for a landline (02 and its area).
///
/// `Display` and serde give all digits; `Debug` gives the first and last two.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Phone(
    /// The number's value without its leading 0. A landline's begins with 2 and has ten digits,
    /// any other has nine, so the value alone tells how many digits to print.
    u64,
);

/// Why a typed text is no national telephone number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PhoneError {
    /// Type the missing digits, or take the surplus ones away.
    #[error("a telephone number has 10 digits (a landline 11), this has {digits}")]
    Length {
        /// How many digits there are, counted with the leading 0.
        digits: usize,
    },
    /// Begin with 0 or +84.
    #[error("a telephone number begins with 0 or +84, and its next digit is not 0")]
    Start,
    /// Write a number of another country into the note.
    #[error("the number belongs to another country")]
    Foreign,
    /// Take out what is neither a digit nor a space, dot or dash.
    #[error("a telephone number has digits only")]
    Character,
}

impl PhoneError {
    /// The stable name of this error in catalogues of texts.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Length { .. } => "phone-length",
            Self::Start => "phone-start",
            Self::Foreign => "phone-foreign",
            Self::Character => "phone-character",
        }
    }
}

impl Phone {
    /// Reads a typed number; `+84`, `0084` and a bare `84` before nine or ten digits stand for
    /// the leading 0.
    pub fn parse(typed: &str) -> Result<Self, PhoneError> {
        let typed = typed.trim_start();
        let (abroad, rest) = match typed.strip_prefix(['+', '\u{ff0b}']) {
            Some(rest) => (true, rest),
            None => (false, typed),
        };
        let digits = fold::digits(rest).ok_or(PhoneError::Character)?;
        let subscriber = match (abroad, digits.as_slice()) {
            (true, [8, 4, 0, rest @ ..] | [8, 4, rest @ ..]) => rest,
            (true, _) => return Err(PhoneError::Foreign),
            (false, [0, 0, 8, 4, rest @ ..]) => rest,
            (false, [0, 0, _, ..]) if digits.len() > 11 => return Err(PhoneError::Foreign),
            (false, [0, rest @ ..]) => rest,
            (false, [8, 4, rest @ ..]) if matches!(rest.len(), 9 | 10) => rest,
            (false, _) => return Err(PhoneError::Start),
        };
        Self::from_subscriber(subscriber)
    }

    /// Whether this is a landline, to which no code can be sent as a message.
    #[must_use]
    pub fn is_landline(self) -> bool {
        self.0 >= 1_000_000_000
    }

    /// The last four digits, by which a team searches, as text.
    #[must_use]
    pub fn last4(self) -> String {
        format!("{:04}", self.0 % 10_000)
    }

    /// First and last two digits, the rest hidden: `09•• ••• •12`.
    #[must_use]
    pub fn masked(self) -> String {
        let digits = self.to_string();
        let (first, last) = (&digits[..2], &digits[digits.len() - 2..]);
        let hidden = "•".repeat(digits.len() - 9);
        format!("{first}•• ••• {hidden}{last}")
    }

    /// `digits` come without the leading 0.
    fn from_subscriber(digits: &[u8]) -> Result<Self, PhoneError> {
        let wanted = match digits.first() {
            Some(0) => return Err(PhoneError::Start),
            Some(2) => 10,
            _ => 9,
        };
        if digits.len() != wanted {
            return Err(PhoneError::Length {
                digits: digits.len() + 1,
            });
        }
        let value = digits
            .iter()
            .fold(0, |value, &digit| value * 10 + u64::from(digit));
        Ok(Self(value))
    }
}

impl fmt::Display for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "0{}", self.0)
    }
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Phone({})", self.masked())
    }
}

impl FromStr for Phone {
    type Err = PhoneError;

    fn from_str(typed: &str) -> Result<Self, PhoneError> {
        Self::parse(typed)
    }
}

impl TryFrom<String> for Phone {
    type Error = PhoneError;

    fn try_from(typed: String) -> Result<Self, PhoneError> {
        Self::parse(&typed)
    }
}

impl From<Phone> for String {
    fn from(phone: Phone) -> Self {
        phone.to_string()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_usual_spelling_becomes_the_national_one() {
        let spellings = [
            "0951234567",
            "+84 951 234 567",
            "+84 (0) 951234567",
            "84951234567",
            "0084 951.234.567",
            "０៩51-234-567",
        ];
        for typed in spellings {
            assert_eq!(Phone::parse(typed).unwrap().to_string(), "0951234567");
        }
    }

    #[test]
    fn no_carrier_prefix_is_refused() {
        for prefix in 30..=99 {
            assert!(Phone::parse(&format!("0{prefix}1234567")).is_ok());
        }
    }

    #[test]
    fn landlines_have_eleven_digits() {
        let landline = Phone::parse("(0290) 3 812 345").unwrap();
        assert!(landline.is_landline());
        assert_eq!(landline.to_string(), "02903812345");
        assert_eq!(landline.masked(), "02•• ••• ••45");
        assert_eq!(
            Phone::parse("0290381234"),
            Err(PhoneError::Length { digits: 10 })
        );
    }

    #[test]
    fn errors_tell_what_to_mend() {
        assert_eq!(
            Phone::parse("095123456"),
            Err(PhoneError::Length { digits: 9 })
        );
        assert_eq!(Phone::parse("951234567"), Err(PhoneError::Start));
        assert_eq!(Phone::parse("+855 12 345 678"), Err(PhoneError::Foreign));
        assert_eq!(Phone::parse("09512345xx"), Err(PhoneError::Character));
        assert_eq!(Phone::parse("").unwrap_err().code(), "phone-start");
    }

    #[test]
    fn masks_show_first_and_last_two_digits() {
        let phone = Phone::parse("0951234567").unwrap();
        assert_eq!(phone.masked(), "09•• ••• •67");
        assert_eq!(phone.last4(), "4567");
    }

    proptest! {
        #[test]
        fn a_phone_reads_back_from_its_text(text in "0[13-9][0-9]{8}|02[0-9]{9}") {
            let phone = Phone::parse(&text).unwrap();
            prop_assert_eq!(phone.to_string(), text);
        }

        #[test]
        fn no_text_breaks_the_parser(text in "[0-9+ .\u{ff10}-\u{ff19}]{0,20}") {
            if let Ok(phone) = Phone::parse(&text) {
                prop_assert_eq!(Phone::parse(&phone.to_string()), Ok(phone));
            }
        }
    }
}
