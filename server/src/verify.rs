//! Counting everything anew: rows, histories and tallies from nothing but the log.
//!
//! It reads a store that nobody writes to and changes nothing. Streams are counted side by side, as
//! many as there are cores; memory holds those at work, and of the others counts alone.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;
use shared::change::Change;
use shared::engine::{Engine as _, RowEngine};
use shared::entry::{Entry, Logged};
use shared::id::{Audience, DocumentId, StreamId, UnitId};
use shared::row::Row;
use shared::tally::{NO_DAY, Tallies, contributions};
use shared::time::LocalDay;

use crate::ledger::LedgerError;
use crate::ledger::document::{Alias, Document};
use crate::ledger::history::{Step, read_step};
use crate::secrets::DataKey;
use crate::server::Server;
use crate::store::{ScanLimit, Store};

/// What was counted, and how much of it differs.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Report {
    /// Streams with entries.
    pub streams: u64,
    /// Entries of all streams.
    pub entries: u64,
    /// Documents folded from them.
    pub documents: u64,
    /// Counts above zero.
    pub tallies: u64,
    /// Entries whose change does not bear its hash or does not fold.
    pub bad_entries: u64,
    /// Documents whose row is not what their entries fold to, or that have entries and no row.
    pub bad_rows: u64,
    /// Documents that have a row and no entries.
    pub lost_documents: u64,
    /// Documents of which automerge makes something else.
    pub automerge_disagreements: u64,
    /// Counts that are not what the rows contribute.
    pub bad_tallies: u64,
    /// Documents whose note is not what their row says.
    pub bad_notes: u64,
}

impl Report {
    /// Whether nothing differs.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        let differences = [
            self.bad_entries,
            self.bad_rows,
            self.lost_documents,
            self.automerge_disagreements,
            self.bad_tallies,
            self.bad_notes,
        ];
        differences == [0; 6]
    }
}

/// Entries from which streams are counted side by side: below, nobody would notice.
const ENTRIES_FOR_MANY: u64 = 10_000;

/// Streams counted at the same time at most: each is in memory whole.
const WORKERS_MAX: usize = 8;

/// Documents compared at once.
const COMPARED_AT_ONCE: usize = 256;

/// Counts everything a server's store holds.
///
/// # Errors
/// [`LedgerError`], where the store cannot even be read.
pub async fn verify<S: Store>(server: &Server<S>) -> Result<Report, LedgerError> {
    let mut streams = streams(server);
    let heads = server.ledger().store().heads(streams.clone()).await?;
    let mut heads: Vec<(u64, StreamId)> = heads.into_iter().zip(streams.drain(..)).collect();
    heads.retain(|(head, _)| *head > 0);
    // The longest are taken first, so that nobody waits for one that was begun last.
    heads.sort_unstable();
    let entries: u64 = heads.iter().map(|(head, _)| head).sum();
    let workers = match entries < ENTRIES_FOR_MANY {
        true => 1,
        false => workers().min(heads.len()),
    };
    let waiting = Arc::new(Mutex::new(heads));
    let mut count = Count::default();
    if workers > 1 {
        let mut set = tokio::task::JoinSet::new();
        for _ in 0..workers {
            set.spawn(count_streams(server.clone(), waiting.clone()));
        }
        while let Some(counted) = set.join_next().await {
            match counted {
                Ok(counted) => count.add(counted?),
                Err(fell) => std::panic::resume_unwind(fell.into_panic()),
            }
        }
    } else {
        count = count_streams(server.clone(), waiting).await?;
    }
    count.look_for_lost(server).await?;
    count.compare_tallies(server).await?;
    Ok(count.report)
}

/// How many streams can be counted at the same time: one without a runtime of several threads.
fn workers() -> usize {
    use tokio::runtime::{Handle, RuntimeFlavor};
    let flavor = Handle::try_current().map(|handle| handle.runtime_flavor());
    match flavor {
        Ok(RuntimeFlavor::MultiThread) => {
            std::thread::available_parallelism().map_or(1, |n| n.get().min(WORKERS_MAX))
        }
        _ => 1,
    }
}

/// Counts streams until none waits.
async fn count_streams<S: Store>(
    server: Server<S>,
    waiting: Arc<Mutex<Vec<(u64, StreamId)>>>,
) -> Result<Count, LedgerError> {
    let mut count = Count::default();
    let next = || {
        let mut waiting = waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.pop()
    };
    while let Some((_, stream)) = next() {
        let folded = count.fold(&server, stream).await?;
        let documents: Vec<(DocumentId, (Row, Vec<Change>))> =
            folded.documents.into_iter().collect();
        for some in documents.chunks(COMPARED_AT_ONCE) {
            count.compare(&server, some).await?;
        }
    }
    Ok(count)
}

/// Every stream that can have entries: those of all units there ever were.
fn streams<S: Store>(server: &Server<S>) -> Vec<StreamId> {
    let units = server.units();
    let ids: BTreeSet<UnitId> = units.versions().iter().map(|unit| unit.id).collect();
    let of_unit = |unit| Audience::ALL.map(|audience| StreamId { unit, audience });
    ids.into_iter().flat_map(of_unit).collect()
}

#[derive(Default)]
struct Count {
    report: Report,
    rows: Crowd,
    tallies: Tallies,
}

/// Documents that were met, in any order: as many, and the sum of their ids. Two crowds that are
/// equal in both hold the same documents, unless somebody found ids that add up.
#[derive(Default, PartialEq, Eq)]
struct Crowd {
    count: u64,
    sum: u128,
}

impl Crowd {
    fn meet(&mut self, id: DocumentId) {
        self.count += 1;
        self.sum = self.sum.wrapping_add(u128::from_le_bytes(id.0));
    }

    fn add(&mut self, other: &Self) {
        self.count += other.count;
        self.sum = self.sum.wrapping_add(other.sum);
    }
}

/// The documents of one stream as its entries make them.
#[derive(Default)]
struct Folded {
    documents: BTreeMap<DocumentId, (Row, Vec<Change>)>,
    aliases: BTreeMap<DocumentId, DocumentId>,
}

impl Folded {
    /// Takes in a change; `false` if it is not sound.
    fn change(&mut self, logged: Logged) -> bool {
        let id = *self
            .aliases
            .get(&logged.document)
            .unwrap_or(&logged.document);
        let (row, changes) = self.documents.entry(id).or_default();
        let sound =
            logged.change.hash() == logged.hash && RowEngine.fold(row, &logged.change).is_ok();
        changes.push(logged.change);
        sound
    }

    /// Takes in an entry; `false` if it is not sound.
    fn step(
        &mut self,
        (n, step): (u64, Step),
        keys: &BTreeMap<DocumentId, Option<DataKey>>,
        closed: &mut Shut,
    ) -> Result<bool, LedgerError> {
        Ok(match step {
            Step::Closed(document) => match closed.take(document, n) {
                Packed::Change(logged) => self.change(*logged),
                Packed::Gone => true,
                Packed::Lost => false,
            },
            Step::Change(sealed) => {
                let key = keys.get(&sealed.under).and_then(Option::as_ref);
                let logged = key.map(|key| sealed.open(key)).transpose()?;
                logged.is_none_or(|logged| self.change(logged))
            }
            Step::Mark(Entry::United { survivor, joined }) => {
                self.unite(survivor, joined);
                true
            }
            Step::Mark(Entry::Erased { document: gone } | Entry::Refounded { from: gone, .. }) => {
                self.documents.remove(&gone);
                true
            }
            // No other mark is written yet.
            Step::Mark(_) => false,
        })
    }

    fn unite(&mut self, survivor: DocumentId, joined: DocumentId) {
        let (row, changes) = self.documents.remove(&joined).unwrap_or_default();
        let into = self.documents.entry(survivor).or_default();
        into.0.unite(row);
        into.1.extend(changes);
        for target in self.aliases.values_mut().filter(|to| **to == joined) {
            *target = survivor;
        }
        self.aliases.insert(joined, survivor);
    }
}

/// The closed documents of a stream, read once.
#[derive(Default)]
struct Shut(BTreeMap<DocumentId, Option<BTreeMap<u64, Logged>>>);

/// What a place in the log of a closed document leads to.
enum Packed {
    Change(Box<Logged>),
    /// Its document was erased or re-founded.
    Gone,
    /// It should be there.
    Lost,
}

impl Shut {
    /// Reads those of these documents that are not read yet.
    async fn read<S: Store>(
        &mut self,
        server: &Server<S>,
        documents: BTreeSet<DocumentId>,
    ) -> Result<(), LedgerError> {
        let documents = documents.into_iter().filter(|id| !self.0.contains_key(id));
        let documents: Vec<DocumentId> = documents.collect();
        let ledger = server.ledger();
        let mut found = ledger.closed(&documents).await?;
        for document in documents {
            let record = found.remove(&document);
            let is_gone = match &record {
                Some(changes) => changes.is_none(),
                // One that was united with another has its record still.
                None => !matches!(ledger.alias(document).await?, None | Some(Alias::United(_))),
            };
            let changes = record.flatten().unwrap_or_default();
            self.0
                .insert(document, (!is_gone).then(|| changes.into_iter().collect()));
        }
        Ok(())
    }

    fn take(&mut self, document: DocumentId, n: u64) -> Packed {
        match self.0.get_mut(&document) {
            Some(Some(changes)) => match changes.remove(&n) {
                Some(logged) => Packed::Change(Box::new(logged)),
                None => Packed::Lost,
            },
            _ => Packed::Gone,
        }
    }
}

impl Count {
    async fn fold<S: Store>(
        &mut self,
        server: &Server<S>,
        stream: StreamId,
    ) -> Result<Folded, LedgerError> {
        let (mut folded, mut closed) = (Folded::default(), Shut::default());
        let mut after = 0;
        loop {
            let store = server.ledger().store();
            let page = store.scan(stream, after, ScanLimit::WIDEST).await?;
            let Some((last, _)) = page.entries.last() else {
                self.report.streams += u64::from(after > 0);
                return Ok(folded);
            };
            after = *last;
            self.report.entries += page.entries.len() as u64;
            let steps = page.entries.iter();
            let steps: Vec<(u64, Step)> = steps
                .map(|(n, bytes)| Ok((*n, read_step(bytes)?)))
                .collect::<Result<_, LedgerError>>()?;
            let keys = keys_of(server, &steps).await?;
            let shut = steps.iter().filter_map(|(_, step)| match step {
                Step::Closed(document) => Some(*document),
                _ => None,
            });
            closed.read(server, shut.collect()).await?;
            for (n, step) in steps {
                let sound = folded.step((n, step), &keys, &mut closed)?;
                self.report.bad_entries += u64::from(!sound);
            }
        }
    }

    /// Holds documents against what the server has of them.
    async fn compare<S: Store>(
        &mut self,
        server: &Server<S>,
        folded: &[(DocumentId, (Row, Vec<Change>))],
    ) -> Result<(), LedgerError> {
        let ids: Vec<DocumentId> = folded.iter().map(|(id, _)| *id).collect();
        let found = server.ledger().documents(&ids).await?;
        let found: BTreeMap<DocumentId, Document> = found.into_iter().collect();
        for (id, (row, changes)) in folded {
            self.report.documents += 1;
            self.tallies.add(&contributions(row));
            let mut same = false;
            if let Some(document) = found.get(id) {
                self.rows.meet(*id);
                let says = (document.place.kind, row);
                self.report.bad_notes += u64::from(!server.ledger().is_noted(*id, says).await?);
                same = is_same(document, row, changes);
            }
            self.report.bad_rows += u64::from(!same);
            let differs = crdt::audit(changes, row).is_err();
            self.report.automerge_disagreements += u64::from(differs);
        }
        Ok(())
    }

    /// Takes in what another has counted.
    fn add(&mut self, other: Self) {
        let Report {
            streams,
            entries,
            documents,
            tallies: _,
            bad_entries,
            bad_rows,
            lost_documents: _,
            automerge_disagreements,
            bad_tallies: _,
            bad_notes,
        } = other.report;
        self.report.streams += streams;
        self.report.entries += entries;
        self.report.documents += documents;
        self.report.bad_entries += bad_entries;
        self.report.bad_rows += bad_rows;
        self.report.automerge_disagreements += automerge_disagreements;
        self.report.bad_notes += bad_notes;
        self.rows.add(&other.rows);
        self.tallies.apply(other.tallies.iter());
    }

    /// Rows whose documents no entry told of.
    async fn look_for_lost<S: Store>(&mut self, server: &Server<S>) -> Result<(), LedgerError> {
        let (mut rows, mut after) = (Crowd::default(), None);
        loop {
            let page = server.ledger().rows(after, 4_096).await?;
            let Some((last, _)) = page.last() else { break };
            after = Some(*last);
            page.iter().for_each(|(id, _)| rows.meet(*id));
        }
        if rows != self.rows {
            self.report.lost_documents = rows.count.saturating_sub(self.rows.count).max(1);
        }
        Ok(())
    }

    async fn compare_tallies<S: Store>(&mut self, server: &Server<S>) -> Result<(), LedgerError> {
        let mut units: BTreeSet<UnitId> = streams(server).iter().map(|s| s.unit).collect();
        units.extend(self.tallies.iter().map(|(key, _)| key.unit));
        let units: Vec<UnitId> = units.into_iter().collect();
        let mut left: BTreeMap<_, i64> = self
            .tallies
            .iter()
            .map(|(key, n)| ((key.unit, key.indicator.code(), key.day, key.team), n))
            .collect();
        for tally in server.tallies(&units, NO_DAY..=LocalDay(i32::MAX)).await? {
            self.report.tallies += 1;
            let key = (tally.unit, tally.indicator, tally.day, tally.team);
            let counted = left.remove(&key).unwrap_or(0);
            let same = u64::try_from(counted) == Ok(tally.count);
            self.report.bad_tallies += u64::from(!same);
        }
        self.report.bad_tallies += left.len() as u64;
        Ok(())
    }
}

/// The keys of the entries of a page; none for those that were destroyed.
async fn keys_of<S: Store>(
    server: &Server<S>,
    steps: &[(u64, Step)],
) -> Result<BTreeMap<DocumentId, Option<DataKey>>, LedgerError> {
    let under = steps.iter().filter_map(|(_, step)| match step {
        Step::Change(sealed) => Some(sealed.under),
        _ => None,
    });
    let under: Vec<DocumentId> = under.collect::<BTreeSet<_>>().into_iter().collect();
    let keys = server.ledger().keys_of(&under).await?;
    Ok(under.into_iter().zip(keys).collect())
}

fn is_same(document: &Document, row: &Row, changes: &[Change]) -> bool {
    document.row == *row && document.place.entries as usize == changes.len()
}
