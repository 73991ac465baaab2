//! The scenario of a universe: put in force, reported, finished.

use std::sync::Arc;

use http::{HeaderMap, StatusCode, header};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

use super::ask::json;
use super::{Ask, Outcome, Problem};
use crate::engine::{BadScenario, Universe};
use crate::scenario::{self, Scenario, ScenarioError};
use crate::text::Format;

/// What putting a scenario in force answers.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Begun {
    /// The journal entry that says that it began.
    pub seq: u64,
    /// Its name.
    pub scenario: String,
}

/// `POST /universes/{u}/scenario`
pub async fn apply(ask: Ask<'_>) -> Outcome {
    ask.only(&[])?;
    let universe = ask.universe()?;
    let format = format_of(&ask.request.headers)?;
    let text = str::from_utf8(&ask.request.body)
        .map_err(|error| Problem::invalid(format!("the scenario is not UTF-8: {error}")))?
        .to_owned();
    // A large world takes seconds to build; other calls need this thread.
    let applied = tokio::task::spawn_blocking(move || {
        let scenario = scenario::read("scenario", &text, format, None);
        let scenario = scenario.map_err(|error| told(&error, ""))?;
        let name = scenario.name.clone();
        Ok::<_, Problem>(Begun { seq: universe.apply(Arc::new(scenario))?, scenario: name })
    });
    let begun = applied.await.map_err(|error| {
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        Problem::new(status, "internal", "quince failed", error.to_string())
    })??;
    json(StatusCode::OK, &begun)
}

/// In which format a scenario comes: JSON, unless the media type says TOML.
fn format_of(headers: &HeaderMap) -> Result<Format, Problem> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let kind = kind.unwrap_or("application/json").split(';').next().unwrap_or_default().trim();
    match kind.to_ascii_lowercase().as_str() {
        "application/toml" => Ok(Format::Toml),
        "application/json" | "application/x-www-form-urlencoded" => Ok(Format::Json),
        other => {
            let detail = format!(
                "a scenario comes as application/json or application/toml, not as {other:.80}"
            );
            Err(Problem::invalid(detail))
        }
    }
}

/// The scenario that stands in a body of JSON at this pointer.
pub(super) fn of_value(value: &Value, seed: Option<u64>, at: &str) -> Result<Scenario, Problem> {
    let text = serde_json::to_string_pretty(value).unwrap_or_default();
    scenario::read("scenario", &text, Format::Json, seed).map_err(|error| told(&error, at))
}

/// Everything that is wrong with a scenario; the pointer is to the first of it, below `at`.
fn told(error: &ScenarioError, at: &str) -> Problem {
    let problems = error.problems();
    let each = problems.iter().map(|it| {
        let pointer = format!("{at}{}", it.pointer);
        json!({ "line": it.line, "column": it.column, "pointer": pointer, "text": it.message })
    });
    let each: Vec<Value> = each.collect();
    let problem = Problem::invalid(error.to_string());
    match problems.first() {
        Some(first) => problem.at(format!("{at}{}", first.pointer)).with("problems", each.into()),
        None => problem.at(at),
    }
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
