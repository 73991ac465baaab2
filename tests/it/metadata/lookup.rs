//! The older lookup (apple-metadata.md §12, §13).

use http::header;
use insta::assert_json_snapshot;
use serde_json::{Value, json};

use super::Shop;
use crate::support::Fixture;

const PATH: &str = "/WebObjects/MZStorePlatform.woa/wa/lookup";

impl Shop {
    /// Without any token.
    async fn lookup(&self, query: &str) -> Value {
        self.send(&format!("{PATH}?{query}"), None, None).await.json()
    }
}

#[tokio::test]
async fn an_app_looks_as_documented() {
    let shop = Shop::open().await;
    let mut found = shop
        .lookup(
            "version=2&id=100000001&p=mdm-lockup&caller=MDM&platform=enterprisestore&cc=us&l=en",
        )
        .await;
    found["results"]["100000001"]["artwork"]["url"] = "...".into();
    assert_json_snapshot!(found);
}

#[tokio::test]
async fn the_older_version_has_numbers_and_ready_pictures() {
    ledger!("metadata.question.21-version-1");
    let shop = Shop::open().await;
    for query in ["version=1&id=100000001", "id=100000001"] {
        let found = shop.lookup(query).await;
        let item = &found["results"]["100000001"];
        assert_eq!((&found["version"], &item["id"]), (&json!(1), &json!(100_000_001)));
        assert_eq!(item["artwork"][2]["width"], 512);
    }
}

#[tokio::test]
async fn what_is_not_found_is_silence() {
    ledger!("metadata.question.20-missing-parameters", "metadata.question.23-bad-cookie");
    let shop = Shop::open().await;
    let none = json!({});
    for query in [
        "version=2",
        "version=2&id=999",
        "version=2&id=x",
        "version=2&id=200000002&cc=us",
        "version=2&id=100000001&cc=zz",
        "version=2&id=100000003",
    ] {
        assert_eq!(shop.lookup(query).await["results"], none, "{query}");
    }
    let bad = shop
        .send(&format!("{PATH}?version=2&id=100000003,100000001"), None, Some("nonsense"))
        .await
        .json();
    assert_eq!(bad["results"].as_object().unwrap().keys().collect::<Vec<_>>(), ["100000001"]);
    assert_eq!(
        shop.lookup("version=2&id=200000002&cc=DE").await["results"]["200000002"]["name"],
        "Stempel"
    );
}

#[tokio::test]
async fn the_cookie_shows_what_was_made_for_its_organization() {
    let shop = Shop::open().await;
    let yard = shop.fixture.quince.universe("default").stoken("yard");
    let found =
        shop.send(&format!("{PATH}?version=2&id=100000003"), None, Some(&yard)).await.json();
    assert_eq!(found["results"]["100000003"]["isB2BCustomApp"], true);
    assert_eq!(found["isAuthenticated"], false, "never, even so");
    assert_eq!(found["meta"]["storefront"], json!({"id": "143443", "cc": "DE"}), "where it is");
}

#[tokio::test]
async fn books_and_mac_apps_have_kinds_of_their_own() {
    ledger!("metadata.question.22-kinds");
    let shop = Shop::open().await;
    let kind =
        async |query: &str, id: &str| shop.lookup(query).await["results"][id]["kind"].clone();
    assert_eq!(kind("version=2&id=100000002", "100000002").await, "ebook");
    assert_eq!(kind("version=2&id=100000004", "100000004").await, "desktopApp");
    assert_eq!(
        kind("version=2&id=100000001&platform=volumestore", "100000001").await,
        "iosSoftware"
    );
    assert_eq!(
        kind("version=2&id=100000001&platform=macappstore", "100000001").await,
        "desktopApp"
    );
}

#[tokio::test]
async fn service_config_leads_there() {
    let shop = Shop::open().await;
    let config = shop.fixture.get("service/config").await.json();
    let url = config["urls"]["contentMetadataLookup"].as_str().unwrap();
    let path = url.strip_prefix("http://quince.test").unwrap();
    let request = Fixture::bare(http::Method::GET, &format!("{path}?version=2&id=100000001"));
    let answer = shop.ask(path, request).await;
    assert_eq!(answer.headers[header::CONTENT_TYPE], "application/json");
    assert_eq!(answer.json()["results"]["100000001"]["bundleId"], "com.example.inspection");
}
