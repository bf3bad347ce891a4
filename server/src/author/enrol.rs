//! Making an author a device of this server, without invite and check code: whoever calls this
//! holds the author's key already.

use shared::disclosure::DisclosedUpto;
use shared::enrol::{Assignment, EnrolKeys, InviteId};
use shared::permission::Grant;
use shared::time::{LocalDay, UnixSeconds};

use crate::ledger::device::{DeviceRecord, DeviceState, Told, put_device};
use crate::server::{CommitError, Server};
use crate::store::{Commit, Expect, Store, Table, Version};

/// How an author stands with the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorStanding {
    /// What it may do.
    pub grant: Grant,
    /// Whether its work is taken, held or neither.
    pub state: DeviceState,
    /// A name for people.
    pub label: String,
}

impl<S: Store> Server<S> {
    /// Enrols an author. One that is enrolled already stays as it is.
    ///
    /// It follows no streams: what it reads, it reads here.
    ///
    /// # Errors
    /// [`CommitError`]; try again.
    pub async fn enrol_author(
        &self,
        keys: EnrolKeys,
        standing: AuthorStanding,
        now: UnixSeconds,
    ) -> Result<(), CommitError> {
        let device = keys.device();
        if self.ledger().device(device).await?.record.is_some() {
            return Ok(());
        }
        let record = device_record(keys, standing, now);
        let expect = Expect {
            table: Table::Device,
            key: device.0.to_vec(),
            version: Version::ABSENT,
        };
        let commit = Commit {
            expect: vec![expect],
            puts: vec![put_device(device, &record)],
            ..Commit::default()
        };
        match self.settle(commit).await? {
            true => Ok(()),
            false => Err(CommitError::Contended),
        }
    }
}

/// The record of a device that is an author. It follows no streams.
pub(crate) fn device_record(
    keys: EnrolKeys,
    standing: AuthorStanding,
    now: UnixSeconds,
) -> DeviceRecord {
    let AuthorStanding {
        grant,
        state,
        label,
    } = standing;
    DeviceRecord {
        public: keys.signing,
        sealing: keys.sealing,
        state,
        assignment: Assignment {
            version: 1,
            grant,
            streams: Vec::new(),
        },
        assignments_before: Vec::new(),
        invite: InviteId([0; 16]),
        enrolled: now,
        heard: now,
        receipts: 0,
        parked: 0,
        rejected: 0,
        unions: (LocalDay(0), 0),
        chains: Default::default(),
        label,
        owes: Default::default(),
        copies: 0,
        wiped: None,
        former_keys: Vec::new(),
        has_used_key: true,
        looked_up: (now, 0),
        disclosed: DisclosedUpto::NOTHING,
        told: Told::NOTHING,
    }
}
