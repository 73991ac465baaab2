//! Subscriptions in a state file: their shape, and the way there and back.

use std::borrow::Cow;
use std::sync::Arc;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::document::{is_false, is_zero};
use super::words::{LicenceKind, SubscriptionStatus};
use crate::model;
use crate::model::subscription::Seat;
use crate::model::subscription::parts::{SubscriptionParts, SubscriptionsParts};

/// What a location has of subscriptions.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Subscriptions {
    /// Whether they are supported; left out if nobody ever said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    declared: Option<bool>,
    /// A client declared it, or wrote administrators.
    #[serde(default, skip_serializing_if = "is_false")]
    by_client: bool,
    /// Writes to the list of subscriptions so far.
    #[serde(default, skip_serializing_if = "is_zero")]
    seq: u64,
    /// Writes to the list of assignments so far.
    #[serde(default, skip_serializing_if = "is_zero")]
    assignments_seq: u64,
    /// Writes to the list of administrators so far.
    #[serde(default, skip_serializing_if = "is_zero")]
    administrators_seq: u64,
    /// What was bought, each product once.
    list: Vec<Subscription>,
    /// Who has it.
    assignments: Vec<Assignment>,
    /// Who administers it.
    administrators: Vec<Administrator>,
}

/// A subscription.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Subscription {
    adam_id: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    parent_adam_id: Option<u64>,
    status: SubscriptionStatus,
    period: Period,
    /// The last day of the present period, or of the last one.
    period_end: Date,
    /// The day of the month that periods keep to.
    anchor: u32,
    /// Licences that renew, and those that expire.
    total: (u32, u32),
}

/// An assignment.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Assignment {
    adam_id: u64,
    client_user_id: String,
    renewing: bool,
    /// What it stands on.
    licence: LicenceKind,
    /// Number of the event that gives it back at the end of the period.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    deferred: Option<u64>,
    /// A group gave it.
    #[serde(default, skip_serializing_if = "is_false")]
    by_group: bool,
}

/// An administrator.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Administrator {
    adam_id: u64,
    client_user_id: String,
}

/// Subscriptions and users that an event is about.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SeatRequest {
    adam_ids: Vec<u64>,
    client_user_ids: Vec<String>,
    renewing: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    deferred: bool,
}

/// A value that is written as text.
macro_rules! text {
    ($($(#[$says:meta])* $name:ident of $model:ty: $wanted:literal, $schema:tt;)+) => {$(
        $(#[$says])*
        #[derive(Debug, Clone, Copy)]
        struct $name($model);

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = Cow::<str>::deserialize(deserializer)?;
                let read = <$model>::parse(&text).map(Self);
                read.ok_or_else(|| de::Error::invalid_value(de::Unexpected::Str(&text), &$wanted))
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($schema)
            }
        }
    )+};
}

text! {
    /// A date.
    Date of model::Date: "a date such as 2027-02-28, from 1970 to 2999",
        { "description": "A date from 1970 to 2999.", "type": "string", "format": "date" };
    /// A billing period.
    Period of model::Period: "a period such as week, month, year or 3 months",
        { "description": "A billing period.", "type": "string", "pattern": "^([1-9][0-9]? |100 )?(week|month|year)s?$" };
}

/// Nothing, if the location never heard of subscriptions.
pub(super) fn document(from: &model::Subscriptions) -> Option<Subscriptions> {
    let list = from.records().iter().map(|(adam_id, it)| Subscription {
        adam_id: *adam_id,
        parent_adam_id: it.parent_adam_id,
        status: it.status.into(),
        period: Period(it.period),
        period_end: Date(it.period_end),
        anchor: it.anchor,
        total: (it.total.renewing, it.total.expiring),
    });
    let assignments = from.seats().iter().map(|((adam_id, user), seat)| Assignment {
        adam_id: *adam_id,
        client_user_id: user.to_string(),
        renewing: seat.renewing,
        licence: seat.backing.into(),
        deferred: seat.deferred,
        by_group: seat.by_group,
    });
    let administrators = from.administrators().iter().map(|((adam_id, user), ())| Administrator {
        adam_id: *adam_id,
        client_user_id: user.to_string(),
    });
    let document = Subscriptions {
        declared: from.declared(),
        by_client: from.is_managed_by_client(),
        seq: from.seq(),
        assignments_seq: from.seats_seq(),
        administrators_seq: from.administrators_seq(),
        list: list.collect(),
        assignments: assignments.collect(),
        administrators: administrators.collect(),
    };
    (document.declared.is_some() || document.seq > 0 || !document.list.is_empty())
        .then_some(document)
}

pub(super) fn parts(document: Subscriptions) -> SubscriptionsParts {
    let Subscriptions { declared, by_client, seq, assignments_seq, administrators_seq, .. } =
        document;
    let list = document.list.into_iter().map(|it| SubscriptionParts {
        adam_id: it.adam_id,
        parent_adam_id: it.parent_adam_id,
        status: it.status.into(),
        period: it.period.0,
        period_end: it.period_end.0,
        anchor: it.anchor,
        total: model::Split { renewing: it.total.0, expiring: it.total.1 },
    });
    let seats = document.assignments.into_iter().map(|it| {
        let Assignment { renewing, deferred, by_group, .. } = it;
        let seat = Seat { renewing, backing: it.licence.into(), deferred, by_group };
        (it.adam_id, it.client_user_id.into(), seat)
    });
    let administrators = document.administrators.into_iter();
    SubscriptionsParts {
        declared,
        by_client,
        list: list.collect(),
        seats: seats.collect(),
        administrators: administrators.map(|it| (it.adam_id, it.client_user_id.into())).collect(),
        seqs: (seq, assignments_seq, administrators_seq),
    }
}

pub(super) fn request(from: &model::SeatRequest) -> SeatRequest {
    SeatRequest {
        adam_ids: from.adam_ids.clone(),
        client_user_ids: from.client_user_ids.iter().map(ToString::to_string).collect(),
        renewing: from.renewing,
        deferred: from.deferred,
    }
}

pub(super) fn wanted(document: SeatRequest) -> model::SeatRequest {
    let SeatRequest { adam_ids, client_user_ids, renewing, deferred } = document;
    let client_user_ids: Vec<Arc<str>> = client_user_ids.into_iter().map(Into::into).collect();
    model::SeatRequest { adam_ids, client_user_ids, renewing, deferred }
}
