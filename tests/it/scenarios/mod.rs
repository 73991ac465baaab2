//! Scenarios as data: what is read, and what is told about those that cannot be.

mod check;
mod malformed;

use std::path::PathBuf;

/// A file next to this one.
pub(crate) fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/it/scenarios").join(name)
}
