//! Who said it: Ed25519 keys and signed messages.
//!
//! Every signature is made over a domain and the bytes, so a signature for one purpose is worth
//! nothing for another. Verification is the strict one: weak keys and second spellings of a
//! signature fail. This module knows no message; a type becomes a message by [`Signable`].
//!
//! A signed message is `postcard bytes of T | signature 64`. The signature covers
//! `domain length u8 | domain | postcard bytes of T`.

use core::fmt;

use ed25519_dalek::{Signer, SigningKey, VerifyingKey};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// Bytes of an Ed25519 signature.
pub const SIGNATURE_BYTES: usize = 64;

/// A message type with its own domain and bound.
pub trait Signable: Serialize + DeserializeOwned {
    /// What a signature on this message is for, with a version; at most 255 bytes, unique in the
    /// protocol.
    const DOMAIN: &'static str;
    /// Bytes the signed message may have, signature included. Longer input is refused unread.
    const BYTES_MAX: usize;
}

/// The private half of a device's, console account's or server's signing key.
#[derive(Clone)]
pub struct DeviceKey(SigningKey);

impl DeviceKey {
    /// The key grown from 32 random bytes; the same seed gives the same key.
    #[must_use]
    pub fn from_seed(seed: [u8; 32]) -> Self {
        Self(SigningKey::from_bytes(&seed))
    }

    /// The half that others verify with.
    #[must_use]
    pub fn public(&self) -> DevicePublic {
        DevicePublic(self.0.verifying_key().to_bytes())
    }

    /// The signature of `bytes` for the purpose `domain`.
    ///
    /// For messages that are not a [`Signable`], such as a bundle.
    #[must_use]
    pub fn sign(&self, domain: &str, bytes: &[u8]) -> [u8; SIGNATURE_BYTES] {
        self.0.sign(&purposed(domain, bytes)).to_bytes()
    }
}

impl fmt::Debug for DeviceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DeviceKey(of {:?})", self.public())
    }
}

/// The public half of a [`DeviceKey`]; any 32 bytes, a useless key simply verifies nothing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct DevicePublic(pub [u8; 32]);

impl DevicePublic {
    /// Checks that this key's owner signed `bytes` for the purpose `domain`.
    ///
    /// # Errors
    /// [`BadSignature`] for any other signature, key, purpose or byte.
    pub fn verify(
        &self,
        domain: &str,
        bytes: &[u8],
        signature: &[u8; SIGNATURE_BYTES],
    ) -> Result<(), BadSignature> {
        let key = VerifyingKey::from_bytes(&self.0).map_err(|_| BadSignature)?;
        let signature = ed25519_dalek::Signature::from_bytes(signature);
        key.verify_strict(&purposed(domain, bytes), &signature)
            .map_err(|_| BadSignature)
    }
}

impl fmt::Debug for DevicePublic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, ..] = self.0;
        write!(f, "DevicePublic({a:02x}{b:02x}{c:02x}{d:02x}..)")
    }
}

/// The signature is not this key's over these bytes for this purpose. The sender must sign
/// again with the key the receiver knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the signature does not belong to this key and these bytes: sign again, then send again")]
pub struct BadSignature;

impl BadSignature {
    /// The error's stable name.
    #[must_use]
    pub fn code(&self) -> &'static str {
        "bad-signature"
    }
}

/// `message` with the signature of `key`, ready to send.
///
/// # Errors
/// [`MessageTooLong`] if the result would be refused by its reader for its length.
pub fn sign<T: Signable>(message: &T, key: &DeviceKey) -> Result<Vec<u8>, MessageTooLong> {
    let mut bytes = postcard::to_allocvec(message).map_err(|_| MessageTooLong)?;
    let signature = key.sign(T::DOMAIN, &bytes);
    bytes.extend_from_slice(&signature);
    if bytes.len() > T::BYTES_MAX {
        return Err(MessageTooLong);
    }
    Ok(bytes)
}

/// The message is longer than its type's `BYTES_MAX`, or has no serial form: split it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the message is too long to be read by anyone: split it")]
pub struct MessageTooLong;

/// The message in `bytes`, if `public` signed it as a `T`.
///
/// # Errors
/// [`SignedError`], whose variants say whether the bytes or the signer are wrong.
pub fn verify<T: Signable>(bytes: &[u8], public: &DevicePublic) -> Result<T, SignedError> {
    Ok(Signed::<T>::read(bytes)?.verify(public)?)
}

/// A well-formed message whose signature is not yet checked.
///
/// It exists because a receiver often finds the signer's key by a name inside the message.
#[derive(Debug, Clone)]
pub struct Signed<'a, T> {
    claimed: T,
    body: &'a [u8],
    signature: [u8; SIGNATURE_BYTES],
}

impl<'a, T: Signable> Signed<'a, T> {
    /// Decodes `bytes`, which must be one message and nothing more.
    ///
    /// # Errors
    /// [`SignedError::TooLong`] or [`SignedError::Malformed`].
    pub fn read(bytes: &'a [u8]) -> Result<Self, SignedError> {
        if bytes.len() > T::BYTES_MAX {
            return Err(SignedError::TooLong {
                bytes_max: T::BYTES_MAX,
            });
        }
        let (body, signature) = bytes
            .split_last_chunk::<SIGNATURE_BYTES>()
            .ok_or(SignedError::Malformed)?;
        let (claimed, rest) =
            postcard::take_from_bytes(body).map_err(|_| SignedError::Malformed)?;
        if !rest.is_empty() {
            return Err(SignedError::Malformed);
        }
        Ok(Self {
            claimed,
            body,
            signature: *signature,
        })
    }

    /// The message as someone claims it; use it only to look up the key to verify with.
    pub fn claimed(&self) -> &T {
        &self.claimed
    }

    /// Whether `public` signed it; for a signer with several keys.
    #[must_use]
    pub fn is_by(&self, public: &DevicePublic) -> bool {
        public.verify(T::DOMAIN, self.body, &self.signature).is_ok()
    }

    /// The message, now known to be signed by `public`.
    ///
    /// # Errors
    /// [`BadSignature`] if it is not.
    pub fn verify(self, public: &DevicePublic) -> Result<T, BadSignature> {
        public.verify(T::DOMAIN, self.body, &self.signature)?;
        Ok(self.claimed)
    }
}

/// Why bytes are not a signed message of the wanted type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignedError {
    /// The sender must split the message.
    #[error("longer than {bytes_max} bytes: split the message")]
    TooLong {
        /// The type's bound.
        bytes_max: usize,
    },
    /// The sender's software and this one disagree about the type; compare protocol versions.
    #[error("not a message of the expected type: compare protocol versions, then build it anew")]
    Malformed,
    /// The sender must sign again.
    #[error(transparent)]
    Signature(#[from] BadSignature),
}

impl SignedError {
    /// The error's stable name.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLong { .. } => "message-too-long",
            Self::Malformed => "malformed-message",
            Self::Signature(bad) => bad.code(),
        }
    }
}

/// The bytes really signed. The domain's length comes first, so no domain is another's prefix.
fn purposed(domain: &str, bytes: &[u8]) -> Vec<u8> {
    let length = u8::try_from(domain.len()).expect("domains are short constants of this program");
    let mut message = Vec::with_capacity(1 + domain.len() + bytes.len());
    message.push(length);
    message.extend_from_slice(domain.as_bytes());
    message.extend_from_slice(bytes);
    message
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    struct Note(String);
    impl Signable for Note {
        const DOMAIN: &'static str = "sampan/test-note/v1";
        const BYTES_MAX: usize = 256;
    }

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    struct Twin(String);
    impl Signable for Twin {
        const DOMAIN: &'static str = "sampan/test-twin/v1";
        const BYTES_MAX: usize = 256;
    }

    #[test]
    fn a_signature_for_one_purpose_is_worthless_for_another() {
        let key = DeviceKey::from_seed([1; 32]);
        let bytes = sign(&Note("hello".into()), &key).unwrap();
        assert_eq!(
            verify::<Note>(&bytes, &key.public()),
            Ok(Note("hello".into()))
        );
        let refused = Err(SignedError::Signature(BadSignature));
        assert_eq!(verify::<Twin>(&bytes, &key.public()), refused);
        let other = DeviceKey::from_seed([2; 32]).public();
        assert_eq!(
            verify::<Note>(&bytes, &other),
            Err(SignedError::Signature(BadSignature))
        );
    }

    #[test]
    fn length_is_bounded_on_both_sides() {
        let key = DeviceKey::from_seed([1; 32]);
        assert_eq!(sign(&Note("x".repeat(300)), &key), Err(MessageTooLong));
        let refused = verify::<Note>(&[0; 257], &key.public());
        assert_eq!(refused, Err(SignedError::TooLong { bytes_max: 256 }));
    }

    #[test]
    fn a_weak_key_verifies_nothing() {
        // The neutral point: with it, a lax verifier accepts one signature for every message.
        let mut neutral = [0; 32];
        neutral[0] = 1;
        let mut signature = [0; 64];
        signature[0] = 1;
        let public = DevicePublic(neutral);
        assert_eq!(
            public.verify("d", b"anything", &signature),
            Err(BadSignature)
        );
    }

    proptest! {
        #[test]
        fn any_change_of_a_byte_is_refused(at in 0usize..70, flip in 1u8..) {
            let key = DeviceKey::from_seed([1; 32]);
            let mut bytes = sign(&Note("hello".into()), &key).unwrap();
            let at = at % bytes.len();
            bytes[at] ^= flip;
            prop_assert!(verify::<Note>(&bytes, &key.public()).is_err());
        }

        #[test]
        fn random_bytes_are_refused_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            prop_assert!(verify::<Note>(&bytes, &DevicePublic([9; 32])).is_err());
        }
    }
}
