//! What phone and server must agree on bit for bit, and nothing else.
//!
//! `shared` knows no clock, randomness, file, network or browser: whatever of these a function
//! needs comes in as an argument. Everything that arrives from outside is decoded by total,
//! bounded functions that never panic.
//!
//! From names to figures, each part standing on those before it:
//!
//! | part | modules |
//! |---|---|
//! | names and moments | [`id`], [`hash`], [`time`], [`mod@unit`] |
//! | what people type | [`field`] |
//! | bounds and numbers of the protocol | [`limits`], [`version`], [`percent`] |
//! | documents | [`kind`], [`key`], [`value`], [`change`], [`row`], [`engine`] |
//! | what happened and what follows | [`event`], [`stage`], [`tally`], [`reason`], [`catalogue`], [`service`] |
//! | what travels | [`facts`], [`mod@derive`], [`entry`], [`page`], [`names`], [`news`], [`parcel`], [`spoken`], [`wipe`], [`loan`], [`lookup`], [`disclosure`], [`rekey`] |
//! | what may be done | [`check`], [`permission`] |

pub mod account;
pub mod armor;
pub mod bundle;
pub mod catalogue;
pub mod change;
pub mod check;
pub mod derive;
pub mod disclosure;
pub mod engine;
pub mod enrol;
pub mod entry;
pub mod event;
pub mod facts;
pub mod field;
#[cfg(test)]
mod golden;
pub mod hash;
pub mod id;
pub mod key;
pub mod kind;
pub mod limits;
pub mod loan;
pub mod lookup;
pub mod names;
pub mod news;
pub mod page;
pub mod parcel;
pub mod percent;
pub mod permission;
pub mod preview;
pub mod problem;
pub mod pull;
pub mod quota;
pub mod reason;
pub mod receipt;
pub mod rekey;
pub mod row;
pub mod seal;
pub mod service;
pub mod signed;
pub mod sorted;
pub mod spoken;
pub mod stage;
pub mod tally;
pub mod time;
pub mod unit;
pub mod value;
pub mod version;
pub mod wipe;
