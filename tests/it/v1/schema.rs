//! Holds answers against the schemas in `fixtures/v1/schemas`, which were written by hand from the fact sheet.
//!
//! It knows as much of JSON Schema as they use; a keyword that it does not know is a mistake in a schema.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::LazyLock;

use parking_lot::Mutex;
use regex_lite::Regex;
use serde_json::Value;

static SCHEMAS: LazyLock<BTreeMap<String, Value>> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/v1/schemas");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let read = |path: std::path::PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        (name, serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap())
    };
    files.map(read).collect()
});

/// Fails unless an answer of this service is as its schema says.
#[track_caller]
pub(crate) fn check(service: &str, answer: &Value) {
    let schema = SCHEMAS.get(&format!("{service}.json"));
    let schema = schema.unwrap_or_else(|| panic!("no schema of {service} in fixtures/v1/schemas"));
    if let Err(what) = fits(answer, schema, &format!("{service}.json")) {
        panic!("not as the schema of {service} says: {what}\n{answer:#}");
    }
}

/// Says what is wrong, and where.
pub(crate) fn fits(value: &Value, schema: &Value, file: &str) -> Result<(), String> {
    for (keyword, wanted) in schema.as_object().unwrap() {
        let ok = match keyword.as_str() {
            "$schema" | "title" | "required" | "additionalProperties" | "$defs" => true,
            "type" => is_of(value, wanted.as_str().unwrap()),
            "const" => value == wanted,
            "enum" => wanted.as_array().unwrap().contains(value),
            "minimum" => value.as_i64().is_none_or(|number| number >= wanted.as_i64().unwrap()),
            "minLength" => value.as_str().is_none_or(|text| text.len() as u64 >= count(wanted)),
            "maxLength" => value.as_str().is_none_or(|text| text.len() as u64 <= count(wanted)),
            "pattern" => value.as_str().is_none_or(|text| matches(text, wanted.as_str().unwrap())),
            "minItems" => value.as_array().is_none_or(|all| all.len() as u64 >= count(wanted)),
            "maxItems" => value.as_array().is_none_or(|all| all.len() as u64 <= count(wanted)),
            "$ref" => {
                let (other, pointer) = wanted.as_str().unwrap().split_once('#').unwrap();
                let other = if other.is_empty() { file } else { other };
                let schema = SCHEMAS[other].pointer(pointer);
                fits(value, schema.unwrap_or_else(|| panic!("{wanted} leads nowhere")), other)?;
                true
            }
            "items" => {
                for (at, item) in value.as_array().into_iter().flatten().enumerate() {
                    fits(item, wanted, file).map_err(|what| format!("/{at}{what}"))?;
                }
                true
            }
            "properties" => {
                members(value, schema, file)?;
                true
            }
            "oneOf" => {
                let outcomes: Vec<_> =
                    wanted.as_array().unwrap().iter().map(|one| fits(value, one, file)).collect();
                if outcomes.iter().filter(|outcome| outcome.is_ok()).count() != 1 {
                    return Err(format!(": not one of {outcomes:?}"));
                }
                true
            }
            _ => panic!("{file}: the checker does not know `{keyword}`"),
        };
        if !ok {
            return Err(format!(": {value} is not {keyword} {wanted}"));
        }
    }
    Ok(())
}

fn members(value: &Value, schema: &Value, file: &str) -> Result<(), String> {
    let Some(members) = value.as_object() else { return Ok(()) };
    assert_eq!(schema["additionalProperties"], false, "{file}: every object is closed");
    for name in schema["required"].as_array().unwrap() {
        if !members.contains_key(name.as_str().unwrap()) {
            return Err(format!(": {name} is missing"));
        }
    }
    for (name, value) in members {
        let Some(schema) = schema["properties"].get(name) else {
            return Err(format!(": {name} is not known"));
        };
        fits(value, schema, file).map_err(|what| format!("/{name}{what}"))?;
    }
    Ok(())
}

fn count(value: &Value) -> u64 {
    value.as_u64().unwrap()
}

fn is_of(value: &Value, kind: &str) -> bool {
    match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        _ => panic!("no type {kind}"),
    }
}

fn matches(text: &str, pattern: &str) -> bool {
    static READ: Mutex<BTreeMap<String, Regex>> = Mutex::new(BTreeMap::new());
    let mut read = READ.lock();
    if !read.contains_key(pattern) {
        read.insert(pattern.to_owned(), Regex::new(pattern).unwrap());
    }
    read[pattern].is_match(text)
}

#[test]
fn every_schema_is_closed_and_the_checker_finds_what_is_wrong() {
    let good =
        serde_json::json!({"errorMessage": "Result not found", "errorNumber": 9604, "status": -1});
    check("getVPPUserSrv", &good);
    let wrong = |pointer: &str, with: Value| {
        let mut bad = good.clone();
        *bad.pointer_mut(pointer).unwrap() = with;
        fits(&bad, &SCHEMAS["getVPPUserSrv.json"], "getVPPUserSrv.json").unwrap_err()
    };
    wrong("/errorNumber", "9604".into());
    wrong("/errorNumber", 9647.into());
    wrong("/status", 0.into());
    let mut more = good.clone();
    more["uId"] = "1".into();
    fits(&more, &SCHEMAS["getVPPUserSrv.json"], "getVPPUserSrv.json").unwrap_err();
}
