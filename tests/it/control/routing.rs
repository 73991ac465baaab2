//! Which universe serves a call, and who is let into the control API.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{Method, StatusCode, header};
use http_body_util::Full;
use quince::{ClockMode, Quince};
use serde_json::{Value, json};

use crate::support::Fixture;
use crate::support::control::{control_request, told};
use crate::support::process::Process;

/// A school, and the token of its second universe.
async fn two() -> (Fixture, String) {
    let school = Fixture::school().await;
    let body = json!({"id": "two", "settings": {"v2.unknown_token_status": "401"}});
    let made = school.done_by("POST", "/universes", body).await;
    let stoken = made["stokens"]["berlin"].as_str().unwrap().to_owned();
    (school, stoken)
}

#[tokio::test]
async fn below_its_prefix_a_universe_serves_alone() {
    let (school, stoken) = two().await;
    let config = school.below("two", &stoken, "service/config", None).await.json();
    let urls = config["urls"].to_string();
    assert_eq!(urls.matches("http://quince.test/u/two/").count(), urls.matches("http").count());
    let config = school.v2_at("", Some(&stoken), "service/config", None).await.json();
    assert!(!config.to_string().contains("/u/two"), "only who comes by the prefix is sent there");
    for prefix in ["/u/default", ""] {
        let answer = school.v2_at(prefix, Some(&school.stoken), "users", None).await;
        assert_eq!(answer.status, StatusCode::OK);
    }
    // The credential alone finds it, too.
    let made = school.v2_at(
        "",
        Some(&stoken),
        "users/create",
        Some(json!({"users": [{"clientUserId": "x"}]})),
    );
    let event = made.await.json()["eventId"].clone();
    let events = school.done_by("GET", "/universes/two/events", Value::Null).await;
    assert_eq!(events["events"][0]["id"], event);
}

#[tokio::test]
async fn a_credential_of_another_universe_is_unknown_below_a_prefix() {
    let (school, stoken) = two().await;
    let answer = school.below("default", &stoken, "users", None).await;
    assert_eq!(told(&answer), (StatusCode::OK, 9622));
    let answer = school.below("two", &school.stoken, "users", None).await;
    assert_eq!(told(&answer), (StatusCode::UNAUTHORIZED, 9601), "by the settings of the prefix");
}

#[tokio::test]
async fn without_prefix_and_credential_the_default_universe_serves() {
    let (school, _) = two().await;
    let seq = async |id: &str| {
        school.done_by("GET", "/universes", Value::Null).await["universes"]
            .as_array()
            .unwrap()
            .iter()
            .find(|universe| universe["id"] == id)
            .map(|universe| universe["seq"].as_u64().unwrap())
            .unwrap()
    };
    let (default, two) = (seq("default").await, seq("two").await);
    let answer = school.v2_at("", Some("nonsense"), "users", None).await;
    assert_eq!(told(&answer), (StatusCode::OK, 9622));
    let answer = school.v2_at("", None, "users", None).await;
    assert_eq!(told(&answer), (StatusCode::UNAUTHORIZED, 9722));
    assert_eq!((seq("default").await, seq("two").await), (default + 2, two));
    let answer = school.v2_at("/u/two", Some("nonsense"), "users", None).await;
    assert_eq!(told(&answer), (StatusCode::UNAUTHORIZED, 9601));
    assert_eq!((seq("default").await, seq("two").await), (default + 2, two + 1));
}

#[tokio::test]
async fn an_unknown_token_can_get_a_universe_of_its_own() {
    let builder = Quince::builder().world("small-school").auto_universe(true);
    let school = Fixture::of(builder, "berlin").await;
    let token = |name: &str| STANDARD.encode(json!({"token": name, "orgName": "x"}).to_string());
    let body = || Some(json!({"users": [{"clientUserId": "mine"}]}));
    let (one, two) = (token("one"), token("two"));
    assert!(school.v2_at("", Some(&one), "users/create", body()).await.status.is_success());
    assert!(school.v2_at("", Some(&two), "users", None).await.status.is_success());
    let list = school.done_by("GET", "/universes", Value::Null).await;
    let ids: Vec<String> = list["universes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|universe| universe["id"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(ids.len(), 3, "{ids:?}");
    let automatic: Vec<&String> = ids.iter().filter(|id| id.starts_with("auto-")).collect();
    let mut events = 0;
    for id in automatic {
        let list = school.done_by("GET", &format!("/universes/{id}/events"), Value::Null).await;
        events += list["events"].as_array().unwrap().len();
    }
    assert_eq!(events, 1, "each has its own");
    let answer = school.v2_at("", Some("not well-formed"), "users", None).await;
    assert_eq!(told(&answer), (StatusCode::OK, 9622));
}

#[tokio::test]
async fn of_automatic_universes_there_are_a_thousand() {
    ledger!("bounds.universes");
    let builder = Quince::builder().world("empty").auto_universe(true);
    let quince = builder.clock(ClockMode::Manual).start().await.unwrap();
    let api = quince.api();
    for n in 0..1_010 {
        let token = STANDARD.encode(json!({"token": format!("t{n}")}).to_string());
        let request = quince::exchange::Request {
            method: Method::GET,
            path: "/mdm/v2/users".to_owned(),
            query: None,
            headers: [(header::AUTHORIZATION, format!("Bearer {token}").parse().unwrap())]
                .into_iter()
                .collect(),
            body: bytes::Bytes::new(),
            peer: None,
            scheme: quince::exchange::Scheme::Http,
            authority: None,
        };
        assert_eq!(api.respond(request).status, StatusCode::OK);
    }
    let school = Fixture { quince, stoken: String::new() };
    let list = school.done_by("GET", "/universes", Value::Null).await;
    assert_eq!(list["universes"].as_array().unwrap().len(), 1_001);
}

#[tokio::test]
async fn paths_and_methods_that_are_none_are_refused() {
    let school = Fixture::school().await;
    assert_eq!(school.problem("GET", "/nothing", Value::Null).await, "404 no-such-path -");
    assert_eq!(
        school.problem("GET", "/universes/none/clock", Value::Null).await,
        "404 no-such-universe -"
    );
    let answer = school.control("PUT", "/universes", json!({})).await;
    assert_eq!(
        (answer.status, &answer.headers[header::ALLOW]),
        (StatusCode::METHOD_NOT_ALLOWED, &"GET, POST".parse().unwrap())
    );
    assert_eq!(school.problem("GET", "/universes?x=1", Value::Null).await, "400 invalid -");
    let mut request = control_request("POST", "/universes", &Value::Null);
    *request.body_mut() = Full::from("{\"id\":");
    assert_eq!(school.send(request).await.json()["status"], 400);
    // The control API is not below a universe, and its prefix is a whole one.
    for path in ["/u/default/_quince/v1/universes", "/_quince/v1x", "/_quince/v2/universes"] {
        let request = Fixture::bare(Method::GET, path).body(Full::default()).unwrap();
        let answer = school.send(request).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert!(
            answer.text().starts_with("quince serves nothing at "),
            "{path}: {}",
            answer.text()
        );
    }
}

#[tokio::test]
async fn a_control_token_is_demanded() {
    let builder = Quince::builder().world("small-school").control_token("open-sesame");
    let school = Fixture::of(builder, "berlin").await;
    let with = async |value: &str| {
        let mut request = control_request("GET", "/universes", &Value::Null);
        request.headers_mut().insert(header::AUTHORIZATION, value.parse().unwrap());
        school.send(request).await.status
    };
    let told = school.problem("GET", "/universes", Value::Null).await;
    assert_eq!(told, "401 unauthorized -");
    let answer = school.control("GET", "/nothing", Value::Null).await;
    assert_eq!(answer.headers[header::WWW_AUTHENTICATE], "Bearer");
    assert_eq!(with("Bearer open-sesame").await, StatusCode::OK);
    for wrong in
        ["Bearer open", "open-sesame", "Basic open-sesame", &format!("Bearer {}", school.stoken)]
    {
        assert_eq!(with(wrong).await, StatusCode::UNAUTHORIZED, "{wrong}");
    }
    assert!(school.get("users").await.status.is_success(), "the services know nothing of it");
}

#[tokio::test]
async fn the_control_api_can_have_a_listener_of_its_own() {
    let loopback = "127.0.0.1:0".parse().unwrap();
    let quince = Quince::builder().world("small-school").clock(ClockMode::Manual);
    let quince = quince.control_listen(loopback).start().await.unwrap();
    let (url, control) = (quince.url(), quince.control_url());
    assert_ne!(control, format!("{url}/_quince/v1"));
    let school = Fixture { stoken: quince.universe("default").stoken("berlin"), quince };
    let answer = school.control("GET", "/universes", Value::Null).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    let at = school.quince.control_addr();
    let answer = school
        .send_to(&at.to_string(), control_request("POST", "/universes", &json!({"id": "x"})))
        .await;
    let made = answer.json();
    assert_eq!(made["url"], format!("{url}/u/x"));
    assert_eq!(made["control_url"], "http://quince.test/_quince/v1/universes/x");
    let request = Fixture::bare(Method::GET, "/mdm/v2/users").body(Full::default()).unwrap();
    assert_eq!(school.send_to(&at.to_string(), request).await.status, StatusCode::NOT_FOUND);
    let request = Fixture::bare(Method::GET, "/readyz").body(Full::default()).unwrap();
    assert_eq!(school.send_to(&at.to_string(), request).await.status, StatusCode::OK);
    assert!(school.get("users").await.status.is_success());
}

#[test]
fn whoever_can_be_reached_without_a_token_is_warned() {
    let warned = |arguments: &[&str]| {
        let process = Process::serve(arguments);
        let control = process.told("control_url").to_owned();
        (process.terminate().stderr.contains("without a token"), control)
    };
    let (safe, control) = warned(&["--auto-universe"]);
    assert!(!safe && control.ends_with("/_quince/v1"), "{control}");
    for level in ["warn", "off"] {
        let everywhere = ["--control-listen", "0.0.0.0:0", "--log", level];
        assert!(warned(&everywhere).0, "{level}");
    }
    assert!(!warned(&["--control-listen", "0.0.0.0:0", "--control-token", "t"]).0);
}
