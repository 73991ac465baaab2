//! `getVPPAssetsSrv` (apple-legacy-v1.md §11): what the location owns, all at once.

use super::call::Call;
use super::errors::V1Error;
use super::transport::Params;
use super::wire;
use crate::api::call::Granted;
use crate::api::json::Json;
use crate::model::{Asset, Location, PricingParam};
use crate::sim::settings::RetiredCount;

/// What a request asks for.
#[derive(Debug)]
struct Wanted {
    counts: bool,
    pricing_param: Option<PricingParam>,
}

fn wanted(params: &Params) -> Result<Wanted, V1Error> {
    params.readable()?;
    let quality = params.text("pricingParam")?;
    let wrong = || V1Error::number(9602);
    let pricing_param = quality.map(|text| wire::quality(&text).ok_or_else(wrong)).transpose()?;
    Ok(Wanted { counts: params.flag("includeLicenseCounts")?.unwrap_or(false), pricing_param })
}

/// Answers `getVPPAssetsSrv`.
pub fn answer(call: &mut Call<'_, '_>, params: &Params) -> Result<Json, V1Error> {
    let (granted, wanted) = call.read(wanted(params))?;
    let location = granted.location();
    let mut assets: Vec<(u64, &Asset)> = (location.assets.iter())
        .filter(|asset| wanted.pricing_param.is_none_or(|it| it == asset.pricing_param))
        .map(|asset| (location.assets.adam_id(asset.product).parse().unwrap_or(u64::MAX), asset))
        .collect();
    // By number of the product; its two qualities stay in the order in which they came.
    assets.sort_by_key(|(adam_id, _)| *adam_id);
    let mut json = Json::with_capacity(512 + assets.len() * 250);
    json.object(|json| {
        granted.envelope(json, 0);
        json.count("totalCount", assets.len() as u32);
        json.name("assets").array(|json| {
            for (_, asset) in &assets {
                json.object(|json| write(json, location, asset, &granted, wanted.counts));
            }
        });
    });
    Ok(json)
}

fn write(json: &mut Json, location: &Location, asset: &Asset, granted: &Granted, counts: bool) {
    let (type_id, type_name) = wire::product_type(asset);
    json.text("adamIdStr", location.assets.adam_id(asset.product));
    json.text("pricingParam", wire::pricing_param(asset.pricing_param));
    json.count("productTypeId", type_id);
    json.text("productTypeName", type_name);
    json.flag("isIrrevocable", !asset.revocable);
    json.flag("deviceAssignable", asset.device_assignable);
    if counts {
        let retired = match granted.settings.retired_count {
            RetiredCount::Refunded => asset.retired,
            RetiredCount::WithRetiredUsers => asset.retired.saturating_add(asset.held_by_retired),
        };
        json.count("totalCount", asset.total());
        json.count("assignedCount", asset.assigned);
        json.count("availableCount", asset.available());
        json.count("retiredCount", retired);
    }
}
