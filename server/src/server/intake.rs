//! Taking in a bundle: door, gate, writer.

use shared::bundle::Serial;
use shared::id::BundleId;
use shared::receipt::{Receipt, Verdict};
use shared::time::UnixSeconds;

use super::{COMMIT_TRIES_MAX, Circumstances, CommitError, Server};
use crate::door::{self, DoorError, Opened};
use crate::gate;
use crate::ledger::LedgerError;
use crate::store::Store;

/// Why a bundle has no receipt yet.
#[derive(Debug, thiserror::Error)]
pub enum IntakeError {
    /// It did not come past the door.
    #[error(transparent)]
    Door(#[from] DoorError),
    /// It could not be made durable.
    #[error(transparent)]
    Commit(#[from] CommitError),
    /// The ledger could not be read.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

impl<S: Store> Server<S> {
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
        let units = self.units();
        let moment = self.moment(&units, circumstances);
        for _ in 0..COMMIT_TRIES_MAX {
            let admission = match door::open(self.ledger(), bytes).await? {
                Opened::Again(receipt) => return Ok(self.signed(*receipt)?),
                Opened::Later { serial, bundle } => {
                    return Ok(self.too_new(serial, bundle, circumstances.now)?);
                }
                Opened::Arrival(arrival) => gate::admit(self.ledger(), &arrival, moment).await?,
                Opened::TurnedAway {
                    serial,
                    bundle,
                    verdict,
                } => gate::turn_away(self.ledger(), (serial, bundle), verdict, moment).await?,
            };
            if self.settle(admission.commit).await? {
                return Ok(admission.receipt);
            }
        }
        Err(CommitError::Contended.into())
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
        })
    }
}
