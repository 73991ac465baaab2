//! Licences as v1 shows them (apple-legacy-v1.md §3.2): one assignment each, with an id that stays.

use super::errors::{V1Error, text_of, write_error};
use super::{user, wire};
use crate::api::json::Json;
use crate::model::assignment::Assignment;
use crate::model::{Asset, Hitch, HolderKind, Location, UserId};
use crate::sim::Settings;

/// The number of a hitch.
pub(super) const fn number(hitch: &Hitch) -> u16 {
    match hitch {
        Hitch::UnknownUser => 9609,
        Hitch::NoLicence => 9610,
        Hitch::Held(_) | Hitch::HeldByTwins(_) => 9616,
        Hitch::Taken => 9626,
        Hitch::NotHeld => 9619,
        Hitch::NotRevocable => 9607,
        Hitch::NotDeviceAssignable => 9628,
    }
}

/// A hitch as the error of a whole call.
pub(super) fn error(location: &Location, hitch: &Hitch) -> V1Error {
    V1Error::with(number(hitch), |json| write_in_the_way(json, location, hitch))
}

/// Writes what went wrong into an item: both spellings of the number, and what stands in the way.
pub(super) fn write_hitch(json: &mut Json, location: &Location, hitch: &Hitch, how: &Settings) {
    let number = number(hitch);
    write_error(json, number, text_of(number, how));
    json.count("errorCode", number);
    write_in_the_way(json, location, hitch);
}

/// Writes the licence or the users that stand in the way of an association (apple-legacy-v1.md §2.3).
fn write_in_the_way(json: &mut Json, location: &Location, hitch: &Hitch) {
    match hitch {
        Hitch::Held(row) => {
            if let Some(assignment) = location.assignments.get(*row) {
                json.name("licenseAlreadyAssigned");
                json.object(|json| write_assigned(json, location, assignment));
            }
        }
        Hitch::HeldByTwins(twins) => {
            json.name("regUsersAlreadyAssigned").array(|json| {
                for twin in twins.iter().filter_map(|id| location.users.get(*id)) {
                    json.object(|json| {
                        json.name("userId").unsigned(twin.number);
                        json.text("clientUserIdStr", location.users.client_user_id(twin));
                        json.maybe("email", twin.email.as_deref());
                        json.maybe("itsIdHash", twin.account_hash.as_deref());
                        json.text("status", wire::user_status(twin.status));
                    });
                }
            });
        }
        _ => {}
    }
}

/// Writes the members of a licence that somebody holds, with both spellings of its numbers.
pub(super) fn write_assigned(json: &mut Json, location: &Location, of: &Assignment) {
    let Some(asset) = location.assets.get(of.asset) else { return };
    let adam_id = location.assets.adam_id(asset.product);
    write_base(json, location, asset, of.licence);
    json.text("adamIdStr", adam_id);
    if let Some(id) = asset.licence_id(of.licence) {
        json.text("licenseIdStr", &id.to_string());
    }
    match of.holder.kind() {
        HolderKind::Device(_) => json.text("serialNumber", location.holder_name(of.holder).0),
        HolderKind::User(id) => {
            write_holder(json, location, id);
            if let Some(user) = location.users.get(id) {
                json.text("userIdStr", &user.number.to_string());
            }
        }
    }
    json.text("status", "Associated");
}

/// Writes who holds a licence, flat.
pub(super) fn write_holder(json: &mut Json, location: &Location, id: UserId) {
    if let Some(user) = location.users.get(id) {
        json.name("userId").unsigned(user.number);
        json.text("clientUserIdStr", location.users.client_user_id(user));
        json.maybe("itsIdHash", user::bound_to(user));
    }
}

/// Writes the member `licenses` of a user, if it holds any.
pub(super) fn write_held(json: &mut Json, location: &Location, user: UserId) {
    let held = location.assignments.held_by(user.into());
    if held.is_empty() {
        return;
    }
    json.name("licenses").array(|json| {
        for assignment in held.iter().filter_map(|held| location.assignments.get(held.row)) {
            if let Some(asset) = location.assets.get(assignment.asset) {
                json.object(|json| write_base(json, location, asset, assignment.licence));
            }
        }
    });
}

/// Writes what every form of a licence has.
pub(super) fn write_base(json: &mut Json, location: &Location, asset: &Asset, licence: u32) {
    let (type_id, type_name) = wire::product_type(asset);
    if let Some(id) = asset.licence_id(licence) {
        json.name("licenseId").unsigned(id);
    }
    let adam_id = location.assets.adam_id(asset.product).parse().unwrap_or_default();
    json.name("adamId").unsigned(adam_id);
    json.count("productTypeId", type_id);
    json.text("pricingParam", wire::pricing_param(asset.pricing_param));
    json.text("productTypeName", type_name);
    json.flag("isIrrevocable", !asset.revocable);
}
