//! `crash`: loses power under the server's store, on from where the last run stopped.

use crate::lab;
use crate::project::Project;
use crate::stop::Stop;

/// What `cargo xtask crash` can be told.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Moments to lose power at; every life is ended, so it may be some more
    #[arg(long, default_value_t = 100_000)]
    points: u64,
    /// The first seed, instead of where the last run stopped
    #[arg(long)]
    from: Option<u64>,
}

/// The losses of power of `check --long`.
pub const LONG: Options = Options {
    points: 100_000,
    from: None,
};

/// Loses power until the asked number is reached.
pub fn points(project: &Project, options: &Options) -> Result<(), Stop> {
    let mut words = vec![format!("--points={}", options.points)];
    words.extend(options.from.map(|seed| format!("--from={seed}")));
    lab::run(project, "crash", words)
}
