//! Reading one page upon the rows its stream has confirmed here.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use shared::engine::{Engine, FoldError};
use shared::entry::Entry;
use shared::id::{ChangeHash, DeviceId, DocumentId};
use shared::page::Rows;
use shared::row::{Cell, Row};

use crate::confirmed::{Marks, Stream};

/// What a page is read upon, and what it made of it.
pub(crate) struct Reader<'a, E> {
    engine: &'a E,
    stream: &'a Stream,
    marks: Marks,
    /// Rows changed by the page; `None` = gone.
    changed: BTreeMap<DocumentId, Option<Row>>,
    pub(crate) told: Told,
}

/// What a page said besides rows.
#[derive(Default)]
pub(crate) struct Told {
    /// The changes it brought.
    pub(crate) hashes: Vec<ChangeHash>,
    /// Who wrote them.
    pub(crate) authors: BTreeSet<DeviceId>,
    /// Survivor and joined.
    pub(crate) united: Vec<(DocumentId, DocumentId)>,
    /// From and to.
    pub(crate) refounded: Vec<(DocumentId, DocumentId)>,
    pub(crate) erased: BTreeSet<DocumentId>,
    pub(crate) moved: Vec<DocumentId>,
    /// Whether values that were stored here must not survive.
    pub(crate) purges: bool,
    /// Whether a change did not fold: the rows here are not the server's.
    pub(crate) is_broken: bool,
}

/// The stream after the page.
pub(crate) struct Folded {
    pub(crate) rows: BTreeMap<DocumentId, Option<Row>>,
    pub(crate) marks: Arc<Marks>,
    pub(crate) told: Told,
}

impl<'a, E: Engine> Reader<'a, E> {
    pub(crate) fn new(engine: &'a E, stream: &'a Stream) -> Self {
        Self {
            engine,
            stream,
            marks: (*stream.marks).clone(),
            changed: BTreeMap::new(),
            told: Told::default(),
        }
    }

    pub(crate) fn into_folded(self) -> Folded {
        Folded {
            rows: self.changed,
            marks: Arc::new(self.marks),
            told: self.told,
        }
    }

    fn at_root(&self, root: &DocumentId) -> Option<Row> {
        match self.changed.get(root) {
            Some(changed) => changed.clone(),
            None => self.stream.rows.get(root).map(|held| held.row()),
        }
    }

    fn take(&mut self, root: &DocumentId) -> Option<Row> {
        match self.changed.get_mut(root) {
            Some(changed) => changed.take(),
            None => self.stream.rows.get(root).map(|held| held.row()),
        }
    }

    fn unite(&mut self, survivor: DocumentId, joined: DocumentId) {
        let (into, from) = (self.marks.root(&survivor), self.marks.root(&joined));
        if into == from {
            return;
        }
        let joining = self.take(&from);
        self.changed.insert(from, None);
        let row = match (self.take(&into), joining) {
            (Some(row), Some(joining)) => Some(merged(row, joining)),
            (row, joining) => row.or(joining),
        };
        self.changed.insert(into, row);
        self.marks.aliases.insert(from, into);
        self.told.united.push((into, from));
    }

    /// The name leads to the new document from here on, even if a union led it elsewhere.
    fn refound(&mut self, from: DocumentId, to: DocumentId) {
        if from == to || self.marks.aliases.get(&from) == Some(&to) {
            return;
        }
        if self.take(&from).is_some() {
            self.told.purges = true;
            self.changed.insert(from, None);
        }
        self.marks.aliases.insert(from, to);
        self.told.refounded.push((from, to));
    }

    fn erase(&mut self, document: DocumentId) {
        let root = self.marks.root(&document);
        self.told.purges |= self.take(&root).is_some();
        self.changed.insert(root, None);
        self.marks.erased.extend([document, root]);
        self.told.erased.extend([document, root]);
    }
}

impl<E: Engine> Rows for Reader<'_, E> {
    fn row(&self, document: &DocumentId) -> Row {
        self.at_root(&self.marks.root(document)).unwrap_or_default()
    }

    fn show(&mut self, entry: &Entry) {
        match entry {
            Entry::Change(logged) => {
                let root = self.marks.root(&logged.document);
                let mut row = self.take(&root).unwrap_or_default();
                match self.engine.fold(&mut row, &logged.change) {
                    Ok(()) | Err(FoldError::Known) => {}
                    Err(_) => self.told.is_broken = true,
                }
                self.changed.insert(root, Some(row));
                self.told.hashes.push(logged.hash);
                self.told.authors.insert(logged.author.device);
            }
            Entry::United { survivor, joined } => self.unite(*survivor, *joined),
            Entry::Refounded { from, to } => self.refound(*from, *to),
            Entry::Moved { document, to } => {
                let root = self.marks.root(document);
                self.marks.moved.insert(root, *to);
                self.told.moved.push(root);
            }
            Entry::Erased { document } => self.erase(*document),
        }
    }
}

/// The rows of two independently made documents as one: automerge's merge, key by key.
pub(crate) fn merged(mut row: Row, joining: Row) -> Row {
    row.heads.extend(joining.heads);
    row.heads.sort_unstable();
    row.heads.dedup();
    row.max_op = row.max_op.max(joining.max_op);
    for (actor, state) in joining.actors {
        let known = row.actors.get_or_insert(actor, || state);
        if known.seq < state.seq {
            *known = state;
        }
    }
    for (key, cells) in joining.cells {
        let live = row.cells.get_or_insert(key, Vec::new);
        live.extend(cells);
        live.sort_by_key(|cell: &Cell| cell.id);
        live.dedup_by_key(|cell| cell.id);
    }
    row
}
