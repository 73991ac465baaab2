//! What rules make of this surface's answers, and what the journal tells of its calls.

use std::fmt::Write as _;

use http::Method;
use http_body_util::Full;
use insta::assert_snapshot;
use quince::api::applivery::errors::TABLE;
use quince::api::exchange::{Request, Scheme};
use serde_json::{Value, json};

use super::{Desk, refusal};
use crate::rules::{retry_after, rule};
use crate::support::{Answer, Fixture};

/// Sends a GET below `acme` whose answer a rule may have made of anything.
async fn get(desk: &Desk, path: &str) -> Answer {
    let request = Fixture::bare(Method::GET, &format!("/v1/organizations/acme{path}"))
        .header("authorization", format!("Bearer {}", desk.key));
    desk.fixture.send(request.body(Full::default()).unwrap()).await
}

/// Lets a rule answer every call of this surface.
#[allow(clippy::needless_pass_by_value, reason = "a value is written where it is used")]
async fn answered(answer: Value) -> Desk {
    let desk = Desk::open().await;
    let on = json!({"operation": "applivery.*"});
    rule(&desk.fixture, &json!({"id": "it", "on": on, "then": {"answer": answer}}));
    desk
}

#[tokio::test]
async fn every_code_is_told_with_its_status_and_message() {
    ledger!("applivery.question.30-error-updating-entity", "applivery.question.39-internal-error");
    let mut text = String::new();
    for code in TABLE.iter().map(|row| row.code).chain([3000, 9646, 429, 200]) {
        let desk = answered(json!({"error": code})).await;
        let answer = get(&desk, "/mdm/users").await;
        let _ = writeln!(text, "{code:<5} {} {}", answer.status.as_u16(), answer.text());
    }
    assert_snapshot!("codes", text);
}

#[tokio::test]
async fn a_status_alone_has_the_failure_envelope() {
    ledger!("applivery.rules-with-a-status");
    let mut text = String::new();
    for status in [204, 302, 400, 401, 403, 404, 409, 422, 429, 500, 502, 503, 504, 599] {
        let desk = answered(json!({"status": status})).await;
        let answer = get(&desk, "/mdm/users").await;
        assert_eq!(answer.status, status);
        let _ = writeln!(text, "{status} {}", answer.text());
        let desk = answered(json!({"status": status, "raw": true})).await;
        assert_eq!(get(&desk, "/mdm/users").await.text(), "", "{status}");
    }
    assert_snapshot!("statuses", text);
}

#[tokio::test]
async fn too_many_requests_say_when_to_come_again() {
    let desk = answered(json!({"status": 429, "retry_after": "20s"})).await;
    let busy = desk.call("GET", "/mdm/users", Value::Null).await;
    assert_eq!(
        (refusal(&busy).as_str(), retry_after(&busy)),
        ("429 429 Too Many Requests", Some("20"))
    );
    let desk = answered(json!({"status": 429, "error": 5017})).await;
    assert_eq!(refusal(&get(&desk, "/mdm/users").await), "429 5017 Limit Exceeded");
}

#[tokio::test]
async fn a_lost_answer_was_applied_if_the_rule_says_so() {
    let desk = Desk::open().await;
    let on = json!({"operation": "applivery.mdmUsers.create", "first": 1});
    let answer = json!({"answer": {"error": 1000, "applied": true}});
    rule(&desk.fixture, &json!({"id": "lost", "on": on, "then": answer}));
    let body = json!({"email": "gil@acme.example"});
    assert_eq!(desk.refusal("POST", "/mdm/users", body.clone()).await, "500 1000 Internal error");
    assert_eq!(desk.refusal("POST", "/mdm/users", body).await, "400 5048 Mdm user already exists");
}

#[tokio::test]
async fn rules_find_pages_bodies_and_organizations() {
    ledger!("applivery.rules-on-pages");
    let desk = Desk::open().await;
    let busy = json!({"answer": {"status": 503}});
    let second = json!({"operation": "applivery.mdmUsers.list", "page": 1});
    rule(&desk.fixture, &json!({"id": "second", "on": second, "then": busy}));
    let named = json!({"operation": "applivery.mdmUsers.create", "where": [{"body": "/email", "matches": "^gil"}]});
    rule(&desk.fixture, &json!({"id": "gil", "on": named, "then": busy}));
    let path = json!({"operation": "applivery.*", "where": [{"path": true, "matches": "/tags$"}]});
    rule(&desk.fixture, &json!({"id": "tags", "on": path, "then": busy}));
    let mut statuses = Vec::new();
    for path in [
        "/mdm/users",
        "/mdm/users?page=1",
        "/mdm/users?page=2",
        "/mdm/users?page=3",
        "/mdm/users/tags",
    ] {
        statuses.push(get(&desk, path).await.status.as_u16());
    }
    assert_eq!(statuses, [200, 200, 503, 200, 503]);
    let id = |answer: &Answer| answer.status.as_u16();
    let bearer = format!("Bearer {}", desk.key);
    let mut made = Vec::new();
    for email in ["gil@acme.example", "hal@acme.example"] {
        let request = Fixture::bare(Method::POST, "/v1/organizations/acme/mdm/users")
            .header("authorization", &bearer);
        let body = json!({"email": email}).to_string();
        made.push(id(&desk.fixture.send(request.body(Full::from(body)).unwrap()).await));
    }
    assert_eq!(made, [503, 200]);
}

#[tokio::test]
async fn the_journal_names_operations_and_tells_no_credentials() {
    ledger!("applivery.redacted");
    let desk = Desk::open().await;
    let token = json!({"token": desk.fixture.stoken});
    desk.done("POST", "/mdm/apple/enterprise/vpp/locations", token).await;
    desk.call("GET", "/nothing", Value::Null).await;
    desk.get("/mdm/users/?limit=1&x=1").await;
    let path = "/universes/default/journal";
    let journal = desk.fixture.done_by("GET", path, Value::Null).await.to_string();
    assert!(!journal.contains(&desk.fixture.stoken) && !journal.contains(&desk.key));
    for name in [
        "applivery.vppLocations.create",
        "applivery.unknown",
        "applivery.mdmUsers.list",
        "unknown-parameter",
    ] {
        assert!(journal.contains(name), "{name}: {journal}");
    }
    let matching =
        json!({"match": {"operation": "applivery.vppLocations.*", "location": "main"}, "count": 1});
    desk.fixture.done_by("POST", &format!("{path}/expect"), matching).await;
}

#[tokio::test]
async fn an_organization_has_ten_thousand_requests_an_hour_where_that_is_enforced() {
    ledger!("setting.applivery.rate_limit");
    for (limit, heard) in [("off", 200), ("on", 429)] {
        let desk = Desk::with(&[("applivery.rate_limit", limit)]).await;
        let mut headers = http::HeaderMap::new();
        headers.insert("authorization", format!("Bearer {}", desk.key).parse().unwrap());
        let request = Request {
            method: Method::GET,
            path: "/v1/organizations/acme".to_owned(),
            query: None,
            headers,
            body: bytes::Bytes::new(),
            peer: None,
            scheme: Scheme::Http,
            authority: None,
        };
        let calls = if limit == "on" { 10_000 } else { 10 };
        for _ in 0..calls {
            assert_eq!(desk.fixture.quince.api().respond(request.clone()).status, 200);
        }
        let answer = desk.call("GET", "", Value::Null).await;
        assert_eq!(answer.status, heard);
        if heard == 429 {
            assert_eq!(refusal(&answer), "429 429 Too Many Requests");
            let wait: u64 = retry_after(&answer).unwrap().parse().unwrap();
            assert!((3_000..=3_600).contains(&wait), "{wait}");
            let other = format!("Bearer {}", super::key("birch", quince::sim::key::Access::Admin));
            let other =
                desk.send("GET", "organizations/birch", &[("authorization", &other)], "").await;
            assert_eq!(other.status, 200);
        }
    }
}
