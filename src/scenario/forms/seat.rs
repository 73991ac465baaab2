//! What a step expects of subscriptions.

use super::expect::{ExpectItem, StatusWord};
use super::read::{name, number};
use crate::model::{Date, SubscriptionStatus};
use crate::scenario::{Wanted, WantedCount, Wrongs};

/// What goes with `subscription`.
pub(super) const SUBSCRIPTION: &[&str] = &[
    "location",
    "status",
    "period_end",
    "assigned",
    "available",
    "total",
    "assigned_renewing",
    "assigned_expiring",
    "available_renewing",
    "available_expiring",
    "total_renewing",
    "total_expiring",
];

impl ExpectItem {
    /// The parts of counts, by their keys.
    pub(super) const fn parts(&self) -> [(&'static str, Option<u32>); 6] {
        [
            ("assigned_renewing", self.assigned_renewing),
            ("assigned_expiring", self.assigned_expiring),
            ("available_renewing", self.available_renewing),
            ("available_expiring", self.available_expiring),
            ("total_renewing", self.total_renewing),
            ("total_expiring", self.total_expiring),
        ]
    }

    pub(super) fn subscription(&self, at: &str, wrongs: &mut Wrongs) -> Option<Wanted> {
        let adam_id = product(self.subscription?, &format!("{at}/subscription"), wrongs)?;
        let status = match self.status {
            None => None,
            Some(StatusWord::Active) => Some(SubscriptionStatus::Active),
            Some(StatusWord::Inactive) => Some(SubscriptionStatus::Inactive),
            Some(StatusWord::Paused) => Some(SubscriptionStatus::Paused),
            Some(_) => {
                let text = "a subscription is ACTIVE, INACTIVE or PAUSED";
                return wrongs.none(format!("{at}/status"), text);
            }
        };
        let period_end = self.period_end.as_deref();
        let period_end = match period_end.map(Date::parse) {
            Some(None) => {
                let text = "write a day such as 2027-02-28, up to 2999";
                return wrongs.none(format!("{at}/period_end"), text);
            }
            said => said.flatten(),
        };
        let count = |sum, renewing, expiring| WantedCount { sum, renewing, expiring };
        let counts = [
            count(self.assigned, self.assigned_renewing, self.assigned_expiring),
            count(self.available, self.available_renewing, self.available_expiring),
            count(self.total, self.total_renewing, self.total_expiring),
        ];
        let is_said = status.is_some() || period_end.is_some();
        if !is_said && counts == [WantedCount::default(); 3] {
            let text = "how is it? say `status`, `period_end`, `assigned`, `available`, `total`, or a part of \
                        a count such as `available_renewing`";
            return wrongs.none(at, text);
        }
        let location = self.location.clone();
        Some(Wanted::Subscription { location, adam_id, status, period_end, counts })
    }

    pub(super) fn seat(&self, at: &str, wrongs: &mut Wrongs) -> Option<Wanted> {
        let adam_id = product(self.seat?, &format!("{at}/seat"), wrongs)?;
        let Some(user) = &self.client_user_id else {
            return wrongs.none(at, "whose? say `client_user_id`");
        };
        let client_user_id = name(user, &format!("{at}/client_user_id"), wrongs)?;
        let held = self.held.unwrap_or(true);
        if !held && self.renewing.is_some() {
            let text = "`renewing` is about an assignment that is there; leave `held = false` out";
            return wrongs.none(format!("{at}/renewing"), text);
        }
        let (location, renewing) = (self.location.clone(), self.renewing);
        Some(Wanted::Seat { location, adam_id, client_user_id, held, renewing })
    }
}

fn product(id: u64, at: &str, wrongs: &mut Wrongs) -> Option<u64> {
    number(id, 1, i64::MAX as u64, at, wrongs)
}
