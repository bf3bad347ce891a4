//! The door: from bytes of unknown origin to a bundle worth deciding about.
//!
//! Cheap checks come first, so that nobody without an enrolled key reaches the decryptor, the
//! inflater or the decoder: length and header, device known, signature, seen before. What is
//! signed but cannot be opened or decoded is answered with a receipt like everything else.

use shared::bundle::{Bundle, HeaderError, Section, Serial, Verified};
use shared::facts::{Batch, Form, decode};
use shared::id::{Audience, BundleId, UnitId};
use shared::receipt::{Receipt, RejectReason, Rejection, Verdict};
use shared::signed::BadSignature;
use shared::time::UnixSeconds;

use crate::gate::Arrival;
use crate::ledger::{Ledger, LedgerError};
use crate::store::Store;

/// What stands behind the door.
#[derive(Debug)]
pub enum Opened {
    /// A bundle to decide about.
    Arrival(Arrival),
    /// The very bundle was answered before: the receipt of then, or of its last change.
    Again(Box<Receipt>),
    /// A bundle of a later version, whose signature nobody here can check: its device is told,
    /// and nothing is written down.
    Later {
        /// Whose, which life, which number.
        serial: Serial,
        /// The bundle's bytes, named.
        bundle: BundleId,
    },
    /// A bundle of an enrolled device that cannot be decided about.
    TurnedAway {
        /// Whose, which life, which number.
        serial: Serial,
        /// The bundle's bytes, named.
        bundle: BundleId,
        /// What to answer.
        verdict: Verdict,
    },
}

/// Why bytes get no receipt: nobody is known to have sent them.
#[derive(Debug, thiserror::Error)]
pub enum DoorError {
    /// They are no bundle this build reads.
    #[error(transparent)]
    Header(#[from] HeaderError),
    /// No such device is enrolled.
    #[error("the device is not enrolled here: enrol it with an invite")]
    UnknownDevice,
    /// The device did not sign them, or they were changed on the way.
    #[error(transparent)]
    Signature(#[from] BadSignature),
    /// The ledger could not be read.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

impl DoorError {
    /// Whether the same bytes may come in later.
    pub(crate) fn is_passing(&self) -> bool {
        matches!(self, Self::Ledger(LedgerError::Store(_)))
    }
}

/// Lets a bundle in as far as it deserves.
///
/// Beside what it is, the unit its device works in.
///
/// # Errors
/// [`DoorError`].
pub async fn open<S: Store>(
    ledger: &Ledger<S>,
    bytes: &[u8],
    now: UnixSeconds,
) -> Result<(Opened, Option<UnitId>), DoorError> {
    let bundle = match Bundle::read(bytes) {
        Ok(bundle) => bundle,
        Err(HeaderError::FutureVersion { serial, .. }) => {
            let device = ledger.device(serial.device).await?.record;
            device.ok_or(DoorError::UnknownDevice)?;
            let bundle = BundleId::of(bytes);
            return Ok((Opened::Later { serial, bundle }, None));
        }
        Err(error) => return Err(error.into()),
    };
    let header = bundle.header();
    let serial = header.serial;
    let previous = header.previous;
    let device = ledger
        .device(serial.device)
        .await?
        .record
        .ok_or(DoorError::UnknownDevice)?;
    let verified = bundle.verify_by_any(device.bundle_keys(now))?;
    let id = verified.id();
    let home = device.assignment.grant.units.first().copied();
    if let Some(receipt) = answered(ledger, serial, id).await? {
        return Ok((Opened::Again(receipt), home));
    }
    let opened = match arrival(ledger, &verified, (serial, previous), id) {
        Ok(arrival) => Opened::Arrival(arrival),
        Err(verdict) => Opened::TurnedAway {
            serial,
            bundle: id,
            verdict,
        },
    };
    Ok((opened, home))
}

/// The answer to a serial that was answered before. What an older server could not read is looked
/// at anew: this one may be newer.
///
/// # Errors
/// [`LedgerError`].
pub async fn answered<S: Store>(
    ledger: &Ledger<S>,
    serial: Serial,
    id: BundleId,
) -> Result<Option<Box<Receipt>>, LedgerError> {
    let answered = ledger.answered(serial).await?.record;
    let final_one = answered.filter(|answered| answered.receipt.verdict != Verdict::TooNew);
    Ok(final_one.map(|answered| Box::new(again(&answered, id))))
}

/// The receipt of then, for these bytes. Two bundles under one serial come from a
/// clone or a restored phone; the second is told to go on in a new life.
fn again(answered: &crate::ledger::receipt::Answered, id: BundleId) -> Receipt {
    let mut receipt = answered.receipt.clone();
    if answered.bundle != id {
        receipt.bundle = id;
        receipt.verdict = Verdict::Rejected(Rejection::whole(RejectReason::Fork));
    }
    receipt
}

fn arrival<S: Store>(
    ledger: &Ledger<S>,
    verified: &Verified<'_>,
    (serial, previous): (Serial, Option<BundleId>),
    bundle: BundleId,
) -> Result<Arrival, Verdict> {
    let sections = verified
        .open(&ledger.secrets().opening())
        .map_err(|error| Verdict::Rejected(Rejection::whole(error.into())))?;
    let form = Form::Bundle(serial.device);
    let read = |section: &Section| match decode(&section.plain, form) {
        Ok(batch) => Ok((section.audience, batch)),
        Err(error) => Err(Verdict::from(&error)),
    };
    let sections: Vec<(Audience, Batch)> = sections.iter().map(read).collect::<Result<_, _>>()?;
    let changes: usize = sections.iter().map(|(_, batch)| batch.facts.len()).sum();
    if changes > shared::limits::BUNDLE_CHANGES_MAX {
        return Err(Verdict::Rejected(Rejection::whole(
            RejectReason::LimitExceeded,
        )));
    }
    Ok(Arrival {
        serial,
        bundle,
        previous,
        sections,
    })
}
