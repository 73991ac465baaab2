//! Subscriptions, seats and administrators of a location, and every way in which they change.
//!
//! Invariants: counts are those of the seats (`assigned` by mode, `backed` by licence); no kind backs more seats than there
//! are licences of it; a subscription stands in `ends` if and only if it has licences. Each of the three lists counts its
//! writes; what a seat changes shows in the counts of its subscription and is a write to both.
//!
//! Not here: who may ask for it (`checks`), and who is told (`acts`).

use std::sync::Arc;

use super::calendar::{Date, Period};
use super::record::{LicenceKind, SEATS_MAX, Seat, Split, Subscription, SubscriptionStatus};
use crate::model::ids::Seq;
use crate::store::Sorted;

/// A subscription and a client user id.
pub type SeatKey = (u64, Arc<str>);

/// What a location holds of subscriptions.
#[derive(Debug, Clone, Default)]
pub struct Subscriptions {
    pub(super) declared: Option<bool>,
    pub(super) by_client: bool,
    pub(super) records: Sorted<u64, Subscription>,
    pub(super) seats: Sorted<SeatKey, Seat>,
    pub(super) administrators: Sorted<SeatKey, ()>,
    /// The subscriptions that have licences, by the end of their periods.
    pub(super) ends: Sorted<(Date, u64), ()>,
    pub(super) seq: Seq,
    pub(super) seats_seq: Seq,
    pub(super) administrators_seq: Seq,
}

/// What is bought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Purchase {
    /// The app that the product belongs to; that of the subscription if it is there.
    pub parent_adam_id: Option<u64>,
    /// How many licences.
    pub count: u32,
    /// Of which kind.
    pub kind: LicenceKind,
    /// The billing period, where one begins.
    pub period: Period,
    /// The last day of the first period, where one begins.
    pub period_end: Date,
}

/// No licence is free that the assignment could stand on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoSeat;

/// What the end of a period brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeriodEnded {
    /// Assignments that ended.
    pub ended: u32,
    /// Licences that are gone.
    pub gone: u32,
    /// The last day of the next period; none if no licence is left.
    pub next: Option<Date>,
    /// Assignments that an event had given back: the event, and whose they were.
    pub(super) deferred: Vec<(u64, Arc<str>)>,
}

impl Subscriptions {
    /// Whether subscriptions are supported, if anybody ever said so (apple-subscriptions.md §5.1).
    pub const fn declared(&self) -> Option<bool> {
        self.declared
    }

    /// Whether a client declared that, or wrote administrators; what the world begins with no client said.
    pub const fn is_managed_by_client(&self) -> bool {
        self.by_client
    }

    /// Writes to the list of subscriptions so far; counts are part of it.
    pub const fn seq(&self) -> Seq {
        self.seq
    }

    /// Writes to the list of assignments so far.
    pub const fn seats_seq(&self) -> Seq {
        self.seats_seq
    }

    /// Writes to the list of administrators so far.
    pub const fn administrators_seq(&self) -> Seq {
        self.administrators_seq
    }

    /// What was done so far is what the world begins with: no write counts yet, and none was a client's.
    pub const fn begin(&mut self) {
        self.by_client = false;
        (self.seq, self.seats_seq, self.administrators_seq) = (0, 0, 0);
    }

    /// The subscription to this product.
    pub fn get(&self, adam_id: u64) -> Option<&Subscription> {
        self.records.get(&adam_id)
    }

    /// All subscriptions, by ascending product.
    pub const fn records(&self) -> &Sorted<u64, Subscription> {
        &self.records
    }

    /// All assignments, by product and client user id.
    pub const fn seats(&self) -> &Sorted<SeatKey, Seat> {
        &self.seats
    }

    /// All administrators, by product and client user id.
    pub const fn administrators(&self) -> &Sorted<SeatKey, ()> {
        &self.administrators
    }

    /// The assignment of a product to a user.
    pub fn seat(&self, adam_id: u64, client_user_id: &str) -> Option<&Seat> {
        entry(&self.seats, adam_id, client_user_id).map(|(_, seat)| seat)
    }

    /// Whether a user is an administrator of a product.
    pub fn is_administrator(&self, adam_id: u64, client_user_id: &str) -> bool {
        entry(&self.administrators, adam_id, client_user_id).is_some()
    }

    /// The entry of an assignment.
    pub(super) fn seat_entry(
        &self,
        adam_id: u64,
        client_user_id: &str,
    ) -> Option<(&SeatKey, &Seat)> {
        entry(&self.seats, adam_id, client_user_id)
    }

    /// The first subscription whose period ends, and its last day.
    pub fn first_end(&self) -> Option<(Date, u64)> {
        self.ends.iter().next().map(|((date, adam_id), ())| (*date, *adam_id))
    }

    /// The assignments of a product.
    pub(super) fn seats_of(&self, adam_id: u64) -> impl Iterator<Item = (&SeatKey, &Seat)> {
        let of = self.seats.starting(move |(other, _)| *other < adam_id);
        of.take_while(move |((other, _), _)| *other == adam_id)
    }

    /// Changes a subscription, and its place among the periods along.
    pub(super) fn change(&mut self, adam_id: u64, change: impl FnOnce(&mut Subscription)) {
        let Some(record) = self.records.get_mut(&adam_id) else { return };
        let before = (record.has_licences(), record.period_end);
        change(record);
        let after = (record.has_licences(), record.period_end);
        self.seq += 1;
        if before == after {
            return;
        }
        if before.0 {
            self.ends.remove(&(before.1, adam_id));
        }
        if after.0 {
            self.ends.insert((after.1, adam_id), ());
        }
    }

    /// Buys licences. A product that has none becomes active, and its first period begins. False if there would be too many.
    pub(super) fn buy(&mut self, adam_id: u64, bought: &Purchase) -> bool {
        let owned = self.get(adam_id).map_or(0, |record| record.total.sum());
        if owned + u64::from(bought.count) > u64::from(SEATS_MAX) {
            return false;
        }
        if self.get(adam_id).is_none() {
            let record = Subscription::new(bought.parent_adam_id, bought.period, bought.period_end);
            self.records.insert(adam_id, record);
        }
        self.change(adam_id, |record| {
            if !record.has_licences() {
                record.period = bought.period;
                record.period_end = bought.period_end;
                record.anchor = bought.period_end.day();
            }
            if record.status == SubscriptionStatus::Inactive {
                record.status = SubscriptionStatus::Active;
            }
            *record.total.of_mut(bought.kind) += bought.count;
        });
        true
    }

    /// Gives a seat to a user, or switches the mode of the one that the user has (apple-subscriptions.md §12, §17 #9).
    /// True if something changed.
    pub(super) fn give(
        &mut self,
        adam_id: u64,
        client_user_id: &Arc<str>,
        renewing: bool,
        by_group: bool,
    ) -> Result<bool, NoSeat> {
        let free = self.get(adam_id).ok_or(NoSeat)?.available();
        let seat = match self.seat(adam_id, client_user_id).copied() {
            Some(seat) if seat.renewing == renewing => return Ok(false),
            Some(seat) if renewing => {
                let stands = seat.backing == LicenceKind::Renewing || free.renewing > 0;
                let backing = stands.then_some(LicenceKind::Renewing).ok_or(NoSeat)?;
                Seat { renewing, backing, deferred: None, ..seat }
            }
            Some(seat) => Seat { renewing, ..seat },
            None => {
                let backing = match (renewing, free.renewing > 0, free.expiring > 0) {
                    (false, _, true) => LicenceKind::Expiring,
                    (_, true, _) => LicenceKind::Renewing,
                    _ => return Err(NoSeat),
                };
                Seat { renewing, backing, deferred: None, by_group }
            }
        };
        self.put(adam_id, client_user_id, Some(seat));
        Ok(true)
    }

    /// Takes a seat back at once: its licence is free.
    pub(super) fn take(&mut self, adam_id: u64, client_user_id: &Arc<str>) {
        self.put(adam_id, client_user_id, None);
    }

    /// Takes a seat back at the end of the period: until then it expires (apple-subscriptions.md §17 #10).
    pub(super) fn defer(&mut self, adam_id: u64, client_user_id: &Arc<str>, event: u64) {
        if let Some(seat) = self.seat(adam_id, client_user_id).copied() {
            let seat = Seat { renewing: false, deferred: Some(event), ..seat };
            self.put(adam_id, client_user_id, Some(seat));
        }
    }

    /// Puts a seat in place of the one that is there, or takes it out, and counts.
    pub(super) fn put(&mut self, adam_id: u64, client_user_id: &Arc<str>, seat: Option<Seat>) {
        let key = (adam_id, Arc::clone(client_user_id));
        let before = match seat {
            Some(seat) => self.seats.insert(key, seat),
            None => self.seats.remove(&key),
        };
        if before.is_none() && seat.is_none() {
            return;
        }
        self.seats_seq += 1;
        self.change(adam_id, |record| {
            if let Some(seat) = before {
                *record.assigned.mode_mut(seat.renewing) -= 1;
                *record.backed.of_mut(seat.backing) -= 1;
            }
            if let Some(seat) = seat {
                *record.assigned.mode_mut(seat.renewing) += 1;
                *record.backed.of_mut(seat.backing) += 1;
            }
        });
    }

    /// Moves licences from one kind to the other: as many as there are of `count`. Returns how many.
    ///
    /// To [`LicenceKind::Expiring`], free ones go first, then those under assignments; the other way round, those under
    /// assignments first: each time what hurts holders least. Assignments change in order of their client user ids.
    pub(super) fn turn(&mut self, adam_id: u64, to: LicenceKind, count: u32) -> u32 {
        let Some(record) = self.get(adam_id).copied() else { return 0 };
        let from = match to {
            LicenceKind::Renewing => LicenceKind::Expiring,
            LicenceKind::Expiring => LicenceKind::Renewing,
        };
        let count = count.min(record.total.of(from));
        if count == 0 {
            return 0;
        }
        let held = match to {
            LicenceKind::Expiring => count.saturating_sub(record.available().of(from)),
            LicenceKind::Renewing => count.min(record.backed.of(from)),
        };
        let of_kind = self.seats_of(adam_id).filter(|(_, seat)| seat.backing == from);
        let turned: Vec<SeatKey> =
            of_kind.take(held as usize).map(|(key, _)| key.clone()).collect();
        for key in &turned {
            if let Some(seat) = self.seats.get_mut(key) {
                seat.backing = to;
            }
        }
        self.change(adam_id, |record| {
            *record.total.of_mut(from) -= count;
            *record.total.of_mut(to) += count;
            *record.backed.of_mut(from) -= held;
            *record.backed.of_mut(to) += held;
        });
        count
    }

    /// Ends the period of a subscription (apple-subscriptions.md §12): assignments and licences that expire are gone, the
    /// rest rolls over. Of one that is no longer active nothing rolls over. Costs as many steps as there are assignments,
    /// if one of them ends.
    pub(super) fn end_period(&mut self, adam_id: u64) -> Option<PeriodEnded> {
        let record = self.get(adam_id).copied()?;
        // Beyond the last date nothing rolls over either.
        let next = record.period.after(record.period_end, record.anchor);
        let is_over = record.status == SubscriptionStatus::Inactive || next.is_none();
        let some_end = is_over || record.assigned.expiring > 0 || record.backed.expiring > 0;
        let ending = self.seats_of(adam_id).take(if some_end { usize::MAX } else { 0 });
        let ending = ending.filter(|(_, seat)| is_over || seat.ends());
        let ending: Vec<(SeatKey, Seat)> = ending.map(|(key, seat)| (key.clone(), *seat)).collect();
        let (mut assigned, mut backed) = (record.assigned, record.backed);
        let mut deferred = Vec::new();
        for (key, seat) in &ending {
            self.seats.remove(key);
            *assigned.mode_mut(seat.renewing) -= 1;
            *backed.of_mut(seat.backing) -= 1;
            deferred.extend(seat.deferred.map(|event| (event, Arc::clone(&key.1))));
        }
        self.seats_seq += u64::from(!ending.is_empty());
        let renewing = if is_over { 0 } else { record.total.renewing };
        let total = Split { renewing, expiring: 0 };
        let next = next.filter(|_| renewing > 0);
        self.change(adam_id, |record| {
            (record.total, record.assigned, record.backed) = (total, assigned, backed);
            match next {
                Some(next) => record.period_end = next,
                None => record.status = SubscriptionStatus::Inactive,
            }
        });
        let gone = (record.total.sum() - total.sum()) as u32;
        Some(PeriodEnded { ended: ending.len() as u32, gone, next, deferred })
    }

    /// Forgets subscriptions without licences, and their administrators.
    pub(super) fn forget_empty(&mut self) {
        let empty: Vec<u64> = self
            .records
            .iter()
            .filter(|(_, record)| !record.has_licences())
            .map(|(adam_id, _)| *adam_id)
            .collect();
        for adam_id in empty {
            self.records.remove(&adam_id);
            self.seq += 1;
            let of = self.administrators.starting(|(other, _)| *other < adam_id);
            let of = of.take_while(|((other, _), ())| *other == adam_id);
            let keys: Vec<SeatKey> = of.map(|(key, ())| key.clone()).collect();
            for key in keys {
                self.administrators.remove(&key);
                self.administrators_seq += 1;
            }
        }
    }

    /// Takes everything from a user: seats, whose licences are free then, and administrators' rights.
    pub(in crate::model) fn drop_user(&mut self, client_user_id: &str) {
        let products: Vec<u64> = self.records.iter().map(|(adam_id, _)| *adam_id).collect();
        for adam_id in products {
            let seat = entry(&self.seats, adam_id, client_user_id).map(|(key, _)| key.clone());
            if let Some((_, name)) = seat {
                self.take(adam_id, &name);
            }
            let row = entry(&self.administrators, adam_id, client_user_id);
            if let Some(key) = row.map(|(key, ())| key.clone()) {
                self.administrators.remove(&key);
                self.administrators_seq += 1;
            }
        }
    }

    /// Makes a user an administrator. One who is stays one, and nothing is written.
    pub(super) fn add_administrator(&mut self, adam_id: u64, client_user_id: &Arc<str>) {
        if !self.is_administrator(adam_id, client_user_id) {
            self.administrators.insert((adam_id, Arc::clone(client_user_id)), ());
            self.administrators_seq += 1;
        }
    }

    /// Ends a user's administrator's rights. Of one who is none nothing is written.
    pub(super) fn remove_administrator(&mut self, adam_id: u64, client_user_id: &Arc<str>) {
        if self.administrators.remove(&(adam_id, Arc::clone(client_user_id))).is_some() {
            self.administrators_seq += 1;
        }
    }
}

/// The entry of a product and a user.
fn entry<'a, V>(
    rows: &'a Sorted<SeatKey, V>,
    adam_id: u64,
    client_user_id: &str,
) -> Option<(&'a SeatKey, &'a V)> {
    let mut from = rows.starting(|(other, name)| (*other, &**name) < (adam_id, client_user_id));
    from.next().filter(|((other, name), _)| *other == adam_id && **name == *client_user_id)
}
