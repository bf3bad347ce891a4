//! The benchmarks: each prints figures as JSON lines, `cargo xtask bench`.
//!
//! One module per group of figures with a `measure` function; a name on the command line selects
//! the groups that contain it.

mod bytes;
mod console;
mod cpu;
#[path = "storm/fieldwork.rs"]
mod fieldwork;
mod figure;
mod fleet;
mod restart;
mod sync;

/// A group's name and what measures it.
type Group = (&'static str, fn());

/// Every group, slowest last.
const GROUPS: [Group; 5] = [
    ("bytes", bytes::measure),
    ("cpu", cpu::measure),
    ("sync", sync::measure),
    ("console", console::measure),
    ("restart", restart::measure),
];

fn main() {
    // Cargo adds `--bench`; everything else is a selection.
    let wanted: Vec<String> = std::env::args()
        .skip(1)
        .filter(|a| !a.starts_with("--"))
        .collect();
    for (name, measure) in GROUPS {
        if wanted.is_empty() || wanted.iter().any(|part| name.contains(part.as_str())) {
            eprintln!("== {name}");
            measure();
        }
    }
}
