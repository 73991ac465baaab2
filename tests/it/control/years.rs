//! No other source of the present than the universe's clock: one flow in the years 2001 and 2099.

use http::header;
use serde_json::{Value, json};

use crate::support::Fixture;
use crate::support::control::told;

async fn flow(start: &str, date: &str, expires: &str, event: &str) {
    let school = Fixture::school().await;
    let body = json!({"id": "then", "start": start, "settings": {"token.lifetime": "30d"}});
    let made = school.done_by("POST", "/universes", body).await;
    let stoken = made["stokens"]["berlin"].as_str().unwrap().to_owned();
    let get = |path: &'static str| school.below("then", &stoken, path, None);
    let config = get("client/config").await;
    assert_eq!(config.headers[header::DATE], date);
    assert_eq!(config.json()["tokenExpirationDate"], expires);

    let body = json!({"users": [{"clientUserId": "ada"}]});
    let accepted = school.below("then", &stoken, "users/create", Some(body)).await.json();
    let until = json!({"until": format!("event:{}", accepted["eventId"].as_str().unwrap())});
    let told_now = school.done_by("POST", "/universes/then/clock/advance", until).await;
    assert_eq!((&told_now["now"], &told_now["happened"][0]["at"]), (&json!(event), &json!(event)));
    let list = school.done_by("GET", "/universes/then/events", Value::Null).await;
    assert_eq!(list["events"][0]["finished"], event);
    let version = get("users").await.json()["versionId"].as_str().unwrap().to_owned();
    let delta = format!("users?sinceVersionId={version}");
    let delta = school.below("then", &stoken, &delta, None).await.json();
    assert_eq!(delta["users"], json!([]));

    school.done_by("POST", "/universes/then/clock/advance", json!({"by": "30d"})).await;
    assert_eq!(told(&get("users").await), (http::StatusCode::UNAUTHORIZED, 9621));
}

#[tokio::test]
async fn the_year_2001() {
    flow(
        "2001-01-01T00:00:00Z",
        "Mon, 01 Jan 2001 00:00:00 GMT",
        "2001-01-31T00:00:00+0000",
        "2001-01-01T00:00:00.200Z",
    )
    .await;
}

#[tokio::test]
async fn the_year_2099() {
    flow(
        "2099-12-01T00:00:00Z",
        "Tue, 01 Dec 2099 00:00:00 GMT",
        "2099-12-31T00:00:00+0000",
        "2099-12-01T00:00:00.200Z",
    )
    .await;
}
