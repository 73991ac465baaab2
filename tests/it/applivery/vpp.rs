//! Where MDM users meet Apple's users: through both APIs (applivery.md §6.2).

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::{Desk, refusal};

const LOCATIONS: &str = "/mdm/apple/enterprise/vpp/locations";

#[tokio::test]
async fn a_user_with_a_managed_account_is_among_apples_users() {
    ledger!("setting.applivery.creates_vpp_user");
    let desk = Desk::open().await;
    let body = json!({"email": "gil@acme.example", "managedAppleId": "gil@apple.acme.example"});
    let made = desk.done("POST", "/mdm/users", body).await;
    let id = made["id"].as_str().unwrap();
    let list = format!("users?clientUserId={id}");
    let apple = desk.fixture.get(&list).await.json()["users"][0].clone();
    assert_eq!((&apple["status"], &apple["clientUserId"]), (&json!("Associated"), &made["id"]));
    desk.done("PUT", &format!("/mdm/users/{id}"), json!({"managedAppleId": ""})).await;
    assert_eq!(desk.fixture.get(&list).await.json()["users"][0]["status"], "Retired");
    desk.done(
        "PUT",
        &format!("/mdm/users/{id}"),
        json!({"managedAppleId": "gil@apple.acme.example"}),
    )
    .await;
    assert_eq!(desk.fixture.get(&format!("{list}&activeOnly=true")).await.json()["size"], 1);
    desk.done("DELETE", &format!("/mdm/users/{id}"), Value::Null).await;
    assert_eq!(desk.fixture.get(&format!("{list}&activeOnly=true")).await.json()["size"], 0);
}

#[tokio::test]
async fn a_content_token_becomes_a_location_and_shows_its_users() {
    ledger!("applivery.vpp-locations", "applivery.vpp-users");
    let desk = Desk::open().await;
    let made = desk.call("POST", LOCATIONS, json!({"token": desk.fixture.stoken})).await;
    assert_snapshot!("location", made.transcript().replace(&desk.fixture.stoken, "{stoken}"));
    let again = desk.call("POST", LOCATIONS, json!({"token": desk.fixture.stoken})).await;
    assert_eq!(again.text(), made.text(), "the same location");
    let id = made.json()["data"]["id"].as_str().unwrap().to_owned();
    let users = format!("{LOCATIONS}/{id}/users");
    assert_snapshot!("vpp_users", desk.call("GET", &users, Value::Null).await.transcript());
    let names = async |query: &str| {
        let page = desk.get(&format!("{users}?{query}")).await;
        let items = page["items"].as_array().unwrap();
        let status = |user: &Value| user["status"].as_str().unwrap().to_owned();
        items.iter().map(status).collect::<Vec<_>>().join(" ")
    };
    let version = desk.fixture.version("users").await;
    desk.fixture.done("users/retire", json!({"users": [{"clientUserId": "u-1"}]})).await;
    for (query, found) in [
        ("", "Retired Associated"),
        ("activeOnly=true", "Associated"),
        ("retiredOnly=true", "Retired"),
        ("activeOnly=true&retiredOnly=true", ""),
        ("clientUserId=u-1", "Retired"),
        ("clientUserId=nobody", ""),
        ("limit=1&page=2", "Associated"),
        ("limit=1&pageIndex=1", "Associated"),
        ("limit=1&page=1&pageIndex=1", "Retired"),
        ("page=9007199254740991", ""),
        ("pageIndex=9007199254740990", ""),
        (&format!("sinceVersionId={version}"), "Retired"),
    ] {
        assert_eq!(names(query).await, found, "{query}");
    }
    for bad in ["sinceVersionId=x", "activeOnly=1", "pageIndex=-1", "limit=0", "page=a"] {
        let answer = desk.call("GET", &format!("{users}?{bad}"), Value::Null).await;
        assert_eq!(refusal(&answer), "400 3000 Validation Error", "{bad}");
    }
}

#[tokio::test]
async fn other_tokens_and_locations_are_refused() {
    let desk = Desk::open().await;
    for token in ["", "nonsense", &desk.key] {
        let refused = desk.refusal("POST", LOCATIONS, json!({"token": token})).await;
        assert_eq!(refused, "400 5120 Error updating entity", "{token}");
    }
    for body in [json!({}), json!({"token": 5}), json!({"token": null})] {
        let refused = desk.refusal("POST", LOCATIONS, body).await;
        assert_eq!(refused, "400 3000 Validation Error");
    }
    for id in ["0123456789abcdef01234567", "main"] {
        let refused = desk.refusal("GET", &format!("{LOCATIONS}/{id}/users"), Value::Null).await;
        assert_eq!(refused, "404 3001 Entity not found");
    }
}

#[tokio::test]
async fn an_organization_without_a_location_gets_one() {
    let mut desk = Desk::open().await;
    desk.key = super::key("birch", quince::sim::key::Access::Admin);
    let bearer = format!("Bearer {}", desk.key);
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    let user = r#"{"email": "gil@birch.example", "managedAppleId": "gil@birch.example"}"#;
    let count = async || desk.fixture.get("users").await.json()["size"].as_u64().unwrap();
    let before = count().await;
    desk.send("POST", "organizations/birch/mdm/users", &headers, user).await;
    assert_eq!(count().await, before, "there is nowhere to be");
    let token = json!({"token": desk.fixture.stoken}).to_string();
    let made =
        desk.send("POST", &format!("organizations/birch{LOCATIONS}"), &headers, &token).await;
    assert_eq!(made.status, 200);
    let user = user.replace("gil", "hal");
    desk.send("POST", "organizations/birch/mdm/users", &headers, &user).await;
    assert_eq!(count().await, before + 1);
}
