//! The ledger of poison pills: which bundles were being worked on when the server last fell.
//!
//! Every bundle is noted before anybody looks into it and crossed out afterwards, in a small file
//! beside the store that survives the process, though not the machine: no bundle causes a power
//! cut. One found there after two falls, or at whose work two panics happened, is not looked into
//! again by this build; it stays on its phone, and the keeper is told.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use shared::id::BundleId;

/// Falls after which a bundle is left alone.
pub const FALLS_MAX: u8 = 2;

/// Bundles noted at once: those on all threads, and those that once were there at a fall.
const SLOTS: usize = 256;

/// Bytes of a slot: falls and flag, bundle.
const SLOT_BYTES: usize = 17;

/// Set in a slot's first byte while the bundle is being worked on.
const AT_WORK: u8 = 0x80;

/// The ledger. Clones are handles to the same one.
#[derive(Clone, Debug, Default)]
pub struct Pills(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    file: Option<File>,
    slots: Vec<Slot>,
    /// The slot whose bundle gives way when none is free.
    next: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Slot {
    falls: u8,
    at_work: u8,
    bundle: BundleId,
}

impl Slot {
    const FREE: Self = Self {
        falls: 0,
        at_work: 0,
        bundle: BundleId([0; 16]),
    };

    fn is_free(&self) -> bool {
        self.falls == 0 && self.at_work == 0
    }

    fn to_bytes(self) -> [u8; SLOT_BYTES] {
        let mut bytes = [0; SLOT_BYTES];
        let flag = if self.at_work > 0 { AT_WORK } else { 0 };
        bytes[0] = self.falls.min(AT_WORK - 1) | flag;
        bytes[1..].copy_from_slice(&self.bundle.0);
        bytes
    }

    /// As it is after a fall: who was at work is suspected.
    fn after_fall(bytes: &[u8]) -> Self {
        let mut bundle = [0; 16];
        bundle.copy_from_slice(&bytes[1..]);
        Self {
            falls: (bytes[0] & !AT_WORK) + u8::from(bytes[0] & AT_WORK != 0),
            at_work: 0,
            bundle: BundleId(bundle),
        }
    }
}

/// The bundle was at work at too many falls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the server fell twice at this bundle: it is kept for a later version")]
pub struct Suspect;

/// A bundle being worked on, until this is dropped.
#[derive(Debug)]
pub struct AtWork {
    pills: Pills,
    bundle: BundleId,
}

impl Pills {
    /// The ledger in this file, which is made if it is missing. What was at work at its last
    /// writing is counted as a fall.
    ///
    /// # Errors
    /// The system's.
    pub fn open(path: &Path) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let mut file = options.open(path)?;
        let mut bytes = Vec::new();
        io::Read::by_ref(&mut file)
            .take((SLOTS * SLOT_BYTES) as u64)
            .read_to_end(&mut bytes)?;
        let slots = bytes.chunks_exact(SLOT_BYTES).map(Slot::after_fall);
        let slots: Vec<Slot> = slots.filter(|slot| !slot.is_free()).collect();
        let written: Vec<u8> = slots.iter().flat_map(|slot| slot.to_bytes()).collect();
        file.set_len(0)?;
        file.seek(SeekFrom::Start(0))?;
        file.write_all(&written)?;
        for slot in slots.iter().filter(|slot| slot.falls >= FALLS_MAX) {
            tracing::error!(bundle = %slot.bundle, "the server fell twice at this bundle");
        }
        Ok(Self(Arc::new(Mutex::new(State {
            file: Some(file),
            slots,
            next: 0,
        }))))
    }

    /// Notes that work on a bundle begins.
    ///
    /// # Errors
    /// [`Suspect`]: do not look into it.
    pub fn begin(&self, bundle: BundleId) -> Result<AtWork, Suspect> {
        let mut state = self.state();
        let at = state.place_of(bundle);
        if state.slots[at].falls >= FALLS_MAX {
            return Err(Suspect);
        }
        state.slots[at].at_work += 1;
        state.write(at);
        let pills = self.clone();
        Ok(AtWork { pills, bundle })
    }

    /// Bundles that are left alone.
    #[must_use]
    pub fn suspects(&self) -> usize {
        let state = self.state();
        let is_suspect = |slot: &&Slot| slot.falls >= FALLS_MAX;
        state.slots.iter().filter(is_suspect).count()
    }

    fn end(&self, bundle: BundleId, fell: bool) {
        let mut state = self.state();
        let at = state.place_of(bundle);
        let slot = &mut state.slots[at];
        slot.at_work = slot.at_work.saturating_sub(1);
        slot.falls = slot.falls.saturating_add(u8::from(fell));
        if slot.is_free() {
            *slot = Slot::FREE;
        }
        state.write(at);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for AtWork {
    fn drop(&mut self) {
        self.pills.end(self.bundle, thread::panicking());
    }
}

impl State {
    /// The bundle's slot: its own, else a free one, else that of the oldest suspect.
    fn place_of(&mut self, bundle: BundleId) -> usize {
        let own = |slot: &Slot| !slot.is_free() && slot.bundle == bundle;
        if let Some(at) = self.slots.iter().position(own) {
            return at;
        }
        let at = match self.slots.iter().position(Slot::is_free) {
            Some(at) => at,
            None if self.slots.len() < SLOTS => {
                self.slots.push(Slot::FREE);
                self.slots.len() - 1
            }
            None => {
                self.next = (self.next + 1) % SLOTS;
                self.next
            }
        };
        self.slots[at] = Slot {
            bundle,
            ..Slot::FREE
        };
        at
    }

    fn write(&mut self, at: usize) {
        let bytes = self.slots[at].to_bytes();
        let Some(file) = &mut self.file else { return };
        let place = SeekFrom::Start((at * SLOT_BYTES) as u64);
        let written = file.seek(place).and_then(|_| file.write_all(&bytes));
        if let Err(error) = written {
            tracing::warn!(%error, "the ledger of poison pills cannot be written");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;

    const PILL: BundleId = BundleId([7; 16]);
    const OTHER: BundleId = BundleId([8; 16]);

    #[test]
    fn a_bundle_at_work_at_two_falls_is_left_alone_and_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("in-flight");
        for fall in 0..FALLS_MAX {
            let pills = Pills::open(&path).unwrap();
            assert_eq!(pills.suspects(), 0, "before fall {fall}");
            drop(pills.begin(OTHER).unwrap());
            // The process ends in the middle of it: nothing is crossed out.
            core::mem::forget(pills.begin(PILL).unwrap());
        }
        for _ in 0..2 {
            let pills = Pills::open(&path).unwrap();
            assert_eq!(pills.suspects(), 1);
            assert_eq!(pills.begin(PILL).err(), Some(Suspect));
            assert!(pills.begin(OTHER).is_ok());
        }
    }

    #[test]
    fn a_panic_counts_as_a_fall() {
        let pills = Pills::default();
        for _ in 0..FALLS_MAX {
            let work = catch_unwind(AssertUnwindSafe(|| {
                let _at_work = pills.begin(PILL).unwrap();
                panic!("on purpose");
            }));
            assert!(work.is_err());
        }
        assert!(pills.begin(PILL).is_err());
    }

    #[test]
    fn suspects_never_fill_the_ledger() {
        let pills = Pills::default();
        let bundle = |n: usize| {
            let mut id = [0xff; 16];
            id[..8].copy_from_slice(&n.to_le_bytes());
            BundleId(id)
        };
        for n in 0..2 * SLOTS {
            for _ in 0..FALLS_MAX {
                let _noted = pills.begin(bundle(n)).map(core::mem::forget);
                pills.end(bundle(n), true);
            }
        }
        assert_eq!(pills.suspects(), SLOTS);
        assert!(pills.begin(OTHER).is_ok());
    }
}
