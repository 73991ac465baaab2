//! Attempts in virtual time.

use serde_json::{Value, json};

use super::receiver::{Does, Receiver};
use super::{advance, journal, subscribe, until};
use crate::support::Fixture;

async fn buy(school: &Fixture, count: u32) {
    let path = "/universes/default/verbs/buy-licenses";
    school.done_by("POST", path, json!({"adam_id": "361309726", "count": count})).await;
}

fn is_test(body: &Value) -> bool {
    body["notificationType"] == "TEST_NOTIFICATION"
}

/// One that fails with what is told of the purchase of one licence, so many times.
async fn failing(times: usize) -> Receiver {
    let failed = std::sync::atomic::AtomicUsize::new(0);
    Receiver::doing(move |_, got| {
        let is_meant = !is_test(&got.body) && got.body["notification"]["countDelta"] == 1;
        let fails = is_meant && failed.fetch_add(1, std::sync::atomic::Ordering::Relaxed) < times;
        Does::Answers(if fails { 500 } else { 200 })
    })
    .await
}

#[tokio::test]
async fn three_attempts_within_minutes_take_no_real_time() {
    ledger!(
        "v2.question.23-delivery-timing",
        "setting.notifications.attempts",
        "setting.notifications.retry_after",
    );
    let (school, receiver) = (Fixture::school().await, failing(2).await);
    subscribe(&school, &receiver.url()).await;
    let real = quince::engine::RealTime::default();
    buy(&school, 1).await;
    advance(&school, "10m").await;
    assert!(real.now().0 < 1_000_000, "{:?}", real.now());
    let attempts = journal(&school, "notification").await;
    let told: Vec<(&str, &Value, &Value)> = attempts[1..]
        .iter()
        .map(|it| {
            (
                it["at"].as_str().unwrap(),
                &it["notification"]["status"],
                &it["notification"]["outcome"],
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("2026-01-15T09:00:00.000Z", &json!(500), &json!("again")),
            ("2026-01-15T09:01:00.000Z", &json!(500), &json!("again")),
            ("2026-01-15T09:04:00.000Z", &json!(200), &json!("delivered")),
        ]
    );
    let ids: Vec<Value> = receiver.told().iter().map(|it| it["notificationId"].clone()).collect();
    assert!(ids.len() == 3 && ids.iter().all(|id| *id == ids[0]), "{ids:?}");
}

#[tokio::test]
async fn after_three_it_is_dropped_and_holds_up_nobody() {
    ledger!("v2.question.24-failed-delivery-blocks");
    let (school, receiver) = (Fixture::school().await, failing(usize::MAX).await);
    subscribe(&school, &receiver.url()).await;
    buy(&school, 1).await;
    buy(&school, 2).await;
    advance(&school, "30s").await;
    let deltas = |receiver: &Receiver| -> Vec<i64> {
        let told = receiver.told();
        told.iter().map(|it| it["notification"]["countDelta"].as_i64().unwrap()).collect()
    };
    assert_eq!(deltas(&receiver), [1, 2], "the second did not wait for the first");
    let queued = school.done_by("GET", "/universes/default/notifications", Value::Null).await;
    assert_eq!(queued["queued"][0]["attempts"], 1);
    assert_eq!(queued["queued"][0]["due"], "2026-01-15T09:01:00.000Z");
    advance(&school, "1h").await;
    assert_eq!(deltas(&receiver), [1, 2, 1, 1]);
    let told = school.done_by("GET", "/universes/default/notifications", Value::Null).await;
    assert_eq!((&told["waiting"], &told["attempts"][0]["outcome"]), (&json!(0), &json!("dropped")));
    // Nobody is unsubscribed.
    buy(&school, 3).await;
    advance(&school, "1s").await;
    assert_eq!(deltas(&receiver), [1, 2, 1, 1, 3]);
}

#[tokio::test]
async fn where_time_is_moved_at_once_retries_follow_at_once() {
    let (school, receiver) = (Fixture::school().await, failing(2).await);
    subscribe(&school, &receiver.url()).await;
    let body = json!({"users": [{"clientUserId": "n", "email": "n@b.example"}]});
    school.post("users/create", body).await;
    buy(&school, 1).await;
    school.advance("1h");
    until(|| receiver.told().len() == 4).await;
    school.quince.universe("default");
    let body =
        school.done_by("POST", "/universes/default/clock/advance", json!({"until": "idle"})).await;
    assert!(body["seq"].is_u64(), "{body}");
    let waiting = school.done_by("GET", "/universes/default/notifications", Value::Null).await;
    assert_eq!(waiting["waiting"], 0);
}

#[tokio::test]
async fn an_auto_clock_jumps_to_the_retries() {
    let quince = quince::Quince::builder()
        .world("small-school")
        .clock(quince::ClockMode::Auto)
        .start()
        .await
        .unwrap();
    let stoken = quince.universe("default").stoken("berlin");
    let (school, receiver) = (Fixture { quince, stoken }, failing(2).await);
    subscribe(&school, &receiver.url()).await;
    buy(&school, 1).await;
    until(|| receiver.told().len() == 3).await;
}
