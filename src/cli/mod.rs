//! The command line: what was typed, what it means, and which part of quince does it.
//!
//! - `args` knows what can be typed; `options` what it means together with environment and file.
//! - One file per command: `serve`, `token`, `healthcheck`, `ledger`, `schema`, `check`.
//! - `error` decides exit codes, `terminal` writes to the standard streams, `logging` starts the log.
//!
//! Invariants: the environment comes in as an argument and nothing here asks the process for it;
//! stdout carries results only, all else goes to stderr; an option that does not exist is refused.
//!
//! Not here: anything that the library could not do without a terminal. This room only wires.

pub mod args;
pub mod banner;
pub mod check;
pub mod environment;
pub mod error;
pub mod healthcheck;
pub mod ledger;
pub mod logging;
pub mod options;
pub mod parent;
pub mod schema;
pub mod serve;
pub mod terminal;
#[cfg(test)]
mod tests;
pub mod token;

use std::ffi::OsString;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use clap::Parser;

use args::{Cli, Command};
use environment::Environment;
use error::Error;

/// Runs the command line `args` (program name first) in the environment `env`.
///
/// Everything that goes wrong is told on stderr and in the exit code, see [`error`].
pub fn main<A, E>(args: A, env: E) -> ExitCode
where
    A: IntoIterator<Item = OsString>,
    E: IntoIterator<Item = (OsString, OsString)>,
{
    let env = Environment::new(env);
    // The panic hook has told what broke and where; a caller needs the exit code that says who is
    // to blame. Nothing that the panic left behind is looked at again.
    let outcome = catch_unwind(AssertUnwindSafe(|| run(args, &env)))
        .unwrap_or_else(|_| Err(Error::internal("a broken invariant, see above")));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => error.report(),
    }
}

/// One command, one function.
fn run<A: IntoIterator<Item = OsString>>(args: A, env: &Environment) -> Result<(), Error> {
    let cli = Cli::try_parse_from(args)?;
    match cli.command.unwrap_or(Command::Serve(cli.serve)) {
        Command::Serve(args) => {
            let options = options::serve(&args, env)?;
            logging::init(options.log, options.log_format, env)?;
            for warning in &options.warnings {
                tracing::warn!("{warning}");
            }
            serve::run(&options)
        }
        Command::Token(args) => token::run(&token::options(&args)?),
        Command::Healthcheck(args) => healthcheck::run(&healthcheck::options(&args)?),
        Command::Ledger(args) => ledger::run(ledger::options(&args)?),
        Command::Schema(args) => schema::run(schema::options(&args)?),
        Command::Check(args) => check::run(&check::options(&args)),
    }
}
