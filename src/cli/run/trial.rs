//! One scenario: its own quince, the client inside it, and what became of it.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::fs;
use std::io::{self, IsTerminal, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tempfile::NamedTempFile;
use tokio::time::{interval, timeout};

use super::super::environment::Environment;
use super::super::error::{Error, Outcome};
use super::super::terminal;
use super::client::{self, Client, Printed, Wanted};
use super::golden;
use super::signals::{self, Told};
use super::template::Values;
use super::{Common, again, shown};
use crate::engine::DEFAULT;
use crate::instance::{Quince, StartError, UniverseHandle};
use crate::journal::Entry;
use crate::judge::conversation;
use crate::judge::report::{ClientReport, Report, StepReport, StepState, Verdict};
use crate::model::Span;
use crate::scenario::{Act, Scenario};
use crate::sim::date;
use crate::snapshot::state::{self, Form};
use crate::telling::Telling;

/// How often a terminal is told of progress.
const PROGRESS: Duration = Duration::from_millis(200);

/// Variables that say where quince is. What a world does not have is not there, and not left to another quince either.
const OURS: [&str; 8] = [
    "QUINCE_URL",
    "QUINCE_TLS_URL",
    "QUINCE_CA_FILE",
    "QUINCE_CONTROL_URL",
    "QUINCE_STOKEN",
    "QUINCE_APPLIVERY_URL",
    "QUINCE_APPLIVERY_ORGANIZATION",
    "QUINCE_APPLIVERY_TOKEN",
];

/// The variables of the environment that are about another quince.
pub fn foreign(env: &Environment) -> Vec<String> {
    let is_ours = |name: &&str| OURS.contains(name) || name.starts_with("QUINCE_STOKEN_");
    env.names("QUINCE_").filter(is_ours).map(str::to_owned).collect()
}

/// A scenario that is about to be run.
#[derive(Debug)]
pub struct Trial<'a> {
    /// What all scenarios of the call have in common.
    pub common: &'a Common,
    /// The scenario.
    pub scenario: Arc<Scenario>,
}

/// A scenario that was run.
#[derive(Debug)]
pub struct Ran {
    /// What became of it.
    pub report: Report,
    /// What the client printed, if that was kept.
    pub printed: Printed,
    /// What people should know besides.
    pub notes: Vec<String>,
}

/// How a client came to its end.
struct Ended {
    report: ClientReport,
    printed: Printed,
    was_there: bool,
}

impl Trial<'_> {
    /// Runs it.
    pub async fn run(&self, mut told: Told) -> Result<Ran, Error> {
        if let Some(signal) = *told.borrow() {
            return Err(stopped(signal));
        }
        let builder = Quince::builder().scenario(Scenario::clone(&self.scenario)).tls(true);
        let quince = builder.start().await.map_err(|error| self.refusal(error))?;
        let universe = quince.universe(DEFAULT);
        // There as long as the client is.
        let ca_file = ca_file(&quince).map_err(|cause| {
            Error::internal_because("cannot write the CA to a temporary file", cause)
        })?;
        let variables = self.variables(&quince, &universe, ca_file.path())?;
        let ended = self.client(&universe, &variables, &mut told).await?;
        let report = universe
            .finish()
            .map_err(|cause| Error::internal_because("the scenario cannot be judged", cause))?;
        let mut ran = Ran { report, printed: ended.printed, notes: Vec::new() };
        self.complete(&mut ran, &quince, &universe, ended.report, ended.was_there);
        if let Some(folder) = &self.common.options.snapshots {
            self.keep_snapshots(folder, &ran.report, &quince)?;
        }
        quince.stop().await;
        Ok(ran)
    }

    /// Adds to the report what only we know.
    fn complete(
        &self,
        ran: &mut Ran,
        quince: &Quince,
        universe: &UniverseHandle,
        client: ClientReport,
        was_there: bool,
    ) {
        let options = &self.common.options;
        let report = &mut ran.report;
        let file = report.file.clone().unwrap_or_default();
        let has_passed = client.code == Some(0);
        report.client = Some(client);
        report.again = again::line(&self.common.args, &file, report.seed);
        if !was_there {
            // Nothing was tried, so nothing is judged.
            report.gate.clear();
            report.verdict = Verdict::ClientFailed;
            return;
        }
        if let Some(name) = &self.scenario.gate.conversation {
            let telling = Telling::canonical(universe.id(), &quince.url());
            let universe = quince.engine().default_universe();
            let entries = universe.with_journal(|journal| {
                journal.after(journal.begin()).cloned().collect::<Vec<Entry>>()
            });
            let actual = conversation::of(&entries, &telling);
            // What a client said that failed is nothing to go by.
            let update = options.update && has_passed;
            match golden::judge(Path::new(&file), name, &actual, update) {
                golden::Outcome::Same => {}
                golden::Outcome::Updated(file) => ran.notes.push(format!("wrote {}", shown(&file))),
                golden::Outcome::Found(finding) => report.gate.push(finding),
            }
        }
        report.verdict = report.judged();
    }

    /// Writes the states that `snapshot` steps kept, as `<scenario file>.<name>.json`.
    fn keep_snapshots(&self, folder: &Path, report: &Report, quince: &Quince) -> Result<(), Error> {
        let file = Path::new(self.scenario.file.as_deref().unwrap_or("scenario"));
        let stem = file.file_stem().unwrap_or_default().to_string_lossy();
        let universe = quince.engine().default_universe();
        for step in &self.scenario.steps {
            let is_done = |it: &StepReport| it.name == step.name && it.state == StepState::Done;
            if !report.steps.iter().any(is_done) {
                continue;
            }
            for act in &step.acts {
                let Act::Snapshot(name) = act else { continue };
                let path = folder.join(format!("{stem}.{name}.json"));
                let saved = universe.saved_at(name).map_err(|cause| {
                    Error::internal_because(format!("snapshot `{name}` is gone"), cause)
                })?;
                let state = state::write(&saved, Form::default());
                fs::create_dir_all(folder).and_then(|()| fs::write(&path, state)).map_err(
                    |cause| {
                        let what = format!("cannot write --snapshots {}", shown(&path));
                        Error::invalid_because(what, cause)
                    },
                )?;
            }
        }
        Ok(())
    }

    /// The variables that the client gets, those of `--env` last.
    fn variables(
        &self,
        quince: &Quince,
        universe: &UniverseHandle,
        ca_file: &Path,
    ) -> Result<Vec<(String, String)>, Error> {
        let values = Values {
            url: quince.url(),
            tls_url: quince.tls_url().unwrap_or_default(),
            ca_file: ca_file.to_string_lossy().into_owned(),
            control_url: quince.control_url(),
            stokens: universe.stokens(),
            applivery: universe.applivery(),
        };
        let mut variables = vec![
            ("QUINCE_URL".to_owned(), values.url.clone()),
            ("QUINCE_TLS_URL".to_owned(), values.tls_url.clone()),
            ("QUINCE_CA_FILE".to_owned(), values.ca_file.clone()),
            ("QUINCE_CONTROL_URL".to_owned(), values.control_url.clone()),
        ];
        let first = values.stokens.first().map(|(_, stoken)| stoken.clone());
        variables.extend(first.map(|stoken| ("QUINCE_STOKEN".to_owned(), stoken)));
        variables.extend(values.stokens.iter().map(|(key, stoken)| {
            let key = key.to_ascii_uppercase().replace('-', "_");
            (format!("QUINCE_STOKEN_{key}"), stoken.clone())
        }));
        if let Some(applivery) = &values.applivery {
            variables.extend([
                ("QUINCE_APPLIVERY_URL".to_owned(), applivery.url().to_owned()),
                ("QUINCE_APPLIVERY_ORGANIZATION".to_owned(), applivery.organization().to_owned()),
                ("QUINCE_APPLIVERY_TOKEN".to_owned(), applivery.key().to_owned()),
            ]);
        }
        for (name, template) in &self.common.options.env {
            let value = template.fill(&values).map_err(|error| {
                let scenario = &self.scenario.name;
                Error::usage(format!("--env: {name} {error} (scenario `{scenario}`)"))
            })?;
            variables.push((name.clone(), value));
        }
        Ok(variables)
    }

    /// Runs the client to its end, be it by itself, by the clock, or because we were told to stop.
    async fn client(
        &self,
        universe: &UniverseHandle,
        variables: &[(String, String)],
        told: &mut Told,
    ) -> Result<Ended, Error> {
        let options = &self.common.options;
        let command: Vec<String> =
            options.command.iter().map(|word| word.to_string_lossy().into_owned()).collect();
        let ended = |code, text, printed, was_there| {
            let report = ClientReport { command: command.clone(), code, text };
            Ended { report, printed, was_there }
        };
        let wanted = Wanted {
            command: &options.command,
            variables,
            without: &self.common.without,
            captured: options.parallel,
        };
        let mut client = match Client::start(&wanted) {
            Ok(client) => client,
            Err(cause) => {
                let program = command.first().map_or("", String::as_str);
                let text = match cause.kind() {
                    io::ErrorKind::NotFound => format!("`{program}` was not found"),
                    _ => format!("`{program}` could not be started: {cause}"),
                };
                return Ok(ended(None, text, Printed::default(), false));
            }
        };
        let status = tokio::select! {
            status = timeout(options.timeout, client.ended()) => status,
            signal = signals::told(told) => {
                client.stop().await;
                return Err(stopped(signal));
            }
            never = self.progress(universe) => match never {},
        };
        let (code, text) = if let Ok(status) = status {
            let cause = |cause| Error::internal_because("cannot wait for the client", cause);
            client::told(status.map_err(cause)?)
        } else {
            client.stop().await;
            let limit = i64::try_from(options.timeout.as_millis()).unwrap_or(i64::MAX);
            let limit = date::span(Span(limit));
            (None, format!("ran out of time after {limit} (--timeout) and was stopped"))
        };
        let printed = client.finish().await;
        Ok(ended(code, text, printed, true))
    }

    /// Tells a terminal of each step that is done, without an end.
    async fn progress(&self, universe: &UniverseHandle) -> Infallible {
        if self.common.options.parallel || !io::stderr().is_terminal() {
            return std::future::pending().await;
        }
        let mut told = BTreeSet::new();
        let mut ticks = interval(PROGRESS);
        loop {
            ticks.tick().await;
            let Some(report) = universe.report() else { continue };
            for step in report.steps {
                let word = match step.state {
                    StepState::Done => "done",
                    StepState::Failed => "FAILED",
                    StepState::Waiting | StepState::NotReached => continue,
                };
                if told.insert(step.name.clone()) {
                    terminal::err(&format!("quince: {}: {word}: {}", report.scenario, step.name));
                }
            }
        }
    }

    /// Why quince did not start with it.
    fn refusal(&self, error: StartError) -> Error {
        let scenario = &self.scenario.name;
        match error {
            StartError::Bind { address, cause } => Error::Bind { address, cause },
            other => Error::invalid_because(format!("scenario `{scenario}` cannot be used"), other),
        }
    }
}

/// Puts the CA where a client finds it.
fn ca_file(quince: &Quince) -> io::Result<NamedTempFile> {
    let mut file = tempfile::Builder::new().prefix("quince-ca-").suffix(".pem").tempfile()?;
    file.write_all(quince.ca_pem().unwrap_or_default().as_bytes())?;
    Ok(file)
}

fn stopped(signal: signals::Signal) -> Error {
    let outcome = match signal {
        signals::Signal::Interrupt => Outcome::Interrupted,
        signals::Signal::Terminate => Outcome::Terminated,
    };
    Error::Run { outcome, what: format!("stopped by {}", signal.name()) }
}
