//! `e2e`: the app in a real browser. It waits for the app.

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
        .foreground("the browser tests")
}
