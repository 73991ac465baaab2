//! Who may ask: developer tokens, content tokens (apple-metadata.md §2, §9).

use http::{Method, header};
use insta::assert_json_snapshot;
use quince::Quince;
use serde_json::{Value, json};

use super::{SHOP, Shop, developer_token, signed, today};
use crate::support::Fixture;

const APPS: &str = "/v1/catalog/us/stoken-authenticated-apps?platform=iphone&ids=100000001";

#[tokio::test]
async fn developer_tokens_are_looked_at() {
    ledger!("metadata.question.07-unauthorized-body", "catalog.developer-token");
    let shop = Shop::open().await;
    let now = today();
    let head = json!({"alg": "ES256", "kid": "ABCDE12345"});
    let claims = |exp: i64| json!({"iss": "TEAM567890", "iat": now, "exp": exp});
    let with = |alg: &str| signed(&json!({"alg": alg, "kid": "ABCDE12345"}), &claims(now + 60));
    let mut origin = claims(now + 60);
    origin["origin"] = json!(["https://shop.example"]);
    let unsigned = signed(&head, &claims(now + 60)).replace(".c2lnbmF0dXJl", ".");
    for (what, token) in [
        ("text", "nonsense".to_owned()),
        ("another algorithm", with("RS256")),
        ("no algorithm", with("none")),
        ("no key id", signed(&json!({"alg": "ES256"}), &claims(now + 60))),
        ("no issuer", signed(&head, &json!({"exp": now + 60}))),
        ("no end", signed(&head, &json!({"iss": "TEAM567890"}))),
        ("past its end", signed(&head, &claims(now - 5))),
        ("more than six months", signed(&head, &claims(now + 15_777_000 + 600))),
        ("for another origin", signed(&head, &origin)),
        ("without a signature", unsigned),
        ("the content token", shop.fixture.stoken.clone()),
    ] {
        let answer = shop.send(APPS, Some(&token), Some(&shop.fixture.stoken)).await;
        assert_eq!(answer.status, 401, "{what}");
        assert_eq!(answer.headers[header::CONTENT_TYPE], "application/json; charset=utf-8");
    }
    assert_eq!(shop.send(APPS, None, Some(&shop.fixture.stoken)).await.status, 401);
    assert_eq!(shop.send("/v1/test", None, None).await.status, 401);
    assert_eq!(shop.send("/v1/test", Some(&developer_token()), None).await.status, 200);
    let long = signed(&head, &claims(now + 15_777_000 - 600));
    assert_eq!(shop.send("/v1/test", Some(&long), None).await.status, 200);
}

#[tokio::test]
async fn any_developer_will_do_where_the_setting_says_so() {
    ledger!("catalog.developer-token");
    let builder = Quince::builder().world(SHOP).setting("catalog.developer_token", "any");
    let shop =
        Shop { fixture: Fixture::of(builder, "library").await, developer: "proxy".to_owned() };
    assert_eq!(shop.ids(APPS).await, ["100000001"]);
    assert_eq!(shop.send(APPS, None, Some(&shop.fixture.stoken)).await.status, 401, "but some");
}

#[tokio::test]
async fn without_a_content_token_or_ids_nothing_owned_is_told() {
    ledger!("metadata.question.08-developer-first", "metadata.question.09-expired-stoken");
    let shop = Shop::open().await;
    let stoken = shop.fixture.stoken.clone();
    let path = "/v1/catalog/us/stoken-authenticated-apps";
    let forbidden = shop.send(APPS, Some(&shop.developer), Some("unknown==")).await;
    assert_eq!(forbidden.status, 403);
    assert_json_snapshot!(forbidden.json());
    for (query, cookie) in [
        ("?platform=iphone&ids=100000001", None),
        ("?platform=iphone&ids=", Some(stoken.as_str())),
        ("?platform=iphone", Some(stoken.as_str())),
    ] {
        let answer = shop.send(&format!("{path}{query}"), Some(&shop.developer), cookie).await;
        assert_eq!(
            (answer.status.as_u16(), &answer.json()["errors"][0]["code"]),
            (403, &json!("40300")),
            "{query}"
        );
    }
    assert_eq!(shop.send(path, None, None).await.status, 401, "who asks is asked first");
    let revoke = quince::scenario::verbs::VerbCall::new("revoke-token").with("location", "library");
    shop.fixture.quince.universe("default").act(&revoke).unwrap();
    let revoked = shop.send(APPS, Some(&shop.developer), Some(&stoken)).await;
    assert_eq!(revoked.status, 403);
}

#[tokio::test]
async fn a_content_token_past_its_end_is_a_bad_one() {
    ledger!("metadata.question.09-expired-stoken", "metadata.question.23-bad-cookie");
    let builder = Quince::builder().world(SHOP).clock(quince::ClockMode::Manual);
    let fixture = Fixture::of(builder.setting("token.lifetime", "1d"), "yard").await;
    let shop = Shop { fixture, developer: developer_token() };
    let owned = "/v1/catalog/de/stoken-authenticated-apps?platform=iphone&ids=100000003";
    let old = "/WebObjects/MZStorePlatform.woa/wa/lookup?version=2&id=100000003";
    assert_eq!(shop.ids(owned).await, ["100000003"]);
    assert_eq!(shop.found(old).await["results"].as_object().unwrap().len(), 1);
    shop.fixture.advance("2d");
    assert_eq!(shop.refused(owned).await.1, "40300");
    assert_eq!(shop.found(old).await["results"], json!({}), "as without a cookie");
}

#[tokio::test]
async fn trouble_of_the_server_is_told_in_its_words() {
    let shop = Shop::open().await;
    let universe = shop.fixture.quince.universe("default");
    let on = json!({"operation": "metadata.catalog.apps.list", "nth": 1});
    let rule = |status: u16| {
        json!({"id": format!("down-{status}"), "on": on, "then": {"answer": {"status": status}}})
            .to_string()
    };
    for (status, title) in [
        (400, "Bad Request"),
        (403, "Forbidden"),
        (404, "Resource Not Found"),
        (500, "Internal Server Error"),
        (503, "Service Unavailable"),
    ] {
        universe.rule_json(&rule(status)).unwrap();
        let answer = shop.get("/v1/catalog/us/apps?platform=web&ids=1").await;
        assert_eq!(
            (answer.status.as_u16(), &answer.json()["errors"][0]["title"]),
            (status, &json!(title))
        );
    }
}

#[tokio::test]
async fn a_proxy_hands_the_content_token_over_in_a_header() {
    let shop = Shop::open().await;
    let request = Fixture::bare(Method::GET, APPS)
        .header(header::AUTHORIZATION, format!("Bearer {}", shop.developer))
        .header("vpp-token", &shop.fixture.stoken);
    assert_eq!(shop.ask(APPS, request).await.json()["data"][0]["id"], "100000001");
}

#[tokio::test]
async fn other_universes_are_found_by_their_content_token() {
    let shop = Shop::open().await;
    let other = shop.fixture.quince.create_universe(Some("other")).unwrap();
    let token = other.stoken("library");
    let found = shop.send(APPS, Some(&shop.developer), Some(&token)).await.json();
    let artwork = &found["data"][0]["attributes"]["platformAttributes"]["ios"]["artwork"]["url"];
    assert!(artwork.as_str().unwrap().starts_with("http://quince.test/u/other/artwork/"));
    let below = format!("/u/other{APPS}");
    assert_eq!(shop.send(&below, Some(&shop.developer), Some(&token)).await.status, 200);
    let mine = shop.send(&below, Some(&shop.developer), Some(&shop.fixture.stoken)).await;
    assert_eq!(mine.status, 403, "a token of another universe is unknown there");
}

#[tokio::test]
async fn rules_make_it_fail_in_its_own_words() {
    ledger!("metadata.question.10-too-many-requests");
    let shop = Shop::open().await;
    let universe = shop.fixture.quince.universe("default");
    let rule = |id: &str, operation: &str, then: Value| {
        let rule =
            json!({"id": id, "on": {"operation": operation, "nth": 1}, "then": {"answer": then}});
        universe.rule_json(&rule.to_string()).unwrap();
    };
    rule("busy", "metadata.catalog.authenticatedApps", json!({"status": 429}));
    let busy = shop.get(APPS).await;
    assert_eq!(
        (busy.status.as_u16(), &busy.headers[header::RETRY_AFTER]),
        (429, &"1".parse().unwrap())
    );
    assert_json_snapshot!(busy.json());
    rule("odd", "metadata.catalog.*", json!({"error": 40300}));
    assert_eq!(shop.get("/v1/storefronts/us").await.json()["errors"][0]["code"], "40300");
    rule("down", "metadata.catalog.*", json!({"status": 401}));
    assert_eq!(shop.get("/v1/storefronts/us").await.status, 401);
    rule("old", "metadata.lookup", json!({"status": 500}));
    let request = Fixture::bare(Method::GET, "/WebObjects/MZStorePlatform.woa/wa/lookup?id=1");
    let answer = shop.fixture.send(request.body(http_body_util::Full::default()).unwrap()).await;
    assert_eq!((answer.status.as_u16(), answer.body.len()), (500, 0));
}
