//! The bundle: the only thing that travels up.
//!
//! A bundle is a batch of facts in one section per audience, sealed to the server, then signed
//! outside by its device, numbered, and chained to the bundle before. The same bytes travel by
//! network, file, colleague and QR code. This module knows envelopes and nothing of the facts
//! within; a section's plaintext is opaque bytes to it.
//!
//! Integers are little-endian. Nothing may follow the signature.
//!
//! | at | bytes | what |
//! |---|---|---|
//! | 0 | 4 | `SMPB` |
//! | 4 | 1 | version, 1 |
//! | 5 | 1 | suite, 1: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20-Poly1305 |
//! | 6 | 16 | device |
//! | 22 | 4 | incarnation |
//! | 26 | 4 | number, from 0 in each incarnation |
//! | 30 | 16 | id of the sealed bundle `number - 1`; zeros for number 0 |
//! | 46 | 4 | id of the sealing key |
//! | 50 | 32 | encapsulated key |
//! | 82 | 1 | sections, 1 or 2 |
//! | 83 | 37 each | audience u8 (strictly ascending), key commitment 32, ciphertext length u32 |
//! | | | the ciphertexts, in order |
//! | end - 64 | 64 | Ed25519 signature for `sampan/bundle/v1` over all bytes before |
//!
//! Bytes 0 to 30 keep their meaning in every later version, so that a server can always answer
//! the right device with *too new*.
//!
//! **Keys.** Each seal makes a fresh HPKE context. A section's key is exported from it under the
//! label `sampan/section` followed by the audience's byte, and encrypts exactly one message, so
//! its nonce may be, and is, all zeros. The associated data are all bytes before the ciphertexts
//! followed by the section's index. ChaCha20-Poly1305 does not commit to its key: without the
//! commitment in the header a malicious sender could show the server and a colleague different
//! texts in one ciphertext.
//!
//! **Order.** [`Bundle::read`] costs nothing, [`Bundle::verify`] one signature; only a
//! [`Verified`] bundle can be opened with the server's keys. A colleague who was given one
//! section's key opens it with [`Bundle::open_section`].

pub use header::{Bundle, Header, HeaderError, SectionHeader, Verified};
pub use open::OpenError;
pub use seal::{Draft, SealError, Sealed, seal};

mod header;
mod open;
mod seal;
#[cfg(test)]
mod vectors;

use core::fmt;

use chacha20poly1305::aead::array::Array;
use serde::{Deserialize, Serialize};

use crate::hash;
use crate::id::{Audience, DeviceId, Incarnation};
use crate::seal::TAG_BYTES;

const MAGIC: [u8; 4] = *b"SMPB";
const VERSION: u8 = 1;
const SUITE: u8 = 1;
const DOMAIN: &str = "sampan/bundle/v1";
const SECTION_LABEL: &[u8] = b"sampan/section";

/// Bytes before the first section header.
const FIXED_BYTES: usize = 83;
const SECTION_HEADER_BYTES: usize = 37;

/// The place of a bundle in its incarnation's chain, from 0.
///
/// An open bundle is re-sealed under one number until it is frozen; what the server has received
/// under a number never changes.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
pub struct BundleNumber(pub u32);

impl BundleNumber {
    /// The number after this one; `None` after the last of four thousand million.
    #[must_use]
    pub fn next(self) -> Option<Self> {
        self.0.checked_add(1).map(Self)
    }
}

/// What a receipt answers: one number of one incarnation of one device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Serial {
    /// Who sealed.
    pub device: DeviceId,
    /// In which of its lives.
    pub incarnation: Incarnation,
    /// As which bundle of that life.
    pub number: BundleNumber,
}

/// One audience's part of a bundle, in clear.
#[derive(Clone, PartialEq, Eq)]
pub struct Section {
    /// Who may read it besides the server.
    pub audience: Audience,
    /// The facts as the codec wrote them; never empty.
    pub plain: Vec<u8>,
}

impl fmt::Debug for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Section({:?}, {} bytes)",
            self.audience,
            self.plain.len()
        )
    }
}

/// The key of one section of one sealed bundle. Whoever has it can read that section.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SectionKey([u8; 32]);

impl SectionKey {
    /// The key as a colleague's note carries it.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The key's bytes, to be sealed to a colleague.
    #[must_use]
    pub fn to_bytes(self) -> [u8; 32] {
        self.0
    }

    /// What the header says about this key without giving it away.
    fn commitment(&self) -> [u8; 32] {
        hash::digest("sampan/commitment", &[&self.0])
    }

    fn cipher(&self) -> chacha20poly1305::ChaCha20Poly1305 {
        use chacha20poly1305::KeyInit;
        chacha20poly1305::ChaCha20Poly1305::new(&Array(self.0))
    }
}

impl fmt::Debug for SectionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SectionKey(..)")
    }
}

/// The exporter's context for a section of this audience.
fn section_label(audience: Audience) -> Vec<u8> {
    [SECTION_LABEL, &[audience.code()]].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::BundleId;
    use crate::seal::{OpeningKey, OpeningKeys};
    use crate::signed::DeviceKey;
    use proptest::prelude::*;

    fn opening() -> OpeningKey {
        OpeningKey::from_bytes([0x11; 32])
    }

    fn device() -> DeviceKey {
        DeviceKey::from_seed([0x22; 32])
    }

    fn draft(plains: &[(Audience, &[u8])]) -> Draft {
        let section = |&(audience, plain): &(_, &[u8])| Section {
            audience,
            plain: plain.to_vec(),
        };
        Draft {
            serial: Serial {
                device: DeviceId::enrolled_with(&device().public().0),
                incarnation: Incarnation(1),
                number: BundleNumber(7),
            },
            previous: Some(BundleId([9; 16])),
            sections: plains.iter().map(section).collect(),
        }
    }

    fn sealed(plains: &[(Audience, &[u8])]) -> Sealed {
        seal(&draft(plains), &opening().sealing(), &device(), [0x33; 32]).unwrap()
    }

    #[test]
    fn the_envelope_of_two_sections_is_253_bytes() {
        let plains: [(_, &[u8]); 2] = [(Audience::Team, b"team"), (Audience::Police, b"police")];
        assert_eq!(sealed(&plains).bytes.len() - 10, 253);
        assert_eq!(sealed(&plains[..1]).bytes.len() - 4, 200);
    }

    #[test]
    fn a_re_seal_uses_fresh_keys_even_with_a_seed_used_before() {
        let first = sealed(&[(Audience::Team, b"one")]);
        let second = sealed(&[(Audience::Team, b"two")]);
        assert_ne!(first.section_keys, second.section_keys);
    }

    #[test]
    fn a_colleague_opens_only_the_section_whose_key_was_given() {
        let made = sealed(&[(Audience::Team, b"team"), (Audience::Police, b"police")]);
        let bundle = Bundle::read(&made.bytes).unwrap();
        let (audience, key) = made.section_keys[0];
        assert_eq!(bundle.open_section(audience, &key).unwrap().plain, b"team");
        let wrong = bundle.open_section(Audience::Police, &key);
        assert_eq!(
            wrong,
            Err(OpenError::Commitment {
                audience: Audience::Police
            })
        );
        let alone = sealed(&[(Audience::Team, b"team")]);
        let absent = Bundle::read(&alone.bytes)
            .unwrap()
            .open_section(Audience::Police, &key);
        assert_eq!(
            absent,
            Err(OpenError::NoSuchSection {
                audience: Audience::Police
            })
        );
    }

    #[test]
    fn what_no_reader_accepts_is_not_sealed() {
        let attempt = |draft: &Draft| {
            seal(draft, &opening().sealing(), &device(), [0; 32])
                .map(|_| ())
                .unwrap_err()
        };
        assert_eq!(attempt(&draft(&[])), SealError::Sections);
        let swapped: [(_, &[u8]); 2] = [(Audience::Police, b"p"), (Audience::Team, b"t")];
        assert_eq!(attempt(&draft(&swapped)), SealError::Sections);
        assert_eq!(
            attempt(&draft(&[(Audience::Team, b"")])),
            SealError::Sections
        );
        let mut unchained = draft(&[(Audience::Team, b"t")]);
        unchained.previous = None;
        assert_eq!(attempt(&unchained), SealError::Previous);
        let long = vec![0; crate::limits::BUNDLE_BYTES_MAX];
        assert_eq!(
            attempt(&draft(&[(Audience::Team, &long)])),
            SealError::TooLong
        );
    }

    #[test]
    fn secrets_do_not_print() {
        let made = sealed(&[(Audience::Team, b"Lan")]);
        assert_eq!(format!("{:?}", made.section_keys[0].1), "SectionKey(..)");
        assert_eq!(
            format!("{made:?}"),
            format!("Sealed({}, 203 bytes)", made.id)
        );
        let section = &draft(&[(Audience::Team, b"Lan")]).sections[0];
        assert_eq!(format!("{section:?}"), "Section(Team, 3 bytes)");
    }

    fn plains() -> impl Strategy<Value = Vec<(Audience, Vec<u8>)>> {
        let plain = || prop::collection::vec(any::<u8>(), 1..200);
        prop_oneof![
            plain().prop_map(|team| vec![(Audience::Team, team)]),
            plain().prop_map(|police| vec![(Audience::Police, police)]),
            (plain(), plain()).prop_map(|(team, police)| vec![
                (Audience::Team, team),
                (Audience::Police, police)
            ]),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn what_is_sealed_opens_to_the_same(plains in plains(), seed: [u8; 32], number: u32) {
            let borrowed: Vec<_> = plains.iter().map(|(a, plain)| (*a, &plain[..])).collect();
            let mut draft = draft(&borrowed);
            draft.serial.number = BundleNumber(number);
            draft.previous = (number > 0).then_some(BundleId([9; 16]));
            let made = seal(&draft, &opening().sealing(), &device(), seed).unwrap();

            let bundle = Bundle::read(&made.bytes).unwrap();
            prop_assert_eq!(bundle.id(), made.id);
            prop_assert_eq!(bundle.header().serial, draft.serial);
            prop_assert_eq!(bundle.header().previous, draft.previous);
            for (section, (audience, key)) in draft.sections.iter().zip(&made.section_keys) {
                let previewed = bundle.open_section(*audience, key).unwrap();
                prop_assert_eq!(&previewed, section);
            }
            let keys = OpeningKeys::new(vec![OpeningKey::from_bytes([1; 32]), opening()]);
            let opened = bundle.verify(&device().public()).unwrap().open(&keys).unwrap();
            prop_assert_eq!(opened, draft.sections);
        }

        #[test]
        fn a_changed_byte_never_verifies(plains in plains(), at: prop::sample::Index, flip in 1u8..) {
            let borrowed: Vec<_> = plains.iter().map(|(a, plain)| (*a, &plain[..])).collect();
            let mut bytes = sealed(&borrowed).bytes;
            let at = at.index(bytes.len());
            bytes[at] ^= flip;
            let verified = Bundle::read(&bytes).map(|bundle| bundle.verify(&device().public()).is_ok());
            prop_assert_ne!(verified, Ok(true));
        }

        #[test]
        fn a_cut_or_lengthened_bundle_is_never_read(cut in 0usize..300, more in 1usize..50) {
            let bytes = sealed(&[(Audience::Team, b"team"), (Audience::Police, b"police")]).bytes;
            if cut < bytes.len() {
                prop_assert!(Bundle::read(&bytes[..cut]).is_err());
            }
            let longer = [&bytes[..], &vec![0; more]].concat();
            prop_assert!(Bundle::read(&longer).is_err());
        }

        #[test]
        fn random_bytes_never_panic(head in prop::collection::vec(any::<u8>(), 0..400)) {
            let _ = Bundle::read(&head);
            let plausible = [&b"SMPB\x01\x01"[..], &head].concat();
            if let Ok(bundle) = Bundle::read(&plausible) {
                prop_assert!(bundle.verify(&device().public()).is_err());
            }
        }
    }
}
