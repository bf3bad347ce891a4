//! One entry of a stream: what the server's log holds and what pages bring.
//!
//! Entries are idempotent: folding one a second time changes nothing.

use serde::{Deserialize, Serialize};

use crate::change::Change;
use crate::facts::Author;
use crate::id::{ChangeHash, DocumentId, UnitId};

/// One step of a stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Entry {
    /// A change of one document.
    Change(Logged),
    /// A second document of the same resident joined the one stored first. All changes of
    /// `joined` belong to `survivor` from here on; the other id stays as an alias.
    United {
        /// The document that was stored first.
        survivor: DocumentId,
        /// The one that joined it.
        joined: DocumentId,
    },
    /// A document lost its history on purpose and goes on under a new id.
    Refounded {
        /// The id until now, an alias from here on.
        from: DocumentId,
        /// The new document, begun by the server.
        to: DocumentId,
    },
    /// A document left for another unit's stream; the new stream has all its changes.
    Moved {
        /// Which document.
        document: DocumentId,
        /// Where it belongs now.
        to: UnitId,
    },
    /// A document was erased: forget its values, keep nothing but this tombstone.
    Erased {
        /// Which document.
        document: DocumentId,
    },
}

/// A change as the log holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Logged {
    /// The document as its author named it; after a union its alias leads to the survivor.
    pub document: DocumentId,
    /// Who wrote it.
    pub author: Author,
    /// Documents the author had created before this one, where the change begins a document of
    /// its author's: the id is then derived and costs a page nothing.
    pub created: Option<u32>,
    /// Whether it was written upon everything the stream had shown of the document, so that a
    /// reader derives sequence and predecessors from its row.
    pub upon_all_shown: bool,
    /// Its hash.
    pub hash: ChangeHash,
    /// The change.
    pub change: Change,
}

impl Entry {
    /// The entry's stored form.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        postcard::to_allocvec(self).expect("entries have no form postcard cannot write")
    }

    /// Reads an entry back from its stored form.
    ///
    /// # Errors
    /// [`UnreadableEntry`] if the bytes are not exactly one entry.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, UnreadableEntry> {
        match postcard::take_from_bytes(bytes) {
            Ok((entry, [])) => Ok(entry),
            Ok(_) => Err(UnreadableEntry(postcard::Error::DeserializeBadEncoding)),
            Err(source) => Err(UnreadableEntry(source)),
        }
    }
}

/// A stored entry that cannot be read: storage is damaged or from another version.
#[derive(Debug, thiserror::Error)]
#[error("a stored entry cannot be read; run `sampan verify` and restore from backup")]
pub struct UnreadableEntry(#[source] postcard::Error);
