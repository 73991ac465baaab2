//! What rules make of v1's answers.

use http::Method;
use serde_json::{Value, json};

use super::{Library, checked};
use crate::rules::rule;

/// Adds a rule that answers every call of v1.
#[allow(clippy::needless_pass_by_value, reason = "a value is written where it is used")]
fn answered(library: &Library, answer: Value) {
    let it = json!({"id": "it", "on": {"operation": "v1.*"}, "then": {"answer": answer}});
    rule(&library.fixture, &it);
}

async fn ask(library: &Library) -> crate::support::Answer {
    let body = json!({"sToken": library.fixture.stoken, "userId": 41}).to_string();
    library.bare(Method::POST, "/mdm/getVPPUserSrv", &[], body).await
}

#[tokio::test]
async fn a_status_alone_is_an_error_inside_200() {
    ledger!("v1.rules-with-a-status");
    for (status, number) in
        [(400, 9602), (401, 9601), (403, 9637), (404, 9604), (410, 9634), (429, 9646), (500, 9603)]
    {
        let library = Library::open().await;
        answered(&library, json!({"status": status}));
        assert_eq!(checked("getVPPUserSrv", &ask(&library).await)["errorNumber"], number);
        let library = Library::open().await;
        answered(&library, json!({"status": status, "raw": true}));
        let raw = ask(&library).await;
        assert_eq!((raw.status.as_u16(), raw.text().as_str()), (status, ""));
    }
}

#[tokio::test]
async fn busy_is_a_status_of_its_own() {
    let library = Library::open().await;
    answered(&library, json!({"status": 503, "retry_after": "20s"}));
    let busy = ask(&library).await;
    assert_eq!((busy.status.as_u16(), busy.text().as_str()), (503, ""));
    assert_eq!(busy.headers["retry-after"], "20");
    let library = Library::open().await;
    answered(&library, json!({"status": 429, "error": 9646}));
    let both = ask(&library).await;
    assert_eq!((both.status.as_u16(), both.json()["errorNumber"].as_u64()), (429, Some(9646)));
}

#[tokio::test]
async fn redirects_are_there_if_a_rule_wants_them() {
    ledger!("v1.question.38-redirects");
    let library = Library::open().await;
    answered(
        &library,
        json!({"status": 302, "headers": {"Location": "/elsewhere"}, "retry_after": "5s"}),
    );
    let moved = ask(&library).await;
    assert_eq!(
        (moved.status.as_u16(), moved.headers["location"].to_str().unwrap()),
        (302, "/elsewhere")
    );
}

#[tokio::test]
async fn a_call_that_is_answered_by_a_rule_changes_nothing_unless_it_says_so() {
    let library = Library::open().await;
    let manage = json!({"operation": "v1.manageVPPLicensesByAdamIdSrv", "first": 1});
    let lost =
        json!({"id": "lost", "on": manage, "then": {"answer": {"error": 9603, "applied": true}}});
    rule(&library.fixture, &lost);
    let lost = library.manage("900000001", json!({"associateSerialNumbers": ["S1"]})).await;
    assert_eq!(lost["errorNumber"], 9603);
    let again = library.manage("900000001", json!({"associateSerialNumbers": ["S1"]})).await;
    assert_eq!(again["associations"][0]["errorNumber"], 9616, "it had been done");
}

#[tokio::test]
async fn rules_see_tokens_and_bodies_of_v1() {
    let library = Library::open().await;
    let on = json!({"operation": "v1.getVPPUserSrv", "location": "north", "where": [{"body": "/userId", "equals": 41}]});
    rule(&library.fixture, &json!({"id": "it", "on": on, "then": {"answer": {"error": 9646}}}));
    assert_eq!(checked("getVPPUserSrv", &ask(&library).await)["errorNumber"], 9646);
    assert_eq!(library.call("getVPPUserSrv", json!({"userId": 42})).await["status"], 0);
}
