//! What became of a run: plain data that renderers and the control API tell.

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
    /// The entries of the journal that matched, or that broke it.
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
