//! Handles on the universes of a running quince, and on their clocks.

use std::sync::Arc;

use super::applivery::Applivery;
use crate::engine::deliver::Notifications;
use crate::engine::{Advance, AdvanceError, Broken, DEFAULT, Goal, NoMark, Universe};
use crate::faults::{Rule, RulesError, Standing};
use crate::model::At;
use crate::scenario::Wrongs;
use crate::scenario::forms::RuleForm;
use crate::scenario::verbs::{BadVerb, VerbCall};
use crate::sim::settings::SettingError;
use crate::sim::verbs::{Outcome, VerbError};
use crate::sim::{SiteId, date};

/// Why a setting was not changed.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// It is unknown or has a value that is not allowed.
    #[error(transparent)]
    Setting(#[from] SettingError),
    /// The universe failed before.
    #[error(transparent)]
    Broken(#[from] Broken),
}

/// A universe of a running quince.
#[derive(Debug, Clone)]
pub struct UniverseHandle {
    base_url: String,
    pub(super) universe: Arc<Universe>,
}

impl UniverseHandle {
    pub(super) const fn new(base_url: String, universe: Arc<Universe>) -> Self {
        Self { base_url, universe }
    }

    /// Its id.
    pub fn id(&self) -> &str {
        self.universe.id()
    }

    /// Below it every surface is served for this universe alone: `http://127.0.0.1:8080/u/<id>`.
    pub fn url(&self) -> String {
        format!("{}/u/{}", self.base_url, self.id())
    }

    /// Changes a setting while the universe runs.
    pub fn set(&self, key: &str, value: &str) -> Result<(), SettingsError> {
        self.universe.turn(|turn| {
            let mut settings = (*turn.settings()).clone();
            settings.set(key, value)?;
            turn.set_settings(settings);
            turn.note("settings", "patch", format!("{key}: {value}"));
            Ok(())
        })?
    }

    /// The content token of a location, by the location's key.
    ///
    /// # Panics
    ///
    /// If there is no such location; the message names those that there are.
    #[track_caller]
    pub fn stoken(&self, location: &str) -> String {
        let stokens = self.stokens();
        if let Some((_, stoken)) = stokens.iter().find(|(key, _)| key == location) {
            return stoken.clone();
        }
        let keys: Vec<&str> = stokens.iter().map(|(key, _)| key.as_str()).collect();
        panic!("there is no location `{location}`; there are: {}", keys.join(", "))
    }

    /// The content token of each location, in world order. None if the universe failed.
    pub fn stokens(&self) -> Vec<(String, String)> {
        let stokens = self.universe.turn(|turn| {
            let sites = turn.world().sites().iter().enumerate();
            let each = sites.filter_map(|(place, site)| {
                Some((site.location.profile.key.clone(), turn.stoken(SiteId(place))?))
            });
            each.collect()
        });
        stokens.unwrap_or_default()
    }

    /// The first organization of MDM users, with its keys, at Applivery's URL of this universe. None if its world has
    /// no such organization, or the universe failed.
    pub fn applivery(&self) -> Option<Applivery> {
        self.applivery_organizations().into_iter().next()
    }

    /// The organizations of MDM users, in world order. None if the universe failed.
    pub fn applivery_organizations(&self) -> Vec<Applivery> {
        let is_default = self.id() == DEFAULT;
        let base = if is_default { self.base_url.clone() } else { self.url() };
        Applivery::all_of(&self.universe, &base)
    }

    /// Does what a verb says.
    pub fn act(&self, verb: &VerbCall) -> Result<Outcome, ActError> {
        let wanted = verb.verb()?;
        let (_, outcome) = self.universe.turn(|turn| turn.act(&verb.name, &wanted))??;
        Ok(outcome)
    }

    /// Adds a rule after the others: built in Rust, or read from JSON with [`UniverseHandle::rule_json`].
    pub fn rule(&self, form: &RuleForm) -> Result<(), RuleError> {
        let mut wrongs = Wrongs::default();
        let rule = form.rule("", &mut wrongs).ok_or(RuleError::Wrong(wrongs))?;
        self.add_rule(rule)
    }

    /// Adds a rule after the others, as the control API reads it.
    pub fn rule_json(&self, text: &str) -> Result<(), RuleError> {
        let mut reader = serde_json::Deserializer::from_str(text);
        let form: RuleForm = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
            let mut wrongs = Wrongs::default();
            wrongs.add(crate::snapshot::pointer(error.path()), error.inner().to_string());
            RuleError::Wrong(wrongs)
        })?;
        self.rule(&form)
    }

    /// Adds a rule that was read before.
    pub fn add_rule(&self, rule: Rule) -> Result<(), RuleError> {
        let rule = Arc::new(rule);
        self.universe.turn(|turn| {
            turn.rules_mut().insert(Arc::clone(&rule))?;
            turn.note("rule", &rule.id, format!("rule {} added", rule.id));
            Ok(())
        })?
    }

    /// The rules with their counters, in the order in which they apply. None if the universe failed.
    pub fn rules(&self) -> Vec<Standing> {
        self.universe.turn(|turn| turn.rules().list().to_vec()).unwrap_or_default()
    }

    /// Names the present state, to compare others with. Returns the number of the journal entry.
    pub fn mark(&self, name: &str) -> Result<u64, NoMark> {
        self.universe.mark(name)
    }

    /// What is different between two states, a line each: names of marks, numbers of journal entries, or `now`.
    pub fn diff(&self, from: &str, to: &str) -> Result<String, NoMark> {
        Ok(self.universe.diff(from, to)?.to_text())
    }

    /// What it has delivered to receivers of notifications, and what waits.
    pub fn notifications(&self) -> Notifications {
        self.universe.notifications(None, usize::MAX)
    }

    /// Its clock.
    pub fn clock(&self) -> ClockHandle {
        ClockHandle { universe: Arc::clone(&self.universe) }
    }
}

/// Why a rule was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// What was written is no rule.
    #[error("{}", .0.0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Wrong(Wrongs),
    /// It does not go with those that there are.
    #[error(transparent)]
    Unfit(#[from] RulesError),
    /// The universe failed before.
    #[error(transparent)]
    Broken(#[from] Broken),
}

/// Why a verb was not done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ActError {
    /// What was written is no verb.
    #[error(transparent)]
    Bad(#[from] BadVerb),
    /// It does not go with the state of the world.
    #[error(transparent)]
    Unfit(#[from] VerbError),
    /// The universe failed before.
    #[error(transparent)]
    Broken(#[from] Broken),
}

/// The clock of a universe.
#[derive(Debug, Clone)]
pub struct ClockHandle {
    universe: Arc<Universe>,
}

impl ClockHandle {
    /// What it shows.
    pub fn now(&self) -> Result<At, AdvanceError> {
        Ok(self.universe.turn(|turn| turn.now())?)
    }

    /// Moves time on by a duration such as `90s`, and returns what happened on the way, in order. Notifications leave
    /// right afterwards, and what has to be tried again at an instant that has passed by then, at once.
    pub fn advance(&self, by: &str) -> Result<Advance, AdvanceError> {
        let span = date::parse_span(by).ok_or_else(|| AdvanceError::Duration(by.to_owned()))?;
        Ok(self.universe.turn(|turn| turn.advance_by(span))?)
    }

    /// Moves time on by a duration such as `5m` through everything that falls due, and waits at each instant for the
    /// notifications that are delivered there, retries included; see [`ClockHandle::advance`], which leaves them to the
    /// background.
    pub async fn advance_delivering(&self, by: &str) -> Result<Advance, AdvanceError> {
        let span = date::parse_span(by).ok_or_else(|| AdvanceError::Duration(by.to_owned()))?;
        self.universe.advance(Goal::By(span)).await
    }

    /// Moves time on to an instant, and returns what happened on the way, in order.
    pub fn advance_to(&self, to: At) -> Result<Advance, AdvanceError> {
        self.universe.turn(|turn| turn.advance_to(to))?
    }
}
