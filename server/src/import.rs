//! Imports: what lists and documents from elsewhere say, written here by an author of their own.
//!
//! An import is a device that nobody carries: its keys grow from the server's secrets and from
//! what is imported, and row *n* of a file is its document *n*. Handing in the same file in the
//! same words once more therefore says the same again and changes nothing. Its bundles pass door,
//! gate and writer like all others, so nothing an import writes is beyond what any device may.
//!
//! [`sheet`] reads files as offices write them, [`columns`] finds out which column says what,
//! [`order`] says what somebody wants imported, [`plan`] says what would come of it without
//! writing anything, and [`carry_out`] does exactly that. [`undo`] takes an import back.
//! [`units`] stands apart: units are the keeper's, and no device writes them.

pub mod automerge;
pub mod carry_out;
pub mod columns;
pub mod limits;
pub mod order;
mod people;
mod places;
pub mod plan;
pub mod sheet;
pub mod undo;
pub mod units;
pub mod words;

pub use automerge::{Import, ImportError};
