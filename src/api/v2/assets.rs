//! `GET /assets` (apple-v2.md §6).

use super::errors::ApiError;
use super::pages::{Wanted, check_range, write_page};
use super::query::Query;
use super::wire;
use crate::api::call::{Call, Granted};
use crate::api::json::Json;
use crate::exchange::{Reply, Request};
use crate::model::{Asset, AssetFilter, AssetId, Location, Page, PageRequest, Supply};
use crate::sim::DataSet;
use crate::sim::settings::{RetiredCount, UnlimitedLists};

/// What the query asks for; `adam_id` apart, because a filter borrows it.
struct Parameters {
    adam_id: Option<String>,
    filter: AssetFilter<'static>,
    unlimited: Option<bool>,
    wanted: Wanted,
}

fn parameters(query: &mut Query) -> Result<Parameters, ApiError> {
    Ok(Parameters {
        adam_id: query.text("adamId"),
        filter: AssetFilter {
            adam_id: None,
            pricing_param: query.read_as("pricingParam", wire::read_pricing_param)?,
            product_type: query.read_as("productType", wire::read_product_type)?,
            revocable: query.boolean("revocable")?,
            device_assignable: query.boolean("deviceAssignable")?,
            unlimited: None,
            available: (query.int32("minAvailableCount")?, query.int32("maxAvailableCount")?),
            assigned: (query.int32("minAssignedCount")?, query.int32("maxAssignedCount")?),
        },
        unlimited: query.boolean("unlimited")?,
        wanted: Wanted::read(query)?,
    })
}

/// Answers `GET /assets`.
pub fn list(call: &mut Call<'_>, request: &Request) -> Result<Reply, ApiError> {
    let mut query = Query::read(request.query.as_deref(), call.lints);
    let parameters = parameters(&mut query);
    // Not a parameter of this endpoint (apple-v2.md §5.2); clients send it all the same.
    if query.text("sinceVersionId").is_some() {
        call.lints.note("sinceVersionId-on-assets", "");
    }
    query.finish(call.lints);
    let granted = call.read(parameters.as_ref().err().cloned())?;
    let parameters = parameters?;
    let wanted = parameters.wanted.request(&granted.settings)?;
    let filter = AssetFilter { adam_id: parameters.adam_id.as_deref(), ..parameters.filter };
    let location = &granted.site.location;
    let (listed, apart) = select(location, &filter, parameters.unlimited, wanted, &granted);
    check_range(&listed, wanted, &granted.settings, call)?;
    let mut json = Json::with_capacity(512 + listed.records.len() * 256);
    json.object(|json| {
        json.name("assets").array(|json| {
            for asset in listed.records.iter().filter_map(|id| location.assets.get(*id)) {
                write_asset(json, location, asset, granted.settings.retired_count);
            }
        });
        if let Some(apart) = &apart {
            json.name("unlimitedAssets").array(|json| {
                for asset in apart.records.iter().filter_map(|id| location.assets.get(*id)) {
                    write_unlimited(json, location, asset);
                }
            });
        }
        write_page(&granted, DataSet::Assets, wanted, &listed, json);
    });
    Ok(Reply::json(http::StatusCode::OK, json.finish()))
}

/// The assets of `assets`, and of `unlimitedAssets` if that is there (apple-v2.md §6.1 `unlimited`). Both
/// are paged alike; there are as many pages as the longer list needs.
fn select(
    location: &Location,
    filter: &AssetFilter<'_>,
    unlimited: Option<bool>,
    wanted: PageRequest,
    granted: &Granted,
) -> (Page<AssetId>, Option<Page<AssetId>>) {
    let page = |unlimited| location.assets_page(&AssetFilter { unlimited, ..*filter }, wanted);
    match (unlimited, granted.settings.unlimited_lists) {
        (None, _) => (page(None), None),
        (Some(false), _) => (page(Some(false)), None),
        (Some(true), lists) => {
            let apart = page(Some(true));
            let split = if lists == UnlimitedLists::Split { Some(false) } else { None };
            let mut listed = page(split);
            listed.total_pages = listed.total_pages.max(apart.total_pages);
            (listed, Some(apart))
        }
    }
}

/// Writes a `ResponseAsset` (apple-v2.md §6.2): every member, always.
fn write_asset(json: &mut Json, location: &Location, asset: &Asset, retired: RetiredCount) {
    let retired = match retired {
        RetiredCount::Refunded => asset.retired,
        RetiredCount::WithRetiredUsers => asset.retired.saturating_add(asset.held_by_retired),
    };
    json.object(|json| {
        json.text("adamId", location.assets.adam_id(asset.product));
        json.count("assignedCount", asset.assigned);
        json.count("availableCount", asset.available());
        json.flag("deviceAssignable", asset.device_assignable);
        json.text("pricingParam", wire::pricing_param(asset.pricing_param));
        json.text("productType", wire::product_type(asset.product_type));
        json.count("retiredCount", retired);
        json.flag("revocable", asset.revocable);
        json.texts("supportedPlatforms", wire::platforms(asset.platforms));
        json.count("totalCount", asset.total());
    });
}

/// Writes an `UnlimitedResponseAsset`: no available, total or retired count.
fn write_unlimited(json: &mut Json, location: &Location, asset: &Asset) {
    debug_assert_eq!(asset.supply, Supply::Unlimited, "only unlimited assets are told apart");
    json.object(|json| {
        json.text("adamId", location.assets.adam_id(asset.product));
        json.count("assignedCount", asset.assigned);
        json.flag("deviceAssignable", asset.device_assignable);
        json.text("pricingParam", wire::pricing_param(asset.pricing_param));
        json.text("productType", wire::product_type(asset.product_type));
        json.flag("revocable", asset.revocable);
        json.texts("supportedPlatforms", wire::platforms(asset.platforms));
    });
}
