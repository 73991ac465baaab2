//! Arrays in queries: however they are written, they mean the same.

use serde_json::Value;

use super::{PARENT, PLAN, office, office_with, seats, told};
use crate::support::Fixture;
use crate::support::lists::column;

/// Three subscriptions; of the first two somebody has a seat.
async fn shop() -> Fixture {
    let office = office_with(9, &[]).await;
    office.portal().buy(PLAN + 1, Some(PARENT), 9);
    office.portal().buy(PLAN + 2, Some(PARENT), 9);
    for (plan, users) in [(PLAN, &["staff-0007", "staff-0021"][..]), (PLAN + 1, &["staff-0007"])] {
        let done = office.carried_out("subscriptions/associate", seats(plan, users)).await;
        assert_eq!(done["eventStatus"], "COMPLETE");
        office.tell("subscriptions/admins/add", seats(plan, users)).await;
    }
    office
}

/// The last digit of the `adamId` of each record; with the user if it has one.
async fn listed(shop: &Fixture, path: &str) -> String {
    let answer = shop.look(path).await;
    assert_eq!(answer.lints(), "", "{path}");
    let (page, list) = (answer.json(), path.split(['/', '?']).nth(1).unwrap_or_default());
    let list = if page[list].is_array() { list } else { "subscriptions" };
    column(&page[list], "adamId").replace("674000001", "")
}

#[tokio::test]
async fn an_array_is_repeated_keys_or_commas_or_both() {
    ledger!("subscriptions.question.01-array-encoding");
    let shop = shop().await;
    for query in [
        "adamId=6740000017&adamId=6740000019",
        "adamId=6740000017,6740000019",
        "adamId=6740000019%2C6740000017",
        "adamId=6740000019,6740000017&adamId=6740000019&adamId=6740000017,6740000017",
        "adamId=%36740000017,%206740000019",
    ] {
        assert_eq!(listed(&shop, &format!("subscriptions?{query}")).await, "7 9", "{query}");
    }
    for query in [
        "clientUserId=staff-0021&clientUserId=nobody",
        "clientUserId=staff-0021,nobody,staff-0021",
        "clientUserId=nobody%2Cstaff-0021",
    ] {
        assert_eq!(listed(&shop, &format!("subscriptions/assignments?{query}")).await, "7");
    }
    let both = "subscriptions/admins?adamId=6740000017&adamId=6740000018";
    assert_eq!(listed(&shop, both).await, "7 7 8");
}

#[tokio::test]
async fn long_arrays_are_read_to_their_end() {
    let shop = shop().await;
    let mut query: String =
        (1..3_000).fold(String::new(), |query, id| query + &format!("adamId={id}&"));
    query += "adamId=6740000018";
    assert_eq!(listed(&shop, &format!("subscriptions?{query}")).await, "8");
    let users: Vec<String> = (0..5_000).map(|n| format!("u{n}")).collect();
    let query = format!("clientUserId={},staff-0021", users.join(","));
    assert_eq!(listed(&shop, &format!("subscriptions/assignments?{query}")).await, "7");
}

#[tokio::test]
async fn filters_go_together_and_what_is_not_there_is_an_empty_list() {
    ledger!("subscriptions.filters-together", "subscriptions.question.13-unknown-filter");
    let shop = shop().await;
    let plans = format!("subscriptions?parentAdamId={PARENT}");
    assert_eq!(listed(&shop, &plans).await, "7 8 9");
    assert_eq!(listed(&shop, &format!("{plans}&adamId=6740000018")).await, "8");
    assert_eq!(listed(&shop, "subscriptions?parentAdamId=1&adamId=6740000018").await, "");
    let seats = format!("subscriptions/assignments?parentAdamId={PARENT}");
    assert_eq!(listed(&shop, &seats).await, "7 7 8");
    assert_eq!(
        listed(&shop, &format!("{seats}&clientUserId=staff-0007&adamId=6740000018")).await,
        "8"
    );
    assert_eq!(listed(&shop, "subscriptions/assignments?parentAdamId=1").await, "");
    for path in [
        "subscriptions?adamId=1",
        "subscriptions?adamId=-1",
        "subscriptions?adamId=9223372036854775807",
        "subscriptions/assignments?adamId=0",
        "subscriptions/assignments?clientUserId=",
        "subscriptions/admins?adamId=1",
    ] {
        assert_eq!(listed(&shop, path).await, "", "{path}");
    }
}

#[tokio::test]
async fn what_is_no_number_is_9813() {
    ledger!("subscriptions.filter-numbers");
    let office = office(&[]).await;
    for path in [
        "subscriptions?adamId=abc",
        "subscriptions?adamId=",
        "subscriptions?adamId=1,,2",
        "subscriptions?adamId=9223372036854775808",
        "subscriptions?parentAdamId=1.5",
        "subscriptions/assignments?adamId=1&adamId=x",
        "subscriptions/assignments?parentAdamId=x",
        "subscriptions/admins?adamId=1%20000",
    ] {
        assert_eq!(told(&office.look(path).await), (400, 9813), "{path}");
    }
    assert_eq!(told(&office.look("subscriptions/admins?includeUserState=yes").await), (400, 9602));
}

#[tokio::test]
async fn what_a_list_does_not_know_is_a_lint() {
    let office = office_with(1, &[]).await;
    for (path, lints) in [
        ("subscriptions?clientUserId=a", "unknown-parameter"),
        ("subscriptions?pageIndex=0", "unknown-parameter"),
        ("subscriptions/assignments?sinceVersionId=x", "unknown-parameter"),
        ("subscriptions/admins?clientUserId=a&parentAdamId=1", "unknown-parameter"),
        ("subscriptions/admins?includeUserState=true&includeUserState=true", "repeated-parameter"),
    ] {
        let answer = office.look(path).await;
        assert_eq!((answer.status.as_u16(), answer.lints()), (200, lints), "{path}");
    }
}

#[tokio::test]
async fn the_state_of_administrators_is_told_only_if_it_is_wanted() {
    let shop = shop().await;
    let states = async |query: &str| {
        let page = shop.look(&format!("subscriptions/admins{query}")).await.json();
        column(&page["admins"], "userStatus")
    };
    assert_eq!(states("").await, "- - -");
    assert_eq!(states("?includeUserState=false").await, "- - -");
    assert_eq!(states("?includeUserState=true").await, "Associated Associated Associated");
    let hashes = shop.look("subscriptions/admins").await.json();
    let users = shop.get("users?clientUserId=staff-0007").await.json();
    assert_eq!(hashes["admins"][0]["idHash"], users["users"][0]["idHash"]);
    assert_ne!(hashes["admins"][0]["idHash"], Value::Null);
}
