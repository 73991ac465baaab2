//! Delays: by the client's clock and by the universe's, before the answer and before the request.

use std::sync::Arc;
use std::time::Duration;

use quince::{ClockMode, Quince};
use serde_json::{Value, json};

use super::{journal, rule, school};
use crate::support::Fixture;

fn delayed(delay: &Value) -> Value {
    json!({"id": "slow", "on": {"operation": "v2.users.create", "first": 1}, "then": {"delay": delay}})
}

fn user(id: &str) -> Value {
    json!({"users": [{"clientUserId": id, "email": "a@b.de"}]})
}

/// Waits until the journal has as many entries.
async fn grown(school: &Fixture, kind: &str) {
    let path = format!("/universes/default/journal?wait=10s&kind={kind}");
    let entries = school.done_by("GET", &path, Value::Null).await;
    assert_eq!(entries["entries"].as_array().unwrap().len(), 1, "{entries}");
}

#[tokio::test]
async fn an_advance_of_the_clock_releases_what_waits_for_virtual_time() {
    let delay = json!({"fixed": "5m", "clock": "virtual"});
    let school = Arc::new(school(&[delayed(&delay)]).await);
    let call = tokio::spawn({
        let school = Arc::clone(&school);
        async move { school.post("users/create", user("u1")).await }
    });
    grown(&school, "exchange").await;
    school.advance("4m");
    assert!(!call.is_finished());
    assert_eq!(school.post("users/create", user("u2")).await.status, 200, "others go on");
    assert!(!call.is_finished());
    school.advance("1m");
    let answer = call.await.unwrap();
    assert_eq!(answer.status, 200);
    assert_eq!(answer.headers["date"], "Thu, 15 Jan 2026 09:00:00 GMT", "it was given at once");
    let entries = journal(&school).await;
    let first = entries.as_array().unwrap().iter().find(|it| it["kind"] == "exchange").unwrap();
    assert_eq!(first["rules"][0]["act"], "waited 300s of virtual time before the answer");
}

#[tokio::test]
async fn a_delay_before_the_request_splits_its_turn_in_two() {
    let delay = json!({"fixed": "5m", "clock": "virtual", "before": "request"});
    let school = Arc::new(school(&[delayed(&delay)]).await);
    let call = tokio::spawn({
        let school = Arc::clone(&school);
        async move { school.post("users/create?x=1", user("u1")).await }
    });
    // It is counted, and nothing else.
    while super::counters(&school, "slow") != (1, 1) {
        tokio::task::yield_now().await;
    }
    assert_eq!(school.post("users/create", user("u2")).await.status, 200);
    school.advance("5m");
    let answer = call.await.unwrap();
    assert_eq!(answer.headers["date"], "Thu, 15 Jan 2026 09:05:00 GMT");
    assert_eq!(answer.lints(), "unknown-parameter");
    assert_eq!(super::counters(&school, "slow"), (1, 2), "it is not counted again");
    let entries = journal(&school).await;
    let calls: Vec<&Value> =
        entries.as_array().unwrap().iter().filter(|it| it["kind"] == "exchange").collect();
    assert_eq!(calls[0]["request"]["body"]["users"][0]["clientUserId"], "u2");
    assert_eq!(calls[1]["lints"].as_array().unwrap().len(), 1);
    assert_eq!(
        calls[1]["rules"][0]["act"],
        "waited 300s of virtual time before the request was applied"
    );
}

#[tokio::test]
async fn a_client_that_gives_up_is_served_all_the_same() {
    let delay = json!({"fixed": "5m", "clock": "virtual", "before": "request"});
    let school = Arc::new(school(&[delayed(&delay)]).await);
    let call = tokio::spawn({
        let school = Arc::clone(&school);
        async move { school.post("users/create", user("u1")).await }
    });
    while super::counters(&school, "slow") != (1, 1) {
        tokio::task::yield_now().await;
    }
    call.abort();
    let _ = call.await;
    school.advance("5m");
    grown(&school, "exchange").await;
    school.advance("1m");
    assert_eq!(school.get("users?clientUserId=u1").await.json()["size"], 1);
}

#[tokio::test]
async fn a_clock_of_mode_auto_jumps() {
    let quince =
        Quince::builder().world("small-school").clock(ClockMode::Auto).start().await.unwrap();
    let stoken = quince.universe("default").stoken("berlin");
    let school = Fixture { quince, stoken };
    rule(&school, &delayed(&json!({"fixed": "9m", "clock": "virtual", "before": "request"})));
    let answer = school.post("users/create", user("u1")).await;
    assert_eq!(answer.headers["date"], "Thu, 15 Jan 2026 09:09:00 GMT");
}

#[tokio::test]
async fn real_delays_are_slept_and_drawn_from_the_seed() {
    let run = || async {
        let delay = json!({"uniform": ["5ms", "40ms"]});
        let on = json!({"operation": "v2.assets.list"});
        let school = school(&[json!({"id": "slow", "on": on, "then": {"delay": delay}})]).await;
        let mut acts = Vec::new();
        for _ in 0..3 {
            let begun = tokio::time::Instant::now();
            school.get("assets").await;
            assert!(begun.elapsed() >= Duration::from_millis(5));
        }
        for entry in journal(&school).await.as_array().unwrap() {
            acts.extend(entry["rules"][0]["act"].as_str().map(str::to_owned));
        }
        acts
    };
    let first = run().await;
    assert_eq!(first.len(), 3);
    assert_eq!(first, run().await);
}

#[tokio::test]
async fn nobody_waits_for_a_universe_that_is_dropped() {
    let school = Arc::new(Fixture::school().await);
    let rule = delayed(&json!({"fixed": "5m", "clock": "virtual"}));
    let made = school.done_by("POST", "/universes", json!({"id": "short", "rules": [rule]})).await;
    let stoken = made["stokens"]["berlin"].as_str().unwrap().to_owned();
    let call = tokio::spawn({
        let school = Arc::clone(&school);
        async move { school.below("short", &stoken, "users/create", Some(user("u1"))).await }
    });
    let path = "/universes/short/journal?wait=10s&kind=exchange";
    school.done_by("GET", path, Value::Null).await;
    school.done_by("DELETE", "/universes/short", Value::Null).await;
    assert_eq!(call.await.unwrap().status, 200);
}
