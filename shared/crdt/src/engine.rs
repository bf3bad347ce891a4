//! The reference engine: folds and edits with automerge documents.

use std::error::Error;
use std::sync::{Mutex, MutexGuard, PoisonError};

use automerge::transaction::{CommitOptions, Transactable, Transaction};
use automerge::{ROOT, ReadDoc, ScalarValue};
use shared::change::{Action, Change};
use shared::engine::{Edit, Engine, FoldError, Slot};
use shared::id::EventId;
use shared::key::Key;
use shared::row::{Cell, Row};
use shared::value::Value;

use crate::document::{self, Document, RebuildError};
use crate::scalar;

mod shelf;

use shelf::{Shelf, Shelved};

/// Folds and edits with real automerge documents; from outside as pure as
/// [`shared::engine::RowEngine`].
///
/// The row handed in names its document by its heads. The engine keeps every change it has ever
/// been shown, by hash, so it can open the document with exactly those heads again at any time:
/// one engine serves any number of replicas, and a replica may go back to an older row. Of the
/// row handed in only the heads are believed, and that a stub's values are withheld; everything
/// else that comes back is automerge's.
///
/// Memory grows with the history shown, and a fold costs time in proportion to the document: it
/// is there to be right, not to be waited for.
#[derive(Debug, Default)]
pub struct AutomergeEngine {
    shelf: Mutex<Shelf>,
}

impl AutomergeEngine {
    /// An engine that has seen nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Shows the engine history that it did not fold itself, in any order: needed before rows
    /// made by another engine can be folded on or edited.
    ///
    /// # Errors
    /// [`RebuildError`] if automerge's parser does not take a change; those before it are kept.
    pub fn learn(&self, changes: &[Change]) -> Result<(), RebuildError> {
        for change in changes {
            let parsed = document::parse(change)?;
            self.shelf().learn(change.hash(), parsed);
        }
        Ok(())
    }

    /// A panic while the lock was held has at most left out an entry, so the shelf stays good.
    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Engine for AutomergeEngine {
    /// Folds through automerge's own parser and history.
    ///
    /// Unlike the row engine it can tell every known change from a fork, and a missing
    /// dependency from a known one.
    fn fold(&self, row: &mut Row, change: &Change) -> Result<(), FoldError> {
        let mut shelf = self.shelf();
        let known = shelf
            .open(&row.heads)
            .map_err(|_| FoldError::MissingDependency)?;
        check_place(known, change)?;
        let mut document = known.document.clone();
        let parsed = document::parse(change).map_err(refused)?;
        document.apply(parsed.clone()).map_err(refused)?;
        let shown = document
            .project()
            .map_err(|error| FoldError::Automerge(error.to_string()))?;
        shelf.learn(change.hash(), parsed);
        *row = withheld_like(row, shown.clone());
        shelf.put(Shelved {
            document,
            row: shown,
        });
        Ok(())
    }

    /// Edits in an automerge transaction.
    ///
    /// # Panics
    /// If the engine was never shown the row's history: the caller holds a row that this engine
    /// did not make and did not [`learn`](AutomergeEngine::learn) about. Saying "nothing to
    /// write" instead would lose what somebody entered.
    fn edit(&self, row: &Row, edit: &Edit) -> Option<Change> {
        let mut shelf = self.shelf();
        let known = shelf
            .open(&row.heads)
            .expect("a row may only be edited by an engine that was shown its history");
        let (mut document, start_op) = (known.document.clone(), known.row.max_op + 1);
        drop(shelf);
        transact(&mut document, row, edit, start_op)
    }
}

/// The change that one transaction makes of the puts, or `None` if automerge commits nothing.
fn transact(document: &mut Document, row: &Row, edit: &Edit, start_op: u64) -> Option<Change> {
    let automerge = document.inner_mut();
    automerge.set_actor(automerge::ActorId::from(edit.actor.0));
    let mut transaction = automerge.transaction();
    let mut stood_in = Vec::new();
    for (slot, value) in &edit.puts {
        let position = transaction.pending_ops();
        let key = match slot {
            Slot::Key(key) => key.clone(),
            Slot::Event => {
                let counter = start_op + position as u64;
                Key::event(EventId::written_by(edit.actor, counter))
            }
        };
        let written = if row.get(&key) == Some(&Value::Withheld) {
            stood_in.push((position, value));
            stand_in(&transaction, &key)
        } else {
            scalar::scalar(value)
        };
        transaction
            .put(ROOT, key.name(), written)
            .expect("the root takes every key and scalar");
    }
    let time = CommitOptions::default().with_time(edit.time.0);
    let (committed, _) = transaction.commit_with(time);
    let committed = automerge.get_change_by_hash(&committed?);
    let committed = committed.expect("automerge has what it just committed");
    let step = document.step(&committed);
    let mut change = step.expect("puts make spellable changes").change;
    for (position, value) in stood_in {
        change.ops[position].action = Action::Put(value.clone());
    }
    Some(change)
}

/// A scalar that automerge surely writes over the winner of `key`.
///
/// Whoever edits a stub cannot know that a put repeats the withheld value, so it must become a
/// put, where automerge, which does know, would write nothing or a keep.
fn stand_in(transaction: &Transaction<'_>, key: &Key) -> ScalarValue {
    match transaction.get(ROOT, key.name()) {
        Ok(Some((shown, _))) if shown.is_null() => ScalarValue::Boolean(true),
        _ => ScalarValue::Null,
    }
}

/// Checks what a change must be to be folded upon the document: new, next of its actor, and with
/// nothing missing.
fn check_place(known: &Shelved, change: &Change) -> Result<(), FoldError> {
    if known.document.contains(&[change.hash()]) {
        return Err(FoldError::Known);
    }
    let last = known.row.actors.get(&change.actor);
    let last = last.map_or(0, |state| state.seq);
    if change.seq.checked_sub(1) != Some(last) {
        return Err(FoldError::OutOfSequence {
            found: change.seq,
            known: last,
        });
    }
    match known.document.contains(&change.deps) {
        true => Ok(()),
        false => Err(FoldError::MissingDependency),
    }
}

fn refused(error: RebuildError) -> FoldError {
    let cause = error.source().map(|cause| format!(": {cause}"));
    FoldError::Automerge(format!("{error}{}", cause.unwrap_or_default()))
}

/// `shown`, where the live cells that `stub` withholds stay withheld.
fn withheld_like(stub: &Row, mut shown: Row) -> Row {
    for (key, cells) in shown.cells.iter_mut() {
        let withheld = |cell: &Cell| cell.value == Value::Withheld;
        for hidden in stub.live(key).iter().filter(|cell| withheld(cell)) {
            if let Some(cell) = cells.iter_mut().find(|cell| cell.id == hidden.id) {
                cell.value = Value::Withheld;
            }
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::change::{Op, OpId};
    use shared::engine::RowEngine;
    use shared::id::ActorId;
    use shared::time::UnixSeconds;

    const ANNA: ActorId = ActorId([1; 16]);
    const BINH: ActorId = ActorId([2; 16]);

    fn edit(actor: ActorId, number: u64) -> Edit {
        Edit {
            actor,
            time: UnixSeconds(1_790_000_000),
            puts: vec![(Slot::Key(Key::UNIT), Value::Uint(number))],
        }
    }

    /// Edits and folds on the row engine.
    fn save(row: &mut Row, actor: ActorId, number: u64) -> Change {
        let change = RowEngine.edit(row, &edit(actor, number)).unwrap();
        RowEngine.fold(row, &change).unwrap();
        change
    }

    #[test]
    fn a_new_engine_goes_on_with_rows_it_has_learned_about() {
        let mut row = Row::default();
        let history = [(ANNA, 1), (BINH, 2), (ANNA, 3)].map(|(who, n)| save(&mut row, who, n));
        let engine = AutomergeEngine::new();
        let mut untold = row.clone();
        let next = RowEngine.edit(&row, &edit(BINH, 4)).unwrap();
        let error = engine.fold(&mut untold, &next).unwrap_err();
        assert_eq!((error, &untold), (FoldError::MissingDependency, &row));

        let [first, second, third] = history;
        engine.learn(&[third, first, second]).unwrap();
        assert_eq!(engine.edit(&row, &edit(BINH, 4)), Some(next.clone()));
        engine.fold(&mut untold, &next).unwrap();
        RowEngine.fold(&mut row, &next).unwrap();
        assert_eq!(untold, row);
    }

    #[test]
    fn a_change_is_folded_only_where_it_belongs() {
        let engine = AutomergeEngine::new();
        let mut row = Row::default();
        let first = save(&mut row, ANNA, 1);
        let mut fork = first.clone();
        fork.time = UnixSeconds(5);
        let second = save(&mut row, ANNA, 2);
        let upon_both = save(&mut row, BINH, 3);

        let mut row = Row::default();
        let gap = FoldError::OutOfSequence { found: 2, known: 0 };
        assert_eq!(engine.fold(&mut row, &second), Err(gap));
        let early = engine.fold(&mut row, &upon_both);
        assert_eq!(early, Err(FoldError::MissingDependency));
        engine.fold(&mut row, &first).unwrap();
        engine.fold(&mut row, &second).unwrap();
        let whole = row.clone();
        let forked = FoldError::OutOfSequence { found: 1, known: 2 };
        assert_eq!(engine.fold(&mut row, &fork), Err(forked));
        assert_eq!(engine.fold(&mut row, &first), Err(FoldError::Known));
        assert_eq!(row, whole);
    }

    #[test]
    fn a_change_that_makes_automerge_panic_is_refused_and_leaves_no_trace() {
        let engine = AutomergeEngine::new();
        let mut row = Row::default();
        engine
            .fold(&mut row, &save(&mut Row::default(), ANNA, 1))
            .unwrap();
        let whole = row.clone();
        let mut hostile = RowEngine.edit(&row, &edit(BINH, 2)).unwrap();
        hostile.ops[0].preds = vec![OpId {
            counter: 1,
            actor: ActorId([77; 16]),
        }];
        let refused = engine.fold(&mut row, &hostile);
        assert!(
            matches!(refused, Err(FoldError::Automerge(_))),
            "{refused:?}"
        );
        assert_eq!(row, whole);
        let honest = RowEngine.edit(&row, &edit(BINH, 2)).unwrap();
        engine.fold(&mut row, &honest).unwrap();
        assert_eq!(row.get(&Key::UNIT), Some(&Value::Uint(2)));
    }

    #[test]
    fn deleting_a_key_empties_it_and_the_row_follows() {
        let engine = AutomergeEngine::new();
        let mut row = Row::default();
        engine
            .fold(&mut row, &save(&mut Row::default(), ANNA, 1))
            .unwrap();
        let mut delete = RowEngine.edit(&row, &edit(BINH, 2)).unwrap();
        let Op { action, .. } = &mut delete.ops[0];
        *action = Action::Delete;
        let mut other = row.clone();
        engine.fold(&mut row, &delete).unwrap();
        RowEngine.fold(&mut other, &delete).unwrap();
        assert!(row.cells.is_empty());
        assert_eq!(row, other);
    }
}
