//! Where things stand: the workspace's root, its target directory, the cargo that started us.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::stop::Stop;
use crate::tool::Tool;

/// The workspace this command was started in.
#[derive(Debug)]
pub struct Project {
    root: PathBuf,
    target: PathBuf,
}

impl Project {
    /// Asks cargo where the workspace and its target directory are.
    ///
    /// The running binary's own compile-time path is not used: a target directory shared by two
    /// checkouts would make it point at the wrong one.
    pub fn find() -> Result<Self, Stop> {
        let Some(package) = env::var_os("CARGO_MANIFEST_DIR") else {
            return Err(Stop::Missing {
                missing: "cargo's environment".into(),
                remedy: "start this as `cargo xtask`",
            });
        };
        let answer = Tool::cargo()
            .arguments(["metadata", "--no-deps", "--format-version", "1"])
            .directory(Path::new(&package))
            .answer("cargo metadata")?;
        let unexpected = || Stop::Answer {
            tool: "cargo metadata".into(),
            answer: answer.chars().take(80).collect(),
        };
        let metadata: Value = serde_json::from_str(&answer).map_err(|_| unexpected())?;
        let path = |key: &str| metadata[key].as_str().map(PathBuf::from);
        Ok(Self {
            root: path("workspace_root").ok_or_else(unexpected)?,
            target: path("target_directory").ok_or_else(unexpected)?,
        })
    }

    /// The folder that holds the workspace's `Cargo.toml`.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Cargo's target directory, wherever the user has put it.
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// Where bindings and modules of the named wasm module go: `app` or `history`.
    pub fn wasm_package(&self, module: &str) -> PathBuf {
        self.target.join("wasm-pkg").join(module)
    }

    /// The web app's folder, once it holds an app.
    pub fn web(&self) -> Option<PathBuf> {
        let web = self.root.join("web");
        web.join("package.json").is_file().then_some(web)
    }

    /// The log a stage writes to; overwritten by its next run.
    pub fn log(&self, stage: &str) -> PathBuf {
        let words = stage.split(|c: char| !c.is_ascii_alphanumeric());
        let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
        let name = format!("{}.log", words.join("-"));
        self.target.join("xtask-log").join(name)
    }

    /// A cargo child in the workspace's root.
    pub fn cargo<const N: usize>(&self, arguments: [&str; N]) -> Tool {
        Tool::cargo().arguments(arguments).directory(&self.root)
    }
}

/// The cargo that started us, or the one on the path.
pub fn cargo() -> OsString {
    env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}
