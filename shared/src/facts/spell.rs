//! From changes to facts: what a sender leaves out because the receiver derives it.

use std::collections::BTreeMap;

use super::{
    Author, Base, Batch, Checks, DepRef, DocumentRef, Fact, FactOp, FactSlot, Upon, begun_check,
    known_check,
};
use crate::change::Change;
use crate::id::{ChangeHash, Companion, DocumentId, EventId, Incarnation};

/// How much of a reference is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// Prefixes, which the server resolves.
    Short,
    /// Whole ids and hashes: what the server asks for when a prefix was ambiguous.
    Full,
}

/// Where a document came from, as far as its writer knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// The `n`-th document of this author.
    Created(Author, u32),
    /// A document made by someone else.
    Elsewhere(DocumentId),
}

impl Origin {
    /// The id of the document itself (not of a companion).
    #[must_use]
    pub fn document(&self) -> DocumentId {
        match self {
            Self::Created(author, n) => DocumentId::created(author.device, author.incarnation, *n),
            Self::Elsewhere(id) => *id,
        }
    }
}

/// The full name of a document: an origin, or a companion of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name {
    /// The document, or the dossier whose companion is meant.
    pub origin: Origin,
    /// Which companion, if one is meant.
    pub companion: Option<Companion>,
}

impl Name {
    /// The id of the document meant.
    #[must_use]
    pub fn document(&self) -> DocumentId {
        let base = self.origin.document();
        self.companion.map_or(base, |which| base.companion(which))
    }
}

/// One change to send.
#[derive(Debug, Clone, Copy)]
pub struct Outgoing<'a> {
    /// The document it belongs to.
    pub name: Name,
    /// The life of the device that wrote it.
    pub author: Author,
    /// The change.
    pub change: &'a Change,
}

/// The batch that says these changes in a bundle, every document's in causal order.
#[must_use]
pub fn spell(outgoing: &[Outgoing<'_>], detail: Detail) -> Batch {
    let mut authors = Authors::default();
    let names = names(outgoing);
    let mut last: BTreeMap<DocumentId, ChangeHash> = BTreeMap::new();
    let mut facts = Vec::with_capacity(outgoing.len());
    for out in outgoing {
        let author = authors.number(out.author);
        let document = out.name.document();
        let name = names[&document];
        let base = match name.origin {
            Origin::Created(by, n) => Base::Created {
                author: authors.number(by),
                n,
            },
            Origin::Elsewhere(id) if detail == Detail::Full => Base::Full(id),
            Origin::Elsewhere(id) => Base::Prefix(prefix(&id.0)),
        };
        facts.push(Fact {
            author,
            document: DocumentRef {
                base,
                companion: name.companion,
            },
            upon: upon(&out.change.deps, last.get(&document), detail),
            time: out.change.time,
            ops: fact_ops(out.change, out.author, document, &mut authors),
        });
        last.insert(document, out.change.hash());
    }
    let mut batch = Batch {
        authors: authors.list,
        facts,
        checks: Checks::default(),
    };
    let named = outgoing
        .iter()
        .map(|out| (out.name.document(), out.change.hash()));
    batch.checks = checks_of(&batch, &named.collect::<Vec<_>>());
    batch
}

/// One name per document. A device may know its own document by both (it made it, and after a way
/// back it found it again): a reader tells documents apart by what they are called.
fn names(outgoing: &[Outgoing<'_>]) -> BTreeMap<DocumentId, Name> {
    let mut names = BTreeMap::new();
    for out in outgoing {
        let name = names.entry(out.name.document()).or_insert(out.name);
        // An author's number says more in fewer bytes than a prefix.
        *name = out.name.min(*name);
    }
    names
}

/// The checks of a batch whose facts mean these (document, hash) pairs, fact by fact.
#[must_use]
pub fn checks_of(batch: &Batch, meant: &[(DocumentId, ChangeHash)]) -> Checks {
    let begun: BTreeMap<DocumentRef, bool> = batch.documents().into_iter().collect();
    let of_begun = batch
        .facts
        .iter()
        .zip(meant)
        .filter(|(fact, _)| begun[&fact.document]);
    let mut checks = Checks {
        begun: begun_check(of_begun.map(|(_, (document, hash))| (document, hash))),
        known: Vec::new(),
    };
    for (reference, _) in batch.documents().into_iter().filter(|(_, begins)| !begins) {
        let here = || {
            batch
                .facts
                .iter()
                .zip(meant)
                .filter(|(f, _)| f.document == reference)
        };
        if let Some((_, (document, _))) = here().next() {
            let hashes = here().map(|(_, (_, hash))| hash);
            checks.known.push(known_check(document, hashes));
        }
    }
    checks
}

/// The authors of a batch, numbered as they appear.
#[derive(Debug, Clone, Default)]
pub struct Authors {
    /// By number.
    pub list: Vec<Author>,
}

impl Authors {
    /// The author's number in the batch.
    pub fn number(&mut self, author: Author) -> usize {
        let found = self.list.iter().position(|known| *known == author);
        found.unwrap_or_else(|| {
            self.list.push(author);
            self.list.len() - 1
        })
    }
}

/// The ops of a change of `author` as a fact has them: the keys of events left to be derived.
#[must_use]
pub fn fact_ops(
    change: &Change,
    author: Author,
    document: DocumentId,
    authors: &mut Authors,
) -> Vec<FactOp> {
    let ops = change.op_ids().zip(&change.ops);
    ops.map(|(id, op)| {
        let slot = match op.key.event_id() {
            None => FactSlot::Key(op.key.clone()),
            Some(event) if event == EventId::written_by(change.actor, id.counter) => {
                FactSlot::Event
            }
            Some(event) => again(event, author, document, authors)
                .unwrap_or_else(|| FactSlot::Key(op.key.clone())),
        };
        FactOp {
            slot,
            action: op.action.clone(),
        }
    })
    .collect()
}

/// Op counters in which the origin of an event that is issued again is looked for. A dossier has
/// a few dozen ops in its life.
const AGAIN_COUNTER_MAX: u64 = 1_024;

/// Lives before the author's own in which it is looked for. A phone issues work again in the next
/// life or a few later; one that names a life in the billions must not keep anybody searching.
const AGAIN_LIVES_MAX: usize = 64;

/// The earlier life of the author's device that first wrote the event, and as which op. What is
/// found nowhere stands under its whole key.
fn again(
    event: EventId,
    author: Author,
    document: DocumentId,
    authors: &mut Authors,
) -> Option<FactSlot> {
    let lives = (0..author.incarnation.0).rev().map(Incarnation);
    lives
        .take(AGAIN_LIVES_MAX)
        .map(|incarnation| Author {
            incarnation,
            ..author
        })
        .find_map(|life| {
            let actor = life.actor(document);
            let is_it = |counter: &u64| EventId::written_by(actor, *counter) == event;
            let counter = (1..=AGAIN_COUNTER_MAX).find(is_it)?;
            Some(FactSlot::Again {
                author: authors.number(life),
                counter,
            })
        })
}

fn upon(deps: &[ChangeHash], previous: Option<&ChangeHash>, detail: Detail) -> Upon {
    match (deps, previous) {
        ([], _) => Upon::Genesis,
        ([only], Some(previous)) if only == previous => Upon::Previous,
        _ => {
            let short: Vec<_> = deps.iter().map(|dep| prefix(&dep.0)).collect();
            let unique = short.windows(2).all(|pair| pair[0] != pair[1]);
            Upon::Listed(match detail {
                Detail::Short if unique => short.into_iter().map(DepRef::Prefix).collect(),
                _ => deps.iter().copied().map(DepRef::Full).collect(),
            })
        }
    }
}

fn prefix<const N: usize>(bytes: &[u8]) -> [u8; N] {
    let mut out = [0; N];
    out.copy_from_slice(&bytes[..N]);
    out
}
