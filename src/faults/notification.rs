//! What rules make of notifications.

use std::sync::Arc;

use super::rule::NotificationRule;
use crate::journal::Injected;
use crate::model::Span;
use crate::sim::date;

/// Operations of notifications begin so: `notification.ASSET_COUNT`.
pub const NOTIFICATION: &str = "notification.";

/// The type of the notification that tries out a receiver.
pub const TEST_NOTIFICATION: &str = "TEST_NOTIFICATION";

/// A notification, as rules see it.
#[derive(Debug, Clone, Copy)]
pub struct Heard<'a> {
    /// Its type.
    pub kind: &'a str,
    /// Key of the location that it tells of.
    pub location: &'a str,
    /// The universe's id.
    pub universe: &'a str,
    /// Its body, before it is cut into parts by a rule.
    pub body: &'a [u8],
}

/// What becomes of one notification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handling {
    /// It is not sent.
    pub lost: bool,
    /// How often it is sent; at least 1.
    pub copies: u32,
    /// How much later, in virtual time.
    pub delay: Span,
    /// How many elements each part has that it is cut into.
    pub split: Option<usize>,
    /// What is different about it when it is sent.
    pub touch: Touch,
}

/// What is different about a notification that a rule has touched.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Touch {
    /// Which rules did what.
    pub injected: Vec<Injected>,
    /// It goes after so many later ones of its location.
    pub hold: u32,
    /// Another secret than the receiver's.
    pub secret: Option<String>,
    /// Another `notificationType`.
    pub kind: Option<String>,
}

impl Default for Handling {
    fn default() -> Self {
        let touch = Touch::default();
        Self { lost: false, copies: 1, delay: Span(0), split: None, touch }
    }
}

impl Handling {
    /// Adds what a rule wants. Where two rules want the same, the first has it.
    pub(super) fn add(&mut self, id: &Arc<str>, rule: &NotificationRule) {
        let mut acts = Vec::new();
        if rule.lost && !self.lost {
            self.lost = true;
            acts.push("lost".to_owned());
        }
        if rule.copies > 1 && self.copies == 1 {
            self.copies = rule.copies;
            acts.push(format!("sent {} times", rule.copies));
        }
        if let Some(delay) = rule.delay.filter(|_| self.delay == Span(0)) {
            self.delay = delay;
            acts.push(format!("sent {} later", date::span(delay)));
        }
        if let Some(split) = rule.split.filter(|_| self.split.is_none()) {
            self.split = Some(split);
            acts.push(format!("cut into parts of {split}"));
        }
        if rule.hold > 0 && self.touch.hold == 0 {
            self.touch.hold = rule.hold;
            acts.push(format!("sent after the next {}", rule.hold));
        }
        if let Some(secret) = rule.secret.as_ref().filter(|_| self.touch.secret.is_none()) {
            self.touch.secret = Some(secret.clone());
            acts.push("sent with another secret".to_owned());
        }
        if let Some(kind) = rule.kind.as_ref().filter(|_| self.touch.kind.is_none()) {
            self.touch.kind = Some(kind.clone());
            acts.push(format!("sent as {kind}"));
        }
        let acts = acts.into_iter().map(|act| Injected { rule: Arc::clone(id), act });
        self.touch.injected.extend(acts);
    }
}
