//! Re-founding documents and undoing unions, for whoever answers for what is in them.
//!
//! As with erasing: first the commit, then the destruction of the keys, then a note that it is
//! done; a restart in between goes on with it.

use shared::id::{DocumentId, StreamId};

use super::erasing::EraseError;
use super::{COMMIT_TRIES_MAX, Circumstances, CommitError, Server};
use crate::gate::{self, Booking, Leaving, NotRefoundable, Refounded};
use crate::ledger::LedgerError;
use crate::ledger::about::{About, put_about};
use crate::ledger::audit::Act;
use crate::ledger::erasure::{ErasureRecord, Sort, hold_key, put_erasure};
use crate::store::{Expect, Store, Table};

/// Why a document was not re-founded, or not everything is done yet.
#[derive(Debug, thiserror::Error)]
pub enum RefoundError {
    /// It cannot be.
    #[error(transparent)]
    NotRefoundable(#[from] NotRefoundable),
    /// A legal matter needs the document as it is; it could not be made durable; or its former
    /// keys are not destroyed yet and the server goes on with it when it starts again.
    #[error(transparent)]
    Erase(#[from] EraseError),
}

impl From<LedgerError> for RefoundError {
    fn from(error: LedgerError) -> Self {
        Self::Erase(error.into())
    }
}

impl From<CommitError> for RefoundError {
    fn from(error: CommitError) -> Self {
        Self::Erase(error.into())
    }
}

/// What is to be done.
#[derive(Debug, Clone, Copy)]
enum Wish {
    Refound(DocumentId),
    Separate(DocumentId),
}

impl<S: Store> Server<S> {
    /// Gives a document, and its companions if it is a dossier, a new id without history and
    /// without some of its keys; the new id. What they said before can be read nowhere any more.
    ///
    /// # Errors
    /// [`RefoundError`].
    pub async fn refound(
        &self,
        document: DocumentId,
        leaving: &Leaving,
        circumstances: Circumstances,
    ) -> Result<DocumentId, RefoundError> {
        let wish = Wish::Refound(document);
        let to = self.found_anew(wish, leaving, circumstances).await?;
        to.first().copied().ok_or(NotRefoundable::NotHere.into())
    }

    /// Undoes the union by which the dossier `joined` became an alias; the two dossiers that go
    /// on, the survivor first. They are never united again.
    ///
    /// # Errors
    /// [`RefoundError`].
    pub async fn undo_union(
        &self,
        joined: DocumentId,
        leaving: &Leaving,
        circumstances: Circumstances,
    ) -> Result<Vec<DocumentId>, RefoundError> {
        let wish = Wish::Separate(joined);
        self.found_anew(wish, leaving, circumstances).await
    }

    async fn found_anew(
        &self,
        wish: Wish,
        leaving: &Leaving,
        circumstances: Circumstances,
    ) -> Result<Vec<DocumentId>, RefoundError> {
        let units = self.units();
        let moment = self.moment(&units, circumstances);
        let ledger = self.ledger();
        for _ in 0..COMMIT_TRIES_MAX {
            let created = ledger.about::<(u32, u32)>(About::Created).await?;
            let booking = self.booking(created.record);
            let mut founded = match wish {
                Wish::Refound(id) => gate::refound(ledger, id, leaving, booking, moment).await?,
                Wish::Separate(id) => gate::separate(ledger, id, leaving, booking, moment).await?,
            };
            let hold = ledger.hold(founded.from).await?;
            if hold.record.is_some() {
                return Err(EraseError::OnHold.into());
            }
            founded.commit.expect.push(Expect {
                table: Table::Erasure,
                key: hold_key(founded.from),
                version: hold.version,
            });
            (founded.commit.expect).push(About::Created.expect(created.version));
            let record = self.complete_founding(&mut founded, (leaving, booking), circumstances);
            let Some(heads) = self.settle_heads(founded.commit).await? else {
                continue;
            };
            let is_told = |(stream, _): &(StreamId, u64)| founded.streams.contains(stream);
            let tombstones = heads.into_iter().filter(is_told).collect();
            let record = ErasureRecord {
                tombstones,
                ..record
            };
            let what = (Sort::Refounded, founded.from);
            self.finish((what, record), circumstances).await?;
            return Ok(founded.to);
        }
        Err(CommitError::Contended.into())
    }

    /// Adds to the commit what the gate does not know about.
    fn complete_founding(
        &self,
        founded: &mut Refounded,
        (leaving, booking): (&Leaving, Booking),
        circumstances: Circumstances,
    ) -> ErasureRecord {
        let record = ErasureRecord {
            at: circumstances.now,
            who: self.who().clone(),
            reason: "refounded".to_owned(),
            keys: founded.keys.clone(),
            is_done: false,
            tombstones: Vec::new(),
            devices: Vec::new(),
        };
        let act = Act::Refounded {
            from: founded.from,
            to: founded.to.clone(),
            removed: leaving.removed.iter().cloned().collect(),
        };
        let next = (booking.author.incarnation.0, founded.next);
        let commit = &mut founded.commit;
        commit.appends.push(self.audited(act, circumstances.now));
        commit.puts.push(put_about(About::Created, &next));
        let what = (Sort::Refounded, founded.from);
        commit.puts.push(put_erasure(what, &record));
        record
    }
}
