//! Who may read it: X25519 keys and small sealed boxes.
//!
//! Sealing is HPKE (RFC 9180) in base mode with DHKEM(X25519, HKDF-SHA256), HKDF-SHA256 and
//! ChaCha20-Poly1305. Anyone with a [`SealingKey`] can seal, only the owner of the
//! [`OpeningKey`] can open; a seal does not say who made it. Randomness is always a seed of 32
//! bytes from the caller, fresh for every seal.

use core::fmt;

use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::{Deserializable, Kem, OpModeR, OpModeS, Serializable};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use crate::hash;
use crate::limits::SEALING_KEYS_MAX;

/// Bytes of the encapsulated key that travels in front of every seal.
pub const ENCAPSULATED_BYTES: usize = 32;

/// Bytes by which a ciphertext is longer than its plaintext.
pub const TAG_BYTES: usize = 16;

/// The first 4 bytes of a sealing key's hash: enough to choose among a server's few keys, too
/// few to prove anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct KeyId(pub [u8; 4]);

/// The X25519 public key of a server or device: whoever has it can seal to its owner.
///
/// Any 32 bytes; sealing to one of the few points without an owner fails.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SealingKey(pub [u8; 32]);

impl SealingKey {
    /// The name under which a bundle says whom it is sealed to.
    #[must_use]
    pub fn id(&self) -> KeyId {
        KeyId(hash::derive("sampan/sealing-key", &[&self.0]))
    }
}

impl fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, ..] = self.0;
        write!(f, "SealingKey({a:02x}{b:02x}{c:02x}{d:02x}..)")
    }
}

/// The private half of a [`SealingKey`].
#[derive(Clone)]
pub struct OpeningKey {
    private: PrivateKey,
    sealing: SealingKey,
}

impl OpeningKey {
    /// The key with these private bytes; any 32 bytes are a key.
    #[must_use]
    pub fn from_bytes(private: [u8; 32]) -> Self {
        let private = PrivateKey::from_bytes(&private).expect("any 32 bytes are a private key");
        let public = X25519HkdfSha256::sk_to_pk(&private);
        Self {
            private,
            sealing: SealingKey(public.to_bytes().into()),
        }
    }

    /// The public half.
    #[must_use]
    pub fn sealing(&self) -> SealingKey {
        self.sealing
    }
}

impl fmt::Debug for OpeningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OpeningKey(of {:?})", self.sealing)
    }
}

/// A server's current and old opening keys.
#[derive(Debug, Clone, Default)]
pub struct OpeningKeys(Vec<OpeningKey>);

impl OpeningKeys {
    /// These keys; of two with one [`KeyId`] the first is used.
    #[must_use]
    pub fn new(keys: Vec<OpeningKey>) -> Self {
        Self(keys)
    }

    /// The key a seal names, if it is still kept.
    #[must_use]
    pub fn get(&self, id: KeyId) -> Option<&OpeningKey> {
        self.0.iter().find(|key| key.sealing.id() == id)
    }

    /// The public halves, in the given order.
    pub fn sealing(&self) -> impl Iterator<Item = SealingKey> {
        self.0.iter().map(OpeningKey::sealing)
    }
}

/// A small sealed message and its reader: `plain` sealed to `to`.
///
/// `info` is the purpose: only an [`open_box`] with the same text opens it. `seed` must be fresh
/// random bytes. The result is [`ENCAPSULATED_BYTES`] + [`TAG_BYTES`] longer than `plain`.
///
/// # Errors
/// [`NoSuchRecipient`] if nobody can own the key `to`.
pub fn seal_box(
    plain: &[u8],
    to: &SealingKey,
    info: &'static str,
    seed: [u8; 32],
) -> Result<Vec<u8>, NoSuchRecipient> {
    let hedged = hash::digest("sampan/box-seed", &[&seed, info.as_bytes(), plain]);
    let (encapsulated, mut context) = sender(to, info.as_bytes(), hedged)?;
    let cipher = context
        .seal(plain, b"")
        .expect("a first message below 256 GiB can be sealed");
    Ok([&encapsulated[..], &cipher].concat())
}

/// The key is one of the points for which no private key exists. Fetch the recipient's key again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("nobody can own this sealing key: fetch the recipient's key again")]
pub struct NoSuchRecipient;

/// The plaintext of a box sealed to `key` for the purpose `info`.
///
/// # Errors
/// [`CannotOpen`] for any other key, purpose or byte.
pub fn open_box(bytes: &[u8], key: &OpeningKey, info: &'static str) -> Result<Vec<u8>, CannotOpen> {
    let (encapsulated, cipher) = bytes
        .split_first_chunk::<ENCAPSULATED_BYTES>()
        .ok_or(CannotOpen)?;
    receiver(key, info.as_bytes(), encapsulated)?
        .open(cipher, b"")
        .map_err(|_| CannotOpen)
}

/// The bytes were not sealed to this key for this purpose, or were changed since. Ask the sender
/// to seal again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not sealed to this key for this purpose, or changed since: ask for it to be sealed again")]
pub struct CannotOpen;

/// Reads a published list of sealing keys of bounded length.
pub(crate) fn few_keys<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<SealingKey>, D::Error> {
    let keys = Vec::<SealingKey>::deserialize(from)?;
    if keys.len() > SEALING_KEYS_MAX {
        return Err(D::Error::invalid_length(keys.len(), &"few sealing keys"));
    }
    Ok(keys)
}

type PrivateKey = <X25519HkdfSha256 as Kem>::PrivateKey;
type PublicKey = <X25519HkdfSha256 as Kem>::PublicKey;
type EncappedKey = <X25519HkdfSha256 as Kem>::EncappedKey;

pub(crate) type Sender = hpke::aead::AeadCtxS<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>;
pub(crate) type Receiver = hpke::aead::AeadCtxR<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>;

/// A fresh HPKE context towards `to`, with the encapsulated key that lets its owner follow.
pub(crate) fn sender(
    to: &SealingKey,
    info: &[u8],
    seed: [u8; 32],
) -> Result<([u8; ENCAPSULATED_BYTES], Sender), NoSuchRecipient> {
    let public = PublicKey::from_bytes(&to.0).map_err(|_| NoSuchRecipient)?;
    let mut random = ChaCha20Rng::from_seed(seed);
    let (encapsulated, context): (EncappedKey, Sender) =
        hpke::setup_sender_with_rng(&OpModeS::Base, &public, info, &mut random)
            .map_err(|_| NoSuchRecipient)?;
    Ok((encapsulated.to_bytes().into(), context))
}

/// The context that the sender of `encapsulated` had.
pub(crate) fn receiver(
    key: &OpeningKey,
    info: &[u8],
    encapsulated: &[u8; ENCAPSULATED_BYTES],
) -> Result<Receiver, CannotOpen> {
    let encapsulated = EncappedKey::from_bytes(encapsulated).map_err(|_| CannotOpen)?;
    hpke::setup_receiver(&OpModeR::Base, &key.private, &encapsulated, info).map_err(|_| CannotOpen)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_box_opens_for_its_recipient_and_purpose_only() {
        let key = OpeningKey::from_bytes([3; 32]);
        let sealed = seal_box(b"news", &key.sealing(), "sampan/test", [5; 32]).unwrap();
        assert_eq!(sealed.len(), 4 + ENCAPSULATED_BYTES + TAG_BYTES);
        assert_eq!(open_box(&sealed, &key, "sampan/test"), Ok(b"news".to_vec()));
        assert_eq!(open_box(&sealed, &key, "sampan/other"), Err(CannotOpen));
        let other = OpeningKey::from_bytes([4; 32]);
        assert_eq!(open_box(&sealed, &other, "sampan/test"), Err(CannotOpen));
    }

    #[test]
    fn a_seed_used_twice_does_not_repeat_a_context() {
        let to = OpeningKey::from_bytes([3; 32]).sealing();
        let first = seal_box(b"one", &to, "sampan/test", [5; 32]).unwrap();
        let second = seal_box(b"two", &to, "sampan/test", [5; 32]).unwrap();
        assert_ne!(first[..ENCAPSULATED_BYTES], second[..ENCAPSULATED_BYTES]);
    }

    #[test]
    fn sealing_to_a_point_without_owner_fails() {
        let nobody = SealingKey([0; 32]);
        assert_eq!(
            seal_box(b"news", &nobody, "sampan/test", [5; 32]),
            Err(NoSuchRecipient)
        );
    }

    #[test]
    fn secrets_do_not_print() {
        let printed = format!("{:?}", OpeningKey::from_bytes([0xab; 32]));
        assert!(printed.starts_with("OpeningKey(of SealingKey("));
        assert!(!printed.contains("abab") && !printed.contains("171"));
    }

    proptest! {
        #[test]
        fn changed_and_random_boxes_never_open(bytes in prop::collection::vec(any::<u8>(), 0..120),
                                               at in 0usize..52, flip in 1u8..) {
            let key = OpeningKey::from_bytes([3; 32]);
            prop_assert_eq!(open_box(&bytes, &key, "sampan/test"), Err(CannotOpen));
            let mut sealed = seal_box(b"news", &key.sealing(), "sampan/test", [5; 32]).unwrap();
            // X25519 ignores the top bit of a point, but HPKE hashes the encapsulated bytes.
            sealed[at] ^= flip;
            prop_assert_eq!(open_box(&sealed, &key, "sampan/test"), Err(CannotOpen));
        }
    }
}
