//! Bodies of requests: a JSON object, whose members are taken one by one, each by its type and its bounds
//! (applivery.md §3.3, §3.5). What nobody takes is a lint.

use std::collections::BTreeMap;

use http::header;
use serde_json::Value;
use serde_json::value::RawValue;

use super::patterns::{is_email, length};
use super::problems::Problems;
use crate::api::lint::Lints;
use crate::exchange::Request;

/// How deep a value may nest that is kept as it is: what the real service's database holds.
const DEPTH_MAX: usize = 100;

/// How long most texts may be, in UTF-16 units.
pub const TEXT_MAX: usize = 256;

/// The members of a body.
#[derive(Debug, Default)]
pub struct Body {
    members: BTreeMap<String, Box<RawValue>>,
}

impl Body {
    /// Reads a body; no body at all is an empty object.
    pub fn read(request: &Request, lints: &mut Lints) -> Result<Self, Problems> {
        if request.body.is_empty() {
            return Ok(Self::default());
        }
        let media_type = request.headers.get(header::CONTENT_TYPE);
        let media_type = media_type.and_then(|value| value.to_str().ok()).unwrap_or_default();
        if !media_type.to_ascii_lowercase().starts_with("application/json") {
            lints.note("content-type", media_type);
        }
        let text = request.body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&request.body);
        match serde_json::from_slice(text) {
            Ok(members) => Ok(Self { members }),
            Err(error) if error.is_data() => {
                Err(Problems::one("", "Invalid input: expected object"))
            }
            Err(error) => Err(Problems::one("", format!("Malformed JSON: {error}"))),
        }
    }

    /// Takes a member, read; `null` is a value.
    fn take(&mut self, name: &str, problems: &mut Problems) -> Option<Value> {
        let raw = self.members.remove(name)?;
        let value = serde_json::from_str(raw.get());
        value.map_err(|error| problems.add(name, format!("Malformed JSON: {error}"))).ok()
    }

    /// Takes a text of at most `max` units.
    pub fn text(&mut self, name: &str, max: usize, problems: &mut Problems) -> Option<String> {
        let value = self.take(name, problems)?;
        checked_text(value, name, max, problems)
    }

    /// Adds a problem if a member is not there.
    pub fn require(&self, name: &str, problems: &mut Problems) {
        if !self.members.contains_key(name) {
            problems.add(name, "Invalid input: expected string, received undefined");
        }
    }

    /// Takes an e-mail address.
    pub fn email(&mut self, name: &str, problems: &mut Problems) -> Option<String> {
        let value = self.take(name, problems)?;
        let text = checked_text(value, name, TEXT_MAX, problems)?;
        if !is_email(&text) {
            problems.add(name, "Invalid email address");
            return None;
        }
        Some(text)
    }

    /// Takes an e-mail address that may be taken away again: empty or `null` is `Some(None)`.
    pub fn email_or_none(&mut self, name: &str, problems: &mut Problems) -> Option<Option<String>> {
        let is_none = |raw: &RawValue| matches!(raw.get(), "null" | "\"\"");
        if self.members.get(name).is_some_and(|raw| is_none(raw)) {
            self.members.remove(name);
            return Some(None);
        }
        self.email(name, problems).map(Some)
    }

    /// Takes a list of texts of at most `max` units each.
    pub fn texts(
        &mut self,
        name: &str,
        max: usize,
        problems: &mut Problems,
    ) -> Option<Vec<String>> {
        let Value::Array(values) = self.take(name, problems)? else {
            problems.add(name, "Invalid input: expected array");
            return None;
        };
        let read = |(at, value): (usize, Value)| {
            checked_text(value, &format!("{name}.{at}"), max, problems)
        };
        // All are read, so that all problems are told.
        let texts: Vec<Option<String>> = values.into_iter().enumerate().map(read).collect();
        texts.into_iter().collect()
    }

    /// Takes a text that `read` knows; the words that it knows are for the message.
    pub fn word<T>(
        &mut self,
        name: &str,
        words: &[&str],
        read: impl Fn(&str) -> Option<T>,
        problems: &mut Problems,
    ) -> Option<T> {
        let value = self.take(name, problems)?;
        let word = value.as_str().and_then(read);
        if word.is_none() {
            let words: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
            problems.add(name, format!("Invalid option: expected one of {}", words.join("|")));
        }
        word
    }

    /// Takes an object, as compact JSON with everything in it as it came.
    pub fn object(&mut self, name: &str, problems: &mut Problems) -> Option<String> {
        let raw = self.members.get(name)?.get().to_owned();
        let value = self.take(name, problems)?;
        if !value.is_object() {
            problems.add(name, "Invalid input: expected record");
            return None;
        }
        if depth(&value) > DEPTH_MAX {
            problems.add(name, format!("Too deep: expected at most {DEPTH_MAX} levels"));
            return None;
        }
        Some(compact(&raw))
    }

    /// Notes what is left as unknown.
    pub fn finish(&self, lints: &mut Lints) {
        for name in self.members.keys() {
            lints.note("unknown-member", name);
        }
    }
}

fn checked_text(value: Value, path: &str, max: usize, problems: &mut Problems) -> Option<String> {
    let got = match value {
        Value::String(text) if length(&text) <= max => return Some(text),
        Value::String(_) => {
            problems.add(path, format!("Too big: expected string to have <={max} characters"));
            return None;
        }
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    problems.add(path, format!("Invalid input: expected string, received {got}"));
    None
}

/// How many objects and lists stand inside each other. The reader's own bound keeps this from going deep.
fn depth(value: &Value) -> usize {
    let inner = match value {
        Value::Array(values) => values.iter().map(depth).max(),
        Value::Object(members) => members.values().map(depth).max(),
        _ => return 0,
    };
    1 + inner.unwrap_or(0)
}

/// JSON without the blanks between values.
fn compact(json: &str) -> String {
    let (mut in_string, mut escaped) = (false, false);
    let keep = |char: &char| {
        if in_string {
            in_string = escaped || *char != '"';
            escaped = !escaped && *char == '\\';
            return true;
        }
        in_string = *char == '"';
        !char.is_ascii_whitespace()
    };
    json.chars().filter(keep).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_go_and_strings_stay() {
        let text = "{ \"a b\" :\n\t[1.50 , \"\\\" , \\\\\" , { } ], \"c\": \" \" }";
        assert_eq!(compact(text), r#"{"a b":[1.50,"\" , \\",{}],"c":" "}"#);
    }
}
