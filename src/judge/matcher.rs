//! Which entries of a journal are meant, and which criterion an entry fails.

use std::cell::OnceCell;

use regex_lite::Regex;
use serde_json::{Value, json};

use crate::journal::{Entry, Exchange, What};

/// Characters of a found text that are told.
const TOLD_MAX: usize = 200;

/// A dotted name; `*` as its last segment stands for one or more segments.
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

    /// Whether it stands for this name.
    pub fn fits(&self, name: &str) -> bool {
        match self.0.strip_suffix('*') {
            Some(front) => name.len() > front.len() && name.starts_with(front),
            None => self.0 == name,
        }
    }
}

/// Which entries are meant: those that meet every criterion that is there.
#[derive(Debug, Clone, Default)]
pub struct Matcher {
    /// What kind of entry.
    pub kind: Option<String>,
    /// Which operation.
    pub operation: Option<Pattern>,
    /// In which location, by its key.
    pub location: Option<String>,
    /// With which HTTP status.
    pub status: Option<u16>,
    /// With which `errorNumber`.
    pub error: Option<i64>,
    /// Touched by which rule.
    pub rule: Option<String>,
    /// What stands in the request.
    pub wheres: Vec<Where>,
}

/// What stands somewhere in a request.
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

/// A criterion that an entry does not meet.
#[derive(Debug, Clone, PartialEq)]
pub struct Failed {
    /// Its name; `where/<n>` for the n-th condition on the request.
    pub criterion: String,
    /// Which condition that is.
    pub place: Option<Place>,
    /// What was expected.
    pub expected: Value,
    /// What there is: a value, several values, or `null`.
    pub got: Value,
}

impl Failed {
    fn new(criterion: &str, expected: Value, got: Value) -> Self {
        Self { criterion: criterion.to_owned(), place: None, expected, got }
    }
}

impl Matcher {
    /// Whether an entry meets every criterion.
    pub fn fits(&self, entry: &Entry) -> bool {
        self.first_misses(entry, 1).is_empty()
    }

    /// The criteria that an entry does not meet.
    pub fn misses(&self, entry: &Entry) -> Vec<Failed> {
        self.first_misses(entry, usize::MAX)
    }

    /// Whether the entry is of the kind that the criteria are about.
    pub fn may_mean(&self, entry: &Entry) -> bool {
        let about_exchanges = self.operation.is_some()
            || self.status.is_some()
            || self.error.is_some()
            || !self.wheres.is_empty();
        self.kind.as_ref().is_none_or(|kind| kind == entry.kind())
            && (!about_exchanges || matches!(entry.what, What::Exchange(_)))
    }

    fn first_misses(&self, entry: &Entry, count: usize) -> Vec<Failed> {
        let exchange = match &entry.what {
            What::Exchange(exchange) => Some(&**exchange),
            What::Event(_) | What::Act(_) => None,
        };
        let mut failed = Vec::new();
        for check in [Self::about_entry, Self::about_answer, Self::about_request] {
            check(self, entry, exchange, &mut failed);
            if failed.len() >= count {
                break;
            }
        }
        failed
    }

    fn about_entry(&self, entry: &Entry, exchange: Option<&Exchange>, failed: &mut Vec<Failed>) {
        let mut miss = |criterion, expected: &str, got: Option<&str>| {
            failed.push(Failed::new(criterion, expected.into(), got.into()));
        };
        if let Some(kind) = &self.kind
            && kind != entry.kind()
        {
            miss("kind", kind, Some(entry.kind()));
        }
        if let Some(pattern) = &self.operation {
            let operation = exchange.map(|exchange| exchange.operation);
            if !operation.is_some_and(|operation| pattern.fits(operation)) {
                miss("operation", &pattern.0, operation);
            }
        }
        if let Some(key) = &self.location {
            let location = match &entry.what {
                What::Exchange(exchange) => exchange.location.get().map(String::as_str),
                What::Event(step) => Some(step.location.as_str()),
                What::Act(_) => None,
            };
            if location != Some(key) {
                miss("location", key, location);
            }
        }
        if let Some(rule) = &self.rule {
            // There are none yet.
            miss("rule", rule, None);
        }
    }

    fn about_answer(&self, _: &Entry, exchange: Option<&Exchange>, failed: &mut Vec<Failed>) {
        let answer = exchange.and_then(|exchange| exchange.answer.get());
        if exchange.is_some() && answer.is_none() {
            failed.push(Failed::new("answer", "complete".into(), "in flight".into()));
            return;
        }
        let status = answer.map(|answer| answer.status.as_u16());
        if self.status.is_some() && status != self.status {
            failed.push(Failed::new("status", json!(self.status), json!(status)));
        }
        if let Some(expected) = self.error {
            let body = answer.and_then(|answer| parse(&answer.body));
            let number = body.and_then(|body| body.get("errorNumber")?.as_i64());
            if number != Some(expected) {
                failed.push(Failed::new("error", json!(expected), json!(number)));
            }
        }
    }

    fn about_request(&self, _: &Entry, exchange: Option<&Exchange>, failed: &mut Vec<Failed>) {
        let body = OnceCell::new();
        for (n, condition) in self.wheres.iter().enumerate() {
            let got =
                exchange.map_or_else(Vec::new, |exchange| condition.place.values(exchange, &body));
            if condition.is_met(&got) {
                continue;
            }
            let mut got: Vec<Value> = got.into_iter().map(shorten).collect();
            let got = if got.len() > 1 { Value::Array(got) } else { got.pop().into() };
            let expected = condition.test.told();
            let (criterion, place) = (format!("where/{n}"), Some(condition.place.clone()));
            failed.push(Failed { criterion, place, expected, got });
        }
    }
}

impl Place {
    fn values(&self, exchange: &Exchange, body: &OnceCell<Option<Value>>) -> Vec<Value> {
        let request = &exchange.request;
        match self {
            Self::Body(pointer) => {
                let body = body.get_or_init(|| parse(&request.body));
                body.as_ref().and_then(|body| body.pointer(pointer)).cloned().into_iter().collect()
            }
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
    fn is_met(&self, got: &[Value]) -> bool {
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
    fn told(&self) -> Value {
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
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A value, or the beginning of its text if that is long.
fn shorten(value: Value) -> Value {
    let text = text(&value);
    if text.len() <= TOLD_MAX {
        return value;
    }
    text.chars().take(TOLD_MAX).chain("...".chars()).collect::<String>().into()
}

#[cfg(test)]
mod tests {
    use super::*;

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
