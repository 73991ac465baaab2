//! The journal as HAR 1.2.

use serde_json::{Value, json};

use super::asking::{ask, read};
use crate::support::Fixture;

/// The members that HAR 1.2 demands: an object's pointer, and names with the first letter of their JSON type.
const DEMANDED: &[(&str, &str)] = &[
    ("", "startedDateTime:s time:n request:o response:o cache:o timings:o"),
    (
        "/request",
        "method:s url:s httpVersion:s cookies:a headers:a queryString:a headersSize:n bodySize:n",
    ),
    (
        "/response",
        "status:n statusText:s httpVersion:s cookies:a headers:a content:o redirectURL:s \
         headersSize:n bodySize:n",
    ),
    ("/response/content", "size:n mimeType:s"),
    ("/timings", "send:n wait:n receive:n"),
];

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::String(_) => "s",
        Value::Number(_) => "n",
        Value::Object(_) => "o",
        Value::Array(_) => "a",
        Value::Bool(_) | Value::Null => "?",
    }
}

#[tokio::test]
async fn every_exchange_is_a_valid_entry() {
    let school = Fixture::school().await;
    school.get("users?pageIndex=0&a=%20b").await;
    school.post("users/create", json!({"users": [{"clientUserId": "u"}]})).await;
    school.advance("1s");
    school.get("nothing").await;
    let har = read(&school, "?format=har").await;
    let log = &har["log"];
    assert_eq!(log["version"], "1.2");
    assert_eq!(log["creator"]["name"], "quince");
    assert!(log["creator"]["version"].is_string());
    let entries = log["entries"].as_array().unwrap();
    assert_eq!(entries.len(), 3, "exchanges only");
    for entry in entries {
        for (pointer, members) in DEMANDED {
            let object = entry.pointer(pointer).unwrap();
            for member in members.split_whitespace() {
                let (name, wanted) = member.split_once(':').unwrap();
                assert_eq!(type_of(&object[name]), wanted, "{pointer}/{name} of {entry}");
            }
        }
        for header in entry["request"]["headers"].as_array().unwrap() {
            assert!(header["name"].is_string() && header["value"].is_string());
        }
    }
    let (first, second) = (&entries[0], &entries[1]);
    assert_eq!(first["startedDateTime"], "2026-01-15T09:00:00.000Z");
    assert_eq!(first["request"]["url"], "http://quince.test/mdm/v2/users?pageIndex=0&a=%20b");
    assert_eq!(first["request"]["queryString"][1], json!({"name": "a", "value": " b"}));
    assert_eq!((&first["response"]["status"], &first["time"]), (&json!(200), &json!(0)));
    let content = &first["response"]["content"];
    assert_eq!(content["mimeType"], "application/json");
    assert!(content["text"].as_str().unwrap().starts_with("{\"users\""));
    assert_eq!(second["request"]["postData"]["mimeType"], "application/json");
    assert_eq!(second["request"]["postData"]["text"], r#"{"users":[{"clientUserId":"u"}]}"#);
    assert_eq!(entries[2]["_operation"], "v2.unknown");
    assert_eq!(entries[2]["startedDateTime"], "2026-01-15T09:00:01.000Z");
}

#[tokio::test]
async fn filters_and_the_canonical_form_are_for_har_too() {
    let school = Fixture::school().await;
    school.get("users").await;
    school.get("assets").await;
    let har = read(&school, "?format=har&operation=v2.assets.*&canonical=true").await;
    let entries = har["log"]["entries"].as_array().unwrap();
    assert_eq!(entries.len(), 1);
    assert_eq!(entries[0]["request"]["url"], "{url}/mdm/v2/assets");
    assert!(!ask(&school, "?format=har").await.text().contains(&school.stoken));
}
