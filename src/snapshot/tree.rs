//! A file as a tree of values that know their places, whatever its format was.

use super::source::Span;

/// A value and where it stands.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) span: Span,
    pub(super) value: Value,
}

/// What a file can say.
#[derive(Debug)]
pub(super) enum Value {
    Text(String),
    Integer(i128),
    Bool(bool),
    /// As it was written.
    DateTime(String),
    List(Vec<Node>),
    Table(Vec<Entry>),
    /// Same as leaving the key out (JSON).
    Null,
    /// Numbers that are no integers, and what is nested too deep to be ours.
    Other,
}

/// A member of a table.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) key_span: Span,
    pub(super) node: Node,
}

impl Value {
    /// What it is, for messages.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "a string",
            Self::Integer(_) => "an integer",
            Self::Bool(_) => "a boolean",
            Self::DateTime(_) => "a date",
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
            Self::Null => "null",
            Self::Other => "something else",
        }
    }
}
