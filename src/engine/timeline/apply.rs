//! From a scenario to a universe: what it begins with, and what is put in place of what it has.

use std::sync::Arc;

use super::Pace;
use crate::engine::marks::NoMark;
use crate::engine::real_time;
use crate::engine::turn::Turn;
use crate::engine::universe::{Broken, Universe};
use crate::engine::{Named, Origin};
use crate::judge::report::Report;
use crate::scenario::Scenario;
use crate::sim::settings::SettingError;
use crate::sim::{Clock, ClockMode, Saved, Settings, VIRTUAL_START, build};

/// Why a scenario was not applied.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadScenario {
    /// Its profile or one of its settings is unknown, or has a value that is not allowed.
    #[error(transparent)]
    Setting(#[from] SettingError),
    /// The universe failed before.
    #[error(transparent)]
    Broken(#[from] Broken),
}

impl Origin {
    /// What a universe of this scenario begins with; what the scenario leaves out is as in `base`.
    pub fn of_scenario(scenario: &Arc<Scenario>, base: &Self) -> Result<Self, SettingError> {
        let clock = scenario.clock.unwrap_or(base.clock);
        let named = Named {
            world: base.named.world.clone().filter(|_| scenario.world.is_none()),
            profile: scenario.profile.clone().unwrap_or_else(|| base.named.profile.clone()),
            start: scenario.start.is_some() || base.named.start,
        };
        let start = scenario.start.unwrap_or_else(|| match clock {
            _ if base.named.start => base.start,
            ClockMode::Wall => real_time::today(),
            _ => VIRTUAL_START,
        });
        Ok(Self {
            seed: scenario.seed,
            spec: scenario.world.clone().unwrap_or_else(|| Arc::clone(&base.spec)),
            settings: settings_of(scenario, &base.settings)?,
            clock,
            start,
            rules: scenario.rules.clone(),
            named,
            scenario: Some(Arc::clone(scenario)),
        })
    }
}

fn settings_of(scenario: &Scenario, base: &Settings) -> Result<Settings, SettingError> {
    let mut settings = match &scenario.profile {
        Some(name) => Settings::profile(name)?,
        None => base.clone(),
    };
    for (key, value) in &scenario.settings {
        settings.set(key, value)?;
    }
    Ok(settings)
}

impl Universe {
    /// Begins a scenario: notes so and does its steps up to the first that waits. World, clock and settings stay as they
    /// are. Returns the number of the journal entry that says so.
    pub fn begin(&self, scenario: Arc<Scenario>) -> Result<u64, Broken> {
        self.turn(|turn| turn.begin(scenario))
    }

    /// Begins the scenario that this universe was made for, if it was made for one, and sees to its real-time limits.
    pub fn begin_own(self: &Arc<Self>) -> Result<Option<u64>, Broken> {
        let Some(scenario) = &self.origin().scenario else { return Ok(None) };
        let seq = self.begin(Arc::clone(scenario))?;
        self.drive();
        Ok(Some(seq))
    }

    /// Puts what a scenario says of world, clock, settings and rules in place of this universe's, and begins it. Tokens stay,
    /// and with them the universe's own seed: the scenario's has made its world only. A reset goes back to what was
    /// before all scenarios that came so. Returns the number of the journal entry that says so.
    pub fn apply(self: &Arc<Self>, scenario: Arc<Scenario>) -> Result<u64, BadScenario> {
        let settings = settings_of(&scenario, &self.settings())?;
        let (now, seed) = self.turn(|turn| (turn.now(), turn.world().seed()))?;
        let start = scenario.start.unwrap_or(now);
        // A large world takes a while to build: not under the lock.
        let world =
            scenario.world.as_ref().map(|spec| build(spec, seed, start, settings.token_lifetime));
        let seq = self.turn(|turn| {
            if let Some(world) = world {
                turn.state.world = world.in_place_of(&turn.state.world);
                turn.state.begin_outbox();
                turn.state.pending_warned = false;
            }
            if let Some(start) = scenario.start {
                let mode = scenario.clock.unwrap_or_else(|| turn.clock_mode());
                turn.state.clock = Clock::resumed(mode, start, start, turn.real);
                turn.now = start;
            } else if let Some(mode) = scenario.clock {
                turn.set_clock_mode(mode);
            }
            turn.set_settings(settings);
            turn.state.begin_rules(&scenario.rules);
            turn.begin(scenario)
        })?;
        self.drive();
        Ok(seq)
    }

    /// The client has ended: steps that wait for this are done, and everything that is open is judged. Does nothing the
    /// second time, or without a scenario.
    pub fn client_ended(&self) -> Result<(), Broken> {
        self.turn(|turn| {
            turn.end();
        })
    }

    /// The universe as it stood at a mark, with the settings of today.
    pub fn saved_at(&self, mark: &str) -> Result<Saved, NoMark> {
        self.turn(|turn| {
            let mark = Arc::clone(turn.marks().find(mark)?);
            let (world, now, journal_last) = (mark.world.clone(), mark.at, mark.seq);
            Ok(Saved { world, now, journal_last, ..turn.save() })
        })?
    }

    /// What became of the scenario so far; nothing without one.
    pub fn report(&self) -> Option<Report> {
        self.tick();
        let (mut report, evidence) = {
            let state = self.state.lock();
            let timeline = state.timeline.as_ref()?;
            let evidence = timeline.evidence(self.id(), &state.journal);
            (timeline.report(&state.journal, &state.rules), evidence)
        };
        evidence.complete(&mut report);
        Some(report)
    }
}

impl Turn<'_> {
    /// Ends the client.
    fn end(&mut self) {
        let Some(mut timeline) = self.state.timeline.take() else { return };
        if !timeline.is_over() {
            let name = timeline.scenario.name.clone();
            self.note("scenario", &name, "the client has ended".to_owned());
            timeline.client_ended(self);
        }
        self.state.timeline = Some(timeline);
    }

    /// Lets the timeline go on, if there is one. A step that makes time pass does not set off others on the way.
    pub(in crate::engine) fn proceed(&mut self, pace: Pace) {
        if let Some(mut timeline) = self.state.timeline.take() {
            timeline.proceed(self, pace);
            self.state.timeline = Some(timeline);
        }
    }
}
