//! What the product is made of: where others' code comes from, under which licence, and that it
//! cannot change under us.

use serde_json::Value;
use spdx::{Expression, LicenseReq, ParseMode};

use super::{assert_none, cargo, text};

/// Licences that let everybody use, change and pass on what we ship.
const LICENCES: [&str; 15] = [
    "0BSD",
    "Apache-2.0",
    "BlueOak-1.0.0",
    "BSD-1-Clause",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "ISC",
    "MIT",
    "MIT-0",
    "MPL-2.0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];
/// Besides: a typeface in what we ship, and a table that a build tool reads.
const LICENCES_OF_OTHER_WORKS: [&str; 2] = ["CC-BY-4.0", "OFL-1.1"];

/// The one place whose packages cannot be replaced once they are published.
const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// Packages whose stored bytes or bindings we depend on: one version, not a range.
const PINNED: [&str; 4] = [
    "automerge",
    "redb",
    "wasm-bindgen",
    "wasm-bindgen-cli-support",
];

/// Packages linked into the app module, at most: each is read by whoever reviews a release.
const APP_PACKAGES_MAX: usize = 80;

#[test]
fn every_crate_is_free_to_use_and_comes_from_the_registry() {
    let answer = cargo(&[
        "metadata",
        "--locked",
        "--format-version=1",
        "--filter-platform=x86_64-unknown-linux-gnu",
        "--filter-platform=wasm32-unknown-unknown",
    ]);
    let metadata: Value = serde_json::from_str(&answer).expect("cargo metadata prints JSON");
    let packages = metadata["packages"].as_array().expect("a list of packages");
    let others = || {
        packages
            .iter()
            .filter(|package| !package["source"].is_null())
    };
    assert!(others().count() > 100, "the list of packages is not whole");
    let breaches: Vec<String> = others()
        .filter(|package| package["source"] != REGISTRY || !is_free(&package["license"], &LICENCES))
        .map(|package| {
            let [name, licence, source] = ["name", "license", "source"].map(|key| &package[key]);
            format!("{name}: {licence} from {source}")
        })
        .collect();
    assert_none(
        &breaches,
        "What we ship is free to use and can be fetched by anybody.",
    );
}

#[test]
fn every_crate_is_locked_by_its_checksum() {
    let lock = text("Cargo.lock");
    let breaches: Vec<String> = lock
        .split("[[package]]")
        .filter(|package| package.contains("\nsource = ") && !package.contains("\nchecksum = \""))
        .map(|package| package.trim().lines().next().unwrap_or_default().to_owned())
        .collect();
    assert!(lock.matches("\nchecksum = \"").count() > 100);
    assert_none(&breaches, "A package is the one we tried, or none.");
}

#[test]
fn the_versions_that_stored_bytes_depend_on_are_exact() {
    let manifest = text("Cargo.toml");
    let breaches: Vec<String> = PINNED
        .iter()
        .filter(|name| !manifest.contains(&format!("\n{name} = \"=")))
        .map(|&name| name.to_owned())
        .collect();
    assert_none(&breaches, "Write `name = \"=1.2.3\"` in the workspace.");
}

#[test]
fn the_app_module_is_made_of_few_packages() {
    let tree = cargo(&[
        "tree",
        "--locked",
        "--package=client-app",
        "--edges=normal",
        "--target=wasm32-unknown-unknown",
        "--prefix=none",
        "--no-dedupe",
    ]);
    let mut packages: Vec<&str> = tree
        .lines()
        .map(|line| line.trim_end_matches(" (*)"))
        .collect();
    packages.sort_unstable();
    packages.dedup();
    assert!(packages.len() > 10, "cargo tree answered {tree:?}");
    assert!(
        packages.len() <= APP_PACKAGES_MAX,
        "{} packages in what every phone runs; {APP_PACKAGES_MAX} at most",
        packages.len()
    );
}

#[test]
fn every_package_of_the_pages_is_locked_free_and_runs_nothing_when_installed() {
    let lock: Value = serde_json::from_str(&text("web/package-lock.json")).expect("JSON");
    let packages = lock["packages"].as_object().expect("a table of packages");
    let licences = [LICENCES.as_slice(), LICENCES_OF_OTHER_WORKS.as_slice()].concat();
    let is_kept = |package: &Value| {
        let hash = package["integrity"].as_str().unwrap_or_default();
        hash.starts_with("sha512-")
            && package["hasInstallScript"].is_null()
            && is_free(&package["license"], &licences)
    };
    // The first entry, without a name, is ours.
    let others = || packages.iter().filter(|(name, _)| !name.is_empty());
    assert!(others().count() > 10, "the list of packages is not whole");
    let breaches: Vec<String> = others()
        .filter(|(_, package)| !is_kept(package))
        .map(|(name, package)| format!("{name}: {package}"))
        .collect();
    assert_none(
        &breaches,
        "A package is the one we tried, under a free licence, and no program of its own.",
    );
}

#[test]
fn the_pages_name_exact_versions() {
    let manifest: Value = serde_json::from_str(&text("web/package.json")).expect("JSON");
    let sections = ["dependencies", "devDependencies", "overrides"];
    let breaches: Vec<String> = sections
        .iter()
        .filter_map(|&section| manifest[section].as_object())
        .flatten()
        .filter(|(_, version)| {
            let version = version.as_str().unwrap_or_default();
            !version.starts_with(|first: char| first.is_ascii_digit())
        })
        .map(|(name, version)| format!("{name}: {version}"))
        .collect();
    assert_none(&breaches, "A range lets the pages change under us.");
}

/// Whether an SPDX expression can be met by these licences alone.
fn is_free(licence: &Value, licences: &[&str]) -> bool {
    let is_allowed = |wanted: &LicenseReq| {
        let id = wanted.license.id();
        id.is_some_and(|id| licences.contains(&id.name))
    };
    licence
        .as_str()
        .and_then(|written| Expression::parse_mode(written, ParseMode::LAX).ok())
        .is_some_and(|expression| expression.evaluate(is_allowed))
}
