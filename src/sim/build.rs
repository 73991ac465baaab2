//! From a world as data to a living world.

pub(super) mod people;
mod subscriptions;

use std::collections::BTreeMap;
use std::sync::Arc;

use uuid::Uuid;

use super::catalog::Catalog;
use super::ids::{DataSet, LocationIds, location_id, uid};
use super::spec::{AssetSpec, HolderSpec, LocationSpec, OrganizationSpec, UserSpec, WorldSpec};
use super::world::{SiteId, TokenRecord, World};
use crate::model::{
    Asset, AssetId, At, DeviceId, Holder, IdSource, Location, LocationProfile, MdmInfo, Privileges,
    Span, Supply, UNLIMITED_TOTAL, UserId, UserStatus,
};
use crate::sim::entropy::Stream;

/// Builds the world that `spec` describes. Its tokens live for `token_lifetime` from `start` on
/// unless they say otherwise.
///
/// What the readers of world files check is not checked again: an assignment for which no licence is left
/// or whose indices lead nowhere is left out.
pub fn build(spec: &WorldSpec, seed: u64, start: At, token_lifetime: Span) -> World {
    let mut world = World::empty(seed);
    for location in &spec.locations {
        let organization = spec.organizations.get(location.organization);
        let id = add_location(&mut world, location, organization, seed);
        if !location.subscriptions.is_empty() || location.subscriptions_declared.is_some() {
            // It finds out, too, when the first period ends.
            world.change(id, |it, _| subscriptions::add(it, location, start));
        }
        add_tokens(&mut world, id, location, start.plus(token_lifetime));
    }
    people::add(&mut world, &spec.mdm_organizations(), start);
    world.index_literals();
    world.list_products(Catalog::new(spec.products.iter().cloned()));
    world
}

fn add_location(
    world: &mut World,
    spec: &LocationSpec,
    organization: Option<&OrganizationSpec>,
    seed: u64,
) -> SiteId {
    let profile = LocationProfile {
        key: spec.key.clone(),
        name: spec.name.clone(),
        uid: spec.uid.clone().unwrap_or_else(|| uid(seed, &spec.key)),
        location_id: spec.location_id.unwrap_or_else(|| location_id(seed, &spec.key)),
        country: spec.country.clone(),
        platform: spec.platform,
        organization: organization.map(|owner| owner.name.clone()).unwrap_or_default(),
        domains: organization.map(|owner| owner.domains.clone()).unwrap_or_default(),
    };
    let mut draw = Stream::new(seed, &spec.key, "legacy-ids", 0);
    let mut location = Location::new(profile, 1_000_000_000 + draw.below(1_000_000_000));
    let mut ids = LocationIds::new(seed, &spec.key);
    pin_versions(&mut ids, spec);
    if let Some(info) = &spec.mdm_info {
        let (id, name, metadata) = (info.id.clone(), info.name.clone(), info.metadata.clone());
        Arc::make_mut(&mut location.config).mdm_info = Some(MdmInfo { id, name, metadata });
    }
    let mut licence_base = 10_000_000_000 + draw.below(10_000_000_000);
    for asset in &spec.assets {
        licence_base += add_asset(&mut location, asset, licence_base);
    }
    for serial in &spec.devices {
        location.add_device(serial);
    }
    for user in &spec.users {
        add_user(&mut location, user, &ids);
    }
    let active = |(_, user): &(usize, &UserSpec)| user.status.is_active();
    if !spec.users.iter().enumerate().all(|user| active(&user)) {
        // Where a retired record stands after the active one of the same user or account, the active one
        // is to have the last word.
        for (row, user) in spec.users.iter().enumerate().filter(active) {
            location.users.set_status(UserId(row as u32), user.status);
        }
    }
    add_assignments(&mut location, spec);
    world.add_site(location, ids)
}

fn pin_versions(ids: &mut LocationIds, spec: &LocationSpec) {
    let pins = [
        (DataSet::Assets, &spec.versions.assets),
        (DataSet::Assignments, &spec.versions.assignments),
        (DataSet::Users, &spec.versions.users),
    ];
    for (set, pin) in pins {
        if let Some(id) = pin.as_deref().and_then(|text| Uuid::try_parse(text).ok()) {
            ids.pin(set, 0, id);
        }
    }
}

/// Returns how many licence ids are taken.
fn add_asset(location: &mut Location, spec: &AssetSpec, licence_base: u64) -> u64 {
    let product = location.assets.intern_product(&spec.adam_id);
    location.add_asset(Asset::new(
        product,
        spec.pricing_param,
        spec.product_type,
        spec.name.as_str().into(),
        spec.supply,
        spec.retired,
        (spec.revocable, spec.device_assignable),
        spec.platforms,
        spec.licence_base.unwrap_or(licence_base),
    ));
    u64::from(match spec.supply {
        Supply::Limited(total) => total,
        Supply::Unlimited => UNLIMITED_TOTAL,
    })
}

fn add_user(location: &mut Location, spec: &UserSpec, ids: &LocationIds) {
    let user = location.add_user(&spec.client_user_id, spec.email.as_deref(), spec.user_id);
    let account = spec.managed_apple_id.as_deref().or(spec.email.as_deref());
    let account = account.map_or_else(|| format!("user:{}", spec.client_user_id), str::to_owned);
    let had_account = spec.id_hash.is_some() || spec.managed_apple_id.is_some();
    let associated = match spec.status {
        UserStatus::Associated | UserStatus::Deleted => true,
        UserStatus::Retired => had_account,
        UserStatus::Registered => false,
    };
    if associated {
        let hash = spec.id_hash.clone().unwrap_or_else(|| ids.account_hash(&account));
        location.users.link(user, &account, hash);
    }
    match &spec.invite_code {
        Some(code) => {
            if let Some(user) = location.users.change(user) {
                user.invite_code = Some(code.as_str().into());
            }
        }
        None if !associated => location.invite(user, ids),
        None => {}
    }
    if !spec.status.is_active() {
        location.users.set_status(user, spec.status);
    }
}

fn add_assignments(location: &mut Location, spec: &LocationSpec) {
    for assignment in &spec.assignments {
        let holder = match assignment.holder {
            HolderSpec::User(index) => Holder::from(UserId(index)),
            HolderSpec::Device(index) => {
                let serial = spec.devices.get(index as usize);
                // Numbers follow the list as long as no serial number is in it twice.
                serial.and_then(|serial| location.device(serial)).unwrap_or(DeviceId(index)).into()
            }
        };
        location.assign(AssetId(assignment.asset), holder, None);
    }
}

fn add_tokens(world: &mut World, id: SiteId, spec: &LocationSpec, expires: At) {
    let site = &mut world.sites[id.0];
    let mut tokens = BTreeMap::new();
    for token in &spec.tokens {
        let record = TokenRecord {
            expires: token.expires.unwrap_or(expires),
            revoked: token.revoked,
            privileges: token.privileges,
            literal: token.literal.clone(),
        };
        tokens.insert(token.serial, record);
    }
    if tokens.is_empty() {
        let privileges = Privileges::ALL;
        tokens.insert(1, TokenRecord { expires, revoked: false, privileges, literal: None });
    }
    site.latest_serial = tokens.keys().next_back().copied().unwrap_or(1);
    site.tokens = Arc::new(tokens);
}
