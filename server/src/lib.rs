//! The server: what phones and consoles sync with.

pub mod demo;
pub mod store;
pub mod writer;
