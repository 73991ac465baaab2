//! What receivers are told of seats and of counts.

use serde_json::{Value, json};

use super::{PLAN, SCHEMAS, office_with, seats};
use crate::notifications::receiver::Receiver;
use crate::support::Fixture;

/// Subscribes the location to both types.
async fn subscribe(office: &Fixture, receiver: &Receiver) {
    let request = json!({
        "notificationUrl": receiver.url(),
        "notificationAuthToken": "s3cr3t",
        "notificationTypes": ["SUBSCRIPTION_MANAGEMENT", "SUBSCRIPTION_COUNT"],
    });
    assert_eq!(office.post("client/config", request).await.status, 200);
}

/// Advances, delivering on the way, and returns what was told since, each held against its schema.
async fn told_by(office: &Fixture, receiver: &Receiver, by: &str) -> Vec<Value> {
    office.quince.universe("default").clock().advance_delivering(by).await.unwrap();
    let told = receiver.told();
    for body in &told {
        SCHEMAS.check(body["notificationType"].as_str().unwrap(), body);
    }
    told
}

#[tokio::test]
async fn seats_are_told_after_their_event_and_counts_when_they_change() {
    ledger!("subscriptions.question.12-counts-not-sent", "subscriptions.notification-failure");
    let (office, receiver) = (office_with(2, &[]).await, Receiver::good().await);
    subscribe(&office, &receiver).await;
    let users = ["staff-0007", "staff-0021", "staff-0099"];
    let event = office.tell("subscriptions/associate", seats(PLAN, &users)).await.json();
    let told = told_by(&office, &receiver, "1h").await;
    assert_eq!(told.len(), 2, "{told:#?}");
    assert!(told.iter().all(|body| body["notification"]["eventId"] == event["eventId"]));
    insta::assert_snapshot!(told[0], @"");
    insta::assert_snapshot!(told[1], @"");
    office.tell("subscriptions/disassociate", seats(PLAN, &["staff-0007"])).await;
    let told = told_by(&office, &receiver, "1h").await;
    insta::assert_snapshot!(told[2], @"");
    office.buy(PLAN, 3).await;
    let told = told_by(&office, &receiver, "1h").await;
    insta::assert_snapshot!(told[3], @"");
    assert_eq!(told.len(), 4);
}

#[tokio::test]
async fn an_app_that_nobody_knows_is_null() {
    let (office, receiver) = (office_with(2, &[]).await, Receiver::good().await);
    subscribe(&office, &receiver).await;
    office.act("buy-seats", json!({"adam_id": PLAN + 1, "count": 1})).await;
    let told = told_by(&office, &receiver, "1h").await;
    let note = told[0]["notification"].as_object().unwrap();
    assert!(note["parentAdamId"].is_null() && note.contains_key("parentAdamId"), "{note:?}");
}

#[tokio::test]
async fn many_seats_are_told_a_hundred_at_a_time() {
    let people: Vec<String> = (0..250).map(|n| format!("user-{n:03}")).collect();
    let rows: String = people
        .iter()
        .map(|id| format!("[[user]]\nclient_user_id = \"{id}\"\nmanaged_apple_id = \"{id}@org.example\"\n"))
        .collect();
    let (office, receiver) = (Fixture::written(&rows, &[]).await, Receiver::good().await);
    office.tell("subscriptions/enable", Value::Null).await;
    office.buy(PLAN, 240).await;
    subscribe(&office, &receiver).await;
    let users: Vec<&str> = people.iter().map(String::as_str).collect();
    office.tell("subscriptions/associate", seats(PLAN, &users)).await;
    let told = told_by(&office, &receiver, "1h").await;
    let each: Vec<(usize, &str)> = told
        .iter()
        .map(|body| {
            let told = &body["notification"];
            (told["assignments"].as_array().unwrap().len(), told["result"].as_str().unwrap())
        })
        .collect();
    assert_eq!(each, [(100, "SUCCESS"), (100, "SUCCESS"), (40, "SUCCESS"), (10, "FAILURE")]);
}

#[tokio::test]
async fn what_is_not_subscribed_to_and_what_has_no_notification_is_not_told() {
    ledger!("subscriptions.not-notified");
    let (office, receiver) = (office_with(2, &[]).await, Receiver::good().await);
    let request = json!({
        "notificationUrl": receiver.url(),
        "notificationAuthToken": "s3cr3t",
        "notificationTypes": ["ASSET_MANAGEMENT", "USER_MANAGEMENT"],
    });
    assert_eq!(office.post("client/config", request).await.status, 200);
    office.carried_out("subscriptions/associate", seats(PLAN, &["staff-0007"])).await;
    office.buy(PLAN, 3).await;
    assert_eq!(told_by(&office, &receiver, "1h").await, [] as [Value; 0]);
    subscribe(&office, &receiver).await;
    office.tell("subscriptions/enable", Value::Null).await;
    office.tell("subscriptions/admins/add", seats(PLAN, &["staff-0007"])).await;
    office.tell("subscriptions/admins/remove", seats(PLAN, &["staff-0007"])).await;
    office.act("pause-subscription", json!({"adam_id": PLAN})).await;
    assert_eq!(told_by(&office, &receiver, "1h").await, [] as [Value; 0]);
}
