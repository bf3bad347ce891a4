//! The world demos and replays play in: units with hamlets, and devices with a part to play.

use shared::hash::digest;
use shared::id::{Incarnation, TeamId, UnitId};
use shared::permission::{Grant, Role};
use shared::receipt::Verdict;
use shared::signed::SignedError;
use shared::time::{LocalDay, UnixSeconds};
use shared::unit::{UnitTree, UnitTreeError};

use super::draw::Seed;
use super::fieldwork::team_of;
use super::units::{HamletPlan, UnitFileError, national_tree, with_hamlets};
use crate::author::{Author, AuthorStanding, Progress, StaleRow};
use crate::ledger::LedgerError;
use crate::ledger::device::DeviceState;
use crate::server::{CommitError, IntakeError, ProgressError, Server};
use crate::store::Store;

/// Provinces of 2023 whose communes have generated hamlets: Sóc Trăng and Cà Mau.
const WITH_HAMLETS: [&str; 2] = ["94", "96"];

/// Why a demo or replay could not be played. None of these is a failed check.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The built-in unit file is damaged.
    #[error("the built-in units cannot be read")]
    UnitFile(#[from] UnitFileError),
    /// The generated hamlets do not fit the units.
    #[error("the generated hamlets are no tree")]
    Units(#[from] UnitTreeError),
    /// A unit the play needs does not exist on its day.
    #[error("there is no unit {0} on the day of the play")]
    NoSuchUnit(&'static str),
    /// The play could not be prepared on the server; try again.
    #[error(transparent)]
    Commit(#[from] CommitError),
    /// The server did not answer a bundle; try again.
    #[error(transparent)]
    Intake(#[from] IntakeError),
    /// The server rejected a bundle as a whole: the play is not honest software.
    #[error("a bundle was not taken: {0:?}")]
    NotTaken(Verdict),
    /// The server's ledger could not be read; try again.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The server could not tell its progress; try again.
    #[error(transparent)]
    Progress(#[from] ProgressError),
    /// A bundle could not be sealed.
    #[error(transparent)]
    Seal(#[from] shared::bundle::SealError),
    /// The server's receipt cannot be read.
    #[error("a receipt cannot be believed")]
    Receipt(#[from] SignedError),
    /// An author was shown less of a document than it wrote itself.
    #[error(transparent)]
    Stale(#[from] StaleRow),
    /// The server does not have a document that it stored.
    #[error("a document that was stored is not there")]
    NotThere,
    /// Fewer residents were generated for this hamlet than are to be listed.
    #[error("hamlet {0} has more people to list than residents")]
    TooFewResidents(UnitId),
    /// The work of one phone broke off.
    #[error("the work of a phone broke off")]
    BrokenOff(#[source] tokio::task::JoinError),
    /// The generated records of a hamlet count for more than its share; generate fewer.
    #[error("the records of hamlet {0} exceed its share of the published totals")]
    BeyondShare(UnitId),
}

/// The nation's units with hamlets in the provinces that demos and replays play in.
///
/// # Errors
/// [`DemoError::UnitFile`] or [`DemoError::Units`], if the build is damaged.
pub fn world(seed: Seed) -> Result<UnitTree, DemoError> {
    world_with(seed, &WITH_HAMLETS)
}

/// The nation's units with hamlets under the units of these codes of 2023.
///
/// # Errors
/// As [`world`].
pub(super) fn world_with(seed: Seed, codes: &[&str]) -> Result<UnitTree, DemoError> {
    let tree = national_tree()?;
    let of_2023 = LocalDay::from_date(2023, 1, 1).unwrap_or_default();
    let unit = |code: &&str| tree.by_code(code, of_2023).map(|unit| unit.id);
    let under = codes.iter().filter_map(unit).collect();
    Ok(with_hamlets(tree, &HamletPlan { under, seed })?)
}

/// A device with a part in a play.
#[derive(Debug, Clone)]
pub(super) struct Part {
    /// A name for people, unlike any other of the play.
    pub(super) label: String,
    /// What it may do.
    pub(super) role: Role,
    /// Where.
    pub(super) unit: UnitId,
    /// In which team; 0 = none.
    pub(super) team: TeamId,
}

impl Part {
    /// A phone of a hamlet's team.
    pub(super) fn phone(label: String, hamlet: UnitId) -> Self {
        Self {
            label,
            role: Role::TeamMember,
            unit: hamlet,
            team: team_of(hamlet),
        }
    }

    /// An officer of a commune's police.
    pub(super) fn officer(label: String, commune: UnitId) -> Self {
        Self {
            label,
            role: Role::CommunePolice,
            unit: commune,
            team: TeamId::default(),
        }
    }
}

/// What the keys of a part's device grow from.
pub(super) fn secret_of(part: &Part, seed: Seed) -> [u8; 32] {
    digest("sampan/demo-author", &[&seed, part.label.as_bytes()])
}

/// Enrols the device that plays a part.
pub(super) async fn enrolled<S: Store>(
    server: &Server<S>,
    part: Part,
    seed: Seed,
    now: UnixSeconds,
) -> Result<Author, DemoError> {
    let secret = secret_of(&part, seed);
    let sealing = server.ledger().secrets().sealing();
    let author = Author::from_secret(&secret, Progress::of_new(Incarnation(0)), sealing);
    let standing = AuthorStanding {
        grant: Grant {
            role: part.role,
            units: vec![part.unit],
            team: part.team,
        },
        state: DeviceState::Active,
        label: part.label,
    };
    server.enrol_author(author.keys(), standing, now).await?;
    Ok(author)
}
