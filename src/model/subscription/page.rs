//! Lists, page by page, from a position instead of a page number (apple-subscriptions.md §7).
//!
//! A page begins after the last record of the one before. A record that is there throughout comes exactly once, whatever is
//! written in between, because its place in the order never changes. A page costs what is on it, and where the app is asked
//! for as many steps as there are subscriptions; where users are named, as many look-ups for each subscription as there are
//! of these or as it has assignments, whichever is less: never more than there are assignments.

use std::sync::Arc;

use super::calendar::Date;
use super::holdings::{SeatKey, Subscriptions};
use super::record::{Seat, SeatCounts, Subscription, SubscriptionStatus};

/// Some records of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Portion<T> {
    /// The records, in order.
    pub rows: Vec<T>,
    /// Whether others follow.
    pub more: bool,
}

/// Which subscriptions; what is empty does not narrow them down.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SubscriptionFilter {
    /// Of these apps.
    pub parent_adam_ids: Vec<u64>,
    /// These products.
    pub adam_ids: Vec<u64>,
}

/// Which assignments; what is empty does not narrow them down.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SeatFilter {
    /// Of these apps.
    pub parent_adam_ids: Vec<u64>,
    /// Of these products.
    pub adam_ids: Vec<u64>,
    /// Of these users.
    pub client_user_ids: Vec<Arc<str>>,
}

/// A subscription as it is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SubscriptionRow {
    /// The product.
    pub adam_id: u64,
    /// The app that it belongs to.
    pub parent_adam_id: Option<u64>,
    /// Whether it can be used.
    pub status: SubscriptionStatus,
    /// The last day of the billing period.
    pub period_end: Date,
    /// Its seats.
    pub counts: SeatCounts,
}

/// An assignment as it is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeatRow {
    /// The product.
    pub adam_id: u64,
    /// Whose it is.
    pub client_user_id: Arc<str>,
    /// Its mode.
    pub renewing: bool,
}

/// An administrator as it is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdministratorRow {
    /// The product.
    pub adam_id: u64,
    /// Who.
    pub client_user_id: Arc<str>,
}

impl<T> Portion<T> {
    /// The first `most` of these.
    fn of(rows: impl Iterator<Item = T>, most: usize) -> Self {
        let mut rows: Vec<T> = rows.take(most.saturating_add(1)).collect();
        let more = rows.len() > most;
        rows.truncate(most);
        Self { rows, more }
    }
}

/// Each once, in order; those from `first` on.
fn in_order<T: Ord + Clone>(values: &[T], first: Option<&T>) -> Vec<T> {
    let values = values.iter().filter(|value| first.is_none_or(|first| *value >= first));
    let mut values: Vec<T> = values.cloned().collect();
    values.sort_unstable();
    values.dedup();
    values
}

impl Subscriptions {
    /// A page of subscriptions: at most `most`, after the product `after`.
    pub fn subscriptions_page(
        &self,
        filter: &SubscriptionFilter,
        after: Option<u64>,
        most: usize,
    ) -> Portion<SubscriptionRow> {
        let first = after.map_or(0, |after| after.saturating_add(1));
        let found = self.products(&filter.parent_adam_ids, &filter.adam_ids, first);
        let row = |(adam_id, record): (u64, &Subscription)| SubscriptionRow {
            adam_id,
            parent_adam_id: record.parent_adam_id,
            status: record.status,
            period_end: record.period_end,
            counts: record.counts(),
        };
        Portion::of(found.map(row), most)
    }

    /// A page of assignments: at most `most`, after the one of this product and user.
    pub fn seats_page(
        &self,
        filter: &SeatFilter,
        after: Option<&SeatKey>,
        most: usize,
    ) -> Portion<SeatRow> {
        let row = |(key, seat): (&SeatKey, &Seat)| SeatRow {
            adam_id: key.0,
            client_user_id: Arc::clone(&key.1),
            renewing: seat.renewing,
        };
        let is_after = move |key: &SeatKey| after.is_none_or(|after| key > after);
        let SeatFilter { parent_adam_ids, adam_ids, client_user_ids } = filter;
        if parent_adam_ids.is_empty() && adam_ids.is_empty() && client_user_ids.is_empty() {
            return Portion::of(self.seats.starting(|key| !is_after(key)).map(row), most);
        }
        let first = after.map_or(0, |after| after.0);
        let products = self.products(parent_adam_ids, adam_ids, first);
        let users = in_order(client_user_ids, None);
        let rows = products.flat_map(|(adam_id, record)| {
            let finds = !users.is_empty() && (users.len() as u64) < record.assigned.sum();
            let walked = (!finds).then(|| {
                let from = self
                    .seats
                    .starting(move |key| key.0 < adam_id || (key.0 == adam_id && !is_after(key)));
                let all = from.take_while(move |(key, _)| key.0 == adam_id);
                all.filter(|(key, _)| users.is_empty() || users.binary_search(&key.1).is_ok())
            });
            let named = users.iter().take(if finds { usize::MAX } else { 0 });
            let found = named.filter_map(move |user| self.seat_entry(adam_id, user));
            let found = found.filter(move |(key, _)| is_after(key));
            walked.into_iter().flatten().chain(found)
        });
        Portion::of(rows.map(row), most)
    }

    /// A page of administrators of these products, or of all: at most `most`, after the one of this product and user.
    pub fn administrators_page(
        &self,
        adam_ids: &[u64],
        after: Option<&SeatKey>,
        most: usize,
    ) -> Portion<AdministratorRow> {
        let row = |(key, ()): (&SeatKey, &())| AdministratorRow {
            adam_id: key.0,
            client_user_id: Arc::clone(&key.1),
        };
        let is_after = move |key: &SeatKey| after.is_none_or(|after| key > after);
        if adam_ids.is_empty() {
            return Portion::of(self.administrators.starting(|key| !is_after(key)).map(row), most);
        }
        let products = in_order(adam_ids, after.map(|after| &after.0));
        let rows = products.into_iter().flat_map(|adam_id| {
            let from = self
                .administrators
                .starting(move |key| key.0 < adam_id || (key.0 == adam_id && !is_after(key)));
            from.take_while(move |(key, ())| key.0 == adam_id)
        });
        Portion::of(rows.map(row), most)
    }

    /// Subscriptions from the product `first` on that are of these apps and of these products.
    fn products(
        &self,
        parent_adam_ids: &[u64],
        adam_ids: &[u64],
        first: u64,
    ) -> impl Iterator<Item = (u64, &Subscription)> {
        let (named, parents) = (in_order(adam_ids, Some(&first)), in_order(parent_adam_ids, None));
        let all = adam_ids.is_empty().then(|| self.records.starting(move |other| *other < first));
        let all = all.into_iter().flatten().map(|(adam_id, record)| (*adam_id, record));
        let named = named.into_iter().filter_map(|adam_id| Some((adam_id, self.get(adam_id)?)));
        all.chain(named).filter(move |(_, record)| {
            let is_of_these = |parent| parents.binary_search(&parent).is_ok();
            parents.is_empty() || record.parent_adam_id.is_some_and(is_of_these)
        })
    }
}
