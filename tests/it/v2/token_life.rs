//! When tokens end, and when answers say so.

use quince::Quince;
use quince::api::v2::errors::TABLE;
use serde_json::{Value, json};

use super::school::{RUTH, TEXTS, assets};
use crate::support::Fixture;

async fn school(settings: &[(&str, &str)]) -> Fixture {
    let builder = Quince::builder().world("small-school");
    let builder =
        settings.iter().fold(builder, |builder, (key, value)| builder.setting(key, value));
    Fixture::of(builder, "berlin").await
}

/// `tokenExpirationDate` of each kind of answer that can carry it.
async fn dates(school: &Fixture) -> Vec<Value> {
    let mut dates = Vec::new();
    for path in ["client/config", "assets", "assignments", "users"] {
        dates.push(school.get(path).await.json()["tokenExpirationDate"].clone());
    }
    let body = json!({"assets": assets(&[TEXTS]), "clientUserIds": [RUTH]});
    let accepted = school.post("assets/associate", body).await.json();
    let status = format!("status?eventId={}", accepted["eventId"].as_str().unwrap());
    dates.push(accepted["tokenExpirationDate"].clone());
    dates.push(school.get(&status).await.json()["tokenExpirationDate"].clone());
    dates.push(school.post("client/config", json!({})).await.json()["tokenExpirationDate"].clone());
    dates
}

#[tokio::test]
async fn the_end_of_the_token_is_told_always_or_in_its_last_15_days() {
    ledger!("v2.conflict.01-token-expiration-date");
    let lifetime = ("token.lifetime", "16d");
    let end = vec![json!("2026-01-31T09:00:00+0000"); 7];
    let always = school(&[lifetime]).await;
    assert_eq!(dates(&always).await, end);
    let late = school(&[lifetime, ("token.expiration_date", "15d")]).await;
    assert_eq!(dates(&late).await, vec![Value::Null; 7], "16 days are left");
    late.advance("86399s");
    assert_eq!(dates(&late).await, vec![Value::Null; 7], "15 days and a second are left");
    late.advance("1s");
    assert_eq!(dates(&late).await, end, "15 days are left");
    late.advance("1s");
    assert_eq!(dates(&late).await, end, "15 days but a second are left");
}

#[tokio::test]
async fn the_documented_profile_tells_the_end_late() {
    let documented = Quince::builder().world("small-school").profile("documented");
    let school = Fixture::of(documented, "berlin").await;
    assert_eq!(dates(&school).await, vec![Value::Null; 7]);
}

#[tokio::test]
async fn a_token_lives_for_ten_years_or_as_long_as_it_is_set() {
    ledger!("setting.token.lifetime", "v2.question.02-authorization-header");
    let school_of_today = Fixture::school().await;
    let config = school_of_today.get("client/config").await.json();
    assert_eq!(config["tokenExpirationDate"], "2036-01-13T09:00:00+0000", "3650 days");

    let school = school(&[("token.lifetime", "30d")]).await;
    let config = school.get("client/config").await.json();
    assert_eq!(config["tokenExpirationDate"], "2026-02-14T09:00:00+0000");
    school.advance("2591999s");
    assert_eq!(school.get("assets").await.status, 200, "one second is left");
    school.advance("1s");
    let expired = school.get("assets").await;
    let row = TABLE.iter().find(|row| row.number == 9621).unwrap();
    assert_eq!(expired.status, 401);
    assert_eq!(expired.json(), json!({"errorMessage": row.text, "errorNumber": 9621}));
    let post = school.post("users/create", json!({"users": [{"clientUserId": "n"}]})).await;
    assert_eq!(post.json()["errorNumber"], 9621);
}
