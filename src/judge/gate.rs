//! The gate: what fails a run besides its expectations.

use crate::predicate::Pattern;

/// What fails a run.
#[derive(Debug, Clone, Default)]
pub struct Gate {
    /// Calls that no `wait`, `on`, `expect` or `allow` is about.
    pub unexpected_calls: Policy,
    /// Operations that are expected though nothing else is about them.
    pub allow: Vec<Pattern>,
    /// Operations that may not be called.
    pub forbid: Vec<Pattern>,
    /// Rules that never fired, but for optional ones.
    pub unfired_rules: Unfired,
    /// Lints.
    pub lints: Policy,
    /// How much the client may call.
    pub budget: Budget,
    /// Name of the golden conversation, a file next to the scenario's.
    pub conversation: Option<String>,
}

/// Whether something fails the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Policy {
    /// It does not.
    #[default]
    Allow,
    /// It does.
    Fail,
}

/// Whether a rule that never fired fails the run: by default it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Unfired {
    /// It does.
    #[default]
    Fail,
    /// It does not.
    Allow,
}

/// How much a client may call; without bounds where nothing is said.
#[derive(Debug, Clone, Default)]
pub struct Budget {
    /// Calls in all.
    pub calls: Option<u64>,
    /// Calls of some operations.
    pub per_operation: Vec<(Pattern, u64)>,
    /// How often one and the same request may come: method, path, query and body alike.
    pub repeated: Option<u64>,
}
