//! Preview notes: leave for one colleague to look into the team's part of sealed bundles.
//!
//! A note travels beside the bundles that it opens. It is sealed to the colleague's phone, holds one
//! key for each bundle and nothing of what is in them, and a bundle's own commitment and signature
//! prove that the key is the right one. Whoever else carries it learns for whom it is. What it shows
//! is a colleague's word, never confirmed.

use serde::{Deserialize, Serialize};

use crate::bundle::SectionKey;
use crate::id::{BundleId, DeviceId};
use crate::limits::{PREVIEW_BUNDLES_MAX, PREVIEW_NOTE_BYTES_MAX};
use crate::seal::{CannotOpen, OpeningKey, SealingKey, open_box, seal_box};

/// How a note begins.
const MAGIC: &[u8; 4] = b"SMPV";

/// The one version.
const VERSION: u8 = 1;

/// What HPKE is told the seal is for.
const PURPOSE: &str = "sampan/preview/v1";

/// Keys of the `team` sections of bundles, at most [`PREVIEW_BUNDLES_MAX`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreviewKeys {
    /// Bundle by bundle, oldest first.
    pub keys: Vec<(BundleId, SectionKey)>,
}

/// A note whose recipient is known and whose content is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PreviewNote<'a> {
    /// For whom.
    pub device: DeviceId,
    sealed: &'a [u8],
}

/// Why bytes are no note.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PreviewError {
    /// They do not begin as a note does, end too early, or hold something else inside.
    #[error("the bytes are no preview note: ask for the file again")]
    NotANote,
    /// Newer software sealed them.
    #[error("the preview note has a later version: update this app")]
    FutureVersion,
    /// It is longer than any note.
    #[error("longer than {PREVIEW_NOTE_BYTES_MAX} bytes: ask for fewer bundles at once")]
    TooLong,
    /// It is for another device, or was changed on the way.
    #[error(transparent)]
    Sealed(#[from] CannotOpen),
    /// It opens more bundles than a note may, or its recipient cannot exist.
    #[error("a note opens at most {PREVIEW_BUNDLES_MAX} bundles, for a phone that has keys")]
    CannotSeal,
}

impl PreviewError {
    /// The error's stable name.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotANote => "not-a-preview",
            Self::FutureVersion => "future-preview",
            Self::TooLong => "preview-too-long",
            Self::Sealed(_) => "preview-does-not-open",
            Self::CannotSeal => "preview-cannot-be-sealed",
        }
    }
}

impl PreviewKeys {
    /// Seals them to a colleague's device. `seed` must be fresh random bytes.
    ///
    /// # Errors
    /// [`PreviewError::CannotSeal`].
    pub fn seal(
        &self,
        (device, to): (DeviceId, &SealingKey),
        seed: [u8; 32],
    ) -> Result<Vec<u8>, PreviewError> {
        if self.keys.len() > PREVIEW_BUNDLES_MAX {
            return Err(PreviewError::CannotSeal);
        }
        let plain = postcard::to_allocvec(self).map_err(|_| PreviewError::CannotSeal)?;
        let sealed = seal_box(&plain, to, PURPOSE, seed).map_err(|_| PreviewError::CannotSeal)?;
        Ok([&MAGIC[..], &[VERSION], &device.0, &sealed].concat())
    }
}

impl<'a> PreviewNote<'a> {
    /// Reads the envelope.
    ///
    /// # Errors
    /// [`PreviewError`].
    pub fn read(bytes: &'a [u8]) -> Result<Self, PreviewError> {
        if bytes.len() > PREVIEW_NOTE_BYTES_MAX {
            return Err(PreviewError::TooLong);
        }
        let rest = bytes.strip_prefix(MAGIC).ok_or(PreviewError::NotANote)?;
        let (version, rest) = rest.split_first().ok_or(PreviewError::NotANote)?;
        match *version {
            VERSION => {}
            0 => return Err(PreviewError::NotANote),
            _ => return Err(PreviewError::FutureVersion),
        }
        let (device, sealed) = rest.split_first_chunk().ok_or(PreviewError::NotANote)?;
        Ok(Self {
            device: DeviceId(*device),
            sealed,
        })
    }

    /// The keys inside.
    ///
    /// # Errors
    /// [`PreviewError`].
    pub fn open(&self, key: &OpeningKey) -> Result<PreviewKeys, PreviewError> {
        let plain = open_box(self.sealed, key, PURPOSE)?;
        let (read, rest): (PreviewKeys, &[u8]) =
            postcard::take_from_bytes(&plain).map_err(|_| PreviewError::NotANote)?;
        match rest.is_empty() && read.keys.len() <= PREVIEW_BUNDLES_MAX {
            true => Ok(read),
            false => Err(PreviewError::NotANote),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::golden::{check, hex};

    const DEVICE: DeviceId = DeviceId([7; 16]);

    fn key() -> OpeningKey {
        OpeningKey::from_bytes([0x11; 32])
    }

    fn keys(bundles: usize) -> PreviewKeys {
        let one = |n: usize| {
            (
                BundleId([n as u8; 16]),
                SectionKey::from_bytes([n as u8; 32]),
            )
        };
        PreviewKeys {
            keys: (0..bundles).map(one).collect(),
        }
    }

    #[test]
    fn a_golden_note_opens_for_its_device_alone() {
        let sealed = keys(2).seal((DEVICE, &key().sealing()), [3; 32]).unwrap();
        check("carried/preview.hex", &hex(&sealed));
        let note = PreviewNote::read(&sealed).unwrap();
        assert_eq!(note.device, DEVICE);
        assert_eq!(note.open(&key()), Ok(keys(2)));
        let other = OpeningKey::from_bytes([0x12; 32]);
        assert_eq!(note.open(&other), Err(PreviewError::Sealed(CannotOpen)));
    }

    #[test]
    fn what_is_no_note_is_named() {
        let sealed = keys(1).seal((DEVICE, &key().sealing()), [3; 32]).unwrap();
        let mut later = sealed.clone();
        later[4] = 2;
        assert_eq!(PreviewNote::read(&later), Err(PreviewError::FutureVersion));
        assert_eq!(
            PreviewNote::read(&sealed[..20]),
            Err(PreviewError::NotANote)
        );
        let long = vec![0; PREVIEW_NOTE_BYTES_MAX + 1];
        assert_eq!(PreviewNote::read(&long), Err(PreviewError::TooLong));
    }

    #[test]
    fn a_note_opens_a_bounded_number_of_bundles() {
        let most = keys(PREVIEW_BUNDLES_MAX);
        let sealed = most.seal((DEVICE, &key().sealing()), [3; 32]).unwrap();
        assert_eq!(PreviewNote::read(&sealed).unwrap().open(&key()), Ok(most));
        let over = keys(PREVIEW_BUNDLES_MAX + 1);
        let sealed = over.seal((DEVICE, &key().sealing()), [3; 32]);
        assert_eq!(sealed, Err(PreviewError::CannotSeal));
        let plain = postcard::to_allocvec(&over).unwrap();
        let smuggled = seal_box(&plain, &key().sealing(), PURPOSE, [3; 32]).unwrap();
        let note = PreviewNote {
            device: DEVICE,
            sealed: &smuggled,
        };
        assert_eq!(note.open(&key()), Err(PreviewError::NotANote));
    }

    proptest! {
        #[test]
        fn any_bytes_give_a_note_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = PreviewNote::read(&bytes);
            let begun = [&b"SMPV\x01"[..], &bytes].concat();
            if let Ok(note) = PreviewNote::read(&begun) {
                prop_assert!(note.open(&key()).is_err());
            }
        }
    }
}
