//! A rule that fires: what it adds to the plan, and what it draws.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use super::plan::{Decided, Deed, Plan, Steering, Wait};
use super::rule::{EventRule, Failed, Outcome, Rule, When};
use super::{spread, words};
use crate::journal::Injected;
use crate::model::{Failing, Failure, Targets};
use crate::sim::entropy::Stream;
use crate::sim::verbs::{self, Verb};

/// Random bytes of one answer at most.
const GARBAGE_MAX: usize = 1 << 20;

/// No delay is longer.
const DELAY_MAX: Duration = Duration::from_mins(10);

/// The key of a rule's draws at one call.
pub(super) struct Draws<'a> {
    pub(super) seed: u64,
    pub(super) location: &'a str,
    pub(super) rule: &'a str,
    pub(super) count: u64,
}

impl Draws<'_> {
    /// The stream of one purpose; the odds have none.
    pub(super) fn stream(&self, purpose: &str) -> Stream {
        stream(self.seed, self.location, self.rule, purpose, self.count)
    }
}

fn stream(seed: u64, location: &str, rule: &str, purpose: &str, count: u64) -> Stream {
    let purpose =
        if purpose.is_empty() { format!("rule.{rule}") } else { format!("rule-{purpose}.{rule}") };
    Stream::new(seed, location, &purpose, count)
}

/// Adds what a rule does to the plan, and says it in words. Where two rules want the same part of an exchange, the
/// first has it.
pub(super) fn fire(rule: &Rule, draws: &Draws<'_>, plan: &mut Plan) {
    let then = &rule.then;
    let mut acts = Vec::new();
    for (key, value) in &then.set {
        acts.push(words::set(key, value));
        plan.deeds.push((Arc::clone(&rule.id), Deed::Set(key.clone(), value.clone())));
    }
    if let Some((name, verb)) = &then.verb {
        acts.push(words::verb(name));
        let verb = placed(verb, draws.location);
        plan.deeds.push((Arc::clone(&rule.id), Deed::Verb(name.clone(), verb)));
    }
    if let Some(delay) = &then.delay {
        let span = spread::draw(delay.spread, &mut draws.stream("delay")).min(DELAY_MAX);
        let wait = Wait { span, clock: delay.clock };
        acts.push(words::wait(wait, delay.before));
        match delay.before {
            When::Request => plan.wait.push(wait),
            When::Answer => plan.late.push(wait),
        }
    }
    if let Some(event) = &then.event
        && plan.event.is_none()
    {
        acts.push(words::event(event));
        plan.event = Some(steering(rule, event, draws));
    }
    if then.notification.as_ref().is_some_and(|rule| rule.before_answer) {
        acts.push("delivered notifications before the answer".to_owned());
        plan.told_first = true;
    }
    if then.notification.as_ref().is_some_and(|rule| rule.before_counts) && plan.foretold.is_none()
    {
        acts.push("delivered notifications before its event counts".to_owned());
        plan.foretold = Some(Arc::clone(&rule.id));
    }
    if let Some(change) = &then.answer {
        acts.push(words::answer(change));
        if change.replaces() && then.cut.is_none() && then.garbage.is_none() {
            plan.decided = Some(Decided::Answer(change.clone()));
        } else {
            plan.changes.push(change.clone());
        }
    }
    if let Some(drip) = then.drip
        && plan.drip.is_none()
    {
        acts.push(words::drip(drip));
        plan.drip = Some(drip);
    }
    if let Some(cut) = then.cut {
        acts.push(words::cut(cut));
        plan.decided = Some(Decided::Cut(cut));
    } else if let Some(garbage) = &then.garbage {
        acts.push(words::garbage(garbage));
        let bytes = noise(&mut draws.stream("garbage"), garbage.bytes);
        plan.decided = Some(Decided::Garbage(bytes, garbage.whole));
    }
    let acts = acts.into_iter().map(|act| Injected { rule: Arc::clone(&rule.id), act });
    plan.injected.extend(acts);
}

/// The verb, in the location that is called if it names none of its own and needs one.
fn placed(verb: &Verb, location: &str) -> Verb {
    let open = match &verb.deed {
        verbs::Deed::ChangeLimits { .. } | verbs::Deed::Mdm { .. } => false,
        verbs::Deed::TransferLicenses { to, .. } => to.is_none(),
        _ => true,
    };
    let mut verb = verb.clone();
    if open && verb.location.is_none() && !location.is_empty() {
        verb.location = Some(location.to_owned());
    }
    verb
}

fn steering(rule: &Rule, event: &EventRule, draws: &Draws<'_>) -> Steering {
    Steering {
        rule: Arc::clone(&rule.id),
        time: event.time,
        outcome: event.outcome.clone(),
        draw: (draws.seed, draws.count),
    }
}

fn noise(stream: &mut Stream, length: usize) -> Bytes {
    let mut bytes = Vec::with_capacity(length.min(GARBAGE_MAX));
    while bytes.len() < length.min(GARBAGE_MAX) {
        bytes.extend(stream.bytes::<64>());
    }
    bytes.truncate(length);
    bytes.into()
}

impl Steering {
    /// Which tasks of the event fail, out of those for what `subjects` finds, in the location with this key.
    pub fn failing(&self, location: &str, subjects: impl FnOnce() -> Targets) -> Vec<Failing> {
        let all = |error| Failing { why: Failure::Injected(error), chosen: Targets::default() };
        match &self.outcome {
            Outcome::Natural => Vec::new(),
            Outcome::Partial(failed) => failed.iter().map(Failed::failing).collect(),
            Outcome::Failure(error) => vec![all(*error)],
            Outcome::Some(error) => {
                let (seed, count) = self.draw;
                let mut stream = stream(seed, location, &self.rule, "event", count);
                vec![Failing { chosen: some(&mut stream, &subjects()), ..all(*error) }]
            }
        }
    }
}

impl Failed {
    fn failing(&self) -> Failing {
        let chosen = Targets {
            assets: self.asset.iter().cloned().collect(),
            client_user_ids: self.client_user_id.iter().cloned().collect(),
            serial_numbers: self.serial_number.iter().cloned().collect(),
        };
        Failing { why: Failure::Injected(self.error), chosen }
    }
}

/// Some of the users and devices, or some of the assets where there is one user or device alone: at least one, and of
/// several not all. Everything, where there is nothing to choose from.
fn some(stream: &mut Stream, subjects: &Targets) -> Targets {
    let Targets { assets, client_user_ids, serial_numbers } = subjects;
    if subjects.len() > 1 {
        let chosen = places(stream, subjects.len());
        let users = client_user_ids.len();
        return Targets {
            assets: Vec::new(),
            client_user_ids: pick(client_user_ids, &chosen, 0),
            serial_numbers: pick(serial_numbers, &chosen, users),
        };
    }
    if assets.len() > 1 {
        let chosen = places(stream, assets.len());
        return Targets { assets: pick(assets, &chosen, 0), ..Targets::default() };
    }
    Targets::default()
}

/// Which of `count` places are chosen: at least one, and not all.
fn places(stream: &mut Stream, count: usize) -> Vec<bool> {
    let many = 1 + stream.below(count as u64 - 1) as usize;
    let mut chosen: Vec<bool> = (0..count).map(|place| place < many).collect();
    stream.shuffle(&mut chosen);
    chosen
}

fn pick<T: Clone>(items: &[T], chosen: &[bool], from: usize) -> Vec<T> {
    let chosen = chosen.iter().skip(from);
    items.iter().zip(chosen).filter(|(_, chosen)| **chosen).map(|(item, _)| item.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_are_at_least_one_and_not_all() {
        let subjects = Targets {
            assets: Vec::new(),
            client_user_ids: ["a", "b"].map(Arc::from).to_vec(),
            serial_numbers: ["c"].map(Arc::from).to_vec(),
        };
        for n in 0..100 {
            let chosen = some(&mut Stream::new(1, "", "test", n), &subjects);
            assert!((1..3).contains(&chosen.len()), "{chosen:?}");
        }
        let one = Targets { client_user_ids: vec!["a".into()], ..Targets::default() };
        let chosen = some(&mut Stream::new(1, "", "test", 0), &one);
        assert_eq!(chosen, Targets::default(), "which means all");
    }

    #[test]
    fn noise_is_as_long_as_wanted_and_the_same_for_the_same_key() {
        let draw = |length| noise(&mut Stream::new(1, "", "test", 0), length);
        assert_eq!((draw(0).len(), draw(1).len(), draw(200).len()), (0, 1, 200));
        assert_eq!(draw(100), draw(200)[..100]);
        assert_eq!(draw(usize::MAX).len(), GARBAGE_MAX);
    }
}
