//! What runs came to, kept between them as JSON.

use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;

/// The tally so far; a new one where none is kept. One that cannot be read is not begun anew.
pub fn read<T: DeserializeOwned + Default>(path: &Path) -> T {
    match std::fs::read(path) {
        Ok(bytes) => {
            serde_json::from_slice(&bytes).expect("the tally is JSON; delete it to begin anew")
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => T::default(),
        Err(error) => panic!("the tally cannot be read: {error}"),
    }
}

pub fn write<T: Serialize>(path: &Path, tally: &T) {
    let json = serde_json::to_vec_pretty(tally).expect("counts are always JSON");
    std::fs::write(path, json).expect("the tally's folder can be written");
}
