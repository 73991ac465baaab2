//! How a request of v1 is read: whatever it comes in, it becomes one flat object (apple-legacy-v1.md §1.2, §1.3).
//!
//! A JSON body is read whatever its content type says, also that of a GET; then form fields, then the query. Who
//! comes first wins, and `null` is the same as absent. Values are read as what a service wants of them: a scalar may be
//! written as a string or not, a single value stands for a list of one.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::errors::V1Error;
use crate::exchange::Request;
use crate::sim::Credential;

/// What a request carries.
#[derive(Debug, Clone, Default)]
pub struct Params {
    members: Map<String, Value>,
    /// The body is no JSON object, though it had to be one.
    malformed: bool,
}

impl Params {
    /// Reads a request.
    pub fn read(request: &Request) -> Self {
        let mut params = Self::default();
        let body = String::from_utf8_lossy(&request.body);
        let body = body.trim_start_matches('\u{feff}').trim();
        if body.starts_with('{') || is_json(request) && !body.is_empty() {
            params.json(body);
        } else if !body.is_empty() {
            params.form(body);
        }
        if let Some(query) = &request.query {
            params.fields(query);
        }
        params
    }

    fn json(&mut self, text: &str) {
        match serde_json::from_str(text) {
            Ok(Value::Object(members)) => {
                self.members = members;
                self.members.retain(|_, value| !value.is_null());
            }
            _ => self.malformed = true,
        }
    }

    /// Form fields; or JSON that was encoded as if it were one.
    fn form(&mut self, text: &str) {
        match form_urlencoded::parse(text.as_bytes()).next() {
            Some((first, _)) if first.trim_start().starts_with('{') => self.json(&first),
            Some(_) if text.contains('=') => self.fields(text),
            _ => self.malformed = true,
        }
    }

    /// Fields that come more than once are lists.
    fn fields(&mut self, text: &str) {
        let mut fields: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        for (name, value) in form_urlencoded::parse(text.as_bytes()) {
            fields.entry(name.into_owned()).or_default().push(value.into_owned().into());
        }
        for (name, mut values) in fields {
            let value = if values.len() == 1 { values.remove(0) } else { Value::Array(values) };
            self.members.entry(name).or_insert(value);
        }
    }

    /// The token; with its pluses, where they were lost on the way of a form.
    pub fn credential(&self) -> Option<Credential> {
        let text = self.text("sToken").ok().flatten()?;
        let credential = Credential::read(&text);
        if credential.is_well_formed() || !text.contains(' ') {
            return Some(credential);
        }
        let mended = Credential::read(&text.replace(' ', "+"));
        Some(if mended.is_well_formed() { mended } else { credential })
    }

    /// 9602 if the body could not be read.
    pub const fn readable(&self) -> Result<(), V1Error> {
        if self.malformed { Err(V1Error::number(9602)) } else { Ok(()) }
    }

    /// The names of what was sent.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.members.keys().map(String::as_str)
    }

    /// A string; numbers and booleans as they are written. An empty one is absent.
    pub fn text(&self, name: &str) -> Result<Option<String>, V1Error> {
        Ok(self.verbatim(name)?.filter(|text| !text.is_empty()))
    }

    /// A string as it is, also an empty one.
    pub fn verbatim(&self, name: &str) -> Result<Option<String>, V1Error> {
        self.members.get(name).map(scalar).transpose()
    }

    /// A whole number. `true` is none: clients that sent it were refused.
    pub fn number(&self, name: &str) -> Result<Option<i64>, V1Error> {
        let Some(text) = self.verbatim(name)? else { return Ok(None) };
        text.trim().parse().map(Some).map_err(|_| V1Error::number(9602))
    }

    /// A boolean: `true`, `false`, `1` or `0`.
    pub fn flag(&self, name: &str) -> Result<Option<bool>, V1Error> {
        let Some(text) = self.verbatim(name)? else { return Ok(None) };
        match text.trim().to_ascii_lowercase().as_str() {
            "true" | "1" => Ok(Some(true)),
            "false" | "0" => Ok(Some(false)),
            _ => Err(V1Error::number(9602)),
        }
    }

    /// A list of strings. An empty one is absent.
    pub fn texts(&self, name: &str) -> Result<Option<Vec<String>>, V1Error> {
        let texts = match self.members.get(name) {
            None => return Ok(None),
            Some(Value::Array(values)) => {
                values.iter().map(scalar).collect::<Result<Vec<_>, _>>()?
            }
            Some(value) => vec![scalar(value)?],
        };
        Ok(Some(texts).filter(|texts| !texts.is_empty()))
    }
}

fn scalar(value: &Value) -> Result<String, V1Error> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        Value::Bool(flag) => Ok(flag.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => Err(V1Error::number(9602)),
    }
}

fn is_json(request: &Request) -> bool {
    let value = request.headers.get(http::header::CONTENT_TYPE);
    let value = value.and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.to_ascii_lowercase().contains("json")
}
