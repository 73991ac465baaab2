//! Time that passes before a call is applied, or before its answer leaves; and `Retry-After` in its spellings.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;

use super::wire::{Wire, get, post};
use super::{NOTHING, USER, left_behind, school, told, undisturbed};
use crate::rules::counters;

#[tokio::test]
async fn a_call_that_waits_to_be_applied_has_left_nothing_behind_until_then() {
    let then = json!({"delay": {"fixed": "5m", "clock": "virtual", "before": "request"}});
    let school = school("v2.users.create", then).await;
    let mut wire = Wire::connect(&school).await;
    wire.send(&post(&school.stoken, "users/create", USER)).await;
    while counters(&school, "fault") != (1, 1) {
        tokio::task::yield_now().await;
    }
    assert!(wire.is_silent().await);
    let universe = school.quince.universe("default");
    assert_eq!(universe.diff("before", "now").unwrap(), NOTHING);
    school.advance("5m");
    let (head, body) = wire.answer().await;
    assert!(head.contains("\r\ndate: Thu, 15 Jan 2026 09:05:00 GMT\r\n"), "{head}");
    assert!(body.starts_with(br#"{"eventId":"#));
    wire.send(&get(&school.stoken, "assets")).await;
    assert!(wire.answer().await.0.starts_with("HTTP/1.1 200 OK\r\n"), "the connection stays");
    assert!(left_behind(&school).contains("new"));
}

#[tokio::test]
async fn a_call_whose_answer_is_late_has_been_applied_all_the_while() {
    let then = json!({"delay": {"fixed": "5m", "clock": "virtual"}});
    let school = school("v2.users.create", then).await;
    let call = post(&school.stoken, "users/create", USER);
    let expected = undisturbed(&call).await;
    let mut wire = Wire::connect(&school).await;
    wire.send(&call).await;
    let universe = school.quince.universe("default");
    while universe.diff("before", "now").unwrap() == NOTHING {
        tokio::task::yield_now().await;
    }
    assert!(wire.is_silent().await);
    school.advance("5m");
    assert_eq!(wire.answer().await, expected, "as it was made when the call came in");
    wire.send(&get(&school.stoken, "assets")).await;
    assert!(wire.answer().await.0.starts_with("HTTP/1.1 200 OK\r\n"), "the connection stays");
}

#[tokio::test]
async fn a_delay_is_in_real_time_if_nothing_else_is_said() {
    let school = school("v2.assets.list", json!({"delay": "40ms"})).await;
    let call = get(&school.stoken, "assets");
    let expected = undisturbed(&call).await;
    let mut wire = Wire::connect(&school).await;
    for _ in 0..2 {
        let begun = Instant::now();
        wire.send(&call).await;
        assert_eq!(wire.answer().await, expected);
        assert!(begun.elapsed() >= Duration::from_millis(40));
    }
}

/// The head of a busy answer, and what the journal says of it.
async fn busy(answer: Value) -> (String, String) {
    let school = school("v2.users.create", json!({ "answer": answer })).await;
    let mut wire = Wire::connect(&school).await;
    wire.send(&post(&school.stoken, "users/create", USER)).await;
    let (head, body) = wire.answer().await;
    let body: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(body["errorNumber"], 9603, "{body}");
    wire.send(&get(&school.stoken, "assets")).await;
    assert!(wire.answer().await.0.starts_with("HTTP/1.1 200 OK\r\n"), "the connection stays");
    assert_eq!(left_behind(&school), NOTHING);
    (head, told(&school).await.0)
}

#[tokio::test]
async fn retry_after_is_a_number_of_seconds_a_date_or_not_there() {
    let (head, act) = busy(json!({"error": 9603, "retry_after": "90s"})).await;
    insta::assert_snapshot!(format!("{act}\n{}", head.replace('\r', "").trim_end()), @"
    answered with 9603, Retry-After 90s
    HTTP/1.1 500 Internal Server Error
    content-type: application/json
    date: Thu, 15 Jan 2026 09:00:00 GMT
    retry-after: 90
    content-length: 53
    ");
    let date = json!({"error": 9603, "retry_after": "90s", "retry_after_form": "http-date"});
    let (head, act) = busy(date).await;
    insta::assert_snapshot!(format!("{act}\n{}", head.replace('\r', "").trim_end()), @"
    answered with 9603, Retry-After as a date
    HTTP/1.1 500 Internal Server Error
    content-type: application/json
    date: Thu, 15 Jan 2026 09:00:00 GMT
    retry-after: Thu, 15 Jan 2026 09:01:30 GMT
    content-length: 53
    ");
    let absent = json!({"error": 9603, "retry_after_form": "absent"});
    let (head, act) = busy(absent).await;
    insta::assert_snapshot!(format!("{act}\n{}", head.replace('\r', "").trim_end()), @"
    answered with 9603, no Retry-After
    HTTP/1.1 500 Internal Server Error
    content-type: application/json
    date: Thu, 15 Jan 2026 09:00:00 GMT
    content-length: 53
    ");
}
