//! What rules do, in words for people.

use super::plan::Wait;
use super::rule::{
    AnswerChange, Break, ClockUsed, CutRule, EventRule, EventTime, GarbageRule, Outcome, Patch,
    RetryAfter, When,
};
use crate::exchange::{Drip, Ends};
use crate::sim::date;

pub(super) fn set(key: &str, value: &str) -> String {
    format!("set {key} to {value}")
}

pub(super) fn verb(name: &str) -> String {
    format!("verb {name}")
}

pub(super) fn wait(wait: Wait, before: When) -> String {
    let clock = match wait.clock {
        ClockUsed::Real => "",
        ClockUsed::Virtual => " of virtual time",
    };
    let before = match before {
        When::Answer => "before the answer",
        When::Request => "before the request was applied",
    };
    format!("waited {:?}{clock} {before}", wait.span)
}

pub(super) fn event(event: &EventRule) -> String {
    let time = event.time.map(|time| match time {
        EventTime::After(span) => format!("event ends {} after it starts", date::span(span)),
        EventTime::Polls(1) => "event ends after 1 poll".to_owned(),
        EventTime::Polls(polls) => format!("event ends after {polls} polls"),
        EventTime::Manual => "event waits for somebody to end it".to_owned(),
        EventTime::Never => "event never ends".to_owned(),
    });
    let outcome = match &event.outcome {
        Outcome::Natural => None,
        Outcome::Partial(failed) => {
            let mut errors: Vec<u16> = failed.iter().map(|failed| failed.error).collect();
            errors.dedup();
            let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
            Some(format!("the tasks named fail with {}", errors.join(", ")))
        }
        Outcome::Some(error) => Some(format!("some tasks fail with {error}")),
        Outcome::Failure(error) => Some(format!("every task fails with {error}")),
    };
    match (time, outcome) {
        (Some(time), Some(outcome)) => format!("{time}, {outcome}"),
        (Some(time), None) => time,
        (None, Some(outcome)) => format!("event ends in its time, {outcome}"),
        (None, None) => "event goes as the world has it".to_owned(),
    }
}

pub(super) fn answer(change: &AnswerChange) -> String {
    let mut parts = Vec::new();
    let without_body = if change.raw { " without a body" } else { "" };
    match (change.status, change.error) {
        (Some(status), Some(error)) => parts.push(format!("answered {status} with {error}")),
        (Some(status), None) => parts.push(format!("answered {status}{without_body}")),
        (None, Some(error)) => parts.push(format!("answered with {error}")),
        (None, None) if change.body.is_some() => parts.push("answered".to_owned()),
        (None, None) => parts.push("changed the answer".to_owned()),
    }
    if change.body.is_some() {
        parts.push("a body of the rule's own".to_owned());
    }
    match change.retry_after {
        Some(RetryAfter::Seconds(span)) => {
            parts.push(format!("Retry-After {}", date::span(span)));
        }
        Some(RetryAfter::Date(_)) => parts.push("Retry-After as a date".to_owned()),
        Some(RetryAfter::Absent) => parts.push("no Retry-After".to_owned()),
        None => {}
    }
    for (name, value) in &change.headers {
        parts.push(match value {
            Some(_) => format!("header {name} set"),
            None => format!("header {name} dropped"),
        });
    }
    for patch in &change.patch {
        parts.push(match patch {
            Patch::Add(pointer, _) => format!("{pointer} added"),
            Patch::Replace(pointer, _) => format!("{pointer} replaced"),
            Patch::Remove(pointer) => format!("{pointer} dropped"),
        });
    }
    if change.replaces() && change.applied {
        parts.push("though the call was applied".to_owned());
    }
    parts.join(", ")
}

pub(super) fn drip(drip: Drip) -> String {
    format!("sent the body in pieces of {} bytes every {:?}", drip.bytes, drip.every)
}

pub(super) fn cut(cut: CutRule) -> String {
    let how = match cut.ends {
        Ends::Reset => "reset the connection",
        Ends::Close => "closed the connection",
    };
    match cut.at {
        Break::BeforeRequest => format!("{how} before the request was applied"),
        Break::BeforeAnswer => format!("{how} after the request was applied"),
        Break::InBody(None) => format!("{how} in the middle of the body"),
        Break::InBody(Some(bytes)) => format!("{how} after {bytes} bytes of the body"),
    }
}

pub(super) fn garbage(garbage: &GarbageRule) -> String {
    let place = if garbage.whole { "answer" } else { "body" };
    format!("sent {} random bytes in place of the {place}", garbage.bytes)
}
