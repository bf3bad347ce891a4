//! The rules of the house, as far as a machine can see them.
//!
//! A failing rule lists every place at once and says why the rule is there.

// Who may depend on whom.
mod arrows;
// How long a function may be.
mod functions;
// Which files and folders there are, and what they are called.
mod layout;
// What others wrote of it.
mod supply;
// What documents and comments promise.
mod words;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Folders that hold products or someone else's files.
const NOT_OURS: [&str; 4] = [".git", "dist", "node_modules", "target"];

/// The workspace's root.
fn root() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests
        .parent()
        .expect("tests stands in the workspace")
        .into()
}

/// All files of the project, relative to the root, with `/` between folders.
///
/// What git knows or would take; without git, for example in an unpacked archive, every file
/// outside the folders of products.
fn files() -> Vec<String> {
    let listed = Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .current_dir(root())
        .output();
    let mut files: Vec<String> = match listed {
        Ok(output) if output.status.success() && !output.stdout.is_empty() => {
            let text = String::from_utf8(output.stdout).expect("file names are UTF-8");
            text.lines().map(str::to_owned).collect()
        }
        _ => {
            let mut found = Vec::new();
            walk(&root(), "", &mut found);
            found
        }
    };
    // A deleted file stays listed until its deletion is committed.
    files.retain(|file| root().join(file).is_file());
    files.sort();
    assert!(
        files.iter().any(|file| file == "Cargo.toml"),
        "no files found under {:?}",
        root()
    );
    files
}

fn walk(folder: &Path, prefix: &str, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).expect("a folder of the project is readable") {
        let entry = entry.expect("a folder's entry is readable");
        let name = entry
            .file_name()
            .into_string()
            .expect("file names are UTF-8");
        if NOT_OURS.contains(&name.as_str()) {
            continue;
        }
        let path = format!("{prefix}{name}");
        if entry.path().is_dir() {
            walk(&entry.path(), &format!("{path}/"), found);
        } else {
            found.push(path);
        }
    }
}

/// All Rust files of the project.
fn rust_files() -> Vec<String> {
    files()
        .into_iter()
        .filter(|file| file.ends_with(".rs"))
        .collect()
}

/// A file's text, by its path from the root.
fn text(file: &str) -> String {
    fs::read_to_string(root().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// What cargo answers about the workspace.
fn cargo(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .current_dir(root())
        .output()
        .expect("the cargo that built this test is still there");
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cargo {arguments:?}: {complaint}");
    String::from_utf8(output.stdout).expect("cargo prints UTF-8")
}

/// Fails with every breach, one per line, and the rule's reason.
#[track_caller]
fn assert_none(breaches: &[String], rule: &str) {
    assert!(breaches.is_empty(), "{rule}\n  {}", breaches.join("\n  "));
}
