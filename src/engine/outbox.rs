//! What is to be delivered: the queue of a universe's notifications.
//!
//! A notice of the model becomes one item for each notification. First attempts of a location go in order, one after
//! the other; whatever is tried again or was delayed by a rule goes when its time comes, beside the others.
//!
//! Invariants: a copy is empty, because a fork delivers nothing that its origin has to; the queue is bounded, and what
//! it had to drop is in the journal. An item shares its notice with the others of it; no body stands here. Not here: how
//! a notification is spelled, and how it gets to its receiver (a [`Carrier`](super::deliver::Carrier)).

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::ops::Bound::{Excluded, Unbounded};
use std::ops::Range;
use std::sync::Arc;

use crate::faults::Touch;
use crate::journal::Attempt;
use crate::model::{At, Span};
use crate::sim::{Settings, SiteId, Told};

/// Notifications that wait, at most.
pub(super) const QUEUE_MAX: usize = 100_000;

/// Attempts that are kept, at most, and bytes of their bodies.
const ATTEMPTS_MAX: usize = 1_000;
const ATTEMPT_BYTES_MAX: usize = 8 << 20;

/// Attempts of one universe at a time.
const FLYING_MAX: usize = 8;

/// A notification that is not delivered yet.
#[derive(Debug, Clone)]
pub(super) struct Item {
    pub(super) told: Arc<Told>,
    /// Which of the notice's elements.
    pub(super) elements: Range<usize>,
    /// Which of the location's notifications, from 1.
    pub(super) number: u64,
    /// Attempts so far.
    pub(super) attempts: u32,
    /// When the next attempt is due.
    pub(super) due: At,
    /// What rules make of it.
    pub(super) touch: Arc<Touch>,
}

/// The queue.
#[derive(Debug)]
pub(super) struct Outbox {
    items: BTreeMap<u64, Item>,
    /// Tickets are given in order of queueing.
    next_ticket: u64,
    /// First attempts, in order, of each location that has some.
    lanes: BTreeMap<SiteId, VecDeque<u64>>,
    /// The first attempt of a location that is under way.
    busy: BTreeMap<SiteId, u64>,
    /// The location that had its turn last.
    turn: SiteId,
    /// What goes beside the lanes, by its time.
    timed: BTreeSet<(At, u64)>,
    /// Held by rules until so many others of the location were queued.
    held: BTreeMap<u64, u32>,
    /// Under way.
    flying: BTreeSet<u64>,
    /// Dropped because the queue was full.
    lost: u64,
    /// The latest attempts, with their time.
    log: VecDeque<(At, Arc<Attempt>)>,
    log_bytes: usize,
    queue_max: usize,
}

impl Default for Outbox {
    fn default() -> Self {
        Self {
            items: BTreeMap::new(),
            next_ticket: 0,
            lanes: BTreeMap::new(),
            busy: BTreeMap::new(),
            turn: SiteId(0),
            timed: BTreeSet::new(),
            held: BTreeMap::new(),
            flying: BTreeSet::new(),
            lost: 0,
            log: VecDeque::new(),
            log_bytes: 0,
            queue_max: QUEUE_MAX,
        }
    }
}

impl Clone for Outbox {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl Outbox {
    /// Whether nothing waits and nothing is under way.
    pub(super) fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// What waits and what is under way, by ticket.
    pub(super) fn items(&self) -> impl ExactSizeIterator<Item = (&u64, &Item)> {
        self.items.iter()
    }

    /// Whether an attempt of this one is under way.
    pub(super) fn is_under_way(&self, ticket: u64) -> bool {
        self.flying.contains(&ticket)
    }

    /// Whether an attempt is under way.
    pub(super) fn is_flying(&self) -> bool {
        !self.flying.is_empty()
    }

    /// The ticket that is given next: who has a lower one was queued before.
    pub(super) const fn next_ticket(&self) -> u64 {
        self.next_ticket
    }

    /// Whether first attempts of tickets below this one are still to be made or under way.
    pub(super) fn awaits_before(&self, ticket: u64) -> bool {
        self.items.range(..ticket).any(|(ticket, item)| {
            item.attempts == 0 && (self.is_in_lane(*ticket, item) || self.flying.contains(ticket))
        })
    }

    /// The same, of one location.
    pub(super) fn awaits_of(&self, site: SiteId, ticket: u64) -> bool {
        let waits = self.lanes.get(&site).and_then(VecDeque::front);
        waits.into_iter().chain(self.busy.get(&site)).any(|other| *other < ticket)
    }

    fn is_in_lane(&self, ticket: u64, item: &Item) -> bool {
        !self.held.contains_key(&ticket) && !self.timed.contains(&(item.due, ticket))
    }

    /// When the next attempt is due that has to wait for its time.
    pub(super) fn next_due(&self) -> Option<At> {
        self.timed.first().map(|(at, _)| *at)
    }

    /// How many were dropped because the queue was full.
    pub(super) const fn lost(&self) -> u64 {
        self.lost
    }

    /// The latest attempts, with their time, the latest first.
    pub(super) fn attempts(&self) -> impl Iterator<Item = &(At, Arc<Attempt>)> {
        self.log.iter().rev()
    }

    /// Queues a notification. It goes in its location's order, or beside it if it is due later than now. False if the
    /// oldest that waited had to go for it.
    pub(super) fn push(&mut self, item: Item, now: At) -> bool {
        let site = item.told.site;
        let ticket = self.next_ticket;
        self.next_ticket += 1;
        let (due, hold) = (item.due, item.touch.hold);
        self.items.insert(ticket, item);
        if hold > 0 {
            self.held.insert(ticket, hold);
        } else {
            if due > now {
                self.timed.insert((due, ticket));
            } else {
                self.lanes.entry(site).or_default().push_back(ticket);
            }
            self.let_go(site);
        }
        if self.items.len() <= self.queue_max {
            return true;
        }
        let oldest = self.items.keys().find(|ticket| !self.flying.contains(ticket)).copied();
        if let Some(oldest) = oldest {
            self.forget(oldest);
            self.lost += 1;
        }
        false
    }

    /// Counts one that was queued for those that are held back behind it.
    fn let_go(&mut self, site: SiteId) {
        let mut free = Vec::new();
        for (ticket, left) in &mut self.held {
            if self.items.get(ticket).is_some_and(|item| item.told.site == site) {
                *left -= 1;
                if *left == 0 {
                    free.push(*ticket);
                }
            }
        }
        for ticket in free {
            self.held.remove(&ticket);
            self.lanes.entry(site).or_default().push_back(ticket);
        }
    }

    fn forget(&mut self, ticket: u64) {
        let Some(item) = self.items.remove(&ticket) else { return };
        self.held.remove(&ticket);
        self.timed.remove(&(item.due, ticket));
        if let Some(lane) = self.lanes.get_mut(&item.told.site) {
            // The oldest stands in front.
            if let Some(place) = lane.iter().position(|other| *other == ticket) {
                lane.remove(place);
            }
            if lane.is_empty() {
                self.lanes.remove(&item.told.site);
            }
        }
    }

    /// Takes out what is to be attempted now: what has its time, and of each location the first.
    pub(super) fn take(&mut self, now: At) -> Vec<(u64, Item)> {
        let mut taken = Vec::new();
        while self.flying.len() < FLYING_MAX
            && let Some((at, ticket)) = self.timed.first().copied().filter(|(at, _)| *at <= now)
        {
            self.timed.remove(&(at, ticket));
            taken.extend(self.fly(ticket));
        }
        let later = self.lanes.range((Excluded(self.turn), Unbounded));
        let sites: Vec<SiteId> = later
            .chain(self.lanes.range(..=self.turn))
            .map(|(site, _)| *site)
            .filter(|site| !self.busy.contains_key(site))
            .take(FLYING_MAX - self.flying.len().min(FLYING_MAX))
            .collect();
        for site in sites {
            let Some(lane) = self.lanes.get_mut(&site) else { continue };
            let Some(ticket) = lane.pop_front() else { continue };
            if lane.is_empty() {
                self.lanes.remove(&site);
            }
            self.busy.insert(site, ticket);
            self.turn = site;
            taken.extend(self.fly(ticket));
        }
        taken.sort_by_key(|(ticket, _)| *ticket);
        taken
    }

    fn fly(&mut self, ticket: u64) -> Option<(u64, Item)> {
        let item = self.items.get(&ticket)?.clone();
        self.flying.insert(ticket);
        Some((ticket, item))
    }

    /// An attempt has ended. Unless it was the last, there is another one then.
    pub(super) fn landed(&mut self, ticket: u64, again: Option<At>) {
        if !self.flying.remove(&ticket) {
            return;
        }
        let Some(item) = self.items.get_mut(&ticket) else { return };
        if self.busy.get(&item.told.site) == Some(&ticket) {
            self.busy.remove(&item.told.site);
        }
        item.attempts += 1;
        match again {
            Some(at) => {
                item.due = at;
                self.timed.insert((at, ticket));
            }
            None => {
                self.items.remove(&ticket);
            }
        }
    }

    /// Keeps an attempt for whoever asks.
    pub(super) fn log(&mut self, at: At, attempt: Arc<Attempt>) {
        self.log_bytes += attempt.body.len();
        self.log.push_back((at, attempt));
        while self.log.len() > ATTEMPTS_MAX
            || (self.log_bytes > ATTEMPT_BYTES_MAX && self.log.len() > 1)
        {
            if let Some((_, attempt)) = self.log.pop_front() {
                self.log_bytes -= attempt.body.len();
            }
        }
    }

    /// Forgets everything that waits and all attempts; tickets are not given again.
    pub(super) fn clear(&mut self) {
        *self = Self { next_ticket: self.next_ticket, ..Self::default() };
    }
}

/// From attempt `attempt` to the next: the setting, and three times as long each time after.
pub(super) fn gap(attempt: u32, settings: &Settings) -> Span {
    let factor = 3_i64.saturating_pow(attempt.saturating_sub(1));
    Span(settings.notification_retry_after.0.saturating_mul(factor))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::notice::Counted;
    use crate::model::{AssetName, Notice, PricingParam, Receiver};

    fn item(site: usize, number: u64, due: i64, hold: u32) -> Item {
        let asset = AssetName { adam_id: "1".to_owned(), pricing_param: PricingParam::Standard };
        let told = Told {
            site: SiteId(site),
            at: At(0),
            receiver: Receiver { url: "http://localhost".into(), secret: "s".into() },
            notice: Notice::Count(Counted { asset, delta: 1 }),
        };
        let touch = Arc::new(Touch { hold, ..Touch::default() });
        Item { told: Arc::new(told), elements: 0..1, number, attempts: 0, due: At(due), touch }
    }

    fn numbers(taken: &[(u64, Item)]) -> Vec<(usize, u64)> {
        taken.iter().map(|(_, item)| (item.told.site.0, item.number)).collect()
    }

    #[test]
    fn a_location_has_one_first_attempt_at_a_time_and_retries_go_beside_it() {
        let mut outbox = Outbox::default();
        for (site, number) in [(0, 1), (0, 2), (1, 1), (0, 3)] {
            assert!(outbox.push(item(site, number, 0, 0), At(0)));
        }
        assert_eq!(numbers(&outbox.take(At(0))), [(0, 1), (1, 1)]);
        assert!(outbox.take(At(0)).is_empty());
        outbox.landed(0, Some(At(60)));
        assert_eq!(numbers(&outbox.take(At(0))), [(0, 2)]);
        assert_eq!(numbers(&outbox.take(At(60))), [(0, 1)]);
        outbox.landed(0, None);
        assert!(outbox.take(At(60)).is_empty(), "2 is still under way");
        outbox.landed(1, None);
        assert_eq!(numbers(&outbox.take(At(60))), [(0, 3)]);
        outbox.landed(2, None);
        outbox.landed(3, None);
        assert!(outbox.is_empty());
    }

    #[test]
    fn what_is_held_goes_after_the_next_ones() {
        let mut outbox = Outbox::default();
        outbox.push(item(0, 1, 0, 2), At(0));
        outbox.push(item(1, 1, 0, 0), At(0));
        outbox.push(item(0, 2, 0, 0), At(0));
        outbox.push(item(0, 3, 0, 0), At(0));
        let mut order = Vec::new();
        loop {
            let taken = outbox.take(At(0));
            if taken.is_empty() {
                break;
            }
            order.extend(numbers(&taken).into_iter().filter(|(site, _)| *site == 0));
            for (ticket, _) in taken {
                outbox.landed(ticket, None);
            }
        }
        assert_eq!(order, [(0, 2), (0, 3), (0, 1)]);
    }

    #[test]
    fn the_queue_is_bounded_and_its_oldest_goes() {
        let mut outbox = Outbox { queue_max: 2, ..Outbox::default() };
        assert!(outbox.push(item(0, 1, 0, 0), At(0)));
        assert_eq!(numbers(&outbox.take(At(0))), [(0, 1)]);
        assert!(outbox.push(item(0, 2, 0, 0), At(0)));
        assert!(!outbox.push(item(0, 3, 0, 0), At(0)));
        assert_eq!(outbox.lost(), 1);
        outbox.landed(0, None);
        assert_eq!(numbers(&outbox.take(At(0))), [(0, 3)], "what was under way stayed");
        assert!(outbox.clone().is_empty());
    }

    #[test]
    fn attempts_are_a_minute_and_three_minutes_apart() {
        let settings = Settings::observed();
        assert_eq!((gap(1, &settings), gap(2, &settings)), (Span(60_000), Span(180_000)));
        assert!(gap(9, &settings) > Span(0));
    }
}
