//! `fuzz`: bytes that nobody honest sends, at everything that reads bytes from outside, on from
//! where the last run stopped.

use crate::project::Project;
use crate::stop::Stop;

/// What `cargo xtask fuzz` can be told.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Seconds for each target
    #[arg(long, default_value_t = 20)]
    seconds: u64,
    /// Where chance begins, instead of where the last run stopped
    #[arg(long)]
    seed: Option<u64>,
    /// Only targets whose name contains one of these: header, facts, page, armor, inner, foreign,
    /// gate, pull
    targets: Vec<String>,
}

const TARGET: [&str; 4] = ["--package", "tests", "--bench", "fuzz"];

/// Builds first, out of sight, so that standard output holds JSON lines and nothing else.
pub fn targets(project: &Project, options: &Options) -> Result<(), Stop> {
    project
        .cargo(["bench", "--locked", "--no-run", "--profile", "dev"])
        .arguments(TARGET)
        .logged("building the fuzz targets", project.log("fuzz"))?;
    let tally = project.target().join("fuzz-tally.json");
    project
        .cargo(["bench", "--locked", "--quiet", "--profile", "dev"])
        .arguments(TARGET)
        .arguments(["--"])
        .arguments([format!("--seconds={}", options.seconds)])
        .arguments(options.seed.map(|seed| format!("--seed={seed}")))
        .arguments([format!("--tally={}", tally.display())])
        .arguments(&options.targets)
        .foreground("fuzzing")
}
