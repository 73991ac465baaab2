//! A universe: a world with its clock and settings under one lock, and the turn.
//!
//! One exchange is one turn: read the clock, do what fell due, apply. Everything that a turn decides happens under
//! the lock, in this order, so that the orders of time, writes and counters are one. Whatever costs time and
//! decides nothing (parsing before, rendering after) happens outside.
//!
//! Invariants: no lock is held across an await; nothing is read from a clock before the lock.

use std::sync::Arc;

use parking_lot::Mutex;

use super::rate::Rate;
use super::real_time::RealTime;
use crate::model::{At, ClientConfig, Command, ConfigChange, Limits, Refusal, Span};
use crate::sim::{
    Clock, ClockMode, Credential, Happening, Real, Session, Settings, Site, SiteId, TokenRefusal,
    World,
};

/// An isolated world with its own clock and settings.
#[derive(Debug)]
pub struct Universe {
    id: String,
    seed: u64,
    real_time: RealTime,
    /// Held for one turn at a time, which takes microseconds and never waits.
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    world: World,
    clock: Clock,
    settings: Arc<Settings>,
    rate: Rate,
    /// A poll of a pending event was warned about under a manual clock.
    pending_warned: bool,
    /// A turn began and did not end: it panicked, and the world may be half changed.
    broken: bool,
}

/// The universe failed in an earlier turn and does not answer any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this universe failed in an earlier call and may be half changed; restart quince")]
pub struct Broken;

/// Why time was not moved.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AdvanceError {
    /// Time does not go back.
    #[error("the clock shows {now} already; time does not go back to {to}")]
    Back {
        /// What the clock shows.
        now: String,
        /// Where it was to go.
        to: String,
    },
    /// Not a duration.
    #[error("`{0}` is not a duration: write 90s, 5m, 2h, 1d or 200ms")]
    Duration(String),
    /// See [`Broken`].
    #[error(transparent)]
    Broken(#[from] Broken),
}

/// What an advance did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advance {
    /// What the clock shows now.
    pub now: At,
    /// What happened on the way, in order; at most [`HAPPENED_MAX`].
    pub happened: Vec<Happening>,
    /// How many more things happened.
    pub omitted: usize,
}

/// Happenings that one advance tells.
pub const HAPPENED_MAX: usize = 10_000;

impl Universe {
    /// Puts a world under a clock and settings.
    pub fn new(
        id: &str,
        seed: u64,
        world: World,
        clock: Clock,
        settings: Settings,
        real_time: RealTime,
    ) -> Self {
        let state = State {
            world,
            clock,
            settings: Arc::new(settings),
            rate: Rate::default(),
            pending_warned: false,
            broken: false,
        };
        Self { id: id.to_owned(), seed, real_time, state: Mutex::new(state) }
    }

    /// Its id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Its seed.
    pub const fn seed(&self) -> u64 {
        self.seed
    }

    /// Takes a turn: brings the world up to the present, then does `act`.
    pub fn turn<R>(&self, act: impl FnOnce(&mut Turn<'_>) -> R) -> Result<R, Broken> {
        let mut state = self.state.lock();
        if std::mem::replace(&mut state.broken, true) {
            return Err(Broken);
        }
        let real = self.real_time.now();
        let now = state.catch_up(real);
        let result = act(&mut Turn { universe: self, state: &mut state, now, real });
        state.broken = false;
        Ok(result)
    }

    /// Moves time on by `span`, through everything that falls due on the way, in order.
    pub fn advance_by(&self, span: Span) -> Result<Advance, AdvanceError> {
        Ok(self.turn(|turn| turn.advance_to(turn.now.plus(span)))?)
    }

    /// Moves time on to `to`, through everything that falls due on the way, in order.
    pub fn advance_to(&self, to: At) -> Result<Advance, AdvanceError> {
        self.turn(|turn| {
            if to < turn.now {
                let (now, to) = (crate::sim::date::wire(turn.now), crate::sim::date::wire(to));
                return Err(AdvanceError::Back { now, to });
            }
            Ok(turn.advance_to(to))
        })?
    }
}

impl State {
    /// Lets time pass to what the clock shows, and an `auto` clock jump through what is due soon: between
    /// two requests the world is settled.
    fn catch_up(&mut self, real: Real) -> At {
        let now = self.clock.now(real);
        self.world.step_to(now, &self.settings, tell);
        if self.clock.mode() == ClockMode::Auto {
            while let Some(due) = self.world.next_due()
                && due <= self.clock.now(real).plus(self.settings.auto_horizon)
            {
                self.clock.advance_to(due, real);
                self.world.step_to(due, &self.settings, tell);
            }
        }
        self.clock.now(real)
    }
}

/// One line of log for each event that ended by itself.
#[allow(clippy::needless_pass_by_value, reason = "the shape of a teller")]
fn tell(happening: Happening) {
    if let Some(well) = happening.ended {
        let (completed, requested) = happening.completed;
        let Happening { location, event_id, .. } = happening;
        let outcome = if well { "complete" } else { "failed" };
        tracing::debug!(
            location,
            event = event_id,
            "event {outcome}: {completed} of {requested} tasks"
        );
    }
}

/// A universe in the hands of one exchange, at one moment.
#[derive(Debug)]
pub struct Turn<'a> {
    universe: &'a Universe,
    state: &'a mut State,
    now: At,
    real: Real,
}

impl Turn<'_> {
    /// The universe's time.
    pub const fn now(&self) -> At {
        self.now
    }

    /// The settings in force; cheap to keep.
    pub fn settings(&self) -> Arc<Settings> {
        Arc::clone(&self.state.settings)
    }

    /// Who moves the universe's time.
    pub const fn clock_mode(&self) -> ClockMode {
        self.state.clock.mode()
    }

    /// The world as it stands.
    pub const fn world(&self) -> &World {
        &self.state.world
    }

    /// Finds the location that a token manages.
    pub fn authenticate(&mut self, credential: &Credential) -> Result<Session, TokenRefusal> {
        self.state.world.authenticate(self.universe.id(), credential, self.now)
    }

    /// A location as it stands; cheap to keep, and it does not change any more.
    pub fn site(&self, id: SiteId) -> Option<Site> {
        self.state.world.site(id).cloned()
    }

    /// The life of the world, for version ids.
    pub const fn epoch(&self) -> u16 {
        self.state.world.epoch()
    }

    /// Accepts a command for a location, or refuses it. `None` if there is no such location.
    pub fn accept(&mut self, id: SiteId, command: Command) -> Option<Result<u64, Refusal>> {
        let settings = Arc::clone(&self.state.settings);
        self.state.world.accept(id, command, self.now, &settings)
    }

    /// Changes a location's client configuration and returns the new one. `None` if there is no such
    /// location.
    pub fn configure(&mut self, id: SiteId, change: ConfigChange) -> Option<Arc<ClientConfig>> {
        self.state.world.change(id, |location, _| {
            location.config = Arc::new(location.config.changed(change));
            Arc::clone(&location.config)
        })
    }

    /// Counts a request against a location's rate, in real time; false if it is one too many.
    pub fn within_rate(&mut self, id: SiteId, limits: &Limits) -> bool {
        self.state.rate.admit(id, limits.requests_per_second, self.real)
    }

    /// True the first time that a pending event is polled under a manual clock: who polls would
    /// wait for ever.
    pub fn first_pending_poll(&mut self) -> bool {
        self.clock_mode() == ClockMode::Manual
            && !std::mem::replace(&mut self.state.pending_warned, true)
    }

    /// The content token of a location.
    pub fn stoken(&self, id: SiteId) -> Option<String> {
        self.state.world.stoken(self.universe.id(), id)
    }

    fn advance_to(&mut self, to: At) -> Advance {
        let settings = Arc::clone(&self.state.settings);
        let mut advance = Advance { now: to, happened: Vec::new(), omitted: 0 };
        while let Some(due) = self.state.world.next_due().filter(|due| *due <= to) {
            self.state.clock.advance_to(due, self.real);
            self.state.world.step_to(due, &settings, |happening| {
                if advance.happened.len() < HAPPENED_MAX {
                    advance.happened.push(happening);
                } else {
                    advance.omitted += 1;
                }
            });
        }
        self.state.clock.advance_to(to, self.real);
        self.now = self.state.clock.now(self.real);
        advance.now = self.now;
        advance
    }
}
