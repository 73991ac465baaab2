//! What a rule does, as it is written.

use std::collections::BTreeMap;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::answer::AnswerForm;
use super::read::{LIST_MAX, asset, at_most_one, length, number, settings, virtual_span};
use super::wire::{CutForm, DelayForm, DripForm, GarbageForm};
use super::{NotificationForm, PricingParam};
use crate::faults::{Break, EventRule, EventTime, Failed, Outcome, Then};
use crate::scenario::Wrongs;
use crate::scenario::verbs::{BadVerb, VerbCall};
use crate::sim::verbs::Verb;

/// The number that failed tasks have if no other is said.
pub(super) const FAILED: u16 = 9603;

/// The number that the failed tasks of a partial success have if no other is said.
const PARTLY_FAILED: u16 = 9709;

/// What a rule does: at least one of these. `answer` (with `status`, `error` or `body`), `cut` and `garbage` decide the
/// answer, so only one of them can be there.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ThenForm {
    /// What becomes of the event that the call queues.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<EventForm>,
    /// What becomes of the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<AnswerForm>,
    /// Time that passes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delay: Option<DelayForm>,
    /// The body leaves slowly.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub drip: Option<DripForm>,
    /// The answer breaks off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cut: Option<CutForm>,
    /// Random bytes leave in place of the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub garbage: Option<GarbageForm>,
    /// What happens to the world, before the call is applied.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verb: Option<VerbCall>,
    /// What becomes of notifications (`on.operation = "notification.*"`), or that they come before the answer of a call, or
    /// before the event that it queues counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notification: Option<NotificationForm>,
    /// Settings that change, before the call is applied.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub set: BTreeMap<String, Value>,
}

/// What becomes of the event that a call queues. At most one of `after`, `polls`, `manual` and `never` says when it ends.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EventForm {
    /// So long after it started, in virtual time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// Right after so many polls of its status have found it pending.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub polls: Option<u64>,
    /// `true`: when a step or the control API ends it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manual: Option<bool>,
    /// `true`: not at all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub never: Option<bool>,
    /// How it ends; `success` if not said, which is as the world has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<OutcomeWord>,
    /// The number of failed tasks: 9603, or 9709 where the outcome is partial, if not said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<u16>,
    /// Which tasks fail, where the outcome is partial; drawn from the seed if not said.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fail: Vec<FailForm>,
}

/// How an event ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum OutcomeWord {
    /// As the world has it.
    Success,
    /// Some tasks fail.
    Partial,
    /// Every task fails.
    Failure,
}

/// Tasks that fail: at least one of `serial_number`, `client_user_id` and `adam_id`; what is not said does not narrow
/// them down.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FailForm {
    /// Of this device.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub serial_number: Option<String>,
    /// Of this user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_user_id: Option<String>,
    /// Of this product.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub adam_id: Option<String>,
    /// Quality of the product; STDQ if not said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pricing_param: Option<PricingParam>,
    /// The number that the event tells for them; that of the event if not said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<u16>,
}

impl ThenForm {
    /// What it says; `at` points to where it stands.
    pub fn then(&self, at: &str, wrongs: &mut Wrongs) -> Option<Then> {
        let before = wrongs.0.len();
        let place = |key: &str| format!("{at}/{key}");
        if *self == Self::default() {
            let what = "event, answer, delay, drip, cut, garbage, verb, notification or set";
            return wrongs.none(at, format!("what then? say at least one of {what}"));
        }
        let then = Then {
            event: self.event.as_ref().and_then(|form| form.event(&place("event"), wrongs)),
            answer: self.answer.as_ref().and_then(|form| form.change(&place("answer"), wrongs)),
            delay: self.delay.as_ref().and_then(|form| form.delay(&place("delay"), wrongs)),
            drip: self.drip.as_ref().and_then(|form| form.drip(&place("drip"), wrongs)),
            cut: self.cut.as_ref().and_then(|form| form.cut(&place("cut"), wrongs)),
            garbage: self.garbage.as_ref().and_then(|form| form.garbage(&place("garbage"), wrongs)),
            verb: self.verb.as_ref().and_then(|call| verb(call, &place("verb"), wrongs)),
            notification: self
                .notification
                .as_ref()
                .and_then(|form| form.rule(&place("notification"), wrongs)),
            set: settings(&self.set, &place("set"), wrongs),
        };
        let others = Self { notification: None, ..self.clone() };
        if then.is_about_notifications() && others != Self::default() {
            let text =
                "this is about notifications: write what happens to calls as a rule of its own";
            wrongs.add(place("notification"), text);
        }
        let ends_by_itself = then.event.as_ref().and_then(|event| event.time);
        let ends_by_itself = ends_by_itself.is_none_or(|time| matches!(time, EventTime::After(_)));
        if then.notification.as_ref().is_some_and(|rule| rule.before_counts) && !ends_by_itself {
            let text = "this goes with an event that ends in its time: `event.after`, or nothing";
            wrongs.add(place("notification/before_counts"), text);
        }
        let replaced = then.answer.as_ref().filter(|answer| answer.replaces());
        let deciding = [
            ("answer", replaced.is_some()),
            ("cut", then.cut.is_some()),
            ("garbage", then.garbage.is_some()),
        ];
        at_most_one(&deciding, at, wrongs);
        let is_cut_first = then.cut.is_some_and(|cut| cut.at == Break::BeforeRequest);
        if then.event.is_some() && is_cut_first {
            let text = "the call breaks off before it is applied, so it queues no event";
            wrongs.add(place("event"), text);
        }
        if then.event.is_some() && replaced.is_some_and(|answer| !answer.applied) {
            let text = "the answer comes in place of the call, which queues no event then; \
                        `answer.applied = true` applies the call all the same";
            wrongs.add(place("event"), text);
        }
        (wrongs.0.len() == before).then_some(then)
    }
}

/// The verb of a call, by name.
pub(super) fn verb(call: &VerbCall, at: &str, wrongs: &mut Wrongs) -> Option<(String, Verb)> {
    match call.verb() {
        Ok(verb) => Some((call.name.clone(), verb)),
        Err(error @ BadVerb::Unknown { .. }) => {
            wrongs.none(format!("{at}/name"), error.to_string())
        }
        Err(BadVerb::Arguments(bad)) => wrongs.none(format!("{at}{}", bad.pointer), bad.text),
    }
}

impl EventForm {
    /// What it says; `at` points to where it stands.
    pub fn event(&self, at: &str, wrongs: &mut Wrongs) -> Option<EventRule> {
        let before = wrongs.0.len();
        let place = |key: &str| format!("{at}/{key}");
        let times = [
            ("after", self.after.is_some()),
            ("polls", self.polls.is_some()),
            ("manual", self.manual.is_some()),
            ("never", self.never.is_some()),
        ];
        at_most_one(&times, at, wrongs);
        for (key, flag) in [("manual", self.manual), ("never", self.never)] {
            if flag == Some(false) {
                wrongs.add(place(key), format!("`{key}` is `true`, or left out"));
            }
        }
        let after = self.after.as_ref();
        let after = after.and_then(|text| virtual_span(text, &place("after"), wrongs));
        let polls =
            self.polls.and_then(|polls| number(polls, 1, u64::MAX, &place("polls"), wrongs));
        let time = after
            .map(EventTime::After)
            .or(polls.map(EventTime::Polls))
            .or(self.manual.map(|_| EventTime::Manual))
            .or(self.never.map(|_| EventTime::Never));
        let outcome = self.outcome(at, wrongs);
        if self.never == Some(true) && outcome != Some(Outcome::Natural) && outcome.is_some() {
            wrongs.add(place("outcome"), "an event that never ends has no outcome");
        }
        if *self == Self::default() {
            wrongs.add(at, "say when the event ends (`after`, `polls`, ...) or how (`outcome`)");
        }
        let rule = EventRule { time, outcome: outcome? };
        (wrongs.0.len() == before).then_some(rule)
    }

    fn outcome(&self, at: &str, wrongs: &mut Wrongs) -> Option<Outcome> {
        if let Some(error) = self.error {
            number(error.into(), 1, u16::MAX.into(), &format!("{at}/error"), wrongs);
        }
        let word = self.outcome.unwrap_or(OutcomeWord::Success);
        if word == OutcomeWord::Success && self.error.is_some() {
            let text = "nothing fails; `outcome` is \"partial\" or \"failure\" where `error` is";
            return wrongs.none(format!("{at}/error"), text);
        }
        if word != OutcomeWord::Partial && !self.fail.is_empty() {
            let text = "`fail` names tasks that fail among others: say outcome = \"partial\"";
            return wrongs.none(format!("{at}/fail"), text);
        }
        match word {
            OutcomeWord::Success => Some(Outcome::Natural),
            OutcomeWord::Failure => Some(Outcome::Failure(self.error.unwrap_or(FAILED))),
            OutcomeWord::Partial if self.fail.is_empty() => {
                Some(Outcome::Some(self.error.unwrap_or(PARTLY_FAILED)))
            }
            OutcomeWord::Partial => {
                length(self.fail.len(), LIST_MAX, &format!("{at}/fail"), wrongs)?;
                let error = self.error.unwrap_or(PARTLY_FAILED);
                let forms = self.fail.iter().enumerate();
                let failed: Vec<Option<Failed>> = forms
                    .map(|(n, form)| form.failed(error, &format!("{at}/fail/{n}"), wrongs))
                    .collect();
                failed.into_iter().collect::<Option<_>>().map(Outcome::Partial)
            }
        }
    }
}

impl FailForm {
    fn failed(&self, error: u16, at: &str, wrongs: &mut Wrongs) -> Option<Failed> {
        let error = self.error.unwrap_or(error);
        number(error.into(), 1, u16::MAX.into(), &format!("{at}/error"), wrongs)?;
        if self.pricing_param.is_some() && self.adam_id.is_none() {
            return wrongs.none(format!("{at}/pricing_param"), "of what? it goes with `adam_id`");
        }
        let asset = match &self.adam_id {
            Some(id) => Some(asset(id, self.pricing_param, &format!("{at}/adam_id"), wrongs)?),
            None => None,
        };
        if self.serial_number.is_some() && self.client_user_id.is_some() {
            let text = "a task is for a device or for a user: `serial_number` or `client_user_id`";
            return wrongs.none(at, text);
        }
        if asset.is_none() && self.serial_number.is_none() && self.client_user_id.is_none() {
            let text = "which tasks? say `serial_number`, `client_user_id` or `adam_id`";
            return wrongs.none(at, text);
        }
        Some(Failed {
            asset,
            client_user_id: self.client_user_id.as_deref().map(Arc::from),
            serial_number: self.serial_number.as_deref().map(Arc::from),
            error,
        })
    }
}
