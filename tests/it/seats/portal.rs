//! Verbs about subscriptions, as they are written.

use serde_json::json;

use super::*;
use quince::scenario::verbs::{VERBS, verb};

fn read(name: &str, arguments: serde_json::Value) -> Deed {
    verb(name, arguments).unwrap().deed
}

#[test]
fn a_verb_without_targets_takes_the_lowest_that_fits() {
    let mut desk = Desk::new(3);
    let mut say = |name: &str, arguments| desk.act(read(name, arguments)).unwrap().text;
    assert_eq!(
        say("buy-seats", json!({"adam_id": TEAM, "count": 3, "period": "year"})),
        "3 renewing licences of subscription 6740000018 bought, 3 in all, period to 2028-01-15"
    );
    assert_eq!(
        say(
            "buy-seats",
            json!({"adam_id": PRO.to_string(), "kind": "expiring", "period_end": "2027-01-20"})
        ),
        "1 expiring licence of subscription 6740000017 bought, 1 in all, period to 2027-01-20"
    );
    assert_eq!(
        say("cancel-renewal", json!({"count": 1})),
        "renewal of 1 licence of subscription 6740000018 cancelled"
    );
    assert_eq!(
        say("resume-renewal", json!({})),
        "renewal of 1 licence of subscription 6740000017 resumed"
    );
    assert_eq!(say("pause-subscription", json!({})), "subscription 6740000017 is PAUSED now");
    assert_eq!(
        say("assign-by-group", json!({"count": 2})),
        "subscription 6740000018 assigned through a group to u-001 and u-002"
    );
    assert_eq!(say("resume-subscription", json!({})), "subscription 6740000017 is ACTIVE now");
    assert_eq!(
        say("deactivate-subscription", json!({"adam_id": TEAM})),
        "subscription 6740000018 is INACTIVE now"
    );
    assert_eq!(
        say("buy-seats", json!({})),
        "1 renewing licence of subscription 6740000017 bought, 2 in all, period to 2027-01-20"
    );
}

#[test]
fn a_group_is_told_without_an_event() {
    let mut desk = Desk::new(3);
    desk.buy(PRO, 1, 2);
    desk.told();
    let outcome = desk.by_group(PRO, 2).unwrap();
    assert_eq!((outcome.subscriptions, outcome.count), (vec![PRO], Some(2)));
    assert_eq!(desk.lines(), ["Associate u-001+ u-002-"]);
    assert_eq!(desk.counts(PRO).available, split(0, 1));
    desk.take(PRO, &names(1..=1), false);
    assert_eq!(desk.counts(PRO).available, split(1, 1));
}

#[test]
fn what_does_not_fit_changes_nothing() {
    let mut desk = Desk::new(1);
    desk.buy(PRO, 2, 0);
    let before = format!("{:?}", desk.location().subscriptions);
    let cases = [
        ("buy-seats", json!({"adam_id": 0}), "adam_id"),
        ("buy-seats", json!({"adam_id": u64::MAX}), "adam_id"),
        ("buy-seats", json!({"count": 0}), "count"),
        ("buy-seats", json!({"count": u32::MAX}), "count"),
        ("buy-seats", json!({"parent_adam_id": 5}), "parent_adam_id"),
        ("buy-seats", json!({"period": "year"}), "period"),
        ("buy-seats", json!({"period_end": "2027-03-31"}), "period_end"),
        ("buy-seats", json!({"adam_id": 5, "period_end": "2027-01-14"}), "period_end"),
        ("cancel-renewal", json!({"count": 3}), "adam_id"),
        ("cancel-renewal", json!({"adam_id": PRO, "count": 3}), "count"),
        ("cancel-renewal", json!({"count": 0}), "count"),
        ("resume-renewal", json!({}), "adam_id"),
        ("resume-renewal", json!({"adam_id": PRO}), "count"),
        ("resume-subscription", json!({"adam_id": PRO}), "adam_id"),
        ("pause-subscription", json!({"adam_id": 5}), "adam_id"),
        ("assign-by-group", json!({"count": 3}), "adam_id"),
        ("assign-by-group", json!({"count": 2}), "count"),
        ("assign-by-group", json!({"client_user_ids": ["nobody"]}), "client_user_ids"),
    ];
    for (name, arguments, argument) in cases {
        let refused = desk.act(read(name, arguments.clone())).unwrap_err();
        assert_eq!(refused.argument, argument, "{name} {arguments}: {refused}");
    }
    assert_eq!(format!("{:?}", desk.location().subscriptions), before);
    desk.by_group(PRO, 1).unwrap();
    // Named twice, a user needs one licence.
    let mut twice = desk.clone();
    twice.buy(TEAM, 1, 0);
    let named = json!({"adam_id": TEAM, "client_user_ids": ["u-001", "u-001"]});
    assert_eq!(twice.act(read("assign-by-group", named)).unwrap().client_user_ids, ["u-001"]);
    let again = read("assign-by-group", json!({"client_user_ids": ["u-001"]}));
    assert_eq!(desk.act(again).unwrap_err().argument, "client_user_ids");
}

#[test]
fn arguments_are_read_strictly() {
    for (name, arguments) in [
        ("buy-seats", json!({"adam_id": -1})),
        ("buy-seats", json!({"adam_id": "6.5"})),
        ("buy-seats", json!({"kind": "free"})),
        ("buy-seats", json!({"period": "day"})),
        ("buy-seats", json!({"period_end": "2027-02-30"})),
        ("pause-subscription", json!({"count": 1})),
    ] {
        assert!(verb(name, arguments.clone()).is_err(), "{name} {arguments}");
    }
    let listed = ["buy-seats", "cancel-renewal", "resume-renewal", "pause-subscription"];
    for name in listed.into_iter().chain(["resume-subscription", "deactivate-subscription"]) {
        assert!(VERBS.iter().any(|form| form.name == name), "{name}");
    }
}
