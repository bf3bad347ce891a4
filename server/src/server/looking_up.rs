//! Looking one person up by the full number, for phones: online, counted, written down.

use shared::field::number::PersonalNumber;
use shared::id::{Audience, DeviceId, DocumentId};
use shared::limits::{LOOK_UP_FOUND_MAX, LOOK_UP_MINUTES, LOOK_UPS_AN_HOUR_MAX};
use shared::loan::Purpose;
use shared::lookup::{Found, LookUp, LookedUp};
use shared::permission::{may_borrow, may_look_up};
use shared::signed::{Signed, SignedError, sign};
use shared::spoken::{asked_by, is_served};
use shared::time::UnixSeconds;

use super::lending::{Lending, by_device};
use super::pulling::may_follow;
use super::{COMMIT_TRIES_MAX, CommitError, PullError, Server};
use crate::ledger::LedgerError;
use crate::ledger::audit::Act;
use crate::ledger::device::{DeviceRecord, DeviceState, put_device};
use crate::store::{Commit, Expect, Store, Table};

const HOUR_SECONDS: i64 = 3600;

impl<S: Store> Server<S> {
    /// Answers a signed [`LookUp`] with a signed [`LookedUp`]. Whoever may not ask is told what
    /// everybody is told about a number that is not here.
    ///
    /// # Errors
    /// [`PullError`].
    pub async fn look_up(&self, bytes: &[u8], now: UnixSeconds) -> Result<Vec<u8>, PullError> {
        if let Some((protocol, device)) = asked_by(bytes)
            && !is_served(protocol)
        {
            let known = self.ledger().device(device).await?.record;
            known.ok_or(PullError::UnknownDevice)?;
            return Ok(self.spoken(device, now)?);
        }
        let signed = Signed::<LookUp>::read(bytes)?;
        let id = signed.claimed().device;
        let device = self.ledger().device(id).await?.record;
        let device = device.ok_or(PullError::UnknownDevice)?;
        let asked = signed
            .verify(&device.public)
            .map_err(SignedError::Signature)?;
        let number = asked.number(&self.ledger().secrets().opening()).ok();
        let number = number.and_then(|text| PersonalNumber::parse(&text).ok());
        for _ in 0..COMMIT_TRIES_MAX {
            if let Some(found) = self.looked_up(id, number.as_ref(), now).await? {
                let answer = LookedUp {
                    device: id,
                    now,
                    found,
                };
                let signed = sign(&answer, self.ledger().secrets().signing());
                let contradiction = LedgerError::Contradiction("a look-up beyond its limit");
                return signed.map_err(|_| contradiction.into());
            }
        }
        Err(PullError::Commit(CommitError::Contended))
    }

    /// Looks up, counts and writes down; `None` if somebody changed the device meanwhile.
    async fn looked_up(
        &self,
        id: DeviceId,
        number: Option<&PersonalNumber>,
        now: UnixSeconds,
    ) -> Result<Option<Found>, PullError> {
        let read = self.ledger().device(id).await?;
        let mut device = read.record.ok_or(PullError::UnknownDevice)?;
        let role = device.assignment.grant.role;
        if device.state != DeviceState::Active || !may_look_up(role) {
            return Ok(Some(Found::Nothing));
        }
        if let Some(again) = count(&mut device, now) {
            return Ok(Some(Found::TooOften(again)));
        }
        let borrows = may_borrow(role, Purpose::LookUp, Audience::Team);
        let dossiers = match number {
            Some(number) => self.with_number((&device, borrows), number, now).await?,
            None => Vec::new(),
        };
        let server = self.acting(by_device(id));
        let mut commit = Commit {
            expect: vec![Expect {
                table: Table::Device,
                key: id.0.to_vec(),
                version: read.version,
            }],
            puts: vec![put_device(id, &device)],
            appends: vec![server.audited(
                Act::LookedUp {
                    found: dossiers.clone(),
                },
                now,
            )],
            ..Commit::default()
        };
        let found = match (dossiers.is_empty(), borrows) {
            (true, _) => Found::Nothing,
            (false, false) => Found::Followed(dossiers),
            (false, true) => {
                let until = now.plus(i64::from(LOOK_UP_MINUTES) * 60);
                let lending = Lending {
                    device: id,
                    purpose: Purpose::LookUp,
                    until,
                    title: String::new(),
                    dossiers: dossiers.clone(),
                };
                let before = self.ledger().loans(id).await?;
                let (_, puts) = server.loan_puts(&lending, before, now);
                commit.puts.extend(puts);
                let granted = |dossier: &DocumentId| Act::Granted {
                    device: id,
                    document: *dossier,
                    until,
                };
                let acts = dossiers.iter().map(granted);
                commit
                    .appends
                    .extend(acts.map(|act| server.audited(act, now)));
                Found::Lent(dossiers, until)
            }
        };
        let is_settled = self.settle(commit).await.map_err(PullError::Commit)?;
        Ok(is_settled.then_some(found))
    }

    /// The dossiers with this number that the device may see: those of its units where they are
    /// lent to it, else those of the streams it follows.
    async fn with_number(
        &self,
        (device, borrows): (&DeviceRecord, bool),
        number: &PersonalNumber,
        now: UnixSeconds,
    ) -> Result<Vec<DocumentId>, LedgerError> {
        let tag = self.ledger().secrets().tag(number);
        let tagged = self.ledger().tagged(tag).await?.record.unwrap_or_default();
        let units = self.units();
        let mut found = Vec::new();
        for dossier in tagged.dossiers.into_iter().take(LOOK_UP_FOUND_MAX) {
            let Some((root, document)) = self.lendable(device, dossier, now).await? else {
                continue;
            };
            let is_seen = borrows || may_follow(device, document.place.stream, &units, now);
            if is_seen && !found.contains(&root) {
                found.push(root);
            }
        }
        Ok(found)
    }
}

/// Counts one more look-up of the device; when it may ask again, if it asks too often.
fn count(device: &mut DeviceRecord, now: UnixSeconds) -> Option<UnixSeconds> {
    let (since, asked) = device.looked_up;
    let again = since.plus(HOUR_SECONDS);
    device.looked_up = match now < again && now >= since {
        false => (now, 1),
        true if asked < LOOK_UPS_AN_HOUR_MAX => (since, asked + 1),
        true => return Some(again),
    };
    None
}
