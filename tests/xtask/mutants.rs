//! `mutants`: change the code that decides who may what, line by line, and see whether a test
//! notices.
//!
//! Heavy: each change of the gate is a build of the server and a run of its tests, so all of it is
//! a night's work. `--shard` takes a part.

use crate::project::Project;
use crate::stop::Stop;
use crate::tool::Tool;

/// What `cargo xtask mutants` can be told.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Only one part of all changes, such as 1/8: counted from 0
    #[arg(long, value_name = "K/N")]
    shard: Option<String>,
    /// Only these: permission, gate
    parts: Vec<String>,
}

/// Code that decides, and the tests that hold it to what it says.
struct Part {
    name: &'static str,
    /// What is changed.
    files: &'static [&'static str],
    /// Which packages' tests are run.
    packages: &'static [&'static str],
    /// How each of these runs them.
    tests: &'static [&'static str],
}

const PARTS: [Part; 2] = [
    Part {
        name: "permission",
        files: &["shared/src/permission.rs", "shared/src/permission/*.rs"],
        packages: &["shared"],
        tests: &["--lib", "permission"],
    },
    Part {
        name: "gate",
        files: &["server/src/gate.rs", "server/src/gate/*.rs"],
        packages: &["tests"],
        tests: &["--test", "it"],
    },
];

/// The version whose arguments are known here.
const VERSION: &str = "27.1.0";

/// Changes what was asked for; cargo-mutants prints what no test noticed, and ends badly if there
/// is any.
pub fn changes(project: &Project, options: &Options) -> Result<(), Stop> {
    set_up(project)?;
    let is_asked = |part: &&Part| {
        options.parts.is_empty() || options.parts.iter().any(|name| name == part.name)
    };
    for part in PARTS.iter().filter(is_asked) {
        let files = part.files.iter().flat_map(|file| ["--file", file]);
        let packages = part
            .packages
            .iter()
            .flat_map(|package| ["--test-package", package]);
        let shard = options.shard.iter().flat_map(|shard| ["--shard", shard]);
        project
            .cargo([
                "mutants",
                "--jobs",
                "1",
                "--no-shuffle",
                "--minimum-test-timeout",
                "300",
            ])
            .arguments(["--output"])
            .arguments([project.log(part.name).with_extension("mutants")])
            .arguments(files)
            .arguments(packages)
            .arguments(shard)
            .arguments(["--"])
            .arguments(part.tests)
            .foreground("changing the code")?;
    }
    Ok(())
}

fn set_up(project: &Project) -> Result<(), Stop> {
    if Tool::cargo().arguments(["mutants", "--version"]).succeeds() {
        return Ok(());
    }
    project
        .cargo(["install", "cargo-mutants", "--locked", "--version", VERSION])
        .logged("building cargo-mutants", project.log("cargo-mutants"))
}
