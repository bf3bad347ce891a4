//! A chip card's text on a form: everything the card says, as if it had been typed.

use serde::Serialize;
use shared::field::Sex;
use shared::field::card_text::{CardText, CardTextError};

/// What a card says, for a form. Empty where it says nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Scanned {
    /// Twelve digits.
    pub number: String,
    /// Nine digits.
    pub old_number: String,
    /// With capitals as names are written, though cards print capitals only.
    pub name: String,
    /// As people write it.
    pub birth: String,
    /// `male` or `female`.
    pub sex: Option<&'static str>,
    /// Permanent residence on the day of issue.
    pub address: String,
}

/// Reads what a scanner saw, or what was pasted.
///
/// # Errors
/// [`CardTextError`]: it is no card's text.
pub fn scanned(text: &str) -> Result<Scanned, CardTextError> {
    let card = CardText::parse(text.trim())?;
    Ok(Scanned {
        number: String::from(card.number),
        old_number: card
            .old_number
            .map(|old| old.to_string())
            .unwrap_or_default(),
        name: as_written(card.name.as_str()),
        birth: card
            .birth
            .map(|birth| birth.to_string())
            .unwrap_or_default(),
        sex: card.sex.map(|sex| match sex {
            Sex::Male => "male",
            Sex::Female => "female",
        }),
        address: card
            .address
            .map(|text| text.as_str().to_owned())
            .unwrap_or_default(),
    })
}

/// A name in capitals only as it is written elsewhere.
fn as_written(name: &str) -> String {
    if name.chars().any(char::is_lowercase) {
        return name.to_owned();
    }
    let word = |word: &str| {
        let mut letters = word.chars();
        let first = letters.next().into_iter();
        first
            .chain(letters.flat_map(char::to_lowercase))
            .collect::<String>()
    };
    name.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_fills_the_form_with_a_name_as_it_is_written() {
        let card = "099158004127|381234567|LÂM THỊ ĐẸP|14031958|Nữ|Ấp Rạch Tràm|01072021|more";
        let read = scanned(card).expect("a card's text");
        assert_eq!(
            (read.name.as_str(), read.birth.as_str()),
            ("Lâm Thị Đẹp", "14/03/1958")
        );
        assert_eq!(
            (read.number.as_str(), read.sex),
            ("099158004127", Some("female"))
        );
        assert_eq!(
            scanned("https://example.org").map_err(|e| e.code()),
            Err("card-fields")
        );
    }
}
