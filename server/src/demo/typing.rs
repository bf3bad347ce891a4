//! How residents' data arrive when people type them: in capitals, decomposed, with slips.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::draw::chance;
use super::people::Resident;

/// A resident as typed into a form or a list, before any cleaning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypedResident {
    /// The name, perhaps in capitals, decomposed, or with another letter for Đ.
    pub name: String,
    /// The personal number, perhaps grouped or with one wrong digit; empty if there is none.
    pub number: String,
    /// The telephone number, perhaps with +84; empty if there is none.
    pub phone: String,
    /// Birth date without leading zeros, or the year.
    pub birth: String,
}

/// Types a resident's data with the usual damage: of 100 names, 20 in capitals, 10 with tones
/// placed the older way, 5 with double spaces, 3 decomposed and 1 with Ð for Đ; of 1,000
/// numbers, 5 with a wrong digit.
#[must_use]
pub fn typed(resident: &Resident, rng: &mut ChaCha8Rng) -> TypedResident {
    let number = resident.number.map(|number| number.to_string());
    let phone = resident.phone.map(|phone| phone.number.to_string());
    let birth = resident.birth.to_string();
    TypedResident {
        name: typed_name(resident.name.as_str(), rng),
        number: number.map_or_else(String::new, |number| typed_number(&number, rng)),
        phone: phone.map_or_else(String::new, |phone| typed_phone(&phone, rng)),
        birth: without_leading_zeros(&birth),
    }
}

/// The older and the newer place of a tone in an open syllable.
const TONE_PLACES: [(&str, &str); 9] = [
    ("òa", "oà"),
    ("óa", "oá"),
    ("ỏa", "oả"),
    ("õa", "oã"),
    ("ọa", "oạ"),
    ("ùy", "uỳ"),
    ("úy", "uý"),
    ("ủy", "uỷ"),
    ("ụy", "uỵ"),
];

fn typed_name(name: &str, rng: &mut ChaCha8Rng) -> String {
    let mut typed = name.to_owned();
    if chance(rng, 100) {
        typed = with_tones_moved(&typed);
    }
    if chance(rng, 200) {
        typed = typed.to_uppercase();
    }
    if chance(rng, 50) {
        typed = typed.replacen(' ', "  ", 1);
    }
    if chance(rng, 10) {
        typed = typed.replace('Đ', "\u{d0}").replace('đ', "\u{f0}");
    }
    match chance(rng, 30) {
        true => decomposed(&typed),
        false => typed,
    }
}

fn with_tones_moved(name: &str) -> String {
    let moved = |word: &str| {
        let place = TONE_PLACES.iter().find(|(old, _)| word.ends_with(old));
        place.map_or(word.to_owned(), |(old, new)| word.replace(old, new))
    };
    name.split(' ').map(moved).collect::<Vec<_>>().join(" ")
}

fn decomposed(text: &str) -> String {
    use unicode_normalization::UnicodeNormalization;
    text.nfd().collect()
}

fn typed_number(digits: &str, rng: &mut ChaCha8Rng) -> String {
    let mut typed = digits.to_owned();
    if chance(rng, 5) {
        let place = rng.random_range(3..digits.len());
        let wrong = rng.random_range(0..10).to_string();
        typed.replace_range(place..=place, &wrong);
    }
    match chance(rng, 100) {
        true => format!("{} {} {}", &typed[..3], &typed[3..6], &typed[6..]),
        false => typed,
    }
}

fn typed_phone(digits: &str, rng: &mut ChaCha8Rng) -> String {
    match chance(rng, 80) {
        true => format!("+84 {}", &digits[1..]),
        false => digits.to_owned(),
    }
}

fn without_leading_zeros(date: &str) -> String {
    let parts = date.split('/').map(|part| part.trim_start_matches('0'));
    parts.collect::<Vec<_>>().join("/")
}

/// Picks the residents whom a second device enters again: 15 of a thousand, as places in the
/// hamlet's list.
#[must_use]
pub fn entered_twice(residents: usize, rng: &mut ChaCha8Rng) -> Vec<usize> {
    (0..residents).filter(|_| chance(rng, 15)).collect()
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use shared::field::{PartialDate, PersonName, PersonalNumber, Phone};
    use shared::id::UnitId;
    use shared::time::LocalDay;

    use super::*;
    use crate::demo::people::{PeoplePlan, Setting, residents};

    #[test]
    fn cleaning_undoes_everything_but_slips_and_capitals() {
        let plan = PeoplePlan {
            hamlet: UnitId(1),
            people: 3_000,
            as_of: LocalDay::from_date(2023, 11, 19).unwrap(),
            setting: Setting::Rural,
            khmer_permille: 100,
            first_serial: 0,
        };
        let mut rng = ChaCha8Rng::from_seed([9; 32]);
        let (mut damaged, mut slips) = (0, 0);
        for resident in residents(&plan, [8; 32]) {
            let typed = typed(&resident, &mut rng);
            let name = PersonName::clean(&typed.name).unwrap();
            assert_eq!(name.folded(), resident.name.folded());
            assert_eq!(PartialDate::parse(&typed.birth), Ok(resident.birth));
            let phone = resident.phone.map(|phone| phone.number);
            assert_eq!(Phone::parse(&typed.phone).ok(), phone);
            let number = PersonalNumber::parse(&typed.number).ok();
            assert_eq!(number.is_some(), resident.number.is_some());
            damaged += usize::from(typed.name != resident.name.as_str());
            slips += usize::from(number != resident.number);
        }
        assert!((700..=1_100).contains(&damaged), "{damaged}");
        assert!((3..=30).contains(&slips), "{slips}");
        assert!((20..=80).contains(&entered_twice(3_000, &mut rng).len()));
    }
}
