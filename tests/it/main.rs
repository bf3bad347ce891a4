//! The one test binary: promises only the whole can show, one module for each kind.

// The rules of the house, as far as a machine can see them.
mod tidy;
