//! The server: what phones and consoles sync with.

pub mod author;
pub mod demo;
pub mod door;
pub mod gate;
pub mod ledger;
pub mod secrets;
pub mod server;
pub mod store;
pub mod writer;
