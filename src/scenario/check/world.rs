//! Locations and products that the scenario's own world has. Users and devices are not looked up: a client may make them.

use std::collections::HashSet;

use serde_json::Value;

use super::super::Wrongs;
use super::super::forms::{ExpectItem, PricingParam};
use super::super::verbs::VerbCall;
use super::names::matches;
use super::{Draft, verbs};
use crate::model;
use crate::nearest::nearest;
use crate::sim::spec::{LocationSpec, WorldSpec};
use crate::text::source::quoted;

/// Keys and products that a hint looks at and a message lists.
const LOOKED_AT_MAX: usize = 1000;
const LISTED_MAX: usize = 8;

struct Known<'s> {
    world: &'s WorldSpec,
    /// Products that verbs of the scenario may bring to any location.
    bought: HashSet<&'s str>,
    /// Subscriptions that they may bring.
    subscribed: HashSet<u64>,
}

/// The verbs about subscriptions.
const SEAT_VERBS: [&str; 7] = [
    "buy-seats",
    "cancel-renewal",
    "resume-renewal",
    "pause-subscription",
    "resume-subscription",
    "deactivate-subscription",
    "assign-by-group",
];

/// A product as verbs about subscriptions name it: a number, or its digits.
fn number_of(call: &VerbCall) -> Option<u64> {
    let value = call.arguments.get("adam_id")?;
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

pub(super) fn check(draft: &Draft<'_>, world: &WorldSpec, wrongs: &mut Wrongs) {
    let of_rules = draft
        .rules
        .iter()
        .filter_map(|part| Some((format!("{}/then/verb", part.at), part.form.then.verb.as_ref()?)));
    let of_steps = draft.steps.iter().flat_map(verbs);
    let calls: Vec<(String, &VerbCall)> = of_rules.chain(of_steps).collect();
    let brings =
        |call: &&VerbCall| matches!(call.name.as_str(), "buy-licenses" | "transfer-licenses");
    let bought = calls.iter().map(|(_, call)| *call).filter(brings);
    let bought = bought.filter_map(|call| call.arguments.get("adam_id")?.as_str()).collect();
    let of_seats = calls.iter().filter(|(_, call)| call.name == "buy-seats");
    let subscribed = of_seats.filter_map(|(_, call)| number_of(call)).collect();
    let known = Known { world, bought, subscribed };

    for part in &draft.rules {
        known.location(
            part.form.on.location.as_deref(),
            &format!("{}/on/location", part.at),
            wrongs,
        );
        let fails = part.form.then.event.iter().flat_map(|event| &event.fail).enumerate();
        for (n, form) in fails {
            if let Some(adam_id) = &form.adam_id {
                let at = format!("{}/then/event/fail/{n}/adam_id", part.at);
                known.product(
                    adam_id,
                    form.pricing_param,
                    part.form.on.location.as_deref(),
                    &at,
                    wrongs,
                );
            }
        }
    }
    for (at, call) in &calls {
        known.verb(call, at, wrongs);
    }
    for part in &draft.steps {
        if let Some(wait) = &part.form.wait {
            known.location(wait.location.as_deref(), &format!("{}/wait/location", part.at), wrongs);
        }
        for (at, call) in verbs(part) {
            if needs_location(&call.name) && !call.arguments.contains_key("location") {
                known.only_location(&at, wrongs);
            }
        }
        for (n, item) in part.form.expect.iter().enumerate() {
            known.expectation(item, &format!("{}/expect/{n}", part.at), wrongs);
        }
    }
}

/// Whether a verb is about one location, which has to be said where there are several.
fn needs_location(verb: &str) -> bool {
    !matches!(
        verb,
        "change-limits"
            | "transfer-licenses"
            | "enroll-device"
            | "unenroll-device"
            | "issue-enrollment-token"
            | "revoke-key"
    )
}

impl Known<'_> {
    /// Whether a key that is given is one of a location.
    fn location(&self, key: Option<&str>, at: &str, wrongs: &mut Wrongs) {
        let keys = || self.world.locations.iter().map(|location| location.key.as_str());
        let Some(key) = key.filter(|key| !keys().any(|known| known == *key)) else { return };
        if wrongs.is_long() {
            return wrongs.add(at, format!("there is no location {}", quoted(key)));
        }
        let hint = match nearest(key, keys().take(LOOKED_AT_MAX)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("the world has {}", listed(keys())),
        };
        wrongs.add(at, format!("there is no location {}; {hint}", quoted(key)));
    }

    /// Whether there is only one location.
    fn only_location(&self, at: &str, wrongs: &mut Wrongs) -> bool {
        let is_one = self.world.locations.len() == 1;
        if !is_one {
            let keys = self.world.locations.iter().map(|location| location.key.as_str());
            let text = format!("in which `location`? the world has several: {}", listed(keys));
            wrongs.add(at, text);
        }
        is_one
    }

    /// Whether a product is there, in a location or in any.
    fn product(
        &self,
        adam_id: &str,
        quality: Option<PricingParam>,
        location: Option<&str>,
        at: &str,
        wrongs: &mut Wrongs,
    ) {
        let quality = quality.map_or(model::PricingParam::Standard, Into::into);
        let looked_at = |it: &&LocationSpec| location.is_none_or(|key| it.key == key);
        let locations = || self.world.locations.iter().filter(looked_at);
        let assets = || locations().flat_map(|location| &location.assets);
        // What is no product id at all was told by its reader.
        let is_no_id = !adam_id.bytes().all(|byte| byte.is_ascii_digit());
        let found =
            is_no_id || assets().any(|it| it.adam_id == adam_id && it.pricing_param == quality);
        if found || self.bought.contains(adam_id) || locations().next().is_none() {
            return;
        }
        if wrongs.is_long() {
            return wrongs.add(at, format!("there is no product {}", quoted(adam_id)));
        }
        let place = location.map_or_else(|| "the world".to_owned(), |key| format!("`{key}`"));
        let text = if assets().any(|it| it.adam_id == adam_id) {
            format!("{place} has the product {adam_id} in another quality: say `pricing_param`")
        } else {
            let ids = || assets().map(|asset| asset.adam_id.as_str()).take(LOOKED_AT_MAX);
            let hint = match nearest(adam_id, ids()) {
                Some(near) => format!("did you mean \"{near}\"?"),
                None => format!("it has {}", listed(ids())),
            };
            format!("{place} has no product {}; {hint}", quoted(adam_id))
        };
        wrongs.add(at, text);
    }

    /// Whether a subscription is there, in a location or in any.
    fn subscription(&self, adam_id: u64, location: Option<&str>, at: &str, wrongs: &mut Wrongs) {
        let looked_at = |it: &&LocationSpec| location.is_none_or(|key| it.key == key);
        let locations = || self.world.locations.iter().filter(looked_at);
        let ids = || locations().flat_map(|it| &it.subscriptions).map(|it| it.adam_id);
        let is_there = self.subscribed.contains(&adam_id) || ids().any(|id| id == adam_id);
        // What is no product id at all was told by its reader.
        if is_there || adam_id == 0 || locations().next().is_none() {
            return;
        }
        if wrongs.is_long() {
            return wrongs.add(at, format!("there is no subscription {adam_id}"));
        }
        let place = location.map_or_else(|| "the world".to_owned(), |key| format!("`{key}`"));
        let ids: Vec<String> = ids().take(LOOKED_AT_MAX).map(|id| id.to_string()).collect();
        let ids = || ids.iter().map(String::as_str);
        let hint = match nearest(&adam_id.to_string(), ids()) {
            Some(near) => format!("did you mean {near}?"),
            None => format!("it has {}", listed(ids())),
        };
        wrongs.add(at, format!("{place} has no subscription {adam_id}; {hint}"));
    }

    fn verb(&self, call: &VerbCall, at: &str, wrongs: &mut Wrongs) {
        let text = |key: &str| call.arguments.get(key).and_then(Value::as_str);
        for key in ["location", "from", "to"] {
            self.location(text(key), &format!("{at}/{key}"), wrongs);
        }
        if SEAT_VERBS.contains(&call.name.as_str()) {
            if let Some(adam_id) = number_of(call) {
                self.subscription(adam_id, text("location"), &format!("{at}/adam_id"), wrongs);
            }
            return;
        }
        let quality = match text("pricing_param") {
            Some("PLUS") => Some(PricingParam::Plus),
            _ => None,
        };
        if let Some(adam_id) = text("adam_id").filter(|_| call.name != "buy-licenses") {
            let location = text("location").or_else(|| text("from"));
            self.product(adam_id, quality, location, &format!("{at}/adam_id"), wrongs);
        }
    }

    fn expectation(&self, item: &ExpectItem, at: &str, wrongs: &mut Wrongs) {
        let location = item.location.as_deref();
        self.location(location, &format!("{at}/location"), wrongs);
        for (place, form) in matches(item, at) {
            self.location(form.location.as_deref(), &format!("{place}/location"), wrongs);
        }
        let seats = [("subscription", item.subscription), ("seat", item.seat)];
        if let Some((key, adam_id)) = seats.into_iter().find_map(|(key, it)| Some((key, it?))) {
            if location.is_some() || self.only_location(at, wrongs) {
                self.subscription(adam_id, location, &format!("{at}/{key}"), wrongs);
            }
            return;
        }
        let kinds = [("asset", &item.asset), ("holds", &item.holds), ("user", &item.user)];
        let Some((key, text)) = kinds.into_iter().find_map(|(key, it)| Some((key, it.as_ref()?)))
        else {
            return;
        };
        let is_clear = location.is_some() || self.only_location(at, wrongs);
        if is_clear && key != "user" {
            self.product(text, item.pricing_param, location, &format!("{at}/{key}"), wrongs);
        }
    }
}

fn listed<'k>(names: impl Iterator<Item = &'k str>) -> String {
    let mut names: Vec<&str> = names.take(LISTED_MAX + 1).collect();
    let rest = if names.len() > LISTED_MAX { ", ..." } else { "" };
    names.truncate(LISTED_MAX);
    if names.is_empty() { "none".to_owned() } else { names.join(", ") + rest }
}
