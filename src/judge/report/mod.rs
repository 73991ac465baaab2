//! What became of a run: plain data that renderers and the control API tell.
//!
//! * [`Report`] and its parts. [`text`]: for people. [`junit`], [`github`]: for machines that run tests.
//!
//! Invariants: nothing in it varies from run to run but what the run itself did; no renderer fails or grows without
//! bound. Not here: who makes a report (`engine`), where it goes (`cli::run`).

pub mod github;
pub mod junit;
#[cfg(test)]
mod tests;
pub mod text;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

/// What became of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Report {
    /// The scenario's name.
    pub scenario: String,
    /// Its file.
    pub file: Option<String>,
    /// The seed.
    pub seed: u64,
    /// What it comes to.
    pub verdict: Verdict,
    /// The timeline, in order.
    pub steps: Vec<StepReport>,
    /// What the gate found.
    pub gate: Vec<Finding>,
    /// Every rule.
    pub rules: Vec<RuleReport>,
    /// What rules did, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub acts: Vec<ActReport>,
    /// How often which operation was called.
    pub calls: BTreeMap<String, u64>,
    /// The entries of the journal that the report names, a line each.
    pub entries: BTreeMap<u64, String>,
    /// How the client ended; none without one.
    pub client: Option<ClientReport>,
    /// One line that runs it again; empty without a client.
    pub again: String,
}

/// What a run comes to: the first that applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// An expectation failed.
    ExpectationFailed,
    /// The gate failed.
    GateFailed,
    /// The client failed, was not found, or ran out of time.
    ClientFailed,
    /// Not over yet.
    Open,
    /// All is as expected.
    Passed,
}

/// What became of a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct StepReport {
    /// Its name.
    pub name: String,
    /// How far it is.
    pub state: StepState,
    /// Why it did not come so far, for people; nothing if all is well.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// The journal's last number when it was done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seq: Option<u64>,
    /// What it expected.
    pub expectations: Vec<ExpectationReport>,
    /// Differences that it told: from, to, text.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub diffs: Vec<(String, String, String)>,
}

/// How far a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum StepState {
    /// Done.
    Done,
    /// What it waited for did not come, or what it should do could not be done.
    Failed,
    /// Its turn comes later.
    Waiting,
    /// A step before it failed, or the run ended first.
    NotReached,
}

/// What became of an expectation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ExpectationReport {
    /// Its id.
    pub id: String,
    /// As it was written.
    pub expected: String,
    /// How it stands.
    pub state: ExpectationState,
    /// For people: what was there instead; nothing if it is met.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub got: Option<String>,
    /// By which clock it was judged.
    pub clock: JudgedBy,
    /// The entries of the journal that matched, or that broke it; the latest that changed the world, where its state is
    /// not as expected.
    pub entries: Vec<u64>,
    /// What came nearest to what is missing: number and the criteria that it failed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub near_misses: Vec<(u64, String)>,
}

/// How an expectation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ExpectationState {
    /// It is met.
    Met,
    /// It is not.
    Failed,
    /// Nobody knows yet.
    Open,
}

/// By which clock an expectation was judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum JudgedBy {
    /// At one moment of the universe.
    Virtual,
    /// Over real time, in which the client lives.
    Real,
}

/// Something that the gate found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Finding {
    /// Which check: `unexpected-call`, `forbidden-call`, `unfired-rule`, `budget`, `lint`, `conversation`, `quince-fault`,
    /// `journal-gap`.
    pub check: String,
    /// For people.
    pub text: String,
    /// The entries of the journal that show it.
    pub entries: Vec<u64>,
}

/// What became of a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RuleReport {
    /// Its id.
    pub id: String,
    /// How many calls met its conditions.
    pub matched: u64,
    /// How often it fired.
    pub fired: u64,
    /// Whether it may go without.
    pub optional: bool,
    /// Why the real service may do this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
}

/// What a rule did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ActReport {
    /// The entry of the journal that it touched.
    pub seq: u64,
    /// Its id.
    pub rule: String,
    /// For people: what it did.
    pub act: String,
}

/// How a client ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ClientReport {
    /// The command.
    pub command: Vec<String>,
    /// Its exit code; none if it was not found, was killed by a signal or ran out of time.
    pub code: Option<i32>,
    /// For people: how it ended.
    pub text: String,
}

impl Report {
    /// What its parts come to: the first that applies.
    pub fn judged(&self) -> Verdict {
        let mut expectations = self.steps.iter().flat_map(|step| &step.expectations);
        let is_lost =
            |step: &StepReport| matches!(step.state, StepState::Failed | StepState::NotReached);
        if self.steps.iter().any(is_lost)
            || expectations.clone().any(|of| of.state == ExpectationState::Failed)
        {
            Verdict::ExpectationFailed
        } else if !self.gate.is_empty() {
            Verdict::GateFailed
        } else if self.client.as_ref().is_some_and(|client| client.code != Some(0)) {
            Verdict::ClientFailed
        } else if self.steps.iter().any(|step| step.state == StepState::Waiting)
            || expectations.any(|of| of.state == ExpectationState::Open)
        {
            Verdict::Open
        } else {
            Verdict::Passed
        }
    }

    /// The expectations that are not met, each with its step.
    fn failed(&self) -> impl Iterator<Item = (&StepReport, &ExpectationReport)> {
        let all =
            self.steps.iter().flat_map(|step| step.expectations.iter().map(move |of| (step, of)));
        all.filter(|(_, of)| of.state == ExpectationState::Failed)
    }

    /// The line of an entry: `#12 POST ...`.
    fn entry(&self, seq: u64) -> String {
        match self.entries.get(&seq) {
            Some(line) => {
                let own = format!("{seq} ");
                format!("#{seq} {}", line.strip_prefix(&own).unwrap_or(line))
            }
            None => format!("#{seq}"),
        }
    }
}

impl Verdict {
    /// For people.
    pub const fn text(self) -> &'static str {
        match self {
            Self::ExpectationFailed => "an expectation failed",
            Self::GateFailed => "the gate failed",
            Self::ClientFailed => "the client failed",
            Self::Open => "not over yet",
            Self::Passed => "passed",
        }
    }
}

/// The first so many of a list, and a count of the others if there are any.
fn cut<T>(items: &[T], most: usize) -> (&[T], Option<String>) {
    let (told, others) = items.split_at(items.len().min(most));
    (told, (!others.is_empty()).then(|| format!("and {} more", others.len())))
}

/// A text without what a terminal could take for an order.
fn shown(text: &str) -> String {
    let is_order = |char: char| char.is_control() && !matches!(char, '\n' | '\t');
    text.chars().map(|char| if is_order(char) { '\u{fffd}' } else { char }).collect()
}
