//! The module a phone starts with: what the page may ask of `client-core`, and nothing else.
//!
//! Promises: no logic of its own, no automerge. Refuses to know: storage, network, clock.

use wasm_bindgen::prelude::wasm_bindgen;

// The core arrives with its first input; named here so that the module carries it from now on.
use client_core as _;

/// Shows that the module loads and answers.
///
/// Returns JSON with `ok`, the module's name and the protocol number it speaks.
#[wasm_bindgen]
pub fn self_test() -> String {
    format!(
        r#"{{"ok":true,"module":"app","protocol":{}}}"#,
        shared::version::PROTOCOL
    )
}
