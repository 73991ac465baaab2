//! The table of seat accounting, row by row (apple-subscriptions.md §12).

use quince::model::{EventStatus, Failure, LicenceKind};

use super::*;

#[test]
fn the_first_worked_example_comes_out() {
    // 100 and 20 owned, 80 and 20 assigned, five of them while no expiring licence was free: 15 and 5 are free.
    let mut desk = Desk::new(100);
    desk.buy(PRO, 100, 0);
    desk.give(PRO, &names(1..=80), true);
    desk.give(PRO, &names(81..=85), false);
    desk.buy(PRO, 0, 20);
    desk.give(PRO, &names(86..=100), false);
    let counts = desk.counts(PRO);
    assert_eq!(counts.total, split(100, 20));
    assert_eq!(counts.assigned, split(80, 20));
    assert_eq!(counts.available, split(15, 5));
}

#[test]
fn the_second_worked_example_comes_out() {
    // 100 owned, 80 and 15 assigned: 5 are free, all of them renewing.
    let mut desk = Desk::new(95);
    desk.buy(PRO, 100, 0);
    desk.give(PRO, &names(1..=80), true);
    desk.give(PRO, &names(81..=95), false);
    let counts = desk.counts(PRO);
    assert_eq!((counts.total, counts.assigned), (split(100, 0), split(80, 15)));
    assert_eq!(counts.available, split(5, 0));
}

#[test]
fn who_expires_takes_an_expiring_licence_if_one_is_free() {
    ledger!("subscriptions.seat-preference", "subscriptions.question.12-count-on-assignment");
    let mut desk = Desk::new(3);
    desk.buy(PRO, 2, 1);
    desk.told();
    desk.give(PRO, &names(1..=2), false);
    assert_eq!(desk.seat(PRO, "u-001").unwrap().backing, LicenceKind::Expiring);
    assert_eq!(desk.seat(PRO, "u-002").unwrap().backing, LicenceKind::Renewing);
    let counts = desk.counts(PRO);
    assert_eq!((counts.assigned, counts.available), (split(0, 2), split(1, 0)));
    assert_eq!(desk.lines(), ["Associate e0 u-001- u-002-"], "and no count");
}

#[test]
fn tasks_fail_in_request_order_once_no_seat_is_left() {
    ledger!("subscriptions.question.08-no-renewing-licence");
    let mut desk = Desk::new(5);
    desk.buy(PRO, 2, 9);
    desk.told();
    let users: Vec<Arc<str>> = names(1..=5).into_iter().rev().collect();
    assert_eq!(desk.give(PRO, &users, true), 2);
    let event = desk.location().events.get(0).unwrap();
    assert_eq!((event.status(), event.requested), (EventStatus::Failed, 5));
    assert_eq!(event.failures[0].why, Failure::NoLicence);
    assert_eq!(event.failures[0].client_user_ids, users[2..]);
    assert!(event.failures[0].assets.is_empty(), "no error can name a subscription");
    assert_eq!(
        desk.lines(),
        ["Associate e0 u-005+ u-004+", "Associate e0 failed u-003+ u-002+ u-001+"]
    );
    assert_eq!(desk.counts(PRO).available, split(0, 9));
}

#[test]
fn a_user_who_is_assigned_again_stays_or_switches() {
    ledger!("subscriptions.question.09-assigned-again");
    let mut desk = Desk::new(2);
    desk.buy(PRO, 1, 1);
    let (one, two) = (names(1..=1), names(2..=2));
    desk.give(PRO, &one, false);
    let versions = |desk: &Desk| desk.location().subscriptions.seats_seq();
    let before = versions(&desk);
    assert_eq!(desk.give(PRO, &one, false), 1, "a success");
    assert_eq!(versions(&desk), before, "without a change");
    // To renew it needs a renewing licence, and gets the free one.
    desk.told();
    assert_eq!(desk.give(PRO, &one, true), 1);
    let seat = desk.seat(PRO, "u-001").unwrap();
    assert_eq!((seat.renewing, seat.backing), (true, LicenceKind::Renewing));
    assert_eq!(desk.lines(), ["Associate e2 u-001+"]);
    // Back again it keeps what it stands on.
    desk.give(PRO, &one, false);
    assert_eq!(desk.seat(PRO, "u-001").unwrap().backing, LicenceKind::Renewing);
    // Who stands on an expiring licence cannot switch while no renewing one is free.
    desk.give(PRO, &two, false);
    assert_eq!(desk.give(PRO, &two, true), 0);
    assert!(!desk.seat(PRO, "u-002").unwrap().renewing);
}

#[test]
fn what_is_taken_back_is_free_at_once_as_it_was() {
    let mut desk = Desk::new(3);
    desk.buy(PRO, 2, 1);
    desk.give(PRO, &names(1..=1), true);
    desk.give(PRO, &names(2..=3), false);
    assert_eq!(desk.counts(PRO).available, split(0, 0));
    desk.told();
    desk.take(PRO, &names(1..=1), false);
    assert_eq!(desk.counts(PRO).available, split(1, 0));
    desk.take(PRO, &names(2..=3), false);
    assert_eq!(desk.counts(PRO).available, split(2, 1));
    assert_eq!(desk.counts(PRO).total, split(2, 1));
    assert_eq!(desk.lines(), ["Disassociate e2 u-001+", "Disassociate e3 u-002- u-003-"]);
}

#[test]
fn every_product_goes_to_every_user() {
    ledger!("subscriptions.question.16-duplicates");
    let mut desk = Desk::new(2);
    desk.buy(PRO, 1, 0);
    desk.buy(TEAM, 9, 0);
    desk.told();
    let request = SeatRequest {
        adam_ids: vec![TEAM, PRO, TEAM],
        client_user_ids: names(1..=2),
        renewing: true,
        deferred: false,
    };
    let number = desk.accept(Command::AssociateSeats(request)).unwrap();
    assert_eq!(desk.settle(number), 3);
    let event = desk.location().events.get(number).unwrap();
    assert_eq!(event.requested, 4, "products count once");
    assert_eq!(
        desk.lines(),
        ["Associate e0 u-001+ u-002+", "Associate e0 u-001+", "Associate e0 failed u-002+",]
    );
}

#[test]
fn what_changed_meanwhile_is_looked_at_again() {
    ledger!("subscriptions.async-checks", "subscriptions.question.23-retired-holder");
    let mut desk = Desk::new(4);
    desk.buy(PRO, 4, 0);
    desk.give(PRO, &names(1..=2), true);
    desk.change(|location| {
        location.add_administrators(&administrators(&[PRO], &["u-001"]), &LIMITS)
    })
    .unwrap();
    let associate = SeatRequest {
        adam_ids: vec![PRO],
        client_user_ids: names(3..=4),
        renewing: true,
        deferred: false,
    };
    let first = desk.accept(Command::AssociateSeats(associate)).unwrap();
    let take = SeatRequest { client_user_ids: names(1..=2), ..SeatRequest::default() };
    let take = SeatRequest { adam_ids: vec![PRO], ..take };
    let second = desk.accept(Command::DisassociateSeats(take)).unwrap();
    desk.told();
    for name in ["u-001", "u-003"] {
        let client_user_id = Some(name.to_owned());
        desk.act(Deed::OtherAdminRetiresUser { client_user_id }).unwrap();
    }
    assert_eq!(desk.counts(PRO).available, split(3, 0), "a retired user's seat is free");
    assert!(!desk.location().subscriptions.is_administrator(PRO, "u-001"));
    assert_eq!(desk.lines(), ["UserManagement", "UserManagement"], "and nobody is told");
    assert_eq!(desk.settle(first), 1);
    let event = desk.location().events.get(first).unwrap();
    assert_eq!(event.failures[0].why, Failure::UnknownUser);
    assert_eq!(desk.settle(second), 2, "who has none any more has given it back");
    assert_eq!(desk.counts(PRO).assigned, split(1, 0));
}

#[test]
fn each_list_has_versions_of_its_own() {
    ledger!("subscriptions.question.21-administrator-seats");
    let mut desk = Desk::new(2);
    let versions = |desk: &Desk| {
        let of = &desk.location().subscriptions;
        (of.seq(), of.seats_seq(), of.administrators_seq())
    };
    desk.buy(PRO, 1, 1);
    let (bought, none, nobody) = versions(&desk);
    assert_eq!((none, nobody), (0, 0));
    let named = administrators(&[PRO], &["u-001", "u-002"]);
    desk.change(|location| location.add_administrators(&named, &LIMITS)).unwrap();
    let (same, _, two) = versions(&desk);
    assert!(same == bought && two > 0, "an administrator need not have a seat");
    desk.change(|location| location.add_administrators(&named, &LIMITS)).unwrap();
    assert_eq!(versions(&desk), (bought, 0, two), "once more changes nothing");
    desk.change(|location| location.remove_administrators(&named, &LIMITS)).unwrap();
    let removed = versions(&desk);
    assert!(removed.2 > two);
    desk.change(|location| location.remove_administrators(&named, &LIMITS)).unwrap();
    assert_eq!(versions(&desk), removed, "who is none is none");
    desk.give(PRO, &names(1..=1), true);
    let (counted, given, _) = versions(&desk);
    assert!(counted > bought && given > 0, "counts are part of the list of subscriptions");
    desk.turn_licences(PRO, 1, LicenceKind::Renewing);
    assert_eq!(versions(&desk).1, given, "of a licence no assignment is written");
}

#[test]
fn notifications_are_as_the_sheet_has_them() {
    use quince::api::v2::notifications::{Envelope, body, chunks};

    let mut desk = Desk::new(101);
    desk.buy(PRO, 20, 5);
    desk.portal(SubscriptionDeed::BuySeats {
        adam_id: Some(TEAM),
        parent_adam_id: None,
        count: 1,
        kind: LicenceKind::Renewing,
        period: None,
        period_end: None,
        force: false,
    })
    .unwrap();
    desk.give(PRO, &names(1..=1), true);
    let told = desk.told();
    let settings = desk.settings.clone();
    let bodies: Vec<String> = [&told[1], &told[2], &told[3]]
        .into_iter()
        .flat_map(|notice| {
            let event_id = notice.event().map(|_| "e-0");
            let envelope = Envelope { id: uuid::Uuid::nil(), uid: "33", event_id };
            chunks(notice, 100).map(move |chunk| (chunk, envelope)).collect::<Vec<_>>()
        })
        .map(|(chunk, envelope)| {
            String::from_utf8(body(&chunk, envelope, &settings).to_vec()).unwrap()
        })
        .collect();
    insta::assert_snapshot!(bodies.join("\n"), @r#"
    {"notification":{"parentAdamId":1501000001,"adamId":6740000017,"counts":{"available":{"renewing":20,"expiring":5},"total":{"renewing":20,"expiring":5}}},"notificationId":"00000000-0000-0000-0000-000000000000","notificationType":"SUBSCRIPTION_COUNT","uId":"33"}
    {"notification":{"parentAdamId":null,"adamId":6740000018,"counts":{"available":{"renewing":1,"expiring":0},"total":{"renewing":1,"expiring":0}}},"notificationId":"00000000-0000-0000-0000-000000000000","notificationType":"SUBSCRIPTION_COUNT","uId":"33"}
    {"notification":{"assignments":[{"adamId":6740000017,"clientUserId":"u-001","renewing":true}],"eventId":"e-0","result":"SUCCESS","type":"ASSOCIATE"},"notificationId":"00000000-0000-0000-0000-000000000000","notificationType":"SUBSCRIPTION_MANAGEMENT","uId":"33"}
    "#);
    let request = SeatRequest {
        adam_ids: vec![TEAM],
        client_user_ids: names(1..=101),
        renewing: true,
        deferred: false,
    };
    let number = desk.accept(Command::AssociateSeats(request)).unwrap();
    desk.settle(number);
    let told = desk.told();
    let cut: Vec<usize> = told.iter().map(|notice| chunks(notice, 100).count()).collect();
    assert_eq!(cut, [1, 1], "one success, a hundred failures");
}
