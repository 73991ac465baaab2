//! Typed reading of one table: each member is looked at once, and what is wrong is noted instead
//! of ending the reading.

use super::source::{Problems, Span, quoted};
use super::tree::{Entry, Node, Value};
use crate::model::At;
use crate::nearest::nearest;
use crate::sim::date;

/// The members of one table.
pub(crate) struct Fields<'n> {
    /// How messages call the table, such as `[[asset]]`.
    pub(crate) table: &'static str,
    /// Where to point when something is missing.
    pub(crate) span: &'n Span,
    entries: &'n [Entry],
}

impl<'n> Fields<'n> {
    /// Opens a table; members with other names than the known ones are problems.
    pub(crate) fn open(
        node: &'n Node,
        table: &'static str,
        known: &[&'static str],
        problems: &mut Problems<'_>,
    ) -> Option<Self> {
        let Value::Table(entries) = &node.value else {
            problems.add(&node.span, format!("expected {table}, got {}", node.value.kind()));
            return None;
        };
        for entry in entries.iter().filter(|entry| !known.contains(&entry.key.as_str())) {
            problems.add_with(&entry.key_span, |_| {
                let hint = match nearest(&entry.key, known.iter().copied()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("known keys: {}", known.join(", ")),
                };
                format!("unknown key {} in {table}; {hint}", quoted(&entry.key))
            });
        }
        Some(Self { table, span: &node.span, entries })
    }

    /// The member, if it is there.
    pub(crate) fn node(&self, key: &str) -> Option<&'n Node> {
        let entry = self.entries.iter().find(|entry| entry.key == key)?;
        (!matches!(entry.value(), Value::Null)).then_some(&entry.node)
    }

    /// Notes that a member is missing.
    pub(crate) fn missing(&self, what: &str, problems: &mut Problems<'_>) {
        problems.add(self.span, format!("{} needs {what}", self.table));
    }

    /// The member as `read` makes it; a problem if it is there and `read` can't.
    fn typed<T>(
        &self,
        key: &str,
        expected: &str,
        problems: &mut Problems<'_>,
        read: impl FnOnce(&'n Value) -> Option<T>,
    ) -> Option<(T, &'n Span)> {
        let node = self.node(key)?;
        let value = read(&node.value);
        if value.is_none() {
            problems.add_with(&node.span, |_| {
                let got = match &node.value {
                    Value::Text(text) => quoted(text),
                    Value::Integer(number) => number.to_string(),
                    other => other.kind().to_owned(),
                };
                format!("`{key}` must be {expected}, not {got}")
            });
        }
        Some((value?, &node.span))
    }

    /// A string.
    pub(crate) fn text(
        &self,
        key: &str,
        problems: &mut Problems<'_>,
    ) -> Option<(&'n str, &'n Span)> {
        self.typed(key, "a string", problems, |value| match value {
            Value::Text(text) => Some(text.as_str()),
            _ => None,
        })
    }

    /// A string with something in it, and at most `bytes_max` bytes.
    pub(crate) fn id(
        &self,
        key: &str,
        bytes_max: usize,
        problems: &mut Problems<'_>,
    ) -> Option<(&'n str, &'n Span)> {
        let expected = format!("a string of 1 to {bytes_max} bytes");
        self.typed(key, &expected, problems, |value| match value {
            Value::Text(text) if !text.is_empty() && text.len() <= bytes_max => Some(text.as_str()),
            _ => None,
        })
    }

    /// A handle: lower-case letters, digits and hyphens.
    pub(crate) fn key(
        &self,
        key: &str,
        problems: &mut Problems<'_>,
    ) -> Option<(&'n str, &'n Span)> {
        let letter = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        let expected = "1 to 64 lower-case letters, digits or hyphens";
        self.typed(key, expected, problems, |value| match value {
            Value::Text(text) if (1..=64).contains(&text.len()) && text.bytes().all(letter) => {
                Some(text.as_str())
            }
            _ => None,
        })
    }

    /// Decimal digits, as a string or an integer.
    pub(crate) fn digits(
        &self,
        key: &str,
        problems: &mut Problems<'_>,
    ) -> Option<(String, &'n Span)> {
        let expected = "1 to 19 decimal digits without a leading zero";
        self.typed(key, expected, problems, |value| {
            let digits = match value {
                Value::Text(text) if text.len() <= 19 => text.clone(),
                Value::Integer(number) => number.to_string(),
                _ => return None,
            };
            let number = digits.parse::<i64>().ok()?;
            (number >= 0 && number.to_string() == digits).then_some(digits)
        })
    }

    /// An integer from 0 to `max`.
    pub(crate) fn number(
        &self,
        key: &str,
        max: u64,
        problems: &mut Problems<'_>,
    ) -> Option<(u64, &'n Span)> {
        self.typed(key, &format!("an integer from 0 to {max}"), problems, |value| match value {
            Value::Integer(number) => u64::try_from(*number).ok().filter(|number| *number <= max),
            _ => None,
        })
    }

    /// A count that fits the wire's `int32`.
    pub(crate) fn count(&self, key: &str, problems: &mut Problems<'_>) -> Option<(u32, &'n Span)> {
        let (count, span) = self.number(key, i32::MAX as u64, problems)?;
        Some((count as u32, span))
    }

    /// True or false.
    pub(crate) fn flag(&self, key: &str, problems: &mut Problems<'_>) -> Option<(bool, &'n Span)> {
        self.typed(key, "true or false", problems, |value| match value {
            Value::Bool(flag) => Some(*flag),
            _ => None,
        })
    }

    /// A date-time with an offset, as a date or as a string.
    pub(crate) fn date(&self, key: &str, problems: &mut Problems<'_>) -> Option<(At, &'n Span)> {
        let expected = "a date-time with an offset, such as 2031-04-02T09:15:00Z";
        self.typed(key, expected, problems, |value| match value {
            Value::DateTime(text) | Value::Text(text) => date::parse(text),
            _ => None,
        })
    }

    /// One of a closed set of words.
    pub(crate) fn word<T: Copy>(
        &self,
        key: &str,
        words: &[(&'static str, T)],
        problems: &mut Problems<'_>,
    ) -> Option<(T, &'n Span)> {
        let (text, span) = self.text(key, problems)?;
        let meaning = one_of(text, words, span, problems)?;
        Some((meaning, span))
    }

    /// A list of words of a closed set.
    pub(crate) fn words<T: Copy>(
        &self,
        key: &str,
        words: &[(&'static str, T)],
        problems: &mut Problems<'_>,
    ) -> Option<Vec<T>> {
        let texts = self.texts(key, problems)?;
        let meanings =
            texts.into_iter().filter_map(|(text, span)| one_of(text, words, span, problems));
        Some(meanings.collect())
    }

    /// A list of strings.
    pub(crate) fn texts(
        &self,
        key: &str,
        problems: &mut Problems<'_>,
    ) -> Option<Vec<(&'n str, &'n Span)>> {
        let (items, _) = self.typed(key, "a list of strings", problems, |value| match value {
            Value::List(items) => Some(items),
            _ => None,
        })?;
        let mut texts = Vec::new();
        for item in items {
            match &item.value {
                Value::Text(text) => texts.push((text.as_str(), &item.span)),
                other => problems.add(
                    &item.span,
                    format!("`{key}` must be a list of strings; this is {}", other.kind()),
                ),
            }
        }
        Some(texts)
    }
}

impl Entry {
    fn value(&self) -> &Value {
        &self.node.value
    }
}

fn one_of<T: Copy>(
    text: &str,
    words: &[(&'static str, T)],
    span: &Span,
    problems: &mut Problems<'_>,
) -> Option<T> {
    let found = words.iter().find(|(word, _)| *word == text);
    if found.is_none() {
        problems.add_with(span, |_| {
            let known = words.iter().map(|(word, _)| *word);
            let list = known.clone().collect::<Vec<_>>().join(", ");
            match nearest(text, known) {
                Some(near) => format!("unknown word {}; did you mean `{near}`?", quoted(text)),
                None => format!("unknown word {}; known: {list}", quoted(text)),
            }
        });
    }
    found.map(|(_, meaning)| *meaning)
}
