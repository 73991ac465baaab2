//! Rules at work: which calls they fire at, and what the client, the state and the journal see of it.

mod answers;
mod control;
mod counting;
mod cuts;
mod deeds;
mod delays;
mod events;
mod provenance;
mod table;

use http::StatusCode;
use serde_json::{Value, json};

use crate::support::{Answer, Fixture};

/// Adds a rule.
#[track_caller]
pub(crate) fn rule(fixture: &Fixture, rule: &Value) {
    let added = fixture.quince.universe("default").rule_json(&rule.to_string());
    added.unwrap_or_else(|error| panic!("{rule}: {error}"));
}

/// A small school with rules.
pub(crate) async fn school(rules: &[Value]) -> Fixture {
    let school = Fixture::school().await;
    for it in rules {
        rule(&school, it);
    }
    school
}

/// `fired` and `matched` of the rule with this id.
pub(crate) fn counters(fixture: &Fixture, id: &str) -> (u64, u64) {
    let rules = fixture.quince.universe("default").rules();
    let standing = rules.iter().find(|standing| &*standing.rule.id == id).unwrap();
    (standing.fired, standing.matched)
}

/// The statuses of so many calls, one after the other.
pub(crate) async fn statuses(fixture: &Fixture, path: &str, calls: usize) -> Vec<u16> {
    let mut statuses = Vec::new();
    for _ in 0..calls {
        statuses.push(fixture.get(path).await.status.as_u16());
    }
    statuses
}

/// A rule that answers 503 to the calls that `on` is about.
#[allow(clippy::needless_pass_by_value, reason = "a value is written where it is used")]
pub(crate) fn busy(on: Value) -> Value {
    json!({ "id": "busy", "on": on, "then": { "answer": { "status": 503 } } })
}

/// The header `Retry-After`.
pub(crate) fn retry_after(answer: &Answer) -> Option<&str> {
    answer.headers.get("retry-after").map(|value| value.to_str().unwrap())
}

/// The journal, each exchange as its operation and its status.
pub(crate) async fn journal(fixture: &Fixture) -> Value {
    let path = "/universes/default/journal?canonical=true";
    let answer = fixture.control("GET", path, Value::Null).await;
    assert_eq!(answer.status, StatusCode::OK);
    answer.json()["entries"].clone()
}
