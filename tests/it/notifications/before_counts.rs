//! Told before anything has changed: who reads counts then reads old ones.

use quince::{ClockMode, Quince};
use serde_json::{Value, json};

use super::receiver::{Does, Receiver};
use super::{advance, journal, subscribe, until};
use crate::support::Fixture;

const TEXTS: &str = "361309726";

/// Has events of associations told before they count.
async fn early(school: &Fixture) {
    let rule = json!({
        "id": "early", "on": {"operation": "v2.assets.*"}, "then": {"notification": {"before_counts": true}},
    });
    let added = school.done_by("POST", "/universes/default/rules", rule).await;
    assert!(added["seq"].is_u64(), "{added}");
}

async fn associate(school: &Fixture, serials: &[&str]) -> Value {
    let body = json!({"assets": [{"adamId": TEXTS}], "serialNumbers": serials});
    let accepted = school.post("assets/associate", body).await;
    assert_eq!(accepted.status.as_u16(), 200, "{}", accepted.text());
    accepted.json()["eventId"].clone()
}

fn assigned(assets: &Value) -> u64 {
    let all = assets["assets"].as_array().unwrap();
    let texts = all.iter().find(|it| it["adamId"] == TEXTS).unwrap();
    texts["assignedCount"].as_u64().unwrap()
}

async fn standing(school: &Fixture) -> u64 {
    assigned(&school.get("assets").await.json())
}

/// A receiver that reads the assets before it answers.
async fn curious(school: &Fixture) -> Receiver {
    let (address, token) = (school.quince.url().replace("http://", ""), school.stoken.clone());
    Receiver::doing(move |_, got| match got.body["notificationType"].as_str() {
        Some("TEST_NOTIFICATION") => Does::Answers(200),
        _ => Does::CallsBack(address.clone(), token.clone()),
    })
    .await
}

#[tokio::test]
async fn a_client_that_reads_counts_when_it_is_told_reads_old_ones() {
    let school = Fixture::school().await;
    let receiver = curious(&school).await;
    subscribe(&school, &receiver.url()).await;
    let before = standing(&school).await;

    // As the service does it, what is told is there.
    associate(&school, &["C02NEW000001"]).await;
    advance(&school, "1s").await;
    assert_eq!(receiver.read().iter().map(assigned).collect::<Vec<_>>(), [before + 1]);

    early(&school).await;
    let event = associate(&school, &["C02NEW000002", "C02NEW000003"]).await;
    let path = "/universes/default/clock/advance";
    let advanced = school.done_by("POST", path, json!({"by": "200ms"})).await;
    assert_eq!(receiver.told()[1]["notification"]["result"], "SUCCESS");
    let read: Vec<u64> = receiver.read().iter().map(assigned).collect();
    assert_eq!(read, [before + 1, before + 1], "two more were told and not there");
    assert_eq!(standing(&school).await, before + 3, "and are there now, in no time");
    assert_eq!(receiver.told().len(), 2, "nobody is told twice");

    // The journal says who wanted that; so does the advance, with attempts and steps in their order.
    let exchange = journal(&school, "exchange").await;
    let is_ours = |it: &&Value| it["rules"][0]["rule"] == "early";
    let act = &exchange.iter().find(is_ours).unwrap()["rules"][0]["act"];
    assert_eq!(act, "delivered notifications before its event counts");
    let attempt = &journal(&school, "notification").await[2];
    assert_eq!(attempt["rules"], json!([{"rule": "early", "act": "sent before it counts"}]));
    let happened: Vec<Value> = advanced["happened"].as_array().unwrap().clone();
    let kinds: Vec<&Value> = happened.iter().map(|it| &it["kind"]).collect();
    assert_eq!(kinds, ["notification", "event-step"]);
    for it in &happened {
        assert_eq!((&it["event"], &it["rule"]), (&event, &json!("early")), "{it}");
        assert_eq!(it["at"], "2026-01-15T09:00:01.200Z");
    }
}

#[tokio::test]
async fn the_next_event_waits_and_parts_are_told_one_by_one() {
    let builder = Quince::builder().world("small-school").setting("v2.event_steps", "2");
    let school = Fixture::of(builder, "berlin").await;
    let receiver = curious(&school).await;
    subscribe(&school, &receiver.url()).await;
    early(&school).await;
    let before = standing(&school).await;
    associate(&school, &["C02NEW000001", "C02NEW000002"]).await;
    associate(&school, &["C02NEW000003", "C02NEW000004"]).await;
    let back = json!({"assets": [{"adamId": TEXTS}], "serialNumbers": ["C02NEW000001"]});
    school.post("assets/disassociate", back).await;
    advance(&school, "1h").await;
    let read: Vec<u64> = receiver.read().iter().map(|it| assigned(it) - before).collect();
    assert_eq!(read, [0, 1, 2, 3, 4]);
    assert_eq!(standing(&school).await, before + 3);
    let steps = journal(&school, "event-step").await;
    assert_eq!(steps.last().unwrap()["at"], "2026-01-15T09:00:00.600Z");
}

#[tokio::test]
async fn where_nobody_can_be_told_it_counts_in_its_time() {
    let school = Fixture::school().await;
    early(&school).await;
    let before = standing(&school).await;
    associate(&school, &["C02NEW000001"]).await;
    school.advance("200ms");
    assert_eq!(standing(&school).await, before + 1, "there is no receiver");

    let gone = Receiver::good().await;
    subscribe(&school, &gone.url()).await;
    drop(gone);
    associate(&school, &["C02NEW000002"]).await;
    advance(&school, "200ms").await;
    assert_eq!(standing(&school).await, before + 2, "a first attempt was made");

    let lost = json!({
        "id": "lost", "on": {"operation": "notification.*"}, "then": {"notification": {"drop": true}},
    });
    school.done_by("POST", "/universes/default/rules", lost).await;
    associate(&school, &["C02NEW000003"]).await;
    school.advance("200ms");
    assert_eq!(standing(&school).await, before + 3, "it was not sent");
}

/// A school whose receiver has been told of an association and does not answer; and how many stand.
async fn waiting() -> (Fixture, Receiver, u64, Value) {
    let school = Fixture::school().await;
    let receiver = Receiver::doing(|n, _| if n == 0 { Does::Answers(200) } else { Does::Hangs });
    let receiver = receiver.await;
    subscribe(&school, &receiver.url()).await;
    early(&school).await;
    let before = standing(&school).await;
    let event = associate(&school, &["C02NEW000001"]).await;
    school.advance("200ms");
    until(|| receiver.told().len() == 1).await;
    assert_eq!(standing(&school).await, before);
    (school, receiver, before, event)
}

#[tokio::test]
async fn forks_and_states_do_not_wait_for_who_was_told() {
    let (school, receiver, before, _) = waiting().await;
    let fork = school.quince.fork("default", Some("fork")).unwrap();
    let there = Fixture { stoken: fork.stoken("berlin"), quince: school.quince };
    there.get("assets").await;
    assert_eq!(standing(&there).await, before + 1, "nothing is under way there");
    let school = Fixture { stoken: there.quince.universe("default").stoken("berlin"), ..there };
    assert_eq!(standing(&school).await, before);

    // A state says that it is to be told, and whoever goes on with it tells it.
    let state = school.done_by("GET", "/universes/default/state", Value::Null).await;
    school.done_by("PUT", "/universes/default/state", state).await;
    assert_eq!(standing(&school).await, before);
    until(|| receiver.told().len() == 2).await;
    assert_eq!(receiver.told()[0]["notification"], receiver.told()[1]["notification"]);
}

#[tokio::test]
async fn who_ends_it_by_hand_tells_nobody_again() {
    let (school, receiver, before, event) = waiting().await;
    let path = format!("/universes/default/events/{}", event.as_str().unwrap());
    let ended = school.done_by("POST", &path, json!({"do": "complete"})).await;
    assert!(ended["seq"].is_u64(), "{ended}");
    assert_eq!(standing(&school).await, before + 1);
    let queued = school.done_by("GET", "/universes/default/notifications", Value::Null).await;
    assert_eq!((&queued["waiting"], receiver.told().len()), (&json!(1), 1), "{queued}");
}

#[tokio::test]
async fn an_auto_clock_tells_first_and_counts_then() {
    let builder = Quince::builder().world("small-school").clock(ClockMode::Auto);
    let quince = builder.start().await.unwrap();
    let stoken = quince.universe("default").stoken("berlin");
    let school = Fixture { quince, stoken };
    let receiver = curious(&school).await;
    subscribe(&school, &receiver.url()).await;
    early(&school).await;
    let before = standing(&school).await;
    associate(&school, &["C02NEW000001"]).await;
    until(|| !receiver.read().is_empty()).await;
    assert_eq!(assigned(&receiver.read()[0]), before);
    let universe = school.quince.universe("default");
    until(|| universe.notifications().waiting == 0).await;
    assert_eq!(standing(&school).await, before + 1);
}
