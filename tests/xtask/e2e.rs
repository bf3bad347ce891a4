//! `e2e`: the app in a real browser, by itself and against the real server.

use crate::project::Project;
use crate::run;
use crate::stop::Stop;
use crate::tool::Tool;

/// Builds the app and runs its browser tests; stops while there is no app.
pub fn browser(project: &Project) -> Result<(), Stop> {
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
    phone(project)
}

/// A phone's first day with the built app against the real server.
pub fn phone(project: &Project) -> Result<(), Stop> {
    let Some(web) = project.web() else {
        return Ok(());
    };
    project
        .cargo(["build", "--package", "server", "--bin", "sampan"])
        .logged("building the server", project.log("server"))?;
    let sampan = project.target().join("debug").join("sampan");
    // The second time without the module that confirms saves: nothing may depend on it.
    for script in ["phone", "phone-alone"] {
        Tool::npm()
            .arguments(["run", script, "--prefix"])
            .arguments([&web])
            .variable("SAMPAN", &sampan)
            .logged("a phone's first day", project.log(script))?;
    }
    Ok(())
}
