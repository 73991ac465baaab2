//! Filters of the list, one by one and together (applivery.md §3.2, §5).

use std::fmt::Write as _;

use serde_json::Value;

use super::Desk;

#[tokio::test]
async fn texts_are_looked_for_anywhere_in_whatever_case() {
    ledger!("applivery.question.18-search", "applivery.question.19-text-filters");
    let desk = Desk::open().await;
    for (query, names) in [
        ("search=STONE", "bea"),
        ("search=acme.example", "bea ada dora cleo finn"),
        ("search=apple.acme", "cleo"),
        ("search=", "bea ada emil dora cleo finn"),
        ("search=.*", ""),
        ("search=staff", ""),
        ("search=floor", ""),
        ("email=ADA%40", "ada"),
        ("email=ada@acme.example", "ada"),
        ("email=stone", ""),
        ("email=apple.acme", ""),
        ("name=l", "ada emil dora cleo"),
        ("name=bea%20s", "bea"),
        ("name=bea+s", "bea"),
        ("name=acme", ""),
        ("name=L&email=acme&search=o", "ada dora cleo"),
    ] {
        let found = desk.names(&format!("sort=createdAt&{query}")).await;
        assert_eq!(sorted(&found), sorted(names), "{query}");
    }
}

/// The same words in alphabetical order.
fn sorted(words: &str) -> Vec<&str> {
    let mut words: Vec<&str> = words.split(' ').collect();
    words.sort_unstable();
    words
}

#[tokio::test]
async fn labels_are_exact_and_one_of_several_is_enough() {
    ledger!("applivery.question.20-several-tags", "applivery.question.21-tag-comparison");
    let desk = Desk::open().await;
    for (query, names) in [
        ("tags=staff", "bea ada"),
        ("tags[]=staff", "bea ada"),
        ("tags[0]=staff", "bea ada"),
        ("tags%5B%5D=staff", "bea ada"),
        ("tags=Staff", "dora"),
        ("tags=staff,north", "dora"),
        ("tags=sta", ""),
        ("tags=", ""),
        ("tags=north&tags=guests", "bea cleo finn"),
        ("tags[]=north&tags[]=guests", "bea cleo finn"),
        ("tags[0]=north&tags[1]=guests", "bea cleo finn"),
        ("tags[1]=north&tags=nobody", "bea cleo"),
        ("tags=staff&name=ada", "ada"),
    ] {
        let found = desk.names(&format!("sort=createdAt&{query}")).await;
        assert_eq!(sorted(&found), sorted(names), "{query}");
    }
}

#[tokio::test]
async fn what_the_list_does_not_know_is_ignored_and_noticed() {
    ledger!("applivery.lint.unknown");
    let desk = Desk::open().await;
    let answer = desk.call("GET", "/mdm/users?segmentId=3&limit=1", Value::Null).await;
    assert_eq!((answer.status.as_u16(), answer.lints()), (200, "unknown-parameter"));
    assert_eq!(desk.call("GET", "/mdm/users?limit=1", Value::Null).await.lints(), "");
    assert_eq!(
        desk.call("GET", "/mdm/users/tags?page=1", Value::Null).await.lints(),
        "unknown-parameter"
    );
}

#[tokio::test]
async fn bad_parameters_are_told_one_and_all() {
    ledger!("applivery.question.06-bad-pages");
    let desk = Desk::open().await;
    let long = "x".repeat(129);
    let mut text = String::new();
    for query in [
        "page=0".to_owned(),
        "page=-1".to_owned(),
        "page=one".to_owned(),
        "page=1.0".to_owned(),
        "page=".to_owned(),
        "page=9007199254740992".to_owned(),
        "page=1&page=2".to_owned(),
        "limit=0".to_owned(),
        "limit=10001".to_owned(),
        "limit[x]=5".to_owned(),
        "sort=name:up".to_owned(),
        "sort=-name".to_owned(),
        "sort=n%C3%A4me".to_owned(),
        "sort[]=name".to_owned(),
        format!("search={long}"),
        format!("email={long}&name={long}"),
        "tags[a]=x".to_owned(),
        "tags[21]=x".to_owned(),
        "page=0&limit=0&sort=:&tags[a]=x&unknown=1".to_owned(),
    ] {
        let answer = desk.call("GET", &format!("/mdm/users?{query}"), Value::Null).await;
        assert_eq!(answer.status, 400, "{query}");
        let _ = writeln!(text, "{}\n    {}", query.replace(&long, "(long)"), answer.text());
    }
    insta::assert_snapshot!("bad_parameters", text);
    let units = "%F0%9F%98%80".repeat(64);
    desk.get(&format!("/mdm/users?search={units}")).await;
    let more = desk.refusal("GET", &format!("/mdm/users?search={units}a"), Value::Null).await;
    assert_eq!(more, "400 3000 Validation Error", "an emoji is two units");
}

#[tokio::test]
async fn strict_takes_no_parameter_that_it_does_not_know() {
    let builder = quince::Quince::builder().world_spec(super::desk_world()).strict(true);
    let desk = Desk::of(builder).await;
    let strict = desk.call("GET", "/mdm/users?segmentId=3", Value::Null).await;
    insta::assert_snapshot!("strict", strict.transcript());
    desk.get("/mdm/users/").await;
}
