//! Each verb, by what v2 then tells.

use http::Method;
use quince::Quince;
use serde_json::{Value, json};

use crate::support::Fixture;

const SCHOOL: &str = r#"
[[asset]]
location = "main"
adam_id = "100"
total = 3
[[asset]]
location = "main"
adam_id = "200"
total = 2
device_assignable = false
[[asset]]
location = "main"
adam_id = "300"
unlimited = true
[[user]]
location = "main"
client_user_id = "ada"
status = "Registered"
email = "ada@org.example"
[[user]]
location = "main"
client_user_id = "ben"
status = "Registered"
[[assignment]]
location = "main"
adam_id = "100"
serial_number = "C1"
"#;

async fn school() -> Fixture {
    Fixture::written(SCHOOL, &[]).await
}

fn counts(asset: &Value) -> [u64; 4] {
    ["totalCount", "assignedCount", "availableCount", "retiredCount"]
        .map(|name| asset[name].as_u64().unwrap_or_else(|| panic!("{asset}")))
}

#[tokio::test]
async fn buying_makes_the_total_grow() {
    let school = school().await;
    let before = school.version("assets").await;
    let done = school.act("buy-licenses", json!({"adam_id": "100", "count": 5})).await;
    assert_eq!(done["text"], "5 licences of 100 bought; 8 now");
    assert_eq!(done["locations"], json!(["main"]));
    assert_eq!(counts(&school.asset("100").await), [8, 1, 7, 0]);
    assert_ne!(school.version("assets").await, before);
    let next = school.act("buy-licenses", json!({"adam_id": "200"})).await;
    let first = |done: &Value| done["firstLicenseId"].as_u64().unwrap();
    assert_eq!(first(&next), first(&done) + 5, "ids go on where the last purchase ended");
    // Without a product: the lowest one that has licences to count.
    let lowest = school.act("buy-licenses", json!(null)).await;
    assert_eq!(lowest["assets"], json!([{"adamId": "100", "pricingParam": "STDQ"}]));
}

#[tokio::test]
async fn buying_what_is_not_owned_yet_adds_an_asset() {
    let school = school().await;
    school.act("buy-licenses", json!({"adam_id": "900", "count": 2})).await;
    let book = json!({"adam_id": "901", "product_type": "Book", "pricing_param": "PLUS"});
    school.act("buy-licenses", book).await;
    assert_eq!(school.column("assets", "adamId").await, "100 200 300 900 901");
    let (app, book) = (school.asset("900").await, school.asset("901").await);
    assert_eq!(counts(&app), [2, 0, 2, 0]);
    assert_eq!((&app["revocable"], &app["deviceAssignable"]), (&json!(true), &json!(true)));
    assert_eq!((&book["revocable"], &book["pricingParam"]), (&json!(false), &json!("PLUS")));
    let body = json!({"assets": [{"adamId": "900"}], "serialNumbers": ["C2"]});
    assert_eq!(school.done("assets/associate", body).await["eventStatus"], "COMPLETE");
}

#[tokio::test]
async fn refunding_takes_free_licences_only() {
    ledger!("verb.refund-licenses");
    let school = school().await;
    let (status, pointer, text) =
        school.unfit("refund-licenses", json!({"adam_id": "100", "count": 3})).await;
    assert_eq!((status, pointer.as_str()), (409, "/count"));
    assert_eq!(
        text,
        "100 has only 2 free of 3: 1 are assigned; take some back first, so 3 cannot go"
    );
    let done = school.act("refund-licenses", json!({"adam_id": "100", "count": 2})).await;
    assert_eq!(done["text"], "2 licences of 100 refunded; 1 left");
    assert_eq!(counts(&school.asset("100").await), [1, 1, 0, 2]);
    // What comes afterwards gets other ids than what went.
    let first = school.act("buy-licenses", json!({"adam_id": "100"})).await;
    let again = school.act("refund-licenses", json!({"adam_id": "100"})).await;
    assert_eq!(again["count"], 1);
    let second = school.act("buy-licenses", json!({"adam_id": "100"})).await;
    assert!(second["firstLicenseId"].as_u64() > first["firstLicenseId"].as_u64());
    // A licence that was held and given back can go too, and does not come back.
    let body = json!({"assets": [{"adamId": "100"}], "serialNumbers": ["C1"]});
    school.done("assets/disassociate", body).await;
    school.act("refund-licenses", json!({"adam_id": "100", "count": 2})).await;
    assert_eq!(counts(&school.asset("100").await), [0, 0, 0, 5]);
    let body = json!({"assets": [{"adamId": "100"}], "serialNumbers": ["C1"]});
    assert_eq!(school.done("assets/associate", body).await["failures"][0]["errorNumber"], 9709);
}

#[tokio::test]
async fn licences_are_transferred_between_locations() {
    ledger!("verb.transfer-licenses");
    let two = format!("[[location]]\nkey = \"other\"\n{SCHOOL}");
    let school = Fixture::written(&two, &[]).await;
    let done = school
        .act(
            "transfer-licenses",
            json!({"from": "main", "to": "other", "adam_id": "100", "count": 2}),
        )
        .await;
    assert_eq!(done["text"], "2 licences of 100 transferred from main to other");
    assert_eq!(done["locations"], json!(["main", "other"]));
    assert_eq!(counts(&school.asset("100").await), [1, 1, 0, 2]);
    let stoken = school.quince.universe("default").stoken("other");
    let other = Fixture { quince: school.quince, stoken };
    assert_eq!(counts(&other.asset("100").await), [2, 0, 2, 0]);
    // Back again: the only other location is meant.
    other.act("transfer-licenses", json!({"from": "other"})).await;
    assert_eq!(counts(&other.asset("100").await), [1, 0, 1, 1]);
    let (status, pointer, _) =
        other.unfit("transfer-licenses", json!({"from": "main", "to": "main"})).await;
    assert_eq!((status, pointer.as_str()), (400, "/to"));
    let (_, pointer, text) = other.unfit("buy-licenses", json!({})).await;
    assert_eq!(pointer, "/location");
    assert!(text.ends_with("say which; there are: main, other"), "{text}");
}

#[tokio::test]
async fn users_accept_invitations() {
    let school = school().await;
    let code = school.get("users").await.json()["users"][1]["inviteCode"].clone();
    let before = school.version("users").await;
    let done = school.act("accept-invitation", json!({"invite_code": code})).await;
    assert_eq!(done["clientUserIds"], json!(["ben"]));
    assert_eq!(school.column("users", "status").await, "Registered Associated");
    let delta = format!("users?sinceVersionId={before}");
    assert_eq!(school.column(&delta, "clientUserId").await, "ben");
    let (status, pointer, text) =
        school.unfit("accept-invitation", json!({"invite_code": code})).await;
    assert_eq!((status, pointer.as_str()), (409, "/invite_code"));
    assert_eq!(text, "the invitation of user ben was accepted already; name another");
    let (_, _, text) = school.unfit("accept-invitation", json!({"invite_code": "nope"})).await;
    assert_eq!(text, "`nope` is the code of no invitation of this location");
    // Without anybody: the lowest who waits, with the own address.
    let (status, pointer, _) = school.unfit("accept-invitation", json!({"up_to": 0})).await;
    assert_eq!((status, pointer.as_str()), (400, "/up_to"));
    let done = school.act("accept-invitation", json!({})).await;
    assert_eq!(done["text"], "user ada accepted the invitation with `ada@org.example`");
    let (_, _, text) = school.unfit("accept-invitation", json!({})).await;
    assert!(text.starts_with("nobody is waiting"), "{text}");
    school.act("add-users", json!({"users": [{"client_user_id": "cy"}]})).await;
    let taken = json!({"client_user_id": "cy", "apple_account": "ada@org.example"});
    let (status, pointer, _) = school.unfit("accept-invitation", taken).await;
    assert_eq!((status, pointer.as_str()), (409, "/apple_account"));
}

#[tokio::test]
async fn the_account_of_a_retired_user_comes_back() {
    for (setting, expected) in [("new", "Deleted Associated"), ("old", "Associated Retired")] {
        let school = Fixture::written(SCHOOL, &[("users.same_account", setting)]).await;
        school.act("accept-invitation", json!({"client_user_id": "ada"})).await;
        school.act("other-admin-retires-user", json!({"client_user_id": "ada"})).await;
        school
            .act(
                "add-users",
                json!({"users": [{"client_user_id": "ada", "email": "ada@org.example"}]}),
            )
            .await;
        school.act("accept-invitation", json!({"client_user_id": "ada"})).await;
        let statuses = school.column("users?clientUserId=ada", "status").await;
        assert_eq!(statuses, expected, "{setting}");
    }
}

#[tokio::test]
async fn tokens_end_in_three_ways() {
    let heard = async |fixture: &Fixture| fixture.refusal("assets").await;
    let school = school().await;
    school.act("expire-token", json!({})).await;
    assert_eq!(heard(&school).await, (401, 9621));
    let school = self::school().await;
    school.act("revoke-token", json!({})).await;
    assert_eq!(heard(&school).await, (401, 9625));
    let done = school.act("renew-token", json!({})).await;
    assert_eq!(done["serial"], 2);
    let renewed = done["stoken"].as_str().unwrap().to_owned();
    assert_eq!(school.quince.universe("default").stoken("main"), renewed);
    assert_eq!(heard(&school).await, (401, 9625), "the old one stays revoked");
    let school = Fixture { quince: school.quince, stoken: renewed };
    assert_eq!(school.get("assets").await.status, 200);
    // An old one is expired without harm to the new one.
    school.act("expire-token", json!({"serial": 1})).await;
    assert_eq!(school.get("assets").await.status, 200);
    let (status, pointer, _) = school.unfit("revoke-token", json!({"serial": 0})).await;
    assert_eq!((status, pointer.as_str()), (400, "/serial"));
}

#[tokio::test]
async fn another_mdm_takes_over() {
    let school = school().await;
    assert_eq!(school.get("assets").await.json()["mdmInfo"], json!(null));
    school.act("other-mdm-takes-over", json!({})).await;
    let info = school.get("assets").await.json()["mdmInfo"].clone();
    assert_eq!((&info["name"], info["id"].as_str().unwrap().len()), (&json!("Other MDM"), 36));
    let named = json!({"mdm_name": "Acme", "mdm_id": "a-1", "mdm_metadata": ""});
    school.act("other-mdm-takes-over", named).await;
    let info = school.get("client/config").await.json()["mdmInfo"].clone();
    assert_eq!(info, json!({"id": "a-1", "name": "Acme", "metadata": ""}));
    let (status, pointer, text) =
        school.unfit("other-mdm-takes-over", json!({"mdm_name": "x".repeat(101)})).await;
    assert_eq!((status, pointer.as_str()), (400, "/mdm_name"));
    assert_eq!(text, "mdm_name has 101 characters; at most 100 fit");
}

#[tokio::test]
async fn other_administrators_assign_and_retire() {
    let school = school().await;
    school.act("add-devices", json!({"serial_numbers": ["C2"]})).await;
    // The lowest asset, and the lowest device that does not hold it, then the lowest user.
    let done = school.act("other-admin-assigns", json!({"count": 2})).await;
    assert_eq!(done["text"], "100 assigned to C2 and ada");
    assert_eq!(counts(&school.asset("100").await), [3, 3, 0, 0]);
    // 100 has nothing free: 200 is next, which is not for devices.
    let done = school.act("other-admin-assigns", json!({})).await;
    assert_eq!(done["text"], "200 assigned to ada");
    let done = school
        .act(
            "other-admin-assigns",
            json!({"adam_id": "300", "serial_numbers": ["NEW"], "client_user_ids": ["ben"]}),
        )
        .await;
    assert_eq!(done["count"], 2);
    assert_eq!(school.column("assignments?serialNumber=NEW", "adamId").await, "300");
    let retired = school.act("other-admin-retires-user", json!({})).await;
    assert_eq!(retired["clientUserIds"], json!(["ada"]));
    assert_eq!(counts(&school.asset("100").await), [3, 2, 1, 0]);
    assert_eq!(school.column("users", "status").await, "Retired Registered");
}

#[tokio::test]
async fn assets_become_irrevocable_and_go() {
    ledger!("verb.remove-asset");
    let school = school().await;
    let done = school.act("make-asset-irrevocable", json!({})).await;
    assert_eq!(done["text"], "100 is irrevocable now");
    let body = json!({"assets": [{"adamId": "100"}], "serialNumbers": ["C1"]});
    assert_eq!(school.post("assets/disassociate", body).await.json()["errorNumber"], 9706);
    // It can be bought, and what is free can go.
    school.act("buy-licenses", json!({"adam_id": "100", "count": 1})).await;
    let (_, _, text) = school.unfit("refund-licenses", json!({"adam_id": "100", "count": 4})).await;
    assert_eq!(text, "100 has only 3 free of 4: 1 are assigned, for good, so 4 cannot go");
    let (status, pointer, text) = school.unfit("remove-asset", json!({"adam_id": "100"})).await;
    assert_eq!((status, pointer.as_str()), (409, "/force"));
    assert_eq!(text, "100 is assigned 1 time: take it back first, or use force");
    let versions = (school.version("assets").await, school.version("assignments").await);
    let done = school.act("remove-asset", json!({"adam_id": "100", "force": true})).await;
    assert_eq!(done["text"], "100 removed with 1 assignment");
    assert_eq!(school.column("assets", "adamId").await, "200 300");
    assert_eq!(school.asset("100").await, json!(null));
    assert_eq!(school.column("assignments", "adamId").await, "");
    assert_ne!(school.version("assets").await, versions.0);
    assert_ne!(school.version("assignments").await, versions.1);
    // Who buys it again has a new asset, at the end of the list.
    school.act("buy-licenses", json!({"adam_id": "100"})).await;
    assert_eq!(school.column("assets", "adamId").await, "200 300 100");
    assert_eq!(counts(&school.asset("100").await), [1, 0, 1, 0]);
    let done = school.act("remove-asset", json!({})).await;
    assert_eq!(done["text"], "200 removed", "the lowest that nobody holds");
}

#[tokio::test]
async fn devices_and_users_are_added() {
    let school = school().await;
    let devices = school.act("add-devices", json!({"count": 3})).await;
    let devices = devices["serialNumbers"].as_array().unwrap().clone();
    assert!(devices.iter().all(|serial| serial.as_str().unwrap().len() == 12), "{devices:?}");
    let other = Quince::builder().world_spec(crate::support::lists::world(SCHOOL));
    let other = Fixture::of(other, "main").await;
    let again = other.act("add-devices", json!({"count": 3})).await;
    assert_eq!(again["serialNumbers"], json!(devices), "the same seed makes the same devices");
    let users = school.act("add-users", json!({"count": 2})).await;
    assert_eq!(users["text"], "2 users added: user-3 and user-4");
    assert_eq!(
        school.column("users?activeOnly=true", "clientUserId").await,
        "ada ben user-3 user-4"
    );
    let linked =
        json!({"users": [{"client_user_id": "dee", "managed_apple_id": "dee@org.example"}]});
    school.act("add-users", linked).await;
    assert_eq!(school.column("users?clientUserId=dee", "status").await, "Associated");
}

#[tokio::test]
async fn limits_change_and_are_announced() {
    ledger!("verb.change-limits");
    let two = format!("[[location]]\nkey = \"other\"\n{SCHOOL}");
    let school = Fixture::written(&two, &[]).await;
    let done = school.act("change-limits", json!({"maxAssets": 1, "maxUsers": 7})).await;
    assert_eq!(done["text"], "maxAssets is 1, maxUsers is 7");
    assert_eq!(done["locations"], json!(["main", "other"]));
    let body = json!({"assets": [{"adamId": "100"}, {"adamId": "200"}], "clientUserIds": ["ada"]});
    assert_eq!(school.post("assets/associate", body).await.json()["errorNumber"], 9700);
    school.act("change-limits", json!({"location": "other", "maxUsers": 8})).await;
    let other = school.quince.universe("default").stoken("other");
    let announced = async |school: &Fixture| {
        school.get("service/config").await.json()["limits"]["maxUsers"].clone()
    };
    assert_eq!(announced(&school).await, 7);
    let bare = Fixture::bare(Method::GET, "/mdm/v2/service/config");
    let without = school.send(bare.body(http_body_util::Full::default()).unwrap()).await.json();
    assert_eq!(without["limits"]["maxUsers"], 7, "the first location's");
    let school = Fixture { quince: school.quince, stoken: other };
    assert_eq!(announced(&school).await, 8);
    let (status, pointer, _) = school.unfit("change-limits", json!({"maxUsers": 0})).await;
    assert_eq!((status, pointer.as_str()), (400, "/maxUsers"));
    let (status, ..) = school.unfit("change-limits", json!({})).await;
    assert_eq!(status, 400);
}

#[tokio::test]
async fn the_service_moves_and_comes_back() {
    ledger!("verb.move-service", "verb.move-service-retry-after");
    let school = school().await;
    for (error, heard, retry_after) in
        [(9617, (410, 9634), None), (9634, (410, 9634), None), (9729, (503, 9729), Some("60"))]
    {
        school.act("move-service", json!({"error": error})).await;
        for path in ["assets", "users", "assignments", "client/config", "status?eventId=x"] {
            assert_eq!(school.refusal(path).await, heard, "{error} {path}");
        }
        let answer = school.post("users/create", json!({"users": []})).await;
        assert_eq!(answer.status.as_u16(), heard.0, "{error}");
        let told = answer.headers.get("retry-after").map(|value| value.to_str().unwrap());
        assert_eq!(told, retry_after, "{error}");
        assert_eq!(school.get("service/config").await.status, 200, "whoever moved is asked there");
    }
    school.act("move-service", json!({"error": null})).await;
    assert_eq!(school.get("assets").await.status, 200);
    let (status, _, text) = school.unfit("move-service", json!({"error": null})).await;
    assert_eq!(
        (status, text.as_str()),
        (409, "the service is here already; nothing is to be done")
    );
}
