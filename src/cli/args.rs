//! What can be typed.
//!
//! Values stay text here: `options` parses them, because the same value may come from the
//! environment or a file and must be understood and refused in the same words.
//!
//! Invariant: what is not in this file is refused by clap as unknown.

// Here doc comments are the help texts, which show every character as it stands.
#![expect(clippy::doc_markdown)]

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

const LAYERS: &str = "\
Each option of serve can also be an environment variable (--ready-file as
QUINCE_READY_FILE) or a key of the --config file (ready_file; settings in a
table [set]). Flags win over the environment, the environment over the file.";

const RUN: &str = "\
CMD runs once per scenario and finds quince through QUINCE_URL,
QUINCE_CONTROL_URL, QUINCE_STOKEN (of the first location) and
QUINCE_STOKEN_<LOCATION>; Applivery's side of it through QUINCE_APPLIVERY_URL,
QUINCE_APPLIVERY_ORGANIZATION and QUINCE_APPLIVERY_TOKEN. It reads nothing from
standard input. Placeholders of --env: {url}, {control_url}, {stoken},
{stoken:KEY}, {applivery_url}, {applivery_organization}, {applivery_token}; {{ is
a brace.

Exit codes: 0 passed, 1 an expectation failed, 2 the gate failed, 3 CMD failed,
64 usage, 65 invalid scenario, 69 cannot bind, 70 quince's own fault.";

/// A test double of Apple's App and Book Management API. Not for production.
#[derive(Debug, Parser)]
#[command(name = "quince", version, after_help = LAYERS)]
#[command(args_conflicts_with_subcommands = true, disable_help_subcommand = true)]
pub struct Cli {
    /// What to do; `serve` if nothing is said.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// The options of `serve`, for a command line without a command.
    #[command(flatten)]
    pub serve: ServeArgs,
}

/// What quince can be told to do.
#[derive(Debug, Subcommand)]
#[allow(clippy::large_enum_variant, reason = "there is one of it in a run")]
pub enum Command {
    /// Run the server until SIGINT or SIGTERM (the default)
    #[command(after_help = LAYERS)]
    Serve(ServeArgs),
    /// Run a client inside scenarios, judge it and report
    #[command(after_help = RUN)]
    Run(RunArgs),
    /// Print a content token; needs no server
    Token(TokenArgs),
    /// Ask a running server whether it is ready
    Healthcheck(HealthcheckArgs),
    /// Print the fidelity ledger: what is known, guessed and missing
    Ledger(LedgerArgs),
    /// Print a schema: control (the OpenAPI document of the control API), state (of state files), scenario
    Schema(SchemaArgs),
    /// Read scenarios and tell everything that is wrong with them; needs no client
    Check(CheckArgs),
}

/// The options of `serve`.
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
#[derive(Debug, Default, Args)]
pub struct ServeArgs {
    /// Serve HTTP here; port 0 takes a free port [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDR")]
    pub listen: Option<String>,
    /// Serve HTTPS here, too; port 0 takes a free port [default: nowhere]
    #[arg(long, value_name = "ADDR")]
    pub tls_listen: Option<String>,
    /// Host or IP address that the certificate is for as well (repeatable)
    #[arg(long, value_name = "NAME")]
    pub tls_name: Vec<String>,
    /// Keep the CA that clients have to trust in this folder [default: a new CA at each start]
    #[arg(long, value_name = "DIR")]
    pub ca_dir: Option<String>,
    /// Show this certificate (PEM) instead of one from quince's CA
    #[arg(long, value_name = "FILE")]
    pub tls_cert: Option<String>,
    /// Key of the certificate of --tls-cert (PEM)
    #[arg(long, value_name = "FILE")]
    pub tls_key: Option<String>,
    /// Serve the control API here and nowhere else [default: at --listen]
    #[arg(long, value_name = "ADDR")]
    pub control_listen: Option<String>,
    /// Bearer token that the control API demands [default: none]
    #[arg(long, value_name = "TOKEN")]
    pub control_token: Option<String>,
    /// Give each unknown but well-formed content token a universe of its own
    #[arg(long)]
    pub auto_universe: bool,
    /// What the default universe holds: a built-in world, a world file or a state file [default: demo]
    #[arg(long, value_name = "NAME|FILE")]
    pub world: Option<String>,
    /// Apply this scenario to the default universe; --seed and --set win over it [default: none]
    #[arg(long, value_name = "FILE")]
    pub scenario: Option<String>,
    /// Be like Apple's simulator vppsim with this configuration (JSON), in a library of its own or in --world [default: none]
    #[arg(long, value_name = "FILE")]
    pub vppsim_config: Option<String>,
    /// Print what --vppsim-config means as a scenario (TOML), and exit
    #[arg(long)]
    pub print_scenario: bool,
    /// Begin with the rules of a preset, such as pages-move or everything@42 (repeatable)
    #[arg(long, value_name = "NAME[@SEED]")]
    pub preset: Vec<String>,
    /// Keep the default universe in this file: go on from it if it is there, save to it on a clean stop
    #[arg(long, value_name = "FILE")]
    pub state: Option<String>,
    /// Seed of the default universe [default: 1]
    #[arg(long, value_name = "N")]
    pub seed: Option<String>,
    /// Who moves time: wall, manual, scaled:FACTOR or auto [default: wall]
    #[arg(long, value_name = "MODE")]
    pub clock: Option<String>,
    /// Virtual start, with an offset [default: now (wall), 2026-01-15T09:00:00Z (others)]
    #[arg(long, value_name = "TIME")]
    pub start: Option<String>,
    /// Bundle of behaviour settings: observed or documented [default: observed]
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,
    /// One behaviour setting, such as v2.page_size=50 (repeatable)
    #[arg(long, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// Base of the URLs written into answers [default: from the request]
    #[arg(long, value_name = "URL")]
    pub public_url: Option<String>,
    /// Turn lints into errors
    #[arg(long)]
    pub strict: bool,
    /// Write the ready line to this file when ready
    #[arg(long, value_name = "PATH")]
    pub ready_file: Option<String>,
    /// Stop when the parent process is gone (Unix)
    #[arg(long)]
    pub exit_with_parent: bool,
    /// How much to log on stderr: off, error, warn, info, debug or trace [default: info]
    #[arg(long, value_name = "LEVEL")]
    pub log: Option<String>,
    /// How to log: human or json [default: human]
    #[arg(long, value_name = "FORMAT")]
    pub log_format: Option<String>,
    /// Host that may receive notifications over plain HTTP (repeatable)
    #[arg(long, value_name = "HOST")]
    pub allow_receiver: Vec<String>,
    /// File with CAs (PEM) that certificates of notification receivers are trusted by, besides quince's own (repeatable)
    /// [default: the CAs of this machine]
    #[arg(long, value_name = "FILE")]
    pub receiver_ca: Vec<String>,
    /// Let notification receivers show any certificate
    #[arg(long)]
    pub receiver_insecure: bool,
    /// Read options from this TOML file
    #[arg(long, value_name = "FILE")]
    pub config: Option<String>,
}

/// The options of `run`.
#[derive(Debug, Default, Clone, Args)]
pub struct RunArgs {
    /// Scenario files
    #[arg(value_name = "SCENARIO", required = true)]
    pub scenarios: Vec<String>,
    /// The client: a program and its arguments
    #[arg(value_name = "CMD", last = true, required = true)]
    pub command: Vec<OsString>,
    /// Stop the client after so long [default: 10m]
    #[arg(long, value_name = "DURATION")]
    pub timeout: Option<String>,
    /// Run the scenarios side by side
    #[arg(long)]
    pub parallel: bool,
    /// Write a report: text, json, junit or github; github=- is stdout (repeatable)
    #[arg(long, value_name = "KIND=FILE")]
    pub report: Vec<String>,
    /// Accept golden conversations as they are now
    #[arg(long)]
    pub update: bool,
    /// One more variable for the client, such as BASE={url}/mdm/v2 (repeatable)
    #[arg(long, value_name = "NAME=TEMPLATE")]
    pub env: Vec<String>,
    /// Seed, in place of the scenario's own
    #[arg(long, value_name = "N")]
    pub seed: Option<String>,
    /// One behaviour setting on top of the scenario's (repeatable)
    #[arg(long, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// The rules of a preset on top of the scenario's (repeatable)
    #[arg(long, value_name = "NAME[@SEED]")]
    pub preset: Vec<String>,
    /// Write the states of snapshot steps into this folder
    #[arg(long, value_name = "DIR")]
    pub snapshots: Option<String>,
}

/// The options of `token`.
#[derive(Debug, Default, Args)]
pub struct TokenArgs {
    /// Name of the organization, as the token shows it
    #[arg(long, value_name = "NAME")]
    pub org: Option<String>,
    /// Key of the location that the token manages
    #[arg(long, value_name = "KEY")]
    pub location: Option<String>,
    /// Universe that the token belongs to [default: default]
    #[arg(long, value_name = "ID")]
    pub universe: Option<String>,
    /// Seed of that universe [default: 1]
    #[arg(long, value_name = "N")]
    pub seed: Option<String>,
    /// Number of the download; a higher one revokes the lower ones [default: 1]
    #[arg(long, value_name = "N")]
    pub serial: Option<String>,
    /// End of life: a date (midnight UTC) or a time with an offset
    #[arg(long, value_name = "DATE")]
    pub expires: Option<String>,
    /// What its manager may do [default: view,manage,purchase]
    #[arg(long, value_name = "LIST")]
    pub privileges: Option<String>,
}

/// The options of `healthcheck`.
#[derive(Debug, Default, Args)]
pub struct HealthcheckArgs {
    /// Where the server is [default: http://127.0.0.1:8080]
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,
    /// Keep asking for so long, such as 10s, until the server is ready
    #[arg(long, value_name = "DURATION")]
    pub wait: Option<String>,
    /// File with the CA (PEM) of an https:// URL, such as ca.pem of --ca-dir [default: the CAs of this machine]
    #[arg(long, value_name = "FILE")]
    pub ca: Option<String>,
}

/// The options of `schema`.
#[derive(Debug, Default, Args)]
pub struct SchemaArgs {
    /// Which: control, state, scenario
    #[arg(value_name = "NAME")]
    pub name: String,
}

/// The options of `check`.
#[derive(Debug, Default, Args)]
pub struct CheckArgs {
    /// Scenario file: TOML, or JSON if its name ends in .json
    #[arg(value_name = "SCENARIO", required = true)]
    pub scenario: Vec<PathBuf>,
}

/// The options of `ledger`.
#[derive(Debug, Default, Args)]
pub struct LedgerArgs {
    /// text or json [default: text]
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<String>,
}
