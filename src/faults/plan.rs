//! What the rules of a universe want of one exchange.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use super::rule::{AnswerChange, ClockUsed, CutRule, EventTime, Outcome};
use crate::exchange::{Drip, Request};
use crate::journal::Injected;
use crate::sim::verbs::Verb;

/// A call, as rules see it.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The operation, by dotted name.
    pub operation: &'a str,
    /// The universe's id.
    pub universe: &'a str,
    /// Key of the location, as far as the credential tells it.
    pub location: Option<&'a str>,
    /// The page that is asked for, of a list: from 0.
    pub page: Option<u64>,
    /// The request.
    pub request: &'a Request,
}

/// What happens to one exchange. Empty if no rule fires.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// What the rules do, for the journal: in order, each with its rule's id.
    pub injected: Vec<Injected>,
    /// What passes before the call is applied.
    pub wait: Vec<Wait>,
    /// What happens to the universe before the call is applied, with the rule that wants it.
    pub deeds: Vec<(Arc<str>, Deed)>,
    /// What becomes of the event that the call queues.
    pub event: Option<Steering>,
    /// What passes before the answer leaves.
    pub late: Vec<Wait>,
    /// Changes of the service's own answer, in order of the rules.
    pub changes: Vec<AnswerChange>,
    /// What comes in place of the service's own answer, or of its way out.
    pub decided: Option<Decided>,
    /// The body leaves slowly.
    pub drip: Option<Drip>,
    /// The event is carried out at once, and what is told of it delivered before the answer leaves.
    pub told_first: bool,
    /// What is told of the event is told before it counts: the rule that wants it.
    pub foretold: Option<Arc<str>>,
}

/// What decides an answer.
#[derive(Debug, Clone)]
pub enum Decided {
    /// Another answer.
    Answer(AnswerChange),
    /// It breaks off.
    Cut(CutRule),
    /// These bytes leave in place of the answer (`true`) or of its body (`false`).
    Garbage(Bytes, bool),
}

/// What becomes of an event, with the rule that wants it.
#[derive(Debug, Clone)]
pub struct Steering {
    /// The rule.
    pub rule: Arc<str>,
    /// When the event ends; as the settings say if absent.
    pub time: Option<EventTime>,
    /// How it ends.
    pub outcome: Outcome,
    /// The key of the rule's draws, for [`Outcome::Some`].
    pub draw: (u64, u64),
}

/// What happens to the universe.
#[derive(Debug, Clone)]
pub enum Deed {
    /// A verb, by name.
    Verb(String, Verb),
    /// A setting gets a value.
    Set(String, String),
}

/// Time that passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wait {
    /// How long.
    pub span: Duration,
    /// By which clock.
    pub clock: ClockUsed,
}

impl Plan {
    /// Whether the call is applied.
    pub fn applies(&self) -> bool {
        match &self.decided {
            None | Some(Decided::Garbage(..)) => true,
            Some(Decided::Answer(change)) => change.applied,
            Some(Decided::Cut(cut)) => cut.at != super::Break::BeforeRequest,
        }
    }
}
