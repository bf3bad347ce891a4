//! Accounts of the console, and the browsers signed in to them.

use serde::{Deserialize, Serialize};
use shared::id::DeviceId;
use shared::permission::Grant;
use shared::time::UnixSeconds;

use super::{Ledger, LedgerError, Read, decode, encode};
use crate::account::{AccountId, LoginName, StoredPassword};
use crate::store::{Put, RangeQuery, Store, Table, Versioned};

/// One account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountRecord {
    /// Which account: its device's keys grow from it.
    pub id: AccountId,
    /// The device it writes as.
    pub device: DeviceId,
    /// Its owner's name, for people.
    pub person: String,
    /// What its owner may do.
    pub grant: Grant,
    /// What is kept of its password.
    pub password: StoredPassword,
    /// Nobody signs in to it any more.
    pub is_disabled: bool,
    /// When it was made.
    pub made: UnixSeconds,
    /// The browsers signed in to it, the newest last.
    pub logins: Vec<LoginHash>,
}

/// What is kept of the secret that a signed-in browser shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoginHash(pub [u8; 32]);

/// One signed-in browser.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoginRecord {
    /// Whose.
    pub account: LoginName,
    /// When it signed in.
    pub since: UnixSeconds,
    /// When it last asked for something, to a minute.
    pub used: UnixSeconds,
}

impl<S: Store> Ledger<S> {
    /// The account with this name.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn account(&self, name: &LoginName) -> Result<Read<AccountRecord>, LedgerError> {
        self.read(Table::Account, account_key(name)).await
    }

    /// One page of the accounts, by name; `after` = the last of the page before.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn accounts(
        &self,
        after: Option<&LoginName>,
    ) -> Result<Vec<(LoginName, AccountRecord)>, LedgerError> {
        let query = RangeQuery::new(Table::Account, []);
        let query = match after {
            Some(name) => query.after(account_key(name)),
            None => query,
        };
        let page = self.store().range(query).await?;
        let read = |(key, found): &(Vec<u8>, Versioned)| {
            let name = core::str::from_utf8(key).ok();
            let name = name.and_then(|name| name.parse().ok());
            let name = name.ok_or(LedgerError::Contradiction("a key is no account's name"))?;
            Ok((name, decode(Table::Account, &found.bytes)?))
        };
        page.records.iter().map(read).collect()
    }

    /// The signed-in browser that shows this.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn login(&self, hash: LoginHash) -> Result<Read<LoginRecord>, LedgerError> {
        self.read(Table::Login, hash.0.to_vec()).await
    }
}

/// The key of an account's record.
#[must_use]
pub fn account_key(name: &LoginName) -> Vec<u8> {
    name.as_str().as_bytes().to_vec()
}

/// Writes an account.
#[must_use]
pub fn put_account(name: &LoginName, record: &AccountRecord) -> Put {
    Put {
        table: Table::Account,
        key: account_key(name),
        bytes: Some(encode(record)),
    }
}

/// Writes a signed-in browser.
#[must_use]
pub fn put_login(hash: LoginHash, record: &LoginRecord) -> Put {
    Put {
        table: Table::Login,
        key: hash.0.to_vec(),
        bytes: Some(encode(record)),
    }
}

/// Signs a browser out.
#[must_use]
pub fn drop_login(hash: LoginHash) -> Put {
    Put {
        table: Table::Login,
        key: hash.0.to_vec(),
        bytes: None,
    }
}
