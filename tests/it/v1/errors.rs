//! Every error number: those that the state gives, and all others by rule.

use std::fmt::Write as _;

use insta::assert_snapshot;
use quince::api::v1::errors::TABLE;
use serde_json::{Value, json};

use super::Library;
use crate::rules::rule;

/// Services that need a token, with a call of each that fails at nothing.
fn calls() -> [(&'static str, Value); 8] {
    [
        ("VPPClientConfigSrv", json!({})),
        ("registerVPPUserSrv", json!({"clientUserIdStr": "cu-0041"})),
        ("getVPPUserSrv", json!({"userId": 41})),
        ("editVPPUserSrv", json!({"userId": 41})),
        ("retireVPPUserSrv", json!({"clientUserIdStr": "cu-0041"})),
        (
            "manageVPPLicensesByAdamIdSrv",
            json!({"adamIdStr": "900000001", "associateSerialNumbers": ["S1"]}),
        ),
        ("associateVPPLicenseSrv", json!({"userId": 41, "adamId": "900000001"})),
        ("disassociateVPPLicenseSrv", json!({"licenseId": 5000})),
    ]
}

#[tokio::test]
async fn missing_and_bad_arguments_have_their_numbers() {
    let library = Library::open().await;
    let long = "x".repeat(256);
    let cases = [
        ("VPPClientConfigSrv", json!({"clientContext": long})),
        ("VPPClientConfigSrv", json!({"verbose": "loud"})),
        ("registerVPPUserSrv", json!({"email": "a@example.edu"})),
        ("registerVPPUserSrv", json!({"clientUserIdStr": ["a"]})),
        ("registerVPPUserSrv", json!({"clientUserIdStr": "x", "managedAppleIDStr": "no address"})),
        ("getVPPUserSrv", json!({"itsIdHash": "AAAA"})),
        ("getVPPUserSrv", json!({"userId": "one"})),
        ("getVPPUserSrv", json!({"userId": 1})),
        ("getVPPUserSrv", json!({"clientUserIdStr": "nobody"})),
        ("getVPPUserSrv", json!({"clientUserIdStr": "cu-0042", "itsIdHash": "other"})),
        ("editVPPUserSrv", json!({"email": "a@example.edu"})),
        ("editVPPUserSrv", json!({"userId": 1})),
        ("editVPPUserSrv", json!({"clientUserIdStr": "nobody"})),
        ("retireVPPUserSrv", json!({})),
        ("retireVPPUserSrv", json!({"userId": {}})),
        ("retireVPPUserSrv", json!({"clientUserIdStr": "nobody"})),
    ];
    let mut text = String::new();
    for (service, members) in cases {
        let told =
            if members.to_string().len() > 200 { "(long)".into() } else { members.to_string() };
        let answer = library.call(service, members).await;
        let _ = writeln!(text, "{service} {told}\n    {answer}");
    }
    library.call("retireVPPUserSrv", json!({"userId": 41})).await;
    let twice = library.call("retireVPPUserSrv", json!({"userId": 41})).await;
    let _ = writeln!(text, "retireVPPUserSrv, twice\n    {twice}");
    assert_snapshot!(text);
}

#[tokio::test]
async fn tokens_are_refused_inside_200_by_every_service() {
    ledger!("v1.question.02-error-envelope");
    let library = Library::open().await;
    let mut text = String::new();
    for (service, mut members) in calls() {
        members["sToken"] = "".into();
        let missing = library.call(service, members.clone()).await;
        members["sToken"] = "nobody's".into();
        let unknown = library.call(service, members).await;
        let _ = writeln!(text, "{service}\n    {missing}\n    {unknown}");
    }
    assert_snapshot!(text);
}

#[tokio::test]
async fn who_may_only_read_reads() {
    ledger!("v1.question.43-read-only-tokens");
    let library = Library::open().await;
    let mut numbers = Vec::new();
    for (service, mut members) in calls() {
        members["sToken"] = Library::reader().into();
        numbers.push((service, library.call(service, members).await["errorNumber"].as_u64()));
    }
    let refused = Some(9637);
    assert_eq!(
        numbers,
        [
            ("VPPClientConfigSrv", None),
            ("registerVPPUserSrv", refused),
            ("getVPPUserSrv", None),
            ("editVPPUserSrv", refused),
            ("retireVPPUserSrv", refused),
            ("manageVPPLicensesByAdamIdSrv", refused),
            ("associateVPPLicenseSrv", refused),
            ("disassociateVPPLicenseSrv", refused),
        ]
    );
    let set = json!({"sToken": Library::reader(), "clientContext": "mine"});
    assert_eq!(library.call("VPPClientConfigSrv", set).await["errorNumber"], 9637);
}

#[tokio::test]
async fn expired_and_revoked_tokens_are_told_apart() {
    let library = Library::open().await;
    library.fixture.done_by("POST", "/universes/default/verbs/expire-token", json!({})).await;
    let expired = library.call("VPPClientConfigSrv", json!({})).await;
    assert_eq!(expired["errorNumber"], 9621);
    let library = Library::open().await;
    library.fixture.done_by("POST", "/universes/default/verbs/revoke-token", json!({})).await;
    let revoked = library.call("VPPClientConfigSrv", json!({})).await;
    assert_eq!(revoked["errorNumber"], 9625);
    assert_eq!(revoked["errorMessage"], "The server has revoked the sToken.");
}

#[tokio::test]
async fn a_service_that_has_gone_says_where() {
    for number in [9617, 9634, 9729] {
        let library = Library::open().await;
        let moved = json!({"error": number});
        library.fixture.done_by("POST", "/universes/default/verbs/move-service", moved).await;
        assert_eq!(
            library.call("VPPClientConfigSrv", json!({})).await["errorNumber"],
            number,
            "{number}"
        );
        assert_eq!(library.send("VPPServiceConfigSrv", "{}").await["status"], 0);
    }
}

#[tokio::test]
async fn a_list_whose_token_cannot_be_made_is_read_anew() {
    // apple-legacy-v1.md §2.2: the server could not build the token of a batch or of what comes after it.
    let library = Library::open().await;
    for (service, list) in [("getVPPUsersSrv", "users"), ("getVPPLicensesSrv", "licenses")] {
        let on = json!({"operation": format!("v1.{service}"), "first": 1});
        let id = service.to_lowercase();
        rule(&library.fixture, &json!({"id": id, "on": on, "then": {"answer": {"error": 9606}}}));
        let failed = library.call(service, json!({})).await;
        let told =
            json!({"status": -1, "errorNumber": 9606, "errorMessage": "Error constructing token"});
        assert_eq!(failed, told, "{service}");
        let again = library.call(service, json!({})).await;
        assert_eq!(again["status"], 0, "{service}");
        assert!(again[list].is_array() && again["sinceModifiedToken"].is_string(), "{again}");
    }
}

#[tokio::test]
async fn every_number_can_be_ordered_of_every_service() {
    ledger!("v1.question.37-thresholds", "v1.error.9645");
    for wording in ["2025", "2020"] {
        let library = Library::with(&[("v1.error_texts", wording)]).await;
        let mut text = String::new();
        for row in TABLE {
            let then = json!({"answer": {"error": row.number}});
            let on = json!({"operation": "v1.*"});
            let id = row.number.to_string();
            rule(&library.fixture, &json!({"id": id, "on": on, "then": then}));
            let mut told = Vec::new();
            for (service, members) in calls() {
                told.push(library.call(service, members).await.to_string());
            }
            told.dedup();
            assert_eq!(told.len(), 1, "all services spell {id} alike");
            let _ = writeln!(text, "{}", told[0]);
            let rules = format!("/universes/default/rules/{id}");
            let gone = library.fixture.control("DELETE", &rules, Value::Null).await;
            assert!(gone.status.is_success(), "{}", gone.text());
        }
        assert_snapshot!(format!("every_number_{wording}"), text);
    }
}
