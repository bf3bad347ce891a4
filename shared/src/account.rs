//! One document's whole history and the row it should show: what automerge is asked to confirm.
//!
//! It travels from the module that edits to the module that checks, within one phone; it is
//! neither stored nor sent.

use serde::{Deserialize, Serialize};

use crate::change::Change;
use crate::row::Row;

/// A document's changes as far as they are here, and the row in use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// In any order, perhaps with repetitions.
    pub changes: Vec<Change>,
    /// What is shown and edited upon.
    pub row: Row,
}

/// The bytes are no account.
#[derive(Debug, thiserror::Error)]
#[error("the bytes are no account of a document")]
pub struct UnreadableAccount(#[from] postcard::Error);

impl Account {
    /// The account as bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        postcard::to_allocvec(self).expect("changes and rows are plain data")
    }

    /// Reads what [`Self::to_bytes`] wrote.
    ///
    /// # Errors
    /// [`UnreadableAccount`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, UnreadableAccount> {
        Ok(postcard::from_bytes(bytes)?)
    }
}
