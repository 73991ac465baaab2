//! What was typed, set and written down, and what it means together.
//!
//! A flag wins over the environment (`QUINCE_<NAME>`), the environment over the file given with
//! `--config`, the file over the default. `layers` keeps the values as text with their source,
//! `variables` and `file` fill a layer each, `values` gives text a type.
//!
//! Invariants: a value that cannot be used refuses to start and the message names value, source and
//! remedy; a value that a stronger layer overrides is not looked at; unknown keys of the file are
//! refused, unknown `QUINCE_*` variables are warned about.
//!
//! Not here: whether a world, a profile or a setting exists. Who knows that finds the source of the
//! value in [`ServeOptions`], for a message of the same kind.

mod file;
mod layers;
#[cfg(test)]
mod tests;
mod tls;
pub mod values;
mod variables;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use tracing::level_filters::LevelFilter;

use crate::model::At;

use super::args::ServeArgs;
use super::environment::Environment;
use super::error::Error;
use super::logging::LogFormat;

pub use layers::{BadValue, Raw, Source};
use layers::{Layer, Layers};
pub use tls::{TlsOptions, TlsSource};

/// The options of `serve` by their key in the file; flag and variable are spelt after it.
const KEYS: [&str; 29] = [
    "listen",
    "tls_listen",
    "tls_name",
    "ca_dir",
    "tls_cert",
    "tls_key",
    "control_listen",
    "control_token",
    "auto_universe",
    "world",
    "scenario",
    "vppsim_config",
    "print_scenario",
    "preset",
    "state",
    "seed",
    "clock",
    "start",
    "profile",
    "set",
    "public_url",
    "strict",
    "ready_file",
    "exit_with_parent",
    "log",
    "log_format",
    "allow_receiver",
    "receiver_ca",
    "receiver_insecure",
];

/// Those that can be repeated: a list with commas as a variable, a list in the file.
const REPEATED: [&str; 5] = ["set", "preset", "allow_receiver", "receiver_ca", "tls_name"];

/// What `serve` is to do.
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own")]
#[derive(Debug, Clone, PartialEq)]
pub struct ServeOptions {
    /// Where to serve HTTP.
    pub listen: SocketAddr,
    /// What to serve over TLS, if anything.
    pub tls: Option<TlsOptions>,
    /// Where to serve the control API; at `listen` if absent.
    pub control_listen: Option<SocketAddr>,
    /// What the control API demands.
    pub control_token: Option<String>,
    /// Whether unknown tokens get universes of their own.
    pub auto_universe: bool,
    /// Name or file of the default universe's world.
    pub world: String,
    /// Who chose the world.
    pub world_source: Source,
    /// The scenario that is applied to the default universe.
    pub scenario: Option<ScenarioChoice>,
    /// The configuration of Apple's simulator that a scenario is made of, in place of one.
    pub vppsim: Option<ScenarioChoice>,
    /// Whether that scenario is printed, and nothing served.
    pub print_scenario: bool,
    /// Presets whose rules the default universe begins with, behind those of the scenario.
    pub presets: Vec<String>,
    /// File in which the default universe is kept, and who chose it.
    pub state: Option<(PathBuf, Source)>,
    /// Seed of the default universe.
    pub seed: u64,
    /// Who moves time.
    pub clock: ClockChoice,
    /// Virtual start; the clock's own default if absent.
    pub start: Option<At>,
    /// Name of the profile.
    pub profile: String,
    /// Who chose the profile.
    pub profile_source: Source,
    /// Settings on top of the profile: key, value, who said so. Each key once.
    pub set: Vec<(String, String, Source)>,
    /// Base of the URLs in answers, without a slash at its end.
    pub public_url: Option<String>,
    /// Whether lints are errors.
    pub strict: bool,
    /// Where to write the ready line, too.
    pub ready_file: Option<PathBuf>,
    /// Whether to stop when the parent process is gone.
    pub exit_with_parent: bool,
    /// How much to log.
    pub log: LevelFilter,
    /// How to log.
    pub log_format: LogFormat,
    /// Hosts, in lower case, that may receive notifications over plain HTTP.
    pub allow_receivers: Vec<String>,
    /// Files with CAs of notification receivers.
    pub receiver_cas: Vec<PathBuf>,
    /// Whether notification receivers may show any certificate.
    pub receiver_insecure: bool,
    /// What was ignored and may surprise; to be logged.
    pub warnings: Vec<String>,
}

/// A scenario to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScenarioChoice {
    /// Its file.
    pub path: PathBuf,
    /// Who chose it.
    pub source: Source,
    /// The seed in place of its own.
    pub seed: Option<u64>,
}

/// Who moves a universe's time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ClockChoice {
    /// Real time does.
    Wall,
    /// Only `advance` does.
    Manual,
    /// Real time does, so many times as fast.
    Scaled(f64),
    /// It jumps through what is due between two requests.
    Auto,
}

/// Layers what was typed over environment, file and defaults.
pub fn serve(args: &ServeArgs, env: &Environment) -> Result<ServeOptions, Error> {
    let (variables, warnings) = variables::layer(env)?;
    let file = match Raw::flag("config", &args.config).or(variables::config(env)?) {
        Some(config) => file::read(&config)?,
        None => Layer::default(),
    };
    let layers = Layers([flags(args), variables, file]);
    Ok(meaning(&layers, warnings)?)
}

/// The layer of what was typed.
fn flags(args: &ServeArgs) -> Layer {
    // Taken apart, so that a new option does not compile before it has a layer.
    let ServeArgs {
        listen,
        tls_listen,
        tls_name,
        ca_dir,
        tls_cert,
        tls_key,
        control_listen,
        control_token,
        auto_universe,
        world,
        scenario,
        vppsim_config,
        print_scenario,
        preset,
        state,
        seed,
        clock,
        start,
        profile,
        set,
        public_url,
        strict,
        ready_file,
        exit_with_parent,
        log,
        log_format,
        allow_receiver,
        receiver_ca,
        receiver_insecure,
        config: _,
    } = args;
    let mut layer = Layer::default();
    let one = [
        ("listen", listen),
        ("tls_listen", tls_listen),
        ("ca_dir", ca_dir),
        ("tls_cert", tls_cert),
        ("tls_key", tls_key),
        ("control_listen", control_listen),
        ("control_token", control_token),
        ("world", world),
        ("scenario", scenario),
        ("vppsim_config", vppsim_config),
        ("state", state),
        ("seed", seed),
        ("clock", clock),
        ("start", start),
        ("profile", profile),
        ("public_url", public_url),
        ("ready_file", ready_file),
        ("log", log),
        ("log_format", log_format),
    ];
    for (key, text) in one {
        layer.extend(key, Raw::flag(key, text));
    }
    let several = [
        ("set", set),
        ("preset", preset),
        ("allow_receiver", allow_receiver),
        ("receiver_ca", receiver_ca),
        ("tls_name", tls_name),
    ];
    for (key, texts) in several {
        layer.extend(key, texts.iter().map(|text| Raw::new(text, Source::Flag(key))));
    }
    let switches = [
        ("auto_universe", auto_universe),
        ("strict", strict),
        ("print_scenario", print_scenario),
        ("exit_with_parent", exit_with_parent),
        ("receiver_insecure", receiver_insecure),
    ];
    for (key, given) in switches {
        layer.extend(key, given.then(|| Raw::new("true", Source::Flag(key))));
    }
    layer
}

/// Gives the strongest values their types.
fn meaning(layers: &Layers, warnings: Vec<String>) -> Result<ServeOptions, BadValue> {
    let world = layers.or_default("world", "demo");
    let profile = layers.or_default("profile", "observed");
    let seed = layers.parsed("seed", values::number)?;
    let chosen = |key| {
        layers.parsed(key, |raw| {
            let path = PathBuf::from(values::text(raw)?);
            Ok(ScenarioChoice { path, source: raw.origin.clone(), seed })
        })
    };
    let (scenario, vppsim) = (chosen("scenario")?, chosen("vppsim_config")?);
    let print_scenario = layers.parsed("print_scenario", values::switch)?.unwrap_or(false);
    go_together(layers, scenario.as_ref(), vppsim.as_ref(), print_scenario)?;
    Ok(ServeOptions {
        listen: layers.parsed("listen", values::address)?.unwrap_or(default_listen()),
        tls: tls::meaning(layers)?,
        control_listen: layers.parsed("control_listen", values::address)?,
        control_token: layers.parsed("control_token", values::bearer)?,
        auto_universe: layers.parsed("auto_universe", values::switch)?.unwrap_or(false),
        world: values::text(&world)?,
        world_source: world.origin,
        state: layers
            .parsed("state", |raw| Ok((PathBuf::from(values::text(raw)?), raw.origin.clone())))?,
        scenario,
        vppsim,
        print_scenario,
        presets: layers.all("preset").iter().map(values::preset).collect::<Result<_, _>>()?,
        seed: seed.unwrap_or(1),
        clock: layers.parsed("clock", values::clock)?.unwrap_or(ClockChoice::Wall),
        start: layers.parsed("start", values::instant)?,
        profile: values::text(&profile)?,
        profile_source: profile.origin,
        set: settings(layers)?,
        public_url: layers.parsed("public_url", values::base_url)?,
        strict: layers.parsed("strict", values::switch)?.unwrap_or(false),
        ready_file: layers.parsed("ready_file", values::text)?.map(PathBuf::from),
        exit_with_parent: layers.parsed("exit_with_parent", values::switch)?.unwrap_or(false),
        log: layers.parsed("log", values::level)?.unwrap_or(LevelFilter::INFO),
        log_format: layers.parsed("log_format", values::log_format)?.unwrap_or(LogFormat::Human),
        allow_receivers: layers
            .all("allow_receiver")
            .iter()
            .map(values::host)
            .collect::<Result<_, _>>()?,
        receiver_cas: layers
            .all("receiver_ca")
            .iter()
            .map(|raw| values::text(raw).map(PathBuf::from))
            .collect::<Result<_, _>>()?,
        receiver_insecure: layers.parsed("receiver_insecure", values::switch)?.unwrap_or(false),
        warnings,
    })
}

/// Refuses two scenarios, and printing none.
fn go_together(
    layers: &Layers,
    scenario: Option<&ScenarioChoice>,
    vppsim: Option<&ScenarioChoice>,
    prints: bool,
) -> Result<(), BadValue> {
    if let (Some(scenario), Some(vppsim)) = (scenario, vppsim) {
        let problem = format!(
            "a vppsim configuration is a scenario, and {} names one already; leave out one of the two",
            scenario.source
        );
        return Err(BadValue { origin: vppsim.source.clone(), problem });
    }
    match layers.all("print_scenario").last().filter(|_| prints && vppsim.is_none()) {
        Some(raw) => {
            let problem = "there is no vppsim configuration to print as a scenario; name it with \
                           --vppsim-config FILE";
            Err(BadValue { origin: raw.origin.clone(), problem: problem.to_owned() })
        }
        None => Ok(()),
    }
}

/// The loopback address: who wants to be reached from elsewhere says so.
fn default_listen() -> SocketAddr {
    (Ipv4Addr::LOCALHOST, 8080).into()
}

/// The settings of all layers; where two name the same key, the stronger stays.
fn settings(layers: &Layers) -> Result<Vec<(String, String, Source)>, BadValue> {
    let mut set: Vec<(String, String, Source)> = Vec::new();
    for raw in layers.weakest_first("set") {
        let (key, value) = values::setting(raw)?;
        set.retain(|(weaker, ..)| *weaker != key);
        set.push((key, value, raw.origin.clone()));
    }
    Ok(set)
}
