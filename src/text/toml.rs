//! TOML into a tree.

use ::toml::Spanned;
use ::toml::de::{DeTable, DeValue};

use super::source::{Problems, Span};
use super::tree::{Entry, Node, Value, float};

/// Reads the text; what can't be read is a problem, and the rest is still there.
pub(crate) fn read(text: &str, problems: &mut Problems<'_>) -> Node {
    let (root, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        let span = error.span().unwrap_or(0..0);
        problems.add(&span, error.message());
    }
    Node { span: root.span(), value: table(root.get_ref()) }
}

fn table(table: &DeTable<'_>) -> Value {
    let mut entries: Vec<Entry> = table
        .iter()
        .map(|(key, value)| Entry {
            key: key.get_ref().to_string(),
            key_span: key.span(),
            node: node(value, &key.span()),
        })
        .collect();
    // The parser sorts by name; messages and rows come in order of the text.
    entries.sort_by_key(|entry| entry.key_span.start);
    Value::Table(entries)
}

fn node(value: &Spanned<DeValue<'_>>, key: &Span) -> Node {
    let span = if value.span().is_empty() { key.clone() } else { value.span() };
    let value = match value.get_ref() {
        DeValue::String(text) => Value::Text(text.to_string()),
        DeValue::Integer(number) => i128::from_str_radix(number.as_str(), number.radix())
            .map_or(Value::Other, Value::Integer),
        DeValue::Float(number) => float(number.as_str()),
        DeValue::Boolean(value) => Value::Bool(*value),
        DeValue::Datetime(date) => Value::DateTime(date.to_string()),
        DeValue::Array(items) => Value::List(items.iter().map(|item| node(item, &span)).collect()),
        DeValue::Table(entries) => table(entries),
    };
    Node { span, value }
}
