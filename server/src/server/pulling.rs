//! Answering pulls: everything a device misses, in one signed answer.

use serde_bytes::ByteBuf;
use shared::id::{DeviceId, StreamId};
use shared::limits::{LENT_BYTES_MAX, PULL_ANSWER_BYTES_MAX};
use shared::news;
use shared::permission::Standing;
use shared::pull::{Cursor, PullAnswer, PullRequest, Reply};
use shared::signed::{BadSignature, Signed, SignedError, sign};
use shared::spoken::{Spoken, asked_by, is_served};
use shared::time::UnixSeconds;
use shared::unit::UnitTree;
use shared::version::{PROTOCOL, PROTOCOL_OLDEST_SERVED};
use shared::wipe::{WipeOrder, is_wiped};

use super::{COMMIT_TRIES_MAX, Circumstances, CommitError, Server};
use crate::crew::{CrewError, Lane};
use crate::ledger::audit::{Act, Who};
use crate::ledger::device::{DeviceRecord, DeviceState, Told, put_device};
use crate::ledger::{LedgerError, Read};
use crate::rate::TooOften;
use crate::store::{Commit, Expect, Store, Table};

/// Bytes of an answer that are neither pages nor receipts: assignment, headers, signature.
const FRAME_BYTES: usize = 32 * 1024;

/// Bytes of receipts one answer brings; the rest comes with the next. Most have 145.
const RECEIPTS_BYTES_MAX: usize = PULL_ANSWER_BYTES_MAX / 4;

/// Receipts one answer brings.
const RECEIPTS_MAX: usize = 1_024;

/// Bytes of pages an answer has room for, whatever the device asks for less than.
const PAGES_BYTES_MIN: usize = 4 * 1024;

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
    /// The device asks too often: ask again then.
    #[error(transparent)]
    TooOften(#[from] TooOften),
    /// What the request brought could not be made durable.
    #[error(transparent)]
    Commit(CommitError),
    /// Too much waits, or the work broke off.
    #[error(transparent)]
    Crew(#[from] CrewError),
    /// The ledger could not be read, or holds what does not fit an answer.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

/// What a device's request turned out to be.
#[derive(Debug, Clone)]
pub enum Asked {
    /// A request in a protocol that is served here.
    Pull(Pull),
    /// One in another protocol; here is the signed [`Spoken`] that says so.
    Otherwise(Vec<u8>),
}

/// A pull request whose sender is known; it may be answered several times while it waits.
#[derive(Debug, Clone)]
pub struct Pull {
    request: PullRequest,
    /// Whether the device's present key signed it.
    is_by_present_key: bool,
}

/// An answer to a pull.
#[derive(Debug, Clone)]
pub struct Pulled {
    /// The signed [`PullAnswer`], sealed to the device if it asked for that.
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

    /// Whether nobody but the device can read the answer.
    #[must_use]
    pub fn is_sealed(&self) -> bool {
        self.request.reply == Reply::Sealed
    }

    /// Whether news of the stream may be news for the device.
    #[must_use]
    pub fn follows(&self, stream: StreamId) -> bool {
        self.request.cursors.iter().any(|c| c.stream == stream)
    }
}

impl<S: Store> Server<S> {
    /// Reads a signed [`PullRequest`] and makes sure who sent it; one in a protocol that is not
    /// served is answered at once.
    ///
    /// # Errors
    /// [`PullError`].
    pub async fn open_pull(&self, bytes: &[u8], now: UnixSeconds) -> Result<Asked, PullError> {
        let device = asked_by(bytes).map_or(DeviceId([0; 16]), |(_, device)| device);
        self.device_rates.look(device, now)?;
        let (server, bytes) = (self.clone(), bytes.to_vec());
        let work = async move { server.opened_pull(&bytes, now).await };
        let asked = self.crew().run(device, Lane::Pull, work).await??;
        if matches!(asked, Asked::Pull(_)) {
            self.device_rates.count(device, now);
        }
        Ok(asked)
    }

    async fn opened_pull(&self, bytes: &[u8], now: UnixSeconds) -> Result<Asked, PullError> {
        if let Some((protocol, device)) = asked_by(bytes)
            && !is_served(protocol)
        {
            let known = self.ledger().device(device).await?.record;
            known.ok_or(PullError::UnknownDevice)?;
            return Ok(Asked::Otherwise(self.spoken(device, now)?));
        }
        let signed = Signed::<PullRequest>::read(bytes)?;
        if !signed.claimed().is_bounded() {
            return Err(PullError::TooMuch);
        }
        let device = self.ledger().device(signed.claimed().device).await?;
        let record = device.record.ok_or(PullError::UnknownDevice)?;
        let by = record.request_keys().find(|key| signed.is_by(key));
        let by = by.ok_or(SignedError::Signature(BadSignature))?;
        Ok(Asked::Pull(Pull {
            request: signed.claimed().clone(),
            is_by_present_key: by == record.public,
        }))
    }

    pub(super) fn spoken(
        &self,
        device: DeviceId,
        now: UnixSeconds,
    ) -> Result<Vec<u8>, LedgerError> {
        let spoken = Spoken {
            device,
            oldest: PROTOCOL_OLDEST_SERVED,
            newest: PROTOCOL,
            epoch: self.epoch(),
            now,
            sealing_keys: self.ledger().secrets().public().sealing,
        };
        sign(&spoken, self.ledger().secrets().signing())
            .map_err(|_| LedgerError::Contradiction("more sealing keys than one answer names"))
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
        let (server, asked) = (self.clone(), pull.clone());
        let work = async move { server.answered_pull(&asked, circumstances).await };
        let (found, pulled) = self.crew().run(pull.device(), Lane::Pull, work).await??;
        self.note_life(pull, found, circumstances.now).await;
        Ok(pulled)
    }

    /// The answer, and the device's record as it was read for it.
    async fn answered_pull(
        &self,
        pull: &Pull,
        circumstances: Circumstances,
    ) -> Result<(Read<DeviceRecord>, Pulled), PullError> {
        let found = self.take_disclosures(pull, circumstances.now).await?;
        let device = found.record.clone().ok_or(PullError::UnknownDevice)?;
        if device.state == DeviceState::Lost {
            let order = self.wipe_order(pull, &device, circumstances)?;
            return Ok((found, order));
        }
        let answer = self.collect(pull, &device, circumstances.now).await?;
        let has_news = answer.epoch != pull.request.epoch
            || answer.assignment.is_some()
            || !answer.receipts.is_empty()
            || !answer.pages.is_empty()
            || answer.lent.is_some()
            || answer.disclosed.is_some();
        let signed = sign(&answer, self.ledger().secrets().signing())
            .map_err(|_| LedgerError::Contradiction("a pull answer beyond its limit"))?;
        let bytes = replied(pull, signed, &device, circumstances)?;
        Ok((found, Pulled { bytes, has_news }))
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
        match self.open_pull(bytes, circumstances.now).await? {
            Asked::Pull(pull) => Ok(self.answer_pull(&pull, circumstances).await?.bytes),
            Asked::Otherwise(spoken) => Ok(spoken),
        }
    }

    /// The answer to a lost device: the order to wipe itself.
    fn wipe_order(
        &self,
        pull: &Pull,
        device: &DeviceRecord,
        circumstances: Circumstances,
    ) -> Result<Pulled, LedgerError> {
        let order = WipeOrder {
            device: pull.request.device,
            epoch: self.epoch(),
            assignment: device.assignment.version,
            at: circumstances.now,
        };
        let signed = sign(&order, self.ledger().secrets().signing())
            .map_err(|_| LedgerError::Contradiction("a wipe order beyond its limit"))?;
        // In clear, however the answer was wanted: a locked phone has to read it.
        Ok(Pulled {
            bytes: signed,
            has_news: true,
        })
    }

    /// Writes down the full numbers that were seen on the device, each once; the device's record
    /// as it is then.
    async fn take_disclosures(
        &self,
        pull: &Pull,
        now: UnixSeconds,
    ) -> Result<Read<DeviceRecord>, PullError> {
        let PullRequest {
            device: id,
            incarnation,
            disclosures,
            ..
        } = &pull.request;
        for _ in 0..COMMIT_TRIES_MAX {
            let found = self.ledger().device(*id).await?;
            let mut record = found.record.clone().ok_or(PullError::UnknownDevice)?;
            let acting = self.acting(Who::Device(*id));
            let new = disclosures.new_after(record.disclosed, *incarnation);
            let acts = new.map(|disclosure| Act::Disclosed {
                way: disclosure.way,
                dossier: disclosure.dossier,
                on_device_at: disclosure.at,
            });
            let appends: Vec<_> = acts.map(|act| acting.audited(act, now)).collect();
            if appends.is_empty() {
                return Ok(found);
            }
            record.disclosed = disclosures.upto(*incarnation);
            let commit = Commit {
                appends,
                expect: vec![Expect {
                    table: Table::Device,
                    key: id.0.to_vec(),
                    version: found.version,
                }],
                puts: vec![put_device(*id, &record)],
                ..Commit::default()
            };
            // Read again: whoever writes to the record next must expect what it is now.
            self.settle(commit).await.map_err(PullError::Commit)?;
        }
        Err(PullError::Commit(CommitError::Contended))
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
            backed_up_to: self.ledger().backed_up_to(request.device).await?,
            pages: Vec::new(),
            more: false,
            lent: None,
            disclosed: (!request.disclosures.is_empty()
                && device.disclosed.incarnation == request.incarnation)
                .then_some(device.disclosed),
        };
        let lent = self.lent(request.device, device, now).await?;
        let lent_bytes = match lent.mark == request.lent {
            true => 0,
            false => {
                let bytes = postcard::experimental::serialized_size(&lent);
                answer.lent = Some(lent);
                bytes.unwrap_or(LENT_BYTES_MAX)
            }
        };
        let receipts_bytes = self.add_receipts(&mut answer).await?;
        if device.state != DeviceState::Active {
            return Ok(answer);
        }
        let room =
            (PULL_ANSWER_BYTES_MAX - FRAME_BYTES - receipts_bytes).saturating_sub(lent_bytes);
        let wanted = (request.bytes_max as usize).max(PAGES_BYTES_MIN);
        let units = self.units();
        let follows = |cursor: &&Cursor| may_follow(device, cursor.stream, &units, now);
        let followed = request.cursors.iter().filter(follows);
        let cursors = followed.map(|cursor| Cursor {
            upto: if same_epoch { cursor.upto } else { 0 },
            ..*cursor
        });
        self.add_pages(&mut answer, cursors.collect(), wanted.min(room))
            .await?;
        Ok(answer)
    }

    /// Adds pages, stream by stream in the order asked, as many as there is room for; at least
    /// one if there is news.
    async fn add_pages(
        &self,
        answer: &mut PullAnswer,
        cursors: Vec<Cursor>,
        mut bytes_left: usize,
    ) -> Result<(), LedgerError> {
        let streams = cursors.iter().map(|cursor| cursor.stream).collect();
        let heads = self.ledger().store().heads(streams).await?;
        for (mut cursor, head) in cursors.into_iter().zip(heads) {
            while cursor.upto < head {
                let Some(packed) = self.shelf.page(self.ledger(), cursor, head).await? else {
                    break;
                };
                if packed.bytes > bytes_left && !answer.pages.is_empty() {
                    answer.more = true;
                    return Ok(());
                }
                bytes_left = bytes_left.saturating_sub(packed.bytes);
                cursor.upto = packed.page.upto;
                answer.pages.push(packed.page);
            }
        }
        Ok(())
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

    /// Strikes out what the device has forgotten; whether that was anything. A phone asks for what
    /// comes after an entry once it has folded it and rewritten its storage, and names no cursor
    /// of a stream it has dropped.
    fn confirm(&self, pull: &Pull, record: &mut DeviceRecord) -> bool {
        let request = &pull.request;
        if request.epoch != self.epoch() || request.assignment != record.assignment.version {
            return false;
        }
        let before = record.owes.len();
        record.owes.retain(|stream, n| {
            let cursor = request
                .cursors
                .iter()
                .find(|cursor| cursor.stream == *stream);
            match cursor {
                Some(cursor) => cursor.upto < *n,
                None => record.assignment.streams.contains(stream),
            }
        });
        record.owes.len() < before
    }

    /// Writes down that the device was heard of. It does not matter if that fails.
    async fn note_life(&self, pull: &Pull, found: Read<DeviceRecord>, now: UnixSeconds) {
        let Some(mut record) = found.record else {
            return;
        };
        let device = pull.request.device;
        let mut acts = Vec::new();
        if record.state == DeviceState::Lost && record.wiped.is_none() && is_wiped(&pull.request) {
            record.wiped = Some(now);
            record.owes.clear();
            let acting = self.acting(Who::Device(device));
            acts.push(acting.audited(Act::Wiped, now));
        }
        let is_first_use = pull.is_by_present_key && !record.has_used_key;
        record.has_used_key |= pull.is_by_present_key;
        let is_news = record.note_unsent(Told {
            at: pull.request.at,
            incarnation: pull.request.incarnation,
            unsent: pull.request.unsent,
        });
        let confirms =
            self.confirm(pull, &mut record) || is_first_use || is_news || !acts.is_empty();
        if now < record.heard.plus(HEARD_STEP_SECONDS) && !confirms {
            return;
        }
        record.heard = now;
        let commit = Commit {
            appends: acts,
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

/// A signed answer as the device asked for it.
fn replied(
    pull: &Pull,
    signed: Vec<u8>,
    device: &DeviceRecord,
    circumstances: Circumstances,
) -> Result<Vec<u8>, LedgerError> {
    match pull.request.reply {
        Reply::Open => Ok(signed),
        Reply::Sealed => {
            let to = (pull.request.device, &device.sealing);
            news::seal(&signed, to, circumstances.seed)
                .map_err(|_| LedgerError::Contradiction("a device nobody can seal to"))
        }
    }
}

/// Whether the device may read the stream now: its role must allow it in today's tree, and its
/// assignment must name the stream or stand below it.
pub(super) fn may_follow(
    device: &DeviceRecord,
    stream: StreamId,
    units: &UnitTree,
    now: UnixSeconds,
) -> bool {
    let assignment = &device.assignment;
    let standing = assignment
        .grant
        .standing(stream.unit, units, now.local_day());
    let is_assigned = standing == Standing::Above || assignment.streams.contains(&stream);
    is_assigned && assignment.grant.may_pull(standing, stream.audience)
}
