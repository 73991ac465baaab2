//! Holds answers against a folder of schemas, which were written by hand from a fact sheet.
//!
//! It knows as much of JSON Schema as they use; a keyword that it does not know is a mistake in a schema.

use std::collections::BTreeMap;
use std::path::Path;

use parking_lot::Mutex;
use regex_lite::Regex;
use serde_json::Value;

/// Schemas by the names of their files.
pub(crate) struct Schemas {
    folder: &'static str,
    files: BTreeMap<String, Value>,
}

impl Schemas {
    /// Reads the schemas in this folder below `fixtures`.
    pub(crate) fn read(folder: &'static str) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(folder);
        let files = std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path());
        let read = |path: std::path::PathBuf| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap())
        };
        Self { folder, files: files.map(read).collect() }
    }

    /// Fails unless a value is as the schema of this name says.
    #[track_caller]
    pub(crate) fn check(&self, name: &str, value: &Value) {
        if let Err(what) = self.try_check(name, value) {
            panic!("not as the schema of {name} says: {what}\n{value:#}");
        }
    }

    /// Says what is wrong with a value by the schema of this name, and where.
    pub(crate) fn try_check(&self, name: &str, value: &Value) -> Result<(), String> {
        let file = format!("{name}.json");
        let schema = self.files.get(&file);
        let schema = schema.unwrap_or_else(|| panic!("no {file} in fixtures/{}", self.folder));
        self.fits(value, schema, &file)
    }

    fn fits(&self, value: &Value, schema: &Value, file: &str) -> Result<(), String> {
        for (keyword, wanted) in schema.as_object().unwrap() {
            let ok = match keyword.as_str() {
                // Objects that are maps: every value is as this says.
                "additionalProperties" if wanted.is_object() => {
                    for (name, value) in value.as_object().into_iter().flatten() {
                        self.fits(value, wanted, file).map_err(|what| format!("/{name}{what}"))?;
                    }
                    true
                }
                "$schema"
                | "$comment"
                | "title"
                | "required"
                | "$defs"
                | "additionalProperties" => true,
                "type" => is_of(value, wanted.as_str().unwrap()),
                "const" => value == wanted,
                "enum" => wanted.as_array().unwrap().contains(value),
                "minimum" => value.as_i64().is_none_or(|number| number >= wanted.as_i64().unwrap()),
                "maximum" => value.as_i64().is_none_or(|number| number <= wanted.as_i64().unwrap()),
                "minLength" => {
                    value.as_str().is_none_or(|text| text.chars().count() as u64 >= count(wanted))
                }
                "maxLength" => {
                    value.as_str().is_none_or(|text| text.chars().count() as u64 <= count(wanted))
                }
                "pattern" => {
                    value.as_str().is_none_or(|text| matches(text, wanted.as_str().unwrap()))
                }
                "minItems" => value.as_array().is_none_or(|all| all.len() as u64 >= count(wanted)),
                "maxItems" => value.as_array().is_none_or(|all| all.len() as u64 <= count(wanted)),
                "$ref" => {
                    let (other, pointer) = wanted.as_str().unwrap().split_once('#').unwrap();
                    let other = if other.is_empty() { file } else { other };
                    let schema = self.files[other].pointer(pointer);
                    self.fits(
                        value,
                        schema.unwrap_or_else(|| panic!("{wanted} leads nowhere")),
                        other,
                    )?;
                    true
                }
                "items" => {
                    for (at, item) in value.as_array().into_iter().flatten().enumerate() {
                        self.fits(item, wanted, file).map_err(|what| format!("/{at}{what}"))?;
                    }
                    true
                }
                "properties" => {
                    self.members(value, schema, file)?;
                    true
                }
                "oneOf" => {
                    let outcomes: Vec<_> = wanted
                        .as_array()
                        .unwrap()
                        .iter()
                        .map(|one| self.fits(value, one, file))
                        .collect();
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

    fn members(&self, value: &Value, schema: &Value, file: &str) -> Result<(), String> {
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
            self.fits(value, schema, file).map_err(|what| format!("/{name}{what}"))?;
        }
        Ok(())
    }
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
        "null" => value.is_null(),
        "number" => value.is_number(),
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
