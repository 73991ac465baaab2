//! Verbs and settings that rules bring about before a call is applied.

use serde_json::{Value, json};

use super::{journal, school};
use crate::support::Fixture;

#[tokio::test]
async fn a_verb_happens_before_the_call_and_is_in_the_journal_with_its_rule() {
    let verb =
        json!({"name": "other-admin-assigns", "serial_numbers": ["NEW"], "adam_id": "361309726"});
    let on = json!({"operation": "v2.assignments.list", "nth": 1});
    let school = school(&[json!({"id": "pages-move", "on": on, "then": {"verb": verb}})]).await;
    let rows = school.get("assignments?serialNumber=NEW").await.json();
    assert_eq!(rows["assignments"][0]["adamId"], "361309726");
    let entries = journal(&school).await;
    let entries = entries.as_array().unwrap();
    let [.., deed, call] = entries.as_slice() else { panic!("{entries:?}") };
    let act = json!([{"rule": "pages-move", "act": "verb other-admin-assigns"}]);
    assert_eq!((&deed["kind"], &deed["rules"]), (&json!("verb"), &act));
    assert_eq!((&call["kind"], &call["rules"]), (&json!("exchange"), &act));
}

#[tokio::test]
async fn a_verb_that_cannot_be_done_is_said_and_breaks_nothing() {
    let verb = json!({"name": "remove-asset", "adam_id": "1"});
    let school =
        school(&[json!({"id": "r", "on": {"operation": "*"}, "then": {"verb": verb}})]).await;
    assert_eq!(school.get("assets").await.status, 200);
    let entries = journal(&school).await;
    let call = entries.as_array().unwrap().last().unwrap();
    let act = call["rules"][0]["act"].as_str().unwrap();
    assert!(act.starts_with("could not: verb remove-asset: "), "{act}");
}

#[tokio::test]
async fn a_setting_changes_before_the_call_is_applied() {
    let on = json!({"operation": "v2.assets.list", "nth": 2});
    let school =
        school(&[json!({"id": "small", "on": on, "then": {"set": {"v2.page_size": 1}}})]).await;
    let size = || async { school.get("assets").await.json()["size"].as_u64().unwrap() };
    assert!(size().await > 1);
    assert_eq!(size().await, 1);
    let entries = journal(&school).await;
    let deed =
        entries.as_array().unwrap().iter().find(|entry| entry["kind"] == "settings").unwrap();
    assert_eq!(deed["text"], "v2.page_size: 500 -> 1");
    assert_eq!(deed["rules"], json!([{"rule": "small", "act": "set v2.page_size to 1"}]));
    let settings = school.control("GET", "/universes/default/settings", Value::Null).await.json();
    assert_eq!(settings["settings"]["v2.page_size"], "1");
}

#[tokio::test]
async fn a_verb_that_names_no_location_happens_where_the_call_goes() {
    let builder = quince::Quince::builder().world("edge-cases");
    let reading_room = Fixture::of(builder, "reading-room").await;
    let verb = json!({"name": "add-devices", "serial_numbers": ["NEW"]});
    super::rule(
        &reading_room,
        &json!({"id": "r", "on": {"operation": "*"}, "then": {"verb": verb}}),
    );
    reading_room.get("assets").await;
    let entries = journal(&reading_room).await;
    assert_eq!(entries[1]["text"], "1 device added: NEW");
}
