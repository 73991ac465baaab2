//! The catalog (apple-metadata.md §3 to §8).

use insta::assert_json_snapshot;
use quince::scenario::verbs::VerbCall;
use serde_json::json;

use super::Shop;

const OWNED: &str = "/v1/catalog/us/stoken-authenticated-apps";

#[tokio::test]
async fn an_owned_app_looks_as_documented() {
    ledger!("metadata.question.11-extended-attributes", "metadata.question.12-version-info");
    let shop = Shop::open().await;
    // As a client in the wild asks.
    let path = format!(
        "{OWNED}?platform=iphone&additionalPlatforms=ipad,mac&extend%5Bapps%5D=latestVersionInfo&ids=100000001%2C999"
    );
    let mut found = shop.found(&path).await;
    let base = shop.fixture.quince.url();
    let text = serde_json::to_string(&found).unwrap();
    found =
        serde_json::from_str(&text.replace("http://quince.test", "{url}").replace(&base, "{url}"))
            .unwrap();
    assert_json_snapshot!(found);
}

#[tokio::test]
async fn platforms_say_which_binaries_are_told() {
    ledger!("metadata.question.13-web", "metadata.question.14-ipad");
    let shop = Shop::open().await;
    for (query, keys) in [
        ("platform=iphone", vec!["ios"]),
        ("platform=ipad&additionalPlatforms=iphone", vec!["ios"]),
        ("platform=mac", vec!["osx"]),
        ("platform=appletv&additionalPlatforms=realityDevice", vec!["appletvos", "xros"]),
        ("platform=web", vec!["ios", "osx", "appletvos", "xros"]),
    ] {
        let found = shop.found(&format!("{OWNED}?{query}&ids=100000001")).await;
        let attributes = &found["data"][0]["attributes"];
        let mut told: Vec<_> =
            attributes["platformAttributes"].as_object().unwrap().keys().cloned().collect();
        let mut keys: Vec<_> = keys.into_iter().map(str::to_owned).collect();
        told.sort();
        keys.sort();
        assert_eq!(told, keys, "{query}");
        let families = json!(["iphone", "ipad", "ipod", "mac", "tvos", "realityDevice", "watch"]);
        assert_eq!(attributes["deviceFamilies"], families, "all, whatever was asked for");
    }
}

#[tokio::test]
async fn a_book_looks_as_documented() {
    let shop = Shop::open().await;
    let mut found = shop
        .found("/v1/catalog/gb/stoken-authenticated-books?platform=ipad&ids=100000002&l=en-gb")
        .await;
    found["data"][0]["attributes"]["artwork"]["url"] = "...".into();
    assert_json_snapshot!(found);
}

#[tokio::test]
async fn ids_that_are_not_there_are_left_out_in_silence() {
    ledger!(
        "metadata.question.01-public-in-owned",
        "metadata.question.05-lists",
        "metadata.question.06-odd-ids"
    );
    let shop = Shop::open().await;
    let ids = shop
        .ids(&format!("{OWNED}?platform=iphone&ids=999,200000001,x,,100000001&ids=100000001,-1"))
        .await;
    assert_eq!(ids, ["200000001", "100000001"], "in the order of the request, each once");
    assert!(shop.ids(&format!("{OWNED}?platform=iphone&ids=100000002")).await.is_empty(), "a book");
    assert!(shop.ids("/v1/catalog/us/apps?platform=web&ids=999").await.is_empty());
}

#[tokio::test]
async fn purchases_are_asked_for_by_kind() {
    ledger!("metadata.question.16-purchases-platform");
    let shop = Shop::open().await;
    let path = "/v1/catalog/us/stoken-authenticated-purchases";
    let found =
        shop.ids(&format!("{path}?ids[apps]=100000001,100000002&ids[books]=100000002")).await;
    assert_eq!(found, ["100000001", "100000002"]);
    let web = shop.found(&format!("{path}?ids[apps]=100000001&platform=web")).await;
    assert_eq!(web["data"][0]["attributes"]["platformAttributes"].as_object().unwrap().len(), 4);
    assert_eq!(shop.refused(&format!("{path}?ids=100000001")).await.1, "40300", "of no kind");
}

#[tokio::test]
async fn subscriptions_are_in_app_products_of_their_app() {
    ledger!("metadata.question.17-in-apps");
    let shop = Shop::open().await;
    let buy = |adam_id: u64| {
        VerbCall::new("buy-seats")
            .with("location", "library")
            .with("adam_id", adam_id)
            .with("force", true)
    };
    let universe = shop.fixture.quince.universe("default");
    universe.act(&buy(6_740_000_017).with("parent_adam_id", 100_000_001)).unwrap();
    universe.act(&buy(6_740_000_018)).unwrap();
    let path = "/v1/catalog/us/stoken-authenticated-purchases?platform=web&ids[in-apps]=";
    let mut found = shop.found(&format!("{path}6740000017,6740000018,5")).await;
    assert_eq!(found["data"].as_array().unwrap().len(), 2);
    let app = found["data"][0]["relationships"]["app"]["data"].take();
    assert_eq!(app[0]["attributes"]["name"], "Inspection Pad");
    found["data"][0]["attributes"]["artwork"]["url"] = "...".into();
    assert_json_snapshot!(found["data"][0]);
    assert_eq!(shop.get("/v1/catalog/us/in-apps/6740000017?platform=web").await.status, 404);
}

#[tokio::test]
async fn what_was_made_for_an_organization_is_shown_to_it_alone() {
    let shop = Shop::open().await;
    let path = "/v1/catalog/de/stoken-authenticated-apps?platform=iphone&ids=100000003";
    assert!(shop.ids(path).await.is_empty());
    let yard = shop.fixture.quince.universe("default").stoken("yard");
    let found = shop.send(path, Some(&shop.developer), Some(&yard)).await.json();
    assert_eq!(found["data"][0]["attributes"]["isB2BCustomApp"], true);
    let public = shop
        .send("/v1/catalog/de/apps/100000003?platform=iphone", Some(&shop.developer), Some(&yard))
        .await;
    assert_eq!(public.status, 404);
}

#[tokio::test]
async fn a_product_is_sold_in_its_storefronts() {
    let shop = Shop::open().await;
    assert_eq!(shop.ids("/v1/catalog/DE/apps?platform=iphone&ids=200000002").await, ["200000002"]);
    assert!(shop.ids("/v1/catalog/us/apps?platform=iphone&ids=200000002").await.is_empty());
    let german = shop.found("/v1/catalog/de/apps/100000001?platform=iphone").await;
    let offer = &german["data"][0]["attributes"]["offers"][0];
    assert_eq!(
        (&offer["priceFormatted"], &offer["currencyCode"]),
        (&json!("4,99 €"), &json!("EUR"))
    );
}

#[tokio::test]
async fn schools_are_offered_twenty_at_a_time() {
    let shop = Shop::open().await;
    let offers = |found: &serde_json::Value| found["data"][0]["attributes"]["offers"].clone();
    let school = offers(&shop.found(&format!("{OWNED}?platform=iphone&ids=100000001")).await);
    assert_eq!(school[1]["quantity"], 20);
    assert!(school[0]["buyParams"].as_str().unwrap().contains("marketType=EDU"));
    let company = shop.fixture.quince.universe("default").stoken("yard");
    let found = shop
        .send(
            &format!("{OWNED}?platform=iphone&ids=100000001"),
            Some(&shop.developer),
            Some(&company),
        )
        .await;
    let company = offers(&found.json());
    assert_eq!(company.as_array().unwrap().len(), 1);
    assert!(company[0]["buyParams"].as_str().unwrap().contains("marketType=ENT"));
}

#[tokio::test]
async fn one_resource_is_there_or_not() {
    let shop = Shop::open().await;
    assert_eq!(shop.ids("/v1/catalog/us/apps/200000001?platform=iphone").await, ["200000001"]);
    assert_eq!(shop.ids("/v1/catalog/us/books/100000002?platform=iphone").await, ["100000002"]);
    for path in [
        "/v1/catalog/us/apps/100000002?platform=iphone",
        "/v1/catalog/us/apps/999?platform=iphone",
        "/v1/catalog/us/apps/999/genres?platform=iphone",
        "/v1/catalog/us/apps/100000001/reviews?platform=iphone",
        "/v1/catalog/us/genres/1",
        "/v1/storefronts/zz?platform=web",
        "/v1/catalog/us/songs",
    ] {
        assert_eq!(shop.get(path).await.status, 404, "{path}");
    }
    assert_json_snapshot!(shop.get("/v1/catalog/us/apps/999?platform=iphone").await.json());
}

#[tokio::test]
async fn genres_and_storefronts_are_listed() {
    ledger!("metadata.question.15-language-in-href", "metadata.question.24-storefront-numbers");
    let shop = Shop::open().await;
    assert_json_snapshot!(
        shop.found("/v1/catalog/us/apps/100000001/genres?platform=iphone&limit=10&l=en-US").await
    );
    assert_eq!(shop.ids("/v1/catalog/us/genres?ids=36,6000,1").await, ["36", "6000"]);
    assert_eq!(shop.ids("/v1/catalog/us/genres/38").await, ["38"]);
    assert_json_snapshot!(shop.found("/v1/storefronts/us?platform=web").await);
    assert_eq!(shop.ids("/v1/storefronts?platform=web&ids=us,zz,de").await, ["us", "de"]);
    assert_eq!(shop.ids("/v1/storefronts?platform=web&limit=2&offset=1").await, ["au", "be"]);
    assert!(shop.ids("/v1/storefronts?platform=web").await.len() > 20);
    assert!(shop.ids("/v1/storefronts?platform=web&offset=1000").await.is_empty());
}

#[tokio::test]
async fn bad_parameters_are_named() {
    ledger!(
        "metadata.question.02-platform",
        "metadata.question.03-storefront",
        "metadata.question.04-too-many-ids"
    );
    let shop = Shop::open().await;
    let ids = |count: usize| (1..=count).map(|n| n.to_string()).collect::<Vec<_>>().join(",");
    let base = "/v1/catalog/us";
    for (path, code, about) in [
        (format!("{base}/apps?ids=1"), "40003", json!("platform")),
        (format!("{base}/apps?ids=1&platform=iphone,mac"), "40005", json!("platform")),
        (
            format!("{base}/apps?ids=1&platform=web&additionalPlatforms=x"),
            "40005",
            json!("additionalPlatforms"),
        ),
        (format!("{base}/apps?platform=web"), "40003", json!("ids")),
        (format!("{base}/apps?platform=web&ids="), "40005", json!("ids")),
        (format!("{base}/apps?platform=web&ids={}", ids(101)), "40005", json!("ids")),
        (format!("{base}/books?platform=web&ids={}", ids(151)), "40005", json!("ids")),
        (format!("{base}/apps?platform=web&ids=1&l=xx"), "40005", json!("l")),
        (format!("{base}/apps/100000001/genres?platform=web&limit=11"), "40005", json!("limit")),
        (format!("{base}/genres"), "40003", json!("ids")),
        (format!("{base}/search?platform=web&types=apps"), "40003", json!("term")),
        (format!("{base}/search?platform=web&term=%20&types=apps"), "40005", json!("term")),
        (format!("{base}/search?platform=web&term=x"), "40003", json!("types")),
        (format!("{base}/search?platform=web&term=x&types=songs"), "40005", json!("types")),
        (format!("{base}/search?platform=web&term=x&types="), "40005", json!("types")),
        ("/v1/storefronts?platform=web&limit=x".to_owned(), "40005", json!("limit")),
        ("/v1/storefronts".to_owned(), "40003", json!("platform")),
        ("/v1/storefronts/us?platform=watch".to_owned(), "40005", json!("platform")),
        ("/v1/storefronts/us?platform=web&l=de-DE".to_owned(), "40005", json!("l")),
        ("/v1/catalog/zz/apps?platform=web&ids=1".to_owned(), "40008", json!(null)),
    ] {
        let (status, got, parameter) = shop.refused(&path).await;
        assert_eq!((status, got.as_str(), &parameter), (400, code, &about), "{path}");
    }
    let most = format!("{base}/apps?platform=web&ids={}", ids(100));
    assert!(shop.ids(&most).await.is_empty());
    let many = format!("{OWNED}?platform=web&ids={}", ids(300));
    assert!(shop.ids(&many).await.is_empty(), "of what is owned any number");
}
