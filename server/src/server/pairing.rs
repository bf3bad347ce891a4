//! Who may be one person: the list, somebody's word on each pair, and unions that can be undone.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use shared::id::{DocumentId, UnitId};
use shared::key::Key;
use shared::time::UnixSeconds;
use shared::value::Value;

use super::dossier::Wrote;
use super::dossiers::{DossierLine, line};
use super::{COMMIT_TRIES_MAX, Circumstances, CommitError, Server};
use crate::gate::{self, Deciding, PairError, Sameness};
use crate::ledger::LedgerError;
use crate::ledger::about::About;
use crate::ledger::document::Document;
use crate::ledger::noted::{PartedRecord, Subject, marked_as};
use crate::ledger::tag::TagRecord;
use crate::store::Store;

/// Pairs one list holds.
pub const PAIRS_LISTED_MAX: usize = 1_000;

/// Unions one list holds, and how many of one hamlet are looked at.
pub const UNIONS_LISTED_MAX: usize = 500;

/// Marks one list shows, and how many are looked at.
pub const MARKS_LISTED_MAX: usize = 500;

/// Two dossiers that may be one person's and about which nobody has decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PairView {
    /// Whether the two would become one; otherwise one of them would count.
    pub is_one_unit: bool,
    /// Whether they bear one personal number.
    pub has_one_number: bool,
    /// Who marked them as one person on a phone, the first mark first; may be empty.
    pub marks: Vec<Wrote>,
    /// The two, the one stored first first; of marked ones the one that was named.
    pub people: [DossierLine; 2],
}

/// Two dossiers that somebody found to be two people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PartedView {
    /// When.
    pub at: UnixSeconds,
    /// The account that said so; `None` if it was none.
    pub by: Option<String>,
    /// Whether somebody had marked them on a phone.
    pub was_marked: bool,
    /// The two.
    pub people: [DossierLine; 2],
}

/// A union that can be undone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UnionView {
    /// The dossier that joined, in hexadecimal: its name for undoing.
    pub joined: String,
    /// When.
    pub at: UnixSeconds,
    /// The account that decided it; `None` where number, name, birth year and unit agreed.
    pub by: Option<String>,
    /// The dossier they are now.
    pub now: DossierLine,
}

/// Why a word on a pair was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum PairingError {
    /// It cannot be carried out.
    #[error(transparent)]
    Pair(#[from] PairError),
    /// It could not be made durable.
    #[error(transparent)]
    Commit(#[from] CommitError),
    /// The ledger could not be read.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

impl<S: Store> Server<S> {
    /// Pairs about which nobody has decided, at most [`PAIRS_LISTED_MAX`]: those that somebody
    /// marked on a phone first, the longest waiting first, then those with one personal number.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn pairs(&self) -> Result<Vec<PairView>, LedgerError> {
        let tags = self.shared_tags().await?;
        let mut marked = self.marked_pairs(&tags).await?;
        marked.sort_by_key(|view| view.marks.first().map(|mark| mark.at));
        let mut views = Vec::new();
        for record in &tags {
            for (one, other) in record.open_pairs() {
                let (one, other) = (self.person(one).await?, self.person(other).await?);
                // One of them was withdrawn, or has joined another since.
                let (Some(one), Some(other)) = (one, other) else {
                    continue;
                };
                views.push(PairView {
                    is_one_unit: one.unit == other.unit,
                    has_one_number: true,
                    marks: Vec::new(),
                    people: [one, other],
                });
            }
        }
        let names = |view: &PairView| names(&view.people);
        let known: BTreeSet<_> = marked.iter().map(names).collect();
        views.retain(|view| !known.contains(&names(view)));
        views.sort_by(|a, b| a.people[0].document.cmp(&b.people[0].document));
        marked.extend(views);
        marked.truncate(PAIRS_LISTED_MAX);
        Ok(marked)
    }

    /// The pairs that somebody marked, each once.
    async fn marked_pairs(&self, tags: &[TagRecord]) -> Result<Vec<PairView>, LedgerError> {
        let mut found: BTreeMap<[String; 2], PairView> = BTreeMap::new();
        let marked = self
            .ledger()
            .all_noted(Subject::Marked, MARKS_LISTED_MAX)
            .await?;
        let marked: Vec<DocumentId> = marked.into_iter().map(DocumentId).collect();
        for (id, document) in self.ledger().documents(&marked).await? {
            let named = marked_as(id, &document.row);
            let named = match named {
                Some(named) => self.find_dossier(named).await?,
                None => None,
            };
            let Some((to, named)) = named.filter(|(to, _)| *to != id) else {
                continue;
            };
            if [&document, &named].iter().any(|one| is_gone(one)) {
                continue;
            }
            let mark = self.mark(id, &document).await?;
            let people = [(to, &named), (id, &document)]
                .map(|(id, one)| line(id, one.place.stream.unit, &one.row));
            let bear = |record: &TagRecord| [id, to].iter().all(|it| record.dossiers.contains(it));
            let view = found.entry(names(&people)).or_insert_with(|| PairView {
                is_one_unit: document.place.stream == named.place.stream,
                has_one_number: tags.iter().any(bear),
                marks: Vec::new(),
                people,
            });
            view.marks.extend(mark);
            view.marks.sort_by_key(|mark| mark.at);
        }
        Ok(found.into_values().collect())
    }

    /// Who marked a dossier, and when.
    async fn mark(
        &self,
        id: DocumentId,
        document: &Document,
    ) -> Result<Option<Wrote>, LedgerError> {
        let Document {
            place, key, row, ..
        } = document;
        let Some(cell) = row.live(&Key::SAME_AS).last() else {
            return Ok(None);
        };
        let history = self.ledger().logged(id, place, key).await?;
        Ok(self.authors(&history).await?.remove(&cell.id))
    }

    /// The dossier of this very id, if it counts for somebody.
    async fn person(&self, id: DocumentId) -> Result<Option<DossierLine>, LedgerError> {
        let found = self.ledger().documents(&[id]).await?.pop();
        let (id, document) = match found {
            Some(found) if found.0 == id => found,
            _ => return Ok(None),
        };
        Ok((!is_gone(&document)).then(|| line(id, document.place.stream.unit, &document.row)))
    }

    /// Carries out somebody's word on two dossiers; of one person in two units, the first counts.
    ///
    /// # Errors
    /// [`PairingError`]; nothing is changed then, or nobody knows: reload the list.
    pub async fn settle_pair(
        &self,
        pair: [DocumentId; 2],
        said: Sameness,
        circumstances: Circumstances,
    ) -> Result<(), PairingError> {
        self.decide_pair(pair, Some(said), circumstances).await
    }

    /// Pairs that were found to be two people and are both there still, the newest first, at most
    /// [`PAIRS_LISTED_MAX`].
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn parted(&self) -> Result<Vec<PartedView>, LedgerError> {
        let (mut records, mut after) = (Vec::new(), None);
        loop {
            let page = self.ledger().all_parted(after).await?;
            let Some((last, _)) = page.last() else { break };
            after = Some(*last);
            records.extend(page.into_iter().map(|(_, record)| record));
        }
        records.sort_by_key(|record| core::cmp::Reverse(record.at));
        records.truncate(PAIRS_LISTED_MAX);
        let mut views = Vec::new();
        for PartedRecord {
            pair: [one, other],
            was_marked,
            at,
            who,
        } in records
        {
            let people = (self.person(one).await?, self.person(other).await?);
            if let (Some(one), Some(other)) = people {
                views.push(PartedView {
                    at,
                    by: who.account(),
                    was_marked,
                    people: [one, other],
                });
            }
        }
        Ok(views)
    }

    /// Takes back that two dossiers are two people: whoever decides is asked again.
    ///
    /// # Errors
    /// [`PairingError`]; nothing is changed then, or nobody knows: reload the list.
    pub async fn reopen_pair(
        &self,
        pair: [DocumentId; 2],
        circumstances: Circumstances,
    ) -> Result<(), PairingError> {
        self.decide_pair(pair, None, circumstances).await
    }

    /// Writes down what two dossiers are; `None` = nobody has decided.
    async fn decide_pair(
        &self,
        pair: [DocumentId; 2],
        said: Option<Sameness>,
        circumstances: Circumstances,
    ) -> Result<(), PairingError> {
        let (ledger, units) = (self.ledger(), self.units());
        let moment = self.moment(&units, circumstances);
        for _ in 0..COMMIT_TRIES_MAX {
            let deciding = self.deciding().await?;
            let (mut commit, act) = match said {
                Some(said) => gate::settle_pair(ledger, pair, said, &deciding, moment).await?,
                None => gate::reopen_pair(ledger, pair, &deciding, moment).await?,
            };
            commit.appends.push(self.audited(act, circumstances.now));
            if self.settle(commit).await? {
                return Ok(());
            }
        }
        Err(CommitError::Contended.into())
    }

    async fn deciding(&self) -> Result<Deciding, LedgerError> {
        let created = self.ledger().about::<(u32, u32)>(About::Created).await?;
        Ok(Deciding {
            author: self.booking(created.record).author,
            who: self.who().clone(),
        })
    }

    /// Unions in these hamlets, the newest first, at most [`UNIONS_LISTED_MAX`].
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn unions(&self, hamlets: &[UnitId]) -> Result<Vec<UnionView>, LedgerError> {
        let mut found = Vec::new();
        for hamlet in hamlets {
            found.extend(self.ledger().unions(*hamlet, UNIONS_LISTED_MAX).await?);
        }
        found.sort_by_key(|(joined, record)| (core::cmp::Reverse(record.at), *joined));
        found.truncate(UNIONS_LISTED_MAX);
        let mut views = Vec::new();
        for (joined, record) in found {
            let Some((id, document)) = self.find_dossier(joined).await? else {
                continue;
            };
            views.push(UnionView {
                joined: joined.to_string(),
                at: record.at,
                by: record.who.account(),
                now: line(id, document.place.stream.unit, &document.row),
            });
        }
        Ok(views)
    }
}

fn is_gone(document: &Document) -> bool {
    document.row.get(&Key::WITHDRAWN) == Some(&Value::Bool(true))
}

/// The two, whichever stands first.
fn names(people: &[DossierLine; 2]) -> [String; 2] {
    let mut names = [&people[0], &people[1]].map(|line| line.document.clone());
    names.sort_unstable();
    names
}
