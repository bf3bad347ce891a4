//! What a disk holds, and everything that was done to it.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard};

use redb::StorageBackend;

use crate::world::luck::Luck;

/// What a disk writes whole or not at all.
const SECTOR_BYTES: usize = 512;
const SHEET_BYTES: usize = 4096;

/// What a disk holds. Clones share what is the same.
#[derive(Debug, Clone, Default)]
pub struct Content {
    sheets: Vec<Arc<[u8; SHEET_BYTES]>>,
    length: usize,
}

impl Content {
    fn set_length(&mut self, length: usize) {
        let within = length % SHEET_BYTES;
        let sheets = length.div_ceil(SHEET_BYTES);
        self.sheets
            .resize_with(sheets, || Arc::new([0; SHEET_BYTES]));
        if length < self.length && within > 0 {
            Arc::make_mut(&mut self.sheets[sheets - 1])[within..].fill(0);
        }
        self.length = length;
    }

    fn read(&self, at: usize, out: &mut [u8]) -> io::Result<()> {
        if at + out.len() > self.length {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let mut done = 0;
        while done < out.len() {
            let (sheet, within) = ((at + done) / SHEET_BYTES, (at + done) % SHEET_BYTES);
            let part = (SHEET_BYTES - within).min(out.len() - done);
            out[done..done + part].copy_from_slice(&self.sheets[sheet][within..within + part]);
            done += part;
        }
        Ok(())
    }

    /// What lies beyond the end is not written.
    fn write(&mut self, at: usize, data: &[u8]) {
        let end = (at + data.len()).min(self.length);
        let mut done = 0;
        while at + done < end {
            let (sheet, within) = ((at + done) / SHEET_BYTES, (at + done) % SHEET_BYTES);
            let part = (SHEET_BYTES - within).min(end - at - done);
            Arc::make_mut(&mut self.sheets[sheet])[within..within + part]
                .copy_from_slice(&data[done..done + part]);
            done += part;
        }
    }

    /// Turns one bit of what is not empty; answers which, counted from the first.
    pub fn turn_a_bit(&mut self, luck: &mut Luck) -> usize {
        let written: Vec<usize> = (0..self.sheets.len())
            .filter(|sheet| self.sheets[*sheet].iter().any(|byte| *byte != 0))
            .collect();
        let (sheet, bit) = (*luck.one_of(&written), luck.below(SHEET_BYTES * 8));
        Arc::make_mut(&mut self.sheets[sheet])[bit / 8] ^= 1 << (bit % 8);
        sheet * SHEET_BYTES * 8 + bit
    }
}

/// One thing done to a disk.
#[derive(Debug, Clone)]
pub enum Deed {
    Written { at: usize, data: Arc<[u8]> },
    Resized(usize),
    Flushed,
}

/// What will go wrong: the call with this number, counted from 1, and every later one like it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Writes and growth find no room.
    Full(usize),
    /// Writes, growth and flushes fail.
    Broken(usize),
    /// Reads fail.
    Unreadable(usize),
}

#[derive(Debug, Default)]
struct State {
    content: Content,
    deeds: Vec<Deed>,
    fault: Option<Fault>,
    /// Calls of the fault's kind since it was set.
    calls: usize,
    failed: bool,
}

/// A disk in memory; clones are the same disk.
#[derive(Debug, Clone, Default)]
pub struct Disk(Arc<Mutex<State>>);

impl Disk {
    pub fn holding(content: Content) -> Self {
        let disk = Self::default();
        disk.state().content = content;
        disk
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().expect("no disk panics")
    }

    pub fn content(&self) -> Content {
        self.state().content.clone()
    }

    /// How much has been done to it.
    pub fn deeds_done(&self) -> usize {
        self.state().deeds.len()
    }

    pub fn deeds(&self) -> Vec<Deed> {
        self.state().deeds.clone()
    }

    pub fn set_fault(&self, fault: Option<Fault>) {
        let mut state = self.state();
        (state.fault, state.calls, state.failed) = (fault, 0, false);
    }

    /// Whether the fault has shown.
    pub fn has_failed(&self) -> bool {
        self.state().failed
    }
}

impl State {
    /// Counts a call that `kind` would spoil; fails from the fault's number on.
    fn meet(&mut self, meets: impl Fn(Fault) -> Option<(usize, io::ErrorKind)>) -> io::Result<()> {
        let Some((number, error)) = self.fault.and_then(meets) else {
            return Ok(());
        };
        self.calls += 1;
        if self.calls < number {
            return Ok(());
        }
        self.failed = true;
        Err(error.into())
    }

    fn meet_change(&mut self) -> io::Result<()> {
        self.meet(|fault| match fault {
            Fault::Full(number) => Some((number, io::ErrorKind::StorageFull)),
            Fault::Broken(number) => Some((number, io::ErrorKind::Other)),
            _ => None,
        })
    }
}

impl StorageBackend for Disk {
    fn len(&self) -> io::Result<u64> {
        Ok(self.state().content.length as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let mut state = self.state();
        state.meet(|fault| match fault {
            Fault::Unreadable(number) => Some((number, io::ErrorKind::Other)),
            _ => None,
        })?;
        state.content.read(offset as usize, out)
    }

    fn set_len(&self, length: u64) -> io::Result<()> {
        let mut state = self.state();
        state.meet_change()?;
        state.content.set_length(length as usize);
        state.deeds.push(Deed::Resized(length as usize));
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        let mut state = self.state();
        state.meet(|fault| match fault {
            Fault::Broken(number) => Some((number, io::ErrorKind::Other)),
            _ => None,
        })?;
        state.deeds.push(Deed::Flushed);
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let mut state = self.state();
        state.meet_change()?;
        let at = offset as usize;
        assert!(
            at + data.len() <= state.content.length,
            "written beyond the end"
        );
        state.content.write(at, data);
        state.deeds.push(Deed::Written {
            at,
            data: data.into(),
        });
        Ok(())
    }
}

/// A disk followed deed by deed: what is certainly on it, and what may be.
#[derive(Debug, Clone, Default)]
pub struct Followed {
    flushed: Content,
    /// What was done since the last flush.
    loose: Vec<Deed>,
    /// A disk that says it has flushed and has not.
    pub lies: bool,
}

/// How many of the sectors in doubt survive.
#[derive(Debug, Clone, Copy)]
enum Kept {
    All,
    MostEighths,
    Half,
    OneEighth,
}

impl Followed {
    pub fn from(content: Content) -> Self {
        Self {
            flushed: content,
            ..Self::default()
        }
    }

    pub fn follow(&mut self, deed: &Deed) {
        if matches!(deed, Deed::Flushed) {
            if self.lies {
                return;
            }
            let loose = std::mem::take(&mut self.loose);
            loose.iter().for_each(|deed| self.flushed.take(deed));
        } else {
            self.loose.push(deed.clone());
        }
    }

    /// What the disk may hold if power is lost now.
    pub fn after_power_loss(&self, luck: &mut Luck) -> Content {
        let kept = [Kept::All, Kept::MostEighths, Kept::Half, Kept::OneEighth];
        let kept = *luck.one_of(&kept);
        let mut content = self.flushed.clone();
        let mut lengths = vec![content.length];
        lengths.extend(self.loose.iter().filter_map(|deed| match deed {
            Deed::Resized(length) => Some(*length),
            _ => None,
        }));
        content.set_length(*luck.one_of(&lengths));
        for deed in &self.loose {
            let Deed::Written { at, data } = deed else {
                continue;
            };
            for (n, sector) in data.chunks(SECTOR_BYTES).enumerate() {
                if survives(kept, luck) {
                    content.write(at + n * SECTOR_BYTES, sector);
                }
            }
        }
        content
    }
}

fn survives(kept: Kept, luck: &mut Luck) -> bool {
    match kept {
        Kept::All => true,
        Kept::MostEighths => luck.below(8) > 0,
        Kept::Half => luck.below(2) > 0,
        Kept::OneEighth => luck.below(8) == 0,
    }
}

impl Content {
    fn take(&mut self, deed: &Deed) {
        match deed {
            Deed::Written { at, data } => self.write(*at, data),
            Deed::Resized(length) => self.set_length(*length),
            Deed::Flushed => {}
        }
    }
}
