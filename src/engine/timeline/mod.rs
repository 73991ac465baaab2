//! The timeline of a scenario, carried out: steps wait for their cause, act, and expect.
//!
//! * [`Timeline`]: how far it is. [`wait`]: what a step waits for. [`acts`]: what it does. [`state`]: what it expects of the
//!   world. [`trial`]: what it expects of the journal. [`report`]: what became of it. [`apply`]: from a scenario to a
//!   universe. [`drive`]: who looks at real time. [`gate`]: what the gate finds.
//!
//! Invariants: steps are done in their order, under the lock of the universe and never across an await; those that a call
//! has set off are done before its first byte leaves, or before the next turn if that comes first, so that no step races
//! the client; each entry of the journal is looked at once. Not here: rules and how they fire (`faults`), what
//! fails a gate (`judge`).

mod acts;
mod apply;
mod drive;
mod gate;
mod report;
mod state;
mod trial;
mod wait;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use self::apply::BadScenario;
use self::report::first_report;
use self::trial::Trial;
use self::wait::{Met, Wait};
use super::turn::Turn;
use crate::journal::{Entry, Exchange, Journal, What};
use crate::judge::report::{ExpectationState, StepReport, StepState};
use crate::model::At;
use crate::scenario::Moment::{EventEnded, RuleFired, StepDone};
use crate::scenario::{Act, Cause, Scenario};
use crate::sim::{Real, SiteId, World};

/// When the timeline is asked to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::engine) enum Pace {
    /// At the beginning of a turn: whatever is met is done.
    Turn,
    /// While time passes: what waits for time is done.
    Passing,
    /// While time passes only as much as the clock shows: an `auto` clock does not jump.
    Still,
    /// At the end of a turn: what is met is done, unless the turn opened an exchange, whose answer comes first.
    End {
        /// The latest entry before the turn.
        opened_after: u64,
    },
}

/// A scenario that is carried out in a universe.
#[derive(Debug, Clone)]
pub(in crate::engine) struct Timeline {
    scenario: Arc<Scenario>,
    /// The journal entry that says that it began.
    began: u64,
    /// When that was.
    began_at: At,
    /// The latest journal entry that it knows.
    heard: u64,
    /// Up to when time has passed for it.
    now: At,
    /// The step that comes next.
    place: usize,
    /// What that one waits for, once the one before it is done.
    wait: Option<Wait>,
    /// The exchange whose answer a step that is met waits for.
    awaited: Option<u64>,
    /// What became of the steps so far.
    steps: Vec<StepReport>,
    /// Expectations that are not decided yet.
    trials: Vec<Trial>,
    /// Exchanges that have no answer yet.
    in_flight: Vec<(u64, Arc<Exchange>)>,
    /// Calls by operation.
    calls: BTreeMap<&'static str, u64>,
    /// How many calls each rule of the scenario fired at.
    fired: BTreeMap<Arc<str>, u64>,
    /// Journal entries that the report names, as they are told.
    lines: BTreeMap<u64, String>,
    stands: Stands,
}

/// Where a timeline is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stands {
    /// Steps are done as they are met.
    Running,
    /// A step failed; what is open is judged, no other step is done.
    Stopped,
    /// The client has ended: steps that waited for this are done, and what is open is judged.
    Ending,
    /// Everything is decided.
    Over,
}

impl Timeline {
    pub(super) fn new(scenario: Arc<Scenario>, began: u64, now: At) -> Self {
        let fired = scenario.rules.iter().map(|rule| (Arc::clone(&rule.id), 0)).collect();
        Self {
            began,
            began_at: now,
            heard: began,
            now,
            place: 0,
            wait: None,
            awaited: None,
            steps: scenario.steps.iter().map(first_report).collect(),
            trials: Vec::new(),
            in_flight: Vec::new(),
            calls: BTreeMap::new(),
            fired,
            lines: BTreeMap::new(),
            stands: Stands::Running,
            scenario,
        }
    }

    /// Up to when time has passed for it.
    pub(super) const fn now(&self) -> At {
        self.now
    }

    /// The universe's clock was set.
    pub(super) const fn set_now(&mut self, now: At) {
        self.now = now;
    }

    /// Whether a step is to be done as soon as this exchange has its answer.
    pub(super) fn awaits_answer(&self, seq: u64) -> bool {
        self.awaited == Some(seq)
    }

    /// The instant that the next step waits for.
    pub(super) fn next_due(&self) -> Option<At> {
        let running = matches!(self.stands, Stands::Running | Stands::Ending);
        match self.scenario.steps.get(self.place).and_then(|step| step.cause.as_ref()) {
            Some(cause) if running => self.instant(cause),
            _ => None,
        }
    }

    /// The instant that a cause is.
    const fn instant(&self, cause: &Cause) -> Option<At> {
        match cause {
            Cause::At(at) => Some(*at),
            Cause::Passed(span) => Some(self.began_at.plus(*span)),
            Cause::Call { .. } | Cause::Exit | Cause::After(_) => None,
        }
    }

    /// Whether time must not pass by itself between two turns: a step is to be done first, or an exchange is in flight
    /// after which an `auto` clock jumps.
    pub(super) fn holds_time(&mut self, is_auto: bool) -> bool {
        self.in_flight.retain(|(_, exchange)| exchange.answer.get().is_none());
        self.awaited.is_some() || (is_auto && !self.in_flight.is_empty())
    }

    pub(super) fn is_over(&self) -> bool {
        self.stands == Stands::Over
    }

    /// Goes on: looks at what happened since, judges what can be judged, and does the steps whose cause is there.
    pub(super) fn proceed(&mut self, turn: &mut Turn<'_>, pace: Pace) {
        if self.stands == Stands::Over {
            return;
        }
        self.hear(turn);
        while matches!(self.stands, Stands::Running | Stands::Ending) {
            let Some(step) = self.scenario.steps.get(self.place) else { break };
            let cause = step.cause.clone();
            let wait = self.wait.get_or_insert_with(|| Wait::new(turn.real));
            let met = match (&cause, self.stands) {
                (None, _) | (Some(Cause::Exit), Stands::Ending) => Met::Yes,
                (Some(cause), _) => wait.look(cause, turn.real),
            };
            let met = match met {
                Met::Unknown => self.is_met(cause.as_ref(), turn),
                met => met,
            };
            match met {
                Met::Failed(why) => self.fail(why),
                Met::Yes if self.may_run(cause.as_ref(), pace) => {
                    self.run(turn);
                    self.hear(turn);
                }
                _ => break,
            }
        }
        self.judge(turn.state_journal(), turn.real);
        self.now = turn.now();
    }

    /// Whether a step whose cause is there is done now; else it waits for the answer of the exchange that is in
    /// flight.
    fn may_run(&mut self, cause: Option<&Cause>, pace: Pace) -> bool {
        match pace {
            Pace::Turn => true,
            Pace::Passing | Pace::Still => {
                !matches!(cause, Some(Cause::Call { .. } | Cause::After(RuleFired(_))))
            }
            Pace::End { opened_after } => {
                let mut of_turn = self.in_flight.iter().filter(|(seq, _)| *seq > opened_after);
                self.awaited = of_turn.next().map(|(seq, _)| *seq).or(self.awaited);
                self.awaited.is_none()
            }
        }
    }

    /// Whether what the step waits for has happened, be it long ago.
    fn is_met(&self, cause: Option<&Cause>, turn: &Turn<'_>) -> Met {
        let is_met = match cause {
            None => true,
            Some(Cause::Call { .. } | Cause::Exit) => false,
            Some(cause @ (Cause::At(_) | Cause::Passed(_))) => {
                self.instant(cause).is_some_and(|at| at <= turn.now())
            }
            Some(Cause::After(EventEnded(rule))) => {
                turn.rules().events_of(rule).any(|event| has_ended(turn.world(), event))
            }
            Some(Cause::After(RuleFired(rule))) => self.fired.get(rule).is_some_and(|n| *n > 0),
            Some(Cause::After(StepDone(name))) => {
                let is_done = |step: &StepReport| step.state == StepState::Done;
                self.steps.iter().any(|step| step.name == *name && is_done(step))
            }
        };
        if is_met { Met::Yes } else { Met::No }
    }

    /// Does the step that comes next.
    fn run(&mut self, turn: &mut Turn<'_>) {
        let scenario = Arc::clone(&self.scenario);
        let Some(step) = scenario.steps.get(self.place) else { return };
        let comes_last = |act: &&Act| matches!(act, Act::Snapshot(_) | Act::Diff { .. });
        for act in step.acts.iter().filter(|act| !comes_last(act)) {
            if let Err(why) = self.act(turn, act) {
                return self.fail(why);
            }
        }
        self.hear(turn);
        for (n, expect) in step.expects.iter().enumerate() {
            self.expect(turn, n, &expect.wanted);
        }
        for act in step.acts.iter().filter(comes_last) {
            if let Err(why) = self.act(turn, act) {
                return self.fail(why);
            }
        }
        let seq = turn.seq();
        for trial in self.trials.iter_mut().filter(|trial| trial.step == self.place) {
            trial.begin_after(seq);
        }
        if let Some(report) = self.steps.get_mut(self.place) {
            (report.state, report.seq) = (StepState::Done, Some(seq));
        }
        self.place += 1;
        (self.wait, self.awaited) = (None, None);
    }

    /// The step that comes next failed: no other one is reached.
    fn fail(&mut self, why: String) {
        for (n, step) in self.steps.iter_mut().enumerate().skip(self.place) {
            step.state = if n == self.place { StepState::Failed } else { StepState::NotReached };
        }
        if let Some(step) = self.steps.get_mut(self.place) {
            step.why = Some(why);
        }
        (self.wait, self.awaited) = (None, None);
        self.stands = Stands::Stopped;
    }

    /// The client has ended: steps that wait for this are done, waits that are open fail, and everything is judged.
    pub(super) fn client_ended(&mut self, turn: &mut Turn<'_>) {
        self.proceed(turn, Pace::Turn);
        if self.stands == Stands::Running {
            self.stands = Stands::Ending;
            self.proceed(turn, Pace::Turn);
        }
        if self.stands == Stands::Ending
            && let Some(step) = self.scenario.steps.get(self.place)
        {
            let missing = self.wait.as_ref().zip(step.cause.as_ref());
            let why = missing.map_or_else(String::new, |(wait, cause)| wait.at_end(cause));
            self.fail(why);
        }
        self.stands = Stands::Over;
        self.judge(turn.state_journal(), turn.real);
        self.trials = Vec::new();
        self.in_flight = Vec::new();
    }

    /// Looks at the entries that came since.
    fn hear(&mut self, turn: &Turn<'_>) {
        let journal = turn.state_journal();
        self.in_flight.retain(|(_, exchange)| exchange.answer.get().is_none());
        if let Some(gap) = journal.gap(self.heard) {
            self.trials.iter_mut().for_each(|trial| trial.lose(gap));
        }
        let entries: Vec<Entry> = journal.after(self.heard).cloned().collect();
        for entry in &entries {
            self.note(entry);
        }
        for trial in &mut self.trials {
            trial.hear(&entries);
        }
        self.heard = journal.last();
        // What the journal does not keep is not kept here.
        let first = journal.first();
        self.trials.iter_mut().for_each(|trial| trial.let_go(first));
        self.in_flight.retain(|(seq, _)| *seq >= first);
    }

    fn note(&mut self, entry: &Entry) {
        let mut rules: Vec<&Arc<str>> = entry.injected.iter().map(|act| &act.rule).collect();
        rules.dedup();
        match &entry.what {
            What::Exchange(exchange) => {
                *self.calls.entry(exchange.operation).or_default() += 1;
                if exchange.answer.get().is_none() {
                    self.in_flight.push((entry.seq, Arc::clone(exchange)));
                }
                for rule in rules {
                    if let Some(fired) = self.fired.get_mut(rule) {
                        *fired += 1;
                    }
                }
                let step = self.scenario.steps.get(self.place);
                if let (Some(wait), Some(step)) = (&mut self.wait, step) {
                    wait.hear(step.cause.as_ref(), exchange, entry.real);
                }
            }
            What::Event(_) | What::Act(_) => {}
        }
    }

    /// Decides what can be decided by now.
    fn judge(&mut self, journal: &Journal, real: Real) {
        let is_over = self.stands == Stands::Over;
        let mut trials = std::mem::take(&mut self.trials);
        trials.retain(|trial| {
            let state = trial.state(real, is_over);
            if state != ExpectationState::Open {
                self.decide(journal, trial, state);
            }
            state == ExpectationState::Open
        });
        self.trials = trials;
    }

    /// When the next real-time limit is over.
    fn next_limit(&self) -> Option<Real> {
        let cause = self.scenario.steps.get(self.place).and_then(|step| step.cause.as_ref());
        let wait = self.wait.as_ref().zip(cause);
        let wait = wait.and_then(|(wait, cause)| wait.limit(cause));
        self.trials.iter().filter_map(Trial::limit).chain(wait).min()
    }
}

fn has_ended(world: &World, (site, number): (SiteId, u64)) -> bool {
    let event = world.site(site).and_then(|site| site.location.events.get(number));
    event.is_some_and(|event| event.finished.is_some())
}

impl Turn<'_> {
    /// Begins a scenario: notes so, and its steps are carried out from here on. It takes the place of one that was
    /// carried out before. Returns the number of the journal entry that says so.
    pub(super) fn begin(&mut self, scenario: Arc<Scenario>) -> u64 {
        let name = scenario.name.clone();
        let seq = self.note("scenario", &name, format!("scenario {name} begins"));
        self.state.timeline = Some(Box::new(Timeline::new(scenario, seq, self.now)));
        seq
    }

    pub(super) const fn state_journal(&self) -> &Journal {
        &self.state.journal
    }
}
