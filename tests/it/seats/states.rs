//! Subscriptions saved, loaded and compared; lists, page by page.

use quince::model::subscription::{SeatFilter, SubscriptionFilter};
use quince::sim::diff::{diff, to_text};
use quince::sim::{ClockMode, Saved};
use quince::snapshot::state::{self, Form};
use serde_json::Value;

use super::*;

/// Its state file, and back.
pub(super) fn through_a_file(desk: &Desk) -> (String, Saved) {
    let saved = Saved {
        world: desk.world.clone(),
        settings: desk.settings.clone(),
        clock: ClockMode::Manual,
        start: desk.now,
        now: desk.now,
        journal_last: 0,
    };
    let text = String::from_utf8(state::write(&saved, Form::default())).unwrap();
    let read = state::read(text.as_bytes()).unwrap();
    (text, read)
}

fn busy() -> Desk {
    let mut desk = Desk::new(6);
    desk.buy(PRO, 3, 1);
    desk.buy(TEAM, 0, 1);
    desk.give(PRO, &names(1..=2), true);
    desk.give(PRO, &names(3..=3), false);
    desk.take(PRO, &names(2..=2), true);
    desk.by_group(PRO, 1).unwrap();
    desk.set_status(TEAM, SubscriptionStatus::Paused);
    desk.change(|location| {
        location.add_administrators(&administrators(&[PRO], &["u-005"]), &LIMITS)
    })
    .unwrap();
    let request = SeatRequest {
        adam_ids: vec![PRO],
        client_user_ids: names(3..=3),
        renewing: true,
        deferred: true,
    };
    desk.accept(Command::DisassociateSeats(request)).unwrap();
    desk
}

#[test]
fn a_saved_location_goes_on_as_if_nothing_had_been() {
    let mut desk = busy();
    let (text, saved) = through_a_file(&desk);
    let mut loaded = Desk { world: saved.world, ..desk.clone() };
    assert_eq!(through_a_file(&loaded).0, text);
    // It is known that a client declared it.
    assert!(loaded.location().subscriptions.is_managed_by_client());
    desk.told();
    let (one, two) = (desk.pass("2027-03-31"), loaded.pass("2027-03-31"));
    assert_eq!(one, two);
    assert_eq!(desk.told(), loaded.told());
    assert_eq!(through_a_file(&desk).0, through_a_file(&loaded).0);
}

#[test]
fn a_state_that_cannot_be_is_refused_with_its_place() {
    let (text, _) = through_a_file(&busy());
    let good: Value = serde_json::from_str(&text).unwrap();
    let cases: [(&str, Value); 16] = [
        ("/list/0/adam_id", 0.into()),
        ("/list/1/adam_id", PRO.into()),
        ("/list/0/parent_adam_id", 0.into()),
        ("/list/0/anchor", 32.into()),
        ("/list/0/total", serde_json::json!([u32::MAX, 0])),
        ("/list/1/total", serde_json::json!([0, 0])),
        ("/list/0/period", "day".into()),
        ("/list/0/period_end", "2027-02-29".into()),
        ("/assignments/0/adam_id", 5.into()),
        ("/assignments/0/client_user_id", "nobody".into()),
        ("/assignments/1/client_user_id", "u-001".into()),
        ("/assignments/1/deferred", 99.into()),
        ("/assignments/1/renewing", true.into()),
        ("/assignments/0/licence", "expiring".into()),
        ("/administrators/0/client_user_id", "nobody".into()),
        ("/administrators/0/adam_id", 5.into()),
    ];
    for (place, value) in cases {
        let mut bad = good.clone();
        let full = format!("/locations/0/subscriptions{place}");
        *bad.pointer_mut(&full).unwrap_or_else(|| panic!("{full} in {good:#}")) = value;
        let error = state::read(bad.to_string().as_bytes()).unwrap_err();
        let told = error.pointer();
        assert!(
            told.starts_with("/locations/0/subscriptions/"),
            "{place}: {told} {}",
            error.what()
        );
    }
}

#[test]
fn differences_are_told_by_product() {
    let mut desk = Desk::new(6);
    desk.buy(PRO, 4, 0);
    desk.give(PRO, &names(1..=2), true);
    let before = desk.world.clone();
    let mut desk = Desk { world: desk.world, ..desk };
    desk.buy(TEAM, 2, 1);
    desk.give(TEAM, &names(1..=3), false);
    desk.give(PRO, &names(1..=1), false);
    desk.take(PRO, &names(2..=2), false);
    desk.turn_licences(PRO, 4, LicenceKind::Expiring);
    desk.set_status(PRO, SubscriptionStatus::Paused);
    desk.change(|location| {
        location.add_administrators(&administrators(&[PRO], &["u-005", "u-004"]), &LIMITS)
    })
    .unwrap();
    let found = diff(&before, &desk.world);
    let text = to_text(&found, false);
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with("event")).collect();
    assert_eq!(
        lines,
        [
            "subscription 6740000017 has 4 expiring licences, before 4 renewing licences",
            "subscription 6740000017 is PAUSED, before ACTIVE",
            "subscription 6740000018 added with 2 renewing and 1 expiring licence",
            "1 seat of 6740000017 taken back from u-002",
            "1 seat of 6740000017 to expire from here on: u-001",
            "3 seats of 6740000018 given to u-001, u-002 and u-003",
            "2 administrators of 6740000017 added: u-004 and u-005",
        ]
    );
    let after = desk.world.clone();
    desk.pass("2027-01-31");
    let text = to_text(&diff(&after, &desk.world), false);
    assert!(text.contains("the period of subscription 6740000018 ends on 2027-02-28"), "{text}");
    assert!(text.contains("1 seat of 6740000017 taken back from u-001"), "{text}");
    // A world read from a file shares nothing, and differs in nothing.
    let (_, saved) = through_a_file(&desk);
    assert_eq!(diff(&desk.world, &saved.world), []);
}

#[test]
fn pages_go_on_where_the_last_one_ended() {
    ledger!("subscriptions.question.26-order");
    let mut desk = Desk::new(9);
    desk.buy(TEAM, 9, 0);
    desk.buy(PRO, 9, 0);
    desk.give(TEAM, &names(1..=9), true);
    desk.give(PRO, &names(3..=7), true);
    let all = SeatFilter::default();
    let read = |desk: &Desk, after: Option<(u64, Arc<str>)>, filter: &SeatFilter| {
        desk.location().subscriptions.seats_page(filter, after.as_ref(), 4)
    };
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let page = read(&desk, after.clone(), &all);
        seen.extend(page.rows.iter().map(|row| (row.adam_id, row.client_user_id.to_string())));
        after = page.rows.last().map(|row| (row.adam_id, Arc::clone(&row.client_user_id)));
        if !page.more {
            break;
        }
        // Somebody writes in between: what was passed and what is to come.
        if seen.len() == 4 {
            desk.take(PRO, &names(3..=3), false);
            desk.take(TEAM, &names(9..=9), false);
            desk.give(PRO, &names(1..=1), true);
        }
    }
    let products: Vec<u64> = seen.iter().map(|(adam_id, _)| *adam_id).collect();
    assert_eq!(products, [vec![PRO; 5], vec![TEAM; 8]].concat());
    let mut once = seen.clone();
    once.sort();
    once.dedup();
    assert_eq!(once, seen, "in order, each once");
    let filter = SeatFilter {
        parent_adam_ids: vec![APP],
        adam_ids: vec![TEAM, PRO, TEAM, 5],
        client_user_ids: ["u-007", "u-001", "u-007", "none"].map(Arc::from).to_vec(),
    };
    let page = read(&desk, Some((PRO, "u-001".into())), &filter);
    let rows: Vec<(u64, &str)> =
        page.rows.iter().map(|row| (row.adam_id, &*row.client_user_id)).collect();
    assert_eq!(rows, [(PRO, "u-007"), (TEAM, "u-001"), (TEAM, "u-007")]);
    let none = SeatFilter { parent_adam_ids: vec![5], ..SeatFilter::default() };
    assert!(read(&desk, None, &none).rows.is_empty());
    let of = &desk.location().subscriptions;
    let first = of.subscriptions_page(&SubscriptionFilter::default(), None, 1);
    assert_eq!((first.rows[0].adam_id, first.more), (PRO, true));
    let second = of.subscriptions_page(&SubscriptionFilter::default(), Some(PRO), 1);
    assert_eq!((second.rows[0].adam_id, second.more), (TEAM, false));
    let counts = second.rows[0].counts;
    assert_eq!((counts.assigned, counts.total), (split(8, 0), split(9, 0)));
}

#[test]
fn what_a_world_begins_with_is_no_clients() {
    let location =
        LocationSpec { subscriptions_declared: Some(true), ..LocationSpec::new("berlin", 0) };
    let organization =
        OrganizationSpec { key: "o".to_owned(), name: "O".to_owned(), domains: Vec::new() };
    let spec = WorldSpec {
        organizations: vec![organization],
        locations: vec![location],
        ..WorldSpec::default()
    };
    let (now, settings) = (at("2027-01-15T09:00:00Z"), Settings::observed());
    let mut desk = Desk { world: build(&spec, 1, now, settings.token_lifetime), now, settings };
    assert_eq!(desk.location().subscriptions.declared(), Some(true));
    assert!(!desk.location().is_used_by_v2());
    desk.change(|location| location.declare_subscriptions(true)).unwrap();
    assert!(desk.location().is_used_by_v2());
}
