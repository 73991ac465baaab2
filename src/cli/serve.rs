//! `quince serve`: runs the server until it is told to stop.

use std::io;
use std::path::Path;

use tokio::runtime::Runtime;

use super::banner;
use super::error::Error;
use super::options::{BadValue, ClockChoice, ScenarioChoice, ServeOptions, Source, TlsSource};
use super::{parent, terminal};
use crate::certificates::CertificateError;
use crate::instance::{Builder, Quince, SaveError, StartError};
use crate::scenario::vppsim::{self, Translated, VppsimError};
use crate::scenario::{self, Scenario};
use crate::sim::ClockMode;
use crate::sim::date;
use crate::sim::settings::SettingError;

/// Serves until SIGINT, SIGTERM or, if asked, the end of the parent process.
///
/// The log is running and the warnings of `options` are in it already.
pub fn run(options: &ServeOptions) -> Result<(), Error> {
    if let Some(choice) = options.vppsim.as_ref().filter(|_| options.print_scenario) {
        return print_scenario(choice, options);
    }
    let runtime =
        Runtime::new().map_err(|cause| Error::internal_because("cannot start a runtime", cause))?;
    runtime.block_on(serve(options))
}

async fn serve(options: &ServeOptions) -> Result<(), Error> {
    let parent_gone = parent::gone();
    let quince = builder(options)?.start().await.map_err(|error| explain(error, options))?;
    // Before anybody is told that we are ready: whoever knows may tell us to stop.
    let told_to_stop =
        signals().map_err(|cause| Error::internal_because("cannot wait for signals", cause))?;
    let ready = quince.ready_line();
    if let Some(path) = &options.ready_file {
        write_whole(path, &ready).map_err(|cause| {
            Error::invalid_because(format!("cannot write --ready-file {}", path.display()), cause)
        })?;
    }
    terminal::out(&ready).map_err(|cause| Error::internal_because("cannot print", cause))?;
    banner::show(&quince, options);
    warn_if_open(&quince, options);
    let stop = async {
        if options.exit_with_parent {
            parent_gone.await;
        } else {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        signal = told_to_stop => {
            signal.map_err(|cause| Error::internal_because("cannot wait for signals", cause))?;
        }
        () = stop => tracing::info!("the parent process is gone"),
    }
    tracing::info!("stopping");
    quince.close().await.map_err(|cause| match cause {
        SaveError::File(cause) => Error::invalid(cause.to_string()),
        SaveError::Broken(cause) => Error::internal_because("cannot save the state", cause),
    })
}

/// Whoever reaches an open control API can do everything.
fn warn_if_open(quince: &Quince, options: &ServeOptions) {
    let address = quince.control_addr();
    if options.control_token.is_some() || address.ip().is_loopback() {
        return;
    }
    let warning = format!(
        "the control API at {address} can be reached from other machines without a token; give it one \
         with --control-token, or a listener of its own with --control-listen 127.0.0.1:0"
    );
    if tracing::enabled!(tracing::Level::WARN) {
        tracing::warn!("{warning}");
    } else {
        terminal::err(&format!("warning: {warning}"));
    }
}

fn builder(options: &ServeOptions) -> Result<Builder, Error> {
    let clock = match options.clock {
        ClockChoice::Wall => ClockMode::Wall,
        ClockChoice::Manual => ClockMode::Manual,
        ClockChoice::Scaled(factor) => ClockMode::Scaled(factor),
        ClockChoice::Auto => ClockMode::Auto,
    };
    let mut builder = Quince::builder()
        .listen(options.listen)
        .world(&options.world)
        .seed(options.seed)
        .clock(clock)
        .profile(&options.profile)
        .auto_universe(options.auto_universe)
        .strict(options.strict);
    if let Some(tls) = &options.tls {
        builder = builder.tls_listen(tls.listen);
        match &tls.shows {
            TlsSource::Own { names, folder } => {
                for name in names {
                    builder = builder.tls_name(name);
                }
                if let Some((folder, _)) = folder {
                    builder = builder.ca_dir(folder);
                }
            }
            TlsSource::Given { certificate: (certificate, _), key } => {
                builder = builder.tls_cert(certificate, key);
            }
        }
    }
    if let Some(address) = options.control_listen {
        builder = builder.control_listen(address);
    }
    if let Some(token) = &options.control_token {
        builder = builder.control_token(token);
    }
    if let Some(start) = options.start {
        builder = builder.start_at(&date::wire(start));
    }
    if let Some((path, _)) = &options.state {
        builder = builder.state(path);
    }
    if let Some(url) = &options.public_url {
        builder = builder.public_url(url);
    }
    for (key, value, _) in &options.set {
        builder = builder.setting(key, value);
    }
    for host in &options.allow_receivers {
        builder = builder.allow_receiver(host);
    }
    for file in &options.receiver_cas {
        builder = builder.receiver_ca(file);
    }
    builder = builder.receiver_insecure(options.receiver_insecure);
    for preset in &options.presets {
        builder = builder.preset(preset);
    }
    match (&options.scenario, &options.vppsim) {
        (Some(choice), _) | (None, Some(choice)) => {
            Ok(builder.scenario(scenario(choice, options)?))
        }
        (None, None) => Ok(builder),
    }
}

/// The scenario with the settings that were said on top of it.
fn scenario(choice: &ScenarioChoice, options: &ServeOptions) -> Result<Scenario, Error> {
    let ScenarioChoice { path, source, seed } = choice;
    let mut scenario = if options.vppsim.is_some() {
        let translated = translated(choice, options)?;
        for note in &translated.notes {
            tracing::warn!("{note}");
        }
        translated.scenario(*seed)
    } else {
        scenario::load(path, *seed)
    }
    .map_err(|error| {
        let what = format!("{source}: scenario {} cannot be used", path.display());
        Error::invalid_at(what, error.to_string())
    })?;
    let set = options.set.iter().map(|(key, value, _)| (key.clone(), value.clone()));
    scenario.settings.extend(set);
    Ok(scenario)
}

/// What a vppsim configuration means, in the world that somebody chose or in a library of its own.
fn translated(choice: &ScenarioChoice, options: &ServeOptions) -> Result<Translated, Error> {
    let ScenarioChoice { path, source, .. } = choice;
    let chosen = options.world_source != Source::Default;
    let world = chosen.then_some(options.world.as_str());
    vppsim::load(path, world).map_err(|error| {
        if matches!(error, VppsimError::World(_)) {
            return bad(&options.world_source, &error);
        }
        let what = format!("{source}: vppsim configuration {} cannot be used", path.display());
        Error::invalid_at(what, error.to_string())
    })
}

/// Prints the scenario that a vppsim configuration means. It is checked like the one that would be served.
fn print_scenario(choice: &ScenarioChoice, options: &ServeOptions) -> Result<(), Error> {
    let scenario = scenario(choice, options)?;
    let form = translated(choice, options)?.form;
    let text = form.to_toml().map_err(|cause| {
        Error::internal_because(format!("cannot print scenario {}", scenario.name), cause)
    })?;
    terminal::out(text.trim_end()).map_err(|cause| Error::internal_because("cannot print", cause))
}

/// Says which option is to blame, and who gave it.
fn explain(error: StartError, options: &ServeOptions) -> Error {
    match error {
        StartError::Bind { address, cause } => Error::Bind { address, cause },
        StartError::Profile(problem) => bad(&options.profile_source, &problem),
        StartError::Setting(problem) => {
            let key = match &problem {
                SettingError::UnknownKey { key, .. } => key.as_str(),
                SettingError::NotAllowed { key, .. } => key,
                SettingError::UnknownProfile { .. } => "",
            };
            let origin = options.set.iter().find(|(of, ..)| of == key).map(|(.., origin)| origin);
            bad(origin.unwrap_or(&Source::Flag("set")), &problem)
        }
        StartError::Certificate(problem) => certificate(problem, options),
        StartError::Receivers(problem) => {
            Error::invalid_because("--receiver-ca: no CA of receivers".to_owned(), problem)
        }
        // Options that don't go together have been refused before.
        StartError::Tls(problem) => Error::internal(problem),
        StartError::Start(_) => bad(&Source::Flag("start"), &error),
        StartError::State(problem) => {
            let origin = options.state.as_ref().map_or(&Source::Default, |(_, origin)| origin);
            Error::invalid(format!("{origin}: {problem}"))
        }
        // They were looked at when the options were read.
        StartError::Preset(problem) => bad(&Source::Flag("preset"), &problem),
        StartError::Scenario(problem) => Error::invalid(format!("the scenario: {problem}")),
        StartError::World(problem) => {
            let what =
                format!("{}: world `{}` cannot be used", options.world_source, options.world);
            Error::invalid_at(what, problem.to_string())
        }
    }
}

fn certificate(problem: CertificateError, options: &ServeOptions) -> Error {
    if let CertificateError::Making(_) = problem {
        return Error::internal(problem.to_string());
    }
    let origin = options.tls.as_ref().and_then(|tls| match &tls.shows {
        TlsSource::Own { folder, .. } => folder.as_ref().map(|(_, origin)| origin),
        TlsSource::Given { certificate: (_, origin), .. } => Some(origin),
    });
    let what = format!("{}: no certificate", origin.unwrap_or(&Source::Flag("tls_listen")));
    Error::invalid_because(what, problem)
}

fn bad(origin: &Source, problem: &impl ToString) -> Error {
    BadValue { origin: origin.clone(), problem: problem.to_string() }.into()
}

/// Writes a file so that who waits for it never sees half of it.
fn write_whole(path: &Path, text: &str) -> io::Result<()> {
    let mut partial = path.as_os_str().to_owned();
    partial.push(".partial");
    std::fs::write(&partial, format!("{text}\n"))?;
    std::fs::rename(&partial, path)
}

/// From this call on, SIGINT and SIGTERM end the future instead of the process.
#[cfg(unix)]
fn signals() -> io::Result<impl Future<Output = io::Result<()>>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => Ok(()),
            _ = interrupt.recv() => Ok(()),
        }
    })
}

/// Ctrl-C ends the future instead of the process.
#[cfg(not(unix))]
fn signals() -> io::Result<impl Future<Output = io::Result<()>>> {
    Ok(tokio::signal::ctrl_c())
}
