//! `small-school`: one school in Berlin, small enough to be known by heart.

use super::draw::{Draw, app, book};
use super::furnish::{Plan, furnish};
use super::names::Tongue;
use super::people::of_school;
use super::{location, organization};
use crate::model::{Platforms, StorePlatform, Supply};
use crate::sim::spec::{AssetSpec, AssignmentSpec, HolderSpec, WorldSpec};

/// The world.
pub(super) fn world(seed: u64) -> WorldSpec {
    let mut berlin =
        location("berlin", "Lindenhof-Schule Berlin", 0, "DE", StorePlatform::Education);
    let mut draw = Draw::new(seed, &berlin, "world");
    // An id and a serial number that examples can name; that asset starts with all licences free.
    berlin.assets = vec![
        AssetSpec {
            platforms: Platforms::IOS.and(Platforms::MACOS),
            ..app("361309726", "Tintenfass Texte", 40)
        },
        AssetSpec { supply: Supply::Unlimited, ..app(draw.adam_id(), "Stundenplan Gratis", 0) },
        AssetSpec { device_assignable: false, ..app(draw.adam_id(), "Elternpost", 25) },
        book(draw.adam_id(), "Lesebuch Berliner Seen", 12),
    ];
    berlin.devices.push("12E45678".to_owned());
    berlin.assignments.push(AssignmentSpec { asset: 1, holder: HolderSpec::Device(0) });
    let plan = Plan {
        tongue: Tongue::German,
        domain: "lindenhof-schule.example",
        names_from: 3,
        apps: 5,
        books: 1,
        users: 12,
        devices: 15,
        assignments: 26,
        left_alone: 1,
    };
    furnish(&mut berlin, &plan, &mut draw);
    WorldSpec {
        organizations: vec![organization("lindenhof", "Lindenhof-Schule", &[plan.domain])],
        locations: vec![berlin],
        ..WorldSpec::default()
    }
    .with_people(|people| of_school(people, plan.domain, seed))
}
