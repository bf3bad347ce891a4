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
//! | part | modules |
//! |---|---|
//! | what goes in and out | [`input`], [`effect`], [`views`] |
//! | the loop | `client`, `work`, `state` |
//! | what the phone holds | `device`, `confirmed`, `mine`, `outbox`, `pages`, `vault` |
//! | what happens | `opening`, `saving`, `sending`, `receipts`, `pulling`, `folding`, `ways_back`, `incarnation`, `enrolment`, `custody`, `preview` |
//! | what screens ask | `search`, [`views`] |

mod buckets;
mod client;
mod confirmed;
mod custody;
mod device;
pub mod effect;
mod enrolment;
mod folding;
mod incarnation;
pub mod input;
pub mod limits;
mod mine;
mod opening;
mod outbox;
mod pages;
mod preview;
mod pulling;
mod receipts;
mod saving;
mod search;
mod sending;
mod state;
mod stored;
mod vault;
pub mod views;
mod ways_back;
mod work;

pub use client::Client;
pub use effect::{Effect, NotSaved, Notice, Store, Ticket, Write};
pub use input::{DocumentWrite, DossierTarget, Input, Leave, Place, Put, Record, Save, Target};

#[cfg(test)]
mod tests;
