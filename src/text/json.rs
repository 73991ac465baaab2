//! JSON into a tree.
//!
//! `serde_json` tells no places, but its raw values are slices of the text, and so their own place.
//! Each level reads its members as raw values; ours have few levels, and deeper ones are left alone.

use std::collections::HashSet;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::source::{Problems, Span, quoted};
use super::tree::{Entry, Node, Value, float};

/// Reads the text; what can't be read is a problem.
pub(crate) fn read(text: &str, depth_max: usize, problems: &mut Problems<'_>) -> Node {
    let nothing = Node { span: 0..0, value: Value::Null };
    match serde_json::from_str::<&RawValue>(text) {
        Ok(raw) => Reader { text, depth_max, problems }.node(raw, 0),
        Err(error) => {
            let line = error.line().max(1) - 1;
            let start = text.split_inclusive('\n').take(line).map(str::len).sum::<usize>();
            let at = start + error.column().max(1) - 1;
            let message = error.to_string();
            let message = message.split(" at line ").next().unwrap_or_default();
            problems.add(&(at..at + 1), message);
            nothing
        }
    }
}

struct Reader<'t, 'p, 'f> {
    text: &'t str,
    depth_max: usize,
    problems: &'p mut Problems<'f>,
}

impl<'t> Reader<'t, '_, '_> {
    fn node(&mut self, raw: &'t RawValue, depth: usize) -> Node {
        let json = raw.get();
        let start = json.as_ptr().addr() - self.text.as_ptr().addr();
        let span = start..start + json.len();
        let value = match json.as_bytes().first() {
            Some(b'{' | b'[') if depth >= self.depth_max => Value::Other,
            Some(b'{') => self.table(json, depth),
            Some(b'[') => {
                let items = serde_json::from_str::<Vec<&RawValue>>(json).unwrap_or_default();
                Value::List(items.into_iter().map(|item| self.node(item, depth + 1)).collect())
            }
            Some(b'"') => serde_json::from_str(json).map_or(Value::Other, Value::Text),
            Some(b't') => Value::Bool(true),
            Some(b'f') => Value::Bool(false),
            Some(b'n') => Value::Null,
            _ => json.parse().map_or_else(|_| float(json), Value::Integer),
        };
        if matches!((&value, json.as_bytes().first()), (Value::Other, Some(b'"'))) {
            self.problems.add(&span, "this string is not valid Unicode");
        }
        Node { span, value }
    }

    fn table(&mut self, json: &'t str, depth: usize) -> Value {
        // What can be wrong after the whole text was read: a key that is not valid Unicode.
        let Ok(Members(members)) = serde_json::from_str::<Members<'t>>(json) else {
            return Value::Other;
        };
        let mut entries: Vec<Entry> = Vec::with_capacity(members.len());
        let mut keys = HashSet::with_capacity(members.len());
        for (key, raw) in members {
            let node = self.node(raw, depth + 1);
            let key_span = self.key_span(node.span.start);
            if keys.insert(key.clone()) {
                entries.push(Entry { key, key_span, node });
            } else {
                self.problems.add(&key_span, format!("duplicate key {}", quoted(&key)));
            }
        }
        Value::Table(entries)
    }

    /// The place of the key in front of a value: back over the colon, then from quote to quote.
    fn key_span(&self, value_start: usize) -> Span {
        let before = self.text[..value_start].trim_end();
        let key = before.strip_suffix(':').unwrap_or(before).trim_end();
        let end = key.len();
        let bytes = key.as_bytes();
        let mut start = end.saturating_sub(1);
        while start > 0 {
            start -= 1;
            let escapes = bytes[..start].iter().rev().take_while(|b| **b == b'\\').count();
            if bytes[start] == b'"' && escapes.is_multiple_of(2) {
                break;
            }
        }
        start..end
    }
}

/// The members of an object in their order, duplicates included.
struct Members<'t>(Vec<(String, &'t RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;
        impl<'de> Visitor<'de> for Collect {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Collect)
    }
}
