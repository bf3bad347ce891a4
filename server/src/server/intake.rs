//! Taking in a bundle: door, gate, writer.
//!
//! Door and gate are the crew's work. Bundles of one hamlet pass the gate and the writer one after
//! the other, for they write to the same documents and would only have to be judged again; every
//! hamlet has its own turn.

use std::sync::Arc;

use shared::bundle::{Bundle, HeaderError, Serial};
use shared::id::{BundleId, DeviceId, UnitId};
use shared::receipt::{Receipt, RejectReason, Rejection, Verdict};
use shared::signed::verify;
use shared::time::UnixSeconds;
use tokio::sync::Mutex;

use super::{COMMIT_TRIES_MAX, Circumstances, CommitError, DeviceRates, Server};
use crate::crew::{CrewError, Lane};
use crate::door::{self, DoorError, Opened};
use crate::gate::{self, Admission, Arrival};
use crate::ledger::LedgerError;
use crate::pills::Suspect;
use crate::rate::TooOften;
use crate::store::Store;

/// Hamlets that pass at once, roughly: a group of commits is seldom larger.
const TURNS: usize = 256;

/// Why a bundle has no receipt yet.
#[derive(Debug, thiserror::Error)]
pub enum IntakeError {
    /// It did not come past the door.
    #[error(transparent)]
    Door(#[from] DoorError),
    /// The device sends too often. Nothing was looked at: send it again then.
    #[error(transparent)]
    TooOften(#[from] TooOften),
    /// Too much waits, or the work broke off.
    #[error(transparent)]
    Crew(#[from] CrewError),
    /// The server fell at it before.
    #[error(transparent)]
    Suspect(#[from] Suspect),
    /// It could not be made durable.
    #[error(transparent)]
    Commit(#[from] CommitError),
    /// The ledger could not be read.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

/// Whose turn it is, by the hamlet a device works in.
#[derive(Debug)]
pub(super) struct HamletTurns(Vec<Mutex<()>>);

impl Default for HamletTurns {
    fn default() -> Self {
        Self((0..TURNS).map(|_| Mutex::default()).collect())
    }
}

impl HamletTurns {
    fn of(&self, home: Option<UnitId>) -> &Mutex<()> {
        &self.0[home.map_or(0, |unit| unit.0 as usize % TURNS)]
    }
}

/// A bundle that came past the door.
struct Inside {
    /// What to do with it.
    opened: Opened,
    /// Where its device works.
    home: Option<UnitId>,
}

impl<S: Store> Server<S> {
    /// As [`Self::take_bundle`], for a bundle of an author whose keys the server holds: what the
    /// receipt says. Nobody counts how often they come: who is behind them was asked before, and a
    /// large table is more bundles than any phone has.
    ///
    /// # Errors
    /// [`IntakeError`].
    pub(crate) async fn take_own_bundle(
        &self,
        bytes: &[u8],
        circumstances: Circumstances,
    ) -> Result<Receipt, IntakeError> {
        let nobody = DeviceRates::default();
        let signed = self.take_counted(bytes, circumstances, &nobody).await?;
        let signing = self.ledger().secrets().public().signing;
        let unread = LedgerError::Contradiction("a receipt of our own that cannot be read");
        verify(&signed, &signing).map_err(|_| unread.into())
    }

    /// Takes a sealed bundle and answers with the signed receipt, once everything it changes is
    /// durable. The same bundle gets the same answer, however often and by whomever it comes.
    ///
    /// # Errors
    /// [`IntakeError`]; nothing was changed then, or nobody knows: send the bundle again.
    pub async fn take_bundle(
        &self,
        bytes: &[u8],
        circumstances: Circumstances,
    ) -> Result<Vec<u8>, IntakeError> {
        self.take_counted(bytes, circumstances, &self.device_rates)
            .await
    }

    /// As [`Self::take_bundle`], counted by these rates.
    async fn take_counted(
        &self,
        bytes: &[u8],
        circumstances: Circumstances,
        rates: &DeviceRates,
    ) -> Result<Vec<u8>, IntakeError> {
        let device = claimed_device(bytes);
        rates.look(device, circumstances.now)?;
        let lane = Lane::for_bundle(bytes.len());
        let (server, bytes) = (self.clone(), Arc::<[u8]>::from(bytes));
        let work = async move { server.let_in(&bytes, circumstances.now).await };
        let inside = self.crew().run(device, lane, work).await??;
        // Only now is it the device's own doing; the signature of a later version says nothing.
        if !matches!(inside.opened, Opened::Later { .. }) {
            rates.count(device, circumstances.now);
        }
        let judged = match inside.opened {
            Opened::Again(receipt) => return self.again(*receipt, circumstances).await,
            Opened::Later { serial, bundle } => {
                return Ok(self.too_new(serial, bundle, circumstances.now)?);
            }
            Opened::Arrival(arrival) => Judged::Arrival(Arc::new(arrival)),
            Opened::TurnedAway {
                serial,
                bundle,
                verdict,
            } => Judged::TurnedAway((serial, bundle), verdict),
        };
        let _turn = self.hamlet_turns.of(inside.home).lock().await;
        for _ in 0..COMMIT_TRIES_MAX {
            let (server, judged) = (self.clone(), judged.clone());
            let work = async move { server.judge(&judged, circumstances).await };
            let admission = match self.crew().run(device, lane, work).await?? {
                Passed::Again(receipt) => return self.again(*receipt, circumstances).await,
                Passed::Admitted(admission) => admission,
            };
            if self.settle(admission.commit).await? {
                return Ok(admission.receipt);
            }
        }
        Err(CommitError::Contended.into())
    }

    /// The answer of then. Another bundle under the same number shows that a copy of the device is
    /// at work.
    async fn again(
        &self,
        receipt: Receipt,
        circumstances: Circumstances,
    ) -> Result<Vec<u8>, IntakeError> {
        let forked = Verdict::Rejected(Rejection::whole(RejectReason::Fork));
        let device = self.ledger().device(receipt.serial.device).await?.record;
        let receipt = Receipt {
            wipe: device.and_then(|device| device.wipe_ordered()),
            ..receipt
        };
        if receipt.verdict != forked {
            return Ok(self.signed(receipt)?);
        }
        let units = self.units();
        let moment = self.moment(&units, circumstances);
        for _ in 0..COMMIT_TRIES_MAX {
            let noted = gate::note_copy(self.ledger(), receipt.serial, moment).await?;
            if self.settle(noted).await? {
                return Ok(self.signed(receipt)?);
            }
        }
        Err(CommitError::Contended.into())
    }

    /// The door's part.
    async fn let_in(&self, bytes: &[u8], now: UnixSeconds) -> Result<Inside, IntakeError> {
        let _at_work = self.pills.begin(BundleId::of(bytes))?;
        let (opened, home) = door::open(self.ledger(), bytes, now).await?;
        Ok(Inside { opened, home })
    }

    /// The gate's part.
    async fn judge(
        &self,
        judged: &Judged,
        circumstances: Circumstances,
    ) -> Result<Passed, IntakeError> {
        let (serial, bundle) = judged.name();
        let _at_work = self.pills.begin(bundle)?;
        // It may have come twice, and the other one first.
        if let Some(receipt) = door::answered(self.ledger(), serial, bundle).await? {
            return Ok(Passed::Again(receipt));
        }
        let units = self.units();
        let moment = self.moment(&units, circumstances);
        let admission = match judged {
            Judged::Arrival(arrival) => gate::admit(self.ledger(), arrival, moment).await?,
            Judged::TurnedAway(name, verdict) => {
                gate::turn_away(self.ledger(), *name, verdict.clone(), moment).await?
            }
        };
        Ok(Passed::Admitted(Box::new(admission)))
    }

    /// The receipt of a bundle that only a later build can read.
    fn too_new(
        &self,
        serial: Serial,
        bundle: BundleId,
        received: UnixSeconds,
    ) -> Result<Vec<u8>, LedgerError> {
        self.signed(Receipt {
            epoch: self.epoch(),
            serial,
            bundle,
            received,
            verdict: Verdict::TooNew,
            backed_up_to: None,
            sealing_keys: self.ledger().secrets().public().sealing,
            wipe: None,
        })
    }
}

/// Whose turn it is to be looked at; whoever says nothing readable shares one turn.
fn claimed_device(bytes: &[u8]) -> DeviceId {
    match Bundle::read(bytes) {
        Ok(bundle) => bundle.header().serial.device,
        Err(HeaderError::FutureVersion { serial, .. }) => serial.device,
        Err(_) => DeviceId([0; 16]),
    }
}

/// What the gate is asked about.
#[derive(Clone)]
enum Judged {
    Arrival(Arc<Arrival>),
    TurnedAway((Serial, BundleId), Verdict),
}

impl Judged {
    fn name(&self) -> (Serial, BundleId) {
        match self {
            Self::Arrival(arrival) => (arrival.serial, arrival.bundle),
            Self::TurnedAway(name, _) => *name,
        }
    }
}

/// What it says.
enum Passed {
    /// The very bundle was answered meanwhile.
    Again(Box<Receipt>),
    Admitted(Box<Admission>),
}
