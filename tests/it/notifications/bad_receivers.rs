//! Nobody holds quince up, and nobody fills its memory.

use quince::Quince;
use serde_json::{Value, json};

use super::receiver::{Does, Receiver};
use super::{advance, subscribe, until};
use crate::support::Fixture;

fn is_test(body: &Value) -> bool {
    body["notificationType"] == "TEST_NOTIFICATION"
}

async fn school() -> Fixture {
    let builder = Quince::builder().world("small-school").setting("notifications.timeout", "300ms");
    Fixture::of(builder, "berlin").await
}

async fn bad(does: Does) -> Receiver {
    Receiver::doing(
        move |_, got| {
            if is_test(&got.body) { Does::Answers(200) } else { does.clone() }
        },
    )
    .await
}

async fn buy(school: &Fixture, universe: &str) {
    let path = format!("/universes/{universe}/verbs/buy-licenses");
    school.done_by("POST", &path, json!({"adam_id": "361309726", "count": 1})).await;
}

#[tokio::test]
async fn a_receiver_may_call_quince_before_it_answers() {
    let school = school().await;
    let (url, token) = (school.quince.url().replace("http://", ""), school.stoken.clone());
    // Also while it is tried out.
    let receiver = Receiver::doing(move |_, _| Does::CallsBack(url.clone(), token.clone())).await;
    subscribe(&school, &receiver.url()).await;
    buy(&school, "default").await;
    advance(&school, "1h").await;
    assert_eq!(receiver.told().len(), 1, "the first attempt was answered");
}

#[tokio::test]
async fn a_receiver_that_hangs_delays_no_call_and_no_other_universe() {
    ledger!("setting.notifications.timeout", "v2.notifications.bounded");
    let (school, hanging, good) = (school().await, bad(Does::Hangs).await, Receiver::good().await);
    school.quince.create_universe(Some("other")).unwrap();
    let other =
        Fixture { stoken: school.quince.universe("other").stoken("berlin"), quince: school.quince };
    let other_stoken = other.stoken;
    let quince = other.quince;
    let stoken = quince.universe("default").stoken("berlin");
    let school = Fixture { quince, stoken };
    subscribe(&school, &hanging.url()).await;
    let school = {
        let other = Fixture { quince: school.quince, stoken: other_stoken };
        subscribe(&other, &good.url()).await;
        Fixture { stoken: school.stoken, quince: other.quince }
    };
    for _ in 0..20 {
        buy(&school, "default").await;
    }
    until(|| !hanging.told().is_empty()).await;
    let real = quince::engine::RealTime::default();
    for _ in 0..20 {
        buy(&school, "other").await;
        school.get("assets").await;
    }
    until(|| good.told().len() == 20).await;
    let took = real.now().0 / 1000;
    eprintln!("20 calls of each and 20 deliveries beside a hanging receiver took {took} ms");
    assert!(hanging.told().len() <= 2 + took as usize / 300, "one at a time, each with its time");
    let told = school.done_by("GET", "/universes/default/notifications", Value::Null).await;
    assert!(told["waiting"].as_u64().unwrap() > 10, "{}", told["waiting"]);
}

#[tokio::test]
async fn endless_answers_are_read_to_a_bound() {
    for (does, status) in [(Does::Streams, json!(200)), (Does::EndlessHead, Value::Null)] {
        let (school, receiver) = (school().await, bad(does).await);
        subscribe(&school, &receiver.url()).await;
        buy(&school, "default").await;
        until(|| !school.quince.universe("default").notifications().attempts.len().eq(&1)).await;
        let told = school.done_by("GET", "/universes/default/notifications", Value::Null).await;
        assert_eq!(told["attempts"][0]["status"], status, "{}", told["attempts"][0]);
        // What the kernels of both sides buffer comes on top of what was read.
        let written = receiver.written();
        assert!(written < 32 << 20, "{written} bytes");
    }
}

#[tokio::test]
async fn a_universe_that_is_dropped_tells_nobody_any_more() {
    let (school, hanging) = (school().await, bad(Does::Hangs).await);
    let other = school.quince.create_universe(Some("other")).unwrap();
    let quince = school.quince;
    let there = Fixture { stoken: other.stoken("berlin"), quince };
    subscribe(&there, &hanging.url()).await;
    for _ in 0..5 {
        buy(&there, "other").await;
    }
    until(|| hanging.told().len() == 1).await;
    drop(other);
    there.done_by("DELETE", "/universes/other", Value::Null).await;
    tokio::time::timeout(std::time::Duration::from_millis(50), std::future::pending::<()>())
        .await
        .unwrap_err();
    assert_eq!(hanging.told().len(), 1);
}
