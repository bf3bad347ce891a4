//! `check`: everything that has to hold before a change is shared.
//!
//! Stops at the first stage that fails, because the later ones would mostly repeat it, and prints
//! the minutes of every stage it reached.

use crate::crash;
use crate::e2e;
use crate::project::Project;
use crate::setup;
use crate::sim;
use crate::stage::Stages;
use crate::stop::Stop;
use crate::tool::Tool;
use crate::toolchain::Toolchain;
use crate::wasm::{self, Effort};

/// What `cargo xtask check` can be told.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Many more random cases: hours of seeds instead of minutes
    #[arg(long)]
    long: bool,
}

/// Random cases per property with `--long`; without it each test keeps its own number.
const LONG_CASES: &str = "10000";

/// Runs all stages and prints their minutes, also after a failure.
pub fn everything(project: &Project, options: &Options) -> Result<(), Stop> {
    let mut stages = Stages::default();
    let result = run(project, options, &mut stages);
    stages.print();
    result
}

fn run(project: &Project, options: &Options, stages: &mut Stages) -> Result<(), Stop> {
    let toolchain = stages.run("set-up", || {
        setup::web_packages(project)?;
        Toolchain::set_up(project)
    })?;
    stages.run("format", || {
        project
            .cargo(["fmt", "--all", "--check"])
            .logged("cargo fmt", project.log("fmt"))
    })?;
    stages.run("lints", || lints(project))?;
    stages.run("tests", || tests(project, options))?;
    if options.long {
        stages.run("random worlds", || sim::worlds(project, &sim::LONG))?;
        stages.run("losses of power", || crash::points(project, &crash::LONG))?;
    }
    stages.run("web, types and tests", || npm(project, "check"))?;
    stages.run("wasm, quick, with self-tests", || {
        wasm::build(project, &toolchain, Effort::Quick)?;
        wasm::self_test(project)
    })?;
    stages.run("browser", || {
        setup::browser(project)?;
        npm(project, "build")?;
        npm(project, "e2e")?;
        e2e::with_server(project, None)
    })?;
    stages.run("wasm, small, with sizes", || {
        wasm::build(project, &Toolchain::smallest(project)?, Effort::Small)?;
        wasm::self_test(project)?;
        wasm::print_sizes(project)
    })
}

/// Every crate and every kind of target; a warning is a failure.
fn lints(project: &Project) -> Result<(), Stop> {
    project
        .cargo([
            "clippy",
            "--locked",
            "--workspace",
            "--all-targets",
            "--",
            "-D",
            "warnings",
        ])
        .logged("cargo clippy", project.log("clippy"))
}

/// All tests and the examples in the documentation, natively. The two wasm modules are left out:
/// they hold bindings only, and their self-tests run under node.
fn tests(project: &Project, options: &Options) -> Result<(), Stop> {
    let test = project
        .cargo(["test", "--locked", "--workspace", "--no-fail-fast"])
        .arguments(["--exclude", "client-app", "--exclude", "client-history"]);
    let test = if options.long {
        test.variable("PROPTEST_CASES", LONG_CASES)
            .variable("SAMPAN_CHECK", "long")
    } else {
        test
    };
    test.logged("cargo test", project.log("test"))
}

/// One of the web app's own scripts.
fn npm(project: &Project, script: &'static str) -> Result<(), Stop> {
    let Some(web) = project.web() else {
        return Ok(());
    };
    Tool::npm()
        .arguments(["run", script, "--prefix"])
        .arguments([&web])
        .logged(script, project.log(&format!("web-{script}")))
}
