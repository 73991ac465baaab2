//! The banner: what a person at a terminal needs to begin. Programs read the ready line instead.

use std::io::IsTerminal as _;

use super::options::{ClockChoice, ServeOptions};
use super::terminal;
use crate::instance::Quince;

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
    let mut lines = vec![format!(
        "quince {} at {url}/mdm/v2 · world {} · seed {}",
        env!("CARGO_PKG_VERSION"),
        options.world,
        options.seed
    )];
    if let Some(url) = quince.tls_url() {
        let trust = match quince.ca_pem() {
            Some(_) => format!("trust the CA of {}/ca.pem", quince.control_url()),
            None => "with the certificate of --tls-cert".to_owned(),
        };
        lines.push(format!("over TLS at {url}/mdm/v2 · {trust}"));
    }
    if options.clock == ClockChoice::Manual {
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
