//! Organizations of MDM users: their users by id, and which keys are good.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Difference;
use crate::model::{MdmUser, MdmUsers, ObjectId};
use crate::sim::world::World;
use crate::sim::world::workspaces::Workspace;

/// What is different between the organizations of two worlds, by slug, in the order of `to`.
pub(super) fn compare(from: &World, to: &World, found: &mut Vec<Difference>) {
    let of = |world: &World, slug: &str| -> Option<Workspace> {
        let mut all = world.workspaces().iter();
        all.find(|it| it.organization.slug == slug).cloned()
    };
    for after in to.workspaces() {
        let slug = &after.organization.slug;
        let mut those = Vec::new();
        match of(from, slug) {
            Some(before) => one(&before, after, &mut those),
            None => those.push(Difference::new(
                "mdm-organization-added",
                format!("organization {slug} of MDM users was added"),
            )),
        }
        let named = |it| Difference { organization: Some(slug.clone()), ..it };
        found.extend(those.into_iter().map(named));
    }
    for before in from.workspaces() {
        let slug = &before.organization.slug;
        if of(to, slug).is_none() {
            let text = format!("organization {slug} of MDM users is gone");
            let gone = Difference::new("mdm-organization-removed", text);
            found.push(Difference { organization: Some(slug.clone()), ..gone });
        }
    }
}

fn one(from: &Workspace, to: &Workspace, found: &mut Vec<Difference>) {
    if !Arc::ptr_eq(&from.organization, &to.organization) {
        let (was, is) = (&from.organization.vpp_location, &to.organization.vpp_location);
        if was != is {
            let say = |key: &Option<String>| key.clone().unwrap_or_else(|| "none".to_owned());
            let text = format!("MDM users: location {} became {}", say(was), say(is));
            found.push(Difference::new("mdm-location", text).change(say(was), say(is)));
        }
        users(&from.organization.users, &to.organization.users, found);
    }
    for (access, serial) in to.keys() {
        let before = from.keys().get(access).copied().unwrap_or(1);
        if before != *serial {
            let text = format!("API keys {access} are good from serial {serial} on");
            found.push(Difference::new("api-key", text).change(before, serial));
        }
    }
}

fn users(from: &MdmUsers, to: &MdmUsers, found: &mut Vec<Difference>) {
    let rows = |of: &MdmUsers, other: &MdmUsers| -> BTreeMap<ObjectId, Arc<MdmUser>> {
        of.unshared(other).map(|user| (user.id, Arc::clone(user))).collect()
    };
    let (before, after) = (rows(from, to), rows(to, from));
    let mut ids: Vec<&ObjectId> = before.keys().chain(after.keys()).collect();
    ids.sort_unstable();
    ids.dedup();
    for id in ids {
        let name = |user: &MdmUser| format!("MDM user {}", user.email);
        let mut tell = |difference: Difference| {
            found.push(Difference { mdm_user: Some(id.to_string()), ..difference });
        };
        match (before.get(id), after.get(id)) {
            (None, Some(user)) => {
                tell(Difference::new("mdm-user-created", format!("{} created", name(user))));
            }
            (Some(user), None) => {
                tell(Difference::new("mdm-user-removed", format!("{} removed", name(user))));
            }
            (Some(was), Some(is)) if was != is => changed(&name(is), was, is, &mut tell),
            _ => {}
        }
    }
}

fn changed(name: &str, was: &MdmUser, is: &MdmUser, tell: &mut impl FnMut(Difference)) {
    let account = |user: &MdmUser| {
        user.managed_apple_id.as_deref().map_or_else(|| "none".to_owned(), str::to_owned)
    };
    let segments = |user: &MdmUser| format!("{:?}", user.inferred_segment_ids);
    let members = [
        ("e-mail", was.email.to_string(), is.email.to_string()),
        ("name", was.name.to_string(), is.name.to_string()),
        ("tags", was.tags.join(", "), is.tags.join(", ")),
        ("language", was.language.as_str().to_owned(), is.language.as_str().to_owned()),
        ("Managed Apple Account", account(was), account(is)),
        ("metadata", was.metadata.to_string(), is.metadata.to_string()),
        ("segments", segments(was), segments(is)),
    ];
    let counts = was.counts.iter().zip(is.counts.iter());
    let counts = counts.map(|((path, was), (_, is))| (path, was.to_string(), is.to_string()));
    let mut any = false;
    for (what, was, is) in members.into_iter().chain(counts).filter(|(_, was, is)| was != is) {
        any = true;
        let text = format!("{name}: {what} {was} became {is}");
        tell(Difference::new("mdm-user-changed", text).change(was, is));
    }
    if !any && was.updated_at != is.updated_at {
        tell(Difference::new("mdm-user-changed", format!("{name} was written to")));
    }
}
