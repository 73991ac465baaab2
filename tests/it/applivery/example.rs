//! The documented answer of the list: the same members, of the same types, in the same order (seed document 004).

use serde_json::{Value, json};

use super::{Desk, SCHEMAS};

/// What the page shows; addresses are hidden there, and dates are named by their type only.
const DOCUMENTED: &str = r#"{
    "status": true,
    "data": {
        "items": [
            {
                "id": "string",
                "email": "[email protected]",
                "name": "string",
                "tags": ["string"],
                "android": {
                    "devices": {"MANAGEMENT_MODE_UNSPECIFIED": 0, "DEVICE_OWNER": 0, "PROFILE_OWNER": 0},
                    "enrollmentTokens": {"DONE": 0, "PENDING": 0, "EXPIRED": 0, "DELETED": 0}
                },
                "aosp": {
                    "devices": {"MANAGEMENT_MODE_UNSPECIFIED": 0, "DEVICE_OWNER": 0},
                    "enrollmentTokens": {"DONE": 0, "PENDING": 0, "PROCESSING": 0, "EXPIRED": 0, "DELETED": 0}
                },
                "apple": {"devices": 0, "enrollmentTokens": 0},
                "windows": {"devices": 0, "enrollmentTokens": 0},
                "language": "es",
                "managedAppleId": "[email protected]",
                "metadata": {},
                "inferredSegmentIds": [0],
                "createdAt": "string",
                "updatedAt": "string"
            }
        ],
        "totalDocs": 0,
        "limit": 0,
        "hasPrevPage": true,
        "hasNextPage": true,
        "page": 0,
        "totalPages": 0,
        "prevPage": 0,
        "nextPage": 0
    }
}"#;

/// A value with nothing left of it but its types; of a list, that of its first element.
fn types(value: &Value) -> Value {
    match value {
        Value::Null => "null".into(),
        Value::Bool(_) => "boolean".into(),
        Value::Number(number) if number.is_i64() => "integer".into(),
        Value::Number(_) => "number".into(),
        Value::String(_) => "string".into(),
        Value::Array(values) => values.first().map(types).into_iter().collect(),
        Value::Object(members) => {
            members.iter().map(|(name, value)| (name.clone(), types(value))).collect()
        }
    }
}

/// The names of members, in the order in which they stand.
fn names(json: &str) -> Vec<&str> {
    let pieces: Vec<&str> = json.split('"').collect();
    let is_name = |pair: &&[&str]| pair[1].trim_start().starts_with(':');
    pieces.windows(2).skip(1).step_by(2).filter(is_name).map(|pair| pair[0]).collect()
}

#[tokio::test]
async fn the_documented_list_is_ours() {
    let desk = Desk::open().await;
    let id = desk.id("cleo@acme.example").await;
    desk.done("PUT", &format!("/mdm/users/{id}"), json!({"metadata": {}})).await;
    let page = desk.call("GET", "/mdm/users?sort=email&limit=1&page=3", Value::Null).await;
    assert_eq!(page.json()["data"]["items"][0]["id"], id.as_str());
    let documented: Value = serde_json::from_str(DOCUMENTED).unwrap();
    assert_eq!(types(&page.json()), types(&documented));
    assert_eq!(names(&page.text()), names(DOCUMENTED));
    assert!(!page.text().contains(": ") && !page.text().contains('\n'), "compact");
}

#[test]
fn the_schemas_find_what_is_wrong() {
    let mut good: Value = serde_json::from_str(DOCUMENTED).unwrap();
    let user = "/data/items/0";
    let mut set = |pointer: &str, with: &str| {
        *good.pointer_mut(&format!("{user}/{pointer}")).unwrap() = with.into();
    };
    for date in ["createdAt", "updatedAt"] {
        set(date, "2026-03-04T09:15:22.417Z");
    }
    for address in ["email", "managedAppleId"] {
        set(address, "a@b.example");
    }
    set("id", "66f0a1b2c3d4e5f601020304");
    SCHEMAS.check("applivery.mdmUsers.list", &good);
    let wrong = |pointer: &str, with: Value| {
        let mut bad = good.clone();
        *bad.pointer_mut(pointer).unwrap() = with;
        SCHEMAS.try_check("applivery.mdmUsers.list", &bad).unwrap_err()
    };
    wrong("/status", false.into());
    wrong("/data/totalDocs", "1".into());
    wrong("/data/page", Value::Null);
    wrong("/data/items/0/apple/devices", 1.5.into());
    wrong("/data/items/0/email", "a..b@c.example".into());
    wrong("/data/items/0/language", "ge".into());
    wrong("/data/items/0/createdAt", "2026-03-04".into());
    let mut more = good.clone();
    more["data"]["lean"] = true.into();
    SCHEMAS.try_check("applivery.mdmUsers.list", &more).unwrap_err();
    let mut fewer = good.clone();
    fewer["data"]["items"][0].as_object_mut().unwrap().remove("aosp");
    SCHEMAS.try_check("applivery.mdmUsers.list", &fewer).unwrap_err();
    let mut without = good.clone();
    without["data"]["items"][0].as_object_mut().unwrap().remove("managedAppleId");
    SCHEMAS.check("applivery.mdmUsers.list", &without);
}
