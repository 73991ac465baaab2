//! `GET /mdm/apple/enterprise/vpp/locations/{admVppLocationId}/users`: Apple's users of a location, as Applivery mirrors
//! them (applivery.md §6.2). The parameters of Apple's own list pass through; `pageIndex` counts from 0, `page` from 1.

use super::call::Call;
use super::errors::AppliveryError;
use super::pages::Wanted;
use super::problems::Problems;
use super::query::Query;
use super::vpp_locations::Place;
use super::wire;
use crate::api::json::Json;
use crate::api::lint::Lints;
use crate::exchange::{Reply, Request};
use crate::model::{Location, ObjectId, PageRequest, User, UserFilter, UserStatus};
use crate::sim::DataSet;

/// What the query asks for.
struct Parameters {
    wanted: Wanted,
    active_only: bool,
    retired_only: bool,
    client_user_id: Option<String>,
    since: Option<String>,
}

fn parameters(request: &Request, lints: &mut Lints) -> Result<Parameters, Problems> {
    let mut query = Query::read(request.query.as_deref());
    let mut problems = Problems::default();
    let wanted = Wanted::read(&mut query, &mut problems).or_index(&mut query, &mut problems);
    let active_only = query.boolean("activeOnly", &mut problems).unwrap_or(false);
    let retired_only = query.boolean("retiredOnly", &mut problems).unwrap_or(false);
    let mut text = |name: &str| query.text(name, usize::MAX, &mut problems);
    let (client_user_id, since) = (text("clientUserId"), text("sinceVersionId"));
    query.finish(lints);
    problems.or(Parameters { wanted, active_only, retired_only, client_user_id, since })
}

/// Answers with a page of them.
pub fn list(call: &mut Call<'_, '_>, request: &Request) -> Result<Reply, AppliveryError> {
    let parameters = parameters(request, call.common.lints);
    let named = ObjectId::read(&call.route.id).ok_or(AppliveryError::Code(3001));
    let exchange = call.common.exchange;
    let (granted, (asked, id, site, since, seed)) =
        call.turn(parameters, |turn, granted, asked| {
            let (id, world) = (named?, turn.world());
            let site = world.vpp_location(granted.session.workspace, id);
            let site = site.and_then(|site| turn.site(site)).ok_or(AppliveryError::Code(3001))?;
            let _ = exchange.location.set(site.location.profile.key.clone());
            let read = |text: &String| {
                let seq = site.ids.read_version(DataSet::Users, turn.epoch(), text);
                let current = site.seq(DataSet::Users);
                seq.filter(|seq| *seq <= current)
            };
            let unknown = || Problems::one("sinceVersionId", "Unknown version");
            let since = asked.since.as_ref().map(|text| read(text).ok_or_else(unknown));
            let since = since.transpose()?;
            Ok((asked, id, site, since, world.seed()))
        })?;
    let settings = &granted.settings;
    let filter = UserFilter {
        active_only: asked.active_only,
        retired_only: asked.retired_only,
        not_deleted: false,
        client_user_id: asked.client_user_id.as_deref(),
        managed_apple_id: None,
        since,
    };
    let location = &site.location;
    let wanted = PageRequest { index: asked.wanted.index(), size: asked.wanted.limit(settings) };
    let page = location.users_page(&filter, wanted);
    let place = Place { seed, organization: &granted.organization, location: id };
    Ok(wire::success_of(512 + page.records.len() * 320, |json| {
        json.object(|json| {
            json.name("items").array(|json| {
                for user in page.records.iter().filter_map(|id| location.user(*id)) {
                    write_user(json, place, location, user);
                }
            });
            asked.wanted.write(page.total as usize, settings, json);
            json.flag("lean", true);
        });
    }))
}

fn write_user(json: &mut Json, place: Place<'_>, location: &Location, user: &User) {
    let invited = user.status == UserStatus::Registered;
    json.object(|json| {
        place.write(json);
        json.text("admVppLocation", &place.location.to_string());
        json.text("clientUserId", location.users.client_user_id(user));
        json.maybe("email", user.email.as_deref());
        json.maybe("idHash", user.account_hash.as_deref());
        json.maybe("inviteCode", user.invite_code.as_deref().filter(|_| invited));
        json.text("status", status(user.status));
    });
}

const fn status(status: UserStatus) -> &'static str {
    match status {
        UserStatus::Registered => "Registered",
        UserStatus::Associated => "Associated",
        UserStatus::Retired => "Retired",
        UserStatus::Deleted => "Deleted",
    }
}
