//! What receivers are told of seats and of counts.

use quince::model::subscription::SubscriptionStatus;
use serde_json::{Value, json};

use super::{PARENT, PLAN, SCHEMAS, crowd, office_with, seats};
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
    ledger!("subscriptions.question.12-count-on-assignment", "subscriptions.notification-failure");
    let (office, receiver) = (office_with(2, &[]).await, Receiver::good().await);
    subscribe(&office, &receiver).await;
    let users = ["staff-0007", "staff-0021", "staff-0099"];
    let event = office.tell("subscriptions/associate", seats(PLAN, &users)).await.json();
    let told = told_by(&office, &receiver, "1h").await;
    assert_eq!(told.len(), 2, "{told:#?}");
    assert!(told.iter().all(|body| body["notification"]["eventId"] == event["eventId"]));
    insta::assert_snapshot!(told[0], @r#"{"notification":{"assignments":[{"adamId":6740000017,"clientUserId":"staff-0007","renewing":true},{"adamId":6740000017,"clientUserId":"staff-0021","renewing":true}],"eventId":"8ce9a722-8d1c-4c9e-baf1-d9366dc482bb","result":"SUCCESS","type":"ASSOCIATE"},"notificationId":"30ed4f25-704a-4ed6-9b84-0fe37f8f88f3","notificationType":"SUBSCRIPTION_MANAGEMENT","uId":"1135148065085172"}"#);
    insta::assert_snapshot!(told[1], @r#"{"notification":{"assignments":[{"adamId":6740000017,"clientUserId":"staff-0099","renewing":true}],"error":{"errorMessage":"There aren't enough assets available to complete this association.","errorNumber":9709},"eventId":"8ce9a722-8d1c-4c9e-baf1-d9366dc482bb","result":"FAILURE","type":"ASSOCIATE"},"notificationId":"2e4e8bd9-dc24-4816-9efa-6ab04a029739","notificationType":"SUBSCRIPTION_MANAGEMENT","uId":"1135148065085172"}"#);
    office.tell("subscriptions/disassociate", seats(PLAN, &["staff-0007"])).await;
    let told = told_by(&office, &receiver, "1h").await;
    insta::assert_snapshot!(told[2], @r#"{"notification":{"assignments":[{"adamId":6740000017,"clientUserId":"staff-0007","renewing":true}],"eventId":"8671346b-3f93-4812-83f3-09c442f80d8b","result":"SUCCESS","type":"DISASSOCIATE"},"notificationId":"2063ea67-afeb-4f78-b6fd-b78e83df5da7","notificationType":"SUBSCRIPTION_MANAGEMENT","uId":"1135148065085172"}"#);
    office.portal().buy(PLAN, Some(PARENT), 3);
    let told = told_by(&office, &receiver, "1h").await;
    insta::assert_snapshot!(told[3], @r#"{"notification":{"adamId":6740000017,"counts":{"available":{"expiring":0,"renewing":4},"total":{"expiring":0,"renewing":5}},"parentAdamId":1501000001},"notificationId":"9495523c-d107-4777-8fb6-ea7b64ac33f6","notificationType":"SUBSCRIPTION_COUNT","uId":"1135148065085172"}"#);
    assert_eq!(told.len(), 4);
}

#[tokio::test]
async fn an_app_that_nobody_knows_is_null() {
    let (office, receiver) = (office_with(2, &[]).await, Receiver::good().await);
    subscribe(&office, &receiver).await;
    office.portal().buy(PLAN + 1, None, 1);
    let told = told_by(&office, &receiver, "1h").await;
    let note = told[0]["notification"].as_object().unwrap();
    assert!(note["parentAdamId"].is_null() && note.contains_key("parentAdamId"), "{note:?}");
}

#[tokio::test]
async fn many_seats_are_told_a_hundred_at_a_time() {
    let people: Vec<String> = (0..250).map(|n| format!("user-{n:03}")).collect();
    let rows = crowd(&people);
    let (office, receiver) = (Fixture::written(&rows, &[]).await, Receiver::good().await);
    office.tell("subscriptions/enable", Value::Null).await;
    office.portal().buy(PLAN, Some(PARENT), 240);
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
    office.portal().buy(PLAN, Some(PARENT), 3);
    assert_eq!(told_by(&office, &receiver, "1h").await, [] as [Value; 0]);
    subscribe(&office, &receiver).await;
    office.tell("subscriptions/enable", Value::Null).await;
    office.tell("subscriptions/admins/add", seats(PLAN, &["staff-0007"])).await;
    office.tell("subscriptions/admins/remove", seats(PLAN, &["staff-0007"])).await;
    office.portal().set(PLAN, SubscriptionStatus::Paused);
    assert_eq!(told_by(&office, &receiver, "1h").await, [] as [Value; 0]);
}
