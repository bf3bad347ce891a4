//! Automerge's changes to [`shared::change::Change`] and back.

use automerge::ExpandedChange;
use automerge::legacy;
use shared::change::{Action, Change, Op, OpId};
use shared::id::{ActorId, ChangeHash};
use shared::key::Key;
use shared::row::Cell;
use shared::time::UnixSeconds;

use crate::guard::{Panicked, guarded};
use crate::scalar;

/// Something in an automerge document that Sampan's flat documents do not have: another program
/// or another version wrote it. Keep the bytes, show none of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unspellable {
    /// An actor that is not 16 bytes long.
    #[error("an actor is not 16 bytes long")]
    Actor,
    /// A key that is not a [`Key`].
    #[error("a root key has no valid name")]
    Key,
    /// A nested object, or a scalar of a type that [`shared::value::Value`] does not have.
    #[error("key {key} holds what no flat document holds")]
    Value {
        /// Where it stands.
        key: Key,
    },
    /// An op beyond put and delete on the root, or a delete that removes neither all live
    /// values of its key nor all but the winner.
    #[error("a change has an op that is neither put, keep nor delete")]
    Op,
    /// The change says more than a [`Change`] can (a message, an author, a key twice); spelled
    /// again it would have another hash.
    #[error("change {hash} would not keep its bytes")]
    Bytes {
        /// Automerge's hash of it.
        hash: ChangeHash,
    },
    /// Automerge could not even be asked.
    #[error(transparent)]
    Panicked(#[from] Panicked),
}

/// Why a change did not get past automerge's parser.
#[derive(Debug)]
pub(crate) enum ParseError {
    Refused(automerge::LoadChangeError),
    /// Automerge names the change otherwise than we do.
    HashDiffers,
    Panicked,
}

/// The change as automerge's own parser reads its bytes, under the same hash.
pub(crate) fn parse(change: &Change) -> Result<automerge::Change, ParseError> {
    let chunk = change.chunk();
    let parsed = guarded(|| automerge::Change::from_bytes(chunk))
        .map_err(|Panicked| ParseError::Panicked)?
        .map_err(ParseError::Refused)?;
    match parsed.hash().0 == change.hash().0 {
        true => Ok(parsed),
        false => Err(ParseError::HashDiffers),
    }
}

/// Spells automerge's change as ours. `live` tells the live cells of a key just before the
/// change, ascending: only they tell what a delete means.
pub(crate) fn read(
    change: &automerge::Change,
    live: impl Fn(&Key) -> Result<Vec<Cell>, Unspellable>,
) -> Result<Change, Unspellable> {
    let hash = ChangeHash(change.hash().0);
    let expanded = change.decode();
    let ops = expanded.operations.iter();
    let ops = ops.map(|op| read_op(op, &live)).collect::<Result<_, _>>()?;
    let spelled = spell(&expanded, ops)?;
    match spelled.chunk() == change.raw_bytes() {
        true => Ok(spelled),
        false => Err(Unspellable::Bytes { hash }),
    }
}

fn spell(expanded: &ExpandedChange, ops: Vec<Op>) -> Result<Change, Unspellable> {
    Ok(Change {
        actor: actor(&expanded.actor_id)?,
        seq: expanded.seq,
        start_op: expanded.start_op.get(),
        time: UnixSeconds(expanded.time),
        deps: hashes(&expanded.deps),
        ops,
    })
}

fn read_op(
    op: &legacy::Op,
    live: impl Fn(&Key) -> Result<Vec<Cell>, Unspellable>,
) -> Result<Op, Unspellable> {
    let (legacy::ObjectId::Root, legacy::Key::Map(name), false) = (&op.obj, &op.key, op.insert)
    else {
        return Err(Unspellable::Op);
    };
    let key = key(name)?;
    let preds = op.pred.iter().map(op_id).collect::<Result<Vec<_>, _>>()?;
    let action = match &op.action {
        legacy::OpType::Put(put) => match scalar::value(put) {
            Some(value) => Action::Put(value),
            None => return Err(Unspellable::Value { key }),
        },
        legacy::OpType::Delete => meaning(&preds, &live(&key)?).ok_or(Unspellable::Op)?,
        _ => return Err(Unspellable::Op),
    };
    Ok(Op { key, action, preds })
}

/// What a delete of `preds` does to these live cells.
fn meaning(preds: &[OpId], live: &[Cell]) -> Option<Action> {
    let (_, losers) = live.split_last()?;
    let names = |cells: &[Cell]| cells.iter().map(|cell| &cell.id).eq(preds);
    if names(live) {
        Some(Action::Delete)
    } else if !preds.is_empty() && names(losers) {
        Some(Action::Keep)
    } else {
        None
    }
}

pub(crate) fn key(name: &str) -> Result<Key, Unspellable> {
    Key::new(name).map_err(|_| Unspellable::Key)
}

pub(crate) fn actor(actor: &automerge::ActorId) -> Result<ActorId, Unspellable> {
    let bytes = actor.to_bytes().try_into();
    bytes.map(ActorId).map_err(|_| Unspellable::Actor)
}

fn op_id(id: &legacy::OpId) -> Result<OpId, Unspellable> {
    Ok(OpId {
        counter: id.counter(),
        actor: actor(id.actor())?,
    })
}

pub(crate) fn hashes(hashes: &[automerge::ChangeHash]) -> Vec<ChangeHash> {
    let mut ours: Vec<_> = hashes.iter().map(|hash| ChangeHash(hash.0)).collect();
    ours.sort_unstable();
    ours
}
