//! `GET /users` (apple-v2.md §8).

use super::errors::ApiError;
use super::pages::{Wanted, check_range, since, write_page};
use super::query::Query;
use super::wire;
use crate::api::call::Call;
use crate::api::json::Json;
use crate::exchange::{Reply, Request};
use crate::model::{Location, User, UserFilter, UserStatus};
use crate::sim::DataSet;

/// What the query asks for.
struct Parameters {
    active_only: bool,
    retired_only: bool,
    include_retired: Option<bool>,
    client_user_id: Option<String>,
    managed_apple_id: Option<String>,
    since: Option<String>,
    wanted: Wanted,
}

fn parameters(query: &mut Query) -> Result<Parameters, ApiError> {
    let zero_or_one = |text: &str| match text {
        "0" | "false" => Some(false),
        "1" | "true" => Some(true),
        _ => None,
    };
    Ok(Parameters {
        active_only: query.boolean("activeOnly")?.unwrap_or(false),
        retired_only: query.boolean("retiredOnly")?.unwrap_or(false),
        include_retired: query.read_as("includeRetired", zero_or_one)?,
        client_user_id: query.text("clientUserId"),
        managed_apple_id: query.text("managedAppleId"),
        since: query.text("sinceVersionId"),
        wanted: Wanted::read(query)?,
    })
}

/// Answers `GET /users`.
pub fn list(call: &mut Call<'_>, request: &Request) -> Result<Reply, ApiError> {
    let mut query = Query::read(request.query.as_deref(), call.lints);
    let parameters = parameters(&mut query);
    if let Ok(Parameters { include_retired: Some(_), .. }) = parameters {
        call.lints.note("includeRetired", "write activeOnly=true");
    }
    if let Ok(Parameters { managed_apple_id: Some(_), .. }) = parameters {
        call.lints.note("undocumented-parameter", "managedAppleId");
    }
    query.finish(call.lints);
    let granted = call.read(parameters.as_ref().err().cloned())?;
    let asked = parameters?;
    let honoured = asked.include_retired.filter(|_| granted.settings.include_retired);
    let filter = UserFilter {
        active_only: asked.active_only || honoured == Some(false),
        retired_only: asked.retired_only,
        not_deleted: false,
        client_user_id: asked.client_user_id.as_deref(),
        managed_apple_id: asked.managed_apple_id.as_deref(),
        since: since(&granted, DataSet::Users, asked.since.as_deref())?,
    };
    let wanted = asked.wanted.request(&granted.settings)?;
    let location = &granted.site.location;
    let page = location.users_page(&filter, wanted);
    check_range(&page, wanted, &granted.settings, call)?;
    let mut json = Json::with_capacity(512 + page.records.len() * 160);
    json.object(|json| {
        json.name("users").array(|json| {
            for user in page.records.iter().filter_map(|id| location.user(*id)) {
                write_user(json, &listed(location, user));
            }
        });
        write_page(&granted, DataSet::Users, wanted, &page, json);
    });
    Ok(Reply::json(http::StatusCode::OK, json.finish()))
}

/// A user as the list shows it: the code of an invitation only as long as that is open.
fn listed<'a>(location: &'a Location, user: &'a User) -> UserRecord<'a> {
    let invited = user.status == UserStatus::Registered;
    UserRecord {
        client_user_id: location.users.client_user_id(user),
        email: user.email.as_deref(),
        account_hash: user.account_hash.as_deref(),
        invite_code: user.invite_code.as_deref().filter(|_| invited),
        status: Some(user.status),
    }
}

/// The members of a `ResponseUser`; what is none is left out.
#[derive(Debug, Clone, Copy)]
pub(super) struct UserRecord<'a> {
    /// `clientUserId`.
    pub(super) client_user_id: &'a str,
    /// `email`.
    pub(super) email: Option<&'a str>,
    /// `idHash`.
    pub(super) account_hash: Option<&'a str>,
    /// `inviteCode`.
    pub(super) invite_code: Option<&'a str>,
    /// `status`.
    pub(super) status: Option<UserStatus>,
}

/// Writes a `ResponseUser` (apple-v2.md §8).
pub(super) fn write_user(json: &mut Json, user: &UserRecord<'_>) {
    json.object(|json| {
        json.text("clientUserId", user.client_user_id);
        json.maybe("email", user.email);
        json.maybe("idHash", user.account_hash);
        json.maybe("inviteCode", user.invite_code);
        json.maybe("status", user.status.map(wire::user_status));
    });
}
