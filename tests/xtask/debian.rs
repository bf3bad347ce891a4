//! Packages of the distribution, installed only when what they bring is missing.

use crate::project::Project;
use crate::stop::Stop;
use crate::tool::Tool;

/// Installs packages with apt, asking for fresh lists if the old ones do not know them.
pub fn install(project: &Project, packages: &[&str], remedy: &'static str) -> Result<(), Stop> {
    let arguments = ["install", "-y", "--no-install-recommends"];
    let install = || -> Result<(), Stop> {
        apt(remedy)?
            .arguments(arguments)
            .arguments(packages)
            .logged("apt-get install", project.log("apt-install"))
    };
    if install().is_ok() {
        return Ok(());
    }
    // A fresh image has no package lists, or old ones.
    apt(remedy)?
        .arguments(["update"])
        .logged("apt-get update", project.log("apt-update"))?;
    install()
}

/// Whether there is an apt to ask.
pub fn has_apt(remedy: &'static str) -> bool {
    Tool::new("apt-get", remedy)
        .arguments(["--version"])
        .succeeds()
}

fn apt(remedy: &'static str) -> Result<Tool, Stop> {
    let user = Tool::new("id", remedy).arguments(["-u"]).answer("id -u")?;
    let tool = if user == "0" {
        Tool::new("apt-get", remedy)
    } else {
        Tool::new("sudo", remedy).arguments(["-n", "apt-get"])
    };
    Ok(tool.variable("DEBIAN_FRONTEND", "noninteractive"))
}
