//! Requests that are wrong whatever the state is.

use http::Method;
use serde_json::{Value, json};

use super::lab::{Lab, Outcome};
use super::service::Refused;

fn many(count: usize, prefix: &str) -> Vec<String> {
    (0..count).map(|number| format!("{prefix}{number}")).collect()
}

/// Path, body, error number.
fn posts() -> Vec<(&'static str, String, u16)> {
    let asset = json!([{"adamId": "700"}]);
    let assets: Vec<Value> = many(26, "7").iter().map(|id| json!({"adamId": id})).collect();
    let users: Vec<Value> = many(101, "u").iter().map(|id| json!({"clientUserId": id})).collect();
    let plans: Vec<usize> = (1..=26).collect();
    let list = [
        ("assets/associate", json!({"assets": "700", "serialNumbers": ["S0"]}), 9602),
        ("assets/associate", json!({"assets": [{"adamId": []}], "serialNumbers": ["S0"]}), 9602),
        ("assets/associate", json!({"assets": assets, "serialNumbers": ["S0"]}), 9700),
        ("assets/associate", json!({"assets": asset, "clientUserIds": many(1001, "u")}), 9701),
        ("assets/disassociate", json!({"assets": asset, "serialNumbers": many(1001, "S")}), 9702),
        ("assets/revoke", json!({"clientUserIds": many(101, "u")}), 9701),
        ("assets/revoke", json!({"serialNumbers": many(101, "S")}), 9702),
        ("users/create", json!({"users": users}), 9714),
        ("users/update", json!({"users": [{"email": "a@mail.example"}]}), 9602),
        ("users/retire", json!([]), 9602),
        ("client/config", json!({"mdmInfo": {"id": "half"}}), 9723),
        ("client/config", json!({"notificationUrl": "https://mdm.example/"}), 9710),
        ("subscriptions/associate", json!({"adamIds": ["700"], "clientUserIds": ["u0"]}), 9811),
        ("subscriptions/associate", json!({"adamIds": [700], "clientUserIds": ["u0"]}), 9813),
        ("subscriptions/disassociate", json!({"adamIds": [700], "clientUserIds": []}), 9811),
        ("subscriptions/disassociate", json!({"adamIds": plans, "clientUserIds": ["u0"]}), 9816),
        (
            "subscriptions/admins/add",
            json!({"adamIds": [700], "clientUserIds": many(1001, "u")}),
            9816,
        ),
        ("subscriptions/admins/remove", json!({"clientUserIds": ["u0"]}), 9811),
    ];
    let list = list.into_iter().map(|(path, body, number)| (path, body.to_string(), number));
    list.chain([("users/create", "{\"users\": [".to_owned(), 9602)]).collect()
}

/// Path, query, error number.
const GETS: [(&str, &str, u16); 9] = [
    ("status", "eventId=00000000-0000-4000-8000-000000000000", 9708),
    ("users", "sinceVersionId=00000000-0000-4000-8000-000000000000", 9721),
    ("assignments", "sinceVersionId=yesterday", 9721),
    ("assignments", "pageIndex=-1", 9650),
    ("assets", "pageIndex=1000", 9650),
    ("assets", "revocable=perhaps", 9602),
    ("subscriptions", "cursor=perhaps", 9812),
    ("subscriptions/assignments", "adamId=perhaps", 9813),
    ("subscriptions/admins", "includeUserState=perhaps", 9602),
];

/// Sends one of them; it must be refused as it deserves.
pub(super) fn send(lab: &mut Lab, at: usize, which: usize) -> Outcome {
    let posts = posts();
    let refused = |number| Refused { number, info: Value::Null };
    let which = which % (posts.len() + GETS.len() + 1);
    if let Some((path, body, number)) = posts.get(which) {
        let reply = lab.send(at, Method::POST, path, "", body.clone());
        return Lab::refusal(&reply, &refused(*number));
    }
    if let Some((path, query, number)) = GETS.get(which - posts.len()) {
        let reply = lab.send(at, Method::GET, path, query, String::new());
        return Lab::refusal(&reply, &refused(*number));
    }
    let body = json!({"users": [{"clientUserId": "u0"}]}).to_string();
    let reply = lab.send_as(at, Method::POST, "users/retire", "", body, "text/plain");
    Lab::refusal(&reply, &refused(9727))
}
