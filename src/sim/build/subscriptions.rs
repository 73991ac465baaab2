//! Subscriptions that a world begins with.

use crate::model::subscription::Purchase;
use crate::model::{At, Date, LicenceKind, Location, Span, SubscriptionStatus};
use crate::sim::spec::{LocationSpec, SeatSpec, SubscriptionSpec, UserSpec};

/// A day.
const DAY: Span = Span(86_400_000);

/// Adds the subscriptions of `spec`, which nobody is told of. Its users are there already. Rows whose indices lead nowhere,
/// and seats for which no licence is left, are left out.
pub(super) fn add(location: &mut Location, spec: &LocationSpec, start: At) {
    if let Some(declared) = spec.subscriptions_declared {
        // Nothing is there yet that could forbid it.
        let _ = location.declare_subscriptions(declared);
    }
    let mut seats: Vec<Vec<SeatSpec>> = vec![Vec::new(); spec.subscriptions.len()];
    for seat in &spec.seats {
        if let Some(of) = seats.get_mut(seat.subscription as usize) {
            of.push(*seat);
        }
    }
    for (subscription, seats) in spec.subscriptions.iter().zip(&seats) {
        add_one(location, subscription, seats, &spec.users, start);
    }
    for row in &spec.administrators {
        let subscription = spec.subscriptions.get(row.subscription as usize);
        if let (Some(it), Some(user)) = (subscription, spec.users.get(row.user as usize)) {
            location.add_administrator(it.adam_id, &user.client_user_id);
        }
    }
    location.subscriptions.begin();
}

/// Adds a subscription and its seats in such an order that each seat stands on the licence that it is to stand on: the model
/// lets a seat that renews begin on a licence that does, and one that expires on one that expires, if there is one.
fn add_one(
    location: &mut Location,
    spec: &SubscriptionSpec,
    seats: &[SeatSpec],
    users: &[UserSpec],
    start: At,
) {
    let adam_id = spec.adam_id;
    let period_end = period_end(spec, start);
    let of = |renewing: bool, licence: LicenceKind| {
        seats.iter().filter(move |seat| seat.renewing == renewing && seat.licence == licence)
    };
    let buy = |location: &mut Location, kind: LicenceKind, count: u32| {
        let SubscriptionSpec { parent_adam_id, period, .. } = *spec;
        let bought = Purchase { parent_adam_id, count, kind, period, period_end };
        location.buy_seats(adam_id, &bought);
    };
    let seat = |location: &mut Location, seat: &SeatSpec| {
        if let Some(user) = users.get(seat.user as usize) {
            location.add_seat(adam_id, &user.client_user_id, seat.renewing, seat.by_group);
        }
    };

    // Seats that renew on licences that expire: the renewal of their licences was cancelled.
    let cancelled = (of(true, LicenceKind::Expiring).count() as u32).min(spec.expiring);
    if cancelled > 0 {
        buy(location, LicenceKind::Renewing, cancelled);
        of(true, LicenceKind::Expiring).for_each(|it| seat(location, it));
        location.turn_seats(adam_id, LicenceKind::Expiring, cancelled);
    }
    buy(location, LicenceKind::Renewing, spec.renewing);
    of(true, LicenceKind::Renewing).for_each(|it| seat(location, it));
    of(false, LicenceKind::Renewing).for_each(|it| seat(location, it));
    buy(location, LicenceKind::Expiring, spec.expiring - cancelled);
    of(false, LicenceKind::Expiring).for_each(|it| seat(location, it));

    let has_licences = spec.renewing > 0 || spec.expiring > 0;
    let status = if has_licences { spec.status } else { SubscriptionStatus::Inactive };
    if status != SubscriptionStatus::Active {
        location.set_subscription_status(adam_id, status);
    }
}

/// The last day of the period that runs at `start`; of the one before, if there are no licences.
fn period_end(spec: &SubscriptionSpec, start: At) -> Date {
    let today = Date::of(start);
    if spec.renewing == 0 && spec.expiring == 0 {
        return spec.period_end.unwrap_or_else(|| Date::of(At(start.0.saturating_sub(DAY.0))));
    }
    let first = spec.period_end.or_else(|| spec.period.after(today, today.day()));
    let mut end = first.unwrap_or(Date::LAST);
    let anchor = end.day();
    while end.end() <= start {
        match spec.period.after(end, anchor) {
            Some(next) => end = next,
            None => return Date::LAST,
        }
    }
    end
}
