//! `wasm`: the two modules a phone downloads, their bindings, their self-tests and their sizes.
//!
//! One `cargo build` per module: built together, features would unify and the app module would
//! carry automerge. The bindings are generated in this process by the same version of
//! wasm-bindgen the modules link, so the two cannot drift apart.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::Value;
use wasm_bindgen_cli_support::Bindgen;

use crate::figure::{self, Figure};
use crate::project::Project;
use crate::shrink::shrink;
use crate::size;
use crate::stop::Stop;
use crate::tool::Tool;
use crate::toolchain::{TARGET, Toolchain};

/// What `cargo xtask wasm` can be told.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Skip link-time optimisation: built sooner, larger
    #[arg(long)]
    quick: bool,
}

/// How much work the compiler puts into a module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effort {
    /// For tests: without link-time optimisation.
    Quick,
    /// For phones: as small as it gets.
    Small,
}

impl Effort {
    /// The cargo profile in the workspace's `Cargo.toml`; also its folder under the target's.
    fn profile(self) -> &'static str {
        match self {
            Self::Quick => "wasm-quick",
            Self::Small => "wasm",
        }
    }
}

/// One module and the package it is made from.
#[derive(Debug)]
pub struct Module {
    name: &'static str,
    package: &'static str,
    size: Figure,
}

/// The app module first: it is what a phone waits for.
pub const MODULES: [Module; 2] = [
    Module {
        name: "app",
        package: "client-app",
        size: figure::WASM_APP_BROTLI_KB,
    },
    Module {
        name: "history",
        package: "client-history",
        size: figure::WASM_HISTORY_BROTLI_KB,
    },
];

/// Sets up, builds, self-tests; with full effort also prints the sizes.
pub fn command(project: &Project, options: &Options) -> Result<(), Stop> {
    let effort = if options.quick {
        Effort::Quick
    } else {
        Effort::Small
    };
    let toolchain = match effort {
        Effort::Quick => Toolchain::set_up(project)?,
        Effort::Small => Toolchain::smallest(project)?,
    };
    eprintln!("   wasm: {}", toolchain.version()?);
    build(project, &toolchain, effort)?;
    self_test(project)?;
    if effort == Effort::Small {
        print_sizes(project)?;
    }
    Ok(())
}

/// Builds both modules, one after the other, and generates their bindings.
pub fn build(project: &Project, toolchain: &Toolchain, effort: Effort) -> Result<(), Stop> {
    for module in &MODULES {
        let what = format!("{} ({})", module.package, effort.profile());
        toolchain
            .build(project, module.package, effort.profile())
            .logged(&what, project.log(&what))?;
        module.bind(project, toolchain, effort)?;
    }
    Ok(())
}

/// Loads each module under node the way a page does, lets it write one change, and compares.
///
/// Errors: [`Stop::Answer`] when a module answers anything but `"ok": true`, or when the two name
/// different changes: the engine in use and automerge have to agree on every byte.
pub fn self_test(project: &Project) -> Result<(), Stop> {
    let answers = MODULES.iter().map(|module| module.answer(project));
    let answers = answers.collect::<Result<Vec<Value>, Stop>>()?;
    let first = &answers[0]["change"];
    match answers.iter().find(|answer| answer["change"] != *first) {
        None => Ok(()),
        Some(other) => Err(Stop::Answer {
            tool: "the history module".into(),
            answer: format!("{other} where the app module says {first}"),
        }),
    }
}

/// Prints one figure per module: what a phone downloads, in thousands of bytes.
pub fn print_sizes(project: &Project) -> Result<(), Stop> {
    for module in &MODULES {
        let bytes = size::brotli_bytes(&module.file(project))?;
        println!("{}", module.size.line(bytes as f64 / 1000.0));
    }
    Ok(())
}

impl Module {
    /// The module with bindings, as a page loads it.
    pub fn file(&self, project: &Project) -> PathBuf {
        project
            .wasm_package(self.name)
            .join(format!("{}_bg.wasm", self.crate_name()))
    }

    /// What the module says of itself, once it says that all is well.
    fn answer(&self, project: &Project) -> Result<Value, Stop> {
        let what = format!("self-test of {}", self.package);
        let script = project.root().join("tests/xtask/self_test.mjs");
        let answer = Tool::node()
            .arguments([&script, &self.bindings(project), &self.file(project)])
            .answer(&what)?;
        eprintln!("   {what}: {answer}");
        match serde_json::from_str::<Value>(&answer) {
            Ok(json) if json["ok"] == true => Ok(json),
            _ => Err(Stop::Answer {
                tool: what,
                answer: answer.chars().take(400).collect(),
            }),
        }
    }

    fn bindings(&self, project: &Project) -> PathBuf {
        project
            .wasm_package(self.name)
            .join(format!("{}.js", self.crate_name()))
    }

    fn crate_name(&self) -> String {
        self.package.replace('-', "_")
    }

    fn bind(&self, project: &Project, toolchain: &Toolchain, effort: Effort) -> Result<(), Stop> {
        let built = toolchain
            .target_directory(project)
            .join(TARGET)
            .join(effort.profile())
            .join(format!("{}.wasm", self.crate_name()));
        let package = project.wasm_package(self.name);
        generate(&built, &package, effort).map_err(|source| Stop::Bindings {
            module: self.package,
            source,
        })?;
        if effort == Effort::Small {
            shrink(project, &self.file(project))?;
        }
        // Node and bundlers then read the generated file as the module it is.
        let manifest = package.join("package.json");
        let text = format!(
            "{{ \"name\": \"{}\", \"type\": \"module\" }}\n",
            self.package
        );
        fs::write(&manifest, text).map_err(|source| Stop::File {
            path: manifest,
            doing: "written",
            source,
        })?;
        self.hand_to_web(project, &package)
    }

    /// Puts a copy where the browser app imports it from; git does not keep it.
    fn hand_to_web(&self, project: &Project, package: &Path) -> Result<(), Stop> {
        let Some(web) = project.web() else {
            return Ok(());
        };
        let to = web.join("src/wasm").join(self.name);
        copy_files(package, &to).map_err(|source| Stop::File {
            path: to,
            doing: "written",
            source,
        })
    }
}

/// Copies the files of one folder, without folders below it.
fn copy_files(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            fs::copy(entry.path(), to.join(entry.file_name()))?;
        }
    }
    Ok(())
}

/// A small module keeps no names of functions: a third of its bytes, and only a debugger's food.
fn generate(
    built: &Path,
    package: &Path,
    effort: Effort,
) -> Result<(), Box<dyn std::error::Error + Send + Sync + 'static>> {
    let mut bindgen = Bindgen::new();
    bindgen.input_path(built).web(true)?;
    bindgen.omit_default_module_path(false).typescript(true);
    let small = effort == Effort::Small;
    bindgen
        .remove_name_section(small)
        .remove_producers_section(small);
    bindgen.generate(package)?;
    Ok(())
}
