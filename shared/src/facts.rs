//! Facts: a compact spelling of automerge changes, the only one that travels.
//!
//! A fact names document, dependencies, time and per op a key with a put, keep or delete.
//! Actor, sequence, start op and predecessors are *not* on the wire: they are functions of the
//! author, the document and what the change was written upon, and the receiver derives them
//! ([`crate::derive`]). What hostile bytes could do to automerge therefore has no spelling here.
//!
//! One description of a batch (`facts/model.rs`) serves both directions and every coder. Two forms share
//! it: *bundles* go up, by one device, with short references that the server resolves; *pages*
//! come down, by many authors, and may say explicitly what a phone could not derive.
//!
//! A batch's bytes begin with its codec number:
//!
//! | codec | spelling |
//! |---|---|
//! | 0 | columns as they are: chosen when nothing is gained by compressing |
//! | 1 | columns, deflated |
//! | 2 | answers to questions with known odds: what phones send |

use serde::{Deserialize, Serialize};

use crate::change::{Action, OpId};
use crate::engine::Slot;
use crate::id::{ActorId, ChangeHash, Companion, DeviceId, DocumentId, EventId, Incarnation};
use crate::key::Key;
use crate::limits::SECTION_BYTES_MAX;
use crate::time::UnixSeconds;

mod columns;
mod deflate;
mod guessed;
mod model;
mod spell;

pub use spell::{Authors, Detail, Name, Origin, Outgoing, checks_of, fact_ops, spell};

/// Columns as they are.
pub const CODEC_PLAIN: u8 = 0;
/// Columns, deflated.
pub const CODEC_DEFLATE: u8 = 1;
/// Answers to questions with known odds.
pub const CODEC_GUESSED: u8 = 2;
/// Every codec this build writes and reads, by number.
pub const CODECS: [u8; 3] = [CODEC_PLAIN, CODEC_DEFLATE, CODEC_GUESSED];

/// One life of a device, as the author of changes or the creator of documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Author {
    /// Whose life.
    pub device: DeviceId,
    /// Which of its lives.
    pub incarnation: Incarnation,
}

impl Author {
    /// The author's actor in `document`.
    #[must_use]
    pub fn actor(&self, document: DocumentId) -> ActorId {
        ActorId::writing(self.device, self.incarnation, document)
    }
}

/// Where a document's name comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Base {
    /// The `n`-th document created by the batch's author with this index.
    Created {
        /// Index into [`Batch::authors`].
        author: usize,
        /// Documents that author created before it.
        n: u32,
    },
    /// The first bytes of an id the server knows; ambiguous ones are asked for in full.
    Prefix([u8; 5]),
    /// The id itself.
    Full(DocumentId),
}

/// How a fact names its document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DocumentRef {
    /// The document, or the dossier whose companion it is.
    pub base: Base,
    /// Which companion of the base is meant, if one is.
    pub companion: Option<Companion>,
}

/// How a fact names one dependency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DepRef {
    /// The hash's first bytes, resolved among what the document shows, then by its history.
    Prefix([u8; 3]),
    /// The hash itself.
    Full(ChangeHash),
}

/// What a change was written upon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Upon {
    /// Nothing: the document's first change.
    Genesis,
    /// The document's previous change in this batch, alone.
    Previous,
    /// These changes.
    Listed(Vec<DepRef>),
    /// Everything the stream had shown of the document so far. Pages only.
    AllShown,
    /// Explicitly, because a reader that only has rows could not derive it. Pages only.
    Explicit(Explicit),
}

/// What a row cannot tell about a change written upon an older state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explicit {
    /// The author's changes counted.
    pub seq: u64,
    /// Counter of the first op.
    pub start_op: u64,
    /// The dependencies, ascending.
    pub deps: Vec<ChangeHash>,
    /// Per op the live ops it supersedes, ascending.
    pub preds: Vec<Vec<OpId>>,
}

/// Where an op of a fact writes. A bundle never states an event's key: it could be another's.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum FactSlot {
    /// This key; an event's only in pages, where a re-founded document has events that another
    /// document's actors wrote.
    Key(Key),
    /// A new event; its key is derived from the op that writes it.
    Event,
    /// An event that another life of the author's device has written before and that is issued
    /// again; its key is derived from that life's op.
    Again {
        /// That life's index in [`Batch::authors`], not the fact's own.
        author: usize,
        /// Counter of the op that wrote it.
        counter: u64,
    },
}

/// One op of a fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactOp {
    /// Where it writes.
    pub slot: FactSlot,
    /// What it does there.
    pub action: Action,
}

/// One change as it travels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// Index of its author in [`Batch::authors`].
    pub author: usize,
    /// The document it belongs to.
    pub document: DocumentRef,
    /// What it was written upon.
    pub upon: Upon,
    /// The author's clock.
    pub time: UnixSeconds,
    /// Its ops, in order.
    pub ops: Vec<FactOp>,
}

/// Facts that travel together: one section of a bundle, or one page.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Batch {
    /// Who wrote them and who created the documents they name.
    pub authors: Vec<Author>,
    /// The facts, every document's in causal order.
    pub facts: Vec<Fact>,
    /// Proof that the receiver rebuilt the changes that were meant: 8 bytes over all documents
    /// that begin in this batch, then 2 bytes over each other document, by first appearance.
    pub checks: Checks,
}

/// Short hashes over (document, change hashes).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Checks {
    /// Over every document that begins in the batch; zeros if none does.
    pub begun: [u8; 8],
    /// Over each other document, in order of first appearance.
    pub known: Vec<[u8; 2]>,
}

/// Which form a batch has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Up, by this device alone.
    Bundle(DeviceId),
    /// Down, by anyone.
    Page,
}

/// Why bytes are not a batch of facts. Honest software never sends such bytes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FactsError {
    /// The codec number is not one this build reads; the sender is newer.
    #[error("facts codec {0} is not known here")]
    UnknownCodec(u8),
    /// The bytes end early, go on too long, or are not in canonical form.
    #[error("the facts are cut off, too long or not in canonical form")]
    Malformed,
    /// A count or length is beyond its limit.
    #[error("the facts exceed a limit of the protocol")]
    TooLarge,
    /// A form allowed only in pages stands in a bundle.
    #[error("a bundle may not state derived facts")]
    PageOnly,
    /// A change without ops.
    #[error("a change without ops")]
    EmptyChange,
    /// A change that names a key twice.
    #[error("a change names a key twice")]
    KeyTwice,
}

impl FactsError {
    /// The stable code that stands for this error outside.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownCodec(_) => "facts-codec",
            Self::Malformed => "facts-malformed",
            Self::TooLarge => "facts-limit",
            Self::PageOnly => "facts-page-only",
            Self::EmptyChange => "empty-change",
            Self::KeyTwice => "key-twice",
        }
    }
}

/// Spells a batch, in whichever codec is shortest.
///
/// The batch must be one that [`decode`] accepts in the same form: within limits, references in
/// range, no page-only forms in a bundle.
#[must_use]
pub fn encode(batch: &Batch, form: Form) -> Vec<u8> {
    let plain = columns::write(batch, form);
    let spellings = [
        Some((CODEC_DEFLATE, deflate::pack(&plain))),
        guessed::write(batch, form).map(|body| (CODEC_GUESSED, body)),
        Some((CODEC_PLAIN, plain)),
    ];
    let shortest = spellings.into_iter().flatten();
    let shortest = shortest.min_by_key(|(codec, body)| (body.len(), *codec));
    let (codec, body) = shortest.expect("columns can spell every batch");
    spelled(codec, &body)
}

/// Spells a batch in the codec of this number. `None` if there is no such codec here, or if the
/// batch is too large for it; codec 0 spells every batch.
#[must_use]
pub fn encode_in(codec: u8, batch: &Batch, form: Form) -> Option<Vec<u8>> {
    let body = match codec {
        CODEC_PLAIN => columns::write(batch, form),
        CODEC_DEFLATE => deflate::pack(&columns::write(batch, form)),
        CODEC_GUESSED => guessed::write(batch, form)?,
        _ => return None,
    };
    Some(spelled(codec, &body))
}

/// A batch's bytes: the codec's number, then what it made of the batch.
fn spelled(codec: u8, body: &[u8]) -> Vec<u8> {
    [&[codec], body].concat()
}

/// Reads a batch. Total and bounded: any bytes give a batch or an error.
///
/// # Errors
/// [`FactsError`], also where the same batch would have been spelled otherwise.
pub fn decode(bytes: &[u8], form: Form) -> Result<Batch, FactsError> {
    let (codec, body) = bytes.split_first().ok_or(FactsError::Malformed)?;
    if body.len() > SECTION_BYTES_MAX {
        return Err(FactsError::TooLarge);
    }
    match *codec {
        CODEC_PLAIN => in_columns(body, form),
        CODEC_DEFLATE => in_columns(&deflate::unpack(body)?, form),
        CODEC_GUESSED => {
            let batch = guessed::read(body, form)?;
            let again = guessed::write(&batch, form);
            only_spelling(batch, again.as_deref() == Some(body))
        }
        other => Err(FactsError::UnknownCodec(other)),
    }
}

fn in_columns(plain: &[u8], form: Form) -> Result<Batch, FactsError> {
    let batch = columns::read(plain, form)?;
    let is_only = columns::write(&batch, form) == plain;
    only_spelling(batch, is_only)
}

fn only_spelling(batch: Batch, is_only: bool) -> Result<Batch, FactsError> {
    match is_only {
        true => Ok(batch),
        false => Err(FactsError::Malformed),
    }
}

impl Fact {
    /// What the fact does to `document`, given under the name its author used. `authors`: those
    /// of the fact's batch.
    #[must_use]
    pub fn ops_for(&self, authors: &[Author], document: DocumentId) -> Vec<(Slot, Action)> {
        let slot = |slot: &FactSlot| match slot {
            FactSlot::Key(key) => Slot::Key(key.clone()),
            FactSlot::Event => Slot::Event,
            FactSlot::Again { author, counter } => {
                let actor = authors[*author].actor(document);
                Slot::Key(Key::event(EventId::written_by(actor, *counter)))
            }
        };
        let ops = self.ops.iter();
        ops.map(|op| (slot(&op.slot), op.action.clone())).collect()
    }
}

impl Batch {
    /// The facts' documents by first appearance, each with whether it begins in this batch.
    #[must_use]
    pub fn documents(&self) -> Vec<(DocumentRef, bool)> {
        let mut seen: Vec<(DocumentRef, bool)> = Vec::new();
        let mut known = std::collections::BTreeSet::new();
        for fact in &self.facts {
            if known.insert(fact.document) {
                seen.push((fact.document, fact.upon == Upon::Genesis));
            }
        }
        seen
    }
}

/// The check over the changes of documents that begin in a batch: (document, hash) pairs in the
/// batch's order.
#[must_use]
pub fn begun_check<'a>(changes: impl Iterator<Item = (&'a DocumentId, &'a ChangeHash)>) -> [u8; 8] {
    let mut bytes = Vec::new();
    for (document, hash) in changes {
        bytes.extend_from_slice(&document.0);
        bytes.extend_from_slice(&hash.0);
    }
    if bytes.is_empty() {
        [0; 8]
    } else {
        crate::hash::derive("sampan/check", &[&bytes])
    }
}

/// The check over the batch's changes of one document that was known before.
#[must_use]
pub fn known_check<'a>(
    document: &DocumentId,
    changes: impl Iterator<Item = &'a ChangeHash>,
) -> [u8; 2] {
    let hashes: Vec<u8> = changes.flat_map(|hash| hash.0).collect();
    crate::hash::derive("sampan/check", &[&document.0, &hashes])
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod vectors;
