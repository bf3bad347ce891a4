//! `sim`: lives random worlds, as many as asked, on from where the last run stopped.

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
}

/// The worlds of `check --long`.
pub const LONG: Options = Options {
    worlds: 50_000,
    from: None,
};

const TARGET: [&str; 4] = ["--package", "tests", "--bench", "sim"];

/// Builds first, out of sight, so that standard output holds JSON lines and nothing else.
pub fn worlds(project: &Project, options: &Options) -> Result<(), Stop> {
    project
        .cargo(["bench", "--locked", "--no-run"])
        .arguments(TARGET)
        .logged("building the simulator", project.log("sim"))?;
    let from = options.from.map(|seed| format!("--from={seed}"));
    let tally = project.target().join("sim-tally.json");
    project
        .cargo(["bench", "--locked", "--quiet"])
        .arguments(TARGET)
        .arguments(["--"])
        .arguments([format!("--worlds={}", options.worlds)])
        .arguments([format!("--tally={}", tally.display())])
        .arguments(from)
        .foreground("the simulator")
}
