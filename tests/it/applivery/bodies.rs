//! Bodies of creation and update: what is taken, what is not, and how that is told.

use std::fmt::Write as _;

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::{Desk, refusal};

#[tokio::test]
async fn what_is_not_valid_is_told_one_and_all_and_changes_nothing() {
    ledger!("setting.applivery.validation_error", "applivery.validation-data");
    let desk = Desk::open().await;
    let long = "x".repeat(257);
    let id = desk.id("ada@acme.example").await;
    let before = desk.get(&format!("/mdm/users/{id}")).await;
    let mut text = String::new();
    for body in [
        json!({}),
        json!({"email": null}),
        json!({"email": 5}),
        json!({"email": ""}),
        json!({"email": "a@b"}),
        json!({"email": ".a@b.example"}),
        json!({"email": "a..b@b.example"}),
        json!({"email": " a@b.example"}),
        json!({"email": format!("{long}@b.example")}),
        json!({"email": "a@b.example", "name": null}),
        json!({"email": "a@b.example", "name": long}),
        json!({"email": "a@b.example", "tags": "staff"}),
        json!({"email": "a@b.example", "tags": ["a", 1, null, long]}),
        json!({"email": "a@b.example", "language": "ge"}),
        json!({"email": "a@b.example", "language": null}),
        json!({"email": "a@b.example", "metadata": []}),
        json!({"email": "a@b.example", "metadata": null}),
        json!({"email": "a@b.example", "managedAppleId": "nobody"}),
        json!({"email": "a", "name": 1, "tags": {}, "language": 1, "managedAppleId": [], "metadata": 1}),
    ] {
        let made = desk.call("POST", "/mdm/users", body.clone()).await;
        assert_eq!(made.status, 400, "{body}");
        let _ =
            writeln!(text, "{}\n    {}", body.to_string().replace(&long, "(long)"), made.text());
        let mut change = body.clone();
        let of_email = change
            .as_object_mut()
            .unwrap()
            .remove("email")
            .is_some_and(|email| email != "a@b.example");
        if !of_email && change != json!({}) {
            let changed = desk.call("PUT", &format!("/mdm/users/{id}"), change).await;
            assert_eq!((changed.status, changed.text()), (made.status, made.text()), "{body}");
        }
    }
    assert_snapshot!("bad_bodies", text);
    assert_eq!(desk.get("/mdm/users").await["totalDocs"], 6);
    assert_eq!(desk.get(&format!("/mdm/users/{id}")).await, before);
}

#[tokio::test]
async fn bodies_that_are_no_objects_are_not_valid() {
    ledger!("applivery.question.08-malformed-body");
    let desk = Desk::open().await;
    let bearer = format!("Bearer {}", desk.key);
    let deep = format!(
        "{{\"email\":\"a@b.example\",\"metadata\":{}1{}}}",
        "{\"a\":".repeat(200),
        "}".repeat(200)
    );
    let nested = format!(
        "{{\"email\":\"a@b.example\",\"metadata\":{}1{}}}",
        "{\"a\":".repeat(101),
        "}".repeat(101)
    );
    let mut text = String::new();
    for body in [
        "{",
        "[]",
        "null",
        "\"a\"",
        "5",
        "{\"email\": \"a@b.example\",}",
        "email=a@b.example",
        "\u{feff}{",
        "{\"email\":\"\\ud800\"}",
        &deep,
        &nested,
    ] {
        let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
        let answer = desk.send("POST", "organizations/acme/mdm/users", &headers, body).await;
        assert_eq!(refusal(&answer), "400 3000 Validation Error", "{body}");
        let body: String = body.chars().take(60).collect();
        let _ = writeln!(text, "{body}\n    {}", answer.text());
    }
    assert_snapshot!("malformed", text);
}

#[tokio::test]
async fn a_body_is_read_whatever_it_says_that_it_is() {
    ledger!("applivery.lint.content-type", "bounds.applivery.metadata");
    let desk = Desk::open().await;
    let bearer = format!("Bearer {}", desk.key);
    for (kind, lints) in [
        (None, "content-type"),
        (Some("text/plain"), "content-type"),
        (Some("Application/JSON; charset=utf-8"), ""),
    ] {
        let mut headers = vec![("authorization", bearer.as_str())];
        headers.extend(kind.map(|kind| ("content-type", kind)));
        let id = desk.id("ada@acme.example").await;
        let path = format!("organizations/acme/mdm/users/{id}");
        let answer = desk.send("PUT", &path, &headers, "{\"name\":\"A\"}").await;
        assert_eq!((answer.status.as_u16(), answer.lints()), (200, lints), "{kind:?}");
    }
    let nested = format!(
        "{{\"email\":\"a@b.example\",\"metadata\":{}1{}}}",
        "{\"a\":".repeat(100),
        "}".repeat(100)
    );
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    let answer = desk.send("POST", "organizations/acme/mdm/users", &headers, &nested).await;
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn only_the_address_is_needed() {
    ledger!("applivery.question.25-defaults", "applivery.question.27-unknown-members");
    let desk = Desk::open().await;
    let made = desk
        .call("POST", "/mdm/users/", json!({"email": "Gil@ACME.example", "id": "x", "phone": 1}))
        .await;
    assert_eq!(made.lints(), "unknown-member");
    let user = &made.json()["data"];
    assert_eq!(user["email"], "gil@acme.example", "kept in lower case");
    assert_eq!((&user["name"], &user["language"]), (&json!(""), &json!("en")));
    assert_eq!(
        (&user["tags"], &user["metadata"], &user["inferredSegmentIds"]),
        (&json!([]), &json!({}), &json!([]))
    );
    assert!(user.get("managedAppleId").is_none() && user.get("phone").is_none());
    assert_eq!(user["createdAt"], user["updatedAt"]);
    let longest = "é".repeat(256);
    let named =
        desk.done("POST", "/mdm/users", json!({"email": "hal@acme.example", "name": longest}));
    assert_eq!(named.await["name"], longest);
}

#[tokio::test]
async fn metadata_comes_back_as_it_went_in() {
    ledger!("applivery.question.35-metadata");
    let desk = Desk::open().await;
    let bearer = format!("Bearer {}", desk.key);
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    let body = "{\"email\":\"gil@acme.example\", \"metadata\" : { \"z\": 1.50, \"a\": [ true , \"\\u00e9 \\\"\" ], \"\": {} } }";
    let answer = desk.send("POST", "organizations/acme/mdm/users", &headers, body).await;
    let text = answer.text();
    assert!(text.contains(r#""metadata":{"z":1.50,"a":[true,"\u00e9 \""],"":{}},"#), "{text}");
}

#[tokio::test]
async fn an_update_changes_what_it_names() {
    ledger!("applivery.question.28-clearing-the-account", "applivery.question.29-empty-update");
    let desk = Desk::open().await;
    let id = desk.id("cleo@acme.example").await;
    let path = format!("/mdm/users/{id}");
    let before = desk.get(&path).await;
    desk.fixture.advance("1m");
    let mut after = desk.done("PUT", &path, Value::Null).await;
    assert_ne!(after["updatedAt"], before["updatedAt"]);
    after["updatedAt"] = before["updatedAt"].clone();
    assert_eq!(after, before, "an empty body changes nothing else");
    let tagged =
        desk.done("PUT", &path, json!({"tags": ["b", "a", "b"], "metadata": {"x": 1}})).await;
    assert_eq!((&tagged["tags"], &tagged["metadata"]), (&json!(["b", "a"]), &json!({"x": 1})));
    assert_eq!(
        (&tagged["name"], &tagged["managedAppleId"]),
        (&before["name"], &before["managedAppleId"])
    );
    for nothing in [Value::Null, json!("")] {
        let set = desk.done("PUT", &path, json!({"managedAppleId": "c@apple.acme.example"})).await;
        assert_eq!(set["managedAppleId"], "c@apple.acme.example");
        let cleared = desk.done("PUT", &path, json!({"managedAppleId": nothing})).await;
        assert!(cleared.get("managedAppleId").is_none());
    }
}
