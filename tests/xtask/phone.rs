//! What a phone with 12,000 dossiers takes, in a browser made as slow as a cheap phone.

use std::path::Path;

use serde_json::Value;

use crate::figure;
use crate::project::Project;
use crate::setup;
use crate::stop::Stop;
use crate::tool::Tool;

/// Lets the built app open, search and save against a real server, and prints what it took.
///
/// Errors: [`Stop::Answer`] when the browser's script prints anything but its figures.
pub fn measure(project: &Project, web: &Path) -> Result<(), Stop> {
    setup::browser(project)?;
    project
        .cargo([
            "build",
            "--locked",
            "--package",
            "server",
            "--bin",
            "sampan",
        ])
        .logged("building the server", project.log("server"))?;
    let answer = Tool::node()
        .arguments([web.join("tests/figures.mjs")])
        .variable("SAMPAN", project.target().join("debug").join("sampan"))
        .answer("the phone's figures")?;
    let measured: Option<Value> = serde_json::from_str(&answer).ok();
    for figure in figure::PHONE {
        let value = measured.as_ref().and_then(|all| all[figure.name].as_f64());
        let value = value.ok_or_else(|| Stop::Answer {
            tool: "the phone's figures".into(),
            answer: answer.chars().take(400).collect(),
        })?;
        println!("{}", figure.line(value));
    }
    Ok(())
}
