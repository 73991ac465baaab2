//! The clock: read, set, moved on.

use serde_json::{Value, json};

use crate::support::Fixture;

const CLOCK: &str = "/universes/default/clock";
const ADVANCE: &str = "/universes/default/clock/advance";

async fn queue(school: &Fixture, user: &str) -> String {
    let answer = school.post("users/create", json!({"users": [{"clientUserId": user}]})).await;
    answer.json()["eventId"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn the_clock_tells_what_is_due() {
    let school = Fixture::school().await;
    let clock = school.done_by("GET", CLOCK, Value::Null).await;
    let start = "2026-01-15T09:00:00.000Z";
    let idle =
        json!({"mode": "manual", "factor": null, "start": start, "now": start, "next_due": null});
    assert_eq!(clock, idle);
    queue(&school, "a").await;
    let clock = school.done_by("GET", CLOCK, Value::Null).await;
    assert_eq!(clock["next_due"], "2026-01-15T09:00:00.200Z");
}

#[tokio::test]
async fn an_advance_tells_what_happened_in_order() {
    let school = Fixture::school().await;
    let (first, second) = (queue(&school, "a").await, queue(&school, "b").await);
    let told = school.done_by("POST", ADVANCE, json!({"by": "90s"})).await;
    assert_eq!((&told["now"], &told["omitted"]), (&json!("2026-01-15T09:01:30.000Z"), &json!(0)));
    let happened = told["happened"].as_array().unwrap();
    assert_eq!(happened.len(), 2);
    assert_eq!((&happened[0]["event"], &happened[1]["event"]), (&json!(first), &json!(second)));
    assert_eq!(happened[1]["at"], "2026-01-15T09:00:00.400Z");
    assert_eq!(
        (&happened[0]["kind"], &happened[0]["location"]),
        (&json!("event-step"), &json!("berlin"))
    );
    let text = format!("event {first} is complete: 1 of 1 done");
    assert_eq!(happened[0]["text"], text);
    let seqs: Vec<u64> = happened.iter().map(|step| step["seq"].as_u64().unwrap()).collect();
    assert!(seqs[0] < seqs[1] && seqs[1] < told["seq"].as_u64().unwrap(), "{told}");

    let told = school.done_by("POST", ADVANCE, json!({"to": "2026-01-15T10:00:00Z"})).await;
    assert_eq!((&told["now"], &told["happened"]), (&json!("2026-01-15T10:00:00.000Z"), &json!([])));
}

#[tokio::test]
async fn an_advance_goes_until_an_event_or_until_nothing_is_due() {
    let school = Fixture::school().await;
    let (_, second, _) =
        (queue(&school, "a").await, queue(&school, "b").await, queue(&school, "c").await);
    let until = format!("event:{second}");
    let told = school.done_by("POST", ADVANCE, json!({ "until": until })).await;
    assert_eq!(told["now"], "2026-01-15T09:00:00.400Z");
    assert_eq!(told["happened"].as_array().unwrap().len(), 2);
    let told = school.done_by("POST", ADVANCE, json!({"until": "idle"})).await;
    assert_eq!(told["now"], "2026-01-15T09:00:00.600Z");
    let told = school.done_by("POST", ADVANCE, json!({ "until": until })).await;
    assert_eq!((&told["now"], &told["happened"]), (&json!("2026-01-15T09:00:00.600Z"), &json!([])));

    school
        .done_by("PATCH", "/universes/default/settings", json!({"v2.event_delay": "never"}))
        .await;
    let held = format!("event:{}", queue(&school, "d").await);
    let told = school.problem("POST", ADVANCE, json!({ "until": held })).await;
    assert_eq!(told, "409 event-held /until");
    let told = school.done_by("POST", ADVANCE, json!({"until": "idle"})).await;
    assert_eq!(told["now"], "2026-01-15T09:00:00.600Z");
}

#[tokio::test]
async fn an_advance_tells_at_most_ten_thousand_things() {
    ledger!("bounds.happened");
    let school = Fixture::school().await;
    let body = json!({"v2.event_steps": 1000, "v2.event_delay": "1000s"});
    school.done_by("PATCH", "/universes/default/settings", body).await;
    for n in 0..11 {
        queue(&school, &format!("many-{n}")).await;
    }
    let told = school.done_by("POST", ADVANCE, json!({"until": "idle"})).await;
    assert_eq!(told["happened"].as_array().unwrap().len(), 10_000);
    assert_eq!(told["omitted"], 1_000);
}

#[tokio::test]
async fn the_mode_is_set_and_time_goes_on_from_where_it_is() {
    let school = Fixture::school().await;
    let set = |body| school.done_by("PUT", CLOCK, body);
    let told = set(json!({"mode": "auto", "now": "2027-01-01T00:00:00+01:00"})).await;
    assert_eq!((&told["mode"], &told["now"]), (&json!("auto"), &json!("2026-12-31T23:00:00.000Z")));
    let event = queue(&school, "a").await;
    let status = school.get(&format!("status?eventId={event}")).await.json();
    assert_eq!(status["eventStatus"], "COMPLETE", "an auto clock settles between two requests");
    for body in [json!({"mode": "scaled:2.5"}), json!({"mode": "scaled", "factor": 2.5})] {
        let told = set(body).await;
        assert_eq!((&told["mode"], &told["factor"]), (&json!("scaled"), &json!(2.5)));
    }
    let told = set(json!({"mode": "wall"})).await;
    assert_eq!(told["factor"], 1.0);
    let told = set(json!({"mode": "manual"})).await;
    assert!(told["now"].as_str().unwrap() >= "2026-12-31T23:00:00.000Z");
    assert_eq!(told["start"], "2026-01-15T09:00:00.000Z");
}

#[tokio::test]
async fn what_cannot_be_is_refused_and_nothing_moves() {
    let school = Fixture::school().await;
    let before = school.done_by("GET", CLOCK, Value::Null).await;
    for (body, told) in [
        (json!({}), "400 invalid "),
        (json!({"by": "1s", "to": "2030-01-01T00:00:00Z"}), "400 invalid "),
        (json!({"by": "soon"}), "400 invalid /by"),
        (json!({"by": 5}), "400 invalid /by"),
        (json!({"to": "2030-01-01"}), "400 invalid /to"),
        (json!({"to": "2020-01-01T00:00:00Z"}), "409 time-goes-back /to"),
        (json!({"until": "bored"}), "400 invalid /until"),
        (json!({"until": "event:x"}), "404 no-such-event /until"),
        (json!({"since": "x"}), "400 invalid /since"),
    ] {
        assert_eq!(school.problem("POST", ADVANCE, body.clone()).await, told, "{body}");
    }
    for (body, told) in [
        (json!({}), "400 invalid "),
        (json!({"mode": "slow"}), "400 invalid /mode"),
        (json!({"mode": "scaled"}), "400 invalid /factor"),
        (json!({"mode": "scaled", "factor": -1}), "400 invalid /factor"),
        (json!({"mode": "wall", "factor": 2}), "400 invalid /factor"),
        (json!({"mode": "wall", "now": "x"}), "400 invalid /now"),
        (json!({"mode": "wall", "now": "2020-01-01T00:00:00Z"}), "409 time-goes-back /now"),
    ] {
        assert_eq!(school.problem("PUT", CLOCK, body.clone()).await, told, "{body}");
    }
    assert_eq!(school.done_by("GET", CLOCK, Value::Null).await, before);
}

async fn buy(school: &Fixture) {
    let seats = json!({"adam_id": 5, "count": 2, "force": true});
    school.done_by("POST", "/universes/default/verbs/buy-seats", seats).await;
}

#[tokio::test]
async fn billing_periods_end_on_the_way_and_are_no_goal() {
    ledger!("subscriptions.idle");
    let school = Fixture::school().await;
    buy(&school).await;
    let clock = school.done_by("GET", CLOCK, Value::Null).await;
    assert_eq!(clock["next_due"], "2026-02-16T00:00:00.000Z");
    queue(&school, "a").await;
    let told = school.done_by("POST", ADVANCE, json!({"until": "idle"})).await;
    assert_eq!(told["now"], "2026-01-15T09:00:00.200Z");
    let told = school.done_by("POST", ADVANCE, json!({"by": "365d"})).await;
    let happened = told["happened"].as_array().unwrap();
    assert_eq!(happened.len(), 11, "{told}");
    let mut first = happened[0].clone();
    first.as_object_mut().unwrap().remove("seq");
    assert_eq!(
        first,
        json!({
            "at": "2026-02-16T00:00:00.000Z", "kind": "period-end", "location": "berlin",
            "text": "period of subscription 5 ended: all rolled over; the next one ends on 2026-03-15",
        })
    );
    let journal = school
        .done_by("GET", "/universes/default/journal?kind=period-end&limit=1", Value::Null)
        .await;
    let mut entry = journal["entries"][0].clone();
    for member in ["seq", "real_ms", "universe"] {
        entry.as_object_mut().unwrap().remove(member);
    }
    assert_eq!(
        entry,
        json!({
            "at": "2026-02-16T00:00:00.000Z", "kind": "period-end", "location": "berlin",
            "adam_id": 5, "ended": 0, "gone": 0, "next": "2026-03-15",
        })
    );
}

#[tokio::test]
async fn an_auto_clock_jumps_to_periods_within_its_horizon_and_no_further() {
    ledger!("subscriptions.idle");
    let school = Fixture::school().await;
    buy(&school).await;
    let auto = json!({"mode": "auto"});
    school.done_by("PUT", CLOCK, auto).await;
    assert_eq!(school.get("assets").await.status, 200);
    let clock = school.done_by("GET", CLOCK, Value::Null).await;
    assert_eq!(clock["now"], "2026-01-15T09:00:00.000Z", "a month is beyond ten minutes");
    let far = json!({"clock.auto_horizon": "60d"});
    school.done_by("PATCH", "/universes/default/settings", far).await;
    let clock = school.done_by("GET", CLOCK, Value::Null).await;
    // As far as the horizon, once a turn; a call may take two.
    let ends = ["2026-03-16T00:00:00.000Z", "2026-04-16T00:00:00.000Z"];
    assert!(ends.iter().any(|end| clock["now"] == *end), "{clock}");
}
