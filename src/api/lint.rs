//! Lints: what a client does that the real service lets pass but does not document, or that will hurt later.
//!
//! quince is lenient in and exact out: a lint is logged, and named in the header `Quince-Lint`; with `--strict` it
//! is an error.

use http::{HeaderMap, HeaderName, HeaderValue};

/// The header that names the lints of an exchange.
pub const LINT_HEADER: HeaderName = HeaderName::from_static("quince-lint");

/// Names told for one exchange; whoever sends a thousand unknown members learns of the first ones.
const LINTS_MAX: usize = 16;

/// What was noticed about one request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lints {
    noticed: Vec<(&'static str, String)>,
}

impl Lints {
    /// Notes a lint by name, with the value that it is about.
    pub fn note(&mut self, name: &'static str, about: &str) {
        if self.noticed.len() < LINTS_MAX {
            self.noticed.push((name, about.chars().take(80).collect()));
        }
    }

    /// Whether nothing was noticed.
    pub const fn is_empty(&self) -> bool {
        self.noticed.is_empty()
    }

    /// What was noticed: name, and what it is about.
    pub fn noticed(&self) -> &[(&'static str, String)] {
        &self.noticed
    }

    /// Puts the names into the headers of an answer, each once.
    pub fn tell(&self, headers: &mut HeaderMap) {
        let mut names: Vec<&str> = Vec::new();
        for (name, _) in &self.noticed {
            if !names.contains(name) {
                names.push(name);
            }
        }
        if let Ok(value) = HeaderValue::from_str(&names.join(", "))
            && !names.is_empty()
        {
            headers.insert(LINT_HEADER, value);
        }
    }

    /// For the log: each lint with the value that it is about.
    pub fn to_text(&self) -> String {
        let each = |(name, about): &(&str, String)| {
            if about.is_empty() { (*name).to_owned() } else { format!("{name} ({about})") }
        };
        self.noticed.iter().map(each).collect::<Vec<_>>().join(", ")
    }
}
