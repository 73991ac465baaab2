//! One notification of each type, as receivers get it.

use quince::api::v2::notifications::test_body;
use quince::model::{Command, Failing, Failure, SameAccount, Targets, UnknownUser};
use quince::sim::Happened;
use quince::sim::verbs::Deed;

use super::{ALL, APP, BOOK, NORTH, RARE, Stage, targets, wish};

#[test]
fn the_test_notification_is_an_envelope_around_nothing() {
    let stage = Stage::unheard();
    let site = stage.world.site(NORTH).unwrap();
    let body = test_body(site.ids.notification(0, 0), &site.location.profile.uid);
    insta::assert_snapshot!(String::from_utf8(body.to_vec()).unwrap());
}

#[test]
fn an_association_is_told_asset_by_asset_successes_first() {
    ledger!("v2.question.08-pairs-already-so", "v2.question.10-task-order", "v2.shortage-texts");
    let mut stage = Stage::heard(&ALL);
    stage.settings.behaviour.unknown_user = UnknownUser::Async;
    // ada holds the rare app already; of its three licences two are free. Nobody knows dan.
    let devices = ["D1", "D2", "D3", "D4"];
    let told = stage.done(Command::Associate(targets(&[RARE, APP], &["ada", "dan"], &devices)));
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn what_is_taken_back_is_told_alike() {
    let mut stage = Stage::heard(&ALL);
    stage.done(Command::Associate(targets(&[APP], &["ada"], &["D1"])));
    // D2 holds nothing, which is what was asked for.
    let mut told = stage.done(Command::Disassociate(targets(&[APP], &[], &["D1", "D2"])));
    told.extend(stage.done(Command::Revoke(targets(&[], &["ada"], &["D2"]))));
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn users_are_told_as_they_stand_after_the_change() {
    ledger!("v2.notifications.invite-code", "v2.question.33-retire-notification");
    let mut stage = Stage::heard(&ALL);
    let dan = wish("dan", Some("dan@pear.example"), None);
    let eve = wish("eve", None, Some("eve@pear.example"));
    let mut told = stage.done(Command::CreateUsers(vec![dan, eve]));
    let linked = wish("dan", None, Some("dan@pear.example"));
    told.extend(stage.done(Command::UpdateUsers(vec![linked])));
    // ada loses the rare app, of which nothing more is told.
    let gone = vec![wish("ada", None, None), wish("ben", None, None)];
    told.extend(stage.done(Command::RetireUsers(gone)));
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn users_with_whom_something_failed_stand_under_the_reason() {
    ledger!("v2.notifications.failed-users");
    let mut stage = Stage::heard(&ALL);
    stage.settings.behaviour.unknown_user = UnknownUser::Async;
    let wishes = vec![
        wish("ben", None, None),
        wish("dan", None, Some("ada@pear.example")),
        wish("eve", Some("eve@pear.example"), None),
        wish("ada", None, None),
    ];
    let mut told = stage.done(Command::CreateUsers(wishes));
    told.extend(stage.done(Command::RetireUsers(vec![wish("cleo", None, None)])));
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn purchases_count_and_invitations_associate() {
    ledger!("v2.question.36-user-associated");
    let mut stage = Stage::heard(&ALL);
    let mut told = stage.act(Deed::BuyLicenses {
        asset: super::verbs::of(APP),
        product_type: None,
        count: 5,
        as_token: None,
    });
    told.extend(stage.act(Deed::AcceptInvitation {
        client_user_id: Some("ben".to_owned()),
        invite_code: None,
        apple_account: None,
    }));
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn tasks_that_fail_by_hand_are_told_like_others() {
    let mut stage = Stage::heard(&ALL);
    let work = Command::Associate(targets(&[APP, BOOK], &["ada", "ben"], &[]));
    let number = stage.world.accept(NORTH, work, stage.now, &stage.settings).unwrap().unwrap();
    let chosen = Targets { client_user_ids: vec!["ben".into()], ..Targets::default() };
    let failing = Failing { why: Failure::Injected(9603), chosen };
    let ended = stage.world.finish_event(NORTH, number, Some(&failing), stage.now, &stage.settings);
    let Happened::Event { ended, .. } = ended.unwrap().what else { panic!() };
    assert_eq!(ended, Some(false));
    insta::assert_snapshot!(stage.bodies().join("\n"));
}

#[test]
fn an_event_in_parts_is_told_in_parts() {
    let mut stage = Stage::heard(&ALL);
    stage.settings.behaviour.event_steps = 2;
    let told = stage.done(Command::Associate(targets(&[APP], &[], &["D1", "D2", "D3", "D4"])));
    let first = |body: &String| body.contains("D1") && body.contains("D2") && !body.contains("D3");
    assert_eq!(told.len(), 2, "{told:#?}");
    assert!(first(&told[0]) && !told[1].contains("D2"), "{told:#?}");
}

#[test]
fn tasks_that_were_planned_to_fail_are_told_when_their_turn_comes() {
    let mut stage = Stage::heard(&ALL);
    let work = Command::Associate(targets(&[APP], &["ada"], &["D1", "D2"]));
    let number = stage.world.accept(NORTH, work, stage.now, &stage.settings).unwrap().unwrap();
    let chosen = Targets { serial_numbers: vec!["D1".into()], ..Targets::default() };
    let failing = vec![Failing { why: Failure::NoLicence, chosen }];
    assert!(stage.world.steer_event(NORTH, number, None, failing, stage.now));
    assert!(stage.bodies().is_empty(), "not before");
    stage.wait();
    let told = stage.bodies();
    assert_eq!(told.len(), 2, "{told:#?}");
    assert!(told[0].contains("SUCCESS") && told[0].contains("ada") && told[0].contains("D2"));
    assert!(told[1].contains("9709") && told[1].contains("D1"), "{}", told[1]);
}

#[test]
fn the_record_that_stays_is_told() {
    ledger!("v2.notifications.same-account");
    for same_account in [SameAccount::New, SameAccount::Old] {
        let mut stage = Stage::heard(&ALL);
        stage.settings.behaviour.same_account = same_account;
        stage.done(Command::RetireUsers(vec![wish("ada", None, None)]));
        let again = wish("ada", Some("new@pear.example"), Some("ada@pear.example"));
        let told = stage.done(Command::CreateUsers(vec![again]));
        // One notification, of the record that is active now; what becomes of the other follows from it.
        let email = match same_account {
            SameAccount::New => r#""email":"new@pear.example""#,
            SameAccount::Old => r#""email":"ada@pear.example""#,
        };
        let whole = told.len() == 1 && told[0].contains(r#""status":"Associated""#);
        assert!(whole && told[0].contains(email), "{told:#?}");
    }
}
