//! State files: a universe at a moment as JSON, and back. `schema` says which version of the form it is; a reader of
//! each version that ever was stays here.
//!
//! What is read goes on exactly where what was written stood: the same ids, the same choice of licences, the same
//! deltas, the same due times; written again it is the same bytes. In the canonical form two such universes can be
//! compared whatever befell them: it has neither credentials nor the number of the latest journal entry.
//!
//! Invariants: no input panics; the work and memory that a file can cause are bounded by its length; what is wrong is
//! told with a JSON pointer, and nothing is half done.

mod document;
mod export;
mod file;
mod import;
mod people;
mod print;
mod scalars;
mod subscriptions;
#[cfg(test)]
mod tests;
mod words;

use serde::Deserialize;
use thiserror::Error;

pub(super) use file::bytes_of as file_bytes;
pub use file::{FILE_BYTES_MAX, FileError, StateFile};

use super::pointer;
use crate::model::Flaw;
use crate::sim::Saved;

/// The form that is written.
pub const SCHEMA: &str = "quince.state/1";

/// Which form is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Form {
    /// To be compared: without credentials and without the number of the latest journal entry.
    pub canonical: bool,
    /// Without the texts of literal tokens and the secrets of receivers.
    pub redact: bool,
}

impl Form {
    const fn hides_credentials(self) -> bool {
        self.canonical || self.redact
    }
}

/// Why there is no state.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum StateError {
    /// It is not JSON, or not of the right shape.
    #[error("{}: {what}", shown(pointer))]
    Shape {
        /// Where, as a JSON pointer.
        pointer: String,
        /// What, with line and column.
        what: String,
    },
    /// It is no state, or one of a version that this quince does not know.
    #[error("/schema: {}", foreign(found.as_deref()))]
    Foreign {
        /// What it says that it is.
        found: Option<String>,
    },
    /// It says something that cannot be.
    #[error("{}: {}", shown(&.0.place), .0.what)]
    Invalid(Flaw),
}

fn shown(pointer: &str) -> &str {
    if pointer.is_empty() { "at the top" } else { pointer }
}

fn foreign(found: Option<&str>) -> String {
    match found {
        Some(found) => format!("{found:.80?} is not known; this quince reads {SCHEMA:?}"),
        None => format!("is missing; a state file has {SCHEMA:?} there"),
    }
}

impl StateError {
    /// Where in the document, as a JSON pointer.
    pub fn pointer(&self) -> &str {
        match self {
            Self::Shape { pointer, .. } => pointer,
            Self::Foreign { .. } => "/schema",
            Self::Invalid(flaw) => &flaw.place,
        }
    }

    /// What is wrong there.
    pub fn what(&self) -> String {
        match self {
            Self::Shape { what, .. } => what.clone(),
            Self::Foreign { found } => foreign(found.as_deref()),
            Self::Invalid(flaw) => flaw.what.clone(),
        }
    }
}

/// What every version has.
#[derive(Deserialize)]
struct Head {
    #[serde(default)]
    schema: Option<serde_json::Value>,
}

/// Whether a JSON text says that it is a state, of whatever version.
pub fn is_state(bytes: &[u8]) -> bool {
    bytes.trim_ascii_start().first() == Some(&b'{')
        && serde_json::from_slice::<Head>(bytes).is_ok_and(|head| head.schema.is_some())
}

/// Reads a state of any version.
pub fn read(bytes: &[u8]) -> Result<Saved, StateError> {
    let head: Head = parse(bytes)?;
    match head.schema.as_ref().map(|schema| schema.as_str()) {
        Some(Some(SCHEMA)) => import::saved(parse(bytes)?).map_err(StateError::Invalid),
        Some(Some(other)) => Err(StateError::Foreign { found: Some(other.to_owned()) }),
        Some(None) => Err(StateError::Foreign { found: head.schema.map(|it| it.to_string()) }),
        None => Err(StateError::Foreign { found: None }),
    }
}

/// Writes a state in the present version. Ends with a newline.
pub fn write(saved: &Saved, form: Form) -> Vec<u8> {
    print::lines(&export::document(saved, form))
}

/// The JSON Schema of what is written.
pub fn schema() -> serde_json::Value {
    let mut schema = schemars::schema_for!(document::Document).to_value();
    if let Some(members) = schema.as_object_mut() {
        members.insert("title".to_owned(), "quince state".into());
        members.insert("$id".to_owned(), SCHEMA.into());
    }
    if let Some(name) = schema.pointer_mut("/properties/schema") {
        name["const"] = SCHEMA.into();
    }
    schema
}

fn parse<'de, T: Deserialize<'de>>(bytes: &'de [u8]) -> Result<T, StateError> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let pointer = pointer(error.path());
        StateError::Shape { pointer, what: error.into_inner().to_string() }
    })?;
    let end = reader.end();
    end.map_err(|error| StateError::Shape { pointer: String::new(), what: error.to_string() })?;
    Ok(value)
}
