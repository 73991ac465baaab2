//! Expectations of the journal know notifications: sent, delivered, answered with, in order, never.

use serde_json::{Value, json};

use super::receiver::{Does, Receiver};
use super::{advance, subscribe};
use crate::support::Fixture;

async fn buy(school: &Fixture, count: u32) {
    let path = "/universes/default/verbs/buy-licenses";
    school.done_by("POST", path, json!({"adam_id": "361309726", "count": count})).await;
}

async fn expect(school: &Fixture, expected: Value) -> (u16, Value) {
    let path = "/universes/default/journal/expect";
    let answer = school.control("POST", path, expected).await;
    (answer.status.as_u16(), answer.json())
}

/// Purchases of 1 and of 2 licences, and a device that gets an app. Of the first purchase no attempt succeeds.
async fn story() -> (Fixture, Receiver) {
    let school = Fixture::school().await;
    let receiver = Receiver::doing(|_, got| {
        let is_first = got.body["notification"]["countDelta"] == 1;
        Does::Answers(if is_first { 503 } else { 204 })
    })
    .await;
    subscribe(&school, &receiver.url()).await;
    buy(&school, 1).await;
    buy(&school, 2).await;
    let gift = json!({"assets": [{"adamId": "361309726"}], "serialNumbers": ["C02NEW"]});
    school.post("assets/associate", gift).await;
    advance(&school, "10m").await;
    (school, receiver)
}

fn told(mut of: Value) -> Value {
    of["kind"] = json!("notification");
    of
}

fn body(pointer: &str, test: Value) -> Value {
    let mut condition = test;
    condition["body"] = json!(pointer);
    json!({"where": [condition]})
}

#[tokio::test]
async fn what_was_sent_what_was_answered_and_what_became_of_it() {
    let (school, _receiver) = story().await;
    for (of, count) in [
        (json!({}), 6),
        (json!({"name": "ASSET_COUNT"}), 4),
        (json!({"name": "ASSET_COUNT", "location": "berlin"}), 4),
        (json!({"location": "paris"}), 0),
        (json!({"status": 503}), 3),
        (json!({"status": 204}), 3),
        (json!({"outcome": "again"}), 2),
        (json!({"outcome": "dropped"}), 1),
        (json!({"outcome": "delivered"}), 3),
        (body("/notification/countDelta", json!({"equals": 1})), 3),
        (body("/notification/countDelta", json!({"exists": true})), 4),
        (body("/notification/assignments/0/serialNumber", json!({"equals": "C02NEW"})), 1),
        (body("/notificationType", json!({"matches": "^ASSET_"})), 5),
        (json!({"where": [{"header": "authorization", "exists": true}]}), 0),
        (json!({"where": [{"path": true, "exists": true}]}), 0),
        (json!({"operation": "v2.*"}), 0),
    ] {
        let (status, found) =
            expect(&school, json!({"match": told(of.clone()), "count": count})).await;
        assert_eq!(status, 200, "{of}: {found}");
    }
}

#[tokio::test]
async fn in_order_and_never() {
    let (school, _receiver) = story().await;
    let delta = |count: i64, outcome: &str| {
        let mut of = told(body("/notification/countDelta", json!({"equals": count})));
        of["outcome"] = json!(outcome);
        of
    };
    // The second purchase does not wait for the first, whose three attempts take minutes.
    let order =
        json!([delta(1, "again"), delta(2, "delivered"), delta(1, "again"), delta(1, "dropped")]);
    assert_eq!(expect(&school, json!({"sequence": order})).await.0, 200);
    let order = json!([delta(1, "again"), delta(1, "again"), delta(2, "delivered")]);
    assert_eq!(expect(&school, json!({"sequence": order})).await.0, 409);
    assert_eq!(expect(&school, json!({"never": delta(1, "delivered")})).await.0, 200);
    assert_eq!(expect(&school, json!({"never": delta(1, "dropped")})).await.0, 409);
}

#[tokio::test]
async fn what_came_near_is_told_criterion_by_criterion() {
    let (school, _receiver) = story().await;
    let mut of = told(body("/notification/countDelta", json!({"equals": 1})));
    of["outcome"] = json!("delivered");
    of["status"] = json!(204);
    of["name"] = json!("ASSET_COUNT");
    let (status, found) = expect(&school, json!({"match": of})).await;
    assert_eq!(status, 409, "{found}");
    let failed = &found["near_misses"][0]["failed"];
    // The purchase of two was delivered: that comes nearest.
    assert_eq!(failed.as_array().unwrap().len(), 1, "{found}");
    assert_eq!((&failed[0]["criterion"], &failed[0]["got"]), (&json!("where/0"), &json!(2)));
    let attempts: Vec<&Value> = found["near_misses"].as_array().unwrap().iter().collect();
    let text = serde_json::to_string(&attempts).unwrap();
    assert!(
        text.contains(r#""criterion":"outcome","expected":"delivered","got":"again""#),
        "{text}"
    );
    assert!(text.contains(r#""criterion":"status","expected":204,"got":503"#), "{text}");
}
