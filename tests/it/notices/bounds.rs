//! How much is told, and to whom: only subscribers, each change once, no notification too long.

use std::collections::BTreeSet;

use quince::api::v2::notifications::{ELEMENTS_MAX, chunks};
use quince::model::{Command, Notice, NotificationType, Supply, Targets};
use quince::sim::verbs::Deed;
use quince::sim::{Settings, build};
use serde_json::Value;

use super::{ALL, APP, NORTH, ProductType, START, Stage, asset, named, spec, targets, wish};

const ASSETS: usize = 25;
const DEVICES: usize = 1000;

#[test]
fn a_great_many_associations_add_up_from_notifications_of_100() {
    ledger!("v2.notifications.chunks");
    let mut spec = spec();
    let adam_ids: Vec<String> = (0..ASSETS).map(|n| format!("77{n:03}")).collect();
    let many = |adam_id: &String| asset(adam_id, Supply::Limited(1500), ProductType::App);
    spec.locations[0].assets = adam_ids.iter().map(many).collect();
    spec.locations[0].assignments.clear();
    let mut stage = Stage::heard(&ALL);
    stage.world = build(&spec, 7, START, Settings::observed().token_lifetime);
    stage.subscribe(NORTH, &ALL);
    let work = Targets {
        assets: adam_ids.iter().map(|adam_id| named(adam_id)).collect(),
        serial_numbers: (0..DEVICES).map(|n| format!("D{n:04}").into()).collect(),
        ..Targets::default()
    };
    stage
        .world
        .accept(NORTH, Command::Associate(work), stage.now, &stage.settings)
        .unwrap()
        .unwrap();
    stage.wait();

    let told = stage.world.take_notices();
    assert_eq!(told.len(), ASSETS, "one notice an asset");
    let (mut bodies, mut pairs, mut ids) = (0, BTreeSet::new(), BTreeSet::new());
    for told in &told {
        for (_, body) in stage.spell(told) {
            let body: Value = serde_json::from_str(&body).unwrap();
            let list = body["notification"]["assignments"].as_array().unwrap();
            assert!((1..=ELEMENTS_MAX).contains(&list.len()));
            pairs.extend(list.iter().map(Value::to_string));
            assert!(ids.insert(body["notificationId"].to_string()), "an id of its own");
            bodies += 1;
        }
    }
    assert!(bodies >= 250, "{bodies}");
    let location = &stage.world.site(NORTH).unwrap().location;
    assert_eq!(pairs.len(), ASSETS * DEVICES);
    assert_eq!(pairs.len(), location.assignments_standing());
}

#[test]
fn a_hundred_and_first_element_is_told_apart() {
    let mut stage = Stage::heard(&ALL);
    let users = (0..101).map(|n| wish(&format!("u{n}"), None, None)).collect();
    stage.act(Deed::AddUsers { users, count: 1 });
    let devices: Vec<String> = (0..101).map(|n| format!("S{n}")).collect();
    let devices: Vec<&str> = devices.iter().map(String::as_str).collect();
    stage
        .world
        .accept(NORTH, Command::Associate(targets(&["400"], &[], &devices)), START, &stage.settings)
        .unwrap()
        .unwrap();
    stage.wait();
    let told = stage.world.take_notices();
    let cuts = |at_most| -> Vec<_> {
        chunks(&told[0].notice, at_most).map(|chunk| chunk.elements()).collect()
    };
    assert_eq!(cuts(ELEMENTS_MAX), [0..100, 100..101]);
    assert_eq!(cuts(101).len(), 1);
    assert_eq!(cuts(0).len(), 101, "at least one in each");
}

#[test]
fn only_what_somebody_subscribed_to_is_told() {
    let happen = |stage: &mut Stage| {
        let mut told = stage.done(Command::Associate(targets(&[APP], &[], &["D1"])));
        told.extend(stage.done(Command::CreateUsers(vec![wish("dan", None, None)])));
        let count = Deed::RefundLicenses { asset: super::verbs::of(APP), count: 1 };
        told.extend(stage.act(count));
        let deed =
            Deed::AcceptInvitation { client_user_id: None, invite_code: None, apple_account: None };
        told.extend(stage.act(deed));
        told
    };
    assert!(happen(&mut Stage::unheard()).is_empty());
    assert!(happen(&mut Stage::heard(&[])).is_empty());
    assert_eq!(happen(&mut Stage::heard(&ALL)).len(), 4);
    for kind in ALL {
        let unsent = [
            NotificationType::SubscriptionManagement,
            NotificationType::SubscriptionCount,
            NotificationType::UnlimitedAsset,
        ];
        let told = happen(&mut Stage::heard(&[kind]));
        assert_eq!(told.len(), usize::from(!unsent.contains(&kind)), "{kind:?}: {told:#?}");
    }
}

#[test]
fn types_without_a_receiver_are_told_nobody() {
    let mut stage = Stage::heard(&ALL);
    let silence = |location: &mut quince::model::Location| {
        let mut config = location.config.as_ref().clone();
        config.receiver = None;
        location.config = config.into();
    };
    stage.world.change(NORTH, |location, _| silence(location)).unwrap();
    assert!(stage.done(Command::Associate(targets(&[APP], &[], &["D1"]))).is_empty());
}

#[test]
fn the_subscription_of_the_moment_counts() {
    ledger!("v2.notifications.subscription-moment");
    let mut stage = Stage::unheard();
    let work = Command::Associate(targets(&[APP], &[], &["D1", "D2"]));
    stage.settings.behaviour.event_steps = 2;
    stage.world.accept(NORTH, work, stage.now, &stage.settings).unwrap().unwrap();
    // The first half is done before anybody subscribes, the second after.
    stage.world.step_to(START.plus(quince::model::Span(100)), &stage.settings, |_| ());
    stage.subscribe(NORTH, &ALL);
    stage.wait();
    let told = stage.world.take_notices();
    let Notice::Assets(managed) = &told[0].notice else { panic!("{told:?}") };
    let holders: Vec<&str> = managed.elements.iter().map(|it| it.holder.as_ref()).collect();
    assert_eq!((told.len(), holders), (1, vec!["D2"]));
    assert_eq!(told[0].at, START.plus(quince::model::Span(200)), "when it happened");
    assert_eq!(&*told[0].receiver.secret, "s3");
}

#[test]
fn a_fork_tells_nothing_of_what_its_origin_did() {
    let mut stage = Stage::heard(&ALL);
    let work = Command::Associate(targets(&[APP], &[], &["D1"]));
    stage.world.accept(NORTH, work, stage.now, &stage.settings).unwrap().unwrap();
    let early = stage.world.clone();
    stage.wait();
    let mut late = stage.world.clone();
    assert!(late.take_notices().is_empty(), "the fork was made after the change");
    assert_eq!(stage.world.take_notices().len(), 1);
    assert!(stage.world.take_notices().is_empty(), "once");
    // What happens in the fork, it tells itself.
    let mut fork = Stage { world: early, ..stage };
    fork.wait();
    assert_eq!(fork.world.take_notices().len(), 1);
}
