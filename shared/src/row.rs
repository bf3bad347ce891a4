//! A row: what a document shows, without its history.
//!
//! Per key the live ops, ascending by op id, so the winner is the last; beside them the heads,
//! the greatest op counter, and each actor's last change. That is enough to fold further changes
//! and to edit exactly as automerge would (see [`crate::engine`]); where a row and automerge
//! differ, automerge is right.

use serde::{Deserialize, Serialize};

use crate::change::OpId;
use crate::id::{ActorId, ChangeHash, EventId, UnitId};
use crate::key::Key;
use crate::kind::Kind;
use crate::sorted::SortedMap;
use crate::value::Value;

/// One live value of a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cell {
    /// The op that put it.
    pub id: OpId,
    /// What it put.
    pub value: Value,
}

/// What a row remembers of one actor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActorState {
    /// The actor's changes folded so far.
    pub seq: u64,
    /// The last of them.
    pub last: ChangeHash,
}

/// The visible state of one document.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Row {
    /// Changes nothing here depends on yet, ascending.
    pub heads: Vec<ChangeHash>,
    /// Greatest op counter folded, 0 in an empty row.
    pub max_op: u64,
    /// Every actor that wrote here.
    pub actors: SortedMap<ActorId, ActorState>,
    /// The live values of each key, never an empty list.
    pub cells: SortedMap<Key, Vec<Cell>>,
}

/// A row's bytes that cannot be read: storage is damaged or from another version.
#[derive(Debug, thiserror::Error)]
#[error("a stored row cannot be read; run `sampan verify` and restore from backup")]
pub struct UnreadableRow(#[source] postcard::Error);

impl Row {
    /// The winner among the live values of `key`: the one with the greatest op id.
    #[must_use]
    pub fn get(&self, key: &Key) -> Option<&Value> {
        self.live(key).last().map(|cell| &cell.value)
    }

    /// The live values of `key`, the winner last; empty if never written or deleted.
    #[must_use]
    pub fn live(&self, key: &Key) -> &[Cell] {
        self.cells.get(key).map_or(&[], Vec::as_slice)
    }

    /// Whether `key` has two or more *different* live values.
    #[must_use]
    pub fn is_conflicted(&self, key: &Key) -> bool {
        self.live(key)
            .windows(2)
            .any(|pair| pair[0].value != pair[1].value)
    }

    /// Keys with two or more different live values.
    pub fn conflicts(&self) -> impl Iterator<Item = &Key> {
        self.cells.keys().filter(|key| self.is_conflicted(key))
    }

    /// The payloads of the document's events with their ids, in key order.
    pub fn events(&self) -> impl Iterator<Item = (EventId, &[u8])> {
        self.cells.iter().filter_map(|(key, cells)| {
            let payload = cells.last()?.value.as_bytes()?;
            Some((key.event_id()?, payload))
        })
    }

    /// What the document is, if it says so and this build knows the kind.
    #[must_use]
    pub fn kind(&self) -> Option<Kind> {
        self.get(&Key::KIND)?.as_uint().and_then(Kind::from_code)
    }

    /// The unit the document belongs to now.
    #[must_use]
    pub fn unit(&self) -> Option<UnitId> {
        self.get(&Key::UNIT)?
            .as_uint()
            .and_then(|id| u32::try_from(id).ok())
            .map(UnitId)
    }

    /// Whether nothing was ever folded.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.heads.is_empty()
    }

    /// Whether `hash` is a head or some actor's last change: known without any history.
    #[must_use]
    pub fn shows(&self, hash: &ChangeHash) -> bool {
        self.heads.binary_search(hash).is_ok()
            || self.actors.values().any(|state| state.last == *hash)
    }

    /// Joins the row of another document of the same resident: key by key, as automerge merges
    /// two documents without a common change.
    pub fn unite(&mut self, other: Self) {
        for (key, cells) in other.cells {
            let joined = self.cells.get_or_insert(key, Vec::new);
            joined.extend(cells);
            joined.sort_by_key(|cell| cell.id);
            joined.dedup_by_key(|cell| cell.id);
        }
        self.heads.extend(other.heads);
        self.heads.sort_unstable();
        self.heads.dedup();
        self.max_op = self.max_op.max(other.max_op);
        self.actors.extend(other.actors);
    }

    /// The same row with every value replaced by [`Value::Withheld`]: a stub that can still be
    /// edited but tells nothing, except what the document is and where it belongs.
    #[must_use]
    pub fn stub(mut self) -> Self {
        let told = [Key::KIND, Key::UNIT];
        let hidden = self.cells.iter_mut().filter(|(key, _)| !told.contains(key));
        for cell in hidden.flat_map(|(_, cells)| cells) {
            cell.value = Value::Withheld;
        }
        self
    }

    /// The row's stored form.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        postcard::to_allocvec(self).expect("rows have no form postcard cannot write")
    }

    /// Reads a row back from its stored form.
    ///
    /// # Errors
    /// [`UnreadableRow`] if the bytes are not exactly one row.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, UnreadableRow> {
        match postcard::take_from_bytes(bytes) {
            Ok((row, [])) => Ok(row),
            Ok(_) => Err(UnreadableRow(postcard::Error::DeserializeBadEncoding)),
            Err(source) => Err(UnreadableRow(source)),
        }
    }
}
