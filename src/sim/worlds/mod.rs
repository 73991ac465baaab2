//! Named worlds and the generator behind `[generate]`: believable organizations out of a seed.
//!
//! The same seed gives the same world byte for byte; a golden hash per world says so in the tests.
//! Every world keeps the invariants of a real location: never more assigned than owned, books for
//! users only, nothing given to users who are gone unless it can't be taken back.
//!
//! Not here: literal worlds in files (`snapshot`), ids that a universe draws when it is built
//! (user ids, invite codes, licence ids).

mod demo;
mod draw;
mod edge_cases;
mod furnish;
mod grow;
mod names;
pub(in crate::sim) mod people;
mod seats;
mod small_school;
#[cfg(test)]
mod tests;

pub use grow::{Growth, GrowthError, grow};

use super::spec::{
    LocationSpec, MdmGrowth, MdmOrganizationSpec, OrganizationSpec, SubscriptionSpec, WorldSpec,
};
use crate::model::subscription::PeriodUnit;
use crate::model::{LicenceKind, Period, StorePlatform};

/// The named worlds, in the order in which they are listed.
pub const NAMES: [&str; 5] = ["demo", "empty", "small-school", "edge-cases", "enterprise-50k"];

/// The world of that name, if there is one.
pub fn named(name: &str, seed: u64) -> Option<WorldSpec> {
    match name {
        "demo" => Some(demo::world(seed)),
        "empty" => Some(empty()),
        "small-school" => Some(small_school::world(seed)),
        "edge-cases" => Some(edge_cases::world(seed)),
        "enterprise-50k" => Some(enterprise(seed)),
        _ => None,
    }
}

/// Who makes products: `n` chooses.
pub(super) fn maker(n: u64, of_books: bool) -> String {
    names::maker(n, of_books)
}

/// One organization with one location that owns nothing.
fn empty() -> WorldSpec {
    WorldSpec {
        organizations: vec![organization("empty", "Empty Organization", &["empty.example"])],
        locations: vec![location("main", "Main", 0, "US", StorePlatform::Business)],
        ..WorldSpec::default()
    }
}

/// 50,000 devices with 20 apps each, 2,000 users with ten subscriptions, and 50,000 MDM users: the size that breaks clients.
fn enterprise(seed: u64) -> WorldSpec {
    let domains = ["meridian.example"];
    let mut main =
        location("main", "Meridian Logistics Worldwide", 0, "US", StorePlatform::Business);
    let growth = Growth {
        devices: 50_000,
        users: 2000,
        assets: 300,
        device_assignments: 1_000_000,
        user_assignments: 0,
    };
    // It fits by construction; a test says so.
    let _ = grow(&mut main, domains[0], growth, seed);
    subscribe_everybody(&mut main);
    WorldSpec {
        organizations: vec![organization("meridian", "Meridian Logistics", &domains)],
        locations: vec![main],
        ..WorldSpec::default()
    }
    .with_people(|people| {
        people.more = MdmGrowth { count: 50_000, domain: domains[0].to_owned() };
    })
}

impl WorldSpec {
    /// With an organization of MDM users made of the first one, and people in it.
    fn with_people(mut self, add: impl FnOnce(&mut MdmOrganizationSpec)) -> Self {
        self.mdm = self.mdm_organizations();
        if let Some(organization) = self.mdm.first_mut() {
            add(organization);
        }
        self
    }
}

/// Ten subscriptions, which most users have: some thousands of seats, more than go on a page.
fn subscribe_everybody(main: &mut LocationSpec) {
    let (renewing, expiring) = (LicenceKind::Renewing, LicenceKind::Expiring);
    for number in 0..10 {
        let staying = 400 + 80 * number;
        let unit = if number % 3 == 0 { PeriodUnit::Year } else { PeriodUnit::Month };
        let plain = seats::subscription(6_750_000_001 + u64::from(number), Some(1_502_000_001));
        let of_app = SubscriptionSpec {
            parent_adam_id: plain.parent_adam_id.map(|app| app + u64::from(number / 2)),
            period: Period::new(1, unit).unwrap_or(Period::MONTH),
            renewing: staying + 150,
            expiring: 60,
            ..plain
        };
        // Temporary staff stands on what expires, and where that is used up on what renews.
        let held = [(true, renewing, staying), (false, expiring, 40), (false, renewing, 10)];
        seats::subscribe(main, of_app, &held, 5, 100 * number as usize);
    }
}

fn organization(key: &str, name: &str, domains: &[&str]) -> OrganizationSpec {
    OrganizationSpec {
        key: key.to_owned(),
        name: name.to_owned(),
        domains: domains.iter().map(|domain| (*domain).to_owned()).collect(),
    }
}

/// A location that owns nothing yet.
fn location(
    key: &str,
    name: &str,
    organization: usize,
    country: &str,
    platform: StorePlatform,
) -> LocationSpec {
    let (name, country) = (name.to_owned(), country.to_owned());
    LocationSpec { name, country, platform, ..LocationSpec::new(key, organization) }
}
