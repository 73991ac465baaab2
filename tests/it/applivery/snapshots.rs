//! Each operation's answer, byte for byte.

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::Desk;

#[tokio::test]
async fn an_organization_is_found_by_slug_and_by_id() {
    let desk = Desk::open().await;
    let answer = desk.call("GET", "", Value::Null).await;
    assert_snapshot!("organization", answer.transcript());
    let id = answer.json()["data"]["id"].as_str().unwrap().to_owned();
    let bearer = format!("bEaReR   {}", desk.key);
    let headers = [("authorization", bearer.as_str())];
    for path in [format!("organizations/{id}/"), format!("organizations/{}", id.to_uppercase())] {
        let same = desk.send("GET", &path, &headers, "").await;
        assert_eq!(same.text(), answer.text(), "{path}");
    }
}

#[tokio::test]
async fn the_list() {
    let desk = Desk::open().await;
    let answer = desk.call("GET", "/mdm/users?limit=2&page=2&sort=email", Value::Null).await;
    assert_snapshot!("list", answer.transcript());
    let slashed = desk.call("GET", "/mdm/users/?limit=2&page=2&sort=email", Value::Null).await;
    assert_eq!((slashed.text(), slashed.lints()), (answer.text(), ""), "either is documented");
}

#[tokio::test]
async fn a_user_is_made_read_changed_and_deleted() {
    let desk = Desk::open().await;
    let body = json!({
        "email": "Nora.Lindqvist@Contoso-School.example.com",
        "name": "Nora \"N\" Lindqvist",
        "managedAppleId": "nora@appleid.contoso-school.example.com",
        "tags": ["teachers", "campus-north", "teachers"],
        "language": "pt",
        "metadata": {"department": "Science", "a": [1, {"b": null}]},
    });
    let made = desk.call("POST", "/mdm/users", body).await;
    assert_snapshot!("create", made.transcript());
    let path = format!("/mdm/users/{}", made.json()["data"]["id"].as_str().unwrap());
    assert_eq!(desk.call("GET", &path, Value::Null).await.text(), made.text());
    desk.fixture.advance("90s");
    let change =
        json!({"name": "Nora", "managedAppleId": null, "tags": [], "email": "x@y.example"});
    let changed = desk.call("PUT", &path, change).await;
    assert_eq!(changed.lints(), "unknown-member", "the address is not to be changed");
    assert_snapshot!("update", changed.text());
    let deleted = desk.call("DELETE", &path, Value::Null).await;
    assert_snapshot!("delete", deleted.transcript());
    assert_eq!(desk.refusal("GET", &path, Value::Null).await, "404 3001 Entity not found");
}

#[tokio::test]
async fn labels_and_the_sample() {
    let desk = Desk::open().await;
    assert_snapshot!("tags", desk.call("GET", "/mdm/users/tags", Value::Null).await.transcript());
    let sample = desk.call("GET", "/mdm/users/csv/sample", Value::Null).await;
    assert_snapshot!("csv_sample", sample.transcript());
    assert_snapshot!("unknown", desk.call("GET", "/mdm/devices", Value::Null).await.transcript());
}
