//! The events that rules have touched, and those that end by being polled.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use crate::sim::SiteId;

/// Events that are remembered; the one that was touched first is forgotten first.
const EVENTS_MAX: usize = 100_000;

/// An event of a location: its place in world order, and the event's number.
type Key = (SiteId, u64);

/// The events that rules have touched. Copies share them until one is written to.
#[derive(Debug, Clone, Default)]
pub struct Touched(Arc<Inner>);

#[derive(Debug, Clone, Default)]
struct Inner {
    events: BTreeMap<Key, Touch>,
    order: VecDeque<Key>,
}

#[derive(Debug, Clone)]
struct Touch {
    rule: Arc<str>,
    /// Polls that find it pending until it ends, if polls end it.
    polls: Option<u64>,
    /// The rule that has it told before it counts.
    foretold: Option<Arc<str>>,
}

impl Touched {
    /// Remembers that a rule touched an event, which so many polls end.
    pub fn add(&mut self, site: SiteId, number: u64, rule: Arc<str>, polls: Option<u64>) {
        self.put((site, number), Touch { rule, polls, foretold: None });
    }

    /// Remembers that a rule has an event told before it counts.
    pub fn foretell(&mut self, site: SiteId, number: u64, rule: Arc<str>) {
        let key = (site, number);
        let touch = Touch { rule: Arc::clone(&rule), polls: None, foretold: None };
        let touch = self.0.events.get(&key).cloned().unwrap_or(touch);
        self.put(key, Touch { foretold: Some(rule), ..touch });
    }

    fn put(&mut self, key: Key, touch: Touch) {
        let inner = Arc::make_mut(&mut self.0);
        if inner.events.insert(key, touch).is_none() {
            inner.order.push_back(key);
        }
        while inner.order.len() > EVENTS_MAX {
            if let Some(oldest) = inner.order.pop_front() {
                inner.events.remove(&oldest);
            }
        }
    }

    /// Whether no event was touched.
    pub fn is_empty(&self) -> bool {
        self.0.events.is_empty()
    }

    /// The rule that touched an event.
    pub fn rule(&self, site: SiteId, number: u64) -> Option<&Arc<str>> {
        self.0.events.get(&(site, number)).map(|touch| &touch.rule)
    }

    /// The rule that has an event told before it counts.
    pub fn foretold_by(&self, site: SiteId, number: u64) -> Option<&Arc<str>> {
        self.0.events.get(&(site, number))?.foretold.as_ref()
    }

    /// The events that the rule with this id touched, by location and number.
    pub fn events_of(&self, rule: &str) -> impl Iterator<Item = (SiteId, u64)> {
        self.0.events.iter().filter(move |(_, touch)| &*touch.rule == rule).map(|(key, _)| *key)
    }

    /// Counts a poll that found an event pending. True if it was the last that the event waited for.
    pub fn polled(&mut self, site: SiteId, number: u64) -> bool {
        let waits = self.0.events.get(&(site, number)).is_some_and(|touch| touch.polls.is_some());
        if !waits {
            return false;
        }
        let touch = Arc::make_mut(&mut self.0).events.get_mut(&(site, number));
        let Some(Touch { polls: Some(left), .. }) = touch else { return false };
        *left = left.saturating_sub(1);
        *left == 0
    }

    /// Forgets all: another world has other events.
    pub fn forget(&mut self) {
        self.0 = Arc::default();
    }
}
