//! `sim`: lives random worlds, as many as asked, on from where the last run stopped.

use crate::lab;
use crate::project::Project;
use crate::stop::Stop;

/// What `cargo xtask sim` can be told.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Worlds to live
    #[arg(long, default_value_t = 10_000)]
    worlds: u64,
    /// The first seed, instead of where the last run stopped
    #[arg(long)]
    from: Option<u64>,
    /// Worlds of 20 to 60 people instead of 2 to 6
    #[arg(long)]
    large: bool,
}

/// The worlds of `check --long`.
pub const LONG: Options = Options {
    worlds: 50_000,
    from: None,
    large: false,
};

/// Lives worlds until the asked number is reached.
pub fn worlds(project: &Project, options: &Options) -> Result<(), Stop> {
    let mut words = vec![format!("--worlds={}", options.worlds)];
    words.extend(options.from.map(|seed| format!("--from={seed}")));
    words.extend(options.large.then(|| "--large".to_owned()));
    lab::run(project, "sim", words)
}
