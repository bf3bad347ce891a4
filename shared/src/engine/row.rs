//! The engine that needs nothing but the row.

use super::{Edit, Engine, FoldError, Slot, action_for, next_deps};
use crate::change::{Action, Change, Op, OpId};
use crate::id::EventId;
use crate::key::Key;
use crate::row::{ActorState, Cell, Row};

/// Folds and edits on rows alone; opens no document.
///
/// It trusts its caller for one thing a row cannot tell: that every dependency of a change has
/// been folded (the gate and the phone's pull see to that). Everything it can see, it checks.
#[derive(Debug, Clone, Copy, Default)]
pub struct RowEngine;

impl Engine for RowEngine {
    fn fold(&self, row: &mut Row, change: &Change) -> Result<(), FoldError> {
        let hash = change.hash();
        check_sequence(row, change, &hash)?;
        for (id, op) in change.op_ids().zip(&change.ops) {
            fold_op(row, id, op);
        }
        row.heads
            .retain(|head| change.deps.binary_search(head).is_err());
        if let Err(position) = row.heads.binary_search(&hash) {
            row.heads.insert(position, hash);
        }
        row.max_op = row.max_op.max(change.max_op());
        row.actors.insert(
            change.actor,
            ActorState {
                seq: change.seq,
                last: hash,
            },
        );
        Ok(())
    }

    fn edit(&self, row: &Row, edit: &Edit) -> Option<Change> {
        let start_op = row.max_op + 1;
        let mut ops: Vec<Op> = Vec::with_capacity(edit.puts.len());
        for (slot, value) in &edit.puts {
            let key = match slot {
                Slot::Key(key) => key.clone(),
                Slot::Event => {
                    let counter = start_op + ops.len() as u64;
                    Key::event(EventId::written_by(edit.actor, counter))
                }
            };
            if let Some(action) = action_for(row, &key, value) {
                let preds = preds(row, &key, &action);
                ops.push(Op { key, action, preds });
            }
        }
        let seq = row.actors.get(&edit.actor).map_or(0, |state| state.seq) + 1;
        let deps = next_deps(row, &edit.actor);
        let change = Change {
            actor: edit.actor,
            seq,
            start_op,
            time: edit.time,
            deps,
            ops,
        };
        (!change.ops.is_empty()).then_some(change)
    }
}

/// The ops that `action` on `key` supersedes in `row`, ascending.
pub(crate) fn preds(row: &Row, key: &Key, action: &Action) -> Vec<OpId> {
    let live = row.live(key);
    let superseded = match action {
        Action::Keep => &live[..live.len().saturating_sub(1)],
        Action::Put(_) | Action::Delete => live,
    };
    superseded.iter().map(|cell| cell.id).collect()
}

fn check_sequence(
    row: &Row,
    change: &Change,
    hash: &crate::id::ChangeHash,
) -> Result<(), FoldError> {
    let known = row.actors.get(&change.actor);
    if known.is_some_and(|state| state.last == *hash) {
        return Err(FoldError::Known);
    }
    let known = known.map_or(0, |state| state.seq);
    match change.seq == known + 1 {
        true => Ok(()),
        false => Err(FoldError::OutOfSequence {
            found: change.seq,
            known,
        }),
    }
}

fn fold_op(row: &mut Row, id: OpId, op: &Op) {
    let cells = row.cells.get_or_insert(op.key.clone(), Vec::new);
    cells.retain(|cell| op.preds.binary_search(&cell.id).is_err());
    if let Action::Put(value) = &op.action {
        let position = cells.partition_point(|cell| cell.id < id);
        cells.insert(
            position,
            Cell {
                id,
                value: value.clone(),
            },
        );
    }
    if cells.is_empty() {
        row.cells.remove(&op.key);
    }
}
