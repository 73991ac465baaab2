//! What a rule does to notifications, as it is written.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::read::{number, virtual_span};
use crate::faults::NotificationRule;
use crate::scenario::Wrongs;

/// Copies of one notification at most.
const COPIES_MAX: u64 = 100;

/// Notifications after which one is sent at most.
const HOLD_MAX: u64 = 1_000;

/// Elements of a part at most: the service puts no more into a notification.
const SPLIT_MAX: u64 = 100;

/// Bytes of a secret or of a type.
const TEXT_MAX: usize = 500;

/// What becomes of a notification: at least one of these. `before_answer` and `before_counts` go with a call and stand
/// alone, all others go with the operations `notification.<TYPE>` and `notification.*`. The notification that tries out a receiver is
/// meant only by its own name, `notification.TEST_NOTIFICATION`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NotificationForm {
    /// How often it is sent, under one `notificationId`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub copies: Option<u64>,
    /// `true`: it is not sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub drop: Option<bool>,
    /// So much later, in virtual time; others overtake it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delay: Option<String>,
    /// With this secret in place of the one that was agreed on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
    /// As of this `notificationType`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub r#type: Option<String>,
    /// Cut into notifications of so many assignments or users.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub split: Option<u64>,
    /// Sent after the next n of its location.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hold: Option<u64>,
    /// `true`: the event that the call queues is carried out at once, and its notifications come before the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before_answer: Option<bool>,
    /// `true`: what is told of the event that the call queues is sent when the event falls due, and only when its first
    /// attempts were made, whatever came of them, the event is carried out: who reads counts or assignments when it is told
    /// finds the old ones. Where time is moved past that, the event counts later.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before_counts: Option<bool>,
}

impl NotificationForm {
    /// What it says; `at` points to where it stands.
    pub fn rule(&self, at: &str, wrongs: &mut Wrongs) -> Option<NotificationRule> {
        let before = wrongs.0.len();
        let place = |key: &str| format!("{at}/{key}");
        if *self == Self::default() {
            let what =
                "copies, drop, delay, secret, type, split, hold, before_answer or before_counts";
            return wrongs.none(at, format!("what becomes of it? say at least one of {what}"));
        }
        let before_call =
            [("before_answer", self.before_answer), ("before_counts", self.before_counts)];
        for (key, flag) in before_call.into_iter().chain([("drop", self.drop)]) {
            if flag == Some(false) {
                wrongs.add(place(key), format!("`{key}` is `true`, or left out"));
            }
        }
        for (key, text) in [("secret", &self.secret), ("type", &self.r#type)] {
            let is_fine = |text: &String| {
                let printable = |byte: u8| (0x20..0x7f).contains(&byte);
                (1..=TEXT_MAX).contains(&text.len()) && text.bytes().all(printable)
            };
            if text.as_ref().is_some_and(|text| !is_fine(text)) {
                wrongs.add(place(key), format!("1 to {TEXT_MAX} printable characters of ASCII"));
            }
        }
        let Self { before_answer, before_counts, .. } = *self;
        let alone = Self { before_answer, before_counts, ..Self::default() };
        if let Some((key, _)) = before_call.into_iter().find(|(_, flag)| flag.is_some())
            && *self != alone
        {
            let text = "this goes with a call, and all else with notifications: write two rules";
            wrongs.add(place(key), text);
        }
        if before_answer.is_some() && before_counts.is_some() {
            let text = "what is delivered before the answer has counted at once: leave one out";
            wrongs.add(place("before_counts"), text);
        }
        if self.drop.is_some() && *self != (Self { drop: self.drop, ..Self::default() }) {
            wrongs.add(place("drop"), "what is not sent has no other fate");
        }
        let mut bounded = |key, n: Option<u64>, most| {
            n.and_then(|n| number(n, 1, most, &place(key), wrongs)).unwrap_or(0)
        };
        let copies = bounded("copies", self.copies, COPIES_MAX);
        let hold = bounded("hold", self.hold, HOLD_MAX);
        let split = bounded("split", self.split, SPLIT_MAX);
        let delay = self.delay.as_ref();
        let delay = delay.and_then(|text| virtual_span(text, &place("delay"), wrongs));
        let rule = NotificationRule {
            lost: self.drop == Some(true),
            copies: u32::try_from(copies).unwrap_or(u32::MAX),
            delay,
            secret: self.secret.clone(),
            kind: self.r#type.clone(),
            split: usize::try_from(split).ok().filter(|split| *split > 0),
            hold: u32::try_from(hold).unwrap_or(u32::MAX),
            before_answer: self.before_answer == Some(true),
            before_counts: self.before_counts == Some(true),
        };
        (wrongs.0.len() == before).then_some(rule)
    }
}
