//! Answering pulls: everything a device misses, in one signed answer.

use std::collections::BTreeMap;

use serde_bytes::ByteBuf;
use shared::entry::Entry;
use shared::id::{DeviceId, DocumentId, StreamId};
use shared::limits::{PAGE_CHANGES_MAX, PULL_ANSWER_BYTES_MAX};
use shared::page::Page;
use shared::permission::Standing;
use shared::pull::{Cursor, PullAnswer, PullRequest};
use shared::signed::{Signed, SignedError, sign};
use shared::time::UnixSeconds;
use shared::unit::UnitTree;

use super::{Circumstances, Server};
use crate::ledger::device::{DeviceRecord, DeviceState, put_device};
use crate::ledger::history::{Step, read_step};
use crate::ledger::{Ledger, LedgerError, Read};
use crate::secrets::DataKey;
use crate::store::{Commit, Expect, ScanLimit, Store, Table};

/// Bytes of an answer that are neither pages nor receipts: assignment, headers, signature.
const FRAME_BYTES: usize = 32 * 1024;

/// Bytes of receipts one answer brings; the rest comes with the next. Most have 145.
const RECEIPTS_BYTES_MAX: usize = PULL_ANSWER_BYTES_MAX / 4;

/// Receipts one answer brings.
const RECEIPTS_MAX: usize = 1_024;

/// Bytes of pages an answer has room for, whatever the device asks for less than.
const PAGES_BYTES_MIN: usize = 4 * 1024;

/// Stored bytes read for each byte of a page wanted: entries are several times as long in the log.
const STORED_PER_PAGE_BYTE: usize = 4;

/// After this long a pull is written down as a sign of life, so that most pulls write nothing.
const HEARD_STEP_SECONDS: i64 = 900;

/// Why a pull is not answered.
#[derive(Debug, thiserror::Error)]
pub enum PullError {
    /// The bytes are no request, or the device did not sign them.
    #[error(transparent)]
    Request(#[from] SignedError),
    /// It asks for more than one request may.
    #[error("the request names too many streams or waits too long: ask for less")]
    TooMuch,
    /// No such device is enrolled.
    #[error("the device is not enrolled here: enrol it with an invite")]
    UnknownDevice,
    /// The ledger could not be read, or holds what does not fit an answer.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

/// A pull request whose sender is known; it may be answered several times while it waits.
#[derive(Debug, Clone)]
pub struct Pull {
    request: PullRequest,
}

/// An answer to a pull.
#[derive(Debug, Clone)]
pub struct Pulled {
    /// The signed [`PullAnswer`].
    pub bytes: Vec<u8>,
    /// Whether it tells the device anything but the time.
    pub has_news: bool,
}

impl Pull {
    /// Who asks.
    #[must_use]
    pub fn device(&self) -> DeviceId {
        self.request.device
    }

    /// Seconds the device is willing to wait for news.
    #[must_use]
    pub fn wait_seconds(&self) -> u8 {
        self.request.wait_seconds
    }

    /// Whether news of the stream may be news for the device.
    #[must_use]
    pub fn follows(&self, stream: StreamId) -> bool {
        self.request.cursors.iter().any(|c| c.stream == stream)
    }
}

impl<S: Store> Server<S> {
    /// Reads a signed [`PullRequest`] and makes sure who sent it.
    ///
    /// # Errors
    /// [`PullError`].
    pub async fn open_pull(&self, bytes: &[u8]) -> Result<Pull, PullError> {
        let signed = Signed::<PullRequest>::read(bytes)?;
        if !signed.claimed().is_bounded() {
            return Err(PullError::TooMuch);
        }
        let device = self.ledger().device(signed.claimed().device).await?;
        let record = device.record.ok_or(PullError::UnknownDevice)?;
        let request = signed
            .verify(&record.public)
            .map_err(SignedError::Signature)?;
        Ok(Pull { request })
    }

    /// Answers a pull with what there is now.
    ///
    /// # Errors
    /// [`PullError`].
    pub async fn answer_pull(
        &self,
        pull: &Pull,
        circumstances: Circumstances,
    ) -> Result<Pulled, PullError> {
        let found = self.ledger().device(pull.request.device).await?;
        let device = found.record.clone().ok_or(PullError::UnknownDevice)?;
        let answer = self.collect(pull, &device, circumstances.now).await?;
        let has_news = answer.epoch != pull.request.epoch
            || answer.assignment.is_some()
            || !answer.receipts.is_empty()
            || !answer.pages.is_empty();
        let bytes = sign(&answer, self.ledger().secrets().signing())
            .map_err(|_| LedgerError::Contradiction("a pull answer beyond its limit"))?;
        self.note_life(pull, found, circumstances.now).await;
        Ok(Pulled { bytes, has_news })
    }

    /// Reads and answers a pull without waiting.
    ///
    /// # Errors
    /// [`PullError`].
    pub async fn pull(
        &self,
        bytes: &[u8],
        circumstances: Circumstances,
    ) -> Result<Vec<u8>, PullError> {
        let pull = self.open_pull(bytes).await?;
        Ok(self.answer_pull(&pull, circumstances).await?.bytes)
    }

    async fn collect(
        &self,
        pull: &Pull,
        device: &DeviceRecord,
        now: UnixSeconds,
    ) -> Result<PullAnswer, PullError> {
        let request = &pull.request;
        // Cursors and receipt numbers of another epoch count nothing here.
        let same_epoch = request.epoch == self.epoch();
        let receipts_after = if same_epoch { request.receipts_upto } else { 0 };
        let mut answer = PullAnswer {
            device: request.device,
            epoch: self.epoch(),
            now,
            assignment: (request.assignment != device.assignment.version)
                .then(|| device.assignment.clone()),
            receipts: Vec::new(),
            receipts_upto: receipts_after,
            backed_up_to: None,
            pages: Vec::new(),
            more: false,
        };
        let receipts_bytes = self.add_receipts(&mut answer).await?;
        if device.state != DeviceState::Active {
            return Ok(answer);
        }
        let room = PULL_ANSWER_BYTES_MAX - FRAME_BYTES - receipts_bytes;
        let wanted = (request.bytes_max as usize).max(PAGES_BYTES_MIN);
        let mut pages = Pages::new(self.ledger(), wanted.min(room));
        let units = self.units();
        for cursor in &request.cursors {
            if may_follow(device, cursor.stream, &units, now) {
                let upto = if same_epoch { cursor.upto } else { 0 };
                pages.add(Cursor { upto, ..*cursor }).await?;
            }
        }
        answer.more |= pages.more;
        answer.pages = pages.done;
        Ok(answer)
    }

    /// Adds the receipts not yet acknowledged; their bytes.
    async fn add_receipts(&self, answer: &mut PullAnswer) -> Result<usize, LedgerError> {
        let after = answer.receipts_upto;
        let receipts = self
            .ledger()
            .receipts_after(answer.device, after, RECEIPTS_MAX)
            .await?;
        answer.more = receipts.len() == RECEIPTS_MAX;
        let mut bytes = 0;
        for (issue, receipt) in receipts {
            let receipt = self.signed(receipt)?;
            if bytes > 0 && bytes + receipt.len() > RECEIPTS_BYTES_MAX {
                answer.more = true;
                break;
            }
            bytes += receipt.len();
            answer.receipts_upto = issue;
            answer.receipts.push(ByteBuf::from(receipt));
        }
        Ok(bytes)
    }

    /// Writes down that the device was heard of. It does not matter if that fails.
    async fn note_life(&self, pull: &Pull, found: Read<DeviceRecord>, now: UnixSeconds) {
        let Some(mut record) = found.record else {
            return;
        };
        if now < record.heard.plus(HEARD_STEP_SECONDS) {
            return;
        }
        record.heard = now;
        let device = pull.request.device;
        let commit = Commit {
            expect: vec![Expect {
                table: Table::Device,
                key: device.0.to_vec(),
                version: found.version,
            }],
            puts: vec![put_device(device, &record)],
            ..Commit::default()
        };
        let _may_fail = self.settle(commit).await;
    }
}

/// Whether the device may read the stream now: its role must allow it in today's tree, and its
/// assignment must name the stream or stand below it.
fn may_follow(device: &DeviceRecord, stream: StreamId, units: &UnitTree, now: UnixSeconds) -> bool {
    let assignment = &device.assignment;
    let standing = assignment
        .grant
        .standing(stream.unit, units, now.local_day());
    let is_assigned = standing == Standing::Above || assignment.streams.contains(&stream);
    is_assigned && assignment.grant.may_pull(standing, stream.audience)
}

/// Pages being collected for one answer.
struct Pages<'l, S> {
    ledger: &'l Ledger<S>,
    /// Keys used so far: a dossier's entries often lie together. `None` is destroyed.
    keys: BTreeMap<DocumentId, Option<DataKey>>,
    bytes_left: usize,
    done: Vec<Page>,
    more: bool,
}

impl<'l, S: Store> Pages<'l, S> {
    fn new(ledger: &'l Ledger<S>, bytes_max: usize) -> Self {
        Self {
            ledger,
            keys: BTreeMap::new(),
            bytes_left: bytes_max,
            done: Vec::new(),
            more: false,
        }
    }

    /// Adds as much of a stream after the cursor as there is room for; at least one entry if it
    /// is the answer's first page.
    async fn add(&mut self, cursor: Cursor) -> Result<(), LedgerError> {
        let limit = ScanLimit {
            entries_max: PAGE_CHANGES_MAX,
            bytes_max: self.bytes_left.saturating_mul(STORED_PER_PAGE_BYTE),
        };
        let scanned = self
            .ledger
            .store()
            .scan(cursor.stream, cursor.upto, limit)
            .await?;
        if scanned.entries.is_empty() {
            return Ok(());
        }
        let entries = self.open(&scanned.entries).await?;
        let page = self.fitting(cursor, scanned.head, &entries);
        match page {
            Some((page, bytes)) => {
                self.more |= page.upto < page.head;
                self.bytes_left = self.bytes_left.saturating_sub(bytes);
                self.done.push(page);
            }
            None => self.more = true,
        }
        Ok(())
    }

    /// The longest page of these entries that fits, found by halving.
    fn fitting(&self, cursor: Cursor, head: u64, entries: &[Entry]) -> Option<(Page, usize)> {
        let mut count = entries.len();
        loop {
            let page = Page::of(cursor.stream, cursor.upto, head, &entries[..count]);
            let bytes = postcard::experimental::serialized_size(&page).unwrap_or(usize::MAX);
            if bytes <= self.bytes_left || (count == 1 && self.done.is_empty()) {
                return Some((page, bytes));
            }
            if count == 1 {
                return None;
            }
            count /= 2;
        }
    }

    /// Reads entries and opens the sealed ones, fetching the keys they need in one go.
    async fn open(&mut self, entries: &[(u64, Vec<u8>)]) -> Result<Vec<Entry>, LedgerError> {
        let steps = entries.iter().map(|(_, bytes)| read_step(bytes));
        let steps = steps.collect::<Result<Vec<_>, _>>()?;
        let mut missing: Vec<DocumentId> = steps
            .iter()
            .filter_map(|step| match step {
                Step::Change(sealed) if !self.keys.contains_key(&sealed.under) => {
                    Some(sealed.under)
                }
                _ => None,
            })
            .collect();
        missing.sort_unstable();
        missing.dedup();
        let keys = self.ledger.keys_of(&missing).await?;
        self.keys.extend(missing.into_iter().zip(keys));
        let open = |step| match step {
            Step::Mark(entry) => Ok(entry),
            Step::Change(sealed) => match &self.keys[&sealed.under] {
                Some(key) => sealed.open(key).map(Entry::Change),
                // What was written about an erased person is only their tombstone once more.
                None => Ok(Entry::Erased {
                    document: sealed.document,
                }),
            },
        };
        steps.into_iter().map(open).collect()
    }
}
