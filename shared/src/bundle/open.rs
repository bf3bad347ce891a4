//! Opening sections: all of them by the server, one of them by a colleague.

use chacha20poly1305::Nonce;
use chacha20poly1305::aead::{Aead, Payload};

use super::header::{Bundle, Verified};
use super::{DOMAIN, Section, SectionKey, section_label};
use crate::id::Audience;
use crate::seal::{self, KeyId, OpeningKeys};

impl Verified<'_> {
    /// Every section in clear, in the bundle's order.
    ///
    /// # Errors
    /// [`OpenError`]; all but [`OpenError::UnknownRecipient`] are the signer's own doing.
    pub fn open(&self, keys: &OpeningKeys) -> Result<Vec<Section>, OpenError> {
        let header = &self.0.header;
        let recipient = header.recipient;
        let key = keys
            .get(recipient)
            .ok_or(OpenError::UnknownRecipient { recipient })?;
        let context = seal::receiver(key, DOMAIN.as_bytes(), &header.encapsulated)
            .map_err(|_| OpenError::Encapsulation)?;
        (0..header.sections.len())
            .map(|index| {
                let mut key = [0; 32];
                context
                    .export(&section_label(header.sections[index].audience), &mut key)
                    .expect("32 bytes are within the exporter's reach");
                self.0.decrypt(index, &SectionKey(key))
            })
            .collect()
    }
}

impl Bundle<'_> {
    /// One section in clear, with the key its sealer handed over.
    ///
    /// It needs no signature: the colleague's note names this bundle by its id, and the header
    /// commits to the key. What it shows is a preview, never confirmed.
    ///
    /// # Errors
    /// [`OpenError::NoSuchSection`], [`OpenError::Commitment`] or [`OpenError::Ciphertext`]: ask
    /// the colleague to hand over the bundle again.
    pub fn open_section(&self, audience: Audience, key: &SectionKey) -> Result<Section, OpenError> {
        let index = (self.header.sections.iter())
            .position(|section| section.audience == audience)
            .ok_or(OpenError::NoSuchSection { audience })?;
        self.decrypt(index, key)
    }

    fn decrypt(&self, index: usize, key: &SectionKey) -> Result<Section, OpenError> {
        let section = &self.header.sections[index];
        let audience = section.audience;
        if key.commitment() != section.commitment {
            return Err(OpenError::Commitment { audience });
        }
        let head = &self.bytes[..self.header.sections[0].ciphertext.start];
        let aad = associated(head, index);
        let payload = Payload {
            msg: &self.bytes[section.ciphertext.clone()],
            aad: &aad,
        };
        let plain = key
            .cipher()
            .decrypt(&Nonce::default(), payload)
            .map_err(|_| OpenError::Ciphertext { audience })?;
        Ok(Section { audience, plain })
    }
}

/// Why a well-formed bundle does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// Sealed to a key this server does not have, or has destroyed: the phone must seal again to
    /// a current one.
    #[error("sealed to an unknown key: seal again to a key of the last receipt")]
    UnknownRecipient {
        /// The key it names.
        recipient: KeyId,
    },
    /// The encapsulated key is no key.
    #[error("the encapsulated key is invalid: no honest software seals like this")]
    Encapsulation,
    /// There is no section for this audience.
    #[error("the bundle has no section for {audience:?}")]
    NoSuchSection {
        /// The audience asked for.
        audience: Audience,
    },
    /// The key is not the one the header commits to.
    #[error("the key of the section for {audience:?} is not the one the header commits to")]
    Commitment {
        /// Whose section.
        audience: Audience,
    },
    /// The ciphertext was not made with this key and header.
    #[error("the section for {audience:?} does not decrypt")]
    Ciphertext {
        /// Whose section.
        audience: Audience,
    },
}

impl OpenError {
    /// The error's stable name.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownRecipient { .. } => "unknown-recipient",
            Self::Encapsulation => "bad-encapsulation",
            Self::NoSuchSection { .. } => "no-such-section",
            Self::Commitment { .. } => "bad-commitment",
            Self::Ciphertext { .. } => "bad-ciphertext",
        }
    }
}

/// What a section's tag covers besides its own bytes: the header and the section's index.
pub(super) fn associated(head: &[u8], index: usize) -> Vec<u8> {
    let index = u8::try_from(index).expect("a bundle has at most two sections");
    [head, &[index]].concat()
}
