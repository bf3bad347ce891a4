//! The byte writer behind [`super::Change::chunk`]: LEB128, run-length columns, the body.

use super::{Action, Change, Op, OpId};
use crate::id::ActorId;
use crate::value::Value;

/// First bytes of every automerge chunk.
pub(super) const MAGIC: [u8; 4] = [0x85, 0x6f, 0x4a, 0x83];
/// Chunk type of an uncompressed change.
pub(super) const CHANGE_CHUNK: u8 = 1;

const ACTION_PUT: u64 = 1;
const ACTION_DELETE: u64 = 3;

/// Column numbers with their type bits, ascending as they must stand.
mod column {
    pub(super) const KEY: u64 = 0x15;
    pub(super) const INSERT: u64 = 0x34;
    pub(super) const ACTION: u64 = 0x42;
    pub(super) const VALUE_META: u64 = 0x56;
    pub(super) const VALUE: u64 = 0x57;
    pub(super) const PRED_COUNT: u64 = 0x70;
    pub(super) const PRED_ACTOR: u64 = 0x71;
    pub(super) const PRED_COUNTER: u64 = 0x73;
}

/// The chunk's body, everything its hash covers but type and length.
pub(super) fn body(change: &Change) -> Vec<u8> {
    let others = other_actors(change);
    let mut out = Vec::with_capacity(128 + 24 * change.ops.len());
    push_uleb(&mut out, change.deps.len() as u64);
    for dep in &change.deps {
        out.extend_from_slice(&dep.0);
    }
    push_bytes(&mut out, &change.actor.0);
    push_uleb(&mut out, change.seq);
    push_uleb(&mut out, change.start_op);
    push_sleb(&mut out, change.time.0);
    push_bytes(&mut out, b"");
    push_uleb(&mut out, others.len() as u64);
    for actor in &others {
        push_bytes(&mut out, &actor.0);
    }
    push_columns(&mut out, &op_columns(change, &others));
    out
}

/// Actors named by predecessors, without the author, ascending.
fn other_actors(change: &Change) -> Vec<ActorId> {
    let named = change
        .ops
        .iter()
        .flat_map(|op| &op.preds)
        .map(|pred| pred.actor);
    let mut others: Vec<_> = named.filter(|actor| *actor != change.actor).collect();
    others.sort_unstable();
    others.dedup();
    others
}

fn op_columns(change: &Change, others: &[ActorId]) -> [(u64, Vec<u8>); 8] {
    let ops = &change.ops;
    let preds = || ops.iter().flat_map(|op| &op.preds);
    let mut meta = Vec::with_capacity(ops.len());
    let mut values = Vec::new();
    for op in ops {
        meta.push(push_value(&mut values, op));
    }
    let actor_index = |pred: &OpId| match others.binary_search(&pred.actor) {
        Ok(position) => position as u64 + 1,
        Err(_) => 0,
    };
    let mut insert = Vec::new();
    push_uleb(&mut insert, ops.len() as u64);
    [
        (
            column::KEY,
            run_length(ops.iter().map(|op| op.key.name()), push_text),
        ),
        (column::INSERT, insert),
        (
            column::ACTION,
            run_length(ops.iter().map(action_code), push_uleb),
        ),
        (column::VALUE_META, run_length(meta.into_iter(), push_uleb)),
        (column::VALUE, values),
        (
            column::PRED_COUNT,
            run_length(ops.iter().map(|op| op.preds.len() as u64), push_uleb),
        ),
        (
            column::PRED_ACTOR,
            run_length(preds().map(actor_index), push_uleb),
        ),
        (
            column::PRED_COUNTER,
            run_length(deltas(preds().map(|pred| pred.counter)), push_sleb),
        ),
    ]
}

fn push_columns(out: &mut Vec<u8>, columns: &[(u64, Vec<u8>)]) {
    let present = || columns.iter().filter(|(_, bytes)| !bytes.is_empty());
    push_uleb(out, present().count() as u64);
    for (number, bytes) in present() {
        push_uleb(out, *number);
        push_uleb(out, bytes.len() as u64);
    }
    for (_, bytes) in present() {
        out.extend_from_slice(bytes);
    }
}

fn action_code(op: &Op) -> u64 {
    match op.action {
        Action::Put(_) => ACTION_PUT,
        Action::Keep | Action::Delete => ACTION_DELETE,
    }
}

/// Appends the op's value; returns its metadata: length in bytes, times 16, plus the type.
fn push_value(values: &mut Vec<u8>, op: &Op) -> u64 {
    let before = values.len();
    let kind = match &op.action {
        Action::Keep | Action::Delete | Action::Put(Value::Null | Value::Withheld) => 0,
        Action::Put(Value::Bool(false)) => 1,
        Action::Put(Value::Bool(true)) => 2,
        Action::Put(Value::Uint(number)) => {
            push_uleb(values, *number);
            3
        }
        Action::Put(Value::Int(number)) => {
            push_sleb(values, *number);
            4
        }
        Action::Put(Value::Text(text)) => {
            values.extend_from_slice(text.as_bytes());
            6
        }
        Action::Put(Value::Bytes(bytes)) => {
            values.extend_from_slice(bytes);
            7
        }
    };
    ((values.len() - before) as u64) << 4 | kind
}

fn deltas(counters: impl Iterator<Item = u64>) -> impl Iterator<Item = i64> {
    counters.scan(0_i64, |previous, counter| {
        let counter = counter as i64;
        let delta = counter - *previous;
        *previous = counter;
        Some(delta)
    })
}

/// Run-length encoding: a run of equal values is its length and the value; values that differ
/// stand together behind their negated count.
fn run_length<T: PartialEq + Copy>(
    values: impl Iterator<Item = T>,
    push: impl Fn(&mut Vec<u8>, T),
) -> Vec<u8> {
    let mut runs: Vec<(T, i64)> = Vec::new();
    for value in values {
        match runs.last_mut() {
            Some((last, count)) if *last == value => *count += 1,
            _ => runs.push((value, 1)),
        }
    }
    let mut out = Vec::new();
    for group in runs.chunk_by(|a, b| a.1 == 1 && b.1 == 1) {
        let count = if group[0].1 == 1 {
            -(group.len() as i64)
        } else {
            group[0].1
        };
        push_sleb(&mut out, count);
        for (value, _) in group {
            push(&mut out, *value);
        }
    }
    out
}

fn push_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    push_uleb(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

fn push_text(out: &mut Vec<u8>, text: &str) {
    push_bytes(out, text.as_bytes());
}

/// Unsigned LEB128.
pub(super) fn push_uleb(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push((number as u8 & 0x7f) | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// Signed LEB128.
fn push_sleb(out: &mut Vec<u8>, mut number: i64) {
    loop {
        let byte = (number & 0x7f) as u8;
        number >>= 7;
        let done = (number == 0 && byte & 0x40 == 0) || (number == -1 && byte & 0x40 != 0);
        out.push(if done { byte } else { byte | 0x80 });
        if done {
            return;
        }
    }
}
