//! Free text: notes and address lines.

use core::fmt;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::name::repaired;
use super::normal::{is_nfc, nfc};
use crate::limits::NOTE_BYTES_MAX;

/// Cleaned free text: NFC, lines ended by `\n`, no other control letter, no white space at the
/// ends, at most [`NOTE_BYTES_MAX`] bytes; it may be empty. `Debug` hides it.
///
/// Zero-width spaces stay, because Khmer breaks lines at them; the letters that turn the
/// direction of writing go, because they make a text show other than what it says.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TextField(SmolStr);

/// The text has more bytes than its field takes; shorten it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the text has {bytes} bytes, more than {bytes_max}")]
pub struct TextTooLong {
    /// Its size after cleaning.
    pub bytes: usize,
    /// The bound of its field.
    pub bytes_max: usize,
}

impl TextTooLong {
    /// The stable name of this error in catalogues of texts.
    #[must_use]
    pub fn code(&self) -> &'static str {
        "text-too-long"
    }
}

impl TextField {
    /// Cleans a typed text. Cleaning a clean text changes nothing.
    pub fn clean(typed: &str) -> Result<Self, TextTooLong> {
        let unix_lines = typed.replace("\r\n", "\n").replace('\r', "\n");
        let kept = unix_lines
            .chars()
            .map(|letter| match repaired(letter) {
                '\t' => ' ',
                other => other,
            })
            .filter(|&letter| letter == '\n' || !letter.is_control())
            .filter(|&letter| !turns_direction(letter));
        let normal = nfc(kept.collect());
        let cleaned = normal.trim();
        if cleaned.len() > NOTE_BYTES_MAX {
            return Err(TextTooLong {
                bytes: cleaned.len(),
                bytes_max: NOTE_BYTES_MAX,
            });
        }
        Ok(Self(cleaned.into()))
    }

    /// Whether a text of any length stands in documents as it is: NFC, and no letter in it that
    /// cleaning takes away. White space at its ends is allowed.
    #[must_use]
    pub fn is_clean(text: &str) -> bool {
        let kept = |letter: char| letter == '\n' || !letter.is_control();
        is_nfc(text)
            && text
                .chars()
                .all(|letter| kept(letter) && !turns_direction(letter))
    }

    /// The cleaned text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether nothing was left after cleaning.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for TextField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for TextField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TextField({} bytes)", self.0.len())
    }
}

impl TryFrom<String> for TextField {
    type Error = TextTooLong;

    fn try_from(typed: String) -> Result<Self, TextTooLong> {
        Self::clean(&typed)
    }
}

impl From<TextField> for String {
    fn from(text: TextField) -> Self {
        text.0.into()
    }
}

fn turns_direction(letter: char) -> bool {
    matches!(letter, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lines_stay_and_control_letters_go() {
        let text = TextField::clean(" Hẹn lại.\r\nMai\tquay\u{0} lại\u{202e} \n").unwrap();
        assert_eq!(text.as_str(), "Hẹn lại.\nMai quay lại");
        assert!(TextField::clean(" \n ").unwrap().is_empty());
    }

    #[test]
    fn khmer_keeps_its_zero_width_spaces() {
        let khmer = "ភូមិ\u{200b}ថ្មី";
        assert_eq!(TextField::clean(khmer).unwrap().as_str(), khmer);
    }

    #[test]
    fn long_texts_are_refused_not_cut() {
        let long = TextField::clean(&"ă".repeat(1_001)).unwrap_err();
        assert_eq!(long.bytes, 2_002);
        assert_eq!(long.code(), "text-too-long");
    }

    proptest! {
        #[test]
        fn a_cleaned_text_is_normal_and_clean(typed in any::<String>()) {
            if let Ok(cleaned) = TextField::clean(&typed) {
                prop_assert!(is_nfc(cleaned.as_str()));
                prop_assert_eq!(TextField::clean(cleaned.as_str()).unwrap(), cleaned);
            }
        }
    }
}
