//! Golden files under `shared/vectors/`: bytes that two releases must agree on.
//!
//! `SAMPAN_BLESS=1 cargo test -p shared golden` writes them anew after a decided change.

use std::fmt::Write;
use std::path::PathBuf;

/// Compares `found` with the golden file of this name, or writes the file when blessed.
pub(crate) fn check(file: &str, found: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("vectors")
        .join(file);
    if std::env::var_os("SAMPAN_BLESS").is_some() {
        std::fs::write(&path, found).unwrap();
    }
    let golden = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        golden, found,
        "{file} differs: what phones in the field speak must not change by accident"
    );
}

/// Lines of 32 bytes in hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let mut text = String::new();
    for line in bytes.chunks(32) {
        for byte in line {
            write!(text, "{byte:02x}").unwrap();
        }
        text.push('\n');
    }
    text
}
