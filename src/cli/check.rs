//! `quince check`: reads scenarios and tells what is wrong with them.
//!
//! Not here: what can be wrong (`scenario`).

use std::path::PathBuf;

use super::args::CheckArgs;
use super::error::Error;
use super::terminal;
use crate::scenario;

/// What was typed, understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckOptions {
    /// The files.
    pub files: Vec<PathBuf>,
}

/// What was typed, understood.
pub fn options(args: &CheckArgs) -> CheckOptions {
    CheckOptions { files: args.scenario.clone() }
}

/// Reads each file: a line for each good one, and everything that is wrong with the others.
pub fn run(options: &CheckOptions) -> Result<(), Error> {
    let mut wrong = Vec::new();
    for file in &options.files {
        match scenario::load(file, None) {
            Ok(read) => {
                let line = format!(
                    "{}: {}, {}",
                    file.display(),
                    count(read.rules.len(), "rule"),
                    count(read.steps.len(), "step")
                );
                terminal::out(&line)
                    .map_err(|cause| Error::internal_because("cannot print", cause))?;
            }
            Err(error) => wrong.push(error.to_string()),
        }
    }
    if wrong.is_empty() {
        return Ok(());
    }
    let what = match options.files.len() {
        1 => "the scenario is not right".to_owned(),
        all => format!("{} of {all} scenarios are not right", wrong.len()),
    };
    Err(Error::invalid_at(what, wrong.join("\n\n")))
}

fn count(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
