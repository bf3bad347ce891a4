//! News that anybody may carry: a pull answer sealed to the device that asked.
//!
//! A phone that pulls while it is locked, or whose request travels in somebody's pocket, asks for
//! a sealed answer. Whoever carries it learns for whom it is and how long it is, nothing else.
//! Inside stands the signed [`crate::pull::PullAnswer`]; the seal itself proves nothing about its
//! maker.

use crate::id::DeviceId;
use crate::limits::NEWS_BYTES_MAX;
use crate::seal::{CannotOpen, NoSuchRecipient, OpeningKey, SealingKey, open_box, seal_box};

/// How news begins.
const MAGIC: &[u8; 4] = b"SMPN";

/// The one version of the envelope.
const VERSION: u8 = 1;

/// What HPKE is told the seal is for.
const PURPOSE: &str = "sampan/news/v1";

/// Sealed news whose recipient is known and whose content is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct News<'a> {
    /// For whom.
    pub device: DeviceId,
    sealed: &'a [u8],
}

/// Why bytes are no news.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NewsError {
    /// They do not begin as news does, or end too early.
    #[error("the bytes are no news: fetch them again")]
    NotNews,
    /// Newer software sealed them.
    #[error("the news has a later version: update this app")]
    FutureVersion,
    /// They are longer than any news.
    #[error("longer than {NEWS_BYTES_MAX} bytes: ask for less at once")]
    TooLong,
    /// They are for another device, or were changed on the way.
    #[error(transparent)]
    Sealed(#[from] CannotOpen),
}

impl NewsError {
    /// The error's stable name.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotNews => "not-news",
            Self::FutureVersion => "future-news",
            Self::TooLong => "news-too-long",
            Self::Sealed(_) => "news-does-not-open",
        }
    }
}

/// Whether bytes claim to be news, of whatever version.
#[must_use]
pub fn is_news(bytes: &[u8]) -> bool {
    bytes.starts_with(MAGIC)
}

/// Seals an answer to its device. `seed` must be fresh random bytes.
///
/// # Errors
/// [`NoSuchRecipient`] if nobody can own the key `to`.
pub fn seal(
    answer: &[u8],
    (device, to): (DeviceId, &SealingKey),
    seed: [u8; 32],
) -> Result<Vec<u8>, NoSuchRecipient> {
    let sealed = seal_box(answer, to, PURPOSE, seed)?;
    Ok([&MAGIC[..], &[VERSION], &device.0, &sealed].concat())
}

impl<'a> News<'a> {
    /// Reads the envelope.
    ///
    /// # Errors
    /// [`NewsError`].
    pub fn read(bytes: &'a [u8]) -> Result<Self, NewsError> {
        if bytes.len() > NEWS_BYTES_MAX {
            return Err(NewsError::TooLong);
        }
        let rest = bytes.strip_prefix(MAGIC).ok_or(NewsError::NotNews)?;
        let (version, rest) = rest.split_first().ok_or(NewsError::NotNews)?;
        if *version != VERSION {
            return Err(match version {
                0 => NewsError::NotNews,
                _ => NewsError::FutureVersion,
            });
        }
        let (device, sealed) = rest.split_first_chunk().ok_or(NewsError::NotNews)?;
        Ok(Self {
            device: DeviceId(*device),
            sealed,
        })
    }

    /// The answer inside, still signed.
    ///
    /// # Errors
    /// [`NewsError::Sealed`].
    pub fn open(&self, key: &OpeningKey) -> Result<Vec<u8>, NewsError> {
        Ok(open_box(self.sealed, key, PURPOSE)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::golden::{check, hex};

    const DEVICE: DeviceId = DeviceId([7; 16]);

    fn key() -> OpeningKey {
        OpeningKey::from_bytes([0x11; 32])
    }

    #[test]
    fn golden_news_opens_for_its_device_alone() {
        let sealed = seal(b"an answer", (DEVICE, &key().sealing()), [3; 32]).unwrap();
        check("carried/news.hex", &hex(&sealed));
        let news = News::read(&sealed).unwrap();
        assert_eq!(news.device, DEVICE);
        assert_eq!(news.open(&key()).unwrap(), b"an answer");
        let other = OpeningKey::from_bytes([0x12; 32]);
        assert_eq!(news.open(&other), Err(NewsError::Sealed(CannotOpen)));
    }

    #[test]
    fn what_is_no_news_is_named() {
        let sealed = seal(b"an answer", (DEVICE, &key().sealing()), [3; 32]).unwrap();
        let mut later = sealed.clone();
        later[4] = 2;
        assert_eq!(News::read(&later), Err(NewsError::FutureVersion));
        assert_eq!(News::read(&sealed[..20]), Err(NewsError::NotNews));
        assert_eq!(News::read(b"SMPB"), Err(NewsError::NotNews));
        let long = vec![0; NEWS_BYTES_MAX + 1];
        assert_eq!(News::read(&long), Err(NewsError::TooLong));
    }
}
