//! `GET /assets`: what is listed, and how it is filtered.

use serde_json::json;

use crate::support::Fixture;
use crate::support::lists::column;

/// One of each kind. 101 is there in two qualities; three of its standard licences are assigned.
const SHELF: &str = r#"
[[asset]]
adam_id   = "101"
total     = 10
platforms = ["iOS", "macOS"]
[[asset]]
adam_id       = "101"
pricing_param = "PLUS"
total         = 2
[[asset]]
adam_id           = "102"
total             = 3
device_assignable = false
[[asset]]
adam_id      = "103"
product_type = "Book"
total        = 5
[[asset]]
adam_id   = "104"
unlimited = true
platforms = ["iOS", "macOS", "tvOS", "watchOS", "visionOS"]
[[asset]]
adam_id = "105"
total   = 0
retired = 7
[[asset]]
adam_id   = "106"
total     = 4
revocable = false
platforms = []
[[user]]
client_user_id = "reader"
[[user]]
client_user_id = "gone"
status         = "Retired"
[[assignment]]
adam_id       = "101"
serial_number = "D1"
[[assignment]]
adam_id       = "101"
serial_number = "D2"
[[assignment]]
adam_id        = "101"
client_user_id = "reader"
[[assignment]]
adam_id        = "103"
client_user_id = "reader"
[[assignment]]
adam_id        = "103"
client_user_id = "gone"
[[assignment]]
adam_id       = "104"
serial_number = "D1"
"#;

async fn shelf(settings: &[(&str, &str)]) -> Fixture {
    Fixture::written(SHELF, settings).await
}

#[tokio::test]
async fn every_asset_has_every_member_in_order() {
    ledger!("v2.member-order", "v2.question.17-unlimited-available");
    let shelf = shelf(&[]).await;
    insta::assert_snapshot!(shelf.get("assets").await.transcript());
}

#[tokio::test]
async fn each_filter_leaves_what_fits() {
    let shelf = shelf(&[]).await;
    for (query, expected) in [
        ("", "101 101 102 103 104 105 106"),
        ("adamId=101", "101 101"),
        ("adamId=103", "103"),
        ("adamId=999", ""),
        ("adamId=10", ""),
        ("adamId=", ""),
        ("pricingParam=STDQ", "101 102 103 104 105 106"),
        ("pricingParam=PLUS", "101"),
        ("productType=App", "101 101 102 104 105 106"),
        ("productType=Book", "103"),
        ("revocable=true", "101 101 102 104 105"),
        ("revocable=false", "103 106"),
        ("deviceAssignable=true", "101 101 104 105 106"),
        ("deviceAssignable=false", "102 103"),
        ("minAvailableCount=0", "101 101 102 103 104 105 106"),
        ("minAvailableCount=-1", "101 101 102 103 104 105 106"),
        ("minAvailableCount=3", "101 102 103 104 106"),
        ("minAvailableCount=4", "101 104 106"),
        ("maxAvailableCount=2", "101 105"),
        ("maxAvailableCount=0", "105"),
        ("maxAvailableCount=-1", ""),
        ("minAvailableCount=2&maxAvailableCount=4", "101 102 103 106"),
        ("minAvailableCount=4&maxAvailableCount=2", ""),
        ("minAvailableCount=2147483647", ""),
        ("minAvailableCount=2147483646", "104"),
        ("minAssignedCount=1", "101 103 104"),
        ("minAssignedCount=2", "101 103"),
        ("maxAssignedCount=0", "101 102 105 106"),
        ("maxAssignedCount=1", "101 102 104 105 106"),
        ("minAssignedCount=3&maxAssignedCount=3", "101"),
        ("pageIndex=0&adamId=101&pricingParam=PLUS", "101"),
        ("adamId=101&pricingParam=STDQ&productType=Book", ""),
        ("revocable=true&deviceAssignable=true&maxAssignedCount=0", "101 105"),
        ("productType=App&revocable=false&minAvailableCount=4&deviceAssignable=true", "106"),
    ] {
        assert_eq!(shelf.column(&format!("assets?{query}"), "adamId").await, expected, "{query}");
    }
    let plus = shelf.get("assets?adamId=101&pricingParam=PLUS").await.json();
    assert_eq!(column(&plus["assets"], "availableCount"), "2");
}

#[tokio::test]
async fn a_value_that_is_none_of_its_type_is_refused() {
    let shelf = shelf(&[]).await;
    for query in [
        "pricingParam=stdq",
        "pricingParam=",
        "productType=app",
        "productType=Subscription",
        "revocable=yes",
        "revocable=1",
        "revocable=TRUE",
        "deviceAssignable=",
        "unlimited=0",
        "minAvailableCount=",
        "minAvailableCount=1.0",
        "maxAvailableCount=many",
        "minAssignedCount=2147483648",
        "maxAssignedCount=-2147483649",
        "pageIndex=first",
        // One bad value is enough.
        "adamId=101&revocable=maybe",
    ] {
        assert_eq!(shelf.refusal(&format!("assets?{query}")).await, (400, 9602), "{query}");
    }
}

#[tokio::test]
async fn of_a_parameter_that_comes_twice_the_first_counts() {
    let shelf = shelf(&[]).await;
    let twice = shelf.get("assets?adamId=103&adamId=101").await;
    assert_eq!(column(&twice.json()["assets"], "adamId"), "103");
    assert_eq!(twice.lints(), "repeated-parameter");
}

#[tokio::test]
async fn names_are_case_sensitive_and_the_unknown_is_a_lint() {
    let shelf = shelf(&[]).await;
    let odd = shelf.get("assets?AdamId=103&pageSize=500&limit=1").await;
    assert_eq!(column(&odd.json()["assets"], "adamId"), "101 101 102 103 104 105 106");
    assert_eq!(odd.lints(), "unknown-parameter");
    assert_eq!(shelf.get("assets?adamId=103").await.lints(), "");
}

#[tokio::test]
async fn escapes_in_a_query_are_read() {
    let shelf = shelf(&[]).await;
    assert_eq!(shelf.column("assets?adam%49d=%31%30%33", "adamId").await, "103");
    assert_eq!(shelf.column("assets?&adamId=103&", "adamId").await, "103");
    assert_eq!(shelf.column("assets?adamId=103%20", "adamId").await, "");
}

#[tokio::test]
async fn an_unknown_product_is_an_empty_list_of_one_page() {
    ledger!("v2.question.14-empty-list");
    let shelf = shelf(&[]).await;
    insta::assert_snapshot!(shelf.get("assets?adamId=999").await.transcript());
    // The one page is there; there is no second.
    assert_eq!(shelf.get("assets?adamId=999&pageIndex=0").await.json()["size"], 0);
    assert_eq!(shelf.refusal("assets?adamId=999&pageIndex=1").await, (400, 9650));
}

#[tokio::test]
async fn unlimited_assets_are_among_the_others_apart_or_nowhere() {
    ledger!("v2.question.16-unlimited-lists", "v2.question.17-unlimited-available");
    let shelf = shelf(&[]).await;
    let absent = shelf.get("assets").await.json();
    assert!(absent.get("unlimitedAssets").is_none());
    let among = &absent["assets"][4];
    assert_eq!(
        [&among["totalCount"], &among["assignedCount"], &among["availableCount"]],
        [2_147_483_647, 1, 2_147_483_646]
    );

    let without = shelf.get("assets?unlimited=false").await.json();
    assert!(without.get("unlimitedAssets").is_none());
    assert_eq!(column(&without["assets"], "adamId"), "101 101 102 103 105 106");

    let apart = shelf.get("assets?unlimited=true").await;
    insta::assert_snapshot!(apart.text());
    assert_eq!(column(&apart.json()["assets"], "adamId"), "101 101 102 103 105 106");
}

#[tokio::test]
async fn with_both_the_unlimited_are_apart_and_among_the_others() {
    ledger!("v2.question.16-unlimited-lists");
    let shelf = shelf(&[("v2.unlimited_lists", "both")]).await;
    let both = shelf.get("assets?unlimited=true").await.json();
    assert_eq!(column(&both["assets"], "adamId"), "101 101 102 103 104 105 106");
    assert_eq!(column(&both["unlimitedAssets"], "adamId"), "104");
    // Without the parameter or with false nothing is different.
    assert_eq!(shelf.column("assets?unlimited=false", "adamId").await, "101 101 102 103 105 106");
    assert!(shelf.get("assets").await.json().get("unlimitedAssets").is_none());
}

#[tokio::test]
async fn filters_hold_for_unlimited_assets_too() {
    let shelf = shelf(&[]).await;
    for (query, assets, unlimited) in [
        ("adamId=104", "", "104"),
        ("adamId=103", "103", ""),
        ("productType=Book", "103", ""),
        ("minAssignedCount=1", "101 103", "104"),
        ("minAssignedCount=2", "101 103", ""),
        ("revocable=false", "103 106", ""),
    ] {
        let answer = shelf.get(&format!("assets?unlimited=true&{query}")).await.json();
        let lists = ["assets", "unlimitedAssets"].map(|list| column(&answer[list], "adamId"));
        assert_eq!(lists, [assets, unlimited], "{query}");
    }
}

#[tokio::test]
async fn counts_move_with_assignments_and_the_total_stays() {
    ledger!("v2.question.08-pairs-already-so");
    let shelf = shelf(&[]).await;
    let counts = async || {
        let asset = shelf.get("assets?adamId=101&pricingParam=STDQ").await.json();
        ["assignedCount", "availableCount", "totalCount", "retiredCount"]
            .map(|name| asset["assets"][0][name].as_u64().unwrap())
    };
    assert_eq!(counts().await, [3, 7, 10, 0]);
    let asset = json!([{"adamId": "101"}]);
    let body = json!({"assets": asset, "serialNumbers": ["D3", "D4"], "clientUserIds": ["reader"]});
    // The reader has it already, which counts as done.
    let status = shelf.done("assets/associate", &body).await;
    assert_eq!((&status["eventStatus"], &status["numCompleted"]), (&json!("COMPLETE"), &json!(3)));
    assert_eq!(counts().await, [5, 5, 10, 0]);
    for _ in 0..2 {
        // The second time nobody has it any more, which counts as done too.
        let status = shelf.done("assets/disassociate", &body).await;
        assert_eq!(status["numCompleted"], 3);
        assert_eq!((counts().await, &status["eventStatus"]), ([2, 8, 10, 0], &json!("COMPLETE")));
    }
    shelf.done("assets/revoke", json!({"serialNumbers": ["D1", "D2"]})).await;
    assert_eq!(counts().await, [0, 10, 10, 0]);
}

#[tokio::test]
async fn retired_licences_are_no_part_of_the_total() {
    ledger!("setting.assets.retired_count");
    let shelf = shelf(&[]).await;
    let refunded = &shelf.get("assets?adamId=105").await.json()["assets"][0];
    assert_eq!((&refunded["retiredCount"], &refunded["totalCount"]), (&json!(7), &json!(0)));
}

#[tokio::test]
async fn the_books_of_retired_users_count_as_retired_if_that_is_wanted() {
    ledger!("setting.assets.retired_count", "v2.question.32-retired-users-assignments");
    for (value, before, after) in [("refunded", 0, 0), ("+retired_users", 1, 2)] {
        let shelf = shelf(&[("assets.retired_count", value)]).await;
        let book = async || shelf.get("assets?adamId=103").await.json()["assets"][0].clone();
        assert_eq!(book().await["retiredCount"], before, "{value}");
        let retired = shelf.done("users/retire", json!({"users": [{"clientUserId": "reader"}]}));
        assert_eq!(retired.await["eventStatus"], "COMPLETE");
        let book = book().await;
        assert_eq!(book["retiredCount"], after, "{value}");
        // Either way what is with them is assigned, and part of the total.
        assert_eq!((&book["assignedCount"], &book["totalCount"]), (&json!(2), &json!(5)));
        // The app came back.
        assert_eq!(shelf.column("assets?adamId=101", "assignedCount").await, "2 0");
    }
}
