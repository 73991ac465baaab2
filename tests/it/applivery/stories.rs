//! Lives of MDM users, and why some stay.

use serde_json::{Value, json};

use super::Desk;

const NOBODY: &str = "/mdm/users/0123456789abcdef01234567";

#[tokio::test]
async fn an_address_names_one_user_whatever_its_case() {
    ledger!("applivery.question.24-duplicate-address");
    let desk = Desk::open().await;
    let twice = desk.refusal("POST", "/mdm/users", json!({"email": "ADA@acme.Example"})).await;
    assert_eq!(twice, "400 5048 Mdm user already exists");
    let id = desk.id("ada@acme.example").await;
    desk.done("DELETE", &format!("/mdm/users/{id}"), Value::Null).await;
    let again = desk.done("POST", "/mdm/users", json!({"email": "ADA@acme.example"})).await;
    assert_ne!(again["id"], id.as_str());
    assert_eq!(
        desk.refusal("DELETE", &format!("/mdm/users/{id}"), Value::Null).await,
        "404 3001 Entity not found"
    );
}

#[tokio::test]
async fn nobody_is_found_under_other_ids() {
    ledger!("applivery.question.15-malformed-id");
    let desk = Desk::open().await;
    for path in
        [NOBODY, "/mdm/users/1", "/mdm/users/ada@acme.example", "/mdm/users/%00", "/mdm/users/csv"]
    {
        for (method, body) in [("GET", Value::Null), ("PUT", json!({})), ("DELETE", Value::Null)] {
            assert_eq!(
                desk.refusal(method, path, body).await,
                "404 3001 Entity not found",
                "{method} {path}"
            );
        }
    }
    let id = desk.id("ada@acme.example").await.to_uppercase();
    desk.get(&format!("/mdm/users/{id}")).await;
}

#[tokio::test]
async fn who_has_devices_or_pending_tokens_stays() {
    ledger!("applivery.question.32-deletion");
    let desk = Desk::open().await;
    let user = json!({"organization": "acme", "user": "ada@acme.example"});
    let with = |more: Value| {
        let mut all = user.clone();
        all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        all
    };
    let path = format!("/mdm/users/{}", desk.id("ada@acme.example").await);
    let devices = "400 5054 MdmUser Can not be deleted because has no delete emmDevices";
    let tokens = "400 5055 MdmUser Can not be deleted because has pending emmEnrollmentTokens";
    for platform in ["apple", "android", "aosp", "windows"] {
        let on = with(json!({"platform": platform}));
        desk.verb("issue-enrollment-token", on.clone()).await;
        assert_eq!(desk.refusal("DELETE", &path, Value::Null).await, tokens, "{platform}");
        desk.verb("enroll-device", on.clone()).await;
        assert_eq!(desk.refusal("DELETE", &path, Value::Null).await, devices, "{platform}");
        desk.verb("unenroll-device", on).await;
    }
    let user = desk.get(&path).await;
    assert_eq!(user["android"]["enrollmentTokens"]["DONE"], 1, "what is done is not pending");
    assert_eq!(desk.done("DELETE", &path, Value::Null).await, json!({"delete": "OK"}));
    assert_eq!(desk.get("/mdm/users").await["totalDocs"], 5);
}

#[tokio::test]
async fn labels_are_those_in_use() {
    ledger!("applivery.question.22-tags");
    let desk = Desk::open().await;
    let labels = async || {
        let items = desk.get("/mdm/users/tags").await["items"].clone();
        let values =
            items.as_array().unwrap().iter().map(|item| item["value"].as_str().unwrap().to_owned());
        values.collect::<Vec<_>>().join("|")
    };
    assert_eq!(labels().await, "Staff|guests|north|staff|staff,north");
    let id = desk.id("finn@acme.example").await;
    desk.done("PUT", &format!("/mdm/users/{id}"), json!({"tags": ["é", "", "z"]})).await;
    assert_eq!(labels().await, "|Staff|north|staff|staff,north|z|é");
}
