//! Who may depend on whom: from the manifests, and for parts within a crate from what they name.

use proc_macro2::{TokenStream, TokenTree};
use serde_json::Value;

use super::{assert_none, cargo, rust_files, text};

/// What one package may and may not depend on, in any section of its manifest.
struct Arrows {
    package: &'static str,
    /// The only packages of ours it may name.
    ours: &'static [&'static str],
    /// Packages of others it must not name.
    refused: &'static [&'static str],
}

const SANS_IO: &[&str] = &[
    "getrandom",
    "js-sys",
    "redb",
    "tokio",
    "warp",
    "wasm-bindgen",
    "web-sys",
];
/// `js-sys` stands in a browser for the tables of a Unicode crate (`shared::field`), no more.
const SANS_IO_BUT_UNICODE: &[&str] = &[
    "getrandom",
    "redb",
    "tokio",
    "warp",
    "wasm-bindgen",
    "web-sys",
];
const NO_BROWSER: &[&str] = &["js-sys", "wasm-bindgen", "web-sys"];
const NO_PROCESS: &[&str] = &["redb", "tokio", "warp"];

const ARROWS: [Arrows; 7] = [
    Arrows {
        package: "shared",
        ours: &[],
        refused: SANS_IO_BUT_UNICODE,
    },
    Arrows {
        package: "crdt",
        ours: &["shared"],
        refused: SANS_IO,
    },
    Arrows {
        package: "client-core",
        ours: &["shared"],
        refused: SANS_IO,
    },
    Arrows {
        package: "client-app",
        ours: &["client-core", "shared"],
        refused: NO_PROCESS,
    },
    Arrows {
        package: "client-history",
        ours: &["crdt", "shared"],
        refused: NO_PROCESS,
    },
    Arrows {
        package: "server",
        ours: &["crdt", "shared"],
        refused: NO_BROWSER,
    },
    Arrows {
        package: "tests",
        ours: &["client-core", "crdt", "server", "shared"],
        refused: &[],
    },
];

/// The only package that may name automerge.
const REFERENCE_ENGINE: &str = "crdt";

#[test]
fn every_package_depends_only_on_what_its_place_allows() {
    let packages = packages();
    let mut breaches = Vec::new();
    for package in &packages {
        match ARROWS.iter().find(|arrows| arrows.package == package.name) {
            Some(arrows) => breaches.extend(wrong_arrows(package, arrows, &packages)),
            None => breaches.push(format!(
                "{}: a new package needs its arrows here",
                package.name
            )),
        }
    }
    assert_none(
        &breaches,
        "A dependency arrow is a decision of its own (README, \"Folders\").",
    );
}

#[test]
fn the_commands_depend_on_nothing_of_ours() {
    let breaches: Vec<String> = packages()
        .into_iter()
        .filter(|package| package.name == "tests")
        .flat_map(|package| package.dependencies)
        .filter(|dependency| !dependency.for_tests && is_ours(&dependency.name))
        .map(|dependency| dependency.name)
        .collect();
    assert_none(
        &breaches,
        "A broken crate must not break the commands that find out.",
    );
}

#[test]
fn the_app_module_carries_no_automerge() {
    let tree = cargo(&[
        "tree",
        "--package=client-app",
        "--edges=normal",
        "--target=wasm32-unknown-unknown",
        "--prefix=none",
    ]);
    let breaches: Vec<String> = tree
        .lines()
        .filter(|line| line.starts_with("automerge "))
        .map(str::to_owned)
        .collect();
    assert!(
        tree.starts_with("client-app "),
        "cargo tree answered {tree:?}"
    );
    assert_none(
        &breaches,
        "A phone loads the app module first, and it has to stay small.",
    );
}

#[test]
fn the_store_knows_no_http() {
    let breaches: Vec<String> = rust_files()
        .into_iter()
        .filter(|file| file == "server/src/store.rs" || file.starts_with("server/src/store/"))
        .flat_map(|file| named(&file, &["http", "hyper", "warp"]))
        .collect();
    assert_none(
        &breaches,
        "The store takes data and gives data; HTTP is one of its callers.",
    );
}

#[test]
fn nothing_but_the_reference_engine_names_automerge() {
    let breaches: Vec<String> = packages()
        .into_iter()
        .filter(|package| package.name != REFERENCE_ENGINE)
        .filter(|package| {
            package
                .dependencies
                .iter()
                .any(|other| other.name == "automerge")
        })
        .map(|package| package.name)
        .collect();
    assert_none(
        &breaches,
        "Automerge is reached through `shared/crdt` only.",
    );
}

struct Package {
    name: String,
    dependencies: Vec<Dependency>,
}

struct Dependency {
    name: String,
    /// Whether only tests and benchmarks use it.
    for_tests: bool,
}

fn wrong_arrows(package: &Package, arrows: &Arrows, all: &[Package]) -> Vec<String> {
    let is_wrong = |name: &str| {
        let ours = all.iter().any(|package| package.name == name);
        arrows.refused.contains(&name) || (ours && !arrows.ours.contains(&name))
    };
    let names = package
        .dependencies
        .iter()
        .map(|dependency| &dependency.name);
    names
        .filter(|name| is_wrong(name))
        .map(|name| format!("{} -> {name}", package.name))
        .collect()
}

fn is_ours(name: &str) -> bool {
    ARROWS.iter().any(|arrows| arrows.package == name)
}

/// The workspace's packages with everything their manifests name.
fn packages() -> Vec<Package> {
    let answer = cargo(&["metadata", "--no-deps", "--format-version=1"]);
    let metadata: Value = serde_json::from_str(&answer).expect("cargo metadata prints JSON");
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let name = |value: &Value| value["name"].as_str().unwrap_or_default().to_owned();
    let dependency = |value: &Value| Dependency {
        name: name(value),
        for_tests: value["kind"] == "dev",
    };
    list(&metadata["packages"])
        .iter()
        .map(|package| Package {
            name: name(package),
            dependencies: list(&package["dependencies"])
                .iter()
                .map(dependency)
                .collect(),
        })
        .collect()
}

/// Which of the words a file names in its code; comments and text do not count.
fn named(file: &str, words: &[&str]) -> Vec<String> {
    let tokens: TokenStream = text(file)
        .parse()
        .unwrap_or_else(|error| panic!("{file}: {error}"));
    let mut found = Vec::new();
    collect(tokens, words, &mut found);
    found
        .into_iter()
        .map(|(line, word)| format!("{file}:{line}: {word}"))
        .collect()
}

fn collect(tokens: TokenStream, words: &[&str], found: &mut Vec<(usize, String)>) {
    for token in tokens {
        match token {
            TokenTree::Group(group) => collect(group.stream(), words, found),
            TokenTree::Ident(ident) if words.iter().any(|word| ident == word) => {
                found.push((ident.span().start().line, ident.to_string()));
            }
            _ => {}
        }
    }
}
