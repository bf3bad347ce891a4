//! The two operations everything rests on: fold a change into a row, and edit a row into a change.
//!
//! Two engines implement them. [`RowEngine`], here, works on rows alone and runs wherever someone
//! waits. `crdt::AutomergeEngine` opens real automerge documents and is the reference: worlds and
//! replays run on both and must produce identical changes, heads, conflicts and figures.

use crate::change::{Action, Change};
use crate::id::{ActorId, ChangeHash};
use crate::key::Key;
use crate::row::Row;
use crate::time::UnixSeconds;
use crate::value::Value;

mod row;

pub use row::RowEngine;
pub(crate) use row::preds;

/// Where a put goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Slot {
    /// A named key.
    Key(Key),
    /// A new event; its key is derived from the op that writes it.
    Event,
}

/// One save on one document: who, when, and what to put, no key twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// The author's actor in this document.
    pub actor: ActorId,
    /// The author's clock.
    pub time: UnixSeconds,
    /// What to write, in order.
    pub puts: Vec<(Slot, Value)>,
}

/// Why a change cannot be folded into a row.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FoldError {
    /// The change is in the row already; nothing to do.
    #[error("the change has been folded before")]
    Known,
    /// The actor's sequence does not go on from what the row has: a gap, or another change
    /// under the same number (a fork).
    #[error("the actor's change {found} does not follow {known}")]
    OutOfSequence {
        /// The sequence number of the change.
        found: u64,
        /// The last the row has of that actor.
        known: u64,
    },
    /// A change this one was written upon has not been folded.
    #[error("a change it depends on is missing; fold that first")]
    MissingDependency,
    /// Automerge refuses the change.
    #[error("automerge refuses the change: {0}")]
    Automerge(String),
}

/// Folds changes into rows and makes changes from rows.
pub trait Engine {
    /// Folds one change into the row of its document. Changes of one document must come in
    /// causal order; concurrent ones in any order give the same row.
    ///
    /// # Errors
    /// [`FoldError`]; the row is then unchanged.
    fn fold(&self, row: &mut Row, change: &Change) -> Result<(), FoldError>;

    /// The change that makes the edit, upon everything the row shows; `None` if every put is
    /// what the row already says. The row is not changed: fold the result to change it.
    fn edit(&self, row: &Row, edit: &Edit) -> Option<Change>;
}

impl<E: Engine + ?Sized> Engine for &E {
    fn fold(&self, row: &mut Row, change: &Change) -> Result<(), FoldError> {
        (**self).fold(row, change)
    }

    fn edit(&self, row: &Row, edit: &Edit) -> Option<Change> {
        (**self).edit(row, edit)
    }
}

/// What a put means on top of the live values of its key; `None` = nothing to write.
///
/// This is automerge's rule: putting what already stands writes nothing, unless the key is in
/// conflict; then the losers are deleted and the winner keeps its op.
#[must_use]
pub fn action_for(row: &Row, key: &Key, value: &Value) -> Option<Action> {
    match row.live(key) {
        [only] if only.value == *value => None,
        [_, .., winner] if winner.value == *value => Some(Action::Keep),
        _ => Some(Action::Put(value.clone())),
    }
}

/// The dependencies of `actor`'s next change upon `row`: its heads, and the actor's own last
/// change if others have built on it since. Ascending.
#[must_use]
pub fn next_deps(row: &Row, actor: &ActorId) -> Vec<ChangeHash> {
    let mut deps = row.heads.clone();
    if let Some(state) = row.actors.get(actor)
        && let Err(position) = deps.binary_search(&state.last)
    {
        deps.insert(position, state.last);
    }
    deps
}
