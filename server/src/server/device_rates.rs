//! How often one device may hand in and ask.
//!
//! Counted behind the signature, so that nobody uses up another's. What is refused stays on the
//! phone and is sent again: nothing is lost, only later.

use std::sync::{Arc, Mutex, PoisonError};

use shared::id::DeviceId;
use shared::time::UnixSeconds;

use super::DEVICES_MAX;
use crate::rate::{Buckets, Rate, TooOften};

/// What no honest phone reaches: a year of records, 128 a bundle, is 200 bundles; a first sync is
/// some 50 pulls; and a waiting phone asks twice a minute.
pub const DEVICE_RATE: Rate = Rate {
    burst: 1_200,
    per_minute: 300,
};

/// How often each device asked lately; by default nobody counts, as inside one process.
#[derive(Debug, Clone, Default)]
pub struct DeviceRates(Option<Arc<Mutex<Buckets<DeviceId>>>>);

impl DeviceRates {
    /// Counts, and refuses what is above this rate.
    #[must_use]
    pub fn counted(rate: Rate) -> Self {
        Self(Some(Arc::new(Mutex::new(Buckets::new(rate, DEVICES_MAX)))))
    }

    /// Whether this device may ask once more.
    pub(super) fn look(&self, device: DeviceId, now: UnixSeconds) -> Result<(), TooOften> {
        match &self.0 {
            None => Ok(()),
            Some(buckets) => {
                let buckets = buckets.lock().unwrap_or_else(PoisonError::into_inner);
                buckets.look(&device, now)
            }
        }
    }

    /// Counts a request that this device signed.
    pub(super) fn count(&self, device: DeviceId, now: UnixSeconds) {
        if let Some(buckets) = &self.0 {
            let mut buckets = buckets.lock().unwrap_or_else(PoisonError::into_inner);
            // Those that came in at once may be one too many; the next waits for them.
            let _full = buckets.take(device, now);
        }
    }
}
