//! Parcels as text and back, for chat programs and for codes that a camera reads.

use core::cell::RefCell;

use js_sys::{Array, Object, Reflect, Uint8Array};
use shared::armor::{Armored, Freight, Gathering, Progress};
use shared::parcel::{Item, Sort, pack};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::phone::CallError;

/// Texts of at most so many characters, each for one code, that carry a parcel together. One text
/// where `chars_max` is 0.
#[wasm_bindgen(js_name = textsOf)]
pub fn texts_of(parcel: Vec<u8>, chars_max: u32) -> Result<Vec<String>, CallError> {
    let armored = Armored {
        freight: Freight::Parcel,
        bytes: parcel,
    };
    match chars_max {
        0 => armored.to_text().map(|text| vec![text]),
        chars => armored.to_parts(chars as usize),
    }
    .map_err(CallError::Unarmorable)
}

/// What was pasted or scanned so far.
#[wasm_bindgen]
#[derive(Default)]
pub struct Gathered(RefCell<Gathering>);

#[wasm_bindgen]
impl Gathered {
    /// Nothing yet.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one text: `{ parcel }` once everything is there, `{ missing }` with the numbers of
    /// the texts that are still to come before that.
    pub fn add(&self, text: &str) -> Result<JsValue, CallError> {
        let mut gathering = self.0.try_borrow_mut().map_err(|_| CallError::Nested)?;
        let (name, value): (&str, JsValue) = match gathering.add(text)? {
            Progress::Missing(parts) => {
                let parts: Array = parts.into_iter().map(JsValue::from).collect();
                ("missing", parts.into())
            }
            Progress::Whole(armored) => {
                let parcel = parcel(armored)?;
                ("parcel", Uint8Array::from(parcel.as_slice()).into())
            }
        };
        let said = Object::new();
        // A plain object takes every property.
        let _ = Reflect::set(&said, &name.into(), &value);
        Ok(said.into())
    }
}

fn parcel(Armored { freight, bytes }: Armored) -> Result<Vec<u8>, CallError> {
    let sort = match freight {
        Freight::Parcel => return Ok(bytes),
        Freight::Bundle => Sort::Bundle,
        Freight::Receipt => Sort::Receipt,
        Freight::News => Sort::News,
    };
    pack(&[Item { sort, bytes }]).map_err(CallError::Parcel)
}
