//! `POST /mdm/apple/enterprise/vpp/locations`: Applivery is given a content token (applivery.md §6.2). Where Apple's side
//! is quince too, the location is there already; what Applivery keeps of it is made of what Apple's side knows.

use super::body::Body;
use super::call::{Call, Granted};
use super::errors::AppliveryError;
use super::problems::Problems;
use super::query::Query;
use super::wire;
use crate::api::json::Json;
use crate::api::lint::Lints;
use crate::exchange::{Reply, Request};
use crate::model::{At, LocationProfile, MdmOrganization, ObjectId, StorePlatform};
use crate::sim::Credential;
use crate::sim::entropy::hash64;

/// Which answers of an organization name its Apple enterprise, and a location of it.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The seed of the world.
    pub seed: u64,
    /// The organization.
    pub organization: &'a MdmOrganization,
    /// The location's id.
    pub location: ObjectId,
}

impl Place<'_> {
    /// The id of the organization's Apple enterprise, of which nothing else is known here.
    pub fn enterprise(&self) -> ObjectId {
        let drawn = hash64(self.seed, &self.organization.slug, "adm-enterprise.id", b"");
        ObjectId::new(self.organization.created_at, drawn.to_be_bytes())
    }

    /// Writes `organization` and `admEnterprise`.
    pub fn write(&self, json: &mut Json) {
        json.text("organization", &self.organization.id.to_string());
        json.text("admEnterprise", &self.enterprise().to_string());
    }
}

/// Answers with the location that the token manages. An organization that has none has this one from now on.
pub fn create(call: &mut Call<'_, '_>, request: &Request) -> Result<Reply, AppliveryError> {
    Query::read(request.query.as_deref()).finish(call.common.lints);
    let wanted = token(request, call.common.lints);
    let exchange = call.common.exchange;
    let (granted, (location, profile, expires, seed, token)) =
        call.turn(wanted, |turn, granted, token| {
            let workspace = granted.session.workspace;
            let refused = AppliveryError::Code(5120);
            let credential = Credential::read(&token);
            let session = turn.authenticate(&credential).map_err(|_| refused.clone())?;
            let site = turn.site(session.site).ok_or(refused)?;
            let profile = site.location.profile.clone();
            let _ = exchange.location.set(profile.key.clone());
            let id = turn.world().vpp_location_id(workspace, session.site);
            let id = id.ok_or(AppliveryError::Code(3001))?;
            if granted.organization.vpp_location.is_none() {
                let key = Some(profile.key.clone());
                turn.world_mut().change_workspace(workspace, |it| it.vpp_location = key);
            }
            Ok((id, profile, session.expires, turn.world().seed(), token))
        })?;
    let place = Place { seed, organization: &granted.organization, location };
    Ok(shown(&granted, place, &profile, expires, &token))
}

fn token(request: &Request, lints: &mut Lints) -> Result<String, Problems> {
    let mut problems = Problems::default();
    let mut body = Body::read(request, lints)?;
    body.require("token", &mut problems);
    let token = body.text("token", usize::MAX, &mut problems).unwrap_or_default();
    body.finish(lints);
    problems.or(token)
}

fn shown(
    granted: &Granted,
    place: Place<'_>,
    profile: &LocationProfile,
    expires: At,
    token: &str,
) -> Reply {
    let half = |part: &[u8]| hash64(place.seed, &profile.key, "vpp-location.auth-token", part);
    let auth_token = format!("{:016x}{:016x}", half(b"first"), half(b"second"));
    let platform = match profile.platform {
        StorePlatform::Education => "volumestore",
        StorePlatform::Business => "enterprisestore",
    };
    wire::success(|json| {
        json.object(|json| {
            json.text("id", &place.location.to_string());
            place.write(json);
            json.text("token", token);
            json.text("name", &profile.name);
            wire::write_date(json, "expirationDate", expires);
            json.text("authToken", &auth_token);
            json.name("config").object(|json| {
                json.text("countryISO2ACode", &profile.country);
                json.text("defaultPlatform", platform);
                json.text("locationName", &profile.name);
            });
            json.count("version", 0);
            wire::write_date(json, "updatedAt", granted.now);
            wire::write_date(json, "createdAt", place.organization.created_at);
        });
    })
}
