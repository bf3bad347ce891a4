//! Making and opening a server's files.
//!
//! Nothing that exists is ever written over. A foundation that was interrupted is recognised
//! and refused: remove the folder and begin again.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use shared::unit::UnitTree;

use crate::config::DataFolder;
use crate::http::{Token, TokenHash};
use crate::ledger::about::{About, put_about};
use crate::ledger::unit::put_unit;
use crate::ledger::{Ledger, LedgerError};
use crate::secrets::Secrets;
use crate::server::Foundation;
use crate::store::{Commit, OpenError, Outcome, Put, Redb, RedbConfig, Store, StoreError};
use crate::vault::{Folder, Vault, VaultError};

mod master;
mod noting;

/// Records of one commit while units are written.
const UNITS_PER_COMMIT: usize = 4_096;

/// A server's opened files.
#[derive(Debug)]
pub struct Opened {
    /// The store.
    pub store: Redb,
    /// What the server is started with.
    pub foundation: Foundation,
    /// What programs must show.
    pub token: TokenHash,
}

/// The random bytes a new server grows from.
#[derive(Clone, Copy)]
pub struct NewSecrets {
    /// Every key of the server is derived from it, unless one is given by the system's keeper.
    pub master: [u8; 32],
    /// The programs' token.
    pub token: Token,
    /// What the first keys in the vault grow from; kept nowhere.
    pub vault: [u8; 32],
}

impl core::fmt::Debug for NewSecrets {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("NewSecrets(..)")
    }
}

/// Why a server's files cannot be made or opened.
#[derive(Debug, thiserror::Error)]
pub enum FoundationError {
    /// A file of the folder cannot be read or made.
    #[error("{path:?} cannot be used")]
    File {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// The key file does not hold a master secret.
    #[error("{path:?} holds no master secret: restore it from its own backup")]
    BadKey {
        /// Which file.
        path: PathBuf,
    },
    /// The environment does not hold one.
    #[error(
        "{} holds no master secret: 64 hexadecimal digits are needed",
        master::VARIABLE
    )]
    BadVariable,
    /// Others than its owner may read the key file.
    #[error("others may read {path:?}: change its mode to 600")]
    OpenKey {
        /// Which file.
        path: PathBuf,
    },
    /// The master secret is not the one the store was made with.
    #[error("the master secret is another store's: put the right `sampan.key` beside the store")]
    OtherKey,
    /// Making the store was interrupted.
    #[error("the store was never completed: remove the folder and run `sampan init` again")]
    Unfinished,
    /// The store does not open.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The store cannot be read.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The vault cannot be made or opened.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The store cannot be written.
    #[error("the new store cannot be written")]
    Write(#[from] StoreError),
}

/// Makes a server's files in a folder that has none of them.
///
/// # Errors
/// [`FoundationError`]; what was made until then stays, and is refused when opened.
pub async fn create(
    folder: &DataFolder,
    units: &UnitTree,
    new: NewSecrets,
) -> Result<(), FoundationError> {
    let made = fs::create_dir_all(folder.path());
    made.map_err(|source| at(folder.path(), source))?;
    let master = match master::given()? {
        Some(given) => given,
        None => {
            write_secret(&folder.key(), &new.master)?;
            new.master
        }
    };
    let keys = new_private_folder(&folder.keys());
    keys.map_err(|source| at(&folder.keys(), source))?;
    let vault = Folder::new(folder.keys());
    let vault = Vault::create(vault, Secrets::vault_key(&master), new.vault)?;
    write_secret(&folder.token(), format!("{}\n", new.token).as_bytes())?;
    let store = Redb::create(&folder.store())?;
    let secrets = Secrets::with_vault(&master, vault);
    for versions in units.versions().chunks(UNITS_PER_COMMIT) {
        write(&store, versions.iter().map(put_unit).collect()).await?;
    }
    let last = vec![
        put_about(About::Token, &new.token.hash().0),
        put_about(About::Identity, &secrets.public().signing.0),
        put_about(About::Noted, &noting::NOTED),
        // Written last: a store with an epoch is complete.
        put_about(About::Epoch, &1_u32),
    ];
    write(&store, last).await
}

async fn write(store: &Redb, puts: Vec<Put>) -> Result<(), FoundationError> {
    let commit = Commit {
        puts,
        ..Commit::default()
    };
    match store.commit(vec![commit]).await?.as_slice() {
        [Outcome::Applied { .. }] => Ok(()),
        _ => Err(LedgerError::Contradiction("a new store refuses a commit").into()),
    }
}

/// Makes a folder for a server that is restored: its master secret, from `file` unless the
/// system's keeper gives it, a folder for its keys, and the programs' new token. Answers the
/// secret.
///
/// # Errors
/// [`FoundationError`].
pub(crate) fn begin_restored(
    folder: &DataFolder,
    file: Option<&Path>,
    token: &Token,
) -> Result<[u8; 32], FoundationError> {
    let made = fs::create_dir_all(folder.path());
    made.map_err(|source| at(folder.path(), source))?;
    let master = match (master::given()?, file) {
        (Some(given), _) => given,
        (None, Some(file)) => {
            let master = master::from_file(file)?;
            write_secret(&folder.key(), &master)?;
            master
        }
        (None, None) => master::read(folder)?,
    };
    let keys = new_private_folder(&folder.keys());
    keys.map_err(|source| at(&folder.keys(), source))?;
    write_secret(&folder.token(), format!("{token}\n").as_bytes())?;
    Ok(master)
}

/// Writes into a restored store what is new in it; the epoch comes last and makes it complete.
///
/// # Errors
/// [`FoundationError`].
pub(crate) async fn end_restored(
    folder: &DataFolder,
    puts: &[Put],
    epoch: u32,
) -> Result<(), FoundationError> {
    let store = Redb::open(&folder.store())?;
    for some in puts.chunks(UNITS_PER_COMMIT) {
        write(&store, some.to_vec()).await?;
    }
    write(&store, vec![put_about(About::Epoch, &epoch)]).await
}

/// Opens a server's files after every page of the store was read and found to be what was
/// written.
///
/// # Errors
/// [`FoundationError`]; nothing is changed then.
pub async fn open_checked(folder: &DataFolder) -> Result<Opened, FoundationError> {
    open_with(folder, Redb::open_checked).await
}

/// Opens a server's files; a store that an earlier version wrote gets the notes that views answer
/// from.
///
/// # Errors
/// [`FoundationError`]; nothing that somebody wrote is changed then.
pub async fn open(folder: &DataFolder) -> Result<Opened, FoundationError> {
    open_with(folder, Redb::open).await
}

async fn open_with(
    folder: &DataFolder,
    opening: impl FnOnce(&RedbConfig) -> Result<Redb, OpenError>,
) -> Result<Opened, FoundationError> {
    let master = master::read(folder)?;
    let vault = Vault::open(Folder::new(folder.keys()), Secrets::vault_key(&master))?;
    let secrets = Arc::new(Secrets::with_vault(&master, vault));
    let store = opening(&folder.store())?;
    let ledger = Ledger::new(store.clone(), secrets.clone());
    let epoch = ledger.about::<u32>(About::Epoch).await?.record;
    let epoch = epoch.ok_or(FoundationError::Unfinished)?;
    let identity = ledger.about::<[u8; 32]>(About::Identity).await?.record;
    if identity != Some(secrets.public().signing.0) {
        return Err(FoundationError::OtherKey);
    }
    noting::note_all(&ledger).await?;
    let token = ledger.about::<[u8; 32]>(About::Token).await?.record;
    Ok(Opened {
        foundation: Foundation {
            units: ledger.unit_tree().await?,
            secrets,
            epoch,
        },
        token: TokenHash(token.ok_or(FoundationError::Unfinished)?),
        store,
    })
}

/// Writes a new file that only its owner may read, and waits until the disk has it.
fn write_secret(path: &Path, bytes: &[u8]) -> Result<(), FoundationError> {
    let write = || -> io::Result<()> {
        let mut file = new_private(path)?;
        file.write_all(bytes)?;
        file.sync_all()
    };
    write().map_err(|source| at(path, source))
}

#[cfg(unix)]
fn new_private(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut options = File::options();
    options.write(true).create_new(true).mode(0o600).open(path)
}

#[cfg(not(unix))]
fn new_private(path: &Path) -> io::Result<File> {
    File::options().write(true).create_new(true).open(path)
}

#[cfg(unix)]
fn new_private_folder(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    fs::DirBuilder::new().mode(0o700).create(path)
}

#[cfg(not(unix))]
fn new_private_folder(path: &Path) -> io::Result<()> {
    fs::create_dir(path)
}

fn at(path: &Path, source: io::Error) -> FoundationError {
    FoundationError::File {
        path: path.to_owned(),
        source,
    }
}
