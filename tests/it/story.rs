//! The life of an MDM at one location, from its first read on.

use serde_json::{Value, json};

use crate::support::Fixture;
use crate::support::lists::column;

/// A school that bought five licences of one app, plenty of another, and three of a book.
const SCHOOL: &str = r#"
[[asset]]
adam_id = "500"
total   = 5
[[asset]]
adam_id = "600"
total   = 1000
[[asset]]
adam_id = "650"
total   = 1000
[[asset]]
adam_id = "700"
total   = 1000
[[asset]]
adam_id      = "800"
product_type = "Book"
total        = 3
[[user]]
client_user_id = "ada"
[[user]]
client_user_id = "ben"
[[user]]
client_user_id = "cleo"
[[user]]
client_user_id = "dora"
[[assignment]]
adam_id       = "500"
serial_number = "OLD1"
[[assignment]]
adam_id       = "600"
serial_number = "OLD1"
"#;

async fn school() -> Fixture {
    Fixture::written(SCHOOL, &[("v2.page_size", "3")]).await
}

fn assets(ids: &[&str]) -> Value {
    ids.iter().map(|id| json!({ "adamId": id })).collect()
}

/// Posts what queues an event and returns the path of its status.
async fn queued(fixture: &Fixture, path: &str, body: Value) -> String {
    let accepted = fixture.post(path, body).await;
    assert_eq!(accepted.status, 200, "{}", accepted.text());
    format!("status?eventId={}", accepted.json()["eventId"].as_str().unwrap())
}

/// Status, completed and requested, as in `COMPLETE 24/24`.
async fn progress(fixture: &Fixture, status: &str) -> String {
    let status = fixture.get(status).await.json();
    let Value::String(word) = &status["eventStatus"] else { panic!("{status}") };
    format!("{word} {}/{}", status["numCompleted"], status["numRequested"])
}

/// assigned, available and total of a product.
async fn counts(fixture: &Fixture, id: &str) -> [u64; 3] {
    let list = fixture.get(&format!("assets?adamId={id}")).await.json();
    ["assignedCount", "availableCount", "totalCount"]
        .map(|name| list["assets"][0][name].as_u64().unwrap())
}

#[tokio::test]
async fn the_library_is_read_page_by_page() {
    let school = school().await;
    let mut read = Vec::new();
    let mut path = "assets".to_owned();
    loop {
        let page = school.get(&path).await.json();
        for asset in page["assets"].as_array().unwrap() {
            let id = asset["adamId"].as_str().unwrap();
            let held = school.all(&format!("assignments?adamId={id}")).await;
            assert_eq!(held.len() as u64, asset["assignedCount"].as_u64().unwrap(), "{id}");
            read.push(id.to_owned());
        }
        let Some(next) = page["nextPageIndex"].as_u64() else { break };
        path = format!("assets?pageIndex={next}");
    }
    assert_eq!(read, ["500", "600", "650", "700", "800"]);
    assert_eq!(json!(school.all("users").await).as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn one_unknown_user_and_nothing_is_queued() {
    let school = school().await;
    let before = [school.version("assets").await, school.version("assignments").await];
    let body = json!({"assets": assets(&["600", "700"]), "clientUserIds": ["ada", "nobody"]});
    let refused = school.post("assets/associate", body).await;
    assert_eq!(refused.status, 400);
    assert_eq!(
        refused.json(),
        json!({
            "errorInfo": {"clientUserIds": ["nobody"]},
            "errorMessage": "Unable to find the registered user.",
            "errorNumber": 9609,
        })
    );
    let idle = school.quince.universe("default").clock().advance("1d").unwrap();
    assert_eq!(idle.happened, [], "nothing was waiting");
    let after = [school.version("assets").await, school.version("assignments").await];
    assert_eq!(after, before);
    assert_eq!(school.column("assignments?clientUserId=ada", "adamId").await, "");
}

#[tokio::test]
async fn apps_go_to_users_and_devices_and_a_delta_shows_exactly_that() {
    let school = school().await;
    let before = school.version("assignments").await;
    let body = json!({
        "assets": assets(&["600", "650", "700"]),
        "clientUserIds": ["ada", "ben", "cleo", "dora"],
        "serialNumbers": ["D1", "D2", "D3", "D4"],
    });
    let event = queued(&school, "assets/associate", body).await;
    assert_eq!(progress(&school, &event).await, "PENDING 0/24");
    assert_eq!(counts(&school, "600").await, [1, 999, 1000], "nothing happened yet");
    school.advance("199ms");
    assert_eq!(progress(&school, &event).await, "PENDING 0/24");
    school.advance("1ms");
    assert_eq!(progress(&school, &event).await, "COMPLETE 24/24");
    assert_eq!(counts(&school, "600").await, [9, 991, 1000]);
    assert_eq!(counts(&school, "700").await, [8, 992, 1000]);

    let delta = json!(school.all(&format!("assignments?sinceVersionId={before}")).await);
    assert_eq!(
        column(&delta, "adamId"),
        ["600 ".repeat(8), "650 ".repeat(8), "700 ".repeat(8)].concat().trim_end()
    );
    let (users, devices) = ("ada ben cleo dora - - - -", "- - - - D1 D2 D3 D4");
    assert_eq!(column(&delta, "clientUserId"), [users; 3].join(" "));
    assert_eq!(column(&delta, "serialNumber"), [devices; 3].join(" "));
}

#[tokio::test]
async fn a_big_event_can_take_effect_bit_by_bit() {
    ledger!("setting.v2.event_steps");
    let settings = [("v2.event_steps", "4"), ("v2.event_delay", "40s")];
    let school = Fixture::written(SCHOOL, &settings).await;
    let serials: Vec<String> = (0..8).map(|n| format!("D{n}")).collect();
    let body = json!({"assets": assets(&["600", "700"]), "serialNumbers": serials});
    let event = queued(&school, "assets/associate", body).await;
    let mut seen = Vec::new();
    for _ in 0..5 {
        let [assigned, ..] = counts(&school, "600").await;
        seen.push(format!("{} of 600: {assigned}", progress(&school, &event).await));
        school.advance("10s");
    }
    assert_eq!(
        seen,
        [
            "PENDING 0/16 of 600: 1",
            "PENDING 4/16 of 600: 5",
            "PENDING 8/16 of 600: 9",
            "PENDING 12/16 of 600: 9",
            "COMPLETE 16/16 of 600: 9",
        ]
    );
}

#[tokio::test]
async fn licences_run_out() {
    ledger!("v2.question.09-partial-shortage", "v2.question.10-task-order");
    let school = school().await;
    let body = json!({
        "assets": assets(&["500", "600"]),
        "clientUserIds": ["dora", "ada"],
        "serialNumbers": ["D1", "D2", "D3", "D4"],
    });
    let event = queued(&school, "assets/associate", body).await;
    school.advance("1s");
    // Four licences were left for six.
    assert_eq!(progress(&school, &event).await, "FAILED 10/12");
    assert_eq!(
        school.get(&event).await.json()["failures"],
        json!([{
            "errorInfo": {"assets": [{"adamId": "500", "pricingParam": "STDQ"}]},
            "errorMessage": "There are not enough licenses for this app or book available to \
                             assign to the selected group.",
            "errorNumber": 9709,
        }])
    );
    assert_eq!(counts(&school, "500").await, [5, 0, 5]);
    // Users first, then devices, as they were named.
    let held = json!(school.all("assignments?adamId=500").await);
    assert_eq!(column(&held, "clientUserId"), "- dora ada - -");
    assert_eq!(column(&held, "serialNumber"), "OLD1 - - D1 D2");
}

#[tokio::test]
async fn what_one_gives_back_the_next_can_have_without_waiting() {
    let school = school().await;
    let five = json!({"assets": assets(&["500"]), "serialNumbers": ["D1", "D2", "D3", "D4"]});
    assert_eq!(school.done("assets/associate", five.clone()).await["eventStatus"], "COMPLETE");
    assert_eq!(counts(&school, "500").await, [5, 0, 5]);
    let back = queued(&school, "assets/disassociate", five).await;
    let others =
        json!({"assets": assets(&["500"]), "clientUserIds": ["ada", "ben", "cleo", "dora"]});
    let on = queued(&school, "assets/associate", others).await;
    school.advance("200ms");
    let both = [progress(&school, &back).await, progress(&school, &on).await];
    assert_eq!(both, ["COMPLETE 4/4", "PENDING 0/4"], "one after the other");
    assert_eq!(counts(&school, "500").await, [1, 4, 5]);
    school.advance("200ms");
    assert_eq!(progress(&school, &on).await, "COMPLETE 4/4");
    assert_eq!(counts(&school, "500").await, [5, 0, 5]);
}

#[tokio::test]
async fn a_device_leaves_the_school() {
    let school = school().await;
    assert_eq!(school.column("assignments?serialNumber=OLD1", "adamId").await, "500 600");
    let event = queued(&school, "assets/revoke", json!({"serialNumbers": ["OLD1"]})).await;
    assert_eq!(progress(&school, &event).await, "PENDING 0/2");
    school.advance("200ms");
    assert_eq!(progress(&school, &event).await, "COMPLETE 2/2");
    assert_eq!(school.column("assignments?serialNumber=OLD1", "adamId").await, "");
    assert_eq!(counts(&school, "500").await, [0, 5, 5]);
    assert_eq!(counts(&school, "600").await, [0, 1000, 1000]);
}

#[tokio::test]
async fn a_pupil_comes_reads_leaves_and_comes_back() {
    let school = school().await;
    let start = school.version("users").await;
    let eve = |more: Value| {
        let mut user = json!({"clientUserId": "eve"});
        user.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({ "users": [user] })
    };
    let statuses = async || {
        let path = format!("users?clientUserId=eve&sinceVersionId={start}");
        school.column(&path, "status").await
    };
    assert_eq!(statuses().await, "");
    school.done("users/create", eve(json!({"email": "eve@school.example"}))).await;
    assert_eq!(statuses().await, "Registered");
    school.done("users/update", eve(json!({"managedAppleId": "eve@org.example"}))).await;
    assert_eq!(statuses().await, "Associated");
    let body = json!({"assets": assets(&["600", "800"]), "clientUserIds": ["eve"]});
    school.done("assets/associate", body).await;
    assert_eq!(school.column("assignments?clientUserId=eve", "adamId").await, "600 800");
    school.done("users/retire", eve(json!({}))).await;
    assert_eq!(statuses().await, "Retired");
    // The app is free again, the book is gone with her.
    assert_eq!(school.column("assignments?clientUserId=eve", "adamId").await, "800");
    assert_eq!(counts(&school, "800").await, [1, 2, 3]);
    let again = school.post("users/retire", eve(json!({}))).await.json();
    assert_eq!(again["errorNumber"], 9609, "she is retired already");
    school.done("users/create", eve(json!({}))).await;
    assert_eq!(statuses().await, "Retired Registered");
}

#[tokio::test]
async fn two_masters_overwrite_each_other_and_can_see_it() {
    let school = school().await;
    let claim = |id: &str| json!({"mdmInfo": {"id": id, "name": "MDM", "metadata": ""}});
    let seen = async |path: &str| school.get(path).await.json()["mdmInfo"]["id"].clone();
    assert_eq!(seen("assets").await, Value::Null, "nobody's");
    let first = json!({"mdmInfo": {"id": "first", "name": "MDM", "metadata": "v1"}});
    assert_eq!(school.post("client/config", &first).await.status, 200);
    for path in ["client/config", "assets", "assignments", "users"] {
        assert_eq!(seen(path).await, "first", "{path}");
    }
    let second = json!({"mdmInfo": {"id": "second", "name": "MDM", "metadata": "v1"}});
    assert_eq!(school.post("client/config", &second).await.status, 200, "no error, no question");
    for path in ["client/config", "assets", "assignments", "users"] {
        assert_eq!(seen(path).await, "second", "{path}");
    }
    // The first goes on without knowing, and learns it from the very next answer.
    let body = json!({"assets": assets(&["600"]), "serialNumbers": ["D1"]});
    let accepted = school.post("assets/associate", body).await.json();
    assert_eq!(accepted["mdmInfo"]["id"], "second");
    // What claims incompletely changes nothing.
    let refused = school.post("client/config", claim("third")).await.json();
    assert_eq!((&refused["errorNumber"], seen("users").await), (&json!(9723), json!("second")));
}
