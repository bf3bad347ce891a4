//! The pull: a device asks for everything it is missing, and gets it in one signed answer.
//!
//! One request names the device's streams with a cursor each; the answer brings pages, the
//! receipts not yet acknowledged, and how far the device's bundles are in a backup. An answer is
//! signed by the server, so it can as well be carried by somebody else and handed over weeks
//! later: everything in it is idempotent.

use serde::{Deserialize, Serialize};

use crate::bundle::BundleNumber;
use crate::disclosure::{DisclosedUpto, Disclosures};
use crate::enrol::Assignment;
use crate::id::{DeviceId, Incarnation, StreamId};
use crate::limits::{PULL_ANSWER_BYTES_MAX, PULL_REQUEST_BYTES_MAX, PULL_STREAMS_MAX};
use crate::loan::Lent;
use crate::page::Page;
use crate::receipt::BackedUpTo;
use crate::signed::Signable;
use crate::time::UnixSeconds;

/// What a device asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PullRequest {
    /// The protocol the device speaks.
    pub protocol: u8,
    /// Who asks.
    pub device: DeviceId,
    /// In which life.
    pub incarnation: Incarnation,
    /// The device's clock; the answer's `now` tells it how wrong that is.
    pub at: UnixSeconds,
    /// The version of the assignment the device knows.
    pub assignment: u32,
    /// The epoch of the server the cursors are from; they restart when it changed.
    pub epoch: u32,
    /// The cursor of each stream the device follows, the most wanted first, at most
    /// [`PULL_STREAMS_MAX`]. A stream left out is one the device does not follow yet.
    pub cursors: Vec<Cursor>,
    /// The `receipts_upto` of the last answer that was stored: receipts up to there need not come
    /// again. A receipt that changes later (parked, then stored) comes again under a new number.
    pub receipts_upto: u64,
    /// Seconds the server may wait for news before it answers with none, at most 30.
    pub wait_seconds: u8,
    /// Bytes of pages wanted at most.
    pub bytes_max: u32,
    /// In which form the answer is wanted.
    pub reply: Reply,
    /// The mark of the loans the device has; 0 = none.
    pub lent: u64,
    /// Full numbers that were disclosed on the device.
    pub disclosures: Disclosures,
    /// What the device has entered and has no receipt for; `None` = nothing.
    pub unsent: Option<Unsent>,
}

/// What a device has entered and has no receipt for, when it asked. Coordinators see from it how
/// much is still out there; nothing is decided by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unsent {
    /// Records: saves, however many documents each of them writes.
    pub records: u32,
    /// When the oldest was saved, by the device's clock.
    pub oldest: UnixSeconds,
    /// The number of the last bundle they travel in, in the life that asks: a server that has
    /// received it knows that nothing of this is out there any more.
    pub upto: BundleNumber,
}

/// In which form a device wants its answer. It signs this with the rest, so that nobody who
/// carries its request gets the answer in clear.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reply {
    /// Signed: for an app that takes it in at once.
    Open,
    /// Signed and sealed to the device ([`crate::news`]): for a locked app, or a carrier.
    Sealed,
}

impl Signable for PullRequest {
    const DOMAIN: &'static str = "sampan/pull/v1";
    const BYTES_MAX: usize = PULL_REQUEST_BYTES_MAX;
}

/// How far a device has folded one stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// Which stream.
    pub stream: StreamId,
    /// The last entry folded; 0 = none.
    pub upto: u64,
}

/// What the device gets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PullAnswer {
    /// Whose answer: an answer carried to another device is refused by it.
    pub device: DeviceId,
    /// The server's epoch.
    pub epoch: u32,
    /// The server's clock.
    pub now: UnixSeconds,
    /// What the device may do and follow now; `None` = as before.
    pub assignment: Option<Assignment>,
    /// Signed receipts issued since the request's `receipts_upto`, oldest first.
    pub receipts: Vec<serde_bytes::ByteBuf>,
    /// To be sent with the next request once this answer is stored.
    pub receipts_upto: u64,
    /// The last bundle of this device that is in a backup, with all before it.
    pub backed_up_to: Option<BackedUpTo>,
    /// News, stream by stream.
    pub pages: Vec<Page>,
    /// Whether asking again at once brings more.
    pub more: bool,
    /// Everything lent to the device now; `None` = what the request's mark names.
    pub lent: Option<Lent>,
    /// How far its disclosures are written down; `None` if the request brought none.
    pub disclosed: Option<DisclosedUpto>,
}

impl Signable for PullAnswer {
    const DOMAIN: &'static str = "sampan/pulled/v1";
    const BYTES_MAX: usize = PULL_ANSWER_BYTES_MAX;
}

impl PullRequest {
    /// Whether the request keeps to the protocol's limits.
    #[must_use]
    pub fn is_bounded(&self) -> bool {
        self.cursors.len() <= PULL_STREAMS_MAX
            && self.wait_seconds <= 30
            && self.disclosures.is_bounded()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disclosure::{Disclosure, Way};
    use crate::golden::{check, hex};
    use crate::id::{Audience, DocumentId, UnitId};
    use crate::loan::{LentDocument, Loan, Purpose};
    use crate::names::{Colleague, Names};
    use crate::seal::OpeningKey;
    use crate::signed::{DeviceKey, sign, verify};

    const DEVICE: DeviceId = DeviceId([7; 16]);

    fn request(streams: u32, reply: Reply) -> PullRequest {
        let cursor = |n: u32| Cursor {
            stream: StreamId {
                unit: UnitId(1_000_301 + n / 2),
                audience: Audience::ALL[n as usize % 2],
            },
            upto: 900 + u64::from(n),
        };
        PullRequest {
            protocol: 1,
            device: DEVICE,
            incarnation: Incarnation(1),
            at: UnixSeconds(1_700_442_000),
            assignment: 2,
            epoch: 1,
            cursors: (0..streams).map(cursor).collect(),
            receipts_upto: 40,
            wait_seconds: 0,
            bytes_max: 640 * 1024,
            reply,
            lent: 0,
            disclosures: Disclosures::default(),
            unsent: None,
        }
    }

    fn answer() -> PullAnswer {
        PullAnswer {
            device: DEVICE,
            epoch: 1,
            now: UnixSeconds(1_700_442_001),
            assignment: None,
            receipts: Vec::new(),
            receipts_upto: 40,
            backed_up_to: None,
            pages: Vec::new(),
            more: false,
            lent: None,
            disclosed: None,
        }
    }

    #[test]
    fn golden_pulls_are_read_as_written() {
        let key = DeviceKey::from_seed([0x22; 32]);
        for (name, reply) in [("request", Reply::Open), ("request-sealed", Reply::Sealed)] {
            let bytes = sign(&request(3, reply), &key).unwrap();
            check(&format!("pull/{name}.hex"), &hex(&bytes));
            assert_eq!(verify(&bytes, &key.public()), Ok(request(3, reply)));
            let asked = crate::spoken::asked_by(&bytes);
            assert_eq!(asked, Some((1, DEVICE)));
        }
        let bytes = sign(&answer(), &key).unwrap();
        check("pull/nothing-new.hex", &hex(&bytes));
        assert_eq!(verify(&bytes, &key.public()), Ok(answer()));
    }

    #[test]
    fn a_golden_request_tells_what_is_still_unsent() {
        let key = DeviceKey::from_seed([0x22; 32]);
        let asked = PullRequest {
            unsent: Some(Unsent {
                records: 12,
                oldest: UnixSeconds(1_700_182_800),
                upto: BundleNumber(8),
            }),
            ..request(3, Reply::Open)
        };
        let bytes = sign(&asked, &key).unwrap();
        check("pull/request-unsent.hex", &hex(&bytes));
        assert_eq!(verify(&bytes, &key.public()), Ok(asked));
    }

    #[test]
    fn golden_loans_and_disclosures_are_read_as_written() {
        let key = DeviceKey::from_seed([0x22; 32]);
        let dossier = DocumentId([4; 16]);
        let seen = Disclosure {
            way: Way::Viewed,
            dossier: Some(dossier),
            at: UnixSeconds(1_700_441_000),
        };
        let asked = PullRequest {
            lent: 5,
            disclosures: Disclosures {
                before: 2,
                list: vec![seen],
            },
            ..request(1, Reply::Open)
        };
        let bytes = sign(&asked, &key).unwrap();
        check("lent/request.hex", &hex(&bytes));
        assert_eq!(verify(&bytes, &key.public()), Ok(asked.clone()));
        let loan = Loan {
            number: 1,
            purpose: Purpose::DayList,
            until: UnixSeconds(1_700_528_400),
            title: "Lớp 9A".into(),
            dossiers: vec![dossier],
        };
        let document = LentDocument {
            document: dossier,
            joined: vec![DocumentId([5; 16])],
            row: crate::row::Row::default().to_bytes(),
        };
        let told = PullAnswer {
            lent: Some(Lent::new(vec![loan], vec![document])),
            disclosed: Some(asked.disclosures.upto(Incarnation(1))),
            ..answer()
        };
        let bytes = sign(&told, &key).unwrap();
        check("lent/answer.hex", &hex(&bytes));
        assert_eq!(verify(&bytes, &key.public()), Ok(told));
    }

    #[test]
    fn golden_names_are_read_as_written() {
        let key = DeviceKey::from_seed([0x22; 32]);
        let names = Names {
            device: DEVICE,
            units: vec![(UnitId(1_000_301), "Ấp 1".to_owned())],
            people: vec![(DEVICE, "Máy 1".to_owned())],
            colleagues: vec![Colleague {
                device: DEVICE,
                signing: key.public(),
                sealing: Some(OpeningKey::from_bytes([0x11; 32]).sealing()),
            }],
        };
        let bytes = sign(&names, &key).unwrap();
        check("pull/names.hex", &hex(&bytes));
        assert_eq!(verify(&bytes, &key.public()), Ok(names));
    }

    #[test]
    fn a_pull_that_finds_nothing_new_in_15_streams_takes_few_bytes() {
        let key = DeviceKey::from_seed([0x22; 32]);
        let up = sign(&request(15, Reply::Open), &key).unwrap().len();
        let down = sign(&answer(), &key).unwrap().len();
        assert!(up + down <= 320, "{up} bytes up and {down} down");
    }
}
