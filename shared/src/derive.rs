//! From a fact to the change it means: what the receiver derives instead of reading it.
//!
//! Sequence, start op and predecessors follow from the row as it stood at the fact's
//! dependencies. The dependencies themselves must be exactly the heads of that state and the
//! author's own last change in it (77,939 changes without exception: CODEC 1), so a change that
//! names too many, or leaves out its author's own, is refused and never reaches automerge.

use std::collections::BTreeMap;

use crate::change::{Action, Change, Op};
use crate::engine::{FoldError, Slot, next_deps};
use crate::id::{ActorId, ChangeHash, EventId};
use crate::key::Key;
use crate::row::Row;
use crate::time::UnixSeconds;

/// A fact with its references resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    /// The author's actor in the document.
    pub actor: ActorId,
    /// What it was written upon, ascending.
    pub deps: Vec<ChangeHash>,
    /// The author's clock.
    pub time: UnixSeconds,
    /// What it does, and where.
    pub ops: Vec<(Slot, Action)>,
}

/// Why no change can be derived. Honest software gives no cause for any of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DeriveError {
    /// A dependency that another dependency already includes.
    #[error("a dependency is included in another")]
    RedundantDep,
    /// The author's own last change is not among the dependencies.
    #[error("the author's own last change is missing from the dependencies")]
    OmittedOwnChange,
    /// The dependencies are not those of any state the author can have seen.
    #[error("the dependencies do not fit the state they name")]
    ForeignDeps,
    /// A keep where nothing is in conflict, or a delete where nothing stands.
    #[error("a keep or delete has nothing to remove")]
    NothingToRemove,
    /// Two ops write the same key: a new event and one issued again.
    #[error("a change writes a key twice")]
    KeyTwice,
    /// Counters beyond what automerge can hold.
    #[error("an op counter is out of range")]
    CounterRange,
}

impl DeriveError {
    /// The stable code that stands for this error outside.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::RedundantDep => "redundant-dep",
            Self::OmittedOwnChange => "omitted-own-change",
            Self::ForeignDeps => "foreign-deps",
            Self::NothingToRemove => "nothing-to-remove",
            Self::KeyTwice => "key-twice",
            Self::CounterRange => "counter-range",
        }
    }
}

/// Derives the change meant by `fact` from `row`, which must show exactly the closure of the
/// fact's dependencies (see [`replay`] for how to get there from history).
///
/// # Errors
/// [`DeriveError`].
pub fn derive(row: &Row, fact: &Resolved) -> Result<Change, DeriveError> {
    check_deps(row, fact)?;
    let start_op = row.max_op.checked_add(1).ok_or(DeriveError::CounterRange)?;
    if start_op > u64::from(u32::MAX) / 2 {
        return Err(DeriveError::CounterRange);
    }
    let mut ops = Vec::with_capacity(fact.ops.len());
    for (counter, (slot, action)) in (start_op..).zip(&fact.ops) {
        let key = match slot {
            Slot::Key(key) => key.clone(),
            Slot::Event => Key::event(EventId::written_by(fact.actor, counter)),
        };
        if ops.iter().any(|op: &Op| op.key == key) {
            return Err(DeriveError::KeyTwice);
        }
        let preds = crate::engine::preds(row, &key, action);
        if preds.is_empty() && !matches!(action, Action::Put(_)) {
            return Err(DeriveError::NothingToRemove);
        }
        ops.push(Op {
            key,
            action: action.clone(),
            preds,
        });
    }
    let seq = row.actors.get(&fact.actor).map_or(0, |state| state.seq) + 1;
    Ok(Change {
        actor: fact.actor,
        seq,
        start_op,
        time: fact.time,
        deps: fact.deps.clone(),
        ops,
    })
}

fn check_deps(row: &Row, fact: &Resolved) -> Result<(), DeriveError> {
    let expected = next_deps(row, &fact.actor);
    if expected == fact.deps {
        return Ok(());
    }
    let named = |hash: &ChangeHash| fact.deps.binary_search(hash).is_ok();
    let own = row.actors.get(&fact.actor).map(|state| state.last);
    if own.is_some_and(|own| !named(&own)) {
        return Err(DeriveError::OmittedOwnChange);
    }
    match row.heads.iter().all(named) {
        true => Err(DeriveError::RedundantDep),
        false => Err(DeriveError::ForeignDeps),
    }
}

/// A change with its hash, as a document's history holds it.
pub type Hashed = (ChangeHash, Change);

/// The row as it stood at `deps`: folds the part of `history` that `deps` include.
///
/// `history`: changes of the document, in any order. `Ok(None)` if a dependency is not in it.
///
/// # Errors
/// [`FoldError`] if the history itself does not fold; storage is damaged then.
pub fn replay(history: &[Hashed], deps: &[ChangeHash]) -> Result<Option<Row>, FoldError> {
    use crate::engine::{Engine as _, RowEngine};
    let known: BTreeMap<&ChangeHash, &Change> = history.iter().map(|(h, c)| (h, c)).collect();
    let mut included = BTreeMap::new();
    let mut wanted: Vec<&ChangeHash> = deps.iter().collect();
    while let Some(hash) = wanted.pop() {
        let Some(change) = known.get(hash) else {
            return Ok(None);
        };
        // Ops are numbered on from everything a change depends on: this order is causal.
        if included.insert((change.start_op, hash), *change).is_none() {
            wanted.extend(&change.deps);
        }
    }
    let mut row = Row::default();
    for change in included.into_values() {
        RowEngine.fold(&mut row, change)?;
    }
    Ok(Some(row))
}
