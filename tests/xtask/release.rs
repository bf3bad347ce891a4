//! `release`: what is handed out, in one folder, with a SHA-256 sum for each file.

use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::project::Project;
use crate::stop::Stop;
use crate::toolchain::Toolchain;
use crate::wasm::{self, Effort, MODULES};

/// Builds server and modules with full effort and gathers them in `release-bundle`, under the
/// target directory. The sums are in `SHA256SUMS`, in the form `sha256sum --check` reads.
pub fn bundle(project: &Project) -> Result<(), Stop> {
    let toolchain = Toolchain::smallest(project)?;
    eprintln!("   wasm: {}", toolchain.version()?);
    project
        .cargo([
            "build",
            "--locked",
            "--release",
            "--package",
            "server",
            "--bin",
            "sampan",
        ])
        .logged("building the server", project.log("server-release"))?;
    wasm::build(project, &toolchain, Effort::Small)?;
    wasm::self_test(project)?;
    wasm::print_sizes(project)?;
    let bundle = project.target().join("release-bundle");
    let sums = gather(project, &bundle)?;
    write(&bundle.join("SHA256SUMS"), sums.as_bytes())?;
    eprint!("{sums}");
    eprintln!("   in {}", bundle.display());
    Ok(())
}

/// Copies every product into the folder and returns one line per file.
fn gather(project: &Project, bundle: &Path) -> Result<String, Stop> {
    fs::create_dir_all(bundle).map_err(|source| Stop::File {
        path: bundle.into(),
        doing: "created",
        source,
    })?;
    let modules = MODULES.iter().map(|module| module.file(project));
    let products = modules.chain([project.target().join("release/sampan")]);
    let mut sums = String::new();
    for product in products {
        sums.push_str(&gather_one(&product, bundle)?);
    }
    Ok(sums)
}

/// Copies one product, which keeps its permissions, and returns its sum and name.
fn gather_one(product: &Path, bundle: &Path) -> Result<String, Stop> {
    let copy = bundle.join(product.file_name().unwrap_or_default());
    let unread = |source| Stop::File {
        path: product.into(),
        doing: "copied",
        source,
    };
    fs::copy(product, &copy).map_err(unread)?;
    let sum = Sha256::digest(read(&copy)?);
    let digits: String = sum.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(format!("{digits}  {}\n", name(&copy)))
}

fn name(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

fn read(path: &PathBuf) -> Result<Vec<u8>, Stop> {
    fs::read(path).map_err(|source| Stop::File {
        path: path.clone(),
        doing: "read",
        source,
    })
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Stop> {
    fs::write(path, bytes).map_err(|source| Stop::File {
        path: path.into(),
        doing: "written",
        source,
    })
}
