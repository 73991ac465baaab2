//! A report for people: the verdict first, then what led to it, then what else there was.

use std::fmt::Write as _;

use super::{
    ExpectationReport, ExpectationState, Finding, JudgedBy, Report, StepReport, StepState, Verdict,
    cut,
};

/// Lines of a list that are told.
const LIST_MAX: usize = 20;

/// Entries that are told of one expectation or finding.
const ENTRIES_MAX: usize = 10;

/// Lines of one text that are told.
const LINES_MAX: usize = 320;

/// The report, with a line end at its end.
pub fn render(report: &Report) -> String {
    let mut text = Text::default();
    text.head(report);
    text.steps(report);
    text.gate(report);
    text.rules(report);
    text.acts(report);
    text.calls(report);
    if let Some(client) = &report.client {
        text.line(0, "client", &client.text);
    }
    if !report.again.is_empty() {
        text.line(0, "again", &report.again);
    }
    text.0
}

#[derive(Default)]
struct Text(String);

impl Text {
    /// A text under a name; its further lines are indented.
    fn line(&mut self, indent: usize, name: &str, text: &str) {
        let text = super::shown(text);
        let mut lines = text.lines();
        let first = lines.next().unwrap_or_default();
        let _ = match name {
            "" => writeln!(self.0, "{:indent$}{first}", ""),
            name => writeln!(self.0, "{:indent$}{name}: {first}", ""),
        };
        for line in lines.by_ref().take(LINES_MAX) {
            let line = format!("{:1$}{line}", "", indent + 2);
            let _ = writeln!(self.0, "{}", line.trim_end());
        }
        let others = lines.count();
        if others > 0 {
            let _ = writeln!(self.0, "{:1$}and {others} more lines", "", indent + 2);
        }
    }

    /// How many of a list are left out, if some are.
    fn others(&mut self, indent: usize, others: Option<String>) {
        if let Some(others) = others {
            self.line(indent, "", &others);
        }
    }

    fn head(&mut self, report: &Report) {
        let file = report.file.as_ref().map(|file| format!(" ({file})")).unwrap_or_default();
        self.line(0, "scenario", &format!("{}{file}, seed {}", report.scenario, report.seed));
        let verdict = match report.verdict {
            Verdict::ExpectationFailed => why_expectations(report),
            Verdict::GateFailed => match report.gate.len() {
                1 => format!("FAILED: {}: {}", Verdict::GateFailed.text(), report.gate[0].check),
                many => format!("FAILED: {}, {many} findings", Verdict::GateFailed.text()),
            },
            Verdict::ClientFailed => format!("FAILED: {}", Verdict::ClientFailed.text()),
            other => other.text().to_owned(),
        };
        self.line(0, "verdict", &verdict);
    }

    fn steps(&mut self, report: &Report) {
        if report.steps.is_empty() {
            return;
        }
        self.line(0, "", "steps:");
        for step in &report.steps {
            self.step(step, report);
        }
    }

    fn step(&mut self, step: &StepReport, report: &Report) {
        let seq = step.seq.map(|seq| format!(" (at #{seq})")).unwrap_or_default();
        self.line(2, state(step.state), &format!("{}{seq}", step.name));
        if let Some(why) = &step.why {
            self.line(6, "why", why);
        }
        for expectation in &step.expectations {
            self.expectation(expectation, report);
        }
        for (from, to, text) in &step.diffs {
            let text = if text.is_empty() { "nothing is different" } else { text };
            self.line(6, "", &format!("from {from} to {to}:\n{text}"));
        }
    }

    fn expectation(&mut self, expectation: &ExpectationReport, report: &Report) {
        let ExpectationReport { id, expected, state, got, clock, entries, near_misses } =
            expectation;
        let word = match state {
            ExpectationState::Met => return self.line(6, "met", id),
            ExpectationState::Failed => "FAILED",
            ExpectationState::Open => "open",
        };
        self.line(6, word, id);
        self.line(8, "expected", expected);
        let clock = match clock {
            JudgedBy::Virtual => "at one moment of virtual time",
            JudgedBy::Real => "over real time",
        };
        if let Some(got) = got {
            self.line(8, "got", got);
        }
        self.line(8, "judged", clock);
        self.entries(8, "entries", entries, report);
        if near_misses.is_empty() {
            return;
        }
        self.line(8, "", "came near:");
        let (told, others) = cut(near_misses, ENTRIES_MAX);
        for (seq, why) in told {
            self.line(10, "", &format!("{}\n{why}", report.entry(*seq)));
        }
        self.others(10, others);
    }

    fn entries(&mut self, indent: usize, name: &str, entries: &[u64], report: &Report) {
        if entries.is_empty() {
            return;
        }
        self.line(indent, "", &format!("{name}:"));
        let (told, others) = cut(entries, ENTRIES_MAX);
        for seq in told {
            self.line(indent + 2, "", &report.entry(*seq));
        }
        self.others(indent + 2, others);
    }

    fn gate(&mut self, report: &Report) {
        if report.gate.is_empty() {
            return;
        }
        self.line(0, "", "gate:");
        for Finding { check, text, entries } in &report.gate {
            self.line(2, check, text);
            self.entries(4, "entries", entries, report);
        }
    }

    fn rules(&mut self, report: &Report) {
        let fired: Vec<_> = report.rules.iter().filter(|rule| rule.fired > 0).collect();
        if fired.is_empty() {
            return;
        }
        self.line(0, "", "rules that fired:");
        let (told, others) = cut(&fired, LIST_MAX);
        for rule in told {
            let because = rule.because.as_ref().map(|because| format!(": {because}"));
            let times = times(rule.fired);
            self.line(2, "", &format!("{} {times}{}", rule.id, because.unwrap_or_default()));
        }
        self.others(2, others);
    }

    fn acts(&mut self, report: &Report) {
        if report.acts.is_empty() {
            return;
        }
        self.line(0, "", "injected:");
        let (told, others) = cut(&report.acts, LIST_MAX);
        for act in told {
            self.line(2, "", &format!("#{} {}: {}", act.seq, act.rule, act.act));
        }
        self.others(2, others);
    }

    fn calls(&mut self, report: &Report) {
        let calls: Vec<_> = report.calls.iter().collect();
        let all: u64 = report.calls.values().sum();
        self.line(0, "calls", &if all == 0 { "none".to_owned() } else { all.to_string() });
        let (told, others) = cut(&calls, LIST_MAX);
        for (operation, count) in told {
            self.line(2, "", &format!("{count} {operation}"));
        }
        self.others(2, others);
    }
}

/// What failed first, in one line.
fn why_expectations(report: &Report) -> String {
    let text = Verdict::ExpectationFailed.text();
    let failed = report.failed().count();
    match report.failed().next() {
        Some((_, first)) if failed == 1 => format!("FAILED: {text}: {}", first.id),
        Some((_, first)) => {
            format!("FAILED: {failed} expectations failed, the first is {}", first.id)
        }
        None => {
            let is_lost = |step: &&StepReport| {
                matches!(step.state, StepState::Failed | StepState::NotReached)
            };
            match report.steps.iter().find(is_lost) {
                Some(step) => {
                    format!("FAILED: step `{}`: {}", step.name, state(step.state).to_lowercase())
                }
                None => format!("FAILED: {text}"),
            }
        }
    }
}

/// How far a step is, as it stands before its name.
const fn state(state: StepState) -> &'static str {
    match state {
        StepState::Done => "done",
        StepState::Failed => "FAILED",
        StepState::Waiting => "waiting",
        StepState::NotReached => "not reached",
    }
}

fn times(count: u64) -> String {
    if count == 1 { "once".to_owned() } else { format!("{count} times") }
}
