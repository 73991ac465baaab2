//! Events under every kind of clock.

use quince::{Builder, ClockMode, Quince};
use serde_json::{Value, json};

use super::school::{TEXTS, assets};
use crate::support::Fixture;

/// Polls of a clock that runs by itself. Each takes a round trip; far fewer are needed.
const POLLS: usize = 10_000;

fn world() -> Builder {
    Quince::builder().world("small-school")
}

/// Unlike `Fixture::of`, under any clock.
async fn under(clock: ClockMode, builder: Builder) -> Fixture {
    let quince = builder.clock(clock).start().await.unwrap();
    let stoken = quince.universe("default").stoken("berlin");
    Fixture { quince, stoken }
}

/// Gives an app to a device, and returns the path of the event's status.
async fn give(school: &Fixture, serial: &str) -> String {
    let body = json!({"assets": assets(&[TEXTS]), "serialNumbers": [serial]});
    let accepted = school.post("assets/associate", body).await.json();
    format!("status?eventId={}", accepted["eventId"].as_str().unwrap())
}

async fn status(school: &Fixture, path: &str) -> Value {
    school.get(path).await.json()["eventStatus"].clone()
}

async fn date(school: &Fixture) -> String {
    let answer = school.get("client/config").await;
    answer.headers["date"].to_str().unwrap().to_owned()
}

#[tokio::test]
async fn without_delay_the_very_next_request_sees_the_effect() {
    ledger!("v2.question.46-time-to-effect");
    for clock in [ClockMode::Manual, ClockMode::Wall, ClockMode::Auto, ClockMode::Scaled(0.001)] {
        let school = under(clock, world().setting("v2.event_delay", "0")).await;
        let event = give(&school, "S").await;
        assert_eq!(status(&school, &event).await, "COMPLETE", "{clock:?}");
        give(&school, "T").await;
        let list = school.get("assignments?serialNumber=T").await.json();
        assert_eq!(list["size"], 1, "{clock:?}");
        // A second request sees the first one's licence gone.
        assert_eq!(
            school.get(&format!("assets?adamId={TEXTS}")).await.json()["assets"][0]["assignedCount"],
            2
        );
    }
}

#[tokio::test]
async fn never_is_never() {
    ledger!("v2.question.46-time-to-effect");
    for clock in [ClockMode::Manual, ClockMode::Auto] {
        let school = under(clock, world().setting("v2.event_delay", "never")).await;
        let event = give(&school, "S").await;
        assert_eq!(status(&school, &event).await, "PENDING", "{clock:?}");
        school.advance("1000d");
        assert_eq!(status(&school, &event).await, "PENDING", "{clock:?}");
        assert_eq!(school.get("assignments?serialNumber=S").await.json()["size"], 0);
    }
}

#[tokio::test]
async fn a_manual_clock_stands_still_until_it_is_moved() {
    let school = under(ClockMode::Manual, world()).await;
    let event = give(&school, "S").await;
    for _ in 0..20 {
        assert_eq!(status(&school, &event).await, "PENDING");
    }
    assert_eq!(date(&school).await, "Thu, 15 Jan 2026 09:00:00 GMT");
    school.advance("90s");
    assert_eq!(status(&school, &event).await, "COMPLETE");
    assert_eq!(date(&school).await, "Thu, 15 Jan 2026 09:01:30 GMT");
}

#[tokio::test]
async fn an_auto_clock_jumps_through_what_is_due_soon() {
    ledger!("setting.clock.auto_horizon");
    // Ten minutes is soon, a second more is not.
    let school = under(ClockMode::Auto, world().setting("v2.event_delay", "10m")).await;
    let event = give(&school, "S").await;
    assert_eq!(status(&school, &event).await, "COMPLETE");
    assert!(date(&school).await.starts_with("Thu, 15 Jan 2026 09:10:"), "ten minutes went by");

    let late = || world().setting("v2.event_delay", "601s");
    let school = under(ClockMode::Auto, late()).await;
    let event = give(&school, "S").await;
    assert_eq!(status(&school, &event).await, "PENDING");
    assert!(date(&school).await.starts_with("Thu, 15 Jan 2026 09:00:"), "and no time went by");
    school.advance("1s");
    assert_eq!(status(&school, &event).await, "COMPLETE", "now it is soon");

    let school = under(ClockMode::Auto, late().setting("clock.auto_horizon", "601s")).await;
    let event = give(&school, "S").await;
    assert_eq!(status(&school, &event).await, "COMPLETE");
}

#[tokio::test]
async fn a_scaled_clock_gets_there_by_itself() {
    // A month a second: any delay is over within a few round trips.
    let fast = ClockMode::Scaled(2_592_000.0);
    let school = under(fast, world().setting("v2.event_delay", "1h")).await;
    let event = give(&school, "S").await;
    let mut polls = 0;
    while status(&school, &event).await == "PENDING" {
        polls += 1;
        assert!(polls < POLLS, "still pending");
    }
    assert_eq!(status(&school, &event).await, "COMPLETE");
}

#[tokio::test]
async fn a_wall_clock_gets_there_by_itself() {
    let school = under(ClockMode::Wall, world().setting("v2.event_delay", "5ms")).await;
    let event = give(&school, "S").await;
    let mut polls = 0;
    while status(&school, &event).await == "PENDING" {
        polls += 1;
        assert!(polls < POLLS, "still pending");
    }
    assert_eq!(status(&school, &event).await, "COMPLETE");
}
