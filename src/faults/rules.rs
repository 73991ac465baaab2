//! The rules of a universe, in order, with their counters.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::firing::{Draws, fire};
use super::notification::{Handling, Heard, NOTIFICATION, TEST_NOTIFICATION};
use super::plan::{Asked, Plan};
use super::rule::{On, Rule, Which};
use super::touched::Touched;
use crate::predicate::LookedAt;
use crate::sim::SiteId;

/// Rules of one universe at most.
pub const RULES_MAX: usize = 1_000;

/// A rule with its counters.
#[derive(Debug, Clone)]
pub struct Standing {
    /// The rule.
    pub rule: Arc<Rule>,
    /// How many calls it was about, whatever `which` and `odds` said of them.
    pub matched: u64,
    /// How often it fired.
    pub fired: u64,
    /// How many of the latest calls that it was about it fired at, one after the other.
    pub consecutive: u64,
}

/// The rules of a universe, in declared order. A copy goes on with the same counters.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    standing: Vec<Standing>,
    /// The events that they have touched; these stay so when their rule goes.
    pub touched: Touched,
}

/// Why rules were not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RulesError {
    /// Ids are unique.
    #[error("there is a rule `{0}` already; PUT replaces it")]
    Exists(String),
    /// There are too many.
    #[error("a universe has at most {RULES_MAX} rules")]
    Full,
}

impl Rules {
    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.standing.is_empty()
    }

    /// The rules with their counters, in declared order.
    pub fn list(&self) -> &[Standing] {
        &self.standing
    }

    /// The rule with this id.
    pub fn get(&self, id: &str) -> Option<&Standing> {
        self.standing.iter().find(|standing| &*standing.rule.id == id)
    }

    /// Adds a rule after all others.
    pub fn insert(&mut self, rule: Arc<Rule>) -> Result<(), RulesError> {
        self.add_all([rule])
    }

    /// Adds rules after all others: all of them, or none.
    pub fn add_all(
        &mut self,
        rules: impl IntoIterator<Item = Arc<Rule>>,
    ) -> Result<(), RulesError> {
        let rules: Vec<Arc<Rule>> = rules.into_iter().collect();
        let mut ids: BTreeSet<&str> = self.standing.iter().map(|it| &*it.rule.id).collect();
        if let Some(twice) = rules.iter().find(|rule| !ids.insert(&rule.id)) {
            return Err(RulesError::Exists(twice.id.to_string()));
        }
        if ids.len() > RULES_MAX {
            return Err(RulesError::Full);
        }
        self.standing.extend(rules.into_iter().map(Standing::new));
        Ok(())
    }

    /// Puts a rule in place of the one with its id, or after all others. Its counters begin anew. Says whether there
    /// was one.
    pub fn upsert(&mut self, rule: Arc<Rule>) -> Result<bool, RulesError> {
        match self.standing.iter_mut().find(|standing| standing.rule.id == rule.id) {
            Some(standing) => {
                *standing = Standing::new(rule);
                Ok(true)
            }
            None => self.insert(rule).map(|()| false),
        }
    }

    /// Takes the rule with this id away; `None` if there is none.
    pub fn remove(&mut self, id: &str) -> Option<Standing> {
        let place = self.standing.iter().position(|standing| &*standing.rule.id == id)?;
        Some(self.standing.remove(place))
    }

    /// Takes all rules away.
    pub fn clear(&mut self) {
        self.standing.clear();
    }

    /// The events that the rule with this id touched, by location and number; also if the rule is gone.
    pub fn events_of(&self, id: &str) -> impl Iterator<Item = (SiteId, u64)> {
        self.touched.events_of(id)
    }

    /// Counts a call, and says what happens to it. Rules without a seed of their own draw from `seed`.
    pub fn plan(&mut self, asked: &Asked<'_>, seed: u64) -> Plan {
        let mut plan = Plan::default();
        let looked_at = LookedAt::new(asked.request);
        let location = asked.location.unwrap_or_default();
        for standing in &mut self.standing {
            if standing.rule.then.is_about_notifications()
                || !is_about(&standing.rule.on, asked, &looked_at)
                || !standing.count(location, seed)
            {
                continue;
            }
            let rule = &standing.rule;
            fire(rule, &standing.draws(location, seed), &mut plan);
            if rule.then.decides() {
                break;
            }
        }
        plan
    }

    /// Whether a rule is about notifications of this type and asks for what stands in their bodies.
    pub fn looks_into(&self, kind: &str) -> bool {
        let asks = |rule: &Rule| !rule.on.wheres.is_empty() && tells(rule, kind);
        self.standing.iter().any(|standing| asks(&standing.rule))
    }

    /// Counts a notification of a type and a location, and says what happens to it. Its body may be empty where no rule
    /// [looks into](Self::looks_into) it.
    pub fn handle(&mut self, told: &Heard<'_>, seed: u64) -> Handling {
        let Heard { kind, location, universe, body } = *told;
        let mut handling = Handling::default();
        let looked_at = LookedAt::body(body);
        for standing in &mut self.standing {
            let on = &standing.rule.on;
            if tells(&standing.rule, kind)
                && on.location.as_deref().is_none_or(|key| key == location)
                && on.universe.as_deref().is_none_or(|id| id == universe)
                && on.wheres.iter().all(|condition| condition.fits(&looked_at))
                && standing.count(location, seed)
                && let Some(rule) = &standing.rule.then.notification
            {
                handling.add(&standing.rule.id, rule);
            }
        }
        handling
    }
}

impl Standing {
    const fn new(rule: Arc<Rule>) -> Self {
        Self { rule, matched: 0, fired: 0, consecutive: 0 }
    }

    /// The key of its draws at what it was about last.
    fn draws<'a>(&'a self, location: &'a str, seed: u64) -> Draws<'a> {
        let seed = self.rule.seed.unwrap_or(seed);
        Draws { seed, location, rule: &self.rule.id, count: self.matched }
    }

    /// Counts something that meets all but `which` and `odds`, and says whether it fires at it.
    fn count(&mut self, location: &str, seed: u64) -> bool {
        self.matched += 1;
        let on = &self.rule.on;
        let chosen = on.which.chooses(self.matched)
            && on.odds.is_none_or(|ppm| self.draws(location, seed).stream("").chance(ppm));
        let tired = on.max_consecutive.is_some_and(|most| self.consecutive >= most);
        if !chosen || tired {
            self.consecutive = 0;
            return false;
        }
        self.fired += 1;
        self.consecutive += 1;
        true
    }
}

impl Which {
    const fn chooses(self, count: u64) -> bool {
        match self {
            Self::All => true,
            Self::Nth(n) => count == n,
            Self::Every(n) => n > 0 && count.is_multiple_of(n),
            Self::First(n) => count <= n,
            Self::From(n) => count >= n,
        }
    }
}

/// Whether a rule is about notifications of this type.
fn tells(rule: &Rule, kind: &str) -> bool {
    let pattern = &rule.on.operation;
    let operation = || format!("{NOTIFICATION}{kind}");
    rule.then.is_about_notifications()
        // A receiver that is tried out is none of those that the service has: only its own name means that.
        && if kind == TEST_NOTIFICATION {
            pattern.as_str() == operation()
        } else {
            pattern.fits(&operation())
        }
}

/// Whether a rule is about a call: everything but which of these calls it fires at.
pub fn is_about(on: &On, asked: &Asked<'_>, looked_at: &LookedAt<'_>) -> bool {
    on.operation.fits(asked.operation)
        && on.page.is_none_or(|page| asked.page == Some(page))
        && on.location.as_deref().is_none_or(|key| asked.location == Some(key))
        && on.universe.as_deref().is_none_or(|id| asked.universe == id)
        && on.wheres.iter().all(|condition| condition.fits(looked_at))
}
