//! What the changes before one in the same file make known: whom and what it may name.

use std::collections::BTreeMap;

use super::{Change, ForeignError};

/// The changes walked through so far.
#[derive(Default)]
pub(super) struct Past<'a> {
    /// The greatest counter in or before each change, by its hash.
    changes: BTreeMap<[u8; 32], u64>,
    /// By actor: the number of the last change, and its greatest counter.
    actors: BTreeMap<&'a [u8], (u64, u64)>,
}

impl<'a> Past<'a> {
    /// Takes in the next change.
    ///
    /// # Errors
    /// [`ForeignError::Structure`] unless everything it was written upon stands before it, it is
    /// its actor's next, its counters begin after all it has seen, and it names no actor who has
    /// written nothing. Automerge panics over most of that.
    pub(super) fn take(&mut self, change: &Change<'a>) -> Result<(), ForeignError> {
        let (seq, own) = self.actors.get(change.actor).copied().unwrap_or_default();
        let mut seen = 0;
        for dep in &change.deps {
            seen = seen.max(*self.changes.get(*dep).ok_or(ForeignError::Structure)?);
        }
        let is_known = |other: &&[u8]| *other != change.actor && self.actors.contains_key(other);
        let is_next = seq.checked_add(1) == Some(change.seq)
            && change.start == seen + 1
            && change.start > own
            && change.others.iter().all(is_known)
            && change.others.is_sorted_by(|one, next| one < next)
            && change.deps.is_sorted_by(|one, next| one < next);
        if !is_next {
            return Err(ForeignError::Structure);
        }
        // Both are bounded, so nothing overflows.
        let last = change.start + change.ops - 1;
        if last > u64::from(u32::MAX) {
            return Err(ForeignError::Limits);
        }
        self.changes.insert(change.hash, last);
        self.actors.insert(change.actor, (change.seq, last));
        Ok(())
    }
}
