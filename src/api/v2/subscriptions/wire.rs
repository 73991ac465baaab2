//! The data sheet of subscription requests (apple-subscriptions.md §6): what a body must look like, and what a query
//! may ask for.
//!
//! `adamId` is a number here, unlike everywhere else in v2. What has the wrong type is 9811, in a query 9813.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::api::lint::Lints;
use crate::api::v2::errors::ApiError;
use crate::api::v2::query::Query;

/// What a `ManageSubscriptionsRequest` or a `ManageSubscriptionAdminsRequest` asks for. Never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Targets {
    /// `adamIds`, in request order.
    pub(super) adam_ids: Vec<u64>,
    /// `clientUserIds`, in request order.
    pub(super) client_user_ids: Vec<Arc<str>>,
}

/// Which request it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Body {
    /// Of associate: `renewing` counts.
    Associate,
    /// Of disassociate: `deferred` counts.
    Disassociate,
    /// Of admins/add and admins/remove.
    Administrators,
}

/// A body, read: the targets, and the switch that counts, if it is there.
pub(super) fn targets(
    what: Body,
    body: &[u8],
    lints: &mut Lints,
) -> Result<(Targets, Option<bool>), ApiError> {
    let value = serde_json::from_slice(body).map_err(|_| ApiError::invalid_argument())?;
    let Value::Object(mut members) = value else { return Err(invalid()) };
    let int64 = |id: &Value| id.as_i64().ok_or_else(invalid);
    let adam_ids = array(&mut members, "adamIds")?;
    let adam_ids = adam_ids.iter().map(|id| int64(id).map(owned));
    let adam_ids = adam_ids.collect::<Result<_, _>>()?;
    let text = |item| match item {
        Value::String(text) => Ok(text.into()),
        _ => Err(invalid()),
    };
    let client_user_ids = array(&mut members, "clientUserIds")?.into_iter().map(text);
    let client_user_ids = client_user_ids.collect::<Result<_, _>>()?;
    let switch = match what {
        Body::Associate => switches(&mut members, "renewing", "deferred", lints)?,
        Body::Disassociate => switches(&mut members, "deferred", "renewing", lints)?,
        Body::Administrators => None,
    };
    for name in members.keys() {
        lints.note("unknown-member", name);
    }
    Ok((Targets { adam_ids, client_user_ids }, switch))
}

/// The request is not valid: 9811.
fn invalid() -> ApiError {
    ApiError::number(9811)
}

/// A required array; absent, `null` and empty are 9811.
fn array(members: &mut Map<String, Value>, name: &str) -> Result<Vec<Value>, ApiError> {
    match members.remove(name) {
        Some(Value::Array(items)) if !items.is_empty() => Ok(items),
        _ => Err(invalid()),
    }
}

/// The switch that counts, and the one that does not, which is a lint (apple-subscriptions.md §17 question 7).
fn switches(
    members: &mut Map<String, Value>,
    counts: &str,
    other: &str,
    lints: &mut Lints,
) -> Result<Option<bool>, ApiError> {
    let mut switch = |name: &str| match members.remove(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Bool(value)) => Ok(Some(value)),
        Some(_) => Err(invalid()),
    };
    if switch(other)?.is_some() {
        lints.note("switch-without-effect", other);
    }
    switch(counts)
}

/// Takes an array of int64 from a query, ascending, empty if it is absent; what is none is 9813
/// (apple-subscriptions.md §11).
pub(super) fn numbers(query: &mut Query, name: &str) -> Result<Vec<u64>, ApiError> {
    let texts = query.texts(name).unwrap_or_default();
    let number = |text: &String| text.trim().parse().map_err(|_| ApiError::number(9813));
    let numbers = texts.iter().map(|text| number(text).map(owned)).collect::<Result<_, _>>()?;
    Ok(BTreeSet::into_iter(numbers).collect())
}

/// An `adamId` as the model has it. What is negative is 0, which nobody owns either.
fn owned(id: i64) -> u64 {
    u64::try_from(id).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(what: Body, body: &str) -> Result<(Targets, Option<bool>), ApiError> {
        targets(what, body.as_bytes(), &mut Lints::default())
    }

    #[test]
    fn a_request_is_read_with_its_switch() {
        let body =
            r#"{"adamIds":[2,1],"clientUserIds":["b","a"],"renewing":false,"deferred":true}"#;
        let (targets, renewing) = read(Body::Associate, body).unwrap();
        assert_eq!(targets.adam_ids, [2, 1]);
        assert_eq!(targets.client_user_ids, ["b".into(), "a".into()]);
        assert_eq!(renewing, Some(false));
        assert_eq!(read(Body::Disassociate, body).unwrap().1, Some(true));
        assert_eq!(read(Body::Administrators, body).unwrap().1, None);
    }

    #[test]
    fn what_is_no_json_is_9602_and_what_is_no_request_9811() {
        for (body, number) in [
            ("", 9602),
            ("{", 9602),
            ("[]", 9811),
            ("{}", 9811),
            (r#"{"adamIds":[],"clientUserIds":["a"]}"#, 9811),
            (r#"{"adamIds":null,"clientUserIds":["a"]}"#, 9811),
            (r#"{"adamIds":[1],"clientUserIds":[]}"#, 9811),
            (r#"{"adamIds":1,"clientUserIds":["a"]}"#, 9811),
            (r#"{"adamIds":["1"],"clientUserIds":["a"]}"#, 9811),
            (r#"{"adamIds":[1.5],"clientUserIds":["a"]}"#, 9811),
            (r#"{"adamIds":[9223372036854775808],"clientUserIds":["a"]}"#, 9811),
            (r#"{"adamIds":[1],"clientUserIds":[1]}"#, 9811),
            (r#"{"adamIds":[1],"clientUserIds":["a"],"renewing":"true"}"#, 9811),
            (r#"{"adamIds":[1],"clientUserIds":["a"],"deferred":1}"#, 9811),
        ] {
            for what in [Body::Associate, Body::Disassociate] {
                assert_eq!(read(what, body), Err(ApiError::number(number)), "{body}");
            }
        }
    }
}
