//! Texts with places: TOML or JSON as a tree of values that know where they stand, and problems shown where they are.
//!
//! * `read`: text in, `tree::Node` out. `fields` reads one table of it, member by member.
//! * `source::Problems` gathers what is wrong; each [`source::Problem`] shows file, line, column and the line itself.
//!
//! Invariants: no text panics; what a message quotes is cut short; nesting is read to a bounded depth. Not here: what the
//! values mean (`snapshot`, `scenario`).

pub(crate) mod fields;
mod json;
pub mod source;
mod toml;
pub(crate) mod tree;

use source::Problems;
use tree::Node;

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// TOML.
    Toml,
    /// JSON with the same keys.
    Json,
}

/// Reads a text; what can't be read is a problem, and what is nested deeper than `depth_max` in JSON is left alone.
pub(crate) fn read(
    text: &str,
    format: Format,
    depth_max: usize,
    problems: &mut Problems<'_>,
) -> Node {
    match format {
        Format::Toml => toml::read(text, problems),
        Format::Json => json::read(text, depth_max, problems),
    }
}
