//! Reports as annotations of GitHub's workflow commands: a line for everything that failed, at the scenario's file.

use std::fmt::Write as _;

use super::{Report, StepState, Verdict};

/// Annotations of one report; GitHub itself shows fewer.
const ANNOTATIONS_MAX: usize = 50;

/// Characters of one message.
const MESSAGE_MAX: usize = 4000;

/// The annotations of all reports; empty if all is well.
pub fn render(reports: &[Report]) -> String {
    reports.iter().map(of).collect()
}

fn of(report: &Report) -> String {
    let mut failures: Vec<(String, String)> = Vec::new();
    for step in &report.steps {
        if matches!(step.state, StepState::Failed | StepState::NotReached) {
            let why = step.why.as_deref().unwrap_or("the run ended first");
            let word = if step.state == StepState::Failed { "failed" } else { "was not reached" };
            failures.push((format!("step {} {word}", step.name), why.to_owned()));
        }
    }
    for (step, expectation) in report.failed() {
        let got = expectation.got.as_deref().unwrap_or("it is not so");
        let mut text = format!("{got}\nexpected: {}\nstep: {}", expectation.expected, step.name);
        for (seq, why) in expectation.near_misses.iter().take(3) {
            let _ = write!(text, "\ncame near: {}: {why}", report.entry(*seq));
        }
        failures.push((format!("expectation {}", expectation.id), text));
    }
    for finding in &report.gate {
        failures.push((format!("gate: {}", finding.check), finding.text.clone()));
    }
    if let Some(client) = &report.client
        && client.code != Some(0)
    {
        failures.push(("client".to_owned(), client.text.clone()));
    }
    if failures.is_empty() && !matches!(report.verdict, Verdict::Passed | Verdict::Open) {
        failures.push(("verdict".to_owned(), report.verdict.text().to_owned()));
    }
    let file = report.file.as_ref().map(|file| format!("file={},", property(file)));
    let file = file.unwrap_or_default();
    let others = failures.len().saturating_sub(ANNOTATIONS_MAX);
    failures.truncate(ANNOTATIONS_MAX);
    if others > 0 {
        failures.push(("more".to_owned(), format!("and {others} more")));
    }
    let mut text = String::new();
    for (title, mut message) in failures {
        if let Some((end, _)) = message.char_indices().nth(MESSAGE_MAX) {
            message.truncate(end);
            message += "...";
        }
        if !report.again.is_empty() {
            message = format!("{message}\nagain: {}", report.again);
        }
        let title = format!("{}: {title}", report.scenario);
        let _ = writeln!(text, "::error {file}title={}::{}", property(&title), data(&message));
    }
    text
}

/// A text that can stand after the two colons.
fn data(text: &str) -> String {
    super::shown(text).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A text that can stand in a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
