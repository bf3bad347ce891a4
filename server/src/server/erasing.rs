//! Erasing people, and keeping those whom a legal matter needs.
//!
//! First the commit that takes everything away and leaves tombstones, then the destruction of the
//! keys, then a note that it is done; a restart in between goes on with it. Which phones have
//! forgotten, too, is known from their cursors: one that asks for what comes after a tombstone has
//! folded it and written its storage anew.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use shared::facts::Author;
use shared::id::{DeviceId, DocumentId, Incarnation, StreamId, UnitId};
use shared::tally::{Indicator, NO_DAY, TallyKey, contributions};
use shared::time::{LocalDay, UnixSeconds};

use super::pulling::may_follow;
use super::{COMMIT_TRIES_MAX, Circumstances, CommitError, Server};
use crate::apart::apart;
use crate::gate::{self, Booking, NotErasable};
use crate::ledger::about::{About, put_about};
use crate::ledger::audit::Act;
use crate::ledger::device::{DeviceRecord, DeviceState, put_device};
use crate::ledger::document::{Alias, Found};
use crate::ledger::erasure::{
    ErasureRecord, Forgotten, HoldRecord, Sort, hold_key, put_erasure, put_hold,
};
use crate::ledger::{LedgerError, Read};
use crate::named::named;
use crate::store::{Commit, Expect, Store, Table, Tally, TallyDelta, Version};
use crate::vault::VaultError;

/// Bytes of the number of a legal matter.
pub const HOLD_BYTES_MAX: usize = 120;

/// Documents opened at once while everything is counted.
const ROWS_AT_ONCE: usize = 4_096;

named! {
    /// Why a person is erased.
    pub EraseReason {
        /// They asked for it.
        Request "request";
        /// Their records were kept as long as they may be.
        Retention "retention";
        /// They should never have been recorded.
        Mistake "mistake";
    }
}

/// What is known of an erased person: that they were, and who still has to forget.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Erasure {
    /// The dossier, in hexadecimal.
    pub dossier: String,
    /// When.
    pub at: UnixSeconds,
    /// The reason's stable name.
    pub reason: String,
    /// Whether the keys are destroyed.
    pub is_done: bool,
    /// Devices that have confirmed it.
    pub confirmed: u32,
    /// Devices that have not, in hexadecimal.
    pub waiting: Vec<String>,
}

/// Why nobody was erased, or not everything is done yet.
#[derive(Debug, thiserror::Error)]
pub enum EraseError {
    /// There is nobody to erase.
    #[error(transparent)]
    NotErasable(#[from] NotErasable),
    /// A legal matter needs the dossier.
    #[error("the dossier is kept for a legal matter: lift that first")]
    OnHold,
    /// It could not be made durable.
    #[error(transparent)]
    Commit(#[from] CommitError),
    /// The keys are not destroyed yet; the server goes on with it when it starts again.
    #[error("the person is erased from every list, but the keys are not destroyed yet")]
    Vault(#[from] VaultError),
    /// The ledger could not be read.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

/// Why a dossier is not kept for a legal matter.
#[derive(Debug, thiserror::Error)]
pub enum HoldError {
    /// There is no such dossier.
    #[error("there is no such dossier")]
    NotHere,
    /// The matter's number is empty or too long.
    #[error("the matter needs a number of 1 to {HOLD_BYTES_MAX} bytes")]
    BadReference,
    /// It could not be made durable.
    #[error(transparent)]
    Commit(#[from] CommitError),
    /// The ledger could not be read.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

impl<S: Store> Server<S> {
    /// Erases the person with this dossier. Gives the dossiers with the same personal number that
    /// stay: they are somebody else, or wait to be erased, too.
    ///
    /// # Errors
    /// [`EraseError`].
    pub async fn erase(
        &self,
        dossier: DocumentId,
        reason: EraseReason,
        circumstances: Circumstances,
    ) -> Result<BTreeSet<DocumentId>, EraseError> {
        let units = self.units();
        let moment = self.moment(&units, circumstances);
        for _ in 0..COMMIT_TRIES_MAX {
            let created = self.ledger().about::<(u32, u32)>(About::Created).await?;
            let booking = self.booking(created.record);
            let mut erased = gate::erase(self.ledger(), dossier, booking, moment).await?;
            let hold = self.ledger().hold(erased.dossier).await?;
            if hold.record.is_some() {
                return Err(EraseError::OnHold);
            }
            let record = ErasureRecord {
                at: circumstances.now,
                who: self.who().clone(),
                reason: reason.name().to_owned(),
                keys: erased.keys.clone(),
                is_done: false,
                tombstones: Vec::new(),
                devices: Vec::new(),
            };
            self.note_apart(&erased, &record).await?;
            self.complete(&mut erased, (&created, booking), (&record, hold.version));
            let Some(heads) = self.settle_heads(erased.commit).await? else {
                continue;
            };
            let tombstones = heads.into_iter();
            let record = ErasureRecord {
                tombstones: tombstones
                    .filter(|(stream, _)| erased.streams.contains(stream))
                    .collect(),
                ..record
            };
            let what = (Sort::Erased, erased.dossier);
            self.finish((what, record), circumstances).await?;
            return Ok(erased.linked);
        }
        Err(CommitError::Contended.into())
    }

    /// Leaves word with the keys, so that a store restored to before this is told of it.
    async fn note_apart(
        &self,
        erased: &gate::Erased,
        record: &ErasureRecord,
    ) -> Result<(), EraseError> {
        let forgotten = Forgotten {
            at: record.at,
            who: record.who.clone(),
            reason: record.reason.clone(),
            dossier: erased.dossier,
            unit: erased.unit,
            names: erased.names.clone(),
            counted: erased.counted.iter().map(|(key, n)| (*key, *n)).collect(),
            keys: erased.keys.clone(),
        };
        let (vault, name) = (
            self.ledger().secrets().vault().clone(),
            erased.dossier.into(),
        );
        Ok(apart(move || vault.note(name, forgotten.to_bytes())).await?)
    }

    /// Who books, and as which document.
    pub(super) fn booking(&self, created: Option<(u32, u32)>) -> Booking {
        let device = DeviceId::enrolled_with(&self.ledger().secrets().public().signing.0);
        let n = created.filter(|(epoch, _)| *epoch == self.epoch());
        Booking {
            author: Author {
                device,
                incarnation: Incarnation(self.epoch()),
            },
            n: n.map_or(0, |(_, n)| n),
        }
    }

    /// Adds to the commit what the gate does not know about.
    fn complete(
        &self,
        erased: &mut gate::Erased,
        (created, booking): (&Read<(u32, u32)>, Booking),
        (record, hold): (&ErasureRecord, Version),
    ) {
        let act = Act::Erased {
            dossier: erased.dossier,
            reason: record.reason.clone(),
        };
        let commit = &mut erased.commit;
        commit.appends.push(self.audited(act, record.at));
        let what = (Sort::Erased, erased.dossier);
        commit.puts.push(put_erasure(what, record));
        commit.expect.push(Expect {
            table: Table::Erasure,
            key: hold_key(erased.dossier),
            version: hold,
        });
        if erased.booked > 0 {
            commit.expect.push(About::Created.expect(created.version));
            let next = (self.epoch(), booking.n + erased.booked);
            commit.puts.push(put_about(About::Created, &next));
        }
    }

    /// Goes on with erasures that a restart interrupted, that the restored backup of the keys
    /// knows nothing about, or that the restored backup of the store does not.
    ///
    /// # Errors
    /// [`EraseError`].
    pub async fn finish_erasures(&self, circumstances: Circumstances) -> Result<(), EraseError> {
        for forgotten in self.ledger().unknown_erasures().await? {
            self.erase_again(&forgotten, circumstances).await?;
        }
        for (what, mut record) in self.ledger().forgotten().await? {
            let vault = self.ledger().secrets().vault();
            let is_gone = |(block, name): &(_, _)| matches!(vault.key(*block, *name), Ok(None));
            if record.is_done && record.keys.iter().all(is_gone) {
                continue;
            }
            if record.tombstones.is_empty() {
                record.tombstones = self.last_entries().await?;
            }
            self.finish((what, record), circumstances).await?;
        }
        Ok(())
    }

    /// Erases somebody whom a store that was restored to before it does not know to be erased.
    async fn erase_again(
        &self,
        forgotten: &Forgotten,
        circumstances: Circumstances,
    ) -> Result<(), EraseError> {
        let units = self.units();
        let moment = self.moment(&units, circumstances);
        for _ in 0..COMMIT_TRIES_MAX {
            let created = self.ledger().about::<(u32, u32)>(About::Created).await?;
            let booking = self.booking(created.record);
            let unread = self.uncounted(forgotten).await?;
            let mut erased = gate::erase_again(self.ledger(), forgotten, booking, moment).await?;
            erased.commit.tallies.extend(unread);
            let record = ErasureRecord {
                at: forgotten.at,
                who: forgotten.who.clone(),
                reason: forgotten.reason.clone(),
                keys: forgotten.keys.clone(),
                is_done: false,
                tombstones: Vec::new(),
                devices: Vec::new(),
            };
            let hold = self.ledger().hold(forgotten.dossier).await?;
            self.complete(&mut erased, (&created, booking), (&record, hold.version));
            let Some(heads) = self.settle_heads(erased.commit).await? else {
                continue;
            };
            let is_told = |(stream, _): &(StreamId, u64)| erased.streams.contains(stream);
            let tombstones = heads.into_iter().filter(is_told).collect();
            let record = ErasureRecord {
                tombstones,
                ..record
            };
            let what = (Sort::Erased, forgotten.dossier);
            return self.finish((what, record), circumstances).await;
        }
        Err(CommitError::Contended.into())
    }

    /// What the figures hold beyond what can be read: somebody's whose keys are gone. Nothing if
    /// this store never held the dossier.
    async fn uncounted(&self, forgotten: &Forgotten) -> Result<Vec<TallyDelta>, LedgerError> {
        let names = forgotten.names.iter().map(|(name, _)| name.0.to_vec());
        let store = self.ledger().store();
        let found = store.get(Table::Row, names.collect()).await?;
        if found.iter().all(Option::is_none) {
            return Ok(Vec::new());
        }
        let mut left: BTreeMap<TallyKey, i64> = BTreeMap::new();
        let mut after = None;
        loop {
            let page = self.ledger().rows(after, ROWS_AT_ONCE).await?;
            let Some((last, _)) = page.last() else { break };
            after = Some(*last);
            let ids: Vec<DocumentId> = page.iter().map(|(id, _)| *id).collect();
            for (_, document) in self.ledger().documents(&ids).await? {
                for (key, count) in contributions(&document.row) {
                    *left.entry(key).or_default() += count;
                }
            }
        }
        let units = self.units();
        let mut units: BTreeSet<UnitId> = units.versions().iter().map(|unit| unit.id).collect();
        units.extend(left.keys().map(|key| key.unit));
        let units: Vec<UnitId> = units.into_iter().collect();
        for tally in self.tallies(&units, NO_DAY..=LocalDay(i32::MAX)).await? {
            let Ok(indicator) = Indicator::try_from(tally.indicator) else {
                continue;
            };
            let Tally {
                unit, day, team, ..
            } = tally;
            let key = TallyKey {
                unit,
                indicator,
                day,
                team,
            };
            *left.entry(key).or_default() -= tally.count as i64;
        }
        let left = left.into_iter().filter(|(_, delta)| *delta != 0);
        let delta = |(key, delta): (TallyKey, i64)| TallyDelta {
            unit: key.unit,
            indicator: key.indicator.code(),
            day: key.day,
            team: key.team,
            delta,
        };
        Ok(left.map(delta).collect())
    }

    /// The ends of the streams that may hold the tombstones of what was erased before a restart.
    async fn last_entries(&self) -> Result<Vec<(StreamId, u64)>, LedgerError> {
        let units = self.units();
        let ids: BTreeSet<UnitId> = units.versions().iter().map(|unit| unit.id).collect();
        let streams = ids
            .into_iter()
            .flat_map(|unit| shared::id::Audience::ALL.map(|audience| StreamId { unit, audience }));
        let streams: Vec<StreamId> = streams.collect();
        let heads = self.ledger().store().heads(streams.clone()).await?;
        let ends = streams.into_iter().zip(heads);
        Ok(ends.filter(|(_, head)| *head > 0).collect())
    }

    /// Destroys the keys, and notes that and which devices must forget.
    pub(super) async fn finish(
        &self,
        (what, record): ((Sort, DocumentId), ErasureRecord),
        circumstances: Circumstances,
    ) -> Result<(), EraseError> {
        let vault = self.ledger().secrets().vault().clone();
        let (keys, seed) = (record.keys.clone(), circumstances.seed);
        apart(move || vault.destroy(&keys, seed)).await?;
        // A page spelled between the commit and this moment was made of what still opened.
        let streams = record.tombstones.iter();
        streams.for_each(|(stream, _)| self.shelf.forget(*stream));
        for _ in 0..COMMIT_TRIES_MAX {
            let mut commit = Commit::default();
            let mut record = ErasureRecord {
                is_done: true,
                ..record.clone()
            };
            for (device, found) in self
                .followers(&record.tombstones, circumstances.now)
                .await?
            {
                record.devices.push(device);
                commit.expect.push(Expect {
                    table: Table::Device,
                    key: device.0.to_vec(),
                    version: found.version,
                });
                commit.puts.extend(found.record.map(|device_record| {
                    let owing = owing(device_record, &record.tombstones);
                    put_device(device, &owing)
                }));
            }
            commit.puts.push(put_erasure(what, &record));
            if self.settle(commit).await? {
                return Ok(());
            }
        }
        Err(CommitError::Contended.into())
    }

    /// The devices that may have pulled one of these streams.
    async fn followers(
        &self,
        tombstones: &[(StreamId, u64)],
        now: UnixSeconds,
    ) -> Result<Vec<(DeviceId, Read<DeviceRecord>)>, LedgerError> {
        let units = self.units();
        let mut found = Vec::new();
        let mut after = None;
        loop {
            let page = self.ledger().devices(after).await?;
            let Some((last, _)) = page.last() else {
                return Ok(found);
            };
            after = Some(*last);
            for (device, record) in page {
                let follows = |(stream, _): &(StreamId, u64)| {
                    record.assignment.streams.contains(stream)
                        || may_follow(&record, *stream, &units, now)
                };
                let has_streams = !record.assignment.streams.is_empty();
                if has_streams && tombstones.iter().any(follows) {
                    found.push((device, self.ledger().device(device).await?));
                }
            }
        }
    }

    /// Everybody who was erased, with the devices that have not confirmed it.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn erasures(&self) -> Result<Vec<Erasure>, LedgerError> {
        let mut owes: BTreeMap<DeviceId, Option<DeviceRecord>> = BTreeMap::new();
        let mut views = Vec::new();
        for ((sort, dossier), record) in self.ledger().forgotten().await? {
            if sort != Sort::Erased {
                continue;
            }
            let mut waiting = Vec::new();
            for device in &record.devices {
                if !owes.contains_key(device) {
                    let found = self.ledger().device(*device).await?.record;
                    owes.insert(*device, found);
                }
                let known = owes.get(device).and_then(Option::as_ref);
                if known.is_some_and(|known| is_owing(known, &record.tombstones)) {
                    waiting.push(device.to_string());
                }
            }
            views.push(Erasure {
                dossier: dossier.to_string(),
                at: record.at,
                reason: record.reason,
                is_done: record.is_done,
                confirmed: (record.devices.len() - waiting.len()) as u32,
                waiting,
            });
        }
        Ok(views)
    }

    /// Forbids erasing a dossier for the time of a legal matter, or allows it again with `None`.
    ///
    /// # Errors
    /// [`HoldError`].
    pub async fn set_hold(
        &self,
        dossier: DocumentId,
        reference: Option<String>,
        now: UnixSeconds,
    ) -> Result<(), HoldError> {
        let is_fit = |text: &String| (1..=HOLD_BYTES_MAX).contains(&text.len());
        if !reference.iter().all(is_fit) {
            return Err(HoldError::BadReference);
        }
        let (dossier, _) = self
            .find_dossier(dossier)
            .await?
            .ok_or(HoldError::NotHere)?;
        let record = reference.map(|reference| HoldRecord {
            since: now,
            who: self.who().clone(),
            reference,
        });
        let act = Act::Hold {
            dossier,
            is_set: record.is_some(),
        };
        let commit = Commit {
            puts: vec![put_hold(dossier, record.as_ref())],
            appends: vec![self.audited(act, now)],
            ..Commit::default()
        };
        match self.settle(commit).await? {
            true => Ok(()),
            false => Err(CommitError::Contended.into()),
        }
    }

    /// Whether the dossier was erased.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn is_erased(&self, dossier: DocumentId) -> Result<bool, LedgerError> {
        let found = self.ledger().document(dossier).await?;
        Ok(matches!(found, Found::Alias(Alias::Erased)))
    }
}

/// What a device must have folded before it has forgotten.
fn owing(mut record: DeviceRecord, tombstones: &[(StreamId, u64)]) -> DeviceRecord {
    if record.state == DeviceState::Refused {
        return record;
    }
    for (stream, n) in tombstones {
        if record.assignment.streams.contains(stream) {
            let owes = record.owes.entry(*stream).or_default();
            *owes = (*owes).max(*n);
        }
    }
    record
}

fn is_owing(record: &DeviceRecord, tombstones: &[(StreamId, u64)]) -> bool {
    let owes =
        |(stream, n): &(StreamId, u64)| record.owes.get(stream).is_some_and(|upto| upto >= n);
    tombstones.iter().any(owes)
}
