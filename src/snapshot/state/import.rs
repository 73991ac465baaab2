//! From the shape of a file to a universe at a moment. Everything is checked; what is wrong is told with a place.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::document as doc;
use super::people;
use super::words::{Platform, Privilege};
use crate::model::asset::Asset;
use crate::model::assignment::{Assignment, Change};
use crate::model::event::{Event, Failed, Foretold, Work};
use crate::model::ids::ProductId;
use crate::model::parts::{AssetParts, COUNTER_MAX, UserParts};
use crate::model::{
    AssetId, AssetName, ClientConfig, Delay, Failing, Flaw, LegacyConfig, Limits, Location,
    LocationParts, LocationProfile, MdmInfo, Privileges, Receiver, Span, Supply, Targets,
    UserRequest,
};
use crate::sim::catalog::{Catalog, PRODUCTS_MAX};
use crate::sim::spec::ProductSpec;
use crate::sim::world::TokenRecord;
use crate::sim::{ClockMode, Saved, Settings, SiteParts, World};

pub(super) fn saved(document: doc::Document) -> Result<Saved, Flaw> {
    let clock = mode(&document.clock.mode)?;
    let (start, now) = (document.clock.start.0, document.clock.now.0);
    if now < start {
        return Err(Flaw::new("/clock/now", "is before the start"));
    }
    let mut settings = Settings::observed();
    for (key, value) in &document.settings.0 {
        settings.set(key, value).map_err(|error| {
            let key = key.replace('~', "~0").replace('/', "~1");
            Flaw::new(format!("/settings/{key:.80}"), error.to_string())
        })?;
    }
    let journal_last = document.journal_last.unwrap_or(0);
    if journal_last > COUNTER_MAX {
        return Err(Flaw::new("/journal_last", "is too large"));
    }
    let (mut keys, mut literals) = (BTreeSet::new(), BTreeSet::new());
    let mut sites = Vec::new();
    for (place, location) in document.locations.into_iter().enumerate() {
        let outer = format!("/locations/{place}");
        let key = location.key.clone();
        let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if key.is_empty() || !key.bytes().all(fits) {
            return Err(Flaw::new(outer + "/key", "is no key: use a-z, 0-9 and -"));
        }
        if !keys.insert(key) {
            return Err(Flaw::new(outer + "/key", "is the key of another location, too"));
        }
        sites.push(site(location, &mut literals).map_err(|flaw| flaw.below(&outer))?);
    }
    let mut world = World::restore(document.seed, document.epoch, sites);
    world.list_products(products(document.products)?);
    match document.mdm_organizations {
        Some(list) => world.set_workspaces(people::read(list, &keys)?),
        // Files of before there were any.
        None => world.add_first_workspace(start),
    }
    Ok(Saved { world, settings, clock, start, now, journal_last })
}

fn products(list: Vec<doc::StoreProduct>) -> Result<Catalog, Flaw> {
    if list.len() > PRODUCTS_MAX {
        return Err(Flaw::new("/products", format!("has more than {PRODUCTS_MAX} products")));
    }
    let mut made = Vec::with_capacity(list.len());
    for (place, product) in list.into_iter().enumerate() {
        let id = product.adam_id.parse::<u64>().ok();
        if id.is_none_or(|id| id.to_string() != product.adam_id) {
            return Err(Flaw::new(format!("/products/{place}/adam_id"), "is no product id"));
        }
        made.push(ProductSpec {
            adam_id: product.adam_id,
            product_type: product.product_type.map(Into::into),
            name: product.name,
            artist: product.artist,
            bundle_id: product.bundle_id,
            platforms: product.platforms.map(|list| Platform::set(&list)),
            genre: product.genre,
            version: product.version,
            price: product.price,
            custom_of: product.custom_of,
            storefronts: product.storefronts,
            description: product.description,
        });
    }
    Ok(Catalog::new(made))
}

fn mode(text: &str) -> Result<ClockMode, Flaw> {
    match text {
        "wall" => return Ok(ClockMode::Wall),
        "manual" => return Ok(ClockMode::Manual),
        "auto" => return Ok(ClockMode::Auto),
        _ => {}
    }
    let factor = text.strip_prefix("scaled:").and_then(|factor| factor.parse::<f64>().ok());
    let factor = factor.filter(|factor| factor.is_finite() && *factor > 0.0);
    factor.map(ClockMode::Scaled).ok_or_else(|| {
        let what = format!("{text:.40?} is none of wall, manual, auto and scaled:FACTOR");
        Flaw::new("/clock/mode", what)
    })
}

fn site(location: doc::Location, literals: &mut BTreeSet<String>) -> Result<SiteParts, Flaw> {
    let tokens = tokens(&location.tokens, literals)?;
    if tokens.keys().next_back().is_some_and(|last| *last > location.latest_serial) {
        return Err(Flaw::new("/latest_serial", "is lower than the serial of a token"));
    }
    let pinned = location.pinned_versions.iter();
    let pinned = pinned.map(|version| (version.of.into(), version.seq, version.id)).collect();
    Ok(SiteParts {
        limits: limits(&location.limits),
        tokens,
        latest_serial: location.latest_serial,
        notified: location.notified,
        moved: location.moved.map(Into::into),
        pinned,
        location: Location::restore(parts(location)?)?,
    })
}

fn tokens(
    list: &[doc::Token],
    literals: &mut BTreeSet<String>,
) -> Result<BTreeMap<u32, TokenRecord>, Flaw> {
    let mut tokens = BTreeMap::new();
    for (place, token) in list.iter().enumerate() {
        let wrong =
            |member: &str, what: &str| Err(Flaw::new(format!("/tokens/{place}{member}"), what));
        if tokens.keys().next_back().is_some_and(|before| *before >= token.serial) {
            return wrong("/serial", "is not above the one before");
        }
        if !token.privileges.contains(&Privilege::View) {
            return wrong("/privileges", "lack view, which every token has");
        }
        if token.literal.as_ref().is_some_and(|literal| !literals.insert(literal.clone())) {
            return wrong("/literal", "is that of another token, too");
        }
        let privileges = Privileges {
            manage: token.privileges.contains(&Privilege::Manage),
            purchase: token.privileges.contains(&Privilege::Purchase),
        };
        let (expires, literal) = (token.expires.0, token.literal.clone());
        tokens.insert(
            token.serial,
            TokenRecord { expires, revoked: token.revoked, privileges, literal },
        );
    }
    Ok(tokens)
}

fn limits(limits: &doc::Limits) -> Limits {
    let wide = |number: u32| number as usize;
    Limits {
        assets: wide(limits.assets),
        client_user_ids: wide(limits.client_user_ids),
        serial_numbers: wide(limits.serial_numbers),
        revoke_client_user_ids: wide(limits.revoke_client_user_ids),
        revoke_serial_numbers: wide(limits.revoke_serial_numbers),
        users: wide(limits.users),
        notification_length: wide(limits.notification_length),
        mdm_id_length: wide(limits.mdm_id_length),
        mdm_name_length: wide(limits.mdm_name_length),
        mdm_metadata_length: wide(limits.mdm_metadata_length),
        requests_per_second: limits.requests_per_second,
        subscriptions: wide(limits.subscriptions),
        subscription_client_user_ids: wide(limits.subscription_client_user_ids),
    }
}

fn parts(location: doc::Location) -> Result<LocationParts, Flaw> {
    let doc::Location { assets, users, assignments, events, .. } = location;
    let mut list = Vec::with_capacity(events.list.len());
    for (place, it) in events.list.into_iter().enumerate() {
        let outer = format!("/events/list/{place}");
        list.push(event(it).map_err(|flaw| flaw.below(&outer))?);
    }
    let mut people = Vec::with_capacity(users.list.len());
    for (place, it) in users.list.into_iter().enumerate() {
        people.push(user(it).map_err(|flaw| flaw.below(&format!("/users/list/{place}")))?);
    }
    let rows = assignments.rows.iter().map(|row| Assignment {
        asset: AssetId(row.asset),
        holder: row.holder,
        licence: row.licence,
        created: row.created,
    });
    let changes = assignments.changes.iter();
    let changes = changes.map(|it| Change { asset: AssetId(it.0), holder: it.1, licence: it.2 });
    Ok(LocationParts {
        profile: LocationProfile {
            key: location.key,
            name: location.name,
            location_id: location
                .legacy_id
                .unwrap_or_else(|| location.uid.parse().unwrap_or_default()),
            uid: location.uid,
            country: location.country,
            platform: location.platform.into(),
            organization: location.organization,
            domains: location.domains,
        },
        config: client_config(location.client_config),
        assets: assets.list.into_iter().map(asset).collect(),
        assets_seq: assets.seq,
        devices: location.devices,
        users: people,
        users_seq: users.seq,
        assignments: rows.collect(),
        changes: changes.collect(),
        assignments_seq: assignments.seq,
        events: list,
        next_event: events.next,
        free_since: events.free_since.0,
        subscriptions: location.subscriptions.map(super::subscriptions::parts).unwrap_or_default(),
        invitations: location.invitations,
        next_user_number: location.next_user_number,
    })
}

fn client_config(config: doc::ClientConfig) -> ClientConfig {
    ClientConfig {
        mdm_info: config.mdm_info.map(|info| MdmInfo {
            id: info.id,
            name: info.name,
            metadata: info.metadata,
        }),
        receiver: config.receiver.map(|receiver| Receiver {
            url: receiver.url.into(),
            secret: receiver.secret.unwrap_or_default().into(),
        }),
        types: config.notification_types.into_iter().map(Into::into).collect(),
        legacy: config.legacy.map(legacy_config).unwrap_or_default(),
    }
}

fn legacy_config(config: doc::LegacyConfig) -> LegacyConfig {
    LegacyConfig {
        context: config.context.map(Into::into),
        apn_token: config.apn_token.map(Into::into),
        notification_token: config.notification_token.map(Into::into),
        notification_url: config.notification_url.map(Into::into),
    }
}

fn asset(asset: doc::Asset) -> AssetParts {
    let supply = asset.total.map_or(Supply::Unlimited, Supply::Limited);
    let platforms = Platform::set(&asset.platforms);
    let mut made = Asset::new(
        ProductId(0),
        asset.pricing_param.into(),
        asset.product_type.into(),
        asset.name.into(),
        supply,
        asset.retired,
        (asset.revocable, asset.device_assignable),
        platforms,
        0,
    );
    made.held_by_retired = asset.held_by_retired;
    made.removed = asset.removed;
    AssetParts {
        adam_id: asset.adam_id,
        asset: made,
        assigned: asset.assigned,
        ranges: asset.licences,
        free: asset.free,
        given_up: asset.given_up,
    }
}

fn user(user: doc::User) -> Result<UserParts, Flaw> {
    let account = match (user.account, user.account_hash) {
        (Some(account), Some(hash)) => Some((account, hash.into())),
        (None, None) => None,
        (Some(_), None) => return Err(Flaw::new("/account_hash", "is missing beside account")),
        (None, Some(_)) => return Err(Flaw::new("/account", "is missing beside account_hash")),
    };
    Ok(UserParts {
        client_user_id: user.client_user_id,
        email: user.email.map(Into::into),
        status: user.status.into(),
        invite_code: user.invite_code.map(Into::into),
        account,
        linked: user.linked,
        number: user.number,
        changed: user.changed,
    })
}

fn names(assets: Vec<(String, super::words::Quality)>) -> Vec<AssetName> {
    let name = |(adam_id, quality): (String, super::words::Quality)| AssetName {
        adam_id,
        pricing_param: quality.into(),
    };
    assets.into_iter().map(name).collect()
}

fn texts(list: Vec<String>) -> Vec<Arc<str>> {
    list.into_iter().map(Into::into).collect()
}

fn event(event: doc::Event) -> Result<(u64, Event, bool), Flaw> {
    if event.delay_ms.is_some_and(|delay| delay < 0) {
        return Err(Flaw::new("/delay_ms", "is negative"));
    }
    if event.delay_ms.is_none() && event.finished.is_none() && !event.held {
        return Err(Flaw::new("/held", "is missing, though the event never ends"));
    }
    let failures = event.failures.into_iter().map(|group| {
        let why = group.why.with(group.error);
        Failed::new(why, names(group.assets), texts(group.client_user_ids))
    });
    let work = match event.work {
        None => Work::Nothing,
        Some(doc::Work::Targets(targets)) => Work::Assets(Arc::new(work_targets(targets))),
        Some(doc::Work::Pairs(pairs)) => {
            Work::Pairs(Arc::new(pairs.iter().map(|pair| (AssetId(pair.0), pair.1)).collect()))
        }
        Some(doc::Work::Seats(request)) => {
            Work::Seats(Arc::new(super::subscriptions::wanted(request)))
        }
        Some(doc::Work::Users(users)) => {
            Work::Users(Arc::new(users.into_iter().map(request).collect()))
        }
    };
    let failing = event
        .failing
        .into_iter()
        .map(|it| Failing { why: it.why.with(it.error), chosen: work_targets(it.chosen) });
    let made = Event {
        kind: event.kind.into(),
        accepted: event.accepted.0,
        delay: event.delay_ms.map_or(Delay::Never, |delay| Delay::After(Span(delay))),
        steps: event.steps,
        steps_done: event.steps_done,
        requested: event.requested,
        completed: event.completed,
        failures: failures.collect(),
        finished: event.finished.map(|at| at.0),
        work,
        failing: failing.collect(),
        // What was told and waits is not in the file: it is told again.
        foretold: if event.foretold { Foretold::Wanted } else { Foretold::No },
    };
    Ok((event.number, made, event.held))
}

fn work_targets(targets: doc::Targets) -> Targets {
    Targets {
        assets: names(targets.assets),
        client_user_ids: texts(targets.client_user_ids),
        serial_numbers: texts(targets.serial_numbers),
    }
}

fn request(wish: doc::Wish) -> UserRequest {
    UserRequest {
        client_user_id: wish.client_user_id.into(),
        email: wish.email,
        managed_apple_id: wish.managed_apple_id,
    }
}
