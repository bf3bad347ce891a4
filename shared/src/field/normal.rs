//! The two canonical forms of Unicode: composed (NFC) as texts are stored, decomposed (NFD) as
//! they are compared.
//!
//! Letters of Vietnamese and of Western Europe are handled here; for all others the platform is
//! asked, which is a crate with Unicode's tables natively, and in a browser the browser: its
//! tables are there already, and the crate's would be a fifth of what a phone downloads. Unicode
//! promises that both agree on every letter that both know.

/// `text` composed.
pub(super) fn nfc(text: String) -> String {
    if is_plainly_composed(&text) {
        return text;
    }
    platform::nfc(&text)
}

/// Whether `text` is composed already.
pub(super) fn is_nfc(text: &str) -> bool {
    is_plainly_composed(text) || platform::nfc(text) == text
}

/// `text` decomposed.
pub(super) fn nfd(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    for letter in text.chars() {
        if letter.is_ascii() || letter == 'đ' {
            out.push(letter);
        } else if let Some(vowel) = Vowel::of(letter) {
            out.extend(vowel.decomposed());
        } else {
            return platform::nfd(text);
        }
    }
    out
}

/// Whether all letters are of blocks in which every letter is composed, stays so whatever stands
/// beside it, and none is a mark.
fn is_plainly_composed(text: &str) -> bool {
    text.chars()
        .all(|letter| matches!(letter, ..'\u{300}' | '\u{1e00}'..='\u{1eff}'))
}

/// The marks of the six tones in the order of [`VOWELS`], after the first, which has none.
pub(super) const TONES: [char; 5] = ['\u{300}', '\u{309}', '\u{303}', '\u{301}', '\u{323}'];

/// The twelve vowels, each with ngang, huyền, hỏi, ngã, sắc and nặng.
const VOWELS: [&str; 12] = [
    "aàảãáạ",
    "ăằẳẵắặ",
    "âầẩẫấậ",
    "eèẻẽéẹ",
    "êềểễếệ",
    "iìỉĩíị",
    "oòỏõóọ",
    "ôồổỗốộ",
    "ơờởỡớợ",
    "uùủũúụ",
    "ưừửữứự",
    "yỳỷỹýỵ",
];

/// A lower-case vowel of Vietnamese, taken apart.
struct Vowel {
    bare: char,
    quality: Option<char>,
    tone: Option<char>,
}

impl Vowel {
    fn of(letter: char) -> Option<Self> {
        let (place, row) = VOWELS.iter().find_map(|row| {
            let place = row.chars().position(|one| one == letter)?;
            Some((place, row))
        })?;
        let (bare, quality) = match row.chars().next()? {
            'ă' => ('a', Some('\u{306}')),
            'â' => ('a', Some('\u{302}')),
            'ê' => ('e', Some('\u{302}')),
            'ô' => ('o', Some('\u{302}')),
            'ơ' => ('o', Some('\u{31b}')),
            'ư' => ('u', Some('\u{31b}')),
            bare => (bare, None),
        };
        let tone = place.checked_sub(1).map(|place| TONES[place]);
        Some(Self {
            bare,
            quality,
            tone,
        })
    }

    /// The letter and its marks in canonical order: what hangs below comes before what stands
    /// above, and after a horn.
    fn decomposed(self) -> impl Iterator<Item = char> {
        let is_below = self.tone == Some('\u{323}') && self.quality != Some('\u{31b}');
        let marks = match is_below {
            true => [self.tone, self.quality],
            false => [self.quality, self.tone],
        };
        core::iter::once(self.bare).chain(marks.into_iter().flatten())
    }
}

/// Unicode's tables as a crate brings them.
#[cfg(not(target_arch = "wasm32"))]
mod platform {
    use unicode_normalization::UnicodeNormalization;

    pub(super) fn nfc(text: &str) -> String {
        text.nfc().collect()
    }

    pub(super) fn nfd(text: &str) -> String {
        text.nfd().collect()
    }
}

/// Unicode's tables as the browser has them.
#[cfg(target_arch = "wasm32")]
mod platform {
    use js_sys::JsString;

    pub(super) fn nfc(text: &str) -> String {
        JsString::from(text).normalize("NFC").into()
    }

    pub(super) fn nfd(text: &str) -> String {
        JsString::from(text).normalize("NFD").into()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use unicode_normalization::char::canonical_combining_class;
    use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

    use super::*;

    #[test]
    fn what_is_plainly_composed_needs_no_table() {
        for letter in ('\0'..=char::MAX).filter(|one| is_plainly_composed(&one.to_string())) {
            let quick = is_nfc_quick(core::iter::once(letter));
            assert_eq!(quick, IsNormalized::Yes, "U+{:04X}", u32::from(letter));
            assert_eq!(canonical_combining_class(letter), 0);
        }
    }

    #[test]
    fn every_letter_decomposes_as_the_tables_say() {
        for letter in '\0'..=char::MAX {
            let text = letter.to_string();
            assert_eq!(nfd(&text), text.nfd().collect::<String>());
        }
    }

    proptest! {
        #[test]
        fn vietnamese_texts_have_the_forms_the_tables_say(text in r"[aăâeêơưýộặĐđ \u{300}-\u{323}Ỳ-ỹ\u{1780}-\u{17dd}]{0,12}") {
            prop_assert_eq!(nfd(&text), text.nfd().collect::<String>());
            prop_assert_eq!(nfc(text.clone()), text.nfc().collect::<String>());
            prop_assert_eq!(is_nfc(&text), unicode_normalization::is_nfc(&text));
        }
    }
}
