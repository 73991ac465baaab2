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

impl Node {
    /// As JSON: dates as they were written, numbers that nothing can hold as `null`.
    pub(crate) fn to_json(&self) -> serde_json::Value {
        use serde_json::Value as Json;
        match &self.value {
            Value::Text(text) | Value::DateTime(text) => Json::from(text.as_str()),
            Value::Integer(number) => match (u64::try_from(*number), i64::try_from(*number)) {
                (Ok(number), _) => Json::from(number),
                (_, Ok(number)) => Json::from(number),
                _ => Json::Null,
            },
            Value::Float(number) => Json::from(*number),
            Value::Bool(flag) => Json::from(*flag),
            Value::List(items) => items.iter().map(Self::to_json).collect(),
            Value::Table(entries) => {
                entries.iter().map(|entry| (entry.key.clone(), entry.node.to_json())).collect()
            }
            Value::Null | Value::Other => Json::Null,
        }
    }

    /// A member of a table, if it is there and not null.
    pub(crate) fn member(&self, key: &str) -> Option<&Self> {
        let Value::Table(entries) = &self.value else { return None };
        let entry = entries.iter().find(|entry| entry.key == key)?;
        (!matches!(entry.node.value, Value::Null)).then_some(&entry.node)
    }

    /// The items of a list; none of anything else.
    pub(crate) fn items(&self) -> &[Self] {
        match &self.value {
            Value::List(items) => items,
            _ => &[],
        }
    }

    /// The text, if it is one.
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The place that a JSON pointer leads to, or as far as it leads: a value; of a table that has no place of its own,
    /// its key.
    pub(crate) fn place(&self, pointer: &str) -> Span {
        let (mut node, mut span) = (self, &self.span);
        for part in pointer.split('/').skip(1) {
            let part = part.replace("~1", "/").replace("~0", "~");
            let next = match &node.value {
                Value::Table(entries) => {
                    entries.iter().find(|entry| entry.key == part).map(|entry| &entry.node)
                }
                Value::List(items) => part.parse().ok().and_then(|at: usize| items.get(at)),
                _ => None,
            };
            let Some(next) = next else { break };
            (node, span) = (next, &next.span);
        }
        span.clone()
    }

    /// The JSON pointer of what has this place: a value, or a key.
    pub(crate) fn pointer_of(&self, span: &Span) -> Option<String> {
        let below = |key: &str, node: &Self| {
            let rest = node.pointer_of(span)?;
            Some(format!("/{}{rest}", key.replace('~', "~0").replace('/', "~1")))
        };
        let deeper = match &self.value {
            Value::Table(entries) => entries.iter().find_map(|entry| {
                if entry.key_span == *span {
                    return Some(format!("/{}", entry.key.replace('~', "~0").replace('/', "~1")));
                }
                below(&entry.key, &entry.node)
            }),
            Value::List(items) => {
                items.iter().enumerate().find_map(|(n, item)| below(&n.to_string(), item))
            }
            _ => None,
        };
        deeper.or_else(|| (self.span == *span).then(String::new))
    }
}
