//! `e2e`: the app in a real browser, by itself and against the real server.

use std::path::{Path, PathBuf};

use crate::project::Project;
use crate::run;
use crate::stop::Stop;
use crate::tool::Tool;

/// What `cargo xtask e2e` can be told.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Keep pictures of every page the tests see in this folder
    #[arg(long, value_name = "DIR")]
    shots: Option<PathBuf>,
}

/// Builds the app and runs its browser tests; stops while there is no app.
pub fn browser(project: &Project, options: &Options) -> Result<(), Stop> {
    let Some(web) = project.web() else {
        return Err(Stop::Missing {
            missing: "the browser app is not there yet".into(),
            remedy: "use `cargo xtask check`, which tests everything below it",
        });
    };
    run::app(project)?;
    Tool::npm()
        .arguments(["run", "e2e", "--prefix"])
        .arguments([&web])
        .foreground("the browser tests")?;
    if let Some(folder) = &options.shots {
        Tool::npm()
            .arguments(["run", "shots", "--prefix"])
            .arguments([&web])
            .arguments(["--", "--out"])
            .arguments([absolute(folder)?.join("screens")])
            .foreground("pictures of every screen")?;
    }
    with_server(project, options.shots.as_deref())
}

/// Stories of phones and a coordinator's day, with the built app against the real server.
pub fn with_server(project: &Project, shots: Option<&Path>) -> Result<(), Stop> {
    let Some(web) = project.web() else {
        return Ok(());
    };
    project
        .cargo(["build", "--package", "server", "--bin", "sampan"])
        .logged("building the server", project.log("server"))?;
    let sampan = project.target().join("debug").join("sampan");
    for (script, what) in [
        ("phone", "stories of phones"),
        // Without the module that confirms saves: nothing may depend on it.
        ("phone-alone", "a first day without automerge"),
        ("console-e2e", "the console"),
        ("replays", "published campaigns on the console"),
    ] {
        let tool = Tool::npm()
            .arguments(["run", script, "--prefix"])
            .arguments([&web])
            .variable("SAMPAN", &sampan);
        let tool = match shots {
            // npm runs scripts in the web folder.
            Some(folder) => tool.variable("PICTURES", absolute(folder)?.join(script)),
            None => tool,
        };
        tool.logged(what, project.log(&format!("web-{script}")))?;
    }
    Ok(())
}

fn absolute(folder: &Path) -> Result<PathBuf, Stop> {
    std::path::absolute(folder).map_err(|_| Stop::Missing {
        missing: "the folder for pictures has no name".into(),
        remedy: "name one after `--shots`",
    })
}
