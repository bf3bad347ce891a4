//! How things cross between the page and the core: as plain objects.
//!
//! What screens are told crosses as JSON, which a browser reads faster than it takes properties
//! one by one: ids as arrays of bytes, numbers as numbers, `None` as `null`, an enum as its name or
//! as an object with its name as the only key. What they ask has the same form and is small: `plain`
//! reads it where it is. Inputs and effects are built by hand because they carry bytes, as
//! `Uint8Array`.

use client_core::effect::{Carried, Effect, StorageFailure, Store, Ticket, Write};
use client_core::entry::Entry;
use client_core::input::{History, Input, PostAnswer, Record, Spared};
use js_sys::{Array, JSON, Object, Reflect, Uint8Array};
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::{JsCast, JsValue};

use crate::plain::{Plain, Unfit, variant};

/// The caller passes something the core has no form for.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// Not of the form that is asked for.
    #[error(transparent)]
    Shape(#[from] Unfit),
    /// A property is missing or has another type.
    #[error("the property {0} is missing or of another type")]
    Property(&'static str),
    /// An input, a store or a history that this build does not have.
    #[error("a name that this build does not know")]
    Name,
}

/// What the core answered has no form in the page.
#[derive(Debug, thiserror::Error)]
#[error("an answer has no form in the page")]
pub struct Unshowable(#[from] serde_json::Error);

/// What was passed, as the core knows it.
pub(crate) fn read<T: DeserializeOwned>(value: JsValue) -> Result<T, Unreadable> {
    Ok(T::deserialize(Plain(value))?)
}

/// What the core answers, as the page sees it.
pub(crate) fn show<T: Serialize>(value: &T) -> Result<JsValue, Unshowable> {
    let text = serde_json::to_string(value)?;
    Ok(JSON::parse(&text).unwrap_or(JsValue::NULL))
}

/// An entry: an object whose `kind` says which, beside its other properties.
pub(crate) fn entry(value: &JsValue) -> Result<Entry, Unreadable> {
    let kind = Given(value.clone()).text("kind")?;
    read(named(&kind, value.clone()))
}

/// Something that happened: its name, or an object with its name as the only key.
pub(crate) fn input(value: &JsValue) -> Result<Input, Unreadable> {
    let (name, content) = variant(value.clone())?;
    let given = Given(content);
    Ok(match name.as_str() {
        "Start" => Input::Start {
            stored: given.records("stored")?,
            history: history(&given.text("history")?)?,
            seed: given.seed()?,
        },
        "Unlock" => Input::Unlock {
            data_key: seed(&given.bytes("data_key")?)?,
            seed: given.seed()?,
        },
        "Stored" => Input::Stored(Ticket(number(&given.0)?)),
        "StoreFailed" => {
            let pair: Array = given.0.dyn_into().map_err(|_| Unreadable::Name)?;
            let failure = failure(&pair.get(1))?;
            Input::StoreFailed(Ticket(number(&pair.get(0))?), failure)
        }
        "Tick" => Input::Tick {
            seed: given.seed()?,
        },
        "Reachable" => Input::Reachable {
            seed: given.seed()?,
        },
        "Posted" => Input::Posted {
            serial: read(given.property("serial"))?,
            answer: post_answer(&given.property("answer"))?,
            seed: given.seed()?,
        },
        "HandOut" => Input::HandOut {
            leave: read(given.property("leave"))?,
        },
        "Reissue" => Input::Reissue {
            seed: given.seed()?,
        },
        "Dismiss" => Input::Dismiss {
            number: number(&given.property("number"))?,
        },
        "Erase" => Input::Erase(spared(&given.0)?),
        "Enrol" => Input::Enrol {
            invite: given.text("invite")?,
            seed: given.seed()?,
        },
        "EnrolAnswered" => Input::EnrolAnswered {
            bytes: given.bytes("bytes")?,
            seed: given.seed()?,
        },
        _ => return brought(&name, &given),
    })
}

/// What came in from the network or by hand.
fn brought(name: &str, given: &Given) -> Result<Input, Unreadable> {
    Ok(match name {
        "Receipt" => Input::Receipt {
            bytes: given.bytes("bytes")?,
            seed: given.seed()?,
        },
        "Pulled" => Input::Pulled {
            bytes: given.bytes("bytes")?,
            seed: given.seed()?,
        },
        "Named" => Input::Named {
            bytes: given.bytes("bytes")?,
        },
        "LookUp" => Input::LookUp {
            number: given.text("number")?,
            seed: given.seed()?,
        },
        "LookedUp" => Input::LookedUp {
            bytes: given.bytes("bytes")?,
        },
        "Rekeyed" => Input::Rekeyed {
            bytes: given.bytes("bytes")?,
        },
        "Disclose" => Input::Disclose {
            way: read(given.property("way"))?,
            dossier: read(given.property("dossier"))?,
        },
        "PullFailed" => Input::PullFailed {
            seed: given.seed()?,
        },
        "ErrandAnswered" => Input::ErrandAnswered {
            bytes: given.bytes("bytes")?,
            seed: given.seed()?,
        },
        "ErrandFailed" => Input::ErrandFailed {
            seed: given.seed()?,
        },
        "TakeCustody" => Input::TakeCustody {
            bytes: given.bytes("bytes")?,
            preview: read(given.property("preview"))?,
        },
        "TakeParcel" => Input::TakeParcel {
            bytes: given.bytes("bytes")?,
            seed: given.seed()?,
        },
        _ => return Err(Unreadable::Name),
    })
}

/// Effects as an array of objects, each with its name as the only key.
pub(crate) fn show_effects(effects: Vec<Effect>) -> Result<JsValue, Unshowable> {
    let shown = Array::new();
    for effect in effects {
        shown.push(&show_effect(effect)?);
    }
    Ok(shown.into())
}

fn show_effect(effect: Effect) -> Result<JsValue, Unshowable> {
    Ok(match effect {
        Effect::Store { ticket, writes } => {
            let steps: Array = writes.iter().map(show_write).collect();
            let ticket = JsValue::from(ticket.0 as f64);
            named(
                "Store",
                object(&[("ticket", ticket), ("writes", steps.into())]),
            )
        }
        Effect::Post { serial, bytes } => {
            let parts = [("serial", show(&serial)?), ("bytes", shown_bytes(&bytes))];
            named("Post", object(&parts))
        }
        Effect::Pull { bytes } => named("Pull", object(&[("bytes", shown_bytes(&bytes))])),
        Effect::AskNames { bytes } => named("AskNames", object(&[("bytes", shown_bytes(&bytes))])),
        Effect::LookUp { bytes } => named("LookUp", object(&[("bytes", shown_bytes(&bytes))])),
        Effect::Rekey { bytes } => named("Rekey", object(&[("bytes", shown_bytes(&bytes))])),
        Effect::Enrol { bytes } => named("Enrol", object(&[("bytes", shown_bytes(&bytes))])),
        Effect::HandOut {
            bundles,
            request,
            notes,
        } => {
            let shown = bundles.iter().map(show_carried);
            let bundles: Array = shown.collect::<Result<_, _>>()?;
            let request = request.as_deref().map_or(JsValue::NULL, shown_bytes);
            let notes: Array = notes.iter().map(|note| shown_bytes(note)).collect();
            let parts = [
                ("bundles", bundles.into()),
                ("request", request),
                ("notes", notes.into()),
            ];
            named("HandOut", object(&parts))
        }
        Effect::Errand { bytes } => named("Errand", object(&[("bytes", shown_bytes(&bytes))])),
        Effect::Schedule { at } => named("Schedule", object(&[("at", show(&at)?)])),
        Effect::Show(notice) => named("Show", show(&notice)?),
    })
}

fn show_carried(carried: &Carried) -> Result<JsValue, Unshowable> {
    Ok(object(&[
        ("serial", show(&carried.serial)?),
        ("bytes", shown_bytes(&carried.bytes)),
        ("team_key", show(&carried.team_key)?),
    ]))
}

fn show_write(write: &Write) -> JsValue {
    let (name, store, parts) = match write {
        Write::Put { store, key, value } => ("Put", store, vec![("key", key), ("value", value)]),
        Write::Delete { store, key } => ("Delete", store, vec![("key", key)]),
        Write::DeletePrefix { store, prefix } => ("DeletePrefix", store, vec![("prefix", prefix)]),
    };
    let shown = object(&[("store", store.name().into())]);
    for (part, bytes) in parts {
        set(&shown, part, &shown_bytes(bytes));
    }
    named(name, shown)
}

fn shown_bytes(bytes: &[u8]) -> JsValue {
    Uint8Array::from(bytes).into()
}

fn named(name: &str, value: JsValue) -> JsValue {
    object(&[(name, value)])
}

fn object(parts: &[(&str, JsValue)]) -> JsValue {
    let shown = Object::new().into();
    for (name, value) in parts {
        set(&shown, name, value);
    }
    shown
}

fn set(object: &JsValue, name: &str, value: &JsValue) {
    // A plain object takes every property.
    let _ = Reflect::set(object, &name.into(), value);
}

/// An object that was passed.
struct Given(JsValue);

impl Given {
    /// `undefined` if it has none of this name.
    fn property(&self, name: &str) -> JsValue {
        Reflect::get(&self.0, &name.into()).unwrap_or(JsValue::UNDEFINED)
    }

    fn text(&self, name: &'static str) -> Result<String, Unreadable> {
        let text = self.property(name).as_string();
        text.ok_or(Unreadable::Property(name))
    }

    fn bytes(&self, name: &'static str) -> Result<Vec<u8>, Unreadable> {
        let bytes: Result<Uint8Array, _> = self.property(name).dyn_into();
        let bytes = bytes.map_err(|_| Unreadable::Property(name))?;
        Ok(bytes.to_vec())
    }

    fn seed(&self) -> Result<[u8; 32], Unreadable> {
        seed(&self.bytes("seed")?)
    }

    fn records(&self, name: &'static str) -> Result<Vec<Record>, Unreadable> {
        records(self.property(name)).map_err(|_| Unreadable::Property(name))
    }
}

/// Records of storage, as an array.
pub(crate) fn records(value: JsValue) -> Result<Vec<Record>, Unreadable> {
    let records: Array = value.dyn_into().map_err(|_| Unreadable::Name)?;
    records.iter().map(|one| record(&Given(one))).collect()
}

fn record(given: &Given) -> Result<Record, Unreadable> {
    let name = given.text("store")?;
    let store = Store::ALL.into_iter().find(|store| store.name() == name);
    Ok(Record {
        store: store.ok_or(Unreadable::Name)?,
        key: given.bytes("key")?,
        value: given.bytes("value")?,
    })
}

/// 32 bytes: randomness or a key.
pub(crate) fn seed(bytes: &[u8]) -> Result<[u8; 32], Unreadable> {
    bytes.try_into().map_err(|_| Unreadable::Property("seed"))
}

fn number(value: &JsValue) -> Result<u64, Unreadable> {
    let number = value.as_f64().ok_or(Unreadable::Name)?;
    Ok(number as u64)
}

fn history(name: &str) -> Result<History, Unreadable> {
    match name {
        "Certain" => Ok(History::Certain),
        "Uncertain" => Ok(History::Uncertain),
        _ => Err(Unreadable::Name),
    }
}

fn spared(value: &JsValue) -> Result<Spared, Unreadable> {
    match value.as_string().as_deref() {
        Some("Sealed") => Ok(Spared::Sealed),
        Some("Nothing") => Ok(Spared::Nothing),
        _ => Err(Unreadable::Name),
    }
}

fn failure(value: &JsValue) -> Result<StorageFailure, Unreadable> {
    match value.as_string().as_deref() {
        Some("Full") => Ok(StorageFailure::Full),
        Some("Broken") => Ok(StorageFailure::Broken),
        _ => Err(Unreadable::Name),
    }
}

fn post_answer(value: &JsValue) -> Result<PostAnswer, Unreadable> {
    if value.is_string() {
        return Ok(PostAnswer::Failed);
    }
    let receipt = Given(value.clone()).bytes("Receipt")?;
    Ok(PostAnswer::Receipt(receipt))
}
