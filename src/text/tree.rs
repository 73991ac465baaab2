//! A file as a tree of values that know their places, whatever its format was.

use super::source::Span;

/// A value and where it stands.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) span: Span,
    pub(crate) value: Value,
}

/// What a file can say.
#[derive(Debug)]
pub(crate) enum Value {
    Text(String),
    Integer(i128),
    /// A number with a fraction or an exponent; finite.
    Float(f64),
    Bool(bool),
    /// As it was written.
    DateTime(String),
    List(Vec<Node>),
    Table(Vec<Entry>),
    /// Same as leaving the key out (JSON).
    Null,
    /// Numbers that nothing can hold, and what is nested too deep to be ours.
    Other,
}

/// A member of a table.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) key_span: Span,
    pub(crate) node: Node,
}

impl Value {
    /// What it is, for messages.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "a string",
            Self::Integer(_) => "an integer",
            Self::Float(_) => "a number with a fraction",
            Self::Bool(_) => "a boolean",
            Self::DateTime(_) => "a date",
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
            Self::Null => "null",
            Self::Other => "something else",
        }
    }
}

/// A number with a fraction or an exponent.
pub(super) fn float(text: &str) -> Value {
    let number = text.replace('_', "").parse::<f64>().ok();
    number.filter(|number| number.is_finite()).map_or(Value::Other, Value::Float)
}
