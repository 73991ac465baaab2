//! `GET /users`: who is listed, filtered, and what becomes of users in their lives.

use serde_json::{Value, json};

use crate::support::Fixture;
use crate::support::lists::column;

/// A record of each status and history; `back` was retired and is there again.
const PEOPLE: &str = r#"
[[user]]
client_user_id   = "linked"
email            = "linked@org.example"
status           = "Associated"
managed_apple_id = "linked@org.example"
[[user]]
client_user_id = "invited"
email          = "invited@org.example"
invite_code    = "00000000000000000000000000000001"
[[user]]
client_user_id = "never-joined"
status         = "Retired"
[[user]]
client_user_id = "left"
status         = "Retired"
id_hash        = "AAAAAAAAAAAAAAAAAAAAAAAAAAA="
[[user]]
client_user_id = "back"
status         = "Deleted"
id_hash        = "BBBBBBBBBBBBBBBBBBBBBBBBBBB="
[[user]]
client_user_id = "back"
status         = "Associated"
id_hash        = "BBBBBBBBBBBBBBBBBBBBBBBBBBB="
"#;

async fn people(settings: &[(&str, &str)]) -> Fixture {
    Fixture::written(PEOPLE, settings).await
}

/// Posts one user and returns the status of the event.
async fn one(fixture: &Fixture, what: &str, user: Value) -> Value {
    fixture.done(&format!("users/{what}"), json!({ "users": [user] })).await
}

/// The records of one client user id.
async fn records(fixture: &Fixture, id: &str) -> Vec<Value> {
    fixture.get(&format!("users?clientUserId={id}")).await.json()["users"]
        .as_array()
        .unwrap()
        .clone()
}

#[tokio::test]
async fn each_status_shows_what_belongs_to_it() {
    ledger!("v2.member-order");
    let people = people(&[]).await;
    insta::assert_snapshot!(people.get("users").await.transcript());
}

#[tokio::test]
async fn each_filter_leaves_who_fits() {
    ledger!("v2.conflict.08-active-only-example");
    let people = people(&[]).await;
    for (query, expected) in [
        ("", "linked invited never-joined left back back"),
        ("activeOnly=true", "linked invited back"),
        ("activeOnly=false", "linked invited never-joined left back back"),
        ("retiredOnly=true", "never-joined left"),
        ("retiredOnly=false", "linked invited never-joined left back back"),
        ("activeOnly=true&retiredOnly=false", "linked invited back"),
        ("activeOnly=true&retiredOnly=true", ""),
        ("clientUserId=back", "back back"),
        ("clientUserId=back&activeOnly=true", "back"),
        ("clientUserId=back&retiredOnly=true", ""),
        ("clientUserId=left&activeOnly=true", ""),
        ("clientUserId=Linked", ""),
        ("clientUserId=", ""),
        // Not a filter of this API.
        ("email=invited@org.example", "linked invited never-joined left back back"),
    ] {
        let path = format!("users?{query}");
        assert_eq!(people.column(&path, "clientUserId").await, expected, "{query}");
    }
    assert_eq!(people.column("users?clientUserId=back", "status").await, "Deleted Associated");
    assert_eq!(people.get("users?email=x").await.lints(), "unknown-parameter");
    for query in ["activeOnly=1", "retiredOnly=TRUE", "includeRetired=no", "pageIndex=x"] {
        assert_eq!(people.refusal(&format!("users?{query}")).await, (400, 9602), "{query}");
    }
}

#[tokio::test]
async fn include_retired_of_the_older_api_is_honoured_or_not_but_always_a_lint() {
    ledger!("v2.conflict.07-include-retired", "v2.lint.include-retired");
    let all = "linked invited never-joined left back back";
    for (value, without) in [("honour", "linked invited back"), ("ignore", all)] {
        let people = people(&[("v2.include_retired", value)]).await;
        for (query, expected) in [
            ("includeRetired=0", without),
            ("includeRetired=false", without),
            ("includeRetired=1", all),
            ("includeRetired=true", all),
            ("includeRetired=1&activeOnly=true", "linked invited back"),
        ] {
            let answer = people.get(&format!("users?{query}")).await;
            let listed = column(&answer.json()["users"], "clientUserId");
            assert_eq!((listed.as_str(), answer.lints()), (expected, "includeRetired"), "{query}");
        }
    }
}

#[tokio::test]
async fn a_managed_account_finds_its_user_and_nobody_else() {
    ledger!("v2.users-managed-apple-id-filter");
    let people = people(&[]).await;
    let found = people.get("users?managedAppleId=linked@org.example").await;
    assert_eq!(column(&found.json()["users"], "clientUserId"), "linked");
    assert_eq!(found.lints(), "undocumented-parameter");
    for query in [
        "managedAppleId=nobody@org.example",
        "managedAppleId=",
        // An address is no account.
        "managedAppleId=invited@org.example",
        "managedAppleId=linked@org.example&clientUserId=invited",
        "managedAppleId=linked@org.example&retiredOnly=true",
    ] {
        assert_eq!(people.column(&format!("users?{query}"), "status").await, "", "{query}");
    }
    // Who is retired lets go of the account.
    one(&people, "retire", json!({"clientUserId": "linked"})).await;
    assert_eq!(people.column("users?managedAppleId=linked@org.example", "status").await, "");
}

#[tokio::test]
async fn a_user_is_invited_linked_retired_and_made_anew() {
    ledger!("v2.question.34-recreated-user");
    let people = people(&[]).await;
    let address = "new@org.example";

    let made = one(&people, "create", json!({"clientUserId": "new", "email": address})).await;
    assert_eq!((&made["eventStatus"], &made["eventType"]), (&json!("COMPLETE"), &json!("CREATE")));
    let invited = records(&people, "new").await.remove(0);
    let code = invited["inviteCode"].as_str().unwrap();
    assert!(code.len() == 32 && code.bytes().all(|byte| b"0123456789abcdef".contains(&byte)));
    let shown = json!({
        "clientUserId": "new", "email": address, "inviteCode": code, "status": "Registered",
    });
    assert_eq!(invited, shown);

    one(&people, "update", json!({"clientUserId": "new", "email": "n@org.example"})).await;
    let updated = records(&people, "new").await.remove(0);
    assert_eq!(
        (&updated["email"], &updated["inviteCode"]),
        (&json!("n@org.example"), &json!(code))
    );

    one(&people, "update", json!({"clientUserId": "new", "managedAppleId": address})).await;
    let linked = records(&people, "new").await.remove(0);
    let hash = linked["idHash"].as_str().unwrap();
    assert!(hash.len() == 28 && hash.ends_with('='), "base64 of 20 bytes: {hash}");
    let shown = json!({
        "clientUserId": "new", "email": "n@org.example", "idHash": hash, "status": "Associated",
    });
    assert_eq!(linked, shown);

    one(&people, "retire", json!({"clientUserId": "new"})).await;
    let retired = records(&people, "new").await;
    assert_eq!(
        (retired[0]["status"].as_str(), &retired[0]["idHash"]),
        (Some("Retired"), &json!(hash))
    );

    one(&people, "create", json!({"clientUserId": "new"})).await;
    let both = json!(records(&people, "new").await);
    assert_eq!(column(&both, "status"), "Retired Registered");
    assert_eq!(both[0], retired[0], "the retired record stays as it was");
    assert_ne!(both[1]["inviteCode"], json!(code));
}

#[tokio::test]
async fn a_retired_user_without_an_account_is_registered_again() {
    ledger!("v2.question.34-recreated-user");
    let people = people(&[]).await;
    let user = json!({"clientUserId": "invited"});
    let before = records(&people, "invited").await;
    one(&people, "retire", user.clone()).await;
    assert!(records(&people, "invited").await[0].get("inviteCode").is_none());
    one(&people, "create", user).await;
    let after = records(&people, "invited").await;
    assert_eq!((after.len(), &after[0]["status"]), (1, &json!("Registered")));
    assert_ne!(after[0]["inviteCode"], before[0]["inviteCode"]);
}

#[tokio::test]
async fn a_user_with_a_managed_account_is_linked_at_once() {
    let people = people(&[]).await;
    let user = json!({"clientUserId": "new", "managedAppleId": "new@org.example"});
    one(&people, "create", user).await;
    let linked = records(&people, "new").await.remove(0);
    let members: Vec<&String> = linked.as_object().unwrap().keys().collect();
    assert_eq!(members, ["clientUserId", "idHash", "status"]);
    assert_eq!(linked["status"], "Associated");
}

#[tokio::test]
async fn of_two_records_with_one_account_the_new_or_the_old_one_stays() {
    ledger!("setting.users.same_account");
    for (value, statuses) in [("new", "Deleted Associated"), ("old", "Associated Retired")] {
        let people = people(&[("users.same_account", value)]).await;
        let user = json!({"clientUserId": "linked", "managedAppleId": "linked@org.example"});
        one(&people, "retire", json!({"clientUserId": "linked"})).await;
        assert_eq!(one(&people, "create", user).await["eventStatus"], "COMPLETE");
        let both = json!(records(&people, "linked").await);
        assert_eq!(column(&both, "status"), statuses, "{value}");
        assert_eq!(both[0]["idHash"], both[1]["idHash"], "it is the same account");
        // Whoever stays is the one who is found, and can be given something.
        let found = people.column("users?managedAppleId=linked@org.example", "status").await;
        assert_eq!(found, "Associated");
        let active = people.column("users?clientUserId=linked&activeOnly=true", "status").await;
        assert_eq!(active, "Associated");
    }
}

#[tokio::test]
async fn who_is_there_already_cannot_be_created() {
    ledger!("v2.failures-grouped");
    let people = people(&[]).await;
    let body = json!({"users": [
        {"clientUserId": "linked"}, {"clientUserId": "new"}, {"clientUserId": "invited"},
    ]});
    let status = people.done("users/create", body).await;
    let failures = json!([{
        "errorInfo": {"clientUserIds": ["linked", "invited"]},
        "errorMessage": "A registered user already exists with the specified clientUserId.",
        "errorNumber": 9716,
    }]);
    assert_eq!((&status["eventStatus"], &status["failures"]), (&json!("FAILED"), &failures));
    assert_eq!([&status["numCompleted"], &status["numRequested"]], [1, 3]);
    assert_eq!(people.column("users?clientUserId=new", "status").await, "Registered");
}

#[tokio::test]
async fn an_account_belongs_to_one_active_user() {
    ledger!("v2.question.35-account-linked-twice");
    let people = people(&[]).await;
    let account = "linked@org.example";
    for (what, id) in [("create", "new"), ("update", "invited")] {
        let user = json!({"clientUserId": id, "managedAppleId": account});
        let status = one(&people, what, user).await;
        let failure = &status["failures"][0];
        assert_eq!(
            (&status["eventStatus"], &failure["errorNumber"]),
            (&json!("FAILED"), &json!(9641))
        );
        assert_eq!(failure["errorInfo"]["clientUserIds"], json!([id]));
    }
    assert_eq!(people.column("users?clientUserId=new", "status").await, "");
    assert_eq!(people.column("users?clientUserId=invited", "status").await, "Registered");
    // Saying it again of its owner is no conflict; once it is free, others may have it.
    let own = json!({"clientUserId": "linked", "managedAppleId": account});
    assert_eq!(one(&people, "update", own).await["eventStatus"], "COMPLETE");
    one(&people, "retire", json!({"clientUserId": "linked"})).await;
    let new = json!({"clientUserId": "new", "managedAppleId": account});
    assert_eq!(one(&people, "create", new).await["eventStatus"], "COMPLETE");
}

#[tokio::test]
async fn what_is_no_account_of_the_organization_cannot_be_linked() {
    ledger!("setting.users.managed_accounts");
    for (value, account, number) in [
        ("any", "somebody@elsewhere.example", None),
        ("any", "not an account", Some(9635)),
        ("listed", "somebody@elsewhere.example", Some(9635)),
        ("listed", "somebody@org.example", None),
        ("listed", "somebody@ORG.example", None),
    ] {
        let people = people(&[("users.managed_accounts", value)]).await;
        let user = json!({"clientUserId": "new", "managedAppleId": account});
        let status = one(&people, "create", user).await;
        assert_eq!(status["failures"][0]["errorNumber"].as_u64(), number, "{value}: {account}");
        let expected = if number.is_none() { "Associated" } else { "" };
        assert_eq!(people.column("users?clientUserId=new", "status").await, expected, "{value}");
    }
}
