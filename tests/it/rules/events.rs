//! Events as rules want them: when they end, and which of their tasks fail.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::{rule, school};
use crate::support::Fixture;

const TEXTS: &str = "361309726";
const MAPS: &str = "419437500";

async fn steered(event: Value) -> Fixture {
    let on = json!({"operation": "v2.assets.associate", "first": 1});
    school(&[json!({"id": "slow-event", "on": on, "then": {"event": event}})]).await
}

/// Gives assets to devices, and returns the path of the event's status.
async fn associate(school: &Fixture, assets: &[&str], serials: &[&str]) -> String {
    let assets: Value = assets.iter().map(|id| json!({ "adamId": id })).collect();
    let answer =
        school.post("assets/associate", json!({"assets": assets, "serialNumbers": serials})).await;
    format!("status?eventId={}", answer.json()["eventId"].as_str().unwrap())
}

/// Status, completed, requested, and the numbers that failed with how many values are to blame.
async fn told(school: &Fixture, status: &str) -> String {
    let status = school.get(status).await.json();
    let mut told = format!(
        "{} {}/{}",
        status["eventStatus"].as_str().unwrap(),
        status["numCompleted"],
        status["numRequested"],
    );
    for group in status["failures"].as_array().into_iter().flatten() {
        let _ = write!(told, " {} {}", group["errorNumber"], group["errorInfo"]);
    }
    told
}

async fn holders(school: &Fixture, adam_id: &str) -> Vec<String> {
    let list = school.get(&format!("assignments?adamId={adam_id}")).await.json();
    let rows = list["assignments"].as_array().unwrap().iter();
    rows.filter_map(|row| Some(row["serialNumber"].as_str()?.to_owned())).collect()
}

#[tokio::test]
async fn an_event_ends_when_the_rule_says_and_partly_as_it_says() {
    ledger!("quince.rule-events");
    let fail = json!([{"serial_number": "B", "error": 9709}]);
    let school = steered(json!({"after": "90s", "outcome": "partial", "fail": fail})).await;
    let status = associate(&school, &[TEXTS], &["A", "B", "C"]).await;
    let next = associate(&school, &[MAPS], &["A"]).await;
    school.advance("89s");
    assert_eq!(told(&school, &status).await, "PENDING 0/3");
    assert_eq!(told(&school, &next).await, "PENDING 0/1", "it stands behind the first one");
    school.advance("1s");
    let blame = r#"{"assets":[{"adamId":"361309726","pricingParam":"STDQ"}]}"#;
    assert_eq!(told(&school, &status).await, format!("FAILED 2/3 9709 {blame}"));
    assert_eq!(holders(&school, TEXTS).await, ["A", "C"]);
    school.advance("1s");
    assert_eq!(told(&school, &next).await, "COMPLETE 1/1");
}

#[tokio::test]
async fn an_event_ends_right_after_the_poll_that_it_waited_for() {
    let school = steered(json!({"polls": 3})).await;
    let status = associate(&school, &[TEXTS], &["A"]).await;
    let next = associate(&school, &[MAPS], &["A"]).await;
    school.advance("1h");
    assert_eq!(told(&school, &next).await, "COMPLETE 1/1", "the first one left the queue");
    for _ in 0..3 {
        assert_eq!(told(&school, &status).await, "PENDING 0/1");
    }
    assert_eq!(told(&school, &status).await, "COMPLETE 1/1");
}

#[tokio::test]
async fn a_fork_goes_on_counting_polls_for_itself() {
    let school = steered(json!({"polls": 2})).await;
    let status = associate(&school, &[TEXTS], &["A"]).await;
    assert_eq!(told(&school, &status).await, "PENDING 0/1");
    let fork = school.quince.fork("default", Some("fork")).unwrap();
    assert_eq!(told(&school, &status).await, "PENDING 0/1");
    assert_eq!(told(&school, &status).await, "COMPLETE 1/1");
    let poll = || async {
        school.below("fork", &fork.stoken("berlin"), &status, None).await.json()["eventStatus"]
            .clone()
    };
    assert_eq!((poll().await, poll().await), (json!("PENDING"), json!("COMPLETE")));
}

#[tokio::test]
async fn an_event_waits_for_somebody_or_for_ever() {
    for event in [json!({"manual": true, "outcome": "failure"}), json!({"never": true})] {
        let manual = event["manual"] == true;
        let school = steered(event).await;
        let status = associate(&school, &[TEXTS], &["A"]).await;
        school.advance("300d");
        assert_eq!(told(&school, &status).await, "PENDING 0/1");
        let id = status.split('=').next_back().unwrap();
        let path = format!("/universes/default/events/{id}");
        let ended = school.done_by("POST", &path, json!({"do": "complete"})).await;
        // Somebody who completes it lets the world go on; what the rule wants to fail fails all the same.
        let expected = if manual { "FAILED" } else { "COMPLETE" };
        assert_eq!(ended["event"]["status"], expected);
    }
}

#[tokio::test]
async fn some_tasks_fail_as_the_seed_has_it_and_never_all() {
    let serials = ["A", "B", "C", "D", "E", "F"];
    let run = || async {
        let school = steered(json!({"outcome": "partial"})).await;
        let status = associate(&school, &[TEXTS], &serials).await;
        school.advance("1m");
        assert!(told(&school, &status).await.starts_with("FAILED"));
        holders(&school, TEXTS).await
    };
    let first = run().await;
    assert!((1..6).contains(&first.len()), "{first:?}");
    assert_eq!(first, run().await);
}

#[tokio::test]
async fn what_a_rule_and_what_the_world_lets_fail_is_told_as_one() {
    let fail = json!([{"serial_number": "A", "error": 9709}]);
    let school = steered(json!({"outcome": "partial", "fail": fail})).await;
    // Nobody owns this product: 9709 by itself.
    let status = associate(&school, &[TEXTS, "1"], &["A", "B"]).await;
    school.advance("1m");
    let told = told(&school, &status).await;
    assert!(told.starts_with("FAILED 1/4 9709"), "{told}");
    assert_eq!(told.matches("9709").count(), 1, "{told}");
}

#[tokio::test]
async fn what_is_planned_for_an_event_survives_an_export() {
    let school = steered(json!({"after": "90s", "outcome": "failure", "error": 9603})).await;
    let status = associate(&school, &[TEXTS], &["A"]).await;
    let path = "/universes/default/state";
    let state = school.done_by("GET", path, Value::Null).await;
    school.done_by("PUT", path, state).await;
    school.advance("90s");
    assert!(told(&school, &status).await.starts_with("FAILED 0/1 9603"));
}

#[tokio::test]
async fn users_fail_by_name_and_a_rule_on_reads_touches_no_event() {
    let school = steered(json!({"polls": 1})).await;
    rule(
        &school,
        &json!({"id": "reads", "on": {"operation": "v2.users.list"}, "then": {"event": {"never": true}}}),
    );
    let fail = json!([{"client_user_id": "u2", "error": 9644}]);
    rule(
        &school,
        &json!({"id": "users", "on": {"operation": "v2.users.create"}, "then": {"event": {"outcome": "partial", "fail": fail}}}),
    );
    school.get("users").await;
    let users = json!({"users": [{"clientUserId": "u1", "email": "a@b.de"}, {"clientUserId": "u2", "email": "a@b.de"}]});
    let status = school.done("users/create", users).await;
    assert_eq!(
        (&status["numCompleted"], &status["failures"][0]["errorNumber"]),
        (&json!(1), &json!(9644))
    );
    assert_eq!(status["failures"][0]["errorInfo"]["clientUserIds"], json!(["u2"]));
}
