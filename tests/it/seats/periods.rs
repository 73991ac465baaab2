//! Ends of billing periods, in virtual time.

use quince::model::{LicenceKind, Period};
use quince::sim::Happened;

use super::*;

/// What the journal says of ends of periods, a line each.
fn ends(happened: &[Happening]) -> Vec<String> {
    let ends = happened.iter().filter(|it| matches!(it.what, Happened::PeriodEnd { .. }));
    ends.map(|it| format!("{} {}", date::precise(it.at), it.text())).collect()
}

#[test]
fn what_renews_rolls_over_at_midnight() {
    ledger!("subscriptions.question.28-rollover-moment");
    let mut desk = Desk::new(3);
    desk.buy(PRO, 5, 0);
    desk.give(PRO, &names(1..=3), true);
    desk.told();
    let before = desk.counts(PRO);
    desk.pass_to(At(day("2027-01-31").end().0 - 1));
    assert_eq!(desk.record(PRO).period_end, day("2027-01-31"));
    let happened = desk.pass("2027-01-31");
    assert_eq!(
        ends(&happened),
        [
            "2027-02-01T00:00:00.000Z period of subscription 6740000017 ended: all rolled over; the next one ends on 2027-02-28"
        ]
    );
    assert_eq!(desk.counts(PRO), before);
    assert_eq!(desk.lines(), ["count 2/0 free of 5/0"]);
}

#[test]
fn an_assignment_that_expires_frees_its_renewing_licence() {
    ledger!("subscriptions.question.11-silent-ends");
    let mut desk = Desk::new(3);
    desk.buy(PRO, 3, 0);
    desk.give(PRO, &names(1..=1), true);
    desk.give(PRO, &names(2..=3), false);
    desk.told();
    desk.pass("2027-01-31");
    let counts = desk.counts(PRO);
    assert_eq!(counts.total, split(3, 0), "nothing is lost");
    assert_eq!((counts.assigned, counts.available), (split(1, 0), split(2, 0)));
    assert_eq!(desk.lines(), ["count 2/0 free of 3/0"], "the two are not told");
}

#[test]
fn expiring_licences_vanish_assigned_or_not() {
    let mut desk = Desk::new(2);
    desk.buy(PRO, 1, 3);
    desk.give(PRO, &names(1..=2), false);
    assert_eq!(desk.counts(PRO).available, split(1, 1));
    desk.pass("2027-01-31");
    let counts = desk.counts(PRO);
    assert_eq!((counts.total, counts.assigned), (split(1, 0), split(0, 0)));
    assert_eq!(counts.available, split(1, 0));
}

#[test]
fn a_cancelled_licence_takes_its_assignment_along() {
    ledger!("subscriptions.cancelled-renewal");
    let mut desk = Desk::new(4);
    desk.buy(PRO, 5, 0);
    desk.give(PRO, &names(1..=3), true);
    desk.told();
    desk.turn_licences(PRO, 3, LicenceKind::Expiring);
    // The two free ones first, then that of the lowest user, whose assignment still means to renew.
    let counts = desk.counts(PRO);
    assert_eq!((counts.total, counts.assigned), (split(2, 3), split(3, 0)));
    assert_eq!(counts.available, split(0, 2));
    assert_eq!(desk.seat(PRO, "u-001").unwrap().backing, LicenceKind::Expiring);
    assert_eq!(desk.lines(), ["count 0/2 free of 2/3"]);
    let mut resumed = desk.clone();
    resumed.turn_licences(PRO, 1, LicenceKind::Renewing);
    assert_eq!(resumed.seat(PRO, "u-001").unwrap().backing, LicenceKind::Renewing);
    assert_eq!(resumed.counts(PRO).available, split(0, 2));
    desk.pass("2027-01-31");
    assert_eq!(desk.seat(PRO, "u-001"), None);
    assert_eq!(desk.counts(PRO).total, split(2, 0));
    assert_eq!(desk.counts(PRO).assigned, split(2, 0));
}

#[test]
fn what_is_given_back_later_stays_until_then() {
    ledger!("subscriptions.question.10-deferred-event");
    let mut desk = Desk::new(4);
    desk.buy(PRO, 2, 1);
    desk.give(PRO, &names(1..=2), true);
    desk.give(PRO, &names(3..=3), false);
    desk.told();
    let later = desk.take(PRO, &names(1..=1), true);
    let also = desk.take(PRO, &names(3..=3), true);
    assert_eq!(desk.lines(), [] as [&str; 0], "nobody is told yet");
    assert_eq!(desk.counts(PRO).assigned, split(1, 2));
    assert!(!desk.seat(PRO, "u-001").unwrap().renewing);
    desk.pass("2027-01-31");
    assert_eq!(
        desk.lines(),
        [
            format!("Disassociate e{later} u-001-"),
            format!("Disassociate e{also} u-003-"),
            "count 1/0 free of 2/0".to_owned(),
        ]
    );
    assert_eq!(desk.counts(PRO).assigned, split(1, 0));
}

#[test]
fn who_is_assigned_anew_keeps_the_seat_after_all() {
    let mut desk = Desk::new(2);
    desk.buy(PRO, 2, 0);
    desk.give(PRO, &names(1..=2), true);
    desk.take(PRO, &names(1..=2), true);
    desk.give(PRO, &names(1..=1), true);
    desk.take(PRO, &names(2..=2), false);
    desk.told();
    desk.pass("2027-01-31");
    assert_eq!(desk.lines(), ["count 1/0 free of 2/0"], "each was told when it was decided");
    assert!(desk.seat(PRO, "u-001").unwrap().renewing);
}

#[test]
fn without_seats_a_subscription_stays_listed_and_has_no_periods() {
    let mut desk = Desk::new(1);
    desk.buy(PRO, 0, 2);
    desk.give(PRO, &names(1..=1), false);
    desk.told();
    let happened = desk.pass("2027-06-30");
    assert_eq!(
        ends(&happened),
        [
            "2027-02-01T00:00:00.000Z period of subscription 6740000017 ended: 1 assignment ended, 2 licences gone; no licence is left"
        ]
    );
    assert_eq!(desk.lines(), ["count 0/0 free of 0/0"]);
    let record = desk.record(PRO);
    assert_eq!(
        (record.status, record.period_end),
        (SubscriptionStatus::Inactive, day("2027-01-31"))
    );
    assert_eq!(desk.world.next_due(), None);
    // What is bought then begins a new period.
    desk.portal(SubscriptionDeed::BuySeats {
        adam_id: Some(PRO),
        parent_adam_id: None,
        count: 1,
        kind: LicenceKind::Renewing,
        period: Period::parse("week"),
        period_end: None,
        force: false,
    })
    .unwrap();
    let record = desk.record(PRO);
    assert_eq!((record.status, record.period_end), (SubscriptionStatus::Active, day("2027-07-08")));
}

#[test]
fn a_year_of_periods_passes_in_one_go() {
    let mut desk = Desk::new(2);
    desk.buy(PRO, 2, 0);
    desk.portal(SubscriptionDeed::BuySeats {
        adam_id: Some(TEAM),
        parent_adam_id: None,
        count: 1,
        kind: LicenceKind::Renewing,
        period: Period::parse("3 months"),
        period_end: Some(day("2027-02-28")),
        force: false,
    })
    .unwrap();
    desk.told();
    let happened = desk.pass("2027-12-31");
    let days: Vec<String> = happened
        .iter()
        .map(|it| {
            let Happened::PeriodEnd { adam_id, ended } = &it.what else { panic!("{it:?}") };
            format!("{} {}", adam_id - PRO, ended.next.unwrap())
        })
        .collect();
    assert_eq!(days.len(), 12 + 4);
    let of_pro: Vec<&str> = days.iter().filter_map(|it| it.strip_prefix("0 ")).collect();
    assert_eq!(of_pro[..4], ["2027-02-28", "2027-03-31", "2027-04-30", "2027-05-31"]);
    let of_team: Vec<&str> = days.iter().filter_map(|it| it.strip_prefix("1 ")).collect();
    assert_eq!(of_team, ["2027-05-28", "2027-08-28", "2027-11-28", "2028-02-28"]);
    assert!(happened.windows(2).all(|two| two[0].at <= two[1].at));
    assert_eq!(desk.lines().len(), 16, "a count for each");
    assert_eq!(desk.world.next_of_events(), None, "the world is idle all the while");
}

#[test]
fn a_pause_and_an_end() {
    ledger!("subscriptions.paused", "subscriptions.deactivated");
    let mut desk = Desk::new(2);
    desk.buy(PRO, 2, 0);
    desk.give(PRO, &names(1..=2), true);
    desk.set_status(PRO, SubscriptionStatus::Paused);
    desk.take(PRO, &names(2..=2), true);
    desk.told();
    desk.pass("2027-01-31");
    assert_eq!(desk.lines().len(), 2, "periods go on, and what was given back is");
    assert_eq!(desk.counts(PRO).assigned, split(1, 0));
    desk.set_status(PRO, SubscriptionStatus::Active);
    desk.give(PRO, &names(2..=2), true);
    desk.set_status(PRO, SubscriptionStatus::Inactive);
    assert_eq!(desk.counts(PRO).assigned, split(2, 0), "to the end of the period");
    desk.pass("2027-02-28");
    assert_eq!(desk.counts(PRO), SeatCounts::default());
    desk.buy(PRO, 1, 0);
    assert_eq!(desk.record(PRO).status, SubscriptionStatus::Active);
}

#[test]
fn periods_end_with_the_year_2999() {
    ledger!("subscriptions.last-period");
    let mut desk = Desk::new(1);
    desk.now = at("2999-11-20T00:00:00Z");
    desk.portal(SubscriptionDeed::BuySeats {
        adam_id: Some(PRO),
        parent_adam_id: None,
        count: 1,
        kind: LicenceKind::Renewing,
        period: None,
        period_end: None,
        force: false,
    })
    .unwrap();
    desk.give(PRO, &names(1..=1), true);
    let happened = desk.pass_to(At(i64::MAX));
    assert_eq!(ends(&happened).len(), 1, "20 December is followed by no 20 January");
    assert_eq!(desk.counts(PRO), SeatCounts::default());
    assert_eq!(desk.world.next_due(), None);
}

#[test]
fn an_event_goes_before_a_period_that_ends_at_the_same_instant() {
    let mut desk = Desk::new(1);
    desk.buy(PRO, 1, 0);
    desk.now = At(day("2027-01-31").end().0 - 200);
    let request = SeatRequest {
        adam_ids: vec![PRO],
        client_user_ids: names(1..=1),
        renewing: false,
        deferred: false,
    };
    desk.accept(Command::AssociateSeats(request)).unwrap();
    let happened = desk.pass("2027-01-31");
    let kinds: Vec<&str> = happened.iter().map(Happening::kind).collect();
    assert_eq!(kinds, ["event-step", "period-end"]);
    assert_eq!(desk.seat(PRO, "u-001"), None, "given and over");
}
