//! `bench storm`: hamlets of phones come back at once, to a server of its own process.

use std::ffi::OsString;

use crate::project::Project;
use crate::stop::Stop;

/// How large the storm is.
#[derive(Debug, clap::Args)]
#[group(skip)]
pub struct Options {
    /// storm: phones
    #[arg(long, default_value_t = 50)]
    devices: usize,
    /// storm: residents each phone records
    #[arg(long, default_value_t = 40)]
    records: usize,
    /// storm: roster records each phone edits
    #[arg(long, default_value_t = 10)]
    edits: usize,
    /// storm: phones of one hamlet
    #[arg(long, default_value_t = 10)]
    per_hamlet: usize,
    /// storm: residents each hamlet has before
    #[arg(long, default_value_t = 1_000)]
    roster: usize,
    /// storm: phones of a second storm, cut by a kill; 200 at most unless told, 0 = none
    #[arg(long)]
    kill_devices: Option<usize>,
    /// storm: a third one, in which so many of a hundred devices send bombs and garbage
    #[arg(long)]
    hostile_percent: Option<usize>,
    /// storm: a server that runs already, host:port
    #[arg(long, requires = "token")]
    server: Option<String>,
    /// storm: that server's token
    #[arg(long)]
    token: Option<String>,
    /// storm: the first of that server's hamlets
    #[arg(long)]
    first_hamlet: Option<u32>,
}

const TARGET: [&str; 4] = ["--package", "tests", "--bench", "storm"];

/// Builds first, out of sight, so that standard output holds JSON lines and nothing else. The
/// generator is measured apart, so it need not be built for speed.
pub fn measure(project: &Project, options: &Options) -> Result<(), Stop> {
    project
        .cargo(["build", "--locked", "--release", "--package", "server"])
        .logged("building the server", project.log("storm-server"))?;
    project
        .cargo(["bench", "--locked", "--no-run", "--profile", "dev"])
        .arguments(TARGET)
        .logged("building the storm", project.log("storm"))?;
    project
        .cargo(["bench", "--locked", "--quiet", "--profile", "dev"])
        .arguments(TARGET)
        .arguments(["--"])
        .arguments(words(project, options))
        .foreground("the storm")
}

fn words(project: &Project, options: &Options) -> Vec<OsString> {
    let mut words = Vec::new();
    let mut word = |name: &str, value: Option<String>| {
        words.extend(value.map(|value| OsString::from(format!("--{name}={value}"))));
    };
    word("devices", Some(options.devices.to_string()));
    word("records", Some(options.records.to_string()));
    word("edits", Some(options.edits.to_string()));
    word("per-hamlet", Some(options.per_hamlet.to_string()));
    word("roster", Some(options.roster.to_string()));
    word("kill-devices", options.kill_devices.map(|n| n.to_string()));
    word(
        "hostile-percent",
        options.hostile_percent.map(|n| n.to_string()),
    );
    word("server", options.server.clone());
    word("token", options.token.clone());
    word("first-hamlet", options.first_hamlet.map(|n| n.to_string()));
    if options.server.is_none() {
        let mut sampan = OsString::from("--sampan=");
        sampan.push(project.target().join("release").join("sampan"));
        words.push(sampan);
    }
    words
}
