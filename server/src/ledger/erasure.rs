//! Who was erased, what was re-founded, and who must not be.

use serde::{Deserialize, Serialize};
use shared::id::{DeviceId, DocumentId, StreamId, UnitId};
use shared::tally::TallyKey;
use shared::time::UnixSeconds;

use super::audit::Who;
use super::{Ledger, LedgerError, Read, decode, encode};
use crate::store::{Put, RangeQuery, Store, Table};
use crate::vault::{BlockId, KeyName};

/// Why keys are destroyed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// A person was erased.
    Erased,
    /// A document goes on under another id, without its history.
    Refounded,
}

impl Sort {
    const ALL: [Self; 2] = [Self::Erased, Self::Refounded];

    fn prefix(self) -> u8 {
        match self {
            Self::Erased => b'e',
            Self::Refounded => b'r',
        }
    }
}

/// One erased person or re-founded document: what was done and by whom; nothing about anybody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErasureRecord {
    /// When.
    pub at: UnixSeconds,
    /// By whom.
    pub who: Who,
    /// The reason's stable name.
    pub reason: String,
    /// The keys that had to be destroyed.
    pub keys: Vec<(BlockId, KeyName)>,
    /// Whether they were. Until then a restart goes on with it.
    pub is_done: bool,
    /// The tombstones: stream and number.
    pub tombstones: Vec<(StreamId, u64)>,
    /// The devices that had pulled one of these streams.
    pub devices: Vec<DeviceId>,
}

/// What the vault keeps of an erasure, so that a store that was restored to before it can be told
/// of it again: ids, places and counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Forgotten {
    /// When.
    pub at: UnixSeconds,
    /// By whom.
    pub who: Who,
    /// The reason's stable name.
    pub reason: String,
    /// The dossier under its last name.
    pub dossier: DocumentId,
    /// Where it belonged.
    pub unit: UnitId,
    /// Every name of the dossier and its companions, with the stream it stood in if it stood in
    /// one.
    pub names: Vec<(DocumentId, Option<StreamId>)>,
    /// What the person counted for.
    pub counted: Vec<(TallyKey, i64)>,
    /// The keys that were destroyed.
    pub keys: Vec<(BlockId, KeyName)>,
}

impl Forgotten {
    /// The note for the vault.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        encode(self)
    }
}

/// A legal matter for which a dossier must be kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoldRecord {
    /// Since when.
    pub since: UnixSeconds,
    /// Who said so.
    pub who: Who,
    /// The matter's number, for people.
    pub reference: String,
}

const HOLD: u8 = b'h';

impl<S: Store> Ledger<S> {
    /// How a dossier was erased, if it was.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn erasure(&self, dossier: DocumentId) -> Result<Read<ErasureRecord>, LedgerError> {
        let key = key(Sort::Erased.prefix(), dossier);
        self.read(Table::Erasure, key).await
    }

    /// The erasures that the vault knows of and this store does not: it was restored from a backup
    /// that is older.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn unknown_erasures(&self) -> Result<Vec<Forgotten>, LedgerError> {
        let mut unknown = Vec::new();
        for (_, note) in self.secrets().vault().notes() {
            let forgotten: Forgotten = decode(Table::Erasure, &note)?;
            let known = self.erasure(forgotten.dossier).await?.record;
            unknown.extend(known.is_none().then_some(forgotten));
        }
        Ok(unknown)
    }

    /// Why a dossier must be kept, if it must.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn hold(&self, dossier: DocumentId) -> Result<Read<HoldRecord>, LedgerError> {
        self.read(Table::Erasure, key(HOLD, dossier)).await
    }

    /// Everything that had to be forgotten, erasures first, each by document.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn forgotten(&self) -> Result<Vec<((Sort, DocumentId), ErasureRecord)>, LedgerError> {
        let mut all = Vec::new();
        for sort in Sort::ALL {
            let mut query = RangeQuery::new(Table::Erasure, [sort.prefix()]);
            loop {
                let page = self.store().range(query.clone()).await?;
                for (key, found) in &page.records {
                    let id = key.last_chunk::<16>().copied();
                    let id = id.ok_or(LedgerError::Contradiction("an erasure's key is no id"))?;
                    let record = decode(Table::Erasure, &found.bytes)?;
                    all.push(((sort, DocumentId(id)), record));
                }
                match page.records.last() {
                    Some((key, _)) if page.more => query = query.after(key.clone()),
                    _ => break,
                }
            }
        }
        Ok(all)
    }
}

/// Writes what had to be forgotten, and how far that is.
#[must_use]
pub fn put_erasure((sort, document): (Sort, DocumentId), record: &ErasureRecord) -> Put {
    Put {
        table: Table::Erasure,
        key: key(sort.prefix(), document),
        bytes: Some(encode(record)),
    }
}

/// Writes why a dossier must be kept, or that it need not be any more.
#[must_use]
pub fn put_hold(dossier: DocumentId, record: Option<&HoldRecord>) -> Put {
    Put {
        table: Table::Erasure,
        key: key(HOLD, dossier),
        bytes: record.map(encode),
    }
}

/// The key of the record of [`Ledger::hold`].
#[must_use]
pub fn hold_key(dossier: DocumentId) -> Vec<u8> {
    key(HOLD, dossier)
}

fn key(what: u8, dossier: DocumentId) -> Vec<u8> {
    [&[what], dossier.0.as_slice()].concat()
}
