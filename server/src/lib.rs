//! The server: what phones and consoles sync with.

pub mod demo;
pub mod ledger;
pub mod secrets;
pub mod store;
pub mod writer;
