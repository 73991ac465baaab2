//! Many records: a whole sync at the size that breaks clients, while another client writes.

use std::collections::BTreeSet;

use http::{Method, header};
use http_body_util::Full;
use quince::Quince;
use serde_json::{Value, json};

use super::list;
use crate::support::Fixture;

/// Calls a service without holding the answer against its schema: that takes longer than anything else here.
async fn call(fixture: &Fixture, service: &str, mut members: Value) -> Value {
    members["sToken"] = fixture.stoken.as_str().into();
    let request = Fixture::bare(Method::POST, &format!("/mdm/{service}"))
        .header(header::CONTENT_TYPE, "application/json")
        .body(Full::from(members.to_string()))
        .unwrap();
    fixture.send(request).await.json()
}

/// Adds the numbers of the records; none may be there already.
fn add(found: &mut BTreeSet<u64>, answer: &Value, number: &str) {
    for record in list(answer) {
        assert!(found.insert(record[number].as_u64().unwrap()), "twice: {record}");
    }
}

#[tokio::test]
async fn the_users_of_an_enterprise_are_synced() {
    let fixture = Fixture::of(Quince::builder().world("enterprise-50k"), "main").await;
    let first = fixture.v1("getVPPUsersSrv", json!({"includeRetired": 1})).await;
    let mut found = BTreeSet::new();
    let mut answer = first.clone();
    add(&mut found, &answer, "userId");
    let mut batches = 1;
    while let Some(token) = answer["batchToken"].as_str() {
        let name = format!("new-{batches}");
        fixture.v1("registerVPPUserSrv", json!({"clientUserIdStr": name})).await;
        answer = fixture.v1("getVPPUsersSrv", json!({"batchToken": token})).await;
        add(&mut found, &answer, "userId");
        batches += 1;
    }
    assert_eq!((found.len(), &first["totalCount"]), (2_000, &json!(2_000)));
    assert_eq!((batches, &first["totalBatchCount"]), (7, &json!("6")));
    let since = json!({"sinceModifiedToken": answer["sinceModifiedToken"]});
    let later = fixture.v1("getVPPUsersSrv", since).await;
    assert_eq!(
        super::column(list(&later), "clientUserIdStr"),
        "new-1 new-2 new-3 new-4 new-5 new-6"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_thousand_licences_are_synced_one_by_one_and_five_at_a_time() {
    const LICENCES: u64 = 100_000;
    let rows = "[[asset]]\nadam_id = \"100\"\ntotal = 60000\nlicence_base = 1\n\
                [[asset]]\nadam_id = \"200\"\ntotal = 40000\nlicence_base = 60001\n";
    let fixture = Fixture::written(rows, &[("v1.batch_size", "4000")]).await;
    let given = std::cell::Cell::new(0);
    let give = || {
        let serial = format!("C{}", given.replace(given.get() + 1));
        let members = json!({"adamIdStr": "200", "associateSerialNumbers": [serial]});
        call(&fixture, "manageVPPLicensesByAdamIdSrv", members)
    };

    let mut answer = call(&fixture, "getVPPLicensesSrv", json!({})).await;
    assert_eq!(
        (&answer["totalCount"], &answer["totalBatchCount"]),
        (&json!(LICENCES), &json!("24"))
    );
    let mut found = BTreeSet::new();
    add(&mut found, &answer, "licenseId");
    while let Some(token) = answer["batchToken"].as_str() {
        let (next, _) =
            tokio::join!(call(&fixture, "getVPPLicensesSrv", json!({"batchToken": token})), give());
        answer = next;
        add(&mut found, &answer, "licenseId");
    }
    assert_eq!(found.len() as u64, LICENCES);
    let since = answer["sinceModifiedToken"].clone();

    let first = call(&fixture, "getVPPLicensesSrv", json!({})).await;
    let batch = |index: u64| {
        let members = json!({"batchToken": first["batchToken"], "overrideIndex": index});
        call(&fixture, "getVPPLicensesSrv", members)
    };
    let mut found = BTreeSet::new();
    add(&mut found, &first, "licenseId");
    for index in (1..=24).step_by(4) {
        let answers = tokio::join!(
            batch(index),
            batch(index + 1),
            batch(index + 2),
            batch(index + 3),
            give()
        );
        for answer in [&answers.0, &answers.1, &answers.2, &answers.3] {
            add(&mut found, answer, "licenseId");
        }
    }
    assert_eq!(found.len() as u64, LICENCES);

    // Everything that was given since the first run began, once.
    let later = call(&fixture, "getVPPLicensesSrv", json!({"sinceModifiedToken": since})).await;
    let mut told = BTreeSet::new();
    add(&mut told, &later, "licenseId");
    let expected: BTreeSet<u64> = (60_001..60_001 + given.get()).collect();
    assert_eq!(told, expected);
}
