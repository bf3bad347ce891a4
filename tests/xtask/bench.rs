//! `bench`: builds the benchmarks in release and lets them print their figures.

use crate::download;
use crate::figure;
use crate::phone;
use crate::project::Project;
use crate::stop::Stop;
use crate::storm;

/// What `cargo xtask bench` can be told.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Print every figure with its goal and measure nothing
    #[arg(long)]
    list: bool,
    /// Only groups whose name contains one of these; `storm` runs when it is named
    groups: Vec<String>,
    #[command(flatten)]
    storm: storm::Options,
}

impl Options {
    fn wants(&self, group: &str) -> bool {
        self.groups.is_empty() || self.groups.iter().any(|part| group.contains(part.as_str()))
    }
}

/// The one binary that holds all benchmarks.
const TARGET: [&str; 4] = ["--package", "tests", "--bench", "figures"];

/// Builds first, out of sight, so that standard output holds JSON lines and nothing else.
pub fn figures(project: &Project, options: &Options) -> Result<(), Stop> {
    if options.list {
        figure::ALL
            .iter()
            .for_each(|figure| println!("{}", figure.goal_line()));
        return Ok(());
    }
    if options.groups.iter().any(|group| group == "storm") {
        return storm::measure(project, &options.storm);
    }
    project
        .cargo(["bench", "--locked", "--no-run"])
        .arguments(TARGET)
        .logged("building the benchmarks", project.log("bench"))?;
    project
        .cargo(["bench", "--locked", "--quiet"])
        .arguments(TARGET)
        .arguments(["--"])
        .arguments(&options.groups)
        .foreground("the benchmarks")?;
    let Some(web) = project.web() else {
        return Ok(());
    };
    let (wants_download, wants_phone) = (options.wants("download"), options.wants("phone"));
    if wants_download || wants_phone {
        download::build(project, &web)?;
    }
    if wants_download {
        download::measure(project, &web)?;
    }
    match wants_phone {
        true => phone::measure(project, &web),
        false => Ok(()),
    }
}
