//! One server: its ledger, its writer, its units, and what it does for phones.
//!
//! Everything here is free of HTTP, clocks and threads: time and randomness are arguments, so the
//! same server answers over the network and inside a simulated world.

use std::sync::{Arc, PoisonError, RwLock};

use shared::id::StreamId;
use shared::receipt::Receipt;
use shared::time::UnixSeconds;
use shared::unit::UnitTree;

use crate::apart::apart;
use crate::closer::Closings;
use crate::crew::Crew;
use crate::gate::Moment;
use crate::ledger::audit::Who;
use crate::ledger::noted::noted_by;
use crate::ledger::receipt::signed;
use crate::ledger::{Ledger, LedgerError};
use crate::pills::Pills;
use crate::room::Room;
use crate::secrets::Secrets;
use crate::store::{Commit, Outcome, Store};
use crate::writer::{WriteError, Writer};
use directory::Directory;
use editing::Turns;
use intake::HamletTurns;
use notebook::Notebook;
use packing::Shelf;
use roster::{Roster, device_puts};

mod accounts;
mod breakdown;
mod cohorts;
mod deciding;
mod device_rates;
mod devices;
mod directory;
mod dossier;
mod dossiers;
mod doubles;
mod editing;
mod enrolment;
mod erasing;
mod exporting;
mod freshness;
mod guidance;
mod intake;
mod lending;
mod looking_up;
mod naming;
mod notebook;
mod pace;
mod packing;
mod pairing;
mod parcels;
mod progress;
mod pulling;
mod refounding;
mod rekeying;
mod reports;
mod roster;
mod sessions;

pub use accounts::{Account, AccountError, AccountView, LoginSecret, NewAccount};
pub use breakdown::{Breakdown, BreakdownQuery, By, Group};
pub use cohorts::{CohortPart, CohortView};
pub use deciding::{DecidingError, HELD_LIST_MAX, HeldView, RELEASED_MAX};
pub use device_rates::{DEVICE_RATE, DeviceRates};
pub use devices::{DEVICES_MAX, DeviceError, DeviceStep, DeviceView, UnsentView};
pub use dossier::{DossierView, EventView, FieldView, FunnelView, LiveView, Wrote};
pub use dossiers::{
    DossierLine, DossierList, DossierQuery, FILE_LINES_MAX, LINES_MAX, Only, WITHIN_MAX,
};
pub use doubles::{DOUBLES_MAX, DoubleLine, PossibleDoubles};
pub use editing::{DossierEdit, EditError, Edited, Editing};
pub use enrolment::{
    EnrolError, GRANT_UNITS_MAX, INVITE_SECONDS, InviteError, LABEL_BYTES_MAX, Offer, streams_of,
};
pub use erasing::{EraseError, EraseReason, Erasure, HOLD_BYTES_MAX, HoldError};
pub use exporting::{DocumentExport, ExportScope, PersonExport};
pub use freshness::{Contact, Freshness, FreshnessQuery, SILENT_SECONDS, TeamContact, UnitContact};
pub use guidance::{Blocked, GuidanceQuery, REPORTED_MAX, Report, ServiceLine, Services};
pub use intake::IntakeError;
pub use lending::{LendError, Lending, LoanView};
pub use pace::{PACE_DAYS_MAX, Pace, PaceQuery};
pub use packing::PageLengths;
pub use pairing::{
    MARKS_LISTED_MAX, PAIRS_LISTED_MAX, PairView, PairingError, PartedView, UNIONS_LISTED_MAX,
    UnionView,
};
pub use parcels::ParcelRefused;
pub use progress::{
    Figure, PERCENT_DECIMALS, Progress, ProgressError, ProgressQuery, Target, UnitProgress,
};
pub use pulling::{Asked, Pull, PullError, Pulled};
pub use refounding::RefoundError;
pub use reports::{Differing, FreezeError, Frozen, Since};
pub use sessions::{AttendanceLine, SESSIONS_LISTED_MAX, SessionLine, Sessions, SessionsQuery};

/// A server. Clones are handles to the same one.
#[derive(Debug, Clone)]
pub struct Server<S> {
    ledger: Ledger<S>,
    writer: Writer<S>,
    units: Arc<RwLock<Arc<UnitTree>>>,
    directory: Arc<Directory>,
    notebook: Arc<Notebook>,
    turns: Arc<Turns>,
    room: Room,
    roster: Arc<Roster>,
    shelf: Arc<Shelf>,
    hamlet_turns: Arc<HamletTurns>,
    crew: Crew,
    device_rates: DeviceRates,
    pills: Pills,
    closings: Arc<Closings>,
    epoch: u32,
    who: Arc<Who>,
}

/// What an action needs from outside.
#[derive(Debug, Clone, Copy)]
pub struct Circumstances {
    /// The server's clock.
    pub now: UnixSeconds,
    /// Fresh random bytes.
    pub seed: [u8; 32],
}

/// What a server is started with.
#[derive(Debug)]
pub struct Foundation {
    /// Its keys.
    pub secrets: Arc<Secrets>,
    /// The administrative units it serves.
    pub units: UnitTree,
    /// Grows whenever the store was restored from a backup.
    pub epoch: u32,
}

impl<S: Store> Server<S> {
    /// A server over `store`, writing through `writer`, which must lead to the same store.
    #[must_use]
    pub fn new(store: S, writer: Writer<S>, foundation: Foundation) -> Self {
        Self {
            ledger: Ledger::new(store, foundation.secrets),
            writer,
            units: Arc::new(RwLock::new(Arc::new(foundation.units))),
            directory: Arc::default(),
            notebook: Arc::default(),
            turns: Arc::default(),
            room: Room::default(),
            roster: Arc::default(),
            shelf: Arc::new(Shelf::new(PageLengths::default())),
            hamlet_turns: Arc::default(),
            crew: Crew::alone(),
            device_rates: DeviceRates::default(),
            pills: Pills::default(),
            closings: Arc::default(),
            epoch: foundation.epoch,
            who: Arc::new(Who::Keeper),
        }
    }

    /// The same server with others to do what is heavy, and a ledger of what they fall at.
    #[must_use]
    pub fn with_crew(self, crew: Crew, pills: Pills) -> Self {
        Self {
            crew,
            pills,
            ..self
        }
    }

    /// The same server, with none of the pages kept that it has packed and with these lengths for
    /// those it packs.
    #[must_use]
    pub fn with_page_lengths(self, lengths: PageLengths) -> Self {
        Self {
            shelf: Arc::new(Shelf::new(lengths)),
            ..self
        }
    }

    /// The same server, counting how often each device asks.
    #[must_use]
    pub fn with_device_rates(self, device_rates: DeviceRates) -> Self {
        Self {
            device_rates,
            ..self
        }
    }

    /// Those who do what is heavy.
    #[must_use]
    pub fn crew(&self) -> &Crew {
        &self.crew
    }

    /// A handle through which somebody acts: the audit names them for what is done by it.
    #[must_use]
    pub fn acting(&self, who: Who) -> Self {
        Self {
            who: Arc::new(who),
            ..self.clone()
        }
    }

    /// Who acts through this handle; the keeper, unless somebody is named.
    #[must_use]
    pub fn who(&self) -> &Who {
        &self.who
    }

    /// The server's records.
    #[must_use]
    pub fn ledger(&self) -> &Ledger<S> {
        &self.ledger
    }

    /// The one who writes.
    #[must_use]
    pub fn writer(&self) -> &Writer<S> {
        &self.writer
    }

    /// The room on its disk, for whoever looks at that.
    #[must_use]
    pub fn room(&self) -> &Room {
        &self.room
    }

    /// What was moved out of the log since it started.
    #[must_use]
    pub fn closings(&self) -> &Closings {
        &self.closings
    }

    /// The server's epoch.
    #[must_use]
    pub fn epoch(&self) -> u32 {
        self.epoch
    }

    /// The administrative units as they are now.
    #[must_use]
    pub fn units(&self) -> Arc<UnitTree> {
        self.units
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Replaces the administrative units.
    pub fn set_units(&self, units: UnitTree) {
        *self.units.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(units);
    }

    /// A receipt as it leaves the server now.
    pub(crate) fn signed(&self, receipt: Receipt) -> Result<Vec<u8>, LedgerError> {
        signed(receipt, self.epoch, self.ledger.secrets().signing())
    }

    /// What the gate needs to know besides the ledger.
    pub(crate) fn moment<'a>(
        &self,
        units: &'a UnitTree,
        circumstances: Circumstances,
    ) -> Moment<'a> {
        let Circumstances { now, seed } = circumstances;
        Moment {
            now,
            units,
            epoch: self.epoch,
            seed,
        }
    }

    /// Makes the keys that anything prepared so far was sealed with durable: before the commit.
    async fn keep_keys(&self) -> Result<(), LedgerError> {
        let vault = self.ledger.secrets().vault();
        if vault.has_unsaved() {
            let vault = vault.clone();
            apart(move || vault.flush()).await?;
        }
        Ok(())
    }

    /// Makes a commit durable. `false` if something it was computed from has changed meanwhile:
    /// compute it again, at most [`COMMIT_TRIES_MAX`] times, then give [`CommitError::Contended`].
    pub(crate) async fn settle(&self, commit: Commit) -> Result<bool, CommitError> {
        Ok(self.settle_heads(commit).await?.is_some())
    }

    /// As [`Self::settle`]; the new heads of the streams that grew, `None` for a conflict.
    pub(crate) async fn settle_heads(
        &self,
        commit: Commit,
    ) -> Result<Option<Vec<(StreamId, u64)>>, CommitError> {
        if self.room.is_short() {
            return Err(CommitError::NoRoom);
        }
        self.keep_keys().await?;
        let devices = device_puts(&commit.puts);
        let noted = commit.puts.iter().filter_map(noted_by).collect();
        let outdated = packing::outdated(&commit)?;
        match self.writer.commit(commit).await? {
            Outcome::Applied { heads, .. } => {
                self.roster.follow(&devices)?;
                self.notebook.follow(noted);
                outdated
                    .iter()
                    .for_each(|stream| self.shelf.forget(*stream));
                Ok(Some(heads))
            }
            Outcome::Conflict { .. } => Ok(None),
            Outcome::Unbalanced { .. } => {
                Err(LedgerError::Contradiction("a count would leave its range").into())
            }
        }
    }
}

/// Times a commit is computed again because something it read had changed. With one writer a
/// conflict means that a neighbour of the same group came first, so a few rounds settle any crowd.
pub(crate) const COMMIT_TRIES_MAX: usize = 64;

/// Why something prepared did not become durable.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    /// The writer did not take it or does not know.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The disk is nearly full; nothing was done. Keep it and send it again later.
    #[error("the disk is nearly full: nothing is stored until its keeper makes room")]
    NoRoom,
    /// Others kept changing the same documents.
    #[error("too many writers at the same documents: try again")]
    Contended,
    /// The ledger contradicts itself.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Memory;

    fn sendable<T: Send>(_: T) {}

    #[test]
    fn what_the_server_does_may_move_between_threads() {
        let store = Memory::new();
        let units = UnitTree::new(Vec::new()).unwrap();
        let secrets = Arc::new(Secrets::from_master(&[1; 32]));
        let foundation = Foundation {
            secrets,
            units,
            epoch: 1,
        };
        let server = Server::new(store.clone(), Writer::direct(store), foundation);
        let circumstances = Circumstances {
            now: UnixSeconds(0),
            seed: [0; 32],
        };
        sendable(server.take_bundle(b"", circumstances));
    }
}
