//! Which dialects a server speaks: its answer to a pull in one it does not.
//!
//! It is readable by every phone there ever was and will be: its own signature domain, and
//! nothing in it that a later version could need to change. A phone that gets it goes on handing
//! in bundles, which are read whatever their age, seals them to the keys named here, and shows
//! which side has to be updated.

use serde::{Deserialize, Serialize};

use crate::id::DeviceId;
use crate::limits::SPOKEN_BYTES_MAX;
use crate::seal::{SealingKey, few_keys};
use crate::signed::Signable;
use crate::time::UnixSeconds;
use crate::version::{PROTOCOL, PROTOCOL_OLDEST_SERVED};

/// What a server speaks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spoken {
    /// Who asked.
    pub device: DeviceId,
    /// The oldest protocol in which pulls are answered.
    pub oldest: u8,
    /// The newest.
    pub newest: u8,
    /// The server's epoch.
    pub epoch: u32,
    /// The server's clock.
    pub now: UnixSeconds,
    /// To what bundles are to be sealed, preferred first.
    #[serde(deserialize_with = "few_keys")]
    pub sealing_keys: Vec<SealingKey>,
}

impl Signable for Spoken {
    const DOMAIN: &'static str = "sampan/spoken/v1";
    const BYTES_MAX: usize = SPOKEN_BYTES_MAX;
}

/// Who is behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Behind {
    /// This program: update it.
    Us,
    /// The server: wait until it is updated.
    Server,
}

impl Spoken {
    /// Who has to be updated; `None` if both speak this build's protocol.
    #[must_use]
    pub fn behind(&self) -> Option<Behind> {
        match PROTOCOL {
            ours if ours < self.oldest => Some(Behind::Us),
            ours if ours > self.newest => Some(Behind::Server),
            _ => None,
        }
    }
}

/// How every request that a device signs begins, in every version of the protocol: the protocol,
/// then who asks. `None` if the bytes are too short to be one.
#[must_use]
pub fn asked_by(request: &[u8]) -> Option<(u8, DeviceId)> {
    let (protocol, rest) = request.split_first()?;
    let device = rest.first_chunk()?;
    Some((*protocol, DeviceId(*device)))
}

/// Whether pulls in this protocol are answered by this build.
#[must_use]
pub fn is_served(protocol: u8) -> bool {
    (PROTOCOL_OLDEST_SERVED..=PROTOCOL).contains(&protocol)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::golden::{check, hex};
    use crate::signed::{DeviceKey, sign, verify};

    fn spoken(oldest: u8, newest: u8) -> Spoken {
        Spoken {
            device: DeviceId([7; 16]),
            oldest,
            newest,
            epoch: 3,
            now: UnixSeconds(1_700_442_000),
            sealing_keys: vec![SealingKey([9; 32])],
        }
    }

    #[test]
    fn golden_spoken_is_read_as_written() {
        let key = DeviceKey::from_seed([0x22; 32]);
        let bytes = sign(&spoken(1, 4), &key).unwrap();
        check("pull/spoken.hex", &hex(&bytes));
        assert_eq!(verify(&bytes, &key.public()), Ok(spoken(1, 4)));
    }

    #[test]
    fn it_says_who_is_behind() {
        assert_eq!(
            spoken(PROTOCOL + 1, PROTOCOL + 3).behind(),
            Some(Behind::Us)
        );
        assert_eq!(spoken(0, PROTOCOL - 1).behind(), Some(Behind::Server));
        assert_eq!(spoken(PROTOCOL, PROTOCOL).behind(), None);
        assert!(is_served(PROTOCOL) && !is_served(PROTOCOL + 1));
    }
}
