//! The environment as a value: read once by `main.rs`, passed to whoever needs it.
//!
//! Invariant: a variable that is set to nothing counts as not set, because compose files and CI
//! systems pass on empty variables where they mean none.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};

/// The environment variables of the process.
#[derive(Debug, Clone, Default)]
pub struct Environment(BTreeMap<OsString, OsString>);

impl Environment {
    /// Takes the variables, without the empty ones.
    pub fn new(variables: impl IntoIterator<Item = (OsString, OsString)>) -> Self {
        Self(variables.into_iter().filter(|(_, value)| !value.is_empty()).collect())
    }

    /// The value of a variable, if it has one.
    pub fn get(&self, name: &str) -> Option<&OsStr> {
        self.0.get(OsStr::new(name)).map(OsString::as_os_str)
    }

    /// The names that start with `prefix`, in alphabetical order.
    pub fn names<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.keys().filter_map(|name| name.to_str()).filter(move |name| name.starts_with(prefix))
    }
}
