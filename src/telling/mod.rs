//! How an exchange is told: with or without credentials, as it was or in canonical form. Whoever shows one to people
//! or writes it into a file tells it this way: the control API, golden conversations.
//!
//! * [`Telling`]: what is told of an exchange. [`secrets`]: which parts of it are credentials.
//!
//! Invariants: the order of members, numbers and escapes stay as they came; a canonical telling has no credentials.
//! Not here: the shape around it (`api::control`, `judge::conversation`).

pub mod secrets;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, header};
use serde_json::Value;
use serde_json::value::RawValue;

use self::secrets::Copying;
use crate::exchange::Request;
use crate::journal::{Exchange, Routed};

/// How entries of one universe are told.
#[derive(Debug, Clone)]
pub struct Telling {
    /// The universe's id.
    pub universe: String,
    /// No credentials.
    pub redact: bool,
    /// No real times, lengths, hosts and universe ids; own URLs are `{url}`.
    pub canonical: bool,
    /// The base of URLs as the caller of the control API sees it.
    pub base_url: String,
}

/// A body as it is told.
#[derive(Debug)]
pub struct Told {
    /// JSON as it came, without the blanks between values; other texts as a string.
    pub body: Box<RawValue>,
    /// The text alone, or the base64 of what is no text.
    pub text: String,
    /// `base64` for what is no text.
    pub encoding: Option<&'static str>,
}

impl Telling {
    /// The canonical form: the same on every machine.
    pub fn canonical(universe: &str, base_url: &str) -> Self {
        let (universe, base_url) = (universe.to_owned(), base_url.to_owned());
        Self { universe, redact: true, canonical: true, base_url }
    }

    /// The base of URLs that an exchange's client used.
    pub fn base_of(&self, exchange: &Exchange) -> String {
        let Request { scheme, authority, .. } = &exchange.request;
        let authority = authority.as_deref().unwrap_or("localhost");
        let base = format!("{}://{authority}", scheme.as_str());
        if exchange.routed == Routed::Prefix { format!("{base}/u/{}", self.universe) } else { base }
    }

    /// A text with own URLs as they shall be told.
    pub fn text(&self, text: &str, exchange: &Exchange) -> String {
        if !self.canonical {
            return text.to_owned();
        }
        let below = format!("{}/u/{}", self.base_url, self.universe);
        let of_client = self.base_of(exchange);
        let bases = [below.as_str(), of_client.as_str(), self.base_url.as_str()];
        bases.iter().fold(text.to_owned(), |text, base| without_base(&text, base))
    }

    /// A query.
    pub fn query(&self, query: &str, exchange: &Exchange) -> String {
        let query = self.text(query, exchange);
        if self.redact { secrets::form(&query) } else { query }
    }

    /// Headers by name, in lower case and sorted; those of one name in the order in which they came.
    pub fn headers(&self, headers: &HeaderMap, exchange: &Exchange) -> Vec<(String, String)> {
        let told = |(name, value): (&header::HeaderName, &header::HeaderValue)| {
            let value = String::from_utf8_lossy(value.as_bytes());
            let value = match name.as_str() {
                "content-length" if self.canonical => return None,
                "host" if self.canonical => "{host}".to_owned(),
                name if self.redact && secrets::is_header(name) => secrets::header(&value),
                _ => self.text(&value, exchange),
            };
            Some((name.as_str().to_owned(), value))
        };
        let mut headers: Vec<_> = headers.iter().filter_map(told).collect();
        headers.sort_by(|(one, _), (other, _)| one.cmp(other));
        headers
    }

    /// A body; `None` if it is empty.
    pub fn body(&self, body: &[u8], headers: &HeaderMap, exchange: &Exchange) -> Option<Told> {
        if body.is_empty() {
            return None;
        }
        let Ok(text) = str::from_utf8(body) else {
            let text = STANDARD.encode(body);
            return Some(Told { body: string(&text), text, encoding: Some("base64") });
        };
        let compact = serde_json::from_str::<&RawValue>(text).is_ok();
        let is_form = headers.get(header::CONTENT_TYPE).is_some_and(|value| {
            value.as_bytes().starts_with(b"application/x-www-form-urlencoded")
        });
        // What a body is, its type need not say: clients of the older API send JSON as a form, and forms as nothing.
        let begins = text.trim_start_matches('\u{feff}').trim_start();
        let is_json = begins.starts_with(['{', '[', '"']);
        let fields = if self.redact && !is_json { secrets::form(text) } else { text.to_owned() };
        let text = if self.redact && is_form && !is_json {
            fields
        } else {
            secrets::copy(&fields, Copying { redact: self.redact, compact })
        };
        let text = self.text(&text, exchange);
        let raw = if compact { RawValue::from_string(text.clone()).ok() } else { None };
        Some(Told { body: raw.unwrap_or_else(|| string(&text)), text, encoding: None })
    }

    /// A value out of a request, found at this pointer or under this name.
    pub fn found(&self, place: &str, value: &Value) -> Value {
        if !self.redact || value.is_null() {
            return value.clone();
        }
        if place.split('/').any(secrets::is_member) || secrets::is_header(place) {
            return secrets::REDACTED.into();
        }
        let copy = |text: &str| secrets::copy(text, Copying { redact: true, compact: false });
        match value {
            Value::String(text) => copy(text).into(),
            other => serde_json::from_str(&copy(&other.to_string())).unwrap_or_default(),
        }
    }
}

/// Puts `{url}` in place of a base, where it ends: another port or name that begins like it is another base.
fn without_base(text: &str, base: &str) -> String {
    let goes_on = |next: char| next.is_ascii_alphanumeric() || matches!(next, '.' | ':' | '-');
    let mut parts = text.split(base);
    let mut told = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        told += if part.starts_with(goes_on) { base } else { "{url}" };
        told += part;
    }
    told
}

fn string(text: &str) -> Box<RawValue> {
    // A string is always JSON.
    serde_json::value::to_raw_value(text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_is_replaced_where_it_ends() {
        let told = |text: &str| without_base(text, "http://a:80");
        assert_eq!(told("x http://a:80/b \"http://a:80\""), "x {url}/b \"{url}\"");
        assert_eq!(told("http://a:80"), "{url}");
        assert_eq!(told("http://a:8080/b http://a:80.de"), "http://a:8080/b http://a:80.de");
    }
}
