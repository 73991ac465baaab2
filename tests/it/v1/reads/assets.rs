//! `getVPPAssetsSrv`.

use serde_json::json;

use super::{column, list, shown};
use crate::support::Fixture;

const SERVICE: &str = "getVPPAssetsSrv";

const LIBRARY: &str = r#"
[[asset]]
adam_id   = "900000003"
total     = 18
retired   = 10
platforms = ["macOS"]
device_assignable = false

[[asset]]
adam_id = "900000001"
total   = 2

[[asset]]
adam_id       = "88"
pricing_param = "PLUS"
product_type  = "Book"
total         = 5

[[asset]]
adam_id       = "88"
product_type  = "Book"
total         = 5

[[asset]]
adam_id   = "700"
unlimited = true

[[assignment]]
adam_id       = "900000001"
serial_number = "C1"
"#;

#[tokio::test]
async fn assets_come_as_documented() {
    ledger!("v1.assets.order", "v1.licences.unlimited");
    let fixture = Fixture::written(LIBRARY, &[]).await;
    let plain = fixture.v1(SERVICE, json!({})).await;
    assert_eq!(column(list(&plain), "adamIdStr"), "88 88 700 900000001 900000003");
    assert_eq!(column(list(&plain), "totalCount"), "- - - - -");
    assert_eq!(plain["totalCount"], 5);
    insta::assert_snapshot!(shown(
        &fixture.v1(SERVICE, json!({"includeLicenseCounts": "true"})).await
    ));
    let plus = fixture.v1(SERVICE, json!({"pricingParam": "PLUS"})).await;
    assert_eq!((column(list(&plus), "adamIdStr"), &plus["totalCount"]), ("88".into(), &json!(1)));
    for wrong in [json!({"pricingParam": "x"}), json!({"includeLicenseCounts": "x"})] {
        assert_eq!(fixture.v1_error(SERVICE, wrong).await, 9602);
    }
}

#[tokio::test]
async fn the_counts_are_those_of_v2() {
    let fixture = Fixture::written(LIBRARY, &[]).await;
    let members = json!({"adamIdStr": "900000001", "associateSerialNumbers": ["C2", "C3"]});
    fixture.v1("manageVPPLicensesByAdamIdSrv", members).await;
    let one = fixture.v1(SERVICE, json!({"includeLicenseCounts": true})).await;
    for asset in list(&one) {
        let (id, quality) = (asset["adamIdStr"].as_str().unwrap(), asset["pricingParam"].as_str());
        let query = format!("assets?adamId={id}&pricingParam={}", quality.unwrap());
        let page = fixture.get(&query).await.json();
        for count in ["totalCount", "assignedCount", "availableCount", "retiredCount"] {
            // v2 tells less of unlimited ones.
            let Some(two) = page["assets"][0].get(count) else {
                assert_eq!(id, "700");
                continue;
            };
            assert_eq!(&asset[count], two, "{count} of {id}");
        }
    }
}
