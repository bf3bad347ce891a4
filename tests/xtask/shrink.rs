//! `wasm-opt`: makes a finished module smaller still.
//!
//! It takes a twentieth off what a phone compiles and keeps in memory; what travels compressed
//! stays as it was. The program is the npm package `binaryen`, pinned among the web app's.

use std::ffi::OsString;
use std::fs;
use std::path::Path;

use crate::project::Project;
use crate::setup;
use crate::stop::Stop;
use crate::tool::Tool;

/// Everything that browsers of our minimum version (Chrome 106) understand and rustc emits.
const OPTIONS: [&str; 10] = [
    "-Oz",
    "--strip-debug",
    "--strip-producers",
    "--strip-target-features",
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// Replaces the module by a smaller one that does the same. Without a web app there is no
/// `wasm-opt` either, and the module stays as it is.
pub fn shrink(project: &Project, module: &Path) -> Result<(), Stop> {
    let Some(web) = project.web() else {
        return Ok(());
    };
    setup::web_packages(project)?;
    let smaller = module.with_extension("smaller");
    let arguments: [OsString; 3] = ["-o".into(), smaller.clone().into(), module.into()];
    Tool::node()
        .arguments([web.join("node_modules/binaryen/bin/wasm-opt")])
        .arguments(OPTIONS)
        .arguments(arguments)
        .logged("wasm-opt", project.log("wasm-opt"))?;
    fs::rename(&smaller, module).map_err(|source| Stop::File {
        path: smaller,
        doing: "renamed",
        source,
    })
}
