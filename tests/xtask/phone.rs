//! What the app takes on a phone: in a browser made as slow as a cheap one.

use std::path::Path;

use serde_json::Value;

use crate::figure::{self, Figure};
use crate::project::Project;
use crate::setup;
use crate::stop::Stop;
use crate::tool::Tool;

/// What is measured together, by the name that the browser's script knows it by.
pub struct Group {
    /// Its name on the command line.
    pub name: &'static str,
    script: &'static str,
    figures: &'static [Figure],
}

/// All of them.
pub const GROUPS: [Group; 3] = [
    Group {
        name: "phone",
        script: "phone",
        figures: &figure::PHONE,
    },
    Group {
        name: "phone-large",
        script: "large",
        figures: &figure::PHONE_LARGE,
    },
    Group {
        name: "phone-first-sync",
        script: "line",
        figures: &figure::PHONE_FIRST_SYNC,
    },
];

/// Builds the server that phones are measured against.
pub fn prepare(project: &Project) -> Result<(), Stop> {
    setup::browser(project)?;
    project
        .cargo([
            "build",
            "--locked",
            "--release",
            "--package",
            "server",
            "--bin",
            "sampan",
        ])
        .logged("building the server", project.log("server"))
}

/// Lets the built app open, search and save against a real server, and prints what it took.
///
/// Errors: [`Stop::Answer`] when the browser's script prints anything but its figures.
pub fn measure(project: &Project, web: &Path, group: &Group) -> Result<(), Stop> {
    let answer = Tool::node()
        .arguments([web.join("tests/figures.mjs")])
        .arguments([group.script])
        .variable("SAMPAN", project.target().join("release").join("sampan"))
        .answer("the phone's figures")?;
    let measured: Option<Value> = serde_json::from_str(&answer).ok();
    for figure in group.figures {
        let value = measured.as_ref().and_then(|all| all[figure.name].as_f64());
        let value = value.ok_or_else(|| Stop::Answer {
            tool: "the phone's figures".into(),
            answer: answer.chars().take(400).collect(),
        })?;
        println!("{}", figure.line(value));
    }
    Ok(())
}
