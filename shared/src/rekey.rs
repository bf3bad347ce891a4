//! A device changes its keys: once a year, or when somebody may have seen them.
//!
//! The hand-over is signed with the old key and proves that its author has the new one. The
//! device keeps its name. What the old key signed before is still taken in for as long as old
//! opening keys are kept ([`crate::limits::FORMER_KEYS_DAYS_MAX`]); requests for news need the
//! new key as soon as it was used once. Asking again, with either key, changes nothing more.

use serde::{Deserialize, Serialize};

use crate::enrol::EnrolKeys;
use crate::id::DeviceId;
use crate::limits::REKEY_BYTES_MAX;
use crate::signed::{BadSignature, DeviceKey, SIGNATURE_BYTES, Signable};

/// What the new key signs: the device it is for.
const PROOF: &str = "sampan/new-key/v1";

/// The hand-over; signed with the old key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rekey {
    /// The protocol the device speaks.
    pub protocol: u8,
    /// Which device.
    pub device: DeviceId,
    /// Its keys from now on.
    pub keys: EnrolKeys,
    #[serde(with = "serde_bytes")]
    proof: Vec<u8>,
}

impl Signable for Rekey {
    const DOMAIN: &'static str = "sampan/rekey/v1";
    const BYTES_MAX: usize = REKEY_BYTES_MAX;
}

/// The server's answer: these keys hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rekeyed {
    /// Which device.
    pub device: DeviceId,
    /// The keys it has.
    pub keys: EnrolKeys,
}

impl Signable for Rekeyed {
    const DOMAIN: &'static str = "sampan/rekeyed/v1";
    const BYTES_MAX: usize = REKEY_BYTES_MAX;
}

impl Rekey {
    /// The hand-over to these keys, of which `new` is the signing one.
    #[must_use]
    pub fn new(device: DeviceId, keys: EnrolKeys, new: &DeviceKey) -> Self {
        Self {
            protocol: crate::version::PROTOCOL,
            device,
            keys,
            proof: new.sign(PROOF, &device.0).to_vec(),
        }
    }

    /// Makes sure that whoever hands over has the new key.
    ///
    /// # Errors
    /// [`BadSignature`].
    pub fn check(&self) -> Result<(), BadSignature> {
        let proof: &[u8; SIGNATURE_BYTES] =
            self.proof.as_slice().try_into().map_err(|_| BadSignature)?;
        self.keys.signing.verify(PROOF, &self.device.0, proof)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::golden::{check, hex};
    use crate::seal::OpeningKey;
    use crate::signed::{sign, verify};

    const DEVICE: DeviceId = DeviceId([7; 16]);

    fn keys(new: &DeviceKey) -> EnrolKeys {
        EnrolKeys {
            signing: new.public(),
            sealing: OpeningKey::from_bytes([0x24; 32]).sealing(),
        }
    }

    #[test]
    fn golden_hand_over_is_read_as_written() {
        let (old, new) = (
            DeviceKey::from_seed([0x22; 32]),
            DeviceKey::from_seed([0x23; 32]),
        );
        let asked = Rekey::new(DEVICE, keys(&new), &new);
        let bytes = sign(&asked, &old).unwrap();
        check("enrol/rekey.hex", &hex(&bytes));
        let read: Rekey = verify(&bytes, &old.public()).unwrap();
        assert_eq!((read.check(), &read), (Ok(()), &asked));
        let answer = Rekeyed {
            device: DEVICE,
            keys: keys(&new),
        };
        let bytes = sign(&answer, &old).unwrap();
        check("enrol/rekeyed.hex", &hex(&bytes));
        assert_eq!(verify(&bytes, &old.public()), Ok(answer));
    }

    #[test]
    fn nobody_hands_over_to_a_key_they_do_not_have() {
        let (mine, other) = (
            DeviceKey::from_seed([0x23; 32]),
            DeviceKey::from_seed([0x24; 32]),
        );
        assert_eq!(
            Rekey::new(DEVICE, keys(&other), &mine).check(),
            Err(BadSignature)
        );
    }
}
