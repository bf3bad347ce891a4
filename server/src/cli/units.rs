//! Importing the units of the country, on the files of a server that is not running.

use std::collections::BTreeMap;
use std::fs;

use super::files::open;
use super::{ImportUnits, Stop};
use crate::import::units::{Note, Provenance, Table, UnitLists, UnitSums};

/// Notes that are printed one by one.
const NOTES_MAX: usize = 200;

pub(super) async fn import(asked: ImportUnits) -> Result<(), Stop> {
    let server = open(&asked.folder).await?;
    let paths = [
        (Table::Before, asked.before),
        (Table::After, asked.after),
        (Table::Mapping, asked.mapping),
    ];
    let mut files = BTreeMap::new();
    for (table, path) in paths {
        if let Some(path) = path {
            let bytes = fs::read(&path).map_err(|source| Stop::Read { path, source })?;
            files.insert(table, bytes);
        }
    }
    let plan = UnitLists::read(&files)?.plan(&server.units(), asked.reform)?;
    tell_sums(plan.sums);
    tell_notes(&plan.notes);
    if asked.dry_run {
        println!("trial run: nothing was written");
        return Ok(());
    }
    let versions = plan.written.len() + plan.removed.len();
    let from = Provenance {
        source: asked.source,
        as_of: asked.as_of,
    };
    let now = asked.clock.clock().now();
    server.import_units(plan, from, now).await?;
    println!("{versions} versions of units written or removed");
    Ok(())
}

fn tell_sums(sums: UnitSums) {
    let (provinces, communes) = sums.before;
    println!("before: {provinces} provinces, {communes} communes");
    let (provinces, communes) = sums.after;
    println!("since: {provinces} provinces, {communes} communes");
    println!(
        "units: {} new, {} changed, {} known, {} ended; {} hamlets moved",
        sums.created, sums.changed, sums.known, sums.ended, sums.hamlets_moved
    );
}

fn tell_notes(notes: &[Note]) {
    for note in notes.iter().take(NOTES_MAX) {
        let (table, row) = (note.table.name(), note.row);
        println!("{table} row {row}: {} {}", note.what, note.code);
    }
    let more = notes.len().saturating_sub(NOTES_MAX);
    if more > 0 {
        println!("and {more} more such rows");
    }
}
