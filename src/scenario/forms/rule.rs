//! Rules as they are written: which calls (`on`) and what becomes of them (`then`).

use std::ops::Not;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::matching::{WhereForm, bodies, pattern, wheres};
use super::read::{LIST_MAX, at_most_one, id, length, name, number};
use super::then::ThenForm;
use crate::faults::{NOTIFICATION, On, Rule, Then, Which};
use crate::scenario::Wrongs;

/// Letters of a reason.
const BECAUSE_MAX: usize = 2000;

/// A standing reaction to calls.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleForm {
    /// Its id, unique among the rules of its universe: a-z, digits, `.`, `_`, `/` and `-`.
    pub id: String,
    /// Which calls it is about.
    pub on: OnForm,
    /// What it does; at least one thing.
    pub then: ThenForm,
    /// Whether it may go without ever having fired.
    #[serde(default, skip_serializing_if = "Not::not")]
    pub optional: bool,
    /// Why the real service may do this, for reports.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
}

/// Which calls a rule is about. At most one of `nth`, `every`, `first` and `from`; they count the calls that meet all
/// else, from 1.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OnForm {
    /// An operation; its last segment may be `*`.
    pub operation: String,
    /// The n-th call alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nth: Option<u64>,
    /// Every n-th call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub every: Option<u64>,
    /// The first n calls.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first: Option<u64>,
    /// The n-th call and all after it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<u64>,
    /// Only this page of a list, from 0; a call without an index asks for page 0, one with a cursor for none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page: Option<u64>,
    /// Only calls of the location with this key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// Only in the universe with this id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub universe: Option<String>,
    /// Conditions on the request, all of which hold; of a notification, on its body.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub r#where: Vec<WhereForm>,
    /// How often of these calls: above 0, at most 1, with up to six decimals. Drawn from the seed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub odds: Option<f64>,
    /// How often at most one after the other; then one call is let through.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_consecutive: Option<u64>,
}

impl RuleForm {
    /// The rule that it says; `at` points to where it stands.
    pub fn rule(&self, at: &str, wrongs: &mut Wrongs) -> Option<Rule> {
        let before = wrongs.0.len();
        let id = id(&self.id, &format!("{at}/id"), wrongs);
        let on = self.on.on(&format!("{at}/on"), wrongs);
        let then = self.then.then(&format!("{at}/then"), wrongs);
        if let (Some(on), Some(then)) = (&on, &then) {
            go_together(on, then, at, wrongs);
        }
        if self.because.as_ref().is_some_and(|because| because.len() > BECAUSE_MAX) {
            wrongs.add(format!("{at}/because"), format!("at most {BECAUSE_MAX} bytes"));
        }
        let written = serde_json::to_value(self);
        if let Err(error) = &written {
            wrongs.add(at, error.to_string());
        }
        let because = self.because.clone();
        let (id, on, then, written) = (id?, on?, then?, written.ok()?);
        let optional = self.optional;
        let rule = Rule { id, on, then, optional, because, seed: None, written };
        (wrongs.0.len() == before).then_some(rule)
    }

    /// A rule about these calls. Its id is made of the operation, as long as [`RuleForm::id`] gives no other.
    pub fn on(operation: &str) -> Self {
        let id = operation.to_lowercase().replace('*', "any");
        let on = OnForm { operation: operation.to_owned(), ..OnForm::default() };
        Self { id, on, ..Self::default() }
    }

    /// With this id.
    #[must_use]
    pub fn id(self, id: &str) -> Self {
        Self { id: id.to_owned(), ..self }
    }

    /// The n-th call alone, from 1.
    #[must_use]
    pub fn nth(mut self, n: u64) -> Self {
        self.on.nth = Some(n);
        self
    }

    /// Every n-th call.
    #[must_use]
    pub fn every(mut self, n: u64) -> Self {
        self.on.every = Some(n);
        self
    }

    /// The first n calls.
    #[must_use]
    pub fn first(mut self, n: u64) -> Self {
        self.on.first = Some(n);
        self
    }

    /// The n-th call and all after it.
    #[must_use]
    pub fn from_nth(mut self, n: u64) -> Self {
        self.on.from = Some(n);
        self
    }

    /// Only this page of a list, from 0.
    #[must_use]
    pub fn page(mut self, page: u64) -> Self {
        self.on.page = Some(page);
        self
    }

    /// Only calls of the location with this key.
    #[must_use]
    pub fn location(mut self, key: &str) -> Self {
        self.on.location = Some(key.to_owned());
        self
    }

    /// Only calls that meet this condition, too.
    #[must_use]
    pub fn when(mut self, condition: WhereForm) -> Self {
        self.on.r#where.push(condition);
        self
    }

    /// So often, from 0 to 1.
    #[must_use]
    pub fn odds(mut self, odds: f64) -> Self {
        self.on.odds = Some(odds);
        self
    }

    /// What it does.
    #[must_use]
    pub fn then(self, then: ThenForm) -> Self {
        Self { then, ..self }
    }

    /// It answers the surface's error of this number.
    #[must_use]
    pub fn answer_error(mut self, error: u16) -> Self {
        self.then.answer.get_or_insert_default().error = Some(error);
        self
    }

    /// It answers this status.
    #[must_use]
    pub fn answer_status(mut self, status: u16) -> Self {
        self.then.answer.get_or_insert_default().status = Some(status);
        self
    }

    /// The event that the call queues ends so long after it started, in virtual time.
    #[must_use]
    pub fn event_after(mut self, span: &str) -> Self {
        self.then.event.get_or_insert_default().after = Some(span.to_owned());
        self
    }

    /// The answer comes so much later, in real time.
    #[must_use]
    pub fn delay(mut self, span: &str) -> Self {
        self.then.delay = Some(super::DelayForm::Fixed(span.to_owned()));
        self
    }

    /// It may go without ever having fired.
    #[must_use]
    pub fn optional(self) -> Self {
        Self { optional: true, ..self }
    }

    /// Why the real service may do this.
    #[must_use]
    pub fn because(self, because: &str) -> Self {
        Self { because: Some(because.to_owned()), ..self }
    }
}

impl OnForm {
    /// Which calls it means; `at` points to where it stands.
    pub fn on(&self, at: &str, wrongs: &mut Wrongs) -> Option<On> {
        let before = wrongs.0.len();
        let place = |key: &str| format!("{at}/{key}");
        let operation = pattern(&self.operation, &place("operation"), wrongs);
        let counters = [
            ("nth", self.nth, Which::Nth as fn(u64) -> Which),
            ("every", self.every, Which::Every),
            ("first", self.first, Which::First),
            ("from", self.from, Which::From),
        ];
        at_most_one(&counters.map(|(key, n, _)| (key, n.is_some())), at, wrongs);
        let mut which = Which::All;
        for (key, n, make) in counters {
            if let Some(n) = n.and_then(|n| number(n, 1, u64::MAX, &place(key), wrongs)) {
                which = make(n);
            }
        }
        for (key, text) in [("location", &self.location), ("universe", &self.universe)] {
            text.as_ref().and_then(|text| name(text, &place(key), wrongs));
        }
        length(self.r#where.len(), LIST_MAX, &place("where"), wrongs);
        let conditions = if self.operation.starts_with(NOTIFICATION) { bodies } else { wheres };
        let wheres = conditions(&self.r#where, &place("where"), wrongs);
        let odds = self.odds.and_then(|odds| millionths(odds, &place("odds"), wrongs));
        if let Some(n) = self.max_consecutive {
            number(n, 1, u64::MAX, &place("max_consecutive"), wrongs);
        }
        let on = On {
            operation: operation?,
            page: self.page,
            location: self.location.clone(),
            universe: self.universe.clone(),
            wheres,
            which,
            odds,
            max_consecutive: self.max_consecutive,
        };
        (wrongs.0.len() == before).then_some(on)
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 1 to a million")]
fn millionths(odds: f64, at: &str, wrongs: &mut Wrongs) -> Option<u32> {
    let scaled = odds * 1e6;
    let is_whole = (scaled - scaled.round()).abs() < 1e-4;
    if odds > 0.0 && odds <= 1.0 && is_whole && scaled.round() >= 1.0 {
        return Some(scaled.round() as u32);
    }
    let text = "odds are above 0 and at most 1, with up to six decimals, such as 0.05";
    wrongs.none(at, format!("{text}; not {odds}"))
}

/// Rules about notifications do something to notifications, and rules about calls to calls.
fn go_together(on: &On, then: &Then, at: &str, wrongs: &mut Wrongs) {
    let operation = on.operation.as_str();
    let is_about = operation.starts_with(NOTIFICATION);
    if is_about && !then.is_about_notifications() {
        let text = "nobody calls this: `then.notification` says what becomes of notifications";
        wrongs.add(format!("{at}/then"), text);
    }
    if !is_about && then.is_about_notifications() {
        let text = format!(
            "`{operation}` is a call: this goes with `{NOTIFICATION}*`, or with one of them such as \
             `{NOTIFICATION}ASSET_COUNT`"
        );
        wrongs.add(format!("{at}/then/notification"), text);
    }
    if is_about && on.page.is_some() {
        let text =
            "this is about requests; notifications are told apart by type, location and body";
        wrongs.add(format!("{at}/on/page"), text);
    }
}
