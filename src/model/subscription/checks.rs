//! What is refused at once, in the order in which the service looks: what is missing, limits (products each once),
//! duplicate users, products, their status, users, and what these hold (apple-subscriptions.md §11, §17 #14 to #18).

use std::collections::BTreeSet;
use std::sync::Arc;

use super::record::SubscriptionStatus;
use super::{AdministratorRequest, SeatRequest};
use crate::model::checks::all_different;
use crate::model::command::Limits;
use crate::model::kinds::UserStatus;
use crate::model::location::Location;
use crate::model::refusal::Refusal;

/// Says whether the location accepts the request; changes nothing.
pub(in crate::model) fn associate_fits(
    location: &Location,
    request: &SeatRequest,
    limits: &Limits,
) -> Result<(), Refusal> {
    let (adam_ids, users) = (&request.adam_ids, &request.client_user_ids);
    let products = named(location, adam_ids, users, limits)?;
    let is_active = |adam_id: &u64| {
        let record = location.subscriptions.get(*adam_id);
        record.is_some_and(|record| record.status == SubscriptionStatus::Active)
    };
    if !products.iter().all(is_active) {
        return Err(Refusal::SubscriptionNotActive);
    }
    are_associated(location, users)?;
    let by_group = |adam_id: u64, user: &str| {
        location.subscriptions.seat(adam_id, user).is_some_and(|seat| seat.by_group)
    };
    nobody(&products, users, by_group, Refusal::SeatByGroup)
}

/// Says whether the location accepts the request; changes nothing.
pub(in crate::model) fn disassociate_fits(
    location: &Location,
    request: &SeatRequest,
    limits: &Limits,
) -> Result<(), Refusal> {
    let (adam_ids, users) = (&request.adam_ids, &request.client_user_ids);
    let products = named(location, adam_ids, users, limits)?;
    let lacks = |adam_id, user: &str| location.subscriptions.seat(adam_id, user).is_none();
    nobody(&products, users, lacks, Refusal::SeatNotHeld)
}

/// Says whether these can become administrators, or be none any more; changes nothing. Returns the products, each once.
pub(super) fn administrators_fit(
    location: &Location,
    request: &AdministratorRequest,
    limits: &Limits,
    adds: bool,
) -> Result<BTreeSet<u64>, Refusal> {
    let products = named(location, &request.adam_ids, &request.client_user_ids, limits)?;
    if adds {
        are_associated(location, &request.client_user_ids)?;
    }
    Ok(products)
}

/// The products that are named, each once: what is looked up of them must not cost more because one is named again.
fn named(
    location: &Location,
    adam_ids: &[u64],
    users: &[Arc<str>],
    limits: &Limits,
) -> Result<BTreeSet<u64>, Refusal> {
    if adam_ids.is_empty() || users.is_empty() {
        return Err(Refusal::NoSeatsNamed);
    }
    let products: BTreeSet<u64> = adam_ids.iter().copied().collect();
    if products.len() > limits.subscriptions || users.len() > limits.subscription_client_user_ids {
        return Err(Refusal::TooManySeatsNamed);
    }
    all_different(users, Refusal::DuplicateClientUserIds)?;
    let unknown = |adam_id: &u64| location.subscriptions.get(*adam_id).is_none();
    let unknown: Vec<u64> = products.iter().copied().filter(unknown).collect();
    if unknown.is_empty() { Ok(products) } else { Err(Refusal::UnknownSubscriptions(unknown)) }
}

fn are_associated(location: &Location, users: &[Arc<str>]) -> Result<(), Refusal> {
    let others = users.iter().filter(|user| !location.is_associated(user));
    let others: Vec<Arc<str>> = others.cloned().collect();
    if others.is_empty() { Ok(()) } else { Err(Refusal::NotAssociated(others)) }
}

/// Refuses with the users for whom `bad` holds with any of the products.
fn nobody(
    products: &BTreeSet<u64>,
    users: &[Arc<str>],
    bad: impl Fn(u64, &str) -> bool,
    refusal: impl Fn(Vec<Arc<str>>) -> Refusal,
) -> Result<(), Refusal> {
    let is_bad = |user: &&Arc<str>| products.iter().any(|adam_id| bad(*adam_id, user));
    let culprits: Vec<Arc<str>> = users.iter().filter(is_bad).cloned().collect();
    if culprits.is_empty() { Ok(()) } else { Err(refusal(culprits)) }
}

impl Location {
    /// Whether this is an active user with an Apple Account.
    pub fn is_associated(&self, client_user_id: &str) -> bool {
        let user = self.users.active(client_user_id).and_then(|user| self.users.get(user));
        user.is_some_and(|user| user.status == UserStatus::Associated)
    }
}
