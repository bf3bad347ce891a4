//! How much room the disk has left, and what is no longer done when there is little.
//!
//! A store that runs into the end of its disk stops in the middle of a commit. Long before that
//! the server becomes read-only: pulls, lists and figures go on, nothing is stored, and phones
//! keep what they have and try again. It becomes writable by itself once there is room.

use core::sync::atomic::{AtomicBool, Ordering};
use core::time::Duration;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Free bytes below which nothing is stored, unless the keeper says otherwise: some hours of a
/// province's work, and room for the file to be made larger in one step.
pub const ROOM_MIB_MIN: u64 = 256;

/// Between two looks at the disk.
const LOOK_REST: Duration = Duration::from_secs(10);

/// What is known about the room on the disk. Clones are handles to the same.
#[derive(Debug, Clone, Default)]
pub struct Room(Arc<AtomicBool>);

impl Room {
    /// Whether nothing is stored any more.
    #[must_use]
    pub fn is_short(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Notes how many bytes are free, of which `bytes_min` are kept free.
    pub fn note(&self, bytes_free: u64, bytes_min: u64) {
        let is_short = bytes_free < bytes_min;
        if self.0.swap(is_short, Ordering::Relaxed) == is_short {
            return;
        }
        if is_short {
            tracing::error!(
                bytes_free,
                "the disk is nearly full: nothing is stored until there is room"
            );
        } else {
            tracing::info!(bytes_free, "there is room again");
        }
    }

    /// Looks at the disk of `folder` until it is dropped.
    pub async fn watch(self, folder: PathBuf, bytes_min: u64) {
        loop {
            match bytes_free(&folder) {
                Ok(bytes_free) => self.note(bytes_free, bytes_min),
                Err(error) => tracing::warn!(%error, "nobody knows how much room the disk has"),
            }
            tokio::time::sleep(LOOK_REST).await;
        }
    }
}

#[cfg(unix)]
fn bytes_free(folder: &Path) -> io::Result<u64> {
    let disk = rustix::fs::statvfs(folder)?;
    Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
}

/// Elsewhere a full disk shows only when a commit fails.
#[cfg(not(unix))]
fn bytes_free(_: &Path) -> io::Result<u64> {
    Ok(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_has_some_room_and_a_short_one_recovers() {
        let free = bytes_free(&std::env::temp_dir()).unwrap();
        let room = Room::default();
        room.note(free, free.saturating_add(1));
        assert!(room.is_short());
        room.note(free, 0);
        assert!(!room.is_short());
    }
}
