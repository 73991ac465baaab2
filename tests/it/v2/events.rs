//! Events: accepted, pending, done; what they count and in which order they work.

use quince::Quince;
use serde_json::{Value, json};

use super::school::{ALEXANDER, BOOK, HERBERT, MAPS, RUTH, TEXTS, assets, serials};
use crate::support::Fixture;

/// Posts what queues an event and returns the path of its status.
async fn queue(fixture: &Fixture, path: &str, body: impl ToString) -> String {
    let accepted = fixture.post(path, body).await;
    assert_eq!(accepted.status, 200, "{}", accepted.text());
    format!("status?eventId={}", accepted.json()["eventId"].as_str().unwrap())
}

/// Status, completed and requested of an event.
fn outcome(status: &Value) -> (&str, u64, u64) {
    let count = |name: &str| status[name].as_u64().unwrap();
    (status["eventStatus"].as_str().unwrap(), count("numCompleted"), count("numRequested"))
}

/// `assignedCount` and `availableCount` of the first asset with this id.
async fn counts(fixture: &Fixture, adam_id: &str) -> (u64, u64) {
    let list = fixture.get(&format!("assets?adamId={adam_id}")).await.json();
    let count = |name: &str| list["assets"][0][name].as_u64().unwrap();
    (count("assignedCount"), count("availableCount"))
}

/// The holders of an asset, in the order in which they got it.
async fn holders(fixture: &Fixture, adam_id: &str) -> Vec<String> {
    let list = fixture.get(&format!("assignments?adamId={adam_id}")).await.json();
    let rows = list["assignments"].as_array().unwrap().clone();
    let name = |row: &Value| row.get("clientUserId").or(row.get("serialNumber")).cloned();
    rows.iter().map(|row| name(row).unwrap().as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn an_event_is_pending_until_its_time_has_come() {
    ledger!("v2.question.46-time-to-effect");
    let school = Fixture::school().await;
    let body = json!({"assets": assets(&[TEXTS]), "clientUserIds": [RUTH], "serialNumbers": ["S"]});
    let accepted = school.post("assets/associate", body).await;
    insta::assert_snapshot!("event_accepted", accepted.transcript());
    let status = format!("status?eventId={}", accepted.json()["eventId"].as_str().unwrap());
    insta::assert_snapshot!("event_pending", school.get(&status).await.transcript());
    school.advance("199ms");
    assert_eq!(outcome(&school.get(&status).await.json()), ("PENDING", 0, 2));
    assert_eq!(counts(&school, TEXTS).await, (0, 40), "nothing is reserved");
    school.advance("1ms");
    insta::assert_snapshot!("event_complete", school.get(&status).await.transcript());
    assert_eq!(counts(&school, TEXTS).await, (2, 38));
}

#[tokio::test]
async fn every_kind_of_event_has_its_name() {
    let school = Fixture::school().await;
    let given = json!({"assets": assets(&[TEXTS]), "clientUserIds": [RUTH]});
    let new = json!({"users": [{"clientUserId": "new"}, {"clientUserId": "newer"}]});
    for (path, body, name, tasks) in [
        ("assets/associate", &given, "ASSOCIATE", 1),
        ("assets/disassociate", &given, "DISASSOCIATE", 1),
        ("assets/revoke", &json!({"serialNumbers": ["12E45678"]}), "REVOKE", 2),
        ("users/create", &new, "CREATE", 2),
        ("users/update", &new, "UPDATE", 2),
        ("users/retire", &new, "RETIRE", 2),
    ] {
        let done = school.done(path, body).await;
        assert_eq!(done["eventType"], name);
        assert_eq!(outcome(&done), ("COMPLETE", tasks, tasks), "{path}");
        assert_eq!(done.get("failures"), None);
    }
}

#[tokio::test]
async fn events_of_a_location_wait_for_each_other_and_for_no_other_location() {
    let world = Quince::builder().world("edge-cases");
    let world = world.setting("v2.event_delay", "10s").setting("v2.event_steps", "2");
    let mut edges = Fixture::of(world, "edges").await;
    let give =
        |serials: &[&str]| json!({"assets": assets(&["100000005"]), "serialNumbers": serials});
    let first = queue(&edges, "assets/associate", give(&["A", "B"])).await;
    edges.advance("4s");
    let second = queue(&edges, "assets/associate", give(&["C", "D"])).await;
    let stoken = edges.quince.universe("default").stoken("lone");
    let edges_token = std::mem::replace(&mut edges.stoken, stoken);
    let body = json!({"assets": assets(&["200000001"]), "serialNumbers": ["L"]});
    let elsewhere = queue(&edges, "assets/associate", body).await;
    edges.advance("10s");
    assert_eq!(outcome(&edges.get(&elsewhere).await.json()), ("COMPLETE", 1, 1));
    edges.stoken = edges_token;
    // 14 s: the first ended at 10 s, and only then the second began.
    assert_eq!(outcome(&edges.get(&first).await.json()), ("COMPLETE", 2, 2));
    assert_eq!(outcome(&edges.get(&second).await.json()), ("PENDING", 0, 2));
    edges.advance("1s");
    assert_eq!(outcome(&edges.get(&second).await.json()), ("PENDING", 1, 2), "half of it at 15 s");
    edges.advance("5s");
    assert_eq!(outcome(&edges.get(&second).await.json()), ("COMPLETE", 2, 2), "at 20 s");
}

#[tokio::test]
async fn an_event_takes_effect_bit_by_bit() {
    ledger!("setting.v2.event_steps");
    let builder = Quince::builder().world("small-school");
    let builder = builder.setting("v2.event_delay", "8s").setting("v2.event_steps", "4");
    let school = Fixture::of(builder, "berlin").await;
    let body = json!({"assets": assets(&[TEXTS, MAPS]), "serialNumbers": serials("S", 0..8)});
    let status = queue(&school, "assets/associate", body).await;
    let mut seen = Vec::new();
    for _ in 0..5 {
        let now = school.get(&status).await.json();
        let (status, completed, requested) = outcome(&now);
        seen.push((status.to_owned(), completed, requested, counts(&school, TEXTS).await.0));
        school.advance("2s");
    }
    let pending = |completed, texts| ("PENDING".to_owned(), completed, 16, texts);
    let done = ("COMPLETE".to_owned(), 16, 16, 8);
    assert_eq!(seen, [pending(0, 0), pending(4, 4), pending(8, 8), pending(12, 8), done]);
}

#[tokio::test]
async fn tasks_go_asset_by_asset_with_people_before_devices() {
    ledger!("v2.question.10-task-order");
    let builder = Quince::builder().world("small-school");
    let builder = builder.setting("v2.event_delay", "8s").setting("v2.event_steps", "8");
    let school = Fixture::of(builder, "berlin").await;
    let before = holders(&school, MAPS).await.len();
    // Neither array is sorted, and the devices stand first in the text.
    let body = json!({
        "serialNumbers": ["Z", "A"],
        "clientUserIds": [RUTH, HERBERT],
        "assets": assets(&[TEXTS, MAPS]),
    });
    queue(&school, "assets/associate", body).await;
    let order = [RUTH, HERBERT, "Z", "A"];
    for done in 1..=8 {
        school.advance("1s");
        assert_eq!(holders(&school, TEXTS).await, order[..done.min(4)], "after {done} tasks");
        let maps = holders(&school, MAPS).await.split_off(before);
        assert_eq!(maps, order[..done.saturating_sub(4)], "after {done} tasks");
    }
}

#[tokio::test]
async fn giving_what_is_held_and_taking_what_is_not_change_nothing() {
    ledger!("v2.question.08-pairs-already-so");
    let school = Fixture::school().await;
    let body = json!({"assets": assets(&[TEXTS]), "serialNumbers": ["S", "T"]});
    for _ in 0..2 {
        let done = school.done("assets/associate", &body).await;
        assert_eq!(outcome(&done), ("COMPLETE", 2, 2));
        assert_eq!(counts(&school, TEXTS).await, (2, 38));
    }
    // One more is new, the others are held already.
    let more = json!({"assets": assets(&[TEXTS]), "serialNumbers": ["S", "T", "U"]});
    assert_eq!(outcome(&school.done("assets/associate", &more).await), ("COMPLETE", 3, 3));
    assert_eq!(counts(&school, TEXTS).await, (3, 37));
    for _ in 0..2 {
        let done = school.done("assets/disassociate", &more).await;
        assert_eq!(outcome(&done), ("COMPLETE", 3, 3));
        assert_eq!(counts(&school, TEXTS).await, (0, 40));
    }
    let unheld = json!({"assets": assets(&[TEXTS]), "serialNumbers": ["NEVER-SEEN"]});
    assert_eq!(outcome(&school.done("assets/disassociate", &unheld).await), ("COMPLETE", 1, 1));
}

#[tokio::test]
async fn revoking_counts_what_it_finds_and_passes_over_what_stays() {
    ledger!(
        "v2.question.27-assets-in-revoke",
        "v2.question.28-revoke-count",
        "v2.question.29-irrevocable-assets",
    );
    let school = Fixture::school().await;
    let held = |id: &str| format!("assignments?clientUserId={id}");
    assert_eq!(school.get(&held(ALEXANDER)).await.json()["size"], 3, "two books and an app");
    let both = json!({"clientUserIds": [ALEXANDER, RUTH], "serialNumbers": ["12E45678"]});
    // What is named besides is not even read.
    for strange in [assets(&[TEXTS]), json!([]), json!("nonsense")] {
        let mut body = both.clone();
        body["assets"] = strange;
        let answer = school.post("assets/revoke", &body).await;
        assert_eq!((answer.status.as_u16(), answer.lints()), (200, "assets-in-revoke"), "{body}");
    }
    school.advance("1h");
    assert_eq!(school.get(&held(ALEXANDER)).await.json()["size"], 2, "the books stay");
    assert_eq!(school.get("assignments?serialNumber=12E45678").await.json()["size"], 0);

    let fresh = Fixture::school().await;
    // One app of Alexander's and two of the device; Ruth has nothing.
    assert_eq!(outcome(&fresh.done("assets/revoke", &both).await), ("COMPLETE", 3, 3));
    assert_eq!(outcome(&fresh.done("assets/revoke", &both).await), ("COMPLETE", 0, 0));
    let unseen = json!({"serialNumbers": ["NEVER-SEEN"]});
    assert_eq!(outcome(&fresh.done("assets/revoke", unseen).await), ("COMPLETE", 0, 0));
    // Disassociate names assets, and is refused when one of them stays.
    let books = json!({"assets": assets(&[BOOK]), "clientUserIds": [ALEXANDER]});
    let refused = fresh.post("assets/disassociate", books).await;
    assert_eq!((refused.status.as_u16(), &refused.json()["errorNumber"]), (400, &json!(9706)));
}

#[tokio::test]
async fn an_app_moves_to_another_device_without_waiting() {
    let edges = Fixture::of(Quince::builder().world("edge-cases"), "edges").await;
    let full = "100000002";
    assert_eq!(counts(&edges, full).await, (3, 0));
    let old = json!({"assets": assets(&[full]), "serialNumbers": ["serial with blanks"]});
    let new = json!({"assets": assets(&[full]), "serialNumbers": ["NEW"]});
    let taken = queue(&edges, "assets/disassociate", old).await;
    let given = queue(&edges, "assets/associate", new).await;
    edges.advance("200ms");
    assert_eq!(outcome(&edges.get(&taken).await.json()), ("COMPLETE", 1, 1));
    assert_eq!(outcome(&edges.get(&given).await.json()), ("PENDING", 0, 1));
    assert_eq!(counts(&edges, full).await, (2, 1));
    edges.advance("200ms");
    assert_eq!(outcome(&edges.get(&given).await.json()), ("COMPLETE", 1, 1));
    assert_eq!(counts(&edges, full).await, (3, 0));
    assert_eq!(edges.get("assignments?serialNumber=NEW").await.json()["size"], 1);
}

#[tokio::test]
async fn a_quality_that_is_not_named_is_the_standard_one_and_both_are_two_assets() {
    ledger!("v2.question.25-missing-pricing-param", "v2.question.26-both-qualities");
    let edges = Fixture::of(Quince::builder().world("edge-cases"), "edges").await;
    let id = "100000003";
    // This device holds both; the standard one is taken from it.
    let taken = json!({"assets": [{"adamId": id}], "serialNumbers": ["C02EDGE00001"]});
    edges.done("assets/disassociate", taken).await;
    let list = edges.get("assignments?serialNumber=C02EDGE00001").await.json();
    assert_eq!(
        (&list["size"], &list["assignments"][0]["pricingParam"]),
        (&json!(1), &json!("PLUS"))
    );
    let unnamed = json!({"assets": [{"adamId": id}], "serialNumbers": ["S"]});
    edges.done("assets/associate", &unnamed).await;
    let list = edges.get("assignments?serialNumber=S").await.json();
    assert_eq!(
        list["assignments"],
        json!([{"adamId": id, "serialNumber": "S", "pricingParam": "STDQ"}])
    );
    edges.done("assets/disassociate", unnamed).await;
    let both = json!([{"adamId": id, "pricingParam": "PLUS"}, {"adamId": id}]);
    let body = json!({"assets": both, "serialNumbers": ["T"]});
    let refused = edges.post("assets/associate", &body).await;
    assert_eq!(refused.status, 200, "no duplicate");
    edges.advance("1h");
    let list = edges.get("assignments?serialNumber=T").await.json();
    let qualities: Vec<&Value> =
        list["assignments"].as_array().unwrap().iter().map(|row| &row["pricingParam"]).collect();
    assert_eq!(qualities, ["PLUS", "STDQ"]);
}
