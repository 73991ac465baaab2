//! The v1 error table: numbers and texts, both wordings (apple-legacy-v1.md §2.2), and which number each refusal gets.
//!
//! An error is a JSON object with `status` -1 inside HTTP 200. Only 503 is a status of its own.

use std::borrow::Cow;

use http::{HeaderValue, StatusCode, header};

use super::wire;
use crate::api::call::Halted;
use crate::api::json::Json;
use crate::exchange::Reply;
use crate::model::Failure;
use crate::sim::settings::ErrorTexts;
use crate::sim::{Moved, Settings, TokenRefusal};

/// A row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ErrorRow {
    /// `errorNumber`.
    pub number: u16,
    /// `errorMessage` as of 2020.
    pub of_2020: &'static str,
    /// `errorMessage` as of 2025.
    pub of_2025: &'static str,
    /// Which Service Configs list it: that of 2020, that of 2025.
    pub listed: (bool, bool),
}

const fn row(number: u16, text: &'static str) -> ErrorRow {
    reworded(number, text, text)
}

const fn reworded(number: u16, of_2020: &'static str, of_2025: &'static str) -> ErrorRow {
    ErrorRow { number, of_2020, of_2025, listed: (true, true) }
}

/// Every number, ascending.
pub const TABLE: &[ErrorRow] = &[
    row(9600, "Missing required argument"),
    reworded(9601, "Login required", "Login required."),
    reworded(9602, "Invalid argument", "Invalid argument."),
    reworded(9603, "Internal error", "Internal error."),
    row(9604, "Result not found"),
    row(9605, "Account storefront incorrect"),
    row(9606, "Error constructing token"),
    row(9607, "License is irrevocable"),
    row(9608, "Empty response from SharedData service"),
    reworded(9609, "Registered user not found", "Unable to find the registered user."),
    row(9610, "License not found"),
    row(9611, "Admin user not found"),
    row(9612, "Failed to create claim job"),
    row(9613, "Failed to create unclaim job"),
    row(9614, "Invalid date format"),
    row(9615, "OrgCountry not found"),
    row(9616, "License already assigned"),
    row(9617, "The URL has been moved. Please call VPPServiceConfigSrv to find the new URL."),
    row(9618, "The user has already been retired."),
    row(9619, "License not associated"),
    row(9620, "The user has already been deleted."),
    reworded(
        9621,
        "The token has expired. You need to generate a new token online using your organization's account at https://vpp.itunes.apple.com.",
        "The token has expired. You need to generate a new token online using your organization's account at either school.apple.com or business.apple.com.",
    ),
    row(9622, "Invalid authentication token"),
    row(9623, "Invalid APN token"),
    row(9624, "License was refunded and is no longer valid."),
    reworded(9625, "The sToken has been revoked", "The server has revoked the sToken."),
    row(9626, "License already assigned to other user"),
    row(9627, "License disassociation fail due to frequent reassociation"),
    row(9628, "License not eligible for device assignment."),
    row(9629, "The sToken is inapplicable to batchToken"),
    row(
        9630,
        "Too many recent identical calls were made to assign a license that failed due to license being already assigned to the user or device",
    ),
    row(
        9631,
        "Too many recent identical calls were made to assign a license that failed due to no license being being available.",
    ),
    row(9632, "Too many recent calls to manage licenses with identical requests"),
    row(9633, "No batch data recovered for token."),
    reworded(9634, "Service removed.", "This service is no longer available."),
    reworded(
        9635,
        "Apple ID can't be associated with registered user.",
        "Apple Account can't be associated with registered user.",
    ),
    row(9636, "No registered user found."),
    row(9637, "Facilitator operation not allowed."),
    unlisted(9638, "Facilitator missing Organization ID."),
    unlisted(9639, "Facilitator group member not found."),
    unlisted(9640, "Facilitator group member look-up failed."),
    reworded(
        9641,
        "Apple ID already associated to registered user.",
        "Apple Account already associated to registered user.",
    ),
    reworded(
        9642,
        "Apple ID passed cannot be used at this time because it's a VPP manager and the iTunes Store account not yet created and such creation requires user to agree to Terms.",
        "Apple Account passed cannot be used at this time because it's a VPP manager and the iTunes Store account not yet created and such creation requires user to agree to Terms.",
    ),
    row(9643, "The license is currently locked for a pending transfer. Please try again later."),
    row(9644, "Volume Purchase Program is currently in maintenance mode. Please try again later."),
    unlisted(9645, "This location is managed elsewhere and can only be read."),
    reworded(
        9646,
        "Too many recent requests. Please try again momentarily",
        "There are too many recent requests. Try again momentarily.",
    ),
    row(9649, "A page index is required when passing a request ID."),
    row(
        9650,
        "The provided page index must be greater than 0, and less than the total number of pages.",
    ),
    ErrorRow {
        listed: (false, true),
        ..row(9729, "The server has since moved, please refresh DNS entry.")
    },
];

const fn unlisted(number: u16, text: &'static str) -> ErrorRow {
    ErrorRow { listed: (false, false), ..row(number, text) }
}

/// The text of a number in the wording of the settings. A number that the table does not have reads as 9603.
pub fn text_of(number: u16, settings: &Settings) -> &'static str {
    let row = TABLE.iter().find(|row| row.number == number).unwrap_or(&TABLE[3]);
    match settings.v1_error_texts {
        ErrorTexts::Of2020 => row.of_2020,
        ErrorTexts::Of2025 => row.of_2025,
    }
}

/// What ends a call without an answer of its service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum V1Error {
    /// The vendor's: number, a text in place of the table's, and members that stand beside it, rendered.
    Vendor {
        /// `errorNumber`.
        number: u16,
        /// `errorMessage`, where it is not the table's.
        text: Option<Cow<'static, str>>,
        /// Whole members of the answer.
        extra: Vec<u8>,
    },
    /// Neither GET nor POST: 405 without a body.
    Method,
    /// No such service: 404 without a body.
    NoSuchService,
    /// No answer of the service: rules say what is answered, or that the call waits first.
    Withheld,
    /// quince's own failure.
    Fault(String),
}

impl Halted for V1Error {
    fn withheld() -> Self {
        Self::Withheld
    }

    fn fault(what: String) -> Self {
        Self::Fault(what)
    }
}

impl V1Error {
    /// The error with this number, as the table has it.
    pub const fn number(number: u16) -> Self {
        Self::Vendor { number, text: None, extra: Vec::new() }
    }

    /// The error with this number in other words.
    pub fn worded(number: u16, text: impl Into<Cow<'static, str>>) -> Self {
        Self::Vendor { number, text: Some(text.into()), extra: Vec::new() }
    }

    /// The error with this number, and the members that `fill` writes beside it.
    pub fn with(number: u16, fill: impl FnOnce(&mut Json)) -> Self {
        let mut json = Json::default();
        fill(&mut json);
        Self::Vendor { number, text: None, extra: json.finish() }
    }

    /// What a client hears whose token is not accepted.
    pub const fn token(refusal: TokenRefusal) -> Self {
        Self::number(match refusal {
            TokenRefusal::Expired => 9621,
            TokenRefusal::Revoked => 9625,
            TokenRefusal::Unknown => 9622,
        })
    }

    /// What a client hears where the service is gone.
    pub const fn moved(moved: Moved) -> Self {
        Self::number(match moved {
            Moved::Url => 9617,
            Moved::Removed => 9634,
            Moved::Server => 9729,
        })
    }

    /// The number that v1 tells with an HTTP status, for rules that name no number. 503 has none: it is a status that
    /// v1 itself gives, without a body.
    pub const fn number_of_status(status: u16) -> Option<u16> {
        match status {
            400 => Some(9602),
            401 => Some(9601),
            403 => Some(9637),
            404 => Some(9604),
            410 => Some(9634),
            429 => Some(9646),
            500 => Some(9603),
            _ => None,
        }
    }

    /// The answer, in the wording of the settings.
    pub fn reply(self, settings: &Settings) -> Reply {
        match self {
            Self::Vendor { number, text, extra } => {
                let text = text.unwrap_or_else(|| text_of(number, settings).into());
                let mut json = Json::default();
                json.object(|json| {
                    write_error(json, number, &text);
                    json.count("status", -1);
                    if !extra.is_empty() {
                        json.rendered(&extra);
                    }
                });
                wire::reply(json)
            }
            Self::Method => {
                let mut reply = Reply::empty(StatusCode::METHOD_NOT_ALLOWED);
                reply.headers.insert(header::ALLOW, HeaderValue::from_static("GET, HEAD, POST"));
                reply
            }
            Self::NoSuchService => Reply::empty(StatusCode::NOT_FOUND),
            Self::Withheld => Reply::empty(StatusCode::OK),
            Self::Fault(what) => Reply::fault(&what),
        }
    }
}

/// The number of why a user could not be made or changed. `exists`: the user is there already.
pub const fn account_number(failure: Failure, exists: bool) -> u16 {
    match failure {
        Failure::AccountUnusable | Failure::AccountTaken if exists => 9641,
        Failure::AccountUnusable | Failure::AccountTaken => 9635,
        Failure::UnknownUser => 9609,
        Failure::NoLicence => 9610,
        Failure::NotRevocable => 9607,
        Failure::NotDeviceAssignable => 9628,
        Failure::UserExists => 9602,
        Failure::Injected(number) => number,
    }
}

/// Writes `errorMessage` and `errorNumber`.
pub fn write_error(json: &mut Json, number: u16, text: &str) {
    json.text("errorMessage", text);
    json.count("errorNumber", number);
}
