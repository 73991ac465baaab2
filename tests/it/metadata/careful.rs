//! Mistakes of clients: parameters that there are not, methods that are none, secrets in the journal.

use http::{Method, header};
use quince::Quince;
use quince::scenario::operations::OPERATIONS;
use quince::scenario::verbs::VerbCall;
use serde_json::{Value, json};

use super::{SHOP, Shop, developer_token};
use crate::support::Fixture;

const LOOKUP: &str = "/WebObjects/MZStorePlatform.woa/wa/lookup";

/// A call of each operation, with every parameter that is documented for it.
const WELL_FORMED: [&str; 17] = [
    "/v1/catalog/us/stoken-authenticated-apps?platform=iphone&additionalPlatforms=ipad,mac&extend%5Bapps%5D=latestVersionInfo&ids=100000001",
    "/v1/catalog/us/stoken-authenticated-books?platform=ipad&extend=description&ids=100000002&l=en-US&include=genres",
    "/v1/catalog/us/stoken-authenticated-purchases?platform=web&ids[apps]=1&ids[books]=2&ids[in-apps]=3&relate[apps]=genres",
    "/v1/catalog/us/apps?platform=web&ids=1",
    "/v1/catalog/us/apps/100000001?platform=web&extend=websiteUrl",
    "/v1/catalog/us/apps/100000001/genres?platform=web&limit=3",
    "/v1/catalog/us/books?platform=web&ids=2",
    "/v1/catalog/us/books/100000002?platform=web",
    "/v1/catalog/us/books/100000002/genres?platform=web",
    "/v1/catalog/us/genres?ids=36&l=en-US",
    "/v1/catalog/us/genres/36",
    "/v1/catalog/us/search?platform=web&term=a&types=apps&filter[genre]=6000&filter[targetPlatform]=mac",
    "/v1/storefronts?platform=web&limit=1&offset=2",
    "/v1/storefronts/us?platform=web&l=es-MX",
    "/v1/test",
    "/WebObjects/MZStorePlatform.woa/wa/lookup?version=2&id=100000001&p=mdm-lockup&caller=MDM&platform=enterprisestore&cc=us&l=en",
    "/artwork/100000001/AppIcon.png/8x8bb.png",
];

async fn plainly(shop: &Shop, method: Method, path: &str) -> crate::support::Answer {
    let request = Fixture::bare(method, path)
        .header(header::AUTHORIZATION, format!("Bearer {}", shop.developer))
        .header(header::COOKIE, format!("itvt={}", shop.fixture.stoken));
    shop.fixture.send(request.body(http_body_util::Full::default()).unwrap()).await
}

#[tokio::test]
async fn a_parameter_that_there_is_not_is_noticed() {
    let shop = Shop::open().await;
    for path in WELL_FORMED {
        let answer = plainly(&shop, Method::GET, path).await;
        assert_eq!(
            (answer.status.as_u16(), answer.headers.get("quince-lint")),
            (200, None),
            "{path}"
        );
        let mark = if path.contains('?') { '&' } else { '?' };
        let odd = plainly(&shop, Method::GET, &format!("{path}{mark}limits=1&limits=2")).await;
        assert_eq!(
            (odd.status.as_u16(), odd.headers["quince-lint"].to_str().unwrap()),
            (200, "unknown-parameter"),
            "{path}"
        );
        assert_eq!(odd.body, answer.body, "it changes nothing: {path}");
    }
    let lints = shop.fixture.control("GET", "/universes/default/lints", Value::Null).await.json();
    let all = json!([{"name": "unknown-parameter", "count": 17, "first": 2, "about": "limits"}]);
    assert_eq!(lints["lints"], all);
    let path = "/v1/catalog/us/stoken-authenticated-purchases?platform=web&ids=1&ids[apps]=1";
    assert_eq!(shop.get(path).await.headers["quince-lint"], "unknown-parameter", "ids of no kind");
}

#[tokio::test]
async fn strict_says_what_it_noticed() {
    let builder = Quince::builder().world(SHOP).strict(true);
    let fixture = Fixture::of(builder, "library").await;
    let shop = Shop { fixture, developer: developer_token() };
    for path in WELL_FORMED {
        assert_eq!(plainly(&shop, Method::GET, path).await.status, 200, "{path}");
    }
    let odd = shop.get("/v1/catalog/us/apps/100000001?platform=web&fields=name").await;
    let error = &odd.json()["errors"][0];
    assert_eq!((odd.status.as_u16(), &error["code"]), (400, &json!("40000")));
    assert_eq!(error["detail"], "Lints are errors here: unknown-parameter (fields)");
    let old = plainly(&shop, Method::GET, &format!("{LOOKUP}?version=2&ids=1")).await;
    assert_eq!(
        (old.status.as_u16(), &old.headers["quince-lint"]),
        (400, &"unknown-parameter".parse().unwrap())
    );
    let anonymous = shop.send("/v1/test?x=1", None, None).await;
    assert_eq!(anonymous.status, 401, "who asks is asked first");
}

#[tokio::test]
async fn everything_is_read_and_nothing_written() {
    let shop = Shop::open().await;
    for path in WELL_FORMED {
        let head = plainly(&shop, Method::HEAD, path).await;
        assert_eq!((head.status.as_u16(), head.body.len()), (200, 0), "{path}");
        for method in [Method::POST, Method::PUT, Method::DELETE, Method::OPTIONS] {
            let answer = plainly(&shop, method, path).await;
            assert_eq!(answer.status, 405, "{path}");
            assert_eq!(answer.headers[header::ALLOW], "GET, HEAD");
            let is_told = path.starts_with("/v1/");
            assert_eq!(answer.body.is_empty(), !is_told, "{path}");
            if is_told {
                super::SCHEMAS.check("catalog.errors", &answer.json());
                assert_eq!(answer.json()["errors"][0]["code"], "40500");
            }
        }
    }
}

#[tokio::test]
async fn a_rule_can_name_every_operation() {
    let shop = Shop::open().await;
    let universe = shop.fixture.quince.universe("default");
    for path in WELL_FORMED {
        let bare = path.split('?').next().unwrap();
        let name = quince::api::metadata::find(bare).unwrap().operation();
        assert!(OPERATIONS.contains(&name), "{name}");
        let rule = json!({
            "id": name.to_lowercase(),
            "on": {"operation": name},
            "then": {"answer": {"status": 503}},
        });
        universe.rule_json(&rule.to_string()).unwrap();
        assert_eq!(plainly(&shop, Method::GET, path).await.status, 503, "{path}");
    }
}

#[tokio::test]
async fn what_is_sold_in_an_app_is_seen_by_who_sees_the_app() {
    ledger!("metadata.question.17-in-apps");
    let shop = Shop::open().await;
    let universe = shop.fixture.quince.universe("default");
    let buy = |adam_id: u64, parent: u64| {
        let call = VerbCall::new("buy-seats").with("location", "yard").with("force", true);
        universe.act(&call.with("adam_id", adam_id).with("parent_adam_id", parent)).unwrap();
    };
    buy(6_740_000_031, 100_000_003);
    buy(6_740_000_032, 100_000_004);
    let path = "/v1/catalog/us/stoken-authenticated-purchases?platform=web&ids[in-apps]=6740000031,6740000032";
    assert_eq!(shop.ids(path).await, ["6740000032"], "the other's app was made for somebody else");
    let yard = universe.stoken("yard");
    let found = shop.send(path, Some(&shop.developer), Some(&yard)).await.json();
    assert_eq!(found["data"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn nothing_secret_is_told_of_a_call() {
    let shop = Shop::open().await;
    let owned = WELL_FORMED[0];
    plainly(&shop, Method::GET, owned).await;
    let proxied = Fixture::bare(Method::GET, owned)
        .header(header::AUTHORIZATION, format!("Bearer {}", shop.developer))
        .header("vpp-token", &shop.fixture.stoken);
    shop.ask(owned, proxied).await;
    // Where a client puts it that read of another service of the same company.
    let key = shop.fixture.quince.universe("default").applivery().unwrap().key().to_owned();
    let misplaced =
        Fixture::bare(Method::GET, "/v1/organizations/library").header("X-Api-Token", &key);
    let answer = shop.fixture.send(misplaced.body(http_body_util::Full::default()).unwrap()).await;
    assert_eq!(answer.json()["error"]["code"], 4002);
    for what in ["journal", "journal?canonical=true", "state?redact=true", "lints"] {
        let path = format!("/universes/default/{what}");
        let text = shop.fixture.control("GET", &path, Value::Null).await.text();
        for secret in [&shop.fixture.stoken, &shop.developer, &key] {
            assert!(!text.contains(secret.as_str()), "{what}: {text}");
        }
    }
}

#[test]
fn what_is_made_for_one_of_two_names_alike_is_refused() {
    let world = "[[organization]]\nkey = \"one\"\nname = \"Same\"\n\
        [[organization]]\nkey = \"two\"\nname = \"Same\"\n\
        [[location]]\nkey = \"main\"\norganization = \"one\"\n\
        [[product]]\nadam_id = \"1\"\ncustom_of = \"one\"\n";
    let format = quince::snapshot::world_file::Format::Toml;
    let error = quince::snapshot::world_file::read("w.toml", world, format, 1).unwrap_err();
    let wanted = "several organizations are called `Same`; give `one` a name of its own";
    assert!(error.to_string().contains(wanted), "{error}");
}
