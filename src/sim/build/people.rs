//! The organizations of MDM users that a world begins with, and the Apple users that belong to these.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::add_user;
use crate::model::{At, MdmOrganization, MdmUser, MdmUsers, Span, UserStatus};
use crate::sim::entropy::hash64;
use crate::sim::spec::{MdmOrganizationSpec, MdmUserSpec, UserSpec};
use crate::sim::world::World;
use crate::sim::world::workspaces::{Workspace, organization_id, user_id};
use crate::sim::worlds::people::made_up;

/// How long before the world begins its organizations were made; people came one by one from then on.
const BEFORE: Span = Span::days(-90);

/// From one to the next.
const BETWEEN_MS: u64 = 5_000;

/// Builds organizations into a world that begins at `start` and whose locations are there already.
pub(in crate::sim) fn add(world: &mut World, specs: &[MdmOrganizationSpec], start: At) {
    let made = start.plus(BEFORE);
    let seed = world.seed();
    let workspaces: Vec<Workspace> = specs.iter().map(|spec| workspace(spec, seed, made)).collect();
    for spec in specs {
        add_apple_users(world, spec, made);
    }
    world.set_workspaces(workspaces);
}

fn workspace(spec: &MdmOrganizationSpec, seed: u64, made: At) -> Workspace {
    let arrivals = u64::from(spec.more.count) + spec.users.len() as u64;
    let users = {
        let spec = spec.clone();
        MdmUsers::lazily(move || everybody(&spec, seed, made))
    };
    let organization = MdmOrganization {
        id: organization_id(seed, &spec.slug, made),
        slug: spec.slug.clone(),
        name: spec.name.clone(),
        vpp_location: spec.vpp_location.clone(),
        language: spec.language,
        created_at: made,
        users,
    };
    Workspace::new(organization, BTreeMap::new(), arrivals)
}

/// Who is there in the beginning; who is named in the world came first.
fn everybody(spec: &MdmOrganizationSpec, seed: u64, made: At) -> Vec<MdmUser> {
    let more = made_up(spec, seed);
    (0..)
        .zip(spec.users.iter().chain(&more))
        .map(|(n, user)| one(n, user, spec, seed, made))
        .collect()
}

/// The `n`-th to come.
fn one(n: u64, user: &MdmUserSpec, spec: &MdmOrganizationSpec, seed: u64, made: At) -> MdmUser {
    let jitter = hash64(seed, &spec.slug, "mdm-user.made", &n.to_le_bytes()) % BETWEEN_MS;
    let later = i64::try_from(n * BETWEEN_MS + jitter).unwrap_or_default();
    let at = made.plus(Span(later));
    MdmUser {
        id: user_id(seed, &spec.slug, n, at),
        email: user.email.as_str().into(),
        name: user.name.as_str().into(),
        tags: user.tags.iter().map(|tag| tag.as_str().into()).collect(),
        language: user.language.unwrap_or(spec.language),
        managed_apple_id: user.managed_apple_id.as_deref().map(Arc::from),
        metadata: user.metadata.as_str().into(),
        inferred_segment_ids: user.inferred_segment_ids.clone(),
        counts: user.counts,
        created_at: at,
        updated_at: at,
    }
}

/// Who has a Managed Apple Account that nobody else has stands in the organization's location from the beginning.
fn add_apple_users(world: &mut World, spec: &MdmOrganizationSpec, made: At) {
    let seed = world.seed();
    let site = spec.vpp_location.as_deref().and_then(|key| world.site_of(key));
    let Some(site) = site.and_then(|id| world.sites.get_mut(id.0)) else { return };
    let ids = Arc::clone(&site.ids);
    for (n, user) in (0..).zip(&spec.users) {
        let Some(account) = user.managed_apple_id.as_deref() else { continue };
        let client_user_id = one(n, user, spec, seed, made).id.to_string();
        let users = &site.location.users;
        if users.linked_to(account).is_some() || users.active(&client_user_id).is_some() {
            continue;
        }
        let apple = UserSpec {
            client_user_id,
            email: Some(user.email.clone()),
            status: UserStatus::Associated,
            managed_apple_id: Some(account.to_owned()),
            user_id: None,
            invite_code: None,
            id_hash: None,
        };
        add_user(Arc::make_mut(&mut site.location), &apple, &ids);
    }
}
