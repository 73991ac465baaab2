//! `POST subscriptions/associate` and `disassociate`, which queue an event, and `admins/add` and `admins/remove`, which
//! do at once what they say (apple-subscriptions.md §5.4, §5.5, §5.7).

use super::pages::write_version;
use super::wire::{Body, targets};
use crate::api::call::Granted;
use crate::api::call::{Call, Need};
use crate::api::json::Json;
use crate::api::v2::errors::ApiError;
use crate::api::v2::events::accepted;
use crate::api::v2::query::Query;
use crate::exchange::{Reply, Request};
use crate::model::subscription::{AdministratorRequest, SeatRequest};
use crate::model::{Command, Refusal};
use crate::sim::DataSet;

/// Answers associate and disassociate: an `EventResponse`, or a refusal with which nothing was queued.
pub(super) fn queue(call: &mut Call<'_>, request: &Request, what: Body) -> Result<Reply, ApiError> {
    Query::read(request.query.as_deref(), call.lints).finish(call.lints);
    let read = targets(what, &request.body, call.lints);
    let malformed = read.as_ref().err().cloned();
    let (granted, number) = call.turn(Need::Manage, malformed, |turn, granted| {
        let (targets, switch) = read?;
        let mut seats = SeatRequest {
            adam_ids: targets.adam_ids,
            client_user_ids: targets.client_user_ids,
            renewing: true,
            deferred: false,
        };
        let command = if what == Body::Associate {
            seats.renewing = switch.unwrap_or(true);
            Command::AssociateSeats(seats)
        } else {
            seats.deferred = switch.unwrap_or(false);
            Command::DisassociateSeats(seats)
        };
        applied(turn.accept(granted.session.site, command), granted)
    })?;
    Ok(accepted(&granted, number))
}

/// Answers admins/add and admins/remove: a `ManageSubscriptionAdminsResponse`, with the version that came of it.
pub(super) fn administrators(
    call: &mut Call<'_>,
    request: &Request,
    adds: bool,
) -> Result<Reply, ApiError> {
    Query::read(request.query.as_deref(), call.lints).finish(call.lints);
    let read = targets(Body::Administrators, &request.body, call.lints);
    let malformed = read.as_ref().err().cloned();
    let (mut granted, site) = call.turn(Need::Manage, malformed, |turn, granted| {
        let (targets, _) = read?;
        let administrators = AdministratorRequest {
            adam_ids: targets.adam_ids,
            client_user_ids: targets.client_user_ids,
        };
        let id = granted.session.site;
        let done = turn.change(id, |location, _| {
            if adds {
                location.add_administrators(&administrators, &granted.site.limits)
            } else {
                location.remove_administrators(&administrators, &granted.site.limits)
            }
        });
        applied(done, granted)?;
        turn.site(id).ok_or_else(gone)
    })?;
    granted.site = site;
    let mut json = Json::default();
    json.object(|json| {
        json.text("uId", granted.uid());
        write_version(json, &granted, DataSet::Administrators);
    });
    Ok(Reply::json(http::StatusCode::OK, json.finish()))
}

/// What came of a change, or why it was refused.
pub(super) fn applied<T>(
    done: Option<Result<T, Refusal>>,
    granted: &Granted,
) -> Result<T, ApiError> {
    done.ok_or_else(gone)?.map_err(|refusal| ApiError::refusal(refusal, &granted.settings))
}

fn gone() -> ApiError {
    ApiError::Fault("the token's location is gone".to_owned())
}
