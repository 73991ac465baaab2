//! Events: accepted requests on their way from PENDING to COMPLETE or FAILED.
//!
//! The events of a location are carried out one after another, in the order of acceptance. An event starts
//! when it was accepted or when the one before it ended, whichever is later, is applied in equal
//! parts, and ends after its delay. An event that is held leaves the queue, so that later ones go on.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::behaviour::Delay;
use super::by_hand::Failing;
use super::command::{Targets, UserRequest};
use super::ids::{AssetId, AssetName, Holder};
use super::refusal::Failure;
use super::subscription::SeatRequest;
use super::time::{At, Span};
use crate::store::{Classes, Roster};

/// What an event does (apple-v2.md §11 `eventType`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventKind {
    /// Gives assets or subscriptions.
    Associate,
    /// Takes named assets or subscriptions back.
    Disassociate,
    /// Takes all revocable assets back.
    Revoke,
    /// Makes users.
    Create,
    /// Changes users.
    Update,
    /// Retires users.
    Retire,
}

/// How far an event is (apple-v2.md §11 `eventStatus`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventStatus {
    /// Accepted; perhaps partly applied.
    Pending,
    /// Every task succeeded.
    Complete,
    /// At least one task failed.
    Failed,
}

/// What is still to be done for an event.
#[derive(Debug, Clone)]
pub enum Work {
    /// Every asset times every target.
    Assets(Arc<Targets>),
    /// Found when the event starts: what the targets hold and can give back.
    Pairs(Arc<Vec<(AssetId, Holder)>>),
    /// Every subscription times every user.
    Seats(Arc<SeatRequest>),
    /// One task a user.
    Users(Arc<Vec<UserRequest>>),
    /// Finished.
    Nothing,
}

/// An accepted asynchronous request.
#[derive(Debug, Clone)]
pub struct Event {
    /// What it does.
    pub kind: EventKind,
    /// When it was accepted.
    pub accepted: At,
    /// How long it takes once it has started.
    pub delay: Delay,
    /// In how many parts it is applied; at least 1.
    pub steps: u32,
    /// Parts applied so far.
    pub steps_done: u32,
    /// Tasks in the request.
    pub requested: u32,
    /// Tasks that succeeded so far.
    pub completed: u32,
    /// Tasks that failed so far, grouped by reason in order of first appearance.
    pub failures: Vec<Failed>,
    /// When it ended.
    pub finished: Option<At>,
    /// What is still to be done.
    pub work: Work,
    /// Tasks that are to fail when their turn comes, whatever the world says.
    pub failing: Vec<Failing>,
    /// Whether its parts are told before they count.
    pub foretold: Foretold,
}

/// Whether the next part of an event is told before it counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Foretold {
    /// It is told when it is carried out, as the service does.
    #[default]
    No,
    /// When it falls due it is told, and carried out later.
    Wanted,
    /// It was told, and waits to be carried out.
    Told,
}

/// The tasks that failed for one reason, by the values that are to blame: unique, in request order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed {
    /// The reason.
    pub why: Failure,
    /// Assets to blame.
    pub assets: Vec<AssetName>,
    /// Client user ids to blame.
    pub client_user_ids: Vec<Arc<str>>,
    seen: BTreeSet<Blame>,
}

/// What is to blame for a task's failure.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Blame {
    /// An asset.
    Asset(AssetName),
    /// A client user id.
    User(Arc<str>),
}

impl Event {
    /// How far it is.
    pub const fn status(&self) -> EventStatus {
        match self.finished {
            None => EventStatus::Pending,
            Some(_) if self.failures.is_empty() => EventStatus::Complete,
            Some(_) => EventStatus::Failed,
        }
    }

    /// The tasks of the next part, as a range of task numbers.
    pub fn next_part(&self) -> std::ops::Range<u32> {
        let cut = |step: u32| {
            (u64::from(self.requested) * u64::from(step) / u64::from(self.steps.max(1))) as u32
        };
        cut(self.steps_done)..cut(self.steps_done + 1).min(self.requested)
    }

    /// The tasks that are still to be carried out, as a range of task numbers.
    pub fn rest(&self) -> std::ops::Range<u32> {
        self.next_part().start..self.requested
    }

    /// When the next part is due if the event started at `start`; `None` if it never is.
    fn due(&self, start: At) -> Option<At> {
        let Delay::After(Span(delay)) = self.delay else { return None };
        let part =
            i128::from(delay) * i128::from(self.steps_done + 1) / i128::from(self.steps.max(1));
        Some(start.plus(Span(part as i64)))
    }

    /// Notes that a task failed.
    pub fn fail(&mut self, why: Failure, blame: Blame) {
        let place = self.failures.iter().position(|group| group.why == why);
        let place = place.unwrap_or_else(|| {
            self.failures.push(Failed {
                why,
                assets: Vec::new(),
                client_user_ids: Vec::new(),
                seen: BTreeSet::new(),
            });
            self.failures.len() - 1
        });
        let group = &mut self.failures[place];
        if group.seen.insert(blame.clone()) {
            match blame {
                Blame::Asset(asset) => group.assets.push(asset),
                Blame::User(client_user_id) => group.client_user_ids.push(client_user_id),
            }
        }
    }
}

impl Failed {
    /// Tasks that failed for this reason, as they are told.
    pub fn new(why: Failure, assets: Vec<AssetName>, client_user_ids: Vec<Arc<str>>) -> Self {
        let blamed = assets.iter().cloned().map(Blame::Asset);
        let seen = blamed.chain(client_user_ids.iter().cloned().map(Blame::User)).collect();
        Self { why, assets, client_user_ids, seen }
    }
}

const QUEUED: usize = 0;
const HELD: usize = 1;
const FINISHED: usize = 2;

/// The events of a location, by number, in order of acceptance.
#[derive(Debug, Clone, Default)]
pub struct Events {
    list: Roster<Option<Arc<Event>>, 3>,
    /// When the last event left the queue.
    free_since: At,
}

impl Events {
    /// The number of the next event.
    pub const fn next_number(&self) -> u64 {
        self.list.len() as u64
    }

    /// The event with this number, unless there was none or it is forgotten.
    pub fn get(&self, number: u64) -> Option<&Event> {
        self.list.get(usize::try_from(number).ok()?)?.as_deref()
    }

    /// The numbers of events that are not the same here and there, but for those that both have forgotten.
    pub fn unshared(&self, other: &Self) -> impl Iterator<Item = u64> {
        self.list.unshared(&other.list).into_iter().flatten().map(|number| number as u64)
    }

    /// The events that are not forgotten, with their numbers, and whether each left the queue without end.
    pub fn kept(&self) -> impl Iterator<Item = (u64, &Event, bool)> {
        self.list.walk(Classes::ALL, 0).filter_map(|(position, event)| {
            let held = self.list.class(position) == Some(HELD);
            event.as_deref().map(|event| (position as u64, event, held))
        })
    }

    /// When the last event left the queue.
    pub const fn free_since(&self) -> At {
        self.free_since
    }

    /// Goes on from a kept list; numbers ascend and are below `next`.
    pub(super) fn restore(list: Vec<(u64, Event, bool)>, next: u64, free_since: At) -> Self {
        let mut events = Self { list: Roster::default(), free_since };
        let forget_until = |events: &mut Self, number: u64| {
            let gap = number.saturating_sub(events.next_number());
            events.list.push_spent(usize::try_from(gap).unwrap_or(0), &None);
        };
        for (number, mut event, held) in list {
            forget_until(&mut events, number);
            let class = match (event.finished, held) {
                (Some(_), _) => FINISHED,
                (None, true) => HELD,
                (None, false) => QUEUED,
            };
            if class == FINISHED {
                for group in &mut event.failures {
                    group.seen = BTreeSet::new();
                }
            }
            events.list.push(Some(Arc::new(event)), class);
        }
        forget_until(&mut events, next);
        events
    }

    /// How many events are pending.
    pub fn pending(&self) -> usize {
        self.list.count(Classes(1 << QUEUED | 1 << HELD))
    }

    /// Takes an event in; the oldest finished ones are forgotten beyond `events_max`.
    pub fn accept(&mut self, event: Event, events_max: u32) -> u64 {
        let class = if event.delay == Delay::Never { HELD } else { QUEUED };
        let number = self.list.push(Some(Arc::new(event)), class);
        while self.list.count(Classes::ALL) > events_max as usize {
            let Some((oldest, _)) = self.list.walk(Classes(1 << FINISHED), 0).next() else { break };
            if let Some(forgotten) = self.list.get_mut(oldest) {
                *forgotten = None;
            }
            self.list.put(oldest, None);
        }
        number as u64
    }

    /// When the next part of the first event in the queue is due.
    pub fn next_due(&self) -> Option<At> {
        let (_, event) = self.list.walk(Classes(1 << QUEUED), 0).next()?;
        let event = event.as_deref().filter(|event| event.foretold != Foretold::Told)?;
        event.due(event.accepted.max(self.free_since))
    }

    /// The first event in the queue, with its number.
    pub fn first(&self) -> Option<(u64, Event)> {
        let (position, event) = self.list.walk(Classes(1 << QUEUED), 0).next()?;
        Some((position as u64, event.as_deref()?.clone()))
    }

    /// The first event in the queue, if it was told and waits to count.
    pub fn first_told(&self) -> Option<u64> {
        let (position, event) = self.list.walk(Classes(1 << QUEUED), 0).next()?;
        let is_told = event.as_deref().is_some_and(|event| event.foretold == Foretold::Told);
        is_told.then_some(position as u64)
    }

    /// Changes an event that has not ended. False if there is no such event or it has ended.
    pub(super) fn change_unfinished(
        &mut self,
        number: u64,
        change: impl FnOnce(&mut Event),
    ) -> bool {
        let Some(mut event) = self.unfinished(number).cloned() else { return false };
        change(&mut event);
        if let Some(place) = self.list.get_mut(number as usize) {
            *place = Some(Arc::new(event));
        }
        true
    }

    /// The event with this number, if it has not ended.
    pub fn unfinished(&self, number: u64) -> Option<&Event> {
        self.get(number).filter(|event| event.finished.is_none())
    }

    /// All events that are not forgotten, with their numbers, the latest first.
    pub fn latest(&self) -> impl Iterator<Item = (u64, &Event)> {
        (0..self.next_number()).rev().filter_map(|number| Some((number, self.get(number)?)))
    }

    /// Whether the event waits for nothing but somebody from outside.
    pub fn is_held(&self, number: u64) -> bool {
        self.unfinished(number).is_some_and(|event| event.delay == Delay::Never)
    }

    /// Takes an event out of the queue, so that later ones go on; it stays pending. False if it has ended.
    pub fn hold(&mut self, number: u64, now: At) -> bool {
        let Some(event) = self.unfinished(number) else { return false };
        let held = Event { delay: Delay::Never, ..event.clone() };
        self.leave_queue(number, HELD, now);
        if let Some(place) = self.list.get_mut(number as usize) {
            *place = Some(Arc::new(held));
        }
        true
    }

    /// Gives an event that has not ended another delay, if any, and tasks that are to fail. One that never ends leaves
    /// the queue, one that ends again joins it. False if there is no such event or it has ended.
    pub fn steer(
        &mut self,
        number: u64,
        delay: Option<Delay>,
        failing: Vec<Failing>,
        now: At,
    ) -> bool {
        let Some(event) = self.unfinished(number) else { return false };
        let (before, delay) = (event.delay, delay.unwrap_or(event.delay));
        let steered = Event { delay, failing, ..event.clone() };
        match (before == Delay::Never, delay == Delay::Never) {
            (false, true) => self.leave_queue(number, HELD, now),
            (true, false) => self.list.put(number as usize, Some(QUEUED)),
            _ => {}
        }
        if let Some(place) = self.list.get_mut(number as usize) {
            *place = Some(Arc::new(steered));
        }
        true
    }

    /// Who is first keeps the others waiting: when it goes, the next one starts.
    fn leave_queue(&mut self, number: u64, class: usize, now: At) {
        if self.list.walk(Classes(1 << QUEUED), 0).next().is_some_and(|(at, _)| at as u64 == number)
        {
            self.free_since = self.free_since.max(now);
        }
        self.list.put(number as usize, Some(class));
    }

    /// Puts an event back after a part was applied. At its last part it leaves the queue, and the next
    /// one starts.
    pub fn put_back(&mut self, number: u64, mut event: Event, now: At) {
        if event.steps_done >= event.steps {
            event.finished = Some(now);
            event.work = Work::Nothing;
            event.failing = Vec::new();
            event.foretold = Foretold::No;
            for group in &mut event.failures {
                group.seen = BTreeSet::new();
            }
            self.leave_queue(number, FINISHED, now);
        }
        if let Some(place) = self.list.get_mut(number as usize) {
            *place = Some(Arc::new(event));
        }
    }
}
