//! Parcels: what others carry, taken in and answered as one file.

use shared::parcel::{Item, ParcelError, Sort, pack, unpack};

use super::pulling::Asked;
use super::{Circumstances, IntakeError, PullError, Server};
use crate::crew::CrewError;
use crate::ledger::LedgerError;
use crate::store::Store;

/// Bytes an answer keeps free for one more receipt or page of news.
const ANSWER_BYTES_MAX: usize = shared::limits::PARCEL_BYTES_MAX - 1024;

/// Why a parcel is not answered. What was in it stays with its carrier.
#[derive(Debug, thiserror::Error)]
pub enum ParcelRefused {
    /// The bytes are no parcel.
    #[error(transparent)]
    Parcel(#[from] ParcelError),
    /// The first thing in it could not be taken in now.
    #[error(transparent)]
    Intake(#[from] IntakeError),
    /// The first thing in it could not be answered now.
    #[error(transparent)]
    Pull(#[from] PullError),
}

impl<S: Store> Server<S> {
    /// Takes in what is in a parcel, in its order, and packs the receipts and the news. What
    /// cannot be answered is missing in the answer and may be handed in again.
    ///
    /// # Errors
    /// [`ParcelRefused`], if nothing was answered.
    pub async fn take_parcel(
        &self,
        bytes: &[u8],
        circumstances: Circumstances,
    ) -> Result<Vec<u8>, ParcelRefused> {
        let mut answers: Vec<Item> = Vec::new();
        let mut length = 0;
        for (n, item) in unpack(bytes)?.into_iter().enumerate() {
            let n = (n as u64).to_le_bytes();
            let seed = shared::hash::digest("sampan/parcel-item", &[&circumstances.seed, &n]);
            let answered = self.answer_item(
                &item,
                Circumstances {
                    seed,
                    ..circumstances
                },
            );
            match answered.await {
                Ok(Some(answer)) if length + answer.bytes.len() <= ANSWER_BYTES_MAX => {
                    length += answer.bytes.len() + 5;
                    answers.push(answer);
                }
                // Where there is no room, the same question gets the same answer next time.
                Ok(_) => {}
                Err(refused) if refused.is_passing() && answers.is_empty() => return Err(refused),
                Err(refused) if refused.is_passing() => break,
                // Nobody's, damaged, or not ours: the others are not to blame.
                Err(_) => {}
            }
        }
        Ok(pack(&answers)?)
    }

    async fn answer_item(
        &self,
        item: &Item,
        circumstances: Circumstances,
    ) -> Result<Option<Item>, ParcelRefused> {
        Ok(match item.sort {
            Sort::Bundle => {
                let bytes = self.take_bundle(&item.bytes, circumstances).await?;
                let sort = Sort::Receipt;
                Some(Item { sort, bytes })
            }
            Sort::Request => match self.open_pull(&item.bytes, circumstances.now).await? {
                // A carrier gets nothing that it could read.
                Asked::Pull(pull) if !pull.is_sealed() => None,
                Asked::Pull(pull) => {
                    let bytes = self.answer_pull(&pull, circumstances).await?.bytes;
                    let sort = Sort::News;
                    Some(Item { sort, bytes })
                }
                Asked::Otherwise(_) => None,
            },
            Sort::Receipt | Sort::News | Sort::Preview => None,
        })
    }
}

impl ParcelRefused {
    /// Whether the same may be taken in later.
    fn is_passing(&self) -> bool {
        let fails = |error: &LedgerError| matches!(error, LedgerError::Store(_));
        match self {
            Self::Parcel(_) => false,
            Self::Intake(
                IntakeError::Commit(_)
                | IntakeError::TooOften(_)
                | IntakeError::Crew(CrewError::Busy { .. }),
            )
            | Self::Pull(PullError::TooOften(_) | PullError::Crew(CrewError::Busy { .. })) => true,
            Self::Intake(IntakeError::Crew(_) | IntakeError::Suspect(_)) => false,
            Self::Intake(IntakeError::Ledger(error)) => fails(error),
            Self::Intake(IntakeError::Door(error)) => error.is_passing(),
            Self::Pull(PullError::Ledger(error)) => fails(error),
            Self::Pull(_) => false,
        }
    }
}
