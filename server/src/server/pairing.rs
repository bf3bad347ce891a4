//! Who may be one person: the list, somebody's word on each pair, and unions that can be undone.

use serde::Serialize;
use shared::id::{DocumentId, UnitId};
use shared::key::Key;
use shared::time::UnixSeconds;
use shared::value::Value;

use super::dossiers::{DossierLine, line};
use super::{COMMIT_TRIES_MAX, Circumstances, CommitError, Server};
use crate::gate::{self, Deciding, PairError, Sameness};
use crate::ledger::LedgerError;
use crate::ledger::about::About;
use crate::ledger::audit::Who;
use crate::store::Store;

/// Pairs one list holds.
pub const PAIRS_LISTED_MAX: usize = 1_000;

/// Unions one list holds, and how many of one hamlet are looked at.
pub const UNIONS_LISTED_MAX: usize = 500;

/// Two dossiers with one personal number about which nobody has decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PairView {
    /// Whether the two would become one; otherwise one of them would count.
    pub is_one_unit: bool,
    /// The two, the one stored first first.
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
    /// Pairs about which nobody has decided, at most [`PAIRS_LISTED_MAX`].
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn pairs(&self) -> Result<Vec<PairView>, LedgerError> {
        let mut views = Vec::new();
        for record in self.shared_tags().await? {
            for (one, other) in record.open_pairs() {
                let (one, other) = (self.person(one).await?, self.person(other).await?);
                // One of them was withdrawn, or has joined another since.
                let (Some(one), Some(other)) = (one, other) else {
                    continue;
                };
                views.push(PairView {
                    is_one_unit: one.unit == other.unit,
                    people: [one, other],
                });
            }
        }
        views.sort_by(|a, b| a.people[0].document.cmp(&b.people[0].document));
        views.truncate(PAIRS_LISTED_MAX);
        Ok(views)
    }

    /// The dossier of this very id, if it counts for somebody.
    async fn person(&self, id: DocumentId) -> Result<Option<DossierLine>, LedgerError> {
        let found = self.ledger().documents(&[id]).await?.pop();
        let (id, document) = match found {
            Some(found) if found.0 == id => found,
            _ => return Ok(None),
        };
        let is_gone = document.row.get(&Key::WITHDRAWN) == Some(&Value::Bool(true));
        Ok((!is_gone).then(|| line(id, document.place.stream.unit, &document.row)))
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
        let units = self.units();
        let moment = self.moment(&units, circumstances);
        for _ in 0..COMMIT_TRIES_MAX {
            let created = self.ledger().about::<(u32, u32)>(About::Created).await?;
            let deciding = Deciding {
                author: self.booking(created.record).author,
                who: self.who().clone(),
            };
            let settled = gate::settle_pair(self.ledger(), pair, said, &deciding, moment).await?;
            let (mut commit, act) = settled;
            commit.appends.push(self.audited(act, circumstances.now));
            if self.settle(commit).await? {
                return Ok(());
            }
        }
        Err(CommitError::Contended.into())
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
                by: match record.who {
                    Who::Account(name) => Some(name.to_string()),
                    _ => None,
                },
                now: line(id, document.place.stream.unit, &document.row),
            });
        }
        Ok(views)
    }
}
