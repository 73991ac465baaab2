//! `getVPPLicensesSrv` (apple-legacy-v1.md §13): licences in batches.
//!
//! Product and quality are remembered by the tokens. Who holds a licence is asked with each request, as clients are
//! told to repeat it: a request that does not gets its batch out of another list than the run began with, and a lint.

use super::batches::{AskedBatch, Batch};
use super::call::Call;
use super::errors::V1Error;
use super::transport::Params;
use super::users::{COUNT_ONLY, known};
use super::{licence, wire};
use crate::api::call::{Granted, Need};
use crate::api::json::Json;
use crate::engine::Turn;
use crate::engine::runs::List;
use crate::model::{
    HeldBy, HolderKind, Licence, LicenceFilter, LicencesSince, Location, Page, PageRequest,
    PricingParam,
};
use crate::sim::DataSet;

/// The list's word in tokens.
const LIST: &str = "LIC";

/// What a request asks for.
#[derive(Debug)]
struct Wanted {
    batch: AskedBatch,
    adam_id: Option<String>,
    pricing_param: Option<PricingParam>,
    shown: Shown,
}

/// What is asked with each request.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Shown {
    held_by: HeldBy,
    serial_number: Option<String>,
}

impl Shown {
    /// Whether it is what the run began with.
    fn is_of(&self, list: &List) -> bool {
        let List::Licences { held_by, serial_number, .. } = list else { return false };
        (self.held_by, &self.serial_number) == (*held_by, serial_number)
    }
}

impl Wanted {
    fn read(params: &Params) -> Result<Self, V1Error> {
        params.readable()?;
        let wrong = || V1Error::number(9602);
        let adam_id = params.text("adamId")?;
        if adam_id.as_ref().is_some_and(|id| !id.bytes().all(|byte| byte.is_ascii_digit())) {
            return Err(wrong());
        }
        let quality = params.text("pricingParam")?;
        let quality = quality.map(|text| wire::quality(&text).ok_or_else(wrong)).transpose()?;
        let flag = |name| params.flag(name).map(|flag| flag.unwrap_or(false));
        let (users, devices) = (flag("userAssignedOnly")?, flag("deviceAssignedOnly")?);
        let held_by = match (users, devices, flag("assignedOnly")?) {
            (true, true, _) => return Err(wrong()),
            (true, false, _) => HeldBy::Users,
            (false, true, _) => HeldBy::Devices,
            (false, false, true) => HeldBy::Anyone,
            (false, false, false) => HeldBy::AnyoneOrNobody,
        };
        let shown = Shown { held_by, serial_number: params.text("serialNumber")? };
        // A quality is honoured with a product only.
        let pricing_param = quality.filter(|_| adam_id.is_some());
        Ok(Self { batch: AskedBatch::read(params, LIST)?, adam_id, pricing_param, shown })
    }

    /// The list that a run is to read: by the token's filters where there is a since-token.
    fn list(&self, turn: &Turn<'_>, granted: &Granted) -> Result<List, V1Error> {
        let Shown { held_by, serial_number } = self.shown.clone();
        let Some(token) = self.batch.since() else {
            let then = self.batch.location_then(turn, granted);
            let since = then.map(|then| then.licences_version());
            let (adam_id, pricing_param) = (self.adam_id.clone(), self.pricing_param);
            return Ok(List::Licences { adam_id, pricing_param, since, held_by, serial_number });
        };
        let version = token.get("version").unwrap_or_default();
        let assignments = known(granted, DataSet::Assignments, version)?;
        let next_id = token.number("nextLicenseId").ok_or_else(|| V1Error::number(9602))?;
        Ok(List::Licences {
            adam_id: token.get("adamId").map(str::to_owned),
            pricing_param: token.get("pricingParam").and_then(wire::quality),
            since: Some(LicencesSince { assignments, next_id }),
            held_by,
            serial_number,
        })
    }
}

/// Answers `getVPPLicensesSrv`.
pub fn answer(call: &mut Call<'_, '_>, params: &Params) -> Result<Json, V1Error> {
    let wanted = Wanted::read(params);
    let (granted, (batch, shown)) = call.turn(Need::Token, wanted, |turn, granted, wanted| {
        let Wanted { batch, shown, .. } = &wanted;
        let count =
            |location: &Location, list: &List| page(location, list, shown, COUNT_ONLY).total;
        let batch = batch.open(turn, granted, |turn| wanted.list(turn, granted), count)?;
        Ok((batch, wanted.shown))
    })?;
    if !shown.is_of(&batch.run.list) {
        call.common.lints.note("filters-not-repeated", "assignedOnly and its like, serialNumber");
        if call.common.strict {
            return Err(V1Error::number(9602));
        }
    }
    let location = &batch.run.location;
    let found = page(location, &batch.run.list, &shown, batch.page());
    let mut json = Json::with_capacity(1024 + found.records.len() * 320);
    let mut outcome = Ok(());
    json.object(|json| {
        granted.envelope(json, 0);
        outcome = batch.write(json, &granted, LIST, found.records.len(), &since(&granted, &batch));
        if let Some(began) = batch.began() {
            json.text("ifModifiedSinceMillisOrig", &began.0.to_string());
        }
        json.name("licenses").array(|json| {
            for found in &found.records {
                json.object(|json| write(json, location, found));
            }
        });
    });
    outcome.map(|()| json)
}

fn page(location: &Location, list: &List, shown: &Shown, page: PageRequest) -> Page<Licence> {
    let List::Licences { adam_id, pricing_param, since, .. } = list else { return Page::default() };
    let filter = LicenceFilter {
        adam_id: adam_id.as_deref(),
        pricing_param: *pricing_param,
        serial_number: shown.serial_number.as_deref(),
        held_by: shown.held_by,
        since: *since,
    };
    location.licences_page(&filter, page)
}

/// What the since-token remembers.
fn since(granted: &Granted, batch: &Batch) -> Vec<(&'static str, String)> {
    let LicencesSince { assignments, next_id } = batch.run.location.licences_version();
    let version = granted.site.ids.version(DataSet::Assignments, granted.epoch, assignments);
    let mut more =
        vec![("nextLicenseId", next_id.to_string()), ("version", format!("\"{version}\""))];
    if let List::Licences { adam_id, pricing_param, .. } = &batch.run.list {
        more.extend(adam_id.as_ref().map(|id| ("adamId", id.clone())));
        more.extend(pricing_param.map(|it| ("pricingParam", wire::pricing_param(it).to_owned())));
    }
    more
}

/// Writes a licence (apple-legacy-v1.md §3.2).
fn write(json: &mut Json, location: &Location, found: &Licence) {
    let Some(asset) = location.assets.get(found.asset) else { return };
    licence::write_base(json, location, asset, found.number);
    json.text("adamIdStr", location.assets.adam_id(asset.product));
    if let Some(id) = asset.licence_id(found.number) {
        json.text("licenseIdStr", &id.to_string());
    }
    match found.holder.map(|holder| (holder, holder.kind())) {
        None => {}
        Some((holder, HolderKind::Device(_))) => {
            json.text("serialNumber", location.holder_name(holder).0);
        }
        Some((_, HolderKind::User(id))) => {
            licence::write_holder(json, location, id);
            if let Some(user) = location.users.get(id) {
                json.text("userIdStr", &user.number.to_string());
            }
        }
    }
    let status = match (found.holder, found.given_up) {
        (Some(_), _) => "Associated",
        (None, true) => "Refunded",
        (None, false) => "Available",
    };
    json.text("status", status);
}
