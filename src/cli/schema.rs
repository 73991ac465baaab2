//! `quince schema`: prints the schema of a format.
//!
//! Not here: the formats (`snapshot`).

use super::args::SchemaArgs;
use super::error::Error;
use super::options::{BadValue, Raw, Source, values};
use super::terminal;
use crate::snapshot::state;

/// Which schema is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Schema {
    /// Of state files.
    State,
}

/// What was typed, understood.
pub fn options(args: &SchemaArgs) -> Result<Schema, BadValue> {
    let raw = Raw::new(&args.name, Source::Flag("schema"));
    values::choice(&raw, "a schema", &[("state", Schema::State)])
}

/// Prints the schema.
pub fn run(schema: Schema) -> Result<(), Error> {
    let schema = match schema {
        Schema::State => state::schema(),
    };
    terminal::out(&format!("{schema:#}"))
        .map_err(|cause| Error::internal_because("cannot print", cause))
}
