//! Documents of other automerge programs, one from the changes in each file.
//!
//! An import is a device that nobody carries: its keys grow from the server's secrets and the
//! import's name, so that handing in the same files under the same name and day once more says the
//! same again and changes nothing. Its bundles pass door, gate and writer like all others.

use crdt::{ForeignError, read_foreign};
use shared::bundle::SealError;
use shared::hash::digest;
use shared::id::{Incarnation, TeamId, UnitId};
use shared::key::Key;
use shared::kind::Kind;
use shared::permission::{Grant, Role};
use shared::receipt::{Receipt, Verdict};
use shared::row::Row;
use shared::time::LocalDay;

use crate::author::{Author, AuthorStanding, Progress, Write};
use crate::ledger::device::DeviceState;
use crate::server::{Circumstances, CommitError, IntakeError, Server};
use crate::store::Store;

/// What is imported, and as what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// A name for people; with the day it says which import this is.
    pub label: String,
    /// The day what is imported is true on.
    pub day: LocalDay,
    /// What each file is.
    pub kind: Kind,
    /// Where it belongs.
    pub unit: UnitId,
}

/// Why a file was not imported. Those before it were.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file is not what automerge would take.
    #[error(transparent)]
    Foreign(#[from] ForeignError),
    /// The author could not be enrolled.
    #[error(transparent)]
    Commit(#[from] CommitError),
    /// It could not be sealed.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// It could not be handed in.
    #[error(transparent)]
    Intake(#[from] IntakeError),
}

impl<S: Store> Server<S> {
    /// Imports documents, one from the changes in each file; what became of each, as its stable
    /// code.
    ///
    /// # Errors
    /// [`ImportError`].
    pub async fn import_automerge(
        &self,
        import: &Import,
        files: &[Vec<u8>],
        circumstances: Circumstances,
    ) -> Result<Vec<&'static str>, ImportError> {
        let secrets = self.ledger().secrets();
        let day = import.day.start().0.to_le_bytes();
        let parts: [&[u8]; 3] = [&secrets.wrapping().0, import.label.as_bytes(), &day];
        let secret = digest("sampan/import", &parts);
        let life = Progress::of_new(Incarnation(0));
        let mut author = Author::from_secret(&secret, life, secrets.sealing());
        let standing = AuthorStanding {
            grant: Grant {
                role: Role::Import,
                units: vec![import.unit],
                team: TeamId::default(),
            },
            state: DeviceState::Active,
            label: import.label.clone(),
        };
        self.enrol_author(author.keys(), standing, circumstances.now)
            .await?;
        let mut outcomes = Vec::with_capacity(files.len());
        for bytes in files {
            let row = read_foreign(bytes)?.row;
            let write = written(author.new_document(), import, &row);
            author.save(import.day.start(), vec![write]);
            // The same words sealed with the same seed are the same bundle.
            for bundle in author.seal_all(secret)? {
                let receipt = self.take_own_bundle(&bundle.bytes, circumstances).await?;
                outcomes.push(told(&receipt));
            }
        }
        Ok(outcomes)
    }
}

/// What the document shows, but for what only its own server can say: kind, unit and events.
fn written(name: shared::facts::Name, import: &Import, row: &Row) -> Write {
    let mut write = Write::founding(name, import.kind, import.unit);
    for key in row.cells.keys() {
        let is_ours = *key == Key::KIND || *key == Key::UNIT || key.event_id().is_some();
        if let (false, Some(value)) = (is_ours, row.get(key)) {
            write = write.put(key.clone(), value.clone());
        }
    }
    write
}

fn told(receipt: &Receipt) -> &'static str {
    match &receipt.verdict {
        Verdict::Taken(outcomes) => outcomes.iter().next().map_or("stored", |one| one.code()),
        Verdict::Rejected(rejection) => rejection.reason.code(),
        Verdict::TooNew => "too-new",
    }
}
