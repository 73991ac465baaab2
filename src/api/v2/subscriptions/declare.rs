//! `POST subscriptions/enable` and `POST subscriptions/disable` (apple-subscriptions.md §5.1): whether whoever holds
//! the token manages subscriptions. Until it says so, none can be bought into the location.

use crate::api::call::{Call, Need};
use crate::api::json::Json;
use crate::api::v2::call::write_mdm_info_or_null;
use crate::api::v2::errors::ApiError;
use crate::api::v2::query::Query;
use crate::exchange::{Reply, Request};

/// Answers both: a `SubscriptionManagementResponse`, or 9818 where subscriptions exist.
pub(super) fn declare(
    call: &mut Call<'_>,
    request: &Request,
    supported: bool,
) -> Result<Reply, ApiError> {
    Query::read(request.query.as_deref(), call.lints).finish(call.lints);
    if !request.body.is_empty() {
        call.lints.note("body-without-effect", "");
    }
    let (granted, ()) = call.turn(Need::Manage, None, |turn, granted| {
        let declared = turn
            .change(granted.session.site, |location, _| location.declare_subscriptions(supported));
        super::manage::applied(declared, granted)
    })?;
    let mut json = Json::default();
    json.object(|json| {
        write_mdm_info_or_null(json, granted.mdm_info());
        json.flag("subscriptionManagement", supported);
        json.maybe("tokenExpirationDate", granted.expiration_date().as_deref());
        json.text("uId", granted.uid());
    });
    Ok(Reply::json(http::StatusCode::OK, json.finish()))
}
