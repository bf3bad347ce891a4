//! The pull: a device asks for everything it is missing, and gets it in one signed answer.
//!
//! One request names the device's streams with a cursor each; the answer brings pages, the
//! receipts not yet acknowledged, and how far the device's bundles are in a backup. An answer is
//! signed by the server, so it can as well be carried by somebody else and handed over weeks
//! later: everything in it is idempotent.

use serde::{Deserialize, Serialize};

use crate::enrol::Assignment;
use crate::id::{DeviceId, Incarnation, StreamId};
use crate::limits::{PULL_ANSWER_BYTES_MAX, PULL_REQUEST_BYTES_MAX, PULL_STREAMS_MAX};
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
}

impl Signable for PullAnswer {
    const DOMAIN: &'static str = "sampan/pulled/v1";
    const BYTES_MAX: usize = PULL_ANSWER_BYTES_MAX;
}

impl PullRequest {
    /// Whether the request keeps to the protocol's limits.
    #[must_use]
    pub fn is_bounded(&self) -> bool {
        self.cursors.len() <= PULL_STREAMS_MAX && self.wait_seconds <= 30
    }
}
