//! `getVPPLicensesSrv`.

use serde_json::{Value, json};

use super::{column, shown};
use crate::support::Fixture;

const SERVICE: &str = "getVPPLicensesSrv";

const LIBRARY: &str = r#"
[[asset]]
adam_id      = "100"
total        = 4
licence_base = 5000

[[asset]]
adam_id       = "200"
product_type  = "Book"
total         = 2
licence_base  = 6000

[[asset]]
adam_id       = "200"
pricing_param = "PLUS"
product_type  = "Book"
total         = 1
licence_base  = 7000

[[asset]]
adam_id      = "300"
unlimited    = true
licence_base = 1000000

[[user]]
client_user_id = "ada"
user_id        = 41
managed_apple_id = "ada@org.example"
status         = "Associated"

[[user]]
client_user_id = "bob"
user_id        = 42

[[assignment]]
adam_id        = "100"
client_user_id = "ada"

[[assignment]]
adam_id        = "200"
client_user_id = "bob"

[[assignment]]
adam_id       = "100"
serial_number = "C1"

[[assignment]]
adam_id       = "300"
serial_number = "C1"
"#;

/// The ids of licences; those that nobody holds in brackets.
fn ids(licences: &[Value]) -> String {
    let id = |licence: &Value| match licence["status"].as_str().unwrap() {
        "Associated" => licence["licenseIdStr"].as_str().unwrap().to_owned(),
        "Available" => format!("({})", licence["licenseId"]),
        status => format!("{status}:{}", licence["licenseId"]),
    };
    licences.iter().map(id).collect::<Vec<_>>().join(" ")
}

async fn asked(fixture: &Fixture, asked: Value) -> String {
    ids(&fixture.run(SERVICE, &asked, None).await.0)
}

#[tokio::test]
async fn licences_are_asked_for_by_asset_holder_and_device() {
    ledger!("v1.licences.order", "v1.licences.unlimited", "v1.question.29-both-kinds-only");
    let fixture = Fixture::written(LIBRARY, &[]).await;
    for (members, licences) in [
        (json!({}), "5000 5001 (5002) (5003) 6000 (6001) (7000) 1000000"),
        (json!({"assignedOnly": true}), "5000 6000 5001 1000000"),
        (json!({"assignedOnly": "1", "adamId": 100}), "5000 5001"),
        (json!({"userAssignedOnly": true}), "5000 6000"),
        (json!({"userAssignedOnly": true, "assignedOnly": true}), "5000 6000"),
        (json!({"deviceAssignedOnly": true}), "5001 1000000"),
        (json!({"adamId": "200"}), "6000 (6001) (7000)"),
        (json!({"adamId": 200, "pricingParam": "PLUS"}), "(7000)"),
        (json!({"adamId": 200, "pricingParam": "STDQ", "assignedOnly": true}), "6000"),
        (json!({"pricingParam": "PLUS", "assignedOnly": true}), "5000 6000 5001 1000000"),
        (json!({"serialNumber": "C1"}), "5001 1000000"),
        (json!({"serialNumber": "C1", "adamId": 100}), "5001"),
        (json!({"serialNumber": "C1", "userAssignedOnly": true}), ""),
        (json!({"serialNumber": "C9"}), ""),
        (json!({"adamId": 300}), "1000000"),
        (json!({"adamId": 999}), ""),
    ] {
        assert_eq!(asked(&fixture, members.clone()).await, licences, "{members}");
    }
    for wrong in [
        json!({"userAssignedOnly": true, "deviceAssignedOnly": true}),
        json!({"adamId": "abc"}),
        json!({"pricingParam": "GOLD"}),
        json!({"assignedOnly": "perhaps"}),
    ] {
        assert_eq!(fixture.v1_error(SERVICE, wrong.clone()).await, 9602, "{wrong}");
    }
}

#[tokio::test]
async fn who_does_not_repeat_a_filter_hears_of_it() {
    ledger!("v1.question.28-filters-with-tokens");
    let fixture = Fixture::written(LIBRARY, &[("v1.batch_size", "1")]).await;
    let ask = async |mut members: Value| {
        members["sToken"] = fixture.stoken.as_str().into();
        let request = Fixture::bare(http::Method::POST, "/mdm/getVPPLicensesSrv");
        let body = http_body_util::Full::from(members.to_string());
        let answer = fixture.send(request.body(body).unwrap()).await;
        (answer.json(), answer.lints().to_owned())
    };
    let (first, lints) = ask(json!({"assignedOnly": true, "adamId": 100})).await;
    assert_eq!((ids(super::list(&first)).as_str(), lints.as_str()), ("5000", ""));
    let token = &first["batchToken"];
    // The product goes with the token, and need not be said again.
    let (repeated, lints) = ask(json!({"assignedOnly": true, "batchToken": token})).await;
    assert_eq!((ids(super::list(&repeated)).as_str(), lints.as_str()), ("5001", ""));
    for forgotten in [json!({}), json!({"assignedOnly": true, "serialNumber": "C1"})] {
        let mut members = forgotten.clone();
        members["batchToken"] = token.clone();
        assert_eq!(ask(members).await.1, "filters-not-repeated", "{forgotten}");
    }
}

#[tokio::test]
async fn a_device_is_asked_for_before_it_is_given_something() {
    // Clients take a totalCount above 0 for "has it already".
    let fixture = Fixture::written(LIBRARY, &[("v1.batch_size", "1")]).await;
    for (serial, adam_id, count) in [("C1", "100", 1), ("C1", "200", 0), ("C2", "100", 0)] {
        let members = json!({"serialNumber": serial, "adamId": adam_id});
        let answer = fixture.v1(SERVICE, members).await;
        assert_eq!((&answer["totalCount"], &answer["batchCount"]), (&json!(count), &json!(count)));
    }
}

#[tokio::test]
async fn licences_come_as_documented() {
    ledger!("v1.question.25-if-modified-since-orig");
    let fixture = Fixture::written(LIBRARY, &[("v1.batch_size", "4")]).await;
    let first = fixture.v1(SERVICE, json!({})).await;
    insta::assert_snapshot!(shown(&first));
    let next = json!({"batchToken": first["batchToken"]});
    let last = fixture.v1(SERVICE, next).await;
    insta::assert_snapshot!(shown(&last));
    let began = fixture.quince.universe("default").clock().now().unwrap().0.to_string();
    assert_eq!(last["ifModifiedSinceMillisOrig"], began);
    let whole = fixture.v1(SERVICE, json!({"adamId": 100})).await;
    assert_eq!(whole.get("ifModifiedSinceMillisOrig"), None);
}

#[tokio::test]
async fn tokens_remember_the_product_and_requests_repeat_the_rest() {
    ledger!("v1.question.28-filters-with-tokens");
    let fixture = Fixture::written(LIBRARY, &[("v1.batch_size", "1")]).await;
    let of_product = json!({"adamId": 200, "pricingParam": "STDQ"});
    let first = fixture.v1(SERVICE, of_product).await;
    assert_eq!(ids(super::list(&first)), "6000");
    let other = json!({"batchToken": first["batchToken"], "adamId": 100, "pricingParam": "PLUS"});
    let second = fixture.v1(SERVICE, other).await;
    assert_eq!(ids(super::list(&second)), "(6001)");
    let since = json!({"sinceModifiedToken": second["sinceModifiedToken"], "adamId": 100});
    for serial in ["C1", "C2"] {
        let members = json!({"adamIdStr": "100", "associateSerialNumbers": [serial]});
        fixture.v1("manageVPPLicensesByAdamIdSrv", members).await;
    }
    let members = json!({"adamIdStr": "200", "associateClientUserIdStrs": ["ada"]});
    fixture.v1("manageVPPLicensesByAdamIdSrv", members).await;
    assert_eq!(ids(super::list(&fixture.v1(SERVICE, since).await)), "6001");

    // Who does not repeat assignedOnly gets the second of all licences, a free one.
    let first = fixture.v1(SERVICE, json!({"userAssignedOnly": true})).await;
    assert_eq!(ids(super::list(&first)), "5000");
    let token = &first["batchToken"];
    let repeated = json!({"batchToken": token, "userAssignedOnly": true});
    assert_eq!(ids(super::list(&fixture.v1(SERVICE, repeated).await)), "6000");
    let forgotten = json!({"batchToken": token, "overrideIndex": 2, "assignedOnly": false});
    assert_eq!(ids(super::list(&fixture.v1(SERVICE, forgotten).await)), "5002");
}

#[tokio::test]
async fn a_later_run_tells_given_taken_and_bought_licences_once() {
    ledger!("v1.question.30-freed-licences");
    let fixture = Fixture::written(LIBRARY, &[]).await;
    let (_, since) = fixture.run(SERVICE, &json!({}), None).await;
    let manage = |members: Value| fixture.v1("manageVPPLicensesByAdamIdSrv", members);
    // C1 gives back what C2 gets, and C2 gives one back for good.
    manage(json!({"adamIdStr": "100", "disassociateSerialNumbers": ["C1"]})).await;
    manage(json!({"adamIdStr": "100", "associateSerialNumbers": ["C2", "C3"]})).await;
    manage(json!({"adamIdStr": "100", "disassociateSerialNumbers": ["C3"]})).await;
    manage(json!({"adamIdStr": "300", "disassociateSerialNumbers": ["C1"]})).await;
    fixture.verb("buy-licenses", json!({"adam_id": "100", "count": 3})).await;
    manage(json!({"adamIdStr": "100", "associateSerialNumbers": ["C4", "C5", "C6"]})).await;
    let run = |asked: Value| {
        let (fixture, since) = (&fixture, &since);
        async move { fixture.run(SERVICE, &asked, Some(since)).await.0 }
    };
    let all = run(json!({})).await;
    let bought = all.iter().filter(|it| it["licenseId"].as_u64() > Some(1_000_000)).count();
    assert_eq!(bought, 3, "{}", ids(&all));
    let told: Vec<String> = ids(&all).split(' ').map(str::to_owned).collect();
    assert_eq!(told[..4].join(" "), "5001 (1000000) 5002 5003");
    assert_eq!(told.len(), 4 + 3);
    assert_eq!(column(&all[..4], "serialNumber"), "C2 - C4 C5");
    assert_eq!(column(&run(json!({"assignedOnly": true})).await, "serialNumber"), "C2 C4 C5 C6");
    assert_eq!(column(&run(json!({"userAssignedOnly": true})).await, "serialNumber"), "");
    assert_eq!(column(&run(json!({"serialNumber": "C5"})).await, "serialNumber"), "C5");
    assert_eq!(column(&run(json!({"serialNumber": "C1"})).await, "serialNumber"), "");
}

#[tokio::test]
async fn a_licence_that_goes_is_refunded_if_somebody_held_it() {
    ledger!("v1.licences.refunded");
    let fixture = Fixture::written(LIBRARY, &[]).await;
    let (_, since) = fixture.run(SERVICE, &json!({}), None).await;
    let back = json!({"adamIdStr": "100", "disassociateSerialNumbers": ["C1"]});
    fixture.v1("manageVPPLicensesByAdamIdSrv", back).await;
    fixture.verb("refund-licenses", json!({"adam_id": "100", "count": 3})).await;
    assert_eq!(asked(&fixture, json!({"adamId": 100})).await, "5000 Refunded:5001");
    assert_eq!(asked(&fixture, json!({"adamId": 100, "assignedOnly": true})).await, "5000");
    let told = fixture.run(SERVICE, &json!({}), Some(&since)).await.0;
    assert_eq!(ids(&told), "Refunded:5001");
    let assets = fixture.v1("getVPPAssetsSrv", json!({"includeLicenseCounts": true})).await;
    assert_eq!(
        (&assets["assets"][0]["totalCount"], &assets["assets"][0]["retiredCount"]),
        (&json!(1), &json!(3))
    );
    // What was refunded is still told apart in a state that is read back.
    let state = fixture.done_by("GET", "/universes/default/state", json!(null)).await;
    fixture.done_by("PUT", "/universes/default/state", state).await;
    assert_eq!(asked(&fixture, json!({"adamId": 100})).await, "5000 Refunded:5001");
    assert_eq!(ids(&fixture.run(SERVICE, &json!({}), Some(&since)).await.0), "Refunded:5001");
}

#[tokio::test]
async fn an_instant_takes_the_place_of_a_since_token() {
    let fixture = Fixture::written(LIBRARY, &[]).await;
    let now = fixture.quince.universe("default").clock().now().unwrap().0;
    let give = |serial: &str| {
        let members = json!({"adamIdStr": "100", "associateSerialNumbers": [serial]});
        fixture.v1("manageVPPLicensesByAdamIdSrv", members)
    };
    give("C2").await;
    fixture.advance("1h");
    give("C3").await;
    assert_eq!(asked(&fixture, json!({"ifModifiedSince": now + 1})).await, "5003");
    assert_eq!(fixture.v1_error(SERVICE, json!({"ifModifiedSince": "x"})).await, 9614);
}
