//! World files: literal organizations, locations and what is in them.
//!
//! | table | keys (* = needed) |
//! |---|---|
//! | top level | `world`: a named world to start from |
//! | `[[organization]]` | `key`*, `name` (the key), `domains` (none) |
//! | `[[location]]` | `key`*, `name` (the key), `organization`, `country` (US), `platform` (business), `uid`, `location_id`, `versions = { assets, assignments, users }`, `mdm_info = { id*, name*, metadata* }`, `subscriptions`: whether they are supported (true where there is one, else nobody said) |
//! | `[[token]]` | `serial` (1), `expires`, `revoked` (false), `privileges` (all), `literal` |
//! | `[[asset]]` | `adam_id`*, `pricing_param` (STDQ), `name`, `product_type` (App), `total` or `unlimited`*, `retired` (0), `revocable`, `device_assignable` (true for apps), `platforms` (iOS), `licence_base` |
//! | `[[device]]` | `serial_number`* |
//! | `[[user]]` | `client_user_id`*, `email`, `status` (Registered), `managed_apple_id`, `user_id`, `invite_code`, `id_hash` |
//! | `[[assignment]]` | `adam_id`*, `pricing_param` (STDQ), `client_user_id` or `serial_number`* |
//! | `[[subscription]]` | `adam_id`*, `parent_adam_id`, `status` (ACTIVE; INACTIVE without licences), `period` (month), `period_end` (one period from the universe's start; one that is over moves on by whole periods), `renewing` (0), `expiring` (0) |
//! | `[[seat]]` | `adam_id`*, `client_user_id`*, `renewing` (true), `licence` (renewing for what renews; else expiring, if one is free), `by_group` (false) |
//! | `[[administrator]]` | `adam_id`*, `client_user_id`* |
//! | `[[product]]` | `adam_id`*, `product_type`, `name`, `artist`, `bundle_id`, `platforms`, `genre` (its number), `version`, `price` (thousandths), `custom_of` (key of an organization), `storefronts`, `description`: what the store says of it |
//! | `[[mdm_organization]]` | `slug`* (three or more of a-z, 0-9 and -), `name` (the slug), `vpp_location` (the first), `language` (en) |
//! | `[[mdm_user]]` | `organization` (a slug), `email`*, `name` (empty), `tags`, `language` (the organization's), `managed_apple_id`, `metadata` (a table), `inferred_segment_ids`, `counts` (nested as in answers: `counts.apple.devices = 2`) |
//! | `[generate]` | `devices`, `users`, `assets`, `assignments`: so many more in the first location; `mdm_users`: in the first organization of these |
//!
//! Tables of what is in a location have `location`; it may be left out where there is
//! exactly one, and so may `organization`. What is in the base world under the same key is changed
//! by the members that are given; anything else is added. Several users of one file may share a
//! client user id while at most one of them is active: the first changes the base's, the others
//! are records of their own.
//!
//! A world without `[[mdm_organization]]` has one made of its first organization. Its MDM users are known by their
//! addresses, in whatever case.
//!
//! Not here: tables of scenarios.

mod assets;
mod check;
mod draft;
mod holders;
mod owners;
mod people;
mod products;
mod seats;
mod subscriptions;
#[cfg(test)]
mod tests;

use super::WorldError;
use crate::nearest::nearest;
use crate::sim::spec::{MdmGrowth, WorldSpec};
use crate::sim::worlds::{Growth, grow};
pub use crate::text::Format;
use crate::text::fields::Fields;
use crate::text::source::{Problems, quoted};
use crate::text::tree::{Node, Value};
use crate::text::{self};
use draft::Draft;

/// Levels of a world file, with some to spare.
const DEPTH_MAX: usize = 8;

/// What `[generate]` may ask for at most.
const DEVICES_MAX: u64 = 1_000_000;
const USERS_MAX: u64 = 1_000_000;
const ASSETS_MAX: u64 = 10_000;
const ASSIGNMENTS_MAX: u64 = 10_000_000;

/// Reads one row of a table into the draft.
type ReadRow = fn(&mut Draft, &Node, &mut Problems<'_>);

/// The tables in the order in which they are read: what is referred to comes first.
const TABLES: [(&str, &str, ReadRow); 13] = [
    ("organization", "[[organization]]", owners::organization),
    ("location", "[[location]]", owners::location),
    ("token", "[[token]]", owners::token),
    ("asset", "[[asset]]", assets::asset),
    ("device", "[[device]]", holders::device),
    ("user", "[[user]]", holders::user),
    ("assignment", "[[assignment]]", holders::assignment),
    ("subscription", "[[subscription]]", subscriptions::subscription),
    ("seat", "[[seat]]", subscriptions::seat),
    ("administrator", "[[administrator]]", subscriptions::administrator),
    ("product", "[[product]]", products::product),
    ("mdm_organization", "[[mdm_organization]]", people::organization),
    ("mdm_user", "[[mdm_user]]", people::user),
];

/// Reads a world file. `file` is its name in messages; the seed is that of named worlds and of
/// `[generate]`.
pub fn read(file: &str, content: &str, format: Format, seed: u64) -> Result<WorldSpec, WorldError> {
    let mut problems = Problems::new(file, content);
    let root = text::read(content, format, DEPTH_MAX, &mut problems);
    // After a syntax error the rest may be misread: no guesses about it.
    let world = if problems.is_empty() {
        of_node(&root, ("world", "a world file"), seed, &mut problems)
    } else {
        None
    };
    match world {
        Some(world) if problems.is_empty() => Ok(world),
        _ => {
            let (problems, omitted) = problems.finish();
            Err(WorldError::Invalid { problems, omitted })
        }
    }
}

/// Reads a world from a table of any file: which member names the world to start from, and what messages call the table.
pub(crate) fn of_node(
    root: &Node,
    (base, table): (&'static str, &'static str),
    seed: u64,
    problems: &mut Problems<'_>,
) -> Option<WorldSpec> {
    let mut known = vec![base, "generate"];
    known.extend(TABLES.map(|(key, ..)| key));
    let fields = Fields::open(root, table, &known, problems)?;
    let base = match fields.text(base, problems) {
        Some((name, span)) => super::named(name, seed).or_else(|| {
            let hint = nearest(name, super::names()).map_or_else(
                || format!("known worlds: {}", super::names().join(", ")),
                |near| format!("did you mean `{near}`?"),
            );
            problems.add(span, format!("there is no world {}; {hint}", quoted(name)));
            None
        })?,
        None => WorldSpec::default(),
    };
    let mut draft = Draft::new(base);
    for (key, table, read_row) in TABLES {
        let Some(node) = fields.node(key) else { continue };
        match &node.value {
            Value::List(rows) => rows.iter().for_each(|row| read_row(&mut draft, row, problems)),
            other => problems.add(
                &node.span,
                format!("`{key}` must be a list of tables ({table}), not {}", other.kind()),
            ),
        }
    }
    if draft.world.locations.is_empty() {
        // One that is there but wrong was told already.
        if problems.is_empty() || fields.node("location").is_none() {
            problems.add(fields.span, "a world needs at least one [[location]]");
        }
        return None;
    }
    check::check(&draft, problems);
    seats::settle(&mut draft, problems);
    if let Some(node) = fields.node("generate").filter(|_| problems.is_empty()) {
        generate(&mut draft.world, node, seed, problems);
    }
    Some(draft.world)
}

fn generate(world: &mut WorldSpec, node: &Node, seed: u64, problems: &mut Problems<'_>) {
    let known = ["devices", "users", "assets", "assignments", "mdm_users"];
    let Some(fields) = Fields::open(node, "[generate]", &known, problems) else { return };
    let mut number =
        |key, max| fields.number(key, max, problems).map_or(0, |(number, _)| number as u32);
    let growth = Growth {
        devices: number("devices", DEVICES_MAX),
        users: number("users", USERS_MAX),
        assets: number("assets", ASSETS_MAX),
        ..Growth::default()
    };
    let mdm_users = number("mdm_users", USERS_MAX);
    let assignments = number("assignments", ASSIGNMENTS_MAX);
    let span = fields.node("assignments").map_or(fields.span, |node| &node.span);
    if u64::from(assignments) > growth.capacity() {
        let room = growth.capacity();
        problems.add(
            span,
            format!(
                "{assignments} assignments do not fit: the generated assets, devices and users \
                 have room for {room}"
            ),
        );
        return;
    }
    if mdm_users > 0 {
        world.mdm = world.mdm_organizations();
        let owner = world.organizations.first();
        let domain = owner.and_then(|owner| owner.domains.first()).cloned();
        let domain = domain.unwrap_or_else(|| "generated.example".to_owned());
        if let Some(organization) = world.mdm.first_mut() {
            let count = mdm_users.saturating_add(organization.more.count);
            organization.more = MdmGrowth { count, domain };
        }
    }
    let Some(location) = world.locations.first_mut() else { return };
    let owner = world.organizations.get(location.organization);
    let domain = owner.and_then(|owner| owner.domains.first()).map_or("generated.example", |d| d);
    if let Err(error) = grow(location, domain, growth.with_assignments(assignments), seed) {
        problems.add(span, error.to_string());
    }
}
