//! Lending single dossiers to devices: day lists, and what a look-up found.
//!
//! A loan is decided about once, when it is made, and looked at again with every pull: whoever was
//! given other units meanwhile gets nothing of it any more.

use std::collections::BTreeSet;

use serde::Serialize;
use shared::id::{Audience, Companion, DeviceId, DocumentId, UnitId};
use shared::limits::{LENT_BYTES_MAX, LOAN_DAYS_MAX, LOAN_DOCUMENTS_MAX, LOANS_MAX};
use shared::loan::{Lent, LentDocument, Loan, Purpose};
use shared::permission::{Standing, may_borrow};
use shared::time::UnixSeconds;

use super::{COMMIT_TRIES_MAX, CommitError, Server};
use crate::ledger::LedgerError;
use crate::ledger::audit::{Act, Who};
use crate::ledger::device::{DeviceRecord, DeviceState, put_device};
use crate::ledger::document::{Document, Found};
use crate::ledger::loan::{LoanRecord, drop_loan, put_loan};
use crate::store::{Commit, Expect, Put, Store, Table};

const DAY_SECONDS: i64 = 24 * 3600;

/// What is to be lent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lending {
    /// To which device.
    pub device: DeviceId,
    /// What for.
    pub purpose: Purpose,
    /// Until when; at most [`LOAN_DAYS_MAX`] from now.
    pub until: UnixSeconds,
    /// What the list is called; empty where it has no name.
    pub title: String,
    /// Which dossiers, in the order in which they are to be called on.
    pub dossiers: Vec<DocumentId>,
}

/// Why nothing is lent.
#[derive(Debug, thiserror::Error)]
pub enum LendError {
    /// There is no such device, or it is not at work.
    #[error("no such device is at work; reload the list")]
    UnknownDevice,
    /// Its role borrows nothing for this.
    #[error("documents are not lent to this role for this")]
    NotBorrowing,
    /// A dossier is not there, or not in the device's units.
    #[error("a dossier is not in the units of the device")]
    NoDossier,
    /// The moment has passed, or is too far away.
    #[error("a loan ends in the future, and within {LOAN_DAYS_MAX} days")]
    BadMoment,
    /// No dossier, or more than one loan has.
    #[error(
        "a loan has 1 to {LOAN_DOCUMENTS_MAX} dossiers, and a device at most {LOANS_MAX} loans"
    )]
    TooMany,
    /// Nobody is named, or nobody of the list is left.
    #[error("nobody is left to lend: name a dossier, or take another list")]
    Nobody,
    /// There is no such list of people.
    #[error("there is no such list of people; reload the lists")]
    NoList,
    /// The rows would be more than a phone is sent.
    #[error(
        "a device is lent at most {LENT_BYTES_MAX} bytes of rows at a time: end a loan, or lend to another device"
    )]
    TooMuch,
    /// There is no such loan.
    #[error("there is no such loan; reload the list")]
    NoLoan,
    /// It could not be made durable.
    #[error(transparent)]
    Commit(#[from] CommitError),
    /// The ledger could not be read.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

/// A loan in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LoanView {
    /// Its number among the device's.
    pub number: u32,
    /// The purpose's stable name.
    pub purpose: &'static str,
    /// What the list is called; empty where it has no name.
    pub title: String,
    /// When it was made.
    pub made: UnixSeconds,
    /// When it is over.
    pub until: UnixSeconds,
    /// When it was ended, if somebody did.
    pub ended: Option<UnixSeconds>,
    /// Whether the device has the documents now.
    pub is_current: bool,
    /// The dossiers, in hexadecimal.
    pub dossiers: Vec<String>,
}

impl<S: Store> Server<S> {
    /// Makes a loan; its number.
    ///
    /// # Errors
    /// [`LendError`]; nothing is lent then.
    pub async fn lend(&self, lending: Lending, now: UnixSeconds) -> Result<u32, LendError> {
        let latest = now.plus(i64::from(LOAN_DAYS_MAX) * DAY_SECONDS);
        if lending.until <= now || lending.until > latest {
            return Err(LendError::BadMoment);
        }
        if lending.dossiers.is_empty() || lending.dossiers.len() > LOAN_DOCUMENTS_MAX {
            return Err(LendError::TooMany);
        }
        for _ in 0..COMMIT_TRIES_MAX {
            let found = self.ledger().device(lending.device).await?;
            let device = found.record.filter(|d| d.state == DeviceState::Active);
            let device = device.ok_or(LendError::UnknownDevice)?;
            let role = device.assignment.grant.role;
            if !may_borrow(role, lending.purpose, Audience::Team) {
                return Err(LendError::NotBorrowing);
            }
            let mut documents = self.lent(lending.device, &device, now).await?.documents;
            let with_companions = may_borrow(role, lending.purpose, Audience::Police);
            for dossier in &lending.dossiers {
                let there = self.lendable(&device, *dossier, now).await?;
                let there = there.ok_or(LendError::NoDossier)?;
                documents.extend(self.lent_documents(there, with_companions).await?);
            }
            if bytes_of(&documents) > LENT_BYTES_MAX {
                return Err(LendError::TooMuch);
            }
            let before = self.ledger().loans(lending.device).await?;
            if before.iter().filter(|loan| loan.is_current(now)).count() >= LOANS_MAX {
                return Err(LendError::TooMany);
            }
            let (number, puts) = self.loan_puts(&lending, before, now);
            let acts = lending.dossiers.iter().map(|dossier| Act::Granted {
                device: lending.device,
                document: *dossier,
                until: lending.until,
            });
            let commit = Commit {
                // The record is written again so that two loans at once do not get one number.
                expect: vec![Expect {
                    table: Table::Device,
                    key: lending.device.0.to_vec(),
                    version: found.version,
                }],
                puts: puts
                    .into_iter()
                    .chain([put_device(lending.device, &device)])
                    .collect(),
                appends: acts.map(|act| self.audited(act, now)).collect(),
                ..Commit::default()
            };
            if self.settle(commit).await? {
                return Ok(number);
            }
        }
        Err(CommitError::Contended.into())
    }

    /// The number of a new loan, and the records it changes: those that are over go.
    pub(super) fn loan_puts(
        &self,
        lending: &Lending,
        before: Vec<LoanRecord>,
        now: UnixSeconds,
    ) -> (u32, Vec<Put>) {
        let device = lending.device;
        let numbers = before.iter().map(|record| record.loan.number);
        let number = numbers.max().map_or(1, |last| last.saturating_add(1));
        let mut puts = Vec::new();
        for mut record in before {
            let is_former_look_up = lending.purpose == Purpose::LookUp
                && record.loan.purpose == Purpose::LookUp
                && record.is_current(now);
            if is_former_look_up {
                // One person stands at the desk at a time; work on the one before still counts.
                record.loan.until = now;
                puts.push(put_loan(device, &record));
            } else if record.is_over(now) && record.loan.number != number {
                puts.push(drop_loan(device, record.loan.number));
            }
        }
        puts.push(put_loan(
            device,
            &LoanRecord {
                loan: Loan {
                    number,
                    purpose: lending.purpose,
                    until: lending.until,
                    title: lending.title.clone(),
                    dossiers: lending.dossiers.clone(),
                },
                made: now,
                by: self.who().clone(),
                ended: None,
            },
        ));
        (number, puts)
    }

    /// Ends a loan before its time: the phone forgets the documents with its next pull, and work on
    /// them that arrives later is held.
    ///
    /// # Errors
    /// [`LendError`].
    pub async fn end_loan(
        &self,
        device: DeviceId,
        number: u32,
        now: UnixSeconds,
    ) -> Result<(), LendError> {
        let loans = self.ledger().loans(device).await?;
        let found = loans
            .into_iter()
            .find(|record| record.loan.number == number);
        let mut record = found.ok_or(LendError::NoLoan)?;
        if record.ended.is_some() {
            return Ok(());
        }
        record.ended = Some(now);
        let acts = record.loan.dossiers.iter().map(|dossier| Act::Granted {
            device,
            document: *dossier,
            until: now,
        });
        let commit = Commit {
            puts: vec![put_loan(device, &record)],
            appends: acts.map(|act| self.audited(act, now)).collect(),
            ..Commit::default()
        };
        match self.settle(commit).await? {
            true => Ok(()),
            false => Err(CommitError::Contended.into()),
        }
    }

    /// The loans of a device, newest first.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn loans(
        &self,
        device: DeviceId,
        now: UnixSeconds,
    ) -> Result<Vec<LoanView>, LedgerError> {
        let view = |record: LoanRecord| LoanView {
            number: record.loan.number,
            purpose: record.loan.purpose.name(),
            title: record.loan.title.clone(),
            made: record.made,
            until: record.loan.until,
            ended: record.ended,
            is_current: record.is_current(now),
            dossiers: record
                .loan
                .dossiers
                .iter()
                .map(ToString::to_string)
                .collect(),
        };
        let loans = self.ledger().loans(device).await?;
        Ok(loans.into_iter().rev().map(view).collect())
    }

    /// The units of these dossiers, for whoever asks whether somebody may lend them.
    ///
    /// # Errors
    /// [`LendError::NoDossier`] if one is not there.
    pub async fn units_of_dossiers(
        &self,
        dossiers: &[DocumentId],
    ) -> Result<BTreeSet<UnitId>, LendError> {
        let mut units = BTreeSet::new();
        for dossier in dossiers {
            let found = self.find_dossier(*dossier).await?;
            let (_, document) = found.ok_or(LendError::NoDossier)?;
            units.insert(document.place.stream.unit);
        }
        Ok(units)
    }

    /// Whom on an imported list a device could be lent: those with something left to do who are in
    /// its units and not lent to it already; and what the list is called.
    ///
    /// # Errors
    /// [`LendError`].
    pub async fn left_to_lend(
        &self,
        list: DeviceId,
        device: DeviceId,
        now: UnixSeconds,
    ) -> Result<(String, Vec<DocumentId>), LendError> {
        let (title, listed) = self
            .left_on_list(list, now.local_day())
            .await?
            .ok_or(LendError::NoList)?;
        let borrower = self.ledger().device(device).await?.record;
        let borrower = borrower.ok_or(LendError::UnknownDevice)?;
        let mut lent: BTreeSet<DocumentId> = BTreeSet::new();
        for record in self.ledger().loans(device).await? {
            if record.is_current(now) {
                lent.extend(record.loan.dossiers);
            }
        }
        let mut left = Vec::new();
        for dossier in listed {
            let there = self.lendable(&borrower, dossier, now).await?;
            if there.is_some() && lent.insert(dossier) {
                left.push(dossier);
            }
        }
        Ok((title, left))
    }

    /// The dossier, if it is in the units of the device.
    pub(super) async fn lendable(
        &self,
        device: &DeviceRecord,
        dossier: DocumentId,
        now: UnixSeconds,
    ) -> Result<Option<(DocumentId, Document)>, LedgerError> {
        let found = self.find_dossier(dossier).await?;
        let (units, today) = (self.units(), now.local_day());
        Ok(found.filter(|(_, document)| {
            let unit = document.place.stream.unit;
            let standing = device.assignment.grant.standing(unit, &units, today);
            matches!(standing, Standing::Hamlet | Standing::Upper)
        }))
    }

    /// Everything that is lent to a device now. Rows that have grown beyond [`LENT_BYTES_MAX`] since
    /// they were lent are left out.
    pub(super) async fn lent(
        &self,
        id: DeviceId,
        device: &DeviceRecord,
        now: UnixSeconds,
    ) -> Result<Lent, LedgerError> {
        let role = device.assignment.grant.role;
        let borrows = |audience| move |purpose: &Purpose| may_borrow(role, *purpose, audience);
        if device.state != DeviceState::Active || !Purpose::ALL.iter().any(borrows(Audience::Team))
        {
            return Ok(Lent::nothing());
        }
        let mut loans = self.ledger().loans(id).await?;
        loans.retain(|record| {
            record.is_current(now) && may_borrow(role, record.loan.purpose, Audience::Team)
        });
        let (mut documents, mut seen, mut bytes) = (Vec::new(), BTreeSet::new(), 0);
        for record in &loans {
            let with_companions = may_borrow(role, record.loan.purpose, Audience::Police);
            for dossier in &record.loan.dossiers {
                let Some((root, document)) = self.lendable(device, *dossier, now).await? else {
                    continue;
                };
                if !seen.insert(root) || bytes >= LENT_BYTES_MAX {
                    continue;
                }
                let there = (root, document);
                let lent = self.lent_documents(there, with_companions).await?;
                bytes += bytes_of(&lent);
                documents.extend(lent);
            }
        }
        let loans = loans.into_iter().map(|record| record.loan).collect();
        Ok(Lent::new(loans, documents))
    }

    /// A dossier as it is lent: with the identity, in which the number stands, where the borrower
    /// may read that. A case is lent to nobody.
    async fn lent_documents(
        &self,
        (root, document): (DocumentId, Document),
        with_companions: bool,
    ) -> Result<Vec<LentDocument>, LedgerError> {
        let mut lent = vec![lent_document(root, &document)];
        let identity = root.companion(Companion::Identity);
        if with_companions && let Found::Document(found) = self.ledger().document(identity).await? {
            lent.push(lent_document(identity, &found));
        }
        Ok(lent)
    }
}

fn bytes_of(lent: &[LentDocument]) -> usize {
    lent.iter().map(|document| document.row.len()).sum()
}

fn lent_document(id: DocumentId, document: &Document) -> LentDocument {
    LentDocument {
        document: id,
        joined: document.place.joined.clone(),
        row: document.row.to_bytes(),
    }
}

/// Who makes a loan by looking somebody up: the device itself.
pub(super) fn by_device(device: DeviceId) -> Who {
    Who::Device(device)
}
