//! A device that changes its keys.

use shared::enrol::EnrolKeys;
use shared::limits::FORMER_KEYS_DAYS_MAX;
use shared::rekey::{Rekey, Rekeyed};
use shared::signed::{BadSignature, DevicePublic, Signed, SignedError, sign};
use shared::time::UnixSeconds;

use super::{COMMIT_TRIES_MAX, CommitError, PullError, Server};
use crate::ledger::LedgerError;
use crate::ledger::audit::{Act, Who};
use crate::ledger::device::{DeviceRecord, DeviceState, FORMER_KEYS_MAX, FormerKey, put_device};
use crate::store::{Commit, Expect, Store, Table};

const DAY_SECONDS: i64 = 24 * 3600;

impl<S: Store> Server<S> {
    /// Answers a signed [`Rekey`] with a signed [`Rekeyed`], once the new keys are durable. The same
    /// hand-over may come any number of times.
    ///
    /// # Errors
    /// [`PullError`].
    pub async fn rekey(&self, bytes: &[u8], now: UnixSeconds) -> Result<Vec<u8>, PullError> {
        let id = Signed::<Rekey>::read(bytes)?.claimed().device;
        for _ in 0..COMMIT_TRIES_MAX {
            let read = self.ledger().device(id).await?;
            let mut device = read.record.ok_or(PullError::UnknownDevice)?;
            let (asked, by) = verified(bytes, &device, now)?;
            asked.check().map_err(SignedError::Signature)?;
            if device.public == asked.keys.signing && device.sealing == asked.keys.sealing {
                return Ok(self.rekeyed(&asked)?);
            }
            let may_change = matches!(
                device.state,
                DeviceState::Active | DeviceState::Pending | DeviceState::Suspended
            );
            // Only the key that holds now hands over; a former one has done so already.
            if !may_change || by != device.public {
                return Err(SignedError::Signature(BadSignature).into());
            }
            device.replace_keys(asked.keys, now);
            let server = self.acting(Who::Device(id));
            let commit = Commit {
                expect: vec![Expect {
                    table: Table::Device,
                    key: id.0.to_vec(),
                    version: read.version,
                }],
                puts: vec![put_device(id, &device)],
                appends: vec![server.audited(Act::Rekeyed, now)],
                ..Commit::default()
            };
            let is_settled = self.settle(commit).await.map_err(PullError::Commit)?;
            if is_settled {
                return Ok(self.rekeyed(&asked)?);
            }
        }
        Err(PullError::Commit(CommitError::Contended))
    }

    fn rekeyed(&self, asked: &Rekey) -> Result<Vec<u8>, LedgerError> {
        let answer = Rekeyed {
            device: asked.device,
            keys: asked.keys,
        };
        let signed = sign(&answer, self.ledger().secrets().signing());
        signed.map_err(|_| LedgerError::Contradiction("keys beyond their limit"))
    }
}

/// The hand-over, and the key that signed it.
fn verified(
    bytes: &[u8],
    device: &DeviceRecord,
    now: UnixSeconds,
) -> Result<(Rekey, DevicePublic), SignedError> {
    let mut last = SignedError::Signature(BadSignature);
    for key in device.bundle_keys(now) {
        match shared::signed::verify::<Rekey>(bytes, &key) {
            Ok(asked) => return Ok((asked, key)),
            Err(error) => last = error,
        }
    }
    Err(last)
}

impl DeviceRecord {
    /// Takes other keys, and remembers the one that signed until now.
    fn replace_keys(&mut self, keys: EnrolKeys, now: UnixSeconds) {
        self.former_keys.push(FormerKey {
            public: self.public,
            replaced: now,
        });
        let surplus = self.former_keys.len().saturating_sub(FORMER_KEYS_MAX);
        self.former_keys.drain(..surplus);
        self.public = keys.signing;
        self.sealing = keys.sealing;
        self.has_used_key = false;
    }

    /// The keys whose bundles are taken in: the present one, then those before it for a while.
    pub fn bundle_keys(&self, now: UnixSeconds) -> impl Iterator<Item = DevicePublic> {
        let kept = i64::from(FORMER_KEYS_DAYS_MAX) * DAY_SECONDS;
        let former = self.former_keys.iter().rev();
        let former = former.filter(move |key| now < key.replaced.plus(kept));
        core::iter::once(self.public).chain(former.map(|key| key.public))
    }

    /// The keys whose requests are answered: the one before only until the present one was used,
    /// for its device may not know yet that it holds.
    pub fn request_keys(&self) -> impl Iterator<Item = DevicePublic> {
        let former = self.former_keys.last().filter(|_| !self.has_used_key);
        core::iter::once(self.public).chain(former.map(|key| key.public))
    }
}
