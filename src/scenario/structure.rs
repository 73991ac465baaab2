//! Whether a text has the structure of a form: every key known, every value of its type, nothing missing. Held against the
//! form's own JSON Schema, so that all of it is found at once and each where it is.
//!
//! It knows as much of JSON Schema as `schemars` makes of our forms. Not here: what the values mean (`forms`, `check`).

use std::sync::LazyLock;

use serde_json::{Value as Json, json};

use super::forms::{SCHEMA, ScenarioForm};
use super::verbs;
use crate::nearest::nearest;
use crate::text::source::{Problems, quoted};
use crate::text::tree::{Entry, Node, Value};

/// The JSON Schema of scenarios.
pub static DOCUMENT: LazyLock<Json> = LazyLock::new(|| {
    let mut schema = schemars::schema_for!(ScenarioForm).to_value();
    if let Some(members) = schema.as_object_mut() {
        members.insert("title".to_owned(), "quince scenario".into());
        members.insert("$id".to_owned(), SCHEMA.into());
    }
    if let Some(name) = schema.pointer_mut("/properties/schema") {
        name["const"] = SCHEMA.into();
    }
    schema
});

/// Notes everything in which the tree is not as the schema says.
pub(super) fn check(root: &Node, schema: &Json, problems: &mut Problems<'_>) {
    let mut checker = Checker { schema, problems };
    checker.node(root, schema, &Place::default());
}

struct Checker<'s, 'p, 't> {
    schema: &'s Json,
    problems: &'p mut Problems<'t>,
}

/// The way to a value.
#[derive(Default, Clone)]
struct Place {
    keys: Vec<String>,
    is_item: bool,
}

impl Place {
    fn member(&self, key: &str) -> Self {
        let mut keys = self.keys.clone();
        keys.push(key.to_owned());
        Self { keys, is_item: false }
    }

    fn item(&self) -> Self {
        Self { keys: self.keys.clone(), is_item: true }
    }

    /// As people call a table there.
    fn table(&self) -> String {
        match (self.keys.as_slice(), self.is_item) {
            ([], _) => "a scenario".to_owned(),
            ([key], true) => format!("[[{key}]]"),
            ([key], false) => format!("[{key}]"),
            (keys, _) => format!("`{}`", keys.join(".")),
        }
    }

    /// As people call a value there.
    fn value(&self) -> String {
        let key = self.keys.last().map_or("a scenario", String::as_str);
        if self.is_item { format!("an entry of `{key}`") } else { format!("`{key}`") }
    }
}

impl<'s> Checker<'s, '_, '_> {
    fn resolve(&self, schema: &'s Json) -> &'s Json {
        let mut schema = schema;
        // Ours do not go round in circles; a bound costs nothing.
        for _ in 0..8 {
            let Some(name) = schema.get("$ref").and_then(Json::as_str) else { break };
            let Some(found) = self.schema.pointer(name.trim_start_matches('#')) else { break };
            schema = found;
        }
        schema
    }

    fn node(&mut self, node: &Node, schema: &'s Json, place: &Place) {
        match reference(schema) {
            // World files have a reader of their own, with places.
            "WorldForm" => return,
            "VerbCall" if matches!(node.value, Value::Table(_)) => return self.verb(node, place),
            _ => {}
        }
        let schema = self.resolve(schema);
        if let Some(words) = words(schema) {
            return self.word(node, &words, place);
        }
        if let Some(variants) = variants(schema) {
            let mut real = variants.iter().filter(|variant| !self.is_null(variant));
            if let (Some(only), None) = (real.next(), real.next()) {
                return self.node(node, only, place);
            }
            let fitting = variants
                .iter()
                .find(|variant| self.types(variant).iter().any(|name| is_of(&node.value, name)));
            if let Some(variant) = fitting {
                return self.node(node, variant, place);
            }
            let types: Vec<&str> =
                variants.iter().flat_map(|variant| self.types(variant)).collect();
            return wrong_type(node, &types, place, self.problems);
        }
        let types = self.types(schema);
        if !types.is_empty() && !types.iter().any(|name| is_of(&node.value, name)) {
            return wrong_type(node, &types, place, self.problems);
        }
        match &node.value {
            Value::Table(entries) => self.table(node, entries, schema, place),
            Value::List(items) => self.list(node, items, schema, place),
            Value::Integer(number) => self.range(node, *number, schema, place),
            Value::Other if types.is_empty() => {
                self.problems.add(&node.span, "a number out of range, or nested too deeply");
            }
            _ => {}
        }
    }

    /// Whether a schema stands for `null` and nothing else.
    fn is_null(&self, schema: &'s Json) -> bool {
        self.resolve(schema).get("type").is_some_and(|name| name == "null")
    }

    /// The JSON types that a schema allows, without `null`; none if it allows any.
    fn types(&self, schema: &'s Json) -> Vec<&'s str> {
        let schema = self.resolve(schema);
        if let Some(variants) = variants(schema).filter(|_| words(schema).is_none()) {
            return variants.iter().flat_map(|variant| self.types(variant)).collect();
        }
        let types = match schema.get("type") {
            Some(Json::String(name)) => vec![name.as_str()],
            Some(Json::Array(names)) => names.iter().filter_map(Json::as_str).collect(),
            _ if words(schema).is_some() => vec!["string"],
            _ => Vec::new(),
        };
        types.into_iter().filter(|name| *name != "null").collect()
    }

    fn table(&mut self, node: &Node, entries: &[Entry], schema: &'s Json, place: &Place) {
        let properties = schema.get("properties").and_then(Json::as_object);
        let others = schema.get("additionalProperties").unwrap_or(&Json::Null);
        for entry in entries {
            let known = properties.and_then(|all| all.get(&entry.key));
            let inner = place.member(&entry.key);
            match (known, others) {
                (_, _) if matches!(entry.node.value, Value::Null) => {}
                (Some(schema), _) => self.node(&entry.node, schema, &inner),
                (None, Json::Bool(false)) => self.unknown(entry, schema, place),
                (None, Json::Object(_)) => self.node(&entry.node, others, &inner),
                (None, _) => {}
            }
        }
        let required = schema.get("required").and_then(Json::as_array).into_iter().flatten();
        let missing = required.filter_map(Json::as_str).filter(|key| node.member(key).is_none());
        // A slip of the fingers was told already.
        let slips: Vec<&str> = entries
            .iter()
            .filter(|entry| properties.is_none_or(|all| !all.contains_key(&entry.key)))
            .filter_map(|entry| nearest(&entry.key, keys(schema).map(|(key, _)| key)))
            .collect();
        for key in missing.filter(|key| !slips.contains(key)) {
            let text = match (place.keys.is_empty(), key) {
                (true, "schema") => format!("a scenario begins with schema = \"{SCHEMA}\""),
                _ => format!("{} needs `{key}`{}", place.table(), about(schema, key)),
            };
            self.problems.add(&node.span, text);
        }
    }

    fn unknown(&mut self, entry: &Entry, schema: &'s Json, place: &Place) {
        let key = entry.key.as_str();
        // A key that belongs one level down.
        let below = keys(schema).find(|(_, inner)| {
            let has = |schema| keys(self.resolve(schema)).any(|(known, _)| known == key);
            let variants = inner.get("anyOf").and_then(Json::as_array).into_iter().flatten();
            has(inner) || variants.clone().any(has)
        });
        let at_root = keys(self.schema).any(|(known, _)| known == key);
        let hint = if let Some(near) = nearest(key, keys(schema).map(|(known, _)| known)) {
            format!("did you mean `{near}`?")
        } else if let (Some((outer, _)), false) = (below, place.keys.is_empty()) {
            format!("it goes into `{outer}`: {outer}.{key}")
        } else if at_root && !place.keys.is_empty() {
            "it belongs to the head of the file, above the first [table]".to_owned()
        } else {
            let known: Vec<&str> = keys(schema).map(|(known, _)| known).collect();
            format!("known keys: {}", known.join(", "))
        };
        let text = format!("unknown key {} in {}; {hint}", quoted(key), place.table());
        self.problems.add(&entry.key_span, text);
    }

    fn list(&mut self, node: &Node, items: &[Node], schema: &'s Json, place: &Place) {
        let bound = |key: &str| schema.get(key).and_then(Json::as_u64);
        let count = items.len() as u64;
        if let Some(exactly) = bound("minItems").filter(|min| bound("maxItems") == Some(*min))
            && exactly != count
        {
            let text = format!("{} has {exactly} entries, not {count}", place.value());
            return self.problems.add(&node.span, text);
        }
        let Some(of) = schema.get("items") else { return };
        for item in items {
            if matches!(item.value, Value::Null) {
                self.problems.add(&item.span, "null has no place in a list");
            } else {
                self.node(item, of, &place.item());
            }
        }
    }

    fn range(&mut self, node: &Node, number: i128, schema: &Json, place: &Place) {
        let bound = |key: &str| {
            let bound = schema.get(key)?;
            bound.as_i64().map(i128::from).or_else(|| bound.as_u64().map(i128::from))
        };
        let low = bound("minimum").unwrap_or_else(|| i64::MIN.into());
        let high = bound("maximum").unwrap_or_else(|| match schema.get("format") {
            Some(format) if format == "uint32" => u32::MAX.into(),
            Some(format) if format == "int64" => i64::MAX.into(),
            _ => u64::MAX.into(),
        });
        if !(low..=high).contains(&number) {
            let high = if high > u32::MAX.into() { String::new() } else { format!(" to {high}") };
            let text = format!("{} is a number from {low}{high}, not {number}", place.value());
            self.problems.add(&node.span, text);
        }
    }

    fn word(&mut self, node: &Node, words: &[&str], place: &Place) {
        let list = || words.iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(", ");
        let text = match &node.value {
            Value::Text(text) if words.contains(&text.as_str()) => return,
            Value::Text(text) => match nearest(text, words.iter().copied()) {
                Some(near) => format!(
                    "{} cannot be {}; did you mean \"{near}\"?",
                    place.value(),
                    quoted(text)
                ),
                None => format!("{} cannot be {}; use {}", place.value(), quoted(text), list()),
            },
            other => format!("{} must be {}, not {}", place.value(), list(), other.kind()),
        };
        self.problems.add(&node.span, text);
    }

    /// A verb: its arguments have a form of their own.
    fn verb(&mut self, node: &Node, place: &Place) {
        let Some(name) = node.member("name") else {
            let text = format!("{} needs `name`: which verb?", place.table());
            return self.problems.add(&node.span, text);
        };
        // A name that is none is told by the reader.
        let Some(form) = name.text().and_then(|name| verbs::form(name).ok()) else {
            if name.text().is_none() {
                wrong_type(name, &["string"], &place.member("name"), self.problems);
            }
            return;
        };
        let mut schema = (form.schema)().to_value();
        if let Some(properties) = schema.get_mut("properties").and_then(Json::as_object_mut) {
            properties.insert("name".to_owned(), json!({ "type": "string" }));
        } else {
            schema["properties"] = json!({ "name": { "type": "string" } });
        }
        let mut checker = Checker { schema: &schema, problems: &mut *self.problems };
        checker.node(node, &schema, place);
    }
}

/// The name of the definition that a schema refers to; nothing if it stands for itself.
fn reference(schema: &Json) -> &str {
    let name = schema.get("$ref").and_then(Json::as_str).unwrap_or_default();
    name.rsplit('/').next().unwrap_or_default()
}

/// What a key is for, as the schema says.
fn about(schema: &Json, key: &str) -> String {
    let says = schema.pointer(&format!("/properties/{key}/description")).and_then(Json::as_str);
    let first = says.and_then(|says| says.split(". ").next()).map(|it| it.trim_end_matches('.'));
    first.map(|says| format!(": {}", lower_first(says))).unwrap_or_default()
}

/// Notes a value that is of another type.
fn wrong_type(node: &Node, types: &[&str], place: &Place, problems: &mut Problems<'_>) {
    let top = place.keys.len() == 1 && !place.is_item;
    let key = place.keys.last().map_or("", String::as_str);
    let text = match (&node.value, types) {
        (Value::Table(_), ["array"]) if top => {
            format!("there can be several of `{key}`: write [[{key}]], not [{key}]")
        }
        (Value::List(_), ["object"]) if top => {
            format!("there is one `{key}`: write [{key}], not [[{key}]]")
        }
        (Value::Table(_), ["array"]) => {
            format!("{} must be a list: write {key} = [{{ ... }}]", place.value())
        }
        (Value::Integer(number), ["string"]) => {
            format!("{} is a string: write \"{number}\"", place.value())
        }
        (Value::Text(text), [name]) if is_spelled(text, name) => {
            format!("{} is no string: write {text} without quotes", place.value())
        }
        (other, _) => {
            let mut names: Vec<&str> = types.iter().map(|name| kind(name)).collect();
            names.dedup();
            let names = names.join(" or ");
            format!("{} must be {names}, not {}", place.value(), other.kind())
        }
    };
    problems.add(&node.span, text);
}

/// The keys that a schema knows.
fn keys(schema: &Json) -> impl Iterator<Item = (&str, &Json)> {
    let all = schema.get("properties").and_then(Json::as_object);
    all.into_iter().flatten().map(|(key, schema)| (key.as_str(), schema))
}

/// The schemas of which one is met.
fn variants(schema: &Json) -> Option<&Vec<Json>> {
    ["anyOf", "oneOf"].iter().find_map(|key| schema.get(*key)?.as_array())
}

/// The words that a schema allows, if it allows only some.
fn words(schema: &Json) -> Option<Vec<&str>> {
    if let Some(word) = schema.get("const").and_then(Json::as_str) {
        return Some(vec![word]);
    }
    if let Some(words) = schema.get("enum").and_then(Json::as_array) {
        return Some(words.iter().filter_map(Json::as_str).collect());
    }
    let variants = schema.get("oneOf")?.as_array()?;
    let each: Option<Vec<_>> = variants.iter().map(words).collect();
    Some(each?.into_iter().flatten().collect())
}

fn is_of(value: &Value, name: &str) -> bool {
    match value {
        Value::Text(_) | Value::DateTime(_) => name == "string",
        Value::Integer(_) => name == "integer" || name == "number",
        Value::Float(_) => name == "number",
        Value::Bool(_) => name == "boolean",
        Value::List(_) => name == "array",
        Value::Table(_) => name == "object",
        Value::Null => true,
        Value::Other => false,
    }
}

/// Whether a text spells a value of a type.
fn is_spelled(text: &str, name: &str) -> bool {
    match name {
        "integer" => text.parse::<i64>().is_ok(),
        "number" => text.parse::<f64>().is_ok_and(f64::is_finite),
        "boolean" => text == "true" || text == "false",
        _ => false,
    }
}

fn kind(name: &str) -> &str {
    match name {
        "integer" => "a whole number",
        "number" => "a number",
        "string" => "a string",
        "boolean" => "true or false",
        "array" => "a list",
        "object" => "a table",
        other => other,
    }
}

fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}
