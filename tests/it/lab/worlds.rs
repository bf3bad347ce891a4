//! Random worlds, until the asked number is lived. One that ends badly is shortened and told.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;
use std::time::Instant;

use serde::{Deserialize, Serialize};

use crate::figure::{SIM_FAILED, SIM_WORLDS, SIM_WORLDS_LARGE, SIM_WORLDS_PER_MINUTE};
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
    /// Worlds of 20 to 60 people instead of 2 to 6
    #[arg(long)]
    large: bool,
}

/// What all runs on this machine came to.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Tally {
    /// The seed the next run begins with.
    next: u64,
    lived: u64,
    failed: Vec<u64>,
    /// The same of large worlds.
    #[serde(default)]
    next_large: u64,
    #[serde(default)]
    lived_large: u64,
    #[serde(default)]
    failed_large: Vec<u64>,
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
    let next = match options.large {
        true => tally.next_large,
        false => tally.next,
    };
    let first = options.from.unwrap_or(next);
    let started = Instant::now();
    let mut start = first;
    while start < first + options.worlds {
        let end = (start + SLICE).min(first + options.worlds);
        let shared = Mutex::new(&mut tally);
        on_every_core(start..end, |seed| one((seed, options.large), &shared));
        match options.large {
            true => tally.next_large = tally.next_large.max(end),
            false => tally.next = tally.next.max(end),
        }
        tally::write(kept, &tally);
        eprintln!("{} of {} worlds", end - first, options.worlds);
        start = end;
    }
    let minutes = started.elapsed().as_secs_f64() / 60.0;
    let per_core = options.worlds as f64 / minutes / cores() as f64;
    println!("{}", SIM_WORLDS.line(tally.lived as f64));
    println!("{}", SIM_WORLDS_LARGE.line(tally.lived_large as f64));
    let failed = tally.failed.len() + tally.failed_large.len();
    println!("{}", SIM_FAILED.line(failed as f64));
    println!("{}", SIM_WORLDS_PER_MINUTE.line(per_core));
    for (outcome, count) in tally.outcomes.iter().chain(&tally.marks) {
        eprintln!("{outcome}: {count}");
    }
    failed == 0
}

fn one((seed, large): (u64, bool), tally: &Mutex<&mut Tally>) {
    let result = lived(match large {
        true => Story::large(seed),
        false => Story::of_seed(seed),
    });
    let mut tally = tally.lock().expect("no thread panics with the tally");
    let tally = &mut **tally;
    let (lived, failures) = match large {
        true => (&mut tally.lived_large, &mut tally.failed_large),
        false => (&mut tally.lived, &mut tally.failed),
    };
    *lived += 1;
    failures.retain(|known| *known != seed);
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
            failures.push(seed);
            eprintln!("{failed}");
        }
    }
}
