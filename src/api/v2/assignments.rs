//! `GET /assignments` (apple-v2.md §7).

use super::errors::ApiError;
use super::pages::{Wanted, check_range, since, write_page};
use super::query::Query;
use super::wire;
use crate::api::call::{Call, Granted};
use crate::api::json::Json;
use crate::exchange::{Reply, Request};
use crate::model::{AssetId, AssignmentFilter, HolderKind, Location, Pair, PricingParam};
use crate::sim::DataSet;
use crate::sim::settings::RemovalsInDelta;

/// What the query asks for.
struct Parameters {
    adam_id: Option<String>,
    client_user_id: Option<String>,
    serial_number: Option<String>,
    pricing_param: Option<PricingParam>,
    active_only: bool,
    with_user_state: bool,
    since: Option<String>,
    wanted: Wanted,
}

fn parameters(query: &mut Query) -> Result<Parameters, ApiError> {
    Ok(Parameters {
        adam_id: query.text("adamId"),
        client_user_id: query.text("clientUserId"),
        serial_number: query.text("serialNumber"),
        pricing_param: query.read_as("pricingParam", wire::read_pricing_param)?,
        active_only: query.boolean("excludeInactiveUsers")?.unwrap_or(false),
        with_user_state: query.boolean("includeUserState")?.unwrap_or(false),
        since: query.text("sinceVersionId"),
        wanted: Wanted::read(query)?,
    })
}

/// Answers `GET /assignments`.
pub fn list(call: &mut Call<'_>, request: &Request) -> Result<Reply, ApiError> {
    let mut query = Query::read(request.query.as_deref(), call.lints);
    let parameters = parameters(&mut query);
    query.finish(call.lints);
    let granted = call.read(parameters.as_ref().err().cloned())?;
    let parameters = parameters?;
    page(call, &granted, &parameters)
}

fn page(call: &mut Call<'_>, granted: &Granted, asked: &Parameters) -> Result<Reply, ApiError> {
    let filter = AssignmentFilter {
        adam_id: asked.adam_id.as_deref(),
        pricing_param: asked.pricing_param,
        client_user_id: asked.client_user_id.as_deref(),
        serial_number: asked.serial_number.as_deref(),
        active_only: asked.active_only,
        since: since(granted, DataSet::Assignments, asked.since.as_deref())?,
        removals: granted.settings.removals_in_delta == RemovalsInDelta::Listed,
    };
    let wanted = asked.wanted.request(&granted.settings)?;
    let location = &granted.site.location;
    let page = location.assignments_page(&filter, wanted);
    check_range(&page, wanted, &granted.settings, call)?;
    let mut json = Json::with_capacity(512 + page.records.len() * 96);
    json.object(|json| {
        json.name("assignments").array(|json| {
            let mut writer = Writer::new(location, asked.with_user_state);
            page.records.iter().for_each(|pair| writer.write(json, *pair));
        });
        write_page(granted, DataSet::Assignments, wanted, &page, json);
    });
    Ok(Reply::json(http::StatusCode::OK, json.finish()))
}

/// Writes `Assignment`s. The order of members is that of seed document 000: a serial number stands before
/// the quality, and so does a client user id. Neighbours mostly share their asset, whose members are
/// rendered once.
struct Writer<'a> {
    location: &'a Location,
    with_user_state: bool,
    asset: Option<AssetId>,
    adam_id: Vec<u8>,
    pricing_param: Vec<u8>,
}

impl<'a> Writer<'a> {
    const fn new(location: &'a Location, with_user_state: bool) -> Self {
        Self {
            location,
            with_user_state,
            asset: None,
            adam_id: Vec::new(),
            pricing_param: Vec::new(),
        }
    }

    fn write(&mut self, json: &mut Json, (asset, holder): Pair) {
        if self.asset != Some(asset) {
            self.render(asset);
        }
        let (name, is_device) = self.location.holder_name(holder);
        json.object(|json| {
            json.rendered(&self.adam_id);
            json.text(if is_device { "serialNumber" } else { "clientUserId" }, name);
            let user = match holder.kind() {
                HolderKind::User(user) if self.with_user_state => self.location.user(user),
                _ => None,
            };
            json.maybe("idHash", user.and_then(|user| user.account_hash.as_deref()));
            json.rendered(&self.pricing_param);
            json.maybe("userStatus", user.map(|user| wire::user_status(user.status)));
        });
    }

    fn render(&mut self, id: AssetId) {
        self.asset = Some(id);
        let Some(asset) = self.location.assets.get(id) else { return };
        let member = |name, text: &str| {
            let mut json = Json::default();
            json.text(name, text);
            json.finish()
        };
        self.adam_id = member("adamId", self.location.assets.adam_id(asset.product));
        self.pricing_param = member("pricingParam", wire::pricing_param(asset.pricing_param));
    }
}
