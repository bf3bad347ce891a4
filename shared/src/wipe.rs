//! The order to a lost phone: forget everything but what is sealed.
//!
//! It takes the place of an answer to a pull and is signed by the server in a domain of its own,
//! for a forged one would destroy work. It names the assignment the server knows, so that a phone
//! that was found again does not obey an order from before. A phone that has obeyed says so with
//! a pull request that names no assignment, no cursor and no receipt.

use serde::{Deserialize, Serialize};

use crate::id::DeviceId;
use crate::limits::WIPE_BYTES_MAX;
use crate::pull::PullRequest;
use crate::signed::Signable;
use crate::time::UnixSeconds;

/// What a lost device is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct WipeOrder {
    /// Which device.
    pub device: DeviceId,
    /// The server's epoch.
    pub epoch: u32,
    /// The version of the device's assignment; one that knows a later one does not obey.
    pub assignment: u32,
    /// The server's clock.
    pub at: UnixSeconds,
}

impl Signable for WipeOrder {
    const DOMAIN: &'static str = "sampan/wipe/v1";
    const BYTES_MAX: usize = WIPE_BYTES_MAX;
}

/// Whether the request says that the device has nothing any more.
#[must_use]
pub fn is_wiped(request: &PullRequest) -> bool {
    request.assignment == 0 && request.cursors.is_empty() && request.receipts_upto == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::golden::{check, hex};
    use crate::signed::{DeviceKey, sign, verify};

    #[test]
    fn golden_order_is_read_as_written() {
        let order = WipeOrder {
            device: DeviceId([7; 16]),
            epoch: 3,
            assignment: 2,
            at: UnixSeconds(1_700_442_000),
        };
        let key = DeviceKey::from_seed([0x22; 32]);
        let bytes = sign(&order, &key).unwrap();
        check("pull/wipe.hex", &hex(&bytes));
        assert_eq!(verify(&bytes, &key.public()), Ok(order));
    }
}
