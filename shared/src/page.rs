//! A page: a run of one stream's entries as it travels down to phones.
//!
//! The changes of the run are one batch of facts in page form; whatever is not a change stands
//! beside it as a mark, before the fact with the given position. A phone folds a page on top of
//! the rows it has confirmed from the same stream, which are exactly the rows the server had when
//! it appended these entries, so most changes need nothing explicit.

use serde::{Deserialize, Serialize};

use crate::change::{Action, Change, Op};
use crate::derive::{DeriveError, Resolved, derive};
use crate::engine::{Slot, next_deps};
use crate::entry::{Entry, Logged};
use crate::facts::{
    Author, Authors, Base, Batch, DocumentRef, Explicit, Fact, FactsError, Form, Upon, checks_of,
    decode, encode, fact_ops,
};
use crate::id::{ActorId, ChangeHash, DocumentId, EventId, StreamId};
use crate::key::Key;
use crate::limits::PAGE_CHANGES_MAX;
use crate::row::Row;
use crate::time::UnixSeconds;

/// A run of one stream's entries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    /// Whose entries.
    pub stream: StreamId,
    /// The cursor this page continues from: entries up to this number are known.
    pub after: u64,
    /// The cursor once the page is folded.
    pub upto: u64,
    /// The stream's last entry when the page was made.
    pub head: u64,
    /// The run's changes: a batch of facts in page form.
    #[serde(with = "serde_bytes")]
    facts: Vec<u8>,
    /// Everything else, each with the position of the fact it stands before.
    marks: Vec<(u32, Entry)>,
}

/// One change as people read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The document, under the name its author used.
    pub document: DocumentId,
    /// Whose.
    pub author: Author,
    /// By the author's clock.
    pub time: UnixSeconds,
    /// What it does, in order.
    pub ops: Vec<(Slot, Action)>,
}

/// Why a page cannot be read. The phone drops what it has of the stream and pulls it anew.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// The facts cannot be read.
    #[error("the page's facts cannot be read")]
    Facts(#[from] FactsError),
    /// A change does not follow from the rows the reader has.
    #[error("a change of the page cannot be derived")]
    Derive(#[from] DeriveError),
    /// The changes derived are not those that were meant.
    #[error("the page's checks do not fit what was derived from it")]
    Checks,
    /// A mark or a count is out of place.
    #[error("the page is not in canonical form")]
    Malformed,
}

impl Page {
    /// The page for these entries, numbered `after + 1` and on.
    #[must_use]
    pub fn of(stream: StreamId, after: u64, head: u64, entries: &[Entry]) -> Self {
        let mut marks = Vec::new();
        let mut logged = Vec::new();
        for entry in entries {
            match entry {
                Entry::Change(change) => logged.push(change),
                other => marks.push((logged.len() as u32, other.clone())),
            }
        }
        let facts = encode(&batch(&logged), Form::Page);
        Self {
            stream,
            after,
            upto: after + entries.len() as u64,
            head,
            facts,
            marks,
        }
    }

    /// The same page, of a stream whose last entry is `head` by now.
    #[must_use]
    pub fn seen_from(self, head: u64) -> Self {
        Self { head, ..self }
    }

    /// What was written, by whom and when, without the rows it was written upon: for people to
    /// read, never to fold.
    ///
    /// # Errors
    /// [`PageError`].
    pub fn written(&self) -> Result<Vec<Written>, PageError> {
        let batch = decode(&self.facts, Form::Page)?;
        let facts = batch.facts.iter();
        facts
            .map(|fact| {
                let (document, _) = named(&batch, fact)?;
                Ok(Written {
                    document,
                    author: batch.authors[fact.author],
                    time: fact.time,
                    ops: fact.ops_for(&batch.authors, document),
                })
            })
            .collect()
    }

    /// Reads the page's entries. `row` gives the row a document has confirmed so far (aliases
    /// resolved), and is told of every change as it is read.
    ///
    /// # Errors
    /// [`PageError`].
    pub fn entries(&self, rows: &mut impl Rows) -> Result<Vec<Entry>, PageError> {
        let batch = decode(&self.facts, Form::Page)?;
        let count = (batch.facts.len() + self.marks.len()) as u64;
        if self.after.checked_add(count) != Some(self.upto) {
            return Err(PageError::Malformed);
        }
        let entries = self.read(&batch, |_| true, rows)?;
        let meant = entries.iter().filter_map(|entry| match entry {
            Entry::Change(logged) => Some((logged.document, logged.hash)),
            _ => None,
        });
        match checks_of(&batch, &meant.collect::<Vec<_>>()) == batch.checks {
            true => Ok(entries),
            false => Err(PageError::Checks),
        }
    }

    /// Reads the changes of some documents and all that is no change, of a page whose entries
    /// were once read with success: its checks need all changes and are not looked at again.
    ///
    /// # Errors
    /// [`PageError`].
    pub fn entries_of(
        &self,
        is_wanted: impl Fn(&DocumentId) -> bool,
        rows: &mut impl Rows,
    ) -> Result<Vec<Entry>, PageError> {
        self.read(&decode(&self.facts, Form::Page)?, is_wanted, rows)
    }

    fn read(
        &self,
        batch: &Batch,
        is_wanted: impl Fn(&DocumentId) -> bool,
        rows: &mut impl Rows,
    ) -> Result<Vec<Entry>, PageError> {
        let mut marks = self.marks.iter().peekable();
        let mut entries = Vec::new();
        for (position, fact) in batch.facts.iter().enumerate() {
            while let Some((_, mark)) = marks.next_if(|(at, _)| *at as usize <= position) {
                rows.show(mark);
                entries.push(mark.clone());
            }
            let (document, created) = named(batch, fact)?;
            if !is_wanted(&document) {
                continue;
            }
            let entry = Entry::Change(read_fact(batch, fact, (document, created), rows)?);
            rows.show(&entry);
            entries.push(entry);
        }
        for (_, mark) in marks {
            rows.show(mark);
            entries.push(mark.clone());
        }
        Ok(entries)
    }
}

/// What the reader of a page knows of the documents in it.
pub trait Rows {
    /// The confirmed row of the document, its alias followed; empty if there is none.
    fn row(&self, document: &DocumentId) -> Row;

    /// Told of every entry, in order, before the next one is read.
    fn show(&mut self, entry: &Entry);
}

/// The most entries one page is made of.
pub const PAGE_ENTRIES_MAX: usize = PAGE_CHANGES_MAX;

fn batch(logged: &[&Logged]) -> Batch {
    let mut batch = Batch::default();
    let mut authors = Authors::default();
    let mut names = std::collections::BTreeMap::<DocumentId, DocumentRef>::new();
    for change in logged {
        let author = authors.number(change.author);
        let document = *names.entry(change.document).or_insert_with(|| {
            let base = match change.created {
                Some(n) => Base::Created { author, n },
                None => Base::Full(change.document),
            };
            DocumentRef {
                base,
                companion: None,
            }
        });
        let fact = &change.change;
        let upon = match (fact.deps.is_empty(), change.upon_all_shown) {
            (true, _) => Upon::Genesis,
            (false, true) => Upon::AllShown,
            (false, false) => Upon::Explicit(explicit(fact)),
        };
        let ops = fact_ops(fact, change.author, change.document, &mut authors);
        batch.facts.push(Fact {
            author,
            document,
            upon,
            time: fact.time,
            ops,
        });
    }
    batch.authors = authors.list;
    let meant: Vec<_> = logged
        .iter()
        .map(|change| (change.document, change.hash))
        .collect();
    batch.checks = checks_of(&batch, &meant);
    batch
}

fn explicit(change: &Change) -> Explicit {
    Explicit {
        seq: change.seq,
        start_op: change.start_op,
        deps: change.deps.clone(),
        preds: change.ops.iter().map(|op| op.preds.clone()).collect(),
    }
}

/// The document a fact is of, and its number among its creator's if the fact begins it.
fn named(batch: &Batch, fact: &Fact) -> Result<(DocumentId, Option<u32>), PageError> {
    match fact.document {
        DocumentRef {
            companion: Some(_), ..
        } => Err(PageError::Malformed),
        DocumentRef {
            base: Base::Full(id),
            ..
        } => Ok((id, None)),
        DocumentRef {
            base: Base::Created { author: by, n },
            ..
        } => {
            let begins = by == fact.author && fact.upon == Upon::Genesis;
            let by = batch.authors[by];
            Ok((
                DocumentId::created(by.device, by.incarnation, n),
                begins.then_some(n),
            ))
        }
        DocumentRef {
            base: Base::Prefix(_),
            ..
        } => Err(PageError::Malformed),
    }
}

fn read_fact(
    batch: &Batch,
    fact: &Fact,
    (document, created): (DocumentId, Option<u32>),
    rows: &impl Rows,
) -> Result<Logged, PageError> {
    let author = batch.authors[fact.author];
    let actor = author.actor(document);
    let ops = fact.ops_for(&batch.authors, document);
    let change = match &fact.upon {
        Upon::Genesis => derive_upon(&Row::default(), actor, (fact.time, ops))?,
        Upon::AllShown => derive_upon(&rows.row(&document), actor, (fact.time, ops))?,
        Upon::Explicit(explicit) => stated(actor, (fact.time, ops), explicit),
        Upon::Previous | Upon::Listed(_) => return Err(PageError::Malformed),
    };
    Ok(Logged {
        document,
        author,
        created,
        upon_all_shown: fact.upon == Upon::AllShown,
        hash: change.hash(),
        change,
    })
}

/// What a change does, and when it was made.
type Done = (UnixSeconds, Vec<(Slot, Action)>);

fn derive_upon(row: &Row, actor: ActorId, (time, ops): Done) -> Result<Change, DeriveError> {
    let deps: Vec<ChangeHash> = next_deps(row, &actor);
    derive(
        row,
        &Resolved {
            actor,
            deps,
            time,
            ops,
        },
    )
}

fn stated(actor: ActorId, (time, ops): Done, explicit: &Explicit) -> Change {
    let ops = (explicit.start_op..).zip(ops.into_iter().zip(&explicit.preds));
    let ops = ops.map(|(counter, ((slot, action), preds))| {
        let key = match slot {
            Slot::Key(key) => key,
            Slot::Event => Key::event(EventId::written_by(actor, counter)),
        };
        Op {
            key,
            action,
            preds: preds.clone(),
        }
    });
    Change {
        actor,
        seq: explicit.seq,
        start_op: explicit.start_op,
        time,
        deps: explicit.deps.clone(),
        ops: ops.collect(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::engine::{Edit, Engine as _, RowEngine};
    use crate::id::{Audience, DeviceId, Incarnation, UnitId};
    use crate::value::Value;

    const STREAM: StreamId = StreamId {
        unit: UnitId(4),
        audience: Audience::Team,
    };

    /// A reader or a server: the rows of what it has seen so far.
    #[derive(Default, Clone)]
    struct Seen(BTreeMap<DocumentId, Row>);

    impl Rows for Seen {
        fn row(&self, document: &DocumentId) -> Row {
            self.0.get(document).cloned().unwrap_or_default()
        }

        fn show(&mut self, entry: &Entry) {
            if let Entry::Change(logged) = entry {
                let row = self.0.entry(logged.document).or_default();
                RowEngine
                    .fold(row, &logged.change)
                    .expect("entries come in causal order");
            }
        }
    }

    /// What the server logs when phones write upon states of different ages.
    fn log(steps: &[(usize, usize, u64, bool)]) -> Vec<Entry> {
        let mut server = Seen::default();
        let mut phones = vec![Seen::default(); 3];
        let mut log: Vec<Entry> = Vec::new();
        let mut read = [0; 3];
        for (phone, document, value, catches_up) in steps {
            if *catches_up {
                let news: Vec<_> = log[read[*phone]..].to_vec();
                let unseen = |seen: &Seen, entry: &Entry| match entry {
                    Entry::Change(l) => seen
                        .row(&l.document)
                        .actors
                        .get(&l.change.actor)
                        .is_none_or(|state| state.seq < l.change.seq),
                    _ => true,
                };
                for entry in news {
                    if unseen(&phones[*phone], &entry) {
                        phones[*phone].show(&entry);
                    }
                }
                read[*phone] = log.len();
            }
            let author = Author {
                device: DeviceId([*phone as u8; 16]),
                incarnation: Incarnation(0),
            };
            let creator = Author {
                device: DeviceId([0; 16]),
                incarnation: Incarnation(0),
            };
            let id = DocumentId::created(creator.device, creator.incarnation, *document as u32);
            let puts = vec![
                (Slot::Key(Key::HEADCOUNT), Value::Uint(*value)),
                (Slot::Event, Value::Bytes(vec![1, *value as u8])),
            ];
            let edit = Edit {
                actor: author.actor(id),
                time: UnixSeconds(1_700_000_000),
                puts,
            };
            let before = phones[*phone].row(&id);
            let change = RowEngine
                .edit(&before, &edit)
                .expect("an event is always written");
            let shown = server.row(&id);
            let entry = Entry::Change(Logged {
                document: id,
                author,
                created: (author == creator && shown.is_empty()).then_some(*document as u32),
                upon_all_shown: !change.deps.is_empty()
                    && change.deps == next_deps(&shown, &change.actor),
                hash: change.hash(),
                change,
            });
            phones[*phone].show(&entry);
            server.show(&entry);
            log.push(entry);
        }
        log
    }

    proptest! {
        #[test]
        fn a_page_brings_the_very_entries(
            steps in prop::collection::vec((0..3_usize, 0..3_usize, 0..5_u64, any::<bool>()), 1..40),
            cut in any::<prop::sample::Index>(),
        ) {
            let entries = log(&steps);
            let cut = cut.index(entries.len());
            let mut reader = Seen::default();
            let mut read = Vec::new();
            for (after, run) in [(0, &entries[..cut]), (cut, &entries[cut..])] {
                let page = Page::of(STREAM, after as u64, entries.len() as u64, run);
                let bytes = postcard::to_allocvec(&page).expect("pages serialise");
                let page: Page = postcard::from_bytes(&bytes).expect("and deserialise");
                read.extend(page.entries(&mut reader).expect("an honest page"));
            }
            let wanted = DocumentId::created(DeviceId([0; 16]), Incarnation(0), 1);
            let whole = Page::of(STREAM, 0, entries.len() as u64, &entries);
            let part = whole.entries_of(|id| *id == wanted, &mut Seen::default());
            let of_it = entries.iter().filter(|entry| match entry {
                Entry::Change(logged) => logged.document == wanted,
                _ => true,
            });
            prop_assert_eq!(part.expect("an honest page"), of_it.cloned().collect::<Vec<_>>());
            let written = [(0, &entries[..cut]), (cut, &entries[cut..])].into_iter().flat_map(|(after, run)| {
                Page::of(STREAM, after as u64, entries.len() as u64, run).written().expect("an honest page")
            });
            let authors: Vec<_> = written.map(|one| (one.document, one.author)).collect();
            let meant: Vec<_> = entries.iter().map(|entry| match entry {
                Entry::Change(logged) => (logged.document, logged.author),
                _ => unreachable!("only changes are logged here"),
            }).collect();
            prop_assert_eq!(authors, meant);
            prop_assert_eq!(read, entries);
        }
    }

    #[test]
    fn marks_keep_their_place_among_changes() {
        let mut entries = log(&[(0, 0, 1, false), (0, 0, 2, false)]);
        entries.insert(
            1,
            Entry::Erased {
                document: DocumentId([1; 16]),
            },
        );
        entries.push(Entry::Moved {
            document: DocumentId([2; 16]),
            to: UnitId(9),
        });
        let page = Page::of(STREAM, 7, 11, &entries);
        assert_eq!(
            page.entries(&mut Seen::default()).expect("an honest page"),
            entries
        );
        assert_eq!((page.after, page.upto, page.head), (7, 11, 11));
    }
}
