//! Small readers that several forms share: durations, instants, ids, settings. Each tells what would be right.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use crate::model::{self, AssetName, At, Span};
use crate::scenario::Wrongs;
use crate::scenario::arguments::PricingParam;
use crate::sim::{Settings, date};

/// Things in a list.
pub(in crate::scenario) const LIST_MAX: usize = 100;

/// The longest duration in real time: nobody waits longer for a test.
const REAL_MS_MAX: i64 = 600_000;

/// The longest duration in virtual time, as for settings: 36500d.
pub(in crate::scenario) const VIRTUAL_MS_MAX: i64 = 36_500 * 86_400_000;

/// Letters of an id.
const ID_MAX: usize = 80;

/// Letters of a name that people read.
const NAME_MAX: usize = 200;

/// Levels of a table of dotted keys.
const DOTS_MAX: usize = 6;

/// A value for a message, cut short.
pub(super) fn quoted(text: &str) -> String {
    let short: String = text.chars().take(60).flat_map(char::escape_debug).collect();
    let rest = if text.chars().nth(60).is_some() { "..." } else { "" };
    format!("\"{short}{rest}\"")
}

/// A duration by the client's clock, at most ten minutes.
pub(super) fn real(text: &str, at: &str, wrongs: &mut Wrongs) -> Option<Duration> {
    let span = span(text, at, wrongs)?;
    if span.0 > REAL_MS_MAX {
        let text = format!("{text} of real time is too long; at most 10m");
        return wrongs.none(at, text);
    }
    Some(Duration::from_millis(span.0.unsigned_abs()))
}

/// A duration by the universe's clock, at most a hundred years.
pub(super) fn virtual_span(text: &str, at: &str, wrongs: &mut Wrongs) -> Option<Span> {
    let span = span(text, at, wrongs)?;
    if span.0 > VIRTUAL_MS_MAX {
        return wrongs.none(at, format!("{text} is too long; at most 36500d"));
    }
    Some(span)
}

fn span(text: &str, at: &str, wrongs: &mut Wrongs) -> Option<Span> {
    date::parse_span(text).or_else(|| {
        let example = match text.parse::<u64>() {
            Ok(number) => format!("give it a unit, such as {number}s or {number}ms"),
            Err(_) => "write a whole number and a unit, such as 200ms, 90s, 5m, 2h or 1d".into(),
        };
        wrongs.none(at, format!("{} is no duration; {example}", quoted(text)))
    })
}

/// An instant.
pub(super) fn instant(text: &str, at: &str, wrongs: &mut Wrongs) -> Option<At> {
    date::parse(text).or_else(|| {
        let with_offset = format!("{text}Z");
        let text = if date::parse(&with_offset).is_some() {
            format!("{text} has no offset; write {with_offset} for UTC, or +02:00 in place of Z")
        } else {
            let example = "write a date-time with an offset, such as 2026-01-15T09:00:00Z";
            format!("{} is no instant; {example}", quoted(text))
        };
        wrongs.none(at, text)
    })
}

/// An id of a rule or an expectation.
pub(super) fn id(text: &str, at: &str, wrongs: &mut Wrongs) -> Option<Arc<str>> {
    let letter =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._/-".contains(&byte);
    if (1..=ID_MAX).contains(&text.len()) && text.bytes().all(letter) {
        return Some(Arc::from(text));
    }
    let text = format!(
        "{} is no id; an id has 1 to {ID_MAX} of the letters a-z, digits, `.`, `_`, `/` and `-`",
        quoted(text)
    );
    wrongs.none(at, text)
}

/// A name that people read: of a scenario, a step, a mark.
pub(in crate::scenario) fn name(text: &str, at: &str, wrongs: &mut Wrongs) -> Option<String> {
    let is_plain = !text.chars().any(char::is_control) && text.trim() == text;
    if is_plain && (1..=NAME_MAX).contains(&text.len()) {
        return Some(text.to_owned());
    }
    let text = format!(
        "{} is no name; a name has 1 to {NAME_MAX} bytes in one line, without blanks around",
        quoted(text)
    );
    wrongs.none(at, text)
}

/// A number between two others.
pub(super) fn number(got: u64, low: u64, high: u64, at: &str, wrongs: &mut Wrongs) -> Option<u64> {
    if (low..=high).contains(&got) {
        return Some(got);
    }
    let key = at.rsplit('/').next().unwrap_or_default();
    let text = match high {
        u64::MAX => format!("`{key}` is at least {low}, not {got}"),
        _ => format!("`{key}` is from {low} to {high}, not {got}"),
    };
    wrongs.none(at, text)
}

/// The length of a list.
pub(super) fn length(got: usize, high: usize, at: &str, wrongs: &mut Wrongs) -> Option<()> {
    (got <= high).then_some(()).or_else(|| {
        wrongs.none(at, format!("too long: {got} entries, and at most {high} are taken"))
    })
}

/// Which of these are there, at most one of which may be.
pub(super) fn at_most_one(given: &[(&str, bool)], at: &str, wrongs: &mut Wrongs) -> Option<()> {
    let there: Vec<String> =
        given.iter().filter(|(_, is)| *is).map(|(key, _)| format!("`{key}`")).collect();
    if there.len() <= 1 {
        return Some(());
    }
    wrongs.none(at, format!("say only one of {}", there.join(", ")))
}

/// Exactly one of these is there.
pub(super) fn exactly_one(given: &[(&str, bool)], at: &str, wrongs: &mut Wrongs) -> Option<()> {
    if given.iter().any(|(_, is)| *is) {
        return at_most_one(given, at, wrongs);
    }
    let keys: Vec<String> = given.iter().map(|(key, _)| format!("`{key}`")).collect();
    wrongs.none(at, format!("say one of {}", keys.join(", ")))
}

/// A product and its quality; standard if not said.
pub(super) fn asset(
    adam_id: &str,
    pricing_param: Option<PricingParam>,
    at: &str,
    wrongs: &mut Wrongs,
) -> Option<AssetName> {
    if !(1..=19).contains(&adam_id.len()) || !adam_id.bytes().all(|byte| byte.is_ascii_digit()) {
        let text = format!("{} is no product id; write 1 to 19 digits", quoted(adam_id));
        return wrongs.none(at, text);
    }
    let pricing_param = pricing_param.map_or(model::PricingParam::Standard, Into::into);
    Some(AssetName { adam_id: adam_id.to_owned(), pricing_param })
}

/// A table whose keys have dots: `{"v2.page_size": 50}`, or as TOML nests what is not quoted `{"v2": {"page_size": 50}}`.
/// Gives (key, place, value).
pub(super) fn dotted<'v>(
    table: &'v BTreeMap<String, Value>,
    at: &str,
    wrongs: &mut Wrongs,
) -> Vec<(String, String, &'v Value)> {
    let mut open: Vec<(String, String, &Value, usize)> = Vec::new();
    let below = |at: &str, key: &str| format!("{at}/{}", escaped(key));
    open.extend(table.iter().rev().map(|(key, value)| (key.clone(), below(at, key), value, 0)));
    let mut found: Vec<(String, String, &Value)> = Vec::new();
    while let Some((key, place, value, depth)) = open.pop() {
        match value {
            Value::Object(inner) if depth < DOTS_MAX => {
                let inner = inner.iter().rev();
                open.extend(inner.map(|(name, value)| {
                    (format!("{key}.{name}"), below(&place, name), value, depth + 1)
                }));
            }
            _ if found.iter().any(|(known, ..)| *known == key) => {
                wrongs.add(place, format!("`{key}` is given twice"));
            }
            _ => found.push((key, place, value)),
        }
    }
    if length(found.len(), LIST_MAX, at, wrongs).is_none() {
        found.clear();
    }
    found
}

/// Settings: key and value, as `fixtures/profiles.toml` spells them.
pub(in crate::scenario) fn settings(
    table: &BTreeMap<String, Value>,
    at: &str,
    wrongs: &mut Wrongs,
) -> Vec<(String, String)> {
    let mut scratch = Settings::observed();
    let mut read = Vec::new();
    for (key, place, value) in dotted(table, at, wrongs) {
        let text = match value {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            Value::Bool(flag) => if *flag { "on" } else { "off" }.to_owned(),
            _ => {
                wrongs.add(place, format!("a value of `{key}` is a text or a number"));
                continue;
            }
        };
        match scratch.set(&key, &text) {
            Ok(()) => read.push((key, text)),
            Err(error) => wrongs.add(place, error.to_string()),
        }
    }
    read
}

/// A key as a segment of a JSON pointer.
pub(super) fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}
