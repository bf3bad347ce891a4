//! How far each device's bundles are in a backup.
//!
//! A phone lets go of what it sent once that is in a backup, so a gap must not be passed over: a
//! bundle that a courier still carries may arrive after the backup and be in none. Counted is the
//! longest unbroken beginning of the newest life. Of earlier lives nothing is said: nobody but the
//! phone knows how many bundles they had.

use std::collections::BTreeMap;

use shared::bundle::{BundleNumber, Serial};
use shared::id::DeviceId;
use shared::receipt::BackedUpTo;

use crate::ledger::about::put_backed_up_to;
use crate::ledger::receipt::serial_of;
use crate::server::{CommitError, Server};
use crate::store::{Commit, Put, RangeQuery, Row, Store, StoreError, Table};

/// Devices noted in one commit.
const DEVICES_PER_COMMIT: usize = 1_024;

/// Collects, from a backup's rows in their order, how far devices' bundles are in it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reach {
    devices: BTreeMap<DeviceId, BackedUpTo>,
}

impl Reach {
    /// What a whole store holds.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn of(store: &impl Store) -> Result<Self, StoreError> {
        let mut reach = Self::default();
        let mut query = RangeQuery::new(Table::Receipt, []);
        loop {
            let page = store.range(query.clone()).await?;
            for (key, _) in &page.records {
                reach.see_receipt(key);
            }
            match page.records.last() {
                Some((key, _)) if page.more => query = query.after(key.clone()),
                _ => return Ok(reach),
            }
        }
    }

    /// Writes all of it.
    pub(super) fn puts(&self) -> impl Iterator<Item = Put> {
        let devices = self.devices.iter();
        devices.map(|(device, to)| put_backed_up_to(*device, *to))
    }

    /// Takes in a row; only answers to bundles count.
    pub(super) fn see(&mut self, row: &Row<'_>) {
        if let Row::Record(key, _) = row
            && let Some((&table, key)) = key.split_first()
            && table == Table::Receipt.code()
        {
            self.see_receipt(key);
        }
    }

    /// Answers come by device, life and number.
    fn see_receipt(&mut self, key: &[u8]) {
        let Some(Serial {
            device,
            incarnation,
            number,
        }) = serial_of(key)
        else {
            return;
        };
        let goes_on = match self.devices.get(&device) {
            Some(to) if to.incarnation == incarnation => to.number.next() == Some(number),
            _ => number == BundleNumber::default(),
        };
        if goes_on {
            let to = BackedUpTo {
                incarnation,
                number,
            };
            self.devices.insert(device, to);
        }
    }
}

impl<S: Store> Server<S> {
    /// Notes what is in a backup, to be told to phones with their next pull.
    ///
    /// # Errors
    /// [`CommitError`]; noting it again is harmless.
    pub async fn note_backup(&self, reach: &Reach) -> Result<(), CommitError> {
        let puts: Vec<Put> = reach.puts().collect();
        for some in puts.chunks(DEVICES_PER_COMMIT) {
            let commit = Commit {
                puts: some.to_vec(),
                ..Commit::default()
            };
            self.settle(commit).await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use shared::id::Incarnation;

    use super::*;
    use crate::ledger::receipt::serial_key;

    fn reached(serials: &[(u32, u32)]) -> Option<(u32, u32)> {
        let device = DeviceId([7; 16]);
        let mut reach = Reach::default();
        for (incarnation, number) in serials {
            let (incarnation, number) = (Incarnation(*incarnation), BundleNumber(*number));
            reach.see_receipt(&serial_key(Serial {
                device,
                incarnation,
                number,
            }));
        }
        let to = reach.devices.get(&device);
        to.map(|to| (to.incarnation.0, to.number.0))
    }

    #[test]
    fn a_gap_is_not_passed_over_and_a_later_life_counts() {
        assert_eq!(reached(&[]), None);
        assert_eq!(reached(&[(0, 0), (0, 1), (0, 3)]), Some((0, 1)));
        assert_eq!(reached(&[(0, 1), (0, 2)]), None);
        assert_eq!(reached(&[(0, 0), (0, 1), (2, 0)]), Some((2, 0)));
        assert_eq!(reached(&[(0, 0), (0, 1), (2, 1)]), Some((0, 1)));
    }
}
