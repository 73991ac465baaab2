//! A year with a subscription, from the first call to the one that comes too late, in virtual time.

use serde_json::{Value, json};

use super::{PARENT, PLAN, SCHEMAS, office, seats, told};
use crate::notifications::receiver::Receiver;
use crate::support::Fixture;
use crate::support::lists::column;

/// Type and what is told of it, in few words.
fn words(body: &Value) -> String {
    SCHEMAS.check(body["notificationType"].as_str().unwrap(), body);
    let told = &body["notification"];
    if body["notificationType"] == "SUBSCRIPTION_COUNT" {
        let split = |name: &str| {
            let part = &told["counts"][name];
            format!("{name} {}+{}", part["renewing"], part["expiring"])
        };
        return format!("count: {}, {}", split("available"), split("total"));
    }
    let (result, kind) = (told["result"].as_str().unwrap(), told["type"].as_str().unwrap());
    let users = column(&told["assignments"], "clientUserId");
    let modes = column(&told["assignments"], "renewing");
    let error = told["error"]["errorNumber"].as_u64();
    let error = error.map(|number| format!(" ({number})")).unwrap_or_default();
    format!("{kind} {result}{error}: {users}, renewing {modes}")
}

/// What was told since the last look.
async fn heard(office: &Fixture, receiver: &Receiver, by: &str, so_far: &mut usize) -> String {
    office.quince.universe("default").clock().advance_delivering(by).await.unwrap();
    let told = receiver.told();
    let words: Vec<String> = told[*so_far..].iter().map(words).collect();
    *so_far = told.len();
    words.join("\n")
}

#[tokio::test]
async fn from_enable_to_a_disable_that_comes_too_late() {
    ledger!(
        "subscriptions.question.10-deferred-event",
        "subscriptions.question.11-silent-ends",
        "subscriptions.question.28-rollover-moment"
    );
    let office = office(&[("subscriptions.page_size", "1")]).await;
    let (receiver, mut so_far) = (Receiver::good().await, 0);
    let request = json!({
        "notificationUrl": receiver.url(),
        "notificationAuthToken": "s3cr3t",
        "notificationTypes": ["SUBSCRIPTION_MANAGEMENT", "SUBSCRIPTION_COUNT"],
    });
    assert_eq!(office.post("client/config", request).await.status, 200);

    // Before anybody said that it is supported, nothing can be bought.
    let mut bought = json!({"adam_id": PLAN, "parent_adam_id": PARENT, "count": 3});
    bought["period_end"] = json!("2026-02-14");
    assert_eq!(office.unfit("buy-seats", bought.clone()).await.0, 409);
    let enabled = office.tell("subscriptions/enable", Value::Null).await.json();
    assert_eq!(enabled["subscriptionManagement"], true);
    office.act("buy-seats", bought).await;
    office.portal().buy(PLAN + 1, Some(PARENT), 1);
    assert_eq!(
        heard(&office, &receiver, "1s", &mut so_far).await,
        "count: available 3+0, total 3+0\ncount: available 1+0, total 1+0"
    );

    // The import, one record a page.
    let pages = office.follow("subscriptions").await;
    assert_eq!(pages.len(), 2);
    assert_eq!(pages[0]["subscriptions"][0]["periodEndDate"], "2026-02-14");

    // One for good and two until the period ends.
    let mut request = seats(PLAN, &["staff-0007", "staff-0021"]);
    request["renewing"] = json!(false);
    office.carried_out("subscriptions/associate", request).await;
    office.carried_out("subscriptions/associate", seats(PLAN, &["lead-0001"])).await;
    assert_eq!(office.counts(PLAN).await, "assigned 1+2, available 0+0, total 3+0");
    // There is no more.
    let status = office.carried_out("subscriptions/associate", seats(PLAN, &["staff-0099"])).await;
    assert_eq!(status["failures"][0]["errorNumber"], 9709);
    insta::assert_snapshot!(heard(&office, &receiver, "1s", &mut so_far).await, @r#"
    ASSOCIATE SUCCESS: staff-0007 staff-0021, renewing false false
    ASSOCIATE SUCCESS: lead-0001, renewing true
    ASSOCIATE FAILURE (9709): staff-0099, renewing true
    "#);

    // Somebody stays to the end of the period, on demand.
    let mut request = seats(PLAN, &["lead-0001"]);
    request["deferred"] = json!(true);
    let status = office.carried_out("subscriptions/disassociate", request).await;
    assert_eq!(status["eventStatus"], "COMPLETE");
    assert_eq!(office.counts(PLAN).await, "assigned 0+3, available 0+0, total 3+0");
    assert_eq!(heard(&office, &receiver, "1s", &mut so_far).await, "");

    // One licence is not to be renewed.
    office.act("cancel-renewal", json!({"adam_id": PLAN, "count": 1})).await;
    assert_eq!(office.counts(PLAN).await, "assigned 0+3, available 0+0, total 2+1");

    // The period ends.
    insta::assert_snapshot!(heard(&office, &receiver, "32d", &mut so_far).await, @r#"
    count: available 0+0, total 2+1
    DISASSOCIATE SUCCESS: lead-0001, renewing false
    count: available 2+0, total 2+0
    count: available 1+0, total 1+0
    "#);
    assert_eq!(office.counts(PLAN).await, "assigned 0+0, available 2+0, total 2+0");
    assert_eq!(office.look("subscriptions/assignments").await.json()["assignments"], json!([]));
    let first = office.look(&format!("subscriptions?adamId={PLAN}")).await.json();
    assert_eq!(first["subscriptions"][0]["periodEndDate"], "2026-03-14");

    // It is too late to have never wanted it.
    assert_eq!(told(&office.tell("subscriptions/disable", Value::Null).await), (400, 9818));
}
