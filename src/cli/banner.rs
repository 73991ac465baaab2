//! The banner: what a person at a terminal needs to begin. Programs read the ready line instead.

use std::io::IsTerminal as _;

use super::options::ServeOptions;
use super::terminal;
use crate::instance::Quince;
use crate::sim::ClockMode;

/// Shows the banner on stderr, if a person is there to read it.
pub fn show(quince: &Quince, options: &ServeOptions) {
    if std::io::stderr().is_terminal() {
        terminal::err(&text(quince, options));
    }
}

/// The banner: URL, tokens, three lines to try.
pub fn text(quince: &Quince, options: &ServeOptions) -> String {
    let url = quince.url();
    let stokens = quince.universe(crate::engine::DEFAULT).stokens();
    let origin = quince.engine().default_universe().origin();
    let holds = match &options.scenario {
        Some(scenario) => format!("scenario {}", scenario.path.display()),
        None => format!("world {}", options.world),
    };
    let version = env!("CARGO_PKG_VERSION");
    let seed = origin.seed;
    let mut lines = vec![format!("quince {version} at {url}/mdm/v2 · {holds} · seed {seed}")];
    if !options.presets.is_empty() {
        lines.push(format!("with the rules of {}", options.presets.join(", ")));
    }
    if let Some(url) = quince.tls_url() {
        let trust = match quince.ca_pem() {
            Some(_) => format!("trust the CA of {}/ca.pem", quince.control_url()),
            None => "with the certificate of --tls-cert".to_owned(),
        };
        lines.push(format!("over TLS at {url}/mdm/v2 · {trust}"));
    }
    if origin.clock == ClockMode::Manual {
        lines.push("the clock is manual: events stay PENDING until it is advanced".to_owned());
    }
    for (location, stoken) in &stokens {
        lines.push(format!("\nlocation {location}:\n  {stoken}"));
    }
    if let Some((_, stoken)) = stokens.first() {
        lines.push("\nTry:".to_owned());
        lines.push(format!("  TOKEN='{stoken}'"));
        for path in ["client/config", "assets", "assignments?pageIndex=0"] {
            lines.push(format!(
                "  curl -s -H \"Authorization: Bearer $TOKEN\" '{url}/mdm/v2/{path}'"
            ));
        }
    }
    lines.join("\n")
}
