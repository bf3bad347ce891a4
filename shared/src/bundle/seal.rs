//! Sealing a draft.

use core::fmt;

use chacha20poly1305::Nonce;
use chacha20poly1305::aead::{Aead, Payload};

use super::open::associated;
use super::{
    DOMAIN, FIXED_BYTES, MAGIC, SECTION_HEADER_BYTES, SUITE, Section, SectionKey, Serial,
    TAG_BYTES, VERSION, section_label,
};
use crate::hash;
use crate::id::{Audience, BundleId};
use crate::limits::BUNDLE_BYTES_MAX;
use crate::seal::{NoSuchRecipient, SealingKey, sender};
use crate::signed::{DeviceKey, SIGNATURE_BYTES};

/// A bundle before sealing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Which bundle of whom this becomes.
    pub serial: Serial,
    /// The sealed bundle before it; `None` exactly for number 0.
    pub previous: Option<BundleId>,
    /// One or two, audiences strictly ascending, none empty.
    pub sections: Vec<Section>,
}

/// A sealed and signed bundle with what its sealer alone knows.
#[derive(Clone)]
pub struct Sealed {
    /// The bundle.
    pub bytes: Vec<u8>,
    /// Its name.
    pub id: BundleId,
    /// One key per section, in order, for colleagues' previews.
    pub section_keys: Vec<(Audience, SectionKey)>,
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sealed({}, {} bytes)", self.id, self.bytes.len())
    }
}

/// Seals `draft` to the server and signs it.
///
/// `seed` must be fresh random bytes for every call. It is mixed with the draft before use, so a
/// seed repeated by a broken generator still cannot make two texts share a key.
///
/// # Errors
/// [`SealError`]; nothing was sealed.
pub fn seal(
    draft: &Draft,
    to: &SealingKey,
    key: &DeviceKey,
    seed: [u8; 32],
) -> Result<Sealed, SealError> {
    check(draft)?;
    let fixed = fixed_part(draft, to);
    let (encapsulated, context) = sender(to, DOMAIN.as_bytes(), hedged(seed, &fixed, draft))?;
    let section_keys: Vec<_> = (draft.sections.iter())
        .map(|section| {
            let mut key = [0; 32];
            context
                .export(&section_label(section.audience), &mut key)
                .expect("32 bytes are within the exporter's reach");
            (section.audience, SectionKey(key))
        })
        .collect();

    let mut bytes = fixed;
    bytes.extend_from_slice(&encapsulated);
    bytes.push(draft.sections.len() as u8);
    for (section, (audience, key)) in draft.sections.iter().zip(&section_keys) {
        let length = (section.plain.len() + TAG_BYTES) as u32;
        bytes.push(audience.code());
        bytes.extend_from_slice(&key.commitment());
        bytes.extend_from_slice(&length.to_le_bytes());
    }
    let head = bytes.clone();
    for (index, (section, (_, key))) in draft.sections.iter().zip(&section_keys).enumerate() {
        bytes.extend_from_slice(&encrypt(section, key, &associated(&head, index)));
    }
    bytes.extend_from_slice(&key.sign(DOMAIN, &bytes));
    Ok(Sealed {
        id: BundleId::of(&bytes),
        bytes,
        section_keys,
    })
}

/// Why a draft cannot be sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// The draft's sections are none, too many, empty, or out of order: build it anew.
    #[error("a bundle has one or two sections, audiences ascending, none empty")]
    Sections,
    /// The draft's previous bundle does not fit its number: name the frozen bundle before it.
    #[error("the first bundle has no bundle before it and every other one has")]
    Previous,
    /// Freeze earlier and carry the rest in the next bundle.
    #[error("the bundle would be longer than {BUNDLE_BYTES_MAX} bytes: split it")]
    TooLong,
    /// Take another of the server's keys.
    #[error(transparent)]
    Recipient(#[from] NoSuchRecipient),
}

fn check(draft: &Draft) -> Result<(), SealError> {
    let ascending = draft.sections.is_sorted_by(|a, b| a.audience < b.audience);
    let filled = draft
        .sections
        .iter()
        .all(|section| !section.plain.is_empty());
    if draft.sections.is_empty() || !ascending || !filled {
        return Err(SealError::Sections);
    }
    let chained = draft.previous.is_some_and(|id| id != BundleId([0; 16]));
    if chained != (draft.serial.number.0 > 0) {
        return Err(SealError::Previous);
    }
    let sections: usize = (draft.sections.iter())
        .map(|section| SECTION_HEADER_BYTES + section.plain.len() + TAG_BYTES)
        .sum();
    if FIXED_BYTES + sections + SIGNATURE_BYTES > BUNDLE_BYTES_MAX {
        return Err(SealError::TooLong);
    }
    Ok(())
}

/// The bytes before the encapsulated key.
fn fixed_part(draft: &Draft, to: &SealingKey) -> Vec<u8> {
    let serial = &draft.serial;
    let previous = draft.previous.map_or([0; 16], |id| id.0);
    [
        &MAGIC[..],
        &[VERSION, SUITE],
        &serial.device.0,
        &serial.incarnation.0.to_le_bytes(),
        &serial.number.0.to_le_bytes(),
        &previous,
        &to.id().0,
    ]
    .concat()
}

/// The seed of this seal's context: the caller's randomness bound to what is sealed.
fn hedged(seed: [u8; 32], fixed: &[u8], draft: &Draft) -> [u8; 32] {
    let mut parts: Vec<&[u8]> = vec![&seed, fixed];
    let codes: Vec<[u8; 1]> = (draft.sections.iter())
        .map(|section| [section.audience.code()])
        .collect();
    for (section, code) in draft.sections.iter().zip(&codes) {
        parts.extend([&code[..], &section.plain]);
    }
    hash::digest("sampan/bundle-seed", &parts)
}

fn encrypt(section: &Section, key: &SectionKey, aad: &[u8]) -> Vec<u8> {
    let payload = Payload {
        msg: &section.plain,
        aad,
    };
    key.cipher()
        .encrypt(&Nonce::default(), payload)
        .expect("a section is far below 256 GiB")
}
