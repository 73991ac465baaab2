//! Expectations of the journal.

use std::fmt::Write as _;
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, Method};
use http_body_util::Full;
use quince::Quince;
use quince::api::exchange::{Request, Scheme};
use quince::engine::Scope;
use quince::journal::{Exchange, Routed};
use serde_json::{Value, json};

use super::asking::{Bench, expect, read};
use crate::support::Fixture;

/// Two lists, an app for a device that gets it, and an app that is not there.
async fn story() -> Fixture {
    let school = Fixture::school().await;
    school.get("users").await;
    school.get("assets?pageIndex=0").await;
    let gift = |assets: Value| json!({"assets": assets, "serialNumbers": ["C02NEW"]});
    school.post("assets/associate", gift(json!([{"adamId": "361309726"}]))).await;
    school.advance("1s");
    // The same one twice is refused.
    school.post("assets/associate", gift(json!([{"adamId": "1"}, {"adamId": "1"}]))).await;
    let paris = school.request(Method::GET, "users").header("x-run", "7");
    school.send(paris.body(Full::default()).unwrap()).await;
    school
}

/// Status, and the numbers that matched.
async fn outcome(school: &Fixture, body: Value) -> (u16, Value) {
    let answer = expect(school, &body).await;
    let found = answer.json();
    assert!(found["seq"].is_u64() || answer.status == 400, "{found}");
    (answer.status.as_u16(), found["matched"].clone())
}

#[tokio::test]
async fn every_criterion_chooses() {
    let school = story().await;
    let met = |condition: Value| json!({"operation": "v2.*", "where": [condition]});
    for (of, seqs) in [
        (json!({}), json!([1, 2, 3, 4, 5, 6, 7])),
        (json!({"kind": "exchange"}), json!([1, 2, 3, 6, 7])),
        (json!({"kind": "event-step", "location": "berlin"}), json!([4])),
        (json!({"kind": "clock"}), json!([5])),
        (json!({"operation": "v2.users.list"}), json!([1, 7])),
        (json!({"operation": "v2.assets.*", "location": "berlin"}), json!([2, 3, 6])),
        (json!({"status": 400}), json!([6])),
        (met(json!({"path": true, "equals": "/mdm/v2/users"})), json!([1, 7])),
        (met(json!({"path": true, "matches": "^/mdm/v2/assets"})), json!([2, 3, 6])),
        (met(json!({"query": "pageIndex", "exists": true})), json!([2])),
        (met(json!({"query": "pageIndex", "equals": 0})), json!([2])),
        (met(json!({"query": "pageIndex", "equals": "0"})), json!([2])),
        (met(json!({"query": "pageIndex", "exists": false})), json!([1, 3, 6, 7])),
        (met(json!({"header": "X-Run", "equals": "7"})), json!([7])),
        (met(json!({"header": "x-run", "matches": "^[0-9]$"})), json!([7])),
        (met(json!({"body": "/assets/0/adamId", "equals": "1"})), json!([6])),
        (met(json!({"body": "/assets/0/adamId", "matches": "^36"})), json!([3])),
        (met(json!({"body": "", "exists": true})), json!([3, 6])),
        (met(json!({"body": "/serialNumbers", "equals": ["C02NEW"]})), json!([3, 6])),
    ] {
        let expected = json!({"match": of, "count": seqs.as_array().unwrap().len()});
        assert_eq!(outcome(&school, expected).await, (200, seqs), "{of}");
    }
    for nothing in [
        json!({"match": {"body": 1}}),
        json!({"match": met(json!({"body": "/assets/0/adamId", "equals": 1}))}),
    ] {
        let answer = expect(&school, &nothing).await;
        assert_ne!(answer.status, 200, "{nothing}");
    }
    let number =
        read(&school, "?since=5&limit=1").await["entries"][0]["answer"]["body"]["errorNumber"]
            .clone();
    assert_eq!(outcome(&school, json!({"match": {"error": number}})).await, (200, json!([6])));
}

#[tokio::test]
async fn counts_sequences_and_absence_hold_or_do_not() {
    let school = story().await;
    let users = || json!({"operation": "v2.users.list"});
    let gift = || json!({"operation": "v2.assets.associate"});
    let both = json!([1, 7]);
    for (body, status, matched) in [
        (json!({"match": users()}), 200, both.clone()),
        (json!({"match": users(), "count": 2}), 200, both.clone()),
        (json!({"match": users(), "count": 1}), 409, both.clone()),
        (json!({"match": users(), "count": 3}), 409, both.clone()),
        (json!({"match": users(), "count": {"at_least": 2}}), 200, both.clone()),
        (json!({"match": users(), "count": {"at_least": 3}}), 409, both.clone()),
        (json!({"match": users(), "count": {"at_most": 2}}), 200, both.clone()),
        (json!({"match": users(), "count": {"at_most": 1}}), 409, both.clone()),
        (json!({"match": users(), "count": {"at_least": 1, "at_most": 5}}), 200, both.clone()),
        (json!({"match": users(), "count": 1, "since": 1}), 200, json!([7])),
        (json!({"match": users(), "count": 0, "since": 7}), 200, json!([])),
        (json!({"never": users()}), 409, both.clone()),
        (json!({"never": users(), "since": 7}), 200, json!([])),
        (
            json!({"sequence": [users(), gift(), {"kind": "clock"}, users()]}),
            200,
            json!([1, 3, 5, 7]),
        ),
        (json!({"sequence": [gift(), gift()]}), 200, json!([3, 6])),
        (json!({"sequence": [users(), users(), gift()]}), 409, json!([1, 7])),
    ] {
        assert_eq!(outcome(&school, body.clone()).await, (status, matched), "{body}");
    }
}

#[tokio::test]
async fn near_misses_say_what_failed() {
    let school = story().await;
    let mut text = String::new();
    for body in [
        json!({"match": {"operation": "v2.assets.associate", "status": 200,
            "where": [{"body": "/assets/0/adamId", "equals": "2"}]}}),
        json!({"match": {"operation": "v2.users.retire"}, "count": {"at_least": 1}}),
        json!({"match": {"kind": "event-step", "location": "paris"}, "since": 2}),
        json!({"match": {"rule": "slow"}, "since": 5}),
        json!({"match": {"operation": "v2.users.list"}, "count": {"at_most": 1}}),
        json!({"sequence": [{"operation": "v2.assets.list"}, {"operation": "v2.users.list", "error": 9602}]}),
        json!({"never": {"status": 200}, "since": 2}),
    ] {
        let answer = expect(&school, &body).await;
        assert_eq!(answer.headers["content-type"], "application/problem+json");
        let problem = serde_json::to_string_pretty(&answer.json()).unwrap();
        let _ = write!(text, "{body}\n{problem}\n\n");
    }
    insta::assert_snapshot!(text);
}

#[tokio::test]
async fn near_misses_hold_no_credentials() {
    let school = Fixture::school().await;
    let config =
        json!({"notificationAuthToken": "s3cret", "notificationUrl": "https://a.example/"});
    school.post("client/config", config).await;
    for condition in [
        json!({"header": "Authorization", "equals": "Bearer x"}),
        json!({"body": "/notificationAuthToken", "equals": "x"}),
        json!({"body": "", "equals": "x"}),
    ] {
        let text = expect(&school, &json!({"match": {"where": [condition]}})).await.text();
        assert!(text.contains("{redacted}"), "{text}");
        assert!(!text.contains("s3cret") && !text.contains(&school.stoken), "{text}");
    }
}

#[tokio::test]
async fn what_cannot_be_meant_is_refused_with_a_pointer() {
    let school = Fixture::school().await;
    let condition = |condition: Value| json!({"never": {"where": [condition]}});
    for (body, pointer) in [
        (json!({}), ""),
        (json!({"match": {}, "never": {}}), ""),
        (json!({"match": {}, "counts": 1}), "/counts"),
        (json!({"never": {}, "count": 1}), "/count"),
        (json!({"match": {}, "count": -1}), "/count"),
        (json!({"match": {}, "count": {}}), "/count"),
        (json!({"match": {}, "count": {"at_least": 2, "at_most": 1}}), "/count"),
        (json!({"match": {}, "count": {"atleast": 2}}), "/count"),
        (json!({"match": {"status": "200"}}), "/match/status"),
        (json!({"match": {"operation": "v2.*.x"}}), "/match/operation"),
        (json!({"match": {"verb": "x"}}), "/match/verb"),
        (json!({"sequence": []}), "/sequence"),
        (json!({"sequence": [{}, {"operation": "*."}]}), "/sequence/1/operation"),
        (json!({"match": {}, "within": "5"}), "/within"),
        (json!({"match": {}, "within": "11m"}), "/within"),
        (condition(json!({"header": "x"})), "/never/where/0"),
        (condition(json!({"exists": true})), "/never/where/0"),
        (condition(json!({"path": false, "exists": true})), "/never/where/0"),
        (condition(json!({"header": "x", "query": "x", "exists": true})), "/never/where/0"),
        (condition(json!({"header": "x", "equals": 1, "exists": true})), "/never/where/0"),
        (condition(json!({"header": "x", "matches": "("})), "/never/where/0/matches"),
        (condition(json!({"body": "x", "equals": null})), "/never/where/0/body"),
        (condition(json!({"body": "/x", "like": 1})), "/never/where/0/like"),
    ] {
        let answer = expect(&school, &body).await;
        assert_eq!(answer.status, 400, "{body}: {}", answer.text());
        assert_eq!(answer.json()["pointer"], pointer, "{body}: {}", answer.text());
    }
}

#[tokio::test]
async fn what_is_waited_for_ends_the_wait() {
    let school = Fixture::school().await;
    let twice = json!({"match": {"operation": "v2.users.list"}, "count": 2, "within": "10m"});
    let (met, _) = tokio::join!(expect(&school, &twice), async {
        school.get("users").await;
        school.get("users").await
    });
    assert_eq!((met.status.as_u16(), met.json()["matched"].clone()), (200, json!([1, 2])));

    let never = json!({"never": {"operation": "v2.assets.list"}, "within": "10m"});
    let (broken, _) = tokio::join!(expect(&school, &never), school.get("assets"));
    assert_eq!((broken.status.as_u16(), broken.json()["matched"].clone()), (409, json!([3])));

    let too_many = json!({"match": {"operation": "v2.users.*"}, "count": 1, "within": "10m"});
    assert_eq!(expect(&school, &too_many).await.status, 409, "it will never be one again");
}

#[tokio::test]
async fn a_wait_ends_with_its_time() {
    let school = Fixture::school().await;
    school.get("users").await;
    let never = json!({"never": {"status": 500}, "within": "50ms"});
    assert_eq!(outcome(&school, never).await, (200, json!([])));
    let twice = json!({"match": {"operation": "v2.users.list"}, "count": 2, "within": "50ms"});
    assert_eq!(outcome(&school, twice).await, (409, json!([1])));
}

#[tokio::test]
async fn nothing_is_said_across_a_gap() {
    ledger!("bounds.journal-entries");
    let builder = Quince::builder().world("small-school").setting("journal.max_entries", "3");
    let school = Fixture::of(builder, "berlin").await;
    for _ in 0..5 {
        school.get("users").await;
    }
    for body in [
        json!({"match": {"status": 200}, "count": 3}),
        json!({"never": {"status": 500}, "since": 1}),
        json!({"sequence": [{"status": 200}], "within": "1m"}),
    ] {
        let answer = expect(&school, &body).await;
        assert_eq!(answer.status, 409);
        let problem = answer.json();
        assert_eq!(problem["type"], "/_quince/problems/journal-gap", "{body}");
        assert_eq!(problem["to"], 2);
    }
    let late = json!({"match": {"status": 200}, "count": 3, "since": 2});
    assert_eq!(outcome(&school, late).await, (200, json!([3, 4, 5])));
}

fn call() -> Request {
    Request {
        method: Method::GET,
        path: "/mdm/v2/users".to_owned(),
        query: None,
        headers: HeaderMap::new(),
        body: Bytes::new(),
        peer: None,
        scheme: Scheme::Http,
        authority: None,
    }
}

#[tokio::test]
async fn a_call_without_answer_counts_for_nothing_and_a_reset_begins_anew() {
    let bench = Bench::start(&[]).await;
    let universe = bench.engine.default_universe();
    let exchange = Arc::new(Exchange::new("v2.users.list", Routed::Credential, call()));
    universe.turn(|turn| turn.open(Arc::clone(&exchange), Vec::new())).unwrap();
    let ask = |body: Value| {
        let mut request = call();
        request.method = Method::POST;
        request.path = "/_quince/v1/universes/default/journal/expect".to_owned();
        request.body = body.to_string().into();
        let api = Arc::clone(&bench.api);
        async move {
            let reply = quince::api::exchange::Door::answer(&*api, request).await;
            serde_json::from_slice::<Value>(&reply.body).unwrap()
        }
    };
    let users = || json!({"operation": "v2.users.*"});
    let problem = ask(json!({"match": users()})).await;
    let failed = json!([{"criterion": "answer", "expected": "complete", "got": "in flight"}]);
    assert_eq!(problem["near_misses"], json!([{"seq": 1, "failed": failed}]));
    assert_eq!(ask(json!({"never": users()})).await["matched"], json!([]));

    let seq = universe.reset(Scope::Journal).unwrap();
    assert_eq!(ask(json!({"never": users()})).await, json!({"seq": seq, "matched": []}));
    let problem = ask(json!({"never": users(), "since": 0})).await;
    assert_eq!(problem["type"], "/_quince/problems/journal-gap", "who asks for more is told");
}
