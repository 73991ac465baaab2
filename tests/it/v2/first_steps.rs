//! What a client does first: look at the location, read its lists, give an app away.

use serde_json::json;

use crate::support::Fixture;

#[tokio::test]
async fn an_app_is_given_to_a_device() {
    ledger!("v2.question.46-time-to-effect");
    let school = Fixture::school().await;
    let accepted = school
        .post(
            "assets/associate",
            json!({"assets": [{"adamId": "361309726"}], "serialNumbers": ["C02NEW"]}),
        )
        .await
        .json();
    let status = format!("status?eventId={}", accepted["eventId"].as_str().unwrap());
    assert_eq!(school.get(&status).await.json()["eventStatus"], "PENDING");
    school.advance("200ms");
    let done = school.get(&status).await.json();
    assert_eq!((&done["eventStatus"], &done["numCompleted"]), (&json!("COMPLETE"), &json!(1)));
    let held = school.get("assignments?serialNumber=C02NEW").await.json();
    assert_eq!(held["assignments"][0]["adamId"], "361309726");
}
