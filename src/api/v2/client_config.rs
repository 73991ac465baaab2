//! `GET` and `POST /client/config` (apple-v2.md §4).

use http::Uri;

use super::Place;
use super::call::write_mdm_info;
use super::errors::ApiError;
use super::query::Query;
use super::wire::{self, ConfigRequest};
use crate::api::call::{Call, Granted, Need};
use crate::api::json::Json;
use crate::exchange::{Reply, Request};
use crate::model::{ClientConfig, ConfigChange, Limits, Receiver, StorePlatform};
use crate::sim::Settings;
use crate::sim::settings::NotificationsHttp;

/// Answers `GET /client/config`.
pub fn get(call: &mut Call<'_>, request: &Request) -> Result<Reply, ApiError> {
    Query::read(request.query.as_deref(), call.lints).finish(call.lints);
    let granted = call.read(None)?;
    Ok(reply(&granted, &granted.site.location.config))
}

/// Answers `POST /client/config`: validates, and where a receiver is named, lets it be tried out; then, in a turn of its
/// own, validates again and commits.
///
/// Where nothing is sent (setting `notifications.deliver`), or nobody can wait for it, the receiver is taken untried, and a
/// lint says so.
pub fn set(call: &mut Call<'_>, request: &Request, place: Place<'_>) -> Result<Reply, ApiError> {
    Query::read(request.query.as_deref(), call.lints).finish(call.lints);
    let (malformed, wanted) = match wire::config(&request.body, call.lints) {
        Ok(wanted) => (None, wanted),
        Err(error) => (Some(error), ConfigRequest::default()),
    };
    let (url, tried) = (wanted.url.clone(), call.tried);
    if tried == Some(false) {
        note_receiver(call, url.as_deref(), place);
        return Err(ApiError::number(9728));
    }
    let is_tried_out = tried.is_none() && call.may_wait;
    let mut trial = None;
    let outcome = call.turn(Need::Manage, malformed, |turn, granted| {
        let current = &granted.site.location.config;
        let limits = &granted.site.limits;
        let change = validate(wanted, current, limits, &granted.settings, place.receivers)?;
        if let Some(receiver) = change.receiver.as_ref().filter(|_| is_tried_out) {
            trial = turn.test_notification(granted.session.site, receiver.clone());
            if trial.is_some() {
                return Err(ApiError::Withheld);
            }
        }
        let gone = || ApiError::Fault("the token's location is gone".to_owned());
        turn.configure(granted.session.site, change).ok_or_else(gone)
    });
    call.trial = trial;
    let (granted, config) = outcome?;
    note_receiver(call, url.as_deref(), place);
    Ok(reply(&granted, &config))
}

/// Notes what the real service would not do with a receiver. Not what a client does wrong: also a strict server takes it.
fn note_receiver(call: &mut Call<'_>, url: Option<&str>, place: Place<'_>) {
    let Some(url) = url else { return };
    if call.tried.is_none() {
        call.lints.note("notification-not-sent", "the receiver was not tried out");
    } else if url.starts_with("http:") {
        call.lints.note("receiver-plain-http", url);
    } else if place.takes_any_certificate {
        call.lints.note("receiver-ca-insecure", url);
    }
}

/// Checks in the order of apple-v2.md §18 question 3: required members, limits, then values.
fn validate(
    wanted: ConfigRequest,
    current: &ClientConfig,
    limits: &Limits,
    settings: &Settings,
    receivers: &[String],
) -> Result<ConfigChange, ApiError> {
    let ConfigRequest { mdm_info, url, secret, types } = wanted;
    let mdm_info = match mdm_info {
        Some(None) => return Err(ApiError::number(9723)),
        Some(Some(info)) => Some(info),
        None => None,
    };
    let receiver = match (url, secret) {
        (Some(url), Some(secret)) => Some((url, secret)),
        (None, None) => None,
        _ => return Err(ApiError::number(9710)),
    };
    let subscribes = types.as_ref().is_some_and(|types| !types.is_empty());
    if subscribes && receiver.is_none() && current.receiver.is_none() {
        return Err(ApiError::number(9710));
    }
    let too_long = |text: &str, limit: usize| text.chars().count() > limit;
    if let Some(info) = &mdm_info {
        if too_long(&info.id, limits.mdm_id_length) {
            return Err(ApiError::number(9724));
        }
        if too_long(&info.name, limits.mdm_name_length) {
            return Err(ApiError::number(9725));
        }
        if too_long(&info.metadata, limits.mdm_metadata_length) {
            return Err(ApiError::number(9713));
        }
    }
    if let Some((url, secret)) = &receiver {
        if too_long(url, limits.notification_length) || too_long(secret, limits.notification_length)
        {
            return Err(ApiError::number(9711));
        }
        if !is_receiver(url, settings.notifications_http, receivers) {
            return Err(ApiError::number(9712));
        }
    }
    let receiver =
        receiver.map(|(url, secret)| Receiver { url: url.into(), secret: secret.into() });
    Ok(ConfigChange { mdm_info, receiver, types })
}

/// Whether notifications can go there: https, host and path only, a port is fine (apple-v2.md §18 question
/// 22). Plain http only where the setting `notifications.http` lets it.
pub fn is_receiver(url: &str, plain: NotificationsHttp, receivers: &[String]) -> bool {
    let Ok(uri) = url.parse::<Uri>() else { return false };
    let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else { return false };
    let host = authority.host();
    let after_host = authority.as_str().rsplit(['@', ']']).next().unwrap_or_default();
    let port = after_host.split_once(':').map(|(_, port)| port);
    let named = receivers.iter().any(|receiver| receiver.eq_ignore_ascii_case(host));
    let whole =
        uri.query().is_none() && !url.contains(['?', '#']) && !authority.as_str().contains('@');
    whole
        && !host.is_empty()
        && port.is_none_or(|port| port.parse::<u16>().is_ok())
        && match scheme {
            "https" => true,
            "http" => plain == NotificationsHttp::Loopback && (named || is_loopback(host)),
            _ => false,
        }
}

fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare.eq_ignore_ascii_case("localhost")
        || bare.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// A `ClientConfigResponse` (apple-v2.md §4.2).
fn reply(granted: &Granted, config: &ClientConfig) -> Reply {
    let profile = &granted.site.location.profile;
    let (platform, website) = match profile.platform {
        StorePlatform::Education => ("volumestore", "https://school.apple.com"),
        StorePlatform::Business => ("enterprisestore", "https://business.apple.com"),
    };
    let mut json = Json::default();
    json.object(|json| {
        json.text("countryISO2ACode", &profile.country);
        json.text("defaultPlatform", platform);
        json.text("locationName", &profile.name);
        write_mdm_info(json, config.mdm_info.as_ref());
        if let Some(receiver) = &config.receiver {
            json.text("notificationAuthToken", &receiver.secret);
            json.text("notificationUrl", &receiver.url);
        }
        json.texts(
            "subscribedNotificationTypes",
            config.types.iter().map(|kind| wire::notification_type(*kind)),
        );
        json.maybe("tokenExpirationDate", granted.expiration_date().as_deref());
        json.text("uId", granted.uid());
        json.text("websiteURL", website);
    });
    Reply::json(http::StatusCode::OK, json.finish())
}
