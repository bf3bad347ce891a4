//! The one description of a batch, walked in both directions.
//!
//! Every step takes `Some(what to write)` or `None` when reading, and returns what stands there.
//! Rare things cost more so that usual ones cost nearly nothing: the next document of the same
//! author, the same document again, the value type the key table expects.

use std::collections::{BTreeMap, BTreeSet};

use super::columns::{Coder, Column};
use super::{
    Author, Base, Batch, Checks, DepRef, DocumentRef, Explicit, Fact, FactOp, FactSlot, FactsError,
    Form, Upon,
};
use crate::id::{ActorId, ChangeHash, Companion, DeviceId, DocumentId, Incarnation};
use crate::limits::{BUNDLE_CHANGES_MAX, CHANGE_DEPS_MAX, CHANGE_OPS_MAX, PAGE_CHANGES_MAX};
use crate::time::UnixSeconds;

pub(super) mod op;

/// Authors a page may name; a bundle's are the incarnations of one device.
const AUTHORS_MAX: usize = 4_096;

/// Times are written as differences; the first from this moment, 2023-11-14.
pub(super) const TIME_BASE: i64 = 1_700_000_000;

/// What the walk remembers from fact to fact.
struct Walk<'a> {
    form: Form,
    authors: &'a [Author],
    /// Documents named so far, by first appearance.
    documents: Vec<DocumentRef>,
    positions: BTreeMap<DocumentRef, usize>,
    /// Position of the previous fact's document.
    current: usize,
    /// The document number each author used last.
    last_numbers: BTreeMap<usize, u32>,
    last_time: i64,
}

pub(super) fn batch(
    coder: &mut dyn Coder,
    input: Option<&Batch>,
    form: Form,
) -> Result<Batch, FactsError> {
    let authors = authors(coder, input.map(|batch| batch.authors.as_slice()), form)?;
    let facts_max = match form {
        Form::Bundle(_) => BUNDLE_CHANGES_MAX,
        Form::Page => PAGE_CHANGES_MAX,
    };
    let given = input.map(|batch| batch.facts.as_slice());
    let count = count(coder, given.map(<[_]>::len), facts_max)?;
    let mut walk = Walk {
        form,
        authors: &authors,
        documents: Vec::new(),
        positions: BTreeMap::new(),
        current: 0,
        last_numbers: BTreeMap::new(),
        last_time: TIME_BASE,
    };
    let mut facts = Vec::new();
    for position in 0..count {
        facts.push(walk.fact(coder, given.map(|facts| &facts[position]))?);
    }
    let mut found = Batch {
        authors,
        facts,
        checks: Checks::default(),
    };
    found.checks = checks(coder, input.map(|batch| &batch.checks), &found)?;
    Ok(found)
}

/// A count of things that follow, at most `max`.
fn count(coder: &mut dyn Coder, given: Option<usize>, max: usize) -> Result<usize, FactsError> {
    let found = coder.number(Column::Count, given.unwrap_or(0) as u64)?;
    usize::try_from(found)
        .ok()
        .filter(|count| *count <= max)
        .ok_or(FactsError::TooLarge)
}

fn authors(
    coder: &mut dyn Coder,
    given: Option<&[Author]>,
    form: Form,
) -> Result<Vec<Author>, FactsError> {
    let count = count(coder, given.map(<[_]>::len), AUTHORS_MAX)?;
    let mut authors = Vec::new();
    for position in 0..count {
        let author = given.map(|authors| &authors[position]);
        let device = match form {
            Form::Bundle(device) => device,
            Form::Page => {
                let device = author.map(|author| author.device.0);
                DeviceId(fixed(coder, Column::Link, device.as_ref())?)
            }
        };
        let life = author.map_or(0, |author| u64::from(author.incarnation.0));
        let life = small(coder.number(Column::Author, life)?)?;
        authors.push(Author {
            device,
            incarnation: Incarnation(life),
        });
    }
    Ok(authors)
}

fn checks(
    coder: &mut dyn Coder,
    given: Option<&Checks>,
    batch: &Batch,
) -> Result<Checks, FactsError> {
    let documents = batch.documents();
    let mut found = Checks::default();
    if documents.iter().any(|(_, begins)| *begins) {
        found.begun = fixed(coder, Column::Reference, given.map(|checks| &checks.begun))?;
    }
    let known = documents.iter().filter(|(_, begins)| !begins).count();
    for position in 0..known {
        let check = given.map(|checks| &checks.known[position]);
        found.known.push(fixed(coder, Column::Reference, check)?);
    }
    Ok(found)
}

/// Exactly `N` bytes.
fn fixed<const N: usize>(
    coder: &mut dyn Coder,
    column: Column,
    given: Option<&[u8; N]>,
) -> Result<[u8; N], FactsError> {
    let bytes = coder.bytes(column, given.map_or(&[], |bytes| bytes.as_slice()), N)?;
    <[u8; N]>::try_from(bytes).map_err(|_| FactsError::Malformed)
}

fn small(number: u64) -> Result<u32, FactsError> {
    u32::try_from(number).map_err(|_| FactsError::Malformed)
}

pub(super) fn zigzag(number: i64) -> u64 {
    ((number << 1) ^ (number >> 63)) as u64
}

pub(super) fn unzigzag(number: u64) -> i64 {
    (number >> 1) as i64 ^ -((number & 1) as i64)
}

/// How a document is named: the numbers of the `Document` column before the companion's part.
pub(super) mod naming {
    pub(in crate::facts) const SAME: u64 = 0;
    pub(in crate::facts) const SEEN: u64 = 1;
    pub(in crate::facts) const NEXT: u64 = 2;
    pub(in crate::facts) const CREATED: u64 = 3;
    pub(in crate::facts) const PREFIX: u64 = 4;
    pub(in crate::facts) const FULL: u64 = 5;
}

/// How dependencies are named: the numbers of the `Upon` column.
pub(super) mod upon {
    pub(in crate::facts) const GENESIS: u64 = 0;
    pub(in crate::facts) const PREVIOUS: u64 = 1;
    pub(in crate::facts) const ALL_SHOWN: u64 = 2;
    pub(in crate::facts) const EXPLICIT: u64 = 3;
    /// And above: a list, of this many less [`LISTED`] plus one.
    pub(in crate::facts) const LISTED: u64 = 4;
}

impl Walk<'_> {
    fn fact(&mut self, coder: &mut dyn Coder, given: Option<&Fact>) -> Result<Fact, FactsError> {
        let author = self.author(coder, given.map(|fact| fact.author))?;
        let (document, seen_before) = self.document(coder, author, given.map(|f| &f.document))?;
        let upon = self.upon(coder, given.map(|fact| &fact.upon))?;
        if upon == Upon::Previous && !seen_before {
            return Err(FactsError::Malformed);
        }
        let given_time = given.map_or(0, |fact| fact.time.0.wrapping_sub(self.last_time));
        let difference = unzigzag(coder.number(Column::Time, zigzag(given_time))?);
        self.last_time = self.last_time.wrapping_add(difference);
        let ops = self.ops(coder, author, given.map(|fact| fact.ops.as_slice()))?;
        if let Upon::Explicit(explicit) = &upon
            && explicit.preds.len() != ops.len()
        {
            return Err(FactsError::Malformed);
        }
        Ok(Fact {
            author,
            document,
            upon,
            time: UnixSeconds(self.last_time),
            ops,
        })
    }

    /// A batch by one author does not name it again.
    fn author(&self, coder: &mut dyn Coder, given: Option<usize>) -> Result<usize, FactsError> {
        if self.authors.len() < 2 {
            return if self.authors.is_empty() {
                Err(FactsError::Malformed)
            } else {
                Ok(0)
            };
        }
        let index = coder.number(Column::Author, given.unwrap_or(0) as u64)?;
        self.author_in_range(index)
    }

    fn author_in_range(&self, index: u64) -> Result<usize, FactsError> {
        let index = usize::try_from(index).ok();
        index
            .filter(|index| *index < self.authors.len())
            .ok_or(FactsError::Malformed)
    }

    /// The fact's document, and whether an earlier fact of the batch named it.
    fn document(
        &mut self,
        coder: &mut dyn Coder,
        author: usize,
        given: Option<&DocumentRef>,
    ) -> Result<(DocumentRef, bool), FactsError> {
        let tag = coder.number(
            Column::Document,
            given.map_or(0, |d| self.naming(author, d)),
        )?;
        let (kind, companion) = (tag % 6, companion_from(tag / 6)?);
        if kind == naming::SAME || kind == naming::SEEN {
            let back = match kind {
                naming::SAME => self.current,
                _ => self.seen(coder, given)?,
            };
            let document = *self.documents.get(back).ok_or(FactsError::Malformed)?;
            if companion.is_some() {
                return Err(FactsError::Malformed);
            }
            self.current = back;
            return Ok((document, true));
        }
        let base = self.base(coder, author, kind, given.map(|document| &document.base))?;
        let document = DocumentRef { base, companion };
        if let (Base::Created { author, n }, None) = (base, companion) {
            coder.named(self.authors[author], n);
        }
        self.current = self.documents.len();
        let first = self.positions.insert(document, self.current).is_none();
        self.documents.push(document);
        first
            .then_some((document, false))
            .ok_or(FactsError::Malformed)
    }

    fn naming(&self, author: usize, document: &DocumentRef) -> u64 {
        let kind = match (self.positions.get(document), &document.base) {
            (Some(position), _) if *position == self.current => return naming::SAME,
            (Some(_), _) => return naming::SEEN,
            (None, Base::Created { author: by, n }) => match self.next_number(author) {
                next if *by == author && next == Some(*n) => naming::NEXT,
                _ => naming::CREATED,
            },
            (None, Base::Prefix(_)) => naming::PREFIX,
            (None, Base::Full(_)) => naming::FULL,
        };
        kind + 6 * companion_code(document.companion)
    }

    fn next_number(&self, author: usize) -> Option<u32> {
        self.last_numbers.get(&author)?.checked_add(1)
    }

    fn seen(
        &self,
        coder: &mut dyn Coder,
        given: Option<&DocumentRef>,
    ) -> Result<usize, FactsError> {
        let position = given.and_then(|document| self.positions.get(document));
        let back = position.map_or(0, |position| self.documents.len() - 1 - position);
        let back = coder.number(Column::DocumentNumber, back as u64)?;
        let position = usize::try_from(back)
            .ok()
            .and_then(|back| self.documents.len().checked_sub(back.checked_add(1)?));
        position.ok_or(FactsError::Malformed)
    }

    fn base(
        &mut self,
        coder: &mut dyn Coder,
        author: usize,
        kind: u64,
        given: Option<&Base>,
    ) -> Result<Base, FactsError> {
        match kind {
            naming::NEXT => {
                let n = self.next_number(author).ok_or(FactsError::Malformed)?;
                self.last_numbers.insert(author, n);
                Ok(Base::Created { author, n })
            }
            naming::CREATED => self.created(coder, given),
            naming::PREFIX => {
                let prefix = match given {
                    Some(Base::Prefix(prefix)) => Some(prefix),
                    _ => None,
                };
                Ok(Base::Prefix(fixed(coder, Column::Reference, prefix)?))
            }
            _ => {
                let id = match given {
                    Some(Base::Full(id)) => Some(&id.0),
                    _ => None,
                };
                Ok(Base::Full(DocumentId(fixed(coder, Column::Link, id)?)))
            }
        }
    }

    fn created(&mut self, coder: &mut dyn Coder, given: Option<&Base>) -> Result<Base, FactsError> {
        let (by, n) = match given {
            Some(Base::Created { author, n }) => (*author as u64, u64::from(*n)),
            _ => (0, 0),
        };
        let by = if self.authors.len() < 2 {
            0
        } else {
            coder.number(Column::Author, by)?
        };
        let author = self.author_in_range(by)?;
        let n = small(coder.number(Column::DocumentNumber, n)?)?;
        self.last_numbers.insert(author, n);
        Ok(Base::Created { author, n })
    }

    fn upon(&self, coder: &mut dyn Coder, given: Option<&Upon>) -> Result<Upon, FactsError> {
        let tag = match given {
            None | Some(Upon::Genesis) => upon::GENESIS,
            Some(Upon::Previous) => upon::PREVIOUS,
            Some(Upon::AllShown) => upon::ALL_SHOWN,
            Some(Upon::Explicit(_)) => upon::EXPLICIT,
            Some(Upon::Listed(deps)) => upon::LISTED + (deps.len() as u64).saturating_sub(1),
        };
        match coder.number(Column::Upon, tag)? {
            upon::GENESIS => Ok(Upon::Genesis),
            upon::PREVIOUS => Ok(Upon::Previous),
            upon::ALL_SHOWN | upon::EXPLICIT if self.form != Form::Page => {
                Err(FactsError::PageOnly)
            }
            upon::ALL_SHOWN => Ok(Upon::AllShown),
            upon::EXPLICIT => {
                let given = match given {
                    Some(Upon::Explicit(explicit)) => Some(explicit),
                    _ => None,
                };
                explicit(coder, given).map(Upon::Explicit)
            }
            tag => {
                let given = match given {
                    Some(Upon::Listed(deps)) => Some(deps.as_slice()),
                    _ => None,
                };
                listed(coder, given, tag - upon::LISTED).map(Upon::Listed)
            }
        }
    }

    fn ops(
        &self,
        coder: &mut dyn Coder,
        author: usize,
        given: Option<&[FactOp]>,
    ) -> Result<Vec<FactOp>, FactsError> {
        let count = count(coder, given.map(<[_]>::len), CHANGE_OPS_MAX)?;
        if count == 0 {
            return Err(FactsError::EmptyChange);
        }
        let mut ops: Vec<FactOp> = Vec::new();
        let mut keys = BTreeSet::new();
        for position in 0..count {
            let found = op::op(coder, given.map(|ops| &ops[position]), self.form)?;
            if let FactSlot::Again { author: life, .. } = found.slot
                && (life >= self.authors.len() || life == author)
            {
                return Err(FactsError::Malformed);
            }
            if found.slot != FactSlot::Event && !keys.insert(found.slot.clone()) {
                return Err(FactsError::KeyTwice);
            }
            ops.push(found);
        }
        Ok(ops)
    }
}

fn companion_code(companion: Option<Companion>) -> u64 {
    match companion {
        None => 0,
        Some(Companion::Identity) => 1,
        Some(Companion::Case) => 2,
    }
}

fn companion_from(code: u64) -> Result<Option<Companion>, FactsError> {
    match code {
        0 => Ok(None),
        1 => Ok(Some(Companion::Identity)),
        2 => Ok(Some(Companion::Case)),
        _ => Err(FactsError::Malformed),
    }
}

fn listed(
    coder: &mut dyn Coder,
    given: Option<&[DepRef]>,
    more: u64,
) -> Result<Vec<DepRef>, FactsError> {
    let count = usize::try_from(more)
        .ok()
        .filter(|more| *more < CHANGE_DEPS_MAX);
    let count = count.ok_or(FactsError::TooLarge)? + 1;
    let mut deps = Vec::new();
    for position in 0..count {
        let given = given.map(|deps| &deps[position]);
        let is_full = matches!(given, Some(DepRef::Full(_)));
        let dep = match coder.number(Column::Upon, u64::from(is_full))? {
            0 => {
                let prefix = match given {
                    Some(DepRef::Prefix(prefix)) => Some(prefix),
                    _ => None,
                };
                DepRef::Prefix(fixed(coder, Column::Reference, prefix)?)
            }
            1 => {
                let hash = match given {
                    Some(DepRef::Full(hash)) => Some(&hash.0),
                    _ => None,
                };
                DepRef::Full(ChangeHash(fixed(coder, Column::Link, hash)?))
            }
            _ => return Err(FactsError::Malformed),
        };
        deps.push(dep);
    }
    let ascending = deps.windows(2).all(|pair| pair[0] < pair[1]);
    ascending.then_some(deps).ok_or(FactsError::Malformed)
}

fn explicit(coder: &mut dyn Coder, given: Option<&Explicit>) -> Result<Explicit, FactsError> {
    let seq = coder.number(Column::Number, given.map_or(0, |explicit| explicit.seq))?;
    let start_op = coder.number(
        Column::Number,
        given.map_or(0, |explicit| explicit.start_op),
    )?;
    let given_deps = given.map(|explicit| explicit.deps.as_slice());
    let mut deps = Vec::new();
    for position in 0..count(coder, given_deps.map(<[_]>::len), CHANGE_DEPS_MAX)? {
        let dep = given_deps.map(|deps| &deps[position].0);
        deps.push(ChangeHash(fixed(coder, Column::Link, dep)?));
    }
    let given_preds = given.map(|explicit| explicit.preds.as_slice());
    let mut preds = Vec::new();
    for position in 0..count(coder, given_preds.map(<[_]>::len), CHANGE_OPS_MAX)? {
        preds.push(op_ids(
            coder,
            given_preds.map(|preds| preds[position].as_slice()),
        )?);
    }
    Ok(Explicit {
        seq,
        start_op,
        deps,
        preds,
    })
}

fn op_ids(
    coder: &mut dyn Coder,
    given: Option<&[crate::change::OpId]>,
) -> Result<Vec<crate::change::OpId>, FactsError> {
    let mut ids = Vec::new();
    for position in 0..count(coder, given.map(<[_]>::len), CHANGE_DEPS_MAX)? {
        let id = given.map(|ids| &ids[position]);
        let counter = coder.number(Column::Number, id.map_or(0, |id| id.counter))?;
        let actor = ActorId(fixed(coder, Column::Link, id.map(|id| &id.actor.0))?);
        ids.push(crate::change::OpId { counter, actor });
    }
    Ok(ids)
}
