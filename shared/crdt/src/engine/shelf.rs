//! Every change ever shown, and the documents opened last.

use std::collections::{HashMap, VecDeque};

use shared::id::ChangeHash;
use shared::row::Row;

use crate::document::Document;

/// Documents kept open. Replicas that exchange changes go back and forth between few states; a
/// state that has fallen off is built again from its changes.
const DOCUMENTS_MAX: usize = 64;

/// A document and the row it shows.
#[derive(Debug)]
pub(super) struct Shelved {
    pub(super) document: Document,
    pub(super) row: Row,
}

/// Heads whose history was never shown, or that are not the heads of any document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct UnknownHeads;

#[derive(Debug, Default)]
pub(super) struct Shelf {
    changes: HashMap<ChangeHash, automerge::Change>,
    /// The one used last stands last.
    documents: VecDeque<Shelved>,
}

impl Shelf {
    /// Keeps a parsed change under its hash.
    pub(super) fn learn(&mut self, hash: ChangeHash, change: automerge::Change) {
        self.changes.entry(hash).or_insert(change);
    }

    /// Puts a document in, in front of which the one unused for longest falls off.
    pub(super) fn put(&mut self, shelved: Shelved) {
        self.documents
            .retain(|other| other.row.heads != shelved.row.heads);
        self.documents.push_back(shelved);
        if self.documents.len() > DOCUMENTS_MAX {
            self.documents.pop_front();
        }
    }

    /// The document with exactly these heads, ascending: from the shelf, or built again.
    pub(super) fn open(&mut self, heads: &[ChangeHash]) -> Result<&Shelved, UnknownHeads> {
        let position = self
            .documents
            .iter()
            .position(|shelved| shelved.row.heads == heads);
        let shelved = match position.and_then(|position| self.documents.remove(position)) {
            Some(shelved) => shelved,
            None => self.build(heads)?,
        };
        self.put(shelved);
        self.documents.back().ok_or(UnknownHeads)
    }

    fn build(&self, heads: &[ChangeHash]) -> Result<Shelved, UnknownHeads> {
        let document = Document::of(&self.closure(heads)?).map_err(|_| UnknownHeads)?;
        let row = document.project().map_err(|_| UnknownHeads)?;
        match row.heads == heads {
            true => Ok(Shelved { document, row }),
            false => Err(UnknownHeads),
        }
    }

    /// The heads and all they were written upon, causes first.
    fn closure(&self, heads: &[ChangeHash]) -> Result<Vec<automerge::Change>, UnknownHeads> {
        let mut placed = Vec::new();
        // Whether a change's dependencies have been pushed above it already.
        let mut entered: HashMap<ChangeHash, bool> = HashMap::new();
        let mut stack: Vec<_> = heads.to_vec();
        while let Some(hash) = stack.last().copied() {
            let change = self.changes.get(&hash).ok_or(UnknownHeads)?;
            match entered.insert(hash, true) {
                None => {
                    let deps = change.deps().iter().map(|dep| ChangeHash(dep.0));
                    stack.extend(deps.filter(|dep| !entered.contains_key(dep)));
                    entered.insert(hash, false);
                }
                Some(false) => {
                    placed.push(change.clone());
                    stack.pop();
                }
                Some(true) => {
                    stack.pop();
                }
            }
        }
        Ok(placed)
    }
}
