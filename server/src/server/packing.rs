//! Packed pages: runs of a stream, spelled once for all phones that follow it.
//!
//! A page ends at a multiple of [`PAGE_ENTRIES`], at its length's bound, or at the stream's head,
//! so phones that begin at the same place get the same page, and whoever broke off goes on with
//! the next. Pages are kept in memory alone: what is in them is on the disk once, sealed, and
//! goes with its keys; a restart begins with none and makes them as they are asked for.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::{Mutex, MutexGuard, PoisonError};

use shared::entry::{Entry, Logged};
use shared::id::{DocumentId, StreamId};
use shared::page::Page;
use shared::pull::Cursor;
use tokio::sync::Mutex as Turn;

use crate::ledger::audit::AUDIT;
use crate::ledger::closed::Numbered;
use crate::ledger::document::Alias;
use crate::ledger::history::{Step, appended_mark, read_step};
use crate::ledger::{Ledger, LedgerError};
use crate::store::{Commit, ScanLimit, Store};

/// Entries of a full page: about 15 KB, half a second on a slow line, and 12 pages for a hamlet
/// of 6,000 dossiers.
pub const PAGE_ENTRIES: u64 = 1_024;

/// Bytes of a page with more than one entry.
const PAGE_BYTES_MAX: usize = 192 * 1024;

/// Bytes of all pages kept: those of 250,000 dossiers.
const SHELF_BYTES_MAX: usize = 24 * 1024 * 1024;

/// Streams whose pages are made at the same time, roughly.
const TURNS: usize = 64;

/// The pages kept.
#[derive(Debug)]
pub(super) struct Shelf {
    kept: Mutex<Kept>,
    /// Who makes a page of a stream waits for whoever does already: it may be the same page.
    turns: Vec<Turn<()>>,
}

impl Default for Shelf {
    fn default() -> Self {
        Self {
            kept: Mutex::default(),
            turns: (0..TURNS).map(|_| Turn::default()).collect(),
        }
    }
}

#[derive(Debug, Default)]
struct Kept {
    /// By stream and the entry they begin after.
    pages: BTreeMap<(StreamId, u64), Packed>,
    bytes: usize,
    clock: u64,
    /// How often pages were dropped because they must not be shown again.
    forgotten: u64,
}

/// A page as it is kept.
#[derive(Debug, Clone)]
pub(super) struct Packed {
    /// The page.
    pub(super) page: Page,
    /// Bytes of it in an answer.
    pub(super) bytes: usize,
    /// Whether it ends where it does for ever, and not just at the head of then.
    is_closed: bool,
    used: u64,
}

impl Kept {
    fn find(&mut self, cursor: Cursor, head: u64) -> Option<Packed> {
        self.clock += 1;
        let found = self.pages.get_mut(&(cursor.stream, cursor.upto))?;
        if !found.is_closed && found.page.upto != head {
            return None;
        }
        found.used = self.clock;
        Some(found.clone())
    }

    fn keep(&mut self, packed: Packed) {
        let key = (packed.page.stream, packed.page.after);
        self.bytes += packed.bytes;
        let before = self.pages.insert(key, packed);
        self.bytes -= before.map_or(0, |before| before.bytes);
        while self.bytes > SHELF_BYTES_MAX {
            let oldest = self.pages.iter().min_by_key(|(_, page)| page.used);
            let Some(key) = oldest.map(|(key, _)| *key) else {
                return;
            };
            self.remove(key);
        }
    }

    fn remove(&mut self, key: (StreamId, u64)) {
        if let Some(gone) = self.pages.remove(&key) {
            self.bytes -= gone.bytes;
        }
    }
}

impl Shelf {
    /// The page after the cursor, its stream's last entry being `head`; at least one entry.
    pub(super) async fn page<S: Store>(
        &self,
        ledger: &Ledger<S>,
        cursor: Cursor,
        head: u64,
    ) -> Result<Option<Packed>, LedgerError> {
        let shown = |packed: Packed| Packed {
            page: packed.page.seen_from(head),
            ..packed
        };
        if let Some(packed) = self.kept().find(cursor, head) {
            return Ok(Some(shown(packed)));
        }
        let _turn = self.turn(cursor.stream).lock().await;
        if let Some(packed) = self.kept().find(cursor, head) {
            return Ok(Some(shown(packed)));
        }
        let forgotten = self.kept().forgotten;
        let Some(mut packed) = pack(ledger, cursor).await? else {
            return Ok(None);
        };
        let mut kept = self.kept();
        kept.clock += 1;
        packed.used = kept.clock;
        // What was read before something had to be forgotten may still show it.
        if kept.forgotten == forgotten {
            kept.keep(packed.clone());
        }
        Ok(Some(shown(packed)))
    }

    /// Drops every page of the stream: something in it must not be shown again.
    pub(super) fn forget(&self, stream: StreamId) {
        let mut kept = self.kept();
        kept.forgotten += 1;
        let there = kept.pages.range((stream, 0)..=(stream, u64::MAX));
        let keys: Vec<_> = there.map(|(key, _)| *key).collect();
        keys.into_iter().for_each(|key| kept.remove(key));
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn turn(&self, stream: StreamId) -> &Turn<()> {
        let mut hasher = DefaultHasher::new();
        stream.hash(&mut hasher);
        &self.turns[hasher.finish() as usize % TURNS]
    }
}

/// The streams whose pages show what this commit takes away.
pub(super) fn outdated(commit: &Commit) -> Result<Vec<StreamId>, LedgerError> {
    let mut streams = Vec::new();
    for append in commit
        .appends
        .iter()
        .filter(|append| append.stream != AUDIT)
    {
        if let Some(Entry::Erased { .. } | Entry::Refounded { .. }) = appended_mark(append)? {
            streams.push(append.stream);
        }
    }
    Ok(streams)
}

/// Spells the page after the cursor; `None` if nothing follows.
async fn pack<S: Store>(ledger: &Ledger<S>, cursor: Cursor) -> Result<Option<Packed>, LedgerError> {
    let boundary = (cursor.upto / PAGE_ENTRIES + 1) * PAGE_ENTRIES;
    let limit = ScanLimit::entries((boundary - cursor.upto) as usize);
    let scanned = ledger
        .store()
        .scan(cursor.stream, cursor.upto, limit)
        .await?;
    if scanned.entries.is_empty() {
        return Ok(None);
    }
    let entries = open(ledger, &scanned.entries).await?;
    let (page, bytes) = fitting(cursor, scanned.head, &entries);
    let is_closed = page.upto == boundary || page.upto < scanned.head;
    Ok(Some(Packed {
        page,
        bytes,
        is_closed,
        used: 0,
    }))
}

/// The longest page of these entries that keeps its bound, found by halving.
fn fitting(cursor: Cursor, head: u64, entries: &[Entry]) -> (Page, usize) {
    let mut count = entries.len();
    loop {
        let page = Page::of(cursor.stream, cursor.upto, head, &entries[..count]);
        let bytes = postcard::experimental::serialized_size(&page).unwrap_or(usize::MAX);
        if bytes <= PAGE_BYTES_MAX || count == 1 {
            return (page, bytes);
        }
        count /= 2;
    }
}

/// Reads entries and opens the sealed ones, fetching what they need in one go.
async fn open<S: Store>(
    ledger: &Ledger<S>,
    entries: &[(u64, Vec<u8>)],
) -> Result<Vec<Entry>, LedgerError> {
    let steps = entries.iter().map(|(n, bytes)| Ok((*n, read_step(bytes)?)));
    let steps = steps.collect::<Result<Vec<_>, LedgerError>>()?;
    let mut under = BTreeSet::new();
    let mut closed = BTreeSet::new();
    for (_, step) in &steps {
        match step {
            Step::Change(sealed) => drop(under.insert(sealed.under)),
            Step::Closed(document) => drop(closed.insert(*document)),
            Step::Mark(_) => {}
        }
    }
    let under: Vec<DocumentId> = under.into_iter().collect();
    let keys = ledger.keys_of(&under).await?;
    let keys: BTreeMap<_, _> = under.into_iter().zip(keys).collect();
    let closed: Vec<DocumentId> = closed.into_iter().collect();
    let closed = ledger.closed(&closed).await?;
    let mut open = Vec::with_capacity(steps.len());
    for (n, step) in steps {
        open.push(match step {
            // Both must not be made one again: they went on apart, or as something else.
            Step::Mark(Entry::United { survivor, joined }) => match ledger.alias(joined).await? {
                Some(Alias::Refounded(to)) => Entry::Refounded { from: joined, to },
                _ => Entry::United { survivor, joined },
            },
            Step::Mark(entry) => entry,
            Step::Change(sealed) => match &keys[&sealed.under] {
                Some(key) => Entry::Change(sealed.open(key)?),
                None => trace(ledger, sealed.document, Gone::Key).await?,
            },
            Step::Closed(document) => match closed.get(&document) {
                Some(Some(changes)) => Entry::Change(numbered(changes, n)?),
                Some(None) => trace(ledger, document, Gone::Key).await?,
                None => trace(ledger, document, Gone::Record).await?,
            },
        });
    }
    Ok(open)
}

/// The change with this number in the stream.
fn numbered(changes: &[Numbered], n: u64) -> Result<Logged, LedgerError> {
    let found = changes.iter().find(|(known, _)| *known == n);
    let found = found.ok_or(LedgerError::Contradiction(
        "a closed document lacks a change",
    ))?;
    Ok(found.1.clone())
}

/// What is missing of a change that cannot be shown.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Gone {
    Key,
    Record,
}

/// What stands in a page in the place of a change that must not be shown again: where its document
/// goes on, or the tombstone of the person once more.
async fn trace<S: Store>(
    ledger: &Ledger<S>,
    document: DocumentId,
    gone: Gone,
) -> Result<Entry, LedgerError> {
    match ledger.alias(document).await? {
        Some(Alias::Refounded(to)) => Ok(Entry::Refounded { from: document, to }),
        None | Some(Alias::United(_)) if gone == Gone::Record => {
            Err(LedgerError::Contradiction("a closed document is not there"))
        }
        _ => Ok(Entry::Erased { document }),
    }
}
