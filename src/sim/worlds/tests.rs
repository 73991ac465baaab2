use std::collections::{HashMap, HashSet};

use super::*;
use crate::model::{At, ProductType, Span, Supply, UserStatus};
use crate::sim::spec::HolderSpec;

/// FNV-1a over every value of a world, in order.
struct Fingerprint(u64);

impl Fingerprint {
    fn bytes(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01B3);
        }
    }

    fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.bytes(text.as_bytes());
    }

    fn maybe(&mut self, text: Option<&String>) {
        self.number(u64::from(text.is_some()));
        self.text(text.map_or("", String::as_str));
    }

    fn number(&mut self, number: u64) {
        self.bytes(&number.to_le_bytes());
    }

    /// Debug forms of closed sets of words only: those don't change with the library.
    fn word(&mut self, word: &impl std::fmt::Debug) {
        self.text(&format!("{word:?}"));
    }

    fn people(&mut self, organization: &MdmOrganizationSpec) {
        self.text(&organization.slug);
        self.text(&organization.name);
        self.maybe(organization.vpp_location.as_ref());
        self.word(&organization.language);
        let more = people::made_up(organization, 1);
        for user in organization.users.iter().chain(&more) {
            self.text(&user.email);
            self.text(&user.name);
            user.tags.iter().for_each(|tag| self.text(tag));
            self.word(&user.language);
            self.maybe(user.managed_apple_id.as_ref());
            self.text(&user.metadata);
            user.inferred_segment_ids.iter().for_each(|id| self.number(id.cast_unsigned()));
            user.counts.iter().for_each(|(_, count)| self.number(count.into()));
        }
    }

    fn location(&mut self, location: &LocationSpec) {
        self.text(&location.key);
        self.text(&location.name);
        self.number(location.organization as u64);
        self.text(&location.country);
        self.word(&location.platform);
        self.maybe(location.uid.as_ref());
        self.word(&location.tokens);
        for asset in &location.assets {
            self.text(&asset.adam_id);
            self.text(&asset.name);
            self.word(&(asset.pricing_param, asset.product_type, asset.supply, asset.retired));
            self.word(&(asset.revocable, asset.device_assignable, asset.platforms));
            self.word(&asset.licence_base);
        }
        for device in &location.devices {
            self.text(device);
        }
        for user in &location.users {
            self.text(&user.client_user_id);
            self.word(&(user.status, user.user_id));
            for text in [&user.email, &user.managed_apple_id, &user.invite_code, &user.id_hash] {
                self.maybe(text.as_ref());
            }
        }
        for held in &location.assignments {
            let (kind, row) = match held.holder {
                HolderSpec::User(row) => (0, row),
                HolderSpec::Device(row) => (1, row),
            };
            self.number(u64::from(held.asset) << 33 | kind << 32 | u64::from(row));
        }
        if let Some(declared) = location.subscriptions_declared {
            self.word(&declared);
        }
        for it in &location.subscriptions {
            self.number(it.adam_id);
            self.number(it.parent_adam_id.unwrap_or_default());
            let (period, end) = (it.period.to_string(), it.period_end.map(|end| end.to_string()));
            self.text(&period);
            self.maybe(end.as_ref());
            self.word(&(it.status, it.renewing, it.expiring));
        }
        for seat in &location.seats {
            self.number(u64::from(seat.subscription) << 32 | u64::from(seat.user));
            self.word(&(seat.renewing, seat.licence, seat.by_group));
        }
        for row in &location.administrators {
            self.number(u64::from(row.subscription) << 32 | u64::from(row.user));
        }
    }
}

fn fingerprint(world: &WorldSpec) -> String {
    let mut print = Fingerprint(0xCBF2_9CE4_8422_2325);
    for organization in &world.organizations {
        print.text(&organization.key);
        print.text(&organization.name);
        organization.domains.iter().for_each(|domain| print.text(domain));
    }
    world.locations.iter().for_each(|location| print.location(location));
    world.mdm.iter().for_each(|organization| print.people(organization));
    format!("{:016x}", print.0)
}

#[test]
fn worlds_are_golden() {
    let prints = NAMES.map(|name| (name, fingerprint(&named(name, 1).unwrap())));
    let prints = prints.map(|(name, print)| format!("{name} {print}"));
    // Who changes a world on purpose pins it anew and says so in the change log.
    let golden = [
        "demo 9f93cb6dbd1f26bd",
        "empty 8d9ef63fe90fa311",
        "small-school 0d03238c360dada6",
        "edge-cases 4a4ba8866b411335",
        "enterprise-50k 58e8b78e58dc09cf",
    ];
    assert_eq!(prints, golden);
}

#[test]
fn another_seed_is_another_world() {
    for name in NAMES.into_iter().filter(|name| *name != "empty") {
        assert_ne!(fingerprint(&named(name, 1).unwrap()), fingerprint(&named(name, 2).unwrap()));
    }
    assert_eq!(named("Demo", 1), None);
}

#[test]
fn worlds_keep_the_invariants() {
    for name in NAMES {
        for seed in if name == "enterprise-50k" { 1..2 } else { 1..6 } {
            let world = named(name, seed).unwrap();
            let mut keys = HashSet::new();
            for location in &world.locations {
                assert!(location.organization < world.organizations.len());
                assert!(keys.insert(&location.key));
                check_lists(location);
                check_assignments(location);
                check_seats(location);
            }
        }
    }
}

/// Each product, seat and administrator once; nobody but associated users; as many licences as there are seats, by kind.
fn check_seats(location: &LocationSpec) {
    let mut products = HashSet::new();
    assert!(location.subscriptions.iter().all(|it| products.insert(it.adam_id)));
    let is_associated = |user: u32| location.users[user as usize].status == UserStatus::Associated;
    let mut pairs = HashSet::new();
    let mut backed = HashMap::new();
    for seat in &location.seats {
        assert!(is_associated(seat.user) && pairs.insert((seat.subscription, seat.user)));
        let renews = seat.licence == LicenceKind::Renewing;
        *backed.entry((seat.subscription, renews)).or_insert(0_u32) += 1;
    }
    let mut pairs = HashSet::new();
    for row in &location.administrators {
        assert!(is_associated(row.user) && pairs.insert((row.subscription, row.user)));
    }
    for ((subscription, renews), count) in backed {
        let it = location.subscriptions[subscription as usize];
        let owned = if renews { it.renewing } else { it.expiring };
        assert!(count <= owned, "{it:?}");
    }
}

#[test]
fn subscriptions_of_the_worlds_are_built_as_they_are_planned() {
    let counts = |world: &str, adam_id: u64| {
        let world = crate::sim::build(&named(world, 1).unwrap(), 1, At(0), Span(1));
        let location = &world.sites()[0].location;
        let counts = location.subscriptions.get(adam_id).unwrap().counts();
        [counts.assigned, counts.available, counts.total].map(|it| (it.renewing, it.expiring))
    };
    assert_eq!(counts("demo", 6_740_000_017), [(16, 4), (3, 1), (20, 4)]);
    assert_eq!(counts("demo", 6_740_000_018), [(6, 0), (4, 0), (10, 0)]);
    assert_eq!(counts("demo", 6_740_000_019), [(0, 0), (0, 0), (0, 0)]);
    assert_eq!(counts("demo", 6_740_000_020), [(8, 0), (3, 1), (8, 4)]);
    let demo = named("demo", 1).unwrap();
    let hamburg = &demo.locations[0];
    assert_eq!((hamburg.seats.len(), hamburg.administrators.len()), (34, 6));

    assert_eq!(counts("edge-cases", 1), [(5, 2), (0, 0), (5, 2)]);
    assert_eq!(counts("enterprise-50k", 6_750_000_010), [(1120, 50), (140, 20), (1270, 60)]);
    let enterprise = named("enterprise-50k", 1).unwrap();
    let main = &enterprise.locations[0];
    assert_eq!((main.subscriptions.len(), main.seats.len()), (10, 8100));
}

fn check_lists(location: &LocationSpec) {
    let mut devices = HashSet::new();
    assert!(location.devices.iter().all(|serial| devices.insert(serial)));
    let mut assets = HashSet::new();
    for asset in &location.assets {
        assert!(assets.insert((&asset.adam_id, asset.pricing_param)));
        assert!(asset.adam_id.parse::<i64>().is_ok() && asset.adam_id.len() <= 19);
        if asset.product_type == ProductType::Book {
            assert!(!asset.device_assignable && !asset.revocable, "{}", asset.name);
        }
        if let Supply::Limited(total) = asset.supply {
            assert!(total < i32::MAX as u32);
        }
    }
    let (mut ids, mut accounts) = (HashSet::new(), HashSet::new());
    for user in location.users.iter().filter(|user| user.status.is_active()) {
        assert!(ids.insert(&user.client_user_id), "{}", user.client_user_id);
        if let Some(account) = &user.managed_apple_id {
            assert!(accounts.insert(account));
            assert_eq!(user.status, UserStatus::Associated);
        }
    }
}

fn check_assignments(location: &LocationSpec) {
    let mut assigned = vec![0_u32; location.assets.len()];
    let mut pairs = HashSet::with_capacity(location.assignments.len());
    for held in &location.assignments {
        let asset = &location.assets[held.asset as usize];
        assigned[held.asset as usize] += 1;
        let holder = match held.holder {
            HolderSpec::Device(row) => {
                assert!((row as usize) < location.devices.len());
                assert!(asset.device_assignable, "{}", asset.name);
                (true, row)
            }
            HolderSpec::User(row) => {
                let user = &location.users[row as usize];
                assert!(user.status.is_active() || !asset.revocable, "{}", user.client_user_id);
                (false, row)
            }
        };
        assert!(pairs.insert((held.asset, holder)), "twice: {held:?}");
    }
    for (asset, assigned) in location.assets.iter().zip(assigned) {
        if let Supply::Limited(total) = asset.supply {
            assert!(assigned <= total, "{}", asset.name);
        }
    }
}

#[test]
fn the_enterprise_is_as_large_as_its_name() {
    let world = named("enterprise-50k", 1).unwrap();
    let main = &world.locations[0];
    assert_eq!((main.devices.len(), main.users.len(), main.assets.len()), (50_000, 2000, 300));
    assert_eq!(main.assignments.len(), 1_000_000);
    let mut each = vec![0_u8; main.devices.len()];
    for held in &main.assignments {
        let HolderSpec::Device(row) = held.holder else { panic!("{held:?}") };
        each[row as usize] += 1;
    }
    assert!(each.iter().all(|assets| *assets == 20));
    let breaks = main.assignments.windows(2).filter(|pair| pair[0].asset != pair[1].asset);
    assert!(breaks.count() < 300, "one run for each asset");
}

#[test]
fn the_small_worlds_are_furnished_as_planned() {
    let school = named("small-school", 1).unwrap();
    let berlin = &school.locations[0];
    let sizes = (berlin.assets.len(), berlin.users.len(), berlin.devices.len());
    assert_eq!((sizes, berlin.assignments.len()), ((10, 12, 15), 26));
    assert!(berlin.devices.contains(&"12E45678".to_owned()));
    assert_eq!(berlin.assets[0].adam_id, "361309726");
    assert!(berlin.assignments.iter().all(|held| held.asset != 0));

    let demo = named("demo", 1).unwrap();
    let hamburg = &demo.locations[0];
    let sizes = (hamburg.assets.len(), hamburg.users.len(), hamburg.devices.len());
    assert_eq!((sizes, hamburg.assignments.len()), ((40, 60, 150), 420));
    for status in
        [UserStatus::Registered, UserStatus::Associated, UserStatus::Retired, UserStatus::Deleted]
    {
        assert!(hamburg.users.iter().any(|user| user.status == status), "{status:?}");
    }
}

fn grown(growth: Growth) -> Result<LocationSpec, GrowthError> {
    let mut location = location("main", "Main", 0, "US", StorePlatform::Business);
    grow(&mut location, "grown.example", growth, 1).map(|()| location)
}

#[test]
fn growth_fills_up_to_the_last_pair() {
    let growth = Growth { devices: 7, users: 21, assets: 31, ..Growth::default() };
    let full = growth.with_assignments(growth.capacity() as u32);
    let location = grown(full).unwrap();
    check_lists(&location);
    check_assignments(&location);
    assert_eq!(location.assignments.len() as u64, growth.capacity());

    let error = grown(growth.with_assignments(growth.capacity() as u32 + 1)).unwrap_err();
    assert_eq!(error.to_string(), "621 assignments to users do not fit: there is room for 620");
    let error = grown(Growth { device_assignments: 1, ..Growth::default() }).unwrap_err();
    assert_eq!(error.room, 0);
}

#[test]
fn growth_spreads_assignments_by_numbers() {
    let growth = Growth { devices: 30, users: 10, assets: 5, ..Growth::default() };
    let growth = growth.with_assignments(80);
    assert_eq!((growth.device_assignments, growth.user_assignments), (60, 20));
    assert_eq!(Growth::default().with_assignments(0), Growth::default());
}
