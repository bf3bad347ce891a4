//! The module a phone loads in the background: automerge behind `crdt`, for history and audit.
//!
//! Promises: no logic of its own. Refuses to know: storage, network, clock.

use crdt::AutomergeEngine;
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
    folded.is_ok() && crdt::audit(std::slice::from_ref(change), &row).is_ok()
}

/// The edit both modules make, each with its own engine.
fn sample_edit() -> Edit {
    Edit {
        actor: ActorId([7; 16]),
        time: UnixSeconds(1_700_000_000),
        puts: vec![(Slot::Key(Key::NOTE), Value::from("Bến Tre"))],
    }
}
