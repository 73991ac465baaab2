//! A universe: a world with its clock, settings and journal under one lock, and the turn.
//!
//! One exchange is one turn: read the clock, do what fell due, apply, append to the journal. Everything that a turn
//! decides happens under the lock, in this order, so that the orders of time, writes, journal and counters are
//! one. Whatever costs time and decides nothing (parsing before, rendering after) happens outside.
//!
//! Invariants: no lock is held across an await; nothing is read from a clock before the lock.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::watch;

use super::deliver::Post;
use super::marks::{Diff, Marks, NoMark, can_name};
use super::origin::{Origin, Scope};
use super::rate::Rate;
use super::real_time::RealTime;
pub(super) use super::state::State;
use super::timeline::Pace;
use super::turn::Turn;
use crate::journal::{Act, Answer, Entry, Exchange, Journal, What};
use crate::sim::diff::diff;
use crate::sim::{Clock, ClockMode, Real, Saved, Settings, World, build};

/// An isolated world with its own clock, settings and journal.
#[derive(Debug)]
pub struct Universe {
    id: String,
    pub(super) origin: Origin,
    /// What it went on with, if it did not begin with the world of its origin.
    begun: Option<Arc<Saved>>,
    pub(super) real_time: RealTime,
    /// Dropped when nobody called it for so long, in real time.
    ttl: Option<Duration>,
    /// Real time of the latest call, in microseconds.
    last_call: AtomicU64,
    /// Held for one turn at a time, which takes microseconds and never waits.
    pub(super) state: Mutex<State>,
    /// The number of the latest entry that is complete; who waits for the journal waits here.
    grown: watch::Sender<u64>,
    /// Somebody sees to it that the real-time limits of a timeline are kept.
    pub(super) is_driven: AtomicBool,
    /// How its notifications get out; set once, before anybody calls.
    pub(super) post: OnceLock<Post>,
    /// Its driver is there, and sees to what is due though nobody calls.
    pub(super) is_carried: AtomicBool,
}

/// The universe failed in an earlier turn and does not answer any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "this universe failed in an earlier call and may be half changed; reset it or restart quince"
)]
pub struct Broken;

impl Universe {
    /// Builds the world of `origin` and puts it under its clock.
    pub fn new(id: &str, origin: Origin, ttl: Option<Duration>, real_time: RealTime) -> Self {
        let world = build(&origin.spec, origin.seed, origin.start, origin.settings.token_lifetime);
        let clock = Clock::new(origin.clock, origin.start, real_time.now());
        let mut state = State::new(world, clock, origin.settings.clone());
        state.begin_rules(&origin.rules);
        Self::with(id, origin, None, ttl, real_time, state)
    }

    /// A universe that goes on where another one was saved; its journal goes on with the next number. A reset
    /// goes back to there.
    pub fn from_state(id: &str, saved: Saved, ttl: Option<Duration>, real_time: RealTime) -> Self {
        let (seed, settings) = (saved.world.seed(), saved.settings.clone());
        let origin = Origin::new(seed, Arc::default(), settings, saved.clock, saved.start);
        let clock = Clock::resumed(saved.clock, saved.start, saved.now, real_time.now());
        let mut state = State::new(saved.world.clone(), clock, saved.settings.clone());
        state.journal.continue_after(saved.journal_last);
        Self::with(id, origin, Some(Arc::new(saved)), ttl, real_time, state)
    }

    /// Another universe that begins as this one began, without its scenario.
    pub(super) fn begun_alike(&self, id: &str) -> Self {
        if let Some(saved) = &self.begun {
            let universe = Self::from_state(id, Saved::clone(saved), None, self.real_time);
            return universe.begun_with(self.origin.rules.clone());
        }
        let origin = Origin { scenario: None, ..self.origin.clone() };
        Self::new(id, origin, None, self.real_time)
    }

    fn with(
        id: &str,
        origin: Origin,
        begun: Option<Arc<Saved>>,
        ttl: Option<Duration>,
        real_time: RealTime,
        state: State,
    ) -> Self {
        Self {
            id: id.to_owned(),
            origin,
            begun,
            real_time,
            ttl,
            last_call: AtomicU64::new(real_time.now().0),
            grown: watch::Sender::new(state.journal.last()),
            state: Mutex::new(state),
            is_driven: AtomicBool::new(false),
            post: OnceLock::new(),
            is_carried: AtomicBool::new(false),
        }
    }

    /// Its id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Its seed.
    pub fn seed(&self) -> u64 {
        self.look(World::seed)
    }

    /// Everything that decides what it does from now on.
    pub fn save(&self) -> Result<Saved, Broken> {
        self.turn(|turn| turn.save())
    }

    /// How long it lives without a call.
    pub const fn ttl(&self) -> Option<Duration> {
        self.ttl
    }

    /// Counts as a call: its time to live begins anew.
    pub fn touch(&self) {
        self.last_call.store(self.real_time.now().0, Ordering::Relaxed);
    }

    /// What it began with.
    pub const fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Takes a turn: brings the world up to the present, then does `act`.
    pub fn turn<R>(&self, act: impl FnOnce(&mut Turn<'_>) -> R) -> Result<R, Broken> {
        self.take(Pace::Turn, act)
    }

    /// Brings the world up to the present at this pace, then does `act`, then what the timeline wants.
    pub(super) fn take<R>(
        &self,
        pace: Pace,
        act: impl FnOnce(&mut Turn<'_>) -> R,
    ) -> Result<R, Broken> {
        let mut state = self.state.lock();
        if std::mem::replace(&mut state.broken, true) {
            return Err(Broken);
        }
        let real = self.real_time.now();
        if matches!(pace, Pace::Turn) {
            self.last_call.store(real.0, Ordering::Relaxed);
        }
        let (before, revision) = (state.journal.last(), state.world.revision());
        let tickets = state.outbox.next_ticket();
        let now = state.catch_up(&self.id, real, pace);
        let opened_after = state.journal.last();
        let mut turn = Turn::new(&self.id, &mut state, now, real);
        let result = act(&mut turn);
        turn.proceed(Pace::End { opened_after });
        turn.queue_notices();
        let after = state.journal.last();
        let queued = state.outbox.next_ticket() > tickets;
        let delivers = state.has_receiver && state.delivers();
        if state.world.revision() != revision {
            state.mark_write(real);
        }
        state.broken = false;
        drop(state);
        if after > before || queued {
            self.grown.send_replace(after);
        }
        if delivers {
            self.see_to_deliveries();
        }
        Ok(result)
    }

    /// Brings the world up to the present without a call: what is due is done and noted, nothing else happens.
    /// Says whether more will fall due without anybody calling. A broken universe stays as it is.
    pub fn settle(&self) -> bool {
        let is_moving = |turn: &mut Turn<'_>| {
            turn.clock_mode() != ClockMode::Manual && turn.next_due().is_some()
        };
        self.take(Pace::Passing, is_moving).unwrap_or(false)
    }

    /// Adds the answer to an exchange that a turn has opened. Called before the first byte leaves.
    pub fn complete(&self, seq: u64, exchange: &Exchange, answer: Answer) {
        if exchange.answer.set(answer).is_ok() {
            let mut state = self.state.lock();
            state.journal.recount(seq);
            state.unanswered = state.unanswered.saturating_sub(1);
            state.answered = self.real_time.now();
            let is_awaited = state.timeline.as_ref().is_some_and(|it| it.awaits_answer(seq));
            drop(state);
            if is_awaited {
                // The steps that waited for this call are done before its first byte leaves.
                let _ = self.turn(|_| ());
            }
            self.grown.send_modify(|_| ());
        }
    }

    /// Tells those who wait for the journal to look again.
    pub(super) fn poke(&self) {
        self.grown.send_modify(|_| ());
    }

    /// Tells whenever the journal grows, an answer is added to it, or a notification is queued.
    pub fn journal_grows(&self) -> watch::Receiver<u64> {
        self.grown.subscribe()
    }

    /// Looks at the world as it stands. Takes no turn: no time passes by looking.
    pub fn look<R>(&self, look: impl FnOnce(&World) -> R) -> R {
        look(&self.state.lock().world)
    }

    /// The settings in force; cheap to keep.
    pub fn settings(&self) -> Arc<Settings> {
        Arc::clone(&self.state.lock().settings)
    }

    /// Looks at the journal. Takes no turn: nothing happens by looking.
    pub fn with_journal<R>(&self, look: impl FnOnce(&Journal) -> R) -> R {
        look(&self.state.lock().journal)
    }

    /// Names the present state, and returns the number of the journal entry that says so.
    pub fn mark(&self, name: &str) -> Result<u64, NoMark> {
        if !can_name(name) {
            return Err(NoMark::Unnameable(name.chars().take(80).collect()));
        }
        Ok(self.turn(|turn| turn.mark(name))?)
    }

    /// What is different between two states: marks, numbers of journal entries, or `now`. Compares outside the
    /// lock. Also says at which entries the two were, and whether there are several locations.
    pub fn diff(&self, from: &str, to: &str) -> Result<Diff, NoMark> {
        let (from, to) = self.turn(|turn| {
            let find = |what: &str| {
                if what == "now" {
                    return Ok((turn.seq(), turn.world().clone()));
                }
                turn.marks().find(what).map(|mark| (mark.seq, mark.world.clone()))
            };
            Ok::<_, NoMark>((find(from)?, find(to)?))
        })??;
        Ok(Diff {
            from: from.0,
            to: to.0,
            several_locations: to.1.sites().len() > 1,
            differences: diff(&from.1, &to.1),
        })
    }

    /// Whether nobody called for longer than its time to live.
    pub(super) fn is_over(&self, real: Real) -> bool {
        let idle = real.0.saturating_sub(self.last_call.load(Ordering::Relaxed));
        self.ttl.is_some_and(|ttl| u128::from(idle) > ttl.as_micros())
    }

    /// Real time of the latest call.
    pub(super) fn last_call(&self) -> Real {
        Real(self.last_call.load(Ordering::Relaxed))
    }

    /// A copy under another id: state, clock, settings, pending events, marks. It shares everything until
    /// either is written to. Its journal begins with where it comes from.
    pub fn fork(&self, id: &str, ttl: Option<Duration>) -> Result<(Self, u64), Broken> {
        let (mut state, seq) = self.turn(|turn| (turn.copy(), turn.seq()))?;
        state.broken = false;
        state.rate = Rate::default();
        state.timeline = None;
        (state.carrier, state.is_advancing, state.unanswered) = (None, false, 0);
        state.journal = Journal::default();
        let real = self.real_time.now();
        let at = state.clock.now(real);
        let text = format!("forked from {} at {seq}", self.id);
        let act = Act::new("forked", self.id.clone(), text);
        state.journal.append(|seq| Entry {
            seq,
            at,
            real,
            what: What::Act(act),
            injected: Vec::new(),
        });
        let origin = Origin { scenario: None, ..self.origin.clone() };
        let begun = self.begun.clone();
        Ok((Self::with(id, origin, begun, ttl, self.real_time, state), seq))
    }

    /// Goes back to the beginning in part or in whole; a scenario that it was made for begins anew with the
    /// state. Returns the number of the journal entry that it ended at. Also mends a broken universe if the state is part of it.
    pub fn reset(&self, scope: Scope) -> Result<u64, Broken> {
        let mut state = self.state.lock();
        if state.broken && !scope.has_state() {
            return Err(Broken);
        }
        let real = self.real_time.now();
        let Origin { seed, spec, settings, clock, start, scenario, .. } = &self.origin;
        if scope.has_state() {
            let world = match &self.begun {
                Some(saved) => saved.world.clone(),
                None => build(spec, *seed, *start, settings.token_lifetime),
            };
            state.world = world.in_place_of(&state.world);
            state.begin_outbox();
            state.marks = Marks::default();
            state.timeline = None;
            state.broken = false;
            state.pending_warned = false;
            state.rules.touched.forget();
            state.runs.forget();
            state.cursors.forget();
        }
        if matches!(scope, Scope::All | Scope::Rules) {
            state.begin_rules(&self.origin.rules);
        }
        if matches!(scope, Scope::All) {
            state.settings = Arc::new(settings.clone());
        }
        if matches!(scope, Scope::All | Scope::Clock) {
            let now = self.begun.as_ref().map_or(*start, |saved| saved.now);
            state.clock = Clock::resumed(*clock, *start, now, real);
        }
        if matches!(scope, Scope::All | Scope::Journal) {
            state.journal.clear();
        }
        let at = state.clock.now(real);
        let name = scope.as_str().to_owned();
        let act = Act::new("reset", name.clone(), format!("reset of {name}"));
        let seq = state.journal.append(|seq| Entry {
            seq,
            at,
            real,
            what: What::Act(act),
            injected: Vec::new(),
        });
        if let Some(scenario) = scenario.as_ref().filter(|_| scope.has_state()) {
            state.broken = true;
            let mut turn = Turn::new(&self.id, &mut state, at, real);
            turn.begin(Arc::clone(scenario));
            turn.proceed(Pace::End { opened_after: seq });
            turn.queue_notices();
            state.broken = false;
        } else if let Some(timeline) = &mut state.timeline {
            timeline.set_now(at);
        }
        let last = state.journal.last();
        let delivers = state.has_receiver && state.delivers();
        drop(state);
        self.grown.send_replace(last);
        if delivers {
            self.see_to_deliveries();
        }
        Ok(last)
    }
}
