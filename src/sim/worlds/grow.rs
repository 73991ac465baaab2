//! Worlds by the million: so many devices, users, assets and assignments.
//!
//! Assignments lie in runs: one asset after the other, each over consecutive holders, so that
//! neighbours in a list are neighbours in memory. Whoever is at the end of the list is followed by
//! the first again, so that all get equally many.

use thiserror::Error;

use super::draw::{Draw, app, book, user};
use super::names::{self, Tongue};
use crate::model::{Platforms, Supply, UserStatus};
use crate::sim::spec::{AssetSpec, AssignmentSpec, HolderSpec, LocationSpec};

/// How much to add to a location.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Growth {
    /// New devices.
    pub devices: u32,
    /// New users; one of twenty is retired and gets nothing.
    pub users: u32,
    /// New assets; one of thirty is a book and goes to users only.
    pub assets: u32,
    /// Assignments of the new assets to the new devices.
    pub device_assignments: u32,
    /// Assignments of the new assets to the new active users.
    pub user_assignments: u32,
}

impl Growth {
    /// Spreads `assignments` over devices and users according to their numbers.
    #[must_use]
    pub fn with_assignments(self, assignments: u32) -> Self {
        let (devices, users) = (u64::from(self.devices), u64::from(self.active_users()));
        let to_users = (u64::from(assignments) * users).checked_div(devices + users).unwrap_or(0);
        let over = u64::from(assignments).saturating_sub(to_users + self.device_capacity());
        let user_assignments = (to_users + over).min(u64::from(assignments)) as u32;
        Self { device_assignments: assignments - user_assignments, user_assignments, ..self }
    }

    /// How many assignments fit at most.
    pub fn capacity(self) -> u64 {
        self.device_capacity() + self.user_capacity()
    }

    fn device_capacity(self) -> u64 {
        u64::from(self.devices) * u64::from(self.assets - self.books())
    }

    fn user_capacity(self) -> u64 {
        u64::from(self.active_users()) * u64::from(self.assets)
    }

    fn books(self) -> u32 {
        self.assets / BOOK_EVERY
    }

    fn active_users(self) -> u32 {
        self.users - self.users / RETIRED_EVERY
    }
}

/// Why a location can't grow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("{wanted} assignments to {holders} do not fit: there is room for {room}")]
pub struct GrowthError {
    /// `devices` or `users`.
    pub holders: &'static str,
    /// How many were asked for.
    pub wanted: u32,
    /// How many fit.
    pub room: u64,
}

const BOOK_EVERY: u32 = 30;
const RETIRED_EVERY: u32 = 20;

/// Adds what `growth` says; addresses are of `domain`. Nothing is added if something doesn't fit.
pub fn grow(
    location: &mut LocationSpec,
    domain: &str,
    growth: Growth,
    seed: u64,
) -> Result<(), GrowthError> {
    let checks = [
        ("devices", growth.device_assignments, growth.device_capacity()),
        ("users", growth.user_assignments, growth.user_capacity()),
    ];
    for (holders, wanted, room) in checks {
        if u64::from(wanted) > room {
            return Err(GrowthError { holders, wanted, room });
        }
    }
    let mut draw = Draw::new(seed, location, "world.growth");
    let first_device = location.devices.len() as u32;
    location.devices.extend((0..growth.devices).map(|_| draw.serial_number()));
    let active = add_users(location, domain, growth.users, &mut draw);
    let first_asset = location.assets.len();
    let assets = add_assets(location, growth.assets, &mut draw);

    let apps =
        assets.iter().copied().filter(|index| location.assets[*index as usize].device_assignable);
    let device = |k| HolderSpec::Device(first_device + k);
    let before = location.assignments.len();
    location.assignments.reserve(growth.device_assignments as usize);
    let runs = Runs { assets: apps.collect(), holders: growth.devices };
    runs.add(location, growth.device_assignments, device);
    let holder = |k: u32| HolderSpec::User(active[k as usize]);
    let runs = Runs { assets, holders: active.len() as u32 };
    runs.add(location, growth.user_assignments, holder);
    buy_licences(location, first_asset, before, &mut draw);
    Ok(())
}

/// Adds users and returns the rows of the active ones.
fn add_users(location: &mut LocationSpec, domain: &str, users: u32, draw: &mut Draw) -> Vec<u32> {
    let mut active = Vec::with_capacity(users as usize);
    for number in 1..=users {
        let status = match number {
            n if n.is_multiple_of(RETIRED_EVERY) => UserStatus::Retired,
            n if n.is_multiple_of(4) => UserStatus::Registered,
            _ => UserStatus::Associated,
        };
        if status.is_active() {
            active.push(location.users.len() as u32);
        }
        let mut user = user(draw.client_user_id(), status);
        let email = draw.email(Tongue::English, domain);
        if status == UserStatus::Associated && draw.stream.chance(500_000) {
            user.managed_apple_id = Some(email.clone());
        }
        user.email = Some(email);
        location.users.push(user);
    }
    active
}

/// Adds assets without licences and returns their rows.
fn add_assets(location: &mut LocationSpec, assets: u32, draw: &mut Draw) -> Vec<u32> {
    let first = location.assets.len() as u32;
    for number in 1..=assets {
        let index = number as usize - 1;
        let adam_id = draw.adam_id();
        location.assets.push(if number.is_multiple_of(BOOK_EVERY) {
            book(adam_id, names::book(index / BOOK_EVERY as usize), 0)
        } else {
            let platforms = match draw.stream.below(10) {
                0 => Platforms::MACOS,
                1 => Platforms::IOS.and(Platforms::TVOS),
                2 | 3 => Platforms::IOS.and(Platforms::MACOS),
                _ => Platforms::IOS,
            };
            AssetSpec { platforms, ..app(adam_id, names::app(index), 0) }
        });
    }
    (first..first + assets).collect()
}

/// Where the assignments of one kind of holder go.
struct Runs {
    assets: Vec<u32>,
    holders: u32,
}

impl Runs {
    /// No pair comes twice while there are at most as many assignments as pairs: a run is never
    /// longer than the list of holders.
    fn add(&self, location: &mut LocationSpec, wanted: u32, holder: impl Fn(u32) -> HolderSpec) {
        let assets = self.assets.len() as u64;
        let mut at = 0;
        for (row, asset) in (1..).zip(&self.assets) {
            let end = (u64::from(wanted) * row / assets) as u32;
            let run = (at..end)
                .map(|k| AssignmentSpec { asset: *asset, holder: holder(k % self.holders) });
            location.assignments.extend(run);
            at = end;
        }
    }
}

/// Gives each new asset the licences that its assignments take, and some free ones.
fn buy_licences(
    location: &mut LocationSpec,
    first_asset: usize,
    first_assignment: usize,
    draw: &mut Draw,
) {
    let mut assigned = vec![0_u32; location.assets.len()];
    for assignment in &location.assignments[first_assignment..] {
        assigned[assignment.asset as usize] += 1;
    }
    for (asset, assigned) in location.assets.iter_mut().zip(assigned).skip(first_asset) {
        let spare = 5 + assigned / 20 + draw.stream.below(50) as u32;
        asset.supply = Supply::Limited(assigned.saturating_add(spare));
    }
}
