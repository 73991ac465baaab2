//! One answer of each operation and each documented example shape, byte for byte.

use serde_json::{Value, json};

use super::{PARENT, PLAN, office, office_with, seats};

#[tokio::test]
async fn enabling_is_declared_with_an_explicit_null() {
    let office = office(&[]).await;
    insta::assert_snapshot!(office.tell("subscriptions/enable", Value::Null).await.transcript(), @r#"
    200 OK
    content-type: application/json
    date: Thu, 15 Jan 2026 09:00:00 GMT
    content-length: 120

    {"mdmInfo":null,"subscriptionManagement":true,"tokenExpirationDate":"2036-01-13T09:00:00+0000","uId":"1135148065085172"}
    "#);
    insta::assert_snapshot!(office.tell("subscriptions/disable", Value::Null).await.text(), @r#"{"mdmInfo":null,"subscriptionManagement":false,"tokenExpirationDate":"2036-01-13T09:00:00+0000","uId":"1135148065085172"}"#);
    // Whoever claims the location is told.
    office
        .post("client/config", json!({"mdmInfo": {"id": "1", "name": "n", "metadata": "m"}}))
        .await;
    let again = office.tell("subscriptions/enable", Value::Null).await.json();
    assert_eq!(again["mdmInfo"], json!({"id": "1", "name": "n", "metadata": "m"}));
    assert_eq!(office.tell("subscriptions/enable", Value::Null).await.json(), again, "harmless");
}

#[tokio::test]
async fn subscriptions_are_listed_with_their_seats() {
    ledger!("subscriptions.question.06-renewing-omitted");
    let office = office_with(20, &[]).await;
    office.portal().cancel_renewal(PLAN, 5);
    office.portal().buy(PLAN + 1, None, 3);
    let mut request = seats(PLAN, &["staff-0007", "lead-0001"]);
    office.carried_out("subscriptions/associate", request.clone()).await;
    request["clientUserIds"] = json!(["staff-0021"]);
    request["renewing"] = json!(false);
    office.carried_out("subscriptions/associate", request).await;
    insta::assert_snapshot!(office.look("subscriptions").await.transcript(), @r#"
    200 OK
    content-type: application/json
    date: Thu, 15 Jan 2026 11:00:00 GMT
    content-length: 582

    {"subscriptions":[{"parentAdamId":1501000001,"adamId":6740000017,"status":"ACTIVE","periodEndDate":"2026-02-14","counts":{"assigned":{"renewing":2,"expiring":1},"available":{"renewing":13,"expiring":4},"total":{"renewing":15,"expiring":5}}},{"parentAdamId":null,"adamId":6740000018,"status":"ACTIVE","periodEndDate":"2026-02-14","counts":{"assigned":{"renewing":0,"expiring":0},"available":{"renewing":3,"expiring":0},"total":{"renewing":3,"expiring":0}}}],"uId":"1135148065085172","tokenExpirationDate":"2036-01-13T09:00:00+0000","versionId":"ce3fbca3-5d95-4618-b20b-9a8a1b710eab"}
    "#);
    insta::assert_snapshot!(office.look("subscriptions/assignments").await.text(), @r#"{"assignments":[{"adamId":6740000017,"clientUserId":"lead-0001","renewing":true},{"adamId":6740000017,"clientUserId":"staff-0007","renewing":true},{"adamId":6740000017,"clientUserId":"staff-0021","renewing":false}],"uId":"1135148065085172","tokenExpirationDate":"2036-01-13T09:00:00+0000","versionId":"d96d3420-6d41-4064-9273-c6425aa6f991"}"#);
    let empty = office.look(&format!("subscriptions?parentAdamId={}", PARENT + 1)).await.text();
    insta::assert_snapshot!(empty, @r#"{"subscriptions":[],"uId":"1135148065085172","tokenExpirationDate":"2036-01-13T09:00:00+0000","versionId":"ce3fbca3-5d95-4618-b20b-9a8a1b710eab"}"#);
}

#[tokio::test]
async fn an_association_is_an_event_like_others() {
    let office = office_with(2, &[]).await;
    let request = seats(PLAN, &["staff-0007", "staff-0021", "staff-0099"]);
    let accepted = office.tell("subscriptions/associate", request.clone()).await;
    insta::assert_snapshot!(accepted.text(), @r#"{"eventId":"8ce9a722-8d1c-4c9e-baf1-d9366dc482bb","tokenExpirationDate":"2036-01-13T09:00:00+0000","uId":"1135148065085172"}"#);
    let id = accepted.json()["eventId"].as_str().unwrap().to_owned();
    insta::assert_snapshot!(office.look(&format!("status?eventId={id}")).await.text(), @r#"{"eventStatus":"PENDING","eventType":"ASSOCIATE","numCompleted":0,"numRequested":3,"tokenExpirationDate":"2036-01-13T09:00:00+0000","uId":"1135148065085172"}"#);
    office.advance("1h");
    insta::assert_snapshot!(office.look(&format!("status?eventId={id}")).await.text(), @r#"{"eventStatus":"FAILED","eventType":"ASSOCIATE","failures":[{"errorInfo":{"clientUserIds":["staff-0099"]},"errorMessage":"There are not enough licenses for this app or book available to assign to the selected group.","errorNumber":9709}],"numCompleted":2,"numRequested":3,"tokenExpirationDate":"2036-01-13T09:00:00+0000","uId":"1135148065085172"}"#);
    let request = seats(PLAN, &["staff-0007"]);
    let accepted = office.tell("subscriptions/disassociate", request).await;
    insta::assert_snapshot!(accepted.text(), @r#"{"eventId":"8671346b-3f93-4812-83f3-09c442f80d8b","tokenExpirationDate":"2036-01-13T09:00:00+0000","uId":"1135148065085172"}"#);
}

#[tokio::test]
async fn a_claimed_location_says_so_in_events_and_nowhere_else() {
    let office = office_with(2, &[]).await;
    office
        .post("client/config", json!({"mdmInfo": {"id": "1", "name": "n", "metadata": "m"}}))
        .await;
    let event = office.tell("subscriptions/associate", seats(PLAN, &["staff-0007"])).await.json();
    assert_eq!(event["mdmInfo"]["id"], "1");
    for path in ["subscriptions", "subscriptions/assignments", "subscriptions/admins"] {
        // Their schemas know no such member.
        office.look(path).await;
    }
    office.tell("subscriptions/admins/add", seats(PLAN, &["lead-0001"])).await;
}

#[tokio::test]
async fn administrators_come_and_go_at_once() {
    ledger!("subscriptions.question.21-administrator-seats");
    let office = office_with(1, &[]).await;
    let request = seats(PLAN, &["lead-0001", "staff-0007"]);
    let added = office.tell("subscriptions/admins/add", request).await;
    insta::assert_snapshot!(added.text(), @r#"{"uId":"1135148065085172","tokenExpirationDate":"2036-01-13T09:00:00+0000","versionId":"e9067346-3237-45a4-adc7-e90e1321219c"}"#);
    let list = office.look("subscriptions/admins?includeUserState=true").await;
    insta::assert_snapshot!(list.text(), @r#"{"admins":[{"adamId":6740000017,"clientUserId":"lead-0001","idHash":"txzi2XMVseP54OFgMUQKjLIfEf0=","userStatus":"Associated"},{"adamId":6740000017,"clientUserId":"staff-0007","idHash":"5sY/z2fPjkVeM9yuf1NMk9teNdk=","userStatus":"Associated"}],"uId":"1135148065085172","tokenExpirationDate":"2036-01-13T09:00:00+0000","versionId":"e9067346-3237-45a4-adc7-e90e1321219c"}"#);
    assert_eq!(added.json()["versionId"], list.json()["versionId"]);
    let lead = seats(PLAN, &["lead-0001"]);
    let removed = office.tell("subscriptions/admins/remove", lead.clone()).await.json();
    insta::assert_snapshot!(removed, @r#"{"tokenExpirationDate":"2036-01-13T09:00:00+0000","uId":"1135148065085172","versionId":"98f2c68d-25c4-4d60-a9c8-97d704795f13"}"#);
    assert_ne!(removed["versionId"], list.json()["versionId"]);
    // Of whom is none nothing is written.
    assert_eq!(office.tell("subscriptions/admins/remove", lead).await.json(), removed);
    assert_eq!(office.look("subscriptions/admins").await.json()["versionId"], removed["versionId"]);
}

#[tokio::test]
async fn the_date_of_the_token_follows_the_shared_setting() {
    let office = office_with(1, &[("token.expiration_date", "15d")]).await;
    let answers = [
        office.look("subscriptions").await,
        office.look("subscriptions/assignments").await,
        office.look("subscriptions/admins").await,
        office.tell("subscriptions/enable", Value::Null).await,
        office.tell("subscriptions/admins/add", seats(PLAN, &["lead-0001"])).await,
        office.tell("subscriptions/associate", seats(PLAN, &["staff-0007"])).await,
    ];
    for answer in answers {
        assert_eq!(answer.json()["tokenExpirationDate"], Value::Null, "{}", answer.text());
    }
}

#[tokio::test]
async fn each_list_has_a_version_of_its_own() {
    let office = office_with(5, &[]).await;
    let versions = async || {
        let mut versions = Vec::new();
        for path in ["subscriptions", "subscriptions/assignments", "subscriptions/admins"] {
            versions.push(office.look(path).await.json()["versionId"].clone());
        }
        versions
    };
    let moved = |before: &[Value], after: &[Value]| -> Vec<bool> {
        before.iter().zip(after).map(|(before, after)| before != after).collect()
    };
    let first = versions().await;
    assert_eq!(versions().await, first, "reading writes nothing");
    office.tell("subscriptions/admins/add", seats(PLAN, &["lead-0001"])).await;
    let second = versions().await;
    assert_eq!(moved(&first, &second), [false, false, true]);
    office.carried_out("subscriptions/associate", seats(PLAN, &["staff-0007"])).await;
    let third = versions().await;
    assert_eq!(moved(&second, &third), [true, true, false]);
    office.portal().buy(PLAN, Some(PARENT), 1);
    assert_eq!(moved(&third, &versions().await), [true, false, false]);
}
