//! A rule as plain data.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use crate::exchange::{Drip, Ends, Extent};
use crate::model::{AssetName, Span};
use crate::predicate::{Pattern, Where};
use crate::sim::verbs::Verb;

/// A standing reaction to calls.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Its id: unique in its universe, `preset/rule` for a rule of a preset.
    pub id: Arc<str>,
    /// Which calls it is about.
    pub on: On,
    /// What it does.
    pub then: Then,
    /// Whether it may go without ever having fired.
    pub optional: bool,
    /// Why the real service may do this, for reports.
    pub because: Option<String>,
    /// The seed of its draws; the universe's if absent. Presets bring their own.
    pub seed: Option<u64>,
    /// As it was written, for whoever lists the rules.
    pub written: Value,
}

/// Which calls a rule is about. `which` and `odds` come last: counters count what meets all else.
#[derive(Debug, Clone)]
pub struct On {
    /// Which operations.
    pub operation: Pattern,
    /// Only this page of a list, from 0; a call without an index asks for page 0, one with a cursor for none.
    pub page: Option<u64>,
    /// Only calls of the location with this key.
    pub location: Option<String>,
    /// Only in the universe with this id.
    pub universe: Option<String>,
    /// Conditions on the request, all of which hold.
    pub wheres: Vec<Where>,
    /// Which of the calls that meet all else.
    pub which: Which,
    /// How often of those, in millionths; always if absent.
    pub odds: Option<u32>,
    /// How often at most one after the other; then one call is let through.
    pub max_consecutive: Option<u64>,
}

/// Which of the calls that meet all else, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Which {
    /// Every one.
    #[default]
    All,
    /// The n-th alone.
    Nth(u64),
    /// The n-th, the 2n-th and so on.
    Every(u64),
    /// The first n.
    First(u64),
    /// The n-th and all after it: n - 1 are let through.
    From(u64),
}

/// What a rule does. At least one of these.
#[derive(Debug, Clone, Default)]
pub struct Then {
    /// To the event that the call queues.
    pub event: Option<EventRule>,
    /// To the answer.
    pub answer: Option<AnswerChange>,
    /// Time that passes.
    pub delay: Option<Delay>,
    /// The body leaves slowly.
    pub drip: Option<Drip>,
    /// The answer breaks off.
    pub cut: Option<CutRule>,
    /// Random bytes leave in place of the answer.
    pub garbage: Option<GarbageRule>,
    /// What happens to the world, before the call is applied: a verb by name.
    pub verb: Option<(String, Verb)>,
    /// To notifications; a rule about them does nothing else.
    pub notification: Option<NotificationRule>,
    /// Settings that change, before the call is applied: key and value, as `fixtures/profiles.toml` spells them.
    pub set: Vec<(String, String)>,
}

impl Then {
    /// Whether it is about notifications and not about calls.
    pub fn is_about_notifications(&self) -> bool {
        let is_about_call = |rule: &NotificationRule| rule.before_answer || rule.before_counts;
        self.notification.as_ref().is_some_and(|rule| !is_about_call(rule))
    }

    /// Whether it decides the answer, so that later rules have no say.
    pub fn decides(&self) -> bool {
        let replaced = self.answer.as_ref().is_some_and(AnswerChange::replaces);
        replaced || self.cut.is_some() || self.garbage.is_some()
    }
}

/// What becomes of the event that a call queues. Nothing, if the call queues none.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EventRule {
    /// When it ends; as the settings say if absent.
    pub time: Option<EventTime>,
    /// How it ends.
    pub outcome: Outcome,
}

/// When an event ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventTime {
    /// So long after it started, in virtual time.
    After(Span),
    /// Right after so many polls of its status have found it pending. It leaves the queue.
    Polls(u64),
    /// When somebody ends it (control API, `event` step). It leaves the queue.
    Manual,
    /// Not at all. It leaves the queue.
    Never,
}

/// How an event ends.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Outcome {
    /// As the world has it.
    #[default]
    Natural,
    /// These tasks fail, the others are as the world has it.
    Partial(Vec<Failed>),
    /// Some tasks fail, drawn by the rule's stream: at least one, and of several not all.
    Some(u16),
    /// Every task fails, with this number.
    Failure(u16),
}

/// Tasks that fail. What is not named does not narrow them down; at least one is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed {
    /// Of this asset.
    pub asset: Option<AssetName>,
    /// Of this user.
    pub client_user_id: Option<Arc<str>>,
    /// Of this device.
    pub serial_number: Option<Arc<str>>,
    /// The surface's number that the event tells for them.
    pub error: u16,
}

/// What becomes of an answer.
#[derive(Debug, Clone, Default)]
pub struct AnswerChange {
    /// Another status. Alone, it brings the surface's own error body of that status.
    pub status: Option<u16>,
    /// The surface's error of this number, with its status and text; `status` wins over the number's own.
    pub error: Option<u16>,
    /// Just the status, without the surface's body.
    pub raw: bool,
    /// Whether the call is applied although the answer says otherwise.
    pub applied: bool,
    /// Another body: JSON, or a text as it is.
    pub body: Option<Value>,
    /// `Retry-After`.
    pub retry_after: Option<RetryAfter>,
    /// Headers: another value, or none.
    pub headers: Vec<(String, Option<String>)>,
    /// Changes of a JSON body, in order.
    pub patch: Vec<Patch>,
}

impl AnswerChange {
    /// Whether another answer comes in place of the service's own; else that one is changed.
    pub const fn replaces(&self) -> bool {
        self.status.is_some() || self.error.is_some() || self.body.is_some()
    }
}

/// How `Retry-After` is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetryAfter {
    /// In seconds, rounded up.
    Seconds(Span),
    /// As an HTTP date so long after now; which now, setting `http.retry_after_clock` says.
    Date(Span),
    /// Not at all, though the error has it by itself.
    Absent,
}

/// A change of a JSON body (RFC 6902). One whose place is not there changes nothing.
#[derive(Debug, Clone, PartialEq)]
pub enum Patch {
    /// A member or an element is added; a member that is there gets the value.
    Add(String, Value),
    /// A value is replaced.
    Replace(String, Value),
    /// A member or an element goes.
    Remove(String),
}

/// Time that passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delay {
    /// How long.
    pub spread: Spread,
    /// By which clock.
    pub clock: ClockUsed,
    /// Before what.
    pub before: When,
}

/// How long a delay is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spread {
    /// Always so long.
    Fixed(Duration),
    /// Anything between, each as likely as any other.
    Uniform(Duration, Duration),
    /// Log-normal: half of the delays are below `median`, one in a hundred is above `p99`.
    Lognormal {
        /// The middle.
        median: Duration,
        /// Where the long tail begins.
        p99: Duration,
    },
}

/// Which clock a duration is measured by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ClockUsed {
    /// The client's: real time.
    #[default]
    Real,
    /// The universe's. Under a manual clock somebody must advance it; an `auto` clock jumps.
    Virtual,
}

/// Before what a delay passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum When {
    /// Before the answer: the call was applied when it came in.
    #[default]
    Answer,
    /// Before the call is applied, which splits it into two turns.
    Request,
}

/// How an answer breaks off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CutRule {
    /// How the connection ends.
    pub ends: Ends,
    /// Where.
    pub at: Break,
    /// What ends with it on HTTP/2.
    pub extent: Extent,
}

/// Where an exchange breaks off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Break {
    /// Before the call is applied; nothing is answered.
    BeforeRequest,
    /// After the call is applied and before anything is answered: an ambiguous commit. Closed in order, this is what
    /// clients call an empty reply.
    BeforeAnswer,
    /// In the body: after so many bytes of it, or half of it. The head has announced the whole.
    InBody(Option<u64>),
}

/// What becomes of a notification; `before_answer` and `before_counts` are about a call.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NotificationRule {
    /// It is not sent.
    pub lost: bool,
    /// How often it is sent; 0 and 1 are once.
    pub copies: u32,
    /// So much later, in virtual time, beside the others.
    pub delay: Option<Span>,
    /// With this secret in place of the receiver's.
    pub secret: Option<String>,
    /// As of this type.
    pub kind: Option<String>,
    /// Cut into parts of so many elements.
    pub split: Option<usize>,
    /// After so many later ones of its location.
    pub hold: u32,
    /// The event that the call queues is carried out at once, and what is told of it delivered before the answer leaves.
    pub before_answer: bool,
    /// What is told of the event that the call queues is told when the event falls due, and it counts afterwards.
    pub before_counts: bool,
}

/// Random bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GarbageRule {
    /// How many.
    pub bytes: usize,
    /// In place of the whole answer, which is then no HTTP at all; else of the body.
    pub whole: bool,
}
