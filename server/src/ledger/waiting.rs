//! Changes that are not in the log: parked until something arrives, held until a coordinator
//! decides, or refused for good.

use serde::{Deserialize, Serialize};
use shared::bundle::Serial;
use shared::entry::{Entry, Logged};
use shared::id::{Audience, ChangeHash, DocumentId};
use shared::receipt::{HoldReason, RefuseReason};
use shared::time::UnixSeconds;

use super::{Ledger, LedgerError, decode, encode};
use crate::secrets::DataKey;
use crate::store::{Expect, Put, RangeQuery, Store, Table, Version};

/// One document's group of facts in one bundle, waiting for what it depends on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParkedGroup {
    /// The bundle it came in.
    pub serial: Serial,
    /// The audience of the section it stood in, by code.
    pub audience: u8,
    /// The positions of its changes among all changes of the bundle.
    pub positions: Vec<u32>,
    /// The group as a batch of its own, in bundle form, sealed.
    #[serde(with = "serde_bytes")]
    batch: Vec<u8>,
    /// When it arrived.
    pub since: UnixSeconds,
}

/// A change that a coordinator must decide on, or has refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldChange {
    /// Where it came, the first place first; at most [`HELD_PLACES_MAX`]. A phone that began a new
    /// life packs again what a traveller may still carry, and nobody knows for which of the
    /// bundles it still wants a receipt.
    pub came: Vec<Came>,
    /// What is to be done with it.
    pub decision: Decision,
    /// The dossier under whose key the document is, or will be, sealed.
    pub sealed_under: DocumentId,
    /// The change, sealed: what it was written upon may still be decided.
    #[serde(with = "serde_bytes")]
    logged: Vec<u8>,
    /// When it arrived.
    pub since: UnixSeconds,
}

/// A place among all changes of a bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Came {
    /// The bundle.
    pub serial: Serial,
    /// The position in it.
    pub position: u32,
}

/// Bundles of one held change that are remembered: of more, the newest, for which its author
/// waits.
pub const HELD_PLACES_MAX: usize = 16;

/// How far a held change is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Decision {
    /// Open, for this reason.
    Open(HoldReason),
    /// Refused; its hash is remembered so that what was written upon it is refused, too.
    Refused(RefuseReason),
}

impl ParkedGroup {
    /// A group that waits from now on. `batch`: in bundle form; `key`: of what waits for the same.
    #[must_use]
    pub fn new(arrived: Arrived, positions: Vec<u32>, batch: &[u8], key: &DataKey) -> Self {
        let Arrived {
            serial,
            audience,
            since,
        } = arrived;
        let batch = key.seal(PARKED, batch);
        Self {
            serial,
            audience: audience.code(),
            positions,
            batch,
            since,
        }
    }

    /// The group's batch, in bundle form.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn open(&self, key: &DataKey) -> Result<Vec<u8>, LedgerError> {
        Ok(key.unseal(PARKED, &self.batch)?)
    }
}

/// Where something that waits came from.
#[derive(Debug, Clone, Copy)]
pub struct Arrived {
    /// The bundle it came in.
    pub serial: Serial,
    /// The audience of its section.
    pub audience: Audience,
    /// When.
    pub since: UnixSeconds,
}

/// Which change of a bundle is kept aside, and why.
#[derive(Debug, Clone, Copy)]
pub struct HeldSubject {
    /// Its position among all changes of the bundle.
    pub position: u32,
    /// What was decided about it.
    pub decision: Decision,
    /// The dossier under whose key its document is, or will be, sealed.
    pub sealed_under: DocumentId,
}

impl HeldChange {
    /// A change with what was decided about it, under the key of its document.
    #[must_use]
    pub fn new(arrived: Arrived, subject: &HeldSubject, logged: &Logged, key: &DataKey) -> Self {
        let plain = Entry::Change(logged.clone()).to_bytes();
        let came = Came {
            serial: arrived.serial,
            position: subject.position,
        };
        Self {
            came: vec![came],
            decision: subject.decision,
            sealed_under: subject.sealed_under,
            logged: key.seal(HELD, &plain),
            since: arrived.since,
        }
    }

    fn open(&self, key: &DataKey) -> Result<Logged, LedgerError> {
        let plain = key.unseal(HELD, &self.logged)?;
        match Entry::from_bytes(&plain) {
            Ok(Entry::Change(logged)) => Ok(logged),
            _ => Err(LedgerError::Contradiction("a held change is no change")),
        }
    }

    /// The same change with another decision.
    #[must_use]
    pub fn decided(self, decision: Decision) -> Self {
        Self { decision, ..self }
    }

    /// The same change, which came before as `earlier` says.
    #[must_use]
    pub fn after(mut self, earlier: &Self) -> Self {
        let again = |came: &&Came| !self.came.contains(came);
        let mut came: Vec<Came> = earlier.came.iter().filter(again).copied().collect();
        came.append(&mut self.came);
        let surplus = came.len().saturating_sub(HELD_PLACES_MAX);
        came.drain(..surplus);
        Self { came, ..self }
    }

    /// The first place where its author wrote it down, as far as it is remembered.
    ///
    /// # Errors
    /// [`LedgerError`] if it came nowhere.
    pub fn first(&self) -> Result<Came, LedgerError> {
        let first = self.came.iter().min();
        first
            .copied()
            .ok_or(LedgerError::Contradiction("a held change that never came"))
    }
}

const PARKED: &[u8] = b"parked";
const HELD: &[u8] = b"held";

/// A waiting record with the key it stands under.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting<T> {
    /// The record's key.
    pub key: Vec<u8>,
    /// Its version.
    pub version: Version,
    /// The record.
    pub record: T,
}

impl<S: Store> Ledger<S> {
    /// Groups that wait for something about `document`.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn parked_for(
        &self,
        document: DocumentId,
    ) -> Result<Vec<Waiting<ParkedGroup>>, LedgerError> {
        self.waiting(Table::Parked, document.0[..PREFIX_BYTES].to_vec())
            .await
    }

    /// Open and refused changes of `document`.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn held_for(
        &self,
        document: DocumentId,
    ) -> Result<Vec<Waiting<HeldChange>>, LedgerError> {
        self.waiting(Table::Held, document.0.to_vec()).await
    }

    /// The change itself.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn opened(&self, held: &HeldChange) -> Result<Logged, LedgerError> {
        let key = self.key_of(held.sealed_under).await?;
        held.open(&key.ok_or(LedgerError::Contradiction("a held change half erased"))?)
    }

    /// Every held or refused change, one page of them; `after` = the last key of the page before.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn held_page(
        &self,
        after: Option<Vec<u8>>,
    ) -> Result<Vec<Waiting<HeldChange>>, LedgerError> {
        let query = RangeQuery::new(Table::Held, []);
        let query = match after {
            Some(key) => query.after(key),
            None => query,
        };
        self.waiting_page(query).await
    }

    async fn waiting<T: serde::de::DeserializeOwned>(
        &self,
        table: Table,
        prefix: Vec<u8>,
    ) -> Result<Vec<Waiting<T>>, LedgerError> {
        self.waiting_page(RangeQuery::new(table, prefix)).await
    }

    async fn waiting_page<T: serde::de::DeserializeOwned>(
        &self,
        query: RangeQuery,
    ) -> Result<Vec<Waiting<T>>, LedgerError> {
        let table = query.table;
        let page = self.store().range(query).await?;
        let read = page.records.into_iter().map(|(key, found)| {
            let record = decode(table, &found.bytes)?;
            Ok(Waiting {
                key,
                version: found.version,
                record,
            })
        });
        read.collect()
    }
}

/// Leading bytes of a document's id under which its parked groups stand: all that a short
/// reference tells.
const PREFIX_BYTES: usize = 5;

/// The bytes a parked group's key begins with: all that is known of the document it waits for.
#[must_use]
pub fn parked_prefix(key: &[u8]) -> &[u8] {
    key.get(..PREFIX_BYTES).unwrap_or(key)
}

/// Writes a parked group. `prefix`: the first bytes of its document's id.
#[must_use]
pub fn put_parked(prefix: [u8; PREFIX_BYTES], group: &ParkedGroup) -> Put {
    let mut key = prefix.to_vec();
    key.extend_from_slice(&super::receipt::serial_key(group.serial));
    key.extend(
        group
            .positions
            .first()
            .iter()
            .flat_map(|first| first.to_be_bytes()),
    );
    Put {
        table: Table::Parked,
        key,
        bytes: Some(encode(group)),
    }
}

/// Writes a held or refused change.
#[must_use]
pub fn put_held(document: DocumentId, hash: ChangeHash, change: &HeldChange) -> Put {
    let key = [document.0.as_slice(), &hash.0].concat();
    Put {
        table: Table::Held,
        key,
        bytes: Some(encode(change)),
    }
}

/// The document in a held change's key.
#[must_use]
pub fn held_document(key: &[u8]) -> Option<DocumentId> {
    key.first_chunk::<16>().map(|id| DocumentId(*id))
}

/// The hash in a held change's key.
#[must_use]
pub fn held_hash(key: &[u8]) -> Option<ChangeHash> {
    key.last_chunk::<32>().map(|hash| ChangeHash(*hash))
}

impl Waiting<HeldChange> {
    /// Writes the change again under the key it stands under.
    #[must_use]
    pub fn rewrite(&self, record: &HeldChange) -> Put {
        Put {
            table: Table::Held,
            key: self.key.clone(),
            bytes: Some(encode(record)),
        }
    }
}

impl<T> Waiting<T> {
    /// Removes the record, expecting that nobody has touched it.
    #[must_use]
    pub fn remove(&self, table: Table) -> (Expect, Put) {
        let expect = Expect {
            table,
            key: self.key.clone(),
            version: self.version,
        };
        (
            expect,
            Put {
                table,
                key: self.key.clone(),
                bytes: None,
            },
        )
    }
}
