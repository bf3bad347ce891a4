//! The programs of the reliability lab: `cargo xtask sim`, `crash` and `soak`.

use crate::project::Project;
use crate::stop::Stop;

const TARGET: [&str; 4] = ["--package", "tests", "--bench", "lab"];

/// Runs one of them with these words; its tally is kept in the target directory.
///
/// Builds first, out of sight, so that standard output holds JSON lines and nothing else.
pub fn run(project: &Project, name: &'static str, words: Vec<String>) -> Result<(), Stop> {
    project
        .cargo(["bench", "--locked", "--no-run"])
        .arguments(TARGET)
        .logged("building the lab", project.log("lab"))?;
    let tally = project.target().join(format!("{name}-tally.json"));
    project
        .cargo(["bench", "--locked", "--quiet"])
        .arguments(TARGET)
        .arguments(["--", name])
        .arguments(words)
        .arguments([format!("--tally={}", tally.display())])
        .foreground(name)
}
