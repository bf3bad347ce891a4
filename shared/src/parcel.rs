//! A parcel: sealed things of several devices and sorts in one file, for whoever carries them.
//!
//! Up go bundles and requests for news, down come receipts and sealed news, and a colleague is
//! given notes to look into bundles. Everything inside is
//! signed or sealed by itself, so a parcel promises nothing and may be taken apart, put together
//! and handed on by anybody.

use crate::limits::{PARCEL_BYTES_MAX, PARCEL_ITEMS_MAX};

/// How a parcel begins.
const MAGIC: &[u8; 4] = b"SMPP";

/// The one version.
const VERSION: u8 = 1;

/// What one thing in a parcel is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sort {
    /// A [`crate::bundle`], for the server.
    Bundle,
    /// A signed [`crate::pull::PullRequest`] for a sealed answer, for the server.
    Request,
    /// A signed [`crate::receipt::Receipt`], for the bundle's device.
    Receipt,
    /// Sealed [`crate::news`], for the device it names.
    News,
    /// A [`crate::preview`] note, for the device it names.
    Preview,
}

impl Sort {
    fn code(self) -> u8 {
        match self {
            Self::Bundle => 0,
            Self::Request => 1,
            Self::Receipt => 2,
            Self::News => 3,
            Self::Preview => 4,
        }
    }

    fn from_code(code: u8) -> Option<Self> {
        Some(match code {
            0 => Self::Bundle,
            1 => Self::Request,
            2 => Self::Receipt,
            3 => Self::News,
            4 => Self::Preview,
            _ => return None,
        })
    }
}

/// One thing in a parcel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// What it is.
    pub sort: Sort,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Why bytes are no parcel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ParcelError {
    /// They do not begin as a parcel does, are cut off, or go on too long.
    #[error("the bytes are no parcel, or were damaged: fetch the file again")]
    NotAParcel,
    /// Newer software packed it.
    #[error("the parcel has a later version: update this app")]
    FutureVersion,
    /// It holds too much.
    #[error("the parcel holds more than {PARCEL_ITEMS_MAX} things or {PARCEL_BYTES_MAX} bytes")]
    TooLarge,
}

impl ParcelError {
    /// The error's stable name.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotAParcel => "not-a-parcel",
            Self::FutureVersion => "future-parcel",
            Self::TooLarge => "parcel-too-large",
        }
    }
}

/// Whether bytes claim to be a parcel, of whatever version.
#[must_use]
pub fn is_parcel(bytes: &[u8]) -> bool {
    bytes.starts_with(MAGIC)
}

/// Packs these things, in their order.
///
/// # Errors
/// [`ParcelError::TooLarge`]: pack them into several.
pub fn pack(items: &[Item]) -> Result<Vec<u8>, ParcelError> {
    let mut bytes = [&MAGIC[..], &[VERSION]].concat();
    for item in items {
        let length = u32::try_from(item.bytes.len()).map_err(|_| ParcelError::TooLarge)?;
        bytes.push(item.sort.code());
        bytes.extend_from_slice(&length.to_le_bytes());
        bytes.extend_from_slice(&item.bytes);
    }
    match items.len() <= PARCEL_ITEMS_MAX && bytes.len() <= PARCEL_BYTES_MAX {
        true => Ok(bytes),
        false => Err(ParcelError::TooLarge),
    }
}

/// Takes a parcel apart. Things of a sort that only later software knows are left out.
///
/// # Errors
/// [`ParcelError`].
pub fn unpack(bytes: &[u8]) -> Result<Vec<Item>, ParcelError> {
    if bytes.len() > PARCEL_BYTES_MAX {
        return Err(ParcelError::TooLarge);
    }
    let rest = bytes.strip_prefix(MAGIC).ok_or(ParcelError::NotAParcel)?;
    let (version, mut rest) = rest.split_first().ok_or(ParcelError::NotAParcel)?;
    match *version {
        VERSION => {}
        0 => return Err(ParcelError::NotAParcel),
        _ => return Err(ParcelError::FutureVersion),
    }
    let mut items = Vec::new();
    for _ in 0..=PARCEL_ITEMS_MAX {
        let Some((code, after)) = rest.split_first() else {
            return Ok(items);
        };
        let (length, after) = after.split_first_chunk().ok_or(ParcelError::NotAParcel)?;
        let length = u32::from_le_bytes(*length) as usize;
        let (item, after) = after
            .split_at_checked(length)
            .ok_or(ParcelError::NotAParcel)?;
        rest = after;
        items.extend(Sort::from_code(*code).map(|sort| Item {
            sort,
            bytes: item.to_vec(),
        }));
    }
    Err(ParcelError::TooLarge)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::golden::{check, hex};

    fn items() -> Vec<Item> {
        let sorts = [
            Sort::Bundle,
            Sort::Request,
            Sort::Receipt,
            Sort::News,
            Sort::Preview,
        ];
        let item = |(n, sort)| Item {
            sort,
            bytes: vec![n as u8 + 1; n + 1],
        };
        sorts.into_iter().enumerate().map(item).collect()
    }

    #[test]
    fn a_golden_parcel_is_read_as_packed() {
        let bytes = pack(&items()).unwrap();
        check("carried/parcel.hex", &hex(&bytes));
        assert_eq!(unpack(&bytes), Ok(items()));
        let mut with_later_sort = bytes.clone();
        with_later_sort.extend_from_slice(&[9, 2, 0, 0, 0, 0, 0]);
        assert_eq!(unpack(&with_later_sort), Ok(items()));
        let mut later = bytes.clone();
        later[4] = 2;
        assert_eq!(unpack(&later), Err(ParcelError::FutureVersion));
        assert_eq!(
            unpack(&bytes[..bytes.len() - 1]),
            Err(ParcelError::NotAParcel)
        );
    }

    #[test]
    fn a_parcel_holds_a_bounded_number_of_things() {
        let item = Item {
            sort: Sort::Receipt,
            bytes: Vec::new(),
        };
        let full = pack(&vec![item.clone(); PARCEL_ITEMS_MAX]).unwrap();
        assert_eq!(unpack(&full).unwrap().len(), PARCEL_ITEMS_MAX);
        let over = [full, vec![0; 5]].concat();
        assert_eq!(unpack(&over), Err(ParcelError::TooLarge));
        let over = pack(&vec![item; PARCEL_ITEMS_MAX + 1]);
        assert_eq!(over, Err(ParcelError::TooLarge));
    }

    proptest! {
        #[test]
        fn any_bytes_give_a_parcel_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = unpack(&bytes);
            let _ = unpack(&[&b"SMPP\x01"[..], &bytes].concat());
        }
    }
}
