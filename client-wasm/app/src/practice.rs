//! The server of the hamlet that does not exist, for the page.

use client_core::practice;
use wasm_bindgen::prelude::wasm_bindgen;

/// The invite to practise with.
#[wasm_bindgen(js_name = practiceInvite)]
#[must_use]
pub fn practice_invite() -> String {
    practice::invite().to_string()
}

/// The answer to an enrolment request with that invite; `undefined` to any other.
#[wasm_bindgen(js_name = practiceEnrolled)]
#[must_use]
pub fn practice_enrolled(request: &[u8]) -> Option<Vec<u8>> {
    practice::enrolled(request)
}

/// The answer to a practising phone's request for names.
#[wasm_bindgen(js_name = practiceNames)]
#[must_use]
pub fn practice_names(request: &[u8], hamlet: String) -> Option<Vec<u8>> {
    practice::names(request, hamlet)
}
