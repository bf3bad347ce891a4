//! Raw automerge bytes from elsewhere: looked at before automerge sees them.
//!
//! Automerge puts no bound on what a few bytes may ask of it: 69 of them kept it busy for ten
//! seconds. So its changes are first walked through here, in time linear in their bytes: only
//! plain change chunks of exact length, with their own checksum, known columns, bounded counts
//! that agree, scalars under text keys, each change after all it names. Only then are they applied, saved and loaded again, and
//! the heads compared; a panic on the way is an error.

use sha2::{Digest as _, Sha256};
use shared::id::ChangeHash;
use shared::limits::{CHANGE_DEPS_MAX, KEY_BYTES_MAX, VALUE_BYTES_MAX};
use shared::row::Row;

use crate::document::{Document, LoadError, RebuildError};
use crate::guard::{Panicked, guarded};
use crate::spelling::Unspellable;

mod column;
mod leb;
mod past;

use column::Columns;
use leb::Reader;
use past::Past;

/// Changes one file may hold.
pub const CHANGES_MAX: usize = 1_000;

/// Ops one change may hold.
pub const CHANGE_OPS_MAX: u64 = 2_000;

/// Ops all changes of one file may hold.
pub const OPS_MAX: u64 = 10_000;

/// Bytes of an actor: every one of ours has as many.
const ACTOR_BYTES: usize = 16;

/// Other actors one change may name.
const ACTORS_MAX: u64 = 256;

/// How every chunk begins.
const MAGIC: [u8; 4] = [0x85, 0x6f, 0x4a, 0x83];

/// The type of a plain change chunk: no document, nothing compressed, no bundle.
const PLAIN_CHANGE: u8 = 1;

/// Why foreign bytes are not taken in.
#[derive(Debug, thiserror::Error)]
pub enum ForeignError {
    /// They are no plain change chunks: export changes, uncompressed, one after the other.
    #[error("not plain automerge changes, or damaged: export them uncompressed, one by one")]
    Structure,
    /// They hold what no document of ours holds, or more of it.
    #[error("holds nested objects, marks, long values or keys, or more than the limits allow")]
    Limits,
    /// Automerge does not take them.
    #[error("automerge does not take the changes")]
    History(#[from] RebuildError),
    /// Automerge panicked.
    #[error(transparent)]
    Panicked(#[from] Panicked),
    /// Automerge does not load what it saved.
    #[error("automerge does not load what it saved")]
    Reload(#[from] LoadError),
    /// It loads with other heads.
    #[error("automerge loads other heads than it saved")]
    Heads,
    /// The document is not flat.
    #[error("the document holds what no row can hold")]
    Foreign(#[from] Unspellable),
}

/// What foreign changes come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Foreign {
    /// What their document shows.
    pub row: Row,
    /// Its heads, ascending.
    pub heads: Vec<ChangeHash>,
}

/// Reads the change chunks of one document, causes first.
///
/// # Errors
/// [`ForeignError`]; nothing of the bytes may be kept then.
pub fn read_foreign(bytes: &[u8]) -> Result<Foreign, ForeignError> {
    let chunks = chunks(bytes)?;
    let parsed = guarded(|| {
        let changes = chunks
            .iter()
            .map(|chunk| automerge::Change::from_bytes(chunk.to_vec()));
        changes.collect::<Result<Vec<_>, _>>()
    })?;
    let parsed = parsed.map_err(|_| ForeignError::Structure)?;
    let document = Document::of(&parsed)?;
    let saved = guarded(|| document.save())?;
    let heads = document.heads();
    match Document::load(&saved)?.heads() == heads {
        true => Ok(Foreign {
            row: document.project()?,
            heads,
        }),
        false => Err(ForeignError::Heads),
    }
}

/// What a change's head says.
struct Change<'a> {
    hash: [u8; 32],
    deps: Vec<&'a [u8; 32]>,
    actor: &'a [u8],
    seq: u64,
    start: u64,
    /// The actors its predecessors name, beside its own.
    others: Vec<&'a [u8]>,
    ops: u64,
}

/// Cuts the bytes into chunks and walks through each, without automerge.
///
/// # Errors
/// [`ForeignError::Structure`] or [`ForeignError::Limits`].
pub fn chunks(bytes: &[u8]) -> Result<Vec<&[u8]>, ForeignError> {
    let mut chunks = Vec::new();
    let mut past = Past::default();
    let mut ops = 0;
    let mut rest = Reader::new(bytes);
    while !rest.is_empty() {
        let before = rest.left();
        let change = chunk(&mut rest)?;
        ops += change.ops;
        let length = before.len() - rest.left().len();
        chunks.push(&before[..length]);
        if chunks.len() > CHANGES_MAX || ops > OPS_MAX {
            return Err(ForeignError::Limits);
        }
        past.take(&change)?;
    }
    match chunks.is_empty() {
        true => Err(ForeignError::Structure),
        false => Ok(chunks),
    }
}

/// Walks through one chunk.
fn chunk<'a>(reader: &mut Reader<'a>) -> Result<Change<'a>, ForeignError> {
    let magic = reader.bytes(MAGIC.len())?;
    let checksum = reader.bytes(4)?;
    let hashed = reader.left();
    let kind = reader.byte()?;
    if magic != MAGIC || kind != PLAIN_CHANGE {
        return Err(ForeignError::Structure);
    }
    let length = reader.length()?;
    let body = reader.bytes(length)?;
    let hashed = &hashed[..hashed.len() - reader.left().len()];
    let hash: [u8; 32] = Sha256::digest(hashed).into();
    match hash[..4] == *checksum {
        true => change(hash, body),
        false => Err(ForeignError::Structure),
    }
}

fn change(hash: [u8; 32], body: &[u8]) -> Result<Change<'_>, ForeignError> {
    let mut body = Reader::new(body);
    let deps = body.length()?;
    if deps > CHANGE_DEPS_MAX {
        return Err(ForeignError::Limits);
    }
    let (deps, _) = body.bytes(deps * 32)?.as_chunks();
    let actor = read_actor(&mut body)?;
    let (seq, start) = (body.number()?, body.number()?);
    let _time = body.signed()?;
    let message = body.length()?;
    let others = body.number()?;
    if start > u64::from(u32::MAX) || message > 0 || others > ACTORS_MAX {
        return Err(ForeignError::Limits);
    }
    let others = (0..others).map(|_| read_actor(&mut body));
    let others = others.collect::<Result<Vec<_>, _>>()?;
    let ops = Columns::read(&mut body)?.ops(others.len() as u64 + 1)?;
    match body.is_empty() {
        true => Ok(Change {
            hash,
            deps: deps.iter().collect(),
            actor,
            seq,
            start,
            others,
            ops,
        }),
        false => Err(ForeignError::Structure),
    }
}

fn read_actor<'a>(body: &mut Reader<'a>) -> Result<&'a [u8], ForeignError> {
    match body.length()? {
        ACTOR_BYTES => body.bytes(ACTOR_BYTES),
        _ => Err(ForeignError::Limits),
    }
}

#[cfg(test)]
mod tests {
    use automerge::transaction::Transactable as _;
    use automerge::{ActorId, AutoCommit, ObjType, ROOT};
    use proptest::prelude::*;
    use shared::key::Key;
    use shared::value::Value;

    use super::*;

    fn honest() -> Vec<u8> {
        let mut document = AutoCommit::new().with_actor(ActorId::from([7; 16]));
        let mut bytes = Vec::new();
        for name in ["An", "Ánh"] {
            document.put(ROOT, "n", name).unwrap();
            document.put(ROOT, "by", 1985_u64).unwrap();
            document.commit();
            let change = document.get_last_local_change().unwrap();
            bytes.extend_from_slice(change.raw_bytes());
        }
        bytes
    }

    #[test]
    fn honest_changes_come_to_what_they_show() {
        let read = read_foreign(&honest()).unwrap();
        let name = Key::new("n")
            .ok()
            .and_then(|key| read.row.get(&key).cloned());
        assert_eq!(name, Some(Value::from("Ánh")));
        assert_eq!(read.heads.len(), 1);
    }

    #[test]
    fn documents_nested_objects_and_padding_are_refused_before_automerge() {
        let mut document = AutoCommit::new().with_actor(ActorId::from([7; 16]));
        document.put_object(ROOT, "list", ObjType::List).unwrap();
        document.commit();
        let nested = document
            .get_last_local_change()
            .unwrap()
            .raw_bytes()
            .to_vec();
        assert!(matches!(chunks(&nested), Err(ForeignError::Limits)));
        let saved = document.save();
        assert!(matches!(chunks(&saved), Err(ForeignError::Structure)));
        let padded = [honest(), vec![0]].concat();
        assert!(matches!(chunks(&padded), Err(ForeignError::Structure)));
        assert!(matches!(chunks(b""), Err(ForeignError::Structure)));
    }

    #[test]
    fn a_change_before_what_it_names_or_out_of_its_turn_is_refused_before_automerge() {
        let honest = honest();
        let first = chunks(&honest).unwrap()[0].len();
        let (one, two) = honest.split_at(first);
        for wrong in [two.to_vec(), [two, one].concat(), [one, one].concat()] {
            assert!(matches!(chunks(&wrong), Err(ForeignError::Structure)));
        }
        // A second author's change that names a third, who has written nothing.
        let mut document = AutoCommit::new().with_actor(ActorId::from([7; 16]));
        document.put(ROOT, "n", "An").unwrap();
        let mut other = document.fork().with_actor(ActorId::from([8; 16]));
        other.put(ROOT, "n", "Ba").unwrap();
        other.commit();
        let named = other.get_last_local_change().unwrap();
        let body = named.raw_bytes().to_vec();
        let at = body.windows(16).position(|part| part == [7; 16]).unwrap();
        let mut hashed = body[8..].to_vec();
        hashed[at - 8..at + 8].fill(9);
        let stranger = [&MAGIC[..], &Sha256::digest(&hashed)[..4], &hashed].concat();
        let first = document
            .get_last_local_change()
            .unwrap()
            .raw_bytes()
            .to_vec();
        assert!(chunks(&[&first[..], &body].concat()).is_ok());
        let wrong = [first, stranger].concat();
        assert!(matches!(chunks(&wrong), Err(ForeignError::Structure)));
    }

    #[test]
    fn a_run_that_stands_for_a_million_ops_is_refused_before_automerge() {
        // One op's columns, whose counts say a million.
        let mut body = vec![0, 16];
        body.extend([7; 16]);
        body.extend([1, 1, 0, 0, 0, 2, 0x34, 3, 0x42, 4]);
        body.extend([0xc0, 0x84, 0x3d]);
        body.extend([0xc0, 0x84, 0x3d, 1]);
        let mut hashed = vec![PLAIN_CHANGE, body.len() as u8];
        hashed.extend(body);
        let checksum = &Sha256::digest(&hashed)[..4];
        let bomb = [&MAGIC[..], checksum, &hashed].concat();
        assert!(matches!(chunks(&bomb), Err(ForeignError::Limits)));
    }

    proptest! {
        #[test]
        fn changed_bytes_are_taken_whole_or_refused(at in any::<prop::sample::Index>(), flip in 1u8..) {
            let mut bytes = honest();
            let at = at.index(bytes.len());
            bytes[at] ^= flip;
            let _ = read_foreign(&bytes);
        }
    }
}
