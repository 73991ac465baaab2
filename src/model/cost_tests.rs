//! What reads cost, shown by the rows that they touch: a page costs a page, a delta costs its changes,
//! at a million rows.

use super::behaviour::Behaviour;
use super::licence::{HeldBy, LicenceFilter};
use super::query::{AssignmentFilter, PageRequest};
use super::{
    Asset, AssetId, DeviceId, Location, LocationProfile, Platforms, PricingParam, ProductType,
    StorePlatform, Supply,
};
use crate::sim::Settings;
use crate::store::touched;

const DEVICES: u32 = 50_000;
const ASSETS: u32 = 20;
const ROWS: u32 = DEVICES * ASSETS;

/// `adamId` of an asset.
fn adam_id(asset: u32) -> String {
    (900_000_000 + asset).to_string()
}

/// A location with a million assignments: those of even devices first, then a change log that adds those
/// of odd devices, half a million.
fn location() -> Location {
    let profile = LocationProfile {
        key: "main".to_owned(),
        name: "Main".to_owned(),
        uid: "1".to_owned(),
        location_id: 1,
        country: "DE".to_owned(),
        platform: StorePlatform::Business,
        organization: "Big".to_owned(),
        domains: Vec::new(),
    };
    let mut location = Location::new(profile, 1);
    for asset in 0..ASSETS {
        let product = location.assets.intern_product(&adam_id(asset));
        location.add_asset(Asset::new(
            product,
            PricingParam::Standard,
            ProductType::App,
            "app".into(),
            Supply::Limited(DEVICES),
            0,
            (true, true),
            Platforms::IOS,
            u64::from(asset * DEVICES),
        ));
    }
    for device in 0..DEVICES {
        location.add_device(&format!("C02{device:09}"));
    }
    for parity in [0, 1] {
        let remember = (parity == 1).then_some(u64::from(ROWS));
        for device in (parity..DEVICES).step_by(2) {
            for asset in 0..ASSETS {
                assert!(location.assign(AssetId(asset), DeviceId(device).into(), remember));
            }
        }
    }
    location
}

/// The rows that a page of 500 touches, and how many it shows.
fn page(location: &Location, filter: &AssignmentFilter<'_>, index: u64) -> (usize, usize) {
    let (touched, page) =
        touched::during(|| location.assignments_page(filter, PageRequest { index, size: 500 }));
    (touched, page.records.len())
}

#[test]
fn a_page_costs_a_page_and_a_delta_its_changes_at_a_million_rows() {
    let mut location = location();
    let behaviour: Behaviour = Settings::observed().behaviour;
    let all = AssignmentFilter::default();
    let product = adam_id(7);
    let of_product = AssignmentFilter { adam_id: Some(&product), ..all };
    let half_million = AssignmentFilter { since: Some(0), ..all };
    let check = |location: &Location, filter: &AssignmentFilter<'_>, index, shown| {
        let (touched, records) = page(location, filter, index);
        assert_eq!(records, shown, "{filter:?} page {index}");
        assert!(touched <= 2_000, "{filter:?} page {index} touches {touched} rows");
    };
    for index in [0, 1_000, 1_999] {
        check(&location, &all, index, 500);
    }
    check(&location, &of_product, 99, 500);
    check(&location, &half_million, 0, 500);
    check(&location, &half_million, 999, 500);

    // A write between two reads makes no read dearer.
    let before = location.assignments.seq();
    for asset in 0..10 {
        let row = location.assignments.find(AssetId(asset), DeviceId(4).into()).unwrap();
        location.unassign(row, &behaviour);
        location.assign(AssetId(asset), DeviceId(4).into(), Some(behaviour.changes_max));
    }
    let small = AssignmentFilter { since: Some(before), ..all };
    for filter in [small, AssignmentFilter { removals: true, ..small }] {
        let (touched, records) = page(&location, &filter, 0);
        assert_eq!(records, if filter.removals { 0 } else { 10 }, "taken and given again");
        assert!(touched <= 100, "a delta of 10 rows touches {touched} rows");
    }
    let (touched, records) =
        page(&location, &AssignmentFilter { since: Some(before), ..of_product }, 0);
    assert_eq!(records, 1);
    assert!(touched <= 100, "a delta of one product touches {touched} rows");

    // With half of the rows gone, in stripes and then some whole blocks.
    for device in (0..DEVICES).filter(|device| device % 4 == 3 || *device < DEVICES / 3) {
        for held in location.assignments.held_by(DeviceId(device).into()).to_vec() {
            location.unassign(held.row, &behaviour);
        }
    }
    let left = location.assignments_standing();
    assert!((400_000..=520_000).contains(&left), "{left} rows are left");
    let pages = (left as u64).div_ceil(500);
    check(&location, &all, 0, 500);
    check(&location, &all, pages / 2, 500);
    check(&location, &all, pages - 2, 500);
    check(&location, &of_product, 20, 500);
    check(&location, &half_million, 300, 500);
}

/// The rows that a page of 500 licences touches, and how many it shows.
fn licences(location: &Location, filter: &LicenceFilter<'_>, index: u64) -> (usize, usize) {
    let (touched, page) =
        touched::during(|| location.licences_page(filter, PageRequest { index, size: 500 }));
    (touched, page.records.len())
}

#[test]
fn a_page_of_licences_costs_a_page_at_a_million_licences() {
    let mut location = location();
    let behaviour: Behaviour = Settings::observed().behaviour;
    let before = location.licences_version();
    let all = LicenceFilter::default();
    let product = adam_id(7);
    let of_product = LicenceFilter { adam_id: Some(&product), ..all };
    let held = LicenceFilter { held_by: HeldBy::Anyone, ..all };
    let by_devices = LicenceFilter { held_by: HeldBy::Devices, ..of_product };
    let by_users = LicenceFilter { held_by: HeldBy::Users, ..all };
    let check = |location: &Location, filter: &LicenceFilter<'_>, index, shown| {
        let (touched, records) = licences(location, filter, index);
        assert_eq!(records, shown, "{filter:?} page {index}");
        assert!(touched <= 2_600, "{filter:?} page {index} touches {touched} rows");
    };
    for index in [0, 1_000, 1_999] {
        check(&location, &all, index, 500);
        check(&location, &held, index, 500);
    }
    check(&location, &of_product, 99, 500);
    check(&location, &by_devices, 50, 500);
    check(&location, &by_users, 0, 0);
    // What a run costs at its beginning, besides its first part: how many records there are is not counted one by one.
    for filter in [&all, &held, &of_product, &by_devices] {
        let (touched, records) = licences(&location, filter, u64::MAX);
        assert_eq!(records, 0);
        assert!(touched <= 100, "{filter:?} touches {touched} rows to be counted");
    }
    let since = Some(super::LicencesSince { assignments: 0, ..before });
    let half_million = LicenceFilter { since, ..all };
    check(&location, &half_million, 0, 500);
    check(&location, &half_million, 999, 500);
    check(&location, &LicenceFilter { held_by: HeldBy::Anyone, ..half_million }, 999, 500);

    // Ten licences go from hand to hand: each is told once, and at the cost of ten.
    let since = LicenceFilter { since: Some(before), ..all };
    for _ in 0..3 {
        for asset in 0..10 {
            let row = location.assignments.find(AssetId(asset), DeviceId(4).into()).unwrap();
            location.unassign(row, &behaviour);
            location.assign(AssetId(asset), DeviceId(4).into(), Some(behaviour.changes_max));
        }
    }
    location.buy(AssetId(3), 7);
    let (touched, records) = licences(&location, &since, 0);
    assert_eq!(records, 17);
    assert!(touched <= 300, "17 changed licences touch {touched} rows");
    // Those of even devices that changed are told after the half million of odd ones.
    check(&location, &half_million, 1_000, 17);
}
