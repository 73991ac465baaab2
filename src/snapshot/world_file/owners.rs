//! Rows of organizations, locations and tokens.

use super::draft::{Desk, Draft};
use crate::model::{Privileges, StorePlatform};
use crate::sim::spec::{LocationSpec, MdmInfoSpec, OrganizationSpec, TokenSpec, VersionsSpec};
use crate::text::fields::Fields;
use crate::text::source::Problems;
use crate::text::tree::Node;

/// Names and the like are at most so long.
pub(super) const TEXT_BYTES_MAX: usize = 4096;

/// So many organizations, locations, and tokens of one location: they are looked up one by one.
pub(super) const OWNERS_MAX: usize = 1000;

/// Tokens are at most so long.
const LITERAL_BYTES_MAX: usize = 16 * 1024;

/// One `[[organization]]`.
pub(super) fn organization(draft: &mut Draft, node: &Node, problems: &mut Problems<'_>) {
    let known = ["key", "name", "domains"];
    let Some(row) = Fields::open(node, "[[organization]]", &known, problems) else { return };
    let name = row.id("name", TEXT_BYTES_MAX, problems);
    let domains = row.texts("domains", problems);
    if row.node("key").is_none() {
        return row.missing("`key`", problems);
    }
    let Some((key, span)) = row.key("key", problems) else { return };
    if !draft.first_mention("organization", 0, key.to_owned(), span, problems) {
        return;
    }
    let all = &mut draft.world.organizations;
    let at = all.iter().position(|organization| organization.key == key).unwrap_or(all.len());
    if at == all.len() {
        if at == OWNERS_MAX {
            return problems.add(span, format!("a world has at most {OWNERS_MAX} organizations"));
        }
        let domains = Vec::new();
        all.push(OrganizationSpec { key: key.to_owned(), name: key.to_owned(), domains });
    }
    if let Some((name, _)) = name {
        name.clone_into(&mut all[at].name);
    }
    if let Some(domains) = domains {
        all[at].domains = domains.into_iter().map(|(d, _)| d.to_ascii_lowercase()).collect();
    }
}

/// One `[[location]]`.
pub(super) fn location(draft: &mut Draft, node: &Node, problems: &mut Problems<'_>) {
    let known = [
        "key",
        "name",
        "organization",
        "country",
        "platform",
        "uid",
        "location_id",
        "versions",
        "mdm_info",
        "subscriptions",
    ];
    let Some(row) = Fields::open(node, "[[location]]", &known, problems) else { return };
    if row.node("key").is_none() {
        row.missing("`key`", problems);
    }
    let key = row.key("key", problems);
    let known_at = key.and_then(|(key, _)| draft.world.locations.iter().position(|l| l.key == key));
    let owner = if known_at.is_some() && row.node("organization").is_none() {
        None
    } else {
        draft.owner(&row, problems)
    };
    let name = row.id("name", TEXT_BYTES_MAX, problems);
    let country = row.text("country", problems);
    let platforms =
        [("education", StorePlatform::Education), ("business", StorePlatform::Business)];
    let platform = row.word("platform", &platforms, problems);
    let uid = row.digits("uid", problems);
    let location_id = row.digits("location_id", problems).and_then(|(id, _)| id.parse().ok());
    let versions = row.node("versions").and_then(|node| versions(node, problems));
    let mdm_info = row.node("mdm_info").and_then(|node| mdm_info(node, problems));
    let declared = row.flag("subscriptions", problems);
    if let Some((country, span)) = country
        && !(country.len() == 2 && country.bytes().all(|b| b.is_ascii_alphabetic()))
    {
        problems.add(span, "`country` must be two letters, such as DE");
    }

    let Some((key, span)) = key else { return };
    if !draft.first_mention("location", 0, key.to_owned(), span, problems) {
        return;
    }
    let at = known_at.unwrap_or(draft.world.locations.len());
    if known_at.is_none() {
        if at == OWNERS_MAX {
            return problems.add(span, format!("a world has at most {OWNERS_MAX} locations"));
        }
        draft.world.locations.push(LocationSpec::new(key, owner.unwrap_or_default()));
        draft.desks.push(Desk::default());
    }
    let location = &mut draft.world.locations[at];
    if let Some((name, _)) = name {
        name.clone_into(&mut location.name);
    }
    if let Some((country, _)) = country {
        location.country = country.to_ascii_uppercase();
    }
    location.organization = owner.unwrap_or(location.organization);
    location.platform = platform.map_or(location.platform, |(platform, _)| platform);
    location.uid = uid.map(|(uid, _)| uid).or(location.uid.take());
    location.location_id = location_id.or(location.location_id);
    location.mdm_info = mdm_info.or(location.mdm_info.take());
    if let Some((supported, span)) = declared {
        location.subscriptions_declared = Some(supported);
        draft.desks[at].unsupported = (!supported).then(|| span.clone());
    }
    if let Some(given) = versions {
        let versions = &mut location.versions;
        versions.assets = given.assets.or(versions.assets.take());
        versions.assignments = given.assignments.or(versions.assignments.take());
        versions.users = given.users.or(versions.users.take());
    }
}

fn versions(node: &Node, problems: &mut Problems<'_>) -> Option<VersionsSpec> {
    let row = Fields::open(node, "versions", &["assets", "assignments", "users"], problems)?;
    let mut version = |key| {
        let (text, span) = row.text(key, problems)?;
        if uuid::Uuid::try_parse(text).is_err() || text.len() != 36 {
            problems.add(span, format!("`{key}` must be a UUID in its usual form"));
        }
        Some(text.to_owned())
    };
    let (assets, assignments) = (version("assets"), version("assignments"));
    Some(VersionsSpec { assets, assignments, users: version("users") })
}

fn mdm_info(node: &Node, problems: &mut Problems<'_>) -> Option<MdmInfoSpec> {
    let row = Fields::open(node, "mdm_info", &["id", "name", "metadata"], problems)?;
    let mut text = |key| {
        if row.node(key).is_none() {
            row.missing(&format!("`{key}`"), problems);
        }
        row.text(key, problems).map(|(text, _)| text.to_owned())
    };
    let (id, name, metadata) = (text("id"), text("name"), text("metadata"));
    Some(MdmInfoSpec { id: id?, name: name?, metadata: metadata? })
}

/// One `[[token]]`.
pub(super) fn token(draft: &mut Draft, node: &Node, problems: &mut Problems<'_>) {
    let known = ["location", "serial", "expires", "revoked", "privileges", "literal"];
    let Some(row) = Fields::open(node, "[[token]]", &known, problems) else { return };
    let location = draft.location(&row, problems);
    let serial = row.number("serial", u64::from(u32::MAX), problems);
    let expires = row.date("expires", problems);
    let revoked = row.flag("revoked", problems);
    let rights = [("view", 'v'), ("manage", 'm'), ("purchase", 'p')];
    let rights = row.words("privileges", &rights, problems);
    let literal = row.id("literal", LITERAL_BYTES_MAX, problems);

    let Some(location) = location else { return };
    let (serial, span) = serial.map_or((1, row.span), |(serial, span)| (serial as u32, span));
    if !draft.first_mention("token", location, serial.to_string(), span, problems) {
        return;
    }
    let tokens = &mut draft.world.locations[location].tokens;
    let at = tokens.iter().position(|token| token.serial == serial).unwrap_or(tokens.len());
    if at == tokens.len() {
        if at == OWNERS_MAX {
            return problems.add(span, format!("a location has at most {OWNERS_MAX} tokens"));
        }
        let privileges = Privileges::ALL;
        tokens.push(TokenSpec { serial, expires: None, revoked: false, privileges, literal: None });
    }
    let token = &mut tokens[at];
    token.expires = expires.map(|(expires, _)| expires).or(token.expires);
    token.revoked = revoked.map_or(token.revoked, |(revoked, _)| revoked);
    token.literal = literal.map(|(literal, _)| literal.to_owned()).or(token.literal.take());
    if let Some(rights) = rights {
        let (manage, purchase) = (rights.contains(&'m'), rights.contains(&'p'));
        token.privileges = Privileges { manage, purchase };
    }
}
