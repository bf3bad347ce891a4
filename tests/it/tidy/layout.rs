//! Which files and folders there are, and what they are called.

use std::path::Path;

use super::{assert_none, files};

/// Everything the top level may hold. What a tool demands stands here because the tool does.
const TOP_LEVEL: [&str; 12] = [
    ".cargo",
    ".ci",
    ".gitignore",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE",
    "README.md",
    "client-wasm",
    "server",
    "shared",
    "tests",
    "web",
];

/// Names that say nothing about what is inside, and so attract everything.
const DRAWERS: [&str; 7] = [
    "common", "helper", "helpers", "manager", "misc", "util", "utils",
];

#[test]
fn the_top_level_holds_what_it_always_held() {
    let breaches: Vec<String> = files()
        .into_iter()
        .filter(|file| !TOP_LEVEL.contains(&top(file)))
        .collect();
    assert_none(
        &breaches,
        "The top level is fixed; a new thing belongs into one of its folders.",
    );
}

#[test]
fn no_file_is_called_after_nothing() {
    let is_drawer = |part: &str| {
        let stem = Path::new(part).file_stem().unwrap_or_default();
        DRAWERS
            .iter()
            .any(|drawer| stem.eq_ignore_ascii_case(drawer))
    };
    let breaches: Vec<String> = files()
        .into_iter()
        .filter(|file| file.split('/').any(is_drawer))
        .collect();
    assert_none(&breaches, "A file is called after what it holds.");
}

#[test]
fn a_module_stands_beside_its_folder() {
    let breaches: Vec<String> = files()
        .into_iter()
        .filter(|file| file.ends_with("/mod.rs"))
        .collect();
    assert_none(
        &breaches,
        "A module is `name.rs` beside `name/`: tabs full of mod.rs help nobody.",
    );
}

fn top(file: &str) -> &str {
    file.split_once('/').map_or(file, |(top, _)| top)
}
