//! What is refused at once, in the order in which the service looks (apple-v2.md §18 question 3): required
//! members, limits (on the raw length), duplicates, then what the state says.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::behaviour::{Behaviour, UnknownUser};
use super::command::{Command, Limits, Targets, UserRequest};
use super::ids::AssetName;
use super::location::Location;
use super::refusal::Refusal;
use super::subscription::checks::{associate_fits, disassociate_fits};

/// Says whether the location accepts the command; changes nothing.
pub(super) fn check(
    location: &Location,
    command: &Command,
    behaviour: &Behaviour,
    limits: &Limits,
) -> Result<(), Refusal> {
    if location.assignments.next_row() > u32::MAX / 2 {
        return Err(Refusal::Exhausted);
    }
    match command {
        Command::Associate(targets) => {
            targets_fit(targets, limits)?;
            devices_can_hold(location, targets)?;
            users_known(location, &targets.client_user_ids, behaviour)
        }
        Command::Disassociate(targets) => {
            targets_fit(targets, limits)?;
            devices_can_hold(location, targets)?;
            can_be_taken_back(location, targets)?;
            users_known(location, &targets.client_user_ids, behaviour)
        }
        Command::Revoke(targets) => {
            revoke_fits(targets, limits)?;
            users_known(location, &targets.client_user_ids, behaviour)
        }
        Command::AssociateSeats(request) => associate_fits(location, request, limits),
        Command::DisassociateSeats(request) => disassociate_fits(location, request, limits),
        Command::CreateUsers(users) => users_fit(users, limits),
        Command::UpdateUsers(users) | Command::RetireUsers(users) => {
            users_fit(users, limits)?;
            let ids: Vec<Arc<str>> = users.iter().map(|user| user.client_user_id.clone()).collect();
            users_known(location, &ids, behaviour)
        }
    }
}

fn targets_fit(targets: &Targets, limits: &Limits) -> Result<(), Refusal> {
    if targets.assets.is_empty() {
        return Err(Refusal::NoAssets);
    }
    if targets.is_empty() {
        return Err(Refusal::NoTargets);
    }
    if targets.assets.len() > limits.assets {
        return Err(Refusal::TooManyAssets);
    }
    targets_within(targets, limits.client_user_ids, limits.serial_numbers)?;
    all_different(&targets.assets, Refusal::DuplicateAssets)?;
    targets_different(targets)
}

fn revoke_fits(targets: &Targets, limits: &Limits) -> Result<(), Refusal> {
    if targets.is_empty() {
        return Err(Refusal::NoTargets);
    }
    targets_within(targets, limits.revoke_client_user_ids, limits.revoke_serial_numbers)?;
    targets_different(targets)
}

fn targets_within(targets: &Targets, users: usize, devices: usize) -> Result<(), Refusal> {
    if targets.client_user_ids.len() > users {
        return Err(Refusal::TooManyClientUserIds);
    }
    if targets.serial_numbers.len() > devices {
        return Err(Refusal::TooManySerialNumbers);
    }
    Ok(())
}

fn targets_different(targets: &Targets) -> Result<(), Refusal> {
    all_different(&targets.client_user_ids, Refusal::DuplicateClientUserIds)?;
    all_different(&targets.serial_numbers, Refusal::DuplicateSerialNumbers)
}

fn users_fit(users: &[UserRequest], limits: &Limits) -> Result<(), Refusal> {
    if users.is_empty() {
        return Err(Refusal::NoUsers);
    }
    if users.len() > limits.users {
        return Err(Refusal::TooManyUsers);
    }
    let ids: Vec<Arc<str>> = users.iter().map(|user| user.client_user_id.clone()).collect();
    all_different(&ids, Refusal::DuplicateUsers)?;
    let bad = |user: &&UserRequest| user.email.as_deref().is_some_and(|email| !is_email(email));
    let bad: Vec<Arc<str>> =
        users.iter().filter(bad).map(|user| user.client_user_id.clone()).collect();
    if bad.is_empty() { Ok(()) } else { Err(Refusal::InvalidEmail(bad)) }
}

fn devices_can_hold(location: &Location, targets: &Targets) -> Result<(), Refusal> {
    if targets.serial_numbers.is_empty() {
        return Ok(());
    }
    let bad = assets_where(location, targets, |asset| !asset.device_assignable);
    if bad.is_empty() { Ok(()) } else { Err(Refusal::NotDeviceAssignable(bad)) }
}

fn can_be_taken_back(location: &Location, targets: &Targets) -> Result<(), Refusal> {
    let bad = assets_where(location, targets, |asset| !asset.revocable);
    if bad.is_empty() { Ok(()) } else { Err(Refusal::NotRevocable(bad)) }
}

/// The named assets that the location owns and of which `bad` holds. What it does not own is no
/// matter for these checks (apple-v2.md §18 question 7).
fn assets_where(
    location: &Location,
    targets: &Targets,
    bad: impl Fn(&super::asset::Asset) -> bool,
) -> Vec<AssetName> {
    let assets = &location.assets;
    let is_bad = |name: &&AssetName| {
        assets
            .find(&name.adam_id, name.pricing_param)
            .and_then(|id| assets.get(id))
            .is_some_and(&bad)
    };
    targets.assets.iter().filter(is_bad).cloned().collect()
}

fn users_known(
    location: &Location,
    ids: &[Arc<str>],
    behaviour: &Behaviour,
) -> Result<(), Refusal> {
    if behaviour.unknown_user == UnknownUser::Async {
        return Ok(());
    }
    let unknown: Vec<Arc<str>> =
        ids.iter().filter(|id| location.users.active(id).is_none()).cloned().collect();
    if unknown.is_empty() { Ok(()) } else { Err(Refusal::UnknownUsers(unknown)) }
}

/// Refuses with the values that come more than once, each once, in the order of their repetition.
pub(super) fn all_different<T: Ord + Clone>(
    values: &[T],
    refusal: impl Fn(Vec<T>) -> Refusal,
) -> Result<(), Refusal> {
    let (mut seen, mut told, mut twice) = (BTreeSet::new(), BTreeSet::new(), Vec::new());
    for value in values {
        if !seen.insert(value) && told.insert(value) {
            twice.push(value.clone());
        }
    }
    if twice.is_empty() { Ok(()) } else { Err(refusal(twice)) }
}

/// One `@`, something before it, a dotted domain after it, no blanks, at most 254 characters.
pub fn is_email(text: &str) -> bool {
    let Some((name, domain)) = text.split_once('@') else { return false };
    let labels = domain.split('.');
    !name.is_empty()
        && !domain.contains('@')
        && domain.contains('.')
        && labels.clone().all(|label| !label.is_empty())
        && !text.chars().any(|char| char.is_whitespace() || char.is_control())
        && text.chars().count() <= 254
}
