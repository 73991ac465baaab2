//! Rules over the control API and in Rust; what forks and resets make of them.

use quince::scenario::forms::RuleForm;
use serde_json::{Value, json};

use super::{busy, counters, school, statuses};
use crate::support::Fixture;

const RULES: &str = "/universes/default/rules";

fn list_rule() -> Value {
    busy(json!({"operation": "v2.assets.list", "nth": 1}))
}

#[tokio::test]
async fn rules_come_are_told_with_their_counters_and_go() {
    let school = Fixture::school().await;
    let added = school.control("POST", RULES, list_rule()).await;
    assert_eq!(added.status, 201);
    assert_eq!(
        added.json(),
        json!({"seq": 1, "rule": {
            "id": "busy", "on": {"operation": "v2.assets.list", "nth": 1},
            "then": {"answer": {"status": 503}}, "fired": 0, "matched": 0,
        }})
    );
    assert_eq!(statuses(&school, "assets", 3).await, [503, 200, 200]);
    let list = school.done_by("GET", RULES, Value::Null).await;
    assert_eq!((&list["rules"][0]["fired"], &list["rules"][0]["matched"]), (&json!(1), &json!(3)));
    assert_eq!(school.problem("POST", RULES, list_rule()).await, "409 rule-exists /id");
    let one = format!("{RULES}/busy");
    let put = school.done_by("PUT", &one, list_rule()).await;
    assert_eq!((&put["rule"]["fired"], &put["seq"]), (&json!(0), &json!(5)));
    assert_eq!(statuses(&school, "assets", 1).await, [503], "its counters began anew");
    assert_eq!(school.done_by("GET", &one, Value::Null).await["rule"]["fired"], 1);
    assert_eq!(school.done_by("DELETE", &one, Value::Null).await, json!({"seq": 7}));
    assert_eq!(school.problem("GET", &one, Value::Null).await, "404 no-such-rule -");
    assert_eq!(school.problem("DELETE", &one, Value::Null).await, "404 no-such-rule -");
    let journal = school.done_by("GET", "/universes/default/journal?kind=rule", Value::Null).await;
    let texts: Vec<&str> = journal["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["text"].as_str().unwrap())
        .collect();
    assert_eq!(texts, ["rule busy added", "rule busy replaced", "rule busy removed"]);
}

#[tokio::test]
async fn an_id_with_a_slash_is_written_with_its_code() {
    let school = Fixture::school().await;
    let mut rule = list_rule();
    rule["id"] = json!("preset/busy");
    let path = format!("{RULES}/preset%2Fbusy");
    school.done_by("PUT", &path, rule).await;
    assert_eq!(school.done_by("GET", &path, Value::Null).await["rule"]["id"], "preset/busy");
    school.done_by("DELETE", &path, Value::Null).await;
    assert_eq!(school.problem("PUT", &path, list_rule()).await, "400 invalid /id");
}

#[tokio::test]
async fn what_is_wrong_with_a_rule_is_told_by_place() {
    let school = Fixture::school().await;
    for (rule, problem) in [
        (json!({"id": "r"}), "400 invalid "),
        (
            json!({"id": "r", "on": {"operation": "v2.*.list"}, "then": {"answer": {"status": 500}}}),
            "400 invalid /on/operation",
        ),
        (
            json!({"id": "r", "on": {"operation": "*", "sometimes": 1}, "then": {}}),
            "400 invalid /on/sometimes",
        ),
        (json!({"id": "r", "on": {"operation": "*"}, "then": {}}), "400 invalid /then"),
        (
            json!({"id": "r", "on": {"operation": "*"}, "then": {"answer": {"status": 999}}}),
            "400 invalid /then/answer/status",
        ),
        (
            json!({"id": "r", "on": {"operation": "*"}, "then": {"set": {"v2.page_size": 0}}}),
            "400 invalid /then/set/v2.page_size",
        ),
    ] {
        assert_eq!(school.problem("POST", RULES, rule.clone()).await, problem, "{rule}");
    }
    let bad = json!({"rules": [list_rule(), {"id": "r", "on": {"operation": "*"}, "then": {}}]});
    assert_eq!(school.problem("POST", "/universes", bad).await, "400 invalid /rules/1/then");
    let twice = json!({"rules": [list_rule(), list_rule()]});
    assert_eq!(school.problem("POST", "/universes", twice).await, "409 rule-exists /rules");
}

#[tokio::test]
async fn a_universe_has_at_most_a_thousand_rules() {
    let school = Fixture::school().await;
    let universe = school.quince.universe("default");
    for n in 0..1_000 {
        universe.rule(&RuleForm::on("v2.unknown").id(&format!("r{n}")).answer_status(500)).unwrap();
    }
    assert_eq!(school.problem("POST", RULES, list_rule()).await, "409 too-many-rules /id");
    assert_eq!(school.get("assets").await.status, 200);
}

#[tokio::test]
async fn a_fork_has_the_rules_with_their_counters_and_goes_on_for_itself() {
    let school = school(&[busy(json!({"operation": "v2.assets.list", "nth": 2}))]).await;
    assert_eq!(school.get("assets").await.status, 200);
    let fork = school.quince.fork("default", Some("fork")).unwrap();
    let answer = school.below("fork", &fork.stoken("berlin"), "assets", None).await;
    assert_eq!(answer.status, 503);
    assert_eq!(counters(&school, "busy"), (0, 1));
    assert_eq!(school.get("assets").await.status, 503);
}

#[tokio::test]
async fn a_reset_brings_the_rules_of_the_beginning_back() {
    let school = Fixture::school().await;
    let made =
        school.done_by("POST", "/universes", json!({"id": "own", "rules": [list_rule()]})).await;
    let stoken = made["stokens"]["berlin"].as_str().unwrap();
    let status = || async { school.below("own", stoken, "assets", None).await.status.as_u16() };
    assert_eq!((status().await, status().await), (503, 200));
    for scope in ["rules", "all"] {
        school.done_by("POST", "/universes/own/rules", json!({"id": "more", "on": {"operation": "v2.x"}, "then": {"answer": {"status": 500}}})).await;
        school.done_by("POST", "/universes/own/reset", json!({"scope": "state"})).await;
        assert_eq!(status().await, 200, "the state has nothing to do with it");
        school.done_by("POST", "/universes/own/reset", json!({ "scope": scope })).await;
        let rules = school.done_by("GET", "/universes/own/rules", Value::Null).await;
        assert_eq!(rules["rules"].as_array().unwrap().len(), 1);
        assert_eq!((status().await, status().await), (503, 200), "{scope}");
    }
    let state = school.done_by("GET", "/universes/own/state", Value::Null).await;
    let made = school
        .done_by(
            "POST",
            "/universes",
            json!({"id": "again", "state": state, "rules": [list_rule()]}),
        )
        .await;
    let stoken = made["stokens"]["berlin"].as_str().unwrap();
    assert_eq!(school.below("again", stoken, "assets", None).await.status, 503);
}

#[tokio::test]
async fn presets_are_listed_and_put_to_work_by_name() {
    let school = Fixture::school().await;
    let list = school.done_by("GET", "/presets", Value::Null).await;
    let preset = &list["presets"][0];
    let name = preset["name"].as_str().unwrap();
    let path = format!("/universes/default/presets/{name}@42");
    let put = school.done_by("PUT", &path, Value::Null).await;
    assert_eq!((&put["seq"], &put["rules"]), (&json!(1), &preset["rules"]));
    assert_eq!(school.done_by("PUT", &path, Value::Null).await["rules"], put["rules"]);
    let id = put["rules"][0].as_str().unwrap();
    let rules = school.quince.universe("default").rules();
    let standing = rules.iter().find(|standing| &*standing.rule.id == id).unwrap();
    assert_eq!(standing.rule.seed, Some(42));
    let unknown = "/universes/default/presets/small-pagez";
    assert_eq!(school.problem("PUT", unknown, Value::Null).await, "404 no-such-preset -");
    let twice = school.problem("PUT", &path, json!({"seed": 1})).await;
    assert_eq!(twice, "400 invalid /seed");
}
