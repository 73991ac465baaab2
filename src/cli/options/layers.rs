//! Values as text, with their source, by strength.

use std::collections::BTreeMap;
use std::fmt;

/// Who said a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A flag, by the option's key: `ready_file` stands for `--ready-file`.
    Flag(&'static str),
    /// An environment variable, by the option's key.
    Variable(&'static str),
    /// A place in the configuration file.
    File {
        /// The file, as it was named.
        path: String,
        /// Line, from 1.
        line: usize,
        /// Column in characters, from 1.
        column: usize,
    },
    /// Nobody.
    Default,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(key) => write!(f, "--{}", key.replace('_', "-")),
            Self::Variable(key) => f.write_str(&variable_name(key)),
            Self::File { path, line, column } => write!(f, "{path}:{line}:{column}"),
            Self::Default => f.write_str("default"),
        }
    }
}

/// What the names of our environment variables start with.
pub(super) const PREFIX: &str = "QUINCE_";

/// The environment variable of an option.
pub(super) fn variable_name(key: &str) -> String {
    format!("{PREFIX}{}", key.to_uppercase())
}

/// A value that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{origin}: {problem}")]
pub struct BadValue {
    /// Who said it.
    pub origin: Source,
    /// The value, what is wrong with it and what to do.
    pub problem: String,
}

/// A value as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raw {
    /// The text.
    pub text: String,
    /// Who said it.
    pub origin: Source,
}

impl Raw {
    /// The value that `origin` said.
    pub fn new(text: impl Into<String>, origin: Source) -> Self {
        Self { text: text.into(), origin }
    }

    /// The value of a flag, if it was typed.
    pub fn flag(key: &'static str, text: &Option<String>) -> Option<Self> {
        text.as_ref().map(|text| Self::new(text, Source::Flag(key)))
    }

    /// Refuses the value: `problem` follows the quoted value, as in `is not a port`.
    pub fn refuse(&self, problem: impl fmt::Display) -> BadValue {
        self.refuse_part(&self.text, problem)
    }

    /// Refuses a part of the value.
    pub fn refuse_part(&self, part: &str, problem: impl fmt::Display) -> BadValue {
        BadValue { origin: self.origin.clone(), problem: format!("{part:?} {problem}") }
    }
}

/// All that one of flags, environment and file says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Layer(BTreeMap<&'static str, Vec<Raw>>);

impl Layer {
    /// Adds values of an option.
    pub(super) fn extend(&mut self, key: &'static str, values: impl IntoIterator<Item = Raw>) {
        self.0.entry(key).or_default().extend(values);
    }

    /// The values of an option, in the order in which they were said.
    pub(super) fn all(&self, key: &str) -> &[Raw] {
        self.0.get(key).map_or(&[], Vec::as_slice)
    }
}

/// The layers, strongest first.
pub(super) struct Layers(pub(super) [Layer; 3]);

impl Layers {
    /// The values of an option in the strongest layer that has any.
    pub(super) fn all(&self, key: &str) -> &[Raw] {
        self.0.iter().map(|layer| layer.all(key)).find(|all| !all.is_empty()).unwrap_or(&[])
    }

    /// The values of an option in all layers, the weakest first.
    pub(super) fn weakest_first(&self, key: &str) -> impl Iterator<Item = &Raw> {
        self.0.iter().rev().flat_map(move |layer| layer.all(key))
    }

    /// The strongest value of an option, or the default.
    pub(super) fn or_default(&self, key: &str, default: &str) -> Raw {
        self.all(key).last().cloned().unwrap_or_else(|| Raw::new(default, Source::Default))
    }

    /// The strongest value of an option, parsed.
    pub(super) fn parsed<T>(
        &self,
        key: &str,
        parse: impl FnOnce(&Raw) -> Result<T, BadValue>,
    ) -> Result<Option<T>, BadValue> {
        self.all(key).last().map(parse).transpose()
    }
}
