//! What rules make of notifications.

use serde_json::{Value, json};

use super::receiver::Receiver;
use super::{advance, journal, subscribe};
use crate::support::Fixture;

async fn stage(rule: Value) -> (Fixture, Receiver) {
    let (school, receiver) = (Fixture::school().await, Receiver::good().await);
    subscribe(&school, &receiver.url()).await;
    let added = school.done_by("POST", "/universes/default/rules", rule).await;
    assert!(added["seq"].is_u64(), "{added}");
    (school, receiver)
}

fn rule(then: &Value) -> Value {
    json!({"id": "odd", "on": {"operation": "notification.ASSET_COUNT", "nth": 1}, "then": {"notification": then}})
}

async fn buy(school: &Fixture, count: u32) {
    let path = "/universes/default/verbs/buy-licenses";
    school.done_by("POST", path, json!({"adam_id": "361309726", "count": count})).await;
}

/// What became of purchases of 1, 2 and 3 licences, the first of which a rule is about.
async fn deltas(then: Value) -> (Vec<i64>, Receiver, Fixture) {
    let (school, receiver) = stage(rule(&then)).await;
    for count in 1..=3 {
        buy(&school, count).await;
    }
    advance(&school, "1h").await;
    let told = receiver.told();
    let told = told.iter().map(|it| it["notification"]["countDelta"].as_i64().unwrap()).collect();
    (told, receiver, school)
}

#[tokio::test]
async fn twice_never_later_and_out_of_order() {
    let (told, receiver, school) = deltas(json!({"copies": 2})).await;
    assert_eq!(told, [1, 1, 2, 3]);
    assert_eq!(receiver.told()[0], receiver.told()[1]);
    let attempts = journal(&school, "notification").await;
    assert_eq!(attempts[1]["rules"], json!([{"rule": "odd", "act": "sent 2 times"}]));

    let (told, _, school) = deltas(json!({"drop": true})).await;
    assert_eq!(told, [2, 3]);
    let lost = journal(&school, "notification-lost").await;
    assert_eq!(
        (&lost[0]["name"], &lost[0]["rules"][0]["rule"]),
        (&json!("ASSET_COUNT"), &json!("odd"))
    );

    assert_eq!(deltas(json!({"delay": "30s"})).await.0, [2, 3, 1]);
    assert_eq!(deltas(json!({"hold": 1})).await.0, [2, 1, 3]);
}

#[tokio::test]
async fn another_secret_or_type() {
    let (_, receiver, _) = deltas(json!({"secret": "wrong"})).await;
    let secrets: Vec<String> = receiver.got().into_iter().map(|got| got.secret).collect();
    assert_eq!(secrets, ["Bearer s3cr3t", "Bearer wrong", "Bearer s3cr3t", "Bearer s3cr3t"]);
    let (_, receiver, school) = deltas(json!({"type": "SURPRISE"})).await;
    assert_eq!(receiver.told()[0]["notificationType"], "SURPRISE");
    assert_eq!(journal(&school, "notification").await[1]["name"], "SURPRISE");
}

#[tokio::test]
async fn split_oddly() {
    let (school, receiver) = stage(json!({
        "id": "split", "on": {"operation": "notification.*"}, "then": {"notification": {"split": 1}},
    }))
    .await;
    let users: Vec<Value> =
        (0..3).map(|n| json!({"clientUserId": format!("n{n}"), "email": "a@b.example"})).collect();
    school.post("users/create", json!({"users": users})).await;
    advance(&school, "1h").await;
    let told = receiver.told();
    assert_eq!(told.len(), 3);
    for (n, body) in told.iter().enumerate() {
        let users = body["notification"]["users"].as_array().unwrap();
        assert_eq!((users.len(), &users[0]["clientUserId"]), (1, &json!(format!("n{n}"))));
    }
}

#[tokio::test]
async fn what_stands_in_the_body_chooses() {
    let about =
        |on: Value| json!({"id": "odd", "on": on, "then": {"notification": {"drop": true}}});
    let deltas = async |on: Value| {
        let (school, receiver) = stage(about(on)).await;
        for count in [1, 2, 1, 1] {
            buy(&school, count).await;
        }
        advance(&school, "1h").await;
        let told = receiver.told();
        let deltas: Vec<Value> =
            told.iter().map(|it| it["notification"]["countDelta"].clone()).collect();
        (json!(deltas), school)
    };
    let one = json!([{"body": "/notification/countDelta", "equals": 1}]);
    let (told, school) =
        deltas(json!({"operation": "notification.ASSET_COUNT", "where": one})).await;
    assert_eq!(told, json!([2]));
    let lost = journal(&school, "notification-lost").await;
    assert_eq!((lost.len(), &lost[0]["rules"][0]["rule"]), (3, &json!("odd")));
    // Counters count what meets the condition.
    let (told, _) = deltas(json!({"operation": "notification.*", "where": one, "nth": 2})).await;
    assert_eq!(told, json!([1, 2, 1]));
    let other = json!([{"body": "/notification/adamId", "matches": "^36"}, {"body": "/notification/eventId", "exists": true}]);
    let (told, _) = deltas(json!({"operation": "notification.*", "where": other})).await;
    assert_eq!(told, json!([1, 2, 1, 1]));
}

#[tokio::test]
async fn an_event_and_who_it_is_about_stand_in_the_body() {
    let (school, receiver) = stage(json!({
        "id": "lost",
        "on": {"operation": "notification.USER_MANAGEMENT", "where": [
            {"body": "/notification/users/0/clientUserId", "equals": "n1"},
            {"body": "/notification/eventId", "exists": true},
            {"body": "/notificationId", "exists": true},
        ]},
        "then": {"notification": {"drop": true}},
    }))
    .await;
    for n in 0..3 {
        let user = json!({"users": [{"clientUserId": format!("n{n}"), "email": "a@b.example"}]});
        school.post("users/create", user).await;
    }
    advance(&school, "1h").await;
    let told: Vec<Value> = receiver
        .told()
        .iter()
        .map(|it| it["notification"]["users"][0]["clientUserId"].clone())
        .collect();
    assert_eq!(told, ["n0", "n2"]);
}

#[tokio::test]
async fn the_notification_that_tries_a_receiver_out_has_a_body_too() {
    let (school, receiver) = stage(json!({
        "id": "lost",
        "on": {"operation": "notification.TEST_NOTIFICATION", "where": [{"body": "/notification", "equals": {}}]},
        "then": {"notification": {"drop": true}},
    }))
    .await;
    let set = school.post("client/config", super::subscription(&receiver.url())).await;
    assert_eq!(set.json()["errorNumber"], 9728);
}

#[tokio::test]
async fn before_the_answer() {
    let (school, receiver) = stage(json!({
        "id": "first", "on": {"operation": "v2.users.create"}, "then": {"notification": {"before_answer": true}},
    }))
    .await;
    let user = json!({"users": [{"clientUserId": "n", "email": "a@b.example"}]});
    let accepted = school.post("users/create", user).await.json();
    // No time was moved, and it is there.
    let told = receiver.told();
    assert_eq!(told.len(), 1);
    assert_eq!(told[0]["notification"]["eventId"], accepted["eventId"]);
    let exchanges = journal(&school, "exchange").await;
    assert_eq!(exchanges.last().unwrap()["rules"][0]["rule"], "first");
}

#[tokio::test]
async fn rules_about_calls_leave_notifications_alone_and_the_other_way_round() {
    let school = Fixture::school().await;
    for (rule, pointer) in [
        (
            json!({"id": "a", "on": {"operation": "v2.*"}, "then": {"notification": {"drop": true}}}),
            "/then/notification",
        ),
        (
            json!({"id": "a", "on": {"operation": "notification.*"}, "then": {"answer": {"status": 500}}}),
            "/then",
        ),
        (
            json!({"id": "a", "on": {"operation": "notification.*", "page": 1}, "then": {"notification": {"drop": true}}}),
            "/on/page",
        ),
        (
            json!({"id": "a", "on": {"operation": "notification.*", "where": [{"body": "/a", "exists": true}, {"header": "b", "exists": true}]}, "then": {"notification": {"drop": true}}}),
            "/on/where/1/header",
        ),
        (
            json!({"id": "a", "on": {"operation": "notification.*"}, "then": {"notification": {"drop": true, "copies": 2}}}),
            "/then/notification/drop",
        ),
        (
            json!({"id": "a", "on": {"operation": "notification.*"}, "then": {"notification": {}}}),
            "/then/notification",
        ),
        (
            json!({"id": "a", "on": {"operation": "notification.*"}, "then": {"notification": {"copies": 0}}}),
            "/then/notification/copies",
        ),
        (
            json!({"id": "a", "on": {"operation": "notification.*"}, "then": {"notification": {"secret": "a\r\nb"}}}),
            "/then/notification/secret",
        ),
        (
            json!({"id": "a", "on": {"operation": "v2.*"}, "then": {"notification": {"before_counts": true, "before_answer": true}}}),
            "/then/notification/before_counts",
        ),
        (
            json!({"id": "a", "on": {"operation": "v2.*"}, "then": {"notification": {"before_counts": true, "copies": 2}}}),
            "/then/notification/before_counts",
        ),
        (
            json!({"id": "a", "on": {"operation": "v2.*"}, "then": {"notification": {"before_counts": false}}}),
            "/then/notification/before_counts",
        ),
        (
            json!({"id": "a", "on": {"operation": "v2.*"}, "then": {"event": {"polls": 2}, "notification": {"before_counts": true}}}),
            "/then/notification/before_counts",
        ),
        (
            json!({"id": "a", "on": {"operation": "notification.*"}, "then": {"notification": {"before_counts": true}}}),
            "/then",
        ),
    ] {
        let refused = school.control("POST", "/universes/default/rules", rule.clone()).await;
        assert_eq!(refused.status.as_u16(), 400, "{rule}");
        assert_eq!(refused.json()["pointer"], pointer, "{}", refused.text());
    }
}
