//! Users: registered, found, changed, retired (apple-legacy-v1.md §6, 7, 9, 10, 18).

use insta::assert_json_snapshot;
use serde_json::{Value, json};

use super::Library;

#[tokio::test]
async fn a_new_user_is_registered_and_invited() {
    let library = Library::open().await;
    let made = json!({"clientUserIdStr": "cu-0050", "email": "n@example.edu", "facilitatorMemberId": null});
    assert_json_snapshot!(library.call("registerVPPUserSrv", made).await);
}

#[tokio::test]
async fn a_user_without_an_address_has_no_such_member() {
    let library = Library::open().await;
    let made = library.call("registerVPPUserSrv", json!({"clientUserIdStr": "a/b+c="})).await;
    assert!(made["user"].get("email").is_none());
    assert_eq!(made["user"]["clientUserIdStr"], "a/b+c=");
}

#[tokio::test]
async fn registering_again_changes_nothing() {
    ledger!("v1.question.08-repeated-register");
    let library = Library::open().await;
    for id in ["cu-0041", "cu-0042"] {
        let before = library.call("registerVPPUserSrv", json!({"clientUserIdStr": id})).await;
        let again = json!({"clientUserIdStr": id, "email": "other@example.edu"});
        assert_eq!(library.call("registerVPPUserSrv", again).await, before);
    }
}

#[tokio::test]
async fn who_never_accepted_comes_back_as_the_same_record() {
    ledger!("v1.question.09-revived-invitation");
    let library = Library::open().await;
    let before = library.user("cu-0041").await;
    library.call("retireVPPUserSrv", json!({"clientUserIdStr": "cu-0041"})).await;
    let back = library.call("registerVPPUserSrv", json!({"clientUserIdStr": "cu-0041"})).await;
    assert_eq!(back["user"]["userId"], 41);
    assert_eq!(back["user"]["status"], "Registered");
    assert_ne!(back["user"]["inviteCode"], before["inviteCode"]);
}

#[tokio::test]
async fn who_was_bound_comes_back_as_another_record() {
    let library = Library::open().await;
    let retired = library.call("retireVPPUserSrv", json!({"userId": 42})).await;
    assert_json_snapshot!(retired);
    let back = library.call("registerVPPUserSrv", json!({"clientUserIdStr": "cu-0042"})).await;
    assert_ne!(back["user"]["userId"], 42);
    assert_eq!(back["user"]["status"], "Registered");
    let old = library.call("getVPPUserSrv", json!({"userId": 42})).await;
    assert_eq!(old, retired, "the old record stays with its book");
    let bound = json!({"clientUserIdStr": "cu-0042", "itsIdHash": "AAAAAAAAAAAAAAAAAAAAAAAAAAA="});
    assert_eq!(library.call("getVPPUserSrv", bound).await, old);
    assert_eq!(library.user("cu-0042").await["userId"], back["user"]["userId"], "the active one");
}

#[tokio::test]
async fn a_managed_account_is_bound_without_an_invitation() {
    ledger!("v1.question.10-managed-status", "v1.question.11-managed-twice");
    let library = Library::open().await;
    let made = json!({"clientUserIdStr": "cu-0060", "managedAppleIDStr": "m@example.edu"});
    assert_json_snapshot!(library.call("registerVPPUserSrv", made).await);
    let twice = json!({"clientUserIdStr": "cu-0061", "managedAppleIDStr": "m@example.edu"});
    assert_eq!(library.call("registerVPPUserSrv", twice).await["errorNumber"], 9635);
    assert_eq!(
        library.call("getVPPUserSrv", json!({"clientUserIdStr": "cu-0061"})).await["errorNumber"],
        9604
    );
    let other = json!({"clientUserIdStr": "cu-0060", "managedAppleIDStr": "other@example.edu"});
    assert_eq!(library.call("editVPPUserSrv", other).await["errorNumber"], 9641);
    let taken = json!({"clientUserIdStr": "cu-0041", "managedAppleIDStr": "m@example.edu"});
    assert_eq!(library.call("editVPPUserSrv", taken).await["errorNumber"], 9635);
    let linked = json!({"userId": 41, "managedAppleIDStr": "l@example.edu"});
    let linked = library.call("editVPPUserSrv", linked).await;
    assert_eq!(linked["user"]["status"], "Associated");
    assert!(linked["user"].get("inviteUrl").is_none() && linked["user"]["itsIdHash"].is_string());
}

#[tokio::test]
async fn a_user_is_shown_with_what_it_holds() {
    let library = Library::open().await;
    assert_json_snapshot!(
        library.call("getVPPUserSrv", json!({"userId": 42, "clientUserIdStr": "cu-0041"})).await
    );
    assert!(library.user("cu-0041").await.get("licenses").is_none(), "nothing is no list");
}

#[tokio::test]
async fn a_user_is_changed() {
    let library = Library::open().await;
    let edit = json!({"clientUserIdStr": "cu-0041", "email": "z@example.edu", "userId": null});
    let edited = library.call("editVPPUserSrv", edit).await;
    assert_json_snapshot!(edited);
    let same = library.call("editVPPUserSrv", json!({"userId": 41})).await;
    assert_eq!(same["user"]["email"], "z@example.edu", "what is not given stays");
    let cleared = library.call("editVPPUserSrv", json!({"userId": 41, "email": ""})).await;
    assert!(cleared["user"].get("email").is_none());
}

#[tokio::test]
async fn a_retired_user_can_still_be_edited_but_not_bound() {
    ledger!("v1.edit-of-retired");
    let library = Library::open().await;
    library.call("retireVPPUserSrv", json!({"clientUserIdStr": "cu-0041"})).await;
    let edit = json!({"clientUserIdStr": "cu-0041", "email": "z@example.edu"});
    let edited = library.call("editVPPUserSrv", edit).await;
    assert_eq!((&edited["status"], &edited["user"]["status"]), (&json!(0), &json!("Retired")));
    let bound = json!({"clientUserIdStr": "cu-0041", "managedAppleIDStr": "m@example.edu"});
    assert_eq!(library.call("editVPPUserSrv", bound).await["errorNumber"], 9618);
}

#[tokio::test]
async fn retiring_frees_what_can_be_taken_back() {
    let library = Library::open().await;
    assert_eq!(library.counts("900000001").await, (2, 2));
    let retired = library.call("retireVPPUserSrv", json!({"clientUserIdStr": "cu-0042"})).await;
    assert_eq!(retired["user"]["licenses"].as_array().unwrap().len(), 1);
    assert_eq!(library.counts("900000001").await, (1, 3));
    assert_eq!(library.counts("900000002").await, (1, 2), "the book stays");
}

#[tokio::test]
async fn a_deleted_record_shows_only_by_its_number_and_is_final() {
    ledger!("v1.question.12-unknown-and-deleted");
    let library = Library::open().await;
    library
        .call(
            "registerVPPUserSrv",
            json!({"clientUserIdStr": "cu-7", "managedAppleIDStr": "p@example.edu"}),
        )
        .await;
    library.manage("900000002", json!({"associateClientUserIdStrs": ["cu-7"]})).await;
    let book = library.user("cu-7").await["licenses"].clone();
    let old = library.user("cu-7").await["userId"].clone();
    library.call("retireVPPUserSrv", json!({"userId": old})).await;
    let new = library
        .call(
            "registerVPPUserSrv",
            json!({"clientUserIdStr": "cu-7", "managedAppleIDStr": "p@example.edu"}),
        )
        .await;
    assert_eq!(new["user"]["status"], "Associated");
    let deleted = library.call("getVPPUserSrv", json!({"userId": old})).await;
    assert_eq!(deleted["user"]["status"], "Deleted");
    assert_eq!(
        library.user("cu-7").await["licenses"],
        book,
        "the book goes along, with its number"
    );
    assert!(deleted["user"].get("licenses").is_none());
    let error = |answer: Value| answer["errorNumber"].clone();
    assert_eq!(error(library.call("retireVPPUserSrv", json!({"userId": old})).await), 9620);
    assert_eq!(
        error(library.call("editVPPUserSrv", json!({"userId": old, "email": "x@y.z"})).await),
        9620
    );
    assert_eq!(error(library.call("retireVPPUserSrv", json!({"userId": 999})).await), 9604);
}

#[tokio::test]
async fn legacy_facilitators_are_not_looked_at() {
    ledger!("v1.facilitator-member");
    let library = Library::open().await;
    let user =
        library.call("getVPPUserSrv", json!({"userId": 41, "facilitatorMemberId": 200_841})).await;
    assert_eq!(user["status"], 0);
    assert!(user.get("facilitatorMember").is_none());
}
