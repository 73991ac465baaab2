//! Whatever stands in query and path: never a 5xx, never a malformed envelope.

use http::{HeaderMap, Method, header};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use quince::api::exchange::{Request, Scheme};
use tokio::runtime::Runtime;

use super::{Desk, SCHEMAS};

const KNOWN: &[&str] = &[
    "page",
    "limit",
    "sort",
    "search",
    "email",
    "name",
    "tags",
    "pageIndex",
    "activeOnly",
    "sinceVersionId",
];

const BRACKETS: &[&str] = &[
    "",
    "",
    "",
    "[]",
    "[0]",
    "[20]",
    "[21]",
    "[x]",
    "[0][a]",
    "[",
    "]",
    "[[]]",
    "%5B%5D",
    "[99999999999999999999]",
];

const GOOD: &[&str] =
    &["1", "2", "10000", "name", "createdAt:desc", "apple.devices", "a", "staff", "", "true"];

const BAD: &[&str] = &[
    "0",
    "-1",
    "10001",
    "1e3",
    "9007199254740992",
    "99999999999999999999",
    "name:up",
    "%",
    "%zz",
    "%00",
    "%ff",
    "%F0%9F%98%80",
];

/// Names of parameters, known ones most of the time, in every spelling.
fn name() -> impl Strategy<Value = String> {
    let root =
        prop_oneof![8 => proptest::sample::select(KNOWN).prop_map(str::to_owned), 1 => ".{0,8}"];
    (root, proptest::sample::select(BRACKETS)).prop_map(|(root, brackets)| root + brackets)
}

/// Values, good ones most of the time.
fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => proptest::sample::select(GOOD).prop_map(str::to_owned),
        2 => proptest::sample::select(BAD).prop_map(str::to_owned),
        1 => ".{0,12}",
        1 => (1_usize..300).prop_map(|length| "é".repeat(length)),
    ]
}

fn query() -> impl Strategy<Value = String> {
    let pair = prop_oneof![
        9 => (name(), value()).prop_map(|(name, value)| format!("{name}={value}")),
        1 => "[ -~]{0,10}",
    ];
    proptest::collection::vec(pair, 0..6).prop_map(|pairs| pairs.join("&"))
}

/// Asks in process; the answer is one of the operation, and no fault of ours.
fn ask(desk: &Desk, method: &Method, path: &str, query: Option<String>, body: &str) -> u16 {
    let mut headers = HeaderMap::new();
    headers.insert(header::AUTHORIZATION, format!("Bearer {}", desk.key).parse().unwrap());
    headers.insert(header::CONTENT_TYPE, "application/json".parse().unwrap());
    let request = Request {
        path: format!("/v1/{path}"),
        query,
        headers,
        body: body.to_owned().into(),
        peer: None,
        scheme: Scheme::Http,
        authority: None,
        method: method.clone(),
    };
    let reply = desk.fixture.quince.api().respond(request);
    let told = String::from_utf8(reply.body.to_vec()).unwrap();
    assert!(reply.status.as_u16() < 500, "{told}");
    assert_eq!(reply.headers[header::CONTENT_TYPE], "application/json; charset=utf-8");
    let route = quince::api::applivery::route::route(path, method);
    let operation = route.map_or("applivery.unknown", |route| route.operation.name());
    let answer: serde_json::Value = serde_json::from_str(&told).unwrap();
    assert_eq!(answer["status"], reply.status == 200, "{told}");
    SCHEMAS.check(operation, &answer);
    reply.status.as_u16()
}

fn desk() -> (Runtime, Desk) {
    let runtime = Runtime::new().unwrap();
    let desk = runtime.block_on(Desk::open());
    (runtime, desk)
}

#[test]
fn queries_of_lists_are_answered_in_order_whatever_they_say() {
    let (runtime, desk) = desk();
    let location = runtime.block_on(async {
        let token = serde_json::json!({"token": desk.fixture.stoken});
        desk.done("POST", "/mdm/apple/enterprise/vpp/locations", token).await["id"].clone()
    });
    let users = format!(
        "organizations/acme/mdm/apple/enterprise/vpp/locations/{}/users",
        location.as_str().unwrap()
    );
    let (mut good, mut bad) = (0, 0);
    let mut runner = proptest::test_runner::TestRunner::default();
    for _ in 0..1_500 {
        let drawn = query().new_tree(&mut runner).unwrap().current();
        for path in ["organizations/acme/mdm/users", &users] {
            match ask(&desk, &Method::GET, path, Some(drawn.clone()), "") {
                200 => good += 1,
                400 => bad += 1,
                other => panic!("{other}: {drawn}"),
            }
        }
    }
    assert!(good > 500 && bad > 500, "{good} good, {bad} bad");
}

proptest! {
    #[test]
    fn paths_and_bodies_are_answered_in_order_too(
        path in "(organizations/)?[a-z%0-9]{0,6}(/mdm/users|/mdm)?(/[!-~é]{0,26})?/?",
        body in prop_oneof![
            Just(String::new()),
            "\\{(\"(email|name|tags|metadata|managedAppleId)\": ?(1|null|\"[a@.]{0,6}\"|\\[\"x\"\\]|\\{\\}),?){0,3}\\}",
            ".{0,20}",
        ],
        method in proptest::sample::select(&["GET", "POST", "PUT", "DELETE"][..]),
    ) {
        thread_local! {
            static DESK: (Runtime, Desk) = desk();
        }
        let path = path.split(['?', '#']).next().unwrap().replacen("organizations/x", "organizations/acme", 1);
        let metadata = ["catalog", "storefronts", "test"].iter().any(|it| path.starts_with(it));
        prop_assume!(!metadata);
        DESK.with(|(_, desk)| ask(desk, &Method::from_bytes(method.as_bytes()).unwrap(), &path, None, &body));
    }
}
