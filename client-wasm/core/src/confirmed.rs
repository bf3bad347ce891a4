//! The confirmed layer: what the server's log has shown, stream by stream.
//!
//! A stream's rows are exactly those the server had at the same cursor, so its next page can be
//! read upon them. Documents that no followed stream brings, such as identities on a team phone,
//! stand *alone*: they are folded from receipts and kept as stubs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use shared::id::{Audience, DocumentId, StreamId, UnitId};
use shared::row::Row;
use shared::sorted::SortedMap;

use crate::buckets::Buckets;
use crate::lent::Loans;
use crate::limits::ALIAS_HOPS_MAX;

/// Where a confirmed row comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) enum Home {
    Stream(StreamId),
    Alone,
    Lent,
}

/// A row as storage and memory keep it.
#[derive(Debug, Clone)]
pub(crate) struct Held {
    bytes: Arc<[u8]>,
    /// The stored page that has it.
    pub(crate) page: u32,
}

impl Held {
    /// A row not yet in any page.
    pub(crate) fn new(row: &Row) -> Self {
        Self {
            bytes: row.to_bytes().into(),
            page: u32::MAX,
        }
    }

    /// A row read from a page, and what it says; `None` if the bytes are not a row.
    pub(crate) fn read(bytes: &[u8], page: u32) -> Option<(Self, Row)> {
        let row = Row::from_bytes(bytes).ok()?;
        let bytes = bytes.into();
        Some((Self { bytes, page }, row))
    }

    pub(crate) fn row(&self) -> Row {
        Row::from_bytes(&self.bytes).expect("rows are checked when they enter memory")
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// What a stream said of documents besides their changes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Marks {
    /// From a document's former id to the one that carries it on.
    pub(crate) aliases: SortedMap<DocumentId, DocumentId>,
    /// Documents that left for another unit.
    pub(crate) moved: SortedMap<DocumentId, UnitId>,
    /// Documents that were erased.
    pub(crate) erased: BTreeSet<DocumentId>,
}

impl Marks {
    /// Where `id` leads within this stream.
    pub(crate) fn root(&self, id: &DocumentId) -> DocumentId {
        let mut root = *id;
        for _ in 0..ALIAS_HOPS_MAX {
            match self.aliases.get(&root) {
                Some(next) => root = *next,
                None => break,
            }
        }
        root
    }
}

/// One followed stream.
#[derive(Clone, Default)]
pub(crate) struct Stream {
    pub(crate) cursor: u64,
    /// The stream's last entry, as far as the server told.
    pub(crate) head: u64,
    pub(crate) rows: Buckets<Held>,
    pub(crate) marks: Arc<Marks>,
    /// Whether it must be pulled anew from the start; what is here stays visible meanwhile.
    pub(crate) spoilt: bool,
}

impl Stream {
    /// The beginning of a stream that is pulled anew, and goes at least to `head`.
    pub(crate) fn refill(head: u64) -> Self {
        Self {
            head,
            ..Self::default()
        }
    }

    /// Whether all of it is here that the server told of.
    pub(crate) fn is_whole(&self) -> bool {
        !self.spoilt && self.cursor >= self.head
    }
}

/// A stream's record in storage, without its rows.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct StoredStream {
    pub(crate) id: StreamId,
    pub(crate) cursor: u64,
    pub(crate) head: u64,
    pub(crate) marks: Arc<Marks>,
    pub(crate) spoilt: bool,
}

/// The confirmed layer.
#[derive(Clone, Default)]
pub(crate) struct Confirmed {
    pub(crate) streams: SortedMap<StreamId, Arc<Stream>>,
    /// Streams being pulled anew; each replaces its elder once it is whole. Not stored.
    pub(crate) refills: SortedMap<StreamId, Arc<Stream>>,
    pub(crate) alone: Buckets<Held>,
    pub(crate) alone_marks: Arc<Marks>,
    /// Documents lent to this phone.
    pub(crate) lent: Buckets<Held>,
    pub(crate) loans: Arc<Loans>,
}

impl Confirmed {
    /// The id under which the document goes on, whatever it was called before.
    pub(crate) fn root(&self, id: &DocumentId) -> DocumentId {
        let mut root = *id;
        for _ in 0..ALIAS_HOPS_MAX {
            let next = self.marks().find_map(|marks| marks.aliases.get(&root));
            match next {
                Some(next) => root = *next,
                None => break,
            }
        }
        root
    }

    /// The confirmed row of a root: its stream's, or what stands alone.
    pub(crate) fn row(&self, root: &DocumentId) -> Option<Row> {
        self.held(root).map(|(_, held)| held.row())
    }

    /// The row and where it is from. A stream the document has left comes last.
    pub(crate) fn held(&self, root: &DocumentId) -> Option<(Home, &Held)> {
        let mut left = None;
        for (id, stream) in self.streams.iter() {
            let Some(held) = stream.rows.get(root) else {
                continue;
            };
            if !stream.marks.moved.contains_key(root) {
                return Some((Home::Stream(*id), held));
            }
            left = Some((Home::Stream(*id), held));
        }
        let lent = self.lent.get(root).map(|held| (Home::Lent, held));
        let alone = || self.alone.get(root).map(|held| (Home::Alone, held));
        lent.or(left).or_else(alone)
    }

    /// Where a document went, if every stream here that has it says it left.
    pub(crate) fn moved_to(&self, root: &DocumentId) -> Option<UnitId> {
        match self.held(root)? {
            (Home::Stream(id), _) => self.streams.get(&id)?.marks.moved.get(root).copied(),
            (Home::Alone | Home::Lent, _) => None,
        }
    }

    /// Whether the police stream of a dossier's unit is here to its end and does not have this
    /// companion.
    pub(crate) fn has_all_but(&self, dossier: &Row, companion: &DocumentId) -> bool {
        let audience = Audience::Police;
        let stream = dossier.unit().map(|unit| StreamId { unit, audience });
        let stream = stream.and_then(|id| self.streams.get(&id));
        let whole = stream.filter(|stream| stream.is_whole());
        whole.is_some_and(|stream| stream.rows.get(companion).is_none())
    }

    pub(crate) fn is_erased(&self, root: &DocumentId) -> bool {
        self.marks().any(|marks| marks.erased.contains(root))
    }

    /// Every root with a confirmed row, some perhaps twice.
    pub(crate) fn roots(&self) -> impl Iterator<Item = DocumentId> + '_ {
        let streams = self.streams.values().flat_map(|stream| stream.rows.iter());
        let others = self.alone.iter().chain(self.lent.iter());
        streams.chain(others).map(|(id, _)| *id)
    }

    pub(crate) fn rows_mut(&mut self, home: Home) -> Option<&mut Buckets<Held>> {
        match home {
            Home::Stream(id) => {
                let stream = self.streams.get_mut(&id)?;
                Some(&mut Arc::make_mut(stream).rows)
            }
            Home::Alone => Some(&mut self.alone),
            Home::Lent => Some(&mut self.lent),
        }
    }

    /// The other ids that lead to each root that has any.
    pub(crate) fn names(&self) -> BTreeMap<DocumentId, Vec<DocumentId>> {
        let mut names: BTreeMap<DocumentId, Vec<DocumentId>> = BTreeMap::new();
        for id in self.marks().flat_map(|marks| marks.aliases.keys()) {
            names.entry(self.root(id)).or_default().push(*id);
        }
        names
    }

    /// Every id that leads to this root, itself among them.
    pub(crate) fn names_of(&self, root: &DocumentId) -> BTreeSet<DocumentId> {
        let aliases = self.marks().flat_map(|marks| marks.aliases.keys());
        let leading = aliases.filter(|id| self.root(id) == *root);
        leading.copied().chain([*root]).collect()
    }

    fn marks(&self) -> impl Iterator<Item = &Marks> {
        let streams = self.streams.values().map(|stream| &*stream.marks);
        streams.chain([&*self.alone_marks, &self.loans.marks])
    }
}
