//! Where a vault's files are: a folder, or memory.

use core::fmt::Debug;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Named files, each change durable when the call returns.
pub trait Files: Debug + Send + Sync {
    /// The file's bytes, if there is one.
    ///
    /// # Errors
    /// The system's.
    fn read(&self, name: &str) -> io::Result<Option<Vec<u8>>>;

    /// Gives the file these bytes, all or nothing; what it held before is overwritten.
    ///
    /// # Errors
    /// The system's; the file then has its old bytes or the new ones.
    fn replace(&self, name: &str, bytes: &[u8]) -> io::Result<()>;

    /// Adds bytes to the end of a file that exists.
    ///
    /// # Errors
    /// The system's; any part of the bytes may have been added then.
    fn append(&self, name: &str, bytes: &[u8]) -> io::Result<()>;

    /// Overwrites the file and removes it; removing none is no error.
    ///
    /// # Errors
    /// The system's.
    fn remove(&self, name: &str) -> io::Result<()>;

    /// Every file's name.
    ///
    /// # Errors
    /// The system's.
    fn names(&self) -> io::Result<Vec<String>>;
}

/// A folder that nobody else uses.
#[derive(Debug)]
pub struct Folder(PathBuf);

/// What a file is called while it is written.
const UNFINISHED: &str = ".new";

impl Folder {
    /// The folder at `path`, which exists.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    fn sync(&self) -> io::Result<()> {
        match cfg!(unix) {
            true => File::open(&self.0)?.sync_all(),
            false => Ok(()),
        }
    }
}

impl Files for Folder {
    fn read(&self, name: &str) -> io::Result<Option<Vec<u8>>> {
        match fs::read(self.0.join(name)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn replace(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let (path, unfinished) = (
            self.0.join(name),
            self.0.join(format!("{name}{UNFINISHED}")),
        );
        let mut file = File::create(&unfinished)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        // The old bytes are overwritten through this handle once no name leads to them.
        let old = open_existing(&path)?;
        fs::rename(&unfinished, &path)?;
        self.sync()?;
        old.map_or(Ok(()), overwrite)
    }

    fn append(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let mut file = File::options().append(true).open(self.0.join(name))?;
        file.write_all(bytes)?;
        file.sync_data()
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        let path = self.0.join(name);
        if let Some(old) = open_existing(&path)? {
            overwrite(old)?;
            fs::remove_file(&path)?;
            self.sync()?;
        }
        Ok(())
    }

    fn names(&self) -> io::Result<Vec<String>> {
        let name = |entry: io::Result<fs::DirEntry>| {
            let name = entry?.file_name().into_string();
            name.map_err(|_| io::Error::from(io::ErrorKind::InvalidData))
        };
        fs::read_dir(&self.0)?.map(name).collect()
    }
}

fn open_existing(path: &Path) -> io::Result<Option<File>> {
    match File::options().write(true).open(path) {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Writes zeros over everything. A disk that moves what it writes may keep older bytes; they are
/// sealed under keys that only an older root names.
fn overwrite(mut file: File) -> io::Result<()> {
    let bytes = file.metadata()?.len();
    file.rewind()?;
    io::copy(&mut io::Read::take(io::repeat(0), bytes), &mut file)?;
    file.sync_data()
}

/// Files in memory.
#[derive(Debug, Default)]
pub struct Scratch(Mutex<BTreeMap<String, Vec<u8>>>);

impl Scratch {
    fn files(&self) -> MutexGuard<'_, BTreeMap<String, Vec<u8>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Files for Scratch {
    fn read(&self, name: &str) -> io::Result<Option<Vec<u8>>> {
        Ok(self.files().get(name).cloned())
    }

    fn replace(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        self.files().insert(name.to_owned(), bytes.to_vec());
        Ok(())
    }

    fn append(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let mut files = self.files();
        let file = files.get_mut(name);
        let file = file.ok_or(io::Error::from(io::ErrorKind::NotFound))?;
        file.extend_from_slice(bytes);
        Ok(())
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.files().remove(name);
        Ok(())
    }

    fn names(&self) -> io::Result<Vec<String>> {
        Ok(self.files().keys().cloned().collect())
    }
}
