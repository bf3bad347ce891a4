//! What a phone downloads: the web app as it is built, with the small modules in it.

use std::fs;
use std::path::{Path, PathBuf};

use crate::figure;
use crate::project::Project;
use crate::setup;
use crate::size;
use crate::stop::Stop;
use crate::tool::Tool;
use crate::toolchain::Toolchain;
use crate::wasm::{self, Effort};

/// How the names of files begin that the field app does not need before it can be used: among them
/// what is fetched when somebody scans, or chooses another language.
const NOT_AT_FIRST: [&str; 8] = [
    "client_history",
    "console",
    "decode",
    "en-",
    "km-",
    "manifest",
    "noto-",
    "sw",
];

/// Builds both modules and the web app with full effort.
pub fn build(project: &Project, web: &Path) -> Result<(), Stop> {
    setup::web_packages(project)?;
    wasm::build(project, &Toolchain::smallest(project)?, Effort::Small)?;
    Tool::npm()
        .arguments(["run", "build", "--prefix"])
        .arguments([web])
        .logged("building the web app", project.log("web-build"))
}

/// Prints the sizes of what [`build`] made.
pub fn measure(project: &Project, web: &Path) -> Result<(), Stop> {
    wasm::print_sizes(project)?;
    let (mut at_first, mut in_all) = (0, 0);
    for file in files(&web.join("dist"))? {
        let bytes = size::brotli_bytes(&file)?;
        in_all += bytes;
        if !NOT_AT_FIRST.iter().any(|start| begins(&file, start)) {
            at_first += bytes;
        }
    }
    let kilobytes = |bytes: u64| bytes as f64 / 1000.0;
    println!(
        "{}",
        figure::APP_FIRST_USE_BROTLI_KB.line(kilobytes(at_first))
    );
    println!("{}", figure::APP_BROTLI_KB.line(kilobytes(in_all)));
    Ok(())
}

fn begins(file: &Path, start: &str) -> bool {
    let name = file.file_name().unwrap_or_default();
    name.to_string_lossy().starts_with(start)
}

/// All files of the built app: those beside its pages and those in `assets`.
fn files(built: &Path) -> Result<Vec<PathBuf>, Stop> {
    let mut found = Vec::new();
    for folder in [built.to_path_buf(), built.join("assets")] {
        let unreadable = |source| Stop::File {
            path: folder.clone(),
            doing: "read",
            source,
        };
        for entry in fs::read_dir(&folder).map_err(unreadable)? {
            let path = entry.map_err(unreadable)?.path();
            if path.is_file() {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}
