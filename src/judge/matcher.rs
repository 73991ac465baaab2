//! Which entries of a journal are meant, and which criterion an entry fails.

use std::fmt;

use serde_json::{Value, json};

use crate::journal::{Answer, Attempt, Entry, Exchange, What};
use crate::predicate::{LookedAt, Pattern, Place, Where, text};

/// Characters of a found text that are told.
const TOLD_MAX: usize = 200;

/// Which entries are meant: those that meet every criterion that is there.
#[derive(Debug, Clone, Default)]
pub struct Matcher {
    /// What kind of entry.
    pub kind: Option<String>,
    /// What an act was called: a verb, a mark, a type of notification.
    pub name: Option<String>,
    /// Which operation.
    pub operation: Option<Pattern>,
    /// In which location, by its key.
    pub location: Option<String>,
    /// With which HTTP status: of an answer, or of what a receiver answered to a notification.
    pub status: Option<u16>,
    /// With which `errorNumber`.
    pub error: Option<i64>,
    /// Touched by which rule.
    pub rule: Option<String>,
    /// What became of a notification after the attempt: `delivered`, `again` or `dropped`.
    pub outcome: Option<&'static str>,
    /// What stands in the request, or in the body of a notification.
    pub wheres: Vec<Where>,
}

/// A criterion that an entry does not meet.
#[derive(Debug, Clone, PartialEq)]
pub struct Failed {
    /// Its name; `where/<n>` for the n-th condition on what was sent.
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
        let Sent { exchange, attempt } = Sent::by(entry);
        let about_exchanges = self.operation.is_some() || self.error.is_some();
        let about_sent = self.status.is_some() || !self.wheres.is_empty();
        self.kind.as_ref().is_none_or(|kind| kind == entry.kind())
            && (!about_exchanges || exchange.is_some())
            && (!about_sent || exchange.is_some() || attempt.is_some())
            && (self.outcome.is_none() || attempt.is_some())
            && (self.name.is_none() || matches!(entry.what, What::Act(_)))
    }

    fn first_misses(&self, entry: &Entry, count: usize) -> Vec<Failed> {
        let sent = Sent::by(entry);
        let mut failed = Vec::new();
        self.about_entry(entry, sent, &mut failed);
        for check in [Self::about_answer, Self::about_body] {
            if failed.len() >= count {
                break;
            }
            check(self, sent, &mut failed);
        }
        failed
    }

    fn about_entry(&self, entry: &Entry, sent: Sent<'_>, failed: &mut Vec<Failed>) {
        let exchange = sent.exchange;
        let mut miss = |criterion, expected: &str, got: Option<&str>| {
            failed.push(Failed::new(criterion, expected.into(), got.into()));
        };
        if let Some(kind) = &self.kind
            && kind != entry.kind()
        {
            miss("kind", kind, Some(entry.kind()));
        }
        if let Some(name) = &self.name {
            let got = match &entry.what {
                What::Act(act) => Some(act.name.as_str()),
                What::Exchange(_) | What::Event(_) => None,
            };
            if got != Some(name) {
                miss("name", name, got);
            }
        }
        if let Some(pattern) = &self.operation {
            let operation = exchange.map(|exchange| exchange.operation);
            if !operation.is_some_and(|operation| pattern.fits(operation)) {
                miss("operation", pattern.as_str(), operation);
            }
        }
        if let Some(key) = &self.location {
            let location = match &entry.what {
                What::Exchange(exchange) => exchange.location.get().map(String::as_str),
                What::Event(step) => Some(step.location.as_str()),
                What::Act(_) => sent.attempt.map(|attempt| attempt.location.as_str()),
            };
            if location != Some(key) {
                miss("location", key, location);
            }
        }
        if let Some(rule) = &self.rule {
            let ids = entry.injected.iter().map(|injected| &*injected.rule).collect::<Vec<_>>();
            if !ids.contains(&rule.as_str()) {
                miss("rule", rule, Some(ids.join(", ").as_str()).filter(|ids| !ids.is_empty()));
            }
        }
    }

    fn about_answer(&self, sent: Sent<'_>, failed: &mut Vec<Failed>) {
        let Sent { exchange, attempt } = sent;
        let answer = exchange.and_then(|exchange| exchange.answer.get());
        if exchange.is_some() && answer.is_none() {
            failed.push(Failed::new("answer", "complete".into(), "in flight".into()));
            return;
        }
        let status = answer.map(|answer| answer.status.as_u16());
        let status = status.or_else(|| attempt?.answered.as_ref().ok().copied());
        if self.status.is_some() && status != self.status {
            failed.push(Failed::new("status", json!(self.status), json!(status)));
        }
        if let Some(expected) = self.error {
            let number = answer.and_then(error_number);
            if number != Some(expected) {
                failed.push(Failed::new("error", json!(expected), json!(number)));
            }
        }
        if let Some(expected) = self.outcome {
            let outcome = attempt.map(|attempt| attempt.outcome.as_str());
            if outcome != Some(expected) {
                failed.push(Failed::new("outcome", expected.into(), outcome.into()));
            }
        }
    }

    fn about_body(&self, sent: Sent<'_>, failed: &mut Vec<Failed>) {
        let body = sent.attempt.map(|attempt| LookedAt::body(&attempt.body));
        let looked_at = sent.exchange.map(|exchange| LookedAt::new(&exchange.request)).or(body);
        for (n, condition) in self.wheres.iter().enumerate() {
            let got = looked_at.as_ref().map_or_else(Vec::new, |it| condition.place.values(it));
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

/// What was sent: by a client, or to a receiver.
#[derive(Clone, Copy)]
struct Sent<'a> {
    exchange: Option<&'a Exchange>,
    attempt: Option<&'a Attempt>,
}

impl<'a> Sent<'a> {
    fn by(entry: &'a Entry) -> Self {
        match &entry.what {
            What::Exchange(exchange) => Self { exchange: Some(exchange), attempt: None },
            What::Act(act) => Self { exchange: None, attempt: act.attempt.as_deref() },
            What::Event(_) => Self { exchange: None, attempt: None },
        }
    }
}

/// The `errorNumber` that an answer tells.
pub fn error_number(answer: &Answer) -> Option<i64> {
    let body: Value = serde_json::from_slice(&answer.body).ok()?;
    body.get("errorNumber")?.as_i64()
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { criterion, place, expected, got } = self;
        match place {
            Some(Place::Body(pointer)) => write!(f, "body {pointer}")?,
            Some(Place::Query(name)) => write!(f, "query {name}")?,
            Some(Place::Header(name)) => write!(f, "header {name}")?,
            Some(Place::Path) => f.write_str("path")?,
            None => f.write_str(criterion)?,
        }
        let is_secret = place.as_ref().is_some_and(may_hold_secret);
        match got {
            Value::Null => f.write_str(" is not there")?,
            _ if is_secret => f.write_str(" is something else")?,
            got => write!(f, " is {}", text(got))?,
        }
        write!(f, ", not {}", text(expected))
    }
}

/// Whether a credential may stand there, which is not for reports.
fn may_hold_secret(place: &Place) -> bool {
    let (Place::Body(name) | Place::Query(name) | Place::Header(name)) = place else {
        return false;
    };
    let name = name.to_ascii_lowercase();
    ["auth", "cookie", "token", "secret", "password", "key"].iter().any(|it| name.contains(it))
}

/// A value, or the beginning of its text if that is long.
fn shorten(value: Value) -> Value {
    let text = text(&value);
    if text.len() <= TOLD_MAX {
        return value;
    }
    text.chars().take(TOLD_MAX).chain("...".chars()).collect::<String>().into()
}
