//! Devices: who may hand in bundles, and what each may do.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use shared::disclosure::DisclosedUpto;
use shared::enrol::{Assignment, InviteId};
use shared::id::{BundleId, DeviceId, Incarnation, StreamId};
use shared::permission::Grant;
use shared::pull::Unsent;
use shared::seal::SealingKey;
use shared::signed::DevicePublic;
use shared::time::{LocalDay, UnixSeconds};

use super::{Ledger, LedgerError, Read, decode, encode};
use crate::store::{Put, RangeQuery, Store, Table, Versioned};

/// How a device stands with the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum DeviceState {
    /// Enrolled, waiting for a coordinator to compare the check code. May record; what it sends
    /// is held.
    Pending,
    /// At work.
    Active,
    /// Put aside for a while: what it sends is held.
    Suspended,
    /// Reported lost: what it sends is held, and it is told to wipe itself.
    Lost,
    /// Given back: what it sealed before still counts.
    Retired,
    /// A coordinator did not confirm it: what it sends is held.
    Refused,
}

/// One enrolled device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceRecord {
    /// Verifies its bundles and requests.
    pub public: DevicePublic,
    /// Seals answers to it.
    pub sealing: SealingKey,
    /// How it stands.
    pub state: DeviceState,
    /// What its person may do now.
    pub assignment: Assignment,
    /// What they were allowed before, newest last: work done under an old assignment is held,
    /// not rejected.
    pub assignments_before: Vec<Assignment>,
    /// The invite it came with; its check code is computed from it.
    pub invite: InviteId,
    /// When it enrolled.
    pub enrolled: UnixSeconds,
    /// When it was last heard of.
    pub heard: UnixSeconds,
    /// Receipts issued to it so far.
    pub receipts: u64,
    /// Groups of it that wait for something missing.
    pub parked: u32,
    /// Bundles honest software cannot make, counted.
    pub rejected: u32,
    /// How many unions its bundles caused on which day.
    pub unions: (LocalDay, u32),
    /// Per incarnation the highest bundle number received and the bundle under it; of the newest
    /// [`CHAINS_MAX`] incarnations.
    pub chains: BTreeMap<u32, ChainEnd>,
    /// A name for people, for example of its owner.
    pub label: String,
    /// Per stream the entry up to which it must have folded, and thereby forgotten whom we erased,
    /// before we may say so.
    pub owes: BTreeMap<StreamId, u64>,
    /// How often two bundles came under one number, or one that does not follow the one before:
    /// a copy of the phone is at work, or it was set back.
    pub copies: u32,
    /// When, being lost, it said that it has forgotten everything.
    pub wiped: Option<UnixSeconds>,
    /// Keys that signed for it before, newest last, at most [`FORMER_KEYS_MAX`].
    pub former_keys: Vec<FormerKey>,
    /// Whether the present key was seen in use: from then on no former one asks for news.
    pub has_used_key: bool,
    /// When the hour began in which it last looked people up by number, and how many.
    pub looked_up: (UnixSeconds, u32),
    /// How far the disclosures on it are written down.
    pub disclosed: DisclosedUpto,
    /// What it last said that it has no receipt for.
    pub told: Told,
}

/// What a device said of its unsent work, and in which request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// When it asked, by its clock: a request carried by others may come late.
    pub at: UnixSeconds,
    /// In which life.
    pub incarnation: Incarnation,
    /// What it said; `None` = nothing is unsent.
    pub unsent: Option<Unsent>,
}

impl Told {
    /// What a device said that never asked.
    pub const NOTHING: Self = Self {
        at: UnixSeconds(0),
        incarnation: Incarnation(0),
        unsent: None,
    };
}

/// A key that signed for a device before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormerKey {
    /// Verifies what it signed.
    pub public: DevicePublic,
    /// When another took its place.
    pub replaced: UnixSeconds,
}

/// Former keys that are remembered: a year's change and some on doubt.
pub const FORMER_KEYS_MAX: usize = 8;

/// The end of one incarnation's chain of bundles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainEnd {
    /// The highest bundle number received.
    pub number: u32,
    /// The bundle that bears it.
    pub bundle: BundleId,
}

/// Incarnations whose chains are remembered. A phone whose clock stays wrong begins one with every
/// refusal, and the record is written with every bundle.
pub const CHAINS_MAX: usize = 64;

/// Earlier assignments that are remembered: what was written under an older one is not known to
/// have been allowed.
pub const ASSIGNMENTS_BEFORE_MAX: usize = 16;

impl DeviceRecord {
    /// What is known to be on it and not here: what it last told, until the last bundle of that
    /// has come.
    #[must_use]
    pub fn unsent(&self) -> Option<Unsent> {
        let unsent = self.told.unsent?;
        let received = self.chains.get(&self.told.incarnation.0);
        let is_here = received.is_some_and(|end| unsent.upto.0 <= end.number);
        (!is_here).then_some(unsent)
    }

    /// Notes what it says of its unsent work; `false` if that is nothing new.
    pub fn note_unsent(&mut self, told: Told) -> bool {
        if told.at < self.told.at {
            return false;
        }
        let before = self.unsent();
        self.told = told;
        self.unsent() != before
    }

    /// What its receipts say while it is lost: the version of its assignment.
    #[must_use]
    pub fn wipe_ordered(&self) -> Option<u32> {
        (self.state == DeviceState::Lost).then_some(self.assignment.version)
    }

    /// Gives it another assignment, and remembers the one before.
    pub fn assign(&mut self, grant: Grant, streams: Vec<StreamId>) {
        let next = Assignment {
            version: self.assignment.version + 1,
            grant,
            streams,
        };
        let before = core::mem::replace(&mut self.assignment, next);
        self.assignments_before.push(before);
        let surplus = self
            .assignments_before
            .len()
            .saturating_sub(ASSIGNMENTS_BEFORE_MAX);
        self.assignments_before.drain(..surplus);
    }

    /// Notes a bundle that arrived, and forgets the chains of lives long over.
    pub fn follow_chain(
        &mut self,
        incarnation: Incarnation,
        (previous, end): (Option<BundleId>, ChainEnd),
    ) {
        let known = self.chains.entry(incarnation.0).or_insert(end);
        let follows = known.number.checked_add(1) == Some(end.number);
        if follows && previous != Some(known.bundle) {
            self.copies = self.copies.saturating_add(1);
        }
        if known.number < end.number {
            *known = end;
        }
        while self.chains.len() > CHAINS_MAX {
            self.chains.pop_first();
        }
    }
}

impl<S: Store> Ledger<S> {
    /// The device's record.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn device(&self, device: DeviceId) -> Result<Read<DeviceRecord>, LedgerError> {
        self.read(Table::Device, device.0.to_vec()).await
    }

    /// One page of the devices, by id; `after` = the last of the page before.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn devices(
        &self,
        after: Option<DeviceId>,
    ) -> Result<Vec<(DeviceId, DeviceRecord)>, LedgerError> {
        let query = RangeQuery::new(Table::Device, []);
        let query = match after {
            Some(device) => query.after(device.0),
            None => query,
        };
        let page = self.store().range(query).await?;
        let read = |(key, found): &(Vec<u8>, Versioned)| {
            let id = <[u8; 16]>::try_from(key.as_slice());
            let id = id.map_err(|_| LedgerError::Contradiction("a key is no device"))?;
            Ok((DeviceId(id), decode(Table::Device, &found.bytes)?))
        };
        page.records.iter().map(read).collect()
    }
}

/// What a put to [`Table::Device`] says: which device, and its record unless it is deleted.
///
/// # Errors
/// [`LedgerError`].
pub fn read_device(put: &Put) -> Result<(DeviceId, Option<DeviceRecord>), LedgerError> {
    let id = <[u8; 16]>::try_from(put.key.as_slice());
    let id = id.map_err(|_| LedgerError::Contradiction("a key is no device"))?;
    let record = put.bytes.as_ref().map(|bytes| decode(Table::Device, bytes));
    Ok((DeviceId(id), record.transpose()?))
}

/// Writes a device's record.
#[must_use]
pub fn put_device(device: DeviceId, record: &DeviceRecord) -> Put {
    Put {
        table: Table::Device,
        key: device.0.to_vec(),
        bytes: Some(encode(record)),
    }
}
