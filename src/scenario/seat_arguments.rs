//! The arguments of verbs about subscriptions, as they are written. Products are numbers here, as they are on the wire
//! (apple-subscriptions.md §2); their digits as text are taken too, as other verbs have them.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, de};

use super::arguments::{Arguments, arguments};
use crate::model;
use crate::sim::verbs::{Deed, SubscriptionDeed};

/// A product id.
#[derive(Debug, Clone, Copy)]
struct AdamId(u64);

impl<'de> Deserialize<'de> for AdamId {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Read;
        impl de::Visitor<'_> for Read {
            type Value = AdamId;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a product id such as 6740000017")
            }
            fn visit_u64<E: de::Error>(self, id: u64) -> Result<AdamId, E> {
                Ok(AdamId(id))
            }
            fn visit_i64<E: de::Error>(self, id: i64) -> Result<AdamId, E> {
                let unfit = || E::invalid_value(de::Unexpected::Signed(id), &self);
                u64::try_from(id).map(AdamId).map_err(|_| unfit())
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<AdamId, E> {
                let digits = text.bytes().all(|byte| byte.is_ascii_digit());
                let id = text.parse().ok().filter(|_| digits);
                id.map(AdamId).ok_or_else(|| E::invalid_value(de::Unexpected::Str(text), &self))
            }
        }
        from.deserialize_any(Read)
    }
}

impl JsonSchema for AdamId {
    fn schema_name() -> Cow<'static, str> {
        "AdamId".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A product id: a number, or its digits.",
            "anyOf": [
                {"type": "integer", "minimum": 1},
                {"type": "string", "pattern": "^[0-9]{1,19}$"}
            ]
        })
    }
}

/// What becomes of a licence at the end of the period.
#[derive(Debug, Clone, Copy, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Kind {
    /// It rolls over.
    #[default]
    Renewing,
    /// It is gone.
    Expiring,
}

const fn one() -> u32 {
    1
}

fn id(adam_id: Option<AdamId>) -> Option<u64> {
    adam_id.map(|AdamId(id)| id)
}

/// What a text says, or the argument to blame.
fn said<T>(
    text: Option<&str>,
    read: impl Fn(&str) -> Option<T>,
    argument: &'static str,
    wanted: &str,
) -> Result<Option<T>, (&'static str, String)> {
    let Some(text) = text else { return Ok(None) };
    let no = || (argument, format!("`{text:.40}` is none: write {wanted}"));
    read(text).map(Some).ok_or_else(no)
}

const fn turn(adam_id: Option<u64>, count: Option<u32>, to: model::LicenceKind) -> Deed {
    Deed::Subscription(SubscriptionDeed::TurnSeats { adam_id, count, to })
}

fn status(adam_id: Option<AdamId>, status: model::SubscriptionStatus) -> Deed {
    Deed::Subscription(SubscriptionDeed::SetStatus { adam_id: id(adam_id), status })
}

arguments! {
    /// `buy-seats`
    BuySeats {
        /// The product; one that the location does not have yet becomes a new subscription. The lowest one if absent.
        #[serde(default)]
        adam_id: Option<AdamId>,
        /// The app that it belongs to.
        #[serde(default)]
        parent_adam_id: Option<AdamId>,
        /// How many licences.
        #[serde(default = "one")]
        count: u32,
        /// `renewing`, or `expiring`: gone at the end of the period.
        #[serde(default)]
        kind: Kind,
        /// The billing period: `week`, `month`, `year`, or several such as `3 months`; a month if absent. Only where one begins.
        #[serde(default)]
        period: Option<String>,
        /// The last day of the first period, such as `2027-02-28`; one period from now if absent. Only where one begins.
        #[serde(default)]
        period_end: Option<String>,
        /// Even if the location has not enabled subscriptions.
        #[serde(default)]
        force: bool,
    } => |it| Deed::Subscription(SubscriptionDeed::BuySeats {
        adam_id: id(it.adam_id),
        parent_adam_id: id(it.parent_adam_id),
        count: it.count,
        kind: match it.kind {
            Kind::Renewing => model::LicenceKind::Renewing,
            Kind::Expiring => model::LicenceKind::Expiring,
        },
        period: said(
            it.period.as_deref(),
            model::Period::parse,
            "period",
            "week, month, year, or 3 months",
        )?,
        period_end: said(
            it.period_end.as_deref(),
            model::Date::parse,
            "period_end",
            "a day such as 2027-02-28, up to 2999",
        )?,
        force: it.force,
    });
    /// `cancel-renewal`
    CancelRenewal {
        /// The product; the lowest one with licences that renew if absent.
        #[serde(default)]
        adam_id: Option<AdamId>,
        /// Of how many licences; of all if absent.
        #[serde(default)]
        count: Option<u32>,
    } => |it| turn(id(it.adam_id), it.count, model::LicenceKind::Expiring);
    /// `resume-renewal`
    ResumeRenewal {
        /// The product; the lowest one with licences that expire if absent.
        #[serde(default)]
        adam_id: Option<AdamId>,
        /// Of how many licences; of all if absent.
        #[serde(default)]
        count: Option<u32>,
    } => |it| turn(id(it.adam_id), it.count, model::LicenceKind::Renewing);
    /// `pause-subscription`
    PauseSubscription {
        /// The product; the lowest active one if absent.
        #[serde(default)]
        adam_id: Option<AdamId>,
    } => |it| status(it.adam_id, model::SubscriptionStatus::Paused);
    /// `resume-subscription`
    ResumeSubscription {
        /// The product; the lowest paused one if absent.
        #[serde(default)]
        adam_id: Option<AdamId>,
    } => |it| status(it.adam_id, model::SubscriptionStatus::Active);
    /// `deactivate-subscription`
    DeactivateSubscription {
        /// The product; the lowest active or paused one if absent.
        #[serde(default)]
        adam_id: Option<AdamId>,
    } => |it| status(it.adam_id, model::SubscriptionStatus::Inactive);
    /// `assign-by-group`
    AssignByGroup {
        /// The product; the lowest active one with enough free licences if absent.
        #[serde(default)]
        adam_id: Option<AdamId>,
        /// The users, who must be associated.
        #[serde(default)]
        client_user_ids: Vec<String>,
        /// To how many it goes if nobody is named: the lowest associated users that do not have it.
        #[serde(default = "one")]
        count: u32,
    } => |it| Deed::Subscription(SubscriptionDeed::AssignByGroup {
        adam_id: id(it.adam_id),
        client_user_ids: it.client_user_ids,
        count: it.count,
    });
}
