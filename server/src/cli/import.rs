//! Imports, on the files of a server that is not running.

use std::fs;

use shared::id::UnitId;
use shared::kind::Kind;

use super::files::open;
use super::{ImportAutomerge, Stop};
use crate::import::Import;

pub(super) async fn automerge(asked: ImportAutomerge) -> Result<(), Stop> {
    let server = open(&asked.folder).await?;
    let read = |path: &std::path::PathBuf| {
        let path = path.clone();
        fs::read(&path).map_err(|source| Stop::Read { path, source })
    };
    let files: Vec<Vec<u8>> = asked.files.iter().map(read).collect::<Result<_, _>>()?;
    let import = Import {
        label: asked.label,
        day: asked.day,
        kind: Kind::Dossier,
        unit: UnitId(asked.unit),
    };
    let circumstances = asked.clock.clock().circumstances()?;
    let outcomes = server
        .import_automerge(&import, &files, circumstances)
        .await?;
    for (path, outcome) in asked.files.iter().zip(outcomes) {
        println!("{outcome} {}", path.display());
    }
    Ok(())
}
