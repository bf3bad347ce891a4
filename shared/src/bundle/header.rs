//! Reading a bundle's envelope and checking its signature.

use core::ops::Range;

use super::{
    BundleNumber, DOMAIN, FIXED_BYTES, MAGIC, SECTION_HEADER_BYTES, SUITE, Serial, VERSION,
};
use crate::id::{Audience, BundleId, DeviceId, Incarnation};
use crate::limits::BUNDLE_BYTES_MAX;
use crate::seal::{ENCAPSULATED_BYTES, KeyId, TAG_BYTES};
use crate::signed::{BadSignature, DevicePublic, SIGNATURE_BYTES};

/// Bytes 0 to here keep their meaning in every version.
const STABLE_BYTES: usize = 30;

/// What a bundle says in clear. It names a device and nothing a person would recognise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// Which bundle of whom this is.
    pub serial: Serial,
    /// The sealed bundle before it; `None` exactly for number 0.
    pub previous: Option<BundleId>,
    /// The key it is sealed to.
    pub recipient: KeyId,
    /// One or two, audiences strictly ascending.
    pub sections: Vec<SectionHeader>,
    pub(super) encapsulated: [u8; ENCAPSULATED_BYTES],
}

/// What the header says of one section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SectionHeader {
    /// Who may read it besides the server.
    pub audience: Audience,
    /// Hash of the section's key.
    pub commitment: [u8; 32],
    /// Where in the bundle its ciphertext lies, tag included.
    pub ciphertext: Range<usize>,
}

impl Header {
    /// Reads the header of a whole bundle.
    ///
    /// # Errors
    /// As [`Bundle::read`].
    pub fn read(bytes: &[u8]) -> Result<Self, HeaderError> {
        if !bytes.starts_with(&MAGIC) {
            return Err(HeaderError::Magic);
        }
        check_version(bytes)?;
        if bytes.len() > BUNDLE_BYTES_MAX {
            return Err(HeaderError::TooLong);
        }
        let mut rest = bytes.get(MAGIC.len() + 1..).ok_or(HeaderError::Truncated)?;
        let suite = take::<1>(&mut rest)?[0];
        if suite != SUITE {
            return Err(HeaderError::Suite { suite });
        }
        let serial = read_serial(&mut rest)?;
        let previous = read_previous(&mut rest, serial.number)?;
        let recipient = KeyId(take(&mut rest)?);
        let encapsulated = take(&mut rest)?;
        let sections = read_sections(&mut rest, bytes.len())?;
        Ok(Self {
            serial,
            previous,
            recipient,
            sections,
            encapsulated,
        })
    }
}

/// A bundle whose envelope is well formed. Nothing is yet known about who made it.
#[derive(Debug, Clone)]
pub struct Bundle<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) header: Header,
}

impl<'a> Bundle<'a> {
    /// Reads `bytes`, which must be one bundle and nothing more.
    ///
    /// # Errors
    /// [`HeaderError`], which says what is wrong first.
    pub fn read(bytes: &'a [u8]) -> Result<Self, HeaderError> {
        Ok(Self {
            bytes,
            header: Header::read(bytes)?,
        })
    }

    /// The header, as yet unproven.
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The bundle's name; two bundles with one id are the same bytes.
    #[must_use]
    pub fn id(&self) -> BundleId {
        BundleId::of(self.bytes)
    }

    /// This bundle, now known to be sealed by the owner of `public` and unchanged since.
    ///
    /// # Errors
    /// [`BadSignature`] if it is not.
    pub fn verify(self, public: &DevicePublic) -> Result<Verified<'a>, BadSignature> {
        self.verify_by_any([*public])
    }

    /// Checks that the device signed exactly these bytes with one of its keys.
    ///
    /// # Errors
    /// [`BadSignature`] if it did so with none.
    pub fn verify_by_any(
        self,
        keys: impl IntoIterator<Item = DevicePublic>,
    ) -> Result<Verified<'a>, BadSignature> {
        let (signed, signature) = self
            .bytes
            .split_last_chunk::<SIGNATURE_BYTES>()
            .ok_or(BadSignature)?;
        let mut keys = keys.into_iter();
        match keys.any(|key| key.verify(DOMAIN, signed, signature).is_ok()) {
            true => Ok(Verified(self)),
            false => Err(BadSignature),
        }
    }
}

/// A bundle whose signature was checked; the only kind that server keys open.
#[derive(Debug, Clone)]
pub struct Verified<'a>(pub(super) Bundle<'a>);

impl<'a> core::ops::Deref for Verified<'a> {
    type Target = Bundle<'a>;

    fn deref(&self) -> &Bundle<'a> {
        &self.0
    }
}

/// Why bytes are not a bundle that this build can read.
///
/// All but [`Self::FutureVersion`] mean that the bytes were damaged on the way or never were a
/// bundle: fetch them again from the phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    /// Not a bundle at all.
    #[error("this is not a bundle: it does not begin with SMPB")]
    Magic,
    /// Made by newer software. Keep the bytes, answer *too new*, update this side.
    #[error("bundle version {version} is newer than this build reads: update it, then send again")]
    FutureVersion {
        /// The version it is.
        version: u8,
        /// Whom to answer.
        serial: Serial,
    },
    /// Version 0 was never used.
    #[error("bundle version 0 does not exist")]
    NoSuchVersion,
    /// No known combination of algorithms.
    #[error("cipher suite {suite} is unknown in bundle version 1")]
    Suite {
        /// The number found.
        suite: u8,
    },
    /// The bytes end inside the header.
    #[error("the bundle is cut off inside its header: fetch it again")]
    Truncated,
    /// Longer than [`BUNDLE_BYTES_MAX`].
    #[error("the bundle is longer than {BUNDLE_BYTES_MAX} bytes: no phone seals such a bundle")]
    TooLong,
    /// Number 0 names a bundle before it, or another number names none.
    #[error("the first bundle has no bundle before it and every other one has")]
    Previous,
    /// No section, or more than there are audiences.
    #[error("{count} sections: a bundle has one or two")]
    SectionCount {
        /// The number found.
        count: u8,
    },
    /// An audience this version does not know.
    #[error("audience {code} is unknown in bundle version 1")]
    Audience {
        /// The number found.
        code: u8,
    },
    /// Sections not strictly ascending by audience.
    #[error("the sections are not in the order of their audiences, each once")]
    SectionOrder,
    /// A ciphertext too short to hold anything.
    #[error("a section is empty")]
    EmptySection,
    /// The sections' lengths do not add up to the bundle's.
    #[error("the bundle has {found} bytes and its header announces {announced}: fetch it again")]
    Length {
        /// What the header announces.
        announced: u64,
        /// What is there.
        found: u64,
    },
}

impl HeaderError {
    /// The error's stable name.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Magic => "not-a-bundle",
            Self::FutureVersion { .. } => "future-version",
            Self::NoSuchVersion => "no-such-version",
            Self::Suite { .. } => "unknown-suite",
            Self::Truncated => "header-truncated",
            Self::TooLong => "bundle-too-long",
            Self::Previous => "previous-mismatch",
            Self::SectionCount { .. } => "section-count",
            Self::Audience { .. } => "unknown-audience",
            Self::SectionOrder => "section-order",
            Self::EmptySection => "empty-section",
            Self::Length { .. } => "length-mismatch",
        }
    }
}

/// Judges the version first, so that a future bundle is never called malformed.
fn check_version(bytes: &[u8]) -> Result<(), HeaderError> {
    match *bytes.get(MAGIC.len()).ok_or(HeaderError::Truncated)? {
        0 => Err(HeaderError::NoSuchVersion),
        VERSION => Ok(()),
        version => {
            let mut rest = bytes.get(6..STABLE_BYTES).ok_or(HeaderError::Truncated)?;
            Err(HeaderError::FutureVersion {
                version,
                serial: read_serial(&mut rest)?,
            })
        }
    }
}

fn read_serial(rest: &mut &[u8]) -> Result<Serial, HeaderError> {
    Ok(Serial {
        device: DeviceId(take(rest)?),
        incarnation: Incarnation(u32::from_le_bytes(take(rest)?)),
        number: BundleNumber(u32::from_le_bytes(take(rest)?)),
    })
}

fn read_previous(rest: &mut &[u8], number: BundleNumber) -> Result<Option<BundleId>, HeaderError> {
    let id: [u8; 16] = take(rest)?;
    let previous = (id != [0; 16]).then_some(BundleId(id));
    if previous.is_some() == (number.0 > 0) {
        Ok(previous)
    } else {
        Err(HeaderError::Previous)
    }
}

/// Reads the section headers and checks that their lengths fill a bundle of `found` bytes.
fn read_sections(rest: &mut &[u8], found: usize) -> Result<Vec<SectionHeader>, HeaderError> {
    let count = take::<1>(rest)?[0];
    if !(1..=Audience::ALL.len()).contains(&usize::from(count)) {
        return Err(HeaderError::SectionCount { count });
    }
    let mut sections: Vec<SectionHeader> = Vec::with_capacity(count.into());
    // At most two lengths of 32 bits are added, so 64 bits hold the sum on every target.
    let mut end = (FIXED_BYTES + usize::from(count) * SECTION_HEADER_BYTES) as u64;
    for _ in 0..count {
        let code = take::<1>(rest)?[0];
        let audience = Audience::from_code(code).ok_or(HeaderError::Audience { code })?;
        if sections
            .last()
            .is_some_and(|before| before.audience >= audience)
        {
            return Err(HeaderError::SectionOrder);
        }
        let commitment = take(rest)?;
        let length = u32::from_le_bytes(take(rest)?);
        if length as usize <= TAG_BYTES {
            return Err(HeaderError::EmptySection);
        }
        let start = end;
        end += u64::from(length);
        let ciphertext = start as usize..end as usize;
        sections.push(SectionHeader {
            audience,
            commitment,
            ciphertext,
        });
    }
    let (announced, found) = (end + SIGNATURE_BYTES as u64, found as u64);
    if announced != found {
        return Err(HeaderError::Length { announced, found });
    }
    Ok(sections)
}

fn take<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N], HeaderError> {
    let (taken, after) = rest
        .split_first_chunk::<N>()
        .ok_or(HeaderError::Truncated)?;
    *rest = after;
    Ok(*taken)
}
