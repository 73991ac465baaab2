//! Answers that break off on HTTP/1.1: before anything is applied, after that, and in the body.

use serde_json::json;

use super::wire::{End, Wire, announced, get, post};
use super::{NOTHING, USER, left_behind, school, told, undisturbed};
use crate::support::Fixture;

/// A new connection serves as if nothing had been.
async fn serves_again(school: &Fixture) {
    let mut wire = Wire::connect(school).await;
    for _ in 0..2 {
        wire.send(&get(&school.stoken, "assets")).await;
        let (head, body) = wire.answer().await;
        assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
        assert!(body.starts_with(br#"{"assets":["#));
    }
}

#[tokio::test]
async fn before_the_first_byte_the_connection_ends_and_only_the_state_says_whether_it_was_applied()
{
    for end in [End::Reset, End::Fin] {
        for at in ["before-request", "before-answer"] {
            let cut = json!({"ends": end.word(), "at": at});
            let school = school("v2.users.create", json!({ "cut": cut })).await;
            let mut wire = Wire::connect(&school).await;
            wire.send(&get(&school.stoken, "assets")).await;
            wire.answer().await;
            // A call that was sent along behind is lost with the connection.
            wire.send(&post(&school.stoken, "users/create", USER)).await;
            let (bytes, ended) = wire.rest().await;
            assert_eq!((bytes.as_slice(), ended), (&[][..], end), "{cut}");
            let left = left_behind(&school);
            if at == "before-request" {
                assert_eq!(left, NOTHING, "{cut}");
            } else {
                insta::allow_duplicates! { insta::assert_snapshot!(left, @"
                user new created
                event e-0 (55f3070e-4173-4ddc-9515-3c5e2a01e040) accepted and completed: 1 of 1 task
                "); }
            }
            let (act, fate) = told(&school).await;
            let how = if end == End::Fin { "closed" } else { "reset" };
            let when = if at == "before-request" { "before" } else { "after" };
            assert_eq!(act, format!("{how} the connection {when} the request was applied"));
            assert_eq!(fate, format!("{how} before the first byte"));
            serves_again(&school).await;
        }
    }
}

#[tokio::test]
async fn in_the_body_the_head_has_announced_more_than_comes() {
    for end in [End::Reset, End::Fin] {
        for bytes in [Some(0), Some(1), Some(40), None] {
            let mut cut = json!({"ends": end.word(), "at": "body"});
            if let Some(bytes) = bytes {
                cut["body_bytes"] = json!(bytes);
            }
            let school = school("v2.users.create", json!({ "cut": cut })).await;
            let call = post(&school.stoken, "users/create", USER);
            let (head, body) = undisturbed(&call).await;
            let mut wire = Wire::connect(&school).await;
            wire.send(&call).await;
            let (sent, ended) = wire.rest().await;
            let count = bytes.unwrap_or(body.len() / 2);
            let expected = [head.as_bytes(), &body[..count]].concat();
            assert_eq!(sent, expected, "{cut}: {}", String::from_utf8_lossy(&sent));
            assert_eq!(ended, end, "{cut}");
            assert!(announced(&head) > count, "the length is a lie");
            assert!(left_behind(&school).contains("new"), "it was applied");
            let how = if end == End::Fin { "closed" } else { "reset" };
            let fate = format!("{how} after the head and {count} bytes of the body");
            assert_eq!(told(&school).await.1, fate);
            serves_again(&school).await;
        }
    }
}

#[tokio::test]
async fn a_cut_behind_the_body_lets_the_whole_answer_through_and_ends_the_connection() {
    let cut = json!({"ends": "close", "body_bytes": 1_000_000});
    let school = school("v2.assets.list", json!({ "cut": cut })).await;
    let call = get(&school.stoken, "assets");
    let (head, body) = undisturbed(&call).await;
    let mut wire = Wire::connect(&school).await;
    wire.send(&call).await;
    assert_eq!(wire.rest().await, ([head.as_bytes(), &body].concat(), End::Fin));
}

#[tokio::test]
async fn a_call_behind_one_that_is_cut_gets_no_answer() {
    for end in [End::Reset, End::Fin] {
        let cut = json!({"ends": end.word(), "at": "before-answer"});
        let school = school("v2.users.create", json!({ "cut": cut })).await;
        let mut wire = Wire::connect(&school).await;
        let both =
            [post(&school.stoken, "users/create", USER), get(&school.stoken, "assets")].concat();
        wire.send(&both).await;
        assert_eq!(wire.rest().await, (Vec::new(), end));
        serves_again(&school).await;
    }
}
