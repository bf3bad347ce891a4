//! Where the master secret comes from: the environment, a credential of systemd, or a file beside
//! the store, whichever is there first.
//!
//! A secret that stands on no disk with the data protects it from whoever takes that disk.

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::{FoundationError, at};
use crate::config::DataFolder;

/// The variable that may hold it, as 64 hexadecimal digits.
pub(super) const VARIABLE: &str = "SAMPAN_MASTER_KEY";

/// The variable in which systemd names the folder of credentials, and the credential's name: 32
/// bytes.
const CREDENTIALS: (&str, &str) = ("CREDENTIALS_DIRECTORY", "sampan.key");

/// The master secret of the server in `folder`.
pub(super) fn read(folder: &DataFolder) -> Result<[u8; 32], FoundationError> {
    match given()? {
        Some(given) => Ok(given),
        None => from_file(&folder.key()),
    }
}

/// The secret that the system's keeper gives, if one is given.
pub(super) fn given() -> Result<Option<[u8; 32]>, FoundationError> {
    if let Some(text) = env::var_os(VARIABLE) {
        let secret = text.to_str().and_then(from_hex);
        return secret.map(Some).ok_or(FoundationError::BadVariable);
    }
    let (variable, name) = CREDENTIALS;
    let credential = env::var_os(variable).map(|folder| PathBuf::from(folder).join(name));
    match credential.filter(|path| path.exists()) {
        Some(path) => from_file(&path).map(Some),
        None => Ok(None),
    }
}

fn from_hex(text: &str) -> Option<[u8; 32]> {
    let parsed = text.trim().parse::<shared::id::ChangeHash>();
    parsed.ok().map(|bytes| bytes.0)
}

pub(super) fn from_file(path: &Path) -> Result<[u8; 32], FoundationError> {
    let bytes = fs::read(path).map_err(|source| at(path, source))?;
    let master = bytes.try_into().map_err(|_| FoundationError::BadKey {
        path: path.to_owned(),
    })?;
    match is_private(path).map_err(|source| at(path, source))? {
        true => Ok(master),
        false => Err(FoundationError::OpenKey {
            path: path.to_owned(),
        }),
    }
}

#[cfg(unix)]
fn is_private(path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::PermissionsExt as _;
    Ok(fs::metadata(path)?.permissions().mode() & 0o077 == 0)
}

#[cfg(not(unix))]
fn is_private(_: &Path) -> io::Result<bool> {
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_read_from_digits_and_nothing_shorter() {
        assert_eq!(from_hex(&"0a".repeat(32)), Some([10; 32]));
        assert_eq!(from_hex(&format!("{}\n", "0a".repeat(32))), Some([10; 32]));
        assert_eq!(from_hex(&"0a".repeat(31)), None);
    }
}
