//! Looking one person up by the full number: the only question about a number that a phone may
//! ask, online, counted and written down.
//!
//! The number travels sealed to the server. The answer names documents and never says anything
//! about a number nobody here has, or whose person the device's role must not see: both are
//! *nothing*.

use serde::{Deserialize, Serialize};

use crate::id::{DeviceId, DocumentId};
use crate::limits::{LOOK_UP_BYTES_MAX, LOOKED_UP_BYTES_MAX};
use crate::seal::{CannotOpen, NoSuchRecipient, OpeningKeys, SealingKey, open_box, seal_box};
use crate::signed::Signable;
use crate::time::UnixSeconds;

/// What HPKE is told the seal is for.
const PURPOSE: &str = "sampan/look-up/v1";

/// A device asks for one person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LookUp {
    /// The protocol the device speaks.
    pub protocol: u8,
    /// Who asks.
    pub device: DeviceId,
    /// The device's clock.
    pub at: UnixSeconds,
    /// The twelve digits, sealed to one of the server's keys.
    #[serde(with = "serde_bytes")]
    number: Vec<u8>,
}

impl Signable for LookUp {
    const DOMAIN: &'static str = "sampan/look-up/v1";
    const BYTES_MAX: usize = LOOK_UP_BYTES_MAX;
}

/// What the device learns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LookedUp {
    /// Whose answer.
    pub device: DeviceId,
    /// The server's clock.
    pub now: UnixSeconds,
    /// What was found.
    pub found: Found,
}

impl Signable for LookedUp {
    const DOMAIN: &'static str = "sampan/looked-up/v1";
    const BYTES_MAX: usize = LOOKED_UP_BYTES_MAX;
}

/// What a look-up finds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Found {
    /// Nobody this device may see.
    Nothing,
    /// These dossiers, which the device follows anyway.
    Followed(Vec<DocumentId>),
    /// These dossiers, lent to the device until then: the next pull brings them.
    Lent(Vec<DocumentId>, UnixSeconds),
    /// Nothing was looked up: the device asks too often. It may ask again then.
    TooOften(UnixSeconds),
}

impl LookUp {
    /// The question for this number, twelve digits. `seed` must be fresh random bytes.
    ///
    /// # Errors
    /// [`NoSuchRecipient`] if nobody can own the key `to`.
    pub fn new(
        (device, at): (DeviceId, UnixSeconds),
        number: &str,
        to: &SealingKey,
        seed: [u8; 32],
    ) -> Result<Self, NoSuchRecipient> {
        // The key's name first, so that the server need not try them all.
        let sealed = seal_box(number.as_bytes(), to, PURPOSE, seed)?;
        Ok(Self {
            protocol: crate::version::PROTOCOL,
            device,
            at,
            number: [&to.id().0[..], &sealed].concat(),
        })
    }

    /// The number, opened with the server's keys.
    ///
    /// # Errors
    /// [`CannotOpen`] if it is sealed to none of them, or is no text.
    pub fn number(&self, keys: &OpeningKeys) -> Result<String, CannotOpen> {
        let (id, sealed) = self.number.split_first_chunk().ok_or(CannotOpen)?;
        let key = keys.get(crate::seal::KeyId(*id)).ok_or(CannotOpen)?;
        String::from_utf8(open_box(sealed, key, PURPOSE)?).map_err(|_| CannotOpen)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::golden::{check, hex};
    use crate::seal::OpeningKey;
    use crate::signed::{DeviceKey, sign, verify};

    const DEVICE: DeviceId = DeviceId([7; 16]);
    const AT: UnixSeconds = UnixSeconds(1_700_442_000);

    #[test]
    fn golden_look_up_is_read_as_written_and_shows_no_number() {
        let key = DeviceKey::from_seed([0x22; 32]);
        let server = OpeningKey::from_bytes([0x11; 32]);
        let number = "099204000001";
        let asked = LookUp::new((DEVICE, AT), number, &server.sealing(), [3; 32]).unwrap();
        let bytes = sign(&asked, &key).unwrap();
        check("lent/look-up.hex", &hex(&bytes));
        assert!(!bytes.windows(12).any(|bytes| bytes == number.as_bytes()));
        let read: LookUp = verify(&bytes, &key.public()).unwrap();
        let keys = OpeningKeys::new(vec![server]);
        assert_eq!(read.number(&keys), Ok(number.to_owned()));
        let others = OpeningKeys::new(vec![OpeningKey::from_bytes([0x12; 32])]);
        assert_eq!(read.number(&others), Err(CannotOpen));
        assert_eq!(
            crate::spoken::asked_by(&bytes),
            Some((crate::version::PROTOCOL, DEVICE))
        );
    }

    #[test]
    fn golden_answers_are_read_as_written() {
        let key = DeviceKey::from_seed([0x22; 32]);
        let dossiers = vec![DocumentId([4; 16])];
        for (name, found) in [
            ("nothing", Found::Nothing),
            ("followed", Found::Followed(dossiers.clone())),
            ("lent", Found::Lent(dossiers, AT.plus(1_800))),
            ("too-often", Found::TooOften(AT.plus(60))),
        ] {
            let answer = LookedUp {
                device: DEVICE,
                now: AT,
                found,
            };
            let bytes = sign(&answer, &key).unwrap();
            check(&format!("lent/looked-up-{name}.hex"), &hex(&bytes));
            assert_eq!(verify(&bytes, &key.public()), Ok(answer));
        }
    }
}
