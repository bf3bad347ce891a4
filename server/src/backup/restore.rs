//! A server's files of a backup.

use std::path::PathBuf;

use shared::time::UnixSeconds;

use super::{BackupError, Master, Pair, Progress, unpack};
use crate::config::DataFolder;
use crate::foundation::{self, FoundationError, Opened};
use crate::http::Token;
use crate::ledger::about::{About, put_about};
use crate::secrets::Secrets;
use crate::store::Put;

/// The moment epochs of restored servers are counted from, in minutes: 1 January 2023.
const EPOCHS_BEGIN: UnixSeconds = UnixSeconds(1_672_531_200);

/// What a server is restored from, and when.
#[derive(Debug)]
pub struct Source {
    /// The backup.
    pub pair: Pair,
    /// The file with the master secret, unless the system's keeper gives it.
    pub master: Option<PathBuf>,
    /// The programs' new token.
    pub token: Token,
    /// The server's clock.
    pub now: UnixSeconds,
}

/// Why a server is not restored.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// The new folder's files.
    #[error(transparent)]
    Foundation(#[from] FoundationError),
    /// The backup.
    #[error(transparent)]
    Backup(#[from] BackupError),
}

/// Makes the files of a server in a new folder from a backup, in a new epoch, and opens them.
///
/// An epoch grows with the clock, so that the same backup, restored twice, makes two: phones that
/// met the first would otherwise believe that they know the second.
///
/// # Errors
/// [`RestoreError`]; a folder that was begun is refused when opened: remove it.
pub async fn restore(
    folder: &DataFolder,
    source: Source,
    progress: impl FnMut(Progress),
) -> Result<Opened, RestoreError> {
    let master = foundation::begin_restored(folder, source.master.as_deref(), &source.token)?;
    let key = Master(Secrets::backup_key_of(&master));
    let to = (&folder.store(), folder.keys());
    let (about, reach) = unpack(&source.pair, &key, (to.0, &to.1), progress)?;
    let minutes = (source.now.0 - EPOCHS_BEGIN.0) / 60;
    let epoch = u32::try_from(minutes).unwrap_or(0).max(about.epoch + 1);
    let mut puts: Vec<Put> = reach.puts().collect();
    puts.push(put_about(About::Token, &source.token.hash().0));
    foundation::end_restored(folder, &puts, epoch).await?;
    Ok(foundation::open(folder).await?)
}
