//! The data sheet of v2 requests: what each body must look like, and how each word is spelled.
//!
//! Lenient in: an unknown member is a lint, `null` is absence. What has the wrong type is 9602
//! (apple-v2.md §18 question 4).

use std::sync::Arc;

use serde_json::{Map, Value};

use super::errors::ApiError;
use crate::api::lint::Lints;
use crate::model::{
    AssetName, Command, EventKind, EventStatus, MdmInfo, NotificationType, Platforms, PricingParam,
    ProductType, Targets, UserRequest, UserStatus,
};
use crate::sim::settings::NumericAdamId;

/// A body, read as an object.
pub type Members = Map<String, Value>;

/// Reads a body as a JSON object. Nesting is bounded by the parser (128 levels).
pub fn object(body: &[u8]) -> Result<Members, ApiError> {
    match serde_json::from_slice(body) {
        Ok(Value::Object(members)) => Ok(members),
        _ => Err(ApiError::invalid_argument()),
    }
}

/// What a body asks for, but for what settings decide.
#[derive(Debug, Clone)]
pub struct Parsed<T> {
    /// The request.
    pub request: T,
    /// It has a numeric `adamId` (setting `v2.numeric_adam_id`).
    pub numeric_adam_id: bool,
}

impl<T> Parsed<T> {
    /// The request, unless the settings refuse it.
    pub fn under(self, numeric: NumericAdamId) -> Result<T, ApiError> {
        if self.numeric_adam_id && numeric == NumericAdamId::Reject {
            return Err(ApiError::invalid_argument());
        }
        Ok(self.request)
    }
}

/// Reads the body of an operation that queues an event.
pub fn command(
    kind: EventKind,
    body: &[u8],
    lints: &mut Lints,
) -> Result<Parsed<Command>, ApiError> {
    let mut members = object(body)?;
    let mut numeric_adam_id = false;
    let request = match kind {
        EventKind::Associate => {
            Command::Associate(targets(&mut members, &mut numeric_adam_id, lints)?)
        }
        EventKind::Disassociate => {
            Command::Disassociate(targets(&mut members, &mut numeric_adam_id, lints)?)
        }
        EventKind::Revoke => {
            if members.remove("assets").is_some() {
                lints.note("assets-in-revoke", "");
            }
            Command::Revoke(targets(&mut members, &mut numeric_adam_id, lints)?)
        }
        EventKind::Create => Command::CreateUsers(users(&mut members, lints)?),
        EventKind::Update => Command::UpdateUsers(users(&mut members, lints)?),
        EventKind::Retire => Command::RetireUsers(users(&mut members, lints)?),
    };
    unknown(&members, lints);
    Ok(Parsed { request, numeric_adam_id })
}

fn unknown(members: &Members, lints: &mut Lints) {
    for name in members.keys() {
        lints.note("unknown-member", name);
    }
}

fn targets(
    members: &mut Members,
    numeric: &mut bool,
    lints: &mut Lints,
) -> Result<Targets, ApiError> {
    let mut assets = Vec::new();
    for item in array(members, "assets")? {
        assets.push(asset(item, numeric, lints)?);
    }
    Ok(Targets {
        assets,
        client_user_ids: strings(members, "clientUserIds")?,
        serial_numbers: strings(members, "serialNumbers")?,
    })
}

fn asset(item: Value, numeric: &mut bool, lints: &mut Lints) -> Result<AssetName, ApiError> {
    let Value::Object(mut members) = item else { return Err(ApiError::invalid_argument()) };
    let adam_id = match members.remove("adamId") {
        Some(Value::String(id)) => id,
        Some(Value::Number(id)) if id.is_u64() => {
            lints.note("numeric-adam-id", &id.to_string());
            *numeric = true;
            id.to_string()
        }
        _ => return Err(ApiError::invalid_argument()),
    };
    let pricing_param = match text(&mut members, "pricingParam")? {
        None => PricingParam::Standard,
        Some(word) => read_pricing_param(&word).ok_or_else(ApiError::invalid_argument)?,
    };
    unknown(&members, lints);
    Ok(AssetName { adam_id, pricing_param })
}

fn users(members: &mut Members, lints: &mut Lints) -> Result<Vec<UserRequest>, ApiError> {
    let mut users = Vec::new();
    for item in array(members, "users")? {
        let Value::Object(mut user) = item else { return Err(ApiError::invalid_argument()) };
        let client_user_id = text(&mut user, "clientUserId")?
            .filter(|id| !id.is_empty())
            .ok_or_else(ApiError::invalid_argument)?;
        users.push(UserRequest {
            client_user_id: client_user_id.into(),
            email: text(&mut user, "email")?,
            managed_apple_id: text(&mut user, "managedAppleId")?,
        });
        unknown(&user, lints);
    }
    Ok(users)
}

/// An array member; absent and `null` are empty.
fn array(members: &mut Members, name: &str) -> Result<Vec<Value>, ApiError> {
    match members.remove(name) {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(items)) => Ok(items),
        Some(_) => Err(ApiError::invalid_argument()),
    }
}

fn strings(members: &mut Members, name: &str) -> Result<Vec<Arc<str>>, ApiError> {
    let text = |item| match item {
        Value::String(text) => Ok(text.into()),
        _ => Err(ApiError::invalid_argument()),
    };
    array(members, name)?.into_iter().map(text).collect()
}

/// A string member; absent and `null` are none.
fn text(members: &mut Members, name: &str) -> Result<Option<String>, ApiError> {
    match members.remove(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(ApiError::invalid_argument()),
    }
}

/// The body of `POST client/config`, its types and spellings checked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConfigRequest {
    /// `mdmInfo`: `Some(None)` if it is there and lacks a member.
    pub mdm_info: Option<Option<MdmInfo>>,
    /// `notificationUrl`.
    pub url: Option<String>,
    /// `notificationAuthToken`.
    pub secret: Option<String>,
    /// `notificationTypes`, without `TEST_NOTIFICATION`.
    pub types: Option<Vec<NotificationType>>,
}

/// Reads the body of `POST client/config` (apple-v2.md §4.1).
pub fn config(body: &[u8], lints: &mut Lints) -> Result<ConfigRequest, ApiError> {
    let mut members = object(body)?;
    let mdm_info = match members.remove("mdmInfo") {
        None | Some(Value::Null) => None,
        Some(Value::Object(mut info)) => {
            let mut part =
                |name| text(&mut info, name).map(|part| part.filter(|text| !text.is_empty()));
            let parts = (part("id")?, part("name")?, part("metadata")?);
            unknown(&info, lints);
            Some(match parts {
                (Some(id), Some(name), Some(metadata)) => Some(MdmInfo { id, name, metadata }),
                _ => None,
            })
        }
        Some(_) => return Err(ApiError::invalid_argument()),
    };
    let types = match members.remove("notificationTypes") {
        None | Some(Value::Null) => None,
        Some(Value::Array(words)) => Some(notification_types(words)?),
        Some(_) => return Err(ApiError::invalid_argument()),
    };
    let url = text(&mut members, "notificationUrl")?;
    let secret = text(&mut members, "notificationAuthToken")?;
    unknown(&members, lints);
    Ok(ConfigRequest { mdm_info, url, secret, types })
}

fn notification_types(words: Vec<Value>) -> Result<Vec<NotificationType>, ApiError> {
    let mut types = Vec::new();
    for word in words {
        let Value::String(word) = word else { return Err(ApiError::invalid_argument()) };
        // Accepted, not stored (apple-v2.md §18 question 19).
        if word == TEST_NOTIFICATION {
            continue;
        }
        let known = NOTIFICATION_TYPES.iter().find(|(_, name)| *name == word);
        let (kind, _) = known.ok_or_else(ApiError::invalid_argument)?;
        if !types.contains(kind) {
            types.push(*kind);
        }
    }
    Ok(types)
}

/// Every notification type that can be subscribed to, as it is spelled.
pub const NOTIFICATION_TYPES: [(NotificationType, &str); 7] = [
    (NotificationType::AssetManagement, "ASSET_MANAGEMENT"),
    (NotificationType::UserManagement, "USER_MANAGEMENT"),
    (NotificationType::UserAssociated, "USER_ASSOCIATED"),
    (NotificationType::AssetCount, "ASSET_COUNT"),
    (NotificationType::SubscriptionManagement, "SUBSCRIPTION_MANAGEMENT"),
    (NotificationType::SubscriptionCount, "SUBSCRIPTION_COUNT"),
    (NotificationType::UnlimitedAsset, "UNLIMITED_ASSET"),
];

/// How the type of the notification that tries out a receiver is spelled. Nobody subscribes to it.
pub const TEST_NOTIFICATION: &str = "TEST_NOTIFICATION";

/// How a notification type is spelled.
pub const fn notification_type(kind: NotificationType) -> &'static str {
    kind.as_str()
}

/// How a quality is spelled.
pub const fn pricing_param(quality: PricingParam) -> &'static str {
    match quality {
        PricingParam::Standard => "STDQ",
        PricingParam::Plus => "PLUS",
    }
}

/// The quality that is spelled so.
pub fn read_pricing_param(word: &str) -> Option<PricingParam> {
    match word {
        "STDQ" => Some(PricingParam::Standard),
        "PLUS" => Some(PricingParam::Plus),
        _ => None,
    }
}

/// How a kind of product is spelled.
pub const fn product_type(kind: ProductType) -> &'static str {
    match kind {
        ProductType::App => "App",
        ProductType::Book => "Book",
    }
}

/// The kind of product that is spelled so.
pub fn read_product_type(word: &str) -> Option<ProductType> {
    match word {
        "App" => Some(ProductType::App),
        "Book" => Some(ProductType::Book),
        _ => None,
    }
}

/// How the device families of a set are spelled.
pub fn platforms(set: Platforms) -> impl Iterator<Item = &'static str> {
    let names = ["iOS", "macOS", "tvOS", "watchOS", "visionOS"];
    Platforms::EACH
        .into_iter()
        .zip(names)
        .filter(move |(each, _)| set.has(*each))
        .map(|(_, name)| name)
}

/// How a user's status is spelled.
pub const fn user_status(status: UserStatus) -> &'static str {
    match status {
        UserStatus::Registered => "Registered",
        UserStatus::Associated => "Associated",
        UserStatus::Retired => "Retired",
        UserStatus::Deleted => "Deleted",
    }
}

/// How a kind of event is spelled.
pub const fn event_kind(kind: EventKind) -> &'static str {
    match kind {
        EventKind::Associate => "ASSOCIATE",
        EventKind::Disassociate => "DISASSOCIATE",
        EventKind::Revoke => "REVOKE",
        EventKind::Create => "CREATE",
        EventKind::Update => "UPDATE",
        EventKind::Retire => "RETIRE",
    }
}

/// How an event's status is spelled.
pub const fn event_status(status: EventStatus) -> &'static str {
    match status {
        EventStatus::Pending => "PENDING",
        EventStatus::Complete => "COMPLETE",
        EventStatus::Failed => "FAILED",
    }
}
