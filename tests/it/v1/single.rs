//! The deprecated services for one licence (apple-legacy-v1.md §15).

use insta::assert_json_snapshot;
use serde_json::{Value, json};

use super::Library;

#[tokio::test]
async fn a_licence_is_given_by_its_number() {
    ledger!("v1.question.36-deprecated-services");
    let library = Library::open().await;
    let wanted = json!({"userId": 41, "licenseId": 5003});
    assert_json_snapshot!(library.call("associateVPPLicenseSrv", wanted).await);
    assert_eq!(library.counts("900000001").await, (3, 1));
    // What lies before it can still be given.
    let more = library.manage("900000001", json!({"associateSerialNumbers": ["S1", "S2"]})).await;
    assert_eq!(more["status"], -3);
    assert_eq!(more["associations"][0]["licenseIdStr"], "5002");
}

#[tokio::test]
async fn any_licence_of_an_asset_is_given() {
    let library = Library::open().await;
    let wanted = json!({"clientUserIdStr": "cu-0042", "adamId": 900_000_004});
    let given = library.call("associateVPPLicenseSrv", wanted).await;
    assert_eq!(given["license"]["licenseId"], 8000);
    assert_eq!(given["license"]["itsIdHash"], "AAAAAAAAAAAAAAAAAAAAAAAAAAA=");
    let plus = json!({"clientUserIdStr": "cu-0042", "adamId": "900000005", "pricingParam": "PLUS"});
    assert_eq!(library.call("associateVPPLicenseSrv", plus).await["license"]["licenseId"], 9000);
}

#[tokio::test]
async fn the_longer_names_are_the_same_services() {
    let library = Library::open().await;
    let body =
        json!({"sToken": library.fixture.stoken, "userId": 41, "licenseId": 8000}).to_string();
    for (name, service) in [
        ("associateVPPLicenseWithVPPUserSrv", "associateVPPLicenseSrv"),
        ("disassociateVPPLicenseFromVPPUserSrv", "disassociateVPPLicenseSrv"),
    ] {
        let answer =
            library.bare(http::Method::POST, &format!("/mdm/{name}"), &[], body.clone()).await;
        assert_eq!(super::checked(service, &answer)["status"], 0, "{name}");
    }
}

#[tokio::test]
async fn a_licence_is_taken_back_by_its_number() {
    let library = Library::open().await;
    let held = library.user("cu-0042").await["licenses"][0]["licenseId"].clone();
    let taken = library.call("disassociateVPPLicenseSrv", json!({"licenseId": held})).await;
    assert_json_snapshot!(taken);
    let device = library.manage("900000004", json!({"associateSerialNumbers": ["S1"]})).await;
    let id = device["associations"][0]["licenseIdStr"].clone();
    let taken = library.call("disassociateVPPLicenseSrv", json!({"licenseId": id})).await;
    assert_eq!(taken["status"], 0);
    assert!(taken.get("user").is_none(), "a device held it");
}

#[tokio::test]
async fn each_refusal_stands_at_the_top() {
    let library = Library::open().await;
    let associate = async |members: Value| library.call("associateVPPLicenseSrv", members).await;
    let disassociate =
        async |members: Value| library.call("disassociateVPPLicenseSrv", members).await;
    let held = json!({"userId": 42, "adamId": "900000001"});
    assert_json_snapshot!("held_already", associate(held).await);
    let taken = library.user("cu-0042").await["licenses"][0]["licenseId"].clone();
    for (members, number) in [
        (json!({"userId": 41, "licenseId": taken}), 9626),
        (json!({"userId": 41, "licenseId": 1}), 9610),
        (json!({"userId": 41, "adamId": "1"}), 9610),
        (json!({"userId": 7, "adamId": "900000001"}), 9609),
        (json!({"clientUserIdStr": "nobody", "adamId": "900000001"}), 9609),
        (json!({"adamId": "900000001"}), 9600),
        (json!({"userId": 41}), 9600),
        (json!({"userId": 41, "licenseId": "x"}), 9602),
        (json!({"userId": 41, "adamId": "900000001", "pricingParam": "GOLD"}), 9602),
    ] {
        assert_eq!(associate(members.clone()).await["errorNumber"], number, "{members}");
    }
    let book = library.user("cu-0042").await["licenses"][1]["licenseId"].clone();
    for (members, number) in [
        (json!({}), 9600),
        (json!({"licenseId": 1}), 9610),
        (json!({"licenseId": -1}), 9610),
        (json!({"licenseId": 8000}), 9619),
        (json!({"licenseId": taken, "userId": 41}), 9619),
        (json!({"licenseId": book}), 9607),
    ] {
        assert_eq!(disassociate(members.clone()).await["errorNumber"], number, "{members}");
    }
}
