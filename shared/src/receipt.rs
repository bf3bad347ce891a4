//! The receipt: the server's signed answer to one bundle.
//!
//! A receipt names the outcome of every change of the bundle in the bundle's order: sections in
//! order, changes in order. It is kept per [`Serial`] and comes again with a duplicate and with every
//! pull until acknowledged, and may travel back by courier. An outcome is a result, never an
//! error: every one of them has a way forward for the phone.
//!
//! A receipt is a [`Signable`] under `sampan/receipt/v1`, signed with the server's key. Fields
//! are in the order of [`Receipt`]. Verdicts are 0 taken, 1 rejected, 2 too new. Outcomes are
//! written in runs: outcome u8, count, and the survivor for *rebase*.
//!
//! | outcome | number |
//! |---|---|
//! | stored | 0 |
//! | known | 1 |
//! | parked | 2 |
//! | ask full | 3 |
//! | rebase | 4 |
//! | held | 64 + the number of its [`HoldReason`], below 64 |
//! | refused | 128 + the number of its [`RefuseReason`], below 64 |
//!
//! Numbers are never reused. Servers are updated first, so a phone may meet a reason added after
//! it was built; it reads as `Newer` and the phone follows the outcome alone.

pub use outcomes::{Outcomes, TooManyOutcomes};
pub use reason::{HoldReason, RefuseReason, RejectReason};

mod outcomes;
mod reason;

use serde::{Deserialize, Serialize};

use crate::bundle::{BundleNumber, Serial};
use crate::facts::FactsError;
use crate::id::{BundleId, DocumentId, Incarnation};
use crate::limits::RECEIPT_BYTES_MAX;
use crate::seal::{SealingKey, few_keys};
use crate::signed::Signable;
use crate::time::UnixSeconds;

/// The server's answer to one bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The server's epoch. A new one means that the server was restored from a backup: send
    /// everything after `backed_up_to` again.
    pub epoch: u32,
    /// Which bundle of whom is answered.
    pub serial: Serial,
    /// The bundle that was received under that number.
    pub bundle: BundleId,
    /// When the server received it, by its own clock; the phone compares its own.
    pub received: UnixSeconds,
    /// What became of it.
    pub verdict: Verdict,
    /// The last bundle of this device that is in a backup, with all before it.
    pub backed_up_to: Option<BackedUpTo>,
    /// The keys to seal to from now on, preferred first, at most
    /// [`crate::limits::SEALING_KEYS_MAX`].
    #[serde(deserialize_with = "few_keys")]
    pub sealing_keys: Vec<SealingKey>,
    /// The device is reported lost and must forget everything, as after a
    /// [`crate::wipe::WipeOrder`]: the version of the assignment it has, for one that knows a
    /// later one does not obey.
    pub wipe: Option<u32>,
}

impl Signable for Receipt {
    const DOMAIN: &'static str = "sampan/receipt/v1";
    const BYTES_MAX: usize = RECEIPT_BYTES_MAX;
}

/// How far a device's bundles are in a backup.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct BackedUpTo {
    /// In this incarnation; it says nothing of those before it.
    pub incarnation: Incarnation,
    /// Up to and including this number.
    pub number: BundleNumber,
}

/// What became of a bundle. On the wire in the order of the variants, from 0.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verdict {
    /// Read; each change has its outcome.
    Taken(Outcomes),
    /// Not what honest software makes; nothing of it was taken, and the device is flagged.
    Rejected(Rejection),
    /// Made by newer software than the server's: keep it and send it again later.
    TooNew,
}

impl From<&FactsError> for Verdict {
    fn from(error: &FactsError) -> Self {
        let (reason, detail) = match error {
            FactsError::UnknownCodec(_) => return Self::TooNew,
            FactsError::Malformed => (RejectReason::Malformed, 1),
            FactsError::PageOnly => (RejectReason::Malformed, 2),
            FactsError::TooLarge => (RejectReason::LimitExceeded, 0),
            FactsError::EmptyChange => (RejectReason::EmptyChange, 0),
            FactsError::KeyTwice => (RejectReason::KeyTwice, 0),
        };
        Self::Rejected(Rejection {
            reason,
            detail,
            change: None,
        })
    }
}

/// Why and where a bundle was rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Rejection {
    /// Why.
    pub reason: RejectReason,
    /// Where the reason is [`RejectReason::Malformed`]: 1 not canonical, 2 a form that only
    /// pages may have. Else 0.
    pub detail: u8,
    /// The change at fault, counted from 0 in the bundle's order, where there is one.
    pub change: Option<u32>,
}

impl Rejection {
    /// A rejection of the bundle as a whole.
    #[must_use]
    pub fn whole(reason: RejectReason) -> Self {
        Self {
            reason,
            detail: 0,
            change: None,
        }
    }
}

/// What became of one change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// In the server's log by this bundle.
    Stored,
    /// Was in the log already.
    Known,
    /// Waits for an earlier bundle of this device, or for the document itself.
    Parked,
    /// Waits for a coordinator's decision.
    Held(HoldReason),
    /// Not taken; the phone shows it as not accepted.
    Refused(RefuseReason),
    /// A shortened reference fits more than one change: send it again spelled out.
    AskFull,
    /// The document was re-founded: make the edit again on the survivor.
    Rebase {
        /// The document that took its place.
        survivor: DocumentId,
    },
}

impl Outcome {
    /// The outcome's stable name, or its reason's.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Stored => "stored",
            Self::Known => "known",
            Self::Parked => "parked",
            Self::Held(reason) => reason.code(),
            Self::Refused(reason) => reason.code(),
            Self::AskFull => "ask-full",
            Self::Rebase { .. } => "rebase",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::golden;
    use crate::id::DeviceId;
    use crate::limits::{BUNDLE_CHANGES_MAX, SEALING_KEYS_MAX};
    use crate::signed::{self, DeviceKey, SignedError};
    use proptest::prelude::*;

    fn server() -> DeviceKey {
        DeviceKey::from_seed([0x66; 32])
    }

    fn receipt(verdict: Verdict) -> Receipt {
        Receipt {
            epoch: 1,
            serial: Serial {
                device: DeviceId([1; 16]),
                incarnation: Incarnation(0),
                number: BundleNumber(5),
            },
            bundle: BundleId([2; 16]),
            received: UnixSeconds(1_700_000_000),
            verdict,
            backed_up_to: Some(BackedUpTo {
                incarnation: Incarnation(0),
                number: BundleNumber(3),
            }),
            sealing_keys: vec![SealingKey([3; 32])],
            wipe: None,
        }
    }

    fn taken(outcomes: Vec<Outcome>) -> Receipt {
        receipt(Verdict::Taken(Outcomes::new(outcomes).unwrap()))
    }

    fn round_trip(receipt: &Receipt) -> usize {
        let bytes = signed::sign(receipt, &server()).unwrap();
        assert_eq!(
            signed::verify(&bytes, &server().public()),
            Ok(receipt.clone())
        );
        bytes.len()
    }

    #[test]
    fn a_receipt_for_any_number_of_stored_changes_is_146_bytes() {
        assert_eq!(round_trip(&taken(vec![Outcome::Stored; 100])), 146);
        assert_eq!(round_trip(&taken(vec![Outcome::Stored; 1])), 146);
    }

    #[test]
    fn golden_receipts_are_read_as_written() {
        let outcomes = vec![
            Outcome::Stored,
            Outcome::Stored,
            Outcome::Known,
            Outcome::Parked,
            Outcome::Held(HoldReason::UnitChanged),
            Outcome::Refused(RefuseReason::Erased),
            Outcome::AskFull,
            Outcome::Rebase {
                survivor: DocumentId([4; 16]),
            },
        ];
        let rejection = Rejection {
            reason: RejectReason::KeyTwice,
            detail: 0,
            change: Some(300),
        };
        for (name, receipt) in [
            ("taken", taken(outcomes)),
            ("rejected", receipt(Verdict::Rejected(rejection))),
            ("too-new", receipt(Verdict::TooNew)),
            (
                "wipe",
                Receipt {
                    wipe: Some(2),
                    ..taken(vec![Outcome::Held(HoldReason::AfterRevocation)])
                },
            ),
        ] {
            round_trip(&receipt);
            let bytes = signed::sign(&receipt, &server()).unwrap();
            golden::check(&format!("receipt/{name}.hex"), &golden::hex(&bytes));
        }
    }

    #[test]
    fn the_longest_receipt_fits_its_bound() {
        let survivor = |n: usize| DocumentId([n as u8; 16]);
        let each = |n| Outcome::Rebase {
            survivor: survivor(n),
        };
        let mut longest = taken((0..BUNDLE_CHANGES_MAX).map(each).collect());
        longest.sealing_keys = vec![SealingKey([0xff; 32]); SEALING_KEYS_MAX];
        assert!(round_trip(&longest) < RECEIPT_BYTES_MAX);
    }

    #[test]
    fn too_many_keys_are_refused() {
        let mut receipt = receipt(Verdict::TooNew);
        receipt.sealing_keys = vec![SealingKey([0; 32]); SEALING_KEYS_MAX + 1];
        let bytes = signed::sign(&receipt, &server()).unwrap();
        let read = signed::verify::<Receipt>(&bytes, &server().public());
        assert_eq!(read, Err(SignedError::Malformed));
    }

    fn outcome() -> impl Strategy<Value = Outcome> {
        prop_oneof![
            Just(Outcome::Stored),
            Just(Outcome::Known),
            Just(Outcome::Parked),
            Just(Outcome::AskFull),
            (0u8..64).prop_map(|n| Outcome::Held(HoldReason::from_number(n))),
            (0u8..64).prop_map(|n| Outcome::Refused(RefuseReason::from_number(n))),
            any::<[u8; 16]>().prop_map(|id| Outcome::Rebase {
                survivor: DocumentId(id)
            }),
        ]
    }

    fn verdict() -> impl Strategy<Value = Verdict> {
        prop_oneof![
            prop::collection::vec(outcome(), 0..40)
                .prop_map(|outcomes| Verdict::Taken(Outcomes::new(outcomes).unwrap())),
            (any::<u8>(), any::<u8>(), any::<Option<u32>>()).prop_map(|(n, detail, change)| {
                let reason = RejectReason::from_number(n);
                Verdict::Rejected(Rejection {
                    reason,
                    detail,
                    change,
                })
            }),
            Just(Verdict::TooNew),
        ]
    }

    proptest! {
        #[test]
        fn what_is_signed_reads_the_same(verdict in verdict()) {
            round_trip(&receipt(verdict));
        }

        #[test]
        fn random_bytes_never_panic(body in prop::collection::vec(any::<u8>(), 0..200)) {
            let mut bytes = body.clone();
            bytes.extend_from_slice(&server().sign(Receipt::DOMAIN, &body));
            let _ = signed::verify::<Receipt>(&bytes, &server().public());
        }
    }
}
