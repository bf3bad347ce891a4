//! `soak`: phones hand in over real HTTP for as long as asked.

use crate::lab;
use crate::project::Project;
use crate::stop::Stop;

/// What `cargo xtask soak` can be told.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Minutes of it
    #[arg(long, default_value_t = 60)]
    minutes: u64,
}

/// Soaks.
pub fn hours(project: &Project, options: &Options) -> Result<(), Stop> {
    let words = vec![format!("--minutes={}", options.minutes)];
    lab::run(project, "soak", words)
}
