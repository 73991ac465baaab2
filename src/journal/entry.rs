//! What the journal holds: one entry for everything that happened in a universe, in the order of turns.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use super::attempt::Attempt;
use crate::exchange::{Fate, Request};
use crate::model::At;
use crate::sim::{Happening, Real};

/// One thing that happened.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its number: 1 is the first of a universe.
    pub seq: u64,
    /// When, in the universe's time.
    pub at: At,
    /// When, in real time. Not canonical: it differs from run to run.
    pub real: Real,
    /// What.
    pub what: What,
    /// What rules did to it, in order. Nothing injected is anonymous.
    pub injected: Vec<Injected>,
}

/// An act of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Injected {
    /// The rule's id; `preset/rule` for a rule of a preset.
    pub rule: Arc<str>,
    /// For people: what it did, such as `answered 503 with 9729`.
    pub act: String,
}

/// What can happen.
#[derive(Debug, Clone)]
pub enum What {
    /// A client called.
    Exchange(Arc<Exchange>),
    /// Something fell due in a location.
    Event(Happening),
    /// The universe was acted on from outside the imitated services: a verb, a clock move, a setting, a mark.
    Act(Act),
}

/// An act from outside the imitated services.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Act {
    /// Which: `verb`, `clock`, `settings`, `state`, `reset`, `forked`, `mark`, `event`, `scenario`, `notification`.
    pub kind: &'static str,
    /// What it was called: the verb's name, the mark's name.
    pub name: String,
    /// For people: what changed.
    pub text: String,
    /// Of a notification that left: the attempt.
    pub attempt: Option<Arc<Attempt>>,
}

impl Act {
    /// An act that is told in words alone.
    pub const fn new(kind: &'static str, name: String, text: String) -> Self {
        Self { kind, name, text, attempt: None }
    }
}

/// A call and its answer.
#[derive(Debug)]
pub struct Exchange {
    /// Which operation, by dotted name.
    pub operation: &'static str,
    /// Key of the location that was called, if the call got that far.
    pub location: OnceLock<String>,
    /// How the universe was found.
    pub routed: Routed,
    /// The request, its path without the universe's prefix.
    pub request: Request,
    /// The answer; set before its first byte leaves.
    pub answer: OnceLock<Answer>,
}

impl Exchange {
    /// A call that has no answer yet.
    pub fn new(operation: &'static str, routed: Routed, request: Request) -> Self {
        let (location, answer) = (OnceLock::new(), OnceLock::new());
        Self { operation, location, routed, request, answer }
    }
}

/// How a call found its universe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Routed {
    /// Its path begins with `/u/<id>`.
    Prefix,
    /// Its credential names the universe.
    Credential,
    /// Neither: the default universe serves it.
    Fallback,
}

/// The answer to a call, as it was planned.
#[derive(Debug, Clone)]
pub struct Answer {
    /// HTTP status.
    pub status: StatusCode,
    /// Headers, without what the transport adds.
    pub headers: HeaderMap,
    /// The whole body; shared with what is sent.
    pub body: Bytes,
    /// What was noticed about the request: name, and what it is about.
    pub lints: Vec<(&'static str, String)>,
    /// What happens to it on its way out, as planned.
    pub fate: Fate,
}

impl Entry {
    /// What kind of entry this is: `exchange`, `event`, or the kind of an act.
    pub fn kind(&self) -> &'static str {
        match &self.what {
            What::Exchange(_) => "exchange",
            What::Event(happening) => happening.kind(),
            What::Act(act) => act.kind,
        }
    }

    /// How much memory it holds, roughly.
    pub(super) fn bytes(&self) -> usize {
        const ENTRY: usize = 128;
        const EXCHANGE: usize = 512;
        let injected = self.injected.iter().map(|injected| injected.act.len() + 48).sum::<usize>();
        ENTRY
            + injected
            + match &self.what {
                What::Exchange(exchange) => {
                    let answered = exchange
                        .answer
                        .get()
                        .map_or(0, |answer| answer.body.len() + header_bytes(&answer.headers));
                    let Request { path, query, headers, body, .. } = &exchange.request;
                    let query = query.as_ref().map_or(0, String::len);
                    EXCHANGE + path.len() + query + body.len() + header_bytes(headers) + answered
                }
                What::Event(_) => 128,
                What::Act(act) => {
                    let attempt = act.attempt.as_ref().map_or(0, |attempt| attempt.bytes());
                    act.name.len() + act.text.len() + attempt
                }
            }
    }
}

/// The table has room for more than is in it; names are mostly static.
fn header_bytes(headers: &HeaderMap) -> usize {
    const PLACE: usize = 112;
    headers.capacity() * PLACE + headers.values().map(|value| value.len() + 32).sum::<usize>()
}
