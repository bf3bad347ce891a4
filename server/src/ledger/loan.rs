//! Loans: which single documents are lent to which device.

use serde::{Deserialize, Serialize};
use shared::id::DeviceId;
use shared::limits::LOAN_LATE_DAYS_MAX;
use shared::loan::Loan;
use shared::time::UnixSeconds;

use super::audit::Who;
use super::{Ledger, LedgerError, decode, encode};
use crate::store::{Put, RangeQuery, Store, Table};

const DAY_SECONDS: i64 = 24 * 3600;

/// A loan as its record has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoanRecord {
    /// What is lent, until when.
    pub loan: Loan,
    /// When it was made.
    pub made: UnixSeconds,
    /// By whom; a look-up is made by its own device.
    pub by: Who,
    /// When somebody ended it before its time.
    pub ended: Option<UnixSeconds>,
}

impl LoanRecord {
    /// Whether the device may have the documents now.
    #[must_use]
    pub fn is_current(&self, now: UnixSeconds) -> bool {
        self.ended.is_none() && now < self.loan.until
    }

    /// Whether work on the documents is still taken in: until a phone that was long without
    /// signal has come home, unless somebody ended the loan.
    #[must_use]
    pub fn takes_work(&self, now: UnixSeconds) -> bool {
        let late = i64::from(LOAN_LATE_DAYS_MAX) * DAY_SECONDS;
        self.ended.is_none() && now < self.loan.until.plus(late)
    }

    /// Whether nothing depends on it any more.
    #[must_use]
    pub fn is_over(&self, now: UnixSeconds) -> bool {
        !self.is_current(now) && !self.takes_work(now)
    }
}

impl<S: Store> Ledger<S> {
    /// The loans of a device, oldest first.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn loans(&self, device: DeviceId) -> Result<Vec<LoanRecord>, LedgerError> {
        let mut loans = Vec::new();
        let mut query = RangeQuery::new(Table::Loan, device.0);
        loop {
            let page = self.store().range(query.clone()).await?;
            for (_, found) in &page.records {
                loans.push(decode(Table::Loan, &found.bytes)?);
            }
            match page.records.last() {
                Some((key, _)) if page.more => query = query.after(key.clone()),
                _ => return Ok(loans),
            }
        }
    }
}

/// Writes a loan.
#[must_use]
pub fn put_loan(device: DeviceId, record: &LoanRecord) -> Put {
    Put {
        table: Table::Loan,
        key: loan_key(device, record.loan.number),
        bytes: Some(encode(record)),
    }
}

/// Removes a loan that is over.
#[must_use]
pub fn drop_loan(device: DeviceId, number: u32) -> Put {
    Put {
        table: Table::Loan,
        key: loan_key(device, number),
        bytes: None,
    }
}

fn loan_key(device: DeviceId, number: u32) -> Vec<u8> {
    [&device.0[..], &number.to_be_bytes()].concat()
}
