//! `cargo xtask sim`: random worlds by the thousand, each from its seed, until the asked number is
//! lived. A world that ends badly is shortened and told; the run goes on and fails at its end.
//!
//! Every run goes on where the last one stopped: the tally lies in the target directory.

#[path = "../bench/figure.rs"]
mod figure;
#[allow(dead_code, reason = "the tests use more of the world's words")]
mod world;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Mutex;
use std::time::Instant;

use clap::Parser;
use figure::{SIM_FAILED, SIM_WORLDS, SIM_WORLDS_PER_MINUTE};
use serde::{Deserialize, Serialize};
use world::ending::lived;
use world::story::Story;

#[derive(Parser)]
struct Arguments {
    /// Worlds to live
    #[arg(long, default_value_t = 10_000)]
    worlds: u64,
    /// The first seed, instead of where the tally stands
    #[arg(long)]
    from: Option<u64>,
    /// Where the tally is kept
    #[arg(long)]
    tally: PathBuf,
    /// Cargo adds it
    #[arg(long, hide = true)]
    bench: bool,
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
}

/// Seeds between two savings of the tally.
const SLICE: u64 = 1_000;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let mut tally = read(&arguments.tally);
    let first = arguments.from.unwrap_or(tally.next);
    // A panic is told once, shortened; its own words would only hide that.
    std::panic::set_hook(Box::new(|_| {}));
    let threads = std::thread::available_parallelism().map_or(1, usize::from) as u64;
    let started = Instant::now();
    let mut start = first;
    while start < first + arguments.worlds {
        let end = (start + SLICE).min(first + arguments.worlds);
        slice(start..end, threads, &mut tally);
        tally.next = tally.next.max(end);
        write(&arguments.tally, &tally);
        eprintln!("{} of {} worlds", end - first, arguments.worlds);
        start = end;
    }
    let minutes = started.elapsed().as_secs_f64() / 60.0;
    let per_core = arguments.worlds as f64 / minutes / threads as f64;
    println!("{}", SIM_WORLDS.line(tally.lived as f64));
    println!("{}", SIM_FAILED.line(tally.failed.len() as f64));
    println!("{}", SIM_WORLDS_PER_MINUTE.line(per_core));
    for (outcome, count) in &tally.outcomes {
        eprintln!("{outcome}: {count}");
    }
    match tally.failed.is_empty() {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

/// Lives the worlds of these seeds on `threads` threads.
fn slice(seeds: std::ops::Range<u64>, threads: u64, tally: &mut Tally) {
    let shared = Mutex::new(tally);
    std::thread::scope(|scope| {
        for thread in 0..threads {
            let own = (seeds.clone()).filter(move |seed| seed % threads == thread);
            let shared = &shared;
            scope.spawn(move || own.for_each(|seed| one(seed, shared)));
        }
    });
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
        }
        Err(failed) => {
            tally.failed.push(seed);
            eprintln!("{failed}");
        }
    }
}

/// The tally so far; a new one where none is kept. One that cannot be read is not begun anew.
fn read(path: &PathBuf) -> Tally {
    match std::fs::read(path) {
        Ok(bytes) => {
            serde_json::from_slice(&bytes).expect("the tally is JSON; delete it to begin anew")
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Tally::default(),
        Err(error) => panic!("the tally cannot be read: {error}"),
    }
}

fn write(path: &PathBuf, tally: &Tally) {
    let json = serde_json::to_vec_pretty(tally).expect("counts are always JSON");
    std::fs::write(path, json).expect("the tally's folder can be written");
}
