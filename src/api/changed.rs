//! What rules make of an answer: another one, a changed one, or one that does not arrive whole.
//!
//! How a surface spells an error that a rule orders, it says itself ([`Errors`]).

use std::sync::Arc;

use http::{HeaderName, HeaderValue, StatusCode, header};
use serde_json::Value;

use super::patch::{Change, patched};
use crate::engine::real_time;
use crate::exchange::{After, Cut, Fate, Reply};
use crate::faults::{AnswerChange, Break, Decided, Patch, Plan, RetryAfter};
use crate::model::{At, Span};
use crate::sim::settings::RetryAfterClock;
use crate::sim::{Settings, date};

/// The header that names the rules of an exchange, where the setting `http.rule_header` wants it.
pub const RULE_HEADER: HeaderName = HeaderName::from_static("quince-rule");

/// How a surface spells the errors that rules order.
#[derive(Debug, Clone, Copy)]
pub struct Errors {
    /// The answer with this number, in the wording of the settings.
    pub reply: fn(u16, &Settings) -> Reply,
    /// The number that the surface tells with a status that nothing more is said of; none where it tells none.
    pub number_of_status: fn(u16) -> Option<u16>,
    /// Whether the number's own status wins where a rule names a status and no number.
    pub keeps_status: bool,
}

/// What a plan makes of the service's own answer, which was given at `now` under these settings.
pub fn carried_out(
    own: Reply,
    plan: &Plan,
    now: At,
    settings: &Settings,
    errors: &Errors,
) -> Reply {
    let mut reply = match &plan.decided {
        Some(Decided::Answer(change)) => changed(own, change, now, settings, errors),
        _ => own,
    };
    for change in &plan.changes {
        reply = changed(reply, change, now, settings, errors);
    }
    reply.fate.drip = plan.drip;
    match &plan.decided {
        Some(Decided::Cut(cut)) => {
            let after = match cut.at {
                Break::BeforeRequest | Break::BeforeAnswer => After::Answer(0),
                Break::InBody(Some(bytes)) => After::Body(bytes),
                Break::InBody(None) => After::Body(reply.body.len() as u64 / 2),
            };
            let cut = Cut { after, ends: cut.ends, extent: cut.extent };
            reply.fate = Fate { cut: Some(cut), ..reply.fate };
        }
        Some(Decided::Garbage(bytes, true)) => reply.fate.garbage = Some(bytes.clone()),
        Some(Decided::Garbage(bytes, false)) => reply.body = bytes.clone(),
        Some(Decided::Answer(_)) | None => {}
    }
    if settings.rule_header {
        name_rules(&mut reply, plan);
    }
    reply
}

/// An answer with a change: in place of it, or to it.
fn changed(
    own: Reply,
    change: &AnswerChange,
    now: At,
    settings: &Settings,
    errors: &Errors,
) -> Reply {
    let mut reply = if change.replaces() { ordered(&own, change, settings, errors) } else { own };
    match change.retry_after {
        Some(RetryAfter::Seconds(span)) => {
            put(&mut reply, &header::RETRY_AFTER, &seconds(span).to_string());
        }
        Some(RetryAfter::Date(span)) => {
            let now = match settings.retry_after_clock {
                RetryAfterClock::Virtual => now,
                RetryAfterClock::Real => real_time::today(),
            };
            put(&mut reply, &header::RETRY_AFTER, &date::http(now.plus(span)));
        }
        Some(RetryAfter::Absent) => {
            reply.headers.remove(header::RETRY_AFTER);
        }
        None => {}
    }
    for (name, value) in &change.headers {
        let Ok(name) = HeaderName::try_from(name.as_str()) else { continue };
        // The length of a body is the transport's; a body that ends too early is cut.
        if name == header::CONTENT_LENGTH || name == header::TRANSFER_ENCODING {
            continue;
        }
        match value {
            Some(value) => put(&mut reply, &name, value),
            None => {
                reply.headers.remove(name);
            }
        }
    }
    patch(&mut reply, &change.patch);
    reply
}

/// The answer that comes in place of the service's own; only the date of that one stays.
fn ordered(own: &Reply, change: &AnswerChange, settings: &Settings, errors: &Errors) -> Reply {
    let status = change.status.filter(|status| (200..600).contains(status));
    let number = change.error.or(status.and_then(errors.number_of_status));
    let mut reply = match number {
        Some(number) if !change.raw => (errors.reply)(number, settings),
        _ if change.status.is_none() => Reply::json(StatusCode::OK, Vec::new()),
        _ => Reply::empty(StatusCode::OK),
    };
    let is_own = errors.keeps_status && change.error.is_none() && number.is_some() && !change.raw;
    if let Some(status) = status.and_then(|status| StatusCode::from_u16(status).ok())
        && !is_own
    {
        reply.status = status;
    }
    match &change.body {
        Some(Value::String(text)) => {
            reply.body = text.clone().into();
            put(&mut reply, &header::CONTENT_TYPE, "text/plain; charset=utf-8");
        }
        Some(body) => {
            reply.body = body.to_string().into();
            put(&mut reply, &header::CONTENT_TYPE, "application/json");
        }
        None => {}
    }
    reply.headers.extend(own.headers.get(header::DATE).map(|date| (header::DATE, date.clone())));
    reply
}

/// Whole seconds, rounded up.
const fn seconds(span: Span) -> i64 {
    span.0.saturating_add(999).div_euclid(1000)
}

fn put(reply: &mut Reply, name: &HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        reply.headers.insert(name, value);
    }
}

/// Changes a JSON body; what is no JSON stays as it is.
fn patch(reply: &mut Reply, patches: &[Patch]) {
    for patch in patches {
        let Ok(text) = str::from_utf8(&reply.body) else { return };
        let made = match patch {
            Patch::Add(pointer, value) => patched(text, pointer, Change::Add(value)),
            Patch::Replace(pointer, value) => patched(text, pointer, Change::Replace(value)),
            Patch::Remove(pointer) => patched(text, pointer, Change::Remove),
        };
        if let Some(made) = made {
            reply.body = made.into();
        }
    }
}

/// Puts the rules' ids into the answer's headers, each once.
fn name_rules(reply: &mut Reply, plan: &Plan) {
    let mut rules: Vec<&Arc<str>> = plan.injected.iter().map(|injected| &injected.rule).collect();
    rules.dedup();
    let rules: Vec<&str> = rules.into_iter().map(AsRef::as_ref).collect();
    put(reply, &RULE_HEADER, &rules.join(", "));
}
