//! Answers that are replaced or changed, byte by byte.

use quince::Quince;
use quince::scenario::forms::{RuleForm, ScenarioForm};
use serde_json::{Value, json};

use super::wire::{Wire, announced, get, post};
use super::{NOTHING, USER, left_behind, school, undisturbed};
use crate::support::Fixture;

/// Head and body of one call, and then another one on the same connection.
async fn answered(school: &Fixture, call: &[u8]) -> (String, String) {
    let mut wire = Wire::connect(school).await;
    wire.send(call).await;
    let (head, body) = wire.answer().await;
    wire.send(&get(&school.stoken, "users")).await;
    assert!(wire.answer().await.0.starts_with("HTTP/1.1 200 OK\r\n"), "the connection stays");
    (head.replace('\r', ""), String::from_utf8(body).unwrap())
}

#[tokio::test]
async fn a_status_brings_the_service_s_own_body_and_nothing_is_applied() {
    let school = school("v2.users.create", json!({"answer": {"status": 503}})).await;
    let (head, body) = answered(&school, &post(&school.stoken, "users/create", USER)).await;
    insta::assert_snapshot!(format!("{head}{body}"), @r#"
    HTTP/1.1 503 Service Unavailable
    content-type: application/json
    retry-after: 60
    date: Thu, 15 Jan 2026 09:00:00 GMT
    content-length: 91

    {"errorMessage":"The server has since moved, please refresh DNS entry.","errorNumber":9729}
    "#);
    assert_eq!(left_behind(&school), NOTHING);
}

#[tokio::test]
async fn an_error_within_200_may_hide_that_the_call_was_applied() {
    let answer = json!({"answer": {"status": 200, "error": 9603, "applied": true}});
    let school = school("v2.users.create", answer).await;
    let (head, body) = answered(&school, &post(&school.stoken, "users/create", USER)).await;
    assert!(head.starts_with("HTTP/1.1 200 OK\n"), "{head}");
    assert_eq!(body, r#"{"errorMessage":"Internal error.","errorNumber":9603}"#);
    assert!(left_behind(&school).contains("new"));
}

#[tokio::test]
async fn a_patched_answer_is_the_service_s_own_but_for_what_was_patched() {
    let then = json!({"answer": {
        "add": {"/surprise": [1, null]},
        "drop": ["/totalPages"],
        "patch": [{"op": "replace", "path": "/assets/0/totalCount", "value": -1}],
    }});
    let school = school("v2.assets.list", then).await;
    let call = get(&school.stoken, "assets");
    let (whole, own) = undisturbed(&call).await;
    let (head, body) = answered(&school, &call).await;
    let mut expected: Value = serde_json::from_slice(&own).unwrap();
    expected["surprise"] = json!([1, null]);
    expected["assets"][0]["totalCount"] = json!(-1);
    expected.as_object_mut().unwrap().remove("totalPages");
    let changed: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(changed, expected);
    let length = |count: usize| format!("content-length: {count}\n");
    let whole = whole.replace('\r', "");
    assert_eq!(head, whole.replace(&length(own.len()), &length(body.len())));
    assert_eq!(announced(&head), body.len());
}

#[tokio::test]
async fn a_rule_of_a_scenario_does_the_same() {
    let scenario = ScenarioForm::new("busy once")
        .world("small-school")
        .rule(RuleForm::on("v2.assets.list").id("fault").nth(1).answer_status(503));
    let quince = Quince::builder().scenario(scenario.read(Some(1)).unwrap()).start().await.unwrap();
    let stoken = quince.universe("default").stoken("berlin");
    let school = Fixture { quince, stoken };
    let mut wire = Wire::connect(&school).await;
    for status in ["503 Service Unavailable", "200 OK"] {
        wire.send(&get(&school.stoken, "assets")).await;
        let (head, _) = wire.answer().await;
        assert!(head.starts_with(&format!("HTTP/1.1 {status}\r\n")), "{head}");
    }
    assert_eq!(super::told(&school).await.0, "answered 503");
}
