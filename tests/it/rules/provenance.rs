//! Nothing injected is anonymous, and the same seed and calls give the same journal.

use serde_json::{Value, json};

use super::{journal, school};
use crate::support::Fixture;

async fn run(seed: u64) -> (Fixture, String) {
    let builder = quince::Quince::builder().world("small-school").seed(seed);
    let school = Fixture::of(builder, "berlin").await;
    for rule in [
        json!({"id": "odd", "on": {"operation": "v2.*", "odds": 0.3}, "then": {"answer": {"status": 503, "retry_after": "2s"}}}),
        json!({"id": "event", "on": {"operation": "v2.assets.associate"}, "then": {"event": {"polls": 2, "outcome": "partial"}}}),
        json!({"id": "lag", "on": {"operation": "v2.*", "odds": 0.2}, "then": {"delay": {"lognormal": {"median": "2ms", "p99": "9ms"}}}}),
        json!({"id": "noise", "on": {"operation": "v2.users.list", "odds": 0.2}, "then": {"garbage": {"bytes": 40, "whole": false}}}),
        json!({"id": "admin", "on": {"operation": "v2.assignments.list", "every": 3}, "then": {"verb": {"name": "other-admin-assigns"}}}),
    ] {
        super::rule(&school, &rule);
    }
    for n in 0..20 {
        let body = json!({"assets": [{"adamId": "361309726"}], "serialNumbers": [format!("S{n}"), format!("T{n}")]});
        let answer = school.post("assets/associate", body).await;
        if answer.status == 200 {
            let status = format!("status?eventId={}", answer.json()["eventId"].as_str().unwrap());
            for _ in 0..3 {
                school.get(&status).await;
            }
        }
        school.get("users").await;
        school.get("assignments").await;
    }
    let path = "/universes/default/journal?canonical=true";
    let text = school.control("GET", path, Value::Null).await.text();
    (school, text)
}

#[tokio::test]
async fn same_seed_and_calls_give_the_same_journal_byte_for_byte() {
    let ((_school, first), (_other, second)) = (run(7).await, run(7).await);
    assert!(first == second, "the journals differ");
    for act in [
        "answered 503, Retry-After 2s",
        "its event",
        "waited ",
        "40 random bytes",
        "verb other-admin-assigns",
    ] {
        assert!(first.contains(act), "{act}");
    }
    assert_ne!(run(8).await.1, first, "another seed has other acts");
}

#[tokio::test]
async fn answers_name_their_rules_where_the_setting_wants_it() {
    ledger!("setting.http.rule_header");
    let rule = |id: &str, then: Value| json!({"id": id, "on": {"operation": "v2.assets.list"}, "then": then});
    let header =
        rule("a", json!({"answer": {"headers": {"x-a": "1"}}, "set": {"v2.page_size": 3}}));
    let school = school(&[header, rule("b/c", json!({"answer": {"status": 500}}))]).await;
    assert!(!school.get("assets").await.headers.contains_key("quince-rule"));
    school.quince.universe("default").set("http.rule_header", "on").unwrap();
    assert_eq!(school.get("assets").await.headers["quince-rule"], "a, b/c");
    assert!(!school.get("users").await.headers.contains_key("quince-rule"));
}

#[tokio::test]
async fn the_journal_says_which_rule_touched_a_call_and_an_event() {
    let on = json!({"operation": "v2.assets.associate"});
    let school =
        school(&[json!({"id": "slow-event", "on": on, "then": {"event": {"after": "90s"}}})]).await;
    let body = json!({"assets": [{"adamId": "361309726"}], "serialNumbers": ["A"]});
    school.done("assets/associate", body).await;
    let entries = journal(&school).await;
    let told = |kind: &str| {
        let entry = entries.as_array().unwrap().iter().find(|entry| entry["kind"] == kind);
        entry.unwrap()["rules"].clone()
    };
    assert_eq!(
        told("exchange"),
        json!([{"rule": "slow-event", "act": "event ends 90s after it starts"}])
    );
    assert_eq!(told("event-step"), json!([{"rule": "slow-event", "act": "its event"}]));
    assert!(
        entries
            .as_array()
            .unwrap()
            .iter()
            .any(|it| it["kind"] == "clock" && it.get("rules").is_none())
    );
    let expected = json!({"match": {"rule": "slow-event"}, "count": 2});
    let path = "/universes/default/journal/expect";
    assert_eq!(
        school.done_by("POST", path, expected).await["matched"].as_array().unwrap().len(),
        2
    );
}
