//! Steps of the timeline, as they are written.

use std::collections::BTreeMap;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::expect::ExpectItem;
use super::matching::{WhereForm, pattern, wheres};
use super::read::{
    LIST_MAX, at_most_one, exactly_one, id, instant, length, name, number, quoted, real, settings,
    virtual_span,
};
use super::then::verb;
use crate::scenario::verbs::VerbCall;
use crate::scenario::{Act, Advance, Cause, Moment, Step, Wrongs};
use crate::sim::date;

/// A step. It waits for its cause (at most one of `wait`, `at` and `after`), then does what it says in this order:
/// `advance`, `verb`, `set`, `event`, `mark`, `expect`, `snapshot`, `diff`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StepForm {
    /// What it is called, for people: unique in its scenario.
    pub name: String,
    /// It waits for calls of the client, or for its end; in real time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wait: Option<WaitForm>,
    /// It waits for an instant of virtual time: a date-time with an offset, or how long after the scenario began, such
    /// as `90s`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// It waits for something to happen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<AfterForm>,
    /// Virtual time moves on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advance: Option<AdvanceForm>,
    /// Something happens past the MDM: one verb or several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verb: Option<VerbsForm>,
    /// Settings change.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub set: BTreeMap<String, Value>,
    /// Events end that a rule made wait.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<EndForm>,
    /// The present state gets a name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mark: Option<String>,
    /// What is expected now.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub expect: Vec<ExpectItem>,
    /// The present state is kept whole, under a name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub snapshot: Option<String>,
    /// What is different between two states goes into the report.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub diff: Option<DiffForm>,
}

/// What a step waits for: calls (`operation`), or the end of the client (`exit`).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WaitForm {
    /// Calls of these operations; the last segment may be `*`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// Of this page of a list, from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page: Option<u64>,
    /// Of the location with this key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// With these conditions on the request.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub r#where: Vec<WhereForm>,
    /// How many; 1 if not said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
    /// In so much real time; as long as the client lives if not said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub within: Option<String>,
    /// `true`: the client has ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exit: Option<bool>,
}

/// Something that happens: exactly one of these.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AfterForm {
    /// An event that the rule with this id touched has ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// The step of this name is done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    /// The rule with this id has fired.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
}

/// How virtual time moves: so far, or a table that says more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "a duration such as \"90s\", or a table with by, to or until")]
pub enum AdvanceForm {
    /// By so much.
    By(String),
    /// Said in full.
    Table(AdvanceTable),
}

/// How virtual time moves: exactly one of these.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AdvanceTable {
    /// By so much.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// To an instant: a date-time with an offset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// Until nothing is due any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<UntilWord>,
}

/// Until when virtual time moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum UntilWord {
    /// Until nothing is due any more, but for what happens once a year.
    Idle,
}

/// One verb or several, in order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(
    untagged,
    expecting = "a table with the name of a verb and its arguments, or a list of them"
)]
pub enum VerbsForm {
    /// One.
    One(VerbCall),
    /// Several.
    Several(Vec<VerbCall>),
}

/// Events end that the rule with this id touched, and that have not ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EndForm {
    /// Id of the rule.
    pub rule: String,
    /// How they end.
    pub r#do: EndWord,
    /// The number of every task, where they fail; 9603 if not said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<u16>,
}

/// How an event ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum EndWord {
    /// As the world has it.
    Complete,
    /// Every task fails.
    Fail,
}

/// Two states, and what the difference between them must be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DiffForm {
    /// The one: a mark, or a number of the journal.
    pub from: String,
    /// The other: a mark, a number, or `now`.
    pub to: String,
    /// What the text must be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is: Option<String>,
}

impl StepForm {
    /// The step that it says; `at` points to where it stands.
    pub fn step(&self, at: &str, wrongs: &mut Wrongs) -> Option<Step> {
        let before = wrongs.0.len();
        let place = |key: &str| format!("{at}/{key}");
        let step_name = name(&self.name, &place("name"), wrongs);
        let causes = [
            ("wait", self.wait.is_some()),
            ("at", self.at.is_some()),
            ("after", self.after.is_some()),
        ];
        at_most_one(&causes, at, wrongs);
        let wait = self.wait.as_ref().and_then(|form| form.cause(&place("wait"), wrongs));
        let come = self.at.as_ref().and_then(|text| come(text, &place("at"), wrongs));
        let after = self.after.as_ref().and_then(|form| form.moment(&place("after"), wrongs));
        let acts = self.acts(at, wrongs);
        length(self.expect.len(), LIST_MAX, &place("expect"), wrongs)?;
        let items = self.expect.iter().enumerate();
        let expects = items.filter_map(|(n, item)| {
            let default_id = format!("{}/{}", self.name, n + 1);
            item.expect(default_id, &place(&format!("expect/{n}")), wrongs)
        });
        let expects = expects.collect();
        let cause = wait.or(come).or(after.map(Cause::After));
        let step = Step { name: step_name?, cause, acts, expects };
        (wrongs.0.len() == before).then_some(step)
    }

    fn acts(&self, at: &str, wrongs: &mut Wrongs) -> Vec<Act> {
        let place = |key: &str| format!("{at}/{key}");
        let mut acts = Vec::new();
        if let Some(form) = &self.advance {
            acts.extend(form.advance(&place("advance"), wrongs).map(Act::Advance));
        }
        let calls = match &self.verb {
            None => Vec::new(),
            Some(VerbsForm::One(call)) => vec![(place("verb"), call)],
            Some(VerbsForm::Several(calls)) => {
                length(calls.len(), LIST_MAX, &place("verb"), wrongs);
                let calls = calls.iter().enumerate().take(LIST_MAX);
                calls.map(|(n, call)| (place(&format!("verb/{n}")), call)).collect()
            }
        };
        for (place, call) in calls {
            acts.extend(verb(call, &place, wrongs).map(|(name, verb)| Act::Verb(name, verb)));
        }
        let set = settings(&self.set, &place("set"), wrongs);
        if !set.is_empty() {
            acts.push(Act::Set(set));
        }
        if let Some(form) = &self.event {
            acts.extend(form.act(&place("event"), wrongs));
        }
        for (key, text, act) in [
            ("mark", &self.mark, Act::Mark as fn(String) -> Act),
            ("snapshot", &self.snapshot, Act::Snapshot),
        ] {
            let text = text.as_ref().and_then(|text| label(text, &place(key), wrongs));
            acts.extend(text.map(act));
        }
        if let Some(DiffForm { from, to, is }) = &self.diff {
            let from = label(from, &place("diff/from"), wrongs);
            let to = label(to, &place("diff/to"), wrongs);
            if let (Some(from), Some(to)) = (from, to) {
                acts.push(Act::Diff { from, to, is: is.clone() });
            }
        }
        acts
    }

    /// A step of this name.
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }

    /// It waits for a call of this operation, or the last segment `*`; for so long in real time.
    #[must_use]
    pub fn wait(mut self, operation: &str, within: &str) -> Self {
        let (operation, within) = (Some(operation.to_owned()), Some(within.to_owned()));
        self.wait = Some(WaitForm { operation, within, ..WaitForm::default() });
        self
    }

    /// It waits until the client has ended.
    #[must_use]
    pub fn wait_for_exit(mut self) -> Self {
        self.wait = Some(WaitForm { exit: Some(true), ..WaitForm::default() });
        self
    }

    /// Virtual time moves on by so much.
    #[must_use]
    pub fn advance(mut self, span: &str) -> Self {
        self.advance = Some(AdvanceForm::By(span.to_owned()));
        self
    }

    /// Virtual time moves on until nothing is due any more.
    #[must_use]
    pub fn advance_until_idle(mut self) -> Self {
        let table = AdvanceTable { until: Some(UntilWord::Idle), ..AdvanceTable::default() };
        self.advance = Some(AdvanceForm::Table(table));
        self
    }

    /// A verb happens, after those before.
    #[must_use]
    pub fn verb(mut self, call: VerbCall) -> Self {
        let mut calls = match self.verb.take() {
            None => Vec::new(),
            Some(VerbsForm::One(first)) => vec![first],
            Some(VerbsForm::Several(calls)) => calls,
        };
        calls.push(call);
        self.verb = Some(VerbsForm::Several(calls));
        self
    }

    /// It waits for an instant of virtual time, or until so much of it has passed since the scenario began.
    #[must_use]
    pub fn at(self, at: &str) -> Self {
        Self { at: Some(at.to_owned()), ..self }
    }

    /// The present state gets this name.
    #[must_use]
    pub fn mark(self, name: &str) -> Self {
        Self { mark: Some(name.to_owned()), ..self }
    }

    /// It expects this, too.
    #[must_use]
    pub fn expect(mut self, item: ExpectItem) -> Self {
        self.expect.push(item);
        self
    }
}

/// An instant that comes: a date-time, or a duration since the scenario began.
fn come(text: &str, at: &str, wrongs: &mut Wrongs) -> Option<Cause> {
    if date::parse_span(text).is_some() {
        return virtual_span(text, at, wrongs).map(Cause::Passed);
    }
    instant(text, at, wrongs).map(Cause::At)
}

/// A name of a state, which may become a part of a file's name.
pub(super) fn label(text: &str, at: &str, wrongs: &mut Wrongs) -> Option<String> {
    if text.contains(['/', '\\']) || text.starts_with('.') {
        let why = "a file may be called so, so no `/`, no `\\` and no leading `.`";
        return wrongs.none(at, format!("{} cannot name a state: {why}", quoted(text)));
    }
    name(text, at, wrongs)
}

impl WaitForm {
    /// The cause that it says; `at` points to where it stands.
    pub fn cause(&self, at: &str, wrongs: &mut Wrongs) -> Option<Cause> {
        let before = wrongs.0.len();
        let place = |key: &str| format!("{at}/{key}");
        if let Some(exit) = self.exit {
            let alone = Self { exit: self.exit, ..Self::default() };
            if !exit {
                return wrongs.none(place("exit"), "`exit` is `true`, or left out");
            }
            if *self != alone {
                return wrongs.none(at, "`exit` stands alone: the end of the client is no call");
            }
            return Some(Cause::Exit);
        }
        let Some(operation) = &self.operation else {
            return wrongs.none(at, "wait for what? say `operation`, or `exit = true`");
        };
        let operation = pattern(operation, &place("operation"), wrongs);
        length(self.r#where.len(), LIST_MAX, &place("where"), wrongs)?;
        let cause = Cause::Call {
            operation: operation?,
            page: self.page,
            location: self.location.clone(),
            wheres: wheres(&self.r#where, &place("where"), wrongs),
            count: number(self.count.unwrap_or(1), 1, 1_000_000, &place("count"), wrongs)?,
            within: self.within.as_ref().and_then(|text| real(text, &place("within"), wrongs)),
        };
        (wrongs.0.len() == before).then_some(cause)
    }
}

impl AfterForm {
    /// What happens; `at` points to where it stands.
    pub fn moment(&self, at: &str, wrongs: &mut Wrongs) -> Option<Moment> {
        let given = [
            ("event", self.event.is_some()),
            ("step", self.step.is_some()),
            ("rule", self.rule.is_some()),
        ];
        exactly_one(&given, at, wrongs)?;
        let mut rule = |text: &Option<String>, key: &str| -> Option<Arc<str>> {
            id(text.as_ref()?, &format!("{at}/{key}"), wrongs)
        };
        if self.event.is_some() {
            return rule(&self.event, "event").map(Moment::EventEnded);
        }
        if self.rule.is_some() {
            return rule(&self.rule, "rule").map(Moment::RuleFired);
        }
        self.step.clone().map(Moment::StepDone)
    }
}

impl AdvanceForm {
    /// How time moves; `at` points to where it stands.
    pub fn advance(&self, at: &str, wrongs: &mut Wrongs) -> Option<Advance> {
        let AdvanceTable { by, to, until } = match self {
            Self::By(by) => return virtual_span(by, at, wrongs).map(Advance::By),
            Self::Table(table) => table,
        };
        let given = [("by", by.is_some()), ("to", to.is_some()), ("until", until.is_some())];
        exactly_one(&given, at, wrongs)?;
        if let Some(by) = by {
            return virtual_span(by, &format!("{at}/by"), wrongs).map(Advance::By);
        }
        if let Some(to) = to {
            return instant(to, &format!("{at}/to"), wrongs).map(Advance::To);
        }
        until.map(|UntilWord::Idle| Advance::UntilIdle)
    }
}

impl EndForm {
    fn act(&self, at: &str, wrongs: &mut Wrongs) -> Option<Act> {
        let rule = id(&self.rule, &format!("{at}/rule"), wrongs)?;
        match (self.r#do, self.error) {
            (EndWord::Complete, None) => Some(Act::EndEvent(rule, None)),
            (EndWord::Fail, error) => {
                let error = error.unwrap_or(super::then::FAILED);
                number(error.into(), 1, u16::MAX.into(), &format!("{at}/error"), wrongs)?;
                Some(Act::EndEvent(rule, Some(error)))
            }
            (EndWord::Complete, Some(_)) => {
                wrongs.none(format!("{at}/error"), "`error` goes with do = \"fail\"")
            }
        }
    }
}
