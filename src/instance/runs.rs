//! Scenarios in the hands of tests: begun, reported, verified.

use std::fmt;
use std::sync::Arc;

use super::{Quince, UniverseHandle};
use crate::engine::{Broken, CreateError, Origin};
use crate::judge::report::{Report, Verdict, text};
use crate::scenario::Scenario;
use crate::sim::settings::SettingError;

/// Why a scenario did not begin.
#[derive(Debug, thiserror::Error)]
pub enum BeginError {
    /// Its profile or one of its settings is unknown, or has a value that is not allowed.
    #[error(transparent)]
    Setting(#[from] SettingError),
    /// There is no room for its universe, or the id is not free.
    #[error(transparent)]
    Create(#[from] CreateError),
    /// The universe failed.
    #[error(transparent)]
    Broken(#[from] Broken),
}

/// Why there is no report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FinishError {
    /// The universe has no scenario.
    #[error("this universe has no scenario, so there is nothing to report")]
    NoScenario,
    /// The universe failed before.
    #[error(transparent)]
    Broken(#[from] Broken),
}

/// A run that is not as it should be. As text, it says what is wrong and which entries of the journal show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unmet {
    /// There is no report.
    None(FinishError),
    /// What became of the run.
    Report(Box<Report>),
}

impl From<FinishError> for Unmet {
    fn from(error: FinishError) -> Self {
        Self::None(error)
    }
}

impl std::error::Error for Unmet {}

impl fmt::Display for Unmet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None(error) => error.fmt(f),
            Self::Report(report) => f.write_str(&text::render(report)),
        }
    }
}

impl Quince {
    /// Makes a universe for a scenario, under this id or under the next free one, and begins it. What the scenario leaves
    /// out is as in the default universe.
    pub fn begin(
        &self,
        id: Option<&str>,
        scenario: Scenario,
    ) -> Result<UniverseHandle, BeginError> {
        let base = self.engine.default_universe().origin();
        let origin = Origin::of_scenario(&Arc::new(scenario), base)?;
        let universe = self.engine.create(id, origin, None)?;
        universe.begin_own()?;
        Ok(self.handle(universe))
    }
}

impl UniverseHandle {
    /// What became of its scenario so far; nothing without one.
    pub fn report(&self) -> Option<Report> {
        self.universe.report()
    }

    /// The client has ended: steps that wait for this are done, everything that is open is judged. What became of the
    /// scenario.
    pub fn finish(&self) -> Result<Report, FinishError> {
        self.universe.client_ended()?;
        self.report().ok_or(FinishError::NoScenario)
    }

    /// [`UniverseHandle::finish`], and the run must have passed. What is not as it should be is the error's text.
    #[must_use = "a run that did not pass is an error, and only that"]
    pub fn verify(&self) -> Result<Report, Unmet> {
        let report = self.finish()?;
        match report.verdict {
            Verdict::Passed => Ok(report),
            _ => Err(Unmet::Report(Box::new(report))),
        }
    }
}
