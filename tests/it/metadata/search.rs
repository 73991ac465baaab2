//! Search (apple-metadata.md §4, §15 questions 18 and 19).

use super::Shop;

#[tokio::test]
async fn products_are_found_by_name_and_maker() {
    ledger!("metadata.question.18-search", "metadata.question.19-target-platform");
    let shop = Shop::open().await;
    for (query, ids) in [
        ("term=inspection&types=apps", vec!["200000001", "100000001"]),
        ("term=NORTHWIND&types=apps,books", vec!["100000001"]),
        ("term=field&types=apps", vec![]),
        ("term=field&types=books&types=apps", vec!["100000002"]),
        ("term=inspection&types=apps&filter[genre]=6017", vec!["200000001"]),
        ("term=inspection&types=apps&filter[targetPlatform]=mac", vec!["100000001"]),
        (
            "term=inspection&types=apps&filter%5BtargetPlatforms%5D=iphone,mac",
            vec!["200000001", "100000001"],
        ),
        ("term=yard&types=apps", vec![]),
        ("term=stempel&types=apps", vec![]),
        ("term=nothing%20like%20it&types=apps", vec![]),
    ] {
        let found = shop.ids(&format!("/v1/catalog/us/search?platform=iphone&{query}")).await;
        assert_eq!(found, ids, "{query}");
    }
}

#[tokio::test]
async fn at_most_twenty_five_are_found() {
    let shop =
        crate::support::Fixture::of(quince::Quince::builder().world("demo"), "hamburg").await;
    let shop = Shop { fixture: shop, developer: super::developer_token() };
    let found = shop.ids("/v1/catalog/us/search?platform=web&term=e&types=apps,books").await;
    assert_eq!(found.len(), 25);
}
