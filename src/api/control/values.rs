//! Values that several bodies have: read, or refused with a pointer.

use std::collections::BTreeMap;
use std::time::Duration;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use super::Problem;
use crate::model::{At, Span};
use crate::sim::settings::Allowed;
use crate::sim::{ClockMode, Settings, date};

/// A duration of a universe's time.
pub fn span(text: &str, pointer: &str) -> Result<Span, Problem> {
    date::parse_span(text).ok_or_else(|| {
        Problem::invalid(format!("`{text:.80}` is not a duration: write 90s, 5m, 2h, 1d or 200ms"))
            .at(pointer)
    })
}

/// A duration of real time, longer than none.
pub fn real_duration(text: &str, pointer: &str) -> Result<Duration, Problem> {
    let span = span(text, pointer)?;
    match u64::try_from(span.0) {
        Ok(millis) if millis > 0 => Ok(Duration::from_millis(millis)),
        _ => Err(Problem::invalid("it must be longer than nothing").at(pointer)),
    }
}

/// An instant.
pub fn instant(text: &str, pointer: &str) -> Result<At, Problem> {
    date::parse(text).ok_or_else(|| {
        Problem::invalid(format!("`{text:.80}` is not a time: write it like 2026-01-15T09:00:00Z"))
            .at(pointer)
    })
}

/// Who moves time.
pub fn clock_mode(text: &str, pointer: &str) -> Result<ClockMode, Problem> {
    ClockMode::parse(text).ok_or_else(|| {
        let detail =
            format!("`{text:.80}` is not a clock mode: write wall, manual, auto or scaled:FACTOR");
        Problem::invalid(detail).at(pointer)
    })
}

/// Changes settings: all or none. `null` takes a setting back to what it is in `base`.
pub fn change_settings(
    settings: &Settings,
    changes: &BTreeMap<String, Value>,
    base: &Settings,
    pointer: &str,
) -> Result<Settings, Problem> {
    let mut after = settings.clone();
    for (key, value) in changes {
        let text = match value {
            Value::String(text) => text.clone(),
            Value::Bool(true) => "on".to_owned(),
            Value::Bool(false) => "off".to_owned(),
            // An unknown key is refused below, whatever its value.
            Value::Null => base.get(key).unwrap_or_default(),
            other => other.to_string().chars().take(80).collect(),
        };
        after.set(key, &text).map_err(|error| {
            let key = key.replace('~', "~0").replace('/', "~1");
            Problem::invalid(error.to_string()).at(format!("{pointer}/{key}"))
        })?;
    }
    Ok(after)
}

/// What a setting takes in a body: its words, its numbers, and null.
fn value_schema(allowed: Allowed) -> Value {
    match allowed {
        Allowed::Words(words) => {
            let mut all: Vec<Value> = words.iter().map(|word| json!(word)).collect();
            if words == ["off", "on"] {
                all.extend([json!(false), json!(true)]);
            }
            all.push(Value::Null);
            json!({ "enum": all })
        }
        Allowed::Integer(low, high) => json!({"anyOf": [
            {"type": ["integer", "null"], "minimum": low, "maximum": high},
            {"type": "string", "pattern": "^[1-9][0-9]{0,8}$"},
        ]}),
        Allowed::Duration => json!({"type": ["string", "null"], "pattern": DURATION}),
        Allowed::DurationOrNever => {
            json!({"type": ["string", "null"], "pattern": format!("^never$|{DURATION}")})
        }
    }
}

/// Longer ones are told apart when they are read.
const DURATION: &str = "^0$|^[0-9]{1,4}(ms|s|m|h|d)$";

/// Settings by key, for their schema: every key, and what it takes.
#[derive(Debug)]
pub struct SettingsByKey;

impl JsonSchema for SettingsByKey {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "SettingsByKey".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let properties: serde_json::Map<String, Value> = Settings::KEYS
            .iter()
            .flat_map(|key| [Some(key.name), key.alias].map(|name| (name, key.allowed)))
            .filter_map(|(name, allowed)| Some((name?.to_owned(), value_schema(allowed))))
            .collect();
        json_schema!({
            "description": "A word, a number, a duration such as `5m`, or true and false for `on` and `off`; null \
                            takes a setting back to where the universe began.",
            "type": "object",
            "properties": properties,
            "additionalProperties": false,
        })
    }
}

/// Names and texts in an order that means something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Texts(pub Vec<(String, String)>);

impl Serialize for Texts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, text)| (name, text)))
    }
}

impl JsonSchema for Texts {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Texts".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        BTreeMap::<String, String>::json_schema(generator)
    }
}
