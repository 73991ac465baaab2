//! `associateVPPLicenseSrv` and `disassociateVPPLicenseSrv` (apple-legacy-v1.md §15): one licence, deprecated.

use super::call::Call;
use super::errors::V1Error;
use super::licence;
use super::manage::read_quality;
use super::transport::Params;
use super::user::{self, Key};
use crate::api::call::Granted;
use crate::api::json::Json;
use crate::model::{AssetId, HolderKind, Location, PricingParam, UserId, Whom};

/// Which licence is meant.
enum Which {
    /// This one.
    Licence(u64),
    /// Any of this asset.
    Any(String, PricingParam),
}

impl Which {
    fn read(params: &Params) -> Result<Self, V1Error> {
        if let Some(id) = licence_id(params)? {
            return Ok(Self::Licence(id));
        }
        let adam_id = params.text("adamId")?.ok_or_else(|| V1Error::number(9600))?;
        Ok(Self::Any(adam_id, read_quality(params)?))
    }

    fn find(&self, location: &Location) -> Option<(AssetId, Option<u32>)> {
        match self {
            Self::Licence(id) => location.licence(*id).map(|(asset, k)| (asset, Some(k))),
            Self::Any(adam_id, quality) => {
                location.assets.find(adam_id, *quality).map(|asset| (asset, None))
            }
        }
    }
}

/// A number below 0 is no licence's.
fn licence_id(params: &Params) -> Result<Option<u64>, V1Error> {
    let id = params.number("licenseId")?;
    Ok(id.map(|id| u64::try_from(id).unwrap_or(u64::MAX)))
}

/// `associateVPPLicenseSrv`
pub fn associate(call: &mut Call<'_, '_>, params: &Params) -> Result<Json, V1Error> {
    let wanted = wanted_association(params);
    let (granted, (user, asset, k)) = call.write(wanted, |location, _, granted, wanted| {
        let (key, which) = wanted;
        let user = key.find(location).ok_or_else(|| V1Error::number(9609))?;
        let (asset, k) = which.find(location).ok_or_else(|| V1Error::number(9610))?;
        let settings = &granted.settings;
        let to = [(Whom::Record(user), k)];
        let given = location.give(asset, &to, settings.v1_notifies, &settings.behaviour);
        let k = only(location, given)?;
        Ok((user, asset, k))
    })?;
    Ok(answer(call, &granted, (asset, k), Some(user), true))
}

fn wanted_association(params: &Params) -> Result<(Key, Which), V1Error> {
    params.readable()?;
    let key = Key::read(params)?.ok_or_else(|| V1Error::number(9600))?;
    Ok((key, Which::read(params)?))
}

/// `disassociateVPPLicenseSrv`
pub fn disassociate(call: &mut Call<'_, '_>, params: &Params) -> Result<Json, V1Error> {
    let wanted = wanted_disassociation(params);
    let (granted, (user, asset, k)) = call.write(wanted, |location, _, granted, wanted| {
        let (id, key) = wanted;
        let (asset, k) = location.licence(id).ok_or_else(|| V1Error::number(9610))?;
        let row = location.assets.get(asset).and_then(|asset| asset.licence_holder(k));
        let row = row.and_then(|row| location.assignments.get(row));
        let user = row.and_then(|row| match row.holder.kind() {
            HolderKind::User(user) => Some(user),
            HolderKind::Device(_) => None,
        });
        if let Some(key) = key
            && (user.is_none() || key.find(location) != user)
        {
            return Err(V1Error::number(9619));
        }
        let settings = &granted.settings;
        let from = [Whom::Licence(k)];
        let taken = location.take_back(asset, &from, settings.v1_notifies, &settings.behaviour);
        let k = only(location, taken)?;
        Ok((user, asset, k))
    })?;
    Ok(answer(call, &granted, (asset, k), user, false))
}

fn wanted_disassociation(params: &Params) -> Result<(u64, Option<Key>), V1Error> {
    params.readable()?;
    let id = licence_id(params)?.ok_or_else(|| V1Error::number(9600))?;
    Ok((id, Key::read(params)?))
}

/// What became of the only item.
fn only(
    location: &Location,
    outcomes: Vec<Result<u32, crate::model::Hitch>>,
) -> Result<u32, V1Error> {
    let outcome = outcomes.into_iter().next().unwrap_or(Err(crate::model::Hitch::NoLicence));
    outcome.map_err(|hitch| licence::error(location, &hitch))
}

fn answer(
    call: &Call<'_, '_>,
    granted: &Granted,
    (asset, k): (AssetId, u32),
    user: Option<UserId>,
    with_holder: bool,
) -> Json {
    let location = granted.location();
    let mut json = Json::default();
    json.object(|json| {
        if let Some(asset) = location.assets.get(asset) {
            json.name("license").object(|json| {
                licence::write_base(json, location, asset, k);
                if let Some(user) = user.filter(|_| with_holder) {
                    licence::write_holder(json, location, user);
                }
            });
        }
        if let Some(user) = user {
            json.name("user");
            user::write(json, granted, call.base_url, user, |_| {});
        }
        granted.envelope(json, 0);
    });
    json
}
