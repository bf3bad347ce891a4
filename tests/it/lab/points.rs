//! Losses of power, until the asked number is survived.

use std::path::Path;
use std::sync::Mutex;
use std::time::Instant;

use serde::{Deserialize, Serialize};

use crate::crash::life::Life;
use crate::figure::{CRASH_DOUBLE, CRASH_FAILED, CRASH_POINTS, CRASH_POINTS_PER_SECOND};
use crate::world::shrink::failure;
use crate::{cores, on_every_core, tally};

#[derive(clap::Args)]
pub struct Options {
    /// Moments to lose power at
    #[arg(long, default_value_t = 100_000)]
    points: u64,
    /// The first seed, instead of where the tally stands
    #[arg(long)]
    from: Option<u64>,
}

/// What all runs on this machine came to.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Tally {
    /// The seed the next run begins with.
    next: u64,
    points: u64,
    /// Those with a second loss of power while the first was recovered from.
    double: u64,
    /// Stores counted anew as a whole.
    verified: u64,
    failed: Vec<u64>,
}

/// Lives between two savings of the tally, for each core.
const SLICE: u64 = 4;

/// Whether all of them, in this run and before, were survived.
pub fn lose_power(options: &Options, kept: &Path) -> bool {
    let mut tally: Tally = tally::read(kept);
    let mut start = options.from.unwrap_or(tally.next);
    let (before, started) = (tally.points, Instant::now());
    while tally.points < before + options.points {
        let end = start + SLICE * cores();
        let shared = Mutex::new(&mut tally);
        on_every_core(start..end, |seed| one(seed, &shared));
        tally.next = tally.next.max(end);
        tally::write(kept, &tally);
        eprintln!("{} of {} points", tally.points - before, options.points);
        start = end;
    }
    let seconds = started.elapsed().as_secs_f64();
    let per_core = (tally.points - before) as f64 / seconds / cores() as f64;
    println!("{}", CRASH_POINTS.line(tally.points as f64));
    println!("{}", CRASH_DOUBLE.line(tally.double as f64));
    println!("{}", CRASH_FAILED.line(tally.failed.len() as f64));
    println!("{}", CRASH_POINTS_PER_SECOND.line(per_core));
    tally.failed.is_empty()
}

fn one(seed: u64, tally: &Mutex<&mut Tally>) {
    let mut survived = Err("it was not lived".to_owned());
    let words = failure(|| {
        let lost = Life::of_seed(seed).lose_power_everywhere(usize::MAX);
        survived = lost.map_err(|broken| broken.to_string());
    });
    let mut tally = tally.lock().expect("no thread panics with the tally");
    tally.failed.retain(|known| *known != seed);
    match words.map_or(survived, Err) {
        Ok(points) => {
            tally.points += points.single;
            tally.double += points.double;
            tally.verified += points.verified;
        }
        Err(words) => {
            tally.points += 1;
            tally.failed.push(seed);
            eprintln!("seed {seed}: {words}");
        }
    }
}
