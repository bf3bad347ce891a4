//! What a fact was written upon: dependencies resolved, and the row as it stood there.

use shared::derive::{Hashed, replay};
use shared::engine::next_deps;
use shared::facts::{DepRef, Upon};
use shared::id::{ActorId, ChangeHash};
use shared::row::Row;

use crate::ledger::LedgerError;

/// What is known of a document while one group is decided.
pub(super) struct Known<'a> {
    /// What the document shows, this group's stored changes included.
    pub(super) row: &'a Row,
    /// Everything in the log, this group's stored changes included; empty as long as it was not
    /// needed.
    pub(super) history: &'a [Hashed],
    /// Changes a coordinator must decide on.
    pub(super) held: &'a [Hashed],
    /// Changes that were refused.
    pub(super) refused: &'a [Hashed],
    /// The previous change of the group.
    pub(super) previous: Option<ChangeHash>,
}

/// Where dependencies lead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Deps {
    /// All in the log.
    Logged(Vec<ChangeHash>),
    /// At least one is held.
    OnHeld(Vec<ChangeHash>),
    /// At least one was refused.
    OnRefused(Vec<ChangeHash>),
    /// At least one has not arrived.
    Missing,
    /// A shortened hash fits several changes.
    Several,
}

impl Known<'_> {
    /// Whether the row tells everything about a change of `actor` that was written upon this;
    /// else the history must be read.
    pub(super) fn is_enough(&self, upon: &Upon, actor: &ActorId) -> bool {
        match self.resolve(upon) {
            Deps::Logged(deps) | Deps::OnHeld(deps) | Deps::OnRefused(deps) => {
                next_deps(self.row, actor) == deps
            }
            Deps::Several => true,
            Deps::Missing => false,
        }
    }

    /// Resolves what a fact was written upon. A bundle has no page-only forms.
    pub(super) fn resolve(&self, upon: &Upon) -> Deps {
        match upon {
            Upon::Genesis => Deps::Logged(Vec::new()),
            Upon::Previous => self.classify(self.previous.into_iter().collect()),
            Upon::Listed(refs) => {
                let mut deps = Vec::with_capacity(refs.len());
                for reference in refs {
                    match self.find(reference).as_slice() {
                        [] => return Deps::Missing,
                        [only] => deps.push(*only),
                        _ => return Deps::Several,
                    }
                }
                deps.sort_unstable();
                self.classify(deps)
            }
            Upon::AllShown | Upon::Explicit(_) => Deps::Missing,
        }
    }

    fn classify(&self, deps: Vec<ChangeHash>) -> Deps {
        let any_in = |list: &[Hashed]| {
            deps.iter()
                .any(|dep| list.iter().any(|(hash, _)| hash == dep))
        };
        if any_in(self.refused) {
            Deps::OnRefused(deps)
        } else if any_in(self.held) {
            Deps::OnHeld(deps)
        } else {
            Deps::Logged(deps)
        }
    }

    /// The changes a reference can mean: first among what the document shows, then anywhere.
    fn find(&self, reference: &DepRef) -> Vec<ChangeHash> {
        let fits = |hash: &ChangeHash| match reference {
            DepRef::Full(full) => hash == full,
            DepRef::Prefix(prefix) => hash.0.starts_with(prefix),
        };
        let last = self.row.actors.values().map(|state| &state.last);
        let shown = self.row.heads.iter().chain(last);
        let waiting = self.held.iter().chain(self.refused).map(|(hash, _)| hash);
        let mut found: Vec<_> = shown
            .chain(waiting)
            .filter(|hash| fits(hash))
            .copied()
            .collect();
        if found.is_empty() {
            let logged = self.history.iter().map(|(hash, _)| hash);
            found = logged.filter(|hash| fits(hash)).copied().collect();
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The row as it stood at `deps`; `None` if it cannot be had because one is missing.
    pub(super) fn row_at(
        &self,
        actor: &ActorId,
        deps: &[ChangeHash],
    ) -> Result<Option<Row>, LedgerError> {
        if next_deps(self.row, actor) == deps {
            return Ok(Some(self.row.clone()));
        }
        let everything: Vec<Hashed> = [self.history, self.held, self.refused].concat();
        replay(&everything, deps).map_err(|_| LedgerError::Contradiction("a history does not fold"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_hash_that_fits_two_heads_must_be_told_in_full() {
        let hash = |last| {
            let mut hash = [7; 32];
            hash[31] = last;
            ChangeHash(hash)
        };
        let row = Row {
            heads: vec![hash(1), hash(2)],
            ..Row::default()
        };
        let known = Known {
            row: &row,
            history: &[],
            held: &[],
            refused: &[],
            previous: None,
        };
        let resolved = |dep| known.resolve(&Upon::Listed(vec![dep]));
        assert_eq!(resolved(DepRef::Prefix([7; 3])), Deps::Several);
        assert_eq!(resolved(DepRef::Prefix([8; 3])), Deps::Missing);
        let only = Deps::Logged(vec![hash(2)]);
        assert_eq!(resolved(DepRef::Full(hash(2))), only);
    }
}
