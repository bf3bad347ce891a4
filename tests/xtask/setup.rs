//! `setup`: what the other commands need from outside, each piece only if it is missing.

use std::fs;
use std::path::Path;

use crate::debian;
use crate::project::Project;
use crate::stop::Stop;
use crate::tool::Tool;
use crate::toolchain::Toolchain;

/// Sets up everything any command may need.
pub fn everything(project: &Project) -> Result<(), Stop> {
    let toolchain = Toolchain::set_up(project)?;
    eprintln!("   wasm: {}", toolchain.version()?);
    let node = Tool::node()
        .arguments(["--version"])
        .answer("node --version")?;
    eprintln!("   node: {node}");
    web_packages(project)
}

/// Installs the web app's packages as its lock file names them, once there is a web app.
pub fn web_packages(project: &Project) -> Result<(), Stop> {
    let Some(web) = project.web() else {
        return Ok(());
    };
    if is_installed(&web) {
        return Ok(());
    }
    Tool::npm()
        .arguments(["ci", "--no-audit", "--no-fund", "--prefix"])
        .arguments([&web])
        .logged("npm ci", project.log("npm-ci"))
}

/// Installs the browser the tests drive, with fonts that have every letter of our languages.
pub fn browser(project: &Project) -> Result<(), Stop> {
    if Path::new(CHROMIUM).is_file() {
        return Ok(());
    }
    let packages = ["chromium", "fonts-roboto", "fonts-noto-core"];
    debian::install(
        project,
        &packages,
        "install Debian's `chromium`, `fonts-roboto` and `fonts-noto-core`",
    )
}

/// Where Debian puts its browser; the web tests look there, too.
const CHROMIUM: &str = "/usr/bin/chromium";

/// npm leaves a record of what it installed; an older one than the lock file is out of date.
fn is_installed(web: &Path) -> bool {
    let age = |path: &str| fs::metadata(web.join(path)).and_then(|file| file.modified());
    match (
        age("node_modules/.package-lock.json"),
        age("package-lock.json"),
    ) {
        (Ok(installed), Ok(wanted)) => installed >= wanted,
        _ => false,
    }
}
