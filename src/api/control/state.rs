//! The state of a universe: exported, put in its place, saved.

use http::StatusCode;
use schemars::JsonSchema;
use serde::Serialize;

use super::ask::json;
use super::routes::{Parameter, Takes};
use super::{Ask, Outcome, Problem};
use crate::engine::{Broken, DEFAULT};
use crate::exchange::Reply;
use crate::snapshot::state::{self, FileError, Form, StateError};

/// The query parameters.
pub const QUERY: &[Parameter] = &[
    Parameter {
        name: "canonical",
        takes: Takes::Words(&["true", "false"]),
        says: "The form that is the same whoever asks.",
    },
    Parameter {
        name: "redact",
        takes: Takes::Words(&["true", "false"]),
        says: "Without credentials.",
    },
];

/// A state was put in place.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Replaced {
    /// Number of the journal entry that says so.
    pub seq: u64,
}

/// A state was saved.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SavedTo {
    /// Number of the latest journal entry before.
    pub seq: u64,
    /// The file.
    pub path: String,
}

/// Why a state was not saved.
enum Unsaved {
    Broken(Broken),
    File(FileError),
}

impl From<Broken> for Unsaved {
    fn from(broken: Broken) -> Self {
        Self::Broken(broken)
    }
}

impl From<FileError> for Unsaved {
    fn from(error: FileError) -> Self {
        Self::File(error)
    }
}

impl From<Unsaved> for Problem {
    fn from(unsaved: Unsaved) -> Self {
        match unsaved {
            Unsaved::Broken(broken) => broken.into(),
            Unsaved::File(error) => internal(error.to_string()),
        }
    }
}

impl From<StateError> for Problem {
    fn from(error: StateError) -> Self {
        Self::invalid(error.what()).at(error.pointer())
    }
}

fn internal(detail: String) -> Problem {
    let status = StatusCode::INTERNAL_SERVER_ERROR;
    Problem::new(status, "state-not-saved", "The state was not saved", detail)
}

/// Does what takes long for a big state where it holds nobody up.
async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|error| Err(internal(error.to_string())))
}

/// `GET /universes/{u}/state`
pub async fn get(ask: Ask<'_>) -> Outcome {
    ask.only(&["canonical", "redact"])?;
    let form = Form { canonical: ask.switch("canonical")?, redact: ask.switch("redact")? };
    let saved = ask.universe()?.save()?;
    let body = aside(move || Ok(state::write(&saved, form))).await?;
    Ok(Reply::json(StatusCode::OK, body))
}

/// `PUT /universes/{u}/state`
pub async fn put(ask: Ask<'_>) -> Outcome {
    ask.only(&[])?;
    let universe = ask.universe()?;
    let body = ask.request.body.clone();
    // Read whole before anything is changed.
    let saved = aside(move || Ok(state::read(&body)?)).await?;
    let text = format!("state of {} location(s)", saved.world.sites().len());
    let seq = universe.turn(|turn| turn.restore(saved, text))?;
    json(StatusCode::OK, &Replaced { seq })
}

/// `POST /universes/{u}/state/save`
pub async fn save(ask: Ask<'_>) -> Outcome {
    ask.only(&[])?;
    let universe = ask.universe()?;
    let Some(file) = ask.state_file().filter(|_| universe.id() == DEFAULT) else {
        let what = "only the default universe of a quince that was started with --state has a file";
        return Err(Problem::conflict("no-state-file", what));
    };
    let saved = aside(move || {
        let seq = file.save(|| universe.save().map_err(Unsaved::from))?;
        Ok(SavedTo { seq, path: file.path().display().to_string() })
    });
    json(StatusCode::OK, &saved.await?)
}
