//! Settings of this surface, at each of their values.

use quince::Quince;
use serde_json::{Value, json};

use super::{Desk, desk_world};

#[tokio::test]
async fn a_page_without_a_limit_holds_as_many_as_the_setting_says() {
    ledger!("setting.applivery.page_limit");
    for (limit, items) in [("1", 1), ("4", 4), ("10000", 6)] {
        let desk = Desk::with(&[("applivery.page_limit", limit)]).await;
        let page = desk.get("/mdm/users").await;
        assert_eq!(
            (page["items"].as_array().unwrap().len(), page["limit"].to_string()),
            (items, limit.to_owned())
        );
        assert_eq!(desk.get("/mdm/users?limit=2").await["limit"], 2);
    }
    assert_eq!(Desk::open().await.get("/mdm/users").await["limit"], 10);
}

#[tokio::test]
async fn the_code_of_what_is_not_valid_can_be_another() {
    let desk = Desk::open().await;
    assert_eq!(
        desk.refusal("GET", "/mdm/users?page=0", Value::Null).await,
        "400 3000 Validation Error"
    );
    desk.fixture.quince.universe("default").set("applivery.validation_error", "99999").unwrap();
    let bearer = format!("Bearer {}", desk.key);
    let request =
        crate::support::Fixture::bare(http::Method::GET, "/v1/organizations/acme/mdm/users?page=0")
            .header("authorization", bearer);
    let answer = desk.fixture.send(request.body(http_body_util::Full::default()).unwrap()).await;
    assert_eq!(super::refusal(&answer), "400 99999 Validation Error");
}

#[tokio::test]
async fn the_documented_profile_has_integers_and_4001() {
    let desk = Desk::of(Quince::builder().world_spec(desk_world()).profile("documented")).await;
    let page = desk.get("/mdm/users").await;
    assert_eq!((&page["prevPage"], &page["nextPage"]), (&json!(0), &json!(0)));
    let wrong = Desk { key: "nobody's".to_owned(), ..desk };
    assert_eq!(wrong.refusal("GET", "/mdm/users", Value::Null).await, "401 4001 Unauthorized");
}
