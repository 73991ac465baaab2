//! From a universe at a moment to the shape of its file.

use std::sync::Arc;

use super::document as doc;
use super::scalars::{Instant, Pair, Row, SettingsMap, Turned};
use super::words::{Platform, Privilege, Reason};
use super::{Form, SCHEMA, people};
use crate::model::asset::Asset;
use crate::model::event::{Event, Foretold, Work};
use crate::model::{
    AssetName, ClientConfig, Delay, Failing, LegacyConfig, Limits, Location, Privileges, Supply,
    Targets, UserId, UserRequest,
};
use crate::sim::spec::ProductSpec;
use crate::sim::world::TokenRecord;
use crate::sim::{ClockMode, Saved, Site};

pub(super) fn document(saved: &Saved, form: Form) -> doc::Document {
    let settings = saved.settings.values().map(|(key, value)| (key.to_owned(), value));
    doc::Document {
        schema: SCHEMA.to_owned(),
        seed: saved.world.seed(),
        epoch: saved.world.epoch(),
        clock: doc::Clock {
            mode: mode(saved.clock),
            start: Instant(saved.start),
            now: Instant(saved.now),
        },
        settings: SettingsMap(settings.collect()),
        journal_last: (!form.canonical).then_some(saved.journal_last),
        locations: saved.world.sites().iter().map(|site| location(site, form)).collect(),
        mdm_organizations: Some(people::write(&saved.world)),
        products: saved.world.catalog().listed().map(product).collect(),
    }
}

fn product(said: &ProductSpec) -> doc::StoreProduct {
    let said = said.clone();
    doc::StoreProduct {
        adam_id: said.adam_id,
        product_type: said.product_type.map(Into::into),
        name: said.name,
        artist: said.artist,
        bundle_id: said.bundle_id,
        platforms: said.platforms.map(Platform::list),
        genre: said.genre,
        version: said.version,
        price: said.price,
        custom_of: said.custom_of,
        storefronts: said.storefronts,
        description: said.description,
    }
}

fn mode(mode: ClockMode) -> String {
    match mode {
        ClockMode::Wall => "wall".to_owned(),
        ClockMode::Manual => "manual".to_owned(),
        ClockMode::Auto => "auto".to_owned(),
        ClockMode::Scaled(factor) => format!("scaled:{factor}"),
    }
}

fn location(site: &Site, form: Form) -> doc::Location {
    let location: &Location = &site.location;
    let profile = &location.profile;
    let redact = form.hides_credentials();
    let pinned = site.ids.pinned().iter();
    doc::Location {
        key: profile.key.clone(),
        name: profile.name.clone(),
        uid: profile.uid.clone(),
        legacy_id: Some(profile.location_id),
        country: profile.country.clone(),
        platform: profile.platform.into(),
        organization: profile.organization.clone(),
        domains: profile.domains.clone(),
        limits: limits(&site.limits),
        client_config: client_config(&location.config, redact),
        tokens: site.tokens().iter().map(|(serial, it)| token(*serial, it, redact)).collect(),
        latest_serial: site.latest_serial(),
        notified: site.notified(),
        moved: site.moved.map(Into::into),
        pinned_versions: pinned
            .map(|(of, seq, id)| doc::PinnedVersion { of: (*of).into(), seq: *seq, id: *id })
            .collect(),
        invitations: location.invitations(),
        next_user_number: location.next_user_number(),
        assets: doc::Assets {
            seq: location.assets.seq(),
            list: location.assets.rows().iter().map(|it| asset(location, it)).collect(),
        },
        devices: location.device_names().map(str::to_owned).collect(),
        users: users(location),
        assignments: assignments(location),
        subscriptions: super::subscriptions::document(&location.subscriptions),
        events: doc::Events {
            next: location.events.next_number(),
            free_since: Instant(location.events.free_since()),
            list: (location.events.kept())
                .map(|(number, it, held)| event(number, it, held))
                .collect(),
        },
    }
}

fn limits(limits: &Limits) -> doc::Limits {
    let small = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    doc::Limits {
        assets: small(limits.assets),
        client_user_ids: small(limits.client_user_ids),
        serial_numbers: small(limits.serial_numbers),
        revoke_client_user_ids: small(limits.revoke_client_user_ids),
        revoke_serial_numbers: small(limits.revoke_serial_numbers),
        users: small(limits.users),
        notification_length: small(limits.notification_length),
        mdm_id_length: small(limits.mdm_id_length),
        mdm_name_length: small(limits.mdm_name_length),
        mdm_metadata_length: small(limits.mdm_metadata_length),
        requests_per_second: limits.requests_per_second,
        subscriptions: small(limits.subscriptions),
        subscription_client_user_ids: small(limits.subscription_client_user_ids),
    }
}

fn client_config(config: &ClientConfig, redact: bool) -> doc::ClientConfig {
    doc::ClientConfig {
        mdm_info: config.mdm_info.as_ref().map(|info| doc::MdmInfo {
            id: info.id.clone(),
            name: info.name.clone(),
            metadata: info.metadata.clone(),
        }),
        receiver: config.receiver.as_ref().map(|receiver| doc::Receiver {
            url: receiver.url.to_string(),
            secret: (!redact).then(|| receiver.secret.to_string()),
        }),
        notification_types: config.types.iter().map(|of| (*of).into()).collect(),
        legacy: legacy_config(&config.legacy, redact),
    }
}

/// Nothing, if no client of the older API keeps anything there.
fn legacy_config(config: &LegacyConfig, redact: bool) -> Option<doc::LegacyConfig> {
    let text = |of: &Option<Arc<str>>| of.as_ref().map(ToString::to_string);
    (*config != LegacyConfig::default()).then(|| doc::LegacyConfig {
        context: text(&config.context),
        apn_token: text(&config.apn_token),
        notification_token: text(&config.notification_token).filter(|_| !redact),
        notification_url: text(&config.notification_url),
    })
}

fn token(serial: u32, record: &TokenRecord, redact: bool) -> doc::Token {
    let Privileges { manage, purchase } = record.privileges;
    let rights =
        [(Privilege::View, true), (Privilege::Manage, manage), (Privilege::Purchase, purchase)];
    doc::Token {
        serial,
        expires: Instant(record.expires),
        revoked: record.revoked,
        privileges: rights.into_iter().filter(|(_, has)| *has).map(|(right, _)| right).collect(),
        literal: record.literal.clone().filter(|_| !redact),
    }
}

fn asset(location: &Location, asset: &Asset) -> doc::Asset {
    doc::Asset {
        adam_id: location.assets.adam_id(asset.product).to_owned(),
        pricing_param: asset.pricing_param.into(),
        product_type: asset.product_type.into(),
        name: asset.name.to_string(),
        total: match asset.supply {
            Supply::Limited(total) => Some(total),
            Supply::Unlimited => None,
        },
        assigned: asset.assigned,
        retired: asset.retired,
        held_by_retired: asset.held_by_retired,
        revocable: asset.revocable,
        device_assignable: asset.device_assignable,
        platforms: Platform::list(asset.platforms),
        licences: asset.licence_ranges().to_vec(),
        free: asset.free_licences().collect(),
        given_up: asset.given_up_licences(),
        removed: asset.removed,
    }
}

fn users(location: &Location) -> doc::Users {
    let users = &location.users;
    let text = |text: &Option<Arc<str>>| text.as_deref().map(str::to_owned);
    let list = users.records().walk(crate::model::user::classes(false, false), 0);
    let list = list.map(|(place, user)| {
        let account = users.account(user);
        let id = UserId(place as u32);
        doc::User {
            client_user_id: users.client_user_id(user).to_owned(),
            number: user.number,
            status: user.status.into(),
            email: text(&user.email),
            invite_code: text(&user.invite_code),
            account: account.map(str::to_owned),
            account_hash: text(&user.account_hash),
            linked: account.is_some_and(|account| users.linked_to(account) == Some(id)),
            changed: user.changed,
        }
    });
    doc::Users { seq: users.seq(), list: list.collect() }
}

fn assignments(location: &Location) -> doc::Assignments {
    let assignments = &location.assignments;
    let rows = assignments.rows().walk(crate::model::assignment::classes(None, false), 0);
    let rows = rows.map(|(_, row)| Row {
        asset: row.asset.0,
        holder: row.holder,
        licence: row.licence,
        created: row.created,
    });
    let changes = assignments.changes_since(0);
    let changes = changes.map(|it| Turned(it.asset.0, it.holder, it.licence));
    doc::Assignments { seq: assignments.seq(), rows: rows.collect(), changes: changes.collect() }
}

fn names(assets: &[AssetName]) -> Vec<(String, super::words::Quality)> {
    assets.iter().map(|it| (it.adam_id.clone(), it.pricing_param.into())).collect()
}

fn texts(list: &[Arc<str>]) -> Vec<String> {
    list.iter().map(ToString::to_string).collect()
}

fn event(number: u64, event: &Event, held: bool) -> doc::Event {
    let failures = event.failures.iter().map(|group| {
        let (why, error) = Reason::of(group.why);
        let client_user_ids = texts(&group.client_user_ids);
        doc::Failure { why, error, assets: names(&group.assets), client_user_ids }
    });
    doc::Event {
        number,
        kind: event.kind.into(),
        accepted: Instant(event.accepted),
        delay_ms: match event.delay {
            Delay::After(span) => Some(span.0),
            Delay::Never => None,
        },
        steps: event.steps,
        steps_done: event.steps_done,
        requested: event.requested,
        completed: event.completed,
        failures: failures.collect(),
        finished: event.finished.map(Instant),
        held,
        work: match &event.work {
            Work::Nothing => None,
            Work::Assets(targets) => Some(doc::Work::Targets(work_targets(targets))),
            Work::Pairs(pairs) => {
                Some(doc::Work::Pairs(pairs.iter().map(|it| Pair(it.0.0, it.1)).collect()))
            }
            Work::Seats(request) => Some(doc::Work::Seats(super::subscriptions::request(request))),
            Work::Users(users) => Some(doc::Work::Users(users.iter().map(wish).collect())),
        },
        failing: event.failing.iter().map(failing).collect(),
        foretold: event.foretold != Foretold::No,
    }
}

fn failing(failing: &Failing) -> doc::Failing {
    let (why, error) = Reason::of(failing.why);
    doc::Failing { why, error, chosen: work_targets(&failing.chosen) }
}

fn work_targets(targets: &Targets) -> doc::Targets {
    doc::Targets {
        assets: names(&targets.assets),
        client_user_ids: texts(&targets.client_user_ids),
        serial_numbers: texts(&targets.serial_numbers),
    }
}

fn wish(user: &UserRequest) -> doc::Wish {
    doc::Wish {
        client_user_id: user.client_user_id.to_string(),
        email: user.email.clone(),
        managed_apple_id: user.managed_apple_id.clone(),
    }
}
