//! `GET /assignments`: who holds what, filtered.

use quince::Quince;
use serde_json::{Value, json};

use crate::support::Fixture;
use crate::support::lists::column;

/// Somebody of each status, two devices, and one name that is a user's and a device's.
const HELD: &str = r#"
[[asset]]
adam_id = "101"
total   = 10
[[asset]]
adam_id       = "101"
pricing_param = "PLUS"
total         = 10
[[asset]]
adam_id      = "103"
product_type = "Book"
total        = 10
[[user]]
client_user_id   = "linked"
status           = "Associated"
managed_apple_id = "linked@org.example"
[[user]]
client_user_id = "invited"
[[user]]
client_user_id = "gone"
status         = "Retired"
id_hash        = "AAAAAAAAAAAAAAAAAAAAAAAAAAA="
[[user]]
client_user_id = "twin"
[[assignment]]
adam_id        = "103"
client_user_id = "gone"
[[assignment]]
adam_id        = "101"
client_user_id = "linked"
[[assignment]]
adam_id       = "101"
serial_number = "D1"
[[assignment]]
adam_id       = "101"
pricing_param = "PLUS"
serial_number = "D1"
[[assignment]]
adam_id        = "103"
client_user_id = "linked"
[[assignment]]
adam_id        = "101"
client_user_id = "invited"
[[assignment]]
adam_id        = "101"
client_user_id = "twin"
[[assignment]]
adam_id       = "101"
serial_number = "twin"
"#;

async fn held() -> Fixture {
    Fixture::written(HELD, &[]).await
}

/// Each record as `product holder`, a `+` behind the product for the quality PLUS.
async fn pairs(fixture: &Fixture, query: &str) -> Vec<String> {
    let answer = fixture.get(&format!("assignments?{query}")).await.json();
    let records = answer["assignments"].as_array().unwrap_or_else(|| panic!("{query}: {answer}"));
    assert_eq!(answer["size"], records.len(), "{query}");
    let pair = |record: &Value| {
        let holder = match (&record["clientUserId"], &record["serialNumber"]) {
            (Value::String(user), Value::Null) => user.clone(),
            (Value::Null, Value::String(device)) => format!("#{device}"),
            _ => panic!("exactly one of the two: {record}"),
        };
        let plus = if record["pricingParam"] == "PLUS" { "+" } else { "" };
        format!("{}{plus} {holder}", record["adamId"].as_str().unwrap())
    };
    records.iter().map(pair).collect()
}

#[tokio::test]
async fn every_assignment_is_listed_in_order_of_creation() {
    ledger!("v2.member-order");
    let held = held().await;
    insta::assert_snapshot!(held.get("assignments").await.transcript());
}

#[tokio::test]
async fn each_filter_leaves_what_fits() {
    let held = held().await;
    for (query, expected) in [
        ("adamId=103", &["103 gone", "103 linked"][..]),
        ("serialNumber=D1", &["101 #D1", "101+ #D1"]),
        ("clientUserId=linked", &["101 linked", "103 linked"]),
        ("clientUserId=gone", &["103 gone"]),
        ("clientUserId=twin", &["101 twin"]),
        ("serialNumber=twin", &["101 #twin"]),
        ("pricingParam=PLUS", &["101+ #D1"]),
        ("adamId=101&pricingParam=PLUS", &["101+ #D1"]),
        ("adamId=103&pricingParam=PLUS", &[]),
        ("serialNumber=D1&pricingParam=STDQ", &["101 #D1"]),
        ("adamId=103&clientUserId=linked", &["103 linked"]),
        ("adamId=103&serialNumber=D1", &[]),
        ("adamId=103&excludeInactiveUsers=true", &["103 linked"]),
        ("adamId=103&excludeInactiveUsers=false", &["103 gone", "103 linked"]),
        ("clientUserId=gone&excludeInactiveUsers=true", &[]),
        ("serialNumber=D1&excludeInactiveUsers=true&pricingParam=PLUS", &["101+ #D1"]),
        ("clientUserId=", &[]),
        ("serialNumber=", &[]),
    ] {
        assert_eq!(pairs(&held, query).await, expected, "{query}");
    }
    assert_eq!(pairs(&held, "excludeInactiveUsers=true").await.len(), 7);
    assert_eq!(pairs(&held, "pricingParam=STDQ").await.len(), 7);
}

#[tokio::test]
async fn whatever_is_unknown_is_an_empty_list_of_one_page() {
    ledger!("v2.question.14-empty-list");
    let held = held().await;
    for query in ["adamId=999", "serialNumber=D9", "clientUserId=nobody"] {
        let answer = held.get(&format!("assignments?{query}")).await.json();
        assert_eq!(answer["assignments"], json!([]), "{query}");
        let page = ["size", "currentPageIndex", "totalPages"].map(|name| answer[name].as_u64());
        assert_eq!(page, [Some(0), Some(0), Some(1)], "{query}");
        assert!(answer.get("nextPageIndex").is_none(), "{query}");
    }
}

#[tokio::test]
async fn a_user_and_a_device_at_once_hold_nothing() {
    ledger!("v2.both-targets-filter-and");
    let held = held().await;
    for query in ["clientUserId=linked&serialNumber=D1", "clientUserId=twin&serialNumber=twin"] {
        let answer = held.get(&format!("assignments?{query}")).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["size"]), (200, &json!(0)), "{query}");
    }
}

#[tokio::test]
async fn letter_case_matters_in_ids_and_serial_numbers() {
    ledger!("v2.question.31-case");
    let held = held().await;
    for query in ["clientUserId=Linked", "serialNumber=d1"] {
        assert_eq!(pairs(&held, query).await, [""; 0], "{query}");
    }
    // Another case is another device, and nobody's user.
    let assets = json!([{"adamId": "101"}]);
    let body = json!({"assets": assets, "serialNumbers": ["d1"]});
    assert_eq!(held.done("assets/associate", body).await["eventStatus"], "COMPLETE");
    assert_eq!(pairs(&held, "serialNumber=d1").await, ["101 #d1"]);
    assert_eq!(pairs(&held, "serialNumber=D1").await.len(), 2);
    let body = json!({"assets": assets, "clientUserIds": ["Linked"]});
    assert_eq!(held.post("assets/associate", body).await.json()["errorNumber"], 9609);
    let body = json!({"users": [{"clientUserId": "Linked"}]});
    assert_eq!(held.done("users/create", body).await["eventStatus"], "COMPLETE");
    assert_eq!(held.column("users?clientUserId=Linked", "status").await, "Registered");
}

#[tokio::test]
async fn the_state_of_users_is_told_if_it_is_wanted() {
    let held = held().await;
    let told = held.get("assignments?includeUserState=true").await;
    insta::assert_snapshot!(told.text());
    let untold = held.get("assignments?includeUserState=false").await;
    assert_eq!(untold.text(), held.get("assignments").await.text());
}

#[tokio::test]
async fn a_value_that_is_none_of_its_type_is_refused() {
    let held = held().await;
    for query in [
        "pricingParam=standard",
        "excludeInactiveUsers=1",
        "includeUserState=yes",
        "includeUserState=",
        "pageIndex=x",
    ] {
        assert_eq!(held.refusal(&format!("assignments?{query}")).await, (400, 9602), "{query}");
    }
}

#[tokio::test]
async fn who_is_retired_keeps_what_cannot_be_taken_back() {
    ledger!("v2.question.32-retired-users-assignments");
    let held = held().await;
    let retired = held.done("users/retire", json!({"users": [{"clientUserId": "linked"}]})).await;
    assert_eq!(retired["eventStatus"], "COMPLETE");
    assert_eq!(pairs(&held, "clientUserId=linked").await, ["103 linked"]);
    let query = "assignments?clientUserId=linked&includeUserState=true";
    assert_eq!(held.column(query, "userStatus").await, "Retired");
    assert_eq!(pairs(&held, "adamId=103&excludeInactiveUsers=true").await, [""; 0]);
    let book = held.get("assets?adamId=103").await.json();
    assert_eq!(column(&book["assets"], "assignedCount"), "2");
    assert_eq!(column(&book["assets"], "totalCount"), "10");
}

/// Documents 000 and 002, by value.
mod seed_examples {
    use super::{Fixture, Quince, Value, json};

    /// The sample sToken of "Getting started".
    const SAMPLE_TOKEN: &str = concat!(
        "ewogICAgInRva2VuIjogIlZGZHdRbVZWTVZSUldGSktVbGRTTlZkc1pHcGpNR3hIVTI1Q2FrMXRhRzlhUjJ3eldq",
        "RkdkVk50ZUd0VFJrWjZVMVZhVDJGSFRuUlNiVGxOVVRCS1ExcEdhRTlOUjBaWVRrUXdQUT09IiwKICAgICJleHBE",
        "YXRlIjogIjIwMzAtMTEtMDhUMjI6MzM6MjIrMDAwMCIsCiAgICAib3JnTmFtZSI6ICJPUkcxMjM0NSIKfQ==",
    );

    /// The example answer of "Get Assignments", its white space apart.
    const ANSWER: &str = concat!(
        r#"{"assignments":["#,
        r#"{"adamId":"408709785","clientUserId":"client-1","pricingParam":"STDQ"},"#,
        r#"{"adamId":"408709785","serialNumber":"serial-1","pricingParam":"STDQ"}],"#,
        r#""size":2,"currentPageIndex":0,"tokenExpirationDate":"2030-11-08T22:33:22+0000","#,
        r#""totalPages":1,"uId":"2049025000431439","#,
        r#""versionId":"009061cb-87d1-4ea8-ae4c-7849dc49224e"}"#,
    );

    async fn main() -> Fixture {
        let mut main = Fixture::of(Quince::builder().world("seed-examples"), "main").await;
        assert_eq!(main.stoken, SAMPLE_TOKEN);
        SAMPLE_TOKEN.clone_into(&mut main.stoken);
        main
    }

    #[tokio::test]
    async fn the_documented_request_gets_the_documented_answer() {
        ledger!("v2.member-order");
        let main = main().await;
        let answer = main.get("assignments?adamId=408709785").await;
        assert_eq!((answer.text().as_str(), answer.lints()), (ANSWER, ""));
        for absent in ["nextPageIndex", "mdmInfo"] {
            assert!(answer.json().get(absent).is_none(), "{absent}");
        }
    }

    #[tokio::test]
    async fn once_claimed_every_answer_says_by_whom() {
        let main = main().await;
        let claim = json!({"mdmInfo": {
            "id": "522d5c43-44ca-4f7e-ba7a-53570cf60765",
            "name": "Apple Configurator 2",
            "metadata": "2.13.3",
        }});
        let claimed = main.post("client/config", &claim).await.json();
        assert_eq!(claimed["mdmInfo"], claim["mdmInfo"]);
        let body = json!({"assets": [{"adamId": "408709785"}], "serialNumbers": ["serial-2"]});
        let accepted = main.post("assets/associate", body).await.json();
        assert_eq!(accepted["mdmInfo"], claim["mdmInfo"]);
        let status = format!("status?eventId={}", accepted["eventId"].as_str().unwrap());
        for path in ["client/config", "assets", "assignments", "users", status.as_str()] {
            assert_eq!(main.get(path).await.json()["mdmInfo"], claim["mdmInfo"], "{path}");
        }
        // All else is as documented; only the claim stands in between.
        let list = main.get("assignments?adamId=408709785").await.text();
        let said: Value = serde_json::from_str(&list).unwrap();
        let member = concat!(
            r#""mdmInfo":{"id":"522d5c43-44ca-4f7e-ba7a-53570cf60765","#,
            r#""name":"Apple Configurator 2","metadata":"2.13.3"},"#
        );
        assert_eq!(said["size"], 2, "the event is not due yet");
        assert_eq!(list.replace(member, ""), ANSWER);
    }
}
