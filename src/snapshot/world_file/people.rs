//! Rows of organizations of MDM users, and of these.

use super::draft::{Draft, reference};
use super::owners::{OWNERS_MAX, TEXT_BYTES_MAX};
use crate::model::{Language, MdmCounts};
use crate::sim::spec::{MdmOrganizationSpec, MdmUserSpec};
use crate::text::fields::Fields;
use crate::text::source::{Problems, quoted};
use crate::text::tree::{Node, Value};

/// One `[[mdm_organization]]`.
pub(super) fn organization(draft: &mut Draft, node: &Node, problems: &mut Problems<'_>) {
    let known = ["slug", "name", "vpp_location", "language"];
    let Some(row) = Fields::open(node, "[[mdm_organization]]", &known, problems) else { return };
    let name = row.id("name", TEXT_BYTES_MAX, problems);
    let language = row.word("language", &Language::ALL, problems);
    let keys = || draft.world.locations.iter().map(|location| location.key.as_str());
    let location = row.node("vpp_location").map(|_| {
        let at = reference(&row, "vpp_location", keys(), problems)?;
        keys().nth(at).map(str::to_owned)
    });
    if row.node("slug").is_none() {
        return row.missing("`slug`", problems);
    }
    let Some((slug, span)) = row.key("slug", problems) else { return };
    if slug.len() < 3 {
        return problems.add(span, "`slug` must have at least three characters");
    }
    if !draft.first_mention("mdm_organization", 0, slug.to_owned(), span, problems) {
        return;
    }
    let first_location = draft.world.locations.first().map(|location| location.key.clone());
    let all = &mut draft.world.mdm;
    let at = all.iter().position(|organization| organization.slug == slug).unwrap_or(all.len());
    if at == all.len() {
        if at == OWNERS_MAX {
            let text = format!("a world has at most {OWNERS_MAX} organizations of MDM users");
            return problems.add(span, text);
        }
        let vpp_location = first_location;
        all.push(MdmOrganizationSpec { vpp_location, ..MdmOrganizationSpec::new(slug, slug) });
    }
    let organization = &mut all[at];
    if let Some((name, _)) = name {
        name.clone_into(&mut organization.name);
    }
    if let Some((language, _)) = language {
        organization.language = language;
    }
    if let Some(location) = location {
        organization.vpp_location = location;
    }
}

const KEYS: [&str; 9] = [
    "organization",
    "email",
    "name",
    "tags",
    "language",
    "managed_apple_id",
    "metadata",
    "inferred_segment_ids",
    "counts",
];

/// One `[[mdm_user]]`.
pub(super) fn user(draft: &mut Draft, node: &Node, problems: &mut Problems<'_>) {
    let Some(row) = Fields::open(node, "[[mdm_user]]", &KEYS, problems) else { return };
    // Where the file names no organization of MDM users, there is the one that every world has.
    draft.world.mdm = draft.world.mdm_organizations();
    let slugs = draft.world.mdm.iter().map(|organization| organization.slug.as_str());
    let organization = reference(&row, "organization", slugs, problems);
    if row.node("email").is_none() {
        row.missing("`email`", problems);
    }
    let email = row.id("email", TEXT_BYTES_MAX, problems);
    let (Some(organization), Some((email, span))) = (organization, email) else { return };
    let folded = email.to_lowercase();
    if !draft.first_mention("mdm_user", organization, folded.clone(), span, problems) {
        return;
    }
    let at = draft.mdm_row(organization, folded);
    let users = &mut draft.world.mdm[organization].users;
    if at == users.len() {
        users.push(MdmUserSpec::new(email, ""));
    }
    change(&mut users[at], &row, problems);
}

/// Sets the members that are given.
fn change(user: &mut MdmUserSpec, row: &Fields<'_>, problems: &mut Problems<'_>) {
    if let Some((name, _)) = row.text("name", problems) {
        name.clone_into(&mut user.name);
    }
    if let Some(tags) = row.texts("tags", problems) {
        user.tags = tags.into_iter().map(|(tag, _)| tag.to_owned()).collect();
    }
    if let Some((language, _)) = row.word("language", &Language::ALL, problems) {
        user.language = Some(language);
    }
    if let Some((account, _)) = row.id("managed_apple_id", TEXT_BYTES_MAX, problems) {
        user.managed_apple_id = Some(account.to_owned());
    }
    match row.node("metadata") {
        Some(node @ Node { value: Value::Table(_), .. }) => {
            user.metadata = node.to_json().to_string();
        }
        Some(node) => problems.add(&node.span, "`metadata` must be a table"),
        None => {}
    }
    if let Some(node) = row.node("inferred_segment_ids") {
        let ids = node.items().iter().map(|item| match item.value {
            Value::Integer(number) => i64::try_from(number).ok(),
            _ => None,
        });
        let is_list = matches!(node.value, Value::List(_));
        match ids.collect::<Option<Vec<i64>>>().filter(|_| is_list) {
            Some(ids) => user.inferred_segment_ids = ids,
            None => {
                problems.add(&node.span, "`inferred_segment_ids` must be a list of integers");
            }
        }
    }
    if let Some(node) = row.node("counts") {
        counts(&mut user.counts, node, "", problems);
    }
}

/// Sets the counts that are given, nested as in answers: `counts.apple.devices = 2`.
fn counts(counted: &mut MdmCounts, node: &Node, path: &str, problems: &mut Problems<'_>) {
    match &node.value {
        Value::Table(entries) => {
            for entry in entries {
                let dot = if path.is_empty() { "" } else { "." };
                let below = format!("{path}{dot}{}", entry.key);
                let known = MdmCounts::paths().iter();
                let is_known = known.into_iter().any(|leaf| {
                    leaf.strip_prefix(below.as_str())
                        .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
                });
                if is_known {
                    counts(counted, &entry.node, &below, problems);
                } else {
                    let known = MdmCounts::paths().join(", ");
                    let text = format!("there is no count {}; known: {known}", quoted(&below));
                    problems.add(&entry.key_span, text);
                }
            }
        }
        Value::Integer(number) => match (u32::try_from(*number), counted.get_mut(path)) {
            (Ok(number), Some(place)) if i32::try_from(number).is_ok() => *place = number,
            (_, place) => {
                let what = if place.is_some() { "an integer from 0 on" } else { "a table" };
                problems.add(&node.span, format!("`counts.{path}` must be {what}"));
            }
        },
        other => {
            let text = format!("`counts` must be a table of integers; this is {}", other.kind());
            problems.add(&node.span, text);
        }
    }
}
