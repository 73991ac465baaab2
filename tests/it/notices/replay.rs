//! Property: whoever hears everything knows everything.

use proptest::prelude::*;
use quince::model::{Command, Failing, Failure, Span, Targets, UnknownUser};
use quince::sim::SiteId;
use quince::sim::verbs::{AssetChoice, Deed, HolderChoice, Verb};

use super::client::{Client, revocable};
use super::{ALL, NORTH, SOUTH, Stage, targets, wish};

#[derive(Debug, Clone)]
pub(super) enum Step {
    /// In the first location.
    Verb(Deed),
    Write(SiteId, Command),
    /// So many milliseconds.
    Wait(i64),
    /// Ends an event of the first location by hand; the tasks of these fail, if there are any.
    Finish(u64, Option<(Vec<&'static str>, Vec<&'static str>)>),
}

const ASSETS: [&str; 6] = ["100", "200", "300", "400", "500", "600"];
const USERS: [&str; 6] = ["ada", "ben", "cleo", "dan", "eve", "fox"];
const DEVICES: [&str; 4] = ["D1", "D2", "D3", "D4"];
const ACCOUNTS: [&str; 3] = ["ada@pear.example", "m1@pear.example", "m2@pear.example"];

fn some<const N: usize>(
    names: [&'static str; N],
    most: usize,
) -> impl Strategy<Value = Vec<&'static str>> + Clone {
    prop::sample::subsequence(names.to_vec(), 0..=most)
}

fn asset() -> impl Strategy<Value = AssetChoice> + Clone {
    prop::option::of(prop::sample::select(&ASSETS[..])).prop_map(|adam_id| AssetChoice {
        adam_id: adam_id.map(str::to_owned),
        pricing_param: None,
    })
}

fn deed() -> impl Strategy<Value = Deed> {
    let count = 1..5u32;
    let name = || prop::option::of(prop::sample::select(&USERS[..]).prop_map(str::to_owned));
    let account = prop::option::of(prop::sample::select(&ACCOUNTS[..]).prop_map(str::to_owned));
    let texts = |list: Vec<&str>| list.into_iter().map(str::to_owned).collect();
    prop_oneof![
        3 => (asset(), count.clone()).prop_map(|(asset, count)| Deed::BuyLicenses {
            asset, product_type: None, count, as_token: None,
        }),
        1 => (asset(), count.clone()).prop_map(|(asset, count)| Deed::RefundLicenses { asset, count }),
        2 => (asset(), count.clone())
            .prop_map(|(asset, count)| Deed::TransferLicenses { asset, to: None, count }),
        3 => (name(), account).prop_map(|(client_user_id, apple_account)| {
            Deed::AcceptInvitation { client_user_id, invite_code: None, apple_account }
        }),
        4 => (asset(), some(USERS, 3), some(DEVICES, 3), count.clone()).prop_map(
            move |(asset, users, devices, count)| {
                let holders =
                    HolderChoice { client_user_ids: texts(users), serial_numbers: texts(devices) };
                Deed::OtherAdminAssigns { asset, holders, count }
            },
        ),
        2 => name().prop_map(|client_user_id| Deed::OtherAdminRetiresUser { client_user_id }),
        1 => asset().prop_map(|asset| Deed::MakeAssetIrrevocable { asset }),
        1 => (asset(), any::<bool>()).prop_map(|(asset, force)| Deed::RemoveAsset { asset, force }),
        2 => count.prop_map(|count| Deed::AddUsers { users: Vec::new(), count }),
    ]
}

fn command() -> impl Strategy<Value = Command> {
    let all = (some(ASSETS, 3), some(USERS, 4), some(DEVICES, 3))
        .prop_map(|(assets, users, devices)| targets(&assets, &users, &devices));
    let account = prop::option::of(prop::sample::select(&ACCOUNTS[..]));
    let users = (some(USERS, 3), prop::collection::vec((any::<bool>(), account), 3)).prop_map(
        |(names, extras)| {
            let users = names.into_iter().zip(extras).map(|(name, (mail, account))| {
                wish(name, mail.then_some("new@pear.example"), account)
            });
            users.collect::<Vec<_>>()
        },
    );
    prop_oneof![
        4 => all.clone().prop_map(Command::Associate),
        2 => all.clone().prop_map(Command::Disassociate),
        2 => all.prop_map(|targets| Command::Revoke(Targets { assets: Vec::new(), ..targets })),
        3 => users.clone().prop_map(Command::CreateUsers),
        2 => users.clone().prop_map(Command::UpdateUsers),
        2 => users.prop_map(Command::RetireUsers),
    ]
}

pub(super) fn steps() -> impl Strategy<Value = Vec<Step>> {
    let chosen = prop::option::of((some(USERS, 2), some(DEVICES, 2)));
    let step = prop_oneof![
        4 => deed().prop_map(Step::Verb),
        6 => command().prop_map(|command| Step::Write(NORTH, command)),
        1 => command().prop_map(|command| Step::Write(SOUTH, command)),
        4 => (1..500i64).prop_map(Step::Wait),
        1 => (0..20u64, chosen).prop_map(|(number, chosen)| Step::Finish(number, chosen)),
    ];
    prop::collection::vec(step, 0..60)
}

/// Does a step; it may be refused.
pub(super) fn go(stage: &mut Stage, step: &Step) {
    match step {
        Step::Verb(deed) => {
            let verb = Verb { location: Some("north".to_owned()), deed: deed.clone() };
            let _ = stage.world.act(&verb, stage.now, &stage.settings);
        }
        Step::Write(site, command) => {
            let _ = stage.world.accept(*site, command.clone(), stage.now, &stage.settings);
        }
        Step::Wait(span) => {
            stage.now = stage.now.plus(Span(*span));
            stage.world.step_to(stage.now, &stage.settings, |_| ());
        }
        Step::Finish(number, chosen) => {
            let failing = chosen.as_ref().map(|(users, devices)| Failing {
                why: Failure::Injected(9603),
                chosen: targets(&[], users, devices),
            });
            let settings = &stage.settings;
            stage.world.finish_event(NORTH, *number, failing.as_ref(), stage.now, settings);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]
    #[test]
    fn whoever_hears_every_notification_knows_what_stands(
        steps in steps(),
        parts in 1..5u32,
        is_later in any::<bool>(),
    ) {
        let mut stage = Stage::heard(&ALL);
        stage.settings.behaviour.event_steps = parts;
        if is_later {
            stage.settings.behaviour.unknown_user = UnknownUser::Async;
        }
        let mut unheard = Stage { settings: stage.settings.clone(), ..Stage::unheard() };
        let read = |stage: &Stage, site| Client::read(&stage.world.site(site).unwrap().location);
        let flags = |stage: &Stage, site| revocable(&stage.world.site(site).unwrap().location);
        let mut clients = [NORTH, SOUTH].map(|site| read(&stage, site));
        let mut lists = [NORTH, SOUTH].map(|site| flags(&stage, site));
        for step in steps.iter().chain(&[Step::Wait(100_000)]) {
            go(&mut stage, step);
            go(&mut unheard, step);
            prop_assert!(stage.world.clone().take_notices().is_empty(), "a fork tells nothing");
            prop_assert!(unheard.world.take_notices().is_empty(), "nobody is there to hear");
            for (site, body) in stage.sent() {
                clients[site.0].hear(&body, &lists[site.0]);
            }
            lists = [NORTH, SOUTH].map(|site| flags(&stage, site));
            for site in [NORTH, SOUTH] {
                let known = clients[site.0].clone().without_nothing();
                prop_assert_eq!(known, read(&stage, site), "after {:?}", step);
                prop_assert_eq!(read(&stage, site), read(&unheard, site), "telling changes nothing");
            }
        }
    }
}
