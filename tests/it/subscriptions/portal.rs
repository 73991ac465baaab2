//! What an organization does in its portal, done to the first location at once.

use quince::model::Location;
use quince::model::subscription::{Date, LicenceKind, Period, Purchase, SubscriptionStatus};
use quince::sim::SiteId;

use crate::support::Fixture;

/// The portal of the location with this place in world order.
pub(super) struct Portal<'a> {
    fixture: &'a Fixture,
    site: SiteId,
}

impl Fixture {
    /// The portal of the first location.
    pub(super) fn portal(&self) -> Portal<'_> {
        Portal { fixture: self, site: SiteId(0) }
    }
}

impl Portal<'_> {
    /// The same portal, for another location.
    pub(super) fn of(self, site: usize) -> Self {
        Self { site: SiteId(site), ..self }
    }

    fn change<R>(&self, change: impl FnOnce(&mut Location) -> R) -> R {
        let universe = self.fixture.quince.engine().universe("default").unwrap();
        let done = universe.turn(|turn| turn.change(self.site, |location, _| change(location)));
        done.unwrap().unwrap()
    }

    /// Buys licences that renew each month, first in the middle of February 2026.
    pub(super) fn buy(&self, adam_id: u64, parent_adam_id: Option<u64>, count: u32) {
        let bought = Purchase {
            parent_adam_id,
            count,
            kind: LicenceKind::Renewing,
            period: Period::MONTH,
            period_end: Date::new(2026, 2, 14).unwrap(),
        };
        assert!(self.change(|location| location.buy_seats(adam_id, &bought)));
    }

    /// Lets so many licences expire.
    pub(super) fn cancel_renewal(&self, adam_id: u64, count: u32) {
        let turned =
            self.change(|location| location.turn_seats(adam_id, LicenceKind::Expiring, count));
        assert_eq!(turned, count);
    }

    /// Pauses a subscription, or ends it.
    pub(super) fn set(&self, adam_id: u64, status: SubscriptionStatus) {
        self.change(|location| location.set_subscription_status(adam_id, status));
    }

    /// Gives a seat through a group.
    pub(super) fn give_by_group(&self, adam_id: u64, user: &str) {
        let given = self.change(|location| location.give_seats_by_group(adam_id, &[user.into()]));
        given.unwrap();
    }
}
