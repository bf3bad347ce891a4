//! The project's commands: `cargo xtask setup | run | check | bench | sim | crash | kill | soak |
//! fuzz | mutants | e2e | release | wasm`.
//!
//! Promises: every command sets up what it lacks, shows progress while it works, and when it
//! stops says in one sentence why and what to do. Figures go to standard output, one JSON line
//! each; everything else goes to standard error. Children are started from argument lists,
//! never through a shell.

mod bench;
mod check;
mod crash;
mod debian;
mod download;
mod e2e;
#[path = "../bench/figure.rs"]
mod figure;
mod fuzz;
mod kill;
mod lab;
mod mutants;
mod phone;
mod project;
mod release;
mod run;
mod setup;
mod shrink;
mod sim;
mod size;
mod soak;
mod stage;
mod stop;
mod storm;
#[path = "../it/lab/tally.rs"]
mod tally;
mod tool;
mod toolchain;
mod wasm;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::project::Project;
use crate::stop::Stop;

/// Sampan's commands; each sets up what it lacks.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Set up what is missing: the wasm toolchain, the web packages
    Setup,
    /// Build the server and start the demo on this computer
    Run(run::Options),
    /// Format, lints, all tests, both wasm modules and their sizes
    Check(check::Options),
    /// Measure the figures; prints one JSON line for each
    Bench(bench::Options),
    /// Live random worlds, on from where the last run stopped
    Sim(sim::Options),
    /// Lose power under the server's store, on from where the last run stopped
    Crash(crash::Options),
    /// Kill the server amid phones' uploads, and add to what it survived before
    Kill(kill::Options),
    /// Read bytes that nobody honest sends, changed by chance, on from where the last run stopped
    Fuzz(fuzz::Options),
    /// Change the code that decides who may what, and see whether a test notices: a night's work
    Mutants(mutants::Options),
    /// Let phones hand in over real HTTP and watch memory, file and waiting
    Soak(soak::Options),
    /// Drive the app in a real browser, with the network switched off and on
    E2e(e2e::Options),
    /// Build what is handed out: server, wasm modules, SHA-256 sums
    Release,
    /// Build the two wasm modules and let each answer a self-test under node
    Wasm(wasm::Options),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match perform(&arguments.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(stop) => {
            eprintln!("\nerror: {}", stop::sentence(&stop));
            ExitCode::FAILURE
        }
    }
}

fn perform(command: &Command) -> Result<(), Stop> {
    let project = Project::find()?;
    match command {
        Command::Setup => setup::everything(&project),
        Command::Run(options) => run::demo(&project, options),
        Command::Check(options) => check::everything(&project, options),
        Command::Bench(options) => bench::figures(&project, options),
        Command::Sim(options) => sim::worlds(&project, options),
        Command::Crash(options) => crash::points(&project, options),
        Command::Kill(options) => kill::server(&project, options),
        Command::Fuzz(options) => fuzz::targets(&project, options),
        Command::Mutants(options) => mutants::changes(&project, options),
        Command::Soak(options) => soak::hours(&project, options),
        Command::E2e(options) => e2e::browser(&project, options),
        Command::Release => release::bundle(&project),
        Command::Wasm(options) => wasm::command(&project, options),
    }
}
