//! `GET /service/config` (apple-v2.md §3): limits, errors, notification types and URLs. No token needed.

use std::sync::Arc;

use super::call::{admit, refuse_lints};
use super::errors::{ApiError, TABLE};
use super::query::Query;
use super::wire::NOTIFICATION_TYPES;
use crate::api::call::{Call, Need};
use crate::api::json::Json;
use crate::exchange::{Reply, Request};
use crate::model::Limits;
use crate::sim::Settings;
use crate::sim::settings::ServiceConfig;

/// Answers `GET /service/config` with URLs under `base`.
pub fn get(call: &mut Call<'_>, request: &Request, base: &str) -> Result<Reply, ApiError> {
    Query::read(request.query.as_deref(), call.lints).finish(call.lints);
    let (credential, strict) = (call.credential, call.strict);
    let (settings, limits) = call.open(|turn, lints| {
        let settings = turn.settings();
        let limits = if settings.service_config_auth {
            admit(turn, credential, Need::Token, true, lints)?.site.limits
        } else {
            turn.world().announced_limits(turn.universe(), credential)
        };
        refuse_lints(lints, strict)?;
        Ok((settings, limits))
    })?;
    Ok(reply(&settings, &limits, base))
}

fn reply(settings: &Arc<Settings>, limits: &Limits, base: &str) -> Reply {
    let extended = settings.service_config == ServiceConfig::Extended;
    let mut json = Json::with_capacity(12 * 1024);
    json.object(|json| {
        json.name("errorCodes").array(|json| {
            for row in TABLE.iter().filter(|row| row.listed || (extended && row.number >= 9811)) {
                json.object(|json| {
                    json.text("errorMessage", row.text);
                    json.count("errorNumber", row.number);
                });
            }
        });
        json.name("limits").object(|json| write_limits(json, limits, settings.announce_rate_limit));
        let types = if extended { 6 } else { 4 };
        json.texts("notificationTypes", NOTIFICATION_TYPES[..types].iter().map(|(_, name)| *name));
        json.name("urls").object(|json| write_urls(json, base, settings.subscription_urls));
    });
    Reply::json(http::StatusCode::OK, json.finish())
}

fn write_limits(json: &mut Json, limits: &Limits, with_rate: bool) {
    let counts = [
        ("maxAssets", limits.assets),
        ("maxClientUserIds", limits.client_user_ids),
        ("maxSerialNumbers", limits.serial_numbers),
        ("maxRevokeClientUserIds", limits.revoke_client_user_ids),
        ("maxRevokeSerialNumbers", limits.revoke_serial_numbers),
        ("maxUsers", limits.users),
        ("maxNotificationLength", limits.notification_length),
        ("maxMdmNameLength", limits.mdm_name_length),
        ("maxMdmMetadataLength", limits.mdm_metadata_length),
        ("maxMdmIdLength", limits.mdm_id_length),
    ];
    for (name, count) in counts {
        json.count(name, count as u32);
    }
    if with_rate {
        json.count("maxRequestPerSecond", limits.requests_per_second);
    }
    json.count("maxSubscriptions", limits.subscriptions as u32);
    json.count("maxSubscriptionClientUserIds", limits.subscription_client_user_ids as u32);
}

/// URLs of subscriptions, which no documented example has; the names are invented (apple-subscriptions.md §17
/// question 24).
const SUBSCRIPTION_URLS: [(&str, &str); 9] = [
    ("getSubscriptions", "subscriptions"),
    ("getSubscriptionAssignments", "subscriptions/assignments"),
    ("associateSubscriptions", "subscriptions/associate"),
    ("disassociateSubscriptions", "subscriptions/disassociate"),
    ("getSubscriptionAdmins", "subscriptions/admins"),
    ("addSubscriptionAdmins", "subscriptions/admins/add"),
    ("removeSubscriptionAdmins", "subscriptions/admins/remove"),
    ("enableSubscriptions", "subscriptions/enable"),
    ("disableSubscriptions", "subscriptions/disable"),
];

/// The placeholder that clients replace is the literal text `%25inviteCode%25` (apple-v2.md §3.2).
fn write_urls(json: &mut Json, base: &str, with_subscriptions: bool) {
    let store = format!("{base}/WebObjects");
    let invitation =
        "MZFinance.woa/wa/associateVPPUserWithITSAccount?inviteCode=%25inviteCode%25&mt=8";
    json.text("invitationEmail", &format!("{store}/{invitation}"));
    for (name, path) in [
        ("clientConfig", "client/config"),
        ("createUsers", "users/create"),
        ("updateUsers", "users/update"),
        ("retireUsers", "users/retire"),
        ("getUsers", "users"),
        ("getAssets", "assets"),
        ("getAssignments", "assignments"),
        ("associateAssets", "assets/associate"),
        ("disassociateAssets", "assets/disassociate"),
        ("revokeAssets", "assets/revoke"),
        ("eventStatus", "status"),
    ] {
        json.text(name, &format!("{base}/mdm/v2/{path}"));
    }
    for (name, path) in SUBSCRIPTION_URLS.iter().filter(|_| with_subscriptions) {
        json.text(name, &format!("{base}/mdm/v2/{path}"));
    }
    json.text("contentMetadataLookup", &format!("{store}/MZStorePlatform.woa/wa/lookup"));
}
