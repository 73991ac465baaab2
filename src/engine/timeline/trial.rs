//! What a step expects of the journal: judged at once, or over some time.

use super::Timeline;
use super::report::{named, spelled};
use super::state::judge_world;
use super::wait::after;
use crate::engine::turn::Turn;
use crate::journal::{Entry, Journal, What};
use crate::judge::report::{ExpectationReport, ExpectationState, JudgedBy};
use crate::judge::{Evidence, Verdict};
use crate::scenario::{Wanted, Window};
use crate::sim::Real;

/// An expectation that is not decided yet.
#[derive(Debug, Clone)]
pub(super) struct Trial {
    /// The step, by its place.
    pub(super) step: usize,
    /// The expectation, by its place in the step.
    expect: usize,
    evidence: Evidence,
    window: Window,
    /// Only entries after this number.
    since: u64,
    /// Only entries until then; nothing to wait for after it.
    until: Option<Real>,
    /// Why nobody can tell.
    lost: Option<String>,
}

impl Timeline {
    /// Judges an expectation of the step that comes next, or puts it on trial.
    pub(super) fn expect(&mut self, turn: &Turn<'_>, n: usize, wanted: &Wanted) {
        if let Some(judged) = judge_world(turn, wanted) {
            let since = self.began;
            if let Some(report) = self.report_of(self.place, n) {
                report.state = match &judged {
                    Ok(()) => ExpectationState::Met,
                    Err(_) => ExpectationState::Failed,
                };
                if judged.is_err() {
                    report.entries = latest_changes(turn.state_journal(), since);
                }
                report.got = judged.err();
            }
            return;
        }
        let Wanted::Journal { expected, since, window } = wanted else { return };
        let marked = since.as_deref().map(|name| turn.marks().find(name).map(|mark| mark.seq));
        let (mark, lost) = match marked.transpose() {
            Ok(mark) => (mark, None),
            Err(error) => (None, Some(error.to_string())),
        };
        let from_here = matches!(window, Window::For(_) | Window::ToTheEnd);
        let since = mark.unwrap_or(if from_here { turn.seq() } else { self.began });
        let until = match window {
            Window::Within(span) | Window::For(span) => Some(after(turn.real, *span)),
            Window::Now | Window::ToTheEnd => None,
        };
        let evidence = Evidence::new(expected.clone());
        let (step, window) = (self.place, *window);
        let mut trial = Trial { step, expect: n, evidence, window, since, until, lost };
        let journal = turn.state_journal();
        if let Some(gap) = journal.gap(since) {
            trial.lose(gap);
        }
        trial.evidence.add(journal.after(since).cloned());
        match trial.state(turn.real, window == Window::Now) {
            ExpectationState::Open => self.trials.push(trial),
            state => self.decide(journal, &trial, state),
        }
    }

    fn report_of(&mut self, step: usize, n: usize) -> Option<&mut ExpectationReport> {
        self.steps.get_mut(step)?.expectations.get_mut(n)
    }

    /// Writes down how a trial ended, with the entries that it is about as long as they are there.
    pub(super) fn decide(&mut self, journal: &Journal, trial: &Trial, state: ExpectationState) {
        let Some(report) = self.report_of(trial.step, trial.expect) else { return };
        trial.tell(report, state);
        let seqs = named(report).collect();
        self.lines.extend(spelled(journal, seqs));
    }
}

/// What changed the world since then: the latest entries that say how it came to be as it is.
fn latest_changes(journal: &Journal, since: u64) -> Vec<u64> {
    const TOLD_MAX: usize = 5;
    let changes_world = |entry: &&Entry| match &entry.what {
        What::Event(_) => true,
        What::Act(act) => act.kind == "verb",
        What::Exchange(_) => false,
    };
    let mut changes: Vec<u64> =
        journal.after(since).filter(changes_world).map(|entry| entry.seq).collect();
    changes.drain(..changes.len().saturating_sub(TOLD_MAX));
    changes
}

impl Trial {
    /// Only what comes after this entry counts, if the trial is about what comes.
    pub(super) fn begin_after(&mut self, seq: u64) {
        if matches!(self.window, Window::For(_) | Window::ToTheEnd) {
            self.since = self.since.max(seq);
        }
    }

    /// When it is over, in real time.
    pub(super) const fn limit(&self) -> Option<Real> {
        self.until
    }

    /// Entries that it should have seen are gone.
    pub(super) fn lose(&mut self, (from, to): (u64, u64)) {
        self.lost.get_or_insert_with(|| {
            format!(
                "entries {from} to {to} are gone from the journal, so nobody can tell; raise journal.max_entries or \
                 journal.max_bytes"
            )
        });
    }

    /// Takes the entries that came.
    pub(super) fn hear(&mut self, entries: &[Entry]) {
        let in_time = |entry: &&Entry| {
            entry.seq > self.since && self.until.is_none_or(|until| entry.real <= until)
        };
        self.evidence.add(entries.iter().filter(in_time).cloned());
    }

    /// The journal holds nothing before this entry any more.
    pub(super) fn let_go(&mut self, first: u64) {
        self.evidence.let_go(first);
    }

    /// How it stands; decided if nothing comes any more.
    pub(super) fn state(&self, real: Real, is_over: bool) -> ExpectationState {
        if self.lost.is_some() {
            return ExpectationState::Failed;
        }
        let is_over = is_over || self.until.is_some_and(|until| real > until);
        let waits_to_the_end =
            !matches!(self.window, Window::Within(_)) || self.evidence.is_about_absence();
        match self.evidence.verdict() {
            Verdict::Broken => ExpectationState::Failed,
            Verdict::Holds if is_over || !waits_to_the_end => ExpectationState::Met,
            Verdict::Open if is_over => ExpectationState::Failed,
            Verdict::Holds | Verdict::Open => ExpectationState::Open,
        }
    }

    /// Tells how it stands.
    pub(super) fn tell(&self, report: &mut ExpectationReport, state: ExpectationState) {
        const TOLD_MAX: usize = 100;
        report.state = state;
        report.entries = self.evidence.matched().iter().take(TOLD_MAX).copied().collect();
        if state == ExpectationState::Met {
            return;
        }
        report.got = Some(self.lost.clone().unwrap_or_else(|| self.evidence.text()));
        let misses = self.evidence.near_misses().into_iter().map(|miss| {
            let failed = miss.failed.iter().map(ToString::to_string).collect::<Vec<_>>();
            (miss.seq, failed.join("; "))
        });
        report.near_misses = misses.collect();
    }

    /// The report that it is about: step and place in it.
    pub(super) const fn place(&self) -> (usize, usize) {
        (self.step, self.expect)
    }
}

/// By which clock a window is judged.
pub(super) const fn clock_of(window: Window) -> JudgedBy {
    match window {
        Window::Now => JudgedBy::Virtual,
        Window::Within(_) | Window::For(_) | Window::ToTheEnd => JudgedBy::Real,
    }
}
