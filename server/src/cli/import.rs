//! Imports, on the files of a server that is not running.

use std::fs;

use shared::id::UnitId;
use shared::kind::Kind;

use super::files::open;
use super::{ImportAutomerge, ImportTable, Stop};
use crate::import::Import;
use crate::import::carry_out::CarryOutError;
use crate::import::order::Order;
use crate::import::plan::Plan;

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

pub(super) async fn table(asked: ImportTable) -> Result<(), Stop> {
    let server = open(&asked.folder).await?;
    let path = asked.file.clone();
    let file = fs::read(&path).map_err(|source| Stop::Read { path, source })?;
    let order = Order {
        what: asked.what,
        unit: UnitId(asked.unit),
        source: asked.source,
        as_of: asked.as_of,
        list: asked.list,
        step: asked.step,
        indicator: asked.indicator,
        columns: None,
    };
    let circumstances = asked.clock.clock().circumstances()?;
    let checked = order.check(circumstances.now.local_day());
    checked.map_err(CarryOutError::from)?;
    tell_plan(&server.plan_import(&order, &file).await?);
    if !asked.dry_run {
        let done = server.import_table(&order, &file, circumstances).await?;
        println!(
            "import {}: {} rows written, {} known, {} wrong, {} changes not taken",
            done.import, done.written, done.known, done.errors, done.not_taken
        );
    }
    Ok(())
}

/// Says what would become of each row, without what stands in it.
fn tell_plan(plan: &Plan) {
    for field in &plan.missing {
        println!("no column says {}", field.name());
    }
    for row in &plan.rows {
        let notes: Vec<_> = row.notes.iter().map(|note| note.code).collect();
        println!("row {} {} {}", row.row, row.outcome.name(), notes.join(" "));
    }
}
