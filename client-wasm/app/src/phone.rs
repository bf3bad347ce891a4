//! One phone, as the worker holds it.
//!
//! Everything crosses as plain objects: bytes as `Uint8Array`, ids as arrays of bytes, numbers as
//! numbers, maps as objects, `None` as `null`.

use core::cell::RefCell;

use client_core::entry::{Entry, EntryError, NewPerson};
use client_core::remark::remarks;
use client_core::views::Query;
use client_core::{Client, Input};
use serde::Serialize;
use serde::de::DeserializeOwned;
use shared::engine::RowEngine;
use shared::id::{Companion, DocumentId};
use shared::time::UnixSeconds;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

/// The core of one phone. Every method borrows it for as long as it runs and no longer.
#[wasm_bindgen]
pub struct Phone {
    client: RefCell<Client<RowEngine>>,
}

/// What goes wrong between the page and the core; the page sees its code as `error.message`.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// The caller passes something the core has no form for.
    #[error("call-unreadable")]
    Unreadable(#[source] serde_wasm_bindgen::Error),
    /// What the core answered has no form in the page.
    #[error("call-unshowable")]
    Unshowable(#[source] serde_wasm_bindgen::Error),
    /// Called again from within a call.
    #[error("call-nested")]
    Nested,
    /// 32 hexadecimal digits are needed.
    #[error("call-bad-id")]
    BadId,
    /// The entry makes no save; the code is the core's.
    #[error("{}", .0.code())]
    Entry(#[source] EntryError),
}

impl From<CallError> for JsValue {
    fn from(error: CallError) -> Self {
        js_sys::Error::new(&error.to_string()).into()
    }
}

type Answer = Result<JsValue, CallError>;

#[wasm_bindgen]
impl Phone {
    /// A phone that has not read its storage yet.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new() -> Self {
        Self {
            client: RefCell::new(Client::new(RowEngine)),
        }
    }

    /// Takes in an `Input` that happened at `now` and answers with `Effect`s.
    pub fn handle(&self, input: JsValue, now_seconds: f64) -> Answer {
        let input: Input = read(input)?;
        let mut client = self
            .client
            .try_borrow_mut()
            .map_err(|_| CallError::Nested)?;
        show(&client.handle(input, seconds(now_seconds)))
    }

    /// The `Save` that an entry means.
    #[wasm_bindgen(js_name = saveOf)]
    pub fn save_of(&self, tag: u32, entry: JsValue, now_seconds: f64) -> Answer {
        let entry: Entry = read(entry)?;
        let save = self.ask(|client| client.save_of(tag, &entry, seconds(now_seconds)))?;
        show(&save.map_err(CallError::Entry)?)
    }

    /// Whether nothing waits for storage.
    #[wasm_bindgen(js_name = isIdle)]
    pub fn is_idle(&self) -> Result<bool, CallError> {
        self.ask(Client::is_idle)
    }

    /// Whether lists can be asked for.
    #[wasm_bindgen(js_name = isOpen)]
    pub fn is_open(&self) -> Result<bool, CallError> {
        self.ask(Client::is_open)
    }

    /// Documents that fit a query.
    pub fn list(&self, query: JsValue) -> Answer {
        let query: Query = read(query)?;
        show(&self.ask(|client| client.list(&query))?)
    }

    /// One document by its id in hexadecimal; `null` if it is not here.
    pub fn document(&self, id: &str) -> Answer {
        let id = document_id(id)?;
        show(&self.ask(|client| client.document(&id))?)
    }

    /// A dossier's companion, `Identity` or `Case`; `null` if it is not here.
    pub fn companion(&self, dossier: &str, which: JsValue) -> Answer {
        let (id, which): (DocumentId, Companion) = (document_id(dossier)?, read(which)?);
        show(&self.ask(|client| client.companion(&id, which))?)
    }

    /// Role, units, team and streams; `null` before the first answer.
    pub fn assignment(&self) -> Answer {
        let assignment = self.ask(|client| client.assignment().cloned())?;
        show(&assignment)
    }

    /// Names of the steps that this person may record.
    #[wasm_bindgen(js_name = recordableSteps)]
    pub fn recordable_steps(&self) -> Result<Vec<String>, CallError> {
        let steps = self.ask(Client::recordable_steps)?;
        Ok(steps.iter().map(|step| step.name().to_owned()).collect())
    }

    /// Where everything is.
    pub fn sync(&self) -> Answer {
        show(&self.ask(Client::sync)?)
    }

    /// Records not wholly confirmed.
    pub fn records(&self) -> Answer {
        show(&self.ask(Client::records)?)
    }

    /// What the server did not accept.
    #[wasm_bindgen(js_name = notAccepted)]
    pub fn not_accepted(&self) -> Answer {
        show(&self.ask(Client::not_accepted)?)
    }

    /// Figures by unit, indicator, day and team, as pairs of key and count.
    pub fn figures(&self) -> Answer {
        let figures = self.ask(|client| client.figures().iter().collect::<Vec<_>>())?;
        show(&figures)
    }

    fn ask<T>(&self, question: impl FnOnce(&Client<RowEngine>) -> T) -> Result<T, CallError> {
        let client = self.client.try_borrow().map_err(|_| CallError::Nested)?;
        Ok(question(&client))
    }
}

impl Default for Phone {
    fn default() -> Self {
        Self::new()
    }
}

/// Remarks about a resident as typed so far.
#[wasm_bindgen(js_name = remarksOn)]
pub fn remarks_on(person: JsValue, this_year: u16) -> Answer {
    let person: NewPerson = read(person)?;
    show(&remarks(&person, this_year))
}

/// Names of the keys, by their index in the table.
#[wasm_bindgen(js_name = keyNames)]
#[must_use]
pub fn key_names() -> Vec<String> {
    let names = shared::key::TABLE.iter().map(|spec| spec.name.to_owned());
    names.collect()
}

/// Names of the codes of a closed list, by their numbers: `null` for another list's name.
#[wasm_bindgen(js_name = codeNames)]
pub fn code_names(list: &str) -> Answer {
    use shared::catalogue::Residence;
    use shared::reason::Reason;
    let names: Option<Vec<(u8, &str)>> = match list {
        "reason" => Some(
            Reason::ALL
                .iter()
                .map(|one| (one.code(), one.name()))
                .collect(),
        ),
        "residence" => Some(
            Residence::ALL
                .iter()
                .map(|one| (one.code(), one.name()))
                .collect(),
        ),
        "visit" => Some(visits()),
        "step" => Some(steps()),
        _ => None,
    };
    show(&names)
}

fn visits() -> Vec<(u8, &'static str)> {
    let all = shared::event::VisitResult::ALL.iter();
    all.map(|one| (one.code(), one.name())).collect()
}

fn steps() -> Vec<(u8, &'static str)> {
    let all = shared::event::Step::ALL.iter();
    all.map(|one| (one.code(), one.name())).collect()
}

fn document_id(text: &str) -> Result<DocumentId, CallError> {
    text.parse().map_err(|_| CallError::BadId)
}

fn seconds(now: f64) -> UnixSeconds {
    UnixSeconds(now as i64)
}

fn read<T: DeserializeOwned>(value: JsValue) -> Result<T, CallError> {
    serde_wasm_bindgen::from_value(value).map_err(CallError::Unreadable)
}

fn show<T: Serialize>(value: &T) -> Answer {
    let shape = serde_wasm_bindgen::Serializer::new()
        .serialize_maps_as_objects(true)
        .serialize_missing_as_null(true);
    value.serialize(&shape).map_err(CallError::Unshowable)
}
