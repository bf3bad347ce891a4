//! Random worlds, until the asked number is lived. One that ends badly is shortened and told.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;
use std::time::Instant;

use serde::{Deserialize, Serialize};

use crate::figure::{SIM_FAILED, SIM_WORLDS, SIM_WORLDS_PER_MINUTE};
use crate::world::ending::lived;
use crate::world::story::Story;
use crate::{cores, on_every_core, tally};

#[derive(clap::Args)]
pub struct Options {
    /// Worlds to live
    #[arg(long, default_value_t = 10_000)]
    worlds: u64,
    /// The first seed, instead of where the tally stands
    #[arg(long)]
    from: Option<u64>,
}

/// What all runs on this machine came to.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Tally {
    /// The seed the next run begins with.
    next: u64,
    lived: u64,
    failed: Vec<u64>,
    /// How often each outcome stood in a receipt.
    outcomes: BTreeMap<String, u64>,
    /// In how many worlds each rare thing happened.
    #[serde(default)]
    marks: BTreeMap<String, u64>,
}

/// Seeds between two savings of the tally.
const SLICE: u64 = 1_000;

/// Whether all of them, in this run and before, ended well.
pub fn live(options: &Options, kept: &Path) -> bool {
    let mut tally: Tally = tally::read(kept);
    let first = options.from.unwrap_or(tally.next);
    let started = Instant::now();
    let mut start = first;
    while start < first + options.worlds {
        let end = (start + SLICE).min(first + options.worlds);
        let shared = Mutex::new(&mut tally);
        on_every_core(start..end, |seed| one(seed, &shared));
        tally.next = tally.next.max(end);
        tally::write(kept, &tally);
        eprintln!("{} of {} worlds", end - first, options.worlds);
        start = end;
    }
    let minutes = started.elapsed().as_secs_f64() / 60.0;
    let per_core = options.worlds as f64 / minutes / cores() as f64;
    println!("{}", SIM_WORLDS.line(tally.lived as f64));
    println!("{}", SIM_FAILED.line(tally.failed.len() as f64));
    println!("{}", SIM_WORLDS_PER_MINUTE.line(per_core));
    for (outcome, count) in tally.outcomes.iter().chain(&tally.marks) {
        eprintln!("{outcome}: {count}");
    }
    tally.failed.is_empty()
}

fn one(seed: u64, tally: &Mutex<&mut Tally>) {
    let result = lived(Story::of_seed(seed));
    let mut tally = tally.lock().expect("no thread panics with the tally");
    tally.lived += 1;
    tally.failed.retain(|known| *known != seed);
    match result {
        Ok(ending) => {
            for (code, count) in ending.outcomes {
                *tally.outcomes.entry(code.to_owned()).or_default() += count as u64;
            }
            for mark in ending.marks {
                *tally.marks.entry(format!("{mark:?}")).or_default() += 1;
            }
        }
        Err(failed) => {
            tally.failed.push(seed);
            eprintln!("{failed}");
        }
    }
}
