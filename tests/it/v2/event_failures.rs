//! Events that fail, in whole or in part, and users that nobody knows.

use quince::Quince;
use quince::api::v2::errors::TABLE;
use serde_json::{Value, json};

use super::school::{BOOK, HERBERT, MAPS, POST, RUTH, TAKEN_ACCOUNT, TEXTS, assets, serials};
use crate::support::Fixture;

const NO_LICENCE: &str =
    "There are not enough licenses for this app or book available to assign to the selected group.";
const NO_USER: &str = "Unable to find the registered user.";

fn outcome(status: &Value) -> (&str, u64, u64) {
    let count = |name: &str| status[name].as_u64().unwrap();
    (status["eventStatus"].as_str().unwrap(), count("numCompleted"), count("numRequested"))
}

fn failure(number: u16, text: &str, info: &Value) -> Value {
    json!({"errorInfo": info, "errorMessage": text, "errorNumber": number})
}

fn asset(adam_id: &str) -> Value {
    json!({"adamId": adam_id, "pricingParam": "STDQ"})
}

/// A school in which unknown users are told by the event.
async fn patient() -> Fixture {
    let builder = Quince::builder().world("small-school").setting("v2.unknown_user", "async");
    Fixture::of(builder, "berlin").await
}

#[tokio::test]
async fn seven_licences_serve_the_first_seven_of_ten() {
    ledger!("v2.question.09-partial-shortage", "v2.shortage-texts");
    let school = Fixture::school().await;
    let some = json!({"assets": assets(&[TEXTS]), "serialNumbers": serials("EARLY", 0..33)});
    assert_eq!(outcome(&school.done("assets/associate", some).await), ("COMPLETE", 33, 33));
    let ten = json!({"assets": assets(&[TEXTS]), "serialNumbers": serials("LATE", 0..10)});
    let accepted = school.post("assets/associate", ten).await.json();
    school.advance("1h");
    let path = format!("status?eventId={}", accepted["eventId"].as_str().unwrap());
    let answer = school.get(&path).await;
    insta::assert_snapshot!("event_short_of_licences", answer.transcript());
    assert_eq!(outcome(&answer.json()), ("FAILED", 7, 10));
    let texts = failure(9709, NO_LICENCE, &json!({"assets": [asset(TEXTS)]}));
    assert_eq!(answer.json()["failures"], json!([texts]), "the text of Service Config");
    for (n, held) in [(0, 1), (6, 1), (7, 0), (9, 0)] {
        let list = school.get(&format!("assignments?serialNumber=LATE{n}")).await.json();
        assert_eq!(list["size"], held, "LATE{n}");
    }
}

#[tokio::test]
async fn an_asset_that_nobody_owns_is_short_of_licences() {
    ledger!("v2.question.07-unknown-asset");
    let school = Fixture::school().await;
    let plus = json!({"adamId": TEXTS, "pricingParam": "PLUS"});
    let body = json!({"assets": [{"adamId": "1"}, plus, {"adamId": MAPS}], "serialNumbers": ["S"]});
    let done = school.done("assets/associate", body).await;
    assert_eq!(outcome(&done), ("FAILED", 1, 3));
    let unowned = json!({"assets": [asset("1"), plus]});
    assert_eq!(done["failures"], json!([failure(9709, NO_LICENCE, &unowned)]));
    // Nobody holds it either: there is nothing to take back.
    let body = json!({"assets": assets(&["1"]), "serialNumbers": ["S"]});
    assert_eq!(outcome(&school.done("assets/disassociate", body).await), ("COMPLETE", 1, 1));
}

#[tokio::test]
async fn failures_are_grouped_by_number_and_name_each_value_once() {
    ledger!("v2.failures-grouped");
    let school = patient().await;
    // The documented example: two assets, eight targets, one of them unknown.
    let body = json!({
        "assets": assets(&[TEXTS, MAPS]),
        "clientUserIds": [RUTH, "u-99"],
        "serialNumbers": serials("S", 0..6),
    });
    let done = school.done("assets/associate", body).await;
    assert_eq!(outcome(&done), ("FAILED", 14, 16));
    let unknown = |ids: &[&str]| failure(9609, NO_USER, &json!({ "clientUserIds": ids }));
    assert_eq!(done["failures"], json!([unknown(&["u-99"])]));
    // Several of both kinds, and nothing in the order of names.
    let body = json!({
        "assets": assets(&["9", BOOK, "8"]),
        "clientUserIds": ["zoe", RUTH, "adam", HERBERT],
    });
    let done = school.done("assets/associate", body).await;
    assert_eq!(outcome(&done), ("FAILED", 2, 12));
    let unowned = json!({"assets": [asset("9"), asset("8")]});
    assert_eq!(
        done["failures"],
        json!([unknown(&["zoe", "adam"]), failure(9709, NO_LICENCE, &unowned)])
    );
    // Two unknown users of two.
    for path in ["users/update", "users/retire"] {
        let body = json!({"users": [{"clientUserId": "b"}, {"clientUserId": "a"}]});
        let done = school.done(path, body).await;
        assert_eq!(outcome(&done), ("FAILED", 0, 2));
        assert_eq!(done["failures"], json!([unknown(&["b", "a"])]));
    }
}

#[tokio::test]
async fn failures_show_while_the_event_still_runs() {
    let builder = Quince::builder().world("small-school").setting("v2.unknown_user", "async");
    let builder = builder.setting("v2.event_steps", "2").setting("v2.event_delay", "2s");
    let school = Fixture::of(builder, "berlin").await;
    let body = json!({"users": [{"clientUserId": "nobody"}, {"clientUserId": RUTH}]});
    let accepted = school.post("users/update", body).await.json();
    let path = format!("status?eventId={}", accepted["eventId"].as_str().unwrap());
    school.advance("1s");
    let half = school.get(&path).await.json();
    assert_eq!(
        (outcome(&half), half["failures"].as_array().unwrap().len()),
        (("PENDING", 0, 2), 1)
    );
    school.advance("1s");
    assert_eq!(outcome(&school.get(&path).await.json()), ("FAILED", 1, 2));
}

#[tokio::test]
async fn an_unknown_user_refuses_the_whole_request_at_once() {
    ledger!("v2.conflict.03-unknown-user");
    let school = Fixture::school().await;
    let unknown = failure(9609, NO_USER, &json!({"clientUserIds": ["b", "a"]}));
    let targets = json!({"assets": assets(&[TEXTS]), "clientUserIds": ["b", RUTH, "a"]});
    let users =
        json!({"users": [{"clientUserId": "b"}, {"clientUserId": RUTH}, {"clientUserId": "a"}]});
    for (path, body) in [
        ("assets/associate", &targets),
        ("assets/disassociate", &targets),
        ("assets/revoke", &targets),
        ("users/update", &users),
        ("users/retire", &users),
    ] {
        let refused = school.post(path, body).await;
        assert_eq!((refused.status.as_u16(), refused.json()), (400, unknown.clone()), "{path}");
    }
    let later = school.quince.universe("default").clock().advance("1h").unwrap();
    assert_eq!(later.happened, [], "nothing was queued");
    assert_eq!(
        school.get(&format!("users?clientUserId={RUTH}")).await.json()["users"][0]["status"],
        "Associated"
    );
}

#[tokio::test]
async fn a_user_who_vanishes_before_the_event_runs_is_a_failure_of_it() {
    ledger!("v2.conflict.03-unknown-user");
    let school = Fixture::school().await;
    let ruth = json!({"users": [{"clientUserId": RUTH}]});
    let targets = json!({"assets": assets(&[TEXTS]), "clientUserIds": [RUTH, HERBERT]});
    // Requests are checked against what has happened, not against what is queued.
    assert_eq!(school.post("users/retire", ruth).await.status, 200);
    let done = school.done("assets/associate", targets).await;
    assert_eq!(outcome(&done), ("FAILED", 1, 2));
    let unknown = failure(9609, NO_USER, &json!({"clientUserIds": [RUTH]}));
    assert_eq!(done["failures"], json!([unknown]));
    // The other way round: a user who was only just asked for is not there yet.
    let new = json!({"users": [{"clientUserId": "new"}]});
    assert_eq!(school.post("users/create", &new).await.status, 200);
    let early = json!({"assets": assets(&[TEXTS]), "clientUserIds": ["new"]});
    assert_eq!(school.post("assets/associate", &early).await.json()["errorNumber"], 9609);
    school.advance("200ms");
    assert_eq!(school.post("assets/associate", early).await.status, 200);
}

#[tokio::test]
async fn revoking_from_an_unknown_user_finds_nothing_when_users_are_told_later() {
    let school = patient().await;
    let done = school.done("assets/revoke", json!({"clientUserIds": ["nobody"]})).await;
    assert_eq!(outcome(&done), ("COMPLETE", 0, 0));
}

#[tokio::test]
async fn an_account_belongs_to_one_user() {
    ledger!("v2.question.35-account-linked-twice");
    let school = Fixture::school().await;
    let text = TABLE.iter().find(|row| row.number == 9641).unwrap().text;
    let taken = |id: &str| failure(9641, text, &json!({"clientUserIds": [id]}));
    let create = json!({"users": [
        {"clientUserId": "one", "managedAppleId": "shared@lindenhof-schule.example"},
        {"clientUserId": "two", "managedAppleId": "shared@lindenhof-schule.example"},
    ]});
    let done = school.done("users/create", create).await;
    assert_eq!(outcome(&done), ("FAILED", 1, 2));
    assert_eq!(done["failures"], json!([taken("two")]));
    assert_eq!(school.get("users?clientUserId=two").await.json()["size"], 0);
    let update = json!({"users": [{"clientUserId": RUTH, "managedAppleId": TAKEN_ACCOUNT}]});
    assert_eq!(school.done("users/update", update).await["failures"], json!([taken(RUTH)]));
    // Free again once its user is retired.
    school.done("users/retire", json!({"users": [{"clientUserId": "one"}]})).await;
    let again = json!({"users": [{"clientUserId": "two", "managedAppleId": "shared@lindenhof-schule.example"}]});
    assert_eq!(outcome(&school.done("users/create", again).await), ("COMPLETE", 1, 1));
}

#[tokio::test]
async fn accounts_of_other_organizations_are_refused_where_the_domains_count() {
    ledger!("setting.users.managed_accounts");
    let text = TABLE.iter().find(|row| row.number == 9635).unwrap().text;
    let user = |id: &str, account: &str| json!({"clientUserId": id, "managedAppleId": account});
    let body = json!({"users": [
        user("own", "own@lindenhof-schule.example"),
        user("upper", "UPPER@LINDENHOF-SCHULE.example"),
        user("foreign", "foreign@other.example"),
        user("below", "below@sub.lindenhof-schule.example"),
        user("nonsense", "nonsense"),
    ]});
    for (setting, refused) in
        [("any", json!(["nonsense"])), ("listed", json!(["foreign", "below", "nonsense"]))]
    {
        let builder = Quince::builder().world("small-school");
        let school =
            Fixture::of(builder.setting("users.managed_accounts", setting), "berlin").await;
        let done = school.done("users/create", &body).await;
        let info = json!({ "clientUserIds": refused });
        assert_eq!(done["failures"], json!([failure(9635, text, &info)]), "{setting}");
        assert_eq!(
            school.get("users?clientUserId=own").await.json()["users"][0]["status"],
            "Associated"
        );
    }
}

#[tokio::test]
async fn an_asset_for_people_refuses_devices_at_once() {
    let school = Fixture::school().await;
    for path in ["assets/associate", "assets/disassociate"] {
        let body = json!({"assets": assets(&[POST, BOOK, TEXTS]), "serialNumbers": ["S"]});
        let refused = school.post(path, body).await.json();
        assert_eq!(refused["errorNumber"], 9707, "{path}");
        assert_eq!(refused["errorInfo"], json!({"assets": [asset(POST), asset(BOOK)]}), "{path}");
    }
}
