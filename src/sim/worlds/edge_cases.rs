//! `edge-cases`: all of it legal, none of it kind.
//!
//! The first location holds the odd contents, the others odd tokens and sizes.

use super::draw::{app, book, user};
use super::people::of_edge_cases;
use super::seats::{subscribe, subscription};
use super::{location, organization};
use crate::model::subscription::PeriodUnit;
use crate::model::{
    At, Date, LicenceKind, Period, Platforms, PricingParam, Privileges, StorePlatform,
    SubscriptionStatus, Supply, UserStatus,
};
use crate::sim::entropy::Stream;
use crate::sim::spec::{
    AssetSpec, AssignmentSpec, HolderSpec, LocationSpec, SubscriptionSpec, TokenSpec, UserSpec,
    WorldSpec,
};

/// Holders of the free app.
const CROWD: u32 = 1200;

/// 2020-01-01T00:00:00Z: long ago for every clock that a universe starts with.
const LONG_AGO: At = At(1_577_836_800_000);

/// The world.
pub(super) fn world(seed: u64) -> WorldSpec {
    let name = "Ünïcødé & \"Söhne\" \\ 学校 🍐/<b>Org</b>\u{202e}gnirts";
    let domains = ["edge.example", "xn--bcher-kva.example"];
    WorldSpec {
        organizations: vec![organization("edge", name, &domains)],
        locations: vec![edges(seed), lone(), reading_room(), lapsed(), withdrawn()],
        ..WorldSpec::default()
    }
    .with_people(of_edge_cases)
}

fn token(serial: u32) -> TokenSpec {
    TokenSpec { serial, expires: None, revoked: false, privileges: Privileges::ALL, literal: None }
}

fn edges(seed: u64) -> LocationSpec {
    let name = format!("Schule \"Zum \\ Schrägstrich/\" 🏫 {}", "lang ".repeat(40));
    let mut edges = location("edges", &name, 0, "XK", StorePlatform::Education);
    // The third download is in force; it revoked the others.
    edges.tokens = vec![token(1), TokenSpec { expires: Some(LONG_AGO), ..token(2) }, token(3)];
    edges.assets = assets();
    edges.users = users();
    edges.devices = vec![
        TWIN_NAME.to_owned(),
        "serial with blanks".to_owned(),
        "f47ac10b-58cc-4372-a567-0e02b2c3d479".to_owned(),
        "ÄÖÜ\"\\/🍎".to_owned(),
        "0".to_owned(),
    ];
    let named = edges.devices.len() as u32;
    edges.devices.extend((0..CROWD).map(|n| format!("CROWD{n:07}")));
    edges.assignments = assignments(named);
    // Runs that are too regular hide faults: the crowd comes in no order.
    Stream::new(seed, "edges", "world", 0).shuffle(&mut edges.assignments[6..]);
    add_subscriptions(&mut edges);
    edges
}

/// Ids at both ends, no app above them, as many licences as there can be, and what a group gave.
fn add_subscriptions(edges: &mut LocationSpec) {
    let renewing = LicenceKind::Renewing;
    let everybody = [(true, renewing, 5), (false, LicenceKind::Expiring, 2)];
    let one = SubscriptionSpec { renewing: 5, expiring: 2, ..subscription(1, None) };
    subscribe(edges, one, &everybody, 100, 0);
    let largest = i64::MAX as u64;
    let most = SubscriptionSpec {
        renewing: i32::MAX as u32 - 1,
        expiring: 1,
        period: Period::new(100, PeriodUnit::Year).unwrap_or(Period::MONTH),
        ..subscription(largest, Some(largest))
    };
    subscribe(edges, most, &[(true, renewing, 1)], 0, 0);
    let by_group = SubscriptionSpec {
        renewing: 2,
        period: Period::new(1, PeriodUnit::Week).unwrap_or(Period::MONTH),
        ..subscription(6_760_000_001, None)
    };
    subscribe(edges, by_group, &[(true, renewing, 2)], 0, 2);
    let last = edges.subscriptions.len() as u32 - 1;
    let of_group = edges.seats.iter_mut().filter(|seat| seat.subscription == last);
    of_group.for_each(|seat| seat.by_group = true);
    // No more than a statement: over, and nobody ever had it.
    let never = SubscriptionSpec {
        status: SubscriptionStatus::Inactive,
        period_end: Date::new(1999, 12, 31),
        ..subscription(2, Some(1))
    };
    subscribe(edges, never, &[], 0, 0);
}

/// A client user id that is also a serial number.
const TWIN_NAME: &str = "C02EDGE00001";

const FULL: u32 = 1;
const BOTH_STANDARD: u32 = 2;
const BOTH_PLUS: u32 = 3;
const KEPT_BOOK: u32 = 4;
const CROWDED: u32 = 5;

fn assets() -> Vec<AssetSpec> {
    let all = Platforms::EACH.into_iter().fold(Platforms::default(), Platforms::and);
    let plus = PricingParam::Plus;
    vec![
        app("100000001", "No Licences at All", 0),
        app("100000002", "Everything Assigned", 3),
        app("100000003", "One Product, Two Qualities", 2),
        AssetSpec { pricing_param: plus, ..app("100000003", "One Product, Two Qualities", 2) },
        book("100000004", "The Book That Was Kept", 2),
        AssetSpec { supply: Supply::Unlimited, ..app("100000005", "Crowded and Free", 0) },
        app("7", "One Digit", 1),
        AssetSpec {
            platforms: all,
            ..app("9223372036854775807", "Nineteen Digits", i32::MAX as u32 - 1)
        },
        app("100000006", "Quo\"te Back\\slash Sla/sh Tab\t Bell\u{7} Null\u{0} 🍏 \u{feff}", 1),
        app("100000007", "long ".repeat(400), 1),
        AssetSpec { retired: 10, ..app("100000008", "All Refunded", 0) },
        AssetSpec { revocable: false, ..app("100000009", "App That Stays", 5) },
        AssetSpec { platforms: Platforms::default(), ..app("100000010", "Runs Nowhere", 1) },
        AssetSpec { supply: Supply::Unlimited, ..book("100000011", "Free Book", 0) },
    ]
}

const TWIN: u32 = 0;
const GONE_READER: u32 = 1;

fn users() -> Vec<UserSpec> {
    let hash = |c: &str| Some(format!("{}=", c.repeat(27)));
    let (registered, associated) = (UserStatus::Registered, UserStatus::Associated);
    let address = |local: &str| Some(format!("{local}@edge.example"));
    let mut users = vec![
        user(TWIN_NAME, registered),
        UserSpec { id_hash: hash("A"), ..user("gone-reader", UserStatus::Retired) },
        UserSpec { id_hash: hash("B"), ..user("thrice", UserStatus::Deleted) },
        UserSpec { id_hash: hash("C"), ..user("thrice", UserStatus::Retired) },
        UserSpec { id_hash: hash("B"), ..user("thrice", associated) },
        UserSpec { email: address("o'brien+vpp"), ..user("same-address-1", registered) },
        UserSpec { email: address("o'brien+vpp"), ..user("same-address-2", registered) },
        UserSpec { email: address(&"l".repeat(64)), ..user("long-address", associated) },
        UserSpec {
            managed_apple_id: Some("grüße@xn--bcher-kva.example".to_owned()),
            ..user("managed", associated)
        },
    ];
    let long = "x".repeat(1024);
    let ids = [
        " ",
        "0",
        "null",
        "true",
        "a b",
        "\"quoted\"",
        "back\\slash",
        "sla/sh",
        "tab\there",
        "line\nbreak",
        "bell\u{7}",
        "\u{0}",
        "percent%20",
        "a+b",
        "a&b=c",
        "?x#y",
        "<i>",
        "用户",
        "🧑‍🏫",
        "e\u{301}",
        "\u{e9}",
        "\u{202e}abc",
        "CASE",
        "case",
        &long,
    ];
    // Only who is associated can have a subscription, whatever the id looks like.
    let linked = ["\"quoted\"", "\u{0}", "a&b=c", "用户", &long];
    let status = |id: &str| if linked.contains(&id) { associated } else { registered };
    users.extend(ids.map(|id| user(id, status(id))));
    users
}

fn assignments(first_of_crowd: u32) -> Vec<AssignmentSpec> {
    let device = |asset, row| AssignmentSpec { asset, holder: HolderSpec::Device(row) };
    let of_user = |asset, row| AssignmentSpec { asset, holder: HolderSpec::User(row) };
    let mut list = vec![
        // The same text holds the same asset as a user and as a device.
        of_user(BOTH_STANDARD, TWIN),
        device(BOTH_STANDARD, 0),
        device(BOTH_PLUS, 0),
        of_user(KEPT_BOOK, GONE_READER),
        device(FULL, 1),
        of_user(FULL, 4),
        of_user(FULL, 9),
    ];
    list.extend((0..CROWD).map(|n| device(CROWDED, first_of_crowd + n)));
    list
}

/// A single asset and nothing else.
fn lone() -> LocationSpec {
    let mut lone = location("lone", "L", 0, "US", StorePlatform::Business);
    // Somebody said that subscriptions are not supported.
    lone.subscriptions_declared = Some(false);
    lone.assets.push(app("200000001", "Lone", 1));
    lone
}

/// Something to read, with a token that may do no more than that.
fn reading_room() -> LocationSpec {
    let mut room = location("reading-room", "Reading Room", 0, "FR", StorePlatform::Business);
    room.tokens.push(TokenSpec { privileges: Privileges::VIEW, ..token(1) });
    room.assets.push(app("200000002", "Look, Don't Touch", 5));
    room.users.push(user("reader", UserStatus::Registered));
    room.assignments.push(AssignmentSpec { asset: 0, holder: HolderSpec::User(0) });
    room
}

/// Its only token has expired.
fn lapsed() -> LocationSpec {
    let mut lapsed = location("lapsed", "Lapsed", 0, "JP", StorePlatform::Business);
    lapsed.tokens.push(TokenSpec { expires: Some(LONG_AGO), ..token(1) });
    lapsed
}

/// Its only token was revoked.
fn withdrawn() -> LocationSpec {
    let mut withdrawn = location("withdrawn", "Withdrawn", 0, "BR", StorePlatform::Education);
    withdrawn.tokens.push(TokenSpec { revoked: true, ..token(1) });
    withdrawn
}
