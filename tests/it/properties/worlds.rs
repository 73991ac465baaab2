//! Small worlds in all colours, and the settings to run them under.

use proptest::collection::vec;
use proptest::prelude::*;
use quince::model::{Platforms, PricingParam, ProductType, StorePlatform, Supply, UserStatus};
use quince::sim::spec::{
    AssetSpec, AssignmentSpec, HolderSpec, LocationSpec, OrganizationSpec, UserSpec, VersionsSpec,
    WorldSpec,
};

use super::reference::{Asset, Held, Holder, Rules, State, Status, User};

/// Client user ids. One differs from another only by case, and hardly any request means the last.
pub(super) const USERS: [&str; 7] = ["u0", "u1", "u2", "u3", "u4", "U0", "ghost"];

/// Serial numbers; two differ only by case.
pub(super) const SERIALS: [&str; 7] = ["S0", "S1", "S2", "S3", "S4", "s0", "S5"];

/// Managed Apple Accounts. The last is no account.
pub(super) const ACCOUNTS: [&str; 5] =
    ["m0@school.example", "m1@school.example", "m2@school.example", "m3@school.example", "m4"];

/// The account that mostly goes with a client user id.
pub(super) fn own_account(id: &str) -> &'static str {
    let number = USERS.iter().position(|user| *user == id).unwrap_or(0);
    ACCOUNTS[number % (ACCOUNTS.len() - 1)]
}

/// The key of a location.
pub(super) fn key(place: usize) -> String {
    format!("place-{place}")
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    App(u32),
    UserApp(u32),
    Book(u32),
    Free,
}

fn asset(number: usize, (kind, pair, retired): (Kind, bool, u32)) -> Asset {
    // A pair is the second quality of the asset before it; either may come first.
    let product = if pair { number & !1 } else { number };
    let plus = pair && number % 2 == 1;
    let (is_book, supply, revocable, for_devices) = match kind {
        Kind::App(supply) => (false, Some(supply), true, true),
        Kind::UserApp(supply) => (false, Some(supply), true, false),
        Kind::Book(supply) => (true, Some(supply), false, false),
        Kind::Free => (false, None, true, true),
    };
    let name = (format!("70{product}"), plus);
    Asset { name, is_book, supply, retired, revocable, for_devices }
}

fn assets() -> impl Strategy<Value = Vec<Asset>> {
    let kind = prop_oneof![
        4 => (0_u32..6).prop_map(Kind::App),
        1 => (0_u32..6).prop_map(Kind::UserApp),
        3 => (0_u32..6).prop_map(Kind::Book),
        1 => Just(Kind::Free),
    ];
    let retired = prop_oneof![3 => Just(0_u32), 1 => 1_u32..5];
    (vec((kind, prop::bool::weighted(0.6), retired), 1..=6), any::<bool>()).prop_map(
        |(kinds, plus_first)| {
            let mut assets: Vec<Asset> =
                kinds.into_iter().enumerate().map(|(number, seed)| asset(number, seed)).collect();
            if plus_first {
                assets.reverse();
            }
            assets
        },
    )
}

/// Number of the id, status, number of the account, whether there is an e-mail address.
type UserSeed = (usize, u8, usize, bool);

fn users(seeds: &[UserSeed]) -> (Vec<User>, u32) {
    let (mut users, mut invitations): (Vec<User>, u32) = (Vec::new(), 0);
    for (id, kind, account, has_email) in seeds {
        let id = USERS[*id].to_owned();
        let account = ACCOUNTS[..4].get(*account).unwrap_or(&own_account(&id)).to_string();
        let has_active = users.iter().any(|user| user.id == id && user.is_active());
        let taken =
            users.iter().any(|user| user.account.as_ref() == Some(&account) && user.is_active());
        let of_same =
            users.iter().any(|user| user.id == id && user.account.as_ref() == Some(&account));
        let status = match kind {
            0 if !has_active => Status::Registered,
            1 if !has_active && !taken && !of_same => Status::Associated,
            _ => Status::Retired,
        };
        let had_account = match status {
            Status::Registered => false,
            Status::Retired => !of_same && *kind == 3,
            Status::Associated | Status::Deleted => true,
        };
        let invitation = (!had_account).then_some(invitations);
        invitations += u32::from(!had_account);
        users.push(User {
            email: has_email.then(|| format!("{id}@mail.example")),
            id,
            status,
            account: had_account.then_some(account),
            invitation,
            written: 0,
        });
    }
    (users, invitations)
}

/// Leaves out what cannot be.
fn held(state: &mut State, seeds: &[(usize, bool, usize)]) {
    for (asset, is_user, holder) in seeds {
        let asset = asset % state.assets.len();
        let holder = if *is_user && !state.users.is_empty() {
            Holder::User(holder % state.users.len())
        } else {
            Holder::Device(SERIALS[*holder].to_owned())
        };
        let about = &state.assets[asset];
        let allowed = match &holder {
            Holder::Device(_) => about.for_devices,
            Holder::User(_) => !about.revocable || state.holder_active(&holder),
        };
        let is_left = state.assigned(asset) < state.total(asset);
        if allowed && is_left && !state.holds(asset, &holder) {
            state.held.push(Held { asset, holder, made: 0 });
        }
    }
}

/// A location's contents.
fn place() -> impl Strategy<Value = State> {
    let user = (0..USERS.len() - 1, 0_u8..4, 0_usize..8, any::<bool>());
    let pair = (0_usize..6, any::<bool>(), 0..SERIALS.len());
    (assets(), vec(user, 0..=8), vec(pair, 0..=10)).prop_map(|(assets, seeds, pairs)| {
        let (users, invitations) = users(&seeds);
        let mut state = State { assets, users, invitations, ..State::default() };
        held(&mut state, &pairs);
        state
    })
}

/// The contents of one location or two.
pub(super) fn places() -> impl Strategy<Value = Vec<State>> {
    prop_oneof![3 => vec(place(), 1), 1 => vec(place(), 2)]
}

/// Settings.
pub(super) fn rules() -> impl Strategy<Value = Rules> {
    let delay = prop_oneof![Just(0_i64), Just(200), Just(10_000)];
    (delay, 1_u32..=4, 1_usize..=7, any::<[bool; 4]>()).prop_map(
        |(delay, steps, page_size, [later, listed, old, retired])| Rules {
            delay,
            steps,
            page_size,
            unknown_users_later: later,
            removals_listed: listed,
            old_record_stays: old,
            retired_users_count: retired,
        },
    )
}

impl Rules {
    /// As settings of quince.
    pub(super) fn settings(&self) -> Vec<(&'static str, String)> {
        let word = |flag, yes: &str, no: &str| if flag { yes } else { no }.to_owned();
        vec![
            ("v2.event_delay", format!("{}ms", self.delay)),
            ("v2.event_steps", self.steps.to_string()),
            ("v2.page_size", self.page_size.to_string()),
            ("v2.unknown_user", word(self.unknown_users_later, "async", "sync")),
            ("v2.removals_in_delta", word(self.removals_listed, "listed", "hidden")),
            ("users.same_account", word(self.old_record_stays, "old", "new")),
            ("assets.retired_count", word(self.retired_users_count, "+retired_users", "refunded")),
        ]
    }
}

/// The locations as a world of quince.
pub(super) fn world(places: &[State]) -> WorldSpec {
    let organization =
        OrganizationSpec { key: "school".into(), name: "School".into(), domains: Vec::new() };
    let locations = places.iter().enumerate().map(|(place, state)| location(place, state));
    WorldSpec {
        organizations: vec![organization],
        locations: locations.collect(),
        ..WorldSpec::default()
    }
}

fn location(place: usize, state: &State) -> LocationSpec {
    let mut devices: Vec<String> = vec!["S1".into(), "S0".into()];
    let mut assignments = Vec::new();
    for held in &state.held {
        let holder = match &held.holder {
            Holder::User(user) => HolderSpec::User(*user as u32),
            Holder::Device(serial) => {
                let known = devices.iter().position(|known| known == serial);
                let row = known.unwrap_or(devices.len());
                if known.is_none() {
                    devices.push(serial.clone());
                }
                HolderSpec::Device(row as u32)
            }
        };
        assignments.push(AssignmentSpec { asset: held.asset as u32, holder });
    }
    LocationSpec {
        key: key(place),
        name: key(place),
        organization: 0,
        country: "DE".into(),
        platform: StorePlatform::Education,
        uid: None,
        location_id: None,
        tokens: Vec::new(),
        mdm_info: None,
        versions: VersionsSpec::default(),
        assets: state.assets.iter().map(asset_spec).collect(),
        devices,
        users: state.users.iter().map(user_spec).collect(),
        assignments,
        subscriptions_declared: None,
        subscriptions: Vec::new(),
        seats: Vec::new(),
        administrators: Vec::new(),
    }
}

fn asset_spec(asset: &Asset) -> AssetSpec {
    AssetSpec {
        adam_id: asset.name.0.clone(),
        pricing_param: if asset.name.1 { PricingParam::Plus } else { PricingParam::Standard },
        name: "Something".into(),
        product_type: if asset.is_book { ProductType::Book } else { ProductType::App },
        supply: asset.supply.map_or(Supply::Unlimited, Supply::Limited),
        retired: asset.retired,
        revocable: asset.revocable,
        device_assignable: asset.for_devices,
        platforms: Platforms::IOS,
        licence_base: None,
    }
}

fn user_spec(user: &User) -> UserSpec {
    UserSpec {
        client_user_id: user.id.clone(),
        email: user.email.clone(),
        status: match user.status {
            Status::Registered => UserStatus::Registered,
            Status::Associated => UserStatus::Associated,
            Status::Retired => UserStatus::Retired,
            Status::Deleted => UserStatus::Deleted,
        },
        managed_apple_id: user.account.clone(),
        user_id: None,
        invite_code: None,
        id_hash: None,
    }
}
