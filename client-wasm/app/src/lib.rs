//! The module a phone starts with: what the page may ask of `client-core`, and nothing else.
//!
//! Promises: no logic of its own, no automerge. Refuses to know: storage, network, clock.

mod crossing;
mod phone;
mod plain;
mod practice;
mod texts;

use shared::engine::{Edit, Engine, RowEngine, Slot};
use shared::field::TextField;
use shared::field::fold::fold;
use shared::id::ActorId;
use shared::key::Key;
use shared::row::Row;
use shared::time::UnixSeconds;
use shared::value::Value;
use wasm_bindgen::prelude::wasm_bindgen;

pub use phone::Phone;
pub use texts::Gathered;

/// Shows that the module computes: edits an empty document, folds the change, cleans a text.
///
/// Returns JSON with `ok`, the module's name, the protocol number, and the change's hash, which
/// must be the one the history module names.
#[wasm_bindgen]
pub fn self_test() -> String {
    let change = RowEngine.edit(&Row::default(), &sample_edit());
    let ok = change.as_ref().is_some_and(|change| {
        let mut row = Row::default();
        RowEngine.fold(&mut row, change).is_ok() && row.shows(&change.hash())
    });
    let ok = ok && normalises();
    let hash = change.map(|change| change.hash().to_string());
    format!(
        r#"{{"ok":{ok},"module":"app","protocol":{},"change":"{}"}}"#,
        shared::version::PROTOCOL,
        hash.unwrap_or_default()
    )
}

/// Whether the platform composes and decomposes letters of both our scripts.
fn normalises() -> bool {
    let typed = "Be\u{302}\u{301}n Tre ភូមិ";
    let cleaned = TextField::clean(typed);
    let folded = fold("Bến Tre ភូមិ");
    cleaned.is_ok_and(|text| text.as_str() == "Bến Tre ភូមិ") && folded == "ben tre ភូមិ"
}

/// The edit both modules make, each with its own engine.
fn sample_edit() -> Edit {
    Edit {
        actor: ActorId([7; 16]),
        time: UnixSeconds(1_700_000_000),
        puts: vec![(Slot::Key(Key::NOTE), Value::from("Bến Tre"))],
    }
}
