//! `quince ledger`: prints the fidelity ledger.
//!
//! Not here: what is in it (`fidelity`).

use crate::fidelity;

use super::args::LedgerArgs;
use super::error::Error;
use super::options::{BadValue, Raw, values};
use super::terminal;

/// How the ledger is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LedgerFormat {
    /// To read.
    Text,
    /// To parse.
    Json,
}

/// What was typed, understood.
pub fn options(args: &LedgerArgs) -> Result<LedgerFormat, BadValue> {
    let formats = [("text", LedgerFormat::Text), ("json", LedgerFormat::Json)];
    Raw::flag("format", &args.format)
        .map_or(Ok(LedgerFormat::Text), |raw| values::choice(&raw, "a ledger format", &formats))
}

/// Prints the ledger.
pub fn run(format: LedgerFormat) -> Result<(), Error> {
    let text = match format {
        LedgerFormat::Text => fidelity::to_text(),
        LedgerFormat::Json => fidelity::to_json(),
    };
    terminal::out(text.trim_end()).map_err(|cause| Error::internal_because("cannot print", cause))
}
