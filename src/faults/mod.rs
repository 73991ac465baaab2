//! Rules: standing reactions to calls. They decide what happens to an exchange, and never touch a socket.
//!
//! * [`Rule`]: when it matches ([`On`]) and what it does ([`Then`]). [`Rules`]: those of a universe, with their
//!   counters. [`Plan`]: what they want of one exchange.
//! * [`Touched`]: the events that rules have touched.
//!
//! Invariants: pure; a decision depends on the seed, the rule's id, the location and how often the rule matched before,
//! never on other rules' draws; everything that a plan does carries the id of its rule. Not here: how a rule is written
//! (`scenario`), who carries a plan out (`engine`, `api`), what a surface's error looks like (`api/<surface>/errors`).

mod firing;
mod notification;
mod plan;
mod rule;
mod rules;
mod spread;
mod touched;
mod words;

pub use notification::{Handling, Heard, NOTIFICATION, TEST_NOTIFICATION, Touch};
pub use plan::{Asked, Decided, Deed, Plan, Steering, Wait};
pub use rule::{
    AnswerChange, Break, ClockUsed, CutRule, Delay, EventRule, EventTime, Failed, GarbageRule,
    NotificationRule, On, Outcome, Patch, RetryAfter, Rule, Spread, Then, When, Which,
};
pub use rules::{RULES_MAX, Rules, RulesError, Standing, is_about};
pub use touched::Touched;
