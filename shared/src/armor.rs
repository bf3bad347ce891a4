//! Armor: bytes as text, for chat programs, paper and QR codes.
//!
//! A set of parts carries one bundle, receipt, page of news or parcel of these. Each part is a text of two lines:
//!
//! ```text
//! SAMPAN1 <bundle|receipt|news|parcel> <part>/<parts> <first 8 bytes of the hash, hexadecimal>
//! <base64url without padding of: 4 bytes of checksum, then the part's share of the bytes>
//! ```
//!
//! The hash is the one that gives a bundle its id, over all the bytes carried, whatever they are.
//! The checksum covers the first line's meaning and the share, so a damaged part is refused by
//! itself and the others stay. Chat programs may wrap the second line. This module knows nothing
//! of what it carries, and armor protects nothing: bundles and pages are sealed already.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::hash;
use crate::id::BundleId;
use crate::limits::{ARMOR_BYTES_MAX, ARMOR_PART_CHARS_MAX, ARMOR_PARTS_MAX};

const MARK: &str = "SAMPAN1";
const NAME_BYTES: usize = 8;
const CHECKSUM_BYTES: usize = 4;

/// What kind of bytes a text carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Freight {
    /// A sealed bundle, on its way up.
    Bundle,
    /// A signed receipt, on its way down.
    Receipt,
    /// A sealed page of news, on its way down.
    News,
    /// A [`crate::parcel`] of any of these, in either direction.
    Parcel,
}

impl Freight {
    const ALL: [Self; 4] = [Self::Bundle, Self::Receipt, Self::News, Self::Parcel];

    /// The word in the first line.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Bundle => "bundle",
            Self::Receipt => "receipt",
            Self::News => "news",
            Self::Parcel => "parcel",
        }
    }
}

/// Bytes with their kind, as they were before and are again after armor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Armored {
    /// What they are said to be; their own reader decides.
    pub freight: Freight,
    /// The bytes, 1 to [`ARMOR_BYTES_MAX`].
    pub bytes: Vec<u8>,
}

impl Armored {
    /// One text that carries everything.
    ///
    /// # Errors
    /// [`CannotArmor::Size`].
    pub fn to_text(&self) -> Result<String, CannotArmor> {
        self.check_size()?;
        Ok(self.part(
            &self.bytes,
            Place {
                part: 1,
                parts: 1,
                name: name(&self.bytes),
            },
        ))
    }

    /// As few texts as possible of at most `part_chars_max` characters, each for one QR code.
    ///
    /// # Errors
    /// [`CannotArmor`].
    pub fn to_parts(&self, part_chars_max: usize) -> Result<Vec<String>, CannotArmor> {
        self.check_size()?;
        let share_max = share_bytes_max(self.freight, part_chars_max);
        if share_max == 0 {
            return Err(CannotArmor::Parts);
        }
        let parts = u8::try_from(self.bytes.len().div_ceil(share_max))
            .ok()
            .filter(|parts| *parts <= ARMOR_PARTS_MAX)
            .ok_or(CannotArmor::Parts)?;
        // Equal shares give QR codes of equal, smaller size. Rounding them up may make the last
        // ones empty; then fewer parts carry everything.
        let share = self.bytes.len().div_ceil(parts.into());
        let parts = self.bytes.len().div_ceil(share) as u8;
        let name = name(&self.bytes);
        Ok((1..)
            .zip(self.bytes.chunks(share))
            .map(|(part, share)| self.part(share, Place { part, parts, name }))
            .collect())
    }

    fn check_size(&self) -> Result<(), CannotArmor> {
        if self.bytes.is_empty() || self.bytes.len() > ARMOR_BYTES_MAX {
            return Err(CannotArmor::Size);
        }
        Ok(())
    }

    fn part(&self, share: &[u8], place: Place) -> String {
        let checked = [&checksum(self.freight, place, share)[..], share].concat();
        let line = place.first_line(self.freight);
        format!("{line}\n{}", URL_SAFE_NO_PAD.encode(checked))
    }
}

/// Why bytes cannot be carried as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CannotArmor {
    /// Nothing, or more than [`ARMOR_BYTES_MAX`]: send a file.
    #[error("armor carries 1 to {ARMOR_BYTES_MAX} bytes: send a file instead")]
    Size,
    /// More than [`ARMOR_PARTS_MAX`] parts of this size would be needed: allow longer ones.
    #[error("more than {ARMOR_PARTS_MAX} parts would be needed: allow longer ones or send a file")]
    Parts,
}

/// Puts the parts of one set together, in any order, with repetitions.
#[derive(Debug, Clone, Default)]
pub struct Gathering {
    set: Option<Set>,
}

impl Gathering {
    /// Adds one part. The first one decides which set is gathered.
    ///
    /// # Errors
    /// [`ArmorError`]; what was gathered before stays, except after [`ArmorError::Damaged`].
    pub fn add(&mut self, text: &str) -> Result<Progress, ArmorError> {
        let part = Part::read(text)?;
        let set = self.set.get_or_insert_with(|| Set::of(&part));
        if (set.freight, set.parts, set.name) != (part.freight, part.place.parts, part.place.name) {
            return Err(ArmorError::OtherSet);
        }
        set.add(part)?;
        let missing = set.missing();
        if !missing.is_empty() {
            return Ok(Progress::Missing(missing));
        }
        let freight = set.freight;
        let bytes = set.shares.concat();
        let whole = name(&bytes) == set.name;
        self.set = None;
        if whole {
            Ok(Progress::Whole(Armored { freight, bytes }))
        } else {
            Err(ArmorError::Damaged)
        }
    }
}

/// How far a [`Gathering`] is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// These parts, counted from 1, are still to come.
    Missing(Vec<u8>),
    /// All is there; the gathering is empty again.
    Whole(Armored),
}

/// The bytes in a text that carries everything.
///
/// # Errors
/// [`ArmorError`], [`ArmorError::Incomplete`] if the text is one part of several.
pub fn read(text: &str) -> Result<Armored, ArmorError> {
    match Gathering::default().add(text)? {
        Progress::Whole(armored) => Ok(armored),
        Progress::Missing(_) => Err(ArmorError::Incomplete),
    }
}

/// Why a text was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ArmorError {
    /// Not our text: choose another file or code.
    #[error("not a Sampan text: it does not begin with {MARK} and a known kind")]
    NotOurs,
    /// Cut, retyped or otherwise changed: copy or scan it again.
    #[error("the text is damaged: copy or scan it again")]
    Checksum,
    /// More than a set may hold.
    #[error("the text carries more than {ARMOR_BYTES_MAX} bytes: take the file instead")]
    TooLong,
    /// A part of something else: finish or abandon the present set first.
    #[error("this part belongs to another set: finish the first set, then begin with this one")]
    OtherSet,
    /// One part where a whole was wanted: gather the others too.
    #[error("this is one part of several: add the others")]
    Incomplete,
    /// Every part is sound but not the whole; the set was let go. Begin again.
    #[error("the parts do not fit together: scan all of them again")]
    Damaged,
}

/// Which part of which set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    part: u8,
    parts: u8,
    name: [u8; NAME_BYTES],
}

impl Place {
    fn first_line(self, freight: Freight) -> String {
        let Self { part, parts, name } = self;
        let name = u64::from_be_bytes(name);
        format!("{MARK} {} {part}/{parts} {name:016x}", freight.word())
    }
}

#[derive(Debug, Clone)]
struct Part {
    freight: Freight,
    place: Place,
    share: Vec<u8>,
}

impl Part {
    fn read(text: &str) -> Result<Self, ArmorError> {
        if text.len() > ARMOR_PART_CHARS_MAX {
            return Err(ArmorError::TooLong);
        }
        let (line, body) = text
            .trim_start()
            .split_once('\n')
            .ok_or(ArmorError::NotOurs)?;
        let (freight, place) = read_first_line(line)?;
        let body: String = body.split_ascii_whitespace().collect();
        let checked = URL_SAFE_NO_PAD
            .decode(body)
            .map_err(|_| ArmorError::Checksum)?;
        let (sum, share) = checked
            .split_first_chunk::<CHECKSUM_BYTES>()
            .ok_or(ArmorError::Checksum)?;
        if share.is_empty() || *sum != checksum(freight, place, share) {
            return Err(ArmorError::Checksum);
        }
        Ok(Self {
            freight,
            place,
            share: share.to_vec(),
        })
    }
}

/// The parts of one set that are there.
#[derive(Debug, Clone)]
struct Set {
    freight: Freight,
    parts: u8,
    name: [u8; NAME_BYTES],
    /// One per part, empty while it is missing.
    shares: Vec<Vec<u8>>,
}

impl Set {
    fn of(part: &Part) -> Self {
        let Place { parts, name, .. } = part.place;
        Self {
            freight: part.freight,
            parts,
            name,
            shares: vec![Vec::new(); parts.into()],
        }
    }

    fn add(&mut self, part: Part) -> Result<(), ArmorError> {
        let held: usize = self.shares.iter().map(Vec::len).sum();
        let share = &mut self.shares[usize::from(part.place.part) - 1];
        if share.is_empty() {
            if held + part.share.len() > ARMOR_BYTES_MAX {
                return Err(ArmorError::TooLong);
            }
            *share = part.share;
        }
        Ok(())
    }

    fn missing(&self) -> Vec<u8> {
        let numbered = (1..).zip(&self.shares);
        numbered
            .filter(|(_, share)| share.is_empty())
            .map(|(part, _)| part)
            .collect()
    }
}

/// Reads a first line, which has one spelling but for the white space around it.
fn read_first_line(line: &str) -> Result<(Freight, Place), ArmorError> {
    let mut words = line.split_ascii_whitespace();
    let mut word = || words.next().ok_or(ArmorError::NotOurs);
    if word()? != MARK {
        return Err(ArmorError::NotOurs);
    }
    let kind = word()?;
    let freight = (Freight::ALL.into_iter())
        .find(|freight| freight.word() == kind)
        .ok_or(ArmorError::NotOurs)?;
    let (part, parts) = word()?.split_once('/').ok_or(ArmorError::Checksum)?;
    let number = |text: &str| text.parse::<u8>().map_err(|_| ArmorError::Checksum);
    let (part, parts) = (number(part)?, number(parts)?);
    let name = u64::from_str_radix(word()?, 16).map_err(|_| ArmorError::Checksum)?;
    let place = Place {
        part,
        parts,
        name: name.to_be_bytes(),
    };
    let canonical = line
        .split_ascii_whitespace()
        .eq(place.first_line(freight).split(' '));
    if !canonical || part == 0 || part > parts || parts > ARMOR_PARTS_MAX {
        return Err(ArmorError::Checksum);
    }
    Ok((freight, place))
}

fn name(bytes: &[u8]) -> [u8; NAME_BYTES] {
    let mut name = [0; NAME_BYTES];
    name.copy_from_slice(&BundleId::of(bytes).0[..NAME_BYTES]);
    name
}

fn checksum(freight: Freight, place: Place, share: &[u8]) -> [u8; CHECKSUM_BYTES] {
    let line = place.first_line(freight);
    hash::derive("sampan/armor", &[line.as_bytes(), share])
}

/// Bytes of share that fit a part of this many characters.
fn share_bytes_max(freight: Freight, part_chars_max: usize) -> usize {
    let widest = Place {
        part: ARMOR_PARTS_MAX,
        parts: ARMOR_PARTS_MAX,
        name: [0; NAME_BYTES],
    };
    let line = widest.first_line(freight).len() + 1;
    let body_chars = part_chars_max.saturating_sub(line);
    (body_chars.min(ARMOR_PART_CHARS_MAX) * 3 / 4).saturating_sub(CHECKSUM_BYTES)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::golden;
    use proptest::prelude::*;

    fn armored(bytes: Vec<u8>) -> Armored {
        Armored {
            freight: Freight::Bundle,
            bytes,
        }
    }

    #[test]
    fn golden_texts_are_read_as_written() {
        let whole = armored((0..=255).collect());
        golden::check("armor/text.txt", &whole.to_text().unwrap());
        golden::check(
            "armor/parts.txt",
            &whole.to_parts(200).unwrap().join("\n\n"),
        );
        assert_eq!(read(&whole.to_text().unwrap()), Ok(whole));
    }

    #[test]
    fn every_freight_has_its_golden_text() {
        let texts = Freight::ALL.map(|freight| {
            let bytes = vec![1, 2, 3];
            let armored = Armored { freight, bytes };
            let text = armored.to_text().unwrap();
            assert_eq!(read(&text), Ok(armored));
            text
        });
        golden::check("armor/freights.txt", &texts.join("\n\n"));
    }

    #[test]
    fn a_chat_programs_wrapping_does_no_harm() {
        let armored = armored(vec![7; 300]);
        let text = armored.to_text().unwrap();
        let (line, body) = text.split_once('\n').unwrap();
        let wrapped: Vec<&str> = body
            .as_bytes()
            .chunks(60)
            .map(|chunk| str::from_utf8(chunk).unwrap())
            .collect();
        let text = format!("\r\n  {line}\r\n{}\r\n", wrapped.join("\r\n "));
        assert_eq!(read(&text), Ok(armored));
    }

    #[test]
    fn a_lone_record_fits_one_code_and_a_frozen_bundle_a_few() {
        let lone = armored(vec![0; 320]).to_parts(500).unwrap();
        assert_eq!((lone.len(), lone[0].len()), (1, 468));
        let frozen = armored(vec![0; 4_350]).to_parts(1_250).unwrap();
        assert_eq!(frozen.len(), 5);
        assert!(frozen.iter().all(|part| part.len() <= 1_250));
    }

    #[test]
    fn one_part_of_several_is_not_the_whole() {
        let parts = armored(vec![7; 300]).to_parts(200).unwrap();
        assert_eq!(read(&parts[1]), Err(ArmorError::Incomplete));
        let mut gathering = Gathering::default();
        let missing = gathering.add(&parts[1]).unwrap();
        assert_eq!(
            missing,
            Progress::Missing((1..=parts.len() as u8).filter(|n| *n != 2).collect())
        );
    }

    #[test]
    fn a_part_of_another_set_does_not_disturb() {
        let ours = armored(vec![7; 300]).to_parts(250).unwrap();
        let theirs = armored(vec![8; 300]).to_parts(250).unwrap();
        let mut gathering = Gathering::default();
        gathering.add(&ours[0]).unwrap();
        assert_eq!(gathering.add(&theirs[1]), Err(ArmorError::OtherSet));
        for part in &ours[1..ours.len() - 1] {
            gathering.add(part).unwrap();
        }
        let whole = gathering.add(ours.last().unwrap());
        assert_eq!(whole, Ok(Progress::Whole(armored(vec![7; 300]))));
    }

    #[test]
    fn what_cannot_be_carried_is_refused_beforehand() {
        assert_eq!(armored(vec![]).to_text(), Err(CannotArmor::Size));
        assert_eq!(
            armored(vec![0; ARMOR_BYTES_MAX + 1]).to_text(),
            Err(CannotArmor::Size)
        );
        assert_eq!(armored(vec![0; 300]).to_parts(40), Err(CannotArmor::Parts));
        assert_eq!(armored(vec![0; 600]).to_parts(50), Err(CannotArmor::Parts));
        let longest = armored(vec![0; ARMOR_BYTES_MAX]).to_text().unwrap();
        assert!(longest.len() < ARMOR_PART_CHARS_MAX);
        assert!(read(&longest).is_ok());
    }

    #[test]
    fn texts_with_other_spellings_are_refused() {
        let text = armored(b"sampan".to_vec()).to_text().unwrap();
        let (line, body) = text.split_once('\n').unwrap();
        for (from, to, error) in [
            ("SAMPAN1", "SAMPAN2", ArmorError::NotOurs),
            ("bundle", "letter", ArmorError::NotOurs),
            ("bundle", "receipt", ArmorError::Checksum),
            ("1/1", "01/1", ArmorError::Checksum),
            ("1/1", "+1/1", ArmorError::Checksum),
            ("1/1", "0/1", ArmorError::Checksum),
            ("1/1", "2/1", ArmorError::Checksum),
            ("1/1", "1/100", ArmorError::Checksum),
            ("1/1", "1", ArmorError::Checksum),
            ("1/1", "1/1 1/1", ArmorError::Checksum),
        ] {
            let changed = format!("{}\n{body}", line.replace(from, to));
            assert_eq!(read(&changed), Err(error), "{changed}");
        }
        assert_eq!(read(line), Err(ArmorError::NotOurs));
        assert_eq!(read(&format!("{line}\n")), Err(ArmorError::Checksum));
        assert_eq!(
            read(&" ".repeat(ARMOR_PART_CHARS_MAX + 1)),
            Err(ArmorError::TooLong)
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn parts_come_together_in_any_order_with_repetitions(
            bytes in prop::collection::vec(any::<u8>(), 1..3_000),
            part_chars_max in 150usize..600,
            order in prop::collection::vec(any::<prop::sample::Index>(), 0..40),
        ) {
            let whole = Armored { freight: Freight::News, bytes };
            let parts = whole.to_parts(part_chars_max).unwrap();
            prop_assert!(parts.iter().all(|part| part.len() <= part_chars_max));
            let mut gathering = Gathering::default();
            let first = order.iter().map(|index| index.get(&parts));
            for part in first.chain(&parts) {
                if let Progress::Whole(gathered) = gathering.add(part).unwrap() {
                    prop_assert_eq!(gathered, whole);
                    return Ok(());
                }
            }
            prop_assert!(false, "every part was added and none completed the set");
        }

        #[test]
        fn a_changed_character_is_noticed(at: prop::sample::Index, to in "[A-Za-z0-9_-]") {
            let text = armored(vec![7; 90]).to_text().unwrap();
            let at = at.index(text.len());
            let changed = format!("{}{to}{}", &text[..at], &text[at + 1..]);
            prop_assert!(changed == text || read(&changed).is_err());
        }

        #[test]
        fn any_text_is_answered(text: String, tail in "[ -~\n]{0,80}") {
            let _ = read(&text);
            let _ = read(&format!("SAMPAN1 bundle {tail}"));
        }
    }
}
