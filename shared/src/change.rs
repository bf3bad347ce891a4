//! One automerge change of a flat document, and its exact bytes.
//!
//! [`Change::chunk`] writes the change chunk as automerge 0.12 would (format: the automerge
//! binary format specification, "change chunks"), so the hash is automerge's own. Root keys,
//! scalar puts and deletes are all it can spell; nothing else exists in Sampan's documents.

use serde::{Deserialize, Serialize};

use crate::hash::sha256;
use crate::id::{ActorId, ChangeHash};
use crate::key::Key;
use crate::time::UnixSeconds;
use crate::value::Value;

mod chunk;

/// The name of one op: automerge orders ops by counter, then by the actor's bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct OpId {
    /// Lamport counter, from 1.
    pub counter: u64,
    /// Who wrote it.
    pub actor: ActorId,
}

/// What an op does to its key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Action {
    /// Replaces the values it names.
    Put(Value),
    /// Removes every live value but the winner: what putting the winner's own value on a
    /// conflicted key becomes. In automerge a delete that names the losers.
    Keep,
    /// Removes every live value.
    Delete,
}

/// One op of a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Op {
    /// The root key it writes.
    pub key: Key,
    /// What it does.
    pub action: Action,
    /// The live ops it has seen and supersedes, ascending.
    pub preds: Vec<OpId>,
}

/// One change: what one device did to one document in one save.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Who wrote it; an actor writes one document only.
    pub actor: ActorId,
    /// The actor's changes counted, from 1.
    pub seq: u64,
    /// Counter of the first op; the others follow on.
    pub start_op: u64,
    /// The writer's clock.
    pub time: UnixSeconds,
    /// What it was written upon, ascending.
    pub deps: Vec<ChangeHash>,
    /// At least one op, no key twice.
    pub ops: Vec<Op>,
}

impl Change {
    /// The ids of the change's ops, in order.
    pub fn op_ids(&self) -> impl Iterator<Item = OpId> + '_ {
        (self.start_op..).take(self.ops.len()).map(|counter| OpId {
            counter,
            actor: self.actor,
        })
    }

    /// Counter of the last op.
    #[must_use]
    pub fn max_op(&self) -> u64 {
        self.start_op + self.ops.len() as u64 - 1
    }

    /// The change chunk, exactly as automerge 0.12 writes it uncompressed.
    #[must_use]
    pub fn chunk(&self) -> Vec<u8> {
        let (header, body) = self.header_and_body();
        let checksum = sha256(&[header.as_slice(), &body].concat());
        [&chunk::MAGIC[..], &checksum[..4], &header, &body].concat()
    }

    /// The change's hash: SHA-256 over chunk type, length and body.
    #[must_use]
    pub fn hash(&self) -> ChangeHash {
        let (header, body) = self.header_and_body();
        ChangeHash(sha256(&[header.as_slice(), &body].concat()))
    }

    fn header_and_body(&self) -> (Vec<u8>, Vec<u8>) {
        let body = chunk::body(self);
        let mut header = vec![chunk::CHANGE_CHUNK];
        chunk::push_uleb(&mut header, body.len() as u64);
        (header, body)
    }
}
