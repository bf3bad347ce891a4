//! The audit: who did what, in the same commit as what was done.
//!
//! Entries stand in a stream of their own, so the store numbers them without gaps in the order
//! they became durable. Each stands for a link of a chain of hashes ([`Link`]); a signed head of
//! it, kept elsewhere, shows later that nothing before it was changed, added or taken away. No
//! entry holds anything about a resident but the ids of documents.

use serde::{Deserialize, Serialize};
use shared::bundle::Serial;
use shared::disclosure::Way;
use shared::hash::digest;
use shared::id::{Audience, BundleId, ChangeHash, DeviceId, DocumentId, StreamId, UnitId};
use shared::key::Key;
use shared::permission::Role;
use shared::time::{LocalDay, UnixSeconds};

use super::{Ledger, LedgerError, decode, encode};
use crate::account::LoginName;
use crate::store::{Append, ScanLimit, Store, Table};

/// The stream of audit entries: of no unit.
pub const AUDIT: StreamId = StreamId {
    unit: UnitId(u32::MAX),
    audience: Audience::Police,
};

/// One thing that was done or looked at. Kinds are appended, never renumbered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Audited {
    /// When, by the server's clock.
    pub at: UnixSeconds,
    /// By whom.
    pub who: Who,
    /// What.
    pub act: Act,
}

/// Who did something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Who {
    /// The server itself, or its keeper at the command line.
    Keeper,
    /// A program that showed the token.
    Program,
    /// Somebody signed in.
    Account(LoginName),
    /// A device, by what it signed.
    Device(DeviceId),
}

impl Who {
    /// The account's name, if it was somebody signed in.
    #[must_use]
    pub fn account(&self) -> Option<String> {
        match self {
            Self::Account(name) => Some(name.to_string()),
            _ => None,
        }
    }
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Act {
    /// A bundle was answered; its id binds every byte its device signed.
    Answered {
        /// Whose, which life, which number.
        serial: Serial,
        /// Its bytes, named.
        bundle: BundleId,
        /// Whether it was taken.
        taken: bool,
    },
    /// Two documents of one person became one.
    United {
        /// The one that stays.
        survivor: DocumentId,
        /// The one that joined it.
        joined: DocumentId,
    },
    /// A held change was decided on.
    Decided {
        /// Its document.
        document: DocumentId,
        /// The change.
        change: ChangeHash,
        /// Whether it went into the log.
        approved: bool,
    },
    /// A device was steered.
    Steered {
        /// Which.
        device: DeviceId,
        /// The step's stable name.
        step: String,
    },
    /// A device was invited.
    Invited {
        /// To be what.
        role: Role,
        /// Where.
        units: Vec<UnitId>,
    },
    /// A device enrolled.
    Enrolled,
    /// An account was made, closed, or given another password.
    Account {
        /// Which.
        name: LoginName,
        /// `made`, `closed` or `password`.
        step: String,
    },
    /// Somebody signed in.
    SignedIn,
    /// Dossiers were looked for; what was typed is not kept.
    Searched {
        /// In which unit.
        unit: UnitId,
        /// How many were shown.
        shown: u32,
    },
    /// A dossier was opened.
    Viewed {
        /// Which.
        dossier: DocumentId,
        /// Whether its full personal number was shown.
        full_number: bool,
    },
    /// Everything about a person was given out, as they may ask.
    Exported {
        /// Which dossier.
        dossier: DocumentId,
    },
    /// A person was erased.
    Erased {
        /// Which dossier.
        dossier: DocumentId,
        /// The reason's stable name.
        reason: String,
    },
    /// Erasing somebody was forbidden for the time of a legal matter, or allowed again.
    Hold {
        /// Which dossier.
        dossier: DocumentId,
        /// Whether it is forbidden from now on.
        is_set: bool,
    },
    /// A short-lived right to read one document was given or taken back.
    Granted {
        /// To whom.
        device: DeviceId,
        /// Which document.
        document: DocumentId,
        /// Until when; the moment itself where it was taken back.
        until: UnixSeconds,
    },
    /// A device answers for a copy of itself: its chain of bundles forked.
    Forked {
        /// The number that stands twice.
        serial: Serial,
    },
    /// A lost device said that it has forgotten everything.
    Wiped,
    /// What a device may do was changed.
    Assigned {
        /// Which.
        device: DeviceId,
        /// Its new role.
        role: Role,
        /// Its new units.
        units: Vec<UnitId>,
    },
    /// A document went on without its history.
    Refounded {
        /// Under which id it was known.
        from: DocumentId,
        /// Under which it is: two where a union was undone.
        to: Vec<DocumentId>,
        /// The keys that were left out.
        removed: Vec<Key>,
    },
    /// A table was imported.
    Imported {
        /// The device that stands for it.
        import: DeviceId,
        /// What it holds, by its stable name.
        what: String,
        /// In which unit.
        unit: UnitId,
        /// Rows that were written.
        rows: u32,
    },
    /// A table of figures left as a file.
    TableExported {
        /// Of which unit.
        unit: UnitId,
        /// How many rows.
        rows: u32,
        /// Whether it was meant for anybody: small counts were hidden.
        is_public: bool,
    },
    /// A report was frozen.
    Froze {
        /// Its name.
        report: DocumentId,
        /// Of which unit.
        unit: UnitId,
    },
    /// An import was taken back.
    ImportUndone {
        /// The device that stands for it.
        import: DeviceId,
    },
    /// A device looked somebody up by the full number, which is not kept.
    LookedUp {
        /// The dossiers it was told of.
        found: Vec<DocumentId>,
    },
    /// A full number was seen on a device, with or without signal.
    Disclosed {
        /// How.
        way: Way,
        /// Whose; `None` for a search that found nobody.
        dossier: Option<DocumentId>,
        /// When, by the device's clock.
        on_device_at: UnixSeconds,
    },
    /// A device has other keys.
    Rekeyed,
    /// Two dossiers that might have been one person's were found to be two people.
    Parted {
        /// One of them.
        one: DocumentId,
        /// The other.
        other: DocumentId,
    },
    /// Two dossiers in different units were found to be one person, who counts once.
    Linked {
        /// The one that counts.
        counted: DocumentId,
        /// The one that does not.
        other: DocumentId,
    },
    /// A table other than of figures left as a file; most name people.
    ListExported {
        /// Of which unit.
        unit: UnitId,
        /// Which table, by its stable name.
        list: String,
        /// How many rows.
        rows: u32,
    },
    /// Something was written into a dossier at a desk.
    Edited {
        /// Which.
        dossier: DocumentId,
        /// `put`, `choose` or `void`.
        how: String,
        /// The key, for an event its id; never what it says.
        what: String,
    },
    /// Lists of units were imported.
    UnitsImported {
        /// Where they come from, for people.
        source: String,
        /// The day on which they are true.
        as_of: LocalDay,
        /// Versions of units that were written, and that were removed.
        versions: (u32, u32),
    },
    /// That two dossiers are two people was taken back.
    Reopened {
        /// One of them.
        one: DocumentId,
        /// The other.
        other: DocumentId,
    },
}

/// Writes an audit entry.
#[must_use]
pub fn append_audit(entry: &Audited) -> Append {
    Append {
        stream: AUDIT,
        bytes: encode(entry),
        index: None,
    }
}

/// Where the chain is: the number of an entry and the hash over everything up to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Link {
    /// How many entries.
    pub n: u64,
    /// The hash; zeros before the first.
    pub hash: [u8; 32],
}

impl Link {
    /// The link after this one.
    #[must_use]
    pub fn next(self, entry: &[u8]) -> Self {
        let n = self.n + 1;
        let hash = digest("sampan/audit", &[&self.hash, &n.to_le_bytes(), entry]);
        Self { n, hash }
    }
}

impl<S: Store> Ledger<S> {
    /// Audit entries after number `after`, each with its number and bytes; empty at the end.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn audit_page(&self, after: u64) -> Result<Vec<(u64, Vec<u8>)>, LedgerError> {
        let page = self.store().scan(AUDIT, after, ScanLimit::WIDEST).await?;
        Ok(page.entries)
    }
}

/// Reads an audit entry.
///
/// # Errors
/// [`LedgerError`].
pub fn read_audited(bytes: &[u8]) -> Result<Audited, LedgerError> {
    decode(Table::Audit, bytes)
}
