//! `cargo xtask sim | crash | soak`: bad luck by the thousand, each piece of it from its seed. What ends
//! badly is told; the run goes on and fails at its end.
//!
//! Every run goes on where the last one stopped: the tallies lie in the target directory.

// The promises about a disk, told by its tests, too.
#[allow(dead_code, reason = "the tests use more of it")]
mod crash;
#[path = "../bench/figure.rs"]
mod figure;
/// Phones of the HTTP tests.
#[path = "http"]
#[allow(dead_code, reason = "the tests use more of it")]
#[allow(clippy::unwrap_used, reason = "they belong to tests")]
mod http {
    pub mod phone;
    pub mod wire;
}
#[path = "lab/points.rs"]
mod points;
#[path = "lab/soak.rs"]
mod soak;
// What runs came to, kept between them.
#[path = "lab/tally.rs"]
mod tally;
#[allow(dead_code, reason = "the tests use more of the world's words")]
mod world;
#[path = "lab/worlds.rs"]
mod worlds;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    what: What,
    /// Where the tally is kept
    #[arg(long, global = true, default_value = "tally.json")]
    tally: PathBuf,
    /// Cargo adds it
    #[arg(long, hide = true, global = true)]
    bench: bool,
}

#[derive(Subcommand)]
enum What {
    /// Random worlds
    Sim(worlds::Options),
    /// Losses of power under the server's store
    Crash(points::Options),
    /// Hours of phones over real HTTP
    Soak(soak::Options),
    /// The server that soaks
    #[command(hide = true)]
    Serve(soak::Served),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // A panic is told once, shortened; its own words would only hide that.
    std::panic::set_hook(Box::new(|_| {}));
    let whole = match &arguments.what {
        What::Sim(options) => worlds::live(options, &arguments.tally),
        What::Crash(options) => points::lose_power(options, &arguments.tally),
        What::Soak(options) => soak::soak(options, &arguments.tally),
        What::Serve(served) => soak::serve(served),
    };
    match whole {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

/// Does `one` for each of these seeds, on every core.
fn on_every_core(seeds: std::ops::Range<u64>, one: impl Fn(u64) + Sync) {
    let threads = cores();
    std::thread::scope(|scope| {
        for thread in 0..threads {
            let own = (seeds.clone()).filter(move |seed| seed % threads == thread);
            let one = &one;
            scope.spawn(move || own.for_each(one));
        }
    });
}

fn cores() -> u64 {
    std::thread::available_parallelism().map_or(1, usize::from) as u64
}
