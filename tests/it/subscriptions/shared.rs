//! What works as everywhere else in v2: tokens, methods, privileges, rules, the journal.

use http::{Method, header};
use http_body_util::Full;
use quince::Quince;
use serde_json::{Value, json};

use super::{PARENT, PLAN, office, office_with, seats, told};
use crate::rules::{counters, rule};
use crate::support::Fixture;

/// Path, method and operation of each endpoint.
const ENDPOINTS: [(&str, &str, &str); 9] = [
    ("POST", "subscriptions/enable", "subscriptions.enable"),
    ("GET", "subscriptions", "subscriptions.list"),
    ("GET", "subscriptions/assignments", "subscriptions.assignments"),
    ("POST", "subscriptions/associate", "subscriptions.associate"),
    ("POST", "subscriptions/disassociate", "subscriptions.disassociate"),
    ("GET", "subscriptions/admins", "subscriptions.admins.list"),
    ("POST", "subscriptions/admins/add", "subscriptions.admins.add"),
    ("POST", "subscriptions/admins/remove", "subscriptions.admins.remove"),
    ("POST", "subscriptions/disable", "subscriptions.disable"),
];

/// Calls an endpoint with this header of authorization; writes have a body that is right.
async fn call(office: &Fixture, method: &str, path: &str, bearer: Option<&str>) -> (u16, u64) {
    let method = Method::from_bytes(method.as_bytes()).unwrap();
    let mut request = Fixture::bare(method.clone(), &format!("/mdm/v2/{path}"));
    if let Some(bearer) = bearer {
        request = request.header(header::AUTHORIZATION, bearer);
    }
    let mut body = String::new();
    if method == Method::POST {
        request = request.header(header::CONTENT_TYPE, "application/json");
        body = seats(PLAN, &["staff-0007"]).to_string();
    }
    told(&office.send(request.body(Full::from(body)).unwrap()).await)
}

#[tokio::test]
async fn each_operation_asks_for_a_good_token() {
    let office = office_with(3, &[]).await;
    for (method, path, _) in ENDPOINTS {
        assert_eq!(call(&office, method, path, None).await, (401, 9722), "{path}");
        assert_eq!(call(&office, method, path, Some("Basic abc")).await, (401, 9722), "{path}");
        assert_eq!(call(&office, method, path, Some("Bearer abc")).await, (200, 9622), "{path}");
    }
    office.act("expire-token", json!({})).await;
    let bearer = format!("Bearer {}", office.stoken);
    for (method, path, _) in ENDPOINTS {
        assert_eq!(call(&office, method, path, Some(&bearer)).await, (401, 9621), "{path}");
    }
}

#[tokio::test]
async fn without_manage_nothing_is_written_and_everything_can_be_read() {
    ledger!("subscriptions.question.27-content-manager-token");
    let office = office_with(3, &[]).await;
    office.carried_out("subscriptions/associate", seats(PLAN, &["lead-0001"])).await;
    office.act("restrict-token", json!({"privileges": ["view", "purchase"]})).await;
    let bearer = format!("Bearer {}", office.stoken);
    for (method, path, _) in ENDPOINTS {
        let expected = if method == "GET" { (200, 0) } else { (403, 9637) };
        assert_eq!(call(&office, method, path, Some(&bearer)).await, expected, "{path}");
    }
}

#[tokio::test]
async fn another_method_or_path_is_told_as_elsewhere() {
    let office = office(&[]).await;
    for (method, path, _) in ENDPOINTS {
        let wrong = if method == "GET" { Method::POST } else { Method::GET };
        let request = office.request(wrong, path).body(Full::default()).unwrap();
        let answer = office.send(request).await;
        assert_eq!(told(&answer), (405, 9726), "{path}");
        assert_eq!(answer.headers[header::ALLOW], method, "{path}");
        let put = office.request(Method::PUT, path).body(Full::default()).unwrap();
        assert_eq!(told(&office.send(put).await), (405, 9726), "{path}");
    }
    for path in ["subscriptions/renew", "subscriptions/admins/list", "subscriptions//enable"] {
        assert_eq!(office.get(path).await.status, 404, "{path}");
    }
    let answer = office.get("subscriptions/").await;
    assert_eq!((answer.status.as_u16(), answer.lints()), (200, "trailing-slash"));
    let head = office.request(Method::HEAD, "subscriptions").body(Full::default()).unwrap();
    let head = office.send(head).await;
    assert_eq!((head.status.as_u16(), head.body.len()), (200, 0));
}

#[tokio::test]
async fn head_asks_for_what_is_read_and_for_nothing_else() {
    let office = office_with(1, &[]).await;
    for (method, path, _) in ENDPOINTS {
        let head = office.request(Method::HEAD, path).body(Full::default()).unwrap();
        let head = office.send(head).await;
        let expected = if method == "GET" { 200 } else { 405 };
        assert_eq!((head.status.as_u16(), head.body.len()), (expected, 0), "{path}");
    }
    // Nothing was declared by it, and no licence is left by it.
    assert_eq!(office.counts(PLAN).await, "assigned 0+0, available 1+0, total 1+0");
}

#[tokio::test]
async fn every_call_is_in_the_journal_by_its_name() {
    let office = office_with(3, &[]).await;
    let before = office
        .quince
        .engine()
        .universe("default")
        .unwrap()
        .with_journal(quince::journal::Journal::last);
    let bearer = format!("Bearer {}", office.stoken);
    let paths = ENDPOINTS.iter().map(|(method, path, name)| (*method, *path, *name)).chain([
        ("PUT", "subscriptions", "subscriptions.unknown"),
        ("GET", "subscriptions/renew", "subscriptions.unknown"),
        ("GET", "subscription", "v2.unknown"),
    ]);
    for (method, path, name) in paths {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let request = Fixture::bare(method, &format!("/mdm/v2/{path}"))
            .header(header::AUTHORIZATION, &bearer)
            .body(Full::default())
            .unwrap();
        office.send(request).await;
        let body = json!({"match": {"operation": name}, "since": before});
        let found = office.lever(Method::POST, "journal/expect", &body).await;
        assert_eq!(found.status, 200, "{name}: {}", found.text());
    }
}

#[tokio::test]
async fn rules_name_these_operations_and_the_first_page() {
    let office = office_with(3, &[("subscriptions.page_size", "1")]).await;
    office.portal().buy(PLAN + 1, Some(PARENT), 1);
    let busy =
        |id: &str, on: Value| json!({"id": id, "on": on, "then": {"answer": {"status": 503}}});
    rule(&office, &busy("admins", json!({"operation": "subscriptions.admins.*"})));
    rule(&office, &busy("first", json!({"operation": "subscriptions.list", "page": 0, "nth": 2})));
    assert_eq!(office.look("subscriptions/admins").await.status, 503);
    let add = office.tell("subscriptions/admins/add", seats(PLAN, &["lead-0001"])).await;
    assert_eq!(add.status, 503);
    // The page behind a cursor is not the first one.
    assert_eq!(office.follow("subscriptions").await.len(), 2);
    assert_eq!(counters(&office, "first"), (0, 1));
    assert_eq!(office.look("subscriptions").await.status, 503);
    office.lever(Method::DELETE, "rules/admins", &Value::Null).await;
    assert_eq!(office.look("subscriptions/admins").await.json()["admins"], json!([]));
}

#[tokio::test]
async fn events_of_subscriptions_are_steered_like_others() {
    let office = office_with(3, &[]).await;
    let then = json!({"event": {"after": "90s", "outcome": "failure", "error": 9709}});
    rule(
        &office,
        &json!({"id": "slow", "on": {"operation": "subscriptions.associate"}, "then": then}),
    );
    let accepted = office.tell("subscriptions/associate", seats(PLAN, &["lead-0001"])).await.json();
    let status = format!("status?eventId={}", accepted["eventId"].as_str().unwrap());
    office.advance("60s");
    assert_eq!(office.look(&status).await.json()["eventStatus"], "PENDING");
    office.advance("30s");
    let ended = office.look(&status).await.json();
    assert_eq!(ended["failures"][0]["errorNumber"], 9709);
    assert_eq!(office.counts(PLAN).await, "assigned 0+0, available 3+0, total 3+0");
}

#[tokio::test]
async fn enabling_takes_whatever_body_but_says_so() {
    ledger!("subscriptions.enable-body");
    let office = office(&[]).await;
    let send = async |kind: Option<&str>, body: &str| {
        let mut request = office.request(Method::POST, "subscriptions/enable");
        if let Some(kind) = kind {
            request = request.header(header::CONTENT_TYPE, kind);
        }
        office.send(request.body(Full::from(body.to_owned())).unwrap()).await
    };
    for (kind, body, status, lint) in [
        (None, "", 200, ""),
        (Some("application/x-www-form-urlencoded"), "", 200, ""),
        (Some("application/json"), "", 200, ""),
        (Some("application/json"), "{}", 200, "body-without-effect"),
        (Some("application/x-www-form-urlencoded"), "{}", 415, ""),
    ] {
        let answer = send(kind, body).await;
        assert_eq!((answer.status.as_u16(), answer.lints()), (status, lint), "{kind:?} {body}");
    }
}

#[tokio::test]
async fn switches_that_do_not_count_are_noted() {
    ledger!("subscriptions.question.07-foreign-members");
    let office = office_with(3, &[]).await;
    let mut request = seats(PLAN, &["staff-0007"]);
    request["deferred"] = json!(true);
    let answer = office.tell("subscriptions/associate", request.clone()).await;
    assert_eq!((answer.status.as_u16(), answer.lints()), (200, "switch-without-effect"));
    office.advance("1h");
    request["renewing"] = json!(true);
    request["deferred"] = json!(false);
    request["more"] = json!(1);
    let answer = office.tell("subscriptions/disassociate", request.clone()).await;
    assert_eq!(answer.lints(), "switch-without-effect, unknown-member");
    office.advance("1h");
    assert_eq!(office.counts(PLAN).await, "assigned 0+0, available 3+0, total 3+0");
    let answer = office.tell("subscriptions/admins/add", request).await;
    assert_eq!(answer.lints(), "unknown-member");
}

#[tokio::test]
async fn a_strict_server_refuses_what_is_noted() {
    let builder =
        Quince::builder().world_spec(crate::support::lists::world(super::PEOPLE)).strict(true);
    let office = Fixture::of(builder, "main").await;
    assert_eq!(told(&office.look("subscriptions?pageIndex=0").await), (400, 9602));
    assert_eq!(told(&office.get("subscriptions/").await), (400, 9602));
    assert_eq!(told(&office.look("subscriptions").await), (200, 0));
    // What is refused for its form changes nothing, either.
    assert_eq!(told(&office.post("subscriptions/enable", json!({})).await), (400, 9602));
    let (_, _, text) = office.unfit("buy-seats", json!({"adam_id": PLAN, "count": 1})).await;
    assert!(text.contains("has not enabled subscriptions"), "{text}");
    assert_eq!(told(&office.tell("subscriptions/enable", Value::Null).await), (200, 0));
    office.portal().buy(PLAN, Some(PARENT), 1);
    let mut request = seats(PLAN, &["lead-0001"]);
    request["deferred"] = json!(false);
    assert_eq!(told(&office.tell("subscriptions/associate", request).await), (400, 9602));
}
