//! What a step waits for.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use crate::journal::Exchange;
use crate::model::Span;
use crate::predicate::{LookedAt, Place};
use crate::scenario::{Cause, Moment};
use crate::sim::{Real, date};

/// A step that waits.
#[derive(Debug, Clone)]
pub(super) struct Wait {
    /// Since when.
    since: Real,
    /// The calls that it waits for, so far.
    came: u64,
    /// Calls of other kinds that came meanwhile.
    others: BTreeMap<String, u64>,
    is_met: bool,
    failed: Option<String>,
}

/// Whether what a step waits for is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Met {
    /// It is.
    Yes,
    /// It is not.
    No,
    /// The world knows.
    Unknown,
    /// It will not come any more: why.
    Failed(String),
}

impl Wait {
    pub(super) const fn new(since: Real) -> Self {
        Self { since, came: 0, others: BTreeMap::new(), is_met: false, failed: None }
    }

    /// When it is over, in real time.
    pub(super) fn limit(&self, cause: &Cause) -> Option<Real> {
        let Cause::Call { within: Some(within), .. } = cause else { return None };
        Some(after(self.since, *within))
    }

    fn is_late(&self, cause: &Cause, real: Real) -> bool {
        self.limit(cause).is_some_and(|limit| real > limit)
    }

    /// Looks at a call that came while it waits.
    pub(super) fn hear(&mut self, cause: Option<&Cause>, exchange: &Exchange, real: Real) {
        let Some(cause @ Cause::Call { count, .. }) = cause else { return };
        if self.is_met || self.failed.is_some() {
            return;
        }
        if self.is_late(cause, real) {
            self.failed = Some(self.too_late(cause));
            return;
        }
        match fits(cause, exchange) {
            Fits::Wholly => {
                self.came += 1;
                self.is_met = self.came >= *count;
            }
            Fits::Operation => {
                let name = format!("{} (meant otherwise)", exchange.operation);
                *self.others.entry(name).or_default() += 1;
            }
            Fits::Not => *self.others.entry(exchange.operation.to_owned()).or_default() += 1,
        }
    }

    /// Whether the calls that it waits for came.
    pub(super) fn look(&mut self, cause: &Cause, real: Real) -> Met {
        if !matches!(cause, Cause::Call { .. }) {
            return Met::Unknown;
        }
        if self.failed.is_none() && !self.is_met && self.is_late(cause, real) {
            self.failed = Some(self.too_late(cause));
        }
        match &self.failed {
            Some(why) => Met::Failed(why.clone()),
            None if self.is_met => Met::Yes,
            None => Met::No,
        }
    }

    fn too_late(&self, cause: &Cause) -> String {
        let within = match cause {
            Cause::Call { within: Some(within), .. } => format!(" within {}", told(*within)),
            _ => String::new(),
        };
        format!("{}{within}; {}", self.missing(cause), self.meanwhile())
    }

    /// Why it fails if the client ends first.
    pub(super) fn at_end(&self, cause: &Cause) -> String {
        match cause {
            Cause::Call { .. } => {
                format!("the client ended: {}; {}", self.missing(cause), self.meanwhile())
            }
            Cause::Exit => "the client ended in the middle of this step".to_owned(),
            Cause::At(at) => format!("the client ended before {}", date::precise(*at)),
            Cause::Passed(span) => {
                let span = date::span(*span);
                format!("the client ended before {span} had passed since the scenario began")
            }
            Cause::After(Moment::EventEnded(rule)) => {
                format!("the client ended before an event of rule `{rule}` had ended")
            }
            Cause::After(Moment::StepDone(step)) => {
                format!("the client ended before step `{step}` was done")
            }
            Cause::After(Moment::RuleFired(rule)) => {
                format!("the client ended before rule `{rule}` fired")
            }
        }
    }

    fn missing(&self, cause: &Cause) -> String {
        let Cause::Call { operation, page, location, wheres, count, .. } = cause else {
            return String::new();
        };
        let mut what = operation.as_str().to_owned();
        if let Some(page) = page {
            let _ = write!(what, " for page {page}");
        }
        if let Some(location) = location {
            let _ = write!(what, " in {location}");
        }
        for condition in wheres {
            let place = match &condition.place {
                Place::Body(pointer) => format!("body {pointer}"),
                Place::Query(name) => format!("query {name}"),
                Place::Header(name) => format!("header {name}"),
                Place::Path => "path".to_owned(),
            };
            let _ = write!(what, " with {place} {}", condition.test.told());
        }
        match (self.came, count) {
            (0, 0 | 1) => format!("{what} was not called"),
            (came, count) => format!("{what} was called {came} of {count} times"),
        }
    }

    fn meanwhile(&self) -> String {
        if self.others.is_empty() {
            return "nothing else was called meanwhile".to_owned();
        }
        let others = self.others.iter().map(|(name, count)| format!("{name} x{count}"));
        format!("called meanwhile: {}", others.collect::<Vec<_>>().join(", "))
    }
}

/// How far a call is the one that is waited for.
enum Fits {
    Wholly,
    /// It is of the operation, and that is all.
    Operation,
    Not,
}

fn fits(cause: &Cause, exchange: &Exchange) -> Fits {
    let Cause::Call { operation, page, location, wheres, .. } = cause else { return Fits::Not };
    if !operation.fits(exchange.operation) {
        return Fits::Not;
    }
    let looked_at = LookedAt::new(&exchange.request);
    let fits = page.is_none_or(|page| page == page_of(exchange))
        && location.as_ref().is_none_or(|key| exchange.location.get() == Some(key))
        && wheres.iter().all(|condition| condition.fits(&looked_at));
    if fits { Fits::Wholly } else { Fits::Operation }
}

/// Whether a call is one that a step waits for.
pub(super) fn is_for(cause: &Cause, exchange: &Exchange) -> bool {
    matches!(fits(cause, exchange), Fits::Wholly)
}

/// The page that a call of a list asks for; without an index it is page 0.
pub(super) fn page_of(exchange: &Exchange) -> u64 {
    let query = exchange.request.query.as_deref().unwrap_or_default();
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    let index = pairs.find(|(name, _)| name == "pageIndex");
    index.and_then(|(_, value)| value.parse().ok()).unwrap_or(0)
}

/// A moment of real time so much later.
pub(super) fn after(real: Real, span: Duration) -> Real {
    Real(real.0.saturating_add(u64::try_from(span.as_micros()).unwrap_or(u64::MAX)))
}

/// A duration as it is written.
pub(super) fn told(span: Duration) -> String {
    date::span(Span(i64::try_from(span.as_millis()).unwrap_or(i64::MAX)))
}
