//! Settings, while it runs.

use serde_json::{Value, json};

use crate::support::Fixture;

const SETTINGS: &str = "/universes/default/settings";

#[tokio::test]
async fn settings_are_read_and_changed_while_it_runs() {
    let school = Fixture::school().await;
    let told = school.done_by("GET", SETTINGS, Value::Null).await;
    assert_eq!(told["profile"], "observed");
    let keys: Vec<&str> =
        told["settings"].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys.len(), quince::sim::Settings::KEYS.len());

    let body = json!({"v2.page_size": 2, "v2.rate_limit": true, "v2.event_delay": "120s",
        "v2.delta_removals": "listed"});
    let told = school.done_by("PATCH", SETTINGS, body).await;
    let settings = &told["settings"];
    assert_eq!(
        (&settings["v2.page_size"], &settings["v2.rate_limit"]),
        (&json!("2"), &json!("on"))
    );
    assert_eq!(
        (&settings["v2.event_delay"], &settings["v2.removals_in_delta"]),
        (&json!("2m"), &json!("listed"))
    );
    assert!(told["seq"].as_u64().unwrap() > 0);
    assert_eq!(school.get("users").await.json()["users"].as_array().unwrap().len(), 2);

    let told = school.done_by("PATCH", SETTINGS, json!({"v2.page_size": null})).await;
    assert_eq!(
        (&told["settings"]["v2.page_size"], &told["settings"]["v2.rate_limit"]),
        (&json!("500"), &json!("on"))
    );
    let told = school.done_by("PATCH", SETTINGS, json!({"v2.rate_limit": false})).await;
    assert_eq!(told["settings"]["v2.rate_limit"], "off");
}

#[tokio::test]
async fn all_are_changed_or_none() {
    let school = Fixture::school().await;
    let before = school.done_by("GET", SETTINGS, Value::Null).await;
    for (body, told) in [
        (json!({"v2.event_steps": 5, "v2.page_size": 0}), "400 invalid /v2.page_size"),
        (json!({"v2.event_steps": 5, "v2.pagesize": 1}), "400 invalid /v2.pagesize"),
        (json!({"v2.event_steps": 5, "v2.page_size": 1.5}), "400 invalid /v2.page_size"),
        (json!({"v2.event_steps": 5, "v2.page_size": [1]}), "400 invalid /v2.page_size"),
        (json!({"v2.event_steps": 5, "~x/y": null}), "400 invalid /~0x~1y"),
        (json!([1]), "400 invalid "),
    ] {
        assert_eq!(school.problem("PATCH", SETTINGS, body.clone()).await, told, "{body}");
    }
    assert_eq!(school.done_by("GET", SETTINGS, Value::Null).await, before);
    let problem = school.control("PATCH", SETTINGS, json!({"v2.pagesize": 1})).await.json();
    assert!(problem["detail"].as_str().unwrap().contains("did you mean v2.page_size"), "{problem}");
}
