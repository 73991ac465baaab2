//! Licences by the batch (apple-legacy-v1.md §14).

use insta::assert_json_snapshot;
use serde_json::{Value, json};

use super::Library;

/// `n` serial numbers.
fn serials(n: usize) -> Vec<String> {
    (0..n).map(|n| format!("SERIAL{n:04}")).collect()
}

#[tokio::test]
async fn devices_get_licences_as_long_as_there_are_some() {
    ledger!("v1.question.21-order-of-items", "v1.question.22-other-direction");
    let library = Library::open().await;
    let answer =
        library.manage("900000001", json!({"associateSerialNumbers": ["S1", "S2", "S3"]})).await;
    assert_json_snapshot!(answer);
    assert_eq!(library.counts("900000001").await, (4, 0));
}

#[tokio::test]
async fn users_get_licences_before_they_accept() {
    let library = Library::open().await;
    let users = json!({"associateClientUserIdStrs": ["cu-0041", "cu-0042", "nobody"], "pricingParam": "STDQ"});
    assert_json_snapshot!(library.manage("900000004", users).await);
}

#[tokio::test]
async fn who_holds_it_already_is_shown_with_the_licence() {
    let library = Library::open().await;
    let again =
        library.manage("900000001", json!({"associateClientUserIdStrs": ["cu-0042"]})).await;
    assert_json_snapshot!("user_again", again);
    let again =
        library.manage("900000001", json!({"associateSerialNumbers": ["MOCKSN000001"]})).await;
    assert_json_snapshot!("device_again", again);
}

#[tokio::test]
async fn what_is_freed_first_can_be_given_again() {
    ledger!("v1.question.20-disassociated-licence");
    let library = Library::open().await;
    library.manage("900000001", json!({"associateSerialNumbers": ["S1", "S2"]})).await;
    let swap = json!({"associateSerialNumbers": ["S3"], "disassociateClientUserIdStrs": ["cu-0042"], "notifyDisassociation": false});
    assert_json_snapshot!(library.manage("900000001", swap).await);
    assert_eq!(library.counts("900000001").await, (4, 0));
}

#[tokio::test]
async fn licences_are_taken_back_by_user_device_or_number() {
    let library = Library::open().await;
    let given = library.manage("900000001", json!({"associateSerialNumbers": ["S1"]})).await;
    let id = given["associations"][0]["licenseIdStr"].clone();
    let by_number = json!({"disassociateLicenseIdStrs": [id, "1", "x", "8000"]});
    assert_json_snapshot!("by_number", library.manage("900000001", by_number).await);
    let by_device = json!({"disassociateSerialNumbers": ["MOCKSN000001", "S1", "never seen"]});
    assert_json_snapshot!("by_device", library.manage("900000001", by_device).await);
    let by_user = json!({"disassociateClientUserIdStrs": ["cu-0042", "cu-0041", "nobody"]});
    assert_json_snapshot!("by_user", library.manage("900000001", by_user).await);
    assert_eq!(library.counts("900000001").await, (0, 4));
}

#[tokio::test]
async fn books_are_for_users_and_for_good() {
    let library = Library::open().await;
    let taken =
        library.manage("900000002", json!({"disassociateClientUserIdStrs": ["cu-0042"]})).await;
    assert_json_snapshot!("irrevocable", taken);
    let given = library.manage("900000002", json!({"associateSerialNumbers": ["S1"]})).await;
    assert_json_snapshot!("for_users_only", given);
}

#[tokio::test]
async fn the_book_of_a_former_self_is_in_the_way() {
    let library = Library::open().await;
    let account = json!({"clientUserIdStr": "cu-8", "managedAppleIDStr": "p@example.edu"});
    library.call("registerVPPUserSrv", account).await;
    library.manage("900000002", json!({"associateClientUserIdStrs": ["cu-8"]})).await;
    library.call("retireVPPUserSrv", json!({"clientUserIdStr": "cu-8"})).await;
    let account = json!({"clientUserIdStr": "cu-9", "managedAppleIDStr": "p@example.edu"});
    library.call("registerVPPUserSrv", account).await;
    let given = library.manage("900000002", json!({"associateClientUserIdStrs": ["cu-9"]})).await;
    assert_json_snapshot!(given);
}

#[tokio::test]
async fn the_other_quality_is_another_asset() {
    let library = Library::open().await;
    let plus = json!({"associateClientUserIdStrs": ["cu-0041"], "pricingParam": "PLUS"});
    let given = library.manage("900000005", plus).await;
    assert_eq!((&given["status"], &given["pricingParam"]), (&json!(0), &json!("PLUS")));
    let standard =
        library.manage("900000005", json!({"associateClientUserIdStrs": ["cu-0041"]})).await;
    assert_eq!(standard["errorNumber"], 9610);
}

#[tokio::test]
async fn software_for_the_mac_has_a_type_of_its_own() {
    let library = Library::open().await;
    let given =
        library.manage("900000003", json!({"associateClientUserIdStrs": ["cu-0041"]})).await;
    assert_eq!(
        (&given["productTypeId"], &given["productTypeName"]),
        (&json!(7), &json!("Software"))
    );
    let device = library.manage("900000003", json!({"associateSerialNumbers": ["S1"]})).await;
    assert_eq!(device["associations"][0]["errorNumber"], 9628);
    assert!(device["associations"][0].get("licenseIdStr").is_none());
}

#[tokio::test]
async fn ten_at_a_time_and_not_one_more() {
    ledger!("v1.conflict.batch-maxima", "v1.question.15-disassociate-text");
    let library = Library::open().await;
    assert_eq!(
        library.manage("900000001", json!({"associateSerialNumbers": serials(10)})).await["status"],
        -3
    );
    let before = library.counts("900000001").await;
    let many = library.manage("900000001", json!({"associateSerialNumbers": serials(11)})).await;
    assert_json_snapshot!("too_many_to_give", many);
    let many = json!({"disassociateSerialNumbers": serials(11), "associateSerialNumbers": ["S1"]});
    assert_json_snapshot!("too_many_to_take", library.manage("900000001", many).await);
    assert_eq!(library.counts("900000001").await, before, "nothing was done");
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_as_a_whole() {
    ledger!(
        "v1.question.13-empty-manage",
        "v1.question.14-two-arrays",
        "v1.question.17-asset-not-owned",
        "v1.question.18-pricing-param"
    );
    let library = Library::open().await;
    let two = json!({"associateSerialNumbers": ["S1"], "associateClientUserIdStrs": ["cu-0041"]});
    let two_back = json!({"disassociateSerialNumbers": ["MOCKSN000001"], "disassociateLicenseIdStrs": ["5000"]});
    for (adam_id, members, number) in [
        ("900000001", json!({}), 9600),
        (
            "900000001",
            json!({"associateSerialNumbers": [], "disassociateSerialNumbers": null}),
            9600,
        ),
        ("", json!({"associateSerialNumbers": ["S1"]}), 9600),
        ("900000001", two, 9602),
        ("900000001", two_back, 9602),
        ("900000001", json!({"associateSerialNumbers": ["S1"], "pricingParam": "GOLD"}), 9602),
        (
            "900000001",
            json!({"associateSerialNumbers": ["S1"], "notifyDisassociation": "perhaps"}),
            9602,
        ),
        ("900000001", json!({"associateSerialNumbers": ["S1"], "pricingParam": "PLUS"}), 9610),
        ("123", json!({"associateSerialNumbers": ["S1"]}), 9610),
    ] {
        let answer = library.manage(adam_id, members.clone()).await;
        assert_eq!(answer["errorNumber"], number, "{adam_id} {members}");
        assert!(answer.get("associations").is_none());
    }
    assert_eq!(library.counts("900000001").await, (2, 2));
}

/// A call with two arrays of each direction.
fn two_of_each() -> Value {
    json!({
        "associateSerialNumbers": ["S1", "S2"],
        "associateClientUserIdStrs": ["cu-0041"],
        "disassociateSerialNumbers": ["MOCKSN000001"],
        "disassociateClientUserIdStrs": ["cu-0042"],
    })
}

#[tokio::test]
async fn two_arrays_of_one_direction_mean_what_the_setting_says() {
    ledger!("v1.question.14-two-arrays");
    for (reading, status, given, taken, counts) in [
        ("refuse", -1, "", "", (2, 2)),
        ("both", 0, "cu-0041 S1 S2", "cu-0042 MOCKSN000001", (3, 1)),
        ("first", 0, "cu-0041", "cu-0042", (2, 2)),
    ] {
        let library = Library::with(&[("v1.two_arrays", reading)]).await;
        let answer = library.manage("900000001", two_of_each()).await;
        assert_eq!(answer["status"], status, "{reading}");
        assert_eq!(names(&answer["associations"]), given, "{reading}");
        assert_eq!(names(&answer["disassociations"]), taken, "{reading}");
        assert_eq!(library.counts("900000001").await, counts, "{reading}");
        // Each array has its own maximum, whatever two of them mean.
        let mut many = two_of_each();
        many["associateSerialNumbers"] = json!(serials(11));
        assert_eq!(library.manage("900000001", many).await["errorNumber"], 9602, "{reading}");
    }
}

#[tokio::test]
async fn a_rule_chooses_the_reading_from_a_call_on() {
    ledger!("v1.question.14-two-arrays");
    let library = Library::open().await;
    let once = json!({
        "id": "once",
        "on": {"operation": "v1.manageVPPLicensesByAdamIdSrv", "nth": 2},
        "then": {"set": {"v1.two_arrays": "both"}},
    });
    crate::rules::rule(&library.fixture, &once);
    let mut statuses = Vec::new();
    for _ in 0..2 {
        statuses.push(library.manage("900000001", two_of_each()).await["status"].clone());
    }
    assert_eq!(statuses, [-1, 0]);
}

/// Who the items of a direction are about, blank separated.
fn names(items: &Value) -> String {
    let name = |item: &Value| {
        let name = item["clientUserIdStr"].as_str().or(item["serialNumber"].as_str());
        name.unwrap().to_owned()
    };
    let items = items.as_array().into_iter().flatten();
    items.map(name).collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn what_comes_twice_fails_the_second_time() {
    ledger!("v1.question.16-duplicates", "v1.question.19-all-failed");
    let library = Library::open().await;
    let given = library.manage("900000001", json!({"associateSerialNumbers": ["S1", "S1"]})).await;
    assert_eq!(given["status"], -3);
    assert_eq!(given["associations"][1]["errorNumber"], 9616);
    let taken =
        library.manage("900000001", json!({"disassociateSerialNumbers": ["S1", "S1"]})).await;
    assert_eq!(taken["disassociations"][1]["errorNumber"], 9619);
    let failed = library.manage("900000001", json!({"disassociateSerialNumbers": ["S1"]})).await;
    assert_eq!(failed["status"], -1);
    assert!(failed.get("errorNumber").is_none(), "what went wrong stands with the items");
}

#[tokio::test]
async fn a_licence_keeps_its_number_as_long_as_it_is_held() {
    let library = Library::open().await;
    let ids = async || {
        let user = library.user("cu-0042").await;
        let each = user["licenses"].as_array().unwrap().iter().map(|it| it["licenseId"].clone());
        each.collect::<Vec<Value>>()
    };
    let before = ids().await;
    library.manage("900000001", json!({"associateSerialNumbers": serials(2)})).await;
    library.manage("900000001", json!({"disassociateSerialNumbers": ["MOCKSN000001"]})).await;
    assert_eq!(ids().await, before);
}
