//! `getVPPUsersSrv`.

use http::{Method, header};
use http_body_util::Full;
use quince::Quince;
use serde_json::{Value, json};

use super::{column, shown};
use crate::support::Fixture;

const USERS: &str = r#"
[[user]]
client_user_id = "ada"
email          = "ada@org.example"

[[user]]
client_user_id = "bob"
status         = "Associated"
managed_apple_id = "bob@org.example"

[[user]]
client_user_id = "cyd"
status         = "Retired"

[[user]]
client_user_id = "dan"
status         = "Deleted"
"#;

const SERVICE: &str = "getVPPUsersSrv";

async fn names(fixture: &Fixture, asked: Value) -> String {
    column(&fixture.run(SERVICE, &asked, None).await.0, "clientUserIdStr")
}

#[tokio::test]
async fn the_documented_request_gets_the_documented_answer() {
    let world = Quince::builder().world("seed-examples").setting("v1.invite_url", "apple-no-cc");
    let fixture = Fixture::of(world, "legacy").await;
    // As it is printed, blank in the token and all.
    let body = r#"{
  "batchToken": null,
  "sinceModifiedToken": null,
  "includeRetired": 1,
  "includeRetiredOnly": false,
  "ifModifiedSince": null,
  "overrideIndex": null,
  "sToken": "h40Gte9aQnZFDNM39IUkRPCsQDxBxbZB4Wy34pxefOuQkeeb3h2 a5Rlopo4KDn3MrFKf4CM3OY+WGAoZ1cD6iZ6yzsMk1+5PVBNc66YS6ZQ="
}"#;
    let request = Fixture::bare(Method::POST, "/mdm/getVPPUsersSrv")
        .header(header::CONTENT_TYPE, "application/json")
        .body(Full::from(body))
        .unwrap();
    let answer = fixture.send(request).await;
    super::super::schema::check(SERVICE, &answer.json());
    let mut answer = answer.json();
    let token = answer["sinceModifiedToken"].take();
    assert!(token.as_str().unwrap().starts_with("H4sIAAAAAAAAA"), "{token}");
    let url =
        "https://buy.itunes.apple.com/WebObjects/MZFinance.woa/wa/associateVPPUserWithITSAccount";
    let (three, four) = ("f551b37da07146628e8dcbe0111f0364", "859c5aa3485a48918a5f4f70c5629ec8");
    let documented = json!({
        "batchCount": 4,
        "expirationMillis": 1_898_103_480_266_i64,
        "location": {"locationId": 22_222_222_222_i64, "locationName": "LocationName"},
        "sinceModifiedToken": null,
        "status": 0,
        "totalBatchCount": "0",
        "totalCount": 4,
        "uId": "100978",
        "users": [
            {
                "userId": 1, "email": "user1@test.com", "clientUserIdStr": "200006",
                "status": "Associated", "itsIdHash": "C2Wwd8LcIaE2v6f2/mvu82Gs/Lc="
            },
            {
                "userId": 2, "email": "user2@test.com", "clientUserIdStr": "200007",
                "status": "Associated", "itsIdHash": "*leSKk3IaE2vk2KLmv2k3/200D3="
            },
            {
                "userId": 3, "email": "user3@test.com", "clientUserIdStr": "user3@test.com",
                "status": "Registered", "inviteCode": three,
                "inviteUrl": format!("{url}?inviteCode={three}&mt=8")
            },
            {
                "userId": 4, "email": "user4@test.com", "clientUserIdStr": "user4@test.com",
                "status": "Registered", "inviteCode": four,
                "inviteUrl": format!("{url}?inviteCode={four}&mt=8")
            }
        ]
    });
    assert_eq!(answer, documented);
}

#[tokio::test]
async fn retired_users_are_asked_for_and_deleted_ones_are_never_there() {
    ledger!("v1.question.07-include-retired", "v1.licences.order");
    let fixture = Fixture::written(USERS, &[]).await;
    assert_eq!(names(&fixture, json!({})).await, "ada bob");
    assert_eq!(names(&fixture, json!({"includeRetired": 0})).await, "ada bob");
    assert_eq!(names(&fixture, json!({"includeRetired": "1"})).await, "ada bob cyd");
    assert_eq!(names(&fixture, json!({"includeRetiredOnly": true})).await, "cyd");
    assert_eq!(names(&fixture, json!({"includeRetiredOnly": 1, "includeRetired": 0})).await, "cyd");
    for wrong in [json!(true), json!("true"), json!(2), json!(-1), json!([1])] {
        assert_eq!(fixture.v1_error(SERVICE, json!({"includeRetired": wrong})).await, 9602);
    }
    assert_eq!(fixture.v1_error(SERVICE, json!({"includeRetiredOnly": "maybe"})).await, 9602);
}

#[tokio::test]
async fn users_come_as_documented() {
    let fixture = Fixture::written(USERS, &[("v1.batch_size", "2")]).await;
    let first = fixture.v1(SERVICE, json!({"includeRetired": 1})).await;
    insta::assert_snapshot!(shown(&first));
    let next = json!({"batchToken": first["batchToken"]});
    insta::assert_snapshot!(shown(&fixture.v1(SERVICE, next).await));
}

#[tokio::test]
async fn a_batch_has_as_many_records_as_the_setting_says() {
    ledger!("setting.v1.batch_size", "v1.conflict.total-batch-count", "v1.batches.total-count");
    let rows: Vec<String> =
        (0..601).map(|n| format!("[[user]]\nclient_user_id = \"u{n}\"\n")).collect();
    let fixture = Fixture::written(&rows.concat(), &[]).await;
    let first = fixture.v1(SERVICE, json!({})).await;
    let shape = |answer: &Value| {
        [&answer["batchCount"], &answer["totalBatchCount"], &answer["totalCount"]].map(Value::clone)
    };
    assert_eq!(shape(&first), [json!(300), json!("2"), json!(601)]);
    let second = fixture.v1(SERVICE, json!({"batchToken": first["batchToken"]})).await;
    assert_eq!(shape(&second), [json!(300), json!("2"), json!(null)]);
    assert_ne!(second["batchToken"], first["batchToken"]);
    let third = fixture.v1(SERVICE, json!({"batchToken": second["batchToken"]})).await;
    assert_eq!(shape(&third), [json!(1), json!("2"), json!(null)]);
    assert!(third["sinceModifiedToken"].is_string());
    // As Apple's simulator has them; a run that began before goes on as it began.
    fixture.done_by("PATCH", "/universes/default/settings", json!({"v1.batch_size": 600})).await;
    assert_eq!(shape(&fixture.v1(SERVICE, json!({})).await), [json!(600), json!("1"), json!(601)]);
    let again = fixture.v1(SERVICE, json!({"batchToken": first["batchToken"]})).await;
    assert_eq!(again["users"], second["users"]);
}

#[tokio::test]
async fn an_import_can_skip_to_the_since_token() {
    let fixture = Fixture::written(USERS, &[("v1.batch_size", "1")]).await;
    let first = fixture.v1(SERVICE, json!({"includeRetired": 1})).await;
    assert_eq!(first["totalBatchCount"], "2");
    let last = json!({"batchToken": first["batchToken"], "overrideIndex": 2});
    let last = fixture.v1(SERVICE, last).await;
    assert_eq!(column(super::list(&last), "clientUserIdStr"), "cyd");
    let since = last["sinceModifiedToken"].as_str().unwrap();
    assert_eq!(fixture.run(SERVICE, &json!({}), Some(since)).await.0, [] as [Value; 0]);
}

#[tokio::test]
async fn a_later_run_tells_what_was_written_since() {
    ledger!("v1.batches.empty-list");
    let fixture = Fixture::written(USERS, &[]).await;
    let (_, all) = fixture.run(SERVICE, &json!({"includeRetired": 1}), None).await;
    let (_, active) = fixture.run(SERVICE, &json!({}), None).await;
    let nothing = fixture.v1(SERVICE, json!({"sinceModifiedToken": all})).await;
    assert_eq!((&nothing["users"], &nothing["batchCount"]), (&json!([]), &json!(0)));
    assert_eq!((&nothing["totalCount"], &nothing["totalBatchCount"]), (&json!(0), &json!("0")));

    fixture.v1("registerVPPUserSrv", json!({"clientUserIdStr": "eve"})).await;
    fixture.v1("retireVPPUserSrv", json!({"clientUserIdStr": "ada"})).await;
    let told = |token: String, asked: Value| {
        let fixture = &fixture;
        async move { column(&fixture.run(SERVICE, &asked, Some(&token)).await.0, "clientUserIdStr") }
    };
    assert_eq!(told(all.clone(), json!({})).await, "eve ada", "the token remembers its filter");
    assert_eq!(told(active.clone(), json!({"includeRetired": 1})).await, "eve");
    assert_eq!(told(active, json!({"includeRetiredOnly": true})).await, "ada");
    let (_, later) = fixture.run(SERVICE, &json!({}), Some(&all)).await;
    assert_eq!(told(later, json!({})).await, "");
}

#[tokio::test]
async fn an_instant_takes_the_place_of_a_since_token() {
    ledger!("v1.question.24-if-modified-since");
    let fixture = Fixture::written(USERS, &[]).await;
    let now = fixture.quince.universe("default").clock().now().unwrap().0;
    fixture.v1("registerVPPUserSrv", json!({"clientUserIdStr": "eve"})).await;
    fixture.advance("1h");
    fixture.v1("registerVPPUserSrv", json!({"clientUserIdStr": "fay"})).await;
    let since = |at: Value| json!({"ifModifiedSince": at});
    assert_eq!(names(&fixture, since(json!(now + 60_000))).await, "fay");
    assert_eq!(names(&fixture, since(json!((now + 60_000).to_string()))).await, "fay");
    assert_eq!(names(&fixture, since(json!("2099-01-01T00:00:00+0000"))).await, "");
    assert_eq!(names(&fixture, since(json!(0))).await, "ada bob eve fay");
    for wrong in ["soon", "2099-13-01T00:00:00Z"] {
        assert_eq!(fixture.v1_error(SERVICE, since(json!(wrong))).await, 9614);
    }
}
