//! Text into values. Each function refuses what it cannot use, with the value and a remedy.

use std::net::{Ipv6Addr, SocketAddr};
use std::str::FromStr;
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use tracing::level_filters::LevelFilter;

use crate::certificates::Name;
use crate::model::{At, Privileges};

use super::super::logging::LogFormat;
use super::{BadValue, ClockChoice, Raw};
use crate::nearest::nearest;
use crate::scenario::presets;
use crate::sim::date;

/// Any text that says something.
pub fn text(raw: &Raw) -> Result<String, BadValue> {
    if raw.text.trim().is_empty() {
        return Err(raw.refuse("says nothing; give a value or leave it out"));
    }
    Ok(raw.text.clone())
}

/// A preset, `NAME` or `NAME@SEED`, that there is.
pub fn preset(raw: &Raw) -> Result<String, BadValue> {
    match presets::named(&raw.text) {
        Ok(_) => Ok(raw.text.clone()),
        Err(error) => Err(BadValue { origin: raw.origin.clone(), problem: error.to_string() }),
    }
}

/// A token that fits into a header. What was given is a secret and is not shown.
pub fn bearer(raw: &Raw) -> Result<String, BadValue> {
    if raw.text.is_empty() || !raw.text.bytes().all(|byte| byte.is_ascii_graphic()) {
        let problem = "the token must be visible ASCII without blanks".to_owned();
        return Err(BadValue { origin: raw.origin.clone(), problem });
    }
    Ok(raw.text.clone())
}

/// A handle: `[a-z0-9-]+`.
pub fn key(raw: &Raw) -> Result<String, BadValue> {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if raw.text.is_empty() || !raw.text.chars().all(fits) {
        return Err(raw.refuse("is not a key; use a-z, 0-9 and -"));
    }
    Ok(raw.text.clone())
}

/// One of a list of words; `what` is what it should be, as in `a log level`.
pub fn choice<T: Copy>(raw: &Raw, what: &str, words: &[(&str, T)]) -> Result<T, BadValue> {
    one_of(raw, &raw.text, what, words)
}

fn one_of<T: Copy>(raw: &Raw, part: &str, what: &str, words: &[(&str, T)]) -> Result<T, BadValue> {
    if let Some((_, value)) = words.iter().find(|(word, _)| *word == part) {
        return Ok(*value);
    }
    let names: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
    Err(raw.refuse_part(part, format!("is not {what}; {}", advice(part, &names))))
}

fn advice(part: &str, names: &[&str]) -> String {
    nearest(part, names.iter().copied()).map_or_else(
        || format!("use one of {}", names.join(", ")),
        |near| format!("did you mean {near:?}?"),
    )
}

/// A whole number that fits.
pub fn number<T: FromStr + Bounded>(raw: &Raw) -> Result<T, BadValue> {
    // TOML lets digits be grouped, as Rust does: 1_000.
    raw.text
        .replace('_', "")
        .parse()
        .map_err(|_| raw.refuse(format!("is not a whole number from 0 to {}", T::MAX)))
}

/// A kind of whole numbers with a largest one.
pub trait Bounded {
    /// The largest, in digits.
    const MAX: &'static str;
}

impl Bounded for u32 {
    const MAX: &'static str = "4294967295";
}

impl Bounded for u64 {
    const MAX: &'static str = "18446744073709551615";
}

/// On or off.
pub fn switch(raw: &Raw) -> Result<bool, BadValue> {
    choice(raw, "a switch", &[("true", true), ("false", false), ("1", true), ("0", false)])
}

/// Where to listen.
pub fn address(raw: &Raw) -> Result<SocketAddr, BadValue> {
    let advice = "is not an IP address with a port; write it like 127.0.0.1:8080 or [::1]:0";
    raw.text.parse().map_err(|_| raw.refuse(advice))
}

/// Who moves time.
pub fn clock(raw: &Raw) -> Result<ClockChoice, BadValue> {
    if let Some(factor) = raw.text.strip_prefix("scaled:") {
        let factor = factor.parse().ok().filter(|factor: &f64| factor.is_finite() && *factor > 0.0);
        return factor
            .map(ClockChoice::Scaled)
            .ok_or_else(|| raw.refuse("needs a factor above 0; write it like scaled:60"));
    }
    if raw.text == "scaled" {
        return Err(raw.refuse("needs a factor; write it like scaled:60"));
    }
    let modes =
        [("wall", ClockChoice::Wall), ("manual", ClockChoice::Manual), ("auto", ClockChoice::Auto)];
    let known = modes.iter().find(|(word, _)| *word == raw.text);
    known.map(|(_, mode)| *mode).ok_or_else(|| {
        let names = ["wall", "manual", "auto", "scaled:FACTOR"];
        raw.refuse(format!("is not a clock mode; {}", advice(&raw.text, &names)))
    })
}

/// An instant, to the millisecond. Without an offset it would be another one elsewhere.
pub fn instant(raw: &Raw) -> Result<At, BadValue> {
    let time: Result<Timestamp, _> = raw.text.parse();
    time.map(|time| At(time.as_millisecond()))
        .map_err(|_| raw.refuse("is not a time with an offset; write it like 2026-01-15T09:00:00Z"))
}

/// An instant, or a date: midnight UTC.
pub fn date(raw: &Raw) -> Result<At, BadValue> {
    if let Ok(at) = instant(raw) {
        return Ok(at);
    }
    // A time without an offset reads as a date too; it is refused, not cut off.
    let date: Option<Date> = raw.text.parse().ok().filter(|_| raw.text.len() == "2030-12-31".len());
    date.and_then(|date| date.to_zoned(TimeZone::UTC).ok())
        .map(|midnight| At(midnight.timestamp().as_millisecond()))
        .ok_or_else(|| {
            raw.refuse("is not a date; write it like 2030-12-31 or 2030-12-31T12:00:00Z")
        })
}

/// A span of real time: a whole number and a unit.
pub fn duration(raw: &Raw) -> Result<Duration, BadValue> {
    date::parse_span(&raw.text)
        .and_then(|span| u64::try_from(span.0).ok())
        .map(Duration::from_millis)
        .ok_or_else(|| raw.refuse("is not a duration; write it like 500ms, 10s, 5m, 2h or 1d"))
}

/// One setting: its key and its value.
pub fn setting(raw: &Raw) -> Result<(String, String), BadValue> {
    let parts = raw.text.split_once('=').map(|(key, value)| (key.trim(), value.trim()));
    parts
        .filter(|(key, _)| !key.is_empty())
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .ok_or_else(|| raw.refuse("is not KEY=VALUE; write it like v2.page_size=50"))
}

/// A URL that paths can be added to, without a slash at its end.
pub fn base_url(raw: &Raw) -> Result<String, BadValue> {
    let advice = "is not the base of a URL; write it like https://mdm.test:8443, without a query";
    let url: http::Uri = raw.text.parse().map_err(|_| raw.refuse(advice))?;
    let scheme_fits = matches!(url.scheme_str(), Some("http" | "https"));
    let host_fits = url.host().is_some_and(|host| !host.is_empty());
    if !scheme_fits || !host_fits || raw.text.contains(['?', '#', '@']) {
        return Err(raw.refuse(advice));
    }
    Ok(raw.text.trim_end_matches('/').to_owned())
}

/// A host by name or address, without a port.
pub fn host(raw: &Raw) -> Result<String, BadValue> {
    let host = raw.text.trim();
    let bare = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host);
    let is_address = bare.parse::<Ipv6Addr>().is_ok();
    let odd = |c: char| c.is_whitespace() || matches!(c, ':' | '/' | '?' | '#' | '@' | '[' | ']');
    if !is_address && (bare.is_empty() || bare.contains(odd)) {
        return Err(raw.refuse("is not a host; write only its name or address, like mdm.test"));
    }
    Ok(bare.to_lowercase())
}

/// A host or an address that a certificate can be for.
pub fn certificate_name(raw: &Raw) -> Result<String, BadValue> {
    let advice =
        "is no name for a certificate; write a host like mdm.test or *.mdm.test, or an IP address";
    Name::new(&raw.text).map(|name| name.to_string()).map_err(|_| raw.refuse(advice))
}

/// How much to log.
pub fn level(raw: &Raw) -> Result<LevelFilter, BadValue> {
    let levels = [
        ("off", LevelFilter::OFF),
        ("error", LevelFilter::ERROR),
        ("warn", LevelFilter::WARN),
        ("info", LevelFilter::INFO),
        ("debug", LevelFilter::DEBUG),
        ("trace", LevelFilter::TRACE),
    ];
    choice(raw, "a log level", &levels)
}

/// How to log.
pub fn log_format(raw: &Raw) -> Result<LogFormat, BadValue> {
    choice(raw, "a log format", &[("human", LogFormat::Human), ("json", LogFormat::Json)])
}

/// A list of privileges. Whoever may do something may view, too.
pub fn privileges(raw: &Raw) -> Result<Privileges, BadValue> {
    let words = [
        ("view", Privileges::VIEW),
        ("manage", Privileges { manage: true, ..Privileges::VIEW }),
        ("purchase", Privileges { purchase: true, ..Privileges::VIEW }),
    ];
    let mut all = Privileges::VIEW;
    for part in raw.text.split(',') {
        let one = one_of(raw, part.trim(), "a privilege", &words)?;
        all.manage |= one.manage;
        all.purchase |= one.purchase;
    }
    Ok(all)
}
