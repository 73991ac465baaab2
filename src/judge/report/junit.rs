//! Reports as XML in the form of `JUnit`: a suite for each scenario, a case for each step, each expectation, each check of the gate, and
//! the client.
//!
//! Invariants: well-formed whatever the texts hold; no timestamps and no durations, so that it is the same from run to run.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{ExpectationReport, ExpectationState, Report, StepReport, StepState, Verdict, cut};

/// Checks of every gate: each is a case, found or not.
const CHECKS: &[&str] = &[
    "quince-fault",
    "journal-gap",
    "forbidden-call",
    "unexpected-call",
    "unfired-rule",
    "budget",
    "lint",
    "conversation",
];

/// Entries and near misses that are told of one case.
const ENTRIES_MAX: usize = 10;

/// The reports as one document.
pub fn render(reports: &[Report]) -> String {
    let suites: Vec<Suite> = reports.iter().map(Suite::of).collect();
    let sum = |of: fn(&Suite) -> usize| suites.iter().map(of).sum::<usize>();
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(
        xml,
        "<testsuites name=\"quince\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\">",
        sum(|suite| suite.cases.len()),
        sum(Suite::failures),
        sum(Suite::skipped)
    );
    for suite in &suites {
        suite.write(&mut xml);
    }
    xml += "</testsuites>\n";
    xml
}

/// A scenario's cases.
struct Suite {
    name: String,
    file: Option<String>,
    seed: u64,
    cases: Vec<Case>,
    again: String,
}

struct Case {
    class: &'static str,
    name: String,
    outcome: Outcome,
}

enum Outcome {
    Passed,
    Skipped(String),
    /// The first line, and everything.
    Failed(String, String),
}

impl Outcome {
    fn failed(text: String) -> Self {
        Self::Failed(text.lines().next().unwrap_or_default().to_owned(), text)
    }
}

impl Suite {
    fn of(report: &Report) -> Self {
        let mut cases = Vec::new();
        for step in &report.steps {
            cases.push(Case { class: "step", name: step.name.clone(), outcome: of_step(step) });
            cases.extend(step.expectations.iter().map(|expectation| Case {
                class: "expectation",
                name: expectation.id.clone(),
                outcome: of_expectation(expectation, report),
            }));
        }
        let mut found = BTreeMap::<&str, String>::new();
        for finding in &report.gate {
            let text = found.entry(&finding.check).or_default();
            if !text.is_empty() {
                text.push('\n');
            }
            *text += &finding.text;
            *text += &entries(&finding.entries, report);
        }
        let known = CHECKS.iter().map(|check| (*check, found.remove(check))).collect::<Vec<_>>();
        let others = found.into_iter().map(|(check, text)| (check, Some(text)));
        cases.extend(known.into_iter().chain(others).map(|(check, text)| Case {
            class: "gate",
            name: check.to_owned(),
            outcome: text.map_or(Outcome::Passed, Outcome::failed),
        }));
        if let Some(client) = &report.client {
            let outcome = match client.code {
                Some(0) => Outcome::Passed,
                _ => Outcome::failed(client.text.clone()),
            };
            cases.push(Case { class: "client", name: client.command.join(" "), outcome });
        }
        if report.verdict == Verdict::Open && cases.is_empty() {
            let outcome = Outcome::Skipped(Verdict::Open.text().to_owned());
            cases.push(Case { class: "step", name: report.scenario.clone(), outcome });
        }
        let (name, file, again) =
            (report.scenario.clone(), report.file.clone(), report.again.clone());
        Self { name, file, seed: report.seed, cases, again }
    }

    fn failures(&self) -> usize {
        self.cases.iter().filter(|case| matches!(case.outcome, Outcome::Failed(..))).count()
    }

    fn skipped(&self) -> usize {
        self.cases.iter().filter(|case| matches!(case.outcome, Outcome::Skipped(_))).count()
    }

    fn write(&self, xml: &mut String) {
        let file = self.file.as_ref().map(|file| format!(" file=\"{}\"", escaped(file)));
        let _ = writeln!(
            xml,
            "  <testsuite name=\"{}\"{} tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\">",
            escaped(&self.name),
            file.unwrap_or_default(),
            self.cases.len(),
            self.failures(),
            self.skipped()
        );
        let _ = writeln!(xml, "    <properties>");
        let _ = writeln!(xml, "      <property name=\"seed\" value=\"{}\"/>", self.seed);
        if !self.again.is_empty() {
            let again = escaped(&self.again);
            let _ = writeln!(xml, "      <property name=\"again\" value=\"{again}\"/>");
        }
        let _ = writeln!(xml, "    </properties>");
        for case in &self.cases {
            case.write(&self.name, xml);
        }
        let _ = writeln!(xml, "  </testsuite>");
    }
}

impl Case {
    fn write(&self, suite: &str, xml: &mut String) {
        let (class, name) = (escaped(&format!("{suite}.{}", self.class)), escaped(&self.name));
        let _ = write!(xml, "    <testcase classname=\"{class}\" name=\"{name}\"");
        let _ = match &self.outcome {
            Outcome::Passed => writeln!(xml, "/>"),
            Outcome::Skipped(why) => {
                writeln!(xml, ">\n      <skipped message=\"{}\"/>\n    </testcase>", escaped(why))
            }
            Outcome::Failed(first, text) => writeln!(
                xml,
                ">\n      <failure message=\"{}\">{}</failure>\n    </testcase>",
                escaped(first),
                content(text)
            ),
        };
    }
}

fn of_step(step: &StepReport) -> Outcome {
    let why = step.why.clone();
    match step.state {
        StepState::Done => Outcome::Passed,
        StepState::Failed => Outcome::failed(why.unwrap_or_else(|| "the step failed".to_owned())),
        StepState::Waiting => Outcome::Skipped("its turn comes later".to_owned()),
        StepState::NotReached => Outcome::failed(format!(
            "not reached: {}",
            why.as_deref().unwrap_or("the run ended first")
        )),
    }
}

fn of_expectation(expectation: &ExpectationReport, report: &Report) -> Outcome {
    match expectation.state {
        ExpectationState::Met => Outcome::Passed,
        ExpectationState::Open => Outcome::Skipped("not judged".to_owned()),
        ExpectationState::Failed => {
            let got = expectation.got.as_deref().unwrap_or("it is not so");
            let mut text = format!("{got}\nexpected: {}", expectation.expected);
            text += &entries(&expectation.entries, report);
            let (told, others) = cut(&expectation.near_misses, ENTRIES_MAX);
            for (seq, why) in told {
                let _ = write!(text, "\ncame near: {}: {why}", report.entry(*seq));
            }
            if let Some(others) = others {
                let _ = write!(text, "\n{others}");
            }
            Outcome::failed(text)
        }
    }
}

/// A line for each entry, after a line end.
fn entries(entries: &[u64], report: &Report) -> String {
    let (told, others) = cut(entries, ENTRIES_MAX);
    let told = told.iter().map(|seq| format!("\n  {}", report.entry(*seq)));
    told.chain(others.map(|others| format!("\n  {others}"))).collect()
}

/// A text that can stand in an attribute.
fn escaped(text: &str) -> String {
    content(text).replace('\n', "&#10;").replace('\t', "&#9;")
}

/// A text that can stand in an element, with its lines. What XML has no way to say becomes a question mark.
fn content(text: &str) -> String {
    let mut content = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => content += "&amp;",
            '<' => content += "&lt;",
            '>' => content += "&gt;",
            '"' => content += "&quot;",
            '\'' => content += "&apos;",
            '\r' => content += "&#13;",
            '\n' | '\t' => content.push(char),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => content.push('?'),
            other => content.push(other),
        }
    }
    content
}
