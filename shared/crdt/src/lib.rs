//! The only door to automerge.
//!
//! Sampan's documents *are* automerge documents; [`shared`] merely spells their changes shorter
//! and keeps an index of what they show. This crate holds both to that word: it makes and folds
//! changes with real automerge ([`AutomergeEngine`]), rebuilds whole documents from history
//! ([`rebuild`]) and compares what they show with the rows in use ([`audit`]). Where a row and
//! automerge differ, automerge is right and the row is made anew from [`Document::project`].
//!
//! It promises that whatever it accepts has been through automerge's own parser, that every hash
//! it reports is automerge's, and that an [`audit`] that passes means: the history loads, saves,
//! loads again with the same heads, and shows exactly the row. It knows no clock, storage,
//! network, stream or receipt, and decides nothing about who may write what.
//!
//! # Pitfalls of automerge 0.12 it stands before
//!
//! - *A change whose dependencies are missing is "applied" with success*, kept in a queue and
//!   even saved. Here dependencies are checked first and the change's hash is looked for
//!   afterwards.
//! - *Well-formed but dishonest changes panic* (predecessors nobody wrote, gaps in a sequence,
//!   counters near their end), and some are accepted into documents that save but never load.
//!   Calls on foreign input run under `catch_unwind`, and an audit saves and loads. Where panics
//!   abort, as in the browser, there is no such net: there only changes from the gate may enter.
//! - *`get_changes_added` may return effects before causes.* Changes are sorted here by their
//!   dependencies, see [`Document::changes`].
//! - *A delete does not say what it means.* Putting the winner's own value on a conflicted key
//!   deletes the losers; whether a delete is that (`Keep`) or empties the key (`Delete`) shows
//!   only in the state before it, so changes are read together with that state.
//! - *A compressed chunk may expand a thousandfold without limit.* Chunks are handed to automerge
//!   uncompressed, as [`shared::change::Change::chunk`] writes them; [`Document::load`] is for
//!   bytes this program saved itself. Bytes from elsewhere enter by [`read_foreign`] alone, which
//!   looks at every run of every column before automerge does.
//! - *Text has two forms.* Ours is always a string scalar, never a `Text` object, and the text
//!   encoding is given explicitly because its default depends on build features.
//! - *A new document draws a random actor.* It is never written under: an edit sets its author's
//!   actor first, so nothing random reaches a change.

mod audit;
mod causal;
mod document;
mod engine;
mod foreign;
mod guard;
mod scalar;
mod spelling;

pub use audit::{Disagreement, audit};
pub use document::{Document, LoadError, RebuildError, Step, rebuild};
pub use engine::AutomergeEngine;
pub use foreign::{Foreign, ForeignError, chunks, read_foreign};
pub use guard::Panicked;
pub use spelling::Unspellable;
