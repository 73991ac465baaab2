//! Answers that don't arrive whole: what is planned, and whether the call was applied.

use bytes::Bytes;
use http::{HeaderMap, Method};
use quince::exchange::{After, Ends, Fate, Reply, Request, Scheme};
use serde_json::{Value, json};

use super::school;
use crate::support::Fixture;

/// A call past the sockets, which shows the fate of its answer.
fn call(school: &Fixture, method: Method, path: &str, body: &Value) -> Reply {
    let mut headers = HeaderMap::new();
    headers.insert("authorization", format!("Bearer {}", school.stoken).parse().unwrap());
    headers.insert("content-type", "application/json".parse().unwrap());
    let body = if body.is_null() { Bytes::new() } else { body.to_string().into() };
    school.quince.api().respond(Request {
        method,
        path: format!("/mdm/v2/{path}"),
        query: None,
        headers,
        body,
        peer: None,
        scheme: Scheme::Http,
        authority: None,
    })
}

async fn cut(cut: Value) -> (Fixture, Reply) {
    let then = json!({ "cut": cut });
    let school =
        school(&[json!({"id": "r", "on": {"operation": "v2.users.create"}, "then": then})]).await;
    let body = json!({"users": [{"clientUserId": "new", "email": "a@b.de"}]});
    let reply = call(&school, Method::POST, "users/create", &body);
    school.advance("1m");
    (school, reply)
}

async fn was_applied(school: &Fixture) -> bool {
    !school.get("users?clientUserId=new").await.json()["users"].as_array().unwrap().is_empty()
}

#[tokio::test]
async fn an_exchange_breaks_off_before_or_after_it_is_applied_or_in_its_body() {
    let (school, reply) = cut(json!({"ends": "reset", "at": "before-request"})).await;
    assert_eq!(reply.fate, Fate::cut(After::Answer(0), Ends::Reset));
    assert!(!was_applied(&school).await);
    let (school, reply) = cut(json!({"ends": "reset", "at": "before-answer"})).await;
    assert_eq!(reply.fate, Fate::cut(After::Answer(0), Ends::Reset));
    assert!(was_applied(&school).await, "an ambiguous commit");
    let (school, reply) = cut(json!({"ends": "close", "at": "body"})).await;
    let half = reply.body.len() as u64 / 2;
    assert!(half > 10);
    assert_eq!(reply.fate, Fate::cut(After::Body(half), Ends::Close));
    assert!(was_applied(&school).await);
    let entries = super::journal(&school).await;
    let entry = entries.as_array().unwrap().iter().find(|it| it["operation"] == "v2.users.create");
    let fate = entry.unwrap()["answer"]["fate"].as_str().unwrap();
    assert_eq!(fate, format!("closed after the head and {half} bytes of the body"));
}

#[tokio::test]
async fn a_body_leaves_slowly_or_is_garbage() {
    let rule = |then: Value| [json!({"id": "r", "on": {"operation": "*"}, "then": then})];
    let school = school(&rule(json!({"drip": {"bytes": 10, "every": "100ms"}}))).await;
    let reply = call(&school, Method::GET, "assets", &Value::Null);
    assert_eq!(reply.fate.to_string(), "in pieces of 10 bytes every 100ms");
    let garbage = |whole: bool| json!({"garbage": {"bytes": 32, "whole": whole}});
    let school = super::school(&rule(garbage(true))).await;
    let first = call(&school, Method::GET, "assets", &Value::Null).fate.garbage.unwrap();
    let second = call(&school, Method::GET, "assets", &Value::Null).fate.garbage.unwrap();
    assert_eq!((first.len(), second.len()), (32, 32));
    assert_ne!(first, second, "each call has its own");
    let school = super::school(&rule(garbage(false))).await;
    let reply = call(&school, Method::GET, "assets", &Value::Null);
    assert_eq!(
        (reply.body.clone(), reply.fate.is_plain()),
        (first, true),
        "and the same seed the same"
    );
    assert_eq!(reply.headers["content-type"], "application/json");
}
