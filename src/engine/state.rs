//! What the lock of a universe protects, and how it lets time pass.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::cursors::Cursors;
use super::deliver::Carrier;
use super::marks::Marks;
use super::outbox::Outbox;
use super::rate::Rate;
use super::rules::provenance;
use super::runs::Runs;
use super::timeline::{Pace, Timeline};
use super::turn::Turn;
use crate::faults::Rules;
use crate::journal::{Bounds, Entry, Journal, What};
use crate::model::At;
use crate::sim::{Clock, ClockMode, Real, Settings, SiteId, World};

/// What the lock protects.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
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
    pub(super) cursors: Cursors,
    /// A Retry-After of the virtual clock was warned about.
    pub(super) retry_warned: bool,
    /// A poll of a pending event was warned about under a manual clock.
    pub(super) pending_warned: bool,
    /// What is to be delivered.
    pub(super) outbox: Outbox,
    /// Events that were told before they count, and the ticket below which first attempts are to be made first.
    pub(super) foretold: BTreeMap<(SiteId, u64), u64>,
    /// Somebody carries notifications.
    pub(super) carrier: Option<Arc<dyn Carrier>>,
    /// A location may have a receiver.
    pub(super) has_receiver: bool,
    /// Somebody advances the clock step by step, and delivers on the way.
    pub(super) is_advancing: bool,
    /// Exchanges that have no answer yet.
    pub(super) unanswered: u32,
    /// When the latest answer was given.
    pub(super) answered: Real,
    /// A turn began and did not end: it panicked, and the world may be half changed.
    pub(super) broken: bool,
}

impl State {
    pub(super) fn new(world: World, clock: Clock, settings: Settings) -> Self {
        let has_receiver = has_receiver(&world);
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
            cursors: Cursors::default(),
            retry_warned: false,
            pending_warned: false,
            outbox: Outbox::default(),
            foretold: BTreeMap::new(),
            carrier: None,
            has_receiver,
            is_advancing: false,
            unanswered: 0,
            answered: Real(0),
            broken: false,
        }
    }

    /// Whether notifications are sent.
    pub(super) fn delivers(&self) -> bool {
        self.carrier.is_some() && self.settings.notifications_deliver
    }

    /// Another world is in place: nobody is told of the one before any more.
    pub(super) fn begin_outbox(&mut self) {
        self.outbox.clear();
        self.foretold.clear();
        self.has_receiver = has_receiver(&self.world);
    }

    /// Lets time pass to what the clock shows, and an `auto` clock jump through what is due soon: between
    /// two requests the world is settled. Steps of the timeline come in between.
    pub(super) fn catch_up(&mut self, universe: &str, real: Real, pace: Pace) -> At {
        let to = self.clock.now(real);
        let is_auto = self.clock.mode() == ClockMode::Auto;
        // The timeline knows up to when time has passed; else nobody asks.
        let from = self.timeline.as_ref().map_or(At(i64::MIN), |timeline| timeline.now());
        if matches!(pace, Pace::Passing | Pace::Still)
            && self.timeline.as_mut().is_some_and(|timeline| timeline.holds_time(is_auto))
        {
            return from;
        }
        let mut turn = Turn::new(universe, self, from, real);
        turn.proceed(pace);
        turn.pass_to(to);
        let settled = turn.now;
        while is_auto
            && pace != Pace::Still
            && let horizon = turn.state.settings.auto_horizon
            && let Some(due) = turn.state.next_within(turn.now.plus(horizon), settled.plus(horizon))
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

    /// [`State::next_due`] without ends of billing periods, which go on for ever.
    pub(super) fn next_but_periods(&self) -> Option<At> {
        let step = self.timeline.as_ref().and_then(|timeline| timeline.next_due());
        self.world.next_of_events().into_iter().chain(step).min()
    }

    /// What falls due by `horizon`, or by `last` if it is the end of a billing period.
    fn next_within(&self, horizon: At, last: At) -> Option<At> {
        let period = self.next_due().filter(|due| *due <= last);
        period.or_else(|| self.next_but_periods().filter(|due| *due <= horizon))
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
                injected: happening
                    .event()
                    .map_or_else(Vec::new, |(number, _)| provenance(rules, happening.site, number)),
                what: What::Event(happening),
            });
        });
    }
}

/// Whether anybody is to be told of changes.
fn has_receiver(world: &World) -> bool {
    world.sites().iter().any(|site| site.location.config.receiver.is_some())
}
