//! Compares a row in use with what automerge makes of the same history.

use shared::change::Change;
use shared::key::Key;
use shared::row::{Cell, Row};
use shared::value::Value;

use crate::document::{Document, LoadError, RebuildError, rebuild};
use crate::guard::Panicked;
use crate::spelling::Unspellable;

/// Keys a disagreement names; the rest is only counted.
const NAMED_KEYS_MAX: usize = 8;

/// How automerge and our own reading of one document differ. Automerge is right.
///
/// Messages hold keys, hashes and counts, never what people entered.
#[derive(Debug, thiserror::Error)]
pub enum Disagreement {
    /// The history makes no document: quarantine it, a change in it should not have been stored.
    #[error("automerge does not take the history")]
    History(#[from] RebuildError),
    /// The document saves and does not load again: as above.
    #[error("automerge does not load what it saved")]
    Reload(#[from] LoadError),
    /// The document loads with other heads than it had: as above.
    #[error("automerge loads {loaded} heads where it had {saved}, or other ones")]
    ReloadedHeads {
        /// Heads when saved.
        saved: usize,
        /// Heads when loaded again.
        loaded: usize,
    },
    /// Automerge panicked while it saved: as above.
    #[error(transparent)]
    Save(#[from] Panicked),
    /// The document holds what ours do not.
    #[error("automerge shows what no row can hold")]
    Foreign(#[from] Unspellable),
    /// Changes whose hashes agree and whose meaning does not: a keep stored as a delete or the
    /// reverse. Store them again as [`Document::changes`] gives them.
    #[error("{changes} stored changes mean something else to automerge")]
    Meaning {
        /// How many.
        changes: usize,
    },
    /// The row is not what the document shows: replace it by [`Document::project`].
    #[error("the row differs from automerge: {0}")]
    Row(RowDifference),
}

/// What of a row differs from automerge.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "heads {heads}, greatest op {max_op}, {actors} actors, {keys} keys, among them {named:?}",
    heads = word(*heads),
    max_op = word(*max_op)
)]
pub struct RowDifference {
    /// Whether the heads differ.
    pub heads: bool,
    /// Whether the greatest op counter differs.
    pub max_op: bool,
    /// Actors that are missing, too many, or at another change.
    pub actors: usize,
    /// Keys that are missing, too many, or hold other cells.
    pub keys: usize,
    /// The first few of those keys.
    pub named: Vec<Key>,
}

/// Rebuilds the document of `changes` (any order) in automerge, saves and loads it, and compares
/// what it shows with `row`. A stub's withheld values agree with anything.
///
/// # Errors
/// [`Disagreement`], the first found.
pub fn audit(changes: &[Change], row: &Row) -> Result<(), Disagreement> {
    let document = rebuild(changes)?;
    check_reload(&document)?;
    check_meaning(&document, changes)?;
    match difference(&document.project()?, row) {
        None => Ok(()),
        Some(difference) => Err(Disagreement::Row(difference)),
    }
}

fn check_reload(document: &Document) -> Result<(), Disagreement> {
    let saved = crate::guard::guarded(|| document.save())?;
    let (before, after) = (document.heads(), Document::load(&saved)?.heads());
    match before == after {
        true => Ok(()),
        false => Err(Disagreement::ReloadedHeads {
            saved: before.len(),
            loaded: after.len(),
        }),
    }
}

fn check_meaning(document: &Document, stored: &[Change]) -> Result<(), Disagreement> {
    let meant = document.changes()?;
    let meant: std::collections::HashMap<_, _> =
        meant.iter().map(|change| (change.hash(), change)).collect();
    let differs = |change: &&Change| meant.get(&change.hash()) != Some(change);
    match stored.iter().filter(differs).count() {
        0 => Ok(()),
        changes => Err(Disagreement::Meaning { changes }),
    }
}

fn difference(right: &Row, row: &Row) -> Option<RowDifference> {
    let mut keys: Vec<&Key> = right.cells.keys().chain(row.cells.keys()).collect();
    keys.sort_unstable();
    keys.dedup();
    keys.retain(|key| !agree(right.live(key), row.live(key)));
    let mut actors: Vec<_> = right.actors.keys().chain(row.actors.keys()).collect();
    actors.sort_unstable();
    actors.dedup();
    actors.retain(|actor| right.actors.get(actor) != row.actors.get(actor));
    let difference = RowDifference {
        heads: right.heads != row.heads,
        max_op: right.max_op != row.max_op,
        actors: actors.len(),
        keys: keys.len(),
        named: keys.into_iter().take(NAMED_KEYS_MAX).cloned().collect(),
    };
    let none = RowDifference {
        heads: false,
        max_op: false,
        actors: 0,
        keys: 0,
        named: Vec::new(),
    };
    (difference != none).then_some(difference)
}

fn agree(right: &[Cell], cells: &[Cell]) -> bool {
    let same = |(right, cell): (&Cell, &Cell)| {
        right.id == cell.id && (cell.value == Value::Withheld || right.value == cell.value)
    };
    right.len() == cells.len() && right.iter().zip(cells).all(same)
}

fn word(differs: bool) -> &'static str {
    if differs { "differ" } else { "agree" }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::change::{Action, OpId};
    use shared::engine::{Edit, Engine, RowEngine, Slot};
    use shared::id::ActorId;
    use shared::time::UnixSeconds;

    const SECRET: &str = "Nguyễn Văn An";

    fn edit(row: &Row, actor: u8, text: &str) -> Change {
        let edit = Edit {
            actor: ActorId([actor; 16]),
            time: UnixSeconds(i64::from(actor)),
            puts: vec![(Slot::Key(Key::KIND), text.into())],
        };
        RowEngine.edit(row, &edit).expect("a new value")
    }

    fn fold(changes: &[Change]) -> Row {
        let mut row = Row::default();
        for change in changes {
            RowEngine.fold(&mut row, change).expect("folds");
        }
        row
    }

    /// Two devices that named one resident at once, and a third that chose the winner's name.
    fn conflict_and_keep() -> Vec<Change> {
        let mut changes = vec![edit(&Row::default(), 1, "Bình")];
        changes.push(edit(&Row::default(), 2, SECRET));
        changes.push(edit(&fold(&changes), 3, SECRET));
        assert_eq!(changes[2].ops[0].action, Action::Keep);
        changes
    }

    #[test]
    fn honest_rows_pass_in_any_order_and_as_stubs() {
        let mut changes = conflict_and_keep();
        let row = fold(&changes);
        changes.reverse();
        audit(&changes, &row).expect("the row is automerge's");
        audit(&changes, &row.stub()).expect("a stub claims no values");
        audit(&[], &Row::default()).expect("nothing shows nothing");
    }

    #[test]
    fn a_wrong_row_is_found_and_no_value_told() {
        let changes = conflict_and_keep();
        let right = fold(&changes);
        let mut wrong = right.clone();
        wrong.max_op += 1;
        wrong.cells.get_mut(&Key::KIND).unwrap()[0].value = Value::from("Cường");
        let (first, _) = right.actors.first().unwrap();
        wrong.actors.remove(first);
        let error = audit(&changes, &wrong).unwrap_err();
        let Disagreement::Row(difference) = &error else {
            panic!("{error:?}");
        };
        let (heads, max_op) = (difference.heads, difference.max_op);
        assert_eq!(
            (heads, max_op, difference.actors, difference.keys),
            (false, true, 1, 1)
        );
        assert_eq!(difference.named, [Key::KIND]);
        let told = format!("{error} {error:?}");
        assert!(!told.contains("Cường") && !told.contains(SECRET), "{told}");
        assert_eq!(rebuild(&changes).unwrap().project(), Ok(right));
    }

    #[test]
    fn a_keep_stored_as_a_delete_is_found_though_the_hash_agrees() {
        let mut changes = conflict_and_keep();
        let row = fold(&changes);
        changes[2].ops[0].action = Action::Delete;
        let error = audit(&changes, &row).unwrap_err();
        assert!(
            matches!(error, Disagreement::Meaning { changes: 1 }),
            "{error:?}"
        );
    }

    #[test]
    fn histories_with_holes_are_named() {
        let changes = conflict_and_keep();
        let row = fold(&changes);
        let error = audit(&changes[1..], &row).unwrap_err();
        let hole = RebuildError::MissingDependency { changes: 1 };
        assert_eq!(error.to_string(), Disagreement::History(hole).to_string());
    }

    fn op(counter: u64, actor: u8) -> OpId {
        let actor = ActorId([actor; 16]);
        OpId { counter, actor }
    }

    /// What the gate must never store, should it ever: automerge 0.12 panics over some of these
    /// and takes others into documents it cannot load.
    #[test]
    fn dishonest_histories_are_found_and_panic_nothing() {
        type Twist = fn(&mut Change);
        let twists: [(&str, Twist); 7] = [
            ("an op nobody wrote", |c| c.ops[0].preds = vec![op(9, 1)]),
            ("an unknown actor's op", |c| {
                c.ops[0].preds = vec![op(1, 77)];
            }),
            ("its own op", |c| c.ops[0].preds = vec![op(2, 2)]),
            ("a gap in the sequence", |c| c.seq = 3),
            ("a counter at its end", |c| c.start_op = u32::MAX.into()),
            ("a counter before its cause", |c| c.start_op = 1),
            ("a delete of nothing", |c| {
                c.ops[0].action = Action::Delete;
                c.ops[0].preds.clear();
            }),
        ];
        let first = edit(&Row::default(), 1, "Bình");
        let before = fold(std::slice::from_ref(&first));
        for (what, twist) in twists {
            let mut second = edit(&before, 2, SECRET);
            twist(&mut second);
            let mut row = before.clone();
            // A change the row engine refuses too is held against the row before it.
            let _ = RowEngine.fold(&mut row, &second);
            let found = audit(&[first.clone(), second], &row);
            assert!(found.is_err(), "{what} passes");
        }
    }
}
