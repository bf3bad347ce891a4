//! Which compiler can make wasm here, and how cargo is told to use it.
//!
//! Two ways. *Native*: the active toolchain has the target. *Build-std*: Debian's `rustc-web`
//! with the source in `rust-web-src`, from which cargo builds the standard library too; it needs
//! nothing but a package registry. Looked for in the order: target present, rustup, Debian.
//! `WASM_TOOLCHAIN=native` or `build-std` forces one of them.

use std::env;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use crate::debian;
use crate::project::Project;
use crate::stop::Stop;
use crate::tool::{Tool, search_path_with};

/// The target both modules are built for.
pub const TARGET: &str = "wasm32-unknown-unknown";

/// Debian's compiler: its package owns this path, and rustup's proxies live elsewhere.
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";

/// The variable that forces one way.
const FORCE: &str = "WASM_TOOLCHAIN";

const REMEDIES: &str = "run `rustup target add wasm32-unknown-unknown`, or on Debian \
     `apt-get install rustc-web rust-web-src`";

/// What every compiler takes: hashes as loops, a few per cent slower and half as long.
const SMALL_FLAGS: [&str; 1] = ["--cfg=sha2_backend_soft=\"compact\""];

/// What only a compiler that is allowed its unstable flags takes: a panic stops at once and tells
/// nothing, so that no text of panics, `Debug` or source positions is carried.
const UNSTABLE_SMALL_FLAGS: [&str; 4] = [
    "-Zunstable-options",
    "-Cpanic=immediate-abort",
    "-Zfmt-debug=none",
    "-Zlocation-detail=none",
];

/// Variables that must not leak from the outer cargo into a wasm build. `RUSTC_BOOTSTRAP` alone
/// makes build scripts probe for other features and everything Dirty at the next native build.
const NOT_INHERITED: [&str; 10] = [
    "CARGO_BUILD_TARGET",
    "CARGO_ENCODED_RUSTFLAGS",
    "CARGO_TARGET_DIR",
    "RUSTC",
    "RUSTC_BOOTSTRAP",
    "RUSTC_WORKSPACE_WRAPPER",
    "RUSTC_WRAPPER",
    "RUSTDOC",
    "RUSTDOCFLAGS",
    "RUSTFLAGS",
];

/// A way to make wasm that works on this computer.
#[derive(Debug)]
pub enum Toolchain {
    /// The active toolchain has the target.
    Native,
    /// A compiler of the distribution, with the standard library as source.
    BuildStd(Distribution),
}

/// The distribution's compiler and what it needs beside it.
#[derive(Debug)]
pub struct Distribution {
    rustc: PathBuf,
    /// The standard library's source as the sysroot names it, and where that link leads.
    sources: [PathBuf; 2],
    /// Where `rust-lld` is, when the distribution's compiler does not bring it.
    linker_folder: Option<PathBuf>,
}

impl Toolchain {
    /// Finds a way, installing what is missing.
    ///
    /// Errors: [`Stop::Missing`] names both remedies, or the allowed values of the variable.
    pub fn set_up(project: &Project) -> Result<Self, Stop> {
        match forced()? {
            Some(Way::Native) => native(project)?.ok_or_else(none_works),
            Some(Way::BuildStd) => build_std(project)?.ok_or_else(none_works),
            None => match native(project)? {
                Some(found) => Ok(found),
                None => build_std(project)?.ok_or_else(none_works),
            },
        }
    }

    /// Finds the way that makes the smallest modules, if it takes no installing: only a compiler
    /// that builds the standard library too can leave the texts of panics out of it.
    ///
    /// Errors: as [`Toolchain::set_up`].
    pub fn smallest(project: &Project) -> Result<Self, Stop> {
        match (forced()?, distribution()?) {
            (None, Some(found)) => Ok(Self::BuildStd(found)),
            _ => Self::set_up(project),
        }
    }

    /// Cargo's target directory for this way. They are apart because each compiler would find
    /// the other's artefacts stale, and because waiting for one build lock helps nobody.
    pub fn target_directory(&self, project: &Project) -> PathBuf {
        project.target().join(match self {
            Self::Native => "wasm",
            Self::BuildStd(_) => "wasm-build-std",
        })
    }

    /// `cargo build` of one package as a module, with an environment that is the same everywhere.
    pub fn build(&self, project: &Project, package: &str, profile: &str) -> Tool {
        let build = project
            .cargo(["build", "--locked", "--lib", "--target", TARGET])
            .arguments(["--package", package, "--profile", profile])
            .without(&NOT_INHERITED)
            .variable("CARGO_TARGET_DIR", self.target_directory(project))
            .variable("CARGO_ENCODED_RUSTFLAGS", self.compiler_flags(project));
        let Self::BuildStd(distribution) = self else {
            return build;
        };
        let build = build
            .arguments(["-Zbuild-std=std,panic_abort"])
            .arguments(["-Zbuild-std-features=optimize_for_size"])
            // The outer cargo's libraries belong to another compiler.
            .without(&["LD_LIBRARY_PATH"])
            .variable("RUSTC", &distribution.rustc)
            .variable("RUSTC_BOOTSTRAP", "1");
        match &distribution.linker_folder {
            Some(folder) => build.variable("PATH", search_path_with(folder.clone())),
            None => build,
        }
    }

    /// The compiler's own words on its version, for the log.
    pub fn version(&self) -> Result<String, Stop> {
        let rustc = match self {
            Self::Native => Tool::new(active_rustc(), REMEDIES),
            Self::BuildStd(distribution) => {
                Tool::new(&distribution.rustc, REMEDIES).without(&["LD_LIBRARY_PATH"])
            }
        };
        rustc.arguments(["--version"]).answer("rustc --version")
    }

    /// Flags joined the way cargo reads them. Paths are rewritten so that the module does not
    /// depend on where it was built.
    fn compiler_flags(&self, project: &Project) -> OsString {
        let mut renamed = vec![(project.root().to_path_buf(), "/src")];
        if let Some(registry) = registry_source() {
            renamed.push((registry, "/cargo"));
        }
        let mut flags: Vec<OsString> = SMALL_FLAGS.map(OsString::from).into();
        if let Self::BuildStd(distribution) = self {
            let sources = distribution.sources.iter().cloned();
            renamed.extend(sources.map(|source| (source, "/rustc")));
            flags.extend(UNSTABLE_SMALL_FLAGS.map(OsString::from));
        }
        flags.extend(renamed.iter().map(remap));
        flags.join(OsStr::new("\u{1f}"))
    }
}

/// Tells the compiler to call the folder by a name that is the same everywhere.
fn remap((folder, name): &(PathBuf, &str)) -> OsString {
    let mut flag = OsString::from("--remap-path-prefix=");
    flag.push(folder);
    flag.push("=");
    flag.push(name);
    flag
}

enum Way {
    Native,
    BuildStd,
}

fn forced() -> Result<Option<Way>, Stop> {
    let value = env::var(FORCE).unwrap_or_default();
    match value.as_str() {
        "" => Ok(None),
        "native" => Ok(Some(Way::Native)),
        "build-std" => Ok(Some(Way::BuildStd)),
        other => Err(Stop::Missing {
            missing: format!("a wasm toolchain called {other:?}"),
            remedy: "set WASM_TOOLCHAIN to `native` or `build-std`, or unset it",
        }),
    }
}

fn none_works() -> Stop {
    Stop::Missing {
        missing: "a compiler for wasm32 is missing".into(),
        remedy: REMEDIES,
    }
}

/// The active toolchain, after asking rustup for the target if need be.
fn native(project: &Project) -> Result<Option<Toolchain>, Stop> {
    if has_native_target()? {
        return Ok(Some(Toolchain::Native));
    }
    if Tool::new("rustup", REMEDIES)
        .arguments(["--version"])
        .succeeds()
    {
        let added = Tool::new("rustup", REMEDIES)
            .arguments(["target", "add", TARGET])
            .logged("rustup target add", project.log("rustup"));
        if added.is_err() {
            eprintln!("   rustup cannot fetch the target here; looking for another way");
        }
    }
    Ok(has_native_target()?.then_some(Toolchain::Native))
}

fn has_native_target() -> Result<bool, Stop> {
    let target = active_sysroot()?
        .join("lib/rustlib")
        .join(TARGET)
        .join("lib");
    Ok(target.is_dir())
}

/// Debian's pair of packages, after asking apt for them if need be.
fn build_std(project: &Project) -> Result<Option<Toolchain>, Stop> {
    if let Some(found) = distribution()? {
        return Ok(Some(Toolchain::BuildStd(found)));
    }
    if debian::has_apt(REMEDIES) {
        debian::install(project, &["rustc-web", "rust-web-src"], REMEDIES)?;
    }
    Ok(distribution()?.map(Toolchain::BuildStd))
}

/// The distribution's compiler, if it is there together with its own source.
fn distribution() -> Result<Option<Distribution>, Stop> {
    let rustc = PathBuf::from(DEBIAN_RUSTC);
    if !rustc.is_file() {
        return Ok(None);
    }
    let link = sysroot_of(&rustc)?.join("lib/rustlib/src/rust");
    let Ok(real) = link.canonicalize() else {
        return Ok(None);
    };
    if !real.join("library/std/Cargo.toml").is_file() {
        return Ok(None);
    }
    let linker_folder = active_linker_folder()?;
    Ok(Some(Distribution {
        rustc,
        sources: [link, real],
        linker_folder,
    }))
}

/// Where the active toolchain keeps `rust-lld`.
fn active_linker_folder() -> Result<Option<PathBuf>, Stop> {
    let version = Tool::new(active_rustc(), REMEDIES)
        .arguments(["-vV"])
        .answer("rustc -vV")?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    let Some(host) = host else {
        return Ok(None);
    };
    let folder = active_sysroot()?.join("lib/rustlib").join(host).join("bin");
    Ok(folder.join("rust-lld").is_file().then_some(folder))
}

fn active_rustc() -> OsString {
    env::var_os("RUSTC").unwrap_or_else(|| "rustc".into())
}

fn active_sysroot() -> Result<PathBuf, Stop> {
    sysroot_of(Path::new(&active_rustc()))
}

fn sysroot_of(rustc: &Path) -> Result<PathBuf, Stop> {
    Tool::new(rustc, "install Rust from https://rustup.rs")
        .arguments(["--print", "sysroot"])
        .answer("rustc --print sysroot")
        .map(PathBuf::from)
}

/// Where cargo unpacks registry packages; `None` without a home directory.
fn registry_source() -> Option<PathBuf> {
    let cargo_home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = || env::home_dir().map(|home| home.join(".cargo"));
    Some(cargo_home.or_else(home)?.join("registry/src"))
}
