//! CPU per change: decode, derive and fold facts, against automerge doing the same to documents.
//!
//! Both sides run in one process, one after the other, on the same changes; times are the
//! process's own CPU, so the ratio holds on a noisy machine.

use std::hint::black_box;

use cpu_time::ProcessTime;
use shared::change::Change;
use shared::derive::{Resolved, derive};
use shared::engine::{Engine as _, RowEngine, next_deps};
use shared::event::Step;
use shared::facts::{Form, decode, encode};
use shared::row::Row;

use crate::figure::{
    AUTOMERGE_TO_ROW_CPU_RATIO, CPU_US_PER_CHANGE, CPU_US_PER_CHANGE_AUTOMERGE, CPU_US_PER_EDIT,
};
use crate::fleet::{AUTHOR, Recorder, Written, sections};

const RESIDENTS: usize = 2_000;

/// Every resident has three changes; the fourth arrives.
pub fn measure() {
    let mut recorder = Recorder::new(RESIDENTS, 3);
    let mut histories: Vec<Vec<Change>> = (0..RESIDENTS)
        .map(|_| vec![recorder.resident().remove(0).change])
        .collect();
    for step in [Step::EidAccepted, Step::EidReported] {
        for (n, history) in histories.iter_mut().enumerate() {
            history.push(recorder.edit(n as u32, step).remove(0).change);
        }
    }
    let arriving: Vec<Written> = (0..RESIDENTS as u32)
        .flat_map(|n| recorder.edit(n, Step::EidActivated))
        .collect();
    let by_rows = rows(&histories, &arriving);
    let by_automerge = automerge(&histories, &arriving);
    println!("{}", CPU_US_PER_CHANGE.line(by_rows));
    println!("{}", CPU_US_PER_CHANGE_AUTOMERGE.line(by_automerge));
    println!(
        "{}",
        AUTOMERGE_TO_ROW_CPU_RATIO.line(by_automerge / by_rows)
    );
    println!("{}", CPU_US_PER_EDIT.line(edits()));
}

/// Decode the bundle's facts, read each row, derive the change, hash it, fold it, write the row.
fn rows(histories: &[Vec<Change>], arriving: &[Written]) -> f64 {
    let stored: Vec<Vec<u8>> = histories
        .iter()
        .map(|history| folded(history).to_bytes())
        .collect();
    let form = Form::Bundle(AUTHOR.device);
    let bundles: Vec<Vec<u8>> = arriving
        .chunks(100)
        .map(|part| encode(&sections(part)[0].1, form))
        .collect();
    let start = ProcessTime::now();
    let mut next = 0;
    for bundle in &bundles {
        let batch = decode(bundle, form).expect("an honest batch");
        for fact in &batch.facts {
            let mut row = Row::from_bytes(&stored[next]).expect("a stored row");
            let actor = AUTHOR.actor(arriving[next].name.document());
            let deps = next_deps(&row, &actor);
            let resolved = Resolved {
                actor,
                deps,
                time: fact.time,
                ops: fact.ops_for(&batch.authors, arriving[next].name.document()),
            };
            let change = derive(&row, &resolved).expect("an honest change");
            RowEngine.fold(&mut row, &change).expect("in order");
            black_box(row.to_bytes());
            next += 1;
        }
    }
    per_change(&start, arriving.len())
}

/// Load each document, apply the change, save the document.
fn automerge(histories: &[Vec<Change>], arriving: &[Written]) -> f64 {
    let saved: Vec<Vec<u8>> = histories
        .iter()
        .map(|history| crdt::rebuild(history).expect("an honest history").save())
        .collect();
    let start = ProcessTime::now();
    for (bytes, written) in saved.iter().zip(arriving) {
        let mut document = crdt::Document::load(bytes).expect("a saved document");
        document.add(&written.change).expect("an honest change");
        black_box(document.save());
    }
    per_change(&start, arriving.len())
}

/// What a phone does for one save: edit, hash, fold.
fn edits() -> f64 {
    let mut recorder = Recorder::new(RESIDENTS, 4);
    let start = ProcessTime::now();
    let changes: usize = (0..RESIDENTS)
        .map(|_| black_box(recorder.resident()).len())
        .sum();
    per_change(&start, changes)
}

fn folded(history: &[Change]) -> Row {
    let mut row = Row::default();
    for change in history {
        RowEngine.fold(&mut row, change).expect("in order");
    }
    row
}

fn per_change(start: &ProcessTime, changes: usize) -> f64 {
    start.elapsed().as_secs_f64() * 1e6 / changes as f64
}
