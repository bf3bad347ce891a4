//! `kill`: kills the server amid phones' uploads, and adds to what it survived before.

use serde::{Deserialize, Serialize};

use crate::figure::{KILLS, KILLS_LOST};
use crate::project::Project;
use crate::stop::Stop;
use crate::tally;

/// What `cargo xtask kill` can be told.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// How often
    #[arg(long, default_value_t = 200)]
    times: u64,
}

/// What all runs on this machine came to.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Tally {
    kills: u64,
}

/// Kills it as often as asked; a run in which anything acknowledged was gone fails, and its kills
/// are not counted.
pub fn server(project: &Project, options: &Options) -> Result<(), Stop> {
    let kept = project.target().join("kill-tally.json");
    let mut tally: Tally = tally::read(&kept);
    project
        .cargo(["test", "--locked", "--package", "tests", "--test", "it"])
        .arguments(["--", "http::killed"])
        .variable("SAMPAN_KILLS", options.times.to_string())
        .logged("killing the server", project.log("kill"))?;
    tally.kills += options.times;
    tally::write(&kept, &tally);
    println!("{}", KILLS.line(tally.kills as f64));
    println!("{}", KILLS_LOST.line(0.0));
    Ok(())
}
