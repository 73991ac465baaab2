//! `manageVPPLicensesByAdamIdSrv` (apple-legacy-v1.md §14): one asset, many users or devices, item by item.

use std::sync::Arc;

use super::call::Call;
use super::errors::V1Error;
use super::service_config::BATCH_MAX;
use super::transport::Params;
use super::{licence, wire};
use crate::api::call::Granted;
use crate::api::json::Json;
use crate::model::{AssetId, Hitch, Location, PricingParam, Whom};
use crate::sim::settings::TwoArrays;

/// What a request asks for.
struct Wanted {
    adam_id: String,
    quality: PricingParam,
    give: Direction,
    take: Direction,
}

/// The arrays of one direction that were given, in the order in which they are documented.
type Direction = Vec<(Kind, Vec<String>)>;

/// One item, as the client named it.
#[derive(Clone)]
struct Named {
    kind: Kind,
    text: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    User,
    Device,
    Licence,
}

impl Wanted {
    fn read(params: &Params) -> Result<Self, V1Error> {
        params.readable()?;
        let adam_id = params.text("adamIdStr")?.ok_or_else(|| V1Error::number(9600))?;
        let users = |name| Ok((Kind::User, params.texts(name)?));
        let devices = |name| Ok((Kind::Device, params.texts(name)?));
        let licences = |name| Ok((Kind::Licence, params.texts(name)?));
        let give = [users("associateClientUserIdStrs")?, devices("associateSerialNumbers")?];
        let take = [
            users("disassociateClientUserIdStrs")?,
            devices("disassociateSerialNumbers")?,
            licences("disassociateLicenseIdStrs")?,
        ];
        if give.iter().chain(&take).all(|(_, texts)| texts.is_none()) {
            return Err(V1Error::number(9600));
        }
        params.flag("notifyDisassociation")?;
        let quality = read_quality(params)?;
        let (give, take) = (direction(give, "Associate")?, direction(take, "Disassociate")?);
        Ok(Self { adam_id, quality, give, take })
    }
}

/// The quality that is asked for; the standard one if none is.
pub(super) fn read_quality(params: &Params) -> Result<PricingParam, V1Error> {
    match params.text("pricingParam")? {
        None => Ok(PricingParam::Standard),
        Some(text) => wire::quality(&text).ok_or_else(|| V1Error::number(9602)),
    }
}

/// The arrays of one direction; none with too many items.
fn direction<const N: usize>(
    arrays: [(Kind, Option<Vec<String>>); N],
    what: &str,
) -> Result<Direction, V1Error> {
    let given = arrays.into_iter().filter_map(|(kind, texts)| Some((kind, texts?)));
    let given: Direction = given.collect();
    if given.iter().any(|(_, texts)| texts.len() > BATCH_MAX) {
        let text = format!("{what} array size over the limit of {BATCH_MAX}");
        return Err(V1Error::worded(9602, text));
    }
    Ok(given)
}

/// The items of one direction. It comes in one array; what more of them mean is a setting.
fn items(mut arrays: Direction, how: TwoArrays) -> Result<Vec<Named>, V1Error> {
    match how {
        TwoArrays::Refuse if arrays.len() > 1 => return Err(V1Error::number(9602)),
        TwoArrays::First => arrays.truncate(1),
        TwoArrays::Refuse | TwoArrays::Both => {}
    }
    let each = |(kind, texts): (Kind, Vec<String>)| {
        texts.into_iter().map(move |text| Named { kind, text })
    };
    Ok(arrays.into_iter().flat_map(each).collect())
}

/// What became of each item: the id of a licence, or what stood in the way.
type Outcomes = Vec<Result<u64, Hitch>>;

/// Answers. Disassociations come first, so that what they free can be given again.
pub fn answer(call: &mut Call<'_, '_>, params: &Params) -> Result<Json, V1Error> {
    let wanted = Wanted::read(params);
    let (granted, (asset, (give, take), taken, given)) =
        call.write(wanted, |location, _, granted, wanted| {
            let how = granted.settings.v1_two_arrays;
            let (give, take) = (items(wanted.give, how)?, items(wanted.take, how)?);
            let asset = location.assets.find(&wanted.adam_id, wanted.quality);
            let asset = asset.ok_or_else(|| V1Error::number(9610))?;
            let (behaviour, tells) = (&granted.settings.behaviour, granted.settings.v1_notifies);
            let from: Vec<Whom> = take.iter().map(|named| whom(location, asset, named)).collect();
            let taken = take_back(location, asset, &from, granted);
            let to: Vec<_> =
                give.iter().map(|named| (whom(location, asset, named), None)).collect();
            let given = location.give(asset, &to, tells, behaviour);
            let given = with_ids(location, asset, given);
            Ok((asset, (give, take), taken, given))
        })?;
    let outcomes = || taken.iter().chain(&given);
    let failed = outcomes().filter(|outcome| outcome.is_err()).count();
    let status = match failed {
        0 => 0,
        _ if failed == outcomes().count() => -1,
        _ => -3,
    };
    let mut json = Json::default();
    json.object(|json| {
        if !give.is_empty() {
            write_items(json, "associations", &granted, &give, &given);
        }
        if !take.is_empty() {
            write_items(json, "disassociations", &granted, &take, &taken);
        }
        write_asset(json, granted.location(), asset);
        granted.envelope(json, status);
    });
    Ok(json)
}

/// Takes back, but for licences that are none of the asset's.
fn take_back(
    location: &mut Location,
    asset: AssetId,
    from: &[Whom],
    granted: &Granted,
) -> Outcomes {
    let (behaviour, tells) = (&granted.settings.behaviour, granted.settings.v1_notifies);
    let taken = location.take_back(asset, from, tells, behaviour);
    let stranger = Whom::Licence(NO_LICENCE);
    let taken = taken.into_iter().zip(from).map(|(outcome, whom)| match outcome {
        Err(_) if *whom == stranger => Err(Hitch::NoLicence),
        outcome => outcome,
    });
    let taken = taken.collect();
    with_ids(location, asset, taken)
}

/// The place of a licence that the asset does not have.
const NO_LICENCE: u32 = u32::MAX;

fn whom(location: &Location, asset: AssetId, named: &Named) -> Whom {
    let text: Arc<str> = named.text.as_str().into();
    match named.kind {
        Kind::User => Whom::User(text),
        Kind::Device => Whom::Device(text),
        Kind::Licence => {
            let found = location.assets.get(asset);
            let place = text.parse().ok().and_then(|id| found?.licence_with_id(id));
            Whom::Licence(place.unwrap_or(NO_LICENCE))
        }
    }
}

fn with_ids(location: &Location, asset: AssetId, outcomes: Vec<Result<u32, Hitch>>) -> Outcomes {
    let found = location.assets.get(asset);
    let id = |k| found.and_then(|asset| asset.licence_id(k)).unwrap_or_default();
    outcomes.into_iter().map(|outcome| outcome.map(id)).collect()
}

fn write_items(
    json: &mut Json,
    name: &str,
    granted: &Granted,
    items: &[Named],
    outcomes: &[Result<u64, Hitch>],
) {
    json.name(name).array(|json| {
        for (named, outcome) in items.iter().zip(outcomes) {
            json.object(|json| {
                match named.kind {
                    Kind::User => json.text("clientUserIdStr", &named.text),
                    Kind::Device => json.text("serialNumber", &named.text),
                    Kind::Licence => {}
                }
                match outcome {
                    Ok(id) => json.text("licenseIdStr", &id.to_string()),
                    Err(hitch) => {
                        licence::write_hitch(json, granted.location(), hitch, &granted.settings);
                    }
                }
            });
        }
    });
}

fn write_asset(json: &mut Json, location: &Location, id: AssetId) {
    let Some(asset) = location.assets.get(id) else { return };
    let (type_id, type_name) = wire::product_type(asset);
    json.text("adamIdStr", location.assets.adam_id(asset.product));
    json.text("pricingParam", wire::pricing_param(asset.pricing_param));
    json.count("productTypeId", type_id);
    json.text("productTypeName", type_name);
    json.flag("isIrrevocable", !asset.revocable);
}
