//! What only all subscriptions, seats and users of a location together can tell: on which licences seats stand, whether there
//! are enough, and who may have one.

use super::draft::{Desk, Draft};
use crate::model::subscription::SEATS_MAX;
use crate::model::{LicenceKind, Split, UserStatus};
use crate::sim::spec::{LocationSpec, SubscriptionSpec};
use crate::text::source::{Problems, Span, quoted};

/// Decides on which licence each seat stands that does not say, and notes what can't be. The base was sound: only what the
/// file touched can be wrong.
pub(super) fn settle(draft: &mut Draft, problems: &mut Problems<'_>) {
    for (location, desk) in draft.world.locations.iter_mut().zip(&draft.desks) {
        let is_touched = !desk.subscription_spans.is_empty()
            || !desk.seat_spans.is_empty()
            || !desk.administrator_spans.is_empty()
            || !desk.user_spans.is_empty();
        if is_touched && !location.subscriptions.is_empty() {
            stand(location, desk);
            licences(location, desk, problems);
            people(location, desk, problems);
        }
        if let Some(span) = desk.unsupported.as_ref().filter(|_| desk.subscription_spans.is_empty())
            && !location.subscriptions.is_empty()
        {
            let text = "the location has subscriptions: leave `subscriptions = false` out";
            problems.add(span, text);
        }
    }
}

const fn count_mut(split: &mut Split, kind: LicenceKind) -> &mut u32 {
    match kind {
        LicenceKind::Renewing => &mut split.renewing,
        LicenceKind::Expiring => &mut split.expiring,
    }
}

/// Puts each seat that renews on a licence that does; others on one that expires, if one is left, as the service does it.
fn stand(location: &mut LocationSpec, desk: &Desk) {
    let mut open = vec![false; location.seats.len()];
    for row in &desk.open_seats {
        open[*row as usize] = true;
    }
    let mut taken = vec![0_u32; location.subscriptions.len()];
    for (seat, _) in location.seats.iter().zip(&open).filter(|(_, open)| !**open) {
        taken[seat.subscription as usize] += u32::from(seat.licence == LicenceKind::Expiring);
    }
    for row in &desk.open_seats {
        let seat = &mut location.seats[*row as usize];
        let taken = &mut taken[seat.subscription as usize];
        let there = location.subscriptions[seat.subscription as usize].expiring;
        if !seat.renewing && *taken < there {
            seat.licence = LicenceKind::Expiring;
            *taken += 1;
        }
    }
}

/// Enough licences of each kind, and no more than there can be.
fn licences(location: &LocationSpec, desk: &Desk, problems: &mut Problems<'_>) {
    let nowhere: Span = 0..0;
    for (row, it) in (0..).zip(&location.subscriptions) {
        let span = desk.subscription_spans.get(&row);
        if u64::from(it.renewing) + u64::from(it.expiring) > u64::from(SEATS_MAX) {
            let text = format!("a subscription has at most {SEATS_MAX} licences");
            problems.add(span.unwrap_or(&nowhere), text);
        }
    }
    let mut backed = vec![Split::default(); location.subscriptions.len()];
    for (row, seat) in (0..).zip(&location.seats) {
        let it = &location.subscriptions[seat.subscription as usize];
        let count = count_mut(&mut backed[seat.subscription as usize], seat.licence);
        *count += 1;
        // Told once, where it becomes too many.
        if *count == owned(it, seat.licence).saturating_add(1) {
            let of_subscription = desk.subscription_spans.get(&seat.subscription);
            let span = desk.seat_spans.get(&row).or(of_subscription).unwrap_or(&nowhere);
            problems.add(span, shortage(it, seat.renewing, seat.licence));
        }
    }
}

const fn owned(it: &SubscriptionSpec, kind: LicenceKind) -> u32 {
    match kind {
        LicenceKind::Renewing => it.renewing,
        LicenceKind::Expiring => it.expiring,
    }
}

fn shortage(it: &SubscriptionSpec, renewing: bool, kind: LicenceKind) -> String {
    let (id, count) = (it.adam_id, owned(it, kind));
    let (word, hint) = match kind {
        LicenceKind::Renewing if renewing && it.expiring > 0 => (
            "renewing",
            "; one that renews stands on a licence that expires only with `licence = \"expiring\"`",
        ),
        LicenceKind::Renewing => ("renewing", ""),
        LicenceKind::Expiring => ("expiring", ""),
    };
    format!("more seats of subscription {id} stand on {word} licences than its {count}{hint}")
}

/// Only associated users have subscriptions, and administer them (apple-subscriptions.md §13).
fn people(location: &LocationSpec, desk: &Desk, problems: &mut Problems<'_>) {
    let nowhere: Span = 0..0;
    let seats = (0..)
        .zip(&location.seats)
        .map(|(row, seat)| (seat.subscription, seat.user, desk.seat_spans.get(&row), "has"));
    let administrators = (0..).zip(&location.administrators).map(|(row, it)| {
        (it.subscription, it.user, desk.administrator_spans.get(&row), "administers")
    });
    for (subscription, user, own, verb) in seats.chain(administrators) {
        let who = &location.users[user as usize];
        if who.status == UserStatus::Associated {
            continue;
        }
        let span = own.or_else(|| desk.user_spans.get(&user)).unwrap_or(&nowhere);
        let (name, id) =
            (quoted(&who.client_user_id), location.subscriptions[subscription as usize].adam_id);
        let status = status_word(who.status);
        problems.add(
            span,
            format!(
                "user {name} {verb} subscription {id} and is {status}: only associated users can; say \
                 `status = \"Associated\"` of the user"
            ),
        );
    }
}

const fn status_word(status: UserStatus) -> &'static str {
    match status {
        UserStatus::Registered => "Registered",
        UserStatus::Associated => "Associated",
        UserStatus::Retired => "Retired",
        UserStatus::Deleted => "Deleted",
    }
}
