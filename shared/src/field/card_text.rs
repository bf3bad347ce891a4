//! The text in the QR code of a chip card: a way to type nothing, without a picture of the card.
//!
//! Seven fields divided by `|`: personal number, old 9-digit number, name, birth date, sex,
//! address, date of issue. Later cards append fields, which are passed over.

use super::fold::fold;
use super::name::NameError;
use super::number::NumberError;
use super::{PartialDate, PersonName, PersonalNumber, Sex, TextField};
use crate::limits::CARD_TEXT_BYTES_MAX;

/// What a card says of its owner. Unreadable or empty fields are `None`, for a person to fill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardText {
    /// The owner's number.
    pub number: PersonalNumber,
    /// The number of the paper card of before: nine digits, an alias only.
    pub old_number: Option<OldNumber>,
    /// The owner's name, in capitals or not, as the card has it.
    pub name: PersonName,
    /// Birth date, or the part of it that the card knows.
    pub birth: Option<PartialDate>,
    /// Sex as printed.
    pub sex: Option<Sex>,
    /// Place of permanent residence on the day of issue.
    pub address: Option<TextField>,
    /// Day of issue.
    pub issued: Option<PartialDate>,
}

/// The nine digits of an old paper card, void since 2025 and kept only to find old papers.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct OldNumber([u8; 9]);

/// Why a scanned text is not a card's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CardTextError {
    /// Scan the card's own code; this text is longer than any of them.
    #[error("the text has more than {CARD_TEXT_BYTES_MAX} bytes")]
    TooLong,
    /// Scan the card's own code; this text has too few fields.
    #[error("a card's text has at least 7 fields, this has {fields}")]
    Fields {
        /// How many fields there are.
        fields: usize,
    },
    /// Type the number from the card.
    #[error("the card's first field is no personal number")]
    Number(#[source] NumberError),
    /// Type the name from the card.
    #[error("the card's third field is no name")]
    Name(#[source] NameError),
}

impl CardTextError {
    /// The stable name of this error in catalogues of texts.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLong => "card-too-long",
            Self::Fields { .. } => "card-fields",
            Self::Number(_) => "card-number",
            Self::Name(_) => "card-name",
        }
    }
}

impl CardText {
    /// Reads a scanned text.
    pub fn parse(scanned: &str) -> Result<Self, CardTextError> {
        if scanned.len() > CARD_TEXT_BYTES_MAX {
            return Err(CardTextError::TooLong);
        }
        let fields: Vec<&str> = scanned.split('|').map(str::trim).collect();
        let [number, old, name, birth, sex, address, issued, ..] = fields[..] else {
            return Err(CardTextError::Fields {
                fields: fields.len(),
            });
        };
        Ok(Self {
            number: PersonalNumber::parse(number).map_err(CardTextError::Number)?,
            old_number: OldNumber::parse(old),
            name: PersonName::clean(name).map_err(CardTextError::Name)?,
            birth: PartialDate::parse(birth).ok(),
            sex: printed_sex(sex),
            address: TextField::clean(address)
                .ok()
                .filter(|text| !text.is_empty()),
            issued: PartialDate::parse(issued).ok(),
        })
    }
}

impl OldNumber {
    /// Reads nine digits, grouped in any usual way.
    #[must_use]
    pub fn parse(typed: &str) -> Option<Self> {
        let digits = super::fold::digits(typed)?;
        digits.try_into().ok().map(Self)
    }
}

impl core::fmt::Display for OldNumber {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.0.iter().try_for_each(|digit| write!(f, "{digit}"))
    }
}

impl core::fmt::Debug for OldNumber {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "OldNumber(•••••{:?})", &self.0[6..])
    }
}

fn printed_sex(text: &str) -> Option<Sex> {
    match fold(text).as_str() {
        "nam" => Some(Sex::Male),
        "nu" => Some(Sex::Female),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const CARD: &str =
        "099185004123|381234567|LÊ THỊ ĐẸP|05031985|Nữ|Ấp 1, Đất Mới, Cà Mau|01072021";

    #[test]
    fn a_card_fills_the_form() {
        let card = CardText::parse(CARD).unwrap();
        assert_eq!(card.number.to_string(), "099185004123");
        assert_eq!(card.old_number.unwrap().to_string(), "381234567");
        assert_eq!(card.name.as_str(), "LÊ THỊ ĐẸP");
        assert_eq!(card.birth.unwrap().to_string(), "05/03/1985");
        assert_eq!(card.sex, Some(Sex::Female));
        assert_eq!(card.address.unwrap().as_str(), "Ấp 1, Đất Mới, Cà Mau");
        assert_eq!(card.issued.unwrap().to_packed(), 20_210_701);
    }

    #[test]
    fn later_fields_and_missing_ones_are_taken_in_stride() {
        let card = CardText::parse("099050000001||Danh Út|00001950|?|||a|b").unwrap();
        assert_eq!(card.birth.unwrap().to_string(), "1950");
        assert_eq!((card.old_number, card.sex, card.issued), (None, None, None));
        assert_eq!(card.address, None);
    }

    #[test]
    fn other_codes_are_refused() {
        let code = |text: &str| CardText::parse(text).unwrap_err().code();
        assert_eq!(code("https://example.vn"), "card-fields");
        assert_eq!(code(&"|".repeat(2_000)), "card-too-long");
        assert_eq!(code("1||A|||| "), "card-number");
        assert_eq!(code("099050000001||  |||| "), "card-name");
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_parser(text in "(.*\\|){6,9}.*") {
            let _ = CardText::parse(&text);
        }
    }
}
