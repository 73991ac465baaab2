//! `demo`: a company and a college, with something of everything that is normal.

use super::draw::{Draw, app, book, user};
use super::furnish::{Plan, furnish};
use super::names::Tongue;
use super::people::of_demo;
use super::seats::{subscribe, subscription};
use super::{location, organization};
use crate::model::subscription::PeriodUnit;
use crate::model::{
    LicenceKind, Period, Platforms, PricingParam, StorePlatform, SubscriptionStatus, Supply,
    UserStatus,
};
use crate::sim::spec::{
    AssetSpec, AssignmentSpec, HolderSpec, LocationSpec, SubscriptionSpec, UserSpec, WorldSpec,
};

const COMPANY: &str = "harbour-works.example";
const COLLEGE: &str = "alder-college.example";

/// The world.
pub(super) fn world(seed: u64) -> WorldSpec {
    WorldSpec {
        organizations: vec![
            organization("harbour-works", "Harbour Works", &[COMPANY]),
            organization("alder-college", "Alder College", &[COLLEGE]),
        ],
        locations: vec![hamburg(seed), leeds(seed)],
        ..WorldSpec::default()
    }
    .with_people(|people| of_demo(people, COMPANY, seed))
}

/// The company: everything that a list can show.
fn hamburg(seed: u64) -> LocationSpec {
    let mut hamburg = location("hamburg", "Hamburg Harbour", 0, "DE", StorePlatform::Business);
    let mut draw = Draw::new(seed, &hamburg, "world");
    hamburg.assets = special_assets(&mut draw);
    hamburg.users = special_users(&mut draw);
    hamburg.devices = (0..6).map(|_| draw.serial_number()).collect();
    // Sold out, and a book that its reader kept when leaving.
    let device = |row| AssignmentSpec { asset: SOLD_OUT, holder: HolderSpec::Device(row) };
    hamburg.assignments = (0..6).map(device).collect();
    let kept = AssignmentSpec { asset: KEPT_BOOK, holder: HolderSpec::User(LEFT_WITH_BOOK) };
    hamburg.assignments.push(kept);
    let plan = Plan {
        tongue: Tongue::German,
        domain: COMPANY,
        names_from: 0,
        apps: 25,
        books: 5,
        users: 60,
        devices: 150,
        assignments: 420,
        left_alone: 0,
    };
    furnish(&mut hamburg, &plan, &mut draw);
    add_subscriptions(&mut hamburg);
    hamburg
}

/// Subscriptions in every state, with ids that examples can name.
fn add_subscriptions(hamburg: &mut LocationSpec) {
    let (renewing, expiring) = (LicenceKind::Renewing, LicenceKind::Expiring);
    let app = |row: usize| hamburg.assets.get(row).and_then(|asset| asset.adam_id.parse().ok());
    let (tide_tables, radio) = (app(1), app(6));
    // Some who have it for the time being stand on licences that expire, one on a licence that renews: assignments and
    // licences agree in their sums, and not by kind.
    let charts =
        SubscriptionSpec { renewing: 20, expiring: 4, ..subscription(6_740_000_017, tide_tables) };
    let held = [(true, renewing, 16), (false, expiring, 3), (false, renewing, 1)];
    subscribe(hamburg, charts, &held, 2, 0);
    // The card did not go through.
    let paused = SubscriptionSpec {
        status: SubscriptionStatus::Paused,
        renewing: 10,
        ..subscription(6_740_000_018, tide_tables)
    };
    subscribe(hamburg, paused, &[(true, renewing, 6)], 1, 5);
    // It is over, and still told.
    let over = SubscriptionSpec {
        status: SubscriptionStatus::Inactive,
        period: Period::new(1, PeriodUnit::Year).unwrap_or(Period::MONTH),
        ..subscription(6_740_000_019, None)
    };
    subscribe(hamburg, over, &[], 1, 8);
    // Renewal of four was cancelled; three of these are in use, by people whose assignments renew.
    let cancelled = SubscriptionSpec {
        period: Period::new(3, PeriodUnit::Month).unwrap_or(Period::MONTH),
        renewing: 8,
        expiring: 4,
        ..subscription(6_740_000_020, radio)
    };
    let held = [(true, expiring, 3), (true, renewing, 5)];
    subscribe(hamburg, cancelled, &held, 2, 20);
}

/// Row of the asset without free licences in [`special_assets`].
const SOLD_OUT: u32 = 0;
/// Row of the book that somebody took along.
const KEPT_BOOK: u32 = 8;
/// Row of that somebody in [`special_users`].
const LEFT_WITH_BOOK: u32 = 0;

fn special_assets(draw: &mut Draw) -> Vec<AssetSpec> {
    let (sketch, atlas) = (draw.adam_id(), draw.adam_id());
    let mut id = || draw.adam_id();
    vec![
        app(id(), "Crane Simulator Licensed", 6),
        AssetSpec { supply: Supply::Unlimited, ..app(id(), "Tide Tables Free", 0) },
        AssetSpec {
            supply: Supply::Unlimited,
            platforms: Platforms::EACH.into_iter().fold(Platforms::default(), Platforms::and),
            ..app(id(), "Signal Flags Free", 0)
        },
        // One product in both qualities.
        app(sketch.clone(), "Deckplan Sketch", 50),
        AssetSpec { pricing_param: PricingParam::Plus, ..app(sketch, "Deckplan Sketch", 20) },
        AssetSpec { device_assignable: false, ..app(id(), "Personal Logbook", 30) },
        AssetSpec { retired: 15, ..app(id(), "Pilot Radio", 45) },
        AssetSpec {
            platforms: Platforms::IOS.and(Platforms::WATCHOS),
            ..app(id(), "Shift Bell", 80)
        },
        book(atlas.clone(), "Atlas of Northern Ports", 25),
        AssetSpec {
            pricing_param: PricingParam::Plus,
            ..book(atlas, "Atlas of Northern Ports", 10)
        },
    ]
}

/// People with a history: the same client user id twice, first gone, then back.
fn special_users(draw: &mut Draw) -> Vec<UserSpec> {
    let hashes = [draw.id_hash(), draw.id_hash(), draw.id_hash()];
    let mut with = |id: &str, status: UserStatus, hash: Option<&String>| UserSpec {
        email: Some(draw.email(Tongue::German, COMPANY)),
        id_hash: hash.cloned(),
        ..user(id, status)
    };
    let (retired, deleted) = (UserStatus::Retired, UserStatus::Deleted);
    vec![
        with("left-with-book", retired, Some(&hashes[0])),
        with("came-back-invited", retired, Some(&hashes[1])),
        with("came-back-invited", UserStatus::Registered, None),
        // Back with the account of old: the older record is `Deleted`.
        with("came-back-linked", deleted, Some(&hashes[2])),
        with("came-back-linked", UserStatus::Associated, Some(&hashes[2])),
        with("never-joined", retired, None),
    ]
}

/// The college: smaller, all of it ordinary.
fn leeds(seed: u64) -> LocationSpec {
    let mut leeds = location("leeds", "Alder College Leeds", 1, "GB", StorePlatform::Education);
    let mut draw = Draw::new(seed, &leeds, "world");
    let plan = Plan {
        tongue: Tongue::English,
        domain: COLLEGE,
        names_from: 30,
        apps: 9,
        books: 3,
        users: 20,
        devices: 30,
        assignments: 60,
        left_alone: 0,
    };
    furnish(&mut leeds, &plan, &mut draw);
    leeds
}
