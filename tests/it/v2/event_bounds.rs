//! How long events are remembered, and how fast a client may ask.

use http::header;
use quince::{Builder, ClockMode, Quince};
use serde_json::json;

use super::school::{TEXTS, assets};
use crate::support::{Answer, Fixture};

fn world() -> Builder {
    Quince::builder().world("small-school")
}

async fn give(school: &Fixture, serial: &str) -> String {
    let body = json!({"assets": assets(&[TEXTS]), "serialNumbers": [serial]});
    let accepted = school.post("assets/associate", body).await.json();
    format!("status?eventId={}", accepted["eventId"].as_str().unwrap())
}

/// The event's status, or the error number.
async fn look(school: &Fixture, event: &str) -> String {
    let answer = school.get(event).await.json();
    answer["eventStatus"].as_str().map_or_else(|| answer["errorNumber"].to_string(), str::to_owned)
}

#[tokio::test]
async fn the_oldest_finished_event_is_forgotten_first() {
    ledger!("bounds.events", "v2.question.37-event-retention");
    let school = Fixture::of(world().setting("v2.max_events", "2"), "berlin").await;
    let (a, b) = (give(&school, "A").await, give(&school, "B").await);
    // Nothing is finished: a third one pushes nobody out.
    let c = give(&school, "C").await;
    for event in [&a, &b, &c] {
        assert_eq!(look(&school, event).await, "PENDING");
    }
    school.advance("1h");
    for event in [&a, &b, &c] {
        assert_eq!(look(&school, event).await, "COMPLETE");
    }
    let d = give(&school, "D").await;
    let states = [look(&school, &a).await, look(&school, &b).await, look(&school, &c).await];
    assert_eq!(states, ["9708", "9708", "COMPLETE"]);
    assert_eq!(look(&school, &d).await, "PENDING");
    // What it did stays.
    assert_eq!(school.get("assignments?serialNumber=A").await.json()["size"], 1);
}

#[tokio::test]
async fn an_event_can_be_asked_for_as_long_as_the_run_lasts() {
    ledger!("v2.question.37-event-retention");
    let school = Fixture::school().await;
    let first = give(&school, "S").await;
    for n in 0..200 {
        give(&school, &format!("S{n}")).await;
    }
    school.advance("1000d");
    assert_eq!(look(&school, &first).await, "COMPLETE");
    // Ids match by value, however they are written.
    assert_eq!(
        look(&school, &first.to_uppercase().replace("STATUS?EVENTID", "status?eventId")).await,
        "COMPLETE"
    );
    for id in ["", "x", "%00", "00000000-0000-0000-0000-000000000000"] {
        assert_eq!(look(&school, &format!("status?eventId={id}")).await, "9708", "{id:?}");
    }
}

/// Sends up to a thousand requests as fast as it can, and returns the first that was refused, with how many
/// were not.
async fn refused(school: &Fixture, path: &str) -> Option<(usize, Answer)> {
    for served in 0..1000 {
        let answer = school.get(path).await;
        if answer.status != 200 {
            return Some((served, answer));
        }
    }
    None
}

#[tokio::test]
async fn too_many_requests_a_second_are_refused_if_that_is_wanted() {
    ledger!("setting.v2.rate_limit", "v2.question.39-rate-limit-answer");
    let school = Fixture::of(world().setting("v2.rate_limit", "on"), "berlin").await;
    let (served, answer) = refused(&school, "client/config").await.expect("one is too many");
    assert!(served >= 15, "only {served} were served");
    assert_eq!(answer.status, 429);
    assert_eq!(answer.headers[header::RETRY_AFTER], "1");
    assert_eq!(
        answer.json(),
        json!({"errorMessage": "There are too many recent requests. Try again momentarily.", "errorNumber": 9646})
    );
    let config = school.get("service/config").await.json();
    assert_eq!(config["limits"]["maxRequestPerSecond"], 15);
    // Real seconds are counted: here one lasts a day, and requests are minutes apart.
    let quince = world().setting("v2.rate_limit", "on").clock(ClockMode::Scaled(86_400.0));
    let quince = quince.start().await.unwrap();
    let stoken = quince.universe("default").stoken("berlin");
    assert!(refused(&Fixture { quince, stoken }, "client/config").await.is_some());
    // By default nobody counts.
    let school = Fixture::school().await;
    for _ in 0..100 {
        assert_eq!(school.get("client/config").await.status, 200);
    }
}
