//! What became of a timeline.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::Timeline;
use super::trial::clock_of;
use crate::faults::Rules;
use crate::journal::{Entry, Journal, What};
use crate::judge::error_number;
use crate::judge::report::{
    ExpectationReport, ExpectationState, JudgedBy, Report, RuleReport, StepReport, StepState,
    Verdict,
};
use crate::scenario::{Step, Wanted};

/// The report of a step that was not reached yet.
pub(super) fn first_report(step: &Step) -> StepReport {
    let expectations = step.expects.iter().map(|expect| ExpectationReport {
        id: expect.id.clone(),
        expected: expect.written.clone(),
        state: ExpectationState::Open,
        got: None,
        clock: match &expect.wanted {
            Wanted::Journal { window, .. } => clock_of(*window),
            _ => JudgedBy::Virtual,
        },
        entries: Vec::new(),
        near_misses: Vec::new(),
    });
    StepReport {
        name: step.name.clone(),
        state: StepState::Waiting,
        why: None,
        seq: None,
        expectations: expectations.collect(),
        diffs: Vec::new(),
    }
}

impl Timeline {
    /// What became of it so far.
    pub(super) fn report(&self, journal: &Journal, standing: &Rules) -> Report {
        let mut steps = self.steps.clone();
        for trial in &self.trials {
            let (step, n) = trial.place();
            if let Some(report) = steps.get_mut(step).and_then(|step| step.expectations.get_mut(n))
            {
                trial.tell(report, ExpectationState::Open);
            }
        }
        let scenario = &self.scenario;
        let rules = scenario.rules.iter().map(|rule| {
            // A rule that somebody took away has no counters any more.
            let fired = self.fired.get(&rule.id).copied().unwrap_or_default();
            let (matched, fired) =
                standing.get(&rule.id).map_or((fired, fired), |it| (it.matched, it.fired));
            let (optional, because) = (rule.optional, rule.because.clone());
            RuleReport { id: rule.id.to_string(), matched, fired, optional, because }
        });
        let mut report = Report {
            scenario: scenario.name.clone(),
            file: scenario.file.clone(),
            seed: scenario.seed,
            verdict: Verdict::Open,
            steps,
            gate: Vec::new(),
            rules: rules.collect(),
            acts: Vec::new(),
            calls: self.calls.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect(),
            entries: self.lines.clone(),
            client: None,
            again: String::new(),
        };
        let expectations = report.steps.iter().flat_map(|step| &step.expectations);
        let named = expectations.flat_map(named);
        let missing: Vec<u64> = named.filter(|seq| !self.lines.contains_key(seq)).collect();
        report.entries.extend(spelled(journal, missing));
        report
    }
}

/// The entries that an expectation names.
pub(super) fn named(report: &ExpectationReport) -> impl Iterator<Item = u64> {
    report.entries.iter().chain(report.near_misses.iter().map(|(seq, _)| seq)).copied()
}

/// These entries of a journal, as far as it holds them, a line each.
pub(super) fn spelled(journal: &Journal, seqs: Vec<u64>) -> BTreeMap<u64, String> {
    let entry = |seq: u64| {
        let entry = journal.after(seq.checked_sub(1)?).next()?;
        (entry.seq == seq).then(|| (seq, line(entry)))
    };
    seqs.into_iter().filter_map(entry).collect()
}

/// An entry in one line: `12 v2.assets.associate berlin POST /mdm/v2/assets/associate -> 200`.
pub(super) fn line(entry: &Entry) -> String {
    let seq = entry.seq;
    let mut line = match &entry.what {
        What::Exchange(exchange) => {
            let request = &exchange.request;
            let location = exchange.location.get().map(|key| format!("{key} ")).unwrap_or_default();
            let (operation, method) = (exchange.operation, &request.method);
            let answer = match exchange.answer.get() {
                Some(answer) => match error_number(answer) {
                    Some(number) => format!("{} {number}", answer.status.as_u16()),
                    None => answer.status.as_u16().to_string(),
                },
                None => "no answer yet".to_owned(),
            };
            format!("{seq} {operation} {location}{method} {:.200} -> {answer}", request.path)
        }
        What::Event(step) => format!("{seq} {} {} {}", step.kind(), step.location, step.text()),
        What::Act(act) => format!("{seq} {} {:.200}", act.kind, act.text),
    };
    for injected in &entry.injected {
        let _ = write!(line, " [{}: {:.100}]", injected.rule, injected.act);
    }
    line
}
