//! Turns a panic inside automerge into an error.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// Automerge panicked: the input is well-formed but dishonest. Nothing of it may be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("automerge panicked on this input; quarantine it")]
pub struct Panicked;

/// Runs `work`, whose captures must be thrown away if it fails: they may be half changed.
///
/// The panic's message is dropped, because it may quote what people entered.
pub(crate) fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, Panicked> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|_| Panicked)
}
