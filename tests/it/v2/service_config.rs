//! Service Config: what a client reads first, without a token.

use http::{Method, header};
use http_body_util::Full;
use quince::Quince;
use serde_json::{Value, json};

use crate::support::{Answer, Fixture};

/// The numbers that the documented example lists (apple-v2.md §13.4, mark C).
const LISTED: [u64; 38] = [
    9601, 9602, 9603, 9609, 9621, 9625, 9634, 9646, 9650, 9700, 9701, 9702, 9703, 9704, 9705, 9706,
    9707, 9708, 9709, 9710, 9711, 9712, 9713, 9714, 9715, 9716, 9717, 9718, 9719, 9720, 9721, 9722,
    9723, 9724, 9725, 9726, 9727, 9728,
];

async fn school(settings: &[(&str, &str)]) -> Fixture {
    let builder = Quince::builder().world("small-school");
    let builder =
        settings.iter().fold(builder, |builder, (key, value)| builder.setting(key, value));
    Fixture::of(builder, "berlin").await
}

/// Asks without a token, or with this one.
async fn ask(fixture: &Fixture, token: Option<&str>) -> Answer {
    let mut request = fixture.bare(Method::GET, "/mdm/v2/service/config");
    if let Some(token) = token {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    fixture.send(request.body(Full::default()).unwrap()).await
}

fn numbers(config: &Value) -> Vec<u64> {
    let codes = config["errorCodes"].as_array().unwrap();
    codes.iter().map(|code| code["errorNumber"].as_u64().unwrap()).collect()
}

#[tokio::test]
async fn limits_errors_types_and_urls_are_told_to_anybody() {
    ledger!("v2.conflict.02-service-config-token");
    let school = Fixture::school().await;
    let answer = ask(&school, None).await;
    // A line for each error, and for each of the other parts.
    insta::assert_snapshot!(answer.transcript().replace("},", "},\n"));
    // Whatever token comes along is not looked at.
    let withdrawn = Fixture::of(Quince::builder().world("edge-cases"), "withdrawn").await;
    let stoken = withdrawn.stoken.clone();
    assert_eq!(withdrawn.get("assets").await.json()["errorNumber"], 9625);
    for token in [Some(stoken.as_str()), Some("garbage"), None] {
        assert_eq!(ask(&withdrawn, token).await.text(), answer.text(), "{token:?}");
    }
}

#[tokio::test]
async fn a_token_is_demanded_where_it_is_said_so() {
    ledger!("v2.conflict.02-service-config-token");
    let required = [("v2.service_config_auth", "required")];
    let school = school(&required).await;
    assert_eq!(ask(&school, None).await.json()["errorNumber"], 9722);
    assert_eq!(ask(&school, Some("garbage")).await.json()["errorNumber"], 9622);
    assert_eq!(numbers(&ask(&school, Some(&school.stoken)).await.json()).len(), 46);
    let world = Quince::builder().world("edge-cases").setting(required[0].0, required[0].1);
    let withdrawn = Fixture::of(world, "withdrawn").await;
    assert_eq!(ask(&withdrawn, Some(&withdrawn.stoken)).await.json()["errorNumber"], 9625);
}

#[tokio::test]
async fn subscriptions_are_listed_or_the_example_is_taken_by_its_letter() {
    ledger!("v2.conflict.09-notification-types");
    let types = ["ASSET_MANAGEMENT", "USER_MANAGEMENT", "USER_ASSOCIATED", "ASSET_COUNT"];
    let extended = ask(&school(&[]).await, None).await.json();
    let all: Vec<u64> = LISTED.into_iter().chain(9811..=9818).collect();
    assert_eq!(numbers(&extended), all);
    let subscriptions = ["SUBSCRIPTION_MANAGEMENT", "SUBSCRIPTION_COUNT"];
    assert_eq!(extended["notificationTypes"], json!([&types[..], &subscriptions].concat()));

    let apple = ask(&school(&[("v2.service_config", "apple")]).await, None).await.json();
    assert_eq!(numbers(&apple), LISTED);
    assert_eq!(apple["notificationTypes"], json!(types));
}

#[tokio::test]
async fn the_request_limit_is_announced_or_not() {
    ledger!("v2.conflict.10-request-limit-announced");
    let announced = ask(&school(&[]).await, None).await.json();
    assert_eq!(announced["limits"]["maxRequestPerSecond"], 15);
    let mut silent = ask(&school(&[("v2.announce_rate_limit", "off")]).await, None).await.json();
    assert_eq!(silent["limits"].get("maxRequestPerSecond"), None);
    silent["limits"]["maxRequestPerSecond"] = json!(15);
    assert_eq!(silent, announced, "nothing else differs");
}

#[tokio::test]
async fn urls_lead_back_to_where_the_client_came_from() {
    let school = Fixture::school().await;
    for host in ["quince.test", "localhost:8080", "[::1]:8080", "vpp.mdm.example"] {
        let request = http::Request::get("/mdm/v2/service/config").header(header::HOST, host);
        let config = school.send(request.body(Full::default()).unwrap()).await.json();
        let urls = config["urls"].as_object().unwrap();
        assert_eq!(urls.len(), 13);
        let base = format!("http://{host}/");
        for (name, url) in urls {
            assert!(url.as_str().unwrap().starts_with(&base), "{host}: {name} is {url}");
        }
        assert_eq!(urls["getAssets"], format!("{base}mdm/v2/assets"));
    }
    // They are live: a client that follows them finds the endpoints.
    let config = ask(&school, None).await.json();
    for name in ["clientConfig", "getUsers", "getAssets", "getAssignments"] {
        let path = config["urls"][name].as_str().unwrap().replace("http://quince.test/mdm/v2/", "");
        assert_eq!(school.get(&path).await.status, 200, "{name}");
    }
}

#[tokio::test]
async fn a_public_url_beats_what_the_client_called() {
    let builder = Quince::builder().world("small-school").public_url("https://vpp.example:8443/q");
    let school = Fixture::of(builder, "berlin").await;
    let config = ask(&school, None).await.json();
    assert_eq!(config["urls"]["eventStatus"], "https://vpp.example:8443/q/mdm/v2/status");
    assert_eq!(
        config["urls"]["invitationEmail"],
        "https://vpp.example:8443/q/WebObjects/MZFinance.woa/wa/associateVPPUserWithITSAccount?inviteCode=%25inviteCode%25&mt=8"
    );
}
