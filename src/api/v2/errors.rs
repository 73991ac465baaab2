//! The v2 error table: the one place that knows the vendor's numbers, statuses and texts
//! (apple-v2.md §13.4), and which number each refusal of the model gets.

use std::borrow::Cow;
use std::sync::Arc;

use http::{HeaderValue, Method, StatusCode, header};

use crate::api::json::Json;
use crate::exchange::Reply;
use crate::model::{AssetName, Failure, Refusal};
use crate::sim::settings::{UnknownToken, UnknownUserText};
use crate::sim::{Moved, Settings, TokenRefusal};

/// A row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ErrorRow {
    /// `errorNumber`.
    pub number: u16,
    /// HTTP status; `None` for numbers that only events tell.
    pub status: Option<u16>,
    /// `errorMessage`.
    pub text: &'static str,
    /// Whether the documented Service Config example lists it.
    pub listed: bool,
}

const fn row(number: u16, status: u16, text: &'static str) -> ErrorRow {
    ErrorRow { number, status: Some(status), text, listed: true }
}

const fn unlisted(number: u16, status: Option<u16>, text: &'static str) -> ErrorRow {
    ErrorRow { number, status, text, listed: false }
}

/// Every number of apple-v2.md §13.4, ascending. 9811 to 9818 are of apple-subscriptions.md §11.
pub const TABLE: &[ErrorRow] = &[
    row(9601, 401, "Login required."),
    row(9602, 400, "Invalid argument."),
    row(9603, 500, "Internal error."),
    row(9609, 400, "Unable to find the registered user."),
    row(
        9621,
        401,
        "The token has expired. You need to generate a new token online using your organization's account at either school.apple.com or business.apple.com.",
    ),
    unlisted(9622, Some(200), "Invalid authentication token"),
    unlisted(9623, Some(400), "Invalid APN token"),
    row(9625, 401, "The server has revoked the sToken."),
    row(9634, 410, "Service removed."),
    unlisted(9635, None, "Apple Account can't be associated with registered user."),
    unlisted(9637, Some(403), "Facilitator operation not allowed."),
    unlisted(9641, None, "Apple Account already associated to registered user."),
    unlisted(
        9644,
        None,
        "Volume Purchase Program is currently in maintenance mode. Please try again later.",
    ),
    row(9646, 429, "There are too many recent requests. Try again momentarily."),
    unlisted(9647, Some(403), "This operation isn't supported for legacy tokens."),
    row(
        9650,
        400,
        "The provided page index must be greater than 0, and less than the total number of pages.",
    ),
    row(9700, 400, "Max assets limit on request has been passed, please stay within given limit."),
    row(
        9701,
        400,
        "Max clientUserIds limit on request has been passed, please stay within given limit.",
    ),
    row(
        9702,
        400,
        "Max serialNumbers limit on request has been passed, please stay within given limit.",
    ),
    row(9703, 400, "Duplicate assets found in request, please send unique assets."),
    row(9704, 400, "Duplicate clientUserIds found in request, please send unique clients."),
    row(9705, 400, "Duplicate serialNumbers found in request, please send unique serials."),
    row(9706, 400, "Asset in request is not revocable, please send revocable assets."),
    row(
        9707,
        400,
        "Asset in request is not device assignable, please send device assignable assets.",
    ),
    row(9708, 400, "EventId could not be found."),
    ErrorRow {
        number: 9709,
        status: None,
        text: "There are not enough licenses for this app or book available to assign to the selected group.",
        listed: true,
    },
    row(9710, 400, "Both the notification URL and the authentication token are necessary."),
    row(
        9711,
        400,
        "Either the notification URL or the authentication token exceeds its maximum length. Change the request to stay within the specified limit.",
    ),
    row(
        9712,
        400,
        "The provided notification URL must be a valid URL and use HTTPS as the protocol.",
    ),
    row(
        9713,
        400,
        "The MDM metadata exceeds the maximum length. Change the request to stay within the specified limit.",
    ),
    row(
        9714,
        400,
        "The number of users exceeds the maximum. Change the request to stay within the specified limit.",
    ),
    row(
        9715,
        400,
        "This request contains duplicate users. Change the request to send unique users.",
    ),
    ErrorRow {
        number: 9716,
        status: None,
        text: "A registered user already exists with the specified clientUserId.",
        listed: true,
    },
    row(
        9717,
        400,
        "This request contains an invalid email address. Change the request to send valid email addresses.",
    ),
    row(
        9718,
        400,
        "This request doesn't contain an asset, which is a required argument. Change the request to provide an asset.",
    ),
    row(
        9719,
        400,
        "Either clientUserIds or serialNumbers are required arguments. Change the request to provide assignable users and devices.",
    ),
    row(9720, 400, "Users are a required argument. Change the request to provide a user."),
    row(
        9721,
        400,
        "This request contains an invalid version ID. Change the request to send the version ID from the read APIs.",
    ),
    row(
        9722,
        401,
        "This request contains an invalid authorization header. Change the request to send an authorization header that matches the format 'Bearer {sToken}'.",
    ),
    row(
        9723,
        400,
        "You must provide an MDM name, ID, and metadata when setting the MDM information.",
    ),
    row(
        9724,
        400,
        "The MDM ID exceeds the maximum length. Change the request to stay within the specified limit.",
    ),
    row(
        9725,
        400,
        "The MDM name exceeds the maximum length. Change the request to stay within the specified limit.",
    ),
    row(9726, 405, "This request contains an unsupported HTTP method for the requested endpoint."),
    row(9727, 415, "This request contains an unsupported Content-Type for the requested endpoint."),
    row(9728, 400, "The provided notification URL is unreachable."),
    unlisted(9729, Some(503), "The server has since moved, please refresh DNS entry."),
    unlisted(9811, Some(400), "The subscription association request is not valid."),
    unlisted(9812, Some(400), "The cursor is not valid."),
    unlisted(9813, Some(400), "The Adam ID is not valid."),
    unlisted(9814, Some(400), "There is no associated registered user for that clientUserId."),
    unlisted(9815, Some(400), "The registered user does not hold the requested adamId."),
    unlisted(9816, Some(400), "There are too many subscriptions or users in the request."),
    unlisted(9817, Some(400), "The user already has the subscription through a group."),
    unlisted(9818, Some(400), "Subscriptions exist, so they cannot be disabled."),
];

/// The row of a number; numbers come from this file, so a missing one is a slip that reads as 9603.
pub fn row_of(number: u16) -> &'static ErrorRow {
    TABLE.iter().find(|row| row.number == number).unwrap_or(&TABLE[2])
}

/// What an error blames: each only the offending values (apple-v2.md §13.1).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ErrorInfo {
    /// `assets`.
    pub assets: Vec<AssetName>,
    /// `clientUserIds`.
    pub client_user_ids: Vec<Arc<str>>,
    /// `serialNumbers`.
    pub serial_numbers: Vec<Arc<str>>,
}

impl ErrorInfo {
    fn is_empty(&self) -> bool {
        self.assets.is_empty() && self.client_user_ids.is_empty() && self.serial_numbers.is_empty()
    }

    fn assets(assets: Vec<AssetName>) -> Self {
        Self { assets, ..Self::default() }
    }

    fn users(client_user_ids: Vec<Arc<str>>) -> Self {
        Self { client_user_ids, ..Self::default() }
    }

    fn devices(serial_numbers: Vec<Arc<str>>) -> Self {
        Self { serial_numbers, ..Self::default() }
    }
}

/// An error answer of this surface, or quince's own failure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ApiError {
    /// The vendor's: number, status, text, what it blames.
    Vendor {
        /// `errorNumber`.
        number: u16,
        /// HTTP status.
        status: StatusCode,
        /// `errorMessage`.
        text: Cow<'static, str>,
        /// `errorInfo`; left out when there is nothing to blame.
        info: ErrorInfo,
    },
    /// Wrong method: 9726, with those that are right.
    Method(Vec<Method>),
    /// No such path: 404 without a body.
    NoSuchPath,
    /// No answer of the service: rules say what is answered, or that the call waits first.
    Withheld,
    /// quince's own failure.
    Fault(String),
}

impl ApiError {
    /// The error with this number, as the table has it.
    pub fn number(number: u16) -> Self {
        Self::with_info(number, ErrorInfo::default())
    }

    fn with_info(number: u16, info: ErrorInfo) -> Self {
        let row = row_of(number);
        let status =
            StatusCode::from_u16(row.status.unwrap_or(400)).unwrap_or(StatusCode::BAD_REQUEST);
        Self::Vendor { number, status, text: row.text.into(), info }
    }

    /// The error that a rule wants, in the wording of the settings.
    pub fn ordered(number: u16, settings: &Settings) -> Self {
        match Self::number(number) {
            Self::Vendor { number, status, info, .. } => {
                Self::Vendor { number, status, text: text_of(number, settings).into(), info }
            }
            other => other,
        }
    }

    /// The number that this surface tells with a status that nothing more is said of; none where it tells none.
    pub const fn number_of_status(status: u16) -> Option<u16> {
        match status {
            400 => Some(9602),
            401 => Some(9601),
            403 => Some(9637),
            405 => Some(9726),
            410 => Some(9634),
            415 => Some(9727),
            429 => Some(9646),
            500 => Some(9603),
            503 => Some(9729),
            _ => None,
        }
    }

    /// Some argument is bad.
    pub fn invalid_argument() -> Self {
        Self::number(9602)
    }

    /// What a client hears whose token is not accepted.
    pub fn token(refusal: TokenRefusal, settings: &Settings) -> Self {
        match (refusal, settings.unknown_token) {
            (TokenRefusal::Expired, _) => Self::number(9621),
            (TokenRefusal::Revoked, _) => Self::number(9625),
            (TokenRefusal::Unknown, UnknownToken::Status200) => Self::number(9622),
            (TokenRefusal::Unknown, UnknownToken::Status401) => Self::number(9601),
        }
    }

    /// What a client hears where the service is gone. 9617 is of the older API only.
    pub fn moved(moved: Moved) -> Self {
        match moved {
            Moved::Url | Moved::Removed => Self::number(9634),
            Moved::Server => Self::number(9729),
        }
    }

    /// What a client hears whose request the model refuses.
    pub fn refusal(refusal: Refusal, settings: &Settings) -> Self {
        let (number, info) = match refusal {
            Refusal::NoAssets => (9718, ErrorInfo::default()),
            Refusal::NoTargets => (9719, ErrorInfo::default()),
            Refusal::NoUsers => (9720, ErrorInfo::default()),
            Refusal::TooManyAssets => (9700, ErrorInfo::default()),
            Refusal::TooManyClientUserIds => (9701, ErrorInfo::default()),
            Refusal::TooManySerialNumbers => (9702, ErrorInfo::default()),
            Refusal::TooManyUsers => (9714, ErrorInfo::default()),
            Refusal::DuplicateAssets(assets) => (9703, ErrorInfo::assets(assets)),
            Refusal::DuplicateClientUserIds(ids) => (9704, ErrorInfo::users(ids)),
            Refusal::DuplicateSerialNumbers(serials) => (9705, ErrorInfo::devices(serials)),
            Refusal::DuplicateUsers(ids) => (9715, ErrorInfo::users(ids)),
            Refusal::NotRevocable(assets) => (9706, ErrorInfo::assets(assets)),
            Refusal::NotDeviceAssignable(assets) => (9707, ErrorInfo::assets(assets)),
            Refusal::InvalidEmail(ids) => (9717, ErrorInfo::users(ids)),
            Refusal::UnknownUsers(ids) => {
                return Self::Vendor {
                    number: 9609,
                    status: StatusCode::BAD_REQUEST,
                    text: text_of(9609, settings).into(),
                    info: ErrorInfo::users(ids),
                };
            }
            Refusal::NoSeatsNamed | Refusal::SubscriptionNotActive => (9811, ErrorInfo::default()),
            Refusal::UnknownSubscriptions(_) => (9813, ErrorInfo::default()),
            Refusal::NotAssociated(ids) => (9814, ErrorInfo::users(ids)),
            Refusal::SeatNotHeld(ids) => (9815, ErrorInfo::users(ids)),
            Refusal::TooManySeatsNamed => (9816, ErrorInfo::default()),
            Refusal::SeatByGroup(ids) => (9817, ErrorInfo::users(ids)),
            Refusal::SubscriptionsExist => (9818, ErrorInfo::default()),
            Refusal::Exhausted => {
                return Self::Fault("the location has no room for another assignment".to_owned());
            }
        };
        Self::with_info(number, info)
    }

    /// The reply that carries this error.
    pub fn reply(&self) -> Reply {
        match self {
            Self::Vendor { number, status, text, info } => {
                let mut json = Json::default();
                write_error(&mut json, *number, text, info);
                let mut reply = Reply::json(*status, json.finish());
                let retry_after = match number {
                    9646 => Some("1"),
                    9729 => Some("60"),
                    _ => None,
                };
                if let Some(seconds) = retry_after {
                    reply.headers.insert(header::RETRY_AFTER, HeaderValue::from_static(seconds));
                }
                reply
            }
            Self::Method(allowed) => {
                let mut reply = Self::number(9726).reply();
                let allowed: Vec<&str> = allowed.iter().map(Method::as_str).collect();
                if let Ok(value) = HeaderValue::from_str(&allowed.join(", ")) {
                    reply.headers.insert(header::ALLOW, value);
                }
                reply
            }
            Self::NoSuchPath => Reply::empty(StatusCode::NOT_FOUND),
            Self::Withheld => Reply::empty(StatusCode::OK),
            Self::Fault(what) => Reply::fault(what),
        }
    }
}

/// The number that an event tells for a failed task.
pub const fn failure_number(failure: Failure) -> u16 {
    match failure {
        Failure::UnknownUser => 9609,
        Failure::NoLicence => 9709,
        Failure::NotRevocable => 9706,
        Failure::NotDeviceAssignable => 9707,
        Failure::UserExists => 9716,
        Failure::AccountUnusable => 9635,
        Failure::AccountTaken => 9641,
        Failure::Injected(number) => number,
    }
}

/// The numbers that an event can tell (apple-v2.md §13.4), ascending.
pub const EVENT_NUMBERS: [u16; 9] = [9603, 9609, 9635, 9641, 9644, 9706, 9707, 9709, 9716];

/// The text of a number; 9609 has three (apple-v2.md §17 conflict 12).
pub fn text_of(number: u16, settings: &Settings) -> &'static str {
    match (number, settings.unknown_user_text) {
        (9609, UnknownUserText::Short) => "Unable to find registered user.",
        (9609, UnknownUserText::NotFound) => "Registered user not found",
        _ => row_of(number).text,
    }
}

/// The text of a number in a notification; there 9709 has another one than in Service Config (apple-v2.md §12.3).
pub fn notified_text_of(number: u16, settings: &Settings) -> &'static str {
    match number {
        9709 => "There aren't enough assets available to complete this association.",
        _ => text_of(number, settings),
    }
}

/// Writes an `ErrorResponse` (apple-v2.md §13.1).
pub fn write_error(json: &mut Json, number: u16, text: &str, info: &ErrorInfo) {
    json.object(|json| {
        if !info.is_empty() {
            json.name("errorInfo").object(|json| write_info(json, info));
        }
        json.text("errorMessage", text);
        json.count("errorNumber", number);
    });
}

fn write_info(json: &mut Json, info: &ErrorInfo) {
    if !info.assets.is_empty() {
        json.name("assets").array(|json| {
            for asset in &info.assets {
                json.object(|json| {
                    json.text("adamId", &asset.adam_id);
                    json.text("pricingParam", super::wire::pricing_param(asset.pricing_param));
                });
            }
        });
    }
    if !info.client_user_ids.is_empty() {
        json.texts("clientUserIds", info.client_user_ids.iter().map(AsRef::as_ref));
    }
    if !info.serial_numbers.is_empty() {
        json.texts("serialNumbers", info.serial_numbers.iter().map(AsRef::as_ref));
    }
}
