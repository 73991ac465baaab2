//! What becomes of subscriptions: tasks of events, what clients write at once, what the portal does, and the ends of
//! periods; and who is told of it.
//!
//! Assignments are told where a client or a group gives or takes them. Those that end with their period, or with their
//! user, are not (apple-subscriptions.md §17 #11, #23). Counts are told whenever licences come, go, change their kind or
//! roll over, and never because somebody gets one (§17 #12).

use std::collections::BTreeSet;
use std::sync::Arc;

use super::holdings::{NoSeat, PeriodEnded, Purchase};
use super::record::{LicenceKind, Subscription, SubscriptionStatus};
use super::{AdministratorRequest, SeatRequest, checks};
use crate::model::command::Limits;
use crate::model::config::NotificationType;
use crate::model::event::EventKind;
use crate::model::location::Location;
use crate::model::notice::{SeatHeld, SeatsCounted};
use crate::model::refusal::{Failure, Refusal};
use crate::model::time::At;

impl Location {
    /// Says whether subscriptions are supported: they can be bought only after somebody said so. They cannot be given up
    /// again as long as licences exist; what has none is forgotten with it (apple-subscriptions.md §5.1, §17 #19, #20).
    pub fn declare_subscriptions(&mut self, supported: bool) -> Result<(), Refusal> {
        if !supported {
            if self.subscriptions.first_end().is_some() {
                return Err(Refusal::SubscriptionsExist);
            }
            self.subscriptions.forget_empty();
        }
        (self.subscriptions.declared, self.subscriptions.by_client) = (Some(supported), true);
        Ok(())
    }

    /// Makes every user an administrator of every product.
    pub fn add_administrators(
        &mut self,
        request: &AdministratorRequest,
        limits: &Limits,
    ) -> Result<(), Refusal> {
        let products = checks::administrators_fit(self, request, limits, true)?;
        for (adam_id, user) in pairs(&products, &request.client_user_ids) {
            self.subscriptions.add_administrator(adam_id, user);
        }
        self.subscriptions.by_client = true;
        Ok(())
    }

    /// Ends every user's rights to administer every product. Of those who have none nothing changes.
    pub fn remove_administrators(
        &mut self,
        request: &AdministratorRequest,
        limits: &Limits,
    ) -> Result<(), Refusal> {
        let products = checks::administrators_fit(self, request, limits, false)?;
        for (adam_id, user) in pairs(&products, &request.client_user_ids) {
            self.subscriptions.remove_administrator(adam_id, user);
        }
        self.subscriptions.by_client = true;
        Ok(())
    }

    /// Buys licences, whether or not anybody said that subscriptions are supported. False, and nothing is bought, if there
    /// would be more than [`super::SEATS_MAX`].
    pub fn buy_seats(&mut self, adam_id: u64, bought: &Purchase) -> bool {
        let is_bought = self.subscriptions.buy(adam_id, bought);
        if is_bought {
            self.tell_seat_count(adam_id);
        }
        is_bought
    }

    /// The organization cancels or resumes the renewal of so many licences. Returns of how many.
    pub fn turn_seats(&mut self, adam_id: u64, to: LicenceKind, count: u32) -> u32 {
        let turned = self.subscriptions.turn(adam_id, to, count);
        if turned > 0 {
            self.tell_seat_count(adam_id);
        }
        turned
    }

    /// Gives a subscription another status. Nobody is told (apple-subscriptions.md §9.3).
    pub fn set_subscription_status(&mut self, adam_id: u64, status: SubscriptionStatus) {
        self.subscriptions.change(adam_id, |record| record.status = status);
    }

    /// A group gets a subscription in the portal: each user a seat that renews, if one is free, else one that expires.
    /// Users that have one keep it. Stops where none is free.
    pub fn give_seats_by_group(&mut self, adam_id: u64, users: &[Arc<str>]) -> Result<(), NoSeat> {
        self.begin_telling_as(NotificationType::SubscriptionManagement, EventKind::Associate, None);
        let mut given = Ok(());
        for user in users {
            if self.subscriptions.seat(adam_id, user).is_some() {
                continue;
            }
            let free = self.subscriptions.get(adam_id).map(Subscription::available);
            let renewing = free.is_some_and(|free| free.renewing > 0);
            given = self.subscriptions.give(adam_id, user, renewing, true).map(|_| ());
            if given.is_err() {
                break;
            }
            self.tell_seat(adam_id, user, renewing, None);
        }
        self.end_telling();
        given
    }

    /// Adds a seat that the world begins with, without looking who that is. False if none is free that fits.
    pub fn add_seat(&mut self, adam_id: u64, user: &str, renewing: bool, by_group: bool) -> bool {
        self.subscriptions.give(adam_id, &user.into(), renewing, by_group).is_ok()
    }

    /// Adds an administrator that the world begins with, without looking who that is.
    pub fn add_administrator(&mut self, adam_id: u64, user: &str) {
        if self.subscriptions.get(adam_id).is_some() {
            self.subscriptions.add_administrator(adam_id, &user.into());
        }
    }

    /// Task `n` of an event; what became of it is told, but for what an event takes back at the end of the period.
    pub(in crate::model) fn seat_task(
        &mut self,
        kind: EventKind,
        event: u64,
        request: &SeatRequest,
        n: usize,
    ) -> Result<(), (Failure, Arc<str>)> {
        let Some((adam_id, user)) = request.task(n) else { return Ok(()) };
        let renewing = self.told_mode(kind, request, adam_id, user);
        let held = self.subscriptions.seat(adam_id, user).copied();
        let outcome = match kind {
            // Who has it through a group meanwhile has it.
            EventKind::Associate if held.is_some_and(|seat| seat.by_group) => Ok(()),
            EventKind::Associate if !self.is_associated(user) => Err(Failure::UnknownUser),
            EventKind::Associate => {
                let given = self.subscriptions.give(adam_id, user, request.renewing, false);
                given.map(|_| ()).map_err(|NoSeat| Failure::NoLicence)
            }
            _ if request.deferred && held.is_some() => {
                self.subscriptions.defer(adam_id, user, event);
                return Ok(());
            }
            _ => {
                self.subscriptions.take(adam_id, user);
                Ok(())
            }
        };
        self.tell_seat(adam_id, user, renewing, outcome.err());
        outcome.map_err(|why| (why, Arc::clone(user)))
    }

    /// Tells that task `n` of an event failed, which was not tried.
    pub(in crate::model) fn tell_untried_seat(
        &mut self,
        kind: EventKind,
        request: &SeatRequest,
        n: usize,
        why: Failure,
    ) {
        if let Some((adam_id, user)) = request.task(n) {
            let renewing = self.told_mode(kind, request, adam_id, user);
            self.tell_seat(adam_id, user, renewing, Some(why));
        }
    }

    /// What is told as `renewing`: what was asked for, or the mode of what is taken back (apple-subscriptions.md §9.2).
    fn told_mode(&self, kind: EventKind, request: &SeatRequest, adam_id: u64, user: &str) -> bool {
        let held = self.subscriptions.seat(adam_id, user);
        match (kind, held) {
            (EventKind::Associate, Some(seat)) if seat.by_group => seat.renewing,
            (EventKind::Associate, _) => request.renewing,
            (_, held) => held.is_none_or(|seat| seat.renewing),
        }
    }

    /// Ends the period that ends first, if that is by `now`. Returns of which product, and what that brought.
    pub fn end_period(&mut self, now: At) -> Option<(u64, PeriodEnded)> {
        let (date, adam_id) = self.subscriptions.first_end()?;
        if date.end() > now {
            return None;
        }
        let mut ended = self.subscriptions.end_period(adam_id)?;
        ended.deferred.sort();
        let mut telling = None;
        for (event, user) in &ended.deferred {
            if telling != Some(*event) {
                telling = Some(*event);
                let of = NotificationType::SubscriptionManagement;
                self.begin_telling_as(of, EventKind::Disassociate, telling);
            }
            self.tell_seat(adam_id, user, false, None);
        }
        self.end_telling();
        self.tell_seat_count(adam_id);
        Some((adam_id, ended))
    }

    fn tell_seat(
        &mut self,
        adam_id: u64,
        client_user_id: &Arc<str>,
        renewing: bool,
        failure: Option<Failure>,
    ) {
        let client_user_id = Arc::clone(client_user_id);
        self.notices.seat(SeatHeld { adam_id, client_user_id, renewing }, failure);
    }

    /// Tells how many licences there are and how many of them are free.
    fn tell_seat_count(&mut self, adam_id: u64) {
        if !self.config.wants(NotificationType::SubscriptionCount) {
            return;
        }
        if let Some(record) = self.subscriptions.get(adam_id) {
            let counted = SeatsCounted {
                parent_adam_id: record.parent_adam_id,
                adam_id,
                available: record.available(),
                total: record.total,
            };
            self.notices.seat_count(counted);
        }
    }
}

/// Every product with every user.
fn pairs<'r>(
    products: &'r BTreeSet<u64>,
    users: &'r [Arc<str>],
) -> impl Iterator<Item = (u64, &'r Arc<str>)> {
    products.iter().flat_map(move |adam_id| users.iter().map(move |user| (*adam_id, user)))
}
