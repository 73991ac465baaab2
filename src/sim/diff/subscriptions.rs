//! Subscriptions: what was bought, whose it is, and who administers it.

use std::collections::BTreeMap;

use super::{Difference, HolderName, Move, NAMES_MAX};
use crate::model::subscription::{Seat, SeatKey, Subscription};
use crate::model::{LicenceKind, Location, Split};
use crate::sim::verbs::{listed, some};
use crate::store::Sorted;

pub(super) fn compare(from: &Location, to: &Location, found: &mut Vec<Difference>) {
    let (from, to) = (&from.subscriptions, &to.subscriptions);
    if from.declared() != to.declared() {
        let say = |declared: Option<bool>| match declared {
            None => "not declared",
            Some(true) => "enabled",
            Some(false) => "disabled",
        };
        let (was, is) = (say(from.declared()), say(to.declared()));
        let text = format!("subscriptions are {is}, before {was}");
        found.push(Difference::new("subscriptions-declared", text).change(was, is));
    }
    for (adam_id, was, is) in changes(from.records(), to.records()) {
        let mut tell = |difference: Difference| {
            found.push(Difference { subscription: Some(adam_id), ..difference });
        };
        match (was, is) {
            (None, Some(is)) => {
                let text = format!("subscription {adam_id} added with {}", licences(is.total));
                let count = Some(is.total.sum());
                tell(Difference { count, ..Difference::new("subscription-added", text) });
            }
            (Some(_), None) => {
                let text = format!("subscription {adam_id} forgotten");
                tell(Difference::new("subscription-forgotten", text));
            }
            (Some(was), Some(is)) => one_subscription(adam_id, &was, &is, &mut tell),
            (None, None) => {}
        }
    }
    seats(&changes(from.seats(), to.seats()), found);
    let mut administrators: BTreeMap<(u64, bool), Vec<String>> = BTreeMap::new();
    for ((adam_id, name), was, _) in changes(from.administrators(), to.administrators()) {
        administrators.entry((adam_id, was.is_none())).or_default().push(name.to_string());
    }
    for ((adam_id, came), names) in administrators {
        let (kind, word) = if came {
            ("administrators-added", "added")
        } else {
            ("administrators-removed", "removed")
        };
        let count = some(names.len() as u64, "administrator");
        let text = format!("{count} of {adam_id} {word}: {}", listed(&names));
        tell_names(adam_id, Difference::new(kind, text), &names, came, found);
    }
}

/// Keys with what they had and have, in order: those in blocks that are not shared, and that differ.
fn changes<K: Ord + Clone, V: PartialEq + Clone>(
    from: &Sorted<K, V>,
    to: &Sorted<K, V>,
) -> Vec<(K, Option<V>, Option<V>)> {
    let mut values: BTreeMap<K, (Option<V>, Option<V>)> = BTreeMap::new();
    for (key, value) in from.unshared(to) {
        values.insert(key.clone(), (Some(value.clone()), None));
    }
    for (key, value) in to.unshared(from) {
        values.entry(key.clone()).or_default().1 = Some(value.clone());
    }
    let values = values.into_iter().filter(|(_, (was, is))| was != is);
    values.map(|(key, (was, is))| (key, was, is)).collect()
}

fn licences(split: Split) -> String {
    let Split { renewing, expiring } = split;
    match (renewing, expiring) {
        (_, 0) => some(renewing.into(), "renewing licence"),
        (0, _) => some(expiring.into(), "expiring licence"),
        _ => format!("{renewing} renewing and {}", some(expiring.into(), "expiring licence")),
    }
}

fn one_subscription(
    adam_id: u64,
    was: &Subscription,
    is: &Subscription,
    tell: &mut impl FnMut(Difference),
) {
    if was.total != is.total {
        let (was, is) = (licences(was.total), licences(is.total));
        let text = format!("subscription {adam_id} has {is}, before {was}");
        tell(Difference::new("subscription-count", text).change(was, is));
    }
    if was.status != is.status {
        let (was, is) = (was.status.word(), is.status.word());
        let text = format!("subscription {adam_id} is {is}, before {was}");
        tell(Difference::new("subscription-status", text).change(was, is));
    }
    if was.period_end != is.period_end {
        let text = format!(
            "the period of subscription {adam_id} ends on {}, before {}",
            is.period_end, was.period_end
        );
        let difference = Difference::new("subscription-period", text);
        tell(difference.change(was.period_end, is.period_end));
    }
}

fn seats(changes: &[(SeatKey, Option<Seat>, Option<Seat>)], found: &mut Vec<Difference>) {
    let mut names: BTreeMap<(u64, u8), Vec<String>> = BTreeMap::new();
    for ((adam_id, name), was, is) in changes {
        let what = match (was, is) {
            (None, _) => 0,
            (_, None) => 1,
            (Some(was), Some(is)) if was.renewing != is.renewing && is.renewing => 2,
            (Some(was), Some(is)) if was.renewing != is.renewing => 3,
            (Some(was), Some(is)) if was.backing != is.backing => {
                if is.backing == LicenceKind::Renewing { 4 } else { 5 }
            }
            // Only which event gives it back.
            _ => continue,
        };
        names.entry((*adam_id, what)).or_default().push(name.to_string());
    }
    for ((adam_id, what), names) in names {
        let seats = format!("{} of {adam_id}", some(names.len() as u64, "seat"));
        let who = listed(&names);
        let (kind, text) = match what {
            0 => ("seats-given", format!("{seats} given to {who}")),
            1 => ("seats-taken-back", format!("{seats} taken back from {who}")),
            2 => ("seats-switched", format!("{seats} to renew from here on: {who}")),
            3 => ("seats-switched", format!("{seats} to expire from here on: {who}")),
            4 => ("seats-licences", format!("{seats} on licences that renew: {who}")),
            _ => ("seats-licences", format!("{seats} on licences that expire: {who}")),
        };
        tell_names(adam_id, Difference::new(kind, text), &names, what != 1, found);
    }
}

/// Adds a difference about these users.
fn tell_names(
    adam_id: u64,
    difference: Difference,
    names: &[String],
    came: bool,
    found: &mut Vec<Difference>,
) {
    let moves = names.iter().take(NAMES_MAX).map(|name| {
        let holder = Some(HolderName { name: name.clone(), is_device: false });
        if came { Move { from: None, to: holder } } else { Move { from: holder, to: None } }
    });
    found.push(Difference {
        subscription: Some(adam_id),
        count: Some(names.len() as u64),
        holders: moves.collect(),
        ..difference
    });
}
