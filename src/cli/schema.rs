//! `quince schema`: prints the schema of what quince takes and gives.
//!
//! Not here: what is in it (`api::control`).

use crate::api::control::openapi;

use super::args::SchemaArgs;
use super::error::Error;
use super::options::{BadValue, Raw, values};
use super::terminal;

/// What can be printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Schema {
    /// The OpenAPI document of the control API.
    Control,
}

/// What was typed, understood.
pub fn options(args: &SchemaArgs) -> Result<Schema, BadValue> {
    let raw = Raw::new(&args.name, super::options::Source::Flag("schema"));
    values::choice(&raw, "a schema", &[("control", Schema::Control)])
}

/// Prints the schema.
pub fn run(schema: Schema) -> Result<(), Error> {
    let text = match schema {
        Schema::Control => format!("{:#}", *openapi::DOCUMENT),
    };
    terminal::out(&text).map_err(|cause| Error::internal_because("cannot print", cause))
}
