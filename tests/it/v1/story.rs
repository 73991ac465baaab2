//! One client speaks v1, another v2, of the same location: both see the same.

use http::Method;
use serde_json::{Value, json};

use super::Library;

/// Who holds what, as v2 lists it.
async fn held(library: &Library) -> Vec<String> {
    let page = library.fixture.get("assignments").await.json();
    let each = page["assignments"].as_array().unwrap().iter().map(|it| {
        let holder = it.get("clientUserId").or(it.get("serialNumber")).unwrap();
        format!("{}:{}", it["adamId"].as_str().unwrap(), holder.as_str().unwrap())
    });
    let mut held: Vec<String> = each.collect();
    held.sort_unstable();
    held
}

/// The users by v2's list, with what v1 says of each active one.
async fn agreed(library: &Library) {
    let users = library.fixture.get("users?activeOnly=true").await.json();
    let held = held(library).await;
    for user in users["users"].as_array().unwrap() {
        let name = user["clientUserId"].as_str().unwrap();
        let shown = library.user(name).await;
        assert_eq!(shown["status"], user["status"], "{name}");
        assert_eq!(shown.get("itsIdHash"), user.get("idHash"), "{name}");
        assert_eq!(shown.get("inviteCode"), user.get("inviteCode"), "{name}");
        assert_eq!(shown.get("email"), user.get("email"), "{name}");
        let licences = shown["licenses"].as_array().cloned().unwrap_or_default();
        let by_v1: Vec<String> =
            licences.iter().map(|it| format!("{}:{name}", it["adamId"])).collect();
        let by_v2: Vec<&String> =
            held.iter().filter(|it| it.ends_with(&format!(":{name}"))).collect();
        let mut by_v1: Vec<&String> = by_v1.iter().collect();
        by_v1.sort_unstable();
        assert_eq!(by_v1, by_v2, "{name}");
    }
}

#[tokio::test]
async fn both_views_agree_after_every_step() {
    let library = Library::open().await;
    agreed(&library).await;
    let app = json!([{"adamId": "900000001"}]);
    library.fixture.done("users/create", json!({"users": [{"clientUserId": "both"}]})).await;
    assert_eq!(library.user("both").await["status"], "Registered", "made by v2, seen by v1");
    agreed(&library).await;
    library.manage("900000001", json!({"associateClientUserIdStrs": ["both"]})).await;
    agreed(&library).await;
    let given = library
        .fixture
        .done("assets/associate", json!({"assets": app, "clientUserIds": ["both", "cu-0041"]}))
        .await;
    assert_eq!(given["eventStatus"], "COMPLETE", "given by v1 is given");
    agreed(&library).await;
    let again =
        library.manage("900000001", json!({"associateClientUserIdStrs": ["cu-0041"]})).await;
    assert_eq!(again["associations"][0]["errorNumber"], 9616, "given by v2 is given");
    library.call("retireVPPUserSrv", json!({"clientUserIdStr": "both"})).await;
    agreed(&library).await;
    assert!(!held(&library).await.contains(&"900000001:both".to_owned()));
    let back = library.call("registerVPPUserSrv", json!({"clientUserIdStr": "both"})).await;
    assert_eq!(back["user"]["status"], "Registered");
    library.fixture.done("assets/revoke", json!({"serialNumbers": ["MOCKSN000001"]})).await;
    let taken =
        library.manage("900000001", json!({"disassociateSerialNumbers": ["MOCKSN000001"]})).await;
    assert_eq!(taken["disassociations"][0]["errorNumber"], 9619, "taken by v2 is taken");
    agreed(&library).await;
    assert_eq!(library.counts("900000001").await, (2, 2));
}

#[tokio::test]
async fn v1_overtakes_what_v2_has_queued() {
    ledger!("v1.synchronous");
    let library = Library::open().await;
    let queued = json!({"assets": [{"adamId": "900000004"}], "serialNumbers": ["LATE"]});
    let accepted = library.fixture.post("assets/associate", queued).await.json();
    let given = library.manage("900000004", json!({"associateSerialNumbers": ["FIRST"]})).await;
    assert_eq!(given["status"], 0, "nothing is reserved");
    assert_eq!(library.counts("900000004").await, (1, 0));
    library.fixture.advance("1h");
    let id = accepted["eventId"].as_str().unwrap();
    let status = library.fixture.get(&format!("status?eventId={id}")).await.json();
    assert_eq!(status["eventStatus"], "FAILED");
    assert_eq!(status["failures"][0]["errorNumber"], 9709);
}

#[tokio::test]
async fn a_delta_of_v2_tells_what_v1_wrote() {
    let library = Library::open().await;
    let version = |page: &Value| page["versionId"].as_str().unwrap().to_owned();
    let users = version(&library.fixture.get("users").await.json());
    let assignments = version(&library.fixture.get("assignments").await.json());
    library.call("registerVPPUserSrv", json!({"clientUserIdStr": "new"})).await;
    library.manage("900000001", json!({"associateSerialNumbers": ["S1"]})).await;
    let users = library.fixture.get(&format!("users?sinceVersionId={users}")).await.json();
    assert_eq!(users["users"][0]["clientUserId"], "new");
    assert_eq!(users["users"].as_array().unwrap().len(), 1);
    let page = format!("assignments?sinceVersionId={assignments}");
    let page = library.fixture.get(&page).await.json();
    assert_eq!(page["assignments"][0]["serialNumber"], "S1");
}

#[tokio::test]
async fn the_documented_location_answers_with_its_own_numbers() {
    ledger!("v1.location-id");
    let fixture =
        crate::support::Fixture::of(quince::Quince::builder().world("seed-examples"), "legacy")
            .await;
    let library = Library { fixture };
    let body = json!({"sToken": library.fixture.stoken, "userId": 3}).to_string();
    assert!(library.fixture.stoken.contains(' '), "the sample's token has a blank");
    let answer = library.bare(Method::POST, "/mdm/getVPPUserSrv", &[], body).await;
    let answer = super::checked("getVPPUserSrv", &answer);
    assert_eq!(
        answer["location"],
        json!({"locationId": 22_222_222_222_u64, "locationName": "LocationName"})
    );
    assert_eq!(answer["uId"], "100978");
    assert_eq!(answer["expirationMillis"], 1_898_103_480_266_u64);
    assert_eq!(answer["user"]["clientUserIdStr"], "user3@test.com");
}
