//! Counting everything anew: rows, histories and tallies from nothing but the log.
//!
//! It reads a store that nobody writes to and changes nothing. Memory holds one stream at a time.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use shared::change::Change;
use shared::engine::{Engine as _, RowEngine};
use shared::entry::{Entry, Logged};
use shared::id::{Audience, DocumentId, StreamId, UnitId};
use shared::row::Row;
use shared::tally::{NO_DAY, Tallies, contributions};
use shared::time::LocalDay;

use crate::ledger::LedgerError;
use crate::ledger::document::{Alias, Document, Found};
use crate::ledger::history::{Step, read_step};
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

/// Counts everything a server's store holds.
///
/// # Errors
/// [`LedgerError`], where the store cannot even be read.
pub async fn verify<S: Store>(server: &Server<S>) -> Result<Report, LedgerError> {
    let mut count = Count::default();
    for stream in streams(server) {
        let folded = count.fold(server, stream).await?;
        for (id, document) in folded.documents {
            count.compare(server, id, &document).await?;
        }
    }
    count.look_for_lost(server).await?;
    count.compare_tallies(server).await?;
    Ok(count.report)
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
    seen: BTreeSet<DocumentId>,
    closed: Shut,
    tallies: Tallies,
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
    async fn take<S: Store>(
        &mut self,
        server: &Server<S>,
        (document, n): (DocumentId, u64),
    ) -> Result<Packed, LedgerError> {
        let ledger = server.ledger();
        if let std::collections::btree_map::Entry::Vacant(slot) = self.0.entry(document) {
            let found = ledger.closed(&[document]).await?.remove(&document);
            let is_gone = match &found {
                Some(changes) => changes.is_none(),
                // One that was united with another has its record still.
                None => !matches!(ledger.alias(document).await?, None | Some(Alias::United(_))),
            };
            let changes = found.flatten().unwrap_or_default();
            slot.insert((!is_gone).then(|| changes.into_iter().collect()));
        }
        Ok(match self.0.get_mut(&document) {
            Some(Some(changes)) => match changes.remove(&n) {
                Some(logged) => Packed::Change(Box::new(logged)),
                None => Packed::Lost,
            },
            _ => Packed::Gone,
        })
    }
}

impl Count {
    async fn fold<S: Store>(
        &mut self,
        server: &Server<S>,
        stream: StreamId,
    ) -> Result<Folded, LedgerError> {
        let mut folded = Folded::default();
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
            for (n, bytes) in &page.entries {
                let sound = match read_step(bytes)? {
                    Step::Closed(document) => {
                        let found = self.closed.take(server, (document, *n)).await?;
                        match found {
                            Packed::Change(logged) => folded.change(*logged),
                            Packed::Gone => true,
                            Packed::Lost => false,
                        }
                    }
                    Step::Change(sealed) => {
                        let key = server.ledger().key_of(sealed.under).await?;
                        let logged = key.map(|key| sealed.open(&key)).transpose()?;
                        logged.is_none_or(|logged| folded.change(logged))
                    }
                    Step::Mark(Entry::United { survivor, joined }) => {
                        folded.unite(survivor, joined);
                        true
                    }
                    Step::Mark(
                        Entry::Erased { document: gone } | Entry::Refounded { from: gone, .. },
                    ) => {
                        folded.documents.remove(&gone);
                        true
                    }
                    // No other mark is written yet.
                    Step::Mark(_) => false,
                };
                self.report.bad_entries += u64::from(!sound);
            }
        }
    }

    async fn compare<S: Store>(
        &mut self,
        server: &Server<S>,
        id: DocumentId,
        (row, changes): &(Row, Vec<Change>),
    ) -> Result<(), LedgerError> {
        self.report.documents += 1;
        self.seen.insert(id);
        self.tallies.add(&contributions(row));
        let same = match server.ledger().document(id).await? {
            Found::Document(document) => {
                let says = (document.place.kind, row);
                self.report.bad_notes += u64::from(!server.ledger().is_noted(id, says).await?);
                is_same(&document, row, changes)
            }
            _ => false,
        };
        self.report.bad_rows += u64::from(!same);
        let differs = crdt::audit(changes, row).is_err();
        self.report.automerge_disagreements += u64::from(differs);
        Ok(())
    }

    async fn look_for_lost<S: Store>(&mut self, server: &Server<S>) -> Result<(), LedgerError> {
        let mut after = None;
        loop {
            let page = server.ledger().rows(after, 4_096).await?;
            let Some((last, _)) = page.last() else {
                return Ok(());
            };
            after = Some(*last);
            let lost = page.iter().filter(|(id, _)| !self.seen.contains(id));
            self.report.lost_documents += lost.count() as u64;
        }
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

fn is_same(document: &Document, row: &Row, changes: &[Change]) -> bool {
    document.row == *row && document.place.entries as usize == changes.len()
}
