//! What comes, and in which order.

use std::collections::BTreeMap;

use quince::{ClockMode, Quince};
use serde_json::{Value, json};

use super::receiver::Receiver;
use super::stock::Stock;
use super::{advance, kinds, subscribe, until};
use crate::support::Fixture;
use crate::v2::school::ALEXANDER;

const TEXTS: &str = "361309726";

async fn buy(school: &Fixture, count: u32) -> Value {
    let path = "/universes/default/verbs/buy-licenses";
    school.done_by("POST", path, json!({"adam_id": TEXTS, "count": count})).await
}

#[tokio::test]
async fn a_change_from_outside_is_told_at_once_and_an_event_when_it_ends() {
    let (school, receiver) = (Fixture::school().await, Receiver::good().await);
    subscribe(&school, &receiver.url()).await;
    buy(&school, 3).await;
    until(|| receiver.told().len() == 1).await;
    let told = receiver.told();
    assert_eq!(
        told[0]["notification"],
        json!({"adamId": TEXTS, "countDelta": 3, "pricingParam": "STDQ"})
    );

    let body = json!({"assets": [{"adamId": TEXTS}], "serialNumbers": ["C02NEW000001"]});
    let accepted = school.post("assets/associate", body).await.json();
    advance(&school, "200ms").await;
    let told = receiver.told();
    assert_eq!(told.len(), 2);
    assert_eq!(told[1]["notification"]["eventId"], accepted["eventId"]);
    assert_eq!(told[1]["notification"]["result"], "SUCCESS");
    assert_ne!(told[0]["notificationId"], told[1]["notificationId"]);

    // The same over the synchronous advance: they leave right afterwards.
    let body = json!({"assets": [{"adamId": TEXTS}], "serialNumbers": ["C02NEW000001"]});
    school.post("assets/disassociate", body).await;
    school.advance("200ms");
    until(|| receiver.told().len() == 3).await;
    assert_eq!(receiver.told()[2]["notification"]["type"], "DISASSOCIATE");
}

#[tokio::test]
async fn notifications_of_a_location_come_in_the_order_of_its_events() {
    let (school, receiver) = (Fixture::school().await, Receiver::good().await);
    subscribe(&school, &receiver.url()).await;
    let mut expected = Vec::new();
    for n in 0..20 {
        buy(&school, n + 1).await;
        let user = json!({"users": [{"clientUserId": format!("u{n}"), "email": "a@b.example"}]});
        let accepted = school.post("users/create", user).await.json();
        expected.push((json!(n + 1), accepted["eventId"].clone()));
    }
    advance(&school, "1h").await;
    let told = receiver.told();
    let counts: Vec<Value> =
        told.iter().filter_map(|it| it["notification"].get("countDelta").cloned()).collect();
    let events: Vec<Value> =
        told.iter().filter_map(|it| it["notification"].get("eventId").cloned()).collect();
    assert_eq!(counts, expected.iter().map(|(count, _)| count.clone()).collect::<Vec<_>>());
    assert_eq!(events, expected.iter().map(|(_, event)| event.clone()).collect::<Vec<_>>());
}

/// A user is made in a universe whose clock goes on by itself, and its receiver is told.
async fn somebody_new_is_told_of(builder: quince::Builder) {
    let quince = builder.world("small-school").start().await.unwrap();
    let stoken = quince.universe("default").stoken("berlin");
    let (school, receiver) = (Fixture { quince, stoken }, Receiver::good().await);
    subscribe(&school, &receiver.url()).await;
    let user = json!({"users": [{"clientUserId": "new", "email": "a@b.example"}]});
    school.post("users/create", user).await;
    until(|| kinds(&receiver) == ["USER_MANAGEMENT"]).await;
}

#[tokio::test]
async fn a_wall_clock_needs_nobody_to_call() {
    let builder = Quince::builder().clock(ClockMode::Wall).setting("v2.event_delay", "5ms");
    somebody_new_is_told_of(builder).await;
}

#[tokio::test]
async fn an_auto_clock_goes_on_after_the_answer() {
    somebody_new_is_told_of(Quince::builder().clock(ClockMode::Auto)).await;
}

#[tokio::test]
async fn universes_tell_their_own_receivers_and_forks_inherit_the_subscription() {
    let (school, receiver) = (Fixture::school().await, Receiver::good().await);
    subscribe(&school, &receiver.url()).await;
    buy(&school, 1).await;
    let fork = school.quince.fork("default", Some("fork")).unwrap();
    until(|| receiver.told().len() == 1).await;
    let path = "/universes/fork/verbs/buy-licenses";
    school.done_by("POST", path, json!({"adam_id": TEXTS, "count": 2})).await;
    until(|| receiver.told().len() == 2).await;
    assert_eq!(receiver.told()[1]["notification"]["countDelta"], 2);
    assert_eq!(fork.notifications().attempts.len(), 1);
    // The number goes on, so that no id is told twice.
    assert_eq!(fork.notifications().attempts[0].1.number, 3);

    school.quince.universe("default");
    school.done_by("POST", "/universes/default/reset", json!({"scope": "state"})).await;
    assert_eq!(school.quince.universe("default").notifications().attempts, []);
    buy(&school, 1).await;
    advance(&school, "1m").await;
    assert_eq!(receiver.told().len(), 2, "the subscription is gone with the state");
}

#[tokio::test]
async fn twenty_five_assets_for_a_thousand_devices() {
    ledger!("v2.notifications.chunks");
    let stock = Stock::bought(Quince::builder()).await;
    let receiver = Receiver::good().await;
    subscribe(&stock.demo, &receiver.url()).await;
    let real = quince::engine::RealTime::default();
    stock.associate(1000).await;
    advance(&stock.demo, "1h").await;
    eprintln!("25 x 1000 told in {} ms", real.now().0 / 1000);

    let told = receiver.told();
    assert_eq!(told.len(), 250);
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for body in &told {
        let assignments = body["notification"]["assignments"].as_array().unwrap();
        assert!(assignments.len() <= 100);
        for assignment in assignments {
            *counts.entry(assignment["adamId"].as_str().unwrap().to_owned()).or_default() += 1;
        }
    }
    assert_eq!(counts, stock.assigned().await);
    assert!(counts.len() == 25 && counts.values().all(|count| *count == 1000), "{counts:?}");
}

#[tokio::test]
async fn what_nobody_is_told() {
    ledger!(
        "v2.question.33-retire-notification",
        "v2.question.36-user-associated",
        "v2.question.43-unlimited-asset-payload",
    );
    let (school, receiver) = (Fixture::school().await, Receiver::good().await);
    let mut subscription = super::subscription(&receiver.url());
    subscription["notificationTypes"].as_array_mut().unwrap().push(json!("UNLIMITED_ASSET"));
    assert_eq!(school.post("client/config", &subscription).await.status.as_u16(), 200);
    let free = "5401508366";
    for (path, body) in [
        (
            "assets/associate",
            json!({"assets": [{"adamId": free}], "serialNumbers": ["C02NEW000001"]}),
        ),
        (
            "users/create",
            json!({"users": [{"clientUserId": "n", "managedAppleId": "n@lindenhof-schule.example"}]}),
        ),
        ("users/retire", json!({"users": [{"clientUserId": ALEXANDER}]})),
    ] {
        let accepted = school.post(path, body).await;
        assert_eq!(accepted.status.as_u16(), 200, "{path}: {}", accepted.text());
    }
    advance(&school, "1h").await;
    assert_eq!(kinds(&receiver), ["ASSET_MANAGEMENT", "USER_MANAGEMENT", "USER_MANAGEMENT"]);
}
