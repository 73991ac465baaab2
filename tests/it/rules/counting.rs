//! Which calls a rule fires at.

use http::Method;
use http_body_util::Full;
use serde_json::{Value, json};

use super::{busy, counters, rule, school, statuses};
use crate::support::Fixture;

const LIST: &str = "v2.assets.list";

async fn answered(on: Value, calls: usize) -> Vec<u16> {
    let school = school(&[busy(on)]).await;
    statuses(&school, "assets", calls).await
}

#[tokio::test]
async fn nth_every_first_and_from_count_the_calls_that_meet_all_else() {
    assert_eq!(answered(json!({"operation": LIST}), 2).await, [503, 503]);
    assert_eq!(answered(json!({"operation": LIST, "nth": 2}), 4).await, [200, 503, 200, 200]);
    assert_eq!(answered(json!({"operation": LIST, "every": 2}), 4).await, [200, 503, 200, 503]);
    assert_eq!(answered(json!({"operation": LIST, "first": 2}), 4).await, [503, 503, 200, 200]);
    assert_eq!(answered(json!({"operation": LIST, "from": 3}), 4).await, [200, 200, 503, 503]);
    assert_eq!(answered(json!({"operation": "v2.users.list"}), 2).await, [200, 200]);
    assert_eq!(answered(json!({"operation": "v2.*"}), 1).await, [503]);
    assert_eq!(answered(json!({"operation": LIST, "universe": "other"}), 1).await, [200]);
    assert_eq!(answered(json!({"operation": LIST, "universe": "default"}), 1).await, [503]);
}

#[tokio::test]
async fn after_so_many_in_a_row_one_call_is_let_through() {
    let on = json!({"operation": LIST, "max_consecutive": 2});
    assert_eq!(answered(on, 7).await, [503, 503, 200, 503, 503, 200, 503]);
}

#[tokio::test]
async fn odds_are_drawn_from_the_seed_and_come_out_alike_every_time() {
    let on = || json!({"operation": LIST, "odds": 0.25, "max_consecutive": 1});
    let first = answered(on(), 60).await;
    assert_eq!(first, answered(on(), 60).await);
    let fired = first.iter().filter(|status| **status == 503).count();
    assert!((5..=25).contains(&fired), "{first:?}");
    assert!(!first.windows(2).any(|two| two == [503, 503]), "{first:?}");
    let other = school(&[busy(on())]).await;
    // What other rules draw and what other operations are called changes nothing.
    rule(
        &other,
        &json!({"id": "a", "on": {"operation": "*", "odds": 0.5}, "then": {"drip": {"bytes": 9, "every": "1ms"}}}),
    );
    let mut second = Vec::new();
    for _ in 0..60 {
        other.get("client/config").await;
        second.push(other.get("assets").await.status.as_u16());
    }
    assert_eq!(first, second);
}

#[tokio::test]
async fn a_page_is_the_index_of_a_list_and_0_without_one() {
    let on = |page: u64| json!({"operation": "v2.*", "page": page});
    let school = school(&[busy(on(1))]).await;
    school.quince.universe("default").set("v2.page_size", "1").unwrap();
    assert_eq!(school.get("assets").await.status, 200);
    assert_eq!(school.get("assets?pageIndex=1").await.status, 503);
    assert_eq!(school.get("assets?pageIndex=x").await.status, 400);
    assert_eq!(school.get("client/config").await.status, 200, "it has no pages");
    assert_eq!(counters(&school, "busy"), (1, 1));
    let first = super::school(&[busy(on(0))]).await;
    assert_eq!(first.get("assets").await.status, 503);
    assert_eq!(first.get("client/config").await.status, 200);
}

#[tokio::test]
async fn a_location_is_the_one_that_the_token_names() {
    let on = |key: &str| busy(json!({"operation": "v2.*", "location": key}));
    let school = school(&[on("berlin")]).await;
    assert_eq!(school.get("assets").await.status, 503);
    let unknown = Fixture::bare(Method::GET, "/mdm/v2/assets").header("authorization", "Bearer x");
    let unknown = school.send(unknown.body(Full::default()).unwrap()).await;
    assert_eq!(unknown.json()["errorNumber"], 9622);
    assert_eq!(super::school(&[on("hamburg")]).await.get("assets").await.status, 200);
}

#[tokio::test]
async fn conditions_look_at_body_query_header_and_path() {
    let on = |condition: Value| json!({"operation": "v2.*", "where": [condition]});
    for (condition, fits) in [
        (json!({"query": "adamId", "equals": 361_309_726}), true),
        (json!({"query": "adamId", "equals": "1"}), false),
        (json!({"query": "pageIndex", "exists": false}), true),
        (json!({"header": "authorization", "matches": "^Bearer"}), true),
        (json!({"path": true, "matches": "assets$"}), true),
        (json!({"body": "/assets/0/adamId", "exists": true}), false),
    ] {
        let school = school(&[busy(on(condition.clone()))]).await;
        let status = school.get("assets?adamId=361309726").await.status;
        assert_eq!(status == 503, fits, "{condition}");
    }
    let school =
        school(&[busy(on(json!({"body": "/users/0/clientUserId", "equals": "u1"})))]).await;
    let create = |id: &str| json!({"users": [{"clientUserId": id, "email": "a@b.de"}]});
    assert_eq!(school.post("users/create", create("u2")).await.status, 200);
    assert_eq!(school.post("users/create", create("u1")).await.status, 503);
}

#[tokio::test]
async fn the_first_rule_that_decides_ends_the_list() {
    let answer = |id: &str, status: u16| json!({"id": id, "on": {"operation": LIST, "nth": 1}, "then": {"answer": {"status": status}}});
    let header = json!({"id": "h", "on": {"operation": LIST}, "then": {"answer": {"headers": {"x-a": "1"}}}});
    let school = school(&[header, answer("a", 500), answer("b", 503)]).await;
    let first = school.get("assets").await;
    assert_eq!((first.status.as_u16(), &first.headers["x-a"]), (500, &"1".parse().unwrap()));
    assert_eq!(counters(&school, "b"), (0, 0), "the call ended before it");
    assert_eq!(school.get("assets").await.status, 503);
    assert_eq!(counters(&school, "h"), (2, 2));
}

#[tokio::test]
async fn calls_without_an_operation_of_their_own_are_counted_too() {
    let school = school(&[busy(json!({"operation": "v2.unknown"}))]).await;
    assert_eq!(school.get("nothing").await.status, 503);
    let wrong = school.request(Method::DELETE, "assets").body(Full::default()).unwrap();
    assert_eq!(school.send(wrong).await.status, 503, "a wrong method has no operation either");
    assert_eq!(counters(&school, "busy"), (2, 2));
}
