//! What the lock of a universe protects, and how it lets time pass.

use std::sync::Arc;

use super::marks::Marks;
use super::rate::Rate;
use super::rules::provenance;
use super::runs::Runs;
use super::timeline::{Pace, Timeline};
use super::turn::Turn;
use crate::faults::Rules;
use crate::journal::{Bounds, Entry, Journal, What};
use crate::model::At;
use crate::sim::{Clock, ClockMode, Real, Settings, World};

/// What the lock protects.
#[derive(Debug, Clone)]
pub(super) struct State {
    pub(super) world: World,
    pub(super) clock: Clock,
    pub(super) settings: Arc<Settings>,
    pub(super) journal: Journal,
    pub(super) marks: Marks,
    pub(super) rate: Rate,
    /// What a scenario wants to happen, while it is carried out.
    pub(super) timeline: Option<Box<Timeline>>,
    pub(super) rules: Rules,
    pub(super) runs: Runs,
    /// A Retry-After of the virtual clock was warned about.
    pub(super) retry_warned: bool,
    /// A poll of a pending event was warned about under a manual clock.
    pub(super) pending_warned: bool,
    /// A turn began and did not end: it panicked, and the world may be half changed.
    pub(super) broken: bool,
}

impl State {
    pub(super) fn new(world: World, clock: Clock, settings: Settings) -> Self {
        Self {
            world,
            clock,
            settings: Arc::new(settings),
            journal: Journal::default(),
            marks: Marks::default(),
            rate: Rate::default(),
            timeline: None,
            rules: Rules::default(),
            runs: Runs::default(),
            retry_warned: false,
            pending_warned: false,
            broken: false,
        }
    }

    /// Lets time pass to what the clock shows, and an `auto` clock jump through what is due soon: between
    /// two requests the world is settled. Steps of the timeline come in between.
    pub(super) fn catch_up(&mut self, universe: &str, real: Real, pace: Pace) -> At {
        // What the turn before told: nobody delivers it yet.
        drop(self.world.take_notices());
        let to = self.clock.now(real);
        let is_auto = self.clock.mode() == ClockMode::Auto;
        // The timeline knows up to when time has passed; else nobody asks.
        let from = self.timeline.as_ref().map_or(At(i64::MIN), |timeline| timeline.now());
        if matches!(pace, Pace::Passing)
            && self.timeline.as_mut().is_some_and(|timeline| timeline.holds_time(is_auto))
        {
            return from;
        }
        let mut turn = Turn::new(universe, self, from, real);
        turn.proceed(pace);
        turn.pass_to(to);
        while is_auto
            && let horizon = turn.now.plus(turn.state.settings.auto_horizon)
            && let Some(due) = turn.state.next_due().filter(|due| *due <= horizon)
        {
            turn.pass_to(due);
        }
        turn.now
    }

    /// When the next thing falls due: in the world, or in the timeline.
    pub(super) fn next_due(&self) -> Option<At> {
        let step = self.timeline.as_ref().and_then(|timeline| timeline.next_due());
        self.world.next_due().into_iter().chain(step).min()
    }

    /// Marks the state that a turn which wrote has ended at, under the number of its last journal entry.
    pub(super) fn mark_write(&mut self, real: Real) {
        if self.settings.automatic_marks {
            let (seq, at) = (self.journal.last(), self.clock.now(real));
            self.marks.put_automatic(seq, at, self.world.clone());
        }
    }

    /// Does everything that falls due until `to`, and notes each step.
    pub(super) fn step_to(&mut self, to: At, real: Real) {
        let Self { world, settings, journal, rules, .. } = self;
        journal.bound(Bounds::of(settings));
        world.step_to(to, settings, |happening| {
            let at = happening.at;
            journal.append(|seq| Entry {
                seq,
                at,
                real,
                injected: provenance(rules, happening.site, happening.event),
                what: What::Event(happening),
            });
        });
    }
}
