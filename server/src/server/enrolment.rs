//! Enrolment: invites, and how a phone becomes a device.

use shared::disclosure::DisclosedUpto;
use shared::enrol::{
    Assignment, BadProof, EnrolAnswer, EnrolKeys, EnrolRequest, EnrolState, Invite, InviteId,
};
use shared::id::{Audience, DeviceId, StreamId, UnitId};
use shared::limits::ASSIGNMENT_STREAMS_MAX;
use shared::permission::{Grant, Role, Standing};
use shared::signed::{SignedError, sign};
use shared::time::{LocalDay, UnixSeconds};
use shared::unit::UnitTree;

use super::{COMMIT_TRIES_MAX, Circumstances, CommitError, Server};
use crate::ledger::audit::{Act, Who};
use crate::ledger::device::{DeviceRecord, DeviceState, Told, put_device};
use crate::ledger::invite::{InviteRecord, put_invite};
use crate::ledger::{LedgerError, Read};
use crate::store::{Commit, Expect, Store, Table, Version};

/// How long an invite may be used.
pub const INVITE_SECONDS: i64 = 24 * 3600;

/// Bytes of a device's name for people.
pub const LABEL_BYTES_MAX: usize = 80;

/// Units one grant may name; a community team has a few hamlets.
pub const GRANT_UNITS_MAX: usize = 64;

/// What an invite offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// Role, units and team.
    pub grant: Grant,
    /// A name for people, for example of the device's owner.
    pub label: String,
}

/// Why no invite is made.
#[derive(Debug, thiserror::Error)]
pub enum InviteError {
    /// A unit does not exist today, or none is named.
    #[error("the grant names no unit, or one that does not exist today")]
    NoSuchUnit,
    /// The role is not a person's.
    #[error("no device can have this role")]
    NotForDevices,
    /// The units hold more streams than one device follows.
    #[error("the grant covers more streams than one device follows: choose lower units")]
    TooWide,
    /// The label is empty or too long.
    #[error("the label needs 1 to {LABEL_BYTES_MAX} bytes")]
    BadLabel,
    /// It could not be made durable.
    #[error(transparent)]
    Commit(#[from] CommitError),
}

/// Why a phone's wish is not answered.
#[derive(Debug, thiserror::Error)]
pub enum EnrolError {
    /// The bytes are no request, or its sender does not own the keys in it.
    #[error(transparent)]
    Request(#[from] SignedError),
    /// No such invite, or the sender does not know its secret.
    #[error("the invite is not known here: scan a fresh code")]
    UnknownInvite,
    /// Another device has used it.
    #[error("another device has used the invite: scan a fresh code")]
    Used,
    /// It is too old.
    #[error("the invite has expired: scan a fresh code")]
    Expired,
    /// The device came with another invite before.
    #[error("the device is enrolled already: begin with fresh keys")]
    Enrolled,
    /// The units of the invite have grown beyond what one device follows.
    #[error("the invite covers more streams than one device follows: ask for another")]
    TooWide,
    /// It could not be made durable.
    #[error(transparent)]
    Commit(#[from] CommitError),
    /// The ledger could not be read.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

impl From<BadProof> for EnrolError {
    fn from(_: BadProof) -> Self {
        Self::UnknownInvite
    }
}

impl<S: Store> Server<S> {
    /// Makes an invite for one device, to be shown as a QR code.
    ///
    /// # Errors
    /// [`InviteError`]; no invite exists then.
    pub async fn invite(
        &self,
        offer: Offer,
        circumstances: Circumstances,
    ) -> Result<Invite, InviteError> {
        let Circumstances { now, seed } = circumstances;
        if offer.label.is_empty() || offer.label.len() > LABEL_BYTES_MAX {
            return Err(InviteError::BadLabel);
        }
        self.check_grant(&offer.grant, now)?;
        let invite = Invite::from_bytes(shared::hash::derive("sampan/new-invite", &[&seed]));
        let expires = now.plus(INVITE_SECONDS);
        let act = Act::Invited {
            role: offer.grant.role,
            units: offer.grant.units.clone(),
        };
        let names = (invite.id(), invite.key());
        let secrets = self.ledger().secrets();
        let record = InviteRecord::new(names, offer.grant, offer.label, expires, secrets);
        let commit = Commit {
            expect: vec![expect_invite(invite.id(), Version::ABSENT)],
            puts: vec![put_invite(invite.id(), &record)],
            appends: vec![self.audited(act, now)],
            ..Commit::default()
        };
        match self.settle(commit).await? {
            true => Ok(invite),
            // Only a broken source of randomness gives one secret twice.
            false => Err(CommitError::Contended.into()),
        }
    }

    pub(super) fn check_grant(&self, grant: &Grant, now: UnixSeconds) -> Result<(), InviteError> {
        let (units, today) = (self.units(), now.local_day());
        let exists = |unit: &UnitId| units.get(*unit, today).is_some();
        if grant.units.is_empty() || !grant.units.iter().all(exists) {
            return Err(InviteError::NoSuchUnit);
        }
        if matches!(grant.role, Role::Server | Role::Import) {
            return Err(InviteError::NotForDevices);
        }
        let few = grant.units.len() <= GRANT_UNITS_MAX;
        let streams = few.then(|| streams_of(grant, &units, today)).flatten();
        streams.map(drop).ok_or(InviteError::TooWide)
    }

    /// Answers a phone that wants to become a device with a signed [`EnrolAnswer`]. The same
    /// request may come any number of times.
    ///
    /// # Errors
    /// [`EnrolError`].
    pub async fn enrol(
        &self,
        bytes: &[u8],
        circumstances: Circumstances,
    ) -> Result<Vec<u8>, EnrolError> {
        let request = EnrolRequest::receive(bytes)?;
        for _ in 0..COMMIT_TRIES_MAX {
            let found = self.ledger().invite(request.invite).await?;
            let Read {
                version,
                record: Some(invite),
            } = found
            else {
                return Err(EnrolError::UnknownInvite);
            };
            let key = invite.key(request.invite, self.ledger().secrets())?;
            request.check(&key)?;
            let device = request.keys.device();
            let state = match invite.bound {
                Some(bound) if bound == device => self.enrol_state(device).await?,
                Some(_) => return Err(EnrolError::Used),
                None if circumstances.now >= invite.expires => return Err(EnrolError::Expired),
                None => {
                    let invited = (request.invite, version, invite);
                    match self.bind(invited, request.keys, circumstances.now).await? {
                        Some(state) => state,
                        None => continue,
                    }
                }
            };
            let keys = self.ledger().secrets().public();
            let answer = EnrolAnswer::new(device, self.epoch(), state, keys, &key);
            let signed = sign(&answer, self.ledger().secrets().signing());
            return signed.map_err(|_| EnrolError::TooWide);
        }
        Err(CommitError::Contended.into())
    }

    async fn enrol_state(&self, device: DeviceId) -> Result<EnrolState, EnrolError> {
        let found = self.ledger().device(device).await?;
        let record = found.record.ok_or(LedgerError::Contradiction(
            "an invite is bound to a device that is not there",
        ))?;
        Ok(match record.state {
            DeviceState::Pending => EnrolState::Pending(record.assignment),
            DeviceState::Active => EnrolState::Active(record.assignment),
            _ => EnrolState::Refused,
        })
    }

    /// Makes the device and binds the invite to it; `None` if somebody came first.
    async fn bind(
        &self,
        (id, version, mut invite): (InviteId, Version, InviteRecord),
        keys: EnrolKeys,
        now: UnixSeconds,
    ) -> Result<Option<EnrolState>, EnrolError> {
        let device = keys.device();
        let there = self.ledger().device(device).await?;
        if there.record.is_some() {
            return Err(EnrolError::Enrolled);
        }
        let streams = streams_of(&invite.grant, &self.units(), now.local_day());
        let assignment = Assignment {
            version: 1,
            grant: invite.grant.clone(),
            streams: streams.ok_or(EnrolError::TooWide)?,
        };
        let record = DeviceRecord {
            public: keys.signing,
            sealing: keys.sealing,
            state: DeviceState::Pending,
            assignment: assignment.clone(),
            assignments_before: Vec::new(),
            invite: id,
            enrolled: now,
            heard: now,
            receipts: 0,
            parked: 0,
            rejected: 0,
            unions: (now.local_day(), 0),
            chains: std::collections::BTreeMap::new(),
            label: invite.label.clone(),
            owes: std::collections::BTreeMap::new(),
            copies: 0,
            wiped: None,
            former_keys: Vec::new(),
            has_used_key: true,
            looked_up: (now, 0),
            disclosed: DisclosedUpto::NOTHING,
            told: Told::NOTHING,
        };
        invite.bound = Some(device);
        let expect_device = Expect {
            table: Table::Device,
            key: device.0.to_vec(),
            version: Version::ABSENT,
        };
        let commit = Commit {
            expect: vec![expect_invite(id, version), expect_device],
            puts: vec![put_invite(id, &invite), put_device(device, &record)],
            appends: vec![self.acting(Who::Device(device)).audited(Act::Enrolled, now)],
            ..Commit::default()
        };
        let applied = self.settle(commit).await?;
        Ok(applied.then_some(EnrolState::Pending(assignment)))
    }
}

fn expect_invite(id: InviteId, version: Version) -> Expect {
    Expect {
        table: Table::Invite,
        key: id.0.to_vec(),
        version,
    }
}

/// The streams a device with this grant follows, its own hamlets first, then what stands above
/// them; `None` if they are more than [`ASSIGNMENT_STREAMS_MAX`].
#[must_use]
pub fn streams_of(grant: &Grant, units: &UnitTree, today: LocalDay) -> Option<Vec<StreamId>> {
    let mut found: Vec<(Standing, StreamId)> = Vec::new();
    let mut seen = std::collections::BTreeSet::new();
    let mut open = grant.units.clone();
    let above = grant.units.iter().flat_map(|unit| {
        let ancestors = units.ancestors(*unit, today);
        ancestors.map(|version| version.id).collect::<Vec<_>>()
    });
    let above: Vec<UnitId> = above.collect();
    let mut take = |unit: UnitId| {
        if !seen.insert(unit) {
            return;
        }
        let standing = grant.standing(unit, units, today);
        let audiences = Audience::ALL.into_iter();
        let permitted = audiences.filter(|audience| grant.may_pull(standing, *audience));
        found.extend(permitted.map(|audience| (standing, StreamId { unit, audience })));
    };
    while let Some(unit) = open.pop() {
        take(unit);
        open.extend(units.children(unit, today).map(|child| child.id));
    }
    above.into_iter().for_each(&mut take);
    found.sort_unstable();
    let streams: Vec<_> = found.into_iter().map(|(_, stream)| stream).collect();
    (streams.len() <= ASSIGNMENT_STREAMS_MAX).then_some(streams)
}
