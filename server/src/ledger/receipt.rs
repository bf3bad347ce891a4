//! Receipts: what was answered to each bundle, by serial and in the order they were issued.
//!
//! A receipt is issued again, under a new number, when an outcome changes later; pulls bring
//! whatever was issued since the number a device has stored.

use serde::{Deserialize, Serialize};
use shared::bundle::{BundleNumber, Serial};
use shared::id::{BundleId, DeviceId, Incarnation};
use shared::receipt::Receipt;
use shared::signed::{DeviceKey, sign};

use super::{Ledger, LedgerError, Read, decode, encode};
use crate::store::{Put, RangeQuery, ScanLimit, Store, Table};

/// What was answered to the bundle with one serial.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    /// The bundle received under it.
    pub bundle: BundleId,
    /// The number under which its newest receipt was issued.
    pub issue: u64,
    /// That receipt.
    pub receipt: Receipt,
}

/// Key prefixes of the two orders in which receipts stand.
const BY_SERIAL: u8 = b's';
const BY_ISSUE: u8 = b'i';

impl<S: Store> Ledger<S> {
    /// What was answered to the bundle with this serial.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn answered(&self, serial: Serial) -> Result<Read<Answered>, LedgerError> {
        self.read(Table::Receipt, serial_key(serial)).await
    }

    /// Receipts issued to `device` after number `after`, ascending, at most `max`, each with its
    /// number.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn receipts_after(
        &self,
        device: DeviceId,
        after: u64,
        max: usize,
    ) -> Result<Vec<(u64, Receipt)>, LedgerError> {
        let query = RangeQuery::new(Table::Receipt, issue_key(device, None))
            .after(issue_key(device, Some(after)))
            .limit(ScanLimit::entries(max));
        let page = self.store().range(query).await?;
        let number = |key: &[u8]| {
            let bytes = key.last_chunk::<8>().copied();
            bytes
                .map(u64::from_be_bytes)
                .ok_or(LedgerError::Contradiction("a receipt's key"))
        };
        page.records
            .into_iter()
            .map(|(key, found)| Ok((number(&key)?, decode(Table::Receipt, &found.bytes)?)))
            .collect()
    }
}

/// Writes a receipt under its serial and under its issue number; the issue it replaces is removed.
#[must_use]
pub fn put_receipt(record: &Answered, replaced: Option<u64>) -> Vec<Put> {
    let serial = record.receipt.serial;
    let mut puts = vec![
        Put {
            table: Table::Receipt,
            key: serial_key(serial),
            bytes: Some(encode(record)),
        },
        Put {
            table: Table::Receipt,
            key: issue_key(serial.device, Some(record.issue)),
            bytes: Some(encode(&record.receipt)),
        },
    ];
    if let Some(issue) = replaced {
        let key = issue_key(serial.device, Some(issue));
        puts.push(Put {
            table: Table::Receipt,
            key,
            bytes: None,
        });
    }
    puts
}

/// A receipt as it leaves the server now.
///
/// Receipts are kept unsigned and signed in the present epoch: one that survived the restoring of
/// a backup is true of what was restored, and a phone believes nothing from a former epoch.
///
/// # Errors
/// [`LedgerError`] if it is beyond its limit; none that was ever stored is.
pub fn signed(receipt: Receipt, epoch: u32, key: &DeviceKey) -> Result<Vec<u8>, LedgerError> {
    sign(&Receipt { epoch, ..receipt }, key)
        .map_err(|_| LedgerError::Contradiction("a receipt beyond its limit"))
}

/// The key to expect unchanged when a bundle is answered.
#[must_use]
pub fn serial_key(serial: Serial) -> Vec<u8> {
    let mut key = vec![BY_SERIAL];
    key.extend_from_slice(&serial.device.0);
    key.extend_from_slice(&serial.incarnation.0.to_be_bytes());
    key.extend_from_slice(&serial.number.0.to_be_bytes());
    key
}

/// The serial in a key of [`Table::Receipt`], if it is the key of an answer.
#[must_use]
pub fn serial_of(key: &[u8]) -> Option<Serial> {
    let (&order, key) = key.split_first()?;
    let (device, key) = key.split_first_chunk()?;
    let (incarnation, key) = key.split_first_chunk()?;
    let number = u32::from_be_bytes(key.try_into().ok()?);
    (order == BY_SERIAL).then_some(Serial {
        device: DeviceId(*device),
        incarnation: Incarnation(u32::from_be_bytes(*incarnation)),
        number: BundleNumber(number),
    })
}

fn issue_key(device: DeviceId, issue: Option<u64>) -> Vec<u8> {
    let mut key = vec![BY_ISSUE];
    key.extend_from_slice(&device.0);
    key.extend(issue.iter().flat_map(|issue| issue.to_be_bytes()));
    key
}
