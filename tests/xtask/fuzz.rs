//! `fuzz`: bytes that nobody honest sends, at everything that reads bytes from outside.

use crate::project::Project;
use crate::stop::Stop;

/// What `cargo xtask fuzz` can be told.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Seconds for each target
    #[arg(long, default_value_t = 20)]
    seconds: u64,
    /// Where chance begins
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Only targets whose name contains one of these: header, facts, page, armor, foreign, gate,
    /// pull
    targets: Vec<String>,
}

const TARGET: [&str; 4] = ["--package", "tests", "--bench", "fuzz"];

/// Builds first, out of sight, so that standard output holds JSON lines and nothing else.
pub fn targets(project: &Project, options: &Options) -> Result<(), Stop> {
    project
        .cargo(["bench", "--locked", "--no-run", "--profile", "dev"])
        .arguments(TARGET)
        .logged("building the fuzz targets", project.log("fuzz"))?;
    project
        .cargo(["bench", "--locked", "--quiet", "--profile", "dev"])
        .arguments(TARGET)
        .arguments(["--"])
        .arguments([format!("--seconds={}", options.seconds)])
        .arguments([format!("--seed={}", options.seed)])
        .arguments(&options.targets)
        .foreground("fuzzing")
}
