//! Keys and permissions: who is let in, in what order of checks (applivery.md §2, §8).

use std::fmt::Write as _;

use insta::assert_snapshot;
use quince::model::At;
use quince::sim::key::{Access, KeyClaims, mint};
use serde_json::{Value, json};

use super::{Desk, key, refusal};

/// Method and path of every operation.
const OPERATIONS: [(&str, &str); 10] = [
    ("GET", ""),
    ("GET", "/mdm/users"),
    ("POST", "/mdm/users"),
    ("GET", "/mdm/users/0123456789abcdef01234567"),
    ("PUT", "/mdm/users/0123456789abcdef01234567"),
    ("DELETE", "/mdm/users/0123456789abcdef01234567"),
    ("GET", "/mdm/users/tags"),
    ("GET", "/mdm/users/csv/sample"),
    ("POST", "/mdm/apple/enterprise/vpp/locations"),
    ("GET", "/mdm/apple/enterprise/vpp/locations/0123456789abcdef01234567/users"),
];

#[tokio::test]
async fn only_a_bearer_key_of_this_universe_is_let_in() {
    ledger!("applivery.question.14-header", "setting.applivery.unknown_key");
    let desk = Desk::open().await;
    let good = desk.key.clone();
    let of = |universe: &str, serial, expires| {
        let (universe, organization) = (universe.to_owned(), "acme".to_owned());
        mint(1, &KeyClaims { universe, organization, access: Access::Admin, serial, expires })
    };
    let cases = [
        ("no header", None),
        ("empty", Some(String::new())),
        ("scheme alone", Some("Bearer".to_owned())),
        ("scheme and blanks", Some("Bearer   ".to_owned())),
        ("raw key", Some(good.clone())),
        ("basic", Some(format!("Basic {good}"))),
        ("content token", Some(format!("Bearer {}", desk.fixture.stoken))),
        ("nonsense", Some("Bearer abc".to_owned())),
        ("cut short", Some(format!("Bearer {}", &good[..good.len() - 2]))),
        ("another universe", Some(format!("Bearer {}", of("u-9", 1, None)))),
        ("another seed", Some(format!("Bearer {}", mint(2, &claims())))),
        ("of a login that ended", Some(format!("Bearer {}", of("default", 1, Some(At(0)))))),
        ("good", Some(format!("Bearer {good}"))),
        ("lower case", Some(format!("bearer {good}"))),
        ("blanks around", Some(format!("  BEARER   {good}  "))),
    ];
    let mut text = String::new();
    for profile in ["4004", "4001"] {
        desk.fixture.quince.universe("default").set("applivery.unknown_key", profile).unwrap();
        let _ = writeln!(text, "applivery.unknown_key={profile}");
        for (told, value) in &cases {
            let headers: Vec<(&str, &str)> =
                value.iter().map(|value| ("authorization", value.as_str())).collect();
            let answer = desk.send("GET", "organizations/acme/mdm/users", &headers, "").await;
            let heard = if answer.status == 200 { "200".to_owned() } else { refusal(&answer) };
            let _ = writeln!(text, "    {told:<22} {heard}");
        }
    }
    assert_snapshot!("keys", text);
    let api_token = desk.send("GET", "organizations/acme", &[("x-api-token", &good)], "").await;
    assert_eq!(refusal(&api_token), "401 4002 No auth token");
}

fn claims() -> KeyClaims {
    let (universe, organization) = ("default".to_owned(), "acme".to_owned());
    KeyClaims { universe, organization, access: Access::Admin, serial: 1, expires: None }
}

#[tokio::test]
async fn a_revoked_key_is_unknown_and_its_successor_is_good() {
    let desk = Desk::open().await;
    desk.verb("revoke-key", json!({"organization": "acme", "role": "admin"})).await;
    assert_eq!(desk.refusal("GET", "/mdm/users", Value::Null).await, "401 4004 Invalid Token");
    let next = mint(1, &KeyClaims { serial: 2, ..claims() });
    let desk = Desk { key: next, ..desk };
    desk.get("/mdm/users").await;
}

#[tokio::test]
async fn each_operation_wants_its_permission() {
    ledger!("applivery.question.11-permission", "applivery.roles");
    let mut desk = Desk::open().await;
    let names = [
        "mdm.global.mdmUser.list",
        "mdm.global.mdmUser.create",
        "mdm.global.mdmUser.get",
        "mdm.global.mdmUser.update",
        "mdm.global.mdmUser.remove",
        "mdm.apple.vppLocation.create",
        "mdm.apple.vppUser.list",
        "base.organization.management.get",
    ];
    let mut text = String::new();
    let roles = Access::ROLES.map(|(_, role)| role);
    let one = |name: &str| Access::Permissions(vec![name.to_owned()]);
    for access in roles.into_iter().chain(names.map(one)) {
        let _ = writeln!(text, "{}", access.spell());
        desk.key = key("acme", access);
        for (method, path) in OPERATIONS {
            let answer = desk.call(method, path, Value::Null).await;
            let is_let_in = answer.status != 401;
            assert!(is_let_in || refusal(&answer) == "401 4001 Unauthorized", "{}", answer.text());
            let path = path.replace("0123456789abcdef01234567", "{id}");
            if is_let_in {
                let _ = writeln!(text, "    {method} {path}");
            }
        }
    }
    assert_snapshot!("permissions", text);
}

#[tokio::test]
async fn keys_open_their_own_organization_only() {
    ledger!("applivery.question.12-other-organization", "applivery.question.10-organization");
    let desk = Desk::open().await;
    let bearer = format!("Bearer {}", key("birch", Access::Admin));
    let headers = [("authorization", bearer.as_str())];
    for (method, path) in OPERATIONS {
        let path = format!("organizations/acme{path}");
        let answer = desk.send(method, &path, &headers, "").await;
        assert_eq!(refusal(&answer), "401 4001 Unauthorized", "{method} {path}");
    }
    for nobody in ["acm", "ACME", "ab", "my_org", "0123456789abcdef01234567", "a%2Fb", "%20", "é"]
    {
        let path = format!("organizations/{nobody}/mdm/users");
        let answer = desk.send("GET", &path, &headers, "").await;
        assert_eq!(refusal(&answer), "404 3001 Entity not found", "{nobody}");
    }
    let own = desk.send("GET", "organizations/birch/mdm/users", &headers, "").await;
    assert_eq!(own.json()["data"]["totalDocs"], 0);
}

#[tokio::test]
async fn checks_come_in_their_order() {
    ledger!("applivery.order-of-checks");
    let desk = Desk::open().await;
    let nobody = "mdm/users/0123456789abcdef01234567";
    let viewer = format!("Bearer {}", key("acme", Access::Viewer));
    let admin = format!("Bearer {}", desk.key);
    let bad = r#"{"name": 5}"#;
    for (path, bearer, heard) in [
        (format!("organizations/nope/{nobody}/x"), None, "404 1002 Route not found"),
        (format!("organizations/nope/{nobody}"), None, "401 4002 No auth token"),
        (format!("organizations/nope/{nobody}"), Some("Bearer x"), "401 4004 Invalid Token"),
        (format!("organizations/nope/{nobody}"), Some(&*viewer), "404 3001 Entity not found"),
        (format!("organizations/acme/{nobody}"), Some(&*viewer), "401 4001 Unauthorized"),
        (format!("organizations/acme/{nobody}"), Some(&*admin), "400 3000 Validation Error"),
    ] {
        let headers: Vec<(&str, &str)> =
            bearer.iter().map(|bearer| ("authorization", *bearer)).collect();
        let answer = desk.send("PUT", &path, &headers, bad).await;
        assert_eq!(refusal(&answer), heard, "{path}");
    }
    let path = format!("organizations/acme/{nobody}");
    let last = desk.send("PUT", &path, &[("authorization", &admin)], "{}").await;
    assert_eq!(refusal(&last), "404 3001 Entity not found");
}

#[tokio::test]
async fn a_key_finds_its_universe_and_a_prefix_wins() {
    let desk = Desk::open().await;
    let other = desk.fixture.quince.fork("default", Some("other")).unwrap();
    assert_eq!(other.id(), "other");
    let theirs = mint(1, &KeyClaims { universe: "other".to_owned(), ..claims() });
    let theirs = format!("Bearer {theirs}");
    let headers = [("authorization", theirs.as_str()), ("content-type", "application/json")];
    let body = r#"{"email": "gil@acme.example"}"#;
    let made = desk.send("POST", "organizations/acme/mdm/users", &headers, body).await;
    assert_eq!(made.status, 200);
    assert_eq!(desk.get("/mdm/users").await["totalDocs"], 6, "not ours");
    let path = "organizations/acme/mdm/users?limit=1";
    let below = desk.send_below("/u/other", "GET", path, &headers, "").await;
    assert_eq!(below.json()["data"]["totalDocs"], 7);
    let elsewhere = desk.send_below("/u/default", "GET", path, &headers, "").await;
    assert_eq!(refusal(&elsewhere), "401 4004 Invalid Token");
}

#[tokio::test]
async fn what_is_no_route_is_told_so_whatever_the_method() {
    ledger!("applivery.question.38-no-route");
    let desk = Desk::open().await;
    let id = desk.id("ada@acme.example").await;
    for (method, path) in [
        ("GET", String::new()),
        ("GET", "/".to_owned()),
        ("GET", "organizations".to_owned()),
        ("POST", "organizations/acme".to_owned()),
        ("PATCH", format!("organizations/acme/mdm/users/{id}")),
        ("DELETE", "organizations/acme/mdm/users".to_owned()),
        ("BREW", "organizations/acme/mdm/users".to_owned()),
        ("GET", "organizations/acme/mdm/users/csv/other".to_owned()),
        ("GET", "integrations/x".to_owned()),
        ("GET", "catalogue".to_owned()),
    ] {
        let answer = desk.send(method, &path, &[], "").await;
        assert_eq!(refusal(&answer), "404 1002 Route not found", "{method} {path}");
    }
    let metadata = crate::support::Fixture::bare(http::Method::GET, "/v1/catalog/us/apps");
    let metadata = desk.fixture.send(metadata.body(http_body_util::Full::default()).unwrap()).await;
    assert!(!metadata.text().contains("1002"), "another surface's");
}

#[tokio::test]
async fn browsers_may_call_from_anywhere_and_head_is_get_without_a_body() {
    ledger!("applivery.headers");
    let desk = Desk::open().await;
    let asks =
        [("access-control-request-headers", "authorization"), ("origin", "http://a.example")];
    let preflight = desk.send("OPTIONS", "organizations/acme/mdm/users", &asks, "").await;
    assert_snapshot!("preflight", preflight.transcript());
    let get = desk.call("GET", "/mdm/users", Value::Null).await;
    let head = desk.call("HEAD", "/mdm/users", Value::Null).await;
    assert_eq!((head.status, &head.headers, head.body.len()), (get.status, &get.headers, 0));
}
