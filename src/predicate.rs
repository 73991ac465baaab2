//! What a request says: dotted names of operations, and conditions on what stands somewhere in it. A notification has a
//! body alone.
//!
//! Rules look at requests before there is an answer (`faults`), expectations after (`judge`); both say it alike.

use std::cell::OnceCell;

use regex_lite::Regex;
use serde_json::{Value, json};

use crate::exchange::Request;

/// A dotted name of operations; `*` as its last segment stands for one or more segments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern(String);

impl Pattern {
    /// Reads a pattern; `None` if a `*` is elsewhere than last, or a segment is empty.
    pub fn new(text: &str) -> Option<Self> {
        let segments: Vec<&str> = text.split('.').collect();
        let (last, others) = segments.split_last()?;
        let is_plain = |segment: &str| !segment.is_empty() && !segment.contains('*');
        let fits = (*last == "*" || is_plain(last)) && others.iter().all(|it| is_plain(it));
        fits.then(|| Self(text.to_owned()))
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it stands for this name.
    pub fn fits(&self, name: &str) -> bool {
        match self.0.strip_suffix('*') {
            Some(front) => name.len() > front.len() && name.starts_with(front),
            None => self.0 == name,
        }
    }
}

/// A request under conditions, or the body of a notification. A body is parsed once, when the first condition asks for it.
#[derive(Debug)]
pub struct LookedAt<'a> {
    request: Option<&'a Request>,
    bytes: &'a [u8],
    body: OnceCell<Option<Value>>,
}

impl<'a> LookedAt<'a> {
    /// Looks at a request.
    pub fn new(request: &'a Request) -> Self {
        Self { request: Some(request), ..Self::body(&request.body) }
    }

    /// Looks at a body alone: nothing stands in its query, headers and path.
    pub const fn body(bytes: &'a [u8]) -> Self {
        Self { request: None, bytes, body: OnceCell::new() }
    }
}

/// What stands somewhere in a request or in a notification.
#[derive(Debug, Clone)]
pub struct Where {
    /// Where.
    pub place: Place,
    /// What.
    pub test: Test,
}

/// Somewhere in a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A JSON pointer into the body.
    Body(String),
    /// A query parameter.
    Query(String),
    /// A header.
    Header(String),
    /// The path, without the universe's prefix.
    Path,
}

/// What stands there. Where several values do, one of them is enough.
#[derive(Debug, Clone)]
pub enum Test {
    /// This; numbers and texts outside of bodies are the same.
    Equals(Value),
    /// A text in which the pattern is found.
    Matches(Regex),
    /// Anything, or nothing.
    Exists(bool),
}

impl Place {
    /// The values that stand there; none, one, or several where a name can come again.
    pub fn values(&self, looked_at: &LookedAt<'_>) -> Vec<Value> {
        if let Self::Body(pointer) = self {
            let body = looked_at.body.get_or_init(|| parse(looked_at.bytes));
            let value = body.as_ref().and_then(|body| body.pointer(pointer));
            return value.cloned().into_iter().collect();
        }
        let Some(request) = looked_at.request else { return Vec::new() };
        match self {
            // Looked for above, with or without a request.
            Self::Body(_) => Vec::new(),
            Self::Query(key) => {
                let query = request.query.as_deref().unwrap_or_default();
                let pairs = form_urlencoded::parse(query.as_bytes());
                pairs.filter(|(name, _)| name == key).map(|(_, value)| value.into()).collect()
            }
            Self::Header(name) => {
                let values = request.headers.get_all(name.as_str()).iter();
                values.map(|value| String::from_utf8_lossy(value.as_bytes()).into()).collect()
            }
            Self::Path => vec![request.path.as_str().into()],
        }
    }
}

impl Where {
    /// Whether a request meets the condition.
    pub fn fits(&self, looked_at: &LookedAt<'_>) -> bool {
        self.is_met(&self.place.values(looked_at))
    }

    /// Whether these values, found in its place, meet the condition.
    pub fn is_met(&self, got: &[Value]) -> bool {
        let is_body = matches!(self.place, Place::Body(_));
        match &self.test {
            Test::Exists(wanted) => got.is_empty() != *wanted,
            Test::Equals(wanted) if is_body => got.contains(wanted),
            Test::Equals(wanted) => got.iter().any(|value| text(value) == text(wanted)),
            Test::Matches(pattern) => got.iter().any(|value| pattern.is_match(&text(value))),
        }
    }
}

impl Test {
    /// As JSON, for people.
    pub fn told(&self) -> Value {
        match self {
            Self::Equals(value) => json!({ "equals": value }),
            Self::Matches(pattern) => json!({ "matches": pattern.as_str() }),
            Self::Exists(exists) => json!({ "exists": exists }),
        }
    }
}

fn parse(body: &[u8]) -> Option<Value> {
    serde_json::from_slice(body).ok()
}

/// A text as it is, other values as JSON.
pub(crate) fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_alone_has_no_query_no_headers_and_no_path() {
        let looked_at = LookedAt::body(br#"{"notification":{"countDelta":-2}}"#);
        let values = |place: Place| place.values(&looked_at);
        assert_eq!(values(Place::Body("/notification/countDelta".into())), [json!(-2)]);
        for nowhere in [
            Place::Body("/countDelta".into()),
            Place::Query("a".into()),
            Place::Header("a".into()),
            Place::Path,
        ] {
            assert!(values(nowhere).is_empty());
        }
        let is_text = LookedAt::body(b"no JSON");
        assert!(Place::Body(String::new()).values(&is_text).is_empty());
    }

    #[test]
    fn a_star_stands_for_what_is_below() {
        let fits = |pattern: &str, name: &str| Pattern::new(pattern).unwrap().fits(name);
        assert!(fits("v2.*", "v2.assets.list") && fits("*", "v2.unknown"));
        assert!(fits("v2.assets.list", "v2.assets.list"));
        assert!(
            !fits("v2.*", "v2") && !fits("v2.*", "v20.x") && !fits("v2.assets", "v2.assets.list")
        );
        for wrong in ["", "v2.", ".v2", "v2.*.list", "v*", "v2..list", "**"] {
            assert_eq!(Pattern::new(wrong), None, "{wrong}");
        }
    }
}
