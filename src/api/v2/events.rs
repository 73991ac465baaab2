//! The POSTs that queue an event (apple-v2.md §9, §10), and `GET /status` (§11).

use super::call::write_mdm_info;
use super::errors::{ApiError, ErrorInfo, failure_number, text_of, write_error};
use super::query::Query;
use super::wire;
use crate::api::call::{Call, Granted, Need};
use crate::api::json::Json;
use crate::exchange::{Reply, Request};
use crate::model::{Event, EventKind, EventStatus};

/// Answers the POSTs: an `EventResponse`, or a refusal with which nothing was queued.
pub fn queue(call: &mut Call<'_>, request: &Request, kind: EventKind) -> Result<Reply, ApiError> {
    Query::read(request.query.as_deref(), call.lints).finish(call.lints);
    let (malformed, command) = match wire::command(kind, &request.body, call.lints) {
        Ok(command) => (None, Some(command)),
        Err(error) => (Some(error), None),
    };
    let (granted, number) = call.turn(Need::Manage, malformed, |turn, granted| {
        let command = command.ok_or_else(ApiError::invalid_argument)?;
        let command = command.under(granted.settings.numeric_adam_id)?;
        let accepted = turn.accept(granted.session.site, command);
        let gone = || ApiError::Fault("the token's location is gone".to_owned());
        accepted.ok_or_else(gone)?.map_err(|refusal| ApiError::refusal(refusal, &granted.settings))
    })?;
    Ok(accepted(&granted, number))
}

/// An `EventResponse`: the event with this number was queued.
pub(super) fn accepted(granted: &Granted, number: u64) -> Reply {
    let mut json = Json::default();
    json.object(|json| {
        json.text("eventId", &granted.site.ids.event(number).to_string());
        write_mdm_info(json, granted.mdm_info());
        json.maybe("tokenExpirationDate", granted.expiration_date().as_deref());
        json.text("uId", granted.uid());
    });
    Reply::json(http::StatusCode::OK, json.finish())
}

/// Answers `GET /status`.
pub fn status(call: &mut Call<'_>, request: &Request) -> Result<Reply, ApiError> {
    let mut query = Query::read(request.query.as_deref(), call.lints);
    let id = query.text("eventId");
    query.finish(call.lints);
    let malformed = id.is_none().then(ApiError::invalid_argument);
    let (granted, event) = call.turn(Need::Token, malformed, |turn, granted| {
        let number = id.as_deref().and_then(|id| granted.site.ids.read_event(id));
        let event = number.and_then(|number| granted.site.location.events.get(number)).cloned();
        let event = event.ok_or_else(|| ApiError::number(9708))?;
        if event.status() == EventStatus::Pending && turn.first_pending_poll() {
            tracing::warn!(
                "a pending event is polled, but the clock is manual: nothing completes until it is advanced"
            );
        }
        if event.status() == EventStatus::Pending
            && let Some(number) = number
        {
            turn.polled(granted.session.site, number);
        }
        Ok(event)
    })?;
    let mut json = Json::default();
    json.object(|json| write_status(json, &granted, &event));
    Ok(Reply::json(http::StatusCode::OK, json.finish()))
}

/// Writes a `StatusResponse` (apple-v2.md §11).
fn write_status(json: &mut Json, granted: &Granted, event: &Event) {
    json.text("eventStatus", wire::event_status(event.status()));
    json.text("eventType", wire::event_kind(event.kind));
    if !event.failures.is_empty() {
        json.name("failures").array(|json| {
            for (number, info) in failures(event) {
                write_error(json, number, text_of(number, &granted.settings), &info);
            }
        });
    }
    write_mdm_info(json, granted.mdm_info());
    json.count("numCompleted", event.completed);
    json.count("numRequested", event.requested);
    json.maybe("tokenExpirationDate", granted.expiration_date().as_deref());
    json.text("uId", granted.uid());
}

/// What is to blame, by number: what a rule wants to fail may have the number of what fails by itself.
fn failures(event: &Event) -> Vec<(u16, ErrorInfo)> {
    let mut failures: Vec<(u16, ErrorInfo)> = Vec::new();
    for group in &event.failures {
        let number = failure_number(group.why);
        let place = failures.iter().position(|(known, _)| *known == number);
        let place = place.unwrap_or_else(|| {
            failures.push((number, ErrorInfo::default()));
            failures.len() - 1
        });
        let info = &mut failures[place].1;
        let assets = group.assets.iter().filter(|name| !info.assets.contains(name));
        let assets: Vec<_> = assets.cloned().collect();
        info.assets.extend(assets);
        let ids = group.client_user_ids.iter().filter(|id| !info.client_user_ids.contains(id));
        let ids: Vec<_> = ids.cloned().collect();
        info.client_user_ids.extend(ids);
    }
    failures
}
