//! Subscriptions of the named worlds: licences, and as many seats on them as are wanted.

use crate::model::{LicenceKind, Period, SubscriptionStatus, UserStatus};
use crate::sim::spec::{AdministratorSpec, LocationSpec, SeatSpec, SubscriptionSpec};

/// An active subscription with a period of a month and without licences.
pub(super) const fn subscription(adam_id: u64, parent_adam_id: Option<u64>) -> SubscriptionSpec {
    SubscriptionSpec {
        adam_id,
        parent_adam_id,
        status: SubscriptionStatus::Active,
        period: Period::MONTH,
        period_end: None,
        renewing: 0,
        expiring: 0,
    }
}

/// Seats of one sort: their mode, the licence under them, and how many.
pub(super) type Sort = (bool, LicenceKind, u32);

/// Adds a subscription with seats of these sorts, one after the other, and administrators. Both begin with the associated user
/// of number `first`; after the last comes the first again.
pub(super) fn subscribe(
    location: &mut LocationSpec,
    subscription: SubscriptionSpec,
    seats: &[Sort],
    administrators: usize,
    first: usize,
) {
    let row = location.subscriptions.len() as u32;
    location.subscriptions.push(subscription);
    location.subscriptions_declared = Some(true);
    let users = (0..).zip(&location.users);
    let associated = users.filter(|(_, user)| user.status == UserStatus::Associated);
    let users: Vec<u32> = associated.map(|(user, _)| user).collect();
    // Nobody twice, whatever is wanted.
    let mut turn = users.iter().cycle().skip(first).take(users.len()).copied();
    let managing = turn.clone().take(administrators);
    let managing = managing.map(|user| AdministratorSpec { subscription: row, user });
    location.administrators.extend(managing);
    for (renewing, licence, count) in seats.iter().copied() {
        let seats = turn.by_ref().take(count as usize);
        let seats = seats.map(|user| SeatSpec {
            subscription: row,
            user,
            renewing,
            licence,
            by_group: false,
        });
        location.seats.extend(seats);
    }
}
