//! Organizations of MDM users in a state file: their shape, and both ways.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::scalars::Instant;
use crate::model::parts::COUNTER_MAX;
use crate::model::{Flaw, Language, MdmCounts, MdmOrganization, MdmUser, MdmUsers, ObjectId};
use crate::sim::{Access, Workspace, World};

/// An organization of MDM users.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Organization {
    /// 24 hex digits, unique.
    id: String,
    /// Its handle in paths, unique.
    slug: String,
    name: String,
    /// Key of the location whose content token it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    vpp_location: Option<String>,
    /// Of users that do not say theirs.
    language: String,
    created_at: Instant,
    /// Users that got an id so far.
    made: u64,
    /// Access and serial of the keys that are good, where these are not the first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    keys: Vec<(String, u32)>,
    /// In order of arrival.
    users: Vec<User>,
}

/// An MDM user.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct User {
    /// 24 hex digits, unique in the organization.
    id: String,
    /// Unique in the organization, in whatever case.
    email: String,
    name: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    tags: Vec<String>,
    language: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    managed_apple_id: Option<String>,
    /// A JSON object as compact text; left out if it has no members.
    #[serde(default = "no_metadata", skip_serializing_if = "is_no_metadata")]
    metadata: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    inferred_segment_ids: Vec<i64>,
    /// Devices and enrollment tokens by path; what is left out is 0.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    counts: Vec<(String, u32)>,
    created_at: Instant,
    updated_at: Instant,
}

fn no_metadata() -> String {
    "{}".to_owned()
}

fn is_no_metadata(metadata: &str) -> bool {
    metadata == "{}"
}

pub(super) fn write(world: &World) -> Vec<Organization> {
    world.workspaces().iter().map(organization).collect()
}

fn organization(workspace: &Workspace) -> Organization {
    let it = &workspace.organization;
    Organization {
        id: it.id.to_string(),
        slug: it.slug.clone(),
        name: it.name.clone(),
        vpp_location: it.vpp_location.clone(),
        language: it.language.as_str().to_owned(),
        created_at: Instant(it.created_at),
        made: workspace.made(),
        keys: workspace.keys().iter().map(|(access, serial)| (access.clone(), *serial)).collect(),
        users: it.users.iter().map(|it| user(it)).collect(),
    }
}

fn user(user: &MdmUser) -> User {
    let counts = user.counts.iter().filter(|(_, count)| *count > 0);
    User {
        id: user.id.to_string(),
        email: user.email.to_string(),
        name: user.name.to_string(),
        tags: user.tags.iter().map(ToString::to_string).collect(),
        language: user.language.as_str().to_owned(),
        managed_apple_id: user.managed_apple_id.as_deref().map(str::to_owned),
        metadata: user.metadata.to_string(),
        inferred_segment_ids: user.inferred_segment_ids.clone(),
        counts: counts.map(|(path, count)| (path.to_owned(), count)).collect(),
        created_at: Instant(user.created_at),
        updated_at: Instant(user.updated_at),
    }
}

/// The organizations of a file whose locations have these keys.
pub(super) fn read(
    list: Vec<Organization>,
    locations: &BTreeSet<String>,
) -> Result<Vec<Workspace>, Flaw> {
    let (mut slugs, mut ids) = (BTreeSet::new(), BTreeSet::new());
    let each = list.into_iter().enumerate().map(|(place, organization)| {
        let known = (slugs.insert(organization.slug.clone()), ids.insert(organization.id.clone()));
        let read = match known {
            (false, _) => Err(Flaw::new("/slug", "is that of another organization, too")),
            (_, false) => Err(Flaw::new("/id", "is that of another organization, too")),
            _ => workspace(organization, locations),
        };
        read.map_err(|flaw| flaw.below(&format!("/mdm_organizations/{place}")))
    });
    each.collect()
}

fn workspace(it: Organization, locations: &BTreeSet<String>) -> Result<Workspace, Flaw> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    if it.slug.len() < 3 || !it.slug.bytes().all(fits) {
        return Err(Flaw::new("/slug", "is no slug: use three or more of A-Z, a-z, 0-9 and -"));
    }
    if it.vpp_location.as_ref().is_some_and(|key| !locations.contains(key)) {
        return Err(Flaw::new("/vpp_location", "is the key of no location"));
    }
    if it.made < it.users.len() as u64 || it.made > COUNTER_MAX {
        return Err(Flaw::new("/made", "is not a number from that of the users on"));
    }
    let mut keys = BTreeMap::new();
    for (place, (access, serial)) in it.keys.into_iter().enumerate() {
        let known = Access::read(&access).is_some_and(|it| it.spell() == access) && serial > 0;
        if !known || keys.insert(access, serial).is_some() {
            let what = "is no access with a serial from 1 on, or comes twice";
            return Err(Flaw::new(format!("/keys/{place}"), what));
        }
    }
    let mut users = MdmUsers::default();
    for (place, user) in it.users.into_iter().enumerate() {
        let below = |flaw: Flaw| flaw.below(&format!("/users/{place}"));
        let user = read_user(user).map_err(below)?;
        let taken = "is the id or the address of another user, too";
        users.insert(user).map_err(|_| below(Flaw::new("", taken)))?;
    }
    let organization = MdmOrganization {
        id: id(&it.id)?,
        slug: it.slug,
        name: it.name,
        vpp_location: it.vpp_location,
        language: language(&it.language)?,
        created_at: it.created_at.0,
        users,
    };
    Ok(Workspace::new(organization, keys, it.made))
}

fn read_user(user: User) -> Result<MdmUser, Flaw> {
    let mut counts = MdmCounts::default();
    for (place, (path, count)) in user.counts.into_iter().enumerate() {
        let known = counts.get_mut(&path).ok_or_else(|| {
            Flaw::new(format!("/counts/{place}/0"), "is no path of devices or enrollment tokens")
        })?;
        *known = count;
    }
    let members =
        serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(&user.metadata);
    if members.is_err() {
        return Err(Flaw::new("/metadata", "is not a JSON object as text"));
    }
    Ok(MdmUser {
        id: id(&user.id)?,
        email: user.email.into(),
        name: user.name.into(),
        tags: user.tags.into_iter().map(Into::into).collect(),
        language: language(&user.language)?,
        managed_apple_id: user.managed_apple_id.map(Into::into),
        metadata: user.metadata.into(),
        inferred_segment_ids: user.inferred_segment_ids,
        counts,
        created_at: user.created_at.0,
        updated_at: user.updated_at.0,
    })
}

fn id(text: &str) -> Result<ObjectId, Flaw> {
    let id = ObjectId::read(text).filter(|id| id.to_string() == text);
    id.ok_or_else(|| Flaw::new("/id", "is no id: use 24 digits of 0-9 and a-f"))
}

fn language(word: &str) -> Result<Language, Flaw> {
    Language::read(word).ok_or_else(|| Flaw::new("/language", "is no language of the API"))
}
