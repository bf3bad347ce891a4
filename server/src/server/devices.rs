//! Devices as a coordinator sees and steers them.

use serde::Serialize;
use shared::enrol::EnrolKeys;
use shared::id::{Audience, DeviceId, TeamId, UnitId};
use shared::loan::Purpose;
use shared::permission::{Grant, Role, may_borrow};
use shared::pull::Unsent;
use shared::time::UnixSeconds;

use super::{
    COMMIT_TRIES_MAX, Circumstances, CommitError, DecidingError, InviteError, Server, streams_of,
};
use crate::ledger::LedgerError;
use crate::ledger::audit::Act;
use crate::ledger::device::{DeviceRecord, DeviceState, put_device};
use crate::named::named;
use crate::store::{Commit, Expect, Store, Table};

/// Devices one list holds: a large province has some 10,000.
pub const DEVICES_MAX: usize = 65_536;

/// One device in a list. It names its owner only by the label a coordinator gave it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeviceView {
    /// Which device, in hexadecimal.
    pub device: String,
    /// Its name for people.
    pub label: String,
    /// How it stands.
    pub state: &'static str,
    /// Its role's stable name.
    pub role: &'static str,
    /// Whether its role works on dossiers that are lent for a day.
    pub borrows: bool,
    /// The units of its grant.
    pub units: Vec<UnitId>,
    /// Its team.
    pub team: TeamId,
    /// The six digits to compare, while it is not confirmed.
    pub check_code: Option<String>,
    /// When it enrolled.
    pub enrolled: UnixSeconds,
    /// When it was last heard of, exact to a quarter of an hour.
    pub heard: UnixSeconds,
    /// What it is known to have that did not arrive: when its oldest record was saved, by its
    /// clock, and how many there are.
    pub unsent: Option<UnsentView>,
    /// Groups of its changes that wait for something missing.
    pub parked: u32,
    /// Bundles of it that honest software cannot make.
    pub rejected: u32,
    /// Bundles that show that a copy of it is at work, or that it was set back.
    pub copies: u32,
    /// When, being lost, it said that it has forgotten everything.
    pub wiped: Option<UnixSeconds>,
}

/// What is known to be on a device and not here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct UnsentView {
    /// Records.
    pub records: u32,
    /// When the oldest was saved, by the device's clock.
    pub oldest: UnixSeconds,
}

impl From<Unsent> for UnsentView {
    fn from(
        Unsent {
            records, oldest, ..
        }: Unsent,
    ) -> Self {
        Self { records, oldest }
    }
}

/// Why a device does not become what it should.
#[derive(Debug, thiserror::Error)]
pub enum DeviceError {
    /// There is no such device.
    #[error("no such device is enrolled; reload the list")]
    UnknownDevice,
    /// It cannot be what it should become.
    #[error(transparent)]
    Grant(InviteError),
    /// It does not stand where the step begins; somebody may have decided already.
    #[error("the device is not in the state for this; reload the list")]
    WrongState,
    /// It could not be made durable.
    #[error(transparent)]
    Commit(#[from] CommitError),
    /// The ledger could not be read.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The device is active, but not everything that waited for that could be released.
    #[error("the device is confirmed, but changes held until then are still held")]
    Release(#[source] DecidingError),
}

named! {
    /// What a coordinator does with a device.
    pub DeviceStep {
        /// The check codes agree: a pending device becomes active.
        Confirm "confirm";
        /// They do not: a pending device is refused for good.
        Refuse "refuse";
        /// An active device is put aside for a while.
        Suspend "suspend";
        /// A suspended or lost device is at work again.
        Reinstate "reinstate";
        /// It was lost or stolen.
        Lose "lose";
        /// It was given back.
        Retire "retire";
    }
}

impl DeviceStep {
    /// Where the step leads from `state`, if it may be taken there.
    fn from(self, state: DeviceState) -> Option<DeviceState> {
        use DeviceState::{Active, Lost, Pending, Refused, Retired, Suspended};
        match (self, state) {
            (Self::Confirm, Pending | Active) => Some(Active),
            (Self::Refuse, Pending | Refused) => Some(Refused),
            (Self::Suspend, Active | Suspended) => Some(Suspended),
            (Self::Reinstate, Suspended | Lost | Active) => Some(Active),
            (Self::Lose, Active | Suspended | Retired | Lost) => Some(Lost),
            (Self::Retire, Active | Suspended | Retired) => Some(Retired),
            _ => None,
        }
    }
}

impl<S: Store> Server<S> {
    /// Every device that somebody carries, by id, at most [`DEVICES_MAX`]: none of accounts and
    /// imports, which nobody waits to hear from.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn devices(&self) -> Result<Vec<DeviceView>, LedgerError> {
        let mut views = Vec::new();
        for (device, record) in self.carried_devices().await? {
            views.push(self.view(device, record).await?);
        }
        Ok(views)
    }

    /// The records of the same devices.
    pub(super) async fn carried_devices(
        &self,
    ) -> Result<Vec<(DeviceId, DeviceRecord)>, LedgerError> {
        let accounts = self.account_devices().await?;
        let mut carried = Vec::new();
        let mut after = None;
        loop {
            let page = self.ledger().devices(after).await?;
            let Some((last, _)) = page.last() else {
                return Ok(carried);
            };
            after = Some(*last);
            carried.extend(page.into_iter().filter(|(device, record)| {
                let is_import = record.assignment.grant.role == Role::Import;
                !is_import && accounts.binary_search(device).is_err()
            }));
            if carried.len() >= DEVICES_MAX {
                return Ok(carried);
            }
        }
    }

    async fn view(
        &self,
        device: DeviceId,
        record: DeviceRecord,
    ) -> Result<DeviceView, LedgerError> {
        let check_code = match record.state {
            DeviceState::Pending => self.check_code(&record).await?,
            _ => None,
        };
        let unsent = record.unsent().map(UnsentView::from);
        Ok(DeviceView {
            device: device.to_string(),
            check_code,
            label: record.label,
            state: state_name(record.state),
            role: record.assignment.grant.role.name(),
            units: record.assignment.grant.units,
            team: record.assignment.grant.team,
            enrolled: record.enrolled,
            borrows: may_borrow(
                record.assignment.grant.role,
                Purpose::DayList,
                Audience::Team,
            ),
            heard: record.heard,
            unsent,
            parked: record.parked,
            rejected: record.rejected,
            copies: record.copies,
            wiped: record.wiped,
        })
    }

    async fn check_code(&self, record: &DeviceRecord) -> Result<Option<String>, LedgerError> {
        let Some(invite) = self.ledger().invite(record.invite).await?.record else {
            return Ok(None);
        };
        let key = invite.key(record.invite, self.ledger().secrets())?;
        let keys = EnrolKeys {
            signing: record.public,
            sealing: record.sealing,
        };
        Ok(Some(key.check_code(&keys).to_string()))
    }

    /// The units a device works in.
    ///
    /// # Errors
    /// [`DeviceError`].
    pub async fn units_of_device(&self, device: DeviceId) -> Result<Vec<UnitId>, DeviceError> {
        let found = self.ledger().device(device).await?.record;
        let record = found.ok_or(DeviceError::UnknownDevice)?;
        Ok(record.assignment.grant.units)
    }

    /// Takes a step with a device. A device that is confirmed or reinstated brings what was held
    /// for its state into the log. Taking the same step again changes nothing more.
    ///
    /// # Errors
    /// [`DeviceError`].
    pub async fn steer(
        &self,
        device: DeviceId,
        step: DeviceStep,
        circumstances: Circumstances,
    ) -> Result<(), DeviceError> {
        for _ in 0..COMMIT_TRIES_MAX {
            let found = self.ledger().device(device).await?;
            let mut record = found.record.ok_or(DeviceError::UnknownDevice)?;
            let held_for = record.state;
            record.state = step.from(record.state).ok_or(DeviceError::WrongState)?;
            if held_for == DeviceState::Lost && record.state == DeviceState::Active {
                // An order to wipe from before names an older assignment and is not obeyed.
                let same = record.assignment.clone();
                record.assign(same.grant, same.streams);
                record.wiped = None;
            }
            let act = Act::Steered {
                device,
                step: step.name().to_owned(),
            };
            let commit = Commit {
                appends: vec![self.audited(act, circumstances.now)],
                expect: vec![Expect {
                    table: Table::Device,
                    key: device.0.to_vec(),
                    version: found.version,
                }],
                puts: vec![put_device(device, &record)],
                ..Commit::default()
            };
            if held_for != record.state && !self.settle(commit).await? {
                continue;
            }
            if record.state == DeviceState::Active {
                let released = self.release(device, circumstances).await;
                released.map_err(DeviceError::Release)?;
            }
            return Ok(());
        }
        Err(CommitError::Contended.into())
    }
}

impl<S: Store> Server<S> {
    /// Gives a device another role, team or units. What it wrote under the old ones and hands in
    /// later is held; a phone learns of it with its next pull.
    ///
    /// # Errors
    /// [`DeviceError`].
    pub async fn assign(
        &self,
        device: DeviceId,
        grant: Grant,
        now: UnixSeconds,
    ) -> Result<(), DeviceError> {
        for _ in 0..COMMIT_TRIES_MAX {
            let found = self.ledger().device(device).await?;
            let mut record = found.record.ok_or(DeviceError::UnknownDevice)?;
            self.check_grant(&grant, now).map_err(DeviceError::Grant)?;
            let streams = streams_of(&grant, &self.units(), now.local_day());
            let streams = streams.ok_or(DeviceError::Grant(InviteError::TooWide))?;
            let act = Act::Assigned {
                device,
                role: grant.role,
                units: grant.units.clone(),
            };
            record.assign(grant.clone(), streams);
            let commit = Commit {
                expect: vec![Expect {
                    table: Table::Device,
                    key: device.0.to_vec(),
                    version: found.version,
                }],
                puts: vec![put_device(device, &record)],
                appends: vec![self.audited(act, now)],
                ..Commit::default()
            };
            if self.settle(commit).await? {
                return Ok(());
            }
        }
        Err(CommitError::Contended.into())
    }
}

fn state_name(state: DeviceState) -> &'static str {
    match state {
        DeviceState::Pending => "pending",
        DeviceState::Active => "active",
        DeviceState::Suspended => "suspended",
        DeviceState::Lost => "lost",
        DeviceState::Retired => "retired",
        DeviceState::Refused => "refused",
    }
}
