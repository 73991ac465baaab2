//! Events by hand.

use serde_json::{Value, json};

use crate::support::Fixture;

async fn post(school: &Fixture, path: &str, body: Value) -> String {
    let answer = school.post(path, body).await.json();
    answer["eventId"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
}

async fn create(school: &Fixture, users: &[&str]) -> String {
    let users: Vec<Value> = users.iter().map(|user| json!({ "clientUserId": user })).collect();
    post(school, "users/create", json!({ "users": users })).await
}

async fn by_hand(school: &Fixture, id: &str, body: Value) -> Value {
    let path = format!("/universes/default/events/{id}");
    school.done_by("POST", &path, body).await["event"].clone()
}

/// `eventStatus`, `numCompleted`, and what failed: number and what is blamed.
async fn status(school: &Fixture, id: &str) -> String {
    let status = school.get(&format!("status?eventId={id}")).await.json();
    let failures = status["failures"].as_array().cloned().unwrap_or_default();
    let failures: Vec<String> = failures
        .iter()
        .map(|failure| format!(" {} {}", failure["errorNumber"], failure["errorInfo"]))
        .collect();
    format!(
        "{} {}{}",
        status["eventStatus"].as_str().unwrap(),
        status["numCompleted"],
        failures.concat()
    )
}

#[tokio::test]
async fn an_event_is_completed_at_once_whatever_its_delay() {
    let school = Fixture::school().await;
    let slow = create(&school, &["a"]).await;
    let event = by_hand(&school, &slow, json!({"do": "complete"})).await;
    assert_eq!((&event["status"], &event["completed"]), (&json!("COMPLETE"), &json!(1)));
    assert_eq!(event["finished"], "2026-01-15T09:00:00.000Z");
    assert_eq!(status(&school, &slow).await, "COMPLETE 1");

    school
        .done_by("PATCH", "/universes/default/settings", json!({"v2.event_delay": "never"}))
        .await;
    let held = create(&school, &["b"]).await;
    school.advance("1d");
    let list = school.done_by("GET", "/universes/default/events?status=PENDING", Value::Null).await;
    assert_eq!(
        (&list["events"][0]["id"], &list["events"][0]["held"]),
        (&json!(held), &json!(true))
    );
    by_hand(&school, &held, json!({"do": "complete"})).await;
    assert_eq!(status(&school, &held).await, "COMPLETE 1");
    assert!(school.column("users", "clientUserId").await.ends_with("a b"));
}

#[tokio::test]
async fn completing_a_later_event_leaves_the_earlier_ones_their_time() {
    let school = Fixture::school().await;
    let (first, second) = (create(&school, &["a"]).await, create(&school, &["b"]).await);
    school.advance("100ms");
    by_hand(&school, &second, json!({"do": "complete"})).await;
    assert_eq!(status(&school, &first).await, "PENDING 0");
    school.advance("100ms");
    assert_eq!(status(&school, &first).await, "COMPLETE 1");
}

#[tokio::test]
async fn all_tasks_fail_or_the_chosen_ones() {
    ledger!("quince.events-by-hand");
    let school = Fixture::school().await;
    let all = create(&school, &["a", "b"]).await;
    by_hand(&school, &all, json!({"do": "fail"})).await;
    let users = r#"{"clientUserIds":["a","b"]}"#;
    assert_eq!(status(&school, &all).await, format!("FAILED 0 9603 {users}"));

    let some = create(&school, &["c", "d", "e"]).await;
    let body = json!({"do": "fail", "targets": {"client_user_ids": ["d"]}, "error": 9635});
    let event = by_hand(&school, &some, body).await;
    let failure = json!({"error": 9635, "assets": [], "client_user_ids": ["d"]});
    assert_eq!((&event["status"], &event["failures"][0]), (&json!("FAILED"), &failure));
    assert_eq!(status(&school, &some).await, r#"FAILED 2 9635 {"clientUserIds":["d"]}"#);
    assert!(school.column("users", "clientUserId").await.ends_with("c e"), "the rest was done");
}

#[tokio::test]
async fn assets_and_devices_can_be_chosen() {
    let rows = "[[asset]]\nadam_id = \"11\"\ntotal = 9\n[[asset]]\nadam_id = \"22\"\ntotal = 9\n";
    let own = Fixture::written(rows, &[]).await;
    let both = json!({"assets": [{"adamId": "11"}, {"adamId": "22"}], "serialNumbers": ["X", "Y"]});
    let event = post(&own, "assets/associate", both).await;
    let targets = json!({"assets": [{"adam_id": "22"}], "serial_numbers": ["Y"]});
    by_hand(&own, &event, json!({"do": "fail", "targets": targets, "error": 9709})).await;
    let blamed = r#"{"assets":[{"adamId":"22","pricingParam":"STDQ"}]}"#;
    assert_eq!(status(&own, &event).await, format!("FAILED 3 9709 {blamed}"));
    assert_eq!(own.column("assignments", "serialNumber").await, "X Y X");

    // What a revocation takes back is found when it is carried out.
    let event = post(&own, "assets/revoke", json!({"serialNumbers": ["X", "Y"]})).await;
    let body =
        json!({"do": "fail", "targets": {"assets": [{"adam_id": "11", "pricing_param": "STDQ"}]}});
    by_hand(&own, &event, body).await;
    assert_eq!(own.column("assignments", "adamId").await, "11 11");
}

#[tokio::test]
async fn a_stalled_event_stays_pending_and_later_ones_go_on() {
    let school = Fixture::school().await;
    let (first, second) = (create(&school, &["a"]).await, create(&school, &["b"]).await);
    let event = by_hand(&school, &first, json!({"do": "stall"})).await;
    assert_eq!((&event["status"], &event["held"]), (&json!("PENDING"), &json!(true)));
    school.advance("200ms");
    assert_eq!(status(&school, &second).await, "COMPLETE 1", "it started when the first one left");
    school.advance("1d");
    assert_eq!(status(&school, &first).await, "PENDING 0");
    by_hand(&school, &first, json!({"do": "fail", "error": 9644})).await;
    assert!(status(&school, &first).await.starts_with("FAILED 0 9644"));
}

#[tokio::test]
async fn a_half_done_event_keeps_what_was_done() {
    let settings = [("v2.event_steps", "2"), ("v2.event_delay", "2s")];
    let own = Fixture::written("", &settings).await;
    let event = create(&own, &["a", "b"]).await;
    own.advance("1s");
    assert_eq!(status(&own, &event).await, "PENDING 1");
    let body = json!({"do": "fail", "targets": {"client_user_ids": ["a"]}});
    let path = format!("/universes/default/events/{event}");
    assert_eq!(own.problem("POST", &path, body).await, "400 invalid /targets/client_user_ids/0");
    by_hand(&own, &event, json!({"do": "fail"})).await;
    assert_eq!(status(&own, &event).await, r#"FAILED 1 9603 {"clientUserIds":["b"]}"#);
}

#[tokio::test]
async fn events_are_listed_the_latest_first() {
    let school = Fixture::school().await;
    let (first, second) = (create(&school, &["a"]).await, create(&school, &["b"]).await);
    school.advance("200ms");
    let list = async |query: &str| {
        let path = format!("/universes/default/events{query}");
        let list = school.done_by("GET", &path, Value::Null).await;
        let ids = list["events"].as_array().unwrap().iter().map(|event| event["id"].clone());
        (ids.collect::<Vec<_>>(), list["more"].as_bool().unwrap())
    };
    assert_eq!(list("").await, (vec![json!(second), json!(first)], false));
    assert_eq!(list("?limit=1&location=berlin").await, (vec![json!(second)], true));
    assert_eq!(list("?status=COMPLETE").await, (vec![json!(first)], false));
    assert_eq!(list("?status=FAILED").await, (vec![], false));
    let told = school.done_by("GET", "/universes/default/events", Value::Null).await;
    let event = &told["events"][1];
    assert_eq!((&event["type"], &event["location"]), (&json!("CREATE"), &json!("berlin")));
    assert_eq!(event["accepted"], "2026-01-15T09:00:00.000Z");
    for query in ["?status=pending", "?limit=0", "?limit=x", "?x=1"] {
        let path = format!("/universes/default/events{query}");
        assert_eq!(school.problem("GET", &path, Value::Null).await, "400 invalid -", "{query}");
    }
    let nowhere = "/universes/default/events?location=nowhere";
    let told = school.problem("GET", nowhere, Value::Null).await;
    assert_eq!(told, "404 no-such-location -");
}

#[tokio::test]
async fn what_cannot_be_is_refused() {
    let school = Fixture::school().await;
    let event = create(&school, &["a"]).await;
    let path = format!("/universes/default/events/{event}");
    for (body, told) in [
        (json!({}), "400 invalid "),
        (json!({"do": "explode"}), "400 invalid /do"),
        (json!({"do": "fail", "error": 9601}), "400 invalid /error"),
        (json!({"do": "fail", "error": "x"}), "400 invalid /error"),
        (json!({"do": "complete", "error": 9603}), "400 invalid /error"),
        (json!({"do": "stall", "targets": {}}), "400 invalid /targets"),
        (json!({"do": "fail", "targets": {"users": []}}), "400 invalid /targets/users"),
        (
            json!({"do": "fail", "targets": {"client_user_ids": ["a", "z"]}}),
            "400 invalid /targets/client_user_ids/1",
        ),
        (
            json!({"do": "fail", "targets": {"serial_numbers": ["z"]}}),
            "400 invalid /targets/serial_numbers/0",
        ),
        (
            json!({"do": "fail", "targets": {"assets": [{"adam_id": "z"}]}}),
            "400 invalid /targets/assets/0",
        ),
    ] {
        assert_eq!(school.problem("POST", &path, body.clone()).await, told, "{body}");
    }
    assert_eq!(status(&school, &event).await, "PENDING 0", "nothing was done");
    by_hand(&school, &event, json!({"do": "complete"})).await;
    assert_eq!(school.problem("POST", &path, json!({"do": "stall"})).await, "409 event-ended -");
    let nowhere = "/universes/default/events/x";
    let told = school.problem("POST", nowhere, json!({"do": "stall"})).await;
    assert_eq!(told, "404 no-such-event -");
}
