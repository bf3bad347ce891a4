//! Packed pages: runs of a stream, spelled once for all phones that follow it.
//!
//! A stream is cut into runs, each spelled once for good. Until a run is full its pages meet at
//! [joints](PageLengths): a page made now goes as far as whole powers of two of joints allow, one made before is given out as long as it reaches the next
//! joint or half of what there is up to it. So the phones of a hamlet that pull between the
//! bundles of a storm, each from a cursor of its own to a head of its own, get the same pages,
//! what is new is spelled about twice, and whoever broke off goes on with the next page. Pages are
//! kept in memory alone: what is in them is on the disk once, sealed, and goes with its keys; a
//! restart begins with none and makes them as they are asked for.

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

/// Where pages end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageLengths {
    /// Entries of a full page. A power of two times `joint`.
    pub run: u64,
    /// Entries from one joint within a run to the next. At least 1.
    pub joint: u64,
}

impl Default for PageLengths {
    /// A full page has about 15 KB, half a second on a slow line, and there are 12 for a hamlet of
    /// 6,000 dossiers. From joint to joint is about what one bundle brings.
    fn default() -> Self {
        Self {
            run: 1_024,
            joint: 64,
        }
    }
}

/// Bytes of a page with more than one entry.
const PAGE_BYTES_MAX: usize = 192 * 1024;

/// Bytes of all pages kept: those of 250,000 dossiers.
const SHELF_BYTES_MAX: usize = 24 * 1024 * 1024;

/// Streams whose pages are made at the same time, roughly.
const TURNS: usize = 64;

/// The pages kept.
#[derive(Debug)]
pub(super) struct Shelf {
    lengths: PageLengths,
    kept: Mutex<Kept>,
    /// Who makes a page of a stream waits for whoever does already: it may be the same page.
    turns: Vec<Turn<()>>,
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
    /// Whether it ends where it does because of its length.
    is_cut: bool,
    used: u64,
}

impl Kept {
    fn find(&mut self, cursor: Cursor, head: u64, lengths: PageLengths) -> Option<Packed> {
        self.clock += 1;
        let found = self.pages.get_mut(&(cursor.stream, cursor.upto))?;
        if !found.is_cut && !lengths.is_worth(&found.page, head) {
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

impl PageLengths {
    /// Whether a page is given out though one made now would be longer. A whole run is spelled
    /// once and then for good. Until then a page may end where the next joint is, for others go on
    /// from there; and one that holds half of what there is up to that joint still does. So every
    /// entry is spelled a few times at most, however often somebody asks while others write.
    fn is_worth(self, page: &Page, head: u64) -> bool {
        let end = self.end_after(page.after, head);
        if end == page.after + self.run {
            return page.upto == end;
        }
        let enough = end.min(self.joint_after(page.after)) - page.after;
        2 * (page.upto - page.after) >= enough
    }

    /// Where a page after the cursor ends that is made now: at the end of the longest run of a
    /// power of two of joints that begins here and is full, or else at the next joint.
    fn end_after(self, cursor: u64, head: u64) -> u64 {
        let steps = core::iter::successors(Some(self.joint), |step| Some(step * 2));
        let steps = steps.take_while(|step| *step <= self.run);
        let full = steps.take_while(|step| cursor.is_multiple_of(*step) && cursor + step <= head);
        let end = full
            .last()
            .map_or(self.joint_after(cursor), |step| cursor + step);
        head.min(end)
    }

    /// The first joint after the cursor.
    fn joint_after(self, cursor: u64) -> u64 {
        (cursor / self.joint + 1) * self.joint
    }
}

impl Shelf {
    /// An empty shelf for pages of these lengths.
    pub(super) fn new(lengths: PageLengths) -> Self {
        Self {
            lengths,
            kept: Mutex::default(),
            turns: (0..TURNS).map(|_| Turn::default()).collect(),
        }
    }

    /// The page after the cursor, its stream's last entry being `head`; at least one entry.
    pub(super) async fn page<S: Store>(
        &self,
        ledger: &Ledger<S>,
        cursor: Cursor,
        head: u64,
    ) -> Result<Option<Packed>, LedgerError> {
        // The stream may have grown since its head was read.
        let shown = |mut packed: Packed| {
            let head = head.max(packed.page.upto);
            packed.page = packed.page.seen_from(head);
            packed
        };
        if let Some(packed) = self.kept().find(cursor, head, self.lengths) {
            return Ok(Some(shown(packed)));
        }
        let _turn = self.turn(cursor.stream).lock().await;
        if let Some(packed) = self.kept().find(cursor, head, self.lengths) {
            return Ok(Some(shown(packed)));
        }
        let forgotten = self.kept().forgotten;
        let end = self.lengths.end_after(cursor.upto, head);
        let Some(mut packed) = pack(ledger, (cursor, end)).await? else {
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

/// Spells the page from the cursor to this end; `None` if nothing follows.
async fn pack<S: Store>(
    ledger: &Ledger<S>,
    (cursor, end): (Cursor, u64),
) -> Result<Option<Packed>, LedgerError> {
    let limit = ScanLimit::entries((end - cursor.upto) as usize);
    let scanned = ledger
        .store()
        .scan(cursor.stream, cursor.upto, limit)
        .await?;
    if scanned.entries.is_empty() {
        return Ok(None);
    }
    let entries = open(ledger, &scanned.entries).await?;
    let (page, bytes) = fitting(cursor, scanned.head, &entries);
    let is_cut = page.upto < end;
    Ok(Some(Packed {
        page,
        bytes,
        is_cut,
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Where the pages end that lead from a cursor to the head.
    fn ends(mut cursor: u64, head: u64) -> Vec<u64> {
        let mut ends = Vec::new();
        while cursor < head {
            cursor = PageLengths::default().end_after(cursor, head);
            ends.push(cursor);
        }
        ends
    }

    #[test]
    fn whoever_comes_new_gets_whole_runs_and_others_meet_soon() {
        assert_eq!(ends(0, 12), [12]);
        assert_eq!(ends(0, 1_000), [512, 768, 896, 960, 1_000]);
        assert_eq!(ends(0, 2_048), [1_024, 2_048]);
        assert_eq!(ends(1_000, 1_050), [1_024, 1_050]);
        let late = [1_088, 1_152, 1_280, 1_408, 1_472, 1_500];
        assert_eq!(ends(1_050, 1_500), late);
        assert_eq!(ends(1_130, 1_500), late[1..]);
        assert_eq!(ends(1_470, 1_500), late[4..]);
        for cursor in 0..5_000 {
            assert!(ends(cursor, 5_000).len() <= 16);
        }
    }

    #[test]
    fn a_page_made_for_one_phone_serves_the_others_while_the_stream_grows() {
        let stream = StreamId {
            unit: shared::id::UnitId(4),
            audience: shared::id::Audience::Team,
        };
        let erased = Entry::Erased {
            document: DocumentId([1; 16]),
        };
        let is_worth = |after: u64, upto: u64, head: u64| {
            let entries = vec![erased.clone(); (upto - after) as usize];
            let page = Page::of(stream, after, upto, &entries);
            PageLengths::default().is_worth(&page, head)
        };
        assert!(is_worth(1_050, 1_060, 1_060));
        assert!(is_worth(1_050, 1_060, 1_070));
        assert!(!is_worth(1_050, 1_060, 1_071));
        assert!(is_worth(1_050, 1_069, 2_000));
        assert!(!is_worth(1_050, 1_068, 2_000));
        assert!(is_worth(1_024, 1_088, 2_047));
        assert!(!is_worth(1_024, 1_088, 2_048));
        assert!(is_worth(1_024, 2_048, 9_000));
    }
}
