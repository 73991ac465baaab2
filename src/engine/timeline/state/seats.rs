//! What a step expects of subscriptions.

use crate::model::subscription::Split;
use crate::model::{Date, SubscriptionStatus};
use crate::scenario::WantedCount;
use crate::sim::Site;

/// Whether a subscription is as wanted; if not, what is different.
pub(super) fn subscription_is(
    site: &Site,
    adam_id: u64,
    (status, period_end): (Option<SubscriptionStatus>, Option<Date>),
    wanted: &[WantedCount; 3],
) -> Result<(), String> {
    let Some(it) = site.location.subscriptions.get(adam_id) else {
        return Err(format!("there is no subscription {adam_id}"));
    };
    let mut told = Vec::new();
    if status.is_some_and(|status| status != it.status) {
        told.push(format!("status is {}", it.status.word()));
    }
    if period_end.is_some_and(|end| end != it.period_end) {
        told.push(format!("period_end is {}", it.period_end));
    }
    let counts = it.counts();
    let there =
        [("assigned", counts.assigned), ("available", counts.available), ("total", counts.total)];
    for ((what, is), wanted) in there.into_iter().zip(wanted) {
        let Split { renewing, expiring } = is;
        let parts = wanted.renewing.is_some_and(|it| it != renewing)
            || wanted.expiring.is_some_and(|it| it != expiring);
        if parts {
            told.push(format!("{what} is {renewing} renewing and {expiring} expiring"));
        } else if wanted.sum.is_some_and(|it| u64::from(it) != is.sum()) {
            told.push(format!("{what} is {}", is.sum()));
        }
    }
    if told.is_empty() { Ok(()) } else { Err(told.join(", ")) }
}

/// Whether a user has a subscription, or not, and in this mode, if one is said.
pub(super) fn seat_is(
    site: &Site,
    adam_id: u64,
    user: &str,
    (held, renewing): (bool, Option<bool>),
) -> Result<(), String> {
    let subscriptions = &site.location.subscriptions;
    let seat = subscriptions.seat(adam_id, user);
    match seat {
        Some(_) if !held => Err(format!("user {user} has subscription {adam_id}")),
        Some(seat) if renewing.is_some_and(|renewing| renewing != seat.renewing) => {
            Err(format!("renewing is {}", seat.renewing))
        }
        None if held && subscriptions.get(adam_id).is_none() => {
            Err(format!("there is no subscription {adam_id}"))
        }
        None if held => Err(format!("user {user} does not have subscription {adam_id}")),
        _ => Ok(()),
    }
}
