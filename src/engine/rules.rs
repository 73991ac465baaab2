//! What rules do to a universe: a turn asks them, and does what they want of it.

use std::sync::Arc;

use super::turn::Turn;
use super::universe::{State, Universe};
use crate::faults::{
    AnswerChange, Asked, Decided, Deed, EventTime, Plan, RetryAfter, Rule, Rules, RulesError,
    Steering,
};
use crate::journal::{Act, Injected, What};
use crate::model::Delay;
use crate::sim::settings::RetryAfterClock;
use crate::sim::{ClockMode, Credential, Settings, SiteId};

impl Universe {
    /// The same, with rules that it begins with. `Err` if two have one id, or there are too many.
    pub fn with_rules(mut self, rules: Vec<Arc<Rule>>) -> Result<Self, RulesError> {
        self.state.get_mut().rules.add_all(rules.iter().cloned())?;
        self.origin.rules = rules;
        Ok(self)
    }

    /// The same, with rules that were told apart before.
    pub(super) fn begun_with(mut self, rules: Vec<Arc<Rule>>) -> Self {
        self.state.get_mut().begin_rules(&rules);
        self.origin.rules = rules;
        self
    }
}

impl State {
    /// The rules are these, with fresh counters.
    pub(super) fn begin_rules(&mut self, rules: &[Arc<Rule>]) {
        self.rules.clear();
        // They were counted and told apart before they became the origin's.
        let _ = self.rules.add_all(rules.iter().cloned());
    }
}

impl Turn<'_> {
    /// The rules of the universe, with their counters.
    pub const fn rules(&self) -> &Rules {
        &self.state.rules
    }

    /// The rules, to be changed.
    pub const fn rules_mut(&mut self) -> &mut Rules {
        &mut self.state.rules
    }

    /// Counts a call with the rules, and says what they want of it. Nothing, and at no cost, if there are none. The
    /// location is the one that the credential names, as far as it looks good.
    pub fn plan(&mut self, asked: &Asked<'_>, credential: Option<&Credential>) -> Option<Plan> {
        if self.state.rules.is_empty() {
            return None;
        }
        let State { rules, world, settings, clock, retry_warned, .. } = &mut *self.state;
        let site = credential.and_then(|credential| world.named_by(self.universe, credential));
        let location = site.and_then(|site| world.site(site));
        let location = location.map(|site| site.location.profile.key.as_str());
        let plan = rules.plan(&Asked { location, ..*asked }, world.seed());
        if plan.injected.is_empty() {
            return None;
        }
        let is_apart = settings.retry_after_clock == RetryAfterClock::Virtual
            && clock.mode() != ClockMode::Wall;
        if is_apart && tells_date(&plan) && !std::mem::replace(retry_warned, true) {
            tracing::warn!(
                "a rule tells Retry-After as a date of the virtual clock, which is not the client's; the setting \
                 http.retry_after_clock=real tells one of the client's"
            );
        }
        Some(plan)
    }

    /// Key of the location that a credential names, as far as it looks good.
    pub fn location_named(&self, credential: &Credential) -> Option<&str> {
        let world = &self.state.world;
        let site = world.site(world.named_by(self.universe, credential)?)?;
        Some(&site.location.profile.key)
    }

    /// Does what a plan wants of the universe, each deed with an entry of its own in the journal. What cannot be done
    /// is said in the plan, and breaks nothing. The next event that this turn accepts goes as the plan has it.
    pub fn perform(&mut self, plan: &mut Plan) {
        for (rule, deed) in std::mem::take(&mut plan.deeds) {
            let done = match &deed {
                Deed::Verb(name, verb) => {
                    let settings = Arc::clone(&self.state.settings);
                    let outcome = self.state.world.act(verb, self.now, &settings);
                    let outcome = outcome.map_err(|error| error.to_string());
                    outcome.map(|outcome| ("verb", name.as_str(), outcome.text))
                }
                Deed::Set(key, value) => {
                    self.set_one(key, value).map(|text| ("settings", "patch", text))
                }
            };
            let act = match &deed {
                Deed::Verb(name, _) => format!("verb {name}"),
                Deed::Set(key, value) => format!("set {key} to {value}"),
            };
            match done {
                Ok((kind, name, text)) => {
                    let what = What::Act(Act::new(kind, name.to_owned(), text));
                    self.append(what, vec![Injected { rule, act }]);
                }
                Err(error) => {
                    let said = plan.injected.iter_mut().find(|it| it.rule == rule && it.act == act);
                    if let Some(said) = said {
                        said.act = format!("could not: {act}: {error}");
                    }
                }
            }
        }
        self.steering.clone_from(&plan.event);
        self.told_first = plan.told_first;
        self.foretold.clone_from(&plan.foretold);
    }

    fn set_one(&mut self, key: &str, value: &str) -> Result<String, String> {
        let mut settings = Settings::clone(&self.state.settings);
        let before = settings.get(key).unwrap_or_default();
        settings.set(key, value).map_err(|error| error.to_string())?;
        let text = format!("{key}: {before} -> {}", settings.get(key).unwrap_or_default());
        self.state.settings = Arc::new(settings);
        Ok(text)
    }

    /// Makes an event go as a rule has it.
    pub(super) fn steer(&mut self, id: SiteId, number: u64, steering: &Steering) {
        let (delay, polls) = match steering.time {
            None => (None, None),
            Some(EventTime::After(span)) => (Some(Delay::After(span)), None),
            Some(EventTime::Polls(polls)) => (Some(Delay::Never), Some(polls)),
            Some(EventTime::Manual | EventTime::Never) => (Some(Delay::Never), None),
        };
        let now = self.now;
        let world = &mut self.state.world;
        let Some(site) = world.site(id) else { return };
        let location = &site.location;
        let failing = steering.failing(&location.profile.key, || location.subjects_of(number));
        world.steer_event(id, number, delay, failing, now);
        self.state.rules.touched.add(id, number, Arc::clone(&steering.rule), polls);
    }

    /// Counts a poll that found an event pending; the last one that a rule wants ends the event, after the poll.
    pub fn polled(&mut self, id: SiteId, number: u64) {
        if self.state.rules.touched.polled(id, number) {
            self.finish_event(id, number, None);
        }
    }
}

fn tells_date(plan: &Plan) -> bool {
    let is_date = |change: &AnswerChange| matches!(change.retry_after, Some(RetryAfter::Date(_)));
    plan.changes.iter().any(is_date)
        || matches!(&plan.decided, Some(Decided::Answer(change)) if is_date(change))
}

/// What the journal says of a step of an event that a rule touched.
pub(super) fn provenance(rules: &Rules, site: SiteId, number: u64) -> Vec<Injected> {
    let rule = rules.touched.rule(site, number);
    let injected =
        |rule: &Arc<str>| Injected { rule: Arc::clone(rule), act: "its event".to_owned() };
    rule.map(injected).into_iter().collect()
}
