//! People's names: one string as on the card, never split into fields by force.
//!
//! Vietnamese names run family, middle, given; people are listed by the given name. Cleaning
//! repairs what keyboards spoil and keeps what people chose: capitals stay, and so does either
//! way of placing a tone.

use core::fmt;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::fold::{self, is_invisible};
use super::normal::{TONES, nfc, nfd};
use crate::limits::NAME_BYTES_MAX;

/// A person's name: NFC, one space between words, no control or invisible letters, `Đ` and `đ`
/// spelt with the Vietnamese letter, 1..=[`NAME_BYTES_MAX`] bytes. `Debug` hides it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PersonName(SmolStr);

/// Why a typed text is no name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Type a name.
    #[error("the name is empty")]
    Empty,
    /// Shorten the name.
    #[error("the name has {bytes} bytes, more than {NAME_BYTES_MAX}")]
    TooLong {
        /// Its size after cleaning.
        bytes: usize,
    },
}

impl NameError {
    /// The stable name of this error in catalogues of texts.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "name-empty",
            Self::TooLong { .. } => "name-too-long",
        }
    }
}

impl PersonName {
    /// Cleans a typed name. Cleaning a clean name changes nothing.
    pub fn clean(typed: &str) -> Result<Self, NameError> {
        let visible = typed
            .chars()
            .map(repaired)
            .filter(|&letter| letter.is_whitespace() || !letter.is_control())
            .filter(|&letter| !is_invisible(letter));
        let cleaned = nfc(fold::single_spaced(visible));
        match cleaned.len() {
            0 => Err(NameError::Empty),
            bytes if bytes > NAME_BYTES_MAX => Err(NameError::TooLong { bytes }),
            _ => Ok(Self(cleaned.into())),
        }
    }

    /// The cleaned name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name as search compares it ([`fold::fold`]).
    #[must_use]
    pub fn folded(&self) -> String {
        fold::fold(&self.0)
    }

    /// The given name: the last word.
    #[must_use]
    pub fn given(&self) -> &str {
        self.parts().given
    }

    /// What lists of people are sorted by.
    #[must_use]
    pub fn sort_key(&self) -> SortKey {
        let parts = self.parts();
        let mut key = Vec::with_capacity(self.0.len() + 8);
        for part in [parts.given, parts.family, parts.middle] {
            push_part(&mut key, part);
        }
        SortKey(key)
    }

    fn parts(&self) -> Parts<'_> {
        let (before, given) = self.0.rsplit_once(' ').unwrap_or(("", &self.0));
        let (family, middle) = before.split_once(' ').unwrap_or((before, ""));
        Parts {
            given,
            family,
            middle,
        }
    }
}

impl fmt::Display for PersonName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for PersonName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PersonName({} bytes)", self.0.len())
    }
}

impl TryFrom<String> for PersonName {
    type Error = NameError;

    fn try_from(typed: String) -> Result<Self, NameError> {
        Self::clean(&typed)
    }
}

impl From<PersonName> for String {
    fn from(name: PersonName) -> Self {
        name.0.into()
    }
}

/// Bytes that compare as Vietnamese lists of people run: given name, then family, then middle,
/// each by the alphabet a ă â b c d đ e ê … and only then by tone. Capitals do not matter.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SortKey(Vec<u8>);

impl SortKey {
    /// The bytes, which compare as the key does.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for SortKey {
    /// Hides the key, from which the name could be read.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SortKey({} bytes)", self.0.len())
    }
}

struct Parts<'a> {
    given: &'a str,
    family: &'a str,
    middle: &'a str,
}

/// The Vietnamese letter for the two that old keyboards print in its place.
pub(super) fn repaired(letter: char) -> char {
    match letter {
        '\u{d0}' | '\u{189}' => 'Đ',
        '\u{f0}' | '\u{256}' => 'đ',
        other => other,
    }
}

/// The alphabet in its order; f, j, w and z stand where Latin lists have them.
const ALPHABET: [char; 33] = [
    'a', 'ă', 'â', 'b', 'c', 'd', 'đ', 'e', 'ê', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o',
    'ô', 'ơ', 'p', 'q', 'r', 's', 't', 'u', 'ư', 'v', 'w', 'x', 'y', 'z',
];

const END: u8 = 0;
const SPACE: u8 = 1;
const FIRST_LETTER: u8 = 2;
/// Letters of other scripts come after all of ours, by code point in three bytes.
const OTHER: u8 = 0x80;

/// Appends one part: its letters, an end, the tone of each syllable, an end.
fn push_part(key: &mut Vec<u8>, part: &str) {
    let mut tones = vec![FIRST_TONE];
    let mut last = ' ';
    let lower: String = part.chars().flat_map(char::to_lowercase).collect();
    for letter in nfd(&lower).chars() {
        if let (Some(tone), Some(syllable)) = (tone_of(letter), tones.last_mut()) {
            *syllable = tone;
            continue;
        }
        if letter == ' ' {
            key.push(SPACE);
            tones.push(FIRST_TONE);
        } else if let Some(place) = qualified(last, letter).and_then(place_of) {
            key.pop();
            key.push(place);
        } else if let Some(place) = place_of(letter) {
            key.push(place);
        } else {
            key.push(OTHER);
            key.extend_from_slice(&u32::from(letter).to_be_bytes()[1..]);
        }
        last = letter;
    }
    key.push(END);
    key.append(&mut tones);
    key.push(END);
}

const FIRST_TONE: u8 = 1;

/// The byte of a letter of the alphabet.
fn place_of(letter: char) -> Option<u8> {
    let place = ALPHABET.iter().position(|&known| known == letter)?;
    Some(FIRST_LETTER + place as u8)
}

/// The letter of the alphabet that a mark makes of the letter before it.
fn qualified(letter: char, mark: char) -> Option<char> {
    Some(match (letter, mark) {
        ('a', '\u{306}') => 'ă',
        ('a', '\u{302}') => 'â',
        ('e', '\u{302}') => 'ê',
        ('o', '\u{302}') => 'ô',
        ('o', '\u{31b}') => 'ơ',
        ('u', '\u{31b}') => 'ư',
        _ => return None,
    })
}

/// The mark's place in the order ngang, huyền, hỏi, ngã, sắc, nặng.
fn tone_of(mark: char) -> Option<u8> {
    let place = TONES.iter().position(|&tone| tone == mark)?;
    Some(FIRST_TONE + 1 + place as u8)
}

#[cfg(test)]
mod tests {
    use super::super::normal::is_nfc;
    use super::*;
    use proptest::prelude::*;

    fn name(typed: &str) -> PersonName {
        PersonName::clean(typed).unwrap()
    }

    #[test]
    fn keyboard_damage_is_repaired() {
        let decomposed = nfd("Đặng Thị Đẹp");
        let damaged = [
            "Ðặng  Thị\tÐẹp",
            " \u{189}ặng Thị\u{200b} Đẹp\u{7}",
            &decomposed,
        ];
        for typed in damaged {
            assert_eq!(name(typed).as_str(), "Đặng Thị Đẹp");
        }
        assert_eq!(name("ðức").as_str(), "đức");
    }

    #[test]
    fn empty_and_endless_names_are_refused() {
        assert_eq!(PersonName::clean(" \u{200b}\n"), Err(NameError::Empty));
        let endless = PersonName::clean(&"a".repeat(161)).unwrap_err();
        assert_eq!(endless, NameError::TooLong { bytes: 161 });
        assert_eq!(endless.code(), "name-too-long");
    }

    #[test]
    fn people_are_listed_by_given_then_family_then_middle_name() {
        let sorted = [
            "Trần Văn An",
            "Võ Thị Ân",
            "Lê Văn Dũng",
            "Lê Văn Đạt",
            "Nguyễn Thị Hoa",
            "NGUYỄN VĂN HOA",
            "Đặng Thị Hòa",
            "Đỗ Văn Hoà",
            "Bùi Thị Hoan",
            "Lê Má",
            "Lê Mạ",
            "Út",
            "Danh Út",
            "Thạch Út",
        ];
        let mut listed = sorted;
        listed.reverse();
        listed.sort_by_key(|typed| name(typed).sort_key());
        assert_eq!(listed, sorted);
    }

    #[test]
    fn tones_run_ngang_huyen_hoi_nga_sac_nang() {
        let tones = ["Ma", "Mà", "Mả", "Mã", "Má", "Mạ"];
        let keys = tones.map(|tone| name(tone).sort_key());
        assert!(keys.is_sorted_by(|a, b| a < b));
    }

    #[test]
    fn debug_hides_the_name() {
        assert_eq!(format!("{:?}", name("Lê Đẹp")), "PersonName(10 bytes)");
    }

    proptest! {
        #[test]
        fn a_cleaned_name_is_normal_and_clean(typed in any::<String>()) {
            if let Ok(cleaned) = PersonName::clean(&typed) {
                prop_assert!(is_nfc(cleaned.as_str()));
                prop_assert!(!cleaned.as_str().chars().any(char::is_control));
                prop_assert_eq!(PersonName::clean(cleaned.as_str()).unwrap(), cleaned);
            }
        }

        #[test]
        fn equal_names_sort_together_in_any_case(typed in "[A-ZĐƠƯÂÊÔĂÁÀẢÃẠ]{1,6}( [A-ZĐƠƯ]{1,6}){0,3}") {
            let lower = name(&typed.to_lowercase());
            prop_assert_eq!(name(&typed).sort_key(), lower.sort_key());
        }
    }
}
