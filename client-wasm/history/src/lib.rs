//! The module a phone loads in the background: automerge behind `crdt`, for history and audit.
//!
//! Promises: no logic of its own. Refuses to know: storage, network, clock.

use crdt::{AutomergeEngine, Disagreement, RebuildError};
use shared::account::Account;
use shared::change::Change;
use shared::engine::{Edit, Engine, Slot};
use shared::id::ActorId;
use shared::key::Key;
use shared::row::Row;
use shared::time::UnixSeconds;
use shared::value::Value;
use wasm_bindgen::prelude::wasm_bindgen;

/// Shows that the module computes: edits an empty document, folds the change and audits both.
///
/// Returns JSON with `ok`, the module's name, the protocol number, and the change's hash, which
/// must be the one the app module names.
#[wasm_bindgen]
pub fn self_test() -> String {
    let change = AutomergeEngine::new().edit(&Row::default(), &sample_edit());
    let ok = change.as_ref().is_some_and(passes_audit);
    let hash = change.map(|change| change.hash().to_string());
    format!(
        r#"{{"ok":{ok},"module":"history","protocol":{},"change":"{}"}}"#,
        shared::version::PROTOCOL,
        hash.unwrap_or_default()
    )
}

fn passes_audit(change: &Change) -> bool {
    let mut row = Row::default();
    let folded = AutomergeEngine::new().fold(&mut row, change);
    let changes = vec![change.clone()];
    let account = Account { changes, row };
    folded.is_ok() && confirm(&account.to_bytes()) == "agrees"
}

/// What automerge says to the account of a document (`shared::account`).
///
/// `agrees`: the history makes a document that saves, loads again and shows exactly the row.
/// `incomplete`: changes are missing, so nothing can be said. Anything else is a disagreement, in
/// words that hold no value of the document.
#[wasm_bindgen]
pub fn confirm(account: &[u8]) -> String {
    let Ok(account) = Account::from_bytes(account) else {
        return "incomplete".into();
    };
    match crdt::audit(&account.changes, &account.row) {
        Ok(()) => "agrees".into(),
        Err(Disagreement::History(RebuildError::MissingDependency { .. })) => "incomplete".into(),
        Err(disagreement) => disagreement.to_string(),
    }
}

/// The document of an account as automerge saves it, for other programs to read; nothing if its
/// history is incomplete.
#[wasm_bindgen]
pub fn document(account: &[u8]) -> Option<Vec<u8>> {
    let account = Account::from_bytes(account).ok()?;
    Some(crdt::rebuild(&account.changes).ok()?.save())
}

/// The edit both modules make, each with its own engine.
fn sample_edit() -> Edit {
    Edit {
        actor: ActorId([7; 16]),
        time: UnixSeconds(1_700_000_000),
        puts: vec![(Slot::Key(Key::NOTE), Value::from("Bến Tre"))],
    }
}
