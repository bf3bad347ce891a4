//! One phone, as the worker holds it.
//!
//! Everything crosses as the plain objects that `crossing` describes.

use core::cell::RefCell;

use client_core::accounting::Accounting;
use client_core::entry::{Entry, EntryError, NewPerson};
use client_core::input::Record;
use client_core::pin::{Cost, PinError, derive};
use client_core::progress::ProgressQuery;
use client_core::remark::remarks;
use client_core::scanned::scanned;
use client_core::today::DayQuery;
use client_core::views::Query;
use client_core::{Client, Input, Store};
use js_sys::Uint8Array;
use shared::armor::{ArmorError, CannotArmor};
use shared::catalogue::{
    AreaType, Language, NoticeKind, PhoneOwner, PlaceKind, Residence, SessionKind,
};
use shared::engine::RowEngine;
use shared::event::{ConsentHow, Source, Step, VisitResult};
use shared::field::card_text::CardTextError;
use shared::id::{Companion, DocumentId};
use shared::parcel::{Item, ParcelError, Sort, pack};
use shared::reason::Reason;
use shared::service::{SERVICES, services_from_bytes};
use shared::time::UnixSeconds;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::crossing::{
    Unreadable, Unshowable, entry, input, read, records, seed, show, show_effects,
};

/// The core of one phone. Every method borrows it for as long as it runs and no longer.
#[wasm_bindgen]
pub struct Phone {
    client: RefCell<Client<RowEngine>>,
}

/// The account of a document while its pages are read.
#[wasm_bindgen]
pub struct Account(Accounting);

#[wasm_bindgen]
impl Account {
    /// How the keys of the records begin that have to be read in their order; empty for none.
    #[must_use]
    pub fn prefix(&self) -> Vec<u8> {
        self.0.prefix().to_vec()
    }
}

/// What goes wrong between the page and the core; the page sees its code as `error.message`.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// The caller passes something the core has no form for.
    #[error("call-unreadable")]
    Unreadable(#[from] Unreadable),
    /// What the core answered has no form in the page.
    #[error("call-unshowable")]
    Unshowable(#[from] Unshowable),
    /// Called again from within a call.
    #[error("call-nested")]
    Nested,
    /// 32 hexadecimal digits are needed.
    #[error("call-bad-id")]
    BadId,
    /// The entry makes no save; the code is the core's.
    #[error("{}", .0.code())]
    Entry(#[source] EntryError),
    /// More than one parcel holds: send some first.
    #[error("call-no-parcel")]
    Parcel(#[source] ParcelError),
    /// More than a text or this many codes carry: take the file.
    #[error("call-unarmorable")]
    Unarmorable(#[source] CannotArmor),
    /// The text is none of ours, or was damaged: copy or scan it again.
    #[error("call-no-text")]
    Text(#[from] ArmorError),
    /// What was scanned is no card's text; the code says why.
    #[error("{}", .0.code())]
    Card(#[source] CardTextError),
    /// No key can be made of the PIN.
    #[error("call-no-pin")]
    Pin(#[source] PinError),
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
    pub fn handle(&self, happened: JsValue, now_seconds: f64) -> Answer {
        self.take(input(&happened)?, seconds(now_seconds))
    }

    /// Saves what a person entered, at `now`, and answers with `Effect`s as `handle` does. `tag`
    /// comes back in the notice that it is saved, or not; `fresh` is 32 random bytes.
    pub fn save(&self, tag: u32, entered: JsValue, fresh: &[u8], now_seconds: f64) -> Answer {
        let (entry, now): (Entry, _) = (entry(&entered)?, seconds(now_seconds));
        let save = self.ask(|client| client.save_of(tag, &entry, now))?;
        let save = save.map_err(CallError::Entry)?;
        let seed = seed(fresh)?;
        self.take(Input::Save { save, seed }, now)
    }

    /// Whether nothing waits for storage.
    #[wasm_bindgen(js_name = isIdle)]
    pub fn is_idle(&self) -> Result<bool, CallError> {
        self.ask(Client::is_idle)
    }

    /// Records not known to have arrived, also while locked.
    pub fn waiting(&self) -> Result<f64, CallError> {
        self.ask(|client| client.waiting() as f64)
    }

    /// Whether lists can be asked for.
    #[wasm_bindgen(js_name = isOpen)]
    pub fn is_open(&self) -> Result<bool, CallError> {
        self.ask(Client::is_open)
    }

    /// Documents that fit a query.
    pub fn list(&self, query: JsValue) -> Answer {
        let query: Query = read(query)?;
        Ok(show(&self.ask(|client| client.list(&query))?)?)
    }

    /// What is lent to this phone.
    pub fn loans(&self) -> Answer {
        Ok(show(&self.ask(Client::loans)?)?)
    }

    /// Residents of whom colleagues showed what the server has not told yet, whose name fits.
    pub fn previewed(&self, typed: &str) -> Answer {
        Ok(show(&self.ask(|client| client.previewed(typed))?)?)
    }

    /// One document by its id in hexadecimal; `null` if it is not here.
    pub fn document(&self, id: &str) -> Answer {
        let id = document_id(id)?;
        Ok(show(&self.ask(|client| client.document(&id))?)?)
    }

    /// Begins the account of a document that the history module confirms; `undefined` while
    /// locked.
    pub fn account(&self, id: &str) -> Result<Option<Account>, CallError> {
        let id = document_id(id)?;
        let begun = self.ask(|client| client.accounting(&id))?;
        Ok(begun.map(Account))
    }

    /// Reads one record of the store of facts for an account.
    #[wasm_bindgen(js_name = accountPage)]
    pub fn account_page(
        &self,
        of: &mut Account,
        key: &[u8],
        value: &[u8],
    ) -> Result<(), CallError> {
        let record = Record {
            store: Store::Facts,
            key: key.to_vec(),
            value: value.to_vec(),
        };
        self.ask(|client| client.account_page(&mut of.0, &record))
    }

    /// Ends an account: the bytes that the history module reads; `undefined` while locked.
    #[wasm_bindgen(js_name = accountBytes)]
    pub fn account_bytes(&self, of: Account) -> Result<Option<Vec<u8>>, CallError> {
        let account = self.ask(|client| client.account(of.0))?;
        Ok(account.map(|account| account.to_bytes()))
    }

    /// How the record just saved is taken back: what an entry of the kind `undo` holds; `null` if
    /// it cannot be.
    #[wasm_bindgen(js_name = undoOf)]
    pub fn undo_of(&self, record: f64) -> Answer {
        Ok(show(&self.ask(|client| client.undo_of(record as u64))?)?)
    }

    /// How the keys of the pages begin that `history` of a document wants; `undefined` for none.
    #[wasm_bindgen(js_name = historyPrefix)]
    pub fn history_prefix(&self, id: &str) -> Result<Option<Vec<u8>>, CallError> {
        let id = document_id(id)?;
        self.ask(|client| client.history_prefix(&id))
    }

    /// A document's changes, from these records of the store of facts.
    pub fn history(&self, id: &str, pages: JsValue) -> Answer {
        let (id, pages) = (document_id(id)?, records(pages)?);
        Ok(show(&self.ask(|client| client.history(&id, &pages))?)?)
    }

    /// Names of units and colleagues; `null` before the first answer.
    pub fn names(&self) -> Answer {
        Ok(show(&self.ask(|client| client.names().cloned())?)?)
    }

    /// Which device this is; `null` while locked.
    pub fn device(&self) -> Answer {
        Ok(show(&self.ask(Client::device)?)?)
    }

    /// A dossier's companion, `Identity` or `Case`; `null` if it is not here.
    pub fn companion(&self, dossier: &str, which: JsValue) -> Answer {
        let (id, which): (DocumentId, Companion) = (document_id(dossier)?, read(which)?);
        Ok(show(&self.ask(|client| client.companion(&id, which))?)?)
    }

    /// Role, units, team and streams; `null` before the first answer.
    pub fn assignment(&self) -> Answer {
        let assignment = self.ask(|client| client.assignment().cloned())?;
        Ok(show(&assignment)?)
    }

    /// Names of the steps that this person may record.
    #[wasm_bindgen(js_name = recordableSteps)]
    pub fn recordable_steps(&self) -> Result<Vec<String>, CallError> {
        let steps = self.ask(Client::recordable_steps)?;
        Ok(steps.iter().map(|step| step.name().to_owned()).collect())
    }

    /// One list of a day's plan, at `now`.
    pub fn day(&self, query: JsValue, now_seconds: f64) -> Answer {
        let (query, now): (DayQuery, _) = (read(query)?, seconds(now_seconds));
        Ok(show(&self.ask(|client| client.day(&query, now))?)?)
    }

    /// The household of a dossier with its members and their work; `null` if nobody wrote it.
    pub fn home(&self, dossier: &str, now_seconds: f64) -> Answer {
        let (id, now) = (document_id(dossier)?, seconds(now_seconds));
        Ok(show(&self.ask(|client| client.home(&id, now))?)?)
    }

    /// Canals that homes lie on.
    pub fn canals(&self) -> Result<Vec<String>, CallError> {
        self.ask(Client::canals)
    }

    /// People like the one typed so far.
    pub fn doubles(&self, person: JsValue, this_year: u16) -> Answer {
        let person: NewPerson = read(person)?;
        Ok(show(
            &self.ask(|client| client.doubles(&person, this_year))?,
        )?)
    }

    /// Figures of one period against the one before and the targets; `null` while locked.
    pub fn progress(&self, query: JsValue, now_seconds: f64) -> Answer {
        let (query, now): (ProgressQuery, _) = (read(query)?, seconds(now_seconds));
        Ok(show(&self.ask(|client| client.progress(query, now))?)?)
    }

    /// Where everything is.
    pub fn sync(&self) -> Answer {
        Ok(show(&self.ask(Client::sync)?)?)
    }

    /// What colleagues are to get back, as a parcel; `undefined` if nothing.
    pub fn returns(&self) -> Result<Option<Vec<u8>>, CallError> {
        self.ask(Client::returns)
    }

    /// Records not wholly confirmed.
    pub fn records(&self) -> Answer {
        Ok(show(&self.ask(Client::records)?)?)
    }

    /// What the server did not accept.
    #[wasm_bindgen(js_name = notAccepted)]
    pub fn not_accepted(&self) -> Answer {
        Ok(show(&self.ask(Client::not_accepted)?)?)
    }

    /// Figures by unit, indicator, day and team, as pairs of key and count.
    pub fn figures(&self) -> Answer {
        let figures = self.ask(|client| client.figures().iter().collect::<Vec<_>>())?;
        Ok(show(&figures)?)
    }

    /// Figures of what was done on this phone, in the same form.
    #[wasm_bindgen(js_name = ownFigures)]
    pub fn own_figures(&self) -> Answer {
        let figures = self.ask(|client| client.own_figures().iter().collect::<Vec<_>>())?;
        Ok(show(&figures)?)
    }

    fn take(&self, input: Input, now: UnixSeconds) -> Answer {
        let mut client = self
            .client
            .try_borrow_mut()
            .map_err(|_| CallError::Nested)?;
        Ok(show_effects(client.handle(input, now))?)
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

/// Sealed bundles, with colleagues' notes to look into them and the request for news that goes with
/// them, as one parcel: a file that anybody may carry.
#[wasm_bindgen(js_name = parcelOf)]
pub fn parcel_of(
    bundles: Vec<Uint8Array>,
    notes: Vec<Uint8Array>,
    request: Option<Vec<u8>>,
) -> Result<Vec<u8>, CallError> {
    let item = |sort, bytes| Item { sort, bytes };
    let all = |sort| move |one: &Uint8Array| item(sort, one.to_vec());
    let bundles = bundles.iter().map(all(Sort::Bundle));
    let notes = notes.iter().map(all(Sort::Preview));
    let request = request.map(|bytes| item(Sort::Request, bytes));
    let items: Vec<Item> = bundles.chain(notes).chain(request).collect();
    pack(&items).map_err(CallError::Parcel)
}

/// What a phone can pay for each guess of a PIN, where the trial took so many milliseconds; none
/// before the trial, whose own cost is answered then. As `[memory in KiB, passes]`.
#[wasm_bindgen(js_name = pinCost)]
#[must_use]
pub fn pin_cost(trial_ms: Option<u32>) -> Vec<u32> {
    let cost = trial_ms.map_or(Cost::TRIAL, Cost::after_trial);
    vec![cost.memory_kib, cost.passes]
}

/// 32 bytes from the digits of a PIN. Takes the memory it names, and the module keeps it: to be
/// called in a worker that ends afterwards.
#[wasm_bindgen(js_name = pinBytes)]
pub fn pin_bytes(
    digits: &str,
    salt: &[u8],
    memory_kib: u32,
    passes: u32,
) -> Result<Vec<u8>, CallError> {
    let cost = Cost { memory_kib, passes };
    Ok(derive(digits, salt, cost).map_err(CallError::Pin)?.to_vec())
}

/// Remarks about a resident as typed so far.
#[wasm_bindgen(js_name = remarksOn)]
pub fn remarks_on(person: JsValue, this_year: u16) -> Answer {
    let person: NewPerson = read(person)?;
    Ok(show(&remarks(&person, this_year))?)
}

/// Names of the keys, by their index in the table.
#[wasm_bindgen(js_name = keyNames)]
#[must_use]
pub fn key_names() -> Vec<String> {
    let names = shared::key::TABLE.iter().map(|spec| spec.name.to_owned());
    names.collect()
}

/// What a chip card's text says, for the form of a new resident.
#[wasm_bindgen(js_name = readCard)]
pub fn read_card(text: &str) -> Answer {
    Ok(show(&scanned(text).map_err(CallError::Card)?)?)
}

/// The services offered at `now`, as `[number, name, code, lead]`.
#[wasm_bindgen(js_name = servicesOn)]
pub fn services_on(now_seconds: f64) -> Answer {
    let day = seconds(now_seconds).local_day();
    let offered = SERVICES.iter().filter_map(|one| {
        let lead = one.lead(day)?;
        Some((one.number, one.name, one.code, lead))
    });
    Ok(show(&offered.collect::<Vec<_>>())?)
}

/// The services that a session names, from the bytes of its key `svc`; none from other bytes.
#[wasm_bindgen(js_name = servicesGuided)]
pub fn services_guided(bytes: &[u8]) -> Answer {
    Ok(show(&services_from_bytes(bytes).unwrap_or_default())?)
}

/// Names of the codes of a closed list, by their numbers: `null` for another list's name.
#[wasm_bindgen(js_name = codeNames)]
pub fn code_names(list: &str) -> Answer {
    macro_rules! codes {
        ($list:ty) => {
            <$list>::ALL
                .iter()
                .map(|one| (one.code(), one.name()))
                .collect()
        };
    }
    let names: Option<Vec<(u8, &str)>> = match list {
        "reason" => Some(codes!(Reason)),
        "residence" => Some(codes!(Residence)),
        "phone-owner" => Some(codes!(PhoneOwner)),
        "session-kind" => Some(codes!(SessionKind)),
        "place-kind" => Some(codes!(PlaceKind)),
        "area-type" => Some(codes!(AreaType)),
        "notice-kind" => Some(codes!(NoticeKind)),
        "language" => Some(codes!(Language)),
        "visit" => Some(codes!(VisitResult)),
        "consent-how" => Some(codes!(ConsentHow)),
        "source" => Some(codes!(Source)),
        "step" => Some(codes!(Step)),
        _ => None,
    };
    Ok(show(&names)?)
}

fn document_id(text: &str) -> Result<DocumentId, CallError> {
    text.parse().map_err(|_| CallError::BadId)
}

fn seconds(now: f64) -> UnixSeconds {
    UnixSeconds(now as i64)
}
