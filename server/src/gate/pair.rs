//! Somebody's word on two dossiers with one personal number.
//!
//! Of one unit, they become one document. Of two units, both stay where they are read and worked
//! on, and one counts: roll-ups stay sums. Two people stay two, and nobody is asked again.

use std::collections::BTreeSet;

use shared::engine::Slot;
use shared::facts::Author;
use shared::id::{Companion, DocumentId};
use shared::key::Key;
use shared::value::Value;

use super::draft::Draft;
use super::{Moment, Stop, erase, unite, waking};
use crate::ledger::audit::{Act, Who};
use crate::ledger::tag::TagRecord;
use crate::ledger::{Ledger, LedgerError};
use crate::secrets::Tag;
use crate::store::{Commit, Store};

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
    /// One of them is gone, or they share no number, or somebody has decided.
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
    if shared.is_empty() {
        return Err(PairError::NotOpen);
    }
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
            let one = counted;
            Act::Parted { one, other }
        }
    };
    Ok((draft.finish(), act))
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
