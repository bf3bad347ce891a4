//! Somebody's word on two dossiers that have one personal number, or that a worker marked as one
//! person.
//!
//! Of one unit, they become one document. Of two units, both stay where they are read and worked
//! on, and one counts: roll-ups stay sums. Two people stay two, and nobody is asked again until
//! that word is taken back. Whatever is said, the mark goes: its phone sees that it was read.

use std::collections::BTreeSet;

use shared::engine::Slot;
use shared::facts::Author;
use shared::id::{Companion, DocumentId};
use shared::key::Key;
use shared::row::Cell;
use shared::value::Value;

use super::draft::Draft;
use super::{Moment, Stop, erase, unite, waking};
use crate::ledger::audit::{Act, Who};
use crate::ledger::noted::{PartedRecord, marked_as, parted_key, put_parted};
use crate::ledger::tag::TagRecord;
use crate::ledger::{Ledger, LedgerError};
use crate::secrets::Tag;
use crate::store::{Commit, Store, Table};

/// What somebody says about two dossiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sameness {
    /// They are about one person, who counts where the first one is.
    OnePerson,
    /// They are about two people.
    TwoPeople,
}

/// As whom, and who decided.
#[derive(Debug, Clone)]
pub struct Deciding {
    /// Who the server writes as.
    pub author: Author,
    /// Who decided.
    pub who: Who,
}

/// Why it is not carried out.
#[derive(Debug, thiserror::Error)]
pub enum PairError {
    /// One of them is gone, or nothing says that they are one person, or somebody has decided.
    #[error("there is nothing to decide about these two; reload the list")]
    NotOpen,
    /// The ledger could not be read.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

impl From<Stop> for PairError {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Ledger(error) => Self::Ledger(error),
            Stop::Reject(_) | Stop::TooNew => Self::NotOpen,
        }
    }
}

/// Prepares the commit that carries out what was said about two dossiers; and what was done.
///
/// # Errors
/// [`PairError`]; nothing is changed then.
pub async fn settle_pair<S: Store>(
    ledger: &Ledger<S>,
    pair: [DocumentId; 2],
    said: Sameness,
    deciding: &Deciding,
    moment: Moment<'_>,
) -> Result<(Commit, Act), PairError> {
    let mut draft = Draft::new(ledger, moment);
    for dossier in pair {
        draft.open(dossier).await?;
        draft.open(dossier.companion(Companion::Identity)).await?;
    }
    let streams = pair.map(|id| Some(draft.documents.get(&id)?.document.place.stream));
    let [Some(here), Some(there)] = streams else {
        return Err(PairError::NotOpen);
    };
    let shared = open_tags(&mut draft, pair).await?;
    let marked = marked(&draft, pair);
    if shared.is_empty() && marked.is_none() {
        return Err(PairError::NotOpen);
    }
    // Upon the dossiers as they are: so it stays if a union is undone.
    unmark(&mut draft, pair, deciding.author).await?;
    let [counted, other] = pair;
    let act = match said {
        Sameness::OnePerson if here == there => {
            let survivor = stored_first(&shared, pair);
            let joined = if survivor == counted { other } else { counted };
            merge(&mut draft, (survivor, joined), deciding).await?;
            Act::United { survivor, joined }
        }
        Sameness::OnePerson => {
            let uncounted = vec![(Slot::Key(Key::COUNTED), Value::Bool(false))];
            draft
                .write((other, None), deciding.author, uncounted)
                .await?;
            keep_apart(&mut draft, shared, pair);
            Act::Linked { counted, other }
        }
        Sameness::TwoPeople => {
            keep_apart(&mut draft, shared, pair);
            let record = PartedRecord {
                pair: marked.unwrap_or(pair),
                was_marked: marked.is_some(),
                at: moment.now,
                who: deciding.who.clone(),
            };
            draft.put(put_parted(pair, Some(&record)));
            let one = counted;
            Act::Parted { one, other }
        }
    };
    Ok((draft.finish(), act))
}

/// Prepares the commit that takes back that two dossiers are two people: whoever decides is asked
/// again. And what was done.
///
/// # Errors
/// [`PairError`]; nothing is changed then.
pub async fn reopen_pair<S: Store>(
    ledger: &Ledger<S>,
    pair: [DocumentId; 2],
    deciding: &Deciding,
    moment: Moment<'_>,
) -> Result<(Commit, Act), PairError> {
    let mut draft = Draft::new(ledger, moment);
    let found = ledger.parted(pair).await?;
    draft.expect(Table::Noted, parted_key(pair), found.version);
    let record = found.record.ok_or(PairError::NotOpen)?;
    for dossier in pair {
        draft.open(dossier).await?;
        draft.open(dossier.companion(Companion::Identity)).await?;
        if !draft.documents.contains_key(&dossier) {
            return Err(PairError::NotOpen);
        }
    }
    let [one, other] = record.pair;
    for tag in erase::tags(&mut draft, one.companion(Companion::Identity)).await? {
        let mut known = draft.tag(tag).await?;
        let (before, same) = (known.never_unite.len(), [(one, other), (other, one)]);
        known.never_unite.retain(|apart| !same.contains(apart));
        if known.never_unite.len() < before {
            draft.set_tag(tag, known);
        }
    }
    if record.was_marked {
        let mark = vec![(Slot::Key(Key::SAME_AS), Value::Bytes(other.0.to_vec()))];
        draft.write((one, None), deciding.author, mark).await?;
    }
    draft.put(put_parted(pair, None));
    Ok((draft.finish(), Act::Reopened { one, other }))
}

/// The two in the order of the mark, if there is one: who names the other first.
fn marked<S: Store>(draft: &Draft<'_, S>, pair: [DocumentId; 2]) -> Option<[DocumentId; 2]> {
    let [one, other] = pair;
    [[one, other], [other, one]].into_iter().find(|[from, to]| {
        let found = draft.documents.get(from);
        let says = found.and_then(|found| marked_as(*from, &found.document.row));
        says.is_some_and(|says| draft.names(*to).contains(&says))
    })
}

/// Takes the marks away by which either names the other.
async fn unmark<S: Store>(
    draft: &mut Draft<'_, S>,
    pair: [DocumentId; 2],
    author: Author,
) -> Result<(), LedgerError> {
    let names: Vec<DocumentId> = pair.iter().flat_map(|id| draft.names(*id)).collect();
    for dossier in BTreeSet::from(pair) {
        let found = draft.documents.get(&dossier);
        let live = found.map_or(&[][..], |found| found.document.row.live(&Key::SAME_AS));
        let is_answered = |cell: &Cell| {
            let says = cell.value.as_bytes();
            says.is_some_and(|says| names.iter().any(|name| says == name.0))
        };
        if live.iter().any(is_answered) {
            let none = vec![(Slot::Key(Key::SAME_AS), Value::Null)];
            draft.write((dossier, None), author, none).await?;
        }
    }
    Ok(())
}

/// The tags under which a decision about these two is open.
async fn open_tags<S: Store>(
    draft: &mut Draft<'_, S>,
    [one, other]: [DocumentId; 2],
) -> Result<Vec<(Tag, TagRecord)>, PairError> {
    let mut open = Vec::new();
    for tag in erase::tags(draft, one.companion(Companion::Identity)).await? {
        let record = draft.tag(tag).await?;
        let is_pair = |(a, b): (DocumentId, DocumentId)| [(a, b), (b, a)].contains(&(one, other));
        if record.open_pairs().any(is_pair) {
            open.push((tag, record));
        }
    }
    Ok(open)
}

/// Which of two a tag has known for longer.
fn stored_first(tags: &[(Tag, TagRecord)], [one, other]: [DocumentId; 2]) -> DocumentId {
    let dossiers = tags.iter().flat_map(|(_, record)| &record.dossiers);
    let mut either = dossiers.filter(|dossier| [one, other].contains(dossier));
    either.next().copied().unwrap_or(one)
}

async fn merge<S: Store>(
    draft: &mut Draft<'_, S>,
    (survivor, joined): (DocumentId, DocumentId),
    deciding: &Deciding,
) -> Result<(), PairError> {
    // Both histories tell every number either ever bore, before they are one.
    let mut tags: BTreeSet<Tag> = BTreeSet::new();
    for dossier in [survivor, joined] {
        tags.extend(erase::tags(draft, dossier.companion(Companion::Identity)).await?);
    }
    unite::join_residents(draft, (survivor, joined), deciding.who.clone()).await?;
    for tag in tags {
        let mut record = draft.tag(tag).await?;
        let at = record.dossiers.iter().position(|known| *known == joined);
        let Some(at) = at else { continue };
        match record.dossiers.contains(&survivor) {
            true => drop(record.dossiers.remove(at)),
            false => record.dossiers[at] = survivor,
        }
        draft.set_tag(tag, record);
    }
    Ok(waking::wake(draft).await?)
}

fn keep_apart<S: Store>(
    draft: &mut Draft<'_, S>,
    shared: Vec<(Tag, TagRecord)>,
    [one, other]: [DocumentId; 2],
) {
    for (tag, mut record) in shared {
        record.never_unite.push((one, other));
        draft.set_tag(tag, record);
    }
}
