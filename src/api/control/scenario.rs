//! The scenario of a universe: put in force, reported, finished.

use std::sync::Arc;

use http::StatusCode;
use schemars::JsonSchema;
use serde::Serialize;

use super::ask::json;
use super::{Ask, Outcome, Problem};
use crate::engine::{BadScenario, Universe};
use crate::scenario::Scenario;

/// What putting a scenario in force answers.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Begun {
    /// The journal entry that says that it began.
    pub seq: u64,
    /// Its name.
    pub scenario: String,
}

/// `POST /universes/{u}/scenario`, once it is read.
pub async fn apply(universe: Arc<Universe>, scenario: Scenario) -> Outcome {
    let name = scenario.name.clone();
    // A large world takes seconds to build; other calls need this thread.
    let applied = tokio::task::spawn_blocking(move || universe.apply(Arc::new(scenario)));
    let seq = applied.await.map_err(|error| {
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        Problem::new(status, "internal", "quince failed", error.to_string())
    })??;
    json(StatusCode::OK, &Begun { seq, scenario: name })
}

/// `GET /universes/{u}/report`
pub async fn report(ask: Ask<'_>) -> Outcome {
    ask.only(&[])?;
    tell(&*ask.universe()?)
}

/// `POST /universes/{u}/report/finish`
pub async fn finish(ask: Ask<'_>) -> Outcome {
    ask.only(&[])?;
    let universe = ask.universe()?;
    universe.client_ended()?;
    tell(&universe)
}

fn tell(universe: &Universe) -> Outcome {
    let report = universe.report().ok_or_else(|| {
        let id = universe.id();
        let detail = format!(
            "universe `{id}` has no scenario, so there is nothing to report; POST .../universes/{id}/scenario puts \
             one in force"
        );
        Problem::not_found("report", detail)
    })?;
    json(StatusCode::OK, &report)
}

impl From<BadScenario> for Problem {
    fn from(error: BadScenario) -> Self {
        match error {
            BadScenario::Setting(error) => Self::invalid(error.to_string()).at("/settings"),
            BadScenario::Broken(broken) => broken.into(),
        }
    }
}
