//! Assets, devices, events and configuration of a location.

use std::collections::BTreeMap;

use super::{Difference, NAMES_MAX};
use crate::model::{
    Asset, AssetName, ClientConfig, DeviceId, Event, EventKind, EventStatus, Location, MdmInfo,
    Supply,
};
use crate::sim::verbs::{listed, name_of, some, spell};
use crate::sim::world::Site;

fn owned<'a>(location: &'a Location, other: &Location) -> BTreeMap<AssetName, &'a Asset> {
    let rows = location.assets.rows();
    let unshared = rows.unshared(other.assets.rows()).into_iter().flatten();
    let assets = unshared.filter_map(|at| rows.get(at)).filter(|asset| !asset.removed);
    assets.map(|asset| (name_of(location, asset), asset)).collect()
}

pub(super) fn assets(from: &Location, to: &Location, found: &mut Vec<Difference>) {
    let (before, after) = (owned(from, to), owned(to, from));
    let mut names: Vec<&AssetName> = before.keys().chain(after.keys()).collect();
    names.sort_unstable();
    names.dedup();
    for name in names {
        let text = spell(&name.adam_id, name.pricing_param);
        let mut tell = |difference: Difference| {
            found.push(Difference { asset: Some(name.clone()), ..difference });
        };
        match (before.get(name), after.get(name)) {
            (None, Some(asset)) => {
                let with = match asset.supply {
                    Supply::Limited(total) => some(total.into(), "licence"),
                    Supply::Unlimited => "unlimited licences".to_owned(),
                };
                let mut difference =
                    Difference::new("asset-added", format!("{text} added with {with}"));
                difference.count = Some(asset.total().into());
                tell(difference);
            }
            (Some(_), None) => {
                tell(Difference::new("asset-removed", format!("{text} removed")));
            }
            (Some(before), Some(after)) => one_asset(&text, before, after, &mut tell),
            (None, None) => {}
        }
    }
}

fn one_asset(text: &str, before: &Asset, after: &Asset, tell: &mut impl FnMut(Difference)) {
    let retired = i64::from(after.retired) - i64::from(before.retired);
    let totals = (before.total(), after.total());
    if totals.0 != totals.1 || retired != 0 {
        // What went away counts as retired; the rest of the change of the total is purchases.
        let bought = i64::from(totals.1) - i64::from(totals.0) + retired.max(0);
        let mut parts = Vec::new();
        for (count, verb) in [
            (bought.max(0), "bought"),
            (retired.max(0), "refunded or transferred away"),
            (bought.min(0).abs(), "fewer"),
        ] {
            if count > 0 {
                parts.push(format!("{} {verb}", some(count.unsigned_abs(), "licence")));
            }
        }
        if parts.is_empty() {
            parts.push("retired count changed".to_owned());
        }
        let said = format!("{text}: {}, total {} to {}", parts.join(", "), totals.0, totals.1);
        tell(Difference::new("asset-count", said).change(totals.0, totals.1));
    }
    for (what, was, is) in [
        ("revocable", before.revocable, after.revocable),
        ("device assignable", before.device_assignable, after.device_assignable),
    ] {
        if was != is {
            let not = if is { "" } else { "no longer " };
            let difference = Difference::new("asset-flag", format!("{text} is {not}{what}"));
            tell(difference.change(was, is));
        }
    }
}

/// Devices that became known without holding anything; those that hold something are told by that.
pub(super) fn devices(from: &Location, to: &Location, found: &mut Vec<Difference>) {
    let mut names = Vec::new();
    for device in (from.devices() as u32..to.devices() as u32).map(DeviceId) {
        let (name, _) = to.holder_name(device.into());
        if to.assignments.held_by(device.into()).is_empty() && from.device(name).is_none() {
            names.push(name.to_owned());
        }
    }
    if names.is_empty() {
        return;
    }
    let text = format!("{} added: {}", some(names.len() as u64, "device"), listed(&names));
    let count = Some(names.len() as u64);
    names.truncate(NAMES_MAX);
    let to = Some(names.join(" "));
    found.push(Difference { count, to, ..Difference::new("devices-added", text) });
}

pub(super) fn events(from: &Site, to: &Site, found: &mut Vec<Difference>) {
    let (before, after) = (&from.location.events, &to.location.events);
    for number in before.unshared(after) {
        let id = to.ids.event(number).to_string();
        let name = format!("event e-{number} ({id})");
        let Some((kind, text)) = one_event(&name, before.get(number), after.get(number)) else {
            continue;
        };
        let state = |event: Option<&Event>| event.map(|event| status(event.status()).to_owned());
        found.push(Difference {
            event: Some((number, id)),
            from: state(before.get(number)),
            to: state(after.get(number)),
            ..Difference::new(kind, text)
        });
    }
}

fn one_event(
    name: &str,
    before: Option<&Event>,
    after: Option<&Event>,
) -> Option<(&'static str, String)> {
    let after = match (before, after) {
        (None, None) => return None,
        (Some(_), None) => return Some(("event-forgotten", format!("{name} is forgotten"))),
        (Some(before), Some(after))
            if (before.status(), before.completed, before.steps_done, before.delay)
                == (after.status(), after.completed, after.steps_done, after.delay) =>
        {
            return None;
        }
        (_, Some(after)) => after,
    };
    let accepted = if before.is_none() { "accepted and " } else { "" };
    let tasks = format!("{} of {}", after.completed, some(after.requested.into(), "task"));
    Some(match after.status() {
        EventStatus::Complete => {
            ("event-completed", format!("{name} {accepted}completed: {tasks}"))
        }
        EventStatus::Failed => ("event-failed", format!("{name} {accepted}failed: {tasks}")),
        EventStatus::Pending if before.is_none() => {
            let what = match after.kind {
                EventKind::Associate => "associate",
                EventKind::Disassociate => "disassociate",
                EventKind::Revoke => "revoke",
                EventKind::Create => "create",
                EventKind::Update => "update",
                EventKind::Retire => "retire",
            };
            ("event-accepted", format!("{name} accepted: {what}, {tasks} done"))
        }
        EventStatus::Pending => ("event-progress", format!("{name} went on: {tasks}")),
    })
}

const fn status(status: EventStatus) -> &'static str {
    match status {
        EventStatus::Pending => "PENDING",
        EventStatus::Complete => "COMPLETE",
        EventStatus::Failed => "FAILED",
    }
}

pub(super) fn config(from: &ClientConfig, to: &ClientConfig, found: &mut Vec<Difference>) {
    if from.mdm_info != to.mdm_info {
        let say = |info: &Option<MdmInfo>| {
            info.as_ref().map_or_else(
                || "nobody".to_owned(),
                |info| format!("{} (id {}, {})", info.name, info.id, info.metadata),
            )
        };
        let (was, is) = (say(&from.mdm_info), say(&to.mdm_info));
        let text = format!("claimed by {is}, before by {was}");
        found.push(Difference::new("claim", text).change(was, is));
    }
    if from.receiver != to.receiver {
        let url = |of: &ClientConfig| {
            of.receiver.as_ref().map_or_else(|| "nowhere".to_owned(), |to| to.url.to_string())
        };
        let (was, is) = (url(from), url(to));
        let text = if was == is {
            format!("notifications to {is} carry another secret")
        } else {
            format!("notifications go to {is}, before to {was}")
        };
        found.push(Difference::new("receiver", text).change(was, is));
    }
    if from.legacy != to.legacy {
        let context =
            |of: &ClientConfig| of.legacy.context.as_deref().unwrap_or_default().to_owned();
        let (was, is) = (context(from), context(to));
        let text = if was == is {
            "what clients of v1 keep there changed".to_owned()
        } else {
            format!("clientContext is `{is}`, before `{was}`")
        };
        found.push(Difference::new("client-context", text).change(was, is));
    }
    if from.types != to.types {
        let text =
            format!("subscribed to {} types, before to {}", to.types.len(), from.types.len());
        let difference = Difference::new("notification-types", text);
        found.push(difference.change(from.types.len(), to.types.len()));
    }
}
