//! Subscriptions: products that a location bought for billing periods, who holds them, and who administers them
//! (apple-subscriptions.md §2, §12).
//!
//! * [`calendar`]: days and periods. [`record`]: a subscription, its counts, an assignment. [`holdings`]: all of them, and
//!   how they change. `checks`: what is refused at once. [`acts`]: what clients and the portal do, and who is told.
//!   [`page`]: lists, page by page. [`parts`]: the way back from plain lists.
//!
//! Invariants: assigned and free seats together are as many as there are licences, always; everything is found by product,
//! then client user id, which is also the order of every list. Not here: requests and answers (`api::v2`), and when a
//! period is over (`sim`).

pub mod acts;
pub mod calendar;
pub(super) mod checks;
pub mod holdings;
pub mod page;
pub mod parts;
pub mod record;
#[cfg(test)]
mod tests;

use std::sync::Arc;

pub use calendar::{Date, Period, PeriodUnit};
pub use holdings::{NoSeat, PeriodEnded, Purchase, SeatKey, Subscriptions};
pub use page::{
    AdministratorRow, Portion, SeatFilter, SeatRow, SubscriptionFilter, SubscriptionRow,
};
pub use record::{
    LicenceKind, SEATS_MAX, Seat, SeatCounts, Split, Subscription, SubscriptionStatus,
};

/// Subscriptions and users, as a client named them: every product with every user.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SeatRequest {
    /// Products, in request order. What comes again is left out once the request is accepted.
    pub adam_ids: Vec<u64>,
    /// Client user ids, in request order.
    pub client_user_ids: Vec<Arc<str>>,
    /// Association only: whether the assignment goes on after the period. True where a client says nothing.
    pub renewing: bool,
    /// Disassociation only: only at the end of the period.
    pub deferred: bool,
}

impl SeatRequest {
    /// How many tasks it is.
    pub const fn tasks(&self) -> usize {
        self.adam_ids.len() * self.client_user_ids.len()
    }

    /// Task `n`: products are the outer loop, users the inner one, in request order.
    pub fn task(&self, n: usize) -> Option<(u64, &Arc<str>)> {
        let each = self.client_user_ids.len().max(1);
        Some((*self.adam_ids.get(n / each)?, self.client_user_ids.get(n % each)?))
    }

    /// With every product once.
    pub(super) fn each_once(mut self) -> Self {
        let mut seen = std::collections::BTreeSet::new();
        self.adam_ids.retain(|adam_id| seen.insert(*adam_id));
        self
    }
}

/// Subscriptions and the users that are, or are no longer, to administer them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AdministratorRequest {
    /// Products, in request order.
    pub adam_ids: Vec<u64>,
    /// Client user ids, in request order.
    pub client_user_ids: Vec<Arc<str>>,
}
