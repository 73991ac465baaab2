//! The error table of Applivery: codes, messages and statuses (applivery.md §2.1), and which code each refusal gets.
//!
//! Messages are verbatim, slips included. A status that no code stands for has an envelope with itself as code.

use http::{HeaderValue, StatusCode, header};

use super::problems::Problems;
use super::wire;
use crate::api::call::Halted;
use crate::api::json::Json;
use crate::exchange::Reply;
use crate::model::MdmRefusal;
use crate::sim::settings::AppliveryUnknownKey;
use crate::sim::{KeyRefusal, Settings};

/// A row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ErrorRow {
    /// `error.code`.
    pub code: u16,
    /// HTTP status.
    pub status: StatusCode,
    /// `error.message`.
    pub message: &'static str,
}

const fn row(code: u16, status: StatusCode, message: &'static str) -> ErrorRow {
    ErrorRow { code, status, message }
}

/// Every code, ascending.
pub const TABLE: &[ErrorRow] = &[
    INTERNAL,
    row(1002, StatusCode::NOT_FOUND, "Route not found"),
    row(3001, StatusCode::NOT_FOUND, "Entity not found"),
    row(4001, StatusCode::UNAUTHORIZED, "Unauthorized"),
    row(4002, StatusCode::UNAUTHORIZED, "No auth token"),
    row(4003, StatusCode::FORBIDDEN, "Forbidden - You are not allowed to perform this action"),
    row(4004, StatusCode::UNAUTHORIZED, "Invalid Token"),
    row(4005, StatusCode::UNAUTHORIZED, "Token Expired"),
    row(5003, StatusCode::BAD_REQUEST, "Limit Exceeded"),
    row(5017, StatusCode::BAD_REQUEST, "Limit Exceeded"),
    row(5048, StatusCode::BAD_REQUEST, "Mdm user already exists"),
    row(
        5054,
        StatusCode::BAD_REQUEST,
        "MdmUser Can not be deleted because has no delete emmDevices",
    ),
    row(
        5055,
        StatusCode::BAD_REQUEST,
        "MdmUser Can not be deleted because has pending emmEnrollmentTokens",
    ),
    row(5120, StatusCode::BAD_REQUEST, "Error updating entity"),
    row(5138, StatusCode::BAD_REQUEST, "Not implemented"),
];

const INTERNAL: ErrorRow = row(1000, StatusCode::INTERNAL_SERVER_ERROR, "Internal error");

/// The usual code of a request that is not valid; the setting `applivery.validation_error` says which one is told.
const VALIDATION: u16 = 3000;

/// What ends a call without an answer of its operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AppliveryError {
    /// The vendor's, by its code.
    Code(u16),
    /// The query or the body is wrong.
    Invalid(Problems),
    /// One request too many; the next is in so many seconds.
    TooMany(u64),
    /// No answer of the service: rules say what is answered, or that the call waits first.
    Withheld,
    /// quince's own failure.
    Fault(String),
}

impl Halted for AppliveryError {
    fn withheld() -> Self {
        Self::Withheld
    }

    fn fault(what: String) -> Self {
        Self::Fault(what)
    }
}

impl From<Problems> for AppliveryError {
    fn from(problems: Problems) -> Self {
        Self::Invalid(problems)
    }
}

impl From<MdmRefusal> for AppliveryError {
    fn from(refusal: MdmRefusal) -> Self {
        Self::Code(match refusal {
            MdmRefusal::AlreadyExists => 5048,
            MdmRefusal::Unknown => 3001,
            MdmRefusal::HasDevices => 5054,
            MdmRefusal::HasTokens => 5055,
        })
    }
}

impl AppliveryError {
    /// What a client hears whose key is not accepted.
    pub const fn key(refusal: KeyRefusal, settings: &Settings) -> Self {
        Self::Code(match (refusal, settings.applivery_unknown_key) {
            (KeyRefusal::Expired, _) => 4005,
            (_, AppliveryUnknownKey::InvalidToken) => 4004,
            (_, AppliveryUnknownKey::Unauthorized) => 4001,
        })
    }

    /// The code that Applivery tells with a status that nothing more is said of: its own, where it has one, else the
    /// status itself. What is no failure has none.
    pub const fn code_of_status(status: u16) -> Option<u16> {
        match status {
            400 => Some(VALIDATION),
            401 => Some(4001),
            403 => Some(4003),
            404 => Some(3001),
            500 => Some(1000),
            402..600 => Some(status),
            _ => None,
        }
    }

    /// The answer, as the settings have it.
    pub fn reply(self, settings: &Settings) -> Reply {
        match self {
            Self::Code(code) => coded(code, settings),
            Self::Invalid(problems) => invalid(settings, |json| problems.write(json.name("data"))),
            Self::TooMany(seconds) => {
                let mut reply = coded(StatusCode::TOO_MANY_REQUESTS.as_u16(), settings);
                reply.headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
                reply
            }
            Self::Withheld => wire::open(Reply::empty(StatusCode::OK)),
            Self::Fault(what) => Reply::fault(&what),
        }
    }
}

/// The failure with this code, in the words of the table; or of HTTP, where it is a status. Any other code is told as
/// an internal error.
fn coded(code: u16, settings: &Settings) -> Reply {
    if code == VALIDATION || u32::from(code) == settings.applivery_validation_error {
        return invalid(settings, |_| {});
    }
    if let Some(row) = TABLE.iter().find(|row| row.code == code) {
        return wire::failure(row.status, code, row.message, |_| {});
    }
    let status = StatusCode::from_u16(code).ok().filter(|status| !status.is_success());
    let words = status.and_then(|status| Some((status, status.canonical_reason()?)));
    let (status, message) = words.unwrap_or((INTERNAL.status, INTERNAL.message));
    wire::failure(status, code, message, |_| {})
}

/// The failure of a request that is not valid (applivery.md §9 question 7).
fn invalid(settings: &Settings, fill: impl FnOnce(&mut Json)) -> Reply {
    let code = settings.applivery_validation_error;
    wire::failure(StatusCode::BAD_REQUEST, code, "Validation Error", fill)
}
