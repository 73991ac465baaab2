//! Faults the whole way: a rule over the control API or in a scenario, and the bytes that a client finds on the wire.
//!
//! What a call leaves behind is told by comparing states, what it sends by comparing with the same call to a quince
//! without rules: same seed, same bytes.

mod answers;
mod bodies;
mod cuts;
mod frames;
mod streams;
mod times;
mod wire;

use serde_json::{Value, json};

use crate::support::Fixture;
use wire::Wire;

/// A user who is not there yet.
pub(crate) const USER: &str = r#"{"users":[{"clientUserId":"new","email":"a@b.example"}]}"#;

/// A small school in which one rule does this to calls of an operation; the rule came over the control API.
async fn school(operation: &str, then: Value) -> Fixture {
    let school = Fixture::school().await;
    let rule = json!({"id": "fault", "on": {"operation": operation}, "then": then});
    school.done_by("POST", "/universes/default/rules", rule).await;
    school.quince.universe("default").mark("before").unwrap();
    school
}

/// What a call that did nothing leaves behind.
const NOTHING: &str = "no difference\n";

/// What a call did to the state, once everything that it queued is done.
fn left_behind(school: &Fixture) -> String {
    school.advance("1h");
    school.quince.universe("default").diff("before", "now").unwrap()
}

/// What the journal says of the one call that a rule touched: operation, rule, act and fate.
async fn told(school: &Fixture) -> (String, String) {
    let path = "/universes/default/journal?kind=exchange";
    let journal = school.done_by("GET", path, Value::Null).await;
    let entries = journal["entries"].as_array().unwrap();
    let mut touched = entries.iter().filter(|entry| entry["rules"][0].is_object());
    let entry = touched.next().unwrap();
    assert!(touched.next().is_none(), "one call is touched");
    assert_eq!(entry["rules"][0]["rule"], "fault");
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    (text(&entry["rules"][0]["act"]), text(&entry["answer"]["fate"]))
}

/// The head and the body of the same call to a quince that no rule disturbs.
async fn undisturbed(request: &[u8]) -> (String, Vec<u8>) {
    let school = Fixture::school().await;
    let mut wire = Wire::connect(&school).await;
    wire.send(request).await;
    wire.answer().await
}
