//! `quince schema`: prints the schema of what quince takes and gives.
//!
//! Not here: what is in it (`api::control`, `snapshot`, `scenario`).

use super::args::SchemaArgs;
use super::error::Error;
use super::options::{BadValue, Raw, Source, values};
use super::terminal;
use crate::api::control::openapi;
use crate::scenario;
use crate::snapshot::state;

/// What can be printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Schema {
    /// The OpenAPI document of the control API.
    Control,
    /// The JSON Schema of state files.
    State,
    /// The JSON Schema of scenarios.
    Scenario,
}

/// What was typed, understood.
pub fn options(args: &SchemaArgs) -> Result<Schema, BadValue> {
    let raw = Raw::new(&args.name, Source::Flag("schema"));
    let schemas =
        [("control", Schema::Control), ("state", Schema::State), ("scenario", Schema::Scenario)];
    values::choice(&raw, "a schema", &schemas)
}

/// Prints the schema.
pub fn run(schema: Schema) -> Result<(), Error> {
    let text = match schema {
        Schema::Control => format!("{:#}", *openapi::DOCUMENT),
        Schema::State => format!("{:#}", state::schema()),
        Schema::Scenario => format!("{:#}", *scenario::DOCUMENT),
    };
    terminal::out(&text).map_err(|cause| Error::internal_because("cannot print", cause))
}
