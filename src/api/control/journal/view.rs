//! Entries as JSON.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::api::control::notifications::AttemptView;
use crate::journal::{Entry, Exchange, Injected, Routed, What};
use crate::sim::{Happened, date};
use crate::telling::Telling;

/// What a reading of the journal tells: an entry, or that some are gone.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Line {
    /// Entries that are gone.
    Gap(Gap),
    /// An entry.
    Entry(Box<EntryView>),
}

/// Entries that the bounds of the journal have dropped.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Gap {
    /// `gap`.
    pub kind: &'static str,
    /// The number of the first that is gone.
    pub from: u64,
    /// The number of the last that is gone.
    pub to: u64,
}

impl From<(u64, u64)> for Gap {
    fn from((from, to): (u64, u64)) -> Self {
        Self { kind: "gap", from, to }
    }
}

/// One thing that happened.
#[derive(Debug, Serialize, JsonSchema)]
pub struct EntryView {
    /// Its number; the first of a universe is 1.
    pub seq: u64,
    /// When, in the universe's time, with milliseconds.
    pub at: String,
    /// When, in milliseconds since quince started. Not in the canonical form.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub real_ms: Option<u64>,
    /// `exchange`, `event-step`, `period-end`, or the kind of an act: `verb`, `clock`, `settings`, `reset`, ...
    pub kind: &'static str,
    /// The universe. Not in the canonical form.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub universe: Option<String>,
    /// What.
    #[serde(flatten)]
    pub what: WhatView,
}

/// What happened.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum WhatView {
    /// A client called.
    Exchange(Box<ExchangeView>),
    /// An event went on.
    Event(EventView),
    /// A billing period ended.
    Period(PeriodView),
    /// The universe was acted on from outside the imitated services.
    Act(ActView),
}

/// A call and its answer.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ExchangeView {
    /// Which operation.
    pub operation: &'static str,
    /// Key of the location, or `null` if the call did not get that far.
    pub location: Option<String>,
    /// How the universe was found: `prefix`, `credential` or `fallback`.
    pub routed: &'static str,
    /// The request.
    pub request: RequestView,
    /// The answer, or `null` while the call is in flight.
    pub answer: Option<AnswerView>,
    /// What was noticed about the request.
    pub lints: Vec<LintView>,
    /// What rules did to the call, in order.
    pub rules: Vec<RuleActView>,
}

/// A request.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RequestView {
    /// The method.
    pub method: String,
    /// The path, without the universe's prefix.
    pub path: String,
    /// The query, if there was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    /// Headers by name in lower case.
    pub headers: BTreeMap<String, String>,
    /// Its body.
    #[serde(flatten)]
    pub body: BodyView,
}

/// The answer as it was planned.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AnswerView {
    /// HTTP status.
    pub status: u16,
    /// Headers by name in lower case.
    pub headers: BTreeMap<String, String>,
    /// Its body.
    #[serde(flatten)]
    pub body: BodyView,
    /// What happens to it on its way out, if it does not arrive whole and at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fate: Option<String>,
}

/// An act of a rule.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RuleActView {
    /// Id of the rule.
    pub rule: String,
    /// What it did, for people.
    pub act: String,
}

/// A body; no members if it is empty.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct BodyView {
    /// JSON if it is JSON, else text, else base64.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Value>")]
    pub body: Option<Box<RawValue>>,
    /// `base64` for a body that is no text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body_encoding: Option<&'static str>,
}

/// Something that was noticed about a request.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LintView {
    /// Its name.
    pub name: &'static str,
    /// What it is about.
    pub about: String,
}

/// An event went on.
#[derive(Debug, Serialize, JsonSchema)]
pub struct EventView {
    /// Key of the location.
    pub location: String,
    /// Its id, as the client knows it.
    pub event: String,
    /// Tasks that are done.
    pub completed: u32,
    /// Tasks that were asked for.
    pub requested: u32,
    /// How it ended: `complete` or `failed`; `null` if it goes on.
    pub ended: Option<&'static str>,
    /// The rule that made it so, if one did.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<RuleActView>,
}

/// A billing period of a subscription ended.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PeriodView {
    /// The location's key.
    pub location: String,
    /// The product.
    pub adam_id: u64,
    /// Assignments that ended.
    pub ended: u32,
    /// Licences that are gone.
    pub gone: u32,
    /// The last day of the next period; `null` if no licence is left.
    pub next: Option<String>,
}

/// The universe was acted on from outside the imitated services.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ActView {
    /// What it was called.
    pub name: String,
    /// For people: what changed.
    pub text: String,
    /// Of a notification: the attempt to deliver it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notification: Option<Box<AttemptView>>,
    /// The rule that did it, if one did.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<RuleActView>,
}

impl RuleActView {
    fn all(entry: &Entry) -> Vec<Self> {
        let told = |it: &Injected| Self { rule: it.rule.to_string(), act: it.act.clone() };
        entry.injected.iter().map(told).collect()
    }
}

impl EntryView {
    /// An entry as it is told.
    pub fn of(entry: &Entry, telling: &Telling) -> Self {
        let rules = RuleActView::all(entry);
        let what = match &entry.what {
            What::Exchange(exchange) => {
                WhatView::Exchange(Box::new(ExchangeView::of(exchange, rules, telling)))
            }
            What::Event(step) => match &step.what {
                Happened::Event { id, completed, ended, .. } => WhatView::Event(EventView {
                    location: step.location.clone(),
                    event: id.clone(),
                    completed: completed.0,
                    requested: completed.1,
                    ended: ended.map(|well| if well { "complete" } else { "failed" }),
                    rules,
                }),
                Happened::PeriodEnd { adam_id, ended } => WhatView::Period(PeriodView {
                    location: step.location.clone(),
                    adam_id: *adam_id,
                    ended: ended.ended,
                    gone: ended.gone,
                    next: ended.next.map(|next| next.to_string()),
                }),
            },
            What::Act(act) => {
                let attempt = act.attempt.as_ref();
                let notification = attempt.map(|it| {
                    let mut told = AttemptView::of(it, None);
                    // Receivers of tests listen on any port.
                    if telling.canonical {
                        "{receiver}".clone_into(&mut told.url);
                    }
                    Box::new(told)
                });
                let (name, text) = (act.name.clone(), act.text.clone());
                WhatView::Act(ActView { name, text, notification, rules })
            }
        };
        let told = !telling.canonical;
        Self {
            seq: entry.seq,
            at: date::precise(entry.at),
            real_ms: told.then_some(entry.real.0 / 1000),
            kind: entry.kind(),
            universe: told.then(|| telling.universe.clone()),
            what,
        }
    }
}

impl ExchangeView {
    fn of(exchange: &Exchange, rules: Vec<RuleActView>, telling: &Telling) -> Self {
        let body = |body: &[u8], headers| {
            telling.body(body, headers, exchange).map_or_else(BodyView::default, |told| BodyView {
                body: Some(told.body),
                body_encoding: told.encoding,
            })
        };
        let request = &exchange.request;
        let answer = exchange.answer.get();
        let lints = answer.map_or(&[][..], |answer| &answer.lints);
        Self {
            operation: exchange.operation,
            location: exchange.location.get().cloned(),
            routed: routed(exchange.routed),
            request: RequestView {
                method: request.method.to_string(),
                path: request.path.clone(),
                query: request.query.as_deref().map(|query| telling.query(query, exchange)),
                headers: joined(telling.headers(&request.headers, exchange)),
                body: body(&request.body, &request.headers),
            },
            answer: answer.map(|answer| AnswerView {
                status: answer.status.as_u16(),
                headers: joined(telling.headers(&answer.headers, exchange)),
                body: body(&answer.body, &answer.headers),
                fate: (!answer.fate.is_plain()).then(|| answer.fate.to_string()),
            }),
            lints: lints
                .iter()
                .map(|(name, about)| LintView { name, about: telling.text(about, exchange) })
                .collect(),
            rules,
        }
    }
}

/// Headers of one name become one, as HTTP allows.
fn joined(headers: Vec<(String, String)>) -> BTreeMap<String, String> {
    let mut joined = BTreeMap::<String, String>::new();
    for (name, value) in headers {
        joined
            .entry(name)
            .and_modify(|known| {
                known.push_str(", ");
                known.push_str(&value);
            })
            .or_insert(value);
    }
    joined
}

/// How a call found its universe, as it is told.
pub const fn routed(routed: Routed) -> &'static str {
    match routed {
        Routed::Prefix => "prefix",
        Routed::Credential => "credential",
        Routed::Fallback => "fallback",
    }
}
