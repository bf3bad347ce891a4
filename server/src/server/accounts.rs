//! Accounts of the console: making and closing them, and the browsers signed in to them.
//!
//! Whether a password is right is found out before: hashing needs threads, which are not known
//! here.

use serde::Serialize;
use shared::hash::derive;
use shared::id::{DeviceId, Incarnation, UnitId};
use shared::permission::{Grant, Role};
use shared::time::UnixSeconds;

use super::{
    COMMIT_TRIES_MAX, Circumstances, CommitError, GRANT_UNITS_MAX, LABEL_BYTES_MAX, Server,
};
use crate::account::limits::{
    ACCOUNTS_MAX, LOGIN_IDLE_SECONDS_MAX, LOGIN_SECONDS_MAX, LOGIN_STEP_SECONDS,
    LOGINS_PER_ACCOUNT_MAX,
};
use crate::account::{AccountId, LoginName, StoredPassword};
use crate::author::{Author, AuthorStanding, Progress, device_record};
use crate::ledger::account::{
    AccountRecord, LoginHash, LoginRecord, account_key, drop_login, put_account, put_login,
};
use crate::ledger::audit::{Act, Who};
use crate::ledger::device::{DeviceState, put_device};
use crate::ledger::{LedgerError, Read};
use crate::store::{Commit, Expect, Store, Table, Version};

/// An account to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAccount {
    /// The name to sign in with.
    pub name: LoginName,
    /// Its owner's name, for people: 1 to [`LABEL_BYTES_MAX`] bytes.
    pub person: String,
    /// What its owner may do.
    pub grant: Grant,
    /// What is kept of its password.
    pub password: StoredPassword,
}

/// One account in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AccountView {
    /// The name to sign in with.
    pub name: String,
    /// Its owner.
    pub person: String,
    /// Its role's stable name.
    pub role: &'static str,
    /// The units of its grant.
    pub units: Vec<UnitId>,
    /// Nobody signs in to it any more.
    pub is_disabled: bool,
    /// When it was made.
    pub made: UnixSeconds,
}

/// Why nothing became of it.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// There is one of that name.
    #[error("there is an account of that name: choose another")]
    Taken,
    /// There is none of that name.
    #[error("there is no account of that name")]
    Unknown,
    /// A unit does not exist today, or none or too many are named.
    #[error("the account needs 1 to {GRANT_UNITS_MAX} units that exist today")]
    NoSuchUnit,
    /// The role is not a person's.
    #[error("nobody signs in with this role")]
    NotForPeople,
    /// The owner's name is empty or too long.
    #[error("the owner's name needs 1 to {LABEL_BYTES_MAX} bytes")]
    BadPerson,
    /// It could not be made durable.
    #[error(transparent)]
    Commit(#[from] CommitError),
    /// The ledger could not be read.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

/// The secret a signed-in browser shows: 32 random bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct LoginSecret(pub [u8; 32]);

impl core::fmt::Debug for LoginSecret {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("LoginSecret(..)")
    }
}

impl LoginSecret {
    fn hash(&self) -> LoginHash {
        LoginHash(shared::hash::digest("sampan/login", &[&self.0]))
    }
}

/// An account with its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The name it signs in with.
    pub name: LoginName,
    /// Everything else.
    pub record: AccountRecord,
}

impl<S: Store> Server<S> {
    /// Makes an account, and the device it writes as.
    ///
    /// # Errors
    /// [`AccountError`]; nothing is made then.
    pub async fn add_account(
        &self,
        new: NewAccount,
        circumstances: Circumstances,
    ) -> Result<(), AccountError> {
        let Circumstances { now, seed } = circumstances;
        self.check_account(&new, now)?;
        let id = AccountId(derive("sampan/new-account", &[&seed]));
        let author = self.author_of(id, Progress::of_new(Incarnation(self.epoch())));
        let standing = AuthorStanding {
            grant: new.grant.clone(),
            state: DeviceState::Active,
            label: new.person.clone(),
        };
        let device = device_record(author.keys(), standing, now);
        let record = AccountRecord {
            id,
            device: author.device(),
            person: new.person,
            grant: new.grant,
            password: new.password,
            is_disabled: false,
            made: now,
            logins: Vec::new(),
        };
        let act = account_step(&new.name, "made");
        let commit = Commit {
            appends: vec![self.audited(act, now)],
            expect: vec![expect_account(&new.name, Version::ABSENT)],
            puts: vec![
                put_account(&new.name, &record),
                put_device(author.device(), &device),
            ],
            ..Commit::default()
        };
        match self.settle(commit).await? {
            true => Ok(()),
            false => Err(AccountError::Taken),
        }
    }

    fn check_account(&self, new: &NewAccount, now: UnixSeconds) -> Result<(), AccountError> {
        let Grant { role, units, .. } = &new.grant;
        if matches!(role, Role::Server | Role::Import) {
            return Err(AccountError::NotForPeople);
        }
        if !(1..=LABEL_BYTES_MAX).contains(&new.person.len()) {
            return Err(AccountError::BadPerson);
        }
        let (tree, today) = (self.units(), now.local_day());
        let exists = |unit: &UnitId| tree.get(*unit, today).is_some();
        let few = (1..=GRANT_UNITS_MAX).contains(&units.len());
        match few && units.iter().all(exists) {
            true => Ok(()),
            false => Err(AccountError::NoSuchUnit),
        }
    }

    /// Every account, by name, at most [`ACCOUNTS_MAX`].
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn accounts(&self) -> Result<Vec<AccountView>, LedgerError> {
        let all = self.all_accounts().await?;
        let view = |Account { name, record }: Account| AccountView {
            name: name.to_string(),
            person: record.person,
            role: record.grant.role.name(),
            units: record.grant.units,
            is_disabled: record.is_disabled,
            made: record.made,
        };
        Ok(all.into_iter().map(view).collect())
    }

    async fn all_accounts(&self) -> Result<Vec<Account>, LedgerError> {
        let mut all: Vec<Account> = Vec::new();
        while all.len() < ACCOUNTS_MAX {
            let after = all.last().map(|account| &account.name);
            let page = self.ledger().accounts(after).await?;
            if page.is_empty() {
                break;
            }
            all.extend(
                page.into_iter()
                    .map(|(name, record)| Account { name, record }),
            );
        }
        Ok(all)
    }

    /// The account with this name, disabled or not.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn account(&self, name: &LoginName) -> Result<Option<AccountRecord>, LedgerError> {
        Ok(self.ledger().account(name).await?.record)
    }

    /// Gives an account another password and signs it out everywhere.
    ///
    /// # Errors
    /// [`AccountError`].
    pub async fn set_password(
        &self,
        name: &LoginName,
        password: &StoredPassword,
        now: UnixSeconds,
    ) -> Result<(), AccountError> {
        let change = |record: &mut AccountRecord| record.password = password.clone();
        let act = account_step(name, "password");
        self.change_account(name, change, (act, now)).await
    }

    /// Closes an account and signs it out everywhere; what it wrote stays.
    ///
    /// # Errors
    /// [`AccountError`].
    pub async fn disable_account(
        &self,
        name: &LoginName,
        now: UnixSeconds,
    ) -> Result<(), AccountError> {
        let act = account_step(name, "closed");
        self.change_account(name, |record| record.is_disabled = true, (act, now))
            .await
    }

    async fn change_account(
        &self,
        name: &LoginName,
        change: impl Fn(&mut AccountRecord) + Sync,
        (act, now): (Act, UnixSeconds),
    ) -> Result<(), AccountError> {
        for _ in 0..COMMIT_TRIES_MAX {
            let Read { version, record } = self.ledger().account(name).await?;
            let mut record = record.ok_or(AccountError::Unknown)?;
            change(&mut record);
            let signed_out = core::mem::take(&mut record.logins);
            let mut puts = vec![put_account(name, &record)];
            puts.extend(signed_out.into_iter().map(drop_login));
            let commit = Commit {
                appends: vec![self.audited(act.clone(), now)],
                expect: vec![expect_account(name, version)],
                puts,
                ..Commit::default()
            };
            if self.settle(commit).await? {
                return Ok(());
            }
        }
        Err(CommitError::Contended.into())
    }

    /// Signs a browser in to an account whose password was found to be `password`; `None` if it
    /// was changed or the account closed meanwhile.
    ///
    /// # Errors
    /// [`CommitError`].
    pub async fn sign_in(
        &self,
        name: &LoginName,
        password: &StoredPassword,
        circumstances: Circumstances,
    ) -> Result<Option<LoginSecret>, CommitError> {
        let Circumstances { now, seed } = circumstances;
        let secret = LoginSecret(shared::hash::digest("sampan/new-login", &[&seed]));
        for _ in 0..COMMIT_TRIES_MAX {
            let Read { version, record } = self.ledger().account(name).await?;
            let Some(mut record) = record else {
                return Ok(None);
            };
            if record.is_disabled || record.password != *password {
                return Ok(None);
            }
            record.logins.push(secret.hash());
            let surplus = record.logins.len().saturating_sub(LOGINS_PER_ACCOUNT_MAX);
            let oldest: Vec<LoginHash> = record.logins.drain(..surplus).collect();
            let login = LoginRecord {
                account: name.clone(),
                since: now,
                used: now,
            };
            let mut puts = vec![put_account(name, &record), put_login(secret.hash(), &login)];
            puts.extend(oldest.into_iter().map(drop_login));
            let who = Who::Account(name.clone());
            let commit = Commit {
                appends: vec![self.acting(who).audited(Act::SignedIn, now)],
                expect: vec![expect_account(name, version)],
                puts,
                ..Commit::default()
            };
            if self.settle(commit).await? {
                return Ok(Some(secret));
            }
        }
        Err(CommitError::Contended)
    }

    /// The account a browser is signed in to, if it still is.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn signed_in(
        &self,
        secret: LoginSecret,
        now: UnixSeconds,
    ) -> Result<Option<Account>, LedgerError> {
        let Read { version, record } = self.ledger().login(secret.hash()).await?;
        let Some(login) = record.filter(|login| holds(login, now)) else {
            return Ok(None);
        };
        let found = self.ledger().account(&login.account).await?.record;
        let Some(record) = found.filter(|record| !record.is_disabled) else {
            return Ok(None);
        };
        let name = login.account.clone();
        self.note_use(secret.hash(), version, login, now).await;
        Ok(Some(Account { name, record }))
    }

    /// Writes down that a browser asked for something. It does not matter if that fails.
    async fn note_use(
        &self,
        hash: LoginHash,
        version: Version,
        login: LoginRecord,
        now: UnixSeconds,
    ) {
        if now < login.used.plus(LOGIN_STEP_SECONDS) {
            return;
        }
        let commit = Commit {
            expect: vec![expect_login(hash, version)],
            puts: vec![put_login(hash, &LoginRecord { used: now, ..login })],
            ..Commit::default()
        };
        let _may_fail = self.settle(commit).await;
    }

    /// Signs a browser out; one that is out already stays so.
    ///
    /// # Errors
    /// [`CommitError`].
    pub async fn sign_out(&self, secret: LoginSecret) -> Result<(), CommitError> {
        let hash = secret.hash();
        for _ in 0..COMMIT_TRIES_MAX {
            let Some(login) = self.ledger().login(hash).await?.record else {
                return Ok(());
            };
            let found = self.ledger().account(&login.account).await?;
            let mut commit = Commit {
                puts: vec![drop_login(hash)],
                ..Commit::default()
            };
            if let Some(mut record) = found.record {
                record.logins.retain(|known| *known != hash);
                commit
                    .expect
                    .push(expect_account(&login.account, found.version));
                commit.puts.push(put_account(&login.account, &record));
            }
            if self.settle(commit).await? {
                return Ok(());
            }
        }
        Err(CommitError::Contended)
    }

    /// The author an account writes as.
    pub(super) fn author_of(&self, account: AccountId, progress: Progress) -> Author {
        let secrets = self.ledger().secrets();
        Author::from_secret(&secrets.author(account), progress, secrets.sealing())
    }

    /// The devices that accounts write as: they are nobody's phone.
    pub(super) async fn account_devices(&self) -> Result<Vec<DeviceId>, LedgerError> {
        let all = self.all_accounts().await?;
        let device = |account: &Account| account.record.device;
        let mut devices: Vec<DeviceId> = all.iter().map(device).collect();
        devices.sort_unstable();
        Ok(devices)
    }
}

/// Whether a browser is neither idle nor signed in for too long.
fn holds(login: &LoginRecord, now: UnixSeconds) -> bool {
    now < login.used.plus(LOGIN_IDLE_SECONDS_MAX) && now < login.since.plus(LOGIN_SECONDS_MAX)
}

fn account_step(name: &LoginName, step: &str) -> Act {
    Act::Account {
        name: name.clone(),
        step: step.to_owned(),
    }
}

fn expect_account(name: &LoginName, version: Version) -> Expect {
    Expect {
        table: Table::Account,
        key: account_key(name),
        version,
    }
}

fn expect_login(hash: LoginHash, version: Version) -> Expect {
    Expect {
        table: Table::Login,
        key: hash.0.to_vec(),
        version,
    }
}
