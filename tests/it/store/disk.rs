//! A disk in memory that can be stopped, broken and copied.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};

use redb::StorageBackend;

/// Clones are the same disk.
#[derive(Debug, Clone, Default)]
pub(super) struct Disk {
    bytes: Arc<Mutex<Vec<u8>>>,
    stopped: Arc<(Mutex<bool>, Condvar)>,
    full: Arc<AtomicBool>,
}

impl Disk {
    /// Another disk with what this one holds now: what a killed process leaves behind.
    pub(super) fn copy(&self) -> Self {
        Self {
            bytes: Arc::new(Mutex::new(self.bytes.lock().unwrap().clone())),
            ..Self::default()
        }
    }

    /// From now on no flush ends.
    pub(super) fn stop(&self) {
        *self.stopped.0.lock().unwrap() = true;
    }

    /// Ends the flushes that were stopped.
    pub(super) fn go_on(&self) {
        *self.stopped.0.lock().unwrap() = false;
        self.stopped.1.notify_all();
    }

    /// From now on every write fails for want of room.
    pub(super) fn fill(&self) {
        self.full.store(true, Ordering::SeqCst);
    }

    fn room(&self) -> io::Result<()> {
        if self.full.load(Ordering::SeqCst) {
            return Err(io::ErrorKind::StorageFull.into());
        }
        Ok(())
    }
}

impl StorageBackend for Disk {
    fn len(&self) -> io::Result<u64> {
        Ok(self.bytes.lock().unwrap().len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let bytes = self.bytes.lock().unwrap();
        let start = offset as usize;
        let found = bytes.get(start..start + out.len());
        out.copy_from_slice(found.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.room()?;
        self.bytes.lock().unwrap().resize(len as usize, 0);
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        let (stopped, changed) = &*self.stopped;
        let _going = changed
            .wait_while(stopped.lock().unwrap(), |stopped| *stopped)
            .unwrap();
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.room()?;
        let start = offset as usize;
        self.bytes.lock().unwrap()[start..start + data.len()].copy_from_slice(data);
        Ok(())
    }
}
