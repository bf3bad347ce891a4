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

    /// Whether nothing is asked for that the one binary measures: it takes minutes to build.
    fn is_web_only(&self) -> bool {
        let of_phones = phone::GROUPS.iter().map(|group| group.name);
        let names: Vec<&str> = of_phones.chain([DOWNLOAD]).collect();
        let of_web = |part: &String| names.iter().any(|name| name.contains(part.as_str()));
        !self.groups.is_empty() && self.groups.iter().all(of_web)
    }
}

/// The one binary that holds all benchmarks.
const TARGET: [&str; 4] = ["--package", "tests", "--bench", "figures"];

/// What a phone downloads.
const DOWNLOAD: &str = "download";

/// Builds first, out of sight, so that standard output holds JSON lines and nothing else.
pub fn figures(project: &Project, options: &Options) -> Result<(), Stop> {
    if options.list {
        figure::ALL
            .into_iter()
            .flatten()
            .for_each(|figure| println!("{}", figure.goal_line()));
        return Ok(());
    }
    if options.groups.iter().any(|group| group == "storm") {
        return storm::measure(project, &options.storm);
    }
    if !options.is_web_only() {
        native(project, &options.groups)?;
    }
    let Some(web) = project.web() else {
        return Ok(());
    };
    let wants_download = options.wants(DOWNLOAD);
    let phones = phone::GROUPS.iter();
    let phones: Vec<&phone::Group> = phones.filter(|group| options.wants(group.name)).collect();
    if wants_download || !phones.is_empty() {
        download::build(project, &web)?;
    }
    if wants_download {
        download::measure(project, &web)?;
    }
    if !phones.is_empty() {
        phone::prepare(project)?;
    }
    for group in phones {
        phone::measure(project, &web, group)?;
    }
    Ok(())
}

fn native(project: &Project, groups: &[String]) -> Result<(), Stop> {
    project
        .cargo(["bench", "--locked", "--no-run"])
        .arguments(TARGET)
        .logged("building the benchmarks", project.log("bench"))?;
    project
        .cargo(["bench", "--locked", "--quiet"])
        .arguments(TARGET)
        .arguments(["--"])
        .arguments(groups)
        .foreground("the benchmarks")
}
