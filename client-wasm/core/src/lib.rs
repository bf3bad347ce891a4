//! The phone's brain: everything a field worker's phone decides, and nothing it touches.
//!
//! [`Client::handle`] takes an [`Input`] and the time and returns [`Effect`]s; whoever calls it
//! stores, sends and shows what they say, and answers with further inputs. There is no browser,
//! clock, file or randomness in here, so thousands of phones run in one process.
//!
//! **Memory is what storage has acknowledged.** An input is worked out on a candidate state. If
//! it writes anything, one [`Effect::Store`] goes out, and everything else that would follow is
//! kept back: on [`Input::Stored`] the candidate becomes the state and the kept effects go out,
//! on [`Input::StoreFailed`] the candidate is dropped as if nothing had been entered. Inputs that
//! arrive meanwhile wait. So "saved" can be shown only after the transaction of that save, and a
//! bundle's bytes can leave only after it was stored as frozen.
//!
//! The caller's loop, with storage that never fails:
//!
//! ```
//! use client_core::{Client, Effect, Input};
//! use client_core::input::History;
//! use shared::{engine::RowEngine, time::UnixSeconds};
//!
//! let mut client = Client::new(RowEngine);
//! let now = UnixSeconds(1_700_000_000);
//! let start = Input::Start { stored: vec![], history: History::Certain, seed: [1; 32] };
//! let unlock = Input::Unlock { data_key: [2; 32], seed: [3; 32] };
//! for input in [start, unlock] {
//!     let mut effects = client.handle(input, now);
//!     while let Some(effect) = effects.pop() {
//!         if let Effect::Store { ticket, writes } = effect {
//!             // Here `writes` go to storage, in one strict transaction.
//!             assert!(!writes.is_empty());
//!             effects.extend(client.handle(Input::Stored(ticket), now));
//!         }
//!     }
//! }
//! assert!(client.is_open());
//! ```
//!
//! | part | modules |
//! |---|---|
//! | what goes in and out | [`input`], [`effect`], [`views`] |
//! | the loop | `client`, `work`, `state` |
//! | what the phone holds | `device`, `confirmed`, `lent`, `mine`, `outbox`, `pages`, `vault` |
//! | what happens | `opening`, `saving`, `sending`, `receipts`, `pulling`, `folding`, `ways_back`, `incarnation`, `enrolment`, `custody`, `preview`, `naming`, `asking`, `disclosing`, `wiping` |
//! | what screens ask | `search`, [`views`], [`today`], [`home`], [`progress`], [`history`], [`accounting`] |
//! | what screens enter | [`entry`], [`scanned`], [`doubles`], [`remark`], [`pin`] |
//! | a hamlet to practise in | [`practice`] |

pub mod accounting;
mod asking;
mod buckets;
mod client;
mod confirmed;
mod custody;
mod device;
mod disclosing;
pub mod doubles;
pub mod effect;
mod enrolment;
pub mod entry;
mod folding;
pub mod history;
pub mod home;
mod incarnation;
pub mod input;
mod lent;
pub mod limits;
mod mine;
mod naming;
mod opening;
mod outbox;
mod pages;
pub mod pin;
pub mod practice;
mod preview;
pub mod progress;
mod pulling;
mod receipts;
pub mod remark;
mod saving;
pub mod scanned;
mod search;
mod sending;
mod state;
mod stored;
pub mod today;
mod vault;
pub mod views;
mod ways_back;
mod wiping;
mod work;

pub use client::Client;
pub use effect::{Effect, NotSaved, Notice, Store, Ticket, Write};
pub use input::{
    DocumentWrite, DossierTarget, Input, Leave, Place, Put, Record, Save, Spared, Target,
};

#[cfg(test)]
mod tests;
