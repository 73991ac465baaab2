//! What a step expects of the world: judged at one moment, against the world as it stands.

mod seats;

use crate::engine::turn::Turn;
use crate::model::{AssetName, EventStatus, Holder, PricingParam, UserStatus};
use crate::scenario::Wanted;
use crate::sim::{Site, World};

/// Whether the world is as wanted; if not, how it is. Nothing if the journal is asked.
pub(super) fn judge_world(turn: &Turn<'_>, wanted: &Wanted) -> Option<Result<(), String>> {
    let world = turn.world();
    Some(match wanted {
        Wanted::Event(rule, status) => events_are(turn, rule, *status),
        Wanted::Asset { location, asset, assigned, available, total, retired } => {
            let counts = [*assigned, *available, *total, *retired];
            site(world, location.as_deref()).and_then(|site| asset_has(site, asset, counts))
        }
        Wanted::User { location, client_user_id, status } => {
            let site = site(world, location.as_deref());
            site.and_then(|site| user_is(site, client_user_id, *status))
        }
        Wanted::Holds { location, asset, client_user_id, serial_number, held } => {
            let site = site(world, location.as_deref());
            let who = (client_user_id.as_deref(), serial_number.as_deref());
            site.and_then(|site| holds(site, asset, who, *held))
        }
        Wanted::Subscription { location, adam_id, status, period_end, counts } => {
            let site = site(world, location.as_deref());
            site.and_then(|site| {
                seats::subscription_is(site, *adam_id, (*status, *period_end), counts)
            })
        }
        Wanted::Seat { location, adam_id, client_user_id, held, renewing } => {
            let site = site(world, location.as_deref());
            let wanted = (*held, *renewing);
            site.and_then(|site| seats::seat_is(site, *adam_id, client_user_id, wanted))
        }
        Wanted::Journal { .. } => return None,
    })
}

/// Some of many, for people.
fn listed(all: &[String]) -> String {
    const TOLD_MAX: usize = 5;
    let told = all.iter().take(TOLD_MAX).map(String::as_str).collect::<Vec<_>>().join(", ");
    let more = all.len().saturating_sub(TOLD_MAX);
    if more > 0 { format!("{told} and {more} more") } else { told }
}

fn site<'a>(world: &'a World, key: Option<&str>) -> Result<&'a Site, String> {
    let keys = || {
        let keys = world.sites().iter().map(|site| site.location.profile.key.clone());
        listed(&keys.collect::<Vec<_>>())
    };
    match (key, world.sites()) {
        (None, [site]) => Ok(site),
        (None, _) => Err(format!("which location? there are: {}", keys())),
        (Some(key), _) => {
            let site = world.site_of(key).and_then(|id| world.site(id));
            site.ok_or_else(|| format!("there is no location `{key:.80}`; there are: {}", keys()))
        }
    }
}

fn named(asset: &AssetName) -> String {
    match asset.pricing_param {
        PricingParam::Standard => asset.adam_id.clone(),
        PricingParam::Plus => format!("{} PLUS", asset.adam_id),
    }
}

fn asset_has(site: &Site, name: &AssetName, wanted: [Option<u32>; 4]) -> Result<(), String> {
    let assets = &site.location.assets;
    let asset = assets.find(&name.adam_id, name.pricing_param).and_then(|id| assets.get(id));
    let Some(asset) = asset.filter(|asset| !asset.removed) else {
        return Err(format!("there is no asset {}", named(name)));
    };
    let there = [
        ("assigned", asset.assigned),
        ("available", asset.available()),
        ("total", asset.total()),
        ("retired", asset.retired),
    ];
    let differ =
        there.iter().zip(wanted).filter(|((_, is), wanted)| wanted.is_some_and(|it| it != *is));
    let told: Vec<String> = differ.map(|((what, is), _)| format!("{what} is {is}")).collect();
    if told.is_empty() { Ok(()) } else { Err(told.join(", ")) }
}

fn user_is(site: &Site, client_user_id: &str, wanted: Option<UserStatus>) -> Result<(), String> {
    let users = &site.location.users;
    let latest = users.records_of(client_user_id).next().and_then(|id| users.get(id));
    let is = latest.map(|user| user.status);
    if is == wanted {
        return Ok(());
    }
    Err(match is {
        Some(is) => format!("user {client_user_id} is {}", user_status(is)),
        None => format!("there is no user {client_user_id}"),
    })
}

fn holds(
    site: &Site,
    name: &AssetName,
    (client_user_id, serial_number): (Option<&str>, Option<&str>),
    wanted: bool,
) -> Result<(), String> {
    let location = &site.location;
    let (who, holders): (String, Vec<Holder>) = match (client_user_id, serial_number) {
        (Some(user), _) => {
            let records = location.users.records_of(user).map(Holder::from);
            (format!("user {user}"), records.collect())
        }
        (None, serial) => {
            let serial = serial.unwrap_or_default();
            let device = location.device(serial).map(Holder::from);
            (format!("device {serial}"), device.into_iter().collect())
        }
    };
    let asset = location.assets.find(&name.adam_id, name.pricing_param);
    let held = asset.is_some_and(|asset| {
        holders.iter().any(|holder| location.assignments.find(asset, *holder).is_some())
    });
    if held == wanted {
        return Ok(());
    }
    Err(match (held, asset) {
        (true, _) => format!("{who} holds {}", named(name)),
        (false, None) => format!("there is no asset {}", named(name)),
        (false, _) if holders.is_empty() => format!("there is no {who}"),
        (false, _) => format!("{who} does not hold {}", named(name)),
    })
}

const fn event_status(status: EventStatus) -> &'static str {
    match status {
        EventStatus::Pending => "PENDING",
        EventStatus::Complete => "COMPLETE",
        EventStatus::Failed => "FAILED",
    }
}

const fn user_status(status: UserStatus) -> &'static str {
    match status {
        UserStatus::Registered => "Registered",
        UserStatus::Associated => "Associated",
        UserStatus::Retired => "Retired",
        UserStatus::Deleted => "Deleted",
    }
}

fn events_are(turn: &Turn<'_>, rule: &str, wanted: EventStatus) -> Result<(), String> {
    let mut others = Vec::new();
    let mut some = false;
    for (id, number) in turn.rules().events_of(rule) {
        some = true;
        let Some(site) = turn.world().site(id) else { continue };
        let is = site.location.events.get(number).map(crate::model::Event::status);
        if is != Some(wanted) {
            let told = is.map_or("forgotten", event_status);
            others.push(format!("event {} is {told}", site.ids.event(number)));
        }
    }
    match (some, others.is_empty()) {
        (false, _) => Err(format!("rule `{rule}` touched no event")),
        (true, true) => Ok(()),
        (true, false) => Err(listed(&others)),
    }
}
