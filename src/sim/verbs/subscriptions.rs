//! Subscriptions: what the organization does in the portal, where no client sees it.
//!
//! Who names no product means the lowest one that fits, who names no count of licences all of them. Guesses are in the
//! ledger, under `subscriptions.`.

use std::sync::Arc;

use super::{Outcome, Result, SiteId, VerbError, World, at_least_one, listed, some};
use crate::model::subscription::{Purchase, SEATS_MAX, Subscription};
use crate::model::{At, Date, LicenceKind, Location, Period, SubscriptionStatus, User, UserStatus};
use crate::store::Classes;

/// What happens to a subscription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SubscriptionDeed {
    /// More licences, or a new subscription.
    BuySeats {
        /// The product; the lowest one if absent.
        adam_id: Option<u64>,
        /// The app that it belongs to.
        parent_adam_id: Option<u64>,
        /// How many.
        count: u32,
        /// Of which kind.
        kind: LicenceKind,
        /// The billing period, where one begins; that of before, or a month.
        period: Option<Period>,
        /// The last day of the first period, where one begins; one period from now if absent.
        period_end: Option<Date>,
        /// Even if nobody said that subscriptions are supported.
        force: bool,
    },
    /// Licences will expire, or will not after all.
    TurnSeats {
        /// The product; the lowest one that has such licences if absent.
        adam_id: Option<u64>,
        /// How many; all if absent.
        count: Option<u32>,
        /// What they become.
        to: LicenceKind,
    },
    /// It is paused, resumed or deactivated.
    SetStatus {
        /// The product; the lowest one that has another status, and can get this one, if absent.
        adam_id: Option<u64>,
        /// What it becomes.
        status: SubscriptionStatus,
    },
    /// A group gets it.
    AssignByGroup {
        /// The product; the lowest active one with enough free licences if absent.
        adam_id: Option<u64>,
        /// The users; the lowest associated ones that do not have it if nobody is named.
        client_user_ids: Vec<String>,
        /// How many, if nobody is named.
        count: u32,
    },
}

impl World {
    pub(super) fn act_on_subscription(
        &mut self,
        id: SiteId,
        deed: &SubscriptionDeed,
        now: At,
    ) -> Result<Outcome> {
        match deed {
            SubscriptionDeed::BuySeats {
                adam_id,
                parent_adam_id,
                count,
                kind,
                period,
                period_end,
                force,
            } => {
                let location = &self.picked(id)?.location;
                may_be_bought(location, *force)?;
                at_least_one(*count)?;
                let adam_id = match adam_id {
                    Some(adam_id) => *adam_id,
                    None => choose(location, None, "yet: name a product", |_| true)?,
                };
                let wanted = (*parent_adam_id, *period, *period_end);
                let bought = purchase(location, adam_id, wanted, (*count, *kind), now)?;
                self.buy_seats(id, adam_id, &bought)
            }
            SubscriptionDeed::TurnSeats { adam_id, count, to } => {
                self.turn_seats(id, *adam_id, *count, *to)
            }
            SubscriptionDeed::SetStatus { adam_id, status } => {
                self.set_subscription_status(id, *adam_id, *status)
            }
            SubscriptionDeed::AssignByGroup { adam_id, client_user_ids, count } => {
                self.assign_by_group(id, *adam_id, client_user_ids, *count)
            }
        }
    }

    fn buy_seats(&mut self, id: SiteId, adam_id: u64, bought: &Purchase) -> Result<Outcome> {
        let is_bought = self.change(id, |location, _| location.buy_seats(adam_id, bought));
        if is_bought != Some(true) {
            let text = format!("a subscription has at most {SEATS_MAX} licences; buy fewer");
            return Err(VerbError::conflict("count", text));
        }
        let kind = spell_kind(bought.kind);
        let record = self.subscription(id, adam_id)?;
        let (total, end) = (record.total.sum(), record.period_end);
        let seats = some(bought.count.into(), &format!("{kind} licence"));
        let text =
            format!("{seats} of subscription {adam_id} bought, {total} in all, period to {end}");
        Ok(outcome(adam_id, text, bought.count))
    }

    fn turn_seats(
        &mut self,
        id: SiteId,
        adam_id: Option<u64>,
        count: Option<u32>,
        to: LicenceKind,
    ) -> Result<Outcome> {
        if let Some(count) = count {
            at_least_one(count)?;
        }
        let from = match to {
            LicenceKind::Renewing => LicenceKind::Expiring,
            LicenceKind::Expiring => LicenceKind::Renewing,
        };
        let location = &self.picked(id)?.location;
        let wanted = format!("with {} {} licences", count.unwrap_or(1), spell_kind(from));
        let has = |it: &Subscription| it.total.of(from) >= count.unwrap_or(1);
        let adam_id = choose(location, adam_id, &wanted, has)?;
        let there = self.subscription(id, adam_id)?.total.of(from);
        let count = count.unwrap_or(there);
        if count > there || count == 0 {
            let licences = some(there.into(), &format!("{} licence", spell_kind(from)));
            let text = format!("subscription {adam_id} has {licences}; count is {count}");
            return Err(VerbError::conflict("count", text));
        }
        self.change(id, |location, _| location.turn_seats(adam_id, to, count));
        let licences = some(count.into(), "licence");
        let text = match to {
            LicenceKind::Expiring => {
                format!("renewal of {licences} of subscription {adam_id} cancelled")
            }
            LicenceKind::Renewing => {
                format!("renewal of {licences} of subscription {adam_id} resumed")
            }
        };
        Ok(outcome(adam_id, text, count))
    }

    fn set_subscription_status(
        &mut self,
        id: SiteId,
        adam_id: Option<u64>,
        status: SubscriptionStatus,
    ) -> Result<Outcome> {
        let from: &[SubscriptionStatus] = match status {
            SubscriptionStatus::Active => &[SubscriptionStatus::Paused],
            SubscriptionStatus::Paused => &[SubscriptionStatus::Active],
            SubscriptionStatus::Inactive => {
                &[SubscriptionStatus::Active, SubscriptionStatus::Paused]
            }
        };
        let names: Vec<&str> = from.iter().map(|it| it.word()).collect();
        let location = &self.picked(id)?.location;
        let wanted = format!("that is {}", names.join(" or "));
        let adam_id = choose(location, adam_id, &wanted, |it| from.contains(&it.status))?;
        let before = self.subscription(id, adam_id)?.status;
        if !from.contains(&before) {
            let text = format!("subscription {adam_id} is {}; name one {wanted}", before.word());
            return Err(VerbError::conflict("adam_id", text));
        }
        self.change(id, |location, _| location.set_subscription_status(adam_id, status));
        let text = format!("subscription {adam_id} is {} now", status.word());
        Ok(Outcome { count: None, ..outcome(adam_id, text, 0) })
    }

    fn assign_by_group(
        &mut self,
        id: SiteId,
        adam_id: Option<u64>,
        named: &[String],
        count: u32,
    ) -> Result<Outcome> {
        let location = &self.picked(id)?.location;
        for name in named {
            if !location.is_associated(name) {
                let text = format!("`{name:.80}` is no associated user; name others");
                return Err(VerbError::conflict("client_user_ids", text));
            }
        }
        at_least_one(count)?;
        let mut users: Vec<Arc<str>> = named.iter().map(|name| Arc::from(&**name)).collect();
        users.sort_unstable();
        users.dedup();
        let needed = if named.is_empty() { count } else { users.len() as u32 };
        let fits = |it: &Subscription| {
            it.status == SubscriptionStatus::Active && it.available().sum() >= needed.into()
        };
        let adam_id =
            choose(location, adam_id, &format!("that is active, with {needed} free"), fits)?;
        let record = self.subscription(id, adam_id)?;
        if !fits(&record) {
            let text = format!(
                "subscription {adam_id} is {} and has {} free, {needed} are wanted",
                record.status.word(),
                record.available().sum()
            );
            return Err(VerbError::conflict("adam_id", text));
        }
        let has = |name: &str| location.subscriptions.seat(adam_id, name).is_some();
        if let Some(name) = users.iter().find(|name| has(name)) {
            let text = format!("`{name:.80}` has subscription {adam_id} already; name others");
            return Err(VerbError::conflict("client_user_ids", text));
        }
        if named.is_empty() {
            let all = location.users.records().walk(Classes::ALL, 0);
            let associated = all.filter(|(_, user)| user.status == UserStatus::Associated);
            let ids =
                associated.map(|(_, user): (usize, &User)| location.users.client_user_id(user));
            users = ids.filter(|name| !has(name)).take(count as usize).map(Arc::from).collect();
        }
        if users.len() < count as usize && named.is_empty() {
            let text = format!(
                "only {} more can get subscription {adam_id}; count is {count}: add associated users",
                users.len()
            );
            return Err(VerbError::conflict("count", text));
        }
        let given = self.change(id, |location, _| location.give_seats_by_group(adam_id, &users));
        if given != Some(Ok(())) {
            return Err(VerbError::conflict("adam_id", "no licence is free"));
        }
        let text = format!("subscription {adam_id} assigned through a group to {}", listed(&users));
        Ok(Outcome {
            client_user_ids: users.iter().map(ToString::to_string).collect(),
            ..outcome(adam_id, text, users.len() as u32)
        })
    }

    fn subscription(&self, id: SiteId, adam_id: u64) -> Result<Subscription> {
        let found = self.picked(id)?.location.subscriptions.get(adam_id).copied();
        found.ok_or_else(|| VerbError::conflict("adam_id", "the subscription is gone"))
    }
}

fn outcome(adam_id: u64, text: String, count: u32) -> Outcome {
    Outcome { text, subscriptions: vec![adam_id], count: Some(count), ..Outcome::default() }
}

/// The product that is named, or the lowest of which `fits` holds; `wanted` says what that is.
fn choose(
    location: &Location,
    adam_id: Option<u64>,
    wanted: &str,
    fits: impl Fn(&Subscription) -> bool,
) -> Result<u64> {
    let key = &location.profile.key;
    if let Some(adam_id) = adam_id {
        let is_there = location.subscriptions.get(adam_id).is_some();
        return is_there.then_some(adam_id).ok_or_else(|| {
            let text = format!(
                "location {key} has no subscription {adam_id}: buy it first with buy-seats"
            );
            VerbError::conflict("adam_id", text)
        });
    }
    let found = location.subscriptions.records().iter().find(|(_, record)| fits(record));
    found.map(|(adam_id, _)| *adam_id).ok_or_else(|| {
        VerbError::conflict("adam_id", format!("location {key} has no subscription {wanted}"))
    })
}

/// Subscriptions can be bought only once somebody said that they are supported (apple-subscriptions.md §5.1).
fn may_be_bought(location: &Location, force: bool) -> Result<()> {
    if force || location.subscriptions.declared() == Some(true) {
        return Ok(());
    }
    let text = format!(
        "location {} has not enabled subscriptions: call subscriptions/enable first, or use force",
        location.profile.key
    );
    Err(VerbError::conflict("force", text))
}

/// What is bought, if that goes with what is there.
fn purchase(
    location: &Location,
    adam_id: u64,
    (parent, period, end): (Option<u64>, Option<Period>, Option<Date>),
    (count, kind): (u32, LicenceKind),
    now: At,
) -> Result<Purchase> {
    for (argument, id) in [("adam_id", Some(adam_id)), ("parent_adam_id", parent)] {
        if id.is_some_and(|id| id == 0 || id > i64::MAX as u64) {
            let text = format!("{} is no product id", id.unwrap_or_default());
            return Err(VerbError::invalid(argument, text));
        }
    }
    let there = location.subscriptions.get(adam_id);
    if let Some(record) = there
        && parent.is_some()
        && parent != record.parent_adam_id
    {
        let text = format!("subscription {adam_id} belongs to another app; leave it out");
        return Err(VerbError::conflict("parent_adam_id", text));
    }
    let running = there.filter(|record| record.has_licences());
    if let Some(record) = running {
        if period.is_some_and(|period| period != record.period) {
            let text = format!("subscription {adam_id} has the period {}", record.period);
            return Err(VerbError::conflict("period", text));
        }
        if end.is_some_and(|end| end != record.period_end) {
            let text = format!("the period of subscription {adam_id} ends {}", record.period_end);
            return Err(VerbError::conflict("period_end", text));
        }
    }
    let today = Date::of(now);
    let period = period.or_else(|| there.map(|record| record.period)).unwrap_or(Period::MONTH);
    let period_end = match (running, end) {
        (Some(record), _) => record.period_end,
        (None, Some(end)) if end.end() <= now => {
            let text = format!("{end} is over; name a later day");
            return Err(VerbError::invalid("period_end", text));
        }
        (None, Some(end)) => end,
        (None, None) => period.after(today, today.day()).ok_or_else(|| {
            VerbError::invalid("period_end", format!("no period ends after {}", Date::LAST))
        })?,
    };
    let parent_adam_id = parent.or_else(|| there.and_then(|record| record.parent_adam_id));
    Ok(Purchase { parent_adam_id, count, kind, period, period_end })
}

const fn spell_kind(kind: LicenceKind) -> &'static str {
    match kind {
        LicenceKind::Renewing => "renewing",
        LicenceKind::Expiring => "expiring",
    }
}
