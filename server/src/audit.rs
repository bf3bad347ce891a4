//! Heads of the audit chain: made, signed, given out, and held against the chain later.
//!
//! Whoever keeps a head that this server cannot reach can prove to anybody that an entry before
//! it was changed, left out or put in. The server keeps every head it ever signed, too; that
//! finds damage, not a keeper who writes the whole chain anew.

use core::fmt;
use core::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use shared::signed::{DevicePublic, Signable, sign, verify};
use shared::time::UnixSeconds;

use crate::ledger::audit::{Act, Audited, Link, append_audit, read_audited};
use crate::ledger::{Ledger, LedgerError};
use crate::server::{CommitError, Server};
use crate::store::{Commit, Outcome, Put, RangeQuery, Store, Table};

/// Seconds between two heads.
pub const HEAD_SECONDS: u64 = 3_600;

/// The end of the chain at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The server's epoch.
    pub epoch: u32,
    /// How far the chain was.
    pub link: Link,
    /// When.
    pub at: UnixSeconds,
}

impl Signable for Head {
    const DOMAIN: &'static str = "sampan/audit-head/v1";
    const BYTES_MAX: usize = 256;
}

/// A signed head as it is given out: one line of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedHead(Vec<u8>);

impl fmt::Display for SignedHead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(&self.0))
    }
}

impl FromStr for SignedHead {
    type Err = base64::DecodeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        URL_SAFE_NO_PAD.decode(text.trim()).map(Self)
    }
}

/// What was found when the chain was held against heads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct ChainReport {
    /// Entries of the chain.
    pub entries: u64,
    /// Heads that the chain still leads to.
    pub heads: u64,
    /// Entries that cannot be read.
    pub bad_entries: u64,
    /// Heads with a good signature that the chain does not lead to: something was changed.
    pub broken_heads: u64,
    /// Heads that this server did not sign.
    pub foreign_heads: u64,
}

impl ChainReport {
    /// Whether nothing was changed.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        [self.bad_entries, self.broken_heads, self.foreign_heads] == [0; 3]
    }
}

impl<S: Store> Server<S> {
    /// Writes down that something was looked at, before it is shown.
    ///
    /// # Errors
    /// [`CommitError`]; then it must not be shown.
    pub async fn note(&self, act: Act, now: UnixSeconds) -> Result<(), CommitError> {
        let commit = Commit {
            appends: vec![self.audited(act, now)],
            ..Commit::default()
        };
        match self.settle(commit).await? {
            true => Ok(()),
            false => Err(CommitError::Contended),
        }
    }

    /// The entry that says that whoever uses this handle does something.
    pub(crate) fn audited(&self, act: Act, at: UnixSeconds) -> crate::store::Append {
        let who = self.who().clone();
        append_audit(&Audited { at, who, act })
    }

    /// Signs the end of the chain as it is now, and keeps the head.
    ///
    /// # Errors
    /// [`CommitError`].
    pub async fn audit_head(&self, now: UnixSeconds) -> Result<SignedHead, CommitError> {
        let mut link = match self.kept_heads().await?.pop() {
            Some(kept) => self.read_head(&kept)?.link,
            None => Link::default(),
        };
        loop {
            let page = self.ledger().audit_page(link.n).await?;
            if page.is_empty() {
                break;
            }
            link = page.iter().fold(link, |link, (_, entry)| link.next(entry));
        }
        let head = Head {
            epoch: self.epoch(),
            link,
            at: now,
        };
        let signed = sign(&head, self.ledger().secrets().signing())
            .map_err(|_| LedgerError::Contradiction("an audit head beyond its limit"))?;
        let put = Put {
            table: Table::Audit,
            key: link.n.to_be_bytes().to_vec(),
            bytes: Some(signed.clone()),
        };
        let commit = Commit {
            puts: vec![put],
            ..Commit::default()
        };
        match self.writer().commit(commit).await? {
            Outcome::Applied { .. } => Ok(SignedHead(signed)),
            _ => Err(CommitError::Contended),
        }
    }

    fn read_head(&self, signed: &SignedHead) -> Result<Head, LedgerError> {
        let signing = self.ledger().secrets().public().signing;
        verify(&signed.0, &signing)
            .map_err(|_| LedgerError::Contradiction("a kept audit head is not ours"))
    }

    /// The heads kept here, by number.
    async fn kept_heads(&self) -> Result<Vec<SignedHead>, LedgerError> {
        let mut heads = Vec::new();
        let mut query = RangeQuery::new(Table::Audit, []);
        loop {
            let page = self.ledger().store().range(query.clone()).await?;
            heads.extend(
                page.records
                    .iter()
                    .map(|(_, found)| SignedHead(found.bytes.clone())),
            );
            match page.records.last() {
                Some((key, _)) if page.more => query = query.after(key.clone()),
                _ => return Ok(heads),
            }
        }
    }
}

/// Holds the chain against every head kept with it and those given.
///
/// # Errors
/// [`LedgerError`], where the store cannot even be read.
pub async fn verify_chain<S: Store>(
    server: &Server<S>,
    given: &[SignedHead],
) -> Result<ChainReport, LedgerError> {
    let mut report = ChainReport::default();
    let signing = server.ledger().secrets().public().signing;
    let kept = server.kept_heads().await?;
    let mut heads: Vec<Head> = Vec::new();
    for signed in kept.iter().chain(given) {
        match believed(signed, &signing) {
            Some(head) => heads.push(head),
            None => report.foreign_heads += 1,
        }
    }
    heads.sort_by_key(|head| head.link.n);
    let mut link = Link::default();
    let mut heads = heads.into_iter().peekable();
    let mut check = |link: Link, report: &mut ChainReport| {
        while let Some(head) = heads.next_if(|head| head.link.n == link.n) {
            let fits = head.link == link;
            report.heads += u64::from(fits);
            report.broken_heads += u64::from(!fits);
        }
    };
    check(link, &mut report);
    loop {
        let page = server.ledger().audit_page(link.n).await?;
        if page.is_empty() {
            break;
        }
        for (_, entry) in page {
            link = link.next(&entry);
            report.bad_entries += u64::from(read_audited(&entry).is_err());
            check(link, &mut report);
        }
    }
    report.entries = link.n;
    // The chain ends before a head that was signed once: its end was cut off.
    report.broken_heads += heads.count() as u64;
    Ok(report)
}

fn believed(signed: &SignedHead, signing: &DevicePublic) -> Option<Head> {
    verify(&signed.0, signing).ok()
}

impl<S: Store> Ledger<S> {
    /// Audit entries after number `after`, read; empty at the end.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn audited(&self, after: u64) -> Result<Vec<(u64, Audited)>, LedgerError> {
        let page = self.audit_page(after).await?;
        let read = |(n, bytes): (u64, Vec<u8>)| Ok((n, read_audited(&bytes)?));
        page.into_iter().map(read).collect()
    }
}
