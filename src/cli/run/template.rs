//! Values of `--env`: texts with places for what is known only once quince runs.

use std::fmt;

use crate::instance::Applivery;
use crate::nearest::nearest;

/// A text with places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template(Vec<Part>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Place(Place),
}

/// What can stand in a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// `{url}`: the base of every path.
    Url,
    /// `{tls_url}`: the same over TLS.
    TlsUrl,
    /// `{ca_file}`: the file that holds the CA to trust for it.
    CaFile,
    /// `{control_url}`: the base of the control API.
    ControlUrl,
    /// `{stoken}`: the content token of the first location.
    Stoken,
    /// `{stoken:KEY}`: the content token of the location with this key.
    StokenOf(String),
    /// `{applivery_url}`: the base of Applivery's API.
    AppliveryUrl,
    /// `{applivery_organization}`: the id of the first organization of MDM users.
    AppliveryOrganization,
    /// `{applivery_token}`: the API key of that organization that may do everything.
    AppliveryToken,
}

/// Why a text is no template, or can't be filled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// There is no such place.
    #[error("has no meaning for {{{name}}}; {advice}")]
    Unknown {
        /// What stands between the braces.
        name: String,
        /// What can stand there.
        advice: String,
    },
    /// Nothing closes the brace.
    #[error("has a `{{` that nothing closes; write `{{{{` for a brace")]
    Open,
    /// The scenario has no such location.
    #[error("has {{stoken:{key}}}, and the scenario has no such location; there are: {known}")]
    NoLocation {
        /// The key.
        key: String,
        /// The keys that there are.
        known: String,
    },
}

/// What can be written between braces.
const NAMES: &[&str] = &[
    "url",
    "tls_url",
    "ca_file",
    "control_url",
    "stoken",
    "stoken:KEY",
    "applivery_url",
    "applivery_organization",
    "applivery_token",
];

/// What fills the places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Values {
    /// The base of every path.
    pub url: String,
    /// The same over TLS.
    pub tls_url: String,
    /// The file that holds the CA to trust for it.
    pub ca_file: String,
    /// The base of the control API.
    pub control_url: String,
    /// Content tokens by the key of their location, in world order.
    pub stokens: Vec<(String, String)>,
    /// The first organization of MDM users.
    pub applivery: Option<Applivery>,
}

impl Values {
    /// Something of the first organization of MDM users; empty if there is none.
    fn applivery(&self, what: fn(&Applivery) -> &str) -> &str {
        self.applivery.as_ref().map(what).unwrap_or_default()
    }
}

impl Template {
    /// Reads a template.
    pub fn new(text: &str) -> Result<Self, TemplateError> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            parts.push(Part::Text(before.to_owned()));
            if let Some(after) = after.strip_prefix('{') {
                parts.push(Part::Text("{".to_owned()));
                rest = after;
                continue;
            }
            let (name, after) = after.split_once('}').ok_or(TemplateError::Open)?;
            parts.push(Part::Place(place(name)?));
            rest = after;
        }
        parts.push(Part::Text(rest.to_owned()));
        Ok(Self(parts))
    }

    /// The text with its places filled.
    pub fn fill(&self, values: &Values) -> Result<String, TemplateError> {
        let mut text = String::new();
        for part in &self.0 {
            match part {
                Part::Text(part) => text += part,
                Part::Place(Place::Url) => text += &values.url,
                Part::Place(Place::TlsUrl) => text += &values.tls_url,
                Part::Place(Place::CaFile) => text += &values.ca_file,
                Part::Place(Place::ControlUrl) => text += &values.control_url,
                Part::Place(Place::AppliveryUrl) => text += values.applivery(Applivery::url),
                Part::Place(Place::AppliveryOrganization) => {
                    text += values.applivery(Applivery::organization);
                }
                Part::Place(Place::AppliveryToken) => text += values.applivery(Applivery::key),
                Part::Place(Place::Stoken) => {
                    text += values.stokens.first().map_or("", |(_, stoken)| stoken);
                }
                Part::Place(Place::StokenOf(key)) => {
                    let found = values.stokens.iter().find(|(of, _)| of == key);
                    let (_, stoken) = found.ok_or_else(|| TemplateError::NoLocation {
                        key: key.clone(),
                        known: List(values.stokens.iter().map(|(key, _)| key.as_str())).to_string(),
                    })?;
                    text += stoken;
                }
            }
        }
        Ok(text)
    }
}

fn place(name: &str) -> Result<Place, TemplateError> {
    match name {
        "url" => return Ok(Place::Url),
        "tls_url" => return Ok(Place::TlsUrl),
        "ca_file" => return Ok(Place::CaFile),
        "control_url" => return Ok(Place::ControlUrl),
        "stoken" => return Ok(Place::Stoken),
        "applivery_url" => return Ok(Place::AppliveryUrl),
        "applivery_organization" => return Ok(Place::AppliveryOrganization),
        "applivery_token" => return Ok(Place::AppliveryToken),
        _ => {}
    }
    if let Some(key) = name.strip_prefix("stoken:") {
        return Ok(Place::StokenOf(key.to_owned()));
    }
    let known = List(NAMES.iter().map(|name| format!("{{{name}}}")));
    let near = nearest(name, NAMES.iter().copied());
    let near = near.map(|near| format!("did you mean {{{near}}}? ")).unwrap_or_default();
    let advice = format!("{near}there are: {known}");
    Err(TemplateError::Unknown { name: name.to_owned(), advice })
}

/// Words with commas between them.
struct List<I>(I);

impl<I: Iterator<Item: fmt::Display> + Clone> fmt::Display for List<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, word) in self.0.clone().enumerate() {
            f.write_str(if n == 0 { "" } else { ", " })?;
            write!(f, "{word}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(text: &str) -> Result<String, TemplateError> {
        let stoken = |key: &str, stoken: &str| (key.to_owned(), stoken.to_owned());
        let values = Values {
            url: "http://a".to_owned(),
            tls_url: "https://a".to_owned(),
            ca_file: "/tmp/ca.pem".to_owned(),
            control_url: "http://a/_quince/v1".to_owned(),
            stokens: vec![stoken("berlin", "b"), stoken("leeds", "l")],
            applivery: None,
        };
        Template::new(text)?.fill(&values)
    }

    #[test]
    fn places_are_filled_and_double_braces_stay() {
        assert_eq!(filled("{url}/mdm/v2").unwrap(), "http://a/mdm/v2");
        assert_eq!(
            filled("{stoken} {stoken:leeds}{control_url}").unwrap(),
            "b lhttp://a/_quince/v1"
        );
        assert_eq!(filled("{{\"u\":\"{url}\"}").unwrap(), "{\"u\":\"http://a\"}");
        assert_eq!(filled("").unwrap(), "");
    }

    #[test]
    fn what_has_no_meaning_is_refused_with_what_has() {
        let refused = |text: &str| filled(text).unwrap_err().to_string();
        assert_eq!(
            refused("{ulr}"),
            "has no meaning for {ulr}; did you mean {url}? there are: {url}, {tls_url}, {ca_file}, {control_url}, \
             {stoken}, {stoken:KEY}, {applivery_url}, {applivery_organization}, {applivery_token}"
        );
        assert_eq!(refused("{url"), "has a `{` that nothing closes; write `{{` for a brace");
        assert_eq!(
            refused("{stoken:bern}"),
            "has {stoken:bern}, and the scenario has no such location; there are: berlin, leeds"
        );
    }
}
