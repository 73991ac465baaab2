//! Answers that are garbage, or come in drops.

use std::time::Duration;

use serde_json::json;
use tokio::time::Instant;

use super::wire::{End, Wire, announced, get, post};
use super::{USER, left_behind, school, told, undisturbed};

#[tokio::test]
async fn garbage_in_place_of_an_answer_is_no_http_and_ends_the_connection_though_the_call_counts() {
    let school = school("v2.users.create", json!({"garbage": {"bytes": 300}})).await;
    let mut wire = Wire::connect(&school).await;
    wire.send(&post(&school.stoken, "users/create", USER)).await;
    let (first, end) = wire.rest().await;
    assert_eq!((first.len(), end), (300, End::Fin));
    assert!(!first.starts_with(b"HTTP/"));
    assert!(left_behind(&school).contains("new"));
    let (act, fate) = told(&school).await;
    assert_eq!(act, "sent 300 random bytes in place of the answer");
    assert_eq!(fate, "300 other bytes in its place, then closed");
    let mut wire = Wire::connect(&school).await;
    wire.send(&get(&school.stoken, "users")).await;
    assert!(wire.answer().await.0.starts_with("HTTP/1.1 200 OK\r\n"));
}

#[tokio::test]
async fn garbage_in_place_of_a_body_has_the_length_that_is_announced_and_the_connection_stays() {
    let then = json!({"garbage": {"bytes": 99, "whole": false}});
    let school = school("v2.users.create", then).await;
    let call = post(&school.stoken, "users/create", USER);
    let (whole, body) = undisturbed(&call).await;
    let mut wire = Wire::connect(&school).await;
    wire.send(&call).await;
    let (head, garbage) = wire.answer().await;
    let length = |count: usize| format!("content-length: {count}\r\n");
    assert_eq!(head, whole.replace(&length(body.len()), &length(99)));
    assert!(serde_json::from_slice::<serde_json::Value>(&garbage).is_err());
    wire.send(&get(&school.stoken, "assets")).await;
    assert!(wire.answer().await.0.starts_with("HTTP/1.1 200 OK\r\n"));
    assert!(left_behind(&school).contains("new"));
    assert_eq!(told(&school).await.1, "-", "nothing happens to the bytes on their way");
}

#[tokio::test]
async fn a_slow_drip_brings_the_same_bytes_later_and_the_connection_stays() {
    let every = Duration::from_millis(5);
    let school = school("v2.assets.list", json!({"drip": {"bytes": 100, "every": "5ms"}})).await;
    let call = get(&school.stoken, "assets");
    let (head, body) = undisturbed(&call).await;
    let mut wire = Wire::connect(&school).await;
    wire.send(&call).await;
    let begun = Instant::now();
    assert_eq!(wire.answer().await, (head, body.clone()));
    let pieces = u32::try_from(body.len().div_ceil(100)).unwrap();
    assert!(pieces > 5 && begun.elapsed() >= every * (pieces - 1), "{:?}", begun.elapsed());
    assert_eq!(told(&school).await.1, "in pieces of 100 bytes every 5ms");
    wire.send(&get(&school.stoken, "users")).await;
    assert!(wire.answer().await.0.starts_with("HTTP/1.1 200 OK\r\n"));
}

#[tokio::test]
async fn a_dripping_body_can_break_off_as_well() {
    let then = json!({
        "drip": {"bytes": 7, "every": "1ms"},
        "cut": {"ends": "reset", "body_bytes": 20},
    });
    let school = school("v2.users.create", then).await;
    let call = post(&school.stoken, "users/create", USER);
    let (head, body) = undisturbed(&call).await;
    let mut wire = Wire::connect(&school).await;
    wire.send(&call).await;
    let expected = [head.as_bytes(), &body[..20]].concat();
    assert_eq!(wire.rest().await, (expected, End::Reset));
    assert!(announced(&head) > 20);
    assert!(left_behind(&school).contains("new"));
}
