//! What is told instead of an answer (apple-metadata.md §8, §9). The catalog has a list of errors in JSON; of a missing
//! or bad developer token it tells nothing but the status. The lookup has no errors at all.

use std::borrow::Cow;

use http::{HeaderValue, StatusCode, header};

use crate::api::call::Halted;
use crate::api::changed::Errors;
use crate::api::json::Json;
use crate::exchange::Reply;
use crate::sim::entropy::hash128;

/// The media type of everything that the catalog says.
pub const JSON: &str = "application/json; charset=utf-8";

/// Why a call has no answer of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MetadataError {
    /// No developer token, or none that is accepted.
    Unauthorized,
    /// No content token that is accepted, or no ids.
    Forbidden,
    /// There is no such resource.
    NotFound,
    /// A parameter that is needed is not there.
    Missing(&'static str),
    /// A parameter has a value that is not accepted.
    Value(&'static str),
    /// The path names a storefront that there is not.
    Storefront,
    /// This was noticed, and lints are errors.
    Strict(String),
    /// Only GET and HEAD; the catalog says so in JSON, too.
    Method {
        /// Whether it is said.
        is_told: bool,
    },
    /// There is no such path.
    Unknown,
    /// Rules say what is answered.
    Withheld,
    /// quince itself failed.
    Fault(String),
}

impl MetadataError {
    /// A bad value of this parameter.
    pub const fn value(parameter: &'static str) -> Self {
        Self::Value(parameter)
    }

    /// The answer to a call of this path, the `seq`-th entry of the journal.
    pub fn reply(&self, path: &str, seq: u64) -> Reply {
        let (code, source) = match self {
            Self::Fault(what) => return Reply::fault(what),
            Self::Withheld => return Reply::empty(StatusCode::OK),
            Self::Method { is_told } => return method(*is_told, seq),
            Self::Strict(noticed) => {
                let detail = format!("Lints are errors here: {noticed}").into();
                return told(40_000, ("Bad Request".into(), detail), None, seq);
            }
            Self::Unauthorized => (40_100, None),
            Self::Forbidden => (40_300, None),
            Self::NotFound | Self::Unknown => (40_400, None),
            Self::Missing(parameter) => (40_003, Some(("parameter", *parameter))),
            Self::Value(parameter) => (40_005, Some(("parameter", *parameter))),
            Self::Storefront => (40_008, Some(("pointer", path))),
        };
        answer(code, source, seq)
    }
}

impl Halted for MetadataError {
    fn withheld() -> Self {
        Self::Withheld
    }

    fn fault(what: String) -> Self {
        Self::Fault(what)
    }
}

/// How the catalog spells errors that rules order: by code, or by status.
pub const CATALOG: Errors = Errors {
    reply: |code, _| answer(code, None, 0),
    number_of_status: |status| {
        let code = match status {
            400 => Some(40_000),
            _ => status.checked_mul(100),
        };
        code.filter(|_| status >= 400)
    },
    keeps_status: false,
};

/// How the lookup answers what rules order: with the status, and nothing in it.
pub const LOOKUP: Errors = Errors {
    reply: |_, _| Reply::empty(StatusCode::INTERNAL_SERVER_ERROR),
    number_of_status: |_| None,
    keeps_status: false,
};

/// An error with a code: its first three digits are the status.
fn answer(code: u16, source: Option<(&str, &str)>, seq: u64) -> Reply {
    let status = StatusCode::from_u16(code / 100).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if status == StatusCode::UNAUTHORIZED {
        return Reply::new(status, JSON, Vec::new());
    }
    let mut reply = told(code, texts(code, source.map(|(_, what)| what)), source, seq);
    if status == StatusCode::TOO_MANY_REQUESTS {
        reply.headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    }
    reply
}

/// Title and detail.
type Texts = (Cow<'static, str>, Cow<'static, str>);

/// The list of one error with these texts.
fn told(code: u16, (title, detail): Texts, source: Option<(&str, &str)>, seq: u64) -> Reply {
    let status = StatusCode::from_u16(code / 100).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut json = Json::with_capacity(256);
    json.object(|json| {
        json.name("errors").array(|json| {
            json.object(|json| {
                json.text("id", &id(code, seq));
                json.text("title", &title);
                json.text("detail", &detail);
                json.text("status", status.as_str());
                json.text("code", &code.to_string());
                if let Some((kind, what)) = source {
                    json.name("source").object(|json| json.text(kind, what));
                }
            });
        });
    });
    Reply::new(status, JSON, json.finish())
}

/// Title and detail. Those of 40300 and 40400 were seen; the others are our wording.
fn texts(code: u16, about: Option<&str>) -> Texts {
    let about = about.unwrap_or_default();
    match code {
        40_003 => ("Missing Parameter".into(), format!("Parameter {about} is required").into()),
        40_005 => {
            let detail = format!("Parameter {about} has a value that is not accepted");
            ("Invalid Parameter Value".into(), detail.into())
        }
        40_008 => ("Invalid Path Value".into(), "There is no such storefront".into()),
        40_300 => ("Forbidden".into(), "Invalid Stoken or Empty/Null ids Request Parameter".into()),
        40_400 => ("Resource Not Found".into(), "Resource with requested id was not found".into()),
        42_900 => ("Too Many Requests".into(), "The rate limit of this token was reached".into()),
        _ => {
            let status = StatusCode::from_u16(code / 100).ok();
            let reason = status.and_then(|status| status.canonical_reason()).unwrap_or("Error");
            (reason.into(), "The request was not carried out".into())
        }
    }
}

/// An opaque id: 26 capital letters and digits.
fn id(code: u16, seq: u64) -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let bits = hash128(seq, "", "metadata.error", &code.to_le_bytes());
    let letter = |place: u32| {
        let index = bits.rotate_right(place * 5) as usize % LETTERS.len();
        char::from(LETTERS[index])
    };
    (0..26).map(letter).collect()
}

fn method(is_told: bool, seq: u64) -> Reply {
    let mut reply = if is_told {
        answer(40_500, None, seq)
    } else {
        Reply::empty(StatusCode::METHOD_NOT_ALLOWED)
    };
    reply.headers.insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
    reply
}
