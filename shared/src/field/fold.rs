//! Folding: what was typed becomes what is compared.
//!
//! People search without accents, paste from old keyboards and copy numbers with dots and
//! Khmer digits. Folding forgets such differences; it is for searching and comparing, never for
//! storing.

use super::normal::nfd;

/// Folds `text` for search: "Đầm Dơi", "Ðầm  Dơi" and "dam doi" meet in "dam doi".
///
/// Lower case; canonical decomposition without the marks U+0300..U+036F; the three letters that
/// print as a crossed d become `d`; apostrophes, dots, hyphens and zero-width spaces vanish; one
/// space between words and none at the ends. Folding twice changes nothing.
#[must_use]
pub fn fold(text: &str) -> String {
    let lower: String = text.chars().flat_map(char::to_lowercase).collect();
    let decomposed = nfd(&lower);
    let letters = decomposed
        .chars()
        .filter(|&letter| !is_dropped(letter))
        .map(|letter| if is_crossed_d(letter) { 'd' } else { letter });
    single_spaced(letters)
}

/// `letters` with every run of white space as one space, and none at the ends.
pub(super) fn single_spaced(letters: impl Iterator<Item = char>) -> String {
    let mut out = String::new();
    let mut space_due = false;
    for letter in letters {
        if letter.is_whitespace() {
            space_due = !out.is_empty();
            continue;
        }
        if space_due {
            out.push(' ');
            space_due = false;
        }
        out.push(letter);
    }
    out
}

/// A typed text reduced to digits, or the reason why it is not one number.
///
/// ASCII, full-width and Khmer digits count as digits. White space, dots, dashes, parentheses
/// and zero-width spaces are how people group digits, and are skipped; anything else is `None`.
#[must_use]
pub fn digits(text: &str) -> Option<Vec<u8>> {
    text.chars()
        .filter(|&letter| !groups_digits(letter))
        .map(digit)
        .collect()
}

/// The value 0..=9 of an ASCII, full-width or Khmer digit.
pub(super) fn digit(letter: char) -> Option<u8> {
    const ZEROS: [char; 3] = ['0', '\u{ff10}', '\u{17e0}'];
    ZEROS.iter().find_map(|&zero| {
        let value = u32::from(letter).checked_sub(u32::from(zero))?;
        u8::try_from(value).ok().filter(|&value| value <= 9)
    })
}

/// Whether a letter shows nothing and only steers layout: joiners, direction marks, byte order.
pub(super) fn is_invisible(letter: char) -> bool {
    matches!(letter,
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// The marks of tone and quality that Vietnamese letters decompose into.
pub(super) fn is_latin_mark(letter: char) -> bool {
    matches!(letter, '\u{300}'..='\u{36f}')
}

fn is_dropped(letter: char) -> bool {
    is_latin_mark(letter) || matches!(letter, '\'' | '\u{2019}' | '.' | '-' | '\u{200b}')
}

/// đ, Icelandic eth and African d: old keyboards print the latter two for the first.
fn is_crossed_d(letter: char) -> bool {
    matches!(letter, '\u{111}' | '\u{f0}' | '\u{256}')
}

fn groups_digits(letter: char) -> bool {
    letter.is_whitespace()
        || is_invisible(letter)
        || matches!(
            letter,
            '.' | '-' | '(' | ')' | '\u{2010}'..='\u{2014}' | '\u{ff0e}'
        )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_spelling_of_a_place_meets_in_one_fold() {
        let decomposed = nfd("Đầm Dơi");
        let spellings = [
            "Đầm Dơi",
            "ÐẦM  DƠI",
            "\u{189}ầm Dơi",
            &decomposed,
            " dam doi ",
        ];
        for spelling in spellings {
            assert_eq!(fold(spelling), "dam doi");
        }
        assert_eq!(fold("Bà Rịa - Vũng Tàu"), "ba ria vung tau");
        assert_eq!(fold("Ea H’leo"), fold("Ea H'leo"));
        assert_eq!(fold("Xuân Thuỷ"), fold("Xuân Thủy"));
    }

    #[test]
    fn every_letter_folds_to_its_own_fold() {
        for letter in '\0'..=char::MAX {
            let once = fold(&letter.to_string());
            assert_eq!(fold(&once), once, "U+{:04X}", u32::from(letter));
        }
    }

    #[test]
    fn digits_of_three_scripts_are_digits() {
        assert_eq!(digits("0 9.9-１២3"), Some(vec![0, 9, 9, 1, 2, 3]));
        assert_eq!(digits("12a"), None);
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing(text in any::<String>()) {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once);
        }
    }
}
