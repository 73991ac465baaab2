//! What quince does, and on what evidence.
//!
//! Two tables, embedded in the binary: `fixtures/profiles.toml` explains the settings,
//! `fixtures/ledger.toml` lists behaviours with their evidence. They explain and never decide: no answer
//! of any surface depends on them.
//!
//! Invariants: the tables are read when first asked for, never at start; tests hold them against the
//! code and against each other.
//!
//! Not here: the settings themselves (`sim::settings`).

mod ledger;
mod print;
mod profiles;

pub use ledger::{Confidence, Entry, Evidence, entries};
pub use print::{to_json, to_text};
pub use profiles::{SettingRow, settings};
