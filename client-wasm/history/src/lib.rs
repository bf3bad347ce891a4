//! The module a phone loads in the background: automerge behind `crdt`, for history and audit.
//!
//! Promises: no logic of its own. Refuses to know: rows, storage, network, clock.

use wasm_bindgen::prelude::wasm_bindgen;

// The reference engine arrives with its first call; named here so that the module carries it.
use crdt as _;

/// Shows that the module loads and answers.
///
/// Returns JSON with `ok`, the module's name and the protocol number it speaks.
#[wasm_bindgen]
pub fn self_test() -> String {
    format!(
        r#"{{"ok":true,"module":"history","protocol":{}}}"#,
        shared::version::PROTOCOL
    )
}
