//! Random verbs and v2 writes in turn: counts agree, and a diff is what two full reads differ in.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;
use quince::model::{AssetName, At, Command, PricingParam, Targets, UserRequest};
use quince::sim::diff::{Difference, diff};
use quince::sim::verbs::{AssetChoice, Deed, HolderChoice, Verb};
use quince::sim::{Moved, Settings, SiteId, World, build, worlds};

#[derive(Debug, Clone)]
enum Step {
    Verb(Deed),
    Write(Command),
    Wait,
}

fn asset() -> impl Strategy<Value = AssetChoice> {
    let named = (0..6u8).prop_map(|n| AssetChoice {
        adam_id: Some(if n == 0 { "361309726".to_owned() } else { format!("77{n}") }),
        pricing_param: (n == 5).then_some(PricingParam::Plus),
    });
    prop_oneof![Just(AssetChoice::default()), named]
}

fn someone() -> impl Strategy<Value = (Vec<String>, Vec<String>)> + Clone {
    let users = prop::collection::vec((1..6u8).prop_map(|n| format!("user-{n}")), 0..3);
    let devices = prop::collection::vec((1..6u8).prop_map(|n| format!("C0{n}")), 0..3);
    (users, devices)
}

fn deed() -> impl Strategy<Value = Deed> {
    let count = 1..6u32;
    prop_oneof![
        3 => (asset(), count.clone()).prop_map(|(asset, count)| Deed::BuyLicenses {
            asset, product_type: None, count, as_token: None,
        }),
        2 => (asset(), count.clone()).prop_map(|(asset, count)| Deed::RefundLicenses { asset, count }),
        1 => (asset(), count.clone())
            .prop_map(|(asset, count)| Deed::TransferLicenses { asset, to: None, count }),
        2 => Just(Deed::AcceptInvitation {
            client_user_id: None, invite_code: None, apple_account: None,
        }),
        3 => (asset(), someone(), count.clone()).prop_map(|(asset, (users, devices), count)| {
            let holders = HolderChoice { client_user_ids: users, serial_numbers: devices };
            Deed::OtherAdminAssigns { asset, holders, count }
        }),
        1 => Just(Deed::OtherAdminRetiresUser { client_user_id: None }),
        1 => asset().prop_map(|asset| Deed::MakeAssetIrrevocable { asset }),
        1 => (asset(), any::<bool>()).prop_map(|(asset, force)| Deed::RemoveAsset { asset, force }),
        1 => count.clone().prop_map(|count| Deed::AddDevices { serial_numbers: Vec::new(), count }),
        2 => count.prop_map(|count| Deed::AddUsers { users: Vec::new(), count }),
        1 => Just(Deed::RenewToken),
        1 => Just(Deed::MoveService { moved: Some(Moved::Server) }),
    ]
}

fn command() -> impl Strategy<Value = Command> {
    let targets = (0..6u8, someone()).prop_map(|(n, (users, devices))| {
        let adam_id = if n == 0 { "361309726".to_owned() } else { format!("77{n}") };
        let texts = |list: Vec<String>| list.into_iter().map(Arc::from).collect();
        Targets {
            assets: vec![AssetName { adam_id, pricing_param: PricingParam::Standard }],
            client_user_ids: texts(users),
            serial_numbers: texts(devices),
        }
    });
    let user = (1..6u8).prop_map(|n| UserRequest {
        client_user_id: format!("user-{n}").into(),
        email: None,
        managed_apple_id: (n > 3).then(|| format!("user{n}@lindenhof-schule.example")),
    });
    prop_oneof![
        4 => targets.clone().prop_map(Command::Associate),
        2 => targets.clone().prop_map(Command::Disassociate),
        1 => targets.prop_map(Command::Revoke),
        2 => user.clone().prop_map(|user| Command::CreateUsers(vec![user])),
        1 => user.prop_map(|user| Command::RetireUsers(vec![user])),
    ]
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        3 => deed().prop_map(Step::Verb),
        3 => command().prop_map(Step::Write),
        1 => Just(Step::Wait),
    ];
    prop::collection::vec(step, 0..60)
}

type Pairs = BTreeMap<(String, String, bool), i64>;

/// Who holds what, by name, read in full; how often, because a re-created user can hold twice.
fn held(world: &World) -> Pairs {
    let location = &world.site(SiteId(0)).unwrap().location;
    let rows = location.assignments.rows();
    let mut pairs = Pairs::new();
    for (_, row) in rows.walk(quince::store::Classes::ALL, 0) {
        let asset = location.assets.get(row.asset).unwrap();
        let adam_id = location.assets.adam_id(asset.product);
        let (name, is_device) = location.holder_name(row.holder);
        let asset = format!("{adam_id}/{:?}", asset.pricing_param);
        *pairs.entry((asset, name.to_owned(), is_device)).or_default() += 1;
    }
    pairs
}

fn counts_agree(world: &World) {
    let location = &world.site(SiteId(0)).unwrap().location;
    let mut held = BTreeMap::new();
    for (_, row) in location.assignments.rows().walk(quince::store::Classes::ALL, 0) {
        *held.entry(row.asset.0).or_insert(0u32) += 1;
        let asset = location.assets.get(row.asset).unwrap();
        assert!(!asset.removed, "what is removed is held by nobody");
        assert!(asset.licence_id(row.licence).is_some(), "a licence that was ever owned");
    }
    let mut ids = Vec::new();
    for (n, asset) in location.assets.rows().iter().enumerate() {
        assert_eq!(asset.assigned, held.get(&(n as u32)).copied().unwrap_or(0));
        assert!(asset.assigned <= asset.total());
        assert_eq!(asset.total(), asset.assigned + asset.available());
        ids.push(asset.licence_end());
    }
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), location.assets.rows().len(), "no two assets share licence ids");
}

fn count(differences: &[Difference], kinds: &[&str]) -> i64 {
    let those = differences.iter().filter(|difference| kinds.contains(&difference.kind));
    those.map(|difference| i64::try_from(difference.count.unwrap()).unwrap()).sum()
}

/// The diff says as many licences came and went as two full reads differ in.
fn agree(from: &World, to: &World) {
    let differences = diff(from, to);
    let (before, after) = (held(from), held(to));
    let surplus = |one: &Pairs, two: &Pairs| -> i64 {
        let more = |(pair, count): (&(String, String, bool), &i64)| {
            (count - two.get(pair).copied().unwrap_or(0)).max(0)
        };
        one.iter().map(more).sum()
    };
    let came = count(&differences, &["licenses-moved", "licenses-assigned"]);
    let went = count(&differences, &["licenses-moved", "licenses-taken-back"]);
    assert_eq!(
        (came, went),
        (surplus(&after, &before), surplus(&before, &after)),
        "{differences:#?}"
    );
    for difference in &differences {
        let moves = difference.count.unwrap_or(0).min(100) as usize;
        if difference.kind.starts_with("licenses") {
            assert_eq!(difference.holders.len(), moves, "{difference:?}");
        }
    }
    let total = |world: &World| -> i64 {
        let location = &world.site(SiteId(0)).unwrap().location;
        location.assets.iter().map(|asset| i64::from(asset.total())).sum()
    };
    let number = |text: &Option<String>| text.as_ref().map_or(0, |text| text.parse().unwrap());
    let told: i64 = differences
        .iter()
        .map(|difference| match difference.kind {
            "asset-count" => number(&difference.to) - number(&difference.from),
            "asset-added" => i64::try_from(difference.count.unwrap()).unwrap(),
            _ => 0,
        })
        .sum();
    if !differences.iter().any(|difference| difference.kind == "asset-removed") {
        assert_eq!(total(to) - total(from), told, "{differences:#?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]
    #[test]
    fn counts_agree_and_a_diff_is_the_difference(steps in steps(), cut in 0..60usize) {
        let spec = worlds::named("small-school", 7).unwrap();
        let settings = Settings::observed();
        let start = At(1_768_467_600_000);
        let mut world = build(&spec, 7, start, settings.token_lifetime);
        let (origin, mut middle, mut now) = (world.clone(), world.clone(), start);
        for (n, step) in steps.iter().enumerate() {
            if n == cut {
                middle = world.clone();
            }
            let before = world.clone();
            match step {
                Step::Verb(deed) => {
                    let verb = Verb { location: None, deed: deed.clone() };
                    if world.act(&verb, now, &settings).is_err() {
                        prop_assert_eq!(diff(&before, &world), [], "{:?} failed", deed);
                        prop_assert_eq!(before.revision(), world.revision());
                    }
                }
                Step::Write(command) => {
                    let _ = world.accept(SiteId(0), command.clone(), now, &settings);
                }
                Step::Wait => {
                    now = At(now.0 + 1_000);
                    world.step_to(now, &settings, |_| ());
                }
            }
            counts_agree(&world);
            agree(&before, &world);
        }
        for (from, to) in
            [(&origin, &world), (&world, &origin), (&middle, &world), (&world, &middle)]
        {
            agree(from, to);
        }
        // The same history without a shared past: the same differences.
        let twin = build(&spec, 7, start, settings.token_lifetime);
        prop_assert_eq!(diff(&twin, &world), diff(&origin, &world));
    }
}
