//! Reports over the control API, and scenarios in universes that run.

use std::sync::Arc;

use quince::scenario::Cause;
use serde_json::{Value, json};

use super::making::*;
use crate::support::Fixture;

#[tokio::test]
async fn the_report_is_told_and_the_client_said_to_have_ended() {
    let school = school(vec![
        step("listed").waits_for("v2.assets.list"),
        step("gone").after(Cause::Exit).finds_assigned(1),
    ])
    .await;
    school.get("assets").await;
    let told = school.done_by("GET", "/universes/default/report", Value::Null).await;
    assert_eq!(
        (told["verdict"].as_str(), told["scenario"].as_str()),
        (Some("open"), Some("a test"))
    );
    let told = school.done_by("POST", "/universes/default/report/finish", Value::Null).await;
    assert_eq!(told["verdict"], "expectation-failed");
    insta::assert_json_snapshot!(told["steps"]);
}

#[tokio::test]
async fn a_universe_without_a_scenario_has_no_report() {
    let school = Fixture::school().await;
    let gone = "404 no-such-report -";
    assert_eq!(school.problem("GET", "/universes/default/report", Value::Null).await, gone);
    assert_eq!(school.problem("POST", "/universes/default/report/finish", Value::Null).await, gone);
    let universe = school.quince.universe("default");
    assert!(universe.report().is_none());
    let error = universe.verify().unwrap_err().to_string();
    assert_eq!(error, "this universe has no scenario, so there is nothing to report");
}

#[tokio::test]
async fn a_scenario_comes_over_a_universe_and_its_tokens_stay() {
    let school = Fixture::school().await;
    associate(&school, "ONE").await;
    school.advance("1h");
    let universe = Arc::clone(school.quince.engine().default_universe());
    let mut first = scenario(vec![step("listed").waits_for("v2.assets.list").finds_assigned(0)]);
    first.start = quince::sim::date::parse("2026-02-01T00:00:00Z");
    first.settings.push(("v2.page_size".to_owned(), "2".to_owned()));
    universe.apply(Arc::new(first)).unwrap();
    let assets = school.get("assets").await;
    assert_eq!(assets.headers["date"], "Sun, 01 Feb 2026 00:00:00 GMT");
    assert_eq!(assets.json()["assets"].as_array().unwrap().len(), 2);
    assert_eq!(outline(&report(&school)), "listed done +");
    let mut second = scenario(vec![step("again").waits_for("v2.users.list")]);
    (second.world, second.clock) = (None, None);
    universe.apply(Arc::new(second.clone())).unwrap();
    assert_eq!(outline(&report(&school)), "again waiting", "it takes the place of the first");
    second.settings.push(("v2.page_size".to_owned(), "none".to_owned()));
    assert!(universe.apply(Arc::new(second)).is_err());
    assert_eq!(outline(&report(&school)), "again waiting");
}

#[tokio::test]
async fn universes_run_scenarios_of_their_own() {
    let school = Fixture::school().await;
    let mut one = scenario(vec![step("listed").waits_for("v2.assets.list").buys(1)]);
    one.settings.push(("v2.page_size".to_owned(), "none".to_owned()));
    assert!(school.quince.begin(None, one.clone()).is_err());
    one.settings.clear();
    let first = school.quince.begin(Some("one"), one.clone()).unwrap();
    let second = school.quince.begin(Some("two"), one).unwrap();
    school.below("one", &first.stoken("berlin"), "assets", None).await;
    assert_eq!(outline(&first.report().unwrap()), "listed done");
    assert_eq!(outline(&second.report().unwrap()), "listed waiting");
}

/// A scenario as TOML: a purchase as soon as assets are listed.
const LISTED: &str = r#"
schema = "quince.scenario/1"
name   = "bought while listing"
seed   = 7

[clock]
mode = "manual"

[world]
name = "small-school"

[[step]]
name   = "listed"
wait   = { operation = "v2.assets.list" }
verb   = { name = "buy-licenses", adam_id = "361309726", count = 2 }
expect = [{ asset = "361309726", total = 42 }]
"#;

async fn posted(school: &Fixture, media_type: &str, body: &str) -> crate::support::Answer {
    let request = Fixture::bare(http::Method::POST, "/_quince/v1/universes/default/scenario")
        .header(http::header::CONTENT_TYPE, media_type);
    school.send(request.body(body.to_owned().into()).unwrap()).await
}

#[tokio::test]
async fn a_scenario_is_posted_as_toml_or_json() {
    let school = Fixture::school().await;
    let begun = posted(&school, "application/toml", LISTED).await;
    assert_eq!(begun.text(), r#"{"seq":1,"scenario":"bought while listing"}"#);
    school.get("assets").await;
    assert_eq!(outline(&report(&school)), "listed done +");
    let json: Value = toml::from_str(LISTED).unwrap();
    let begun = posted(&school, "application/json; charset=utf-8", &json.to_string()).await;
    assert_eq!(begun.status, 200, "{}", begun.text());
    assert_eq!(outline(&report(&school)), "listed waiting ?");
    let made = school.done_by("POST", "/universes", json!({"id": "made", "scenario": json})).await;
    let stoken = made["stokens"]["berlin"].as_str().unwrap().to_owned();
    school.below("made", &stoken, "assets", None).await;
    let told = school.done_by("POST", "/universes/made/report/finish", Value::Null).await;
    assert_eq!(told["verdict"], "passed", "{told}");
}

#[tokio::test]
async fn what_is_wrong_with_a_posted_scenario_is_told_with_its_place() {
    let school = Fixture::school().await;
    let broken = LISTED.replace("v2.assets.list", "v2.asset.list");
    let refused = posted(&school, "application/toml", &broken).await;
    assert_eq!(refused.status, 400);
    let problem = &refused.json()["problems"][0];
    assert_eq!(
        (&problem["pointer"], &problem["line"]),
        (&json!("/step/0/wait/operation"), &json!(14))
    );
    assert_eq!(posted(&school, "text/yaml", LISTED).await.status, 400);
    assert_eq!(posted(&school, "application/json", "").await.status, 400);
    let json: Value = toml::from_str(&broken).unwrap();
    let body = json!({"scenario": json});
    let told = school.problem("POST", "/universes", body).await;
    assert_eq!(told, "400 invalid /scenario/step/0/wait/operation");
    let both = json!({"scenario": {}, "world": "demo"});
    assert_eq!(school.problem("POST", "/universes", both).await, "400 invalid /world");
    let both = json!({"scenario": {}, "state": {}});
    assert_eq!(school.problem("POST", "/universes", both).await, "400 invalid /scenario");
    assert!(school.quince.universe("default").report().is_none(), "nothing was put in force");
}
