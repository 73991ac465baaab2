//! Subscriptions as plain lists, and the way back from there. Everything is checked; what follows from the seats is
//! counted anew.

use std::sync::Arc;

use super::calendar::{Date, Period};
use super::holdings::Subscriptions;
use super::record::{SEATS_MAX, Seat, Split, Subscription, SubscriptionStatus};
use crate::model::ids::Seq;
use crate::model::parts::{COUNTER_MAX, Flaw};

/// Everything that a location has of subscriptions.
#[derive(Debug, Clone, Default)]
pub struct SubscriptionsParts {
    /// Whether they are supported, if anybody ever said so.
    pub declared: Option<bool>,
    /// Whether a client declared it, or wrote administrators.
    pub by_client: bool,
    /// What was bought, by ascending product.
    pub list: Vec<SubscriptionParts>,
    /// Who has it, by ascending product and client user id.
    pub seats: Vec<(u64, Arc<str>, Seat)>,
    /// Who administers it, by ascending product and client user id.
    pub administrators: Vec<(u64, Arc<str>)>,
    /// Writes to each of the three lists so far.
    pub seqs: (Seq, Seq, Seq),
}

/// A subscription.
#[derive(Debug, Clone)]
pub struct SubscriptionParts {
    /// The product.
    pub adam_id: u64,
    /// The app that it belongs to.
    pub parent_adam_id: Option<u64>,
    /// Whether it can be used.
    pub status: SubscriptionStatus,
    /// How long a billing period is.
    pub period: Period,
    /// The last day of the present one.
    pub period_end: Date,
    /// The day of the month that periods keep to.
    pub anchor: u32,
    /// Licences, by kind.
    pub total: Split,
}

impl Subscriptions {
    /// What goes on where others stood. Events up to `next_event` exist; `is_active` says who is an active user.
    pub(in crate::model) fn restore(
        parts: SubscriptionsParts,
        next_event: u64,
        is_active: impl Fn(&str) -> bool,
    ) -> Result<Self, Flaw> {
        let (seq, seats_seq, administrators_seq) = parts.seqs;
        let names = ["/seq", "/assignments_seq", "/administrators_seq"];
        for (name, seq) in names.into_iter().zip([seq, seats_seq, administrators_seq]) {
            if seq > COUNTER_MAX {
                return Err(Flaw::new(name, "is too large"));
            }
        }
        let mut made =
            Self { declared: parts.declared, by_client: parts.by_client, ..Self::default() };
        for (place, it) in parts.list.into_iter().enumerate() {
            made.restore_record(&it).map_err(|flaw| flaw.below(&format!("/list/{place}")))?;
        }
        for (place, (adam_id, user, seat)) in parts.seats.into_iter().enumerate() {
            let outer = format!("/assignments/{place}");
            made.may_stand(adam_id, &user, &is_active).map_err(|flaw| flaw.below(&outer))?;
            if seat.deferred.is_some_and(|event| event >= next_event) {
                return Err(Flaw::new(outer + "/deferred", "is the number of no event"));
            }
            if seat.deferred.is_some() && seat.renewing {
                return Err(Flaw::new(outer + "/renewing", "is true, though it is given back"));
            }
            if made.get(adam_id).is_some_and(|it| it.available().of(seat.backing) == 0) {
                let what = "stands on a licence that is not there by the total";
                return Err(Flaw::new(outer + "/licence", what));
            }
            let before = made.seats.len();
            made.put(adam_id, &user, Some(seat));
            if made.seats.len() == before {
                return Err(Flaw::new(outer, "is there twice"));
            }
        }
        for (place, (adam_id, user)) in parts.administrators.into_iter().enumerate() {
            let outer = format!("/administrators/{place}");
            made.may_stand(adam_id, &user, &is_active).map_err(|flaw| flaw.below(&outer))?;
            if made.administrators.insert((adam_id, user), ()).is_some() {
                return Err(Flaw::new(outer, "is there twice"));
            }
        }
        (made.seq, made.seats_seq, made.administrators_seq) = (seq, seats_seq, administrators_seq);
        Ok(made)
    }

    fn restore_record(&mut self, parts: &SubscriptionParts) -> Result<(), Flaw> {
        let wrong = |member: &str, what: &str| Err(Flaw::new(member, what));
        if parts.adam_id == 0 || parts.adam_id > COUNTER_MAX {
            return wrong("/adam_id", "is no product");
        }
        if parts.parent_adam_id.is_some_and(|parent| parent == 0 || parent > COUNTER_MAX) {
            return wrong("/parent_adam_id", "is no product");
        }
        if parts.total.sum() > u64::from(SEATS_MAX) {
            return wrong("/total", "is too large");
        }
        if parts.total.sum() == 0 && parts.status != SubscriptionStatus::Inactive {
            return wrong("/status", "is not INACTIVE, though there is no licence");
        }
        if !(1..=31).contains(&parts.anchor) {
            return wrong("/anchor", "is no day of a month");
        }
        let SubscriptionParts { parent_adam_id, period, period_end, .. } = *parts;
        let record = Subscription {
            status: parts.status,
            anchor: parts.anchor,
            total: parts.total,
            ..Subscription::new(parent_adam_id, period, period_end)
        };
        if self.records.insert(parts.adam_id, record).is_some() {
            return wrong("/adam_id", "is there twice");
        }
        if record.has_licences() {
            self.ends.insert((period_end, parts.adam_id), ());
        }
        Ok(())
    }

    fn may_stand(
        &self,
        adam_id: u64,
        user: &str,
        is_active: impl Fn(&str) -> bool,
    ) -> Result<(), Flaw> {
        if self.get(adam_id).is_none() {
            return Err(Flaw::new("/adam_id", format!("there is no subscription {adam_id}")));
        }
        if !is_active(user) {
            let what = format!("there is no active user `{user:.80}`");
            return Err(Flaw::new("/client_user_id", what));
        }
        Ok(())
    }
}
