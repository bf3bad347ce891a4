//! The server: what phones and consoles sync with.

pub mod account;
mod apart;
pub mod audit;
pub mod auditor;
pub mod author;
pub mod backup;
pub mod cli;
pub mod clock;
pub mod config;
pub mod crew;
pub mod demo;
pub mod door;
pub mod export;
pub mod foundation;
pub mod gate;
pub mod http;
pub mod import;
pub mod ledger;
pub mod pills;
pub mod rate;
pub mod room;
pub mod secrets;
pub mod server;
pub mod store;
pub mod vault;
pub mod verify;
pub mod writer;
