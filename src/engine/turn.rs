//! A universe in the hands of one exchange, at one moment, under its lock.

use std::sync::Arc;

use super::advance::Happened;
use super::rules::provenance;
use super::timeline::Pace;
use super::universe::State;
use crate::faults::Steering;
use crate::journal::{Act, Bounds, Entry, Exchange, Injected, What};
use crate::model::{
    At, ClientConfig, Command, ConfigChange, Failing, Limits, Location, Refusal, Span,
};
use crate::sim::ids::LocationIds;
use crate::sim::verbs::{Outcome, Verb, VerbError};
use crate::sim::{
    Clock, ClockMode, Credential, Happening, Real, Saved, Session, Settings, Site, SiteId,
    TokenRefusal, World, date,
};

/// A universe at one moment.
#[derive(Debug)]
pub struct Turn<'a> {
    pub(super) universe: &'a str,
    pub(super) state: &'a mut State,
    pub(super) now: At,
    pub(super) real: Real,
    /// What becomes of the next event that this turn accepts.
    pub(super) steering: Option<Steering>,
    /// The next event that this turn accepts is carried out at once.
    pub(super) told_first: bool,
    /// The next event that this turn accepts is told before it counts: the rule that wants it.
    pub(super) foretold: Option<Arc<str>>,
}

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
    /// Somebody moves it already.
    #[error("another advance of this universe is under way; wait for it to end")]
    Busy,
    /// The universe failed before.
    #[error(transparent)]
    Broken(#[from] super::Broken),
}

/// What an advance did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advance {
    /// What the clock shows now.
    pub now: At,
    /// The journal entry that the advance ended at.
    pub seq: u64,
    /// What happened on the way, in order; at most [`HAPPENED_MAX`].
    pub happened: Vec<Happened>,
    /// How many more things happened.
    pub omitted: usize,
}

/// Happenings that one advance tells.
pub const HAPPENED_MAX: usize = 10_000;

impl<'a> Turn<'a> {
    pub(super) const fn new(universe: &'a str, state: &'a mut State, now: At, real: Real) -> Self {
        Self { universe, state, now, real, steering: None, told_first: false, foretold: None }
    }

    /// The id of the universe.
    pub const fn universe(&self) -> &str {
        self.universe
    }

    /// The universe's time.
    pub const fn now(&self) -> At {
        self.now
    }

    /// The number of the latest journal entry.
    pub const fn seq(&self) -> u64 {
        self.state.journal.last()
    }

    /// The settings in force; cheap to keep.
    pub fn settings(&self) -> Arc<Settings> {
        Arc::clone(&self.state.settings)
    }

    /// Puts other settings in force.
    pub fn set_settings(&mut self, settings: Settings) {
        self.state.settings = Arc::new(settings);
    }

    /// Who moves the universe's time.
    pub const fn clock_mode(&self) -> ClockMode {
        self.state.clock.mode()
    }

    /// What the clock showed at first.
    pub const fn clock_start(&self) -> At {
        self.state.clock.start()
    }

    /// Gives the clock another mode; it goes on from what it shows.
    pub fn set_clock_mode(&mut self, mode: ClockMode) {
        self.state.clock.set_mode(mode, self.real);
    }

    /// The world as it stands.
    pub const fn world(&self) -> &World {
        &self.state.world
    }

    /// The world, to be acted on from outside the imitated services.
    pub const fn world_mut(&mut self) -> &mut World {
        &mut self.state.world
    }

    /// Puts another world in place of this one; its clock shows `now` from here on.
    pub fn replace_world(&mut self, world: World) {
        self.state.world = world.following(&self.state.world);
        self.state.begin_outbox();
        self.state.rules.touched.forget();
        self.state.runs.forget();
        self.state.cursors.forget();
    }

    /// Ends an event now, whatever its delay, and notes it; the tasks that `failing` chooses fail. `None` if
    /// there is no such event or it has ended.
    pub fn finish_event(
        &mut self,
        id: SiteId,
        number: u64,
        failing: Option<&Failing>,
    ) -> Option<Happening> {
        let settings = Arc::clone(&self.state.settings);
        let happening = self.state.world.finish_event(id, number, failing, self.now, &settings)?;
        let injected = provenance(&self.state.rules, id, number);
        self.append(What::Event(happening.clone()), injected);
        Some(happening)
    }

    /// When the next thing falls due: in the world, or in the timeline of a scenario.
    pub fn next_due(&self) -> Option<At> {
        self.state.next_due()
    }

    /// Everything that decides what the universe does from now on.
    pub fn save(&self) -> Saved {
        Saved {
            world: self.state.world.clone(),
            settings: Settings::clone(&self.state.settings),
            clock: self.state.clock.mode(),
            start: self.state.clock.start(),
            now: self.now,
            journal_last: self.seq(),
        }
    }

    /// Puts a saved universe in place of this one: world, clock and settings. The journal goes on; returns the
    /// entry that says so.
    pub fn restore(&mut self, saved: Saved, text: String) -> u64 {
        self.state.clock = Clock::resumed(saved.clock, saved.start, saved.now, self.real);
        self.state.world = saved.world.following(&self.state.world);
        self.state.begin_outbox();
        self.state.settings = Arc::new(saved.settings);
        self.state.pending_warned = false;
        self.state.rules.touched.forget();
        self.state.runs.forget();
        self.state.cursors.forget();
        self.now = saved.now;
        self.note("state", "put", text)
    }

    /// A copy of everything, which shares what it can.
    pub(super) fn copy(&self) -> State {
        self.state.clone()
    }

    /// The named and automatic marks.
    pub const fn marks(&self) -> &super::Marks {
        &self.state.marks
    }

    /// Names the present state, and returns the journal entry that says so.
    pub fn mark(&mut self, name: &str) -> u64 {
        let seq = self.note("mark", name, format!("mark {name}"));
        let world = self.state.world.clone();
        self.state.marks.put(name, seq, self.now, world);
        seq
    }

    /// Does what a verb says, and notes it. Returns the number of the journal entry that says so.
    pub fn act(&mut self, name: &str, verb: &Verb) -> Result<(u64, Outcome), VerbError> {
        let settings = Arc::clone(&self.state.settings);
        let outcome = self.state.world.act(verb, self.now, &settings)?;
        let seq = self.note("verb", name, outcome.text.clone());
        Ok((seq, outcome))
    }

    /// Opens the journal entry of an exchange, with what rules do to it. Its answer comes later, see
    /// [`Universe::complete`](super::Universe::complete).
    pub fn open(&mut self, exchange: Arc<Exchange>, injected: Vec<Injected>) -> u64 {
        self.state.unanswered += 1;
        self.append(What::Exchange(exchange), injected)
    }

    /// Notes an act from outside the imitated services.
    pub fn note(&mut self, kind: &'static str, name: &str, text: String) -> u64 {
        self.append(What::Act(Act::new(kind, name.to_owned(), text)), Vec::new())
    }

    pub(super) fn append(&mut self, what: What, injected: Vec<Injected>) -> u64 {
        let (at, real) = (self.now, self.real);
        self.state.journal.bound(Bounds::of(&self.state.settings));
        self.state.journal.append(|seq| Entry { seq, at, real, what, injected })
    }

    /// Finds the location that a token manages.
    pub fn authenticate(&mut self, credential: &Credential) -> Result<Session, TokenRefusal> {
        self.state.world.authenticate(self.universe, credential, self.now)
    }

    /// A location as it stands; cheap to keep, and it does not change any more.
    pub fn site(&self, id: SiteId) -> Option<Site> {
        self.state.world.site(id).cloned()
    }

    /// The life of the world, for version ids.
    pub const fn epoch(&self) -> u16 {
        self.state.world.epoch()
    }

    /// Accepts a command for a location, or refuses it. `None` if there is no such location. What the rules want of
    /// an event, the accepted one gets.
    pub fn accept(&mut self, id: SiteId, command: Command) -> Option<Result<u64, Refusal>> {
        let settings = Arc::clone(&self.state.settings);
        let accepted = self.state.world.accept(id, command, self.now, &settings);
        if let (Some(Ok(number)), Some(steering)) = (&accepted, self.steering.take()) {
            self.steer(id, *number, &steering);
        }
        if let (Some(Ok(number)), Some(rule)) = (&accepted, self.foretold.take()) {
            self.state.world.foretell_event(id, *number);
            self.state.rules.touched.foretell(id, *number, rule);
        }
        if let Some(Ok(number)) = accepted
            && std::mem::take(&mut self.told_first)
        {
            self.finish_event(id, number, None);
        }
        accepted
    }

    /// Changes a location's client configuration and returns the new one. `None` if there is no such
    /// location.
    pub fn configure(&mut self, id: SiteId, change: ConfigChange) -> Option<Arc<ClientConfig>> {
        let config = self.state.world.change(id, |location, _| {
            location.config = Arc::new(location.config.changed(change));
            Arc::clone(&location.config)
        });
        let has_receiver = config.as_ref().is_some_and(|config| config.receiver.is_some());
        self.state.has_receiver |= has_receiver;
        config
    }

    /// Changes a location at once, past the events in its queue. `None` if there is no such location.
    pub fn change<R>(
        &mut self,
        id: SiteId,
        change: impl FnOnce(&mut Location, &LocationIds) -> R,
    ) -> Option<R> {
        self.state.world.change_at(id, self.now, change)
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
        self.state.world.stoken(self.universe, id)
    }

    /// Moves time on by `span`; see [`Turn::advance_to`].
    pub fn advance_by(&mut self, span: Span) -> Advance {
        self.move_to(self.now.plus(span))
    }

    /// Moves time on to `to`, through everything that falls due on the way, in order.
    pub fn advance_to(&mut self, to: At) -> Result<Advance, AdvanceError> {
        self.check_forward(to)?;
        Ok(self.move_to(to))
    }

    pub(super) fn check_forward(&self, to: At) -> Result<(), AdvanceError> {
        if to < self.now {
            let (now, to) = (date::wire(self.now), date::wire(to));
            return Err(AdvanceError::Back { now, to });
        }
        Ok(())
    }

    /// Moves time on to the last thing that falls due by itself, ends of billing periods aside.
    pub fn advance_until_idle(&mut self) -> Advance {
        self.advance_while(|_| true)
    }

    /// Moves time on from one due instant to the next as long as `go_on` says so and something is due. What billing
    /// periods end on the way do so, but it does not go on for them.
    pub fn advance_while(&mut self, go_on: impl Fn(&World) -> bool) -> Advance {
        let (before, from) = (self.seq(), self.now);
        while let Some(due) = self.state.next_but_periods().filter(|_| go_on(&self.state.world)) {
            self.pass_to(due);
        }
        self.arrived(before, from)
    }

    fn move_to(&mut self, to: At) -> Advance {
        let (before, from) = (self.seq(), self.now);
        self.pass_to(to);
        self.arrived(before, from)
    }

    /// Where time jumps by itself (mode `auto`): lets it pass to `to`.
    pub(super) fn jump(&mut self, to: At) {
        if self.clock_mode() == ClockMode::Auto {
            self.pass_to(to);
        }
    }

    /// Lets time pass to `to`: everything that falls due on the way happens, in order, and steps of the timeline at
    /// their own instants.
    pub(super) fn pass_to(&mut self, to: At) {
        while let Some(due) = self.state.next_due().filter(|due| *due <= to) {
            self.show(due);
            self.state.step_to(self.now, self.real);
            self.queue_notices();
            self.proceed(Pace::Passing);
        }
        self.show(to);
    }

    fn show(&mut self, at: At) {
        self.now = self.now.max(at);
        // A clock that moves by itself may be there already.
        if self.state.clock.now(self.real) < self.now {
            self.state.clock.advance_to(self.now, self.real);
        }
    }

    pub(super) fn arrived(&mut self, before: u64, from: At) -> Advance {
        // What the journal had to drop happened all the same.
        let mut omitted = self.state.journal.first().saturating_sub(before + 1) as usize;
        let mut happened = Vec::new();
        for entry in self.state.journal.after(before) {
            match Happened::of(entry) {
                Some(_) if happened.len() == HAPPENED_MAX => omitted += 1,
                one => happened.extend(one),
            }
        }
        let text = format!("{} to {}", date::wire(from), date::wire(self.now));
        let seq = self.note("clock", "advance", text);
        Advance { now: self.now, seq, happened, omitted }
    }
}
