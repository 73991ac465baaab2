//! Answers that rules replace or change.

use serde_json::{Value, json};

use super::{retry_after, school};
use crate::support::Fixture;

async fn answered(answer: Value) -> (Fixture, crate::support::Answer) {
    let then = json!({ "answer": answer });
    let school =
        school(&[json!({"id": "r", "on": {"operation": "v2.service.config"}, "then": then})]).await;
    let answer = school.get("service/config").await;
    (school, answer)
}

#[tokio::test]
async fn retry_after_comes_as_seconds_as_a_date_or_not_at_all() {
    ledger!("setting.http.retry_after_clock");
    let busy = |more: Value| {
        let mut answer = json!({"status": 503, "error": 9646});
        answer.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        answer
    };
    let (_, answer) = answered(busy(json!({}))).await;
    assert_eq!((answer.status.as_u16(), retry_after(&answer)), (503, Some("1")));
    assert_eq!(answer.json()["errorNumber"], 9646);
    let (_, answer) = answered(busy(json!({"retry_after": "1500ms"}))).await;
    assert_eq!(retry_after(&answer), Some("2"), "rounded up");
    let (_, answer) = answered(busy(json!({"retry_after_form": "absent"}))).await;
    assert_eq!(retry_after(&answer), None);
    let date = busy(json!({"retry_after": "90s", "retry_after_form": "http-date"}));
    let (school, answer) = answered(date).await;
    assert_eq!(answer.headers["date"], "Thu, 15 Jan 2026 09:00:00 GMT");
    assert_eq!(retry_after(&answer), Some("Thu, 15 Jan 2026 09:01:30 GMT"));
    school.quince.universe("default").set("http.retry_after_clock", "real").unwrap();
    let real = school.get("service/config").await;
    assert_ne!(retry_after(&real), retry_after(&answer));
    assert!(retry_after(&real).unwrap().ends_with(" GMT"));
}

#[tokio::test]
async fn a_whole_answer_can_be_of_the_rule_s_own() {
    let (_, answer) = answered(json!({"body": {"b": 1, "a": [null]}})).await;
    insta::assert_snapshot!(answer.transcript(), @r#"
    200 OK
    content-type: application/json
    date: Thu, 15 Jan 2026 09:00:00 GMT
    content-length: 18

    {"a":[null],"b":1}
    "#);
    let (_, answer) = answered(json!({
        "status": 502,
        "body": "<h1>Bad gateway</h1>",
        "headers": {"content-type": "text/html", "x-cache": "MISS"},
        "without_headers": ["date"],
    }))
    .await;
    insta::assert_snapshot!(answer.transcript(), @r#"
    502 Bad Gateway
    content-type: text/html
    x-cache: MISS
    content-length: 20

    <h1>Bad gateway</h1>
    "#);
    let (_, answer) = answered(json!({"status": 503, "raw": true})).await;
    insta::assert_snapshot!(answer.transcript(), @r#"
    503 Service Unavailable
    date: Thu, 15 Jan 2026 09:00:00 GMT
    content-length: 0
    "#);
}

#[tokio::test]
async fn the_service_s_own_answer_gains_and_loses_members() {
    let (_, changed) = answered(json!({
        "add": {"/newMember": {"x": 1}, "/limits/maxAssets": 1, "/notificationTypes/0": "NEW"},
        "drop": ["/urls", "/errorCodes", "/nothing/there"],
        "patch": [{"op": "replace", "path": "/limits/maxUsers", "value": "many"}],
    }))
    .await;
    assert_eq!(changed.status, 200);
    insta::assert_snapshot!(changed.text(), @r#"{"limits":{"maxAssets":1,"maxClientUserIds":1000,"maxSerialNumbers":1000,"maxRevokeClientUserIds":100,"maxRevokeSerialNumbers":100,"maxUsers":"many","maxNotificationLength":512,"maxMdmNameLength":100,"maxMdmMetadataLength":255,"maxMdmIdLength":100,"maxRequestPerSecond":15,"maxSubscriptions":25,"maxSubscriptionClientUserIds":1000},"notificationTypes":["NEW","ASSET_MANAGEMENT","USER_MANAGEMENT","USER_ASSOCIATED","ASSET_COUNT","SUBSCRIPTION_MANAGEMENT","SUBSCRIPTION_COUNT"],"newMember":{"x":1}}"#);
    assert_eq!(changed.headers["content-length"], changed.body.len().to_string().as_str());
}

#[tokio::test]
async fn an_error_may_come_with_200_and_with_the_call_applied() {
    let then = json!({"answer": {"status": 200, "error": 9603, "applied": true}});
    let school =
        school(&[json!({"id": "r", "on": {"operation": "v2.users.create"}, "then": then})]).await;
    let body = json!({"users": [{"clientUserId": "new", "email": "a@b.de"}]});
    let answer = school.post("users/create", &body).await;
    assert_eq!((answer.status.as_u16(), answer.json()["errorNumber"].clone()), (200, json!(9603)));
    school.advance("1m");
    assert_eq!(
        school.get("users?clientUserId=new").await.json()["users"][0]["status"],
        "Registered"
    );
}

#[tokio::test]
async fn a_call_that_is_not_applied_changes_nothing_at_all() {
    let answer = json!({"answer": {"status": 500}});
    let school = school(&[json!({"id": "r", "on": {"operation": "*"}, "then": answer})]).await;
    let state = || school.control("GET", "/universes/default/state?canonical=true", Value::Null);
    let before = state().await.text();
    let body = json!({"users": [{"clientUserId": "new", "email": "a@b.de"}]});
    assert_eq!(school.post("users/create", &body).await.status, 500);
    assert_eq!(
        school
            .post("client/config", json!({"mdmInfo": {"id": "1", "name": "n", "metadata": "m"}}))
            .await
            .status,
        500
    );
    assert_eq!(state().await.text(), before);
}
