//! What is wrong with something written, whatever it was written in.

use std::fmt;

/// More mistakes than this nobody reads.
const READ_MAX: usize = 50;

/// Something wrong, and where.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wrong {
    /// Where, as a JSON pointer into what was written.
    pub pointer: String,
    /// What, and what would be right; for people.
    pub text: String,
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.pointer.is_empty() {
            return f.write_str(&self.text);
        }
        write!(f, "{}: {}", self.pointer, self.text)
    }
}

/// Gathers what is wrong. A reader goes on after a mistake, so that all of them are told at once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wrongs(pub Vec<Wrong>);

impl Wrongs {
    /// Notes a mistake.
    pub fn add(&mut self, pointer: impl Into<String>, text: impl Into<String>) {
        self.0.push(Wrong { pointer: pointer.into(), text: text.into() });
    }

    /// Whether there is so much already that nobody reads on: then no more work goes into hints.
    pub(super) fn is_long(&self) -> bool {
        self.0.len() > READ_MAX
    }

    /// Notes a mistake and gives nothing, for the end of a reader.
    pub fn none<T>(&mut self, pointer: impl Into<String>, text: impl Into<String>) -> Option<T> {
        self.add(pointer, text);
        None
    }
}
