//! Names: what the units and the colleagues a device meets are called, and which keys colleagues
//! have.
//!
//! Streams carry ids only, so that nothing about a person is in a log for ever. A device asks for
//! names when it meets an id it cannot name; the request is a signed [`crate::pull::PullRequest`]
//! without cursors, the answer is signed by the server. Who is not in it stays "another phone".

use serde::{Deserialize, Serialize};

use crate::id::{DeviceId, UnitId};
use crate::limits::NAMES_BYTES_MAX;
use crate::seal::SealingKey;
use crate::signed::{DevicePublic, Signable};

/// What a device may know names of, and their names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Names {
    /// Whose answer: no other device takes it.
    pub device: DeviceId,
    /// The units it follows and their neighbours, with the word for their kind.
    pub units: Vec<(UnitId, String)>,
    /// Devices that work in these units, as a coordinator called them.
    pub people: Vec<(DeviceId, String)>,
    /// Those of them at work in the same streams, with their keys.
    pub colleagues: Vec<Colleague>,
}

/// Another device at work in one of this device's streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Colleague {
    /// Which.
    pub device: DeviceId,
    /// Tells its bundles from those of somebody who borrows its name.
    pub signing: DevicePublic,
    /// Seals a preview note to it; only where it follows every stream of the team that this device
    /// follows, so that nothing is shown to whom it is not for.
    pub sealing: Option<SealingKey>,
}

impl Signable for Names {
    const DOMAIN: &'static str = "sampan/names/v1";
    const BYTES_MAX: usize = NAMES_BYTES_MAX;
}

impl Names {
    /// What the unit is called, if it is named here.
    #[must_use]
    pub fn unit(&self, unit: UnitId) -> Option<&str> {
        let found = self.units.iter().find(|(known, _)| *known == unit)?;
        Some(&found.1)
    }

    /// What the device is called, if it is named here.
    #[must_use]
    pub fn person(&self, device: DeviceId) -> Option<&str> {
        let found = self.people.iter().find(|(known, _)| *known == device)?;
        Some(&found.1)
    }

    /// The keys of a colleague, if they are told here.
    #[must_use]
    pub fn colleague(&self, device: DeviceId) -> Option<&Colleague> {
        self.colleagues.iter().find(|known| known.device == device)
    }
}
