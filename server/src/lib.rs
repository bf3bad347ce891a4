//! The server: what phones and consoles sync with.

pub mod store;
pub mod writer;
