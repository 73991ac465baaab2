//! Furnishing of the small worlds: people, products and who has what, with the variety of a real
//! location. Special cases are put in by each world before; this fills up around them.

use std::collections::HashSet;

use super::draw::{Draw, app, book, user};
use super::names::{self, Tongue};
use crate::model::{Platforms, Supply, UserStatus};
use crate::sim::spec::{AssetSpec, AssignmentSpec, HolderSpec, LocationSpec, UserSpec};

/// Up to how many of each a location is filled; what is there already counts.
pub(super) struct Plan {
    /// Language of the people's names.
    pub(super) tongue: Tongue,
    /// Domain of their addresses.
    pub(super) domain: &'static str,
    /// Index of the first app's name, so that two locations differ.
    pub(super) names_from: usize,
    pub(super) apps: usize,
    pub(super) books: usize,
    pub(super) users: usize,
    pub(super) devices: usize,
    pub(super) assignments: usize,
    /// The first so many assets are given to nobody.
    pub(super) left_alone: u32,
}

/// Fills the location up to the plan.
pub(super) fn furnish(location: &mut LocationSpec, plan: &Plan, draw: &mut Draw) {
    for index in 0..plan.apps {
        let adam_id = draw.adam_id();
        let name = names::app(plan.names_from + index);
        let total = 10 + 5 * draw.stream.below(19) as u32;
        let platforms = match index % 5 {
            1 => Platforms::IOS.and(Platforms::MACOS),
            3 => Platforms::MACOS,
            4 => Platforms::IOS.and(Platforms::TVOS).and(Platforms::VISIONOS),
            _ => Platforms::IOS,
        };
        location.assets.push(AssetSpec { platforms, ..app(adam_id, name, total) });
    }
    for index in 0..plan.books {
        let total = 5 + 5 * draw.stream.below(4) as u32;
        location.assets.push(book(draw.adam_id(), names::book(plan.names_from + index), total));
    }
    while location.users.len() < plan.users {
        let user = person(location.users.len(), plan, draw);
        location.users.push(user);
    }
    while location.devices.len() < plan.devices {
        location.devices.push(draw.serial_number());
    }
    hand_out(location, plan, draw);
}

/// A user; every state comes round.
fn person(index: usize, plan: &Plan, draw: &mut Draw) -> UserSpec {
    let email = draw.email(plan.tongue, plan.domain);
    let status = match index % 10 {
        2 | 6 => UserStatus::Registered,
        4 => UserStatus::Retired,
        _ => UserStatus::Associated,
    };
    let mut user = user(draw.client_user_id(), status);
    match status {
        // Every second one had an account before.
        UserStatus::Retired if index % 20 == 4 => user.id_hash = Some(draw.id_hash()),
        UserStatus::Associated if index % 2 == 1 => user.managed_apple_id = Some(email.clone()),
        _ => {}
    }
    user.email = Some(email);
    user
}

/// Fills the list of assignments, and leaves two licences of each asset free.
fn hand_out(location: &mut LocationSpec, plan: &Plan, draw: &mut Draw) {
    let choices = location.assets.len() as u64 - u64::from(plan.left_alone);
    let mut pairs: HashSet<(u32, bool, u32)> = HashSet::new();
    let mut free = Vec::with_capacity(location.assets.len());
    for asset in &location.assets {
        free.push(match asset.supply {
            Supply::Limited(total) => total.saturating_sub(2),
            Supply::Unlimited => u32::MAX,
        });
    }
    for held in &location.assignments {
        pairs.insert(pair(*held));
        free[held.asset as usize] = free[held.asset as usize].saturating_sub(1);
    }
    // A bounded number of attempts: a plan that doesn't fit ends short instead of never.
    for _ in 0..plan.assignments * 20 {
        if location.assignments.len() >= plan.assignments {
            return;
        }
        let asset = plan.left_alone + draw.stream.below(choices) as u32;
        let for_device =
            location.assets[asset as usize].device_assignable && draw.stream.chance(700_000);
        let holder = if for_device {
            HolderSpec::Device(draw.stream.below(location.devices.len() as u64) as u32)
        } else {
            let row = draw.stream.below(location.users.len() as u64) as u32;
            if !location.users[row as usize].status.is_active() {
                continue;
            }
            HolderSpec::User(row)
        };
        let held = AssignmentSpec { asset, holder };
        if free[asset as usize] > 0 && pairs.insert(pair(held)) {
            free[asset as usize] -= 1;
            location.assignments.push(held);
        }
    }
}

/// The pair as something that can be looked up.
fn pair(held: AssignmentSpec) -> (u32, bool, u32) {
    match held.holder {
        HolderSpec::User(row) => (held.asset, false, row),
        HolderSpec::Device(row) => (held.asset, true, row),
    }
}
