//! `cargo xtask fuzz`: bytes that nobody honest sends, at everything that reads bytes from outside.
//!
//! Inputs are honest ones, changed by chance from a seed: bits, cuts, splices, lengths; for the
//! gate also changed facts, spelled, sealed and signed as a dishonest phone would. No input may
//! panic, take longer than a quarter of a second or make the process large; and whatever the gate
//! accepts, automerge must apply, save and load again with equal heads.
//!
//! Every run begins with another seed and adds to a tally in the target directory.

#[path = "../bench/figure.rs"]
mod figure;
mod foreign;
mod gate;
mod inner;
mod mutate;
#[path = "../it/http/phone.rs"]
#[allow(dead_code, clippy::unwrap_used, reason = "tests use more of it")]
mod phone;
mod readers;
#[path = "../it/lab/tally.rs"]
mod tally;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Parser;
use figure::{FUZZ_PANICS, FUZZ_RSS_MIB, FUZZ_RUNS, FUZZ_RUNS_GATE, FUZZ_SLOWEST_MS};
use mutate::Chance;
use serde::{Deserialize, Serialize};

/// Whatever takes longer is a weapon.
const SLOWEST_MAX: Duration = Duration::from_millis(250);

#[derive(Parser)]
struct Arguments {
    /// Seconds for each target
    #[arg(long, default_value_t = 20)]
    seconds: u64,
    /// Where chance begins, instead of where the tally stands
    #[arg(long)]
    seed: Option<u64>,
    /// Where the tally is kept
    #[arg(long, default_value = "fuzz-tally.json")]
    tally: PathBuf,
    /// Only targets whose name contains one of these
    targets: Vec<String>,
    /// Cargo adds it
    #[arg(long, hide = true)]
    bench: bool,
}

/// Something that reads bytes from outside.
pub trait Target {
    /// Its name on the command line.
    fn name(&self) -> &'static str;
    /// One input for it.
    fn input(&mut self, chance: &mut Chance) -> Vec<u8>;
    /// Reads it; panics if a promise is broken.
    fn read(&mut self, input: &[u8]);
}

/// What all runs on this machine came to.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Tally {
    /// How many runs there were: the seed of the next, but for one.
    begun: u64,
    /// Inputs by target.
    runs: BTreeMap<String, u64>,
    panics: u64,
    /// In this run: what slowed the machine down before says nothing now.
    #[serde(skip)]
    slowest: Duration,
}

/// The target whose inputs a whole server decides about.
const GATE: &str = "gate";

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let mut targets = readers::all();
    targets.push(Box::new(inner::Inner::new()));
    targets.push(Box::new(foreign::Foreign::new()));
    targets.push(Box::new(gate::Gate::new()));
    targets.push(Box::new(gate::Pulls::new()));
    let mut tally: Tally = tally::read(&arguments.tally);
    tally.begun += 1;
    let seed = arguments.seed.unwrap_or(tally.begun);
    for mut target in targets {
        let name = target.name();
        let is_wanted = |part: &String| name.contains(part.as_str());
        if arguments.targets.is_empty() || arguments.targets.iter().any(is_wanted) {
            fuzz(&mut *target, (seed, arguments.seconds), &mut tally);
            tally::write(&arguments.tally, &tally);
        }
    }
    let gate = tally.runs.get(GATE).copied().unwrap_or_default();
    let all: u64 = tally.runs.values().sum();
    println!("{}", FUZZ_RUNS.line((all - gate) as f64));
    println!("{}", FUZZ_RUNS_GATE.line(gate as f64));
    println!("{}", FUZZ_PANICS.line(tally.panics as f64));
    println!(
        "{}",
        FUZZ_SLOWEST_MS.line(tally.slowest.as_secs_f64() * 1e3)
    );
    println!("{}", FUZZ_RSS_MIB.line(peak_rss_mib()));
    match tally.panics == 0 && tally.slowest <= SLOWEST_MAX {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

fn fuzz(target: &mut dyn Target, (seed, seconds): (u64, u64), tally: &mut Tally) {
    let until = Instant::now() + Duration::from_secs(seconds);
    let (mut runs, mut slowest) = (0, Duration::ZERO);
    let mut chance = Chance::new(seed);
    while Instant::now() < until {
        let input = target.input(&mut chance);
        let begun = Instant::now();
        let read = catch_unwind(AssertUnwindSafe(|| target.read(&input)));
        let took = begun.elapsed();
        runs += 1;
        if took > slowest {
            slowest = took;
        }
        if took > SLOWEST_MAX {
            eprintln!("{}: {took:?} for {}", target.name(), hex(&input));
        }
        if read.is_err() {
            tally.panics += 1;
            eprintln!("{}: a panic at {}", target.name(), hex(&input));
        }
    }
    eprintln!("{}: {runs} runs, slowest {slowest:?}", target.name());
    *tally.runs.entry(target.name().to_owned()).or_default() += runs;
    tally.slowest = tally.slowest.max(slowest);
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The most memory this process has had, where the system tells.
fn peak_rss_mib() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = peak.and_then(|peak| peak.split_whitespace().next()?.parse::<f64>().ok());
    kib.unwrap_or_default() / 1024.0
}
