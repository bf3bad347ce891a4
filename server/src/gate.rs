//! The gate: decides what becomes of every change of a bundle, and prepares the one commit that
//! makes it so.
//!
//! Nothing enters the log but through here. For each document of a bundle the gate resolves what
//! the facts name, derives the changes they mean, checks every value and every operation, and
//! gives each change one outcome. It reads the ledger and prepares writes; it never writes, so a
//! commit that conflicts with another is simply computed again.
//!
//! What honest software cannot make stops the whole bundle ([`Stop::Reject`]). What can happen to
//! honest people (a role or unit that changed, a document that has not arrived) stops nothing but
//! the document it concerns, and always has a way back.

use shared::bundle::Serial;
use shared::facts::{Author, Batch};
use shared::id::{Audience, BundleId, DocumentId};
use shared::receipt::{Outcome, RejectReason, Rejection, Verdict};
use shared::time::UnixSeconds;
use shared::unit::UnitTree;

use crate::ledger::audit::Act;
use crate::ledger::{Ledger, LedgerError};
use crate::store::{Commit, Store};

mod decide;
mod draft;
mod erase;
mod group;
mod judge;
mod locate;
mod mend;
mod pair;
mod refound;
mod trial;
mod unite;
mod upon;
mod waiting;
mod waking;

pub use decide::{DecideError, Decided, decide};
use draft::Draft;
pub use erase::{Erased, NotErasable, erase, erase_again};
use group::Group;
pub use mend::mend;
pub use pair::{Deciding, PairError, Sameness, reopen_pair, settle_pair};
pub use refound::{Leaving, NotRefoundable, Refounded, refound, separate};

/// Changes further ahead of the server's clock than this are refused; the phone corrects its
/// clock and issues them again.
pub const AHEAD_SECONDS_MAX: i64 = 24 * 3600;

/// Groups of other bundles that one commit may wake up; the rest wake with the next.
pub const WOKEN_GROUPS_MAX: usize = 64;

/// Groups of one device that may be parked; more are asked for again later.
pub const PARKED_GROUPS_MAX: u32 = 4_096;

/// Unions a day that bundles of one device may cause; more become tasks for a coordinator.
pub const UNIONS_PER_DAY_MAX: u32 = 3;

/// A bundle that was verified, opened and decoded.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// Whose, which life, which number.
    pub serial: Serial,
    /// The bundle's bytes, named.
    pub bundle: BundleId,
    /// The bundle before it in its life, as it says.
    pub previous: Option<BundleId>,
    /// What each section says.
    pub sections: Vec<(Audience, Batch)>,
}

/// What the gate needs to know besides the ledger.
#[derive(Debug, Clone, Copy)]
pub struct Moment<'a> {
    /// The server's clock.
    pub now: UnixSeconds,
    /// The administrative units.
    pub units: &'a UnitTree,
    /// The server's epoch, for receipts.
    pub epoch: u32,
    /// Fresh random bytes, for the keys of new dossiers.
    pub seed: [u8; 32],
}

/// As whom and as which of its documents the server begins new ones.
#[derive(Debug, Clone, Copy)]
pub struct Booking {
    /// The server in its present epoch.
    pub author: Author,
    /// The number of its next document.
    pub n: u32,
}

impl Booking {
    /// The document the server begins after `others` others.
    fn document(&self, others: u32) -> DocumentId {
        DocumentId::created(self.author.device, self.author.incarnation, self.n + others)
    }
}

/// Why a bundle is not taken as a whole.
#[derive(Debug)]
pub(crate) enum Stop {
    /// Honest software cannot have made it.
    Reject(Rejection),
    /// Newer software made it.
    TooNew,
    /// The ledger could not be read.
    Ledger(LedgerError),
}

impl Stop {
    /// The bundle is rejected as a whole.
    fn reject(reason: RejectReason) -> Self {
        Self::Reject(Rejection::whole(reason))
    }

    /// The bundle is rejected because of the change at this position.
    fn reject_change(reason: RejectReason, position: u32) -> Self {
        Self::Reject(Rejection {
            reason,
            detail: 0,
            change: Some(position),
        })
    }
}

impl From<LedgerError> for Stop {
    fn from(error: LedgerError) -> Self {
        Self::Ledger(error)
    }
}

/// What to commit, and the receipt to give once it is durable.
#[derive(Debug)]
pub struct Admission {
    /// Everything the bundle changes, receipt included.
    pub commit: Commit,
    /// The signed receipt.
    pub receipt: Vec<u8>,
    /// What the receipt says.
    pub verdict: Verdict,
}

/// Decides about a bundle.
///
/// # Errors
/// [`LedgerError`]: nothing is decided then; try again.
pub async fn admit<S: Store>(
    ledger: &Ledger<S>,
    arrival: &Arrival,
    moment: Moment<'_>,
) -> Result<Admission, LedgerError> {
    let mut draft = Draft::new(ledger, moment);
    let verdict = match take(&mut draft, arrival).await {
        Ok(outcomes) => taken(outcomes),
        Err(Stop::Ledger(error)) => return Err(error),
        Err(stop) => {
            // Whatever was prepared is dropped: a rejected bundle changes nothing.
            draft = Draft::new(ledger, moment);
            draft.flag(arrival.serial.device).await?;
            match stop {
                Stop::Reject(rejection) => Verdict::Rejected(rejection),
                _ => Verdict::TooNew,
            }
        }
    };
    draft
        .answer(arrival.serial, arrival.bundle, verdict.clone())
        .await?;
    let receipt = draft.receipt_of(arrival.serial)?;
    Ok(Admission {
        commit: draft.finish(),
        receipt,
        verdict,
    })
}

/// An admission that only says that newer software is needed, or that the bundle is no good.
///
/// # Errors
/// [`LedgerError`].
pub async fn turn_away<S: Store>(
    ledger: &Ledger<S>,
    (serial, bundle): (Serial, BundleId),
    verdict: Verdict,
    moment: Moment<'_>,
) -> Result<Admission, LedgerError> {
    let mut draft = Draft::new(ledger, moment);
    draft.flag(serial.device).await?;
    draft.answer(serial, bundle, verdict.clone()).await?;
    let receipt = draft.receipt_of(serial)?;
    Ok(Admission {
        commit: draft.finish(),
        receipt,
        verdict,
    })
}

/// Notes that a second bundle came under a number that was answered: a copy of the device is at
/// work, or it was set back to an earlier state.
///
/// # Errors
/// [`LedgerError`].
pub async fn note_copy<S: Store>(
    ledger: &Ledger<S>,
    serial: Serial,
    moment: Moment<'_>,
) -> Result<Commit, LedgerError> {
    let mut draft = Draft::new(ledger, moment);
    draft.flag(serial.device).await?;
    let record = draft.device(serial.device).await?;
    record.copies = record.copies.saturating_add(1);
    draft.audit(serial.device, Act::Forked { serial });
    Ok(draft.finish())
}

fn taken(outcomes: Vec<Outcome>) -> Verdict {
    let outcomes = shared::receipt::Outcomes::new(outcomes);
    Verdict::Taken(outcomes.expect("a decoded bundle is within the limit of outcomes"))
}

/// The outcome of every change, in the bundle's order.
async fn take<S: Store>(draft: &mut Draft<'_, S>, arrival: &Arrival) -> Result<Vec<Outcome>, Stop> {
    let names = (arrival.previous, arrival.bundle);
    draft.heard_from(arrival.serial, names).await?;
    let count = arrival
        .sections
        .iter()
        .map(|(_, batch)| batch.facts.len())
        .sum();
    let mut outcomes = vec![Outcome::Parked; count];
    let mut first = 0;
    for (audience, batch) in &arrival.sections {
        let groups = Group::of_section(arrival.serial, *audience, batch, first);
        let mut begun = Vec::new();
        for group in &groups {
            let decided = trial::decide(draft, group).await?;
            begun.extend(decided.begun_pairs(group));
            for (position, outcome) in group.positions.iter().zip(decided.outcomes) {
                outcomes[*position as usize] = outcome;
            }
        }
        trial::check_begun(batch, begun)?;
        first += batch.facts.len() as u32;
    }
    judge::companions(draft)?;
    waking::wake(draft).await?;
    unite::unite(draft, arrival.serial.device).await?;
    Ok(outcomes)
}
