//! `quince run`: a client's tests inside a scenario, judged.
//!
//! * [`options`]: what was typed. [`template`]: values of `--env`. [`again`]: the line that runs it again.
//! * [`trial`]: one scenario, from its own quince to its report. [`client`]: the command in its process group.
//!   [`capture`]: its output, if it waits. [`signals`]: being told to stop.
//! * [`golden`]: the file of a conversation. [`reports`]: reports into files.
//!
//! Invariants: nothing runs before every scenario was found valid; each scenario has a quince of its own, on a free port;
//! stdout belongs to the client, the report goes to stderr. Not here: what a step does (`engine`), what fails a run
//! (`judge`), exit codes (`cli::error`).

pub mod again;
pub mod capture;
pub mod client;
pub mod golden;
pub mod options;
pub mod reports;
pub mod signals;
pub mod template;
pub mod trial;

use std::path::Path;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::runtime::Runtime;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tracing::level_filters::LevelFilter;

use self::options::RunOptions;
use self::reports::Reports;
use self::signals::Told;
use self::trial::{Ran, Trial};
use super::args::RunArgs;
use super::environment::Environment;
use super::error::{Error, Outcome, worst};
use super::logging::{self, LogFormat};
use super::terminal;
use crate::judge::report::{Report, Verdict, text};
use crate::scenario::{self, Scenario, presets};

/// Runs the client once for each scenario, and judges.
pub fn run(args: &RunArgs, env: &Environment) -> Result<(), Error> {
    let options = options::options(args)?;
    let scenarios = load(&options)?;
    logging::init(LevelFilter::WARN, LogFormat::Human, env)?;
    let reports = Reports::open(&options.reports)?;
    let runtime =
        Runtime::new().map_err(|cause| Error::internal_because("cannot start a runtime", cause))?;
    let without = trial::foreign(env);
    let common = Arc::new(Common { args: args.clone(), options, without, telling: Mutex::new(()) });
    let outcomes = runtime.block_on(all(&common, scenarios))?;
    let told: Vec<Report> =
        outcomes.iter().filter_map(|outcome| outcome.as_ref().ok().cloned()).collect();
    let written = reports.write(&told);
    verdict(outcomes, written)
}

/// What all scenarios of one call have in common.
#[derive(Debug)]
pub struct Common {
    /// As it was typed.
    pub args: RunArgs,
    /// What that means.
    pub options: RunOptions,
    /// Variables of the environment that a client must not take for ours.
    pub without: Vec<String>,
    /// Held by whoever tells what became of a scenario, so that two don't talk at once.
    pub telling: Mutex<()>,
}

/// Reads every scenario; what is wrong with any of them is told together.
fn load(options: &RunOptions) -> Result<Vec<Scenario>, Error> {
    let mut scenarios = Vec::new();
    let mut wrong = Vec::new();
    for path in &options.scenarios {
        match scenario::load(path, options.seed) {
            Ok(scenario) => scenarios.push(on_top(scenario, options)?),
            Err(error) => wrong.push((path, error.to_string())),
        }
    }
    match wrong.as_slice() {
        [] => Ok(scenarios),
        [(path, details)] => {
            Err(Error::invalid_at(format!("scenario {} cannot be used", path.display()), details))
        }
        several => {
            let (count, all) = (several.len(), options.scenarios.len());
            let details: Vec<&str> =
                several.iter().map(|(_, details)| details.trim_end()).collect();
            Err(Error::invalid_at(
                format!("{count} of {all} scenarios cannot be used"),
                details.join("\n\n"),
            ))
        }
    }
}

/// The scenario with what was typed on top of it.
fn on_top(mut scenario: Scenario, options: &RunOptions) -> Result<Scenario, Error> {
    scenario.settings.extend(options.set.iter().cloned());
    for preset in &options.presets {
        // They were looked at when the options were read.
        let rules = presets::named(preset).map_err(|error| Error::usage(error.to_string()))?;
        presets::add(&mut scenario.rules, rules);
    }
    Ok(scenario)
}

/// Runs the scenarios, one after the other or side by side; what became of each, in their order.
async fn all(
    common: &Arc<Common>,
    scenarios: Vec<Scenario>,
) -> Result<Vec<Result<Report, Error>>, Error> {
    let told = signals::listen()
        .map_err(|cause| Error::internal_because("cannot wait for signals", cause))?;
    let at_once = match std::thread::available_parallelism() {
        _ if !common.options.parallel => 1,
        Ok(cores) => 2 * cores.get(),
        Err(_) => 2,
    };
    let places = Arc::new(Semaphore::new(at_once));
    let mut running = JoinSet::new();
    for (place, scenario) in scenarios.into_iter().enumerate() {
        // Nobody closes the semaphore.
        let turn = Arc::clone(&places).acquire_owned().await;
        let (common, told) = (Arc::clone(common), told.clone());
        running.spawn(async move {
            let outcome = one(common, scenario, told).await;
            drop(turn);
            (place, outcome)
        });
    }
    let mut outcomes = Vec::new();
    while let Some(ended) = running.join_next().await {
        outcomes.push(ended.map_err(|cause| Error::internal_because("a run broke off", cause))?);
    }
    outcomes.sort_by_key(|(place, _)| *place);
    Ok(outcomes.into_iter().map(|(_, outcome)| outcome).collect())
}

/// Runs one scenario and tells what became of it.
async fn one(common: Arc<Common>, scenario: Scenario, told: Told) -> Result<Report, Error> {
    let trial = Trial { common: &common, scenario: Arc::new(scenario) };
    let Ran { report, printed, notes } = trial.run(told).await?;
    let _telling = common.telling.lock();
    terminal::pass_on(&printed.out, &printed.err);
    for note in &notes {
        terminal::err(&format!("quince: {note}"));
    }
    terminal::err(text::render(&report).trim_end());
    Ok(report)
}

/// What all scenarios together come to: the first that applies.
fn verdict(outcomes: Vec<Result<Report, Error>>, written: Result<(), Error>) -> Result<(), Error> {
    let all = outcomes.len();
    let mut errors: Vec<Error> = written.err().into_iter().collect();
    for outcome in outcomes {
        match outcome {
            Ok(report) => errors.extend(failure(&report)),
            Err(error) => errors.push(error),
        }
    }
    let count = errors.len();
    let Some(worst) = worst(errors, |other| terminal::err(&other.message())) else { return Ok(()) };
    Err(match worst {
        Error::Run { outcome, what } if all > 1 && !outcome.is_stop() => Error::Run {
            outcome,
            what: format!("{what} ({count} of {all} scenarios did not pass)"),
        },
        other => other,
    })
}

fn failure(report: &Report) -> Option<Error> {
    let outcome = match report.verdict {
        Verdict::Passed => return None,
        Verdict::ExpectationFailed => Outcome::ExpectationFailed,
        Verdict::GateFailed => Outcome::GateFailed,
        Verdict::ClientFailed => Outcome::ClientFailed,
        Verdict::Open => return Some(Error::internal("a run ended and was not judged")),
    };
    let what = format!("scenario `{}`: {}", report.scenario, report.verdict.text());
    Some(Error::Run { outcome, what })
}

/// How a file is told to people.
fn shown(path: &Path) -> String {
    path.display().to_string()
}
