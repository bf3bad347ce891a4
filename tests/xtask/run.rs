//! `run`: the demo server on this computer, with whatever it lacks set up first.

use std::ffi::OsString;

use crate::project::Project;
use crate::setup;
use crate::stop::Stop;
use crate::tool::Tool;
use crate::toolchain::Toolchain;
use crate::wasm::{self, Effort};

/// What `cargo xtask run` can be told.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Handed on to `sampan demo`
    #[arg(last = true)]
    demo: Vec<String>,
}

/// Builds the app, if there is one, and the server; then starts the demo, which prints its
/// addresses and runs until Ctrl-C.
pub fn demo(project: &Project, options: &Options) -> Result<(), Stop> {
    app(project)?;
    project
        .cargo(["build", "--package", "server", "--bin", "sampan"])
        .logged("building the server", project.log("server"))?;
    project
        .cargo([
            "run",
            "--quiet",
            "--package",
            "server",
            "--bin",
            "sampan",
            "--",
            "demo",
        ])
        .arguments(served(project))
        .arguments(&options.demo)
        .foreground("sampan demo")
}

/// What tells the server to serve the app, if there is one.
fn served(project: &Project) -> Vec<OsString> {
    let web = project.web().map(|web| web.join("dist"));
    web.map_or_else(Vec::new, |dist| vec!["--web".into(), dist.into()])
}

/// The browser app with its modules; nothing while the web folder holds none.
pub fn app(project: &Project) -> Result<(), Stop> {
    let Some(web) = project.web() else {
        return Ok(());
    };
    setup::web_packages(project)?;
    let toolchain = Toolchain::set_up(project)?;
    wasm::build(project, &toolchain, Effort::Quick)?;
    Tool::npm()
        .arguments(["run", "build", "--prefix"])
        .arguments([&web])
        .logged("building the app", project.log("web"))
}
